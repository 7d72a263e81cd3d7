package interpreter

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Some demands of overlays can be held against one case on one day: a step that is required though it must never be
// then, one before which another should have been done, and one that nothing bounds in time. The others are about
// the model as a whole (dsl.Model.Judge), which also tells what no case can break.

// demandCode is a demand as it is held against a required step.
type demandCode struct {
	demand *dsl.Demand
	steps  []bool     // by step: the demand is about it
	when   *code      // Never: where this is true, the step must not be required; nil: everywhere
	unless *code      // Never: but where this is true; nil: nowhere
	first  []bool     // Before: by step: one of these must be done
	from   []fromFact // Bounded: one of these days must be known
}

// breach is a required step that breaks a demand.
type breach struct{ step, demand int32 }

// lackingFacts lists the facts that the overlays over a model speak of and the model lacks. They have places among the facts
// of a case, after the model's own, and nothing is ever known of them.
func lackingFacts(m *dsl.Model) (out []*dsl.Fact) {
	have := map[string]bool{}
	for _, f := range m.Facts {
		have[f.ID] = true
	}
	for _, o := range m.Overlays {
		named := map[string]bool{}
		for _, d := range o.Duties {
			for _, x := range d.Demands {
				for _, r := range []*dsl.Rule{x.When, x.Unless} {
					if r != nil {
						r.Expr.Walk(func(e *rule.Expr) { named[e.Name] = true })
					}
				}
			}
		}
		for _, f := range o.Facts {
			if named[f.ID] && !have[f.ID] {
				have[f.ID] = true
				out = append(out, f)
			}
		}
	}
	return out
}

func (p *Program) lowerDuties(l *lowerer) {
	for _, o := range p.model.Overlays {
		for _, d := range o.Duties {
			for _, x := range d.Demands {
				if c, ok := p.lowerDemand(l, x); ok {
					p.demands = append(p.demands, c)
				}
			}
		}
	}
}

// lowerDemand lowers a demand; not ok where no decision can break it.
func (p *Program) lowerDemand(l *lowerer, d *dsl.Demand) (c demandCode, ok bool) {
	picked := p.model.Picks(d)
	if len(picked) == 0 {
		return c, false
	}
	c.demand = d
	switch d.Kind {
	case dsl.Never:
		c.when, c.unless = p.lowerOverlayRule(l, d.When), p.lowerOverlayRule(l, d.Unless)
	case dsl.Before:
		c.first = make([]bool, len(p.model.Steps))
		for i, s := range p.model.Steps {
			c.first[i] = d.First.Has(s)
		}
	case dsl.Bounded:
		picked = picked[:1]
		for _, f := range p.model.BoundedFrom(picked[0]) {
			c.from = append(c.from, *p.from(f))
		}
	default:
		return c, false
	}
	c.steps = make([]bool, len(p.model.Steps))
	for _, s := range picked {
		c.steps[s.Index] = true
	}
	return c, true
}

func (p *Program) lowerOverlayRule(l *lowerer, r *dsl.Rule) *code {
	if r == nil {
		return nil
	}
	c := l.rule(p.model.RuleOf(r))
	return &c
}

// breaches finds the demands that the required steps break.
func (p *Program) breaches(f *Facts, r *Result) {
	for _, i := range r.Next {
		for k := range p.demands {
			if c := &p.demands[k]; c.steps[i] && p.breaks(c, f, r) {
				r.breaches = append(r.breaches, breach{i, int32(k)})
			}
		}
	}
}

func (p *Program) breaks(c *demandCode, f *Facts, r *Result) bool {
	switch c.demand.Kind {
	case dsl.Never: // what is not known forbids nothing, and is no exception
		return (c.when == nil || p.run(c.when, f, r) == True) && (c.unless == nil || p.run(c.unless, f, r) != True)
	case dsl.Before:
		for i, first := range c.first {
			if first && r.steps[i].done {
				return false
			}
		}
	case dsl.Bounded:
		for _, from := range c.from {
			if _, known := from.on(f, r.at); known {
				return false
			}
		}
	}
	return true
}

// findings puts the breaches of step i into words of l.
func (p *Program) findings(i int, r *Result, l lang.Lang) []DutyFinding {
	out := []DutyFinding{}
	for _, b := range r.breaches {
		if int(b.step) != i {
			continue
		}
		m := p.demands[b.demand].demand
		out = append(out, DutyFinding{
			ID: m.Duty.ID, Law: m.LawText().In(l), Title: m.TitleText().In(l), Step: p.model.Steps[i].ID,
		})
	}
	return out
}
