package simulate

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
)

// do does a step on a day: what its checklist lacks is filled in. It returns false where the step was attempted in vain too often.
func (w *worker) do(p *person, i int, day calendar.Day) bool {
	s, step := &p.steps[i], w.model.Steps[i]
	due, bounded := w.result.Due(i)
	if p.index >= 0 {
		t := &w.tally.steps[i]
		if s.times == 0 {
			t.cases++
		}
		t.count++
	}
	s.times++
	s.required, s.begun = false, false
	if step.Every != nil {
		if since := step.Every.Since; since != nil {
			p.facts.SetDay(since.Index, day)
		} else {
			s.resting = day + calendar.Day(max(1, day.DaysUntil(day.Add(step.Every.Period))))
		}
		w.done(p, step, day, due, bounded)
		return true
	}
	for _, item := range w.items[i] {
		if w.decide(p, day); w.program.Value(item, p.facts, &w.result) != interpreter.True {
			w.fulfil(p, item, item.Rule.Expr, true, day)
		}
	}
	if w.decide(p, day).Outcome < 0 && w.result.StepStatus(i) == interpreter.Required {
		s.again = true
		s.vain++
		return s.vain < mostRepeats
	}
	w.done(p, step, day, due, bounded)
	return true
}

// done counts a step that was done, and notes the first of its kind.
func (w *worker) done(p *person, step *dsl.Step, day, due calendar.Day, bounded bool) {
	s := &p.steps[step.Index]
	if p.index >= 0 {
		t := &w.tally.steps[step.Index]
		if !s.ever {
			t.reached++
		}
		t.done++
		t.waited += int64(s.waited)
		t.took += int64(day - s.from)
		if bounded {
			t.due++
			if day > due {
				t.late++
				p.late = true // also of a step that was required too late for it
			}
		}
	}
	s.again, s.ever = false, true
	if k := w.tally.kindOf[step.Index]; p.kinds[k] < 0 {
		p.kinds[k] = int32(day - p.opened)
	}
}

// overdue notes a case in which the due day of a step has passed before it was done. It is asked before anything is done on a day.
func (w *worker) overdue(p *person, day calendar.Day) {
	for i := range p.steps {
		if p.late {
			return
		}
		if w.result.StepStatus(i) == interpreter.Required {
			due, bounded := w.result.Due(i)
			p.late = bounded && due < day
		}
	}
}
