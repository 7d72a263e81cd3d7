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
	for _, j := range v.m.Judge() {
		r := DutyResult{Duty: j.Duty, Verdict: NotApplying}
		for i := range j.Demands {
			d := v.demand(&j.Demands[i])
			r.Verdict = worse(r.Verdict, d.Verdict)
			r.Demands = append(r.Demands, d)
		}
		v.report.Duties = append(v.report.Duties, r)
		if r.Verdict != NotMet && r.Verdict != NotProven {
			continue
		}
		f := &Finding{Code: DutyNotMet, Subjects: []string{j.Duty.Overlay.ID, j.Duty.ID}, Weight: Fault, Duty: j.Duty}
		for _, d := range r.Demands {
			if d.Case != nil && f.Case == nil {
				f.Case = d.Case
			}
		}
		v.add(f)
	}
}

func (v *verifier) demand(j *dsl.DemandJudgement) DemandResult {
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
	v.prove(&d)
	return d
}

// prove settles a demand by looking for cases that break it, in each step or outcome that it is about.
func (v *verifier) prove(d *DemandResult) {
	x := d.Demand
	picked := v.m.Picks(x)
	d.Verdict, d.Steps = Met, nil
	here := cells.Always
	if x.When != nil {
		here = v.s.Rule(v.m.RuleOf(x.When)).True
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
		c, a := v.searchIn(v.s.And(first, here), v.inTurn, func(r *interpreter.Result) bool { return r.Outcome == i })
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
