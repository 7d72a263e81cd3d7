package dsl

import "github.com/stegvis/stegvis/dsl/lang"

// Verdict tells how a model stands to a duty, as far as its structure shows.
type Verdict string

// The verdicts. MetDuty is a promise: no case of the model, whatever is known of it and in whatever order, breaks the
// duty. NotMet says that the model lacks what the duty needs. OpenDuty is everything between: the structure does not
// settle it, and it takes a proof over all cases.
const (
	MetDuty      Verdict = "met"
	NotMet       Verdict = "not_met"
	DoesNotApply Verdict = "does_not_apply"
	OpenDuty     Verdict = "open"
)

// worse tells which of two verdicts a duty has when its demands have them.
func worse(a, b Verdict) Verdict {
	rank := map[Verdict]int{DoesNotApply: 0, MetDuty: 1, OpenDuty: 2, NotMet: 3}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// Judgement is how a model stands to a duty.
type Judgement struct {
	Duty    *Duty
	Verdict Verdict
	Demands []DemandJudgement
}

// DemandJudgement is how a model stands to one demand, and why.
type DemandJudgement struct {
	Demand   *Demand
	Verdict  Verdict
	Why      Finding
	Steps    []*Step    // those that the finding is about
	Outcomes []*Outcome // OnEveryWay: those that can be reached past the steps, or that it is open for; ClosedFirst: those that close
	Actors   []*Term    // TakesPart: those that never do
	First    *Step      // Before: the step that goes first, or would have to; Bounded: the first of the steps
}

// Finding names why a demand stands as it does; the words are the reader's language's.
type Finding string

// The findings, each with the verdict that it goes with.
const (
	NoSuchSteps     Finding = "no_such_steps"     // does not apply: the model has none of the steps. Not met, OnEveryWay: it should have
	GuardedBy       Finding = "guarded"           // met: the steps' own rules see to it
	PassedFirst     Finding = "passed_first"      // met: what must be passed before the steps sees to it
	ClosedFirst     Finding = "closed_first"      // met: an outcome has closed every case that would break it
	NeverAsks       Finding = "never_asks"        // not met: no rule of the model looks at what the demand hangs on
	AskedTooLate    Finding = "asked_too_late"    // not met: nothing that leads to the steps looks at it, something else does
	NotSettled      Finding = "not_settled"       // open: the structure does not show it
	GoesFirst       Finding = "goes_first"        // met: First is always done before
	CanBeSkipped    Finding = "can_be_skipped"    // open: First goes before, but a case can come past it, as when a later step is done early
	NothingFirst    Finding = "nothing_first"     // not met: no such step goes before
	OnTheWay        Finding = "on_the_way"        // met: one of the steps is done wherever such an outcome closes a case
	EveryoneIs      Finding = "everyone_is"       // met: each takes part
	SomeAreNot      Finding = "some_are_not"      // not met: Actors never do
	IsBounded       Finding = "is_bounded"        // met: First has a longest time from what an earlier step records
	NothingBounds   Finding = "nothing_bounds"    // not met: it has none
	StartsNoMeasure Finding = "starts_no_measure" // not met: there is no such step, where the duty wants one
)

// Judge holds the model against every duty of the overlays over it, by its structure alone: the duties of each overlay
// in the order of its file, the overlays by id.
func (m *Model) Judge() []Judgement {
	j := newJudge(m)
	var out []Judgement
	for _, o := range m.Overlays {
		for _, d := range o.Duties {
			v := Judgement{Duty: d, Verdict: DoesNotApply}
			for _, demand := range d.Demands {
				dj := j.demand(demand)
				dj.Demand = demand
				v.Verdict = worse(v.Verdict, dj.Verdict)
				v.Demands = append(v.Demands, dj)
			}
			out = append(out, v)
		}
	}
	return out
}

// Picks returns the steps of the model that the demand is about, in file order.
func (m *Model) Picks(d *Demand) []*Step { return m.picked(d.Steps) }

func (m *Model) picked(x *Selection) (out []*Step) {
	for _, s := range m.Steps {
		if x.Has(s) {
			out = append(out, s)
		}
	}
	return out
}

// LawText returns where the demand stands, as lawyers cite it.
func (d *Demand) LawText() lang.Text {
	if !d.Law.IsZero() {
		return d.Law
	}
	return d.Duty.Law
}

// TitleText returns what is demanded.
func (d *Demand) TitleText() lang.Text {
	if !d.Title.IsZero() {
		return d.Title
	}
	return d.Duty.Title
}
