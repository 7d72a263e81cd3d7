package conform

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// Unseen is something that hangs on facts of which the log never tells.
type Unseen struct {
	Part    Part
	Step    *dsl.Step    // Entry, Applies, Time
	Outcome *dsl.Outcome // Ending
	Limit   *dsl.Limit   // Bound
	Item    *dsl.Item    // Entry
	Facts   []*dsl.Fact  // those that the log never tells
	Whole   bool         // Entry: no entry of the step's checklist is told of, so whether it was done is not known
}

// Part says what is not told.
type Part string

// The parts.
const (
	Entry   Part = "entry"   // an entry of a checklist: it is not waited for
	Applies Part = "applies" // whether a step applies, in some cases
	Ending  Part = "ending"  // whether an outcome holds, in some cases
	Timing  Part = "time"    // when a step is due
	Bound   Part = "bound"   // a limit of the whole case
)

// told returns the facts that the mapping can make known.
func (m *Mapping) told() map[string]bool {
	out := map[string]bool{}
	if m.Start != nil {
		out[m.Start.ID] = true
	}
	for _, a := range m.Activities {
		for _, id := range a.Events {
			out[id] = true
		}
		if a.values != nil {
			for _, id := range a.values.Names() {
				out[id] = true
			}
		}
		for _, f := range a.froms {
			out[f.Fact] = true
		}
	}
	for _, a := range m.Attributes {
		out[a.Fact] = true
	}
	return out
}

// factsOf lists the facts that a rule looks at, definitions entered.
func factsOf(m *dsl.Model, r *dsl.Rule) []*dsl.Fact {
	if r == nil {
		return nil
	}
	names := map[string]bool{}
	var enter func(e *rule.Expr)
	enter = func(e *rule.Expr) {
		e.Walk(func(x *rule.Expr) {
			switch x.Op {
			case rule.OpFact, rule.OpKnown, rule.OpHappened, rule.OpDefine:
			default:
				return
			}
			if names[x.Name] {
				return
			}
			names[x.Name] = true
			for _, d := range m.Defines {
				if x.Op == rule.OpDefine && d.ID == x.Name {
					enter(d.Rule.Expr)
				}
			}
		})
	}
	enter(r.Expr)
	var out []*dsl.Fact
	for _, f := range m.Facts {
		if names[f.ID] {
			out = append(out, f)
		}
	}
	return out
}

// without returns the facts that are not told.
func without(facts []*dsl.Fact, told map[string]bool) (out []*dsl.Fact) {
	for _, f := range facts {
		if f != nil && !told[f.ID] && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// unseen lists what the log cannot tell of a model, in the model's order.
func unseen(m *dsl.Model, told map[string]bool) (out []Unseen) {
	for _, s := range m.Steps {
		whole := len(s.Done) > 0
		var entries []Unseen
		for _, item := range s.Done {
			lacking := without(item.Facts, told)
			if len(lacking) == 0 {
				whole = false
				continue
			}
			entries = append(entries, Unseen{Part: Entry, Step: s, Item: item, Facts: lacking})
		}
		if e := s.Every; e != nil && (e.Since == nil || !told[e.Since.ID]) {
			whole = true
			entries = append(entries, Unseen{Part: Entry, Step: s, Facts: without([]*dsl.Fact{e.Since}, told)})
		}
		for i := range entries {
			entries[i].Whole = whole
		}
		out = append(out, entries...)
		when := factsOf(m, s.When)
		if s.Stage != nil {
			when = append(when, factsOf(m, s.Stage.When)...)
		}
		if lacking := without(when, told); len(lacking) > 0 {
			out = append(out, Unseen{Part: Applies, Step: s, Facts: lacking})
		}
		if lacking := without(timesOf(s), told); len(lacking) > 0 {
			out = append(out, Unseen{Part: Timing, Step: s, Facts: lacking})
		}
	}
	for _, o := range m.Outcomes {
		when := factsOf(m, o.When)
		if o.Stage != nil {
			when = append(when, factsOf(m, o.Stage.When)...)
		}
		if lacking := without(when, told); len(lacking) > 0 {
			out = append(out, Unseen{Part: Ending, Outcome: o, Facts: lacking})
		}
	}
	for _, l := range m.Limits {
		if lacking := without(append([]*dsl.Fact{l.From}, l.Until...), told); len(lacking) > 0 {
			out = append(out, Unseen{Part: Bound, Limit: l, Facts: lacking})
		}
	}
	return out
}

// timesOf lists the facts that the time of a step counts from.
func timesOf(s *dsl.Step) (out []*dsl.Fact) {
	if s.Time != nil {
		out = append(out, s.Time.From)
	}
	if s.Stage != nil && s.Stage.Time != nil {
		out = append(out, s.Stage.Time.From)
	}
	if s.Every != nil && s.Every.Start != nil {
		out = append(out, s.Every.Start)
	}
	return out
}

// asSeen returns the model as the log can show it: entries of checklists that hang on facts which the log never tells are left
// out, so that a step with no others counts as done once it applies. The overlays are left out too: nothing here asks for them.
func asSeen(m *dsl.Model, unseen []Unseen) *interpreter.Program {
	dropped := map[*dsl.Item]bool{}
	for _, u := range unseen {
		if u.Part == Entry && u.Item != nil {
			dropped[u.Item] = true
		}
	}
	out := *m
	out.Overlays = nil
	steps, stages := map[*dsl.Step]*dsl.Step{}, map[*dsl.Stage]*dsl.Stage{}
	for _, s := range m.Steps {
		c := *s
		steps[s] = &c
	}
	every := func(list []*dsl.Step) []*dsl.Step {
		var of []*dsl.Step
		for _, s := range list {
			of = append(of, steps[s])
		}
		return of
	}
	out.Steps, out.Stages, out.Outcomes, out.Order = every(m.Steps), nil, nil, nil
	for _, s := range m.Stages {
		c := *s
		c.Steps = every(s.Steps)
		stages[s] = &c
		out.Stages = append(out.Stages, &c)
	}
	for _, s := range out.Steps {
		s.After, s.Stage = every(s.After), stages[s.Stage]
		s.Done = slices.DeleteFunc(slices.Clone(s.Done), func(i *dsl.Item) bool { return dropped[i] })
	}
	for _, o := range m.Outcomes {
		c := *o
		c.After, c.Stage = every(o.After), stages[o.Stage]
		out.Outcomes = append(out.Outcomes, &c)
	}
	for _, n := range m.Order {
		out.Order = append(out.Order, dsl.Node{Define: n.Define, Stage: stages[n.Stage], Step: steps[n.Step]})
	}
	return interpreter.Compile(&out)
}
