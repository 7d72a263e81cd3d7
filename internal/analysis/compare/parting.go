package compare

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// Parting is with how little two models part: the smallest sets of facts which, once these and no others are known, give them
// different primary next steps.
type Parting struct {
	First, Second int       // the models
	Sets          []FactSet // the smallest first
	All           bool      // there are no others; with no Sets, the two part in no case
}

// FactSet is facts with which two models part. No part of it is enough for that, if the answers are to be these.
type FactSet struct {
	Facts  []*dsl.Fact // in the order of Report.Facts; none: they part before anything is known
	Case   *cells.Witness
	First  Answer
	Second Answer
}

// Answer is what a model says of a case in one word: its primary next step, or why there is none.
type Answer struct {
	Step    *dsl.Step          // nil: nothing is required
	Outcome *dsl.Outcome       // of Status Closed
	Status  interpreter.Status //
}

// maxSets is how many fact sets are told of for two models.
const maxSets = 5

// partings finds with how little every two models part.
func (c *comparer) partings() (out []Parting) {
	for i := range c.programs {
		for j := i + 1; j < len(c.programs); j++ {
			out = append(out, c.parting(i, j))
		}
	}
	return out
}

func (c *comparer) parting(first, second int) Parting {
	out := Parting{First: first, Second: second}
	x, y := c.primaries(first), c.primaries(second)
	apart := c.apart(x, y)
	confirm := func(f []*interpreter.Facts) bool { return c.next(first, f) != c.next(second, f) }
	for len(out.Sets) < maxSets {
		w, proven := c.smallest(apart, confirm)
		if w == nil {
			out.All = proven
			return out
		}
		facts := c.bind(w.Case())
		set, known := FactSet{Case: w}, cells.Always
		for i, d := range c.s.Domains {
			if w.Known[i] {
				set.Facts, known = append(set.Facts, d.Fact), c.s.And(known, d.Known)
			}
		}
		p, q := c.next(first, facts), c.next(second, facts)
		set.First, set.Second = c.answer(first, facts), c.answer(second, facts)
		out.Sets = append(out.Sets, set)
		apart = c.s.And(apart, c.s.And(known, x[p], y[q]).Not())
		if w.Holds(apart) { // a test that cells leave open came out otherwise
			apart = c.s.And(apart, c.same(w).Not())
		}
	}
	out.All = c.s.Solve(apart, c.every) == nil
	return out
}

// primaries holds, by what a primary next step is compared by, where the model has such a one; for none, where it has none.
func (c *comparer) primaries(model int) map[primary]cells.Formula {
	closed := cells.Never
	for _, o := range c.joint.outcomes[model] {
		closed = c.s.Or(closed, c.s.Outcomes[o.Index].Claim)
	}
	out := map[primary]cells.Formula{}
	none := closed.Not()
	steps := slices.Clone(c.joint.steps[model])
	slices.SortStableFunc(steps, func(a, b *dsl.Step) int { return lastWhere(a.Every != nil) - lastWhere(b.Every != nil) })
	for _, s := range steps {
		key, required := primary{s.Kind.ID, s.Actor.ID}, c.s.Steps[s.Index].Required
		if _, ok := out[key]; !ok {
			out[key] = cells.Never
		}
		out[key] = c.s.Or(out[key], c.s.And(none, required))
		none = c.s.And(none, required.Not())
	}
	out[primary{}] = c.s.Or(closed, none)
	return out
}

func lastWhere(last bool) int {
	if last {
		return 1
	}
	return 0
}

// apart holds where two models differ in the primary next step.
func (c *comparer) apart(x, y map[primary]cells.Formula) cells.Formula {
	alike := cells.Never
	for _, k := range sortedKeys(x) {
		if there, ok := y[k]; ok {
			alike = c.s.Or(alike, c.s.And(x[k], there))
		}
	}
	return alike.Not()
}

// answer tells what the model says of the case.
func (c *comparer) answer(model int, facts []*interpreter.Facts) Answer {
	p := c.programs[model]
	p.Decide(facts[model], c.day, &c.result)
	a := Answer{Status: c.result.Status}
	if len(c.result.Next) > 0 {
		a.Step = p.Model().Steps[c.result.Next[0]]
	}
	if c.result.Outcome >= 0 {
		a.Outcome = p.Model().Outcomes[c.result.Outcome]
	}
	return a
}
