package syntax_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/syntax"
)

func model(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "valid", "model.toml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// paths returns the place of each key of the tree under t, with what its value is in the source.
func paths(table *syntax.Table, at string, into map[string]string) {
	for _, e := range table.Entries {
		path := at + "/" + e.Name
		switch v := e.Value; {
		case v.Kind == syntax.TableKind:
			paths(v.Table, path, into)
		case v.Headed():
			for _, item := range v.Items {
				name := path
				if id := item.Table.Get("id"); id != nil {
					name += ":" + id.String
				}
				paths(item.Table, name, into)
			}
		default:
			into[path] = v.Span.Text()
		}
	}
}

func TestOneSlipCostsItsOwnTableAtMost(t *testing.T) {
	text := model(t)
	whole, faults := read(t, "model.toml", text)
	if len(faults) != 0 || whole.Broken {
		t.Fatal(codes(faults))
	}
	want := map[string]string{}
	paths(whole.Root, "", want)

	reads, cascades := 0, 0
	slip := func(changed string) {
		reads++
		f, faults := read(t, "model.toml", changed)
		if len(faults) > 1 {
			cascades++
		}
		if len(faults) > 3 {
			t.Errorf("%d faults of one slip: %v in\n%s", len(faults), codes(faults), changed)
		}
		if len(faults) > 0 && !f.Broken && faults[0].Code != "toml-braces-lines" && faults[0].Code != "toml-braces-comma" && faults[0].Code != "toml-escape" {
			t.Errorf("%s, but the file is not broken", faults[0].Code)
		}
		got := map[string]string{}
		paths(f.Root, "", got)
		lost := map[string]bool{}
		for path := range want {
			if _, ok := got[path]; !ok {
				table, _, _ := strings.Cut(path[1:], "/")
				lost[table] = true
			}
		}
		if len(lost) > 2 { // a key that slips out of its table can hide one more
			t.Errorf("a slip costs %d tables in\n%s", len(lost), changed)
		}
	}
	marks := []string{`"`, `'`, "[", "]", "{", "}", "=", ",", "#", "\n", "å"}
	for i := 0; i < len(text); i++ {
		if text[i] >= 0x80 {
			continue
		}
		slip(text[:i] + text[i+1:])
		slip(text[:i] + marks[i%len(marks)] + text[i:])
	}
	if cascades*100 > reads {
		t.Errorf("%d of %d slips are told as more than one fault", cascades, reads)
	}
}

func TestATextCutOffAnywhereIsReadAsFarAsItGoes(t *testing.T) {
	text := model(t)
	for i := range text {
		f, faults := read(t, "model.toml", text[:i])
		if len(faults) > 1 {
			t.Errorf("cut at %d: %v", i, codes(faults))
		}
		if headers := strings.Count(text[:i], "\n[["); headers > 1 {
			n := 0
			for _, e := range f.Root.Entries {
				n += len(e.Value.Items)
			}
			if n < headers-1 {
				t.Errorf("cut at %d: %d of %d tables", i, n, headers)
			}
		}
	}
}

func TestKeysUnderALostHeaderBelongNowhere(t *testing.T) {
	f, faults := read(t, "a.toml", `[[step]]
id = "a"
[[step]
id = "b"
[step.time]
max = "1 week"
wrong = ja
[[fact]]
id = "c"
`)
	if got := codes(faults); len(got) != 2 || got[0] != "toml-header-brackets" || got[1] != "toml-bool" {
		t.Errorf("got %v", got)
	}
	got := map[string]string{}
	paths(f.Root, "", got)
	if len(got) != 2 || got["/step:a/id"] == "" || got["/fact:c/id"] == "" {
		t.Errorf("got %v", got)
	}
	if !f.Broken {
		t.Error("the file is not broken")
	}
}

func TestATableKnowsThatALineOfItIsLost(t *testing.T) {
	f, _ := read(t, "a.toml", "[a]\nx = 1\ny = ja\n[b]\nx = 1\n")
	if a, b := f.Root.Get("a").Table, f.Root.Get("b").Table; !a.Broken || b.Broken || f.Root.Broken || !f.Broken {
		t.Error("only the table a and the file are broken")
	}
}

func TestLimitsAndEncodingsReadAsWritten(t *testing.T) {
	for name, text := range map[string]string{
		"utf8":    "a = 1\nb = \"p\xe5\"\n",
		"null":    "a\x00 = 1\n",
		"control": "a = \"x\x01\x01y\" # \x7f\n",
		"returns": "a = 1\rb = 2\r",
		"return":  "a = 1\r\nb = 'x\ry'\n",
		"depth":   "a = 1\nå = " + strings.Repeat("[", 20) + "\n",
		"long":    "a = 1\n[" + strings.Repeat("a", 900) + "]\n" + strings.Repeat("b", 200) + " = 1\n",
		"size":    strings.Repeat("#", syntax.MaxBytes+1),
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := read(t, name+".toml", text)
			if name == "size" || name == "long" { // no line of them fits in a golden file
				if len(faults) != 1 {
					t.Errorf("got %v", codes(faults))
				}
				return
			}
			var w bytes.Buffer
			for _, l := range lang.All {
				if err := faults.WriteText(&w, diag.TextOptions{Lang: l}); err != nil {
					t.Fatal(err)
				}
			}
			golden(t, filepath.Join("testdata", "limits", name+".txt"), w.Bytes())
		})
	}
}

// scraps are what a faulty file is made of.
var scraps = []string{
	"[", "]", "{", "}", "[[", "]]", "=", ",", ".", "\n", "\n", "\r\n", " ", "#", `"`, `'`, `"""`, `'''`, `\`, "\\u00e5", "\\\n",
	"a", "b", "step", "å", "1", "-", "2026-01-31", "true", "nan", "10:00:00", "1.5", "a = 1\n", "[step]\n", "[[step]]\n", "[a.b]\n", "a.b = 2\n",
	`"x" = 'y'`, "a = [\n", "a = {", `b = "`, "c = \"\"\"\n", "\x01", "“", "[\"å\"]\n", "[[\"a\u030a\".b]]\n", "'a\u030a'.c=1\n", ":", "==",
}

func TestNoTextOfScrapsIsReadWrongly(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(scraps), 0, 40).Draw(rt, "scraps"), "")
		check(rt, text)
	})
}
