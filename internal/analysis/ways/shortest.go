package ways

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Shortest returns the way to a step that sets the first day on which it can be done: the longest of those past what must be done
// before it, by the shortest stays of stages and the times before which steps are not required.
func (x *Search) Shortest(s *dsl.Step) *Way {
	if x.least == nil {
		x.least = make([]*Way, len(x.Model.Steps))
	}
	if w := x.least[s.Index]; w != nil {
		return w
	}
	x.least[s.Index] = &Way{Links: []Link{{To: s}}} // should the times lead in a circle
	out := &Way{}
	from := (*dsl.Step)(nil)
	for _, p := range x.Direct(s) {
		for _, p := range x.must(p) {
			if w := x.Shortest(p); w.Fewest > out.Fewest {
				out, from = w, p
			}
		}
	}
	out = out.with(Link{From: from, To: s})
	for _, w := range x.stays(s) {
		if w.Fewest > out.Fewest {
			out = w
		}
	}
	x.least[s.Index] = out
	return out
}

// ShortestPast returns the way past all of the steps, of those that must be done.
func (x *Search) ShortestPast(steps []*dsl.Step) *Way {
	out := &Way{}
	for _, s := range steps {
		for _, s := range x.must(s) {
			if w := x.Shortest(s); w.Fewest > out.Fewest || len(out.Links) == 0 {
				out = w
			}
		}
	}
	return out
}

// must returns the step, or in place of one that need not be done those before it that must.
func (x *Search) must(s *dsl.Step) []*dsl.Step {
	if x.Must == nil || x.Must(s) {
		return []*dsl.Step{s}
	}
	var out []*dsl.Step
	for b := range x.Before(s) {
		if x.Must(b) {
			out = append(out, b)
		}
	}
	return x.Nearest(out)
}

// stays lists the ways that the shortest times set before a step: those before which it is not required, and the shortest stays of the
// stages whose steps come before it.
func (x *Search) stays(s *dsl.Step) (out []*Way) {
	add := func(t *dsl.Time, stage *dsl.Stage, d *calendar.Duration) {
		var from *dsl.Step
		w := &Way{}
		switch recorders := x.Recorders(t.From); {
		case t.From == x.Model.Start:
		case len(recorders) == 1 && t.From.Type.Kind == rule.Event && recorders[0] != s && (x.Must == nil || x.Must(recorders[0])):
			from = recorders[0]
			w = x.Shortest(from)
		default:
			return // a day that can lie as far back as one likes
		}
		link := Link{From: from, To: s, Time: t, Stage: stage, Event: t.From}
		link.Fewest, link.Most = x.duration(*d, false)
		out = append(out, w.with(link))
	}
	for _, t := range timesOf(s) {
		if d := t.Time.NotBefore; d != nil {
			add(t.Time, t.Stage, d)
		}
	}
	for _, stay := range x.StaysBefore(s) {
		if slices.ContainsFunc(stay.Steps, func(p *dsl.Step) bool { return x.Must == nil || x.Must(p) }) {
			add(stay.Stage.Time, stay.Stage, stay.Stage.Time.Min)
		}
	}
	return out
}

// Stay is a stage whose shortest stay a step waits for, and the steps of the stage that come before it.
type Stay struct {
	Stage *dsl.Stage
	Steps []*dsl.Step
}

// StaysBefore lists the shortest stays that the step waits for once one of their steps is done: those of the stages, other than its own,
// that it comes after.
func (o *Order) StaysBefore(s *dsl.Step) (out []Stay) {
	for _, stage := range o.Model.Stages {
		if stage == s.Stage || stage.Time == nil || stage.Time.Min == nil {
			continue
		}
		before := slices.DeleteFunc(slices.Clone(stage.Steps), func(p *dsl.Step) bool { return !o.ComesAfter(s, p) })
		if len(before) > 0 {
			out = append(out, Stay{stage, before})
		}
	}
	return out
}
