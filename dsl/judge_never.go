package dsl

import (
	"maps"
	"slices"

	"github.com/stegvis/stegvis/dsl/rule"
)

// never judges that none of the steps is required where the demand forbids it. A step is safe where no case can both
// require it and break the demand. It is not where nothing that leads to it, and no outcome, looks at what the demand hangs
// on, since a case can then be as it likes in that; else the structure does not settle it.
func (j *judge) never(d *Demand, steps []*Step) DemandJudgement {
	all := j.without()
	breaks := j.breaks(d)
	hangsOn := map[string]bool{}
	for g := breaks; g != nil; g = g.rest {
		j.lookAt(g.expr, hangsOn)
	}
	out := DemandJudgement{Verdict: MetDuty, Why: GuardedBy, Steps: steps}
	var blind, open []*Step
	for _, s := range steps {
		goals := all.required(s, nil)
		how, by, ok := all.excluded(breaks.then(goals), s.After, j.m.Outcomes)
		switch {
		case ok:
			out.Why = weaker(out.Why, how)
			if by != nil && !slices.Contains(out.Outcomes, by) {
				out.Outcomes = append(out.Outcomes, by)
			}
		case len(hangsOn) == 0 || share(j.sight(s), hangsOn) || share(j.outcomesLookAt(), hangsOn):
			open = append(open, s)
		default:
			blind = append(blind, s)
		}
	}
	switch {
	case len(blind) > 0 && !share(j.anythingLooksAt(), hangsOn):
		return DemandJudgement{Verdict: NotMet, Why: NeverAsks, Steps: blind}
	case len(blind) > 0:
		return DemandJudgement{Verdict: NotMet, Why: AskedTooLate, Steps: blind}
	case len(open) > 0:
		return DemandJudgement{Verdict: OpenDuty, Why: NotSettled, Steps: open}
	}
	return out
}

// breaks is what a case is like in which the demand forbids its steps. What is not known is no exception.
func (j *judge) breaks(d *Demand) (g *goal) {
	if d.Unless != nil {
		g = g.and(notTrue, j.m.RuleOf(d.Unless))
	}
	if d.When != nil {
		g = g.and(isTrue, j.m.RuleOf(d.When))
	}
	return g
}

// weaker tells which of two ways to see to a demand depends on more.
func weaker(a, b Finding) Finding {
	rank := map[Finding]int{GuardedBy: 0, PassedFirst: 1, ClosedFirst: 2}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// sight lists the facts that decide whether a step is required: those of its own rules, and those of the rules and the
// checklists of all that it comes after. Outcomes, which may close the case, are not among them.
func (j *judge) sight(s *Step) map[string]bool {
	if out, ok := j.sights[s]; ok {
		return out
	}
	out := map[string]bool{}
	j.lookAt(guard(s), out)
	for a := range j.ancestors(s) {
		maps.Copy(out, j.looksAt(a))
	}
	j.sights[s] = out
	return out
}

// looksAt lists the facts that decide whether a step applies and is done.
func (j *judge) looksAt(s *Step) map[string]bool {
	if out, ok := j.looked[s]; ok {
		return out
	}
	out := map[string]bool{}
	j.lookAt(guard(s), out)
	for _, item := range s.Done {
		j.lookAt(item.Rule.Expr, out)
	}
	j.looked[s] = out
	return out
}

func (j *judge) outcomesLookAt() map[string]bool {
	out := map[string]bool{}
	for _, o := range j.m.Outcomes {
		j.lookAt(both(outcomeRules(o)...), out)
	}
	return out
}

func (j *judge) anythingLooksAt() map[string]bool {
	out := j.outcomesLookAt()
	for _, s := range j.m.Steps {
		maps.Copy(out, j.looksAt(s))
	}
	return out
}

// lookAt adds the facts that e looks at: in definitions, and in what makes the steps of done('…') and late('…') so.
func (j *judge) lookAt(e *rule.Expr, into map[string]bool) {
	if e == nil {
		return
	}
	entered := map[string]bool{}
	var visit func(e *rule.Expr)
	visit = func(e *rule.Expr) {
		e.Walk(func(x *rule.Expr) {
			switch x.Op {
			case rule.OpFact, rule.OpKnown, rule.OpHappened:
				into[x.Name] = true
			case rule.OpDefine:
				if d := j.search.defines[x.Name]; d != nil && !entered[x.Name] {
					entered[x.Name] = true
					visit(d)
				}
			case rule.OpDone, rule.OpLate:
				s := j.steps[x.Name]
				maps.Copy(into, j.looksAt(s))
				if x.Op == rule.OpLate {
					maps.Copy(into, j.sight(s))
				}
			}
		})
	}
	visit(e)
}

// ancestors returns all the steps that s comes after, directly or not.
func (j *judge) ancestors(s *Step) map[*Step]bool {
	if out, ok := j.before[s]; ok {
		return out
	}
	out := map[*Step]bool{}
	for _, a := range s.After {
		out[a] = true
		maps.Copy(out, j.ancestors(a))
	}
	j.before[s] = out
	return out
}

func share(a, b map[string]bool) bool {
	for name := range b {
		if a[name] {
			return true
		}
	}
	return false
}
