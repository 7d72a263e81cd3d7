package conform

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
)

// Histogram counts whole numbers, so that percentiles are exact however many there are.
type Histogram struct {
	counts map[int]int
	n, sum int
}

// Add counts a number once more.
func (h *Histogram) Add(v int) {
	if h.counts == nil {
		h.counts = map[int]int{}
	}
	h.counts[v]++
	h.n++
	h.sum += v
}

// N returns how many numbers were counted.
func (h *Histogram) N() int { return h.n }

// Mean returns their mean; it is not there where none was counted.
func (h *Histogram) Mean() (float64, bool) {
	if h.n == 0 {
		return 0, false
	}
	return float64(h.sum) / float64(h.n), true
}

// Percentile returns the least number that at least p per cent of all are no greater than; 0 is the least of all, 100 the
// greatest. It is not there where none was counted.
func (h *Histogram) Percentile(p int) (int, bool) {
	if h.n == 0 {
		return 0, false
	}
	var values []int
	for v := range h.counts {
		values = append(values, v)
	}
	slices.Sort(values)
	rank, seen := max(1, (h.n*p+99)/100), 0
	for _, v := range values {
		if seen += h.counts[v]; seen >= rank {
			return v, true
		}
	}
	return values[len(values)-1], true
}

// StepFigures is one step over many cases.
type StepFigures struct {
	Step    *dsl.Step
	Ends    [Ends]int   // cases, by how it ended
	Late    int         // done after its due day
	InTime  int         // done by it
	Overdue int         // not done, and its due day has passed
	Told    int         // done, and by no event
	Events  [Sorts]int  // that were judged by it
	LateEv  int         // of those that fit, after its due day
	Missed  int         // of a step that comes back: times it was due and not done
	Wait    Histogram   // days from required to done
	Before  map[int]int // events out of order, by the place of the step that was still to be done first
}

// LimitFigures is one limit over many cases.
type LimitFigures struct {
	Limit  *dsl.Limit
	States [4]int // by LimitState
}

// OutcomeFigures is how many cases an outcome closed.
type OutcomeFigures struct {
	Outcome *dsl.Outcome
	Cases   int
}

// Figures are those of all cases, or of a group of them.
type Figures struct {
	Cases       int
	Closed      int // by an outcome
	Ended       int // closed, or ended as the log has it
	CasesJudged int // in which something was judged
	Perfect     int // of these, in which all of it fits
	Fit         Fit
	Events      [Sorts]int
	Late        int // events that fit, but after the due day
	Extra       map[Why]int
	Ignored     int
	Steps       []StepFigures
	Limits      []LimitFigures
	Outcomes    []OutcomeFigures

	Handovers    [][]int   // from actor to actor, by place in Report.Actors
	HandoversPer Histogram // of a case
	Through      Histogram // days from the first to the last event, of cases that have ended
	SoFar        Histogram // the same of cases that go on
}

// Group is the cases with one value of the column of groups.
type Group struct {
	Name  string // "": the log gives none
	Other bool   // all further groups together
	*Figures
}

// union is the parts of all versions of the model, each once by its id: the last version's first, then those that only earlier ones have.
type union struct {
	steps    []*dsl.Step
	limits   []*dsl.Limit
	outcomes []*dsl.Outcome
	actors   []*dsl.Term
	step     map[string]int
	limit    map[string]int
	outcome  map[string]int
	actor    map[string]int
}

func unionOf(plans []*plan) *union {
	u := &union{step: map[string]int{}, limit: map[string]int{}, outcome: map[string]int{}, actor: map[string]int{}}
	for _, x := range slices.Backward(plans) {
		for _, s := range x.whole.Steps {
			if addOnce(u.step, s.ID) {
				u.steps = append(u.steps, s)
			}
			if addOnce(u.actor, s.Actor.ID) {
				u.actors = append(u.actors, s.Actor)
			}
		}
		for _, l := range x.whole.Limits {
			if addOnce(u.limit, l.ID) {
				u.limits = append(u.limits, l)
			}
		}
		for _, o := range x.whole.Outcomes {
			if addOnce(u.outcome, o.ID) {
				u.outcomes = append(u.outcomes, o)
			}
		}
	}
	return u
}

// addOnce gives the id the next place, unless it has one.
func addOnce(places map[string]int, id string) bool {
	if _, known := places[id]; known {
		return false
	}
	places[id] = len(places)
	return true
}

func newFigures(u *union) *Figures {
	f := &Figures{Extra: map[Why]int{}}
	for _, s := range u.steps {
		f.Steps = append(f.Steps, StepFigures{Step: s})
	}
	for _, l := range u.limits {
		f.Limits = append(f.Limits, LimitFigures{Limit: l})
	}
	for _, o := range u.outcomes {
		f.Outcomes = append(f.Outcomes, OutcomeFigures{Outcome: o})
	}
	for range u.actors {
		f.Handovers = append(f.Handovers, make([]int, len(u.actors)))
	}
	return f
}

// add counts a case.
func (f *Figures) add(c *Case, u *union) {
	f.Cases++
	f.Ignored += c.Ignored
	fit := c.Fit()
	f.Fit.add(fit)
	if fit.Some() {
		f.CasesJudged++
	}
	if fit.Perfect() {
		f.Perfect++
	}
	if c.Outcome != nil {
		f.Closed++
		f.Outcomes[u.outcome[c.Outcome.ID]].Cases++
	}
	if c.Ended {
		f.Ended++
		f.Through.Add(c.Days())
	} else {
		f.SoFar.Add(c.Days())
	}
	for i := range c.Verdicts {
		f.verdict(&c.Verdicts[i], u)
	}
	for i := range c.Steps {
		f.Steps[u.step[c.Steps[i].Step.ID]].add(&c.Steps[i])
	}
	for _, l := range c.Limits {
		f.Limits[u.limit[l.Limit.ID]].States[l.State]++
	}
	f.HandoversPer.Add(c.Handovers())
	for i := 1; i < len(c.Visits); i++ {
		f.Handovers[u.actor[c.Visits[i-1].ID]][u.actor[c.Visits[i].ID]]++
	}
}

func (f *Figures) verdict(v *Verdict, u *union) {
	f.Events[v.Sort]++
	if v.Late {
		f.Late++
	}
	if v.Sort == Extra {
		f.Extra[v.Why]++
	}
	if v.Step == nil {
		return
	}
	s := &f.Steps[u.step[v.Step.ID]]
	s.Events[v.Sort]++
	if v.Late {
		s.LateEv++
	}
	if v.Before != nil {
		if s.Before == nil {
			s.Before = map[int]int{}
		}
		s.Before[u.step[v.Before.ID]]++
	}
}

func (s *StepFigures) add(e *StepEnd) {
	s.Ends[e.End]++
	s.Missed += e.Missed
	if e.Told {
		s.Told++
	}
	switch {
	case e.Step.Every != nil:
		s.Late, s.InTime = s.Late+e.LateN, s.InTime+e.Times-e.LateN
	case e.End == Done && e.Late:
		s.Late++
	case e.End == Done && e.Due != nil:
		s.InTime++
	case e.Late:
		s.Overdue++
	}
	if e.End == Done && e.Step.Every == nil && e.Required != nil && *e.Done >= *e.Required {
		s.Wait.Add(int(*e.Done - *e.Required))
	}
}

// Asked counts the cases in which the step was required, or passed over though it applied.
func (s *StepFigures) Asked() int {
	return s.Ends[Done] + s.Ends[Skipped] + s.Ends[Pending] + s.Ends[Lapsed]
}

// Bounded tells whether the model gives the step a due day.
func (s *StepFigures) Bounded() bool {
	x := s.Step
	return x.Every != nil || x.Time != nil && x.Time.Max != nil || x.Stage != nil && x.Stage.Time != nil && x.Stage.Time.Max != nil
}

// Handed counts the handovers: how often a step was done by another actor than the one before.
func (f *Figures) Handed() (n int) {
	for i := range f.Handovers {
		for j, k := range f.Handovers[i] {
			if i != j {
				n += k
			}
		}
	}
	return n
}
