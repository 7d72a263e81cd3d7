package syntax_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	burntsushi "github.com/BurntSushi/toml"
	gotoml "github.com/pelletier/go-toml/v2"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// stricter holds the codes of what we refuse and a library may accept: limits, what is new in TOML 1.1, and what the
// libraries do not look at.
var stricter = map[string]bool{
	"toml-too-large": true, "toml-too-deep": true, "toml-too-many-keys": true, "toml-too-many-items": true, "toml-names-too-long": true,
	"toml-braces-lines": true, "toml-braces-comma": true, "toml-escape": true, "toml-date": true,
}

func FuzzRead(f *testing.F) {
	for _, dir := range []string{"valid", "faulty"} {
		files, err := filepath.Glob(filepath.Join("testdata", dir, "*.toml"))
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	f.Add("a = 1\na.b = 2\n[c]\n[c.d]\n[[e]]\n[[e.f]]\n[e.g]\n")
	f.Add("a = [1, [2, {b = '''x''', c.d = \"\"\"\n\\\n  y\\u00e5\"\"\"}],\n]\n")
	f.Add("\ufeffa = 2026-01-31\r\nb = 2026-01-31 10:00:00Z\r\nc = nan\r\n")
	f.Add("a = \"å\nb = [ \"x\", 'y\n[[step]]\nx = { a = 1,\n b }\n")
	f.Add("a = \"\"\"\n[b]\nc = \"\"\"\n\"\"\"\n")
	f.Add("a")
	f.Add("a\\\r\nb = 1\n[\"a\u030a\"]\n[\"å\".c]\n")
	f.Fuzz(func(t *testing.T, text string) { check(t, text) })
}

// check checks what must hold of every text: its faults and its tree lie in it; without faults it has the values that
// the decoder finds; and what both libraries accept has no fault but those of a stricter reader.
func check(t rapid.TB, text string) {
	var faults diag.List
	file := syntax.Read(diag.NewSource("fuzz.toml", text), &faults)
	checkTree(t, file)
	for _, d := range faults {
		if d.Message(lang.EN)[0] == '[' || d.Message(lang.SV)[0] == '[' || d.HintText(lang.SV) == "" && d.Hint != "-" {
			t.Errorf("%s has no words", d.Code)
		}
		if d.Code == "toml-unreadable" {
			t.Error("the decoder and the parser do not agree")
		}
		if d.Span.Source != file.Source || d.Span.Start < 0 || d.Span.End < d.Span.Start || d.Span.End > len(text) {
			t.Errorf("%s is at %d-%d", d.Code, d.Span.Start, d.Span.End)
		}
	}
	if len(text) > 4096 { // the decoder has no limits of its own
		return
	}
	var values map[string]any
	_, refusal := burntsushi.Decode(text, &values)
	if len(faults) == 0 {
		if refusal != nil {
			t.Fatalf("no fault, but %v", refusal)
		}
		sameTable(t, file.Root, values)
		return
	}
	var other map[string]any
	if refusal != nil || gotoml.Unmarshal([]byte(text), &other) != nil || !norm.NFC.IsNormalString(text) {
		return
	}
	for _, d := range faults {
		composed := len(d.Related) > 0 && d.Related[0].Span.Text() != d.Span.Text() // two names that are one to us
		if !stricter[d.Code] && !composed {
			t.Errorf("both libraries accept what we refuse: %s at %q", d.Code, d.Span.Text())
		}
	}
}

func sameTable(t rapid.TB, table *syntax.Table, values map[string]any) {
	t.Helper()
	byName := map[string]any{}
	for name, value := range values {
		byName[norm.NFC.String(name)] = value
	}
	if len(byName) != len(values) { // names that are the same to us only: our table is made of several
		return
	}
	if len(table.Entries) != len(values) {
		t.Errorf("%d entries, but %d values", len(table.Entries), len(values))
	}
	for _, e := range table.Entries {
		sameValue(t, e.Value, byName[e.Name])
	}
}

func sameValue(t rapid.TB, v *syntax.Value, value any) {
	t.Helper()
	ok := false
	switch want := value.(type) {
	case string:
		ok = v.Kind == syntax.String && v.String == want
	case int64:
		ok = v.Kind == syntax.Int && v.Int == want
	case float64:
		ok = v.Kind == syntax.Float && (v.Float == want || math.IsNaN(want) && math.IsNaN(v.Float))
	case bool:
		ok = v.Kind == syntax.Bool && v.Bool == want
	case time.Time:
		year, month, day := want.Date()
		ok = v.Kind == syntax.DateTime || v.Kind == syntax.Date && v.Date == [3]int{year, int(month), day}
	case map[string]any:
		if ok = v.Kind == syntax.TableKind; ok {
			sameTable(t, v.Table, want)
		}
	case []map[string]any:
		if ok = v.Kind == syntax.Array && len(v.Items) == len(want); ok {
			for i := range want {
				sameValue(t, v.Items[i], want[i])
			}
		}
	case []any:
		if ok = v.Kind == syntax.Array && len(v.Items) == len(want); ok {
			for i := range want {
				sameValue(t, v.Items[i], want[i])
			}
		}
	}
	if !ok {
		t.Errorf("%q is %v, want %#v", v.Span.Text(), v.Kind, value)
	}
}

func BenchmarkRead(b *testing.B) {
	text, err := os.ReadFile(filepath.Join("testdata", "valid", "model.toml"))
	if err != nil {
		b.Fatal(err)
	}
	src := diag.NewSource("model.toml", string(text))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var faults diag.List
		syntax.Read(src, &faults)
	}
}
