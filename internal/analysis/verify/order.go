package verify

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
)

// order makes the formula of the cases whose facts can have come in order: a fact is known only when something asks for it
// that is next or passed. The facts of a step's checklist are asked for where the step applies; those that decide whether it
// does, where all before it is passed; and a step that alone asks for something in its checklist is done in its turn. Facts
// that nothing asks for can be known at any time. A rule that can turn false again as facts come in ("not happened(x)") is
// not relied on. So a case that is lived, its facts asked for one by one and none taken back, is in order; that a case is in
// order says only that nothing plain speaks against it.
func (v *verifier) order() {
	askers := make([]cells.Formula, len(v.m.Facts))
	asking := make([][]*dsl.Step, len(v.m.Facts)) // by fact: the steps that do; nil stands for an outcome
	for i := range askers {
		askers[i] = cells.Never
	}
	asks := func(s *dsl.Step, when cells.Formula, facts map[*dsl.Fact]bool) {
		for i, f := range v.m.Facts { // not the map's order: it differs from run to run, and answers must not
			if facts[f] {
				askers[i] = v.s.Or(askers[i], when)
				asking[i] = append(asking[i], s)
			}
		}
	}
	for i, step := range v.m.Steps {
		x := &v.s.Steps[i]
		asks(step, x.Open, v.guardFacts(step.Stage, step.When))
		here := x.Open
		if v.stays(step.When) && (step.Stage == nil || v.stays(step.Stage.When)) {
			here = v.s.And(here, x.Applies.True)
		}
		own := map[*dsl.Fact]bool{}
		for _, item := range step.Done {
			v.lookAt(item.Rule, own)
		}
		for _, f := range timeFacts(step) {
			own[f] = true
		}
		asks(step, here, own)
	}
	for i, o := range v.m.Outcomes {
		asks(nil, v.s.Outcomes[i].Open, v.guardFacts(o.Stage, o.When))
	}
	v.ordered = cells.Always
	for i, step := range v.m.Steps {
		if v.doneInTurn(step, asking) {
			v.ordered = v.s.And(v.ordered, v.s.Or(v.s.Steps[i].Done.Not(), v.s.Steps[i].Open))
		}
	}
	v.askers, v.unasked = askers, make([]bool, len(v.m.Facts))
	for i, d := range v.s.Domains {
		if v.unasked[i] = asking[i] == nil; !v.unasked[i] {
			v.ordered = v.s.And(v.ordered, v.s.Or(d.Known.Not(), askers[i]))
		}
	}
}

// doneInTurn tells whether a step can only be done when all before it is passed: something in its checklist is asked for by
// nothing but the step itself and what comes after it.
func (v *verifier) doneInTurn(s *dsl.Step, asking [][]*dsl.Step) bool {
	return slices.ContainsFunc(s.Done, func(i *dsl.Item) bool {
		return slices.ContainsFunc(i.Facts, func(f *dsl.Fact) bool {
			return !slices.ContainsFunc(asking[f.Index], func(other *dsl.Step) bool {
				return other == nil || other != s && !v.comesAfter(other, s)
			})
		})
	})
}

// guardFacts are those that are asked for to tell whether a part of the model applies: known() and happened() ask for nothing
// there, and nobody is asked for an event.
func (v *verifier) guardFacts(stage *dsl.Stage, when *dsl.Rule) map[*dsl.Fact]bool {
	out := map[*dsl.Fact]bool{}
	rules := []*dsl.Rule{when}
	if stage != nil {
		rules = append(rules, stage.When)
	}
	for _, r := range rules {
		if r != nil {
			v.walk(r.Expr, func(e *rule.Expr) {
				if d := v.s.Domain(e.Name); e.Op == rule.OpFact && e.Type.Kind != rule.Event && d != nil {
					out[d.Fact] = true
				}
			})
		}
	}
	return out
}

// stays tells whether the rule, once true, stays so while facts come in and none is taken back.
func (v *verifier) stays(r *dsl.Rule) bool { return r == nil || v.staysAs(r.Expr, true) }

func (v *verifier) staysAs(e *rule.Expr, held bool) bool {
	switch e.Op {
	case rule.OpKnown, rule.OpHappened, rule.OpDone:
		return held
	case rule.OpLate:
		return false
	case rule.OpNot:
		return v.staysAs(e.Args[0], !held)
	case rule.OpDefine:
		return v.staysAs(v.define(e.Name), held)
	case rule.OpAnd, rule.OpOr:
		return v.staysAs(e.Args[0], held) && v.staysAs(e.Args[1], held)
	}
	for _, a := range e.Args {
		if !v.staysAs(a, true) || !v.staysAs(a, false) {
			return false
		}
	}
	return true
}

func (v *verifier) define(id string) *rule.Expr {
	for _, d := range v.m.Defines {
		if d.ID == id {
			return d.Rule.Expr
		}
	}
	return nil
}

// timeFacts are those that the times of a step count from.
func timeFacts(s *dsl.Step) (out []*dsl.Fact) {
	add := func(f *dsl.Fact) {
		if f != nil {
			out = append(out, f)
		}
	}
	if s.Every != nil {
		add(s.Every.Since)
		add(s.Every.Start)
		return out
	}
	if s.Time != nil {
		add(s.Time.From)
	}
	if s.Stage != nil && s.Stage.Time != nil {
		add(s.Stage.Time.From)
	}
	return out
}

// lookAt adds the facts that a rule looks at, definitions entered. What done('…') and late('…') look at is left out.
func (v *verifier) lookAt(r *dsl.Rule, into map[*dsl.Fact]bool) {
	if r != nil {
		v.walk(r.Expr, func(e *rule.Expr) {
			switch e.Op {
			case rule.OpFact, rule.OpKnown, rule.OpHappened:
				if d := v.s.Domain(e.Name); d != nil {
					into[d.Fact] = true
				}
			}
		})
	}
}

// walk calls f for e and all below it, definitions entered.
func (v *verifier) walk(e *rule.Expr, f func(*rule.Expr)) {
	e.Walk(func(x *rule.Expr) {
		f(x)
		if x.Op == rule.OpDefine {
			v.walk(v.define(x.Name), f)
		}
	})
}

// inTurn is the formula of facts that come in order, in a case that was open until the last one came. It is made when it is asked for.
func (v *verifier) inTurn() cells.Formula {
	if v.turn == nil {
		f := v.s.And(v.ordered, v.s.Before(v.s.And(v.open(), v.ordered)))
		v.turn = &f
	}
	return *v.turn
}
