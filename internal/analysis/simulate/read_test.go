package simulate_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/internal/analysis/simulate"
	"github.com/stegvis/stegvis/interpreter"
)

var update = flag.Bool("update", false, "rewrite the expected diagnostics")

// readFixture reads a file of durations and returns its diagnostics as people see them.
func readFixture(t testing.TB, p *interpreter.Program, name, text string) (*simulate.Plan, diag.List, string) {
	t.Helper()
	var faults diag.List
	plan := simulate.Read(syntax.Read(diag.NewSource(name, text), &faults), p, &faults)
	faults.Sort()
	var b bytes.Buffer
	if err := faults.WriteText(&b, diag.TextOptions{Lang: lang.EN}); err != nil {
		t.Fatal(err)
	}
	return plan, faults, b.String()
}

// Each line that is at fault says so: "# want CODE" stands on the line before it, "# want-here CODE" on the line itself.
func TestEveryFaultOfAFileIsToldOfAtItsPlace(t *testing.T) {
	p, _ := example(t, "faros")
	files, err := filepath.Glob(filepath.Join("testdata", "broken", "*.toml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, faults, got := readFixture(t, p, filepath.Base(path), string(text))
		want, have := map[int]string{}, map[int]string{}
		for i, line := range strings.Split(string(text), "\n") {
			if codes, is := strings.CutPrefix(line, "# want "); is {
				want[i+2] = codes
			}
			if codes, is := strings.CutPrefix(line, "# want-here "); is {
				want[i+1] = codes
			}
		}
		for _, f := range faults {
			line := f.Span.Source.Position(f.Span.Start).Line
			have[line] = strings.TrimSpace(have[line] + " " + f.Code)
		}
		for line, codes := range want {
			if have[line] != codes {
				t.Errorf("%s:%d: wants %q, has %q", path, line, codes, have[line])
			}
		}
		for line, codes := range have {
			if want[line] == "" {
				t.Errorf("%s:%d: has %q, which nobody expects", path, line, codes)
			}
		}
		golden := strings.TrimSuffix(path, ".toml") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if expected, err := os.ReadFile(golden); err != nil || string(expected) != got {
			t.Errorf("%s: the diagnostics are\n%s\n(-update rewrites them)", golden, got)
		}
	}
}

func TestTheExamplesAreSound(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "examples", "durations", "*.toml"))
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		p, text := example(t, strings.TrimSuffix(filepath.Base(path), ".toml"))
		d := plan(t, p, text)
		f := run(t, p, d, nil, 100, 2).Base.Earliest
		if f.Any.Reached.Value != 1 {
			t.Errorf("%s: only %v of the cases end", path, f.Any.Reached.Value)
		}
		for _, part := range d.Parts(p.Model()) {
			if part.Source == "" && part.Interpretation.IsZero() {
				t.Errorf("%s: %s has no origin", path, part.ID)
			}
		}
	}
}

// Whatever the file says, reading it ends, and what is read without a fault can be lived.
func FuzzRead(f *testing.F) {
	p := program(desk(2))
	base := durations + length("s", "fixed = \"3 days\"") + arrivals(3, "warm_up = \"1 month\"") + staff("c", 1)
	f.Add(base)
	f.Add(durations + length("s", `triangular = { min = "1 day", mode = "2 days", max = "1 month" }`))
	f.Add(durations + length("s", `empirical = ["1 day", "P1M"]`) + answer("e", "known = \"start\"\nshares = { true = 1 }"))
	for _, model := range []string{"faros", "halland"} {
		_, text := example(f, model)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plan, faults, _ := readFixture(t, p, "d.toml", text)
		if faults.HasErrors() {
			return
		}
		if o := (simulate.Options{Cases: 5, Start: start}); o.Years(plan) < simulate.MostYears && o.Coming(plan) < 1000 {
			run(t, p, plan, nil, 5, 1)
		}
	})
}
