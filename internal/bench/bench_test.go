package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// examples are the cases of the examples folder, from a case just opened to one about to close.
func examples(t testing.TB, p *interpreter.Program) (facts []*interpreter.Facts, days []calendar.Day) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "cases", "*.json"))
	if err != nil || len(files) < 5 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var faults diag.List
		c := interpreter.ReadCase(diag.NewSource(name, string(text)), &faults)
		f := c.Bind(p, func(string) bool { return true }, &faults)
		if faults.HasErrors() {
			t.Fatal(faults[0].Message(lang.EN))
		}
		facts = append(facts, f)
		days = append(days, interpreter.Query{Today: 20_500}.Day(c))
	}
	return facts, days
}

// BenchmarkDecide makes one decision on FAROS an operation, on the example cases in turn.
func BenchmarkDecide(b *testing.B) {
	p := faros(b)
	facts, days := examples(b, p)
	n := len(facts)
	b.Run("stegvis", func(b *testing.B) {
		var r interpreter.Result
		for _, f := range facts {
			p.Decide(f, days[0], &r)
		}
		b.ReportAllocs()
		b.ResetTimer()
		for i := range b.N {
			p.Decide(facts[i%n], days[i%n], &r)
		}
	})
	hand := make([]*Facts, n)
	for i, f := range facts {
		hand[i] = byHand(b, p, f)
	}
	a := Answer{Next: make([]Next, 0, stepCount), Missing: make([]Missing, 0, askable)}
	b.Run("hand-three-valued", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			Three(hand[i%n], days[i%n], &a)
		}
	})
	b.Run("hand-two-valued", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			Two(hand[i%n], days[i%n], &a)
		}
	})
	machine, err := NewMachine(p.Model())
	if err != nil {
		b.Fatal(err)
	}
	envs := make([]map[string]any, n)
	for i, f := range facts {
		envs[i] = machine.Env(f, days[i])
	}
	b.Run("expr-vm", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			machine.Decide(envs[i%n], days[i%n], &a)
		}
	})
}
