package interpreter_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

func asJSON(t fataler, v any) string {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(b)
}

// differences tells where two decisions differ.
func differences(t fataler, got, want string) string {
	var g, w map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal([]byte(got), &g), json.Unmarshal([]byte(want), &w)); err != nil {
		t.Fatalf("%v", err)
	}
	var out strings.Builder
	for _, key := range slices.Sorted(maps.Keys(w)) {
		if string(g[key]) != string(w[key]) {
			fmt.Fprintf(&out, "%s: the interpreter says %s\nthe design says %s\n", key, g[key], w[key])
		}
	}
	return out.String()
}

// drawCase draws a model, a day and what is known of a case of it.
func drawCase(t *rapid.T) (p *interpreter.Program, facts known, at calendar.Day) {
	p = models.Draw(t, "model").Program
	at = days.Draw(t, "at")
	return p, knownOf(p.Model(), at).Draw(t, "facts"), at
}

func TestDecisionsAreThoseOfTheDesign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, facts, at := drawCase(t)
		for range 8 {
			l := rapid.SampledFrom(lang.All).Draw(t, "lang")
			got := asJSON(t, p.Decision(bound(t, p, facts), at, l))
			if want := asJSON(t, oracleDecision(p.Model(), facts, at, l)); got != want {
				t.Fatalf("%s", differences(t, got, want))
			}
			at = days.Draw(t, "at")
			facts = knownOf(p.Model(), at).Draw(t, "facts")
		}
	})
}
