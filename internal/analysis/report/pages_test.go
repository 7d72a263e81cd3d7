package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/internal/analysis/measure"
	"github.com/stegvis/stegvis/internal/analysis/report"
	"github.com/stegvis/stegvis/internal/analysis/simulate"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
)

const day = calendar.Day(20600)

// file reads a file of testdata.
func file(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// found puts the models through every analysis, with a cohort of so many cases, and lives through those of which there are durations, by
// the id of the model.
func found(t testing.TB, set *interpreter.Set, programs []*interpreter.Program, cases int, durations map[string]string) report.Input {
	t.Helper()
	var made []*interpreter.Case
	err := cohort.New(set, cohort.Options{Seed: 1, At: day}).Each(t.Context(), cases, func(c *interpreter.Case) error {
		made = append(made, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	in := report.Input{Lang: lang.SV, Maker: "stegvis test", Compare: compare.Run(programs, compare.Options{Day: day, Samples: 200, Seed: 1, Cohort: made})}
	for _, p := range programs {
		v := verify.Run(p, day)
		in.Verify = append(in.Verify, v)
		in.Measure = append(in.Measure, measure.Run(p, measure.Options{Day: day, Cohort: made, Verified: v}))
		in.Simulate = append(in.Simulate, lived(t, p, durations[p.Model().ID]))
	}
	return in
}

// lived lives cases through the model with the durations; nil where there are none.
func lived(t testing.TB, p *interpreter.Program, durations string) *simulate.Report {
	t.Helper()
	if durations == "" {
		return nil
	}
	var faults diag.List
	plan := simulate.Read(syntax.Read(diag.NewSource("tider.toml", durations), &faults), p, &faults)
	casetest.Refuse(t, faults)
	r, err := simulate.Run(t.Context(), p, plan, nil, simulate.Options{Cases: 50, Replications: 3, Seed: 1, Start: day})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// small is two small models, one with durations.
func small(t testing.TB) report.Input {
	set := casetest.Models(t, file(t, "ord.toml"), file(t, "ett.toml"), file(t, "tva.toml"))
	return found(t, set, set.Programs(), 20, map[string]string{"ett": file(t, "tider.toml")})
}

// page writes the page in l.
func page(t testing.TB, in report.Input, l lang.Lang) string {
	t.Helper()
	in.Lang = l
	var out bytes.Buffer
	if err := report.Write(&out, in); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// saved writes the page into a file.
func saved(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sida.html")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// shipped is the shipped models in force, at most one version of each, with the example's durations.
func shipped(t testing.TB, cases int) report.Input {
	set := casetest.Shipped(t)
	last := map[string]*interpreter.Program{}
	var programs []*interpreter.Program
	for _, p := range set.Programs() { // the versions of a model in the order in which they come into force
		last[p.Model().ID] = p
	}
	for _, p := range set.Programs() {
		if last[p.Model().ID] == p {
			programs = append(programs, p)
		}
	}
	durations := map[string]string{}
	files, err := filepath.Glob("../../../examples/durations/*.toml")
	if err != nil || files == nil {
		t.Fatal("no durations among the examples")
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		durations[strings.TrimSuffix(filepath.Base(name), ".toml")] = string(text)
	}
	return found(t, set, programs, cases, durations)
}
