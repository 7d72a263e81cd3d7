package ways

import (
	"slices"
	"sync"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Way is how the time from the opening of a case to some point passes, one link after another.
type Way struct {
	Origin *dsl.Fact // the day that it counts from, where that is given from outside; nil: the opening of the case
	Links  []Link
	// The fewest and the most days that the links which are bounded come to.
	Fewest, Most int
}

// Link is one part of a way, from one step done to the next.
type Link struct {
	From, To *dsl.Step  // From nil: the way's beginning; To nil: the end that the way leads to
	Time     *dsl.Time  // what bounds it; nil: nothing does
	Stage    *dsl.Stage // whose time it is; nil: a step's
	Before   *dsl.Step  // the time is that of this later step, or of its stage; nil: of To's own
	Open     Openness   // why nothing bounds it; "": it is bounded
	Event    *dsl.Fact  // what the time counts from
	// How many days it takes at most (on a longest way) or at least (on a shortest one): the fewest and the most that the time comes to.
	Fewest, Most int
}

// Openness tells why nothing bounds a link.
type Openness string

// The reasons.
const (
	Untimed  Openness = "untimed"   // neither the step nor its stage has a longest time
	OwnEvent Openness = "own_event" // its time counts from an event that the step itself, or what comes after it, records: Link.Event
	Agreed   Openness = "agreed"    // its time counts from a date that is agreed and that can be any: Link.Event
)

// Bounded tells whether every link of the way is bounded.
func (w *Way) Bounded() bool { return len(w.OpenLinks()) == 0 }

// OpenLinks lists the links that nothing bounds.
func (w *Way) OpenLinks() (out []Link) {
	for _, l := range w.Links {
		if l.Open != "" {
			out = append(out, l)
		}
	}
	return out
}

// with returns the way gone on by a link.
func (w *Way) with(l Link) *Way {
	return &Way{Origin: w.Origin, Links: append(slices.Clone(w.Links), l), Fewest: w.Fewest + l.Fewest, Most: w.Most + l.Most}
}

// Longer tells whether w takes longer than x: a way with a link that nothing bounds does than one without; else the days count.
func (w *Way) Longer(x *Way) bool {
	if x == nil {
		return true
	}
	if b := w.Bounded(); b != x.Bounded() {
		return !b
	}
	if w.Most != x.Most {
		return w.Most > x.Most
	}
	return len(w.Links) > len(x.Links)
}

// tighter tells whether w leaves less open than x of when a step is done at last.
func (w *Way) tighter(x *Way) bool {
	if n, m := len(w.OpenLinks()), len(x.OpenLinks()); n != m {
		return n < m
	}
	return w.Most < x.Most
}

// Steps lists the steps that the way leads past.
func (w *Way) Steps() (out []*dsl.Step) {
	for _, l := range w.Links {
		if l.To != nil {
			out = append(out, l.To)
		}
	}
	return out
}

// Search finds ways through an order in which some steps are left out. The order is to be ByNeed's.
type Search struct {
	*Order
	Skip func(*dsl.Step) bool // these are not done; what comes after them follows on what they come after
	Must func(*dsl.Step) bool // these are done whatever else is; only they make a shortest way longer

	dues  []due  // by step
	known []*Way // by step
	least []*Way // by step
}

// due is the last day on which a step is done, as far as anything bounds it.
type due struct {
	bounded bool
	days    int // from the way's origin
	link    Link
	settled bool
}

// Longest returns the way to a step that takes longest when every time of every step and stage is kept. What bounds a step counts from an
// event; so the way leads past a step that records it, and from there back to the beginning. A step is also bounded by the times of
// those that come after it. One that nothing bounds follows on the one before it that can come last.
func (x *Search) Longest(s *dsl.Step) *Way {
	x.settle()
	if x.known[s.Index] == nil {
		x.known[s.Index] = x.longest(s)
	}
	return x.known[s.Index]
}

func (x *Search) longest(s *dsl.Step) *Way {
	if d := &x.dues[s.Index]; d.bounded {
		w := &Way{}
		switch {
		case d.link.From != nil:
			w = x.Longest(d.link.From)
		case d.link.Event != x.Model.Start:
			w.Origin = d.link.Event
		}
		return w.with(d.link)
	}
	if w := x.counted(s); w != nil {
		return w
	}
	open := Link{To: s, Open: Untimed}
	w, from := x.LongestPast(x.Direct(s))
	for _, t := range timesOf(s) {
		f := t.Time.From
		if t.Time.Max == nil || open.Open != Untimed {
			continue
		}
		if open.Open, open.Event = OwnEvent, f; f.Type.Kind == rule.Event {
			continue
		}
		for _, r := range x.Recorders(f) { // a date that is agreed
			if r != s && !x.skipped(r) && x.ComesAfter(s, r) {
				open.Open, w, from = Agreed, x.Longest(r), r
			}
		}
	}
	if open.From = from; from == nil {
		w = &Way{}
	}
	return w.with(open)
}

// counted returns the way to a step that is bounded from a step before it, which itself is not: that which leaves least open.
func (x *Search) counted(s *dsl.Step) (out *Way) {
	x.timed(func(u *dsl.Step, t Stretch) {
		if u != s && !x.ComesAfter(u, s) || t.Time.From.Type.Kind != rule.Event {
			return
		}
		for _, r := range x.Recorders(t.Time.From) {
			if r == s || x.skipped(r) || !x.ComesAfter(s, r) {
				continue
			}
			link := Link{From: r, To: s, Time: t.Time, Stage: t.Stage, Event: t.Time.From}
			if u != s {
				link.Before = u
			}
			link.Fewest, link.Most = x.duration(*t.Time.Max, t.Time.Roll)
			if w := x.Longest(r).with(link); out == nil || w.tighter(out) {
				out = w
			}
		}
	})
	return out
}

// timed calls do for each longest time of each step that is done.
func (x *Search) timed(do func(s *dsl.Step, t Stretch)) {
	for _, s := range x.Model.Steps {
		if x.skipped(s) {
			continue
		}
		for _, t := range timesOf(s) {
			if t.Time.Max != nil {
				do(s, t)
			}
		}
	}
}

// settle finds the last day of every step that is bounded, nearest first: each time carries the day of the step that records its event on
// to the step that it bounds, and that to all which come before it.
func (x *Search) settle() {
	if x.dues != nil {
		return
	}
	n := len(x.Model.Steps)
	x.dues, x.known = make([]due, n), make([]*Way, n)
	improve := func(days int, link Link) {
		if d := &x.dues[link.To.Index]; !d.settled && (!d.bounded || days < d.days) {
			d.bounded, d.days, d.link = true, days, link
		}
	}
	// bound carries a day on to the step, by one of its times, and to those before it.
	bound := func(s *dsl.Step, t Stretch, from *dsl.Step, days int) {
		link := Link{From: from, To: s, Time: t.Time, Stage: t.Stage, Event: t.Time.From}
		link.Fewest, link.Most = x.duration(*t.Time.Max, t.Time.Roll)
		improve(days+link.Most, link)
		for _, b := range x.Model.Steps {
			if b != from && !x.skipped(b) && x.ComesAfter(s, b) {
				link.To, link.Before = b, s
				improve(days+link.Most, link)
			}
		}
	}
	x.timed(func(s *dsl.Step, t Stretch) {
		if f := t.Time.From; f == x.Model.Start || len(x.Recorders(f)) == 0 {
			bound(s, t, nil, 0)
		}
	})
	for {
		var next *dsl.Step
		for _, s := range x.Model.Steps {
			if d := &x.dues[s.Index]; d.bounded && !d.settled && (next == nil || d.days < x.dues[next.Index].days) {
				next = s
			}
		}
		if next == nil {
			return
		}
		x.dues[next.Index].settled = true
		x.timed(func(s *dsl.Step, t Stretch) {
			f := t.Time.From
			if s != next && f != x.Model.Start && f.Type.Kind == rule.Event && slices.Contains(x.Recorders(f), next) {
				bound(s, t, next, x.dues[next.Index].days)
			}
		})
	}
}

// LongestPast returns the way past all of the steps that takes longest, and which of them it ends with; nil where all are left out and
// nothing comes before them.
func (x *Search) LongestPast(steps []*dsl.Step) (out *Way, last *dsl.Step) {
	for _, s := range x.done(steps) {
		if w := x.Longest(s); out == nil || w.Longer(out) {
			out, last = w, s
		}
	}
	return out, last
}

// done returns the steps, and in place of those left out what they come after.
func (x *Search) done(steps []*dsl.Step) (out []*dsl.Step) {
	seen := map[*dsl.Step]bool{}
	var add func(steps []*dsl.Step)
	add = func(steps []*dsl.Step) {
		for _, s := range steps {
			switch {
			case seen[s]:
			case x.skipped(s):
				seen[s] = true
				add(x.Direct(s))
			default:
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	add(steps)
	slices.SortFunc(out, func(a, b *dsl.Step) int { return a.Index - b.Index })
	return out
}

func (x *Search) skipped(s *dsl.Step) bool { return x.Skip != nil && x.Skip(s) }

// timesOf lists what bounds a step: its own time before its stage's.
func timesOf(s *dsl.Step) (out []Stretch) {
	if s.Every != nil {
		return nil
	}
	if s.Time != nil {
		out = append(out, Stretch{Step: s, Time: s.Time})
	}
	if s.Stage != nil && s.Stage.Time != nil {
		out = append(out, Stretch{Stage: s.Stage, Time: s.Stage.Time})
	}
	return out
}

// dated is a duration whose last day may move to a workday.
type dated struct {
	calendar.Duration
	roll bool
}

// duration returns the fewest and the most days of a duration.
func (o *Order) duration(d calendar.Duration, roll bool) (fewest, most int) {
	key := dated{d, roll}
	days, ok := o.days[key]
	if !ok {
		days = [2]int{d.MinDays(), d.MaxDays()}
		if roll {
			days[1] += mostRolled()
		}
		o.days[key] = days
	}
	return days[0], days[1]
}

// mostRolled is how many days at most a day off is moved to become a workday, over the 400 years after which the calendar repeats
// itself but for Easter.
var mostRolled = sync.OnceValue(func() (most int) {
	first, _ := calendar.Of(2000, 1, 1)
	last, _ := calendar.Of(2400, 1, 1)
	for d := first; d < last; d++ {
		most = max(most, d.DaysUntil(d.NextWorkday()))
	}
	return most
})
