package syntax_test

import (
	"encoding/json"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// newer holds the documents that only TOML 1.1 allows, and the fault that they have in TOML 1.0.
var newer = map[string]string{
	"datetime/no-seconds.toml":          "toml-date",
	"inline-table/newline-comment.toml": "toml-braces-lines",
	"inline-table/newline.toml":         "toml-braces-lines",
	"string/escape-esc.toml":            "toml-escape",
	"string/hex-escape.toml":            "toml-escape",
	"spec-1.1.0/common-12.toml":         "toml-escape",
	"spec-1.1.0/common-29.toml":         "toml-date",
	"spec-1.1.0/common-31.toml":         "toml-date",
	"spec-1.1.0/common-34.toml":         "toml-date",
	"spec-1.1.0/common-47.toml":         "toml-braces-lines",
}

// tomlTest returns the folder of the toml-test documents that come with the decoder.
func tomlTest(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/BurntSushi/toml").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "internal", "toml-test", "tests")
}

// eachDocument calls f with every TOML document under dir.
func eachDocument(t *testing.T, dir string, f func(t *testing.T, path string, text string)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".toml" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n++
		name, _ := filepath.Rel(dir, path)
		t.Run(name, func(t *testing.T) { f(t, path, string(text)) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 200 {
		t.Fatalf("only %d documents under %s", n, dir)
	}
}

func TestEveryValidDocumentOfTomlTestIsReadWithItsValues(t *testing.T) {
	dir := filepath.Join(tomlTest(t), "valid")
	eachDocument(t, dir, func(t *testing.T, path, text string) {
		name, _ := filepath.Rel(dir, path)
		var faults diag.List
		f := syntax.Read(diag.NewSource(filepath.Base(path), text), &faults)
		for _, d := range faults {
			if code := newer[filepath.ToSlash(name)]; d.Code != code && (code != "toml-braces-lines" || d.Code != "toml-braces-comma") {
				t.Errorf("%s at %q", d.Code, d.Span.Text())
			}
		}
		if newer[filepath.ToSlash(name)] != "" && len(faults) == 0 {
			t.Error("no fault, though TOML 1.0 does not allow it")
		}
		checkTree(t, f)
		if f.Broken {
			return
		}
		data, err := os.ReadFile(strings.TrimSuffix(path, ".toml") + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var want any
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		same(t, "", &syntax.Value{Kind: syntax.TableKind, Table: f.Root}, want)
	})
}

func TestEveryInvalidDocumentOfTomlTestIsRefused(t *testing.T) {
	eachDocument(t, filepath.Join(tomlTest(t), "invalid"), func(t *testing.T, path, text string) {
		var faults diag.List
		f := syntax.Read(diag.NewSource(filepath.Base(path), text), &faults)
		if !faults.HasErrors() {
			t.Error("no fault")
		}
		for _, d := range faults {
			t.Log(d.Code, d.Span.Source.Position(d.Span.Start), strconv.Quote(d.Span.Text()))
		}
		checkTree(t, f)
	})
}

// same compares v with a value in the tagged JSON of toml-test.
func same(t *testing.T, at string, v *syntax.Value, want any) {
	t.Helper()
	switch want := want.(type) {
	case []any:
		if v.Kind != syntax.Array || len(v.Items) != len(want) {
			t.Errorf("%s: got %v of %d", at, v.Kind, len(v.Items))
			return
		}
		for i, item := range v.Items {
			same(t, at+"."+strconv.Itoa(i), item, want[i])
		}
	case map[string]any:
		if kind, ok := want["type"].(string); ok && len(want) == 2 {
			if text, ok := want["value"].(string); ok {
				if !sameScalar(v, kind, text) {
					t.Errorf("%s: got %+v, want %s %q", at, v, kind, text)
				}
				return
			}
		}
		if v.Kind != syntax.TableKind || len(v.Table.Entries) != len(want) {
			t.Errorf("%s: got %v", at, v.Kind)
			return
		}
		for name, w := range want {
			if got := v.Table.Get(name); got == nil {
				t.Errorf("%s.%s is not there", at, name)
			} else {
				same(t, at+"."+name, got, w)
			}
		}
	}
}

func sameScalar(v *syntax.Value, kind, text string) bool {
	switch kind {
	case "string":
		return v.Kind == syntax.String && v.String == text
	case "integer":
		return v.Kind == syntax.Int && strconv.FormatInt(v.Int, 10) == text
	case "float":
		want, err := strconv.ParseFloat(text, 64)
		return err == nil && v.Kind == syntax.Float && (v.Float == want || math.IsNaN(v.Float) && math.IsNaN(want))
	case "bool":
		return v.Kind == syntax.Bool && strconv.FormatBool(v.Bool) == text
	case "date-local":
		day := time.Date(v.Date[0], time.Month(v.Date[1]), v.Date[2], 0, 0, 0, 0, time.UTC)
		return v.Kind == syntax.Date && day.Format(time.DateOnly) == text
	}
	return v.Kind == syntax.DateTime
}
