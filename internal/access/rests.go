package access

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
)

// ground tells what the parts of a model rest on, and whether a sight has it: the facts that a rule names, with those of the
// definitions that it names.
//
// done('step') and late('step') are not gone behind. Where each step stands is told to every party, whatever it rests on, and what
// these two say of a step is no more than that.
type ground struct {
	s       *Sight
	m       *dsl.Model
	defines map[string]*dsl.Define
	facts   map[string]bool // those of the model; an overlay can name others, of which nothing is ever known
	steps   map[string]*dsl.Step
	of      map[*rule.Expr]*names
	under   map[*dsl.Step]*stepGround
	moves   map[string]map[*dsl.Step]moved // by fact
}

// names are what a rule names, definitions entered, in the order of the text.
type names struct {
	facts []string
	steps []string
}

func newGround(s *Sight, m *dsl.Model) *ground {
	g := &ground{
		s: s, m: m, defines: map[string]*dsl.Define{}, facts: map[string]bool{}, steps: map[string]*dsl.Step{},
		of: map[*rule.Expr]*names{}, under: map[*dsl.Step]*stepGround{}, moves: map[string]map[*dsl.Step]moved{},
	}
	for _, d := range m.Defines {
		g.defines[d.ID] = d
	}
	for _, f := range m.Facts {
		g.facts[f.ID] = true
	}
	for _, s := range m.Steps {
		g.steps[s.ID] = s
	}
	return g
}

// names returns what a rule names.
func (g *ground) names(e *rule.Expr) *names {
	if n := g.of[e]; n != nil {
		return n
	}
	n := &names{}
	seen := map[string]bool{}
	var gather func(x *rule.Expr)
	gather = func(x *rule.Expr) {
		x.Walk(func(x *rule.Expr) {
			switch x.Op {
			case rule.OpDone, rule.OpLate:
				n.steps = append(n.steps, x.Name)
			case rule.OpFact, rule.OpKnown, rule.OpHappened, rule.OpDefine:
				if seen[x.Name] {
					return
				}
				seen[x.Name] = true
				if d := g.defines[x.Name]; x.Op == rule.OpDefine && d != nil {
					gather(d.Rule.Expr)
				} else if g.facts[x.Name] {
					n.facts = append(n.facts, x.Name)
				}
			}
		})
	}
	gather(e)
	g.of[e] = n
	return n
}

// hides tells whether any of the facts is not seen, except, which is counted as seen, aside.
func (g *ground) hides(facts []string, except string) bool {
	return slices.ContainsFunc(facts, func(f string) bool { return f != except && !g.s.Fact(f) })
}

// rules are those that decide whether a step or an outcome applies.
func (g *ground) rules(stage *dsl.Stage, when *dsl.Rule) (out []*rule.Expr) {
	if stage != nil && stage.When != nil {
		out = append(out, stage.When.Expr)
	}
	if when != nil {
		out = append(out, when.Expr)
	}
	return out
}

// applies are the facts that decide whether a step or an outcome applies.
func (g *ground) applies(stage *dsl.Stage, when *dsl.Rule) (out []string) {
	for _, e := range g.rules(stage, when) {
		out = append(out, g.names(e).facts...)
	}
	return out
}

// item are the facts that an entry of a checklist rests on.
func (g *ground) item(x *dsl.Item) []string { return g.names(x.Rule.Expr).facts }

// times are the facts that a step's days count from.
func (g *ground) times(s *dsl.Step) (out []string) {
	add := func(f *dsl.Fact) {
		if f != nil {
			out = append(out, f.ID)
		}
	}
	if s.Every != nil { // its stage's time does not bound a step that repeats
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

// stepGround is what decides where a step stands: facts, and other steps.
type stepGround struct {
	facts  []string
	steps  []*dsl.Step
	hidden bool // not all of the facts are seen
}

func (g *ground) step(s *dsl.Step) *stepGround {
	if out := g.under[s]; out != nil {
		return out
	}
	out := &stepGround{facts: g.times(s), steps: slices.Clone(s.After)}
	rules := g.rules(s.Stage, s.When)
	for _, x := range s.Done {
		rules = append(rules, x.Rule.Expr)
	}
	for _, e := range rules {
		n := g.names(e)
		out.facts = append(out.facts, n.facts...)
		for _, id := range n.steps {
			out.steps = append(out.steps, g.steps[id])
		}
	}
	out.hidden = g.hides(out.facts, "")
	g.under[s] = out
	return out
}

// moved says how a fact moves a step: whether it can, itself or through other steps, and whether anything that is not seen has a
// say in that.
type moved struct{ moves, hidden bool }

// moved follows a fact to a step. Steps that the fact does not move stand as they stand, which everybody is told; what moves hangs
// on all that its rules look at.
func (g *ground) moved(fact string, s *dsl.Step) moved {
	known := g.moves[fact]
	if known == nil {
		known = map[*dsl.Step]moved{}
		g.moves[fact] = known
	}
	if m, ok := known[s]; ok {
		return m
	}
	under := g.step(s)
	m := moved{moves: slices.Contains(under.facts, fact)}
	for _, x := range under.steps {
		through := g.moved(fact, x)
		m.moves = m.moves || through.moves
		m.hidden = m.hidden || through.hidden
	}
	m.hidden = m.moves && (m.hidden || under.hidden)
	known[s] = m
	return m
}

// duty tells whether anything that is not seen decides whether a step breaks a duty.
func (g *ground) duty(id string, s *dsl.Step) bool {
	for _, o := range g.m.Overlays {
		for _, d := range o.Duties {
			if d.ID != id {
				continue
			}
			for _, x := range d.Demands {
				if x.Steps.Has(s) && g.demand(x, s) {
					return true
				}
			}
		}
	}
	return false
}

func (g *ground) demand(x *dsl.Demand, s *dsl.Step) bool {
	switch x.Kind {
	case dsl.Never:
		for _, r := range []*dsl.Rule{x.When, x.Unless} {
			if r != nil && g.hides(g.names(g.m.RuleOf(r)).facts, "") {
				return true
			}
		}
	case dsl.Bounded:
		for _, f := range g.m.BoundedFrom(s) {
			if !g.s.Fact(f.ID) {
				return true
			}
		}
	}
	return false
}
