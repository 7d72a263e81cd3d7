package compare_test

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/interpreter"
)

// turned is each verdict as the other model sees it.
var turned = map[compare.Verdict]compare.Verdict{
	compare.Same: compare.Same, compare.Never: compare.Never, compare.Neither: compare.Neither, compare.NotProven: compare.NotProven,
	compare.Stricter: compare.Looser, compare.Looser: compare.Stricter, compare.OnlyFirst: compare.OnlySecond, compare.OnlySecond: compare.OnlyFirst,
}

// One model is stricter than another where the other is looser than it, they part with the same facts, and differ as often.
func TestTwoModelsStandToEachOtherEitherWayRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := twoModels.Draw(t, "models")
		run := func(p ...*interpreter.Program) *compare.Report {
			return compare.Run(p, compare.Options{Day: day, Samples: 1, Seed: 1})
		}
		r, back := run(m[0], m[1]), run(m[1], m[0])
		for _, k := range r.Kinds {
			i := slices.IndexFunc(back.Kinds, func(x compare.Kind) bool { return x.Kind.ID == k.Kind.ID })
			if got, want := back.Kinds[i].Pairs[0].Verdict, turned[k.Pairs[0].Verdict]; got != want {
				t.Fatalf("%s is %s, and the other way round %s", k.Kind.ID, k.Pairs[0].Verdict, got)
			}
		}
		if x, y := r.Partings[0], back.Partings[0]; len(x.Sets) != len(y.Sets) || x.All != y.All || len(x.Sets) > 0 && len(x.Sets[0].Facts) != len(y.Sets[0].Facts) {
			t.Fatalf("they part with %v, and the other way round with %v", x.Sets, y.Sets)
		}
		if r.Cells.Differ[0][1] != back.Cells.Differ[0][1] {
			t.Fatalf("they differ in %d cases, and the other way round in %d", r.Cells.Differ[0][1], back.Cells.Differ[0][1])
		}
	})
}

// What is said of two models does not hang on which others stand beside them.
func TestAThirdModelChangesNothingBetweenTwo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := twoModels.Draw(t, "models")
		two := compare.Run(m, compare.Options{Day: day, Samples: 1, Seed: 1})
		three := compare.Run([]*interpreter.Program{m[0], m[1], m[0]}, compare.Options{Day: day, Samples: 1, Seed: 1})
		for i, k := range three.Kinds {
			v := two.Kinds[i].Pairs[0].Verdict
			if got := []compare.Verdict{k.Pairs[0].Verdict, k.Pairs[2].Verdict}; got[0] != v || got[1] != turned[v] {
				t.Fatalf("%s is %s, and with a third model %v", k.Kind.ID, v, got)
			}
			if v := k.Pairs[1].Verdict; v != compare.Same && v != compare.Never {
				t.Fatalf("%s: a model against itself is %s", k.Kind.ID, v)
			}
		}
		for i, row := range three.Cells.Differ {
			for j, n := range row {
				if want := two.Cells.Differ[i%2][j%2]; n != want {
					t.Fatalf("%d and %d differ in %d cases, and beside each other alone in %d", i, j, n, want)
				}
			}
		}
		if len(three.Partings[0].Sets) != len(two.Partings[0].Sets) || len(three.Partings[1].Sets) != 0 {
			t.Fatalf("they part with %v, and alone with %v", three.Partings, two.Partings)
		}
	})
}

func TestARandomModelIsTheSameAsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := twoModels.Draw(t, "models")[0]
		r := compare.Run([]*interpreter.Program{m, m}, compare.Options{Day: day, Samples: 1, Seed: 1})
		for _, k := range r.Kinds {
			if v := k.Pairs[0].Verdict; v != compare.Same && v != compare.Never {
				t.Fatalf("%s is %s", k.Kind.ID, v)
			}
		}
		if p := r.Partings[0]; len(p.Sets) > 0 || !p.All {
			t.Fatalf("it parts from itself: %v", p.Sets)
		}
		if r.Cells.Differ[0][1] != 0 || len(r.Turned()) > 0 || len(r.Changes[0].Parts) > 0 {
			t.Fatal("it differs from itself")
		}
	})
}

var (
	ruleOfStep = regexp.MustCompile(`(?m)^when = (".*")$`)
	modelID    = regexp.MustCompile(`(?m)^id = "a"$`)
)

// withClause returns the model as another, in which one step asks for one clause more, that step's id and the clause; "" where no step
// has a rule.
func withClause(t *rapid.T, text string) (out, step, clause string) {
	steps := strings.Index(text, "[[outcome]]")
	rules := ruleOfStep.FindAllStringSubmatchIndex(text[:steps], -1)
	if len(rules) == 0 {
		return "", "", ""
	}
	at := rapid.SampledFrom(rules).Draw(t, "rule")
	clause = rapid.SampledFrom([]string{"b1", "not b1", "b2", "not b2", "known(b2)"}).Draw(t, "clause")
	old, err := strconv.Unquote(text[at[2]:at[3]])
	if err != nil {
		t.Fatal(err)
	}
	head := text[:at[0]]
	id := regexp.MustCompile(`id = "(p\d)"`).FindAllStringSubmatch(head, -1)
	out = head + "when = " + strconv.Quote("("+old+") and "+clause) + text[at[1]:]
	return modelID.ReplaceAllString(out, `id = "b"`), id[len(id)-1][1], clause
}

// A random model against itself with a clause added to one step is nowhere looser; and where it is stricter, the case that shows it
// hangs on exactly that clause of that step, unless other steps of the kind come in.
func TestAClauseMoreIsNeverLooser(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := twoModels.Draw(t, "models")[0].Model().Files[0].Text
		other, id, clause := withClause(t, text)
		if other == "" {
			t.Skip("no rules")
		}
		programs, faults := load(text, other)
		if faults != nil {
			t.Skip("the clause makes a rule that is no rule")
		}
		r := compare.Run(programs, compare.Options{Day: day, Samples: 1, Seed: 1})
		for _, k := range r.Kinds {
			p := &k.Pairs[0]
			switch p.Verdict {
			case compare.Same, compare.Never:
			case compare.Stricter, compare.OnlyFirst:
				if !slices.ContainsFunc(p.OnlyFirst.Clauses, func(c compare.Clause) bool { return c.Step.ID == id && c.Expr.String() == clause }) {
					t.Fatalf("%s is %s, and not for %s of %s", k.Kind.ID, p.Verdict, clause, id)
				}
				if len(k.Steps[1]) == 1 && len(p.OnlyFirst.Clauses) != 1 {
					t.Fatalf("%s: more than the clause does not hold: %v", k.Kind.ID, p.OnlyFirst.Clauses)
				}
			default:
				t.Fatalf("%s is %s", k.Kind.ID, p.Verdict)
			}
		}
	})
}

// Of a set, each choice of its values is a cell, as unknown is: with two values there are five.
func TestTheShareCountsEachChoiceOfASetOnce(t *testing.T) {
	r := of(t, head("a", "1")+someBools+fact("s1", "type = \"set\"\nvalues = { p = \"P\", q = \"Q\" }")+step("p", "k", "x", "done = [\"known(b2)\"]\nwhen = \"'p' in s1\""),
		head("b", "1")+someBools+step("p", "k", "x", "done = [\"known(b2)\"]\nwhen = \"b2\""))
	// of 3 · 3 · 5 cases: b1 is not false (2), b2 is unknown (1), p is among the set (2)
	if m := r.Cells; !m.Every || m.Cases != 45 || m.Differ[0][1] != 4 {
		t.Errorf("they differ in %d of %d cases", m.Differ[0][1], m.Cases)
	}
}

// The interval is Wilson's; 10 of 100 is worked in every textbook.
func TestTheIntervalIsWilsons(t *testing.T) {
	r := &compare.Report{}
	m := &compare.Matrix{Cases: 100, Drawn: true, Differ: [][]int{{0, 10}, {10, 0}}}
	low, high, ok := r.Interval(m, 0, 1)
	if !ok || math.Abs(low-0.0552) > 0.0001 || math.Abs(high-0.1744) > 0.0001 {
		t.Errorf("it is %v to %v", low, high)
	}
	m.Drawn = false
	if _, _, ok := r.Interval(m, 0, 1); ok {
		t.Error("a share that is exact has an interval")
	}
}

// With more cells than are looked at, the share is that of cases drawn, and its interval takes in the true one.
func TestTheIntervalTakesInTheTrueShare(t *testing.T) {
	facts, any := "", "b1"
	for i := range 12 {
		id := "x" + strconv.Itoa(i)
		facts += fact(id, `type = "bool"`)
		any += " or known(" + id + ")" // so that every fact has its cells
	}
	r := of(t, head("a", "1")+someBools+facts+step("p", "k", "x", "done = [\"known(b2)\"]\nwhen = \"x0 and ("+any+")\""),
		head("b", "1")+someBools+facts+step("p", "k", "x", "done = [\"known(b2)\"]\nwhen = \"x1 and ("+any+")\""))
	const exact = 2.0 / 3 * 1 / 3 * 4 / 9 // b1 is not false, b2 is unknown, exactly one of x0 and x1 is yes
	low, high, ok := r.Interval(r.Cells, 0, 1)
	if !ok || low > exact || high < exact || high-low > 0.1 {
		t.Errorf("it is %v to %v, and the true share %v", low, high, exact)
	}
}

// Of versions whose next steps never part it is proven, and no draw is needed to say so.
func TestModelsThatNeverPartHaveNoInterval(t *testing.T) {
	r := &compare.Report{Partings: []compare.Parting{{First: 0, Second: 1, All: true}}}
	m := &compare.Matrix{Cases: 100, Drawn: true, Differ: [][]int{{0, 0}, {0, 0}}}
	if low, high, ok := r.Interval(m, 0, 1); !ok || low != 0 || high != 0 {
		t.Errorf("it is %v to %v", low, high)
	}
}
