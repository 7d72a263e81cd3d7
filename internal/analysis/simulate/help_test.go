package simulate_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/internal/analysis/simulate"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/interpreter"
)

// tester is what a test and a property have in common.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

// program compiles a model; nil where it has errors.
func program(text string) *interpreter.Program {
	set := dsl.Load([]*diag.Source{diag.NewSource("m.toml", text)})
	if set.Faults.HasErrors() {
		return nil
	}
	return interpreter.NewSet(set).Programs()[0]
}

// plan reads a file of durations that must be sound.
func plan(t tester, p *interpreter.Program, text string) *simulate.Plan {
	t.Helper()
	var faults diag.List
	out := simulate.Read(syntax.Read(diag.NewSource("d.toml", text), &faults), p, &faults)
	for _, f := range faults {
		t.Fatalf("%s: %s", f.Span.Text(), f.Message(lang.EN))
	}
	return out
}

var start, _ = calendar.Parse(simulate.DefaultStart)

func run(t tester, p *interpreter.Program, plan, whatIf *simulate.Plan, cases, replications int) *simulate.Report {
	t.Helper()
	r, err := simulate.Run(context.Background(), p, plan, whatIf, simulate.Options{Cases: cases, Replications: replications, Seed: 1, Start: start})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return r
}

// example returns a shipped model and the example of its durations.
func example(t testing.TB, model string) (*interpreter.Program, string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "durations", model+".toml"))
	if err != nil {
		t.Fatal(err)
	}
	versions := casetest.Shipped(t).Versions(model)
	return versions[len(versions)-1], string(text)
}

const head = `[model]
id = "m"
title = "M"
lang = "sv"
version = "1"
in_force = 2020-01-01
[[actor]]
id = "x"
title = "X"
[[actor]]
id = "y"
title = "Y"
[[kind]]
id = "k"
title = "K"
[[kind]]
id = "l"
title = "L"
[[kind]]
id = "r"
title = "R"
[[tag]]
id = "t"
title = "T"
`

func fact(id, rest string) string {
	return "[[fact]]\nid = \"" + id + "\"\ntitle = \"" + id + "\"\nask = \"" + id + "?\"\n" + rest + "\n"
}

func event(id string) string { return fact(id, `type = "event"`) }

func step(id, kind, actor, rest string) string {
	return "[[step]]\nid = \"" + id + "\"\ntitle = \"" + id + "\"\nkind = \"" + kind + "\"\nactor = \"" + actor + "\"\n" + rest + "\n"
}

func outcome(id, rest string) string {
	return "[[outcome]]\nid = \"" + id + "\"\ntitle = \"" + id + "\"\n" + rest + "\n"
}

const durations = "[durations]\nmodel = \"m\"\n"

func length(step, law string) string {
	return "[[duration]]\nstep = \"" + step + "\"\n" + law + "\ninterpretation = \"x\"\n"
}

func answer(fact, rest string) string {
	return "[[answer]]\nfact = \"" + fact + "\"\n" + rest + "\ninterpretation = \"x\"\n"
}
