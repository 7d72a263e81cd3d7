package cells_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

var day, _ = calendar.Of(2026, 3, 4)

type fataler interface{ Fatalf(string, ...any) }

func bound(t fataler, p *interpreter.Program, c *interpreter.Case) *interpreter.Facts {
	var faults diag.List
	f := c.Bind(p, nil, &faults)
	if faults.HasErrors() {
		t.Fatalf("%s", faults[0].Message(lang.EN))
	}
	return f
}

// answer is what the interpreter says of a case: the value of every rule, where every step stands, what closes it.
type answer struct {
	rules   []interpreter.Truth
	status  []interpreter.StepStatus
	passed  []bool
	late    []bool
	outcome int
}

func decided(p *interpreter.Program, f *interpreter.Facts) answer {
	var r interpreter.Result
	p.Decide(f, day, &r)
	a := answer{outcome: r.Outcome}
	for _, of := range p.Rules() {
		a.rules = append(a.rules, p.Value(of, f, &r))
	}
	for i := range p.Model().Steps {
		s := r.StepStatus(i)
		a.status = append(a.status, s)
		a.passed = append(a.passed, r.Passed(i))
		a.late = append(a.late, s == interpreter.Required && r.Time(i) == interpreter.Late)
	}
	return a
}

// formula holds in the cases that have the answer.
func (a answer) formula(s *cells.Space, p *interpreter.Program) cells.Formula {
	out := cells.Always
	for i, of := range p.Rules() {
		out = s.And(out, truth(s, s.Rule(of.Rule.Expr), a.rules[i]))
	}
	for i := range s.Steps {
		out = s.And(out, status(s, i, a.status[i]), as(s.Steps[i].Passed, a.passed[i]), as(s.Steps[i].Late, a.late[i]))
	}
	closed := cells.Never
	for i := range s.Outcomes {
		out = s.And(out, as(s.Outcomes[i].First, a.outcome == i))
		closed = s.Or(closed, s.Outcomes[i].First)
	}
	return s.And(out, as(s.Closed(), a.outcome >= 0), as(closed, a.outcome >= 0))
}

func as(f cells.Formula, held bool) cells.Formula {
	if held {
		return f
	}
	return f.Not()
}

func truth(s *cells.Space, t cells.Truth, v interpreter.Truth) cells.Formula {
	switch v {
	case interpreter.True:
		return t.True
	case interpreter.False:
		return t.False
	}
	return s.Unknown(t)
}

func status(s *cells.Space, i int, v interpreter.StepStatus) cells.Formula {
	x := &s.Steps[i]
	switch v {
	case interpreter.NotApplicable:
		return x.Applies.False
	case interpreter.Done:
		return x.Done
	case interpreter.Scheduled:
		return x.Scheduled
	case interpreter.Required:
		return x.Required
	case interpreter.Undetermined:
		return x.Undetermined
	}
	return s.And(x.Open.Not(), x.Applies.False.Not(), x.Done.Not())
}

// Whatever can be of a case can be of cells: what the interpreter answers for any case, some cells have too.
func TestEveryCaseLiesInCells(t *testing.T) {
	for _, open := range []bool{false, true} {
		rapid.Check(t, func(t *rapid.T) {
			p := models(open).Draw(t, "model")
			s := cells.NewSpace(p.Model(), day)
			for range 5 {
				facts := knownOf(p.Model(), day).Draw(t, "case")
				c := interpreter.NewCase("")
				for id, v := range facts {
					c.Set(id, v)
				}
				a := decided(p.Program, bound(t, p.Program, c))
				if w := s.Solve(a.formula(s, p.Program)); w == nil {
					t.Fatalf("no cells come out as the case does: %+v", a)
				}
			}
		})
	}
}

// Whatever can be of cells is so of a case: the interpreter answers for a witness what its formula says, and the formulas
// evaluate to what the interpreter answers.
func TestAWitnessIsAsItsFormulaSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := models(false).Draw(t, "model")
		s := cells.NewSpace(p.Model(), day)
		if len(s.Open) > 0 {
			t.Fatalf("left open: %v", s.Open)
		}
		var wanted []cells.Formula
		for i := range s.Steps {
			x := &s.Steps[i]
			wanted = append(wanted, x.Required, x.Scheduled, x.Undetermined, x.Done, x.Late, x.Passed.Not())
		}
		for i := range s.Outcomes {
			wanted = append(wanted, s.Outcomes[i].First)
		}
		f := rapid.SampledFrom(wanted).Draw(t, "wanted")
		f = s.And(f, as(rapid.SampledFrom(wanted).Draw(t, "and"), rapid.Bool().Draw(t, "held")))
		for _, w := range []*cells.Witness{s.Solve(f), s.Smallest(f)} {
			if w == nil {
				continue
			}
			a := decided(p.Program, bound(t, p.Program, w.Case()))
			if !w.Holds(f) || !w.Holds(a.formula(s, p.Program)) {
				t.Fatalf("the interpreter answers %+v", a)
			}
			filled := p.NewFacts()
			w.Fill(filled)
			if b := decided(p.Program, filled); b.outcome != a.outcome {
				t.Fatalf("filled in, the case ends with outcome %d, read with %d", b.outcome, a.outcome)
			}
		}
	})
}

// Conditions allow exactly the cases in which the formula holds, and none of them has a part to spare.
func TestConditionsAreExactAndHaveNothingToSpare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := models(false).Draw(t, "model")
		s := cells.NewSpace(p.Model(), day)
		f := s.Steps[0].Required
		if i := rapid.IntRange(0, len(s.Outcomes)).Draw(t, "of"); i < len(s.Outcomes) {
			f = s.Outcomes[i].Holds.True
		}
		conditions, all := s.Conditions(f, 20)
		together := cells.Never
		for _, c := range conditions {
			g := s.Formula(c)
			together = s.Or(together, g)
			if s.Possible(g, f.Not()) || !s.Possible(g) {
				t.Fatalf("the condition %v is not enough", c)
			}
			for i := range c {
				rest := append(append(cells.Condition{}, c[:i]...), c[i+1:]...)
				if !s.Possible(s.Formula(rest), f.Not()) {
					t.Fatalf("the condition %v does not need its part about %s", c, c[i].Domain.Fact.ID)
				}
			}
		}
		if all && s.Possible(f, together.Not()) {
			t.Fatalf("a case in which it holds is left out of %v", conditions)
		}
	})
}

// What can be of any case, as the solver answers, is what going through all cells one by one finds.
func TestTheSolverAnswersAsAllCellsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := models(false).Draw(t, "model")
		s := cells.NewSpace(p.Model(), day)
		i := rapid.IntRange(0, len(s.Steps)-1).Draw(t, "step")
		want := rapid.SampledFrom([]interpreter.StepStatus{interpreter.NotApplicable, interpreter.Done, interpreter.WaitingStep, interpreter.Scheduled, interpreter.Required, interpreter.Undetermined}).Draw(t, "status")
		f := status(s, i, want)
		facts, size := s.Facts(f), 1
		for _, k := range facts {
			size *= 1 + max(len(s.Domains[k].Cells), len(subsets(s.Domains[k])))
		}
		if size > 30_000 {
			t.Skip("too many cells to go through")
		}
		found := false
		filled := p.NewFacts()
		var r interpreter.Result
		var from func(n int)
		from = func(n int) {
			if n == len(facts) {
				p.Decide(filled, day, &r)
				found = found || r.StepStatus(i) == want
				return
			}
			k := facts[n]
			filled.Forget(k)
			from(n + 1)
			for c := range s.Domains[k].Cells {
				filled.Put(k, s.Domains[k].Cells[c].Value)
				from(n + 1)
			}
			for _, set := range subsets(s.Domains[k]) {
				filled.SetSet(k, set)
				from(n + 1)
			}
			filled.Forget(k)
		}
		from(0)
		if found != s.Possible(f) {
			t.Fatalf("step %d is %s in some of %d cells: %v; the solver says %v", i, want, size, found, !found)
		}
	})
}

// subsets lists what a set can be; nothing for other facts.
func subsets(d *cells.Domain) (out [][]int) {
	if d.Fact.Type.Kind != rule.Set {
		return nil
	}
	for mask := range 1 << len(d.Fact.Type.Values) {
		var set []int
		for v := range d.Fact.Type.Values {
			if mask>>v&1 != 0 {
				set = append(set, v)
			}
		}
		out = append(out, set)
	}
	return out
}
