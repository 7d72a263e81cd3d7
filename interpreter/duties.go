package interpreter

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Some demands of overlays can be held against one case on one day: a step that is required though it must never be
// then, one before which another should have been done, and one that nothing bounds in time. The others are about
// the model as a whole (dsl.Model.Judge).

// demandCode is a demand as it is held against a required step.
type demandCode struct {
	demand *dsl.Demand
	steps  []bool // by step: the demand is about it
	rule   *code  // Never: what forbids the step, or what allows it; nil where the model lacks a fact of it
	first  []bool // Before: by step: one of these must be done
}

// breach is a required step that breaks a demand.
type breach struct{ step, demand int32 }

func (p *Program) lowerDuties(l *lowerer) {
	for _, o := range p.model.Overlays {
		for _, d := range o.Duties {
			for _, m := range d.Demands {
				c := demandCode{demand: m, steps: make([]bool, len(p.model.Steps))}
				for i, s := range p.model.Steps {
					c.steps[i] = m.Steps.Has(s)
				}
				switch m.Kind {
				case dsl.Never:
					r := m.When
					if r == nil {
						r = m.Unless
					}
					if p.declares(r.Expr) {
						code := l.rule(r.Expr)
						c.rule = &code
					}
				case dsl.Before:
					c.first = make([]bool, len(p.model.Steps))
					for i, s := range p.model.Steps {
						c.first[i] = m.First.Has(s)
					}
				case dsl.Bounded:
					c.steps = p.unbounded(m)
				default:
					continue
				}
				p.demands = append(p.demands, c)
			}
		}
	}
}

// declares tells whether the model has every fact that e looks at; of one that it lacks nothing is ever known.
func (p *Program) declares(e *rule.Expr) bool {
	all := true
	e.Walk(func(x *rule.Expr) {
		switch x.Op {
		case rule.OpFact, rule.OpKnown, rule.OpHappened:
			if _, ok := p.factIndex[x.Name]; !ok {
				all = false
			}
		}
	})
	return all
}

// unbounded marks the first of the demand's steps, where the model's structure gives it no longest time.
func (p *Program) unbounded(m *dsl.Demand) []bool {
	steps := make([]bool, len(p.model.Steps))
	for _, j := range p.model.Judge() {
		for _, d := range j.Demands {
			if d.Demand == m && d.Why == dsl.NothingBounds {
				steps[d.First.Index] = true
			}
		}
	}
	return steps
}

// breaches finds the demands that the required steps break.
func (p *Program) breaches(f *Facts, r *Result) {
	if len(p.demands) == 0 {
		return
	}
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
	case dsl.Never:
		v := Unknown
		if c.rule != nil {
			v = p.run(c.rule, f, r)
		}
		if c.demand.When != nil {
			return v == True
		}
		return v != True // what is not known is not allowed
	case dsl.Before:
		for i, first := range c.first {
			if first && r.steps[i].done {
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
