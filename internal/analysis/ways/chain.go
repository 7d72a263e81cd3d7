package ways

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
)

// Chain is a row of times that a case can pass one after another between the ends of a limit.
type Chain struct {
	Limit *dsl.Limit
	Parts []Stretch
	// The fewest and the most days that the times come to, since months are of different lengths.
	Fewest, Most int
}

// Stretch is one time of a chain: a stage's, or a step's.
type Stretch struct {
	Stage *dsl.Stage
	Step  *dsl.Step
	Time  *dsl.Time
}

func (x Stretch) steps() []*dsl.Step {
	if x.Stage != nil {
		return x.Stage.Steps
	}
	return []*dsl.Step{x.Step}
}

// StagesOf lists the times of the stages of a model.
func StagesOf(m *dsl.Model) (out []Stretch) {
	for _, s := range m.Stages {
		if s.Time != nil {
			out = append(out, Stretch{Stage: s, Time: s.Time})
		}
	}
	return out
}

// StretchesOf lists the times of the stages and of the steps that do not repeat.
func StretchesOf(m *dsl.Model) []Stretch {
	out := StagesOf(m)
	for _, s := range m.Steps {
		if s.Time != nil && s.Every == nil {
			out = append(out, Stretch{Step: s, Time: s.Time})
		}
	}
	return out
}

// Bound picks one of the durations of a time; nil where the time has none.
type Bound func(*dsl.Time) *calendar.Duration

// LongestTime is the time in which a step is to be done, or a stage left.
func LongestTime(t *dsl.Time) *calendar.Duration { return t.Max }

// ShortestStay is the shortest stay, or the time before which a step is not required.
func ShortestStay(t *dsl.Time) *calendar.Duration {
	if t.Min == nil || t.NotBefore != nil && t.NotBefore.MinDays() > t.Min.MinDays() {
		return t.NotBefore
	}
	return t.Min
}

// Exceeds tells whether the chain, measured so, can take longer than its limit. Durations of one unit are held against each other as
// such: six months are never longer than six months, whatever days they fall on.
func (c *Chain) Exceeds(b Bound) bool {
	n := 0
	for _, x := range c.Parts {
		d := b(x.Time)
		if d.Unit != c.Limit.Max.Unit {
			return c.Most > c.Limit.Max.MinDays()
		}
		n += d.N
	}
	return n > c.Limit.Max.N
}

// Chain returns that of the stretches' chains within the limit whose times, measured so, come to most; nil where there is none. The
// order is to be ByAfter's.
//
// A stretch is within the limit when its time counts from the limit's own first event, or from one that a step records which comes
// after the step that records that event, or after the opening of the case where the limit begins there; and when it lies before the
// limit's end: its steps do not all come after that, and it is no later stage. It follows on another when its time counts from an event
// that is recorded by a step of the other, but not with what the other counts from, or by a step that comes after one of the other.
func (o *Order) Chain(limit *dsl.Limit, stretches []Stretch, bound Bound) (out *Chain) {
	best := make([]*Chain, len(stretches))
	busy := make([]bool, len(stretches))
	var until func(i int) *Chain // the longest chain that ends with a stretch
	until = func(i int) *Chain {
		x := stretches[i]
		d := bound(x.Time)
		if best[i] != nil || busy[i] || d == nil || d.N == 0 || !o.within(x, limit) {
			return best[i]
		}
		busy[i] = true
		c := &Chain{Limit: limit}
		for k, earlier := range stretches {
			if k != i && o.follows(x, earlier) {
				if b := until(k); b != nil && b.Most > c.Most {
					c = b
				}
			}
		}
		best[i] = &Chain{limit, append(slices.Clone(c.Parts), x), c.Fewest + d.MinDays(), c.Most + d.MaxDays()}
		return best[i]
	}
	for i := range stretches {
		if c := until(i); c != nil && (out == nil || c.Most > out.Most) {
			out = c
		}
	}
	return out
}

// within tells whether a stretch lies between the ends of the limit.
func (o *Order) within(x Stretch, limit *dsl.Limit) bool {
	begins := x.Time.From == limit.From || limit.From == o.Model.Start && len(o.Recorders(x.Time.From)) > 0
	for _, first := range o.Recorders(limit.From) {
		for _, r := range o.Recorders(x.Time.From) {
			begins = begins || r == first || o.ComesAfter(r, first)
		}
	}
	return begins && slices.ContainsFunc(limit.Until, func(f *dsl.Fact) bool {
		last := o.Recorders(f)
		return last == nil || slices.ContainsFunc(last, func(end *dsl.Step) bool {
			later := x.Stage != nil && end.Stage != nil && x.Stage.Index > end.Stage.Index
			return !later && slices.ContainsFunc(x.steps(), func(s *dsl.Step) bool { return !o.ComesAfter(s, end) })
		})
	})
}

// follows tells whether a stretch counts from an event that is recorded in the course of the earlier one, or after it.
func (o *Order) follows(x, earlier Stretch) bool {
	begun := o.Recorders(earlier.Time.From)
	return slices.ContainsFunc(o.Recorders(x.Time.From), func(r *dsl.Step) bool {
		return slices.ContainsFunc(earlier.steps(), func(s *dsl.Step) bool { return o.ComesAfter(r, s) || r == s && !slices.Contains(begun, r) })
	})
}
