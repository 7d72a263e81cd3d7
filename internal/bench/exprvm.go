package bench

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// ExprVM has a model's rules run by expr's virtual machine on a map of facts, each when it is needed.
type ExprVM struct {
	walk
	programs []*vm.Program
	vm       vm.VM
	env      map[string]any
	types    []rule.Type // of the facts that can be asked for
}

// NewExprVM compiles the rules of FAROS with expr.
func NewExprVM(m *dsl.Model) (*ExprVM, error) {
	x := &ExprVM{walk: newWalk(newRulebook(m))}
	x.walk.holds = x.run
	for _, id := range askableIDs {
		x.types = append(x.types, x.typeOf(id))
	}
	options := []expr.Option{expr.Env(x.Input(&Facts{}, 0)), expr.AsBool()}
	for _, r := range x.rules {
		p, err := expr.Compile(exprDialect.write(x.rulebook, r.Expr), options...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Text, err)
		}
		x.programs = append(x.programs, p)
	}
	return x, nil
}

// inExpr is the rule as it is written, but for a function of stegvis that has the name of one of expr's own with another
// meaning.
func inExpr(r *dsl.Rule) string { return strings.ReplaceAll(r.Text, "count(", "len(") }

// Input lays facts out as expr takes them.
func (x *ExprVM) Input(f *Facts, at calendar.Day) map[string]any {
	env := input(x.rulebook, f, int(at))
	for _, d := range x.m.Defines {
		env[d.ID] = false
	}
	return env
}

func (x *ExprVM) run(rule int) bool {
	v, err := x.vm.Run(x.programs[rule], x.env)
	return err == nil && v == true
}

// Decide says what is next, by when, and the outcome. env, which was made of the facts, is used to hold definitions.
func (x *ExprVM) Decide(env map[string]any, f *Facts, at calendar.Day, a *Answer) {
	x.env = env
	for i, r := range x.defines {
		env[x.defined[i]] = x.run(r)
	}
	x.decide(f, at, a)
}
