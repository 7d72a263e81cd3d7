package syntax_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/syntax"
)

var update = flag.Bool("update", false, "write what the tests get as what they want")

// mark is what a faulty line of a fixture says of itself.
var mark = regexp.MustCompile(`#! (toml-[a-z0-9-]+)`)

// read reads the text and checks what holds of every file.
func read(t *testing.T, name, text string) (*syntax.File, diag.List) {
	t.Helper()
	var faults diag.List
	f := syntax.Read(diag.NewSource(name, text), &faults)
	checkTree(t, f)
	return f, faults
}

// marks returns the codes by line that the text is marked with, and those that were found.
func marks(src *diag.Source, faults diag.List) (want, got map[int]string) {
	want, got = map[int]string{}, map[int]string{}
	for n := 1; n <= src.Lines(); n++ {
		if m := mark.FindStringSubmatch(src.Line(n)); m != nil {
			want[n] = m[1]
		}
	}
	for _, d := range faults {
		n := src.Position(d.Span.Start).Line
		got[n] = strings.TrimSpace(got[n] + " " + d.Code)
	}
	return want, got
}

func TestEachFaultIsToldOnItsLineAndNoOther(t *testing.T) {
	eachFixture(t, func(t *testing.T, name string, f *syntax.File, faults diag.List) {
		want, got := marks(f.Source, faults)
		for n := 1; n <= f.Source.Lines(); n++ {
			if want[n] != got[n] {
				t.Errorf("line %d: got %q, want %q: %s", n, got[n], want[n], f.Source.Line(n))
			}
		}
	})
}

func TestDiagnosticsReadAsWritten(t *testing.T) {
	eachFixture(t, func(t *testing.T, name string, f *syntax.File, faults diag.List) {
		for _, l := range lang.All {
			var w bytes.Buffer
			if err := faults.WriteText(&w, diag.TextOptions{Lang: l}); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "faulty", name+"."+string(l)+".txt"), w.Bytes())
		}
	})
}

// eachFixture calls f with every faulty file of testdata.
func eachFixture(t *testing.T, f func(t *testing.T, name string, file *syntax.File, faults diag.List)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "faulty", "*.toml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".toml")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			file, faults := read(t, name+".toml", string(text))
			f(t, name, file, faults)
		})
	}
}

// golden compares got with the file, or writes the file where -update is given.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update writes it)\ngot:\n%s\nwant:\n%s", name, got, want)
	}
}
