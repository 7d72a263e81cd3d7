package interpreter

import "github.com/stegvis/stegvis/dsl/calendar"

// Catalogue holds the sentences of explanations.
var Catalogue = catalogue

// CodeSize is how many operations, terms and instructions the program has.
func (p *Program) CodeSize() int { return len(p.operations) + len(p.terms) + len(p.values) }

// Alternatives lists values of fact k that rules can tell apart on a day, by what gives them to a case.
func (p *Program) Alternatives(k int, at calendar.Day) (out []func(*Facts)) {
	values, _ := p.tries().alternatives.of(k, at)
	for _, v := range values {
		out = append(out, func(f *Facts) { v.put(f, k, at) })
	}
	return out
}
