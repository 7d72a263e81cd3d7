package simulate

import (
	"container/heap"
	"context"
	"math"
	"slices"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// room is a capacity: so many cases at once, the others in the order in which they came.
type room struct {
	places int // 0: no bound
	held   int
	queue  []*person
}

// admitted tells whether the case has a place with every capacity of the step's actor, and asks for those that it lacks.
func (w *worker) admitted(p *person, step int, day calendar.Day) bool {
	in := true
	for _, k := range w.roles[step] {
		room, at := &w.rooms[k], &p.places[k]
		switch {
		case at.held:
		case at.queued:
			in = false
		case room.places > 0 && room.held >= room.places:
			room.queue = append(room.queue, p)
			*at = place{queued: true, since: day}
			in = false
		default:
			w.admit(p, k, day, day)
		}
	}
	return in
}

// admit gives the case a place that it has wanted since a day.
func (w *worker) admit(p *person, k int, since, day calendar.Day) {
	w.rooms[k].held++
	p.places[k] = place{held: true, since: day}
	if p.index >= 0 {
		w.tally.rooms[k].admit(int(day - since))
	}
}

// leave gives back what the case has of every capacity, and lets those in who have waited longest.
func (w *worker) leave(p *person, day calendar.Day) {
	for k := range p.places {
		room, at := &w.rooms[k], &p.places[k]
		switch {
		case at.queued:
			w.withdraw(p, k)
		case at.held:
			room.held--
			w.tally.rooms[k].leave(int(day-at.since), p.index >= 0)
			*at = place{}
			if len(room.queue) > 0 && room.held < room.places {
				next := room.queue[0]
				room.queue = room.queue[1:]
				w.admit(next, k, next.places[k].since, day)
				w.woken = append(w.woken, next)
			}
		}
	}
}

func (w *worker) withdraw(p *person, k int) {
	q := w.rooms[k].queue
	w.rooms[k].queue = slices.Delete(q, slices.Index(q, p), slices.Index(q, p)+1)
	p.places[k] = place{}
}

// unqueue takes the case out of the queues of capacities that it no longer has a step for.
func (w *worker) unqueue(p *person) {
	for k := range p.places {
		if !p.places[k].queued {
			continue
		}
		wanted := false
		for i := range p.steps {
			wanted = wanted || p.steps[i].required && !p.steps[i].begun && slices.Contains(w.roles[i], k)
		}
		if !wanted {
			w.withdraw(p, k)
		}
	}
}

// checkEvery is how many times cases are looked at between two looks at whether the run is to stop.
const checkEvery = 256

// alone lives the cases one by one: they share nothing.
func (w *worker) alone(ctx context.Context, o Options, step func()) error {
	var p *person
	for i := range o.Cases {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		p = w.begin(p, i, o.Start)
		day := o.Start
		end := w.settle(p, day)
		for end == going {
			day = p.wake
			end = w.settle(p, day)
		}
		w.end(p, end, day)
		w.leave(p, day)
		step()
	}
	return nil
}

// event is a day on which a case is looked at.
type event struct {
	day  calendar.Day
	turn uint64 // of two on one day the one that was planned first comes first
	p    *person
}

type agenda []event

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].day < a[j].day || a[i].day == a[j].day && a[i].turn < a[j].turn
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(event)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// together lives cases that come day by day and share places, until the last of them has ended.
func (w *worker) together(ctx context.Context, o Options, step func()) error {
	var (
		todo    agenda
		idle    []*person
		turn    uint64
		coming  = w.arrivals(o)
		open    = map[*person]bool{}
		looked  int
		started calendar.Day
	)
	if len(coming) > 0 {
		started = coming[0].day
	}
	w.tally.begin(started, coming[len(coming)-1].day)
	plan := func(p *person, day calendar.Day) {
		p.wake = day
		if day < far {
			turn++
			heap.Push(&todo, event{day, turn, p})
		}
	}
	finish := func(p *person, end ending, day calendar.Day) {
		w.end(p, end, day)
		if p.index >= 0 {
			step()
		}
		delete(open, p)
		p.free = true
		if end != unbounded { // one that never ends keeps its places
			w.leave(p, day)
			idle = append(idle, p)
		}
	}
	look := func(p *person, day calendar.Day) {
		if end := w.settle(p, day); end != going {
			finish(p, end, day)
		} else {
			w.unqueue(p)
			plan(p, p.wake)
		}
		for _, other := range w.woken {
			plan(other, day)
		}
		w.woken = w.woken[:0]
	}
	for len(todo) > 0 || len(coming) > 0 {
		if looked++; looked%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if len(todo) > 0 && (len(coming) == 0 || todo[0].day <= coming[0].day) {
			e := heap.Pop(&todo).(event)
			if e.p.free || e.p.wake != e.day {
				continue // it was planned otherwise since
			}
			w.tally.until(e.day, w.rooms)
			look(e.p, e.day)
			continue
		}
		next := coming[0]
		coming = coming[1:]
		w.tally.until(next.day, w.rooms)
		var p *person
		if n := len(idle); n > 0 {
			p, idle = idle[n-1], idle[:n-1]
		}
		p = w.begin(p, next.index, next.day)
		open[p] = true
		look(p, next.day)
	}
	// Those that are left wait for places that nobody gives back.
	left := make([]*person, 0, len(open))
	for p := range open {
		left = append(left, p)
	}
	slices.SortFunc(left, func(a, b *person) int { return a.index - b.index })
	for _, p := range left {
		w.end(p, queued, w.tally.day)
		for k, at := range p.places {
			if at.queued && p.index >= 0 {
				w.tally.rooms[k].never++
			}
		}
		if p.index >= 0 {
			step()
		}
	}
	w.tally.close(w.rooms)
	return nil
}

// arrived is the day on which a case comes.
type arrived struct {
	index int
	day   calendar.Day
}

// arrivals draws when the cases come: those that are counted from the first day on, and before it those that fill the places. Their
// chances do not hang on the rate, so another rate brings the same cases, closer together or farther apart.
func (w *worker) arrivals(o Options) (out []arrived) {
	a := w.plan.Arrival
	gap := func(i int) float64 {
		return -math.Log(1-w.dice.chance(forArrival, i, 0, 0)) * daysAMonth / a.PerMonth
	}
	if a.WarmUp != nil {
		before := float64(o.Start.DaysUntil(o.Start.Add(*a.WarmUp)))
		at := 0.0
		for i := -1; ; i-- {
			if at += gap(i); at > before {
				break
			}
			out = append(out, arrived{i, o.Start - 1 - calendar.Day(at)})
		}
		slices.Reverse(out)
	}
	at := 0.0
	for i := range o.Cases {
		at += gap(i)
		out = append(out, arrived{i, o.Start + calendar.Day(at)})
	}
	return out
}
