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
	when   *code      // Never: where this is true, the step must not be required; nil: everywhere
	unless *code      // Never: but where this is true; nil: nowhere
	first  []int32    // Before: one of these steps must be done
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
	p.byStep = make([][]int32, len(p.model.Steps))
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
		for i, s := range p.model.Steps {
			if d.First.Has(s) {
				c.first = append(c.first, int32(i))
			}
		}
	case dsl.Bounded:
		picked = picked[:1]
		for _, f := range p.model.BoundedFrom(picked[0]) {
			c.from = append(c.from, *p.from(f))
		}
	default:
		return c, false
	}
	for _, s := range picked {
		p.byStep[s.Index] = append(p.byStep[s.Index], int32(len(p.demands)))
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
	if len(p.demands) == 0 {
		return
	}
	p.execute(p.dutyRuns, f, r)
	for _, i := range r.Next {
		for _, k := range p.byStep[i] {
			if p.breaks(&p.demands[k], f, r) {
				r.breaches = append(r.breaches, breach{i, k})
			}
		}
	}
}

func (p *Program) breaks(c *demandCode, f *Facts, r *Result) bool {
	switch c.demand.Kind {
	case dsl.Never: // what is not known forbids nothing, and is no exception
		return (c.when == nil || p.run(c.when, r) == True) && (c.unless == nil || p.run(c.unless, r) != True)
	case dsl.Before:
		for _, i := range c.first {
			if r.isDone(int(i)) {
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

// finding puts the demand with index k, which a step breaks, into words of l. The step is for the caller to name.
func (p *Program) finding(k int, l lang.Lang) DutyFinding {
	d := p.demands[k].demand
	return DutyFinding{ID: d.Duty.ID, Law: d.LawText().In(l), Title: d.TitleText().In(l)}
}
