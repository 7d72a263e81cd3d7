package compare

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// Outside is the cases that fall between the models: each of them turns the case away, by an outcome after which nobody takes over while
// nothing that it comes after is done, or leaves it stuck, with nothing that is required, lies ahead or is asked for. What is stuck because
// it waits for an event that nobody brings about is not among it.
type Outside struct {
	Groups []Group
	All    bool // no other groups than these are outside
	Cohort int  // of the cohort, how many cases are outside
	Of     int  // how many cases the cohort has that every model accepts
}

// Group is cases outside every model that one condition takes in.
type Group struct {
	When   cells.Condition
	Case   *cells.Witness // the smallest
	Cohort int            // how many of the cohort are in it; a case can be in several
}

const (
	maxGroups = 6 // how many groups that every model turns away are told of
	maxStuck  = 2 // how many that get stuck in some model; these take many facts
)

func (c *comparer) outside(cases []*interpreter.Case, bound [][]*interpreter.Facts) Outside {
	turned, left := c.every, c.every
	for i := range c.programs {
		away, stuck := c.leaves(i)
		turned, left = c.s.And(turned, away), c.s.And(left, c.s.Or(away, stuck))
	}
	confirm := func(facts []*interpreter.Facts) bool {
		for i := range c.programs {
			if !c.left(i, facts[i]) {
				return false
			}
		}
		return true
	}
	var out Outside
	conditions, all := c.s.Conditions(turned, maxGroups)
	for _, when := range conditions {
		left = c.s.And(left, c.s.Formula(when).Not())
	}
	out.All = all
	if all {
		var rest []cells.Condition
		rest, out.All = c.s.Conditions(left, maxStuck)
		conditions = append(conditions, rest...)
	}
	for _, when := range conditions {
		if w, _ := c.smallest(c.s.Formula(when), confirm); w != nil {
			out.Groups = append(out.Groups, Group{When: when, Case: w})
		} else {
			out.All = false
		}
	}
	for i, facts := range bound {
		if facts == nil {
			continue
		}
		out.Of++
		if !confirm(facts) {
			continue
		}
		out.Cohort++
		for g := range out.Groups {
			if within(out.Groups[g].When, cases[i]) {
				out.Groups[g].Cohort++
			}
		}
	}
	return out
}

// leaves holds where the model turns a case away, and where it leaves it stuck, as Outside has it.
func (c *comparer) leaves(model int) (away, stuck cells.Formula) {
	still, closed := cells.Always, cells.Never
	away = cells.Never
	for _, s := range c.joint.steps[model] {
		x := &c.s.Steps[s.Index]
		still = c.s.And(still, x.Required.Not(), x.Scheduled.Not(), x.Undetermined.Not())
	}
	for _, o := range c.joint.outcomes[model] {
		x := &c.s.Outcomes[o.Index]
		if len(o.To) == 0 {
			untouched := cells.Always
			for _, s := range o.After {
				untouched = c.s.And(untouched, c.s.Steps[s.Index].Done.Not())
			}
			away = c.s.Or(away, c.s.And(x.Claim, closed.Not(), untouched))
		}
		closed = c.s.Or(closed, x.Claim)
		still = c.s.And(still, c.s.Or(c.s.Unknown(x.Holds).Not(), x.Open.Not()))
	}
	return away, c.s.And(closed.Not(), still)
}

// left tells, by the interpreter, whether the model leaves the case as Outside has it.
func (c *comparer) left(model int, f *interpreter.Facts) bool {
	p := c.programs[model]
	p.Decide(f, c.day, &c.result)
	if c.result.Outcome >= 0 {
		o := p.Model().Outcomes[c.result.Outcome]
		return len(o.To) == 0 && !slices.ContainsFunc(o.After, func(s *dsl.Step) bool { return c.result.StepStatus(s.Index) == interpreter.Done })
	}
	return c.result.Status == interpreter.StuckCase && len(c.result.Stuck) == 0
}

// within tells whether the condition allows the case, which is seen on the day of the condition's cells.
func within(when cells.Condition, k *interpreter.Case) bool {
	return !slices.ContainsFunc(when, func(p cells.Part) bool {
		v, _ := k.Get(p.Domain.Fact.ID)
		return !allows(&p, v)
	})
}
