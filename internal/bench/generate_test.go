package bench

import (
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

// loadGenerated loads a generated model, which must be sound and of its size.
func loadGenerated(t testing.TB, s Size) *dsl.Model {
	t.Helper()
	read := dsl.Load([]*diag.Source{diag.NewSource("generated.toml", Generate(s))})
	for _, f := range read.Faults {
		if f.Severity == diag.Error {
			t.Fatal(f.Message(lang.EN), f.Span)
		}
	}
	m := read.Models[0]
	if got := (Size{len(m.Steps), len(m.Facts), len(newRulebook(m).rules)}); got != s {
		t.Fatalf("the model has %+v instead of %+v", got, s)
	}
	return m
}

func TestGeneratedModelsAreSoundAndOfTheirSize(t *testing.T) {
	for _, s := range append(append([]Size{}, loads...), append(growingSteps, growingFacts...)...) {
		m := loadGenerated(t, s)
		if s.Steps >= 10 && len(m.Stages) != s.Steps/10 {
			t.Errorf("%+v has %d stages", s, len(m.Stages))
		}
	}
}
