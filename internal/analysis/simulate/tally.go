package simulate

import (
	"math"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
)

// ending is how a case ended: the index of an outcome, or one of these.
type ending int

const (
	going     ending = -1 - iota // it has not
	stuck                        // the model says nothing, or it hangs on what nobody can tell
	round                        // one step is attempted again and again
	unended                      // nothing more happens, or not within the time that a case is followed
	queued                       // it waits for a place that nobody gives back
	unbounded                    // nothing says when a step is done
)

// why names the endings that are no outcome, in the order in which they are told of.
var whys = []struct {
	end ending
	why string
}{{stuck, "stuck"}, {round, "round"}, {unended, "unended"}, {queued, "queued"}, {unbounded, "unbounded"}}

// tally is what one replication counted.
type tally struct {
	cases  int
	any    hist   // days until any outcome
	ends   []hist // days until each outcome, then until each of whys
	kinds  []hist // days until the first step of each kind was done
	late   int    // cases in which the due day of a step passed before it was done
	steps  []stepTally
	limits []limitTally
	rooms  []roomTally
	gaps   []gap
	hows   [][numHows]bool // by fact: where its answers came from
	kindOf []int           // by step

	first, day, last calendar.Day // of what is watched day by day; last: on which a case came
	start            calendar.Day // from here on the days count
	came             []came       // by counted case, for the life at its latest
}

// came is what a case came to, at its earliest.
type came struct {
	end   ending
	kinds []bool
}

type stepTally struct {
	cases, count  int // in which it was done or attempted, and how often it was
	reached, done int // the same where it was done
	due, late     int // times that it was done and had a due day, and after it
	endless       int
	waited, took  int64
}

type limitTally struct{ known, met, late int }

type gap struct{ met, unbounded bool }

// hist counts days. It is exact, and its size does not hang on how many cases there are.
type hist struct {
	days []int32 // how many, by day
	n    int
	inf  int // those of which nothing says how long
}

func (h *hist) add(day int) {
	if day >= len(h.days) {
		h.days = append(h.days, make([]int32, day+1-len(h.days))...)
	}
	h.days[day]++
	h.n++
}

func (h *hist) endless() {
	h.n++
	h.inf++
}

// mean returns the mean; NaN of nothing.
func (h *hist) mean() float64 {
	if h.inf > 0 {
		return math.Inf(1)
	}
	sum := 0
	for day, n := range h.days {
		sum += day * int(n)
	}
	return float64(sum) / float64(h.n)
}

// quantile returns the smallest day by which at least the share q had come; NaN of nothing.
func (h *hist) quantile(q float64) float64 {
	if h.n == 0 {
		return math.NaN()
	}
	rank := max(1, int(math.Ceil(q*float64(h.n)-1e-9)))
	for day, n := range h.days {
		if rank -= int(n); rank <= 0 {
			return float64(day)
		}
	}
	return math.Inf(1)
}

func newTally(m *dsl.Model, start calendar.Day) *tally {
	t := &tally{
		ends: make([]hist, len(m.Outcomes)+len(whys)), kinds: make([]hist, len(m.Kinds)), steps: make([]stepTally, len(m.Steps)),
		limits: make([]limitTally, len(m.Limits)), rooms: make([]roomTally, len(m.Capacities)), gaps: make([]gap, len(m.Steps)),
		hows: make([][numHows]bool, len(m.Facts)), start: start,
	}
	for _, s := range m.Steps {
		t.kindOf = append(t.kindOf, slices.Index(m.Kinds, s.Kind))
	}
	return t
}

func (t *tally) answered(fact int, how How) { t.hows[fact][slices.Index(hows[:], how)] = true }

// endOf returns the place of an ending in ends.
func (t *tally) endOf(e ending) *hist {
	if e >= 0 {
		return &t.ends[e]
	}
	outcomes := len(t.ends) - len(whys)
	for i, w := range whys {
		if w.end == e {
			return &t.ends[outcomes+i]
		}
	}
	panic("a case that has not ended")
}

// end counts a case that came to an ending on a day.
func (w *worker) end(p *person, e ending, day calendar.Day) {
	if p.index < 0 {
		return
	}
	if e == stuck {
		day = p.stillAt
	}
	t, days := w.tally, int(day-p.opened)
	forever := e == unbounded || e == queued
	if w.decide(p, day); forever { // every due day that is ahead will pass
		w.overdue(p, far)
	}
	t.cases++
	if p.late {
		t.late++
	}
	endless := e == unbounded || w.bound == latest && e == queued
	var before *came
	if w.bound == latest {
		before = &w.before[p.index]
	}
	switch {
	case endless && before.end >= 0: // it comes to what it comes to at its earliest, and nobody can say when
		t.any.endless()
		t.endOf(before.end).endless()
	case endless:
		t.endOf(e).endless()
	default:
		if e >= 0 {
			t.any.add(days)
		}
		t.endOf(e).add(days)
	}
	for k, day := range p.kinds {
		switch {
		case day >= 0:
			t.kinds[k].add(int(day))
		case endless && before.kinds[k]:
			t.kinds[k].endless()
		}
	}
	if endless {
		for k, at := range p.places {
			if at.held {
				t.rooms[k].held.endless()
			}
		}
		for i := range p.steps {
			if s := &p.steps[i]; s.required && (w.holdsUp(i, s) || !s.begun) {
				t.steps[i].endless++
			}
		}
	}
	if w.bound == earliest {
		c := came{e, make([]bool, len(p.kinds))}
		for k, day := range p.kinds {
			c.kinds[k] = day >= 0
		}
		t.came[p.index] = c
	}
	for _, l := range w.result.Limits {
		x := &t.limits[l.Limit]
		x.known++
		switch {
		case l.Time == interpreter.Met:
			x.met++
		case l.Time == interpreter.Late || forever:
			x.late++
		}
	}
}

// roomTally is what was counted of a capacity.
type roomTally struct {
	held    hist // days that counted cases had a place
	waited  hist // days that counted cases waited for one
	delayed int  // of those, how many waited at all
	never   int  // they waited to the end
	load    []int32
	queue   []int32 // at the end of each day from the first
	days    int64   // all the days that all cases had places, by cases
	filled  int64   // the same, by the load of each day
}

func (r *roomTally) admit(waited int) {
	r.waited.add(waited)
	if waited > 0 {
		r.delayed++
	}
}

func (r *roomTally) leave(days int, counted bool) {
	r.days += int64(days)
	if counted {
		r.held.add(days)
	}
}

// begin begins to watch the capacities, from the day on which the first case comes to the day on which the last does.
func (t *tally) begin(first, last calendar.Day) { t.first, t.day, t.last = first, first, last }

// until notes how the capacities stood on every day before the one that is to be lived.
func (t *tally) until(day calendar.Day, rooms []room) {
	for ; t.day < day; t.day++ {
		for k := range rooms {
			r := &t.rooms[k]
			r.filled += int64(rooms[k].held)
			if t.day >= t.start && t.day <= t.last {
				r.load, r.queue = append(r.load, int32(rooms[k].held)), append(r.queue, int32(len(rooms[k].queue)))
			}
		}
	}
}

// close notes the last day.
func (t *tally) close(rooms []room) { t.until(max(t.day+1, t.last+1), rooms) }
