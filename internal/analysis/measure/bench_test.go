package measure_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/analysis/measure"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/interpreter"
)

// grown is a model of so many steps one after another, with a choice at every tenth that leads past the next nine, and a time at each
// fifth. Two actors take turns.
func grown(t testing.TB, steps int) *interpreter.Program {
	var text, parts strings.Builder
	text.WriteString(head)
	for i := range steps {
		fmt.Fprintf(&text, "\n[[fact]]\nid = \"g%d\"\ntype = \"event\"\ntitle = \"G%d\"\n", i, i)
		rest := ""
		if i%10 == 0 {
			fmt.Fprintf(&text, "\n[[fact]]\nid = \"b%d\"\ntype = \"bool\"\ntitle = \"B%d\"\nask = \"B%d?\"\n", i, i, i)
		} else {
			rest = fmt.Sprintf("when = \"b%d\"\n", i/10*10)
		}
		if i%5 == 4 {
			rest += fmt.Sprintf("time = { from = \"g%d\", max = \"3 weeks\" }\n", i-1)
		}
		fmt.Fprintf(&parts, "\n[[step]]\nid = \"p%d\"\ntitle = \"P%d\"\nkind = \"plan\"\nactor = %q\ndone = [\"happened(g%d)\"]\n%s", i, i, string(rune('a'+i%2)), i, rest)
	}
	fmt.Fprintf(&parts, "\n[[outcome]]\nid = \"o\"\ntitle = \"O\"\nafter = [\"p%d\"]\n", steps-1)
	return casetest.Models(t, text.String()+parts.String()).Versions("m")[0]
}

// What measuring takes as a model grows; verify is left out.
func BenchmarkMeasureGrown(b *testing.B) {
	for _, steps := range []int{20, 100, 500} {
		b.Run(fmt.Sprintf("steps=%d", steps), func(b *testing.B) {
			p := grown(b, steps)
			v := verify.Run(p, dayOf)
			for b.Loop() {
				measure.Run(p, measure.Options{Day: dayOf, Verified: v})
			}
		})
	}
}

// Every version of every model that ships.
func BenchmarkMeasureShipped(b *testing.B) {
	set := casetest.Shipped(b)
	for b.Loop() {
		for _, p := range set.Programs() {
			measure.Run(p, measure.Options{Day: dayOf})
		}
	}
}
