package compare

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
)

// Clause is a part of a step's rule, or of its stage's, that does not hold in a case and so keeps the step from being required.
type Clause struct {
	Step *dsl.Step
	Expr *rule.Expr
}

// clauses lists the clauses of the steps of a model that do not hold in the case, each once.
func (c *comparer) clauses(steps []*dsl.Step, model int, w *cells.Witness) (out []Clause) {
	defines := c.programs[model].Model().Definitions()
	joint := c.joint.Model.Definitions()
	add := func(s *dsl.Step, r, in *dsl.Rule) {
		if r == nil {
			return
		}
		same := conjuncts(in.Expr, joint)
		for i, clause := range conjuncts(r.Expr, defines) {
			told := slices.ContainsFunc(out, func(x Clause) bool { return x.Step == s && x.Expr.Equal(clause) })
			if !told && !w.Holds(c.s.Rule(same[i]).True) {
				out = append(out, Clause{s, clause})
			}
		}
	}
	for _, s := range steps {
		in := c.joint.steps[model][s.Index]
		if s.Stage != nil {
			add(s, s.Stage.When, in.Stage.When)
		}
		add(s, s.When, in.When)
	}
	return out
}

// conjuncts takes a rule apart into what must hold together. The definitions given are entered where they are such lists themselves.
func conjuncts(e *rule.Expr, defines map[string]*rule.Expr) []*rule.Expr {
	switch {
	case e.Op == rule.OpAnd:
		return append(conjuncts(e.Args[0], defines), conjuncts(e.Args[1], defines)...)
	case e.Op == rule.OpDefine && defines[e.Name] != nil && defines[e.Name].Op == rule.OpAnd:
		return conjuncts(defines[e.Name], defines)
	}
	return []*rule.Expr{e}
}
