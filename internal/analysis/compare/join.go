package compare

import (
	"math"
	"slices"
	"strconv"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
)

// joined is several models as one: the facts of all, each once, and the steps and outcomes of each model after those of the one
// before it.
type joined struct {
	*dsl.Model
	steps    [][]*dsl.Step    // by model
	outcomes [][]*dsl.Outcome // by model
}

// join makes one model of several. Names of steps and definitions get the number of their model before them. Where versions of
// a model differ in the values of a fact, the joint fact has them all (numbers: those that every one of them accepts), and
// comparer.valid says which cases every one of them accepts.
func join(models []*dsl.Model) *joined {
	j := &joined{Model: &dsl.Model{}, steps: make([][]*dsl.Step, len(models)), outcomes: make([][]*dsl.Outcome, len(models))}
	facts := j.joinFacts(models)
	for i, m := range models {
		c := &copier{model: m, prefix: strconv.Itoa(i) + "/", facts: facts, stages: map[*dsl.Stage]*dsl.Stage{}, steps: map[*dsl.Step]*dsl.Step{}}
		for _, d := range m.Defines {
			j.Defines = append(j.Defines, &dsl.Define{ID: c.prefix + d.ID, Title: d.Title, Rule: c.rule(d.Rule), Index: len(j.Defines)})
		}
		for _, s := range m.Stages {
			c.stages[s] = &dsl.Stage{ID: c.prefix + s.ID, Title: s.Title, When: c.rule(s.When), Time: c.time(s.Time), Index: len(j.Stages)}
			j.Stages = append(j.Stages, c.stages[s])
		}
		for _, s := range m.Steps {
			c.steps[s] = &dsl.Step{}
		}
		for _, s := range m.Steps {
			c.step(s, len(j.Steps))
			j.Steps = append(j.Steps, c.steps[s])
			j.steps[i] = append(j.steps[i], c.steps[s])
		}
		for _, o := range m.Outcomes {
			x := *o
			x.ID, x.Index, x.Stage, x.When, x.After = c.prefix+o.ID, len(j.Outcomes), c.stages[o.Stage], c.rule(o.When), c.stepsOf(o.After)
			j.Outcomes = append(j.Outcomes, &x)
			j.outcomes[i] = append(j.outcomes[i], &x)
		}
	}
	return j
}

// joinFacts joins the facts. One on whose numbers the models do not agree at all is left out: nothing can be known of it in a case
// that all accept.
func (j *joined) joinFacts(models []*dsl.Model) map[string]*dsl.Fact {
	facts := map[string]*dsl.Fact{}
	var order []*dsl.Fact
	for _, m := range models {
		for _, f := range m.Facts {
			have := facts[f.ID]
			if have == nil {
				x := *f
				x.Type.Values, x.Labels = slices.Clone(f.Type.Values), slices.Clone(f.Labels)
				facts[f.ID] = &x
				order = append(order, &x)
				continue
			}
			have.Type.Min, have.Type.Max = max(have.Type.Min, f.Type.Min), min(have.Type.Max, f.Type.Max)
			addValues(have, f.Type.Values, f.Labels)
		}
	}
	sameValues(models, facts)
	for _, f := range order {
		none := f.Type.Kind == rule.Number && f.Type.Min > f.Type.Max || f.Type.Kind == rule.Int && math.Ceil(f.Type.Min) > math.Floor(f.Type.Max)
		if none {
			delete(facts, f.ID)
			continue
		}
		f.Index = len(j.Facts)
		j.Facts = append(j.Facts, f)
	}
	return facts
}

// addValues gives the fact the values that it lacks.
func addValues(f *dsl.Fact, values []string, labels []lang.Text) {
	for k, v := range values {
		if !slices.Contains(f.Type.Values, v) {
			f.Type.Values = append(f.Type.Values, v)
			f.Labels = append(f.Labels, labels[k])
		}
	}
}

// sameValues gives facts whose words are compared with each other the same values in the same order, as cells take them to have.
func sameValues(models []*dsl.Model, facts map[string]*dsl.Fact) {
	var pairs [][2]*dsl.Fact
	for _, m := range models {
		for _, r := range cells.Rules(m) {
			r.Walk(func(e *rule.Expr) {
				if len(e.Args) == 2 && e.Args[0].Op == rule.OpFact && e.Args[1].Op == rule.OpFact {
					pairs = append(pairs, [2]*dsl.Fact{facts[e.Args[0].Name], facts[e.Args[1].Name]})
				}
			})
		}
	}
	for again := true; again; {
		again = false
		for _, p := range pairs {
			x, y := p[0], p[1]
			if slices.Equal(x.Type.Values, y.Type.Values) {
				continue
			}
			again = true
			for _, f := range p {
				other := x
				if f == x {
					other = y
				}
				addValues(f, other.Type.Values, other.Labels)
				sortValues(f)
			}
		}
	}
}

func sortValues(f *dsl.Fact) {
	label := map[string]lang.Text{}
	for k, v := range f.Type.Values {
		label[v] = f.Labels[k]
	}
	slices.Sort(f.Type.Values)
	for k, v := range f.Type.Values {
		f.Labels[k] = label[v]
	}
}

// copier copies the parts of one model into the joint one.
type copier struct {
	model  *dsl.Model
	prefix string
	facts  map[string]*dsl.Fact
	stages map[*dsl.Stage]*dsl.Stage
	steps  map[*dsl.Step]*dsl.Step
}

func (c *copier) step(s *dsl.Step, index int) {
	x := c.steps[s]
	*x = *s
	x.ID, x.Index, x.Stage, x.When, x.Time, x.After = c.prefix+s.ID, index, c.stages[s.Stage], c.rule(s.When), c.time(s.Time), c.stepsOf(s.After)
	x.Done = nil
	for _, item := range s.Done {
		y := *item
		y.Rule = c.rule(item.Rule)
		x.Done = append(x.Done, &y)
	}
	if s.Every != nil {
		e := *s.Every
		e.Since, e.Start = c.fact(e.Since), c.fact(e.Start)
		x.Every = &e
	}
}

func (c *copier) stepsOf(steps []*dsl.Step) (out []*dsl.Step) {
	for _, s := range steps {
		out = append(out, c.steps[s])
	}
	return out
}

func (c *copier) fact(f *dsl.Fact) *dsl.Fact {
	if f == nil {
		return nil
	}
	return c.facts[f.ID]
}

func (c *copier) time(t *dsl.Time) *dsl.Time {
	if t == nil {
		return nil
	}
	x := *t
	x.From = c.fact(t.From)
	return &x
}

func (c *copier) rule(r *dsl.Rule) *dsl.Rule {
	if r == nil {
		return nil
	}
	return &dsl.Rule{Text: r.Text, Expr: c.expr(r.Expr), Span: r.Span}
}

func (c *copier) expr(e *rule.Expr) *rule.Expr {
	x := *e
	switch e.Op {
	case rule.OpDefine, rule.OpDone, rule.OpLate:
		x.Name = c.prefix + e.Name
	}
	x.Args = nil
	for _, a := range e.Args {
		x.Args = append(x.Args, c.expr(a))
	}
	return &x
}
