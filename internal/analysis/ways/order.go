package ways

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Order tells what comes before what in a model. It never changes, but for what it remembers; one goroutine at a time can ask it.
type Order struct {
	Model     *dsl.Model
	direct    [][]*dsl.Step // by step: those it directly comes after
	before    []map[*dsl.Step]bool
	recorders [][]*dsl.Step    // by fact
	days      map[dated][2]int // the fewest and the most days of each duration, which are slow to count
}

// ByAfter is the order that the model states: a step comes after those that its `after` names.
func ByAfter(m *dsl.Model) *Order {
	o := &Order{
		Model: m, direct: make([][]*dsl.Step, len(m.Steps)), before: make([]map[*dsl.Step]bool, len(m.Steps)),
		recorders: make([][]*dsl.Step, len(m.Facts)), days: map[dated][2]int{},
	}
	for i, s := range m.Steps {
		o.direct[i] = s.After
		for _, item := range s.Done {
			for _, f := range item.Facts {
				if r := o.recorders[f.Index]; len(r) == 0 || r[len(r)-1] != s {
					o.recorders[f.Index] = append(r, s)
				}
			}
		}
	}
	return o
}

// ByNeed is the order that the model states and that its rules imply: a step comes also after those that record what its rule or its
// stage's looks at. What a rule asks not to be known is not looked at. A need that would lead in a circle is left out: the step
// that stands first in the file goes first.
func ByNeed(m *dsl.Model) *Order {
	o := ByAfter(m)
	for i, s := range m.Steps {
		o.direct[i] = slices.Clone(s.After)
	}
	defines := m.Definitions()
	for i, s := range m.Steps {
		rules := []*dsl.Rule{s.When}
		if s.Stage != nil {
			rules = append(rules, s.Stage.When)
		}
		for _, f := range needed(m, defines, rules) {
			for _, r := range o.recorders[f.Index] {
				if r != s && !slices.Contains(o.direct[i], r) && !o.leads(s, r) {
					o.direct[i] = append(o.direct[i], r)
				}
			}
		}
	}
	return o
}

// Needs lists the facts that the rules of the parts look at and that steps record, as ByNeed has it.
func (o *Order) Needs(rules ...*dsl.Rule) (out []*dsl.Fact) {
	for _, f := range needed(o.Model, o.Model.Definitions(), rules) {
		if len(o.recorders[f.Index]) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// leads tells whether s is before the step, by what is known so far.
func (o *Order) leads(s, to *dsl.Step) bool {
	seen := map[*dsl.Step]bool{}
	stack := []*dsl.Step{to}
	for len(stack) > 0 {
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if x == s {
			return true
		}
		if !seen[x] {
			seen[x] = true
			stack = append(stack, o.direct[x.Index]...)
		}
	}
	return false
}

// Direct lists the steps that s directly comes after.
func (o *Order) Direct(s *dsl.Step) []*dsl.Step { return o.direct[s.Index] }

// Before returns all that s comes after, directly or past others.
func (o *Order) Before(s *dsl.Step) map[*dsl.Step]bool {
	if out := o.before[s.Index]; out != nil {
		return out
	}
	out := map[*dsl.Step]bool{}
	for _, a := range o.direct[s.Index] {
		out[a] = true
		for b := range o.Before(a) {
			out[b] = true
		}
	}
	o.before[s.Index] = out
	return out
}

// ComesAfter tells whether s comes after the step before, directly or past others.
func (o *Order) ComesAfter(s, before *dsl.Step) bool { return o.Before(s)[before] }

// Recorders returns the steps whose checklists ask for the fact.
func (o *Order) Recorders(f *dsl.Fact) []*dsl.Step { return o.recorders[f.Index] }

// Nearest lists those of the steps that none of the others comes after, in file order: what stands directly before something that comes
// after them all.
func (o *Order) Nearest(steps []*dsl.Step) (out []*dsl.Step) {
	for _, s := range steps {
		if !slices.ContainsFunc(steps, func(other *dsl.Step) bool { return o.ComesAfter(other, s) }) {
			out = append(out, s)
		}
	}
	return out
}

// needed lists the facts that the rules look at, definitions entered, but for those that are only asked not to be known.
func needed(m *dsl.Model, defines map[string]*rule.Expr, rules []*dsl.Rule) (out []*dsl.Fact) {
	in := map[string]bool{}
	var walk func(e *rule.Expr, held bool)
	walk = func(e *rule.Expr, held bool) {
		switch e.Op {
		case rule.OpFact:
			in[e.Name] = true
		case rule.OpKnown, rule.OpHappened:
			if held {
				in[e.Name] = true
			}
		case rule.OpDefine:
			walk(defines[e.Name], held)
		case rule.OpNot:
			walk(e.Args[0], !held)
		case rule.OpAnd, rule.OpOr:
			walk(e.Args[0], held)
			walk(e.Args[1], held)
		default:
			for _, a := range e.Args { // a truth value among them is looked at either way
				walk(a, true)
			}
		}
	}
	for _, r := range rules {
		if r != nil {
			walk(r.Expr, true)
		}
	}
	for _, f := range m.Facts {
		if in[f.ID] {
			out = append(out, f)
		}
	}
	return out
}
