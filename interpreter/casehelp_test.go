package interpreter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// everyType is a program of a model with a fact of every type and no rules.
var everyType = func() *interpreter.Program {
	m := &dsl.Model{ID: "prov", Version: "1", Hash: "sha256:0"}
	fact := func(id string, t rule.Type, unit string) {
		m.Facts = append(m.Facts, &dsl.Fact{ID: id, Type: t, Unit: lang.Text{SV: unit, EN: unit}, Index: len(m.Facts)})
	}
	fact("samtycke", rule.Type{Kind: rule.Bool}, "")
	fact("timmar", rule.Type{Kind: rule.Int, Min: 0, Max: 40}, "timmar")
	fact("saldo", rule.Type{Kind: rule.Int, Min: -1 << 53, Max: 1 << 53}, "")
	fact("andel", rule.Type{Kind: rule.Number, Min: -0.5, Max: 1.5}, "")
	fact("beslut", rule.Type{Kind: rule.Enum, Values: []string{"ja", "nej", "åter"}}, "")
	fact("insatser", rule.Type{Kind: rule.Set, Values: []string{"praktik", "studier", "kontakt", "vård"}}, "")
	var many []string
	for i := range 300 {
		many = append(many, fmt.Sprintf("v%d", i))
	}
	fact("koder", rule.Type{Kind: rule.Set, Values: many}, "")
	fact("start", rule.Type{Kind: rule.Date}, "")
	fact("mote", rule.Type{Kind: rule.Event}, "")
	fact("anteckning", rule.Type{Kind: rule.Text}, "")
	fact("återgång", rule.Type{Kind: rule.Bool}, "")
	return interpreter.Compile(m)
}()

// elsewhere tells of the fact that another model than everyType declares.
func elsewhere(fact string) bool { return fact == "annan" }

// readCase reads and binds a case.
func readCase(name, text string) (*interpreter.Case, *interpreter.Facts, diag.List) {
	var faults diag.List
	c := interpreter.ReadCase(diag.NewSource(name, text), &faults)
	f := c.Bind(everyType, elsewhere, &faults)
	faults.Sort()
	return c, f, faults
}

// values lists what is known, by fact: "?" for what nobody can tell, nothing for what was not asked for.
func values(f *interpreter.Facts) map[string]any {
	out := map[string]any{}
	for i, fact := range everyType.Model().Facts {
		if f.Known(i) {
			out[fact.ID] = f.Value(i)
		}
		if f.IsUnobtainable(i) {
			out[fact.ID] = "?"
		}
	}
	return out
}

// unmark returns the text without its ⟦marks⟧, and the byte ranges that they mark.
func unmark(text string) (string, [][2]int) {
	var out strings.Builder
	var spans [][2]int
	for {
		before, rest, found := strings.Cut(text, "⟦")
		out.WriteString(before)
		if !found {
			return out.String(), spans
		}
		inside, after, _ := strings.Cut(rest, "⟧")
		spans = append(spans, [2]int{out.Len(), out.Len() + len(inside)})
		out.WriteString(inside)
		text = after
	}
}

func render(t testing.TB, l diag.List, in lang.Lang) string {
	t.Helper()
	var out strings.Builder
	if err := l.WriteText(&out, diag.TextOptions{Lang: in}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
