package conform

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// settle tells how each step and each limit of the case ended, on its last day, or, where it goes on, on the day of the options.
func (w *replayer) settle() {
	c := w.c
	c.At = c.Last
	closed := func() bool { return w.r.Outcome >= 0 }
	if !w.started { // no event of it says anything
		w.decide(c.At)
		w.note(c.At, false)
	}
	if at := w.o.At; at != nil && *at > c.Last && !closed() && !c.Ended {
		c.At = *at
		w.decide(c.At)
		w.note(c.At, true)
	}
	if closed() {
		c.Outcome, c.Ended = w.x.whole.Outcomes[w.r.Outcome], true
	}
	c.Steps = make([]StepEnd, len(w.steps))
	for i := range w.steps {
		c.Steps[i] = w.stepEnd(i)
	}
	w.limits()
}

// stepEnd tells how a step ended.
func (w *replayer) stepEnd(i int) StepEnd {
	s, c := &w.steps[i], w.c
	plan := &w.x.steps[i]
	out := StepEnd{Step: w.x.whole.Steps[i], Times: s.times, LateN: s.lateN}
	day := func(d calendar.Day) *calendar.Day { return &d }
	status := w.r.StepStatus(i)
	if plan.blind {
		out.End = NotAsked
		if s.vacuous || s.undetermined || plan.repeat && (s.required || status == interpreter.Required) {
			out.End = NotKnown
		}
		return out
	}
	if s.required {
		out.Required = day(s.requiredOn)
	}
	if s.hasDue {
		out.Due = day(s.due)
	}
	if s.done {
		out.Done = day(s.doneOn)
	}
	released := c.Outcome != nil || status == interpreter.NotApplicable
	overdue := s.hasDue && c.At > s.due
	if plan.repeat && c.Ended {
		if c.Outcome == nil && status == interpreter.Required && overdue {
			s.owed = true
		}
		w.miss(s)
	}
	out.Missed = s.missed
	switch {
	case s.done:
		out.End, out.Late, out.Told = Done, s.late || s.lateN > 0, s.told && !plan.repeat
	case s.over || s.missed > 0 || s.required && c.Ended && !released && status == interpreter.Required:
		out.End, out.Late = Skipped, overdue
	case s.doubt && !s.required:
		out.End = NotKnown
	case s.required && released:
		out.End = Lapsed
	case s.required:
		out.End, out.Late = Pending, overdue && status == interpreter.Required
	case c.Outcome == nil && (status == interpreter.Undetermined || s.undetermined && status == interpreter.WaitingStep):
		out.End = NotKnown
	default:
		out.End = NotAsked
	}
	return out
}

// limits tells how the limits of the case stand at its end.
func (w *replayer) limits() {
	for i, l := range w.x.whole.Limits {
		state := NotOpen
		for _, r := range w.r.Limits {
			if int(r.Limit) != i {
				continue
			}
			switch {
			case w.kept[i]:
				state = Kept
			case r.Time == interpreter.Late:
				state = Broken
			default:
				state = Running
			}
		}
		w.c.Limits = append(w.c.Limits, Bounded{l, state})
	}
}

// legalValues lists what the values of the fact are, for whoever has to mend a log; "" where there is no list.
func legalValues(f *dsl.Fact) string {
	switch f.Type.Kind {
	case rule.Bool:
		return "true, false"
	case rule.Enum, rule.Set:
		return strings.Join(f.Type.Values, ", ")
	}
	return ""
}
