package verify_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/interpreter"
)

// untoldCases calls f for every case of a model with few facts and for every set of them that nobody can tell, by name.
func untoldCases(p *interpreter.Program, f func(facts *interpreter.Facts, untold []string)) {
	everyCase(p, func(facts *interpreter.Facts) {
		var open []int
		for i, x := range p.Model().Facts {
			if !facts.Known(i) && x.Type.Kind != rule.Event {
				open = append(open, i)
			}
		}
		for set := 1; set < 1<<len(open); set++ {
			var untold []string
			for k, i := range open {
				if set>>k&1 != 0 {
					facts.SetUnobtainable(i)
					untold = append(untold, p.Model().Facts[i].ID)
				}
			}
			f(facts, untold)
			for _, i := range open {
				facts.Forget(i)
			}
		}
	})
}

// subset tells whether all of a are in b.
func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}

// The facts that a case hangs on are those that going through every case finds, with each of them told, yet to be asked for, and
// told by nobody: the smallest sets of facts that stop a case which goes on when they are told.
func TestWhatACaseHangsOnIsWhatEveryCaseHangsOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := smallModels.Draw(t, "model")
		var want [][]string
		var r interpreter.Result
		untoldCases(p.Program, func(f *interpreter.Facts, untold []string) {
			if slices.ContainsFunc(want, func(s []string) bool { return subset(s, untold) }) {
				return
			}
			if p.Decide(f, day, &r); r.Status != interpreter.StuckCase || len(r.Stuck) == 0 {
				return
			}
			told := p.NewFacts()
			for i := range p.Model().Facts {
				if v := f.Value(i); v != nil {
					told.Put(i, v)
				}
			}
			if p.Decide(told, day, &r); r.Status == interpreter.StuckCase {
				return
			}
			want = append(slices.DeleteFunc(want, func(s []string) bool { return subset(untold, s) }), untold)
		})
		var ids []string
		for _, s := range want {
			ids = append(ids, "hangs-on/"+strings.Join(s, "+"))
		}
		report := verify.Run(p.Program, day)
		var got []string
		for _, f := range report.Findings {
			if f.Code != verify.HangsOn {
				continue
			}
			got = append(got, f.ID())
			if d := decide(t, report, f.Case.Case()); d.Stuck == nil || d.Stuck.Why != interpreter.Unobtainable || !subset(d.Stuck.Facts, f.Subjects) {
				t.Fatalf("%s: the case that shows it is %s, %+v", f.ID(), d.Status, d.Stuck)
			}
			if f.Case.Lived {
				relive(t, report, f.Case)
			}
		}
		slices.Sort(ids)
		slices.Sort(got)
		if !slices.Equal(got, ids) {
			t.Fatalf("found\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(ids, "\n"))
		}
	})
}

// A case hangs on a fact that decides, and not on one that a checklist alone asks for: there the step stays required of its actor.
func TestWhatAChecklistAsksForStopsNobody(t *testing.T) {
	ids := func(text string) (out []string) {
		for _, f := range verify.Run(program(t, head+facts+text), day).Findings {
			out = append(out, f.ID())
		}
		return out
	}
	end := outcome("slut", "after = [\"a\"]\nwhen = \"true\"")
	for text, want := range map[string][]string{
		step("a", `done = ["b1"]`) + end:                            nil,
		step("a", "when = \"b2\"\ndone = [\"happened(v1)\"]") + end: {"hangs-on/b2"},
		// Either settles it: one alone stops nothing while the other can still be told, and stops it where the other has not helped.
		step("a", "when = \"b1 or b2\"\ndone = [\"happened(v1)\"]") + end: {"hangs-on/b1", "hangs-on/b2"},
		// Whatever is told of one of them, the case goes on; of both, it does not.
		step("a", "when = \"(b1 == b1) or (b2 == b2)\"\ndone = [\"happened(v1)\"]") + end: {"hangs-on/b1+b2"},
	} {
		if got := ids(text); !slices.Equal(slices.Sorted(slices.Values(got)), want) {
			t.Errorf("found %v, not %v, in\n%s", got, want, text)
		}
	}
}
