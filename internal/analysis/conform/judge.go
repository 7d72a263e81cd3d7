package conform

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
)

// candidate is a step that an event may have done, as it stood before.
type candidate struct {
	step     int
	before   interpreter.StepStatus
	open     bool  // all it comes after is passed
	blockers []int // Waiting: steps that apply and were to be done before it; none: whether any does is not known
	doubtful []int // Waiting: steps before it of which it is not known whether they apply
}

// event judges one event and records what it tells.
func (w *replayer) event(m *mapped, v *Verdict, today calendar.Day) {
	a := m.act
	if a.Ignore {
		return
	}
	var list []candidate
	fit := -1
	closed := w.r.Outcome >= 0 && w.closedOn < today // what came on the very day came together with the end
	asked := !a.happens && w.asks(a)
	for _, s := range a.steps {
		c := candidate{step: s, before: w.r.StepStatus(s), open: w.open(s)}
		if !closed && (c.before == interpreter.Required || c.before == interpreter.Scheduled && w.x.steps[s].repeat) && fit < 0 {
			fit = len(list)
		}
		if c.before == interpreter.WaitingStep {
			w.block(s, &c, map[int]bool{})
		}
		list = append(list, c)
	}
	a.tell(w.facts, today, m.values)
	if fit >= 0 {
		w.fits(list[fit].step, v, today)
		w.decide(today)
		w.finish(list[fit].step, today)
		return
	}
	w.decide(today)
	switch {
	case len(list) == 0 || asked:
		v.Sort = Information
	case closed:
		w.unasked(a, v, list[0].step, AfterEnd)
	default:
		w.judge(a, v, list, today)
	}
}

// asks tells whether the model asks for a fact that the activity tells.
func (w *replayer) asks(a *act) bool {
	return slices.ContainsFunc(w.r.Missing, func(m interpreter.Missing) bool { return slices.Contains(a.facts, int(m.Fact)) })
}

// fits records that the event did a step that was required, before its facts have been looked at.
func (w *replayer) fits(step int, v *Verdict, today calendar.Day) {
	s := &w.steps[step]
	v.Sort, v.Step = Fits, w.x.whole.Steps[step]
	if !s.required {
		s.required, s.requiredOn = true, today
	}
	if s.hasDue && today > s.due {
		v.Late, v.Due = true, s.due
	}
	w.visit(step)
	if w.x.steps[step].repeat {
		s.times, s.owed, s.done, s.doneOn = s.times+1, false, true, today
		if v.Late {
			s.lateN++
		}
	}
}

// finish notes that the step is done where what made it done also made it not apply: then the interpreter no longer says so.
func (w *replayer) finish(step int, today calendar.Day) {
	s := &w.steps[step]
	if !s.done && w.x.steps[step].met(w.x.program, w.facts, w.r) {
		w.done(step, today)
	}
	s.told = false
}

func (w *replayer) visit(step int) {
	w.c.Visits = append(w.c.Visits, w.x.whole.Steps[step].Actor)
}

// judge finds the verdict on an event that no required step asked for; the interpreter has been asked how the case stands after it.
func (w *replayer) judge(a *act, v *Verdict, list []candidate, today calendar.Day) {
	// What an event tells can itself decide that its step applies.
	for i := range list {
		c := &list[i]
		after := w.r.StepStatus(c.step)
		if c.open && (c.before == interpreter.Undetermined || c.before == interpreter.NotApplicable) && (after == interpreter.Done || after == interpreter.Required) {
			w.fits(c.step, v, today)
			w.steps[c.step].told = false
			return
		}
	}
	best := &list[0]
	for i := range list {
		if w.rank(&list[i]) < w.rank(best) {
			best = &list[i]
		}
	}
	step := w.x.whole.Steps[best.step]
	gone := w.r.StepStatus(best.step) == interpreter.NotApplicable
	switch {
	case best.before == interpreter.Undetermined && !gone, best.before == interpreter.WaitingStep && !gone && len(best.blockers) == 0:
		v.Sort, v.Step = Undetermined, step
		w.steps[best.step].undetermined = true
		for _, b := range best.doubtful {
			w.steps[b].doubt = true
		}
	case best.before == interpreter.Scheduled && !gone:
		v.Sort, v.Step = Early, step
		w.did(best.step)
	case best.before == interpreter.WaitingStep && !gone:
		v.Sort, v.Step, v.Before = OutOfOrder, step, w.x.whole.Steps[slices.Min(best.blockers)]
		for _, b := range best.blockers {
			w.steps[b].over = true
		}
		w.did(best.step)
	case best.before == interpreter.Done:
		w.unasked(a, v, best.step, Again)
	default:
		w.unasked(a, v, best.step, NotApplying)
	}
}

// did notes that an event did a step, though not when it was asked for.
func (w *replayer) did(step int) {
	w.steps[step].told = false
	w.visit(step)
}

// rank orders the steps that an event may have done: the event is judged by the one that speaks most for it.
func (w *replayer) rank(c *candidate) int {
	gone := w.r.StepStatus(c.step) == interpreter.NotApplicable
	switch {
	case gone:
		return 9
	case c.before == interpreter.Undetermined:
		return 1
	case c.before == interpreter.Scheduled:
		return 2
	case c.before == interpreter.WaitingStep && len(c.blockers) == 0:
		return 3
	case c.before == interpreter.WaitingStep:
		return 4
	case c.before == interpreter.Done:
		return 5
	}
	return 6
}

// unasked settles an event that no step asked for. Values that the model's rules look at can be told at any time.
func (w *replayer) unasked(a *act, v *Verdict, step int, why Why) {
	v.Step = w.x.whole.Steps[step]
	if !a.happens && a.decides {
		v.Sort, v.Step = Information, nil
		return
	}
	v.Sort, v.Why = Extra, why
}

// open tells whether all that the step comes after is passed.
func (w *replayer) open(step int) bool {
	return !slices.ContainsFunc(w.x.model.Steps[step].After, func(s *dsl.Step) bool { return !w.r.Passed(s.Index) })
}

// block finds what a step waits for: steps that apply and are not done, also behind those that do not apply.
func (w *replayer) block(step int, c *candidate, seen map[int]bool) {
	for _, s := range w.x.model.Steps[step].After {
		if seen[s.Index] || w.r.Passed(s.Index) {
			continue
		}
		seen[s.Index] = true
		switch w.x.steps[s.Index].applies(w.x.program, w.facts, w.r) {
		case interpreter.True:
			c.blockers = append(c.blockers, s.Index)
		case interpreter.Unknown:
			c.doubtful = append(c.doubtful, s.Index)
		}
		w.block(s.Index, c, seen)
	}
}
