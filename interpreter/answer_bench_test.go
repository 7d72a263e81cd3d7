package interpreter_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/workflows"
)

// shipped is every model that ships.
var shipped = sync.OnceValue(func() *interpreter.Set {
	var faults diag.List
	set := dsl.Load(dsl.ReadFS(workflows.FS, &faults))
	if faults = append(faults, set.Faults...); faults.HasErrors() {
		panic(faults[0].Message(lang.EN))
	}
	return interpreter.NewSet(set)
})

// cohort is the cases of the example cohort.
var cohort = sync.OnceValue(func() (out []*interpreter.Case) {
	text, err := os.ReadFile(filepath.Join("..", "examples", "cohort", "cohort.ndjson"))
	if err != nil {
		panic(err)
	}
	for line := range bytes.Lines(text) {
		var faults diag.List
		c := interpreter.ReadCase(diag.NewSource("cohort.ndjson", string(line)), &faults)
		if faults.HasErrors() {
			panic(faults[0].Message(lang.EN))
		}
		out = append(out, c)
	}
	return out
})

// answer is a case of the cohort laid out for a program, with what the program decides.
type answer struct {
	facts  *interpreter.Facts
	at     calendar.Day
	result *interpreter.Result
}

// answers decides the cohort's cases.
func answers(t testing.TB, p *interpreter.Program) []answer {
	t.Helper()
	var out []answer
	for _, c := range cohort() {
		var faults diag.List
		a := answer{facts: c.Bind(p, shipped().Declares, &faults), at: interpreter.Query{}.Day(c), result: &interpreter.Result{}}
		if faults.HasErrors() {
			t.Fatal(faults[0].Message(lang.EN))
		}
		p.Decide(a.facts, a.at, a.result)
		out = append(out, a)
	}
	return out
}

// BenchmarkExplain tells what the reasons for a decision cost, beside the bare decision, on the cohort's cases in turn.
func BenchmarkExplain(b *testing.B) {
	p := shipped().Versions("faros")[0]
	cases := answers(b, p)
	each := func(name string, f func(a *answer)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				f(&cases[i%len(cases)])
			}
		})
	}
	var r interpreter.Result
	each("decide", func(a *answer) { p.Decide(a.facts, a.at, &r) })
	each("words", func(a *answer) { p.Words(a.result, lang.SV) })
	each("because", func(a *answer) { p.Because(a.facts, a.at, lang.SV) })
	each("explain", func(a *answer) { p.Explain(a.facts, a.at, lang.SV) })
	var x interpreter.Explanation
	each("explain-into", func(a *answer) { p.ExplainInto(a.facts, a.at, lang.SV, &x) })
	each("explain-json", func(a *answer) {
		if _, err := json.Marshal(p.Explain(a.facts, a.at, lang.SV)); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkAppendJSON tells what it costs to write a decision, beside encoding/json on the words for it.
func BenchmarkAppendJSON(b *testing.B) {
	p := shipped().Versions("faros")[0]
	cases := answers(b, p)
	var dst []byte
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			dst = p.AppendJSON(dst[:0], cases[i%len(cases)].result, lang.SV)
		}
	})
	b.Run("marshal", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			if _, err := json.Marshal(p.Words(cases[i%len(cases)].result, lang.SV)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
