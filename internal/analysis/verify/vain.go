package verify

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
)

// vainSteps finds steps that no case requires.
func (v *verifier) vainSteps() {
	for i, s := range v.m.Steps {
		x := &v.s.Steps[i]
		if !v.s.Possible(x.Required, v.open()) {
			v.add(&Finding{Code: DeadStep, Subjects: []string{s.ID}, Weight: Fault, Steps: []*dsl.Step{s}})
		}
	}
}

// vainOutcomes finds outcomes that hold in no case, and those where an earlier one holds whenever they do.
func (v *verifier) vainOutcomes() {
	for i, o := range v.m.Outcomes {
		x := &v.s.Outcomes[i]
		f := &Finding{Subjects: []string{o.ID}, Weight: Fault, Outcomes: []*dsl.Outcome{o}}
		switch {
		case v.s.Possible(x.First):
			continue
		case !v.s.Possible(x.Claim):
			f.Code = DeadOutcome
		default:
			f.Code = ShadowedOutcome
		}
		v.add(f)
	}
}

// Owner is what a rule belongs to: one of Define, Stage, Step, Outcome and Accept.
type Owner struct {
	Define  *dsl.Define
	Stage   *dsl.Stage
	Step    *dsl.Step
	Item    *dsl.Item // of the step's checklist; nil: whether the step applies
	Outcome *dsl.Outcome
	Accept  *dsl.Accept // its when
	Number  int         // of the item, from 1 on
}

// vainClauses finds the clauses of rules that could be left out: in no case does the rule come out differently without them,
// as far as it is looked at. A rule of a step is looked at where its stage's is true, and so on.
func (v *verifier) vainClauses() {
	s := v.s
	same := func(t cells.Truth) (a, b cells.Formula) { return t.True, t.False }
	for _, d := range v.m.Defines {
		if d.Rule.Expr.Type.Kind == rule.Bool {
			v.clauses(Owner{Define: d}, d.Rule, cells.Always, same)
		}
	}
	for _, x := range v.m.Stages {
		v.clauses(Owner{Stage: x}, x.When, cells.Always, same)
	}
	within := func(stage *dsl.Stage, t cells.Truth) (a, b cells.Formula) {
		if stage == nil || stage.When == nil {
			return same(t)
		}
		g := s.Rule(stage.When.Expr)
		return s.And(g.True, t.True), s.Or(g.False, t.False)
	}
	for i, x := range v.m.Steps {
		v.clauses(Owner{Step: x}, x.When, cells.Always, func(t cells.Truth) (a, b cells.Formula) { return within(x.Stage, t) })
		for k, item := range x.Done {
			v.clauses(Owner{Step: x, Item: item, Number: k + 1}, item.Rule, s.Steps[i].Applies.True, func(t cells.Truth) (a, b cells.Formula) { return t.True, t.True })
		}
	}
	for i, o := range v.m.Outcomes {
		v.clauses(Owner{Outcome: o}, o.When, s.Outcomes[i].Open, func(t cells.Truth) (a, b cells.Formula) { return within(o.Stage, t) })
	}
}

// clauses tries the rule without each of its clauses, in the cases where it is looked at; seen is what is looked at of it.
func (v *verifier) clauses(of Owner, r *dsl.Rule, where cells.Formula, seen func(cells.Truth) (a, b cells.Formula)) {
	if r == nil {
		return
	}
	a, b := seen(v.s.Rule(r.Expr))
	var visit func(e *rule.Expr)
	visit = func(e *rule.Expr) {
		if e.Op != rule.OpAnd && e.Op != rule.OpOr {
			if e.Op == rule.OpNot {
				visit(e.Args[0])
			}
			return
		}
		for i, clause := range e.Args {
			c, d := seen(v.s.Replaced(r.Expr, e, e.Args[1-i]))
			if v.s.Possible(where, v.s.Or(v.s.Differ(a, c), v.s.Differ(b, d))) {
				visit(clause)
				continue
			}
			text := clause.String()
			v.add(&Finding{Code: RedundantClause, Subjects: []string{of.id(), text}, Weight: Fault, Owner: of, Clause: text})
			return // without it the other clauses may all be needed
		}
	}
	visit(r.Expr)
}
