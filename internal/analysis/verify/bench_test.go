package verify_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/analysis/verify"
)

// grown is a model of so many steps, in stages of ten: what a step waits for, asks for and is bounded by is as in the models
// that ship, and each stage has a choice that an outcome follows from.
func grown(steps int) string {
	var b, parts strings.Builder
	b.WriteString(head)
	for i := range steps {
		s := i / 10
		if i%10 == 0 {
			fmt.Fprintf(&b, "%s", fact(fmt.Sprintf("val%d", s), "type = \"enum\"\nvalues = { vidare = \"V\", avslut = \"A\" }")+fact(fmt.Sprintf("behov%d", s), `type = "bool"`)+
				fact(fmt.Sprintf("timmar%d", s), "type = \"int\"\nmin = 0\nmax = 40\nunit = \"h\""))
			when := fmt.Sprintf("behov%d", s)
			if s > 0 {
				when = fmt.Sprintf("val%d == 'vidare' and behov%d", s-1, s)
			}
			fmt.Fprintf(&parts, "[[stage]]\nid = \"s%d\"\ntitle = \"S%d\"\nwhen = %q\n", s, s, when)
		}
		b.WriteString(fact(fmt.Sprintf("gjort%d", i), `type = "event"`))
		done := fmt.Sprintf("done = [\"happened(gjort%d)\"]", i)
		switch {
		case i%10 == 9 || i == steps-1:
			done = fmt.Sprintf("done = [\"happened(gjort%d)\", \"known(val%d)\"]", i, s)
		case i%10 == 4:
			done = fmt.Sprintf("when = \"timmar%d >= 10\"\ntime = { from = \"gjort%d\", max = \"3 weeks\" }\n%s", s, i-1, done)
		}
		parts.WriteString(step(fmt.Sprintf("p%d", i), fmt.Sprintf("stage = \"s%d\"\n%s", s, done)))
	}
	for s := range (steps + 9) / 10 {
		last := min(10*s+9, steps-1)
		parts.WriteString(outcome(fmt.Sprintf("u%d", s), fmt.Sprintf("after = [\"p%d\"]\nwhen = \"val%d == 'avslut'\"", last, s)))
		parts.WriteString(outcome(fmt.Sprintf("ej%d", s), fmt.Sprintf("after = []\nwhen = \"behov%d == false\"", s)))
	}
	return b.String() + parts.String()
}

// The curve of the time that verify takes as a model grows.
func BenchmarkVerifyGrown(b *testing.B) {
	for _, steps := range []int{10, 20, 50, 100, 200, 500} {
		b.Run(fmt.Sprintf("steps=%d", steps), func(b *testing.B) {
			p := program(b, grown(steps))
			for b.Loop() {
				verify.Run(p, day)
			}
		})
	}
}

// Every model that ships, each with all its versions.
func BenchmarkVerifyShipped(b *testing.B) {
	for b.Loop() {
		shipped(b)
	}
}
