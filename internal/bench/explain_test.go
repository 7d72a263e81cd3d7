package bench

import (
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// BenchmarkExplain answers made-up cases under the law: the bare decision, what is asked for as a decision with the
// reasons for it (because), and everything that can be told of every step and outcome, into the same memory again and into
// new memory.
func BenchmarkExplain(b *testing.B) {
	set := shipped(b, true)
	p := set.Versions("faros")[0]
	var facts []*interpreter.Facts
	var days []calendar.Day
	for _, line := range cohortLines(b)[:5_000] {
		var faults diag.List
		c := interpreter.ReadCase(diag.NewSource("case.json", string(line)), &faults)
		f := c.Bind(p, set.Declares, &faults)
		if faults.HasErrors() {
			b.Fatal(faults[0].Message(lang.EN))
		}
		facts, days = append(facts, f), append(days, *c.At)
	}
	each := func(name string, f func(i int)) {
		b.Run("by="+name, func(b *testing.B) {
			f(0) // makes what a program keeps
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				f(i % len(facts))
			}
		})
	}
	var r interpreter.Result
	each("decision", func(i int) { p.Decide(facts[i], days[i], &r) })
	each("because", func(i int) { p.Because(facts[i], days[i], lang.SV) })
	var out interpreter.Explanation
	each("explanation-reused", func(i int) { p.ExplainInto(facts[i], days[i], lang.SV, &out) })
	each("explanation", func(i int) { p.Explain(facts[i], days[i], lang.SV) })
}
