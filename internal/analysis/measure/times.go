package measure

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/internal/analysis/ways"
)

// Goal is what a time is measured to.
type Goal string

// The goals.
const (
	ToMeeting Goal = "meeting" // the first step of kind mote
	ToPlan    Goal = "plan"    // the first step of kind plan
	ToOutcome Goal = "outcome" // an outcome; without Target.Outcome: any within the target group
)

// Target is how long it takes from the opening of a case to a goal.
type Target struct {
	Goal    Goal
	Outcome *dsl.Outcome
	// The critical path: the way that takes longest when every time is kept; nil: the goal cannot be reached.
	Longest  *ways.Way
	Exact    bool // some case goes that way; else it only is certain that none goes a longer one
	Unproven bool // it could not be settled: nothing shows that the way is bounded, and nothing that it is not
	// The way that sets the first day on which any case can get there.
	Shortest *ways.Way
}

func (m *measurer) times() {
	for _, goal := range []Goal{ToMeeting, ToPlan} {
		t := Target{Goal: goal}
		kind := meetingKind
		if goal == ToPlan {
			kind = planKind
		}
		for _, s := range m.m.Steps {
			switch {
			case s.Kind.ID != kind || s.Every != nil:
			case !m.hist.whole && !t.Unproven:
				m.boundFirst(s, &t)
			case !m.hist.whole:
			default:
				for _, ends := range m.hist.ends {
					for _, done := range sorted(ends) {
						if done.has(s.Index) && m.isFirst(s, done) {
							m.along(&t, done, []*dsl.Step{s}, true)
						}
					}
				}
			}
		}
		m.report.Targets = append(m.report.Targets, t)
	}
	any := Target{Goal: ToOutcome}
	var each []Target
	for i, o := range m.m.Outcomes {
		t := Target{Goal: ToOutcome, Outcome: o}
		steps := m.leadingTo(o)
		if m.hist.whole {
			for _, done := range sorted(m.hist.ends[i]) {
				m.along(&t, done, steps, false)
			}
		} else if base := m.ends(o); m.s.Possible(base) {
			m.bounds(&t, base, steps, false)
		}
		if t.Longest != nil && !outside(o) {
			any.take(t.Longest, t.Exact, t.Shortest)
			any.Unproven = any.Unproven || t.Unproven
		}
		each = append(each, t)
	}
	m.report.Targets = append(append(m.report.Targets, any), each...)
}

// leadingTo lists the steps that an outcome comes after, and those that record what its rules look at.
func (m *measurer) leadingTo(o *dsl.Outcome) []*dsl.Step {
	steps := slices.Clone(o.After)
	rules := []*dsl.Rule{o.When}
	if o.Stage != nil {
		rules = append(rules, o.Stage.When)
	}
	for _, f := range m.by.Needs(rules...) {
		steps = append(steps, m.by.Recorders(f)...)
	}
	return steps
}

// isFirst tells whether no step done before is of the same kind.
func (m *measurer) isFirst(s *dsl.Step, done set) bool {
	for b := range m.by.Before(s) {
		if b.Kind == s.Kind && done.has(b.Index) {
			return false
		}
	}
	return true
}

// along takes the ways past the steps into a target, in a case in which exactly the steps of done were done; to them alone, or to what comes
// after.
func (m *measurer) along(t *Target, done set, steps []*dsl.Step, alone bool) {
	x := ways.Search{
		Order: m.by, Skip: func(s *dsl.Step) bool { return !done.has(s.Index) }, Must: func(s *dsl.Step) bool { return done.has(s.Index) },
	}
	past := steps
	if !alone {
		past = m.listed(done)
	}
	t.take(endOf(x.LongestPast(steps)), true, x.ShortestPast(past))
}

// endOf is the way itself. Where nothing has to be done before its end, only what somebody comes to know leads there.
func endOf(w *ways.Way, last *dsl.Step) *ways.Way {
	if last == nil {
		return &ways.Way{Links: []ways.Link{{Open: ways.Untimed}}}
	}
	return w
}

// take takes ways into a target that can be reached on them as well.
func (t *Target) take(longest *ways.Way, exact bool, shortest *ways.Way) {
	if t.Longest == nil || longest.Longer(t.Longest) {
		t.Longest, t.Exact = longest, exact
	}
	if t.Shortest == nil || shortest.Fewest < t.Shortest.Fewest {
		t.Shortest = shortest
	}
}

// boundFirst bounds the ways to a step where it is the first of its kind.
func (m *measurer) boundFirst(s *dsl.Step, t *Target) {
	base := m.s.And(m.ordered, m.done[s.Index])
	if m.s.Possible(base) {
		m.bounds(t, base, []*dsl.Step{s}, true)
	}
}

// bounds finds ways past the steps that no case of base takes longer, or shorter, than; to them alone, or to what comes after. Only steps
// that every case does, since they are done at its end, bound others.
func (m *measurer) bounds(t *Target, base cells.Formula, steps []*dsl.Step, alone bool) {
	if len(m.m.Steps) > maxBounded {
		t.Unproven = true
		t.take(endOf(nil, nil), false, &ways.Way{})
		return
	}
	always := make([]bool, len(m.m.Steps))
	past := slices.Clone(steps)
	may := map[*dsl.Step]bool{}
	for _, s := range steps {
		may[s] = true
		for b := range m.by.Before(s) {
			may[b] = may[b] || !alone
		}
	}
	for i, s := range m.m.Steps {
		may[s] = may[s] && m.s.Possible(base, m.done[i])
		always[i] = !m.s.Possible(base, m.s.Steps[i].Done.Not())
		if always[i] && !alone {
			past = append(past, s)
		}
	}
	must := func(s *dsl.Step) bool { return always[s.Index] }
	var longest *ways.Way
	for _, s := range m.m.Steps {
		if !may[s] {
			continue
		}
		x := ways.Search{Order: m.by, Skip: func(other *dsl.Step) bool { return other != s && !must(other) }}
		if w := x.Longest(s); longest == nil || w.Longer(longest) {
			longest = w
		}
		if !longest.Bounded() {
			break // no more can be told
		}
	}
	if longest == nil {
		longest = endOf(nil, nil)
	}
	x := ways.Search{Order: m.by, Must: must}
	t.Unproven = t.Unproven || !longest.Bounded()
	t.take(longest, false, x.ShortestPast(past))
}

// Slack is how a limit of the whole case stands to the times within it.
type Slack struct {
	Limit   *dsl.Limit
	Longest *ways.Chain // the times that follow on one another within it and come to most; nil: no times are within it
	// How many days of the limit are left at least when every time is taken to its end. Less than 0: the limit can be missed though every
	// time is kept.
	Days     int
	Shortest *ways.Chain // the shortest stays that follow on one another within it; nil: there are none
}

func (m *measurer) slacks() {
	order := ways.ByAfter(m.m)
	parts := ways.StretchesOf(m.m)
	for _, l := range m.m.Limits {
		s := Slack{Limit: l, Longest: order.Chain(l, parts, ways.LongestTime), Shortest: order.Chain(l, parts, ways.ShortestStay)}
		if s.Longest != nil {
			s.Days = slackDays(l.Max, s.Longest)
		}
		m.report.Slacks = append(m.report.Slacks, s)
	}
}

// slackDays returns the fewest days that a limit leaves. Durations of one unit are held against each other as such, so that six months
// in a limit of six months leave none, whatever days they fall on.
func slackDays(max calendar.Duration, c *ways.Chain) int {
	n := max.N
	for _, x := range c.Parts {
		if x.Time.Max.Unit != max.Unit {
			return max.MinDays() - c.Most
		}
		n -= x.Time.Max.N
	}
	if n < 0 {
		return -calendar.Duration{N: -n, Unit: max.Unit}.MaxDays()
	}
	return calendar.Duration{N: n, Unit: max.Unit}.MinDays()
}
