package measure

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
)

// Which steps a case has done cannot be read off where they stand at its end: a stage is left when its work is over, and its steps do
// not apply any more. What does stay is the facts. So a step counts as done when everything in its checklist and the rules by which it
// applies hold, but for what time and later facts can turn about them: that something is not known, has not happened, is not
// done or is late. A step that repeats is never done.
//
// The facts tell as much of the order in which they came: a fact was asked for, and so something that asks for it has had its turn. That is
// less than a history tells; it bounds a model that has too many of them.

// past finds what can have been some day up to the one that a case is seen on. All of it is too wide rather than too narrow.
type past struct {
	*measurer
	steps []pastStep
}

type pastStep struct {
	known        bool // found
	done, passed cells.Formula
	open         cells.Formula // all that it comes after was passed
	applied      cells.Formula
}

// past finds which steps have been done, and where facts have come in order.
func (m *measurer) past() {
	w := &past{measurer: m, steps: make([]pastStep, len(m.m.Steps))}
	for _, s := range m.m.Steps {
		m.done = append(m.done, w.step(s).done)
	}
	m.ordered = w.order()
}

func (w *past) step(s *dsl.Step) *pastStep {
	x := &w.steps[s.Index]
	if x.known {
		return x
	}
	x.known = true // `after`, and steps that look at whether others are done, form no cycle
	x.open, x.applied = w.passed(s.After), w.within(s.Stage, s.When, true)
	x.done = cells.Never
	if s.Every == nil {
		x.done = x.applied
		for _, item := range s.Done {
			x.done = w.s.And(x.done, w.was(item.Rule.Expr, true))
		}
	}
	x.passed = w.s.Or(x.done, w.s.And(w.within(s.Stage, s.When, false), x.open))
	return x
}

func (w *past) passed(steps []*dsl.Step) cells.Formula {
	out := cells.Always
	for _, s := range steps {
		out = w.s.And(out, w.step(s).passed)
	}
	return out
}

// within holds where a part of the model can have applied, or not applied.
func (w *past) within(stage *dsl.Stage, when *dsl.Rule, held bool) cells.Formula {
	all, any := cells.Always, cells.Never
	rules := []*dsl.Rule{when}
	if stage != nil {
		rules = append(rules, stage.When)
	}
	for _, r := range rules {
		if r != nil {
			f := w.was(r.Expr, held)
			all, any = w.s.And(all, f), w.s.Or(any, f)
		}
	}
	if held {
		return all
	}
	return any
}

// order holds where each known fact has been asked for: by a step that it belongs to the checklist of, or that a time of counts from it,
// where the step has had its turn; by a step or an outcome whose rule looks at it, where all before that was passed. Nobody is asked for
// an event by a rule. What nothing asks for, and what can be told unasked, can come at any time.
func (w *past) order() cells.Formula {
	asked := make([]cells.Formula, len(w.m.Facts))
	for i := range asked {
		asked[i] = cells.Never
	}
	someone := make([]bool, len(w.m.Facts))
	ask := func(f *dsl.Fact, where cells.Formula) {
		if f != nil {
			asked[f.Index], someone[f.Index] = w.s.Or(asked[f.Index], where), true
		}
	}
	askRules := func(where cells.Formula, stage *dsl.Stage, when *dsl.Rule) {
		rules := []*dsl.Rule{when}
		if stage != nil {
			rules = append(rules, stage.When)
		}
		for _, f := range w.looked(rules) {
			if f.Type.Kind != rule.Event {
				ask(f, where)
			}
		}
	}
	for _, s := range w.m.Steps {
		x := w.step(s)
		askRules(x.open, s.Stage, s.When)
		turn := w.s.And(x.open, x.applied)
		for _, item := range s.Done {
			for _, f := range item.Facts {
				ask(f, turn)
			}
		}
		for _, t := range []*dsl.Time{s.Time, stageTime(s)} {
			if t != nil {
				ask(t.From, turn)
			}
		}
		if s.Every != nil {
			ask(s.Every.Since, turn)
			ask(s.Every.Start, turn)
		}
	}
	for _, o := range w.m.Outcomes {
		askRules(w.passed(o.After), o.Stage, o.When)
	}
	out := cells.Always
	for i, d := range w.s.Domains {
		if someone[i] && !slices.Contains(w.told, i) {
			out = w.s.And(out, w.s.Or(d.Known.Not(), asked[i]))
		}
	}
	return out
}

func stageTime(s *dsl.Step) *dsl.Time {
	if s.Stage == nil {
		return nil
	}
	return s.Stage.Time
}

// looked lists the facts whose values the rules look at, definitions entered.
func (w *past) looked(rules []*dsl.Rule) (out []*dsl.Fact) {
	var walk func(e *rule.Expr)
	walk = func(e *rule.Expr) {
		e.Walk(func(x *rule.Expr) {
			switch x.Op {
			case rule.OpDefine:
				walk(w.defineOf[x.Name])
			case rule.OpFact:
				if d := w.s.Domain(x.Name); d != nil && !slices.Contains(out, d.Fact) {
					out = append(out, d.Fact)
				}
			}
		})
	}
	for _, r := range rules {
		if r != nil {
			walk(r.Expr)
		}
	}
	return out
}

// was holds where the rule can have come out as held.
func (w *past) was(e *rule.Expr, held bool) cells.Formula {
	s := w.s
	join := func(both bool, x, y cells.Formula) cells.Formula {
		if both {
			return s.And(x, y)
		}
		return s.Or(x, y)
	}
	switch e.Op {
	case rule.OpKnown, rule.OpHappened:
		if !held {
			return cells.Always
		}
	case rule.OpDone:
		if !held {
			return cells.Always
		}
		return w.step(w.stepOf[e.Name]).done
	case rule.OpLate:
		return cells.Always
	case rule.OpNot:
		return w.was(e.Args[0], !held)
	case rule.OpDefine:
		return w.was(w.defineOf[e.Name], held)
	case rule.OpAnd, rule.OpOr:
		return join((e.Op == rule.OpAnd) == held, w.was(e.Args[0], held), w.was(e.Args[1], held))
	case rule.OpCond:
		c, x, y := e.Args[0], w.was(e.Args[1], held), w.was(e.Args[2], held)
		return s.Or(s.And(w.was(c, true), x), s.And(w.was(c, false), y), s.And(x, y))
	case rule.OpEq, rule.OpNe:
		if e.Args[0].Type.Kind == rule.Bool {
			same := (e.Op == rule.OpEq) == held
			x := func(a bool) cells.Formula { return s.And(w.was(e.Args[0], a), w.was(e.Args[1], a == same)) }
			return s.Or(x(true), x(false))
		}
	}
	t := s.Rule(e)
	switch {
	case timed(e):
		return s.Or(t.True, t.False) // what it looks at is known; some day it can have come out either way
	case held:
		return t.True
	}
	return t.False
}

// timed tells whether a test comes out otherwise as days pass.
func timed(e *rule.Expr) (out bool) {
	e.Walk(func(x *rule.Expr) {
		switch x.Op {
		case rule.OpToday, rule.OpDaysSince, rule.OpWeeksSince, rule.OpMonthsSince:
			out = true
		}
	})
	return out
}
