package measure

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/interpreter"
)

// Consent is where a model asks for consent, and where it shares information.
type Consent struct {
	Fact    *dsl.Fact   // that says whether the person consents; nil: the model has none
	Points  []*dsl.Step // that ask for it: of kind samtycke, or with the fact in their checklist
	Sharing []Sharing   // the steps at which information passes between authorities or to an employer: tag informationsutbyte
}

// Sharing is a step at which information is shared.
type Sharing struct {
	Step     *dsl.Step
	Before   bool         // it can be required while the person has not consented
	Refused  bool         // it can be required though the person has said no
	Unproven bool         // it could not be settled
	Case     *verify.Case // the smallest in which it is required without consent; nil: there is none
}

func (m *measurer) consent() {
	c := &m.report.Consent
	c.Fact = m.m.Consent
	asks := func(i *dsl.Item) bool { return c.Fact != nil && slices.Contains(i.Facts, c.Fact) }
	for _, s := range m.m.Steps {
		if s.Kind.ID == consentKind || slices.ContainsFunc(s.Done, asks) {
			c.Points = append(c.Points, s)
		}
		if tagged(s.Tags, sharingTag) {
			c.Sharing = append(c.Sharing, m.sharing(s))
		}
	}
}

// sharing tells whether the step can be required without consent. A model without a fact for it never has any.
func (m *measurer) sharing(s *dsl.Step) Sharing {
	if m.hist.whole {
		c := m.hist.shared[s.Index]
		return Sharing{Step: s, Before: c != nil, Refused: m.hist.refused[s.Index], Case: c}
	}
	required := m.s.And(m.s.Steps[s.Index].Required, m.s.Closed().Not())
	confirm := func(r *interpreter.Result) bool { return slices.Contains(r.Next, int32(s.Index)) }
	without := required
	var said func(v int) bool
	if f := m.m.Consent; f != nil {
		d := m.s.Domains[f.Index]
		without = m.s.And(required, m.s.At(d, 1).Not())
		said = func(v int) bool {
			c, _ := m.orderly.Search(m.s.And(required, m.s.At(d, v)), confirm)
			return c != nil && c.InOrder
		}
	}
	c, proven := m.orderly.Search(without, confirm)
	out := Sharing{Step: s, Unproven: !proven}
	if c != nil && c.InOrder {
		out.Before, out.Case = true, c
		out.Refused = said != nil && said(0)
	}
	return out
}
