package modeltest

import (
	"github.com/stegvis/stegvis/interpreter"
)

// Coverage tells what the tests have seen of each model.
type Coverage struct {
	Models []*ModelCoverage // by id, then in the order the versions come into force
	by     map[*interpreter.Program]*ModelCoverage
}

// ModelCoverage tells what the tests have seen of one version of a model.
type ModelCoverage struct {
	Program  *interpreter.Program
	Tested   bool // at least one day of a test was answered by it
	Rules    []RuleCoverage
	Required []bool // by step: seen required
	Done     []bool // by step: seen done; a step that repeats never is
	Closed   []bool // by outcome: seen to close a case
}

// RuleCoverage tells which values of a rule were seen.
type RuleCoverage struct {
	Rule  interpreter.RuleOf
	Seen  [3]bool // by interpreter.Truth
	CanBe [3]bool // the values that the rule can have at all
}

// Lacks lists the values that the rule can have and was not seen to have.
func (r *RuleCoverage) Lacks() []interpreter.Truth {
	var out []interpreter.Truth
	for _, v := range [...]interpreter.Truth{interpreter.True, interpreter.False, interpreter.Unknown} {
		if r.CanBe[v] && !r.Seen[v] {
			out = append(out, v)
		}
	}
	return out
}

func newCoverage(set *interpreter.Set) *Coverage {
	c := &Coverage{by: map[*interpreter.Program]*ModelCoverage{}}
	for _, p := range set.Programs() {
		m := &ModelCoverage{
			Program: p, Required: make([]bool, len(p.Model().Steps)), Done: make([]bool, len(p.Model().Steps)), Closed: make([]bool, len(p.Model().Outcomes)),
		}
		for _, r := range p.Rules() {
			m.Rules = append(m.Rules, RuleCoverage{Rule: r})
		}
		c.Models = append(c.Models, m)
		c.by[p] = m
	}
	return c
}

// see notes the values of every rule in a case, whether the answer needed them or not.
func (c *Coverage) see(p *interpreter.Program, f *interpreter.Facts, r *interpreter.Result) {
	m := c.by[p]
	m.Tested = true
	for i := range m.Rules {
		m.Rules[i].Seen[p.Value(m.Rules[i].Rule, f, r)] = true
	}
	for i := range m.Required {
		switch r.StepStatus(i) {
		case interpreter.Required:
			m.Required[i] = r.Outcome < 0 || m.Required[i]
		case interpreter.Done:
			m.Done[i] = true
		}
	}
	if r.Outcome >= 0 {
		m.Closed[r.Outcome] = true
	}
}

// Measure finds which values each rule can have, so that what is lacking can be told; it takes longer than a run.
func (c *Coverage) Measure() {
	for _, m := range c.Models {
		for i := range m.Rules {
			m.Rules[i].CanBe = m.Program.CanBe(m.Rules[i].Rule)
		}
	}
}

// Count returns how many of the things that can be seen were: values of rules, steps required, steps done, and
// outcomes.
func (m *ModelCoverage) Count() (seen, all int) {
	count := func(can, have bool) {
		if can {
			all++
			if have {
				seen++
			}
		}
	}
	for _, r := range m.Rules {
		for v := range r.CanBe {
			count(r.CanBe[v], r.Seen[v])
		}
	}
	for i, s := range m.Program.Model().Steps {
		count(true, m.Required[i])
		count(s.Every == nil && m.CanBeDone(i), m.Done[i])
	}
	for _, have := range m.Closed {
		count(true, have)
	}
	return seen, all
}

// CanBeDone tells whether the step with index i can be done at all: a step whose checklist contradicts the rule by
// which it applies is left, never done.
func (m *ModelCoverage) CanBeDone(i int) bool { return m.Program.CanBeDone(i) }
