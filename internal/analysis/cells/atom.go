package cells

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
)

// sort says what is known of a test that is no connective.
type sort uint8

const (
	openTest   sort = iota // arithmetic between facts: it can come out either way
	settled                // it looks at no fact
	ordered                // a number or a day of one fact against constants
	compared               // two numbers or two days of facts against each other
	counted                // how many values one set has against constants
	listed                 // an enum or a text of one fact against some of its values
	sameValue              // two enums of facts against each other
	hasAny                 // a set against some of its values
	hasAll                 //
	memberTest             // an enum of one fact in the set of another
)

// atom is a test without connectives, choices or definitions.
type atom struct {
	sort   sort
	op     rule.Op // of a comparison
	facts  []*dsl.Fact
	left   *rule.Expr // ordered, counted, settled: the sides of the comparison
	right  *rule.Expr
	values []string // listed, hasAny, hasAll
	negate bool
}

// atoms sorts a test of values; one against a list of numbers or days becomes one for each, any of which makes it true.
func (b *builder) atoms(e *rule.Expr) []atom {
	var facts []*dsl.Fact
	for _, id := range factsOf(e) {
		f := b.facts[id]
		if f == nil { // an overlay may speak of what the model lacks
			return nil
		}
		facts = append(facts, f)
	}
	if e.Op == rule.OpIn && e.Args[1].Op == rule.OpList && !worded(e.Args[0].Type.Kind) {
		var out []atom
		for _, v := range e.Args[1].Args {
			out = append(out, b.atom(rule.OpEq, e.Args[0], v, facts))
		}
		return out
	}
	return []atom{b.sorted(e, facts)}
}

// worded tells whether values of the kind are words, which have no order.
func worded(k rule.Kind) bool { return k == rule.Enum || k == rule.Text }

func (b *builder) sorted(e *rule.Expr, facts []*dsl.Fact) atom {
	a := atom{facts: facts}
	switch e.Op {
	case rule.OpHasAny, rule.OpHasAll:
		a.sort = hasAny
		if e.Op == rule.OpHasAll {
			a.sort = hasAll
		}
		a.values = words(e.Args[1])
		return a
	case rule.OpIn:
		left, right := e.Args[0], e.Args[1]
		switch {
		case right.Op == rule.OpList && len(facts) == 1:
			a.sort, a.values = listed, words(right)
		case right.Op == rule.OpList:
			a.sort, a.negate = settled, !slices.Contains(words(right), word(left))
		case left.Op == rule.OpConst:
			a.sort, a.values = hasAny, []string{word(left)}
		default:
			a.sort = memberTest
		}
		return a
	}
	return b.atom(e.Op, e.Args[0], e.Args[1], facts)
}

// atom sorts a comparison.
func (b *builder) atom(op rule.Op, left, right *rule.Expr, facts []*dsl.Fact) atom {
	a := atom{op: op, facts: facts, left: left, right: right}
	isWorded := worded(left.Type.Kind)
	switch {
	case isWorded && len(facts) == 0:
		a.sort, a.negate = settled, (word(left) == word(right)) != (op == rule.OpEq)
	case isWorded && len(facts) == 1 && left.Op != right.Op:
		c := left
		if left.Op == rule.OpFact {
			c = right
		}
		a.sort, a.values, a.negate = listed, []string{word(c)}, op == rule.OpNe
	case isWorded && len(facts) == 1: // a fact against itself
		a.sort, a.values, a.negate = listed, facts[0].Type.Values, op == rule.OpNe
	case isWorded && left.Type.Kind == rule.Enum:
		a.sort, a.negate = sameValue, op == rule.OpNe
	case isWorded:
	case len(facts) == 0:
		a.sort, a.negate = settled, !holds(op, b.number(left, 0).compare(b.number(right, 0)))
	case len(facts) == 1 && facts[0].Type.Kind == rule.Set:
		a.sort = counted
	case len(facts) == 1:
		a.sort = ordered
	case left.Op == rule.OpFact && right.Op == rule.OpFact && grid(facts[0]) == grid(facts[1]):
		a.sort = compared
	}
	return a
}

// grid is what two facts must share for their values to be compared cell by cell.
func grid(f *dsl.Fact) rule.Kind {
	if f.Type.Kind == rule.Event {
		return rule.Date
	}
	return f.Type.Kind
}

// word returns a literal as a fact's value would be given.
func word(e *rule.Expr) string {
	if e.Type.Kind == rule.Enum {
		return e.Type.Values[e.Value]
	}
	return e.Name
}

func words(list *rule.Expr) []string {
	out := make([]string, len(list.Args))
	for i, a := range list.Args {
		out[i] = word(a)
	}
	return out
}

// order tells how the sides of the comparison stand to each other where the fact it looks at has the value of key.
func (a *atom) order(b *builder) func(key int64) int {
	return func(key int64) int { return b.number(a.left, key).compare(b.number(a.right, key)) }
}

// trend tells how the left side moves against the right as the fact grows.
func (a *atom) trend() trend { return trendOf(a.left).with(trendOf(a.right).flipped()) }
