package conform

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// plan is the mapping held against one version of a model, by index.
type plan struct {
	program *interpreter.Program // as the log can show it
	model   *dsl.Model           // the same
	whole   *dsl.Model           // as it stands in its file
	acts    []act                // by activity of the mapping
	froms   []fromPlan           // of attributes
	start   int                  // the fact that becomes the day of the first event; -1: none
	steps   []stepPlan
	unseen  []Unseen
	clock   bool // a rule looks at the day asked about
}

// act is what an activity does in a version.
type act struct {
	*Activity
	events  []int
	puts    []put
	froms   []fromPlan
	facts   []int // all of these, to tell whether two activities tell of the same
	steps   []int // those whose checklists ask for what it tells, or that come back when it happens
	happens bool  // an event, not values alone
	decides bool  // a rule beside those of checklists looks at what it tells
}

type put struct {
	fact  int
	value any
}

type fromPlan struct {
	*from
	place int // in eventlog.Options.Keep
	fact  int
}

// stepPlan is what replaying needs to know of a step.
type stepPlan struct {
	rules  []interpreter.RuleOf // whether it applies: its stage's and its own
	items  []interpreter.RuleOf
	blind  bool // the log cannot tell whether it was done
	repeat bool
}

func (m *Mapping) planOf(p *interpreter.Program) *plan {
	told := m.told()
	missing := unseen(p.Model(), told)
	seen := asSeen(p.Model(), missing)
	x := &plan{program: seen, model: seen.Model(), whole: p.Model(), unseen: missing, start: -1, clock: seen.Model().LooksAtDay()}
	x.steps = make([]stepPlan, len(x.model.Steps))
	for i, s := range x.model.Steps {
		x.steps[i].repeat = s.Every != nil
	}
	for _, u := range missing {
		if u.Whole {
			x.steps[u.Step.Index].blind = true
		}
	}
	stageRules := map[int]interpreter.RuleOf{}
	for _, r := range seen.Rules() {
		switch {
		case r.Stage != nil:
			stageRules[r.Stage.Index] = r
		case r.Item != nil:
			x.steps[r.Step.Index].items = append(x.steps[r.Step.Index].items, r)
		case r.Step != nil:
			x.steps[r.Step.Index].rules = append(x.steps[r.Step.Index].rules, r)
		}
	}
	for i, s := range x.model.Steps {
		if s.Stage != nil {
			if r, ok := stageRules[s.Stage.Index]; ok {
				x.steps[i].rules = append(x.steps[i].rules, r)
			}
		}
	}
	elsewhere := decisive(p.Model())
	for _, a := range m.Activities {
		x.acts = append(x.acts, x.act(m, a, elsewhere))
	}
	for _, a := range m.Attributes {
		if i, ok := seen.FactIndex(a.Fact); ok {
			x.froms = append(x.froms, fromPlan{&a.from, slices.Index(m.Log.Keep, a.Column), i})
		}
	}
	if m.Start != nil {
		if i, ok := seen.FactIndex(m.Start.ID); ok {
			x.start = i
		}
	}
	return x
}

// decisive lists the facts that rules beside those of checklists look at.
func decisive(m *dsl.Model) map[string]bool {
	out := map[string]bool{}
	look := func(rules ...*dsl.Rule) {
		for _, r := range rules {
			for _, f := range factsOf(m, r) {
				out[f.ID] = true
			}
		}
	}
	for _, s := range m.Stages {
		look(s.When)
	}
	for _, s := range m.Steps {
		look(s.When)
	}
	for _, o := range m.Outcomes {
		look(o.When)
	}
	return out
}

func (x *plan) act(m *Mapping, a *Activity, elsewhere map[string]bool) act {
	out := act{Activity: a, happens: len(a.Events) > 0}
	p := x.program
	for _, id := range a.Events {
		if i, ok := p.FactIndex(id); ok {
			out.events = append(out.events, i)
			out.facts = append(out.facts, i)
		}
	}
	if a.values != nil {
		var none diag.List
		facts := a.values.Bind(p, func(string) bool { return true }, &none)
		for _, id := range a.values.Names() {
			i, ok := p.FactIndex(id)
			switch {
			case !ok:
				continue
			case facts.IsUnobtainable(i):
				out.puts = append(out.puts, put{i, nobody{}})
			default:
				out.puts = append(out.puts, put{i, facts.Value(i)})
			}
			out.facts = append(out.facts, i)
		}
	}
	for k := range a.froms {
		f := &a.froms[k]
		if i, ok := p.FactIndex(f.Fact); ok {
			out.froms = append(out.froms, fromPlan{f, slices.Index(m.Log.Keep, f.Column), i})
			out.facts = append(out.facts, i)
		}
	}
	for _, i := range out.facts {
		out.decides = out.decides || elsewhere[x.model.Facts[i].ID]
	}
	for _, s := range x.model.Steps {
		if x.does(s, out.facts) {
			out.steps = append(out.steps, s.Index)
		}
	}
	return out
}

// does tells whether one of the facts is an entry of the step's checklist, or what it comes back from.
func (x *plan) does(s *dsl.Step, facts []int) bool {
	return slices.ContainsFunc(facts, func(i int) bool {
		f := x.model.Facts[i]
		if s.Every != nil {
			return s.Every.Since == f
		}
		return slices.ContainsFunc(s.Done, func(item *dsl.Item) bool { return slices.Contains(item.Facts, f) })
	})
}

// set records a value; what is no day that has a type of its own comes from the mapping or is checked before.
func set(f *interpreter.Facts, fact int, value any) {
	if _, none := value.(nobody); none {
		f.SetUnobtainable(fact)
		return
	}
	f.Put(fact, value)
}

// tell makes the facts know what an event of the activity tells, on its day.
func (a *act) tell(f *interpreter.Facts, day calendar.Day, values []any) {
	for _, i := range a.events {
		f.SetDay(i, day)
	}
	for _, p := range a.puts {
		set(f, p.fact, p.value)
	}
	for k, from := range a.froms {
		if values[k] != nil {
			set(f, from.fact, values[k])
		}
	}
}

// shares tells whether two activities tell of a fact alike, so that their order matters.
func (a *act) shares(b *act) bool {
	return slices.ContainsFunc(a.facts, func(i int) bool { return slices.Contains(b.facts, i) })
}

// applies is the truth of the step's rules together.
func (s *stepPlan) applies(p *interpreter.Program, f *interpreter.Facts, r *interpreter.Result) interpreter.Truth {
	out := interpreter.True
	for _, x := range s.rules {
		switch p.Value(x, f, r) {
		case interpreter.False:
			return interpreter.False
		case interpreter.Unknown:
			out = interpreter.Unknown
		}
	}
	return out
}

// met tells whether every entry of the checklist that the log can show is true.
func (s *stepPlan) met(p *interpreter.Program, f *interpreter.Facts, r *interpreter.Result) bool {
	return len(s.items) > 0 && !slices.ContainsFunc(s.items, func(x interpreter.RuleOf) bool { return p.Value(x, f, r) != interpreter.True })
}
