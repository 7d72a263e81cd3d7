package dsl_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

// unknown is the third truth value; false is 0 and true is 2, so that and is the least and or the greatest.
const unknown = 1

// known values of the facts b, n, v of words; -1 is unknown. happened is whether e has happened.
type world struct {
	b, n, v  int
	happened bool
}

// formula is a rule with its text and its value, which the test works out by itself.
type formula struct {
	text string
	eval func(world) int
}

func truth(b bool) int {
	if b {
		return 2
	}
	return 0
}

// atoms are comparisons whose truth the loader must be able to follow.
func atom(t *rapid.T) formula {
	values := []string{"x", "y", "z"}
	switch rapid.IntRange(0, 8).Draw(t, "atom") {
	case 0:
		return formula{"b", func(w world) int {
			if w.b < 0 {
				return unknown
			}
			return 2 * w.b
		}}
	case 1:
		return formula{"known(b)", func(w world) int { return truth(w.b >= 0) }}
	case 2:
		return formula{"known(n)", func(w world) int { return truth(w.n >= 0) }}
	case 3:
		return formula{"happened(e)", func(w world) int { return truth(w.happened) }}
	case 4:
		i := rapid.IntRange(0, 2).Draw(t, "value")
		eq := rapid.Bool().Draw(t, "equal")
		op := map[bool]string{true: "==", false: "!="}[eq]
		return formula{fmt.Sprintf("v %s '%s'", op, values[i]), func(w world) int {
			if w.v < 0 {
				return unknown
			}
			return truth((w.v == i) == eq)
		}}
	case 5:
		i, j := rapid.IntRange(0, 2).Draw(t, "one"), rapid.IntRange(0, 1).Draw(t, "other")
		if j >= i {
			j++
		}
		return formula{fmt.Sprintf("v in ['%s', '%s']", values[i], values[j]), func(w world) int {
			if w.v < 0 {
				return unknown
			}
			return truth(w.v == i || w.v == j)
		}}
	case 6:
		want := rapid.Bool().Draw(t, "want")
		return formula{fmt.Sprintf("b == %v", want), func(w world) int {
			if w.b < 0 {
				return unknown
			}
			return truth((w.b == 1) == want)
		}}
	}
	k := rapid.IntRange(1, 9).Draw(t, "number")
	op := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "==", "!="}).Draw(t, "operator")
	return formula{"n " + op + " " + strconv.Itoa(k), func(w world) int {
		if w.n < 0 {
			return unknown
		}
		return truth(map[string]bool{"<": w.n < k, "<=": w.n <= k, ">": w.n > k, ">=": w.n >= k, "==": w.n == k, "!=": w.n != k}[op])
	}}
}

func drawFormula(t *rapid.T, depth int) formula {
	kind := 0
	if depth > 0 {
		kind = rapid.IntRange(0, 3).Draw(t, "kind")
	}
	switch kind {
	case 0:
		return atom(t)
	case 1:
		f := drawFormula(t, depth-1)
		return formula{"not (" + f.text + ")", func(w world) int { return 2 - f.eval(w) }}
	}
	f, g := drawFormula(t, depth-1), drawFormula(t, depth-1)
	if kind == 2 {
		return formula{"(" + f.text + ") and (" + g.text + ")", func(w world) int { return min(f.eval(w), g.eval(w)) }}
	}
	return formula{"(" + f.text + ") or (" + g.text + ")", func(w world) int { return max(f.eval(w), g.eval(w)) }}
}

func satisfiable(fs ...formula) bool {
	for b := -1; b <= 1; b++ {
		for n := -1; n <= 10; n++ {
			for v := -1; v <= 2; v++ {
				for _, happened := range []bool{false, true} {
					all := true
					for _, f := range fs {
						all = all && f.eval(world{b, n, v, happened}) == 2
					}
					if all {
						return true
					}
				}
			}
		}
	}
	return false
}

// A step is refused as unreachable exactly when no facts make its rule and its stage's true together.
func TestAStepIsNeverReachedExactlyWhenNoFactsReachIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stage, own := drawFormula(t, 3), drawFormula(t, 3)
		set := load("w.toml", words, "m.toml", model(`
[define]
of_the_stage = "`+stage.text+`"
[[stage]]
id = "s"
title = "S"
when = "of_the_stage"
`+step("one", "stage = \"s\"\nwhen = \""+own.text+"\"")))
		want := ""
		switch {
		case !satisfiable(stage) && !satisfiable(own):
			want = "stage-never step-never"
		case !satisfiable(stage):
			want = "stage-never"
		case !satisfiable(own):
			want = "step-never"
		case !satisfiable(stage, own):
			want = "step-never-in-stage"
		}
		if got := strings.Join(codes(set.Faults, diag.Error), " "); got != want {
			t.Fatalf("stage %s\nstep  %s\nfound %q, want %q\n%s", stage.text, own.text, got, want, render(set.Faults, lang.EN))
		}
	})
}

// Rules that only look contradictory must not be refused.
func TestWhatCannotBeRuledOutIsNotRefused(t *testing.T) {
	for _, when := range []string{
		"happened(e) and days_since(e) > 3 and days_since(e) < 5",
		"n * 2 > 4 and n * 2 < 8",
		"(b ? n : 3) > 5 and not known(n)",
		"known(v) and not known(b) and (b or v == 'x')",
		"n > 3 and n < 5",
		"v != 'x' and v != 'y'",
		"b == (v == 'x') and not b",
		"done('first') and not late('first')",
		"e > '2026-01-01' and not happened(e)",
		"not (known(n) and n > 3)",
	} {
		m := whole(t, model(step("first", "")+step("one", "when = \""+when+"\"")))
		if len(m.Steps) != 2 {
			t.Errorf("%s: no model", when)
		}
	}
}

func TestContradictionsOfManyKindsAreFound(t *testing.T) {
	for _, when := range []string{
		"false",
		"n > 5 and n < 6",
		"n > 10",
		"n >= 3 and n <= 3 and n != 3",
		"v == 'x' and v == 'y'",
		"v != 'x' and v != 'y' and v != 'z'",
		"b and not b",
		"b == true and b == false",
		"known(n) and not known(n)",
		"n > 3 and not known(n)",
		"happened(e) and not happened(e)",
		"done('first') and not done('first')",
		"days_since(e) > 30 and not (days_since(e) > 20)",
		"n + 1 > 5 and n + 1 < 5",
		"(v == 'x' ? b : false) and not b",
		"(b or v == 'x') and not b and v == 'z'",
		"today() > '2030-01-01' and today() < '2020-01-01'",
	} {
		set := load("w.toml", words, "m.toml", model(step("first", "")+step("one", "when = \""+when+"\"")))
		if got := strings.Join(codes(set.Faults, diag.Error), " "); got != "step-never" {
			t.Errorf("%s: %q", when, got)
		}
	}
}

// Definitions that name each other twice grow without end when they are written out; the loader does not.
func TestDefinitionsThatDoubleAreCheckedQuickly(t *testing.T) {
	var b strings.Builder
	b.WriteString("\n[define]\nd0 = \"b or n > 3\"\n")
	for i := 1; i < 200; i++ {
		fmt.Fprintf(&b, "d%d = \"(d%d and v == 'x') or (not d%d and v == 'y')\"\n", i, i-1, i-1)
	}
	whole(t, model(b.String()+step("one", `when = "d199"`+"\ndone = [\"d199\"]")))
}
