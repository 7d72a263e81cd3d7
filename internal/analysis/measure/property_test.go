package measure_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/measure"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/interpreter"
)

var dayOf, _ = calendar.Of(2026, 3, 4)

// count counts the handovers among the steps done in the plainest way: pairs of different actors, one after the other, none done between.
func count(o *ways.Order, done []bool) (n int) {
	steps := o.Model.Steps
	for i, a := range steps {
		for j, b := range steps {
			if !done[i] || !done[j] || a.Actor == b.Actor || !o.ComesAfter(b, a) {
				continue
			}
			between := slices.ContainsFunc(steps, func(c *dsl.Step) bool { return done[c.Index] && o.ComesAfter(c, a) && o.ComesAfter(b, c) })
			if !between {
				n++
			}
		}
	}
	return n
}

// What is exact is what living every history in the plainest way finds; what formulas say bounds it.
func TestExactFiguresAreThoseOfAllHistories(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := drawModel(t, r)
		m := p.Model()
		o := ways.ByNeed(m)
		b := &brute{p: p, f: p.NewFacts(), seen: map[string]bool{}, told: toldUnasked(m)}
		for range m.Outcomes {
			b.ends = append(b.ends, map[string][]bool{})
		}
		b.live(make([]bool, len(m.Steps)), nil)
		options := measure.Options{Day: dayOf}
		exact, bounds := measure.Run(p, options), measure.Run(p, measure.Bounded(options))
		for i := range m.Outcomes {
			got, wide := exact.Outcomes[i], bounds.Outcomes[i]
			if got.Reachable != (len(b.ends[i]) > 0) {
				r.Fatalf("%s is reached: %v, by all histories %v", got.Outcome.ID, got.Reachable, len(b.ends[i]) > 0)
			}
			if !got.Reachable {
				continue
			}
			least, most := 1000, -1
			for _, done := range b.ends[i] {
				n := count(o, done)
				least, most = min(least, n), max(most, n)
			}
			if got.Least.N != least || got.Most.N != most || !got.Least.Exact || !got.Most.Exact {
				r.Fatalf("%s: %d to %d handovers, by all histories %d to %d", got.Outcome.ID, got.Least.N, got.Most.N, least, most)
			}
			if wide.Least == nil || wide.Least.N > least || wide.Most.N < most {
				r.Fatalf("%s: bounds of %v to %v handovers, by all histories %d to %d", got.Outcome.ID, wide.Least, wide.Most, least, most)
			}
			target, bound := exact.Targets[3+i], bounds.Targets[3+i]
			if !bound.Unproven && !bound.Exact && (!target.Longest.Bounded() || target.Longest.Most > bound.Longest.Most) {
				r.Fatalf("%s: the way %+v is longer than the bound %+v", got.Outcome.ID, *target.Longest, *bound.Longest)
			}
			if want := longest(o, m.Outcomes[i], b.ends[i]); want != nil && (want.Bounded() != target.Longest.Bounded() || want.Bounded() && want.Most != target.Longest.Most) {
				r.Fatalf("%s: the longest way is %d days, by all histories %d", got.Outcome.ID, target.Longest.Most, want.Most)
			}
		}
	})
}

// longest is the longest way to the steps that an outcome names, over everything that can have been done; nil where it names none.
func longest(o *ways.Order, x *dsl.Outcome, ends map[string][]bool) (out *ways.Way) {
	if len(x.After) == 0 {
		return nil
	}
	for _, done := range ends {
		s := ways.Search{Order: o, Skip: func(s *dsl.Step) bool { return !done[s.Index] }}
		if w, last := s.LongestPast(x.After); last != nil && (out == nil || w.Longer(out)) {
			out = w
		}
	}
	return out
}

// toldUnasked lists the facts of which a rule asks whether they are known.
func toldUnasked(m *dsl.Model) (out []string) {
	look := func(r *dsl.Rule) {
		if r != nil {
			r.Expr.Walk(func(e *rule.Expr) {
				if e.Op == rule.OpKnown {
					out = append(out, e.Name)
				}
			})
		}
	}
	for _, s := range m.Steps {
		look(s.When)
	}
	for _, o := range m.Outcomes {
		look(o.When)
	}
	return out
}

// The mean of any cohort lies between the least and the most, exact or bounded; and the shares of who drives come to one.
func TestACohortLiesWithinTheBounds(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := drawModel(t, r)
		m := p.Model()
		options := measure.Options{Day: dayOf, Cohort: []*interpreter.Case{}}
		for range 20 {
			k := interpreter.NewCase("")
			for _, f := range m.Facts {
				if rapid.IntRange(0, 3).Draw(r, "known") > 0 {
					k.Set(f.ID, rapid.SampledFrom(values(f)).Draw(r, "value"))
				}
			}
			options.Cohort = append(options.Cohort, k)
		}
		for _, o := range []measure.Options{options, measure.Bounded(options)} {
			report := measure.Run(p, o)
			mean, ok := report.Figure("handovers-mean").Value.Float()
			least, _ := report.Figure("handovers-least").Value.Float()
			most, _ := report.Figure("handovers-most").Value.Float()
			if ok && (mean < least || mean > most) {
				r.Fatalf("%v handovers on average, %v to %v in all cases", mean, least, most)
			}
			for _, d := range report.Drivers {
				steps, done := 0, 0
				for _, a := range d.Actors {
					steps, done = steps+a.Steps, done+a.Done
				}
				if steps != len(d.Steps) || done != d.Done {
					r.Fatalf("%s: the actors have %d of %d steps and did %d of %d", d.Role, steps, len(d.Steps), done, d.Done)
				}
			}
			closed := 0
			for _, x := range report.Outcomes {
				closed += x.Cohort
			}
			if closed != report.Cohort.Closed {
				r.Fatalf("%d cases end with outcomes, %d are closed", closed, report.Cohort.Closed)
			}
		}
	})
}

// A fact decides what some two cases that differ in it alone show, and nothing else.
func TestFactsDecideWhatSomeCaseShows(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := drawModel(t, r)
		m := p.Model()
		report := measure.Run(p, measure.Options{Day: dayOf})
		turned, reached := shownToTurn(p)
		for _, d := range report.Facts {
			i := d.Fact.Index
			for k, s := range m.Steps {
				if slices.Contains(d.Steps, s) != turned[i][k] {
					r.Fatalf("%s decides %s: %v; by all cases %v", d.Fact.ID, s.ID, !turned[i][k], turned[i][k])
				}
			}
			for k, o := range m.Outcomes {
				if slices.Contains(d.Outcomes, o) != turned[i][len(m.Steps)+k] {
					r.Fatalf("%s decides %s: %v", d.Fact.ID, o.ID, !turned[i][len(m.Steps)+k])
				}
			}
			if d.Reaches != reached[i] {
				r.Fatalf("%s reaches %d steps and outcomes, by all cases %d", d.Fact.ID, d.Reaches, reached[i])
			}
		}
	})
}

// shownToTurn goes through all cases and, for each fact, through all its values.
func shownToTurn(p *interpreter.Program) (turned []map[int]bool, reached []int) {
	m := p.Model()
	f := p.NewFacts()
	reach := make([]map[int]bool, len(m.Facts))
	for range m.Facts {
		turned = append(turned, map[int]bool{})
	}
	for i := range reach {
		reach[i] = map[int]bool{}
	}
	var r interpreter.Result
	look := func() (rules, statuses []int) {
		p.Decide(f, dayOf, &r)
		truth := map[*dsl.Rule]interpreter.Truth{}
		for _, of := range p.Rules() {
			truth[of.Rule] = p.Value(of, f, &r)
		}
		of := func(when *dsl.Rule) interpreter.Truth {
			if when == nil {
				return interpreter.True
			}
			return truth[when]
		}
		for i, s := range m.Steps {
			rules, statuses = append(rules, int(of(s.When))), append(statuses, int(r.StepStatus(i)))
		}
		for _, o := range m.Outcomes {
			open := !slices.ContainsFunc(o.After, func(s *dsl.Step) bool { return !r.Passed(s.Index) })
			claims := 0
			if open && of(o.When) == interpreter.True {
				claims = 1
			}
			rules, statuses = append(rules, int(of(o.When))), append(statuses, claims)
		}
		return rules, statuses
	}
	var from func(n int)
	from = func(n int) {
		if n < len(m.Facts) {
			from(n + 1)
			for _, v := range values(m.Facts[n]) {
				f.Put(n, v)
				from(n + 1)
				f.Forget(n)
			}
			return
		}
		rules, statuses := look()
		for i, x := range m.Facts {
			if !f.Known(i) {
				continue
			}
			was := f.Value(i)
			f.Forget(i)
			for _, v := range append([]any{nil}, values(x)...) {
				f.Put(i, v)
				others, elsewhere := look()
				for k := range rules {
					turned[i][k] = turned[i][k] || rules[k] != others[k]
					reach[i][k] = reach[i][k] || rules[k] != others[k] && k < len(m.Steps) || statuses[k] != elsewhere[k]
				}
			}
			f.Put(i, was)
		}
	}
	from(0)
	for _, in := range reach {
		n := 0
		for _, is := range in {
			if is {
				n++
			}
		}
		reached = append(reached, n)
	}
	return turned, reached
}
