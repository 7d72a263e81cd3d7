package modeltest_test

import (
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/modeltest"
)

const fails = `
[test]
of = "MODEL"
[[case]]
id = "en"
at = 2026-03-01
facts = { nedsatt = false }
expect = { outcome = "en_annan" }
`

// A test file is run anew just where something that its answers hang on has changed; what it says is the same either way.
// That a fault is the very same one tells that its file was not run.
func TestARunnerRunsOnlyWhatCanHaveChanged(t *testing.T) {
	other := strings.Replace(model, `"liten"`, `"annan"`, 1)
	files := map[string]string{
		"liten.toml": model, "annan.toml": other,
		"liten_test.toml": strings.Replace(fails, "MODEL", "liten", 1), "annan_test.toml": strings.Replace(fails, "MODEL", "annan", 1),
	}
	var loader dsl.Reloader
	var runner modeltest.Runner
	programs := map[*dsl.Model]*interpreter.Program{}
	liten, annan := modeltest.Version{Model: "liten", Version: "1"}, modeltest.Version{Model: "annan", Version: "1"}
	failures := func() (a, b *diag.Diagnostic) {
		var sources []*diag.Source
		for name, text := range files {
			sources = append(sources, diag.NewSource(name, text))
		}
		read := loader.Load(sources)
		if read.Faults.HasErrors() {
			t.Fatal(rendered(t, read.Faults))
		}
		var all []*interpreter.Program
		for _, m := range read.Models {
			if programs[m] == nil {
				programs[m] = interpreter.Compile(m)
			}
			all = append(all, programs[m])
		}
		set := interpreter.SetOf(all)
		got, want := runner.Failures(read, set), modeltest.Failures(read, set)
		for _, v := range []modeltest.Version{liten, annan} {
			if len(got[v]) != 1 || len(want[v]) != 1 || rendered(t, got[v]) != rendered(t, want[v]) {
				t.Fatalf("%v: got %v, want %v", v, got[v], want[v])
			}
		}
		return got[liten][0], got[annan][0]
	}
	l, a := failures()
	for _, c := range []struct {
		what, file, more string
		liten, annan     bool // whether its tests are run
	}{
		{"nothing changed", "", "", false, false},
		{"a model", "annan.toml", "\n# edited\n", false, true},
		{"the tests of a model", "liten_test.toml", "\n# edited\n", true, false},
		{"a model that declares another fact", "annan.toml", "\n[[fact]]\nid = \"ny\"\ntype = \"bool\"\ntitle = \"Ny\"\nask = \"Ny?\"\n", true, true},
	} {
		files[c.file] += c.more
		if c.file == "" {
			delete(files, "")
		}
		nextL, nextA := failures()
		if (nextL != l) != c.liten || (nextA != a) != c.annan {
			t.Errorf("%s: the tests of liten were run: %v, of annan: %v", c.what, nextL != l, nextA != a)
		}
		l, a = nextL, nextA
	}
}
