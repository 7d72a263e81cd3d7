package cohort

import (
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// visit looks at the case on a day: what is missing is asked for, and the steps to do are planned. It tells whether the
// case goes on.
func (l *life) visit(day calendar.Day) bool {
	switch l.decide(day).Status {
	case interpreter.Closed:
		return false
	case interpreter.StuckCase:
		if len(l.r.Stuck) == 0 || !l.chance(300) {
			return false
		}
		l.answer(l.t.facts[one(l.dice, l.r.Stuck)], day, nil) // somebody knows after all
		l.decide(day)
	}
	if l.ask(day) && l.decide(day).Status == interpreter.Closed {
		return false
	}
	l.decide(day)
	l.planSteps(day)
	return true
}

// ask asks for the facts that leave open which steps apply or how the case ends, and for days that a time counts from.
// What a step is done with is asked for when it is done. It tells whether anything was answered.
func (l *life) ask(day calendar.Day) bool {
	var asked []int
	for _, m := range l.r.Missing {
		now := len(m.Outcomes) > 0 || l.t.model.Facts[m.Fact].Type.Kind == rule.Date
		for _, s := range m.Steps {
			now = now || l.r.StepStatus(int(s)) == interpreter.Undetermined
		}
		if now {
			asked = append(asked, l.t.facts[m.Fact])
		}
	}
	answered := false
	for _, k := range asked {
		if l.silent(k) {
			continue
		}
		l.tell(k, day, nil)
		answered = true
	}
	return answered
}

// silent tells whether a question is left without an answer. One that was not answered the first time seldom is later.
func (l *life) silent(k int) bool {
	if l.mute[k] {
		return l.chance(800)
	}
	l.mute[k] = l.chance(l.silence)
	return l.mute[k]
}

// planSteps plans every step that is to be done now or later and is not planned yet, and drops plans of those that no
// longer are.
func (l *life) planSteps(day calendar.Day) {
	for i := range l.agenda {
		status := l.r.StepStatus(i)
		switch {
		case status != interpreter.Required && status != interpreter.Scheduled && status != interpreter.WaitingStep:
			l.agenda[i] = unplanned
		case l.agenda[i] != unplanned:
		case status == interpreter.Required:
			l.agenda[i] = l.dayFor(i, day)
		case l.hurried(i):
			l.agenda[i] = day + calendar.Day(l.below(30))
		case status == interpreter.Scheduled:
			from, _ := l.r.From(i)
			l.agenda[i] = l.dayFor(i, from)
		}
	}
}

// hurried settles, once for each step, whether it is done before its time.
func (l *life) hurried(step int) bool {
	if l.haste[step] == unsettled {
		l.haste[step] = patient
		if l.chance(l.earliness) {
			l.haste[step] = hasty
			return true
		}
	}
	return false
}

// dayFor draws the day on which a step that can be done from a day on is done: mostly in good time before it is due, or
// else late, or never.
func (l *life) dayFor(step int, from calendar.Day) calendar.Day {
	if l.chance(l.neglect) {
		return never
	}
	due, bounded := l.r.Due(step)
	if !bounded {
		return from + calendar.Day(l.below(l.pace))
	}
	if left := int(due - from); left >= 0 && !l.chance(l.lateness) {
		return from + calendar.Day(left*l.between(20, 100)/100)
	}
	return max(due, from) + calendar.Day(l.between(1, 45))
}

// attempt does a step on a day: what its checklist lacks is done, or mostly so. A step that is no longer to be done is
// left.
func (l *life) attempt(step int, day calendar.Day) {
	l.agenda[step] = unplanned
	status := l.decide(day).StepStatus(step)
	ahead := l.haste[step] == hasty && (status == interpreter.Scheduled || status == interpreter.WaitingStep)
	if l.r.Outcome >= 0 || status != interpreter.Required && !ahead {
		return
	}
	if l.trace {
		l.acts = append(l.acts, act{day, step, status, ahead})
	}
	s := l.t.model.Steps[step]
	if s.Every != nil {
		if since := s.Every.Since; since != nil && since.Type.Kind == rule.Event {
			l.say(l.c.space.place(since.ID), day)
		} else {
			l.agenda[step] = day + calendar.Day(max(1, s.Every.Period.MaxDays()))
		}
		return
	}
	complete := true
	for _, item := range l.t.items[step] {
		if l.decide(day); l.t.program.Value(item, l.facts, l.r) == interpreter.True {
			continue
		}
		if l.chance(60) { // forgotten, this time
			complete = false
			continue
		}
		l.fulfil(item.Rule.Expr, true, day)
	}
	if st := l.decide(day).StepStatus(step); !complete || st == interpreter.Required {
		l.agenda[step] = day + calendar.Day(l.between(1, max(2, l.pace)))
	}
}

// happenings are what nobody planned: circumstances change, and somebody tells something that was not asked for.
func (l *life) happenings(day calendar.Day) {
	if len(l.t.unasked) == 0 {
		return
	}
	k := one(l.dice, l.t.unasked)
	if known := l.said[k] != nil; known && l.chance(25) || !known && l.chance(15) {
		l.answer(k, day, nil)
	}
}
