package conform

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/eventlog"
	"github.com/stegvis/stegvis/interpreter"
)

// replayer lives traces through the versions of a model, one after another, with memory that it uses again.
type replayer struct {
	m     *Mapping
	o     *Options
	name  string // of the log
	plans []*plan
	start *dsl.Fact // chooses the version; nil: the day of the first event does
	group int       // the place of the group's column; -1: none
	who   int       // that of the resource's
	byAct map[string]int

	// The case at hand.
	x       *plan
	facts   *interpreter.Facts
	r       *interpreter.Result
	memory  map[*plan]*memory
	c       *Case
	steps   []track
	past    *interpreter.Result // of a day without events
	started bool
	before  calendar.Day // the day of the events before

	kept     []bool // by limit: what ends it has come in time; that it comes once more changes nothing
	closed   bool   // by an outcome, since the day
	closedOn calendar.Day
}

// memory is what a plan's cases are lived in.
type memory struct {
	facts  *interpreter.Facts
	result interpreter.Result
	past   interpreter.Result
	steps  []track
	kept   []bool
}

// track is what is known of a step while the case goes on.
type track struct {
	required, done, undetermined bool
	over                         bool // passed over: a step that comes after it was done while it applied
	doubt                        bool // a step that comes after it was done, and whether it applied was not known
	owed                         bool // of a step that repeats: its day has passed
	vacuous                      bool // of a blind step: it would have been done, as far as the log can tell
	hasDue, hasFrom, told        bool
	requiredOn, doneOn           calendar.Day
	due, from                    calendar.Day // as last known, while it was ahead
	late                         bool
	times, lateN, missed         int
}

func newReplayer(m *Mapping, o *Options, name string, plans []*plan) *replayer {
	w := &replayer{m: m, o: o, name: name, plans: plans, memory: map[*plan]*memory{}, group: -1, who: -1, byAct: m.byName}
	w.start = m.programs[len(m.programs)-1].Model().Start
	for i, column := range m.Log.Keep {
		if column == m.Group && column != "" {
			w.group = i
		}
		if column == m.Resource && column != "" {
			w.who = i
		}
	}
	return w
}

// mapped is an event of the log on its way through a day.
type mapped struct {
	at     int // its place in the trace
	act    *act
	values []any // of the activity's columns
}

// replay lives through a trace. Values that are none of their facts are told in faults, and the case is then not to be relied on.
func (w *replayer) replay(t *eventlog.Trace, faults *diag.List) *Case {
	w.c = &Case{ID: t.ID, Line: t.Line, Aside: t.Aside, Sorted: t.Sorted, Ended: w.m.Complete}
	if w.group >= 0 {
		w.c.Group = t.Values[w.group]
	}
	if len(t.Events) == 0 {
		return w.c
	}
	w.c.First, w.c.Last = t.Events[0].Day, t.Events[len(t.Events)-1].Day
	w.begin(w.planFor(t))
	w.attributes(t, faults)
	w.c.Verdicts = make([]Verdict, 0, len(t.Events))
	w.c.Names = make([]string, len(t.Events))
	for i := range t.Events {
		w.c.Names[i] = t.Events[i].Activity
	}
	for from := 0; from < len(t.Events); {
		to := from + 1
		for to < len(t.Events) && t.Events[to].Day == t.Events[from].Day {
			to++
		}
		w.day(t, from, to, faults)
		from = to
	}
	w.settle()
	return w.c
}

// planFor returns the plan of the version that was in force when the case began.
func (w *replayer) planFor(t *eventlog.Trace) *plan {
	began := t.Events[0].Day
	if w.start != nil {
		if day, ok := w.startOf(t); ok {
			began = day
		}
	}
	chosen := w.plans[0]
	for _, x := range w.plans {
		if x.model.InForce <= began {
			chosen = x
		}
	}
	return chosen
}

// startOf returns the day on which the case began, where the log tells of the fact that says so.
func (w *replayer) startOf(t *eventlog.Trace) (calendar.Day, bool) {
	for _, a := range w.m.Attributes {
		if a.Fact == w.start.ID {
			for i, column := range w.m.Log.Keep {
				if column != a.Column {
					continue
				}
				if v, ok := a.read(w.start, t.Values[i]); ok {
					day, ok := v.(calendar.Day)
					return day, ok
				}
			}
		}
	}
	for i := range t.Events {
		if k, ok := w.byAct[t.Events[i].Activity]; ok {
			for _, id := range w.m.Activities[k].Events {
				if id == w.start.ID {
					return t.Events[i].Day, true
				}
			}
		}
	}
	return 0, false
}

func (w *replayer) begin(x *plan) {
	mem := w.memory[x]
	if mem == nil {
		mem = &memory{facts: x.program.NewFacts(), steps: make([]track, len(x.steps)), kept: make([]bool, len(x.whole.Limits))}
		w.memory[x] = mem
	}
	mem.facts.Reset()
	clear(mem.steps)
	clear(mem.kept)
	w.x, w.facts, w.r, w.past, w.steps, w.kept, w.started = x, mem.facts, &mem.result, &mem.past, mem.steps, mem.kept, false
	w.closed = false
	w.c.Version = x.model.Version
}

// attributes records what is known of the case from its beginning.
func (w *replayer) attributes(t *eventlog.Trace, faults *diag.List) {
	if w.x.start >= 0 {
		w.facts.SetDay(w.x.start, w.c.First)
	}
	for _, f := range w.x.froms {
		v, ok := f.read(w.x.model.Facts[f.fact], t.Values[f.place])
		if !ok {
			w.badValue(f.from, f.fact, t.Line, t.ID, faults)
		} else if v != nil {
			set(w.facts, f.fact, v)
		}
	}
}

// badValue tells of a text of the log that is no value of the fact, without the text.
func (w *replayer) badValue(f *from, fact, line int, trace string, faults *diag.List) {
	legal := ""
	if f.values == nil {
		legal = legalValues(w.x.model.Facts[fact])
	}
	faults.Error(diag.LineOf(w.name, line), "log-bad-value", diag.Args{"Fact": f.Fact, "Column": f.Column, "Trace": trace, "Values": legal})
}

// day lives through the events [from, to) of one day.
func (w *replayer) day(t *eventlog.Trace, from, to int, faults *diag.List) {
	today := t.Events[from].Day
	verdicts := make([]Verdict, to-from)
	var left []mapped
	for i := from; i < to; i++ {
		e := &t.Events[i]
		v := Verdict{Activity: e.Activity, Day: e.Day, Line: e.Line, Sort: Unmapped}
		if w.who >= 0 {
			v.Resource = e.Values[w.who]
		}
		verdicts[i-from] = v
		k, ok := w.byAct[e.Activity]
		if !ok {
			continue
		}
		a := &w.x.acts[k]
		w.c.Ended = w.c.Ended || a.Ends
		m := mapped{at: i - from, act: a, values: make([]any, len(a.froms))}
		for n, f := range a.froms {
			var ok bool
			if m.values[n], ok = f.read(w.x.model.Facts[f.fact], e.Values[f.place]); !ok {
				w.badValue(f.from, f.fact, e.Line, t.ID, faults)
			}
		}
		left = append(left, m)
	}
	if len(left) > 0 {
		w.decide(today)
		if w.started {
			w.note(today, true)
		}
		for len(left) > 0 {
			k := w.pick(left, today)
			w.event(&left[k], &verdicts[left[k].at], today)
			left = append(left[:k], left[k+1:]...)
		}
		w.note(today, false)
		w.started, w.before = true, today
	}
	for i := range verdicts {
		if k, ok := w.byAct[verdicts[i].Activity]; ok && w.m.Activities[k].Ignore {
			w.c.Ignored++
			continue
		}
		w.c.Verdicts = append(w.c.Verdicts, verdicts[i])
	}
}

// window is how many events of one day are looked at for one that fits, so that a day of very many takes no longer than its length.
const window = 64

// pick returns the event of the day that is next: the first, unless that is a step's doing that does not fit yet and a later one does,
// of other facts. Days are the smallest time of a model: what was done on one day was done together.
func (w *replayer) pick(left []mapped, today calendar.Day) int {
	for k := range left[:min(len(left), window)] {
		a := left[k].act
		if k == 0 && len(a.steps) == 0 {
			return 0
		}
		if !w.fitsNow(a, today) {
			continue
		}
		apart := true
		for _, before := range left[:k] {
			apart = apart && !before.act.shares(a)
		}
		if apart {
			return k
		}
	}
	return 0
}

// fitsNow tells whether a step that the activity does is required, or comes back.
func (w *replayer) fitsNow(a *act, today calendar.Day) bool {
	if w.r.Outcome >= 0 && w.closedOn < today {
		return false
	}
	for _, s := range a.steps {
		switch w.r.StepStatus(s) {
		case interpreter.Required:
			return true
		case interpreter.Scheduled:
			if w.x.steps[s].repeat {
				return true
			}
		}
	}
	return false
}

// decide asks how the case stands, and notes what was done and when the steps ahead are due.
func (w *replayer) decide(day calendar.Day) {
	w.x.program.Decide(w.facts, day, w.r)
	switch {
	case w.r.Outcome < 0:
		w.closed = false
	case !w.closed:
		w.closed, w.closedOn = true, day
	}
	for _, l := range w.r.Limits {
		w.kept[l.Limit] = w.kept[l.Limit] || l.Time == interpreter.Met
	}
	for i := range w.steps {
		s := &w.steps[i]
		switch w.r.StepStatus(i) {
		case interpreter.Required, interpreter.Scheduled:
			if due, ok := w.r.Due(i); ok {
				s.due, s.hasDue = due, true
			}
			if from, ok := w.r.From(i); ok {
				s.from, s.hasFrom = from, true
			}
		case interpreter.Done:
			if w.x.steps[i].blind {
				s.vacuous = true
			} else {
				w.done(i, day)
			}
		}
	}
}

// done notes that a step that does not repeat is done.
func (w *replayer) done(i int, day calendar.Day) {
	s := &w.steps[i]
	if s.done || w.x.steps[i].blind {
		return
	}
	s.done, s.doneOn, s.told = true, day, true
	s.late = s.hasDue && day > s.due
}

// note records which steps are required at the beginning of a day, before any of its events, or at its end.
func (w *replayer) note(day calendar.Day, beginning bool) {
	if w.r.Outcome >= 0 {
		return
	}
	for i := range w.steps {
		s := &w.steps[i]
		switch w.r.StepStatus(i) {
		case interpreter.Required:
			if !s.required {
				s.required, s.requiredOn = true, day
				switch { // since the events before nothing else has happened
				case !beginning:
				case s.hasFrom && s.from < day && s.from > w.before:
					s.requiredOn = s.from
				case w.x.clock:
					s.requiredOn = w.firstRequired(i, day)
				}
			}
			s.owed = s.owed || w.x.steps[i].repeat && s.hasDue && day > s.due
		case interpreter.NotApplicable:
			w.miss(s)
		case interpreter.Undetermined:
			s.undetermined = true
		}
	}
}

// firstRequired returns the first day after the events before, up to the day, on which the step was required.
func (w *replayer) firstRequired(step int, day calendar.Day) calendar.Day {
	for on := w.before + 1; on < day; on++ {
		w.x.program.Decide(w.facts, on, w.past)
		if w.past.StepStatus(step) == interpreter.Required {
			return on
		}
	}
	return day
}

// miss notes that a step which comes back was due, and was not done before it ceased to apply.
func (w *replayer) miss(s *track) {
	if s.owed {
		s.owed, s.missed = false, s.missed+1
	}
}
