package syntax_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
)

func TestEveryCharacterOfATextHasItsPlaceInEveryForm(t *testing.T) {
	for _, c := range []struct {
		form, text string
		decoded    string
		part, at   string // a part of the decoded text, and what it is in the source
		line, col  int
	}{
		{"basic", `a = "på väg åter"`, "på väg åter", "åter", "åter", 1, 13},
		{"literal", `a = 'på väg åter'`, "på väg åter", "väg", "väg", 1, 9},
		{"literal with a backslash", `a = 'C:\nå'`, `C:\nå`, "å", "å", 1, 10},
		{"short escape", `a = "p\u00e5 v\u00e4g"`, "på väg", "å", `\u00e5`, 1, 7},
		{"after an escape", `a = "p\u00e5 väg"`, "på väg", "väg", "väg", 1, 14},
		{"across escapes", `a = "p\u00e5 v\u00e4g"`, "på väg", "å vä", `\u00e5 v\u00e4`, 1, 7},
		{"long escape", `a = "\U0001F600 å"`, "😀 å", "😀", `\U0001F600`, 1, 6},
		{"quotes", `a = "säg \"nej\" åter"`, `säg "nej" åter`, `"nej"`, `\"nej\"`, 1, 10},
		{"tab", `a = "x\tå"`, "x\tå", "å", "å", 1, 9},
		{"lines", "a = \"\"\"\nförsta\nandra å\"\"\"", "första\nandra å", "å", "å", 3, 7},
		{"lines without a first break", `a = """å "och" ä"""`, `å "och" ä`, `"och"`, `"och"`, 1, 10},
		{"literal lines", "a = '''\r\nförsta\r\nandra å'''", "första\r\nandra å", "andra å", "andra å", 3, 1},
		{"joined lines", "a = \"\"\"\\\n   ett \\\n\n   två å\"\"\"", "ett två å", "två å", "två å", 4, 4},
		{"across joined lines", "a = \"\"\"ett \\\n  två\"\"\"", "ett två", "ett t", "ett \\\n  t", 1, 8},
		{"before joined lines", "a = \"\"\"ett \\\n  två\"\"\"", "ett två", "ett ", "ett ", 1, 8},
		{"quotes at the end", `a = """å"""""`, `å""`, `""`, `""`, 1, 9},
		{"after a byte order mark", "\ufeffa = 'å'", "å", "å", "å", 1, 6},
		{"on a later line", "# åäö\r\na = 'å'", "å", "å", "å", 2, 6},
		{"within a list", `a = [1, {b = "x å"}]`, "x å", "å", "å", 1, 17},
	} {
		t.Run(c.form, func(t *testing.T) {
			f, faults := read(t, "places.toml", c.text)
			if len(faults) != 0 {
				t.Fatal(codes(faults))
			}
			v := f.Root.Get("a")
			if v.Kind == syntax.Array {
				v = v.Items[1].Table.Get("b")
			}
			if v.String != c.decoded {
				t.Fatalf("got %q", v.String)
			}
			from := strings.Index(v.String, c.part)
			s := v.At(from, from+len(c.part))
			if s.Text() != c.at {
				t.Errorf("%q is at %q, want %q", c.part, s.Text(), c.at)
			}
			if p := f.Source.Position(s.Start); p.Line != c.line || p.Column != c.col {
				t.Errorf("%q is at %d:%d", c.part, p.Line, p.Column)
			}
			end := v.At(len(v.String), len(v.String))
			if rest := f.Source.Text[end.Start:]; rest[0] != v.Span.Text()[0] || end.Start != end.End {
				t.Errorf("the text ends before %q", rest)
			}
		})
	}
}

func TestPlacesOutsideATextAreMovedToItsEnds(t *testing.T) {
	f, _ := read(t, "a.toml", `a = "åäö"`)
	v := f.Root.Get("a")
	for _, c := range []struct {
		from, to int
		want     string
	}{{-3, 2, "å"}, {4, 99, "ö"}, {99, 120, ""}, {-2, -1, ""}, {4, 2, ""}, {0, 6, "åäö"}} {
		if got := v.At(c.from, c.to).Text(); got != c.want {
			t.Errorf("At(%d, %d) is %q, want %q", c.from, c.to, got, c.want)
		}
	}
	n := &syntax.Value{Kind: syntax.Int, Span: f.Source.At(0, 1)}
	if n.At(0, 5) != n.Span {
		t.Error("a number has other places than its own")
	}
}

// forms writes a text in each of TOML's forms that can hold it.
var forms = map[string]func(s string) (string, bool){
	"quote": func(s string) (string, bool) { return syntax.Quote(s), true },
	"literal": func(s string) (string, bool) {
		return "'" + s + "'", !strings.ContainsAny(s, "'\n\r\x7f") && printable(s)
	},
	"literal lines": func(s string) (string, bool) {
		return "'''\n" + s + "'''", !strings.Contains(s, "'") && printable(s)
	},
	"escapes": func(s string) (string, bool) {
		var w strings.Builder
		w.WriteString("\"\"\"\\\n  ")
		for _, c := range s {
			const hex = "0123456789abcdef"
			w.WriteString(`\U`)
			for shift := 28; shift >= 0; shift -= 4 {
				w.WriteByte(hex[c>>shift&15])
			}
			w.WriteString("\\ \n\n\t")
		}
		return w.String() + `"""`, true
	},
}

// printable tells whether TOML allows every character of s within a text without escapes.
func printable(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return c < ' ' && c != '\t' && c != '\n' || c == 0x7f }) < 0
}

func TestEveryTextIsReadBackFromEveryFormWithItsPlaces(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.String().Draw(rt, "text")
		key := rapid.String().Draw(rt, "key")
		for name, form := range forms {
			text, ok := form(s)
			if !ok {
				continue
			}
			src := diag.NewSource("a.toml", "# å\n"+syntax.QuoteKey(key)+" = "+text+" # åter\n")
			var faults diag.List
			f := syntax.Read(src, &faults)
			if len(faults) != 0 || len(f.Root.Entries) != 1 {
				rt.Fatalf("%s: %v in %q", name, codes(faults), src.Text)
			}
			if got := f.Root.Entries[0].Value; got.String != s || got.Span.Text() != text {
				rt.Fatalf("%s: got %q at %q, want %q", name, got.String, got.Span.Text(), s)
			}
			checkTree(rt, f)
		}
	})
}

func TestAnyValueCanBeReplacedInItsPlace(t *testing.T) {
	const text = "\ufeff# test\r\n[test]\r\nof = 'faros'\r\n[[case]]\r\nid = \"a\" # åter\r\n" +
		"expect = { next = [ \"x\", 'y' ], due = { x = 2026-01-31 }, n = -1_000, f = 1e3, ok = true }\r\n" +
		"list = [ # första\r\n  [1, 2],\r\n  { a = \"\"\"\r\nå\"\"\" },\r\n]\r\n"
	f, faults := read(t, "a_test.toml", text)
	if len(faults) != 0 {
		t.Fatal(codes(faults))
	}
	n := 0
	var walk func(v *syntax.Value)
	walk = func(v *syntax.Value) {
		whole := v.Kind == syntax.TableKind && !strings.HasPrefix(v.Span.Text(), "{") || v.Headed()
		if !whole {
			n++
			for _, with := range []string{`"bytt å"`, "[1, [2]]", "{ b = 3 }", "2026-02-28"} {
				changed := text[:v.Span.Start] + with + text[v.Span.End:]
				g, faults := read(t, "a_test.toml", changed)
				if len(faults) != 0 {
					t.Errorf("%q in place of %q: %v", with, v.Span.Text(), codes(faults))
				}
				if len(g.Root.Entries) != len(f.Root.Entries) {
					t.Errorf("%q in place of %q changes more than that", with, v.Span.Text())
				}
			}
		}
		for _, item := range v.Items {
			walk(item)
		}
		if v.Table != nil {
			for _, e := range v.Table.Entries {
				walk(e.Value)
			}
		}
	}
	walk(&syntax.Value{Kind: syntax.TableKind, Table: f.Root, Span: f.Source.At(0, 0)})
	if n != 17 {
		t.Errorf("%d values were replaced", n)
	}
}
