package interpreter_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// An explanation tells of the very decision that the program makes: no status, day, rule or fact in it is another.
func TestAnExplanationIsOfTheDecisionThatWasMade(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, facts, at := drawCase(t)
		f := bound(t, p, facts)
		var r interpreter.Result
		p.Decide(f, at, &r)
		sameDecision(t, p, f, &r, p.Explain(f, at, lang.EN))
	})
}

func sameDecision(t fataler, p *interpreter.Program, f *interpreter.Facts, r *interpreter.Result, e *interpreter.Explanation) {
	m := p.Model()
	because := unescaped(t, e.Decision)
	for i := range e.Next {
		if b := e.Next[i].Because; b != &e.Steps[r.Next[i]] {
			t.Fatalf("step %s is next for the reasons of %+v", e.Next[i].Step, b)
		}
		e.Next[i].Because = nil
	}
	if got, want := unescaped(t, e.Decision), string(p.AppendJSON(nil, r, lang.EN)); got != want {
		t.Fatalf("what is explained is\n%s\nand the decision\n%s", got, want)
	}
	if got := unescaped(t, p.Because(f, e.At, lang.EN)); got != because {
		t.Fatalf("with the reasons for the required steps alone it is\n%s\nand not\n%s", got, because)
	}
	for i, s := range e.Steps {
		if s.Step != m.Steps[i].ID || s.Status != r.StepStatus(i).String() {
			t.Fatalf("step %s is explained as %s %s, and is %s", m.Steps[i].ID, s.Step, s.Status, r.StepStatus(i))
		}
		for k, a := range s.After {
			if j := m.Steps[i].After[k].Index; a.Step != m.Steps[j].ID || a.Passed != r.Passed(j) || a.Status != r.StepStatus(j).String() {
				t.Fatalf("step %s comes after %+v", s.Step, a)
			}
		}
		var due, first *calendar.Day
		if d, ok := r.Due(i); ok {
			due = &d
		}
		if d, ok := r.From(i); ok {
			first = &d
		}
		switch {
		case s.Time == nil && (due != nil || first != nil):
			t.Fatalf("step %s has days, and no reason for them", s.Step)
		case s.Time != nil && !(sameDay(s.Time.Due, due) && sameDay(s.Time.First, first)):
			t.Fatalf("the days of step %s are %+v", s.Step, s.Time)
		}
	}
	for i, o := range e.Outcomes {
		if (o.Status == "closes") != (r.Outcome == i) {
			t.Fatalf("outcome %s: %s", o.Outcome, o.Status)
		}
	}
	value := func(what string, got *bool, of interpreter.RuleOf) {
		if v := p.Value(of, f, r); (got == nil) != (v == interpreter.Unknown) || got != nil && *got != (v == interpreter.True) {
			t.Fatalf("the rule of %s is explained as %v, and is %s", what, asTruth(got), v)
		}
	}
	last := func(applies []interpreter.Clause) *bool { return applies[len(applies)-1].Value }
	for _, of := range p.Rules() {
		switch {
		case of.Define != nil:
		case of.Stage != nil:
			for _, s := range of.Stage.Steps {
				value(of.Stage.ID, e.Steps[s.Index].Applies[0].Value, of)
			}
		case of.Outcome != nil:
			value(of.Outcome.ID, last(e.Outcomes[of.Outcome.Index].Applies), of)
		case of.Item == nil:
			value(of.Step.ID, last(e.Steps[of.Step.Index].Applies), of)
		default:
			value(of.Step.ID, e.Steps[of.Step.Index].Items[slices.Index(of.Step.Done, of.Item)].Clause.Value, of)
		}
	}
}

func sameDay(a, b *calendar.Day) bool { return a == b || a != nil && b != nil && *a == *b }

// No change of a single fact that would move a step is left out: whatever value rules can tell apart is tried here by
// a decision of its own.
func TestNoChangeIsLeftOut(t *testing.T) {
	cases, moved := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		cases++
		p, facts, at := drawCase(t)
		moved += everyChange(t, p, bound(t, p, facts), at)
	})
	if moved < cases {
		t.Errorf("only %d changes would move a step, in %d cases", moved, cases)
	}
}

// everyChange tries every fact with every other value by a decision of its own, and fails where a step moves that the
// explanation does not tell of. It returns how many do.
func everyChange(t fataler, p *interpreter.Program, f *interpreter.Facts, at calendar.Day) (moved int) {
	var now, then interpreter.Result
	p.Decide(f, at, &now)
	e := p.Explain(f, at, lang.SV)
	try := p.NewFacts()
	for k, fact := range p.Model().Facts {
		for _, put := range p.Alternatives(k, at) {
			try.CopyFrom(f)
			put(try)
			p.Decide(try, at, &then)
			for i, s := range p.Model().Steps {
				status := then.StepStatus(i)
				if status == now.StepStatus(i) || !looksAt(p.Model(), s, fact.ID) {
					continue
				}
				moved++
				if !slices.ContainsFunc(e.Steps[i].Changes, func(c interpreter.Change) bool { return c.Fact == fact.ID && c.Status == status.String() }) {
					t.Fatalf("with %s = %v step %s would be %s, which is not told: %+v", fact.ID, try.Value(k), s.ID, status, e.Steps[i].Changes)
				}
			}
		}
	}
	return moved
}

// looksAt tells whether the rules of a step, its stage's among them, name the fact.
func looksAt(m *dsl.Model, s *dsl.Step, fact string) bool {
	found := false
	entered := map[string]bool{}
	var look func(x *rule.Expr)
	look = func(x *rule.Expr) {
		x.Walk(func(n *rule.Expr) {
			switch {
			case n.Op == rule.OpDefine && !entered[n.Name]:
				entered[n.Name] = true
				look(m.Defines[slices.IndexFunc(m.Defines, func(d *dsl.Define) bool { return d.ID == n.Name })].Rule.Expr)
			case n.Op == rule.OpFact || n.Op == rule.OpKnown || n.Op == rule.OpHappened:
				found = found || n.Name == fact
			}
		})
	}
	rules := []*dsl.Rule{s.When}
	if s.Stage != nil {
		rules = append(rules, s.Stage.When)
	}
	for _, item := range s.Done {
		rules = append(rules, item.Rule)
	}
	for _, r := range rules {
		if r != nil {
			look(r.Expr)
		}
	}
	return found
}

// Memory that has served another case, of any program and language, explains as new memory does.
func TestAnExplanationInUsedMemoryIsThatInNew(t *testing.T) {
	var used interpreter.Explanation
	rapid.Check(t, func(t *rapid.T) {
		p, facts, at := drawCase(t)
		for range 4 {
			f := bound(t, p, facts)
			l := rapid.SampledFrom(lang.All).Draw(t, "language")
			p.ExplainInto(f, at, l, &used)
			if got, want := unescaped(t, &used), unescaped(t, p.Explain(f, at, l)); got != want {
				t.Fatalf("in used memory it is\n%s\nand in new\n%s", got, want)
			}
			facts = knownOf(p.Model(), at).Draw(t, "facts")
		}
	})
}
