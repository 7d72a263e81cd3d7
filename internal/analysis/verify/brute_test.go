package verify_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/interpreter"
)

var fewFacts = fact("b1", `type = "bool"`) + fact("b2", `type = "bool"`) + fact("b3", `type = "bool"`) +
	fact("e1", "type = \"enum\"\nvalues = { p = \"P\", q = \"Q\" }") + fact("v1", `type = "event"`) + fact("v2", `type = "event"`)

// small is a random model with few facts, all of whose cases can be gone through. It shows as its text.
type small struct{ *interpreter.Program }

func (s small) GoString() string { return "\n" + s.Model().Files[0].Text[len(head)+len(fewFacts):] }

var smallModels = rapid.Custom(func(t *rapid.T) small {
	n := func(from, to int) int { return rapid.IntRange(from, to).Draw(t, "n") }
	one := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "one") }
	var test func(depth int) string
	test = func(depth int) string {
		if depth > 0 {
			switch n(0, 4) {
			case 0:
				return "(" + test(depth-1) + " and " + test(depth-1) + ")"
			case 1:
				return "(" + test(depth-1) + " or " + test(depth-1) + ")"
			}
		}
		return one("b1", "b2", "b3", "not b1", "b2 == false", "b1 == b3", "(b2 ? b1 : b3)", "e1 == 'p'", "e1 != 'q'", "known(b3)", "known(e1)", "happened(v1)", "not happened(v2)", "days_since(v1) >= 0")
	}
	for range 50 {
		var b strings.Builder
		b.WriteString(head + fewFacts)
		steps := []string{}
		after := func() string {
			var out []string
			for _, s := range steps {
				if n(0, 1) == 0 {
					out = append(out, strconv.Quote(s))
				}
			}
			return "after = [" + strings.Join(out, ", ") + "]\n"
		}
		for i := range n(1, 4) {
			id := "p" + strconv.Itoa(i)
			rest := after()
			if n(0, 1) == 0 {
				rest += "when = " + strconv.Quote(test(1)) + "\n"
			}
			if n(0, 5) == 0 {
				b.WriteString(step(id, rest+"every = { period = \"1 week\" }"))
				continue
			}
			b.WriteString(step(id, rest+"done = ["+strconv.Quote(test(1))+", "+strconv.Quote(one("known(b1)", "happened(v2)", "known(e1)"))+"]"))
			steps = append(steps, id)
		}
		for i := range n(1, 3) {
			b.WriteString(outcome("u"+strconv.Itoa(i), after()+"when = "+strconv.Quote(test(2))))
		}
		set := dsl.Load([]*diag.Source{diag.NewSource("m.toml", b.String())})
		if !set.Faults.HasErrors() {
			return small{interpreter.Compile(set.Models[0])}
		}
	}
	t.Skip("no model without errors was drawn")
	panic("unreachable")
})

// everyCase calls f for every case of a model with few facts.
func everyCase(p *interpreter.Program, f func(facts *interpreter.Facts)) {
	facts := p.NewFacts()
	var from func(i int)
	from = func(i int) {
		if i == len(p.Model().Facts) {
			f(facts)
			return
		}
		facts.Forget(i)
		from(i + 1)
		switch p.Model().Facts[i].ID[0] {
		case 'b':
			for _, v := range []bool{false, true} {
				facts.SetBool(i, v)
				from(i + 1)
			}
		case 'e':
			for v := range 2 {
				facts.SetEnum(i, v)
				from(i + 1)
			}
		default:
			facts.SetDay(i, day)
			from(i + 1)
		}
		facts.Forget(i)
	}
	from(0)
}

// What is found is what going through every case finds: that there are stuck cases, outcomes that claim one case, steps that are
// never required and outcomes that never close a case; and the case that shows it is one of the smallest, or can be lived.
func TestFindingsAreThoseOfEveryCase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := smallModels.Draw(t, "model")
		m := p.Model()
		required, closes := make([]bool, len(m.Steps)), make([]bool, len(m.Outcomes))
		clashes := map[string]string{} // with the first of the two
		smallest := -1                 // how many facts the smallest stuck case knows
		var r interpreter.Result
		everyCase(p.Program, func(f *interpreter.Facts) {
			p.Decide(f, day, &r)
			for _, i := range r.Next {
				required[i] = true
			}
			if r.Outcome >= 0 {
				closes[r.Outcome] = true
				for j := r.Outcome + 1; j < len(m.Outcomes); j++ {
					if holds(p.Program, j, f, &r) {
						clashes["clash/"+m.Outcomes[r.Outcome].ID+"+"+m.Outcomes[j].ID] = m.Outcomes[r.Outcome].ID
					}
				}
			}
			if r.Status == interpreter.StuckCase {
				known := 0
				for i := range m.Facts {
					if f.Known(i) {
						known++
					}
				}
				if smallest < 0 || known < smallest {
					smallest = known
				}
			}
		})
		report := verify.Run(p.Program, day)
		ids := map[string]bool{}
		stuck, out := false, len(m.Facts)+1
		for _, f := range report.Findings {
			ids[f.ID()] = true
			if f.Code == verify.Stuck {
				stuck = true
				if !f.Case.InOrder {
					out = min(out, len(f.Case.Case().Names()))
				}
			}
			if f.Case != nil && f.Case.Lived {
				relive(t, report, f.Case)
			}
			if f.Code == verify.Clash && clashes[f.ID()] == "" || f.Code == verify.Unproven {
				t.Fatalf("%s is found, and no case shows it", f.ID())
			}
		}
		if stuck != (smallest >= 0) || out < smallest {
			t.Fatalf("stuck is %v, the smallest out of order knows %d facts; of every case it knows %d", stuck, out, smallest)
		}
		for id, first := range clashes {
			if !ids["overlap/"+first] && !slices.ContainsFunc(report.Findings, func(f *verify.Finding) bool { return f.Code == verify.Clash && f.Subjects[0] == first }) {
				t.Fatalf("neither %s nor another that %s comes before is found", id, first)
			}
		}
		for i, s := range m.Steps {
			if ids["dead-step/"+s.ID] == required[i] {
				t.Fatalf("%s is required in some case: %v", s.ID, required[i])
			}
		}
		for i, o := range m.Outcomes {
			if (ids["dead-outcome/"+o.ID] || ids["shadowed-outcome/"+o.ID]) == closes[i] {
				t.Fatalf("%s closes some case: %v", o.ID, closes[i])
			}
		}
	})
}

// holds tells whether the outcome would close the case, were no other there.
func holds(p *interpreter.Program, outcome int, f *interpreter.Facts, r *interpreter.Result) bool {
	o := p.Model().Outcomes[outcome]
	i := slices.IndexFunc(p.Rules(), func(of interpreter.RuleOf) bool { return of.Outcome == o })
	return p.Value(p.Rules()[i], f, r) == interpreter.True && !slices.ContainsFunc(o.After, func(s *dsl.Step) bool { return !r.Passed(s.Index) })
}
