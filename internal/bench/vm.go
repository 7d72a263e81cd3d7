package bench

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// Machine is a model whose rules expr's virtual machine runs on a map of facts, with plain truth values.
type Machine struct {
	m        *dsl.Model
	defines  []*vm.Program
	stages   []*vm.Program
	whens    []*vm.Program
	items    [][]*vm.Program
	outcomes []*vm.Program
	vm       vm.VM
	passed   []bool
	stage    []bool
}

// NewMachine compiles the rules of the model with expr.
func NewMachine(m *dsl.Model) (*Machine, error) {
	x := &Machine{m: m, passed: make([]bool, len(m.Steps)), stage: make([]bool, len(m.Stages))}
	env := x.Env(nil, 0)
	var failed error
	compile := func(r *dsl.Rule) *vm.Program {
		if r == nil {
			return nil
		}
		// A function of stegvis that has the name of one of expr's own with another meaning.
		text := strings.ReplaceAll(r.Text, "count(", "len(")
		p, err := expr.Compile(text, expr.Env(env), expr.AllowUndefinedVariables())
		if err != nil {
			failed = fmt.Errorf("%s: %w", r.Text, err)
		}
		return p
	}
	for _, d := range m.Defines {
		x.defines = append(x.defines, compile(d.Rule))
	}
	for _, s := range m.Stages {
		x.stages = append(x.stages, compile(s.When))
	}
	for _, s := range m.Steps {
		x.whens = append(x.whens, compile(s.When))
		var items []*vm.Program
		for _, item := range s.Done {
			items = append(items, compile(item.Rule))
		}
		x.items = append(x.items, items)
	}
	for _, o := range m.Outcomes {
		x.outcomes = append(x.outcomes, compile(o.When))
	}
	return x, failed
}

// Env lays facts out as expr takes them: a map from names to values. Where a fact is not known, the map has nil; but no
// for a bool that rules use by itself, and 0 for a number, with which expr could do nothing otherwise.
func (x *Machine) Env(f *interpreter.Facts, at calendar.Day) map[string]any {
	env := map[string]any{
		"known":    func(v any) bool { return v != nil },
		"happened": func(v any) bool { day, ok := v.(int); return ok && day <= int(at) },
	}
	for _, d := range x.m.Defines {
		env[d.ID] = false
	}
	for i, fact := range x.m.Facts {
		var v any
		if f != nil {
			v = f.Value(i)
		}
		switch v := v.(type) {
		case int64:
			env[fact.ID] = int(v)
		case calendar.Day:
			env[fact.ID] = int(v)
		case nil:
			switch fact.Type.Kind {
			case rule.Bool:
				if fact.ID != "beredning_enig" { // which rules ask whether they know
					env[fact.ID] = false
					continue
				}
				env[fact.ID] = nil
			case rule.Int:
				env[fact.ID] = 0
			case rule.Set:
				env[fact.ID] = []string{}
			default:
				env[fact.ID] = nil
			}
		default:
			env[fact.ID] = v
		}
	}
	return env
}

func (x *Machine) is(p *vm.Program, env map[string]any) bool {
	if p == nil {
		return true
	}
	v, err := x.vm.Run(p, env)
	return err == nil && v == true
}

// Decide says what is next, by when, and the outcome. env is used to hold definitions.
func (x *Machine) Decide(env map[string]any, at calendar.Day, a *Answer) {
	*a = Answer{Outcome: -1, Next: a.Next[:0], Missing: a.Missing[:0]}
	for _, n := range x.m.Order {
		switch {
		case n.Define != nil:
			env[n.Define.ID] = x.is(x.defines[n.Define.Index], env)
		case n.Stage != nil:
			x.stage[n.Stage.Index] = x.is(x.stages[n.Stage.Index], env)
		case n.Step != nil:
			x.step(n.Step, env, at, a)
		}
	}
	// What repeats stands last.
	for i, n := range a.Next {
		if x.m.Steps[n.Step].Every != nil {
			copy(a.Next[i:], a.Next[i+1:])
			a.Next[len(a.Next)-1] = n
			break
		}
	}
	for i, o := range x.m.Outcomes {
		if x.allPassed(o.After) && (o.Stage == nil || x.stage[o.Stage.Index]) && x.is(x.outcomes[i], env) {
			a.Outcome, a.Status = int8(i), Closed
			a.Next, a.HasAhead, a.Upcoming = a.Next[:0], false, 0
			return
		}
	}
	switch {
	case len(a.Next) > 0:
		a.Status = Open
	case a.HasAhead:
		a.Status = Waiting
	default:
		a.Status = Stuck
	}
}

func (x *Machine) allPassed(steps []*dsl.Step) bool {
	for _, s := range steps {
		if !x.passed[s.Index] {
			return false
		}
	}
	return true
}

func (x *Machine) step(s *dsl.Step, env map[string]any, at calendar.Day, a *Answer) {
	open := x.allPassed(s.After)
	applies := (s.Stage == nil || x.stage[s.Stage.Index]) && x.is(x.whens[s.Index], env)
	done := applies && s.Every == nil
	for _, item := range x.items[s.Index] {
		done = done && x.is(item, env)
	}
	x.passed[s.Index] = done || !applies && open
	if !applies || done || !open {
		return
	}
	n := Next{Step: uint8(s.Index)}
	if e := s.Every; e != nil {
		from, ok := happened(env, e.Since, at)
		if !ok {
			from, ok = happened(env, e.Start, at)
		}
		if ok {
			n.bound(from, from.Add(e.Period), at)
			if n.Due > at {
				a.HasAhead, a.Upcoming = true, n.Due
				return
			}
		}
	}
	for _, t := range []*dsl.Time{s.Time, s.Stage.Time} {
		if t != nil && t.Max != nil && s.Every == nil {
			if from, ok := happened(env, t.From, at); ok {
				n.bound(from, from.Add(*t.Max), at)
			}
		}
	}
	a.Next = append(a.Next, n)
}

func (n *Next) bound(from, due, at calendar.Day) {
	if !n.HasDue || due < n.Due {
		n.HasDue, n.Due, n.Time = true, due, lateness(from, due, at)
	}
}

func happened(env map[string]any, f *dsl.Fact, at calendar.Day) (calendar.Day, bool) {
	day, ok := env[f.ID].(int)
	return calendar.Day(day), ok && day <= int(at)
}
