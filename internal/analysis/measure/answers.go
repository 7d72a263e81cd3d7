package measure

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
)

// Bounds of the values that one fact is given in histories.
const (
	maxSetValues = 8   // whose subsets are all tried
	maxAnswers   = 250 // since a state has a byte for each fact
)

// answers lists a value for each way in which a fact can matter to where steps stand and what closes the case; none where nothing looks at
// it. On which due day a date puts a step does not matter, but to rules that look at whether a step is late. all is false where there
// are too many.
func (m *measurer) answers(fact int) (out []any, all bool) {
	f, d := m.m.Facts[fact], m.s.Domains[fact]
	tests, alone := m.testsOf(f)
	var firsts []calendar.Duration // after which steps are required, counted from the fact
	for _, s := range m.m.Steps {
		for _, t := range []*dsl.Time{s.Time, stageTime(s)} {
			if s.Every == nil && t != nil && t.From == f && t.NotBefore != nil {
				firsts = append(firsts, *t.NotBefore)
			}
		}
	}
	if len(tests) == 0 && len(firsts) == 0 {
		return nil, true
	}
	var values []any
	for _, c := range d.Cells {
		values = append(values, c.Value)
	}
	if f.Type.Kind == rule.Set {
		if len(f.Type.Values) > maxSetValues {
			return nil, false
		}
		values = subsets(f.Type.Values)
	}
	seen := map[string]bool{}
	facts := m.p.NewFacts()
	for _, v := range values {
		facts.Put(fact, v)
		w := m.s.Place(facts)
		var key []byte
		mark := func(held bool) {
			if held {
				key = append(key, 1)
			} else {
				key = append(key, 0)
			}
		}
		for _, e := range tests {
			t := m.s.Rule(e)
			mark(w.Holds(t.True))
			mark(w.Holds(t.False))
		}
		for _, after := range firsts {
			mark(v.(calendar.Day).Add(after) > m.o.Day)
		}
		if !alone || !seen[string(key)] {
			seen[string(key)] = true
			out = append(out, v)
		}
	}
	return out, len(out) <= maxAnswers
}

func subsets(of []string) (out []any) {
	for n := range 1 << len(of) {
		v := []string{}
		for k, id := range of {
			if n>>k&1 != 0 {
				v = append(v, id)
			}
		}
		out = append(out, v)
	}
	return out
}

// testsOf lists the tests, below all connectives and definitions, that look at a fact. alone tells that each of them looks at nothing else,
// so that they tell all there is to tell of its values.
func (m *measurer) testsOf(f *dsl.Fact) (out []*rule.Expr, alone bool) {
	alone = true
	entered := map[string]bool{}
	var visit func(e *rule.Expr)
	visit = func(e *rule.Expr) {
		isBool := func(a *rule.Expr) bool { return a.Type.Kind == rule.Bool }
		switch {
		case e.Op == rule.OpDefine:
			if !entered[e.Name] {
				entered[e.Name] = true
				visit(m.defineOf[e.Name])
			}
			return
		case e.Op == rule.OpLate:
			alone = alone && !slices.Contains(m.timedFrom(e.Name), f)
			return
		case e.Op == rule.OpNot || e.Op == rule.OpAnd || e.Op == rule.OpOr || len(e.Args) > 0 && !slices.ContainsFunc(e.Args, func(a *rule.Expr) bool { return !isBool(a) }):
			for _, a := range e.Args {
				visit(a)
			}
			return
		}
		looks, others := false, false
		e.Walk(func(x *rule.Expr) {
			switch x.Op {
			case rule.OpFact, rule.OpKnown, rule.OpHappened:
				looks, others = looks || x.Name == f.ID, others || x.Name != f.ID
			case rule.OpDefine, rule.OpCond: // a value that hangs on who knows what
				others = true
				m.defined(x, func(y *rule.Expr) { looks = looks || y.Op == rule.OpFact && y.Name == f.ID })
			}
		})
		if looks {
			out = append(out, e)
			alone = alone && !others
		}
	}
	for _, e := range cells.Rules(m.m) {
		if e.Type.Kind == rule.Bool {
			visit(e)
		}
	}
	return out, alone
}

// defined calls f for what stands in a definition, definitions entered.
func (m *measurer) defined(e *rule.Expr, f func(*rule.Expr)) {
	if e.Op != rule.OpDefine {
		return
	}
	m.defineOf[e.Name].Walk(func(x *rule.Expr) {
		f(x)
		m.defined(x, f)
	})
}

// timedFrom lists the facts that the times of a step count from.
func (m *measurer) timedFrom(step string) (out []*dsl.Fact) {
	s := m.stepOf[step]
	for _, t := range []*dsl.Time{s.Time, stageTime(s)} {
		if t != nil {
			out = append(out, t.From)
		}
	}
	if s.Every != nil {
		out = append(out, s.Every.Since, s.Every.Start)
	}
	return out
}

// toldUnasked lists the facts of which the rule of a stage, a step or an outcome asks whether they are known.
func (m *measurer) toldUnasked() (out []int) {
	in := map[string]bool{}
	look := func(e *rule.Expr) {
		if e.Op == rule.OpKnown {
			in[e.Name] = true
		}
	}
	guard := func(r *dsl.Rule) {
		if r != nil {
			r.Expr.Walk(func(e *rule.Expr) {
				look(e)
				m.defined(e, look)
			})
		}
	}
	for _, s := range m.m.Stages {
		guard(s.When)
	}
	for _, s := range m.m.Steps {
		guard(s.When)
	}
	for _, o := range m.m.Outcomes {
		guard(o.When)
	}
	for i, f := range m.m.Facts {
		if in[f.ID] {
			out = append(out, i)
		}
	}
	return out
}
