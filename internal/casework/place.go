package casework

import (
	"github.com/stegvis/stegvis/dsl/diag"
)

// Place is where a fact was written in what was sent. The zero value is nowhere.
type Place struct {
	Key   diag.Span // its name
	Value diag.Span
}

// put moves faults of a case that was made of this fact alone to where the fact was written, so that who sent it finds them.
func (p *Place) put(faults diag.List) {
	if p.Value.IsZero() {
		return
	}
	long := p.Value.End - p.Value.Start
	moved := func(s diag.Span) diag.Span {
		if s.IsZero() {
			return s
		}
		from := len(s.Source.Text) - len("}}") - long // of the value, which stands last in the case
		if s.Start < from {
			return p.Key
		}
		at := p.Value
		at.Start, at.End = min(at.Start+s.Start-from, at.End), min(at.Start+s.End-from, at.End)
		return at
	}
	for _, d := range faults {
		d.Span = moved(d.Span)
		for i := range d.Related {
			d.Related[i].Span = moved(d.Related[i].Span)
		}
	}
}
