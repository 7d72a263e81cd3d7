package dsl

import "github.com/stegvis/stegvis/dsl/rule"

// Rules lists every rule of the model in file order: of definitions (which need be no truth values), stages, steps with
// their checklists, and outcomes.
func (m *Model) Rules() (out []*Rule) {
	add := func(r *Rule) {
		if r != nil {
			out = append(out, r)
		}
	}
	for _, d := range m.Defines {
		add(d.Rule)
	}
	for _, s := range m.Stages {
		add(s.When)
	}
	for _, s := range m.Steps {
		add(s.When)
		for _, item := range s.Done {
			add(item.Rule)
		}
	}
	for _, o := range m.Outcomes {
		add(o.When)
	}
	return out
}

// Definitions returns what each definition stands for, by its id.
func (m *Model) Definitions() map[string]*rule.Expr {
	out := make(map[string]*rule.Expr, len(m.Defines))
	for _, d := range m.Defines {
		out[d.ID] = d.Rule.Expr
	}
	return out
}

// LooksAtDay tells whether a rule comes out by the day asked about, so that a case can change without anything happening in it.
func (m *Model) LooksAtDay() bool {
	looks := false
	for _, r := range m.Rules() {
		r.Expr.Walk(func(e *rule.Expr) {
			switch e.Op {
			case rule.OpToday, rule.OpLate, rule.OpDaysSince, rule.OpWeeksSince, rule.OpMonthsSince:
				looks = true
			}
		})
	}
	return looks
}
