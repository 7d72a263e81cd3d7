package bench

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// OPA has a model's rules run by the Open Policy Agent, all in one prepared query.
type OPA struct {
	walk
	query   rego.PreparedEvalQuery
	numbers map[string]int // of the rules, by name
	truths  []bool
}

// NewOPA compiles the rules of the model with OPA.
func NewOPA(m *dsl.Model) (*OPA, error) {
	x := &OPA{walk: newWalk(newRulebook(m)), numbers: map[string]int{}}
	x.walk.holds = func(rule int) bool { return x.truths[rule] }
	x.truths = make([]bool, len(x.rules))
	for i := range x.rules {
		x.numbers[regoName(i)] = i
	}
	var err error
	x.query, err = prepareRego(context.Background(), regoModule(x.rulebook))
	return x, err
}

func prepareRego(ctx context.Context, module string) (rego.PreparedEvalQuery, error) {
	return rego.New(rego.Query("data.model.holds"), rego.Module("model.rego", module)).PrepareForEval(ctx)
}

func regoName(rule int) string { return fmt.Sprint("r", rule) }

// regoModule writes the rules of the model in Rego, as its users would: definitions are rules by their names, what is
// not known is absent, and alternatives are rules of the same name. holds is the set of the rules that hold.
func regoModule(b *rulebook) string {
	w := regoWriter{named: map[string]string{}}
	w.s.WriteString("package model\n")
	for _, d := range b.m.Defines {
		w.rule(d.ID, d.Rule.Expr)
	}
	for i, r := range b.rules {
		w.rule(fmt.Sprintf("holds contains %q", regoName(i)), r.Expr)
	}
	return w.s.String()
}

type regoWriter struct {
	s     strings.Builder
	named map[string]string // conditions that are negated somewhere, and the rules they have become
}

func (w *regoWriter) rule(head string, e *rule.Expr) {
	for _, body := range w.bodies(e, true) {
		fmt.Fprintf(&w.s, "\n%s if {\n\t%s\n}\n", head, strings.Join(body, "\n\t"))
	}
}

// bodies are the ways in which the rule holds, or does not, each a list of conditions that all hold.
func (w *regoWriter) bodies(e *rule.Expr, want bool) [][]string {
	switch e.Op {
	case rule.OpNot:
		return w.bodies(e.Args[0], !want)
	case rule.OpAnd, rule.OpOr:
		x, y := w.bodies(e.Args[0], want), w.bodies(e.Args[1], want)
		if (e.Op == rule.OpAnd) != want {
			return append(x, y...)
		}
		var both [][]string
		for _, a := range x {
			for _, b := range y {
				both = append(both, append(append([]string{}, a...), b...))
			}
		}
		return both
	}
	text := regoCondition(e)
	if !want {
		text = "not " + w.name(text, e)
	}
	return [][]string{{text}}
}

// name makes a rule of a condition that is to be negated: of a comparison with something that is absent neither it nor
// its negation holds.
func (w *regoWriter) name(condition string, e *rule.Expr) string {
	if e.Op == rule.OpFact || e.Op == rule.OpDefine {
		return condition
	}
	name, ok := w.named[condition]
	if !ok {
		name = fmt.Sprint("condition_", len(w.named))
		w.named[condition] = name
		fmt.Fprintf(&w.s, "\n%s if {\n\t%s\n}\n", name, condition)
	}
	return name
}

func regoCondition(e *rule.Expr) string {
	switch e.Op {
	case rule.OpFact:
		return "input." + e.Name
	case rule.OpDefine:
		return e.Name
	case rule.OpConst:
		return constant(e)
	case rule.OpKnown:
		return "input." + e.Name + " != null"
	case rule.OpHappened:
		return "input." + e.Name + " <= input.at"
	case rule.OpEq, rule.OpNe, rule.OpLt, rule.OpLe, rule.OpGt, rule.OpGe:
		return regoCondition(e.Args[0]) + " " + comparisons[e.Op] + " " + regoCondition(e.Args[1])
	case rule.OpCount:
		return "count(input." + e.Args[0].Name + ")"
	case rule.OpIn:
		return "input." + e.Args[0].Name + " in " + regoSet(e.Args[1].Args)
	case rule.OpHasAny:
		return "count(input." + e.Args[0].Name + " & " + regoSet(e.Args[1].Args) + ") > 0"
	}
	panic(fmt.Sprintf("nobody has taught Rego to write %s", e))
}

func regoSet(values []*rule.Expr) string {
	var each []string
	for _, v := range values {
		each = append(each, constant(v))
	}
	return "{" + strings.Join(each, ", ") + "}"
}

// Input lays facts out as OPA takes them: its own values, so that it need not convert them.
func (x *OPA) Input(f *Facts, at calendar.Day) (ast.Value, error) {
	in := input(x.rulebook, f, int(at))
	for k, id := range eventIDs {
		if f.Days[k] == never {
			delete(in, id)
		}
	}
	for k, id := range askableIDs {
		if f.Known>>k&1 == 0 {
			delete(in, id)
		}
		delete(in, knownName(id))
	}
	v, err := ast.InterfaceToValue(in)
	if err != nil {
		return nil, err
	}
	object := v.(ast.Object)
	if k := object.Get(ast.StringTerm(askableIDs[aktiviteter])); k != nil { // a set in the model, so one in Rego
		set := ast.NewSet()
		k.Value.(*ast.Array).Foreach(set.Add)
		object.Insert(ast.StringTerm(askableIDs[aktiviteter]), ast.NewTerm(set))
	}
	return object, nil
}

// Decide says what is next, by when, and the outcome.
func (x *OPA) Decide(ctx context.Context, in ast.Value, f *Facts, at calendar.Day, a *Answer) error {
	found, err := x.query.Eval(ctx, rego.EvalParsedInput(in))
	if err != nil {
		return err
	}
	clear(x.truths)
	for _, name := range found[0].Expressions[0].Value.([]any) {
		x.truths[x.numbers[name.(string)]] = true
	}
	x.decide(f, at, a)
	return nil
}
