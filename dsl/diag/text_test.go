package diag_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

// speak gives the writers made-up sentences beside the words of their own, so that these tests hold
// whatever the parts of stegvis say.
func speak(t testing.TB) {
	t.Helper()
	files := fstest.MapFS{
		"test.sv.json": {Data: []byte(`{"lost": "det finns inget som heter ` + "`{{.Name}}`" + `", "lost.hint": "Menade du ` + "`{{.Near}}`" + `?", "first": "finns redan här", "plain": "något är fel"}`)},
		"test.en.json": {Data: []byte(`{"lost": "there is nothing called ` + "`{{.Name}}`" + `", "lost.hint": "Did you mean ` + "`{{.Near}}`" + `?", "first": "already here", "plain": "something is wrong"}`)},
	}
	for _, name := range []string{"diag.sv.json", "diag.en.json"} {
		data, err := fs.ReadFile(os.DirFS("catalogue"), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	words, err := lang.NewCatalogue(files)
	if err != nil {
		t.Fatal(err)
	}
	before := diag.Catalogue
	diag.Catalogue = words
	t.Cleanup(func() { diag.Catalogue = before })
}

// marked returns the source of text and the span between ⟦ and ⟧ in it, which are taken out.
func marked(t testing.TB, name, text string) diag.Span {
	t.Helper()
	before, rest, ok := strings.Cut(text, "⟦")
	inside, after, ok2 := strings.Cut(rest, "⟧")
	if !ok || !ok2 {
		t.Fatalf("%q marks no span", text)
	}
	return diag.NewSource(name, before+inside+after).At(len(before), len(before)+len(inside))
}

func render(t testing.TB, l diag.List, o diag.TextOptions) string {
	t.Helper()
	var buf bytes.Buffer
	if err := l.WriteText(&buf, o); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestTextShowsTheLineWithACaretUnderTheFault(t *testing.T) {
	speak(t)
	for name, text := range map[string]string{
		"plain":                 "[define]\ni_samverkan = \"⟦beredning_beslt⟧ == 'samverkan'\"\n",
		"tabs":                  "\ta =\t⟦fel⟧\t# slut\n",
		"swedish":               "titel = \"Åtgärd för återgång\" ⟦åäö⟧\n",
		"decomposed":            "a\u030aterga\u030ang = ⟦a\u030ao\u0308⟧ + 1\n",
		"wide":                  "title = \"支援計画\" ⟦計画⟧ x\n",
		"emoji":                 "title = \"👩\u200d🚒👍🏽🇸🇪\" ⟦x⟧\n",
		"inside-a-character":    "a = \"👩⟦\u200d🚒⟧\"\n",
		"many-marks":            "a" + strings.Repeat("\u0301", 5000) + " ⟦x⟧\n",
		"control":               "a = \"\x1b]0;evil\a\x1b[31m\x9b\" ⟦\x00⟧ x\n",
		"direction":             "a = \"\u202egnp.exe\u2066\" ⟦x⟧\n",
		"invisible":             "samtycke⟦\u200b⟧ = \u00a0true \ufeff fk\u200d\n",
		"bytes-that-are-none":   "a = \"\xff\xfe\" ⟦\xc3⟧(\n",
		"carriage-returns":      "a = 1\r\nb = ⟦fel⟧\r\nc\r",
		"byte-order-mark":       "\ufeff⟦model⟧ = 1\n",
		"several-lines":         "a = 1\nb = ⟦'''\nrad\nrad'''⟧ # slut\n",
		"with-its-line-break":   "a = ⟦1\n⟧b = 2\n",
		"a-line-break-alone":    "a = [1⟦\n⟧]\n",
		"empty":                 "a = ⟦⟧1\n",
		"empty-line":            "a = 1\n⟦⟧\nb = 2\n",
		"end-of-line":           "a =⟦⟧\nb = 2\n",
		"end-of-file":           "a = 1\nb =⟦⟧",
		"after-the-last-line":   "a = 1\n⟦⟧",
		"no-text":               "⟦⟧",
		"long-at-its-start":     "⟦aaa⟧ = \"" + strings.Repeat("lång ", 100) + "\"\n",
		"long-in-its-middle":    "a = \"" + strings.Repeat("lång ", 100) + "⟦här⟧" + strings.Repeat(" lång", 100) + "\"\n",
		"long-at-its-end":       "a = \"" + strings.Repeat("lång ", 100) + "\" ⟦slut⟧\n",
		"long-everywhere":       "a = ⟦\"" + strings.Repeat("lång ", 100) + "\"⟧\n",
		"long-and-wide":         "a = \"" + strings.Repeat("支", 200) + "⟦援⟧" + strings.Repeat("計", 200) + "\"\n",
		"as-long-as-a-file":     strings.Repeat("\"a\", ", 80000) + "⟦b⟧" + strings.Repeat(", \"c\"", 20000) + "\n",
		"line-of-three-ciphers": strings.Repeat("# rad\n", 120) + "a = ⟦fel⟧\n",
	} {
		t.Run(name, func(t *testing.T) {
			var l diag.List
			l.Error(marked(t, "fall/a.toml", text), "plain", nil)
			out := render(t, l, diag.TextOptions{Lang: lang.EN})
			for _, line := range strings.Split(out, "\n") {
				if w := displaywidth.String(line); w > 140 {
					t.Errorf("a line of %d columns", w)
				}
			}
			for _, r := range out {
				if r < ' ' && r != '\n' || r == utf8.RuneError || r == '\u202e' {
					t.Errorf("%U reaches the terminal", r)
				}
			}
			golden(t, filepath.Join("testdata", "text", name+".txt"), []byte(out))
		})
	}
}

// severalFaults is a list with a hint, a related place, a warning, and a fault of no text.
func severalFaults(t testing.TB) diag.List {
	var l diag.List
	text := "[[fact]]\nid = \"samtycke\"\n" + strings.Repeat("\n", 10) + "[[fact]]\nid = \"samtyke\"\n"
	src := diag.NewSource("m/faros.toml", text)
	at := strings.Index(text, "samtyke")
	first := strings.Index(text, "samtycke")
	l.Error(src.At(at, at+7), "lost", diag.Args{"Name": "samtyke", "Near": "samtycke"}).
		With(src.At(first, first+8), "first", nil).
		With(marked(t, "m/vocabulary.toml", "id = \"⟦samtycke⟧\""), "first", nil)
	l.Warn(src.At(0, 8), "plain", nil)
	l.Warn(diag.Span{}, "plain", nil)
	l.Error(diag.NewSource("m/odd\x1b[2J\nname.toml", "").At(0, 0), "lost", diag.Args{"Name": "a<b>&\n\x1b[2Jc", "Near": strings.Repeat("å", 3000)}).Hint = "-"
	return l
}

func TestTextShowsHintsAndRelatedPlacesInBothLanguages(t *testing.T) {
	speak(t)
	for _, l := range lang.All {
		golden(t, "testdata/several."+string(l)+".txt", []byte(render(t, severalFaults(t), diag.TextOptions{Lang: l})))
	}
}

func TestALineWhoseTextIsNotAtHandIsNamed(t *testing.T) {
	speak(t)
	var l diag.List
	l.Error(diag.LineOf("m/log.csv", 4711), "plain", nil)
	if got := render(t, l, diag.TextOptions{Lang: lang.EN}); !strings.HasPrefix(got, "m/log.csv:4711: error: something is wrong [plain]\n") {
		t.Error(got)
	}
	if got, err := l.MarshalJSON(); err != nil || !strings.Contains(string(got), `"line":4711`) {
		t.Errorf("%v %s", err, got)
	}
}

func TestTextUsesColourOnlyWhereItIsAskedFor(t *testing.T) {
	speak(t)
	plain := render(t, severalFaults(t), diag.TextOptions{})
	if strings.Contains(plain, "\x1b") {
		t.Error("there is an escape sequence in plain text")
	}
	coloured := render(t, severalFaults(t), diag.TextOptions{Colour: true})
	for _, code := range []string{"0", "1", "34", "36", "1;31", "1;33"} {
		coloured = strings.ReplaceAll(coloured, "\x1b["+code+"m", "")
	}
	if coloured != plain {
		t.Errorf("without its colours the text differs:\n%q\n%q", coloured, plain)
	}
}

func TestTextSaysWhenItCannotBeWritten(t *testing.T) {
	speak(t)
	if err := severalFaults(t).WriteText(full{}, diag.TextOptions{}); err == nil {
		t.Error("no error")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, fs.ErrPermission }

func TestSummaryCountsErrorsAndWarnings(t *testing.T) {
	for _, c := range []struct {
		errors, warnings int
		sv, en           string
	}{
		{0, 0, "inga fel", "no errors"},
		{1, 0, "1 fel", "1 error"},
		{0, 1, "1 varning", "1 warning"},
		{2, 1, "2 fel, 1 varning", "2 errors, 1 warning"},
		{1, 12, "1 fel, 12 varningar", "1 error, 12 warnings"},
	} {
		var l diag.List
		for range c.errors {
			l.Error(diag.Span{}, "x", nil)
		}
		for range c.warnings {
			l.Warn(diag.Span{}, "x", nil)
		}
		if sv, en := l.Summary(lang.SV), l.Summary(lang.EN); sv != c.sv || en != c.en {
			t.Errorf("%d errors and %d warnings: %q, %q; want %q, %q", c.errors, c.warnings, sv, en, c.sv, c.en)
		}
	}
}

func FuzzWriteText(f *testing.F) {
	speak(f)
	f.Add("a = 1\nb = \"å\"\n", 3, 9)
	f.Add("\ufeffa\r\n\tb\x1b[2J", 4, 2)
	f.Add("a\u0301\u200d👩\u200d🚒\xff", -1, 100)
	f.Add(strings.Repeat("支\t", 500), 700, 701)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		src := diag.NewSource("a.toml", text)
		var l diag.List
		l.Error(src.At(start, end), "lost", diag.Args{"Name": text}).With(src.At(end, start), "first", nil)
		out := render(t, l, diag.TextOptions{Lang: lang.SV})
		for _, line := range strings.Split(out, "\n") {
			if strings.IndexFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 }) >= 0 || !utf8.ValidString(line) {
				t.Errorf("a terminal would obey %q", line)
			}
		}
		if text != "" && strings.Count(out, "^") < 2 {
			t.Errorf("no caret in\n%s", out)
		}
		if err := l.WriteJSON(&bytes.Buffer{}); err != nil {
			t.Error(err)
		}
		l[0].Span.Text()
	})
}
