package compare_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/internal/casetest"
)

// grown is a model of so many steps, ten to a stage, each stage entered by the choice that ends the one before it. clause is one more in the rule
// of a step in every stage.
func grown(id string, steps int, clause string) string {
	var b, parts strings.Builder
	b.WriteString(head(id, "1"))
	kinds := []string{"k", "l"}
	for i := range steps {
		s := i / 10
		if i%10 == 0 {
			b.WriteString(fact(fmt.Sprintf("val%d", s), "type = \"enum\"\nvalues = { vidare = \"V\", avslut = \"A\" }") +
				fact(fmt.Sprintf("behov%d", s), `type = "bool"`) + fact(fmt.Sprintf("timmar%d", s), "type = \"int\"\nmin = 0\nmax = 40\nunit = \"h\""))
			when := fmt.Sprintf("behov%d", s)
			if s > 0 {
				when = fmt.Sprintf("val%d == 'vidare' and behov%d", s-1, s)
			}
			fmt.Fprintf(&parts, "[[stage]]\nid = \"s%d\"\ntitle = \"S%d\"\nwhen = %q\n", s, s, when)
		}
		b.WriteString(fact(fmt.Sprintf("gjort%d", i), `type = "event"`))
		rest := fmt.Sprintf("stage = \"s%d\"\ndone = [\"happened(gjort%d)\"]\n", s, i)
		switch i % 10 {
		case 4:
			rest += fmt.Sprintf("when = \"timmar%d >= 10%s\"\n", s, clause)
		case 9:
			rest = fmt.Sprintf("stage = \"s%d\"\ndone = [\"happened(gjort%d)\", \"known(val%d)\"]\n", s, i, s)
		}
		parts.WriteString(step(fmt.Sprintf("p%d", i), kinds[i%3%2], "x", rest))
	}
	for s := range (steps + 9) / 10 {
		parts.WriteString(outcome(fmt.Sprintf("u%d", s), fmt.Sprintf("after = [\"p%d\"]\nwhen = \"val%d == 'avslut'\"", min(10*s+9, steps-1), s)))
	}
	return b.String() + parts.String()
}

// The curve of the time that compare takes as two models grow that differ by one clause in each stage.
func BenchmarkCompareGrown(b *testing.B) {
	for _, steps := range []int{10, 20, 50, 100, 200, 500} {
		b.Run(fmt.Sprintf("steps=%d", steps), func(b *testing.B) {
			programs, faults := load(grown("a", steps, ""), grown("b", steps, " and timmar0 >= 20"))
			if faults != nil {
				b.Fatal(faults)
			}
			for b.Loop() {
				compare.Run(programs, compare.Options{Day: day, Samples: 2000, Seed: 1})
			}
		})
	}
}

// Every model that ships, with every other.
func BenchmarkCompareShipped(b *testing.B) {
	programs := casetest.Shipped(b).Programs()
	for b.Loop() {
		compare.Run(programs, compare.Options{Day: day, Samples: 2000, Seed: 1})
	}
}
