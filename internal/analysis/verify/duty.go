package verify

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// duties holds the model against the duties of the overlays over it. What their structure settles is taken from the model's
// own judgement; the rest is asked of all cases.
func (v *verifier) duties() {
	v.judged = v.m.Judge()
	for _, j := range v.judged {
		v.report.Duties = append(v.report.Duties, v.duty(j, cells.Always))
	}
}

// duty holds the model against one duty, in the cases in which where holds.
func (v *verifier) duty(j dsl.Judgement, where cells.Formula) DutyResult {
	r := DutyResult{Duty: j.Duty, Verdict: NotApplying}
	for i := range j.Demands {
		d := v.demand(&j.Demands[i], where)
		r.Verdict = worse(r.Verdict, d.Verdict)
		r.Demands = append(r.Demands, d)
	}
	return r
}

// unmetDuties finds the duties that are not met, or not proven to be.
func (v *verifier) unmetDuties() {
	for i, j := range v.judged {
		f := Finding{Code: DutyNotMet, Subjects: []string{j.Duty.Overlay.ID, j.Duty.ID}, Weight: Fault, Duty: j.Duty}
		v.tell(f.ID(), func(where cells.Formula) *Finding {
			r := v.report.Duties[i]
			if where != cells.Always {
				r = v.duty(j, where)
			}
			if r.Verdict != NotMet && r.Verdict != NotProven {
				return nil
			}
			f := f
			for _, d := range r.Demands {
				if d.Case != nil && f.Case == nil {
					f.Case = d.Case
				}
			}
			return &f
		})
	}
}

func (v *verifier) demand(j *dsl.DemandJudgement, where cells.Formula) DemandResult {
	d := DemandResult{Demand: j.Demand, Why: j.Why, Steps: j.Steps, Actors: j.Actors}
	switch j.Verdict {
	case dsl.MetDuty:
		d.Verdict = Met
	case dsl.DoesNotApply:
		d.Verdict = NotApplying
	default:
		d.Verdict = NotMet
	}
	switch j.Demand.Kind {
	case dsl.TakesPart:
		return d
	case dsl.Bounded:
		if j.Verdict != dsl.OpenDuty {
			return d
		}
	}
	if d.Verdict == NotApplying {
		return d
	}
	v.prove(&d, where)
	return d
}

// prove settles a demand by looking for cases that break it, in each step or outcome that it is about.
func (v *verifier) prove(d *DemandResult, here cells.Formula) {
	x := d.Demand
	picked := v.m.Picks(x)
	d.Verdict, d.Steps = Met, nil
	if x.When != nil {
		here = v.s.And(here, v.s.Rule(v.m.RuleOf(x.When)).True)
	}
	if x.Unless != nil {
		here = v.s.And(here, v.s.Rule(v.m.RuleOf(x.Unless)).True.Not())
	}
	if x.Kind == dsl.OnEveryWay {
		v.proveWays(d, here, picked)
		return
	}
	switch x.Kind {
	case dsl.Before:
		for i, s := range v.m.Steps {
			if x.First.Has(s) {
				here = v.s.And(here, v.s.Steps[i].Done.Not())
			}
		}
	case dsl.Bounded:
		picked = picked[:1]
		for _, f := range v.m.BoundedFrom(picked[0]) {
			here = v.s.And(here, v.s.Domains[f.Index].Known.Not())
		}
	}
	for _, s := range picked {
		c, a := v.search(v.s.And(v.s.Steps[s.Index].Required, v.open(), here), func(r *interpreter.Result) bool {
			return slices.Contains(r.Next, int32(s.Index))
		})
		if c != nil {
			c.Step = s
		}
		if d.note(c, a) {
			d.Steps = append(d.Steps, s)
		}
	}
}

// proveWays looks for cases that end without any of the steps done.
func (v *verifier) proveWays(d *DemandResult, here cells.Formula, picked []*dsl.Step) {
	d.Verdict = NotApplying
	for _, s := range picked {
		here = v.s.And(here, v.s.Steps[s.Index].Done.Not())
	}
	for i, o := range v.m.Outcomes {
		if !d.Demand.Outcomes.Has(o) {
			continue
		}
		d.Verdict = worse(d.Verdict, Met)
		first := v.s.Outcomes[i].First
		// In turn: the case was open until one fact came. Else how it is closed says nothing of the way there.
		c, a := v.searchIn(v.s.And(first, here), v.inTurn(), func(r *interpreter.Result) bool { return r.Outcome == i })
		if c != nil {
			c.Outcome = o
		}
		d.note(c, a)
	}
}

// note takes a search's answer into the verdict, and tells whether a case that breaks the demand was found in order.
func (d *DemandResult) note(c *Case, a answer) bool {
	switch {
	case a == given:
		d.Verdict = worse(d.Verdict, NotProven)
	case c == nil:
	case c.InOrder:
		d.Verdict = NotMet
		if d.Case == nil || !d.Case.InOrder || c.Lived && !d.Case.Lived {
			d.Case = c
		}
		return true
	default:
		d.Verdict = worse(d.Verdict, MetInOrder)
		if d.Case == nil {
			d.Case = c
		}
	}
	return false
}
