package simulate

import (
	"math"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
)

// far is a day that never comes.
const far calendar.Day = math.MaxInt32

// Bounds of one life. A case that comes to them is not waited for any longer.
const (
	longest     = 50 * 366 // days that a case is followed
	mostRepeats = 50       // times that one step is attempted in vain
	mostQuiet   = 3        // times that repeating steps alone were done
	patience    = 366      // days that a case may be stuck in a model that looks at the calendar, before it is given up
)

// bound is which of the two extreme lives is lived.
type bound uint8

const (
	earliest bound = iota // a step without a given length is done at once
	latest                // … on its due day
)

// person is a case that is lived.
type person struct {
	index   int // from 0; below 0 those that come before the first day, and are not counted
	opened  calendar.Day
	facts   *interpreter.Facts
	asked   []uint16 // by fact: how many times it was answered
	steps   []stepLife
	places  []place // by capacity
	kinds   []int32 // by kind: days until the first step of it was done; -1: not yet
	late    bool
	quiet   int
	wake    calendar.Day // the day on which something is to happen next
	waiting bool         // for a place, at least one
	free    bool         // it is done with and can be used again
	still   bool         // nothing can be done, since stillAt
	stillAt calendar.Day
}

// stepLife is how far a case has got with a step.
type stepLife struct {
	required bool // since from
	begun    bool // on begin
	again    bool // it was attempted in vain since from
	from     calendar.Day
	begin    calendar.Day
	waited   calendar.Day // days for a place, since from
	finish   calendar.Day // the day it is done; far: nothing tells
	resting  calendar.Day // a repeating step that nothing records is not done again before this day
	times    int          // it was done or attempted
	ever     bool         // it was done
	vain     int          // it was attempted in vain
}

// place is what a case has of a capacity.
type place struct {
	held, queued bool
	since        calendar.Day // held or queued since
}

// worker lives the cases of one replication.
type worker struct {
	program *interpreter.Program
	model   *dsl.Model
	plan    *Plan
	bound   bound
	dice    dice
	tally   *tally
	space   *cohort.Space
	defines map[string]*rule.Expr
	items   [][]interpreter.RuleOf
	stays   [][]ways.Stay // by step: those that it waits for
	roles   [][]int       // by step: the capacities of its actor
	clock   bool          // a rule looks at the day asked about

	result interpreter.Result
	wanted []int
	rooms  []room
	woken  []*person // those that got a place on the day that is lived
	before []came    // what counted cases came to at their earliest; latest alone
}

func newWorker(p *interpreter.Program, plan *Plan, space *cohort.Space, stays [][]ways.Stay, d dice, b bound, o Options) *worker {
	m := p.Model()
	w := &worker{
		program: p, model: m, plan: plan, bound: b, dice: d, space: space, stays: stays, defines: m.Definitions(),
		items: make([][]interpreter.RuleOf, len(m.Steps)), roles: make([][]int, len(m.Steps)), rooms: make([]room, len(m.Capacities)),
	}
	for _, r := range p.Rules() {
		if r.Item != nil {
			w.items[r.Step.Index] = append(w.items[r.Step.Index], r)
		}
	}
	for i, c := range m.Capacities {
		w.rooms[i].places = plan.places(c)
		for _, s := range m.Steps {
			if s.Actor == c.Actor {
				w.roles[s.Index] = append(w.roles[s.Index], i)
			}
		}
	}
	w.clock = m.LooksAtDay()
	w.tally = newTally(m, o.Start)
	return w
}

// begin makes p the case with the index, opened on the day.
func (w *worker) begin(p *person, index int, day calendar.Day) *person {
	if p == nil {
		m := w.model
		p = &person{
			facts: w.program.NewFacts(), asked: make([]uint16, len(m.Facts)), steps: make([]stepLife, len(m.Steps)),
			places: make([]place, len(m.Capacities)), kinds: make([]int32, len(m.Kinds)),
		}
	}
	p.facts.Reset()
	clear(p.asked)
	clear(p.steps)
	clear(p.places)
	for i := range p.kinds {
		p.kinds[i] = -1
	}
	p.index, p.opened, p.late, p.quiet, p.waiting, p.free, p.still = index, day, false, 0, false, false, false
	w.open(p)
	return p
}

func (w *worker) decide(p *person, day calendar.Day) *interpreter.Result {
	w.program.Decide(p.facts, day, &w.result)
	return &w.result
}

// settle does all that is to be done with a case on a day. It returns the ending that the case has come to; else p.wake is the next day
// on which something is to happen, or far where the case waits for a place.
func (w *worker) settle(p *person, day calendar.Day) ending {
	alone := true // nothing was done but steps that repeat
	for n := 0; ; n++ {
		r := w.decide(p, day)
		if n == 0 {
			w.overdue(p, day)
		}
		switch {
		case r.Outcome >= 0:
			return ending(r.Outcome)
		case day-p.opened > longest:
			return unended
		case n > 2*mostRepeats*(1+len(p.steps)):
			return round
		case w.ask(p, day):
			alone = false
			continue
		case r.Status == interpreter.StuckCase || r.Status == interpreter.NeedsFacts:
			return w.stands(p, day)
		}
		p.still = false
		i := w.ready(p, day)
		if i < 0 {
			break
		}
		if w.model.Steps[i].Every == nil {
			alone = false
		}
		if !w.do(p, i, day) {
			return round
		}
	}
	return w.rest(p, day, alone)
}

// stands is a case of which the model says nothing on a day. Where rules look at the calendar, another day may open what is closed.
func (w *worker) stands(p *person, day calendar.Day) ending {
	if !p.still {
		p.still, p.stillAt = true, day
	}
	if !w.clock || day-p.stillAt >= patience {
		return stuck
	}
	p.wake = day + 1
	return going
}

// ready takes up the steps that are required now and drops those that no longer are, and returns the first whose day has come; -1 where
// there is none.
func (w *worker) ready(p *person, day calendar.Day) int {
	first := -1
	p.waiting = false
	for i := range p.steps {
		s := &p.steps[i]
		if w.result.StepStatus(i) != interpreter.Required || w.opens(p, i) > day {
			s.required, s.begun, s.again = false, false, false
			continue
		}
		if !s.required {
			s.required = true
			if !s.again {
				s.from, s.waited = day, 0
			}
		}
		if !s.begun && !w.admitted(p, i, day) {
			p.waiting = true
			continue
		}
		if !s.begun {
			s.begun, s.begin, s.finish = true, day, far
			if !s.again {
				s.waited = day - s.from
			}
			if d := w.plan.Steps[w.model.Steps[i]]; d != nil {
				s.finish = day + calendar.Day(d.days(day, w.dice.chance(forLength, p.index, i, s.times)))
			}
		}
		if w.plan.Steps[w.model.Steps[i]] == nil {
			s.finish = w.unstated(i, s)
		}
		if s.finish <= day && first < 0 {
			first = i
		}
	}
	return first
}

// unstated returns the day on which a step without a given length is done: at once, or at the latest on its due day. One that repeats is
// done on the day it comes back.
func (w *worker) unstated(i int, s *stepLife) calendar.Day {
	if w.model.Steps[i].Every == nil {
		w.tally.gaps[i].met = true
	}
	if w.bound == earliest {
		return s.begin
	}
	due, bounded := w.result.Due(i)
	if !bounded {
		return far
	}
	return max(due, s.begin)
}

// holdsUp tells whether nothing says when the step, which is begun, is done.
func (w *worker) holdsUp(i int, s *stepLife) bool {
	return s.begun && s.finish == far && w.model.Steps[i].Every == nil
}

// rest finds the next day on which something is to happen. A case for which there is none, and that waits for no place, is at its end.
func (w *worker) rest(p *person, day calendar.Day, alone bool) ending {
	next, repeats, endless := far, far, false
	for i := range p.steps {
		s, at := &p.steps[i], far
		switch w.result.StepStatus(i) {
		case interpreter.Required:
			if opens := w.opens(p, i); opens > day {
				at = opens
			} else if s.begun {
				at = s.finish
				endless = endless || w.holdsUp(i, s)
			}
		case interpreter.Scheduled:
			at, _ = w.result.From(i)
		}
		if w.model.Steps[i].Every != nil {
			repeats = min(repeats, at)
		} else {
			next = min(next, at)
		}
	}
	if w.clock {
		next = min(next, day+1)
	}
	switch {
	case next < far || !alone:
		p.quiet = 0
	case repeats < far:
		p.quiet++
	}
	next = min(next, repeats)
	switch {
	case p.waiting:
	case endless && (next == far || p.quiet > mostQuiet):
		for i := range p.steps {
			if w.holdsUp(i, &p.steps[i]) {
				w.tally.gaps[i].unbounded = true
			}
		}
		return unbounded
	case next == far || p.quiet > mostQuiet:
		return unended
	}
	p.wake = next
	return going
}
