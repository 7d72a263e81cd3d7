package simulate

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/interpreter"
)

// staysOf lists, by step, the shortest stays of other stages that it waits for; nil where no stage has one. They hold no step up in the
// model, so the interpreter does not tell.
func staysOf(m *dsl.Model) [][]ways.Stay {
	if !slices.ContainsFunc(m.Stages, func(s *dsl.Stage) bool { return s.Time != nil && s.Time.Min != nil }) {
		return nil
	}
	order := ways.ByNeed(m)
	out := make([][]ways.Stay, len(m.Steps))
	for i, s := range m.Steps {
		out[i] = order.StaysBefore(s)
	}
	return out
}

// opens returns the first day on which a step that is required can be taken up: one that repeats rests, and another one waits for the
// shortest stays of the stages that the case has been in before it.
func (w *worker) opens(p *person, i int) calendar.Day {
	day := p.steps[i].resting
	if w.stays == nil || p.steps[i].begun || p.steps[i].again {
		return day
	}
	for _, stay := range w.stays[i] {
		from, known := p.facts.Value(stay.Stage.Time.From.Index).(calendar.Day)
		if known && slices.ContainsFunc(stay.Steps, func(s *dsl.Step) bool {
			return p.steps[s.Index].ever || w.result.StepStatus(s.Index) == interpreter.Done
		}) {
			day = max(day, from.Add(*stay.Stage.Time.Min))
		}
	}
	return day
}
