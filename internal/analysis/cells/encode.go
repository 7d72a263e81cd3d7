package cells

import (
	"cmp"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Truth is a rule over all cases: where it is true, and where it is false. Elsewhere it is unknown.
type Truth struct{ True, False Formula }

// Unknown holds where the rule is neither.
func (s *Space) Unknown(t Truth) Formula { return s.And(t.True.Not(), t.False.Not()) }

func (t Truth) not() Truth { return Truth{t.False, t.True} }

func constant(b bool) Truth {
	if b {
		return Truth{Always, Never}
	}
	return Truth{Never, Always}
}

// builder makes a Space.
type builder struct {
	*expander
	s       *Space
	at      calendar.Day
	facts   map[string]*dsl.Fact
	cuts    map[*dsl.Fact]*cuts
	allCuts []*cuts
	texts   map[*dsl.Fact][]string
	refused map[*rule.Expr]bool // tests that could not be cut
	rules   map[*rule.Expr]Truth
	defined map[string]Truth
	stepOf  map[string]*dsl.Step
	stood   []bool // by step: it has been looked at
}

// survey gathers what the tests of a rule tell apart.
func (b *builder) survey(e *rule.Expr) {
	switch e.Op {
	case rule.OpConst, rule.OpDefine, rule.OpFact, rule.OpKnown, rule.OpHappened, rule.OpDone, rule.OpLate:
		return
	case rule.OpNot, rule.OpAnd, rule.OpOr:
		for _, a := range e.Args {
			b.survey(a)
		}
		return
	case rule.OpCond:
		if e.Type.Kind == rule.Bool {
			for _, a := range e.Args {
				b.survey(a)
			}
			return
		}
	}
	if isBool(e) {
		b.survey(e.Args[0])
		b.survey(e.Args[1])
		return
	}
	for _, w := range b.testWays(e) {
		for _, c := range w.choices {
			b.survey(c.cond)
		}
		for _, a := range b.atoms(w.expr) {
			b.cutFor(&a)
		}
	}
}

// isBool tells whether e compares two truth values.
func isBool(e *rule.Expr) bool {
	return (e.Op == rule.OpEq || e.Op == rule.OpNe) && e.Args[0].Type.Kind == rule.Bool
}

func (b *builder) cutFor(a *atom) {
	switch a.sort {
	case ordered:
		if !b.cuts[a.facts[0]].add(a.trend(), a.order(b)) {
			b.refused[a.left] = true
		}
	case compared:
		b.cuts[a.facts[0]].compared(b.cuts[a.facts[1]])
	case listed:
		if f := a.facts[0]; f.Type.Kind == rule.Text {
			for _, v := range a.values {
				if !slices.Contains(b.texts[f], v) {
					b.texts[f] = append(b.texts[f], v)
				}
			}
		}
	}
}

// rule turns a rule into formulas.
func (b *builder) rule(e *rule.Expr) Truth {
	if t, ok := b.rules[e]; ok {
		return t
	}
	t := b.encode(e)
	b.rules[e] = t
	return t
}

func (b *builder) encode(e *rule.Expr) Truth {
	s := b.s
	switch e.Op {
	case rule.OpConst:
		return constant(e.Value != 0)
	case rule.OpDefine:
		t, ok := b.defined[e.Name]
		if !ok {
			t = b.rule(b.defines[e.Name])
			b.defined[e.Name] = t
		}
		return t
	case rule.OpFact:
		d := s.Domain(e.Name)
		if d == nil {
			return Truth{Never, Never}
		}
		return Truth{s.At(d, 1), s.At(d, 0)}
	case rule.OpKnown, rule.OpHappened:
		d := s.Domain(e.Name)
		if d == nil {
			return constant(false)
		}
		return Truth{d.Known, d.Known.Not()}
	case rule.OpDone:
		f := b.standing(e.Name).Done
		return Truth{f, f.Not()}
	case rule.OpLate:
		f := b.standing(e.Name).Late
		return Truth{f, f.Not()}
	case rule.OpNot:
		return b.rule(e.Args[0]).not()
	case rule.OpAnd:
		x, y := b.rule(e.Args[0]), b.rule(e.Args[1])
		return Truth{s.And(x.True, y.True), s.Or(x.False, y.False)}
	case rule.OpOr:
		x, y := b.rule(e.Args[0]), b.rule(e.Args[1])
		return Truth{s.Or(x.True, y.True), s.And(x.False, y.False)}
	case rule.OpCond:
		c, x, y := b.rule(e.Args[0]), b.rule(e.Args[1]), b.rule(e.Args[2])
		return Truth{
			s.Or(s.And(c.True, x.True), s.And(c.False, y.True), s.And(x.True, y.True)),
			s.Or(s.And(c.True, x.False), s.And(c.False, y.False), s.And(x.False, y.False)),
		}
	}
	if isBool(e) {
		x, y := b.rule(e.Args[0]), b.rule(e.Args[1])
		t := Truth{
			s.Or(s.And(x.True, y.True), s.And(x.False, y.False)),
			s.Or(s.And(x.True, y.False), s.And(x.False, y.True)),
		}
		if e.Op == rule.OpNe {
			return t.not()
		}
		return t
	}
	return b.test(e)
}

// test turns a test of values into formulas: it is true, or false, where one of the ways for it to get its values is open and
// it comes out so.
func (b *builder) test(e *rule.Expr) Truth {
	ways := b.testWays(e)
	if ways == nil {
		return b.free(e, Always, true)
	}
	out := Truth{Never, Never}
	for _, w := range ways {
		open := Always
		for _, c := range w.choices {
			if t := b.rule(c.cond); c.held {
				open = b.s.And(open, t.True)
			} else {
				open = b.s.And(open, t.False)
			}
		}
		t := b.way(w.expr)
		out.True = b.s.Or(out.True, b.s.And(open, t.True))
		out.False = b.s.Or(out.False, b.s.And(open, t.False))
	}
	return out
}

// way turns a test without choices into formulas: where all facts it looks at are known, it is true or false.
func (b *builder) way(e *rule.Expr) Truth {
	known := Always
	for _, id := range factsOf(e) {
		d := b.s.Domain(id)
		if d == nil {
			return Truth{Never, Never}
		}
		known = b.s.And(known, d.Known)
	}
	held := Never
	for _, a := range b.atoms(e) {
		if a.sort == openTest || b.refused[a.left] {
			return b.free(e, known, false)
		}
		held = b.s.Or(held, b.atomHeld(&a))
	}
	return Truth{b.s.And(known, held), b.s.And(known, held.Not())}
}

// free leaves a test open where known holds; where unsettled, it may also be unknown there.
func (b *builder) free(e *rule.Expr, known Formula, unsettled bool) Truth {
	s := b.s
	v := s.variable()
	t := Truth{s.And(known, v), s.And(known, v.Not())}
	if unsettled {
		w := s.variable()
		t = Truth{s.And(v, w), s.And(v.Not(), w)}
		s.open[w.node()] = e
		s.opened = append(s.opened, w.node())
	}
	s.open[v.node()] = e
	s.opened = append(s.opened, v.node())
	s.Open = append(s.Open, e)
	return t
}

// atomHeld holds where the test does, given that its facts are known.
func (b *builder) atomHeld(a *atom) (held Formula) {
	s := b.s
	held = Never
	var ds []*Domain
	for _, f := range a.facts {
		ds = append(ds, s.Domains[f.Index])
	}
	switch a.sort {
	case settled:
		held = Always
	case ordered:
		order := a.order(b)
		return s.among(ds[0], func(c *Cell) bool { return holds(a.op, order(c.key)) })
	case compared:
		x, y := s.Domain(a.left.Name), s.Domain(a.right.Name)
		for i := range x.Cells {
			in := s.among(y, func(c *Cell) bool { return holds(a.op, cmp.Compare(x.Cells[i].key, c.key)) })
			held = s.Or(held, s.And(x.at[i], in))
		}
		return held
	case counted:
		order := a.order(b)
		for n, f := range s.sizes(ds[0]) {
			if holds(a.op, order(int64(n))) {
				held = s.Or(held, f)
			}
		}
		return held
	case listed:
		held = s.among(ds[0], func(c *Cell) bool { return !c.Other && slices.Contains(a.values, c.Value.(string)) })
	case sameValue:
		for i := range ds[0].at {
			held = s.Or(held, s.And(ds[0].at[i], ds[1].at[i]))
		}
	case hasAny, hasAll:
		held = Always
		for _, v := range a.values {
			f := ds[0].has[slices.Index(a.facts[0].Type.Values, v)]
			if a.sort == hasAny {
				f = f.Not()
			}
			held = s.And(held, f)
		}
		if a.sort == hasAny {
			held = held.Not()
		}
	case memberTest:
		for i := range ds[0].at {
			held = s.Or(held, s.And(ds[0].at[i], ds[1].has[i]))
		}
	}
	if a.negate {
		return held.Not()
	}
	return held
}

// Replaced returns the formulas of the rule in which the part old is replaced by with. Both are bools; old stands in the rule
// below connectives alone.
func (s *Space) Replaced(e, old, with *rule.Expr) Truth {
	switch {
	case e == old:
		return s.Rule(with)
	case e.Op == rule.OpNot:
		return s.Replaced(e.Args[0], old, with).not()
	case e.Op == rule.OpAnd:
		x, y := s.Replaced(e.Args[0], old, with), s.Replaced(e.Args[1], old, with)
		return Truth{s.And(x.True, y.True), s.Or(x.False, y.False)}
	case e.Op == rule.OpOr:
		x, y := s.Replaced(e.Args[0], old, with), s.Replaced(e.Args[1], old, with)
		return Truth{s.Or(x.True, y.True), s.And(x.False, y.False)}
	}
	return s.Rule(e)
}
