package bench

import (
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// CEL has a model's rules run by cel-go, each when it is needed.
type CEL struct {
	walk
	programs []cel.Program
	env      *CELInput
}

// CELInput is a case as cel-go takes it: values of its own types, so that it need not convert them.
type CELInput struct {
	values     map[string]any
	activation cel.Activation
}

// NewCEL parses, checks and plans the rules of the model with cel-go.
func NewCEL(m *dsl.Model) (*CEL, error) {
	x := &CEL{walk: newWalk(newRulebook(m))}
	x.walk.holds = x.run
	env, err := celEnv(x.rulebook)
	if err != nil {
		return nil, err
	}
	for _, r := range x.rules {
		p, err := celProgram(env, celDialect.write(x.rulebook, r.Expr))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Text, err)
		}
		x.programs = append(x.programs, p)
	}
	return x, nil
}

// celEnv declares the facts and definitions of the model.
func celEnv(b *rulebook) (*cel.Env, error) {
	options := []cel.EnvOption{cel.Variable("at", cel.IntType)}
	for _, f := range b.m.Facts {
		t := cel.IntType
		switch f.Type.Kind {
		case rule.Bool:
			t = cel.BoolType
		case rule.Enum:
			t = cel.StringType
		case rule.Set:
			t = cel.ListType(cel.StringType)
		}
		options = append(options, cel.Variable(f.ID, t), cel.Variable(knownName(f.ID), cel.BoolType))
	}
	for _, d := range b.m.Defines {
		options = append(options, cel.Variable(d.ID, cel.BoolType))
	}
	return cel.NewEnv(options...)
}

func celProgram(env *cel.Env, text string) (cel.Program, error) {
	ast, issues := env.Compile(text)
	if err := issues.Err(); err != nil {
		return nil, err
	}
	return env.Program(ast, cel.EvalOptions(cel.OptOptimize))
}

// Input lays facts out as cel-go takes them.
func (x *CEL) Input(f *Facts, at calendar.Day) (*CELInput, error) {
	in := &CELInput{values: map[string]any{}}
	for name, v := range input(x.rulebook, f, int(at)) {
		in.values[name] = types.DefaultTypeAdapter.NativeToValue(v)
	}
	for _, d := range x.m.Defines {
		in.values[d.ID] = types.False
	}
	var err error
	in.activation, err = cel.NewActivation(in.values)
	return in, err
}

func (x *CEL) run(rule int) bool {
	v, _, err := x.programs[rule].Eval(x.env.activation)
	return err == nil && v == types.True
}

// Decide says what is next, by when, and the outcome. in, which Input made of the facts, is used to hold definitions.
func (x *CEL) Decide(in *CELInput, f *Facts, at calendar.Day, a *Answer) {
	x.env = in
	for i, r := range x.defines {
		in.values[x.defined[i]] = types.Bool(x.run(r))
	}
	x.decide(f, at, a)
}
