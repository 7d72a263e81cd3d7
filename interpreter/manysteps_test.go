package interpreter_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/lang"
)

// Sets of steps are kept 64 in a word. What comes after what can lie in several words, in any order, and be asked about; so
// decisions and the trials of explanations are tried on models of more steps than that.
func TestDecisionsOnManyStepsAreThoseOfTheDesign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(60, 150).Draw(t, "n")
		place := rapid.Permutation(upTo(n)).Draw(t, "order") // a step comes after those of earlier places
		if rapid.Bool().Draw(t, "in file order") {
			place = upTo(n)
		}
		at := make([]int, n)
		for i, p := range place {
			at[p] = i
		}
		lines := make([]string, n)
		for i, p := range place {
			var after []string
			for range min(p, rapid.IntRange(0, 3).Draw(t, "afters")) {
				after = append(after, fmt.Sprintf("%q", fmt.Sprintf("s%d", at[rapid.IntRange(0, p-1).Draw(t, "after")])))
			}
			lines[i] = fmt.Sprintf("s%d after = [%s]; done = [%q]", i, strings.Join(slices.Compact(slices.Sorted(slices.Values(after))), ", "),
				rapid.SampledFrom([]string{"b1", "known(b2)", "b3 and b4", "happened(v1)"}).Draw(t, "done"))
			when := []string{"", "b1", "not b1", "b2 or b3", "not b3"}
			if p > 0 {
				when = append(when, fmt.Sprintf("done('s%d')", at[rapid.IntRange(0, p-1).Draw(t, "asked")]))
			}
			if w := rapid.SampledFrom(when).Draw(t, "when"); w != "" {
				lines[i] += fmt.Sprintf("; when = %q", w)
			}
		}
		p := loadText(t, drawnHead+drawnFacts+"\n"+steps(lines...)+neverEnds)
		for k := range 6 {
			day := days.Draw(t, "at")
			facts := knownOf(p.Model(), day).Draw(t, "facts")
			if k == 0 {
				everyChange(t, p, bound(t, p, facts), day)
			}
			got := asJSON(t, p.Decision(bound(t, p, facts), day, lang.EN))
			if want := asJSON(t, oracleDecision(p.Model(), facts, day, lang.EN)); got != want {
				t.Fatalf("%s", differences(t, got, want))
			}
		}
	})
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
