package interpreter_test

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/interpreter"
)

// duties lists what a required step breaks.
func (o *oracle) duties(m *dsl.Step) []interpreter.DutyFinding {
	out := []interpreter.DutyFinding{}
	for _, overlay := range o.m.Overlays {
		for _, duty := range overlay.Duties {
			for _, d := range duty.Demands {
				if !o.forbids(d, m) {
					continue
				}
				law, title := duty.Law, duty.Title
				if !d.Law.IsZero() {
					law = d.Law
				}
				if !d.Title.IsZero() {
					title = d.Title
				}
				out = append(out, interpreter.DutyFinding{ID: duty.ID, Law: law.In(o.lang), Title: title.In(o.lang), Step: m.ID})
			}
		}
	}
	return out
}

// forbids tells whether the demand is broken by the step's being required.
func (o *oracle) forbids(d *dsl.Demand, m *dsl.Step) bool {
	if !d.Steps.Has(m) {
		return false
	}
	switch d.Kind {
	case dsl.Never:
		return (d.When == nil || o.value(d.When.Expr) == true) && (d.Unless == nil || o.value(d.Unless.Expr) != true)
	case dsl.Before:
		return !slices.ContainsFunc(o.m.Steps, func(s *dsl.Step) bool { return d.First.Has(s) && o.step(s.ID).done })
	case dsl.Bounded:
		if o.m.Steps[slices.IndexFunc(o.m.Steps, d.Steps.Has)] != m {
			return false
		}
		times := []*dsl.Time{m.Time}
		if m.Stage != nil {
			times = append(times, m.Stage.Time)
		}
		return !slices.ContainsFunc(times, func(t *dsl.Time) bool {
			return t != nil && t.Max != nil && o.day(t.From) != nil && o.records(m, t.From)
		})
	}
	return false
}

// records tells whether the checklist of a step before m looks at the fact.
func (o *oracle) records(m *dsl.Step, f *dsl.Fact) bool {
	return slices.ContainsFunc(m.After, func(s *dsl.Step) bool {
		return o.records(s, f) || slices.ContainsFunc(s.Done, func(i *dsl.Item) bool { return slices.Contains(o.named(i.Rule.Expr), f.ID) })
	})
}

// closedBy returns the outcome that closes the case; nil where none does.
func (o *oracle) closedBy() *dsl.Outcome {
	for _, out := range o.m.Outcomes {
		if o.holds(out.Stage, out.When) == true && o.allPassed(out.After) {
			return out
		}
	}
	return nil
}

// breaks tells whether the case breaks the demand.
func (o *oracle) breaks(d *dsl.Demand) bool {
	out := o.closedBy()
	if d.Kind == dsl.OnEveryWay {
		return out != nil && d.Outcomes.Has(out) && (d.When == nil || o.value(d.When.Expr) == true) &&
			!slices.ContainsFunc(o.m.Steps, func(s *dsl.Step) bool { return d.Steps.Has(s) && o.step(s.ID).done })
	}
	return out == nil && slices.ContainsFunc(o.m.Steps, func(s *dsl.Step) bool {
		return o.step(s.ID).status == "required" && o.forbids(d, s)
	})
}
