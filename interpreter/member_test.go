package interpreter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// TestAnEnumCanBeLookedUpInASet covers an enum fact to the left of `in` with a set to its right, also with more values
// than one word of a mask holds.
func TestAnEnumCanBeLookedUpInASet(t *testing.T) {
	var values []string
	for i := range 70 {
		values = append(values, fmt.Sprintf("v%d = \"Värde\"", i))
	}
	list := "{ " + strings.Join(values, ", ") + " }"
	read := dsl.Load([]*diag.Source{diag.NewSource("m.toml", `
[model]
id = "m"
title = "M"
lang = "sv"
version = "1"
in_force = 2026-01-01
[[actor]]
id = "fk"
title = "FK"
[[kind]]
id = "mote"
title = "Möte"
[[fact]]
id = "ett"
type = "enum"
values = `+list+`
title = "Ett"
ask = "Vilket?"
[[fact]]
id = "flera"
type = "set"
values = `+list+`
title = "Flera"
ask = "Vilka?"
[[step]]
id = "s"
title = "S"
kind = "mote"
actor = "fk"
when = "ett in flera"
done = ["known(ett)"]
[[outcome]]
id = "o"
title = "O"
when = "not (ett in flera)"
`)})
	if read.Faults.HasErrors() {
		t.Fatal(read.Faults[0].Message("en"))
	}
	p := interpreter.Compile(read.Models[0])
	ett, _ := p.FactIndex("ett")
	flera, _ := p.FactIndex("flera")
	status := func(prepare func(f *interpreter.Facts)) interpreter.StepStatus {
		f, r := p.NewFacts(), &interpreter.Result{}
		prepare(f)
		p.Decide(f, 20_000, r)
		return r.StepStatus(0)
	}
	for _, v := range []int{0, 63, 64, 69} {
		if got := status(func(f *interpreter.Facts) { f.SetEnum(ett, v); f.SetSet(flera, []int{1, v}) }); got != interpreter.Done {
			t.Errorf("value %d in a set that has it: %v", v, got)
		}
		if got := status(func(f *interpreter.Facts) { f.SetEnum(ett, v); f.SetSet(flera, []int{5}) }); got != interpreter.NotApplicable {
			t.Errorf("value %d in a set without it: %v", v, got)
		}
	}
	if got := status(func(f *interpreter.Facts) { f.SetEnum(ett, 3) }); got != interpreter.Undetermined {
		t.Errorf("in a set that is not known: %v", got)
	}
	if got := status(func(f *interpreter.Facts) { f.SetSet(flera, nil) }); got != interpreter.Undetermined {
		t.Errorf("an enum that is not known: %v", got)
	}
}
