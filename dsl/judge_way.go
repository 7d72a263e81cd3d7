package dsl

import (
	"slices"

	"github.com/stegvis/stegvis/dsl/rule"
)

// goesBefore judges that before each of the steps is required, one of the first is done.
func (j *judge) goesBefore(d *Demand, steps []*Step) DemandJudgement {
	b := &befores{judge: j, firsts: j.m.picked(d.First), alone: map[*Step]*cases{}}
	b.all, b.none = j.without(), j.without(b.firsts...)
	out := DemandJudgement{Verdict: MetDuty, Why: GoesFirst}
	for i, s := range steps {
		verdict, why, first := b.of(s)
		switch {
		case i == 0 || verdict != out.Verdict && worse(out.Verdict, verdict) == verdict:
			out = DemandJudgement{Verdict: verdict, Why: why, Steps: []*Step{s}, First: first}
		case verdict == out.Verdict:
			out.Steps = append(out.Steps, s)
			if out.First == nil {
				out.First, out.Why = first, why
			}
		}
	}
	return out
}

// befores are the cases that tell whether something goes before a step.
type befores struct {
	*judge
	firsts    []*Step
	all, none *cases           // all cases, and those in which none of the firsts is done
	alone     map[*Step]*cases // those in which one of them is not done
}

// of judges one step, and names the one of the firsts that goes before it; nil where it takes more than one, or none.
func (b *befores) of(s *Step) (Verdict, Finding, *Step) {
	how, ok := b.unrequired(s, b.none)
	if !ok {
		if i := slices.IndexFunc(b.firsts, func(f *Step) bool { return b.ancestors(s)[f] }); i >= 0 {
			return OpenDuty, CanBeSkipped, b.firsts[i]
		}
		if slices.ContainsFunc(b.firsts, func(f *Step) bool { return b.hangsTogether(s, f) }) {
			return OpenDuty, NotSettled, nil
		}
		return NotMet, NothingFirst, nil
	}
	if never, is := b.unrequired(s, b.all); is { // no case requires the step at all
		return MetDuty, never, nil
	}
	for _, goesBefore := range []bool{true, false} {
		for _, f := range b.firsts {
			if b.ancestors(s)[f] == goesBefore && b.search.total > 0 && b.goesAlone(s, f) {
				return MetDuty, GoesFirst, f
			}
		}
	}
	return MetDuty, how, nil
}

// unrequired tells whether none of the cases requires the step.
func (b *befores) unrequired(s *Step, in *cases) (Finding, bool) {
	how, _, ok := in.excluded(in.required(s, nil), s.After, b.m.Outcomes)
	return how, ok
}

// goesAlone tells whether f is done wherever s is required.
func (b *befores) goesAlone(s, f *Step) bool {
	if b.alone[f] == nil {
		b.alone[f] = b.without(f)
	}
	_, ok := b.unrequired(s, b.alone[f])
	return ok
}

// hangsTogether tells whether a case that requires s may have f done for the same facts: f has nothing in its checklist
// that can be left open whatever s takes. A step that comes back is never done.
func (j *judge) hangsTogether(s, f *Step) bool {
	if f.Every != nil {
		return false
	}
	taken := j.outcomesLookAt()
	for name := range j.sight(s) {
		taken[name] = true
	}
	for _, item := range f.Done {
		own := map[string]bool{}
		j.lookAt(item.Rule.Expr, own)
		if len(own) > 0 && !share(taken, own) {
			return false
		}
	}
	return true
}

// onEveryWay judges that wherever one of the outcomes closes a case that the demand speaks of, one of the steps is done.
func (j *judge) onEveryWay(d *Demand, steps []*Step) DemandJudgement {
	out := DemandJudgement{Verdict: DoesNotApply, Why: NoSuchSteps, Steps: steps}
	var speaks *goal
	if d.When != nil {
		speaks = speaks.and(isTrue, j.m.RuleOf(d.When))
	}
	with, without := j.without(), j.without(steps...)
	for i, o := range j.m.Outcomes {
		if !d.Outcomes.Has(o) {
			continue
		}
		here := speaks.and(isTrue, outcomeRules(o)...)
		if _, _, never := with.excluded(here, o.After, j.m.Outcomes[:i]); never {
			continue // no such case ends there
		}
		verdict := MetDuty
		if _, _, ok := without.excluded(here, o.After, j.m.Outcomes[:i]); !ok {
			verdict = OpenDuty
			if len(steps) == 0 {
				verdict = NotMet
			}
		}
		if verdict != out.Verdict && worse(out.Verdict, verdict) == verdict {
			out.Verdict, out.Outcomes = verdict, nil
		}
		if verdict == out.Verdict && verdict != MetDuty {
			out.Outcomes = append(out.Outcomes, o)
		}
	}
	switch out.Verdict {
	case MetDuty:
		out.Why = OnTheWay
	case OpenDuty:
		out.Why = NotSettled
	}
	return out
}

// takesPart judges that each of the actors takes part in one of the steps.
func (j *judge) takesPart(d *Demand, steps []*Step) DemandJudgement {
	out := DemandJudgement{Verdict: MetDuty, Why: EveryoneIs, Steps: steps}
	for _, a := range d.Actors {
		is := slices.ContainsFunc(steps, func(s *Step) bool { return s.Actor.ID == a.ID || among(s.With, a.ID) })
		if !is {
			out.Actors = append(out.Actors, a)
			out.Verdict, out.Why = NotMet, SomeAreNot
		}
	}
	return out
}

// bounded judges that the first of the steps in file order has a longest time, its own or its stage's, that counts from a
// day which an earlier step records, and which is known whenever the step is required.
func (j *judge) bounded(steps []*Step) DemandJudgement {
	if len(steps) == 0 {
		return DemandJudgement{Verdict: NotMet, Why: StartsNoMeasure}
	}
	s := steps[0]
	out := DemandJudgement{Verdict: NotMet, Why: NothingBounds, Steps: steps[:1], First: s}
	all := j.without()
	var unbounded *goal
	for _, from := range j.m.BoundedFrom(s) {
		out.Verdict, out.Why = OpenDuty, CanBeSkipped
		unbounded = unbounded.and(isFalse, dayKnown(from))
	}
	if unbounded == nil {
		return out
	}
	if _, _, ok := all.excluded(all.required(s, unbounded), s.After, j.m.Outcomes); ok {
		out.Verdict, out.Why = MetDuty, IsBounded
	}
	return out
}

// BoundedFrom lists the facts that the longest times of the step count from, its own and its stage's, where a step that
// goes before records them: where one of its checklist looks at them.
func (m *Model) BoundedFrom(s *Step) (out []*Fact) {
	times := []*Time{s.Time}
	if s.Stage != nil {
		times = append(times, s.Stage.Time)
	}
	for _, t := range times {
		if t != nil && t.Max != nil && !slices.Contains(out, t.From) && recordedBefore(t.From, s.After, map[*Step]bool{}) {
			out = append(out, t.From)
		}
	}
	return out
}

func recordedBefore(f *Fact, steps []*Step, seen map[*Step]bool) bool {
	for _, s := range steps {
		if seen[s] {
			continue
		}
		seen[s] = true
		if slices.ContainsFunc(s.Done, func(i *Item) bool { return slices.Contains(i.Facts, f) }) || recordedBefore(f, s.After, seen) {
			return true
		}
	}
	return false
}

// dayKnown is true where time can be counted from the fact.
func dayKnown(f *Fact) *rule.Expr {
	op := rule.OpKnown
	if f.Type.Kind == rule.Event {
		op = rule.OpHappened
	}
	return &rule.Expr{Op: op, Type: rule.Type{Kind: rule.Bool}, Name: f.ID}
}
