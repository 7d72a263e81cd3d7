package cohort

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// nobodyKnows is said of a fact that was asked for and that nobody can tell.
type nobodyKnows struct{}

// worker makes cases one after another, with facts and results that it uses again.
type worker struct {
	c      *Cohort
	facts  map[*track]*interpreter.Facts
	result interpreter.Result
}

func newWorker(c *Cohort) *worker {
	return &worker{c: c, facts: map[*track]*interpreter.Facts{}}
}

// factsOf returns facts for the track's program, of which nothing is known.
func (w *worker) factsOf(t *track) *interpreter.Facts {
	f := w.facts[t]
	if f == nil {
		f = t.program.NewFacts()
		w.facts[t] = f
	}
	f.Reset()
	return f
}

// life is one case while it is made.
type life struct {
	w *worker
	c *Cohort
	i int
	dice
	habits

	t     *track // the version of a model that it lives through; nil: none
	facts *interpreter.Facts
	r     *interpreter.Result

	said   []any  // by place in the space: nil, nobodyKnows, or a value
	mute   []bool // the question has been asked, and was not answered
	agenda agenda
	haste  []haste // by step

	opened calendar.Day
	last   calendar.Day // nothing happens after it
	before calendar.Day // of the latest visit
	acts   []act        // what was done, where trace is set
	told   []Telling    // what became known, where trace is set
	now    calendar.Day // of what is told
	doing  *dsl.Step    // what is told in doing a step; nil: it was asked for, or nobody asked
	free   bool         // nobody asked
	trace  bool
}

// act is a step that was done or attempted, and how it stood then.
type act struct {
	day    calendar.Day
	step   int
	status interpreter.StepStatus
	ahead  bool // it was meant to be done before its time
}

// haste tells whether a step is done before its time, once that is settled.
type haste uint8

const (
	unsettled haste = iota
	patient
	hasty
)

// live makes case i.
func (w *worker) live(i int) *life { return w.start(i, false) }

func (w *worker) start(i int, trace bool) *life {
	l := &life{w: w, c: w.c, i: i, dice: diceOf(w.c.o.Seed, uint64(i)), said: make([]any, len(w.c.space.Facts)), r: &w.result, trace: trace}
	l.habits = l.drawHabits()
	l.mute = make([]bool, len(l.said))
	if len(w.c.lived) == 0 {
		return l
	}
	l.t = l.version(one(l.dice, w.c.lived))
	l.facts = w.factsOf(l.t)
	l.agenda, l.haste = newAgenda(len(l.t.model.Steps)), make([]haste, len(l.t.model.Steps))
	l.opened = l.t.until - calendar.Day(l.ago(int(l.t.until-l.t.from)))
	l.last = l.c.o.At
	if l.chance(150) { // the case is left lying
		l.last = l.opened + calendar.Day(l.below(int(l.last-l.opened)+1))
	}
	l.open()
	l.forward()
	l.trace = false // what comes after is no part of the history
	l.after()
	return l
}

// version draws one of the versions of a model. Cases that opened under an older one are few.
func (l *life) version(tracks []*track) *track {
	shares := make([]int, len(tracks))
	for i, t := range tracks {
		shares[i] = 1
		if t.current {
			shares[i] = 9
		}
	}
	return tracks[l.weighted(shares)]
}

// ago draws how many days ago a case opened, at most most. Recent ones are many, so that a cohort has cases at every stage.
func (l *life) ago(most int) int {
	return l.below(min(one(l.dice, []int{60, 200, 500, 900, longestAgo}), most) + 1)
}

// open tells what is known on the day the case opens.
func (l *life) open() {
	l.before, l.now, l.free = l.opened, l.opened, true
	for k, f := range l.c.space.Facts {
		switch w := weights[f.ID]; {
		case k == l.t.start:
			l.say(k, l.opened)
		case f.Shared && l.chance(w.AtStart):
			l.tell(k, l.opened, nil)
		}
	}
	l.free = false
}

// mostVisits bounds a life whose model would let it go on for ever.
const mostVisits = 400

// mostIdle is how many visits in a row may find nothing to do and get no answer before the case is left.
const mostIdle = 6

// forward lives the case through the model, from the day it opened to its last day.
func (l *life) forward() {
	day := l.opened
	idle := 0
	for range mostVisits {
		if !l.visit(day) {
			return
		}
		step, next, ok := l.agenda.first()
		if !ok {
			if idle++; idle > mostIdle {
				return
			}
			next = day + calendar.Day(l.between(1, l.pace))
		}
		next = max(next, day)
		if next > l.last {
			return
		}
		day = next
		l.now = day
		if ok {
			idle = 0
			l.doing = l.t.model.Steps[step]
			l.attempt(step, day)
			l.doing = nil
		}
		l.free = true
		l.happenings(day)
		l.free = false
		l.before = day
	}
}

// decide asks the program how the case stands.
func (l *life) decide(day calendar.Day) *interpreter.Result {
	l.t.program.Decide(l.facts, day, l.r)
	return l.r
}

// say records what is said at place k of the space; nil: nothing any more.
func (l *life) say(k int, v any) {
	l.said[k] = v
	if l.trace {
		l.note(k, v)
	}
	if l.t != nil {
		l.t.put(l.facts, k, v)
	}
}

// tell answers a question for the first time; now and then it turns out that nobody can.
func (l *life) tell(k int, day calendar.Day, want *bool) {
	if l.c.space.Facts[k].Kind != rule.Event && l.chance(l.ignorance) {
		l.say(k, nobodyKnows{})
		return
	}
	l.answer(k, day, want)
}

// answer draws an answer. A bool that is wanted to be one way often is. Those who persevere look for another answer
// where one would end the case or leave it stuck.
func (l *life) answer(k int, day calendar.Day, want *bool) {
	for tries := range 8 {
		v := l.draw(l.c.space.Facts[k], l.opened, day)
		if v == nil {
			return
		}
		if want != nil && l.chance(750) {
			v = *want
		}
		l.say(k, v)
		if tries == 7 || !l.chance(l.perseverance) || !l.ends(day) {
			return
		}
	}
}

// ends tells whether the case is closed or stuck.
func (l *life) ends(day calendar.Day) bool {
	s := l.decide(day).Status
	return s == interpreter.Closed || s == interpreter.StuckCase
}

// asCase returns what is known at last.
func (l *life) asCase() *interpreter.Case {
	k := interpreter.NewCase(l.c.id(l.i))
	at := l.c.o.At
	k.At = &at
	for i, v := range l.said {
		switch v.(type) {
		case nil:
		case nobodyKnows:
			k.Set(l.c.space.Facts[i].ID, nil)
		default:
			k.Set(l.c.space.Facts[i].ID, v)
		}
	}
	return k
}
