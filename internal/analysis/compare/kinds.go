package compare

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// Kind is one kind of step in all the models.
type Kind struct {
	Kind  *dsl.Term
	Steps [][]*dsl.Step // by model: those of the kind, in file order
	Pairs []Pair        // every two models, the first of which stands before the second
}

// Pair is how two models stand to each other in one kind of step.
type Pair struct {
	First, Second int // the models
	Verdict       Verdict
	OnlyFirst     *Part          // cases in which the first alone requires it; nil: there are none, or they are not proven
	OnlySecond    *Part          //
	Both          *cells.Witness // the smallest case in which both require it; nil: there is none
}

// Verdict tells in which cases the second of two models requires a kind of step, held against the first.
type Verdict string

// The verdicts.
const (
	Same       Verdict = "same"        // in the same cases
	Stricter   Verdict = "stricter"    // under stricter conditions: only in some of the cases in which the first does
	Looser     Verdict = "looser"      // under looser conditions: in all those cases, and in more
	Neither    Verdict = "neither"     // each requires it in cases in which the other does not
	OnlyFirst  Verdict = "only_first"  // the first does, when its conditions hold; the second never
	OnlySecond Verdict = "only_second" //
	Never      Verdict = "never"       // in no case, as the first
	NotProven  Verdict = "unproven"    // arithmetic between facts stands in the way
)

// Verdicts lists the verdicts.
var Verdicts = []Verdict{Same, Stricter, Looser, Neither, OnlyFirst, OnlySecond, Never, NotProven}

// Part is where one model requires a kind of step and another does not.
type Part struct {
	Case    *cells.Witness    // the smallest such case
	Denied  bool              // the other's rules say no; else something is not known that they hang on
	When    []cells.Condition // what is enough for it: the widest conditions, the one with fewest facts first
	All     bool              // these conditions are all there are
	Beside  *cells.Witness    // the case nearest to Case in which both require it; nil: there is none
	Facts   []*dsl.Fact       // in which Beside is another than Case: if any of these were as in Case, both would not require it
	Clauses []Clause          // of the other's rules: what does not hold in Case
}

// maxConditions is how many conditions are told of for one difference.
const maxConditions = 2

// requirement is where a model requires a kind of step: by the rule of any such step and its stage's.
type requirement struct{ holds, denied cells.Formula }

func (c *comparer) requirement(model int, kind string) requirement {
	r := requirement{cells.Never, cells.Always}
	for _, s := range c.joint.steps[model] {
		if s.Kind.ID == kind {
			t := c.s.Steps[s.Index].Applies
			r.holds, r.denied = c.s.Or(r.holds, t.True), c.s.And(r.denied, t.False)
		}
	}
	return r
}

// kinds compares the models in every kind of step that any of them has.
func (c *comparer) kinds(r *Report) {
	at := map[string]int{}
	for i, p := range c.programs {
		for _, s := range p.Model().Steps {
			k, seen := at[s.Kind.ID]
			if !seen {
				k = len(r.Kinds)
				at[s.Kind.ID] = k
				r.Kinds = append(r.Kinds, Kind{Kind: s.Kind, Steps: make([][]*dsl.Step, len(c.programs))})
			}
			r.Kinds[k].Steps[i] = append(r.Kinds[k].Steps[i], s)
		}
	}
	for k := range r.Kinds {
		kind := &r.Kinds[k]
		for i := range c.programs {
			for j := i + 1; j < len(c.programs); j++ {
				kind.Pairs = append(kind.Pairs, c.pair(kind, i, j))
			}
		}
	}
}

func (c *comparer) pair(kind *Kind, first, second int) Pair {
	p := Pair{First: first, Second: second}
	x, y := c.requirement(first, kind.Kind.ID), c.requirement(second, kind.Kind.ID)
	var provenX, provenY, provenBoth bool
	p.OnlyFirst, provenX = c.part(kind, first, second, x, y)
	p.OnlySecond, provenY = c.part(kind, second, first, y, x)
	p.Both, provenBoth = c.smallest(c.s.And(x.holds, y.holds), func(f []*interpreter.Facts) bool {
		return c.requires(first, kind, f) && c.requires(second, kind, f)
	})
	switch {
	case !provenX || !provenY || !provenBoth:
		p.Verdict = NotProven
	case p.OnlyFirst == nil && p.OnlySecond == nil && p.Both == nil:
		p.Verdict = Never
	case p.OnlyFirst == nil && p.OnlySecond == nil:
		p.Verdict = Same
	case p.Both == nil && p.OnlySecond == nil:
		p.Verdict = OnlyFirst
	case p.Both == nil && p.OnlyFirst == nil:
		p.Verdict = OnlySecond
	case p.OnlySecond == nil:
		p.Verdict = Stricter
	case p.OnlyFirst == nil:
		p.Verdict = Looser
	default:
		p.Verdict = Neither
	}
	return p
}

// part finds where a model requires the kind and another does not: cases in which the other's rules say no before those in which they
// hang on what is not known.
func (c *comparer) part(kind *Kind, model, other int, x, y requirement) (*Part, bool) {
	confirm := func(f []*interpreter.Facts) bool { return c.requires(model, kind, f) && !c.requires(other, kind, f) }
	denied := c.s.And(x.holds, y.denied)
	where := denied
	w, _ := c.smallest(denied, confirm)
	if w == nil {
		where = c.s.And(x.holds, y.holds.Not()) // which denied is part of
		var proven bool
		if w, proven = c.smallest(where, confirm); w == nil {
			return nil, proven
		}
	}
	out := &Part{Case: w, Denied: where == denied}
	out.When, out.All = c.conditions(where)
	out.Beside, out.Facts = c.beside(w, c.s.And(x.holds, y.holds), func(f []*interpreter.Facts) bool {
		return c.requires(model, kind, f) && c.requires(other, kind, f)
	})
	out.Clauses = c.clauses(kind.Steps[other], other, w)
	return out, true
}

// conditions lists conditions for f. They are told of for cases that every model accepts, and so leave out what goes without
// saying for them.
func (c *comparer) conditions(f cells.Formula) ([]cells.Condition, bool) {
	return c.s.Conditions(c.s.And(f, c.every), maxConditions)
}

// beside returns the case in which f holds that is nearest to w, with the facts in which it is another: none of these can
// be left as it is. Where the interpreter does not confirm it there is none.
func (c *comparer) beside(w *cells.Witness, f cells.Formula, confirm func([]*interpreter.Facts) bool) (*cells.Witness, []*dsl.Fact) {
	near := c.s.And(f, c.every)
	if !c.s.Possible(near) {
		return nil, nil
	}
	moved := map[int]bool{}
	for _, i := range c.s.Facts(near) {
		if closer := c.s.And(near, w.Lies(i)); c.s.Possible(closer) {
			near = closer
		} else {
			moved[i] = true
		}
	}
	for i := range c.s.Domains { // what f does not hang on stays
		if !slices.Contains(c.s.Facts(f), i) {
			near = c.s.And(near, w.Lies(i))
		}
	}
	b, _ := c.smallest(near, confirm)
	if b == nil {
		return nil, nil
	}
	var out []*dsl.Fact
	for i, d := range c.s.Domains {
		if moved[i] {
			out = append(out, d.Fact)
		}
	}
	return b, out
}

// requires tells, by the interpreter, whether the rules of a step of the kind hold in the case.
func (c *comparer) requires(model int, kind *Kind, facts []*interpreter.Facts) bool {
	p := c.programs[model]
	p.Decide(facts[model], c.day, &c.result)
	return slices.ContainsFunc(kind.Steps[model], func(s *dsl.Step) bool {
		return c.true(model, s.When, facts[model]) && (s.Stage == nil || c.true(model, s.Stage.When, facts[model]))
	})
}

// true tells whether a rule holds in the case that was decided last.
func (c *comparer) true(model int, r *dsl.Rule, f *interpreter.Facts) bool {
	return r == nil || c.programs[model].Value(c.rules[model][r], f, &c.result) == interpreter.True
}
