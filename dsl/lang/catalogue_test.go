package lang_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stegvis/stegvis/dsl/lang"
)

// catalogue makes a catalogue of the files, given as name and content in turn.
func catalogue(t *testing.T, files ...string) *lang.Catalogue {
	t.Helper()
	c, err := lang.NewCatalogue(folder(files...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func folder(files ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		fsys[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return fsys
}

func TestCatalogueFillsInAndChoosesThePlural(t *testing.T) {
	c := catalogue(t,
		"a.sv.json", `{"days": {"one": "{{.Count}} dag", "other": "{{.Count}} dagar"}, "lost": "det finns inget som heter {{.Name}}", "only": "{{.Count}} st"}`,
		"a.en.json", `{"days": {"one": "{{.Count}} day", "other": "{{.Count}} days"}, "lost": "there is no {{.Name}}", "only": "{{.Count}} pcs"}`)
	for _, x := range []struct {
		id     string
		args   map[string]any
		sv, en string
	}{
		{"lost", map[string]any{"Name": "<å> & \"ö\""}, `det finns inget som heter <å> & "ö"`, `there is no <å> & "ö"`},
		{"lost", map[string]any{"Name": "x", "Count": "no number"}, "det finns inget som heter x", "there is no x"},
		{"days", map[string]any{"Count": 0}, "0 dagar", "0 days"},
		{"days", map[string]any{"Count": 1}, "1 dag", "1 day"},
		{"days", map[string]any{"Count": 2}, "2 dagar", "2 days"},
		{"days", map[string]any{"Count": -5}, "-5 dagar", "-5 days"},
		{"only", map[string]any{"Count": 1}, "1 st", "1 pcs"},
	} {
		want := lang.Text{SV: x.sv, EN: x.en}
		if got := c.In(x.id, x.args); got != want {
			t.Errorf("%s with %v: %+v, want %+v", x.id, x.args, got, want)
		}
	}
}

func TestCatalogueShowsTheIDOfWhatItLacks(t *testing.T) {
	c := catalogue(t, "a.sv.json", `{"sv-only": "bara svenska"}`, "a.en.json", `{"broken": "{{.Name"}`)
	if got := c.Text(lang.EN, "nowhere", nil); got != "[nowhere]" {
		t.Errorf("got %q", got)
	}
	if got := c.Text(lang.EN, "sv-only", nil); got != "[sv-only]" {
		t.Errorf("another language's sentence stands in: %q", got)
	}
	if got := c.Text(lang.EN, "broken", nil); got != "[broken]" {
		t.Errorf("got %q", got)
	}
	if !c.Has(lang.SV, "sv-only") || c.Has(lang.EN, "sv-only") {
		t.Error("Has is wrong of a sentence in Swedish only")
	}
	if got, want := c.Lacking(), []string{"en: sv-only", "sv: broken"}; !slices.Equal(got, want) {
		t.Errorf("Lacking = %q, want %q", got, want)
	}
}

func TestCatalogueListsItsIDsByPrefix(t *testing.T) {
	c := catalogue(t, "a.sv.json", `{"b.two": "x", "a": "x", "b.one": "x"}`)
	if got, want := c.IDs(lang.SV, "b."), []string{"b.one", "b.two"}; !slices.Equal(got, want) {
		t.Errorf("IDs = %q, want %q", got, want)
	}
	if got := c.IDs(lang.EN, ""); len(got) != 0 {
		t.Errorf("IDs in English = %q", got)
	}
}

func TestCatalogueIsRefusedWhereASentenceCouldGetLost(t *testing.T) {
	for name, files := range map[string][]string{
		"an id in two files":      {"a.sv.json", `{"x": "ett"}`, "b.sv.json", `{"x": "två"}`},
		"an id twice in one file": {"a.sv.json", `{"x": "ett", "x": "två"}`},
		"no JSON":                 {"a.sv.json", `{"x": `},
		"no object":               {"a.sv.json", `"x"`},
		"more after the object":   {"a.sv.json", `{"x": "ett"} {"y": "två"}`},
		"no text":                 {"a.sv.json", `{"x": 1}`},
		"no text in a form":       {"a.sv.json", `{"x": {"other": ["ett"]}}`},
		"a form twice":            {"a.sv.json", `{"x": {"other": "ett", "other": "två"}}`},
		"a form of no language":   {"a.sv.json", `{"x": {"few": "ett par", "other": "flera"}}`},
	} {
		if _, err := lang.NewCatalogue(folder(files...)); err == nil || !strings.Contains(err.Error(), ".sv.json") {
			t.Errorf("%s: the error is %v; it must name the file", name, err)
		}
		c := lang.MustCatalogue(folder(files...))
		for range 2 { // the second time as the first
			if text, ok := spoken(c, lang.SV); ok {
				t.Errorf("%s: MustCatalogue goes on, and says %q", name, text)
			}
		}
	}
}

func TestCatalogueReadsALanguageWhenItIsAskedFor(t *testing.T) {
	c := lang.MustCatalogue(folder("a.sv.json", `{"x": `, "a.en.json", `{"x": "one"}`))
	if text, ok := spoken(c, lang.EN); !ok || text != "one" {
		t.Errorf("got %q, %v: what is wrong with one language has nothing to do with the other", text, ok)
	}
	if _, ok := spoken(c, lang.SV); ok {
		t.Error("the language that cannot be read is spoken")
	}
	if got := c.Text("de", "x", nil); got != "[x]" {
		t.Errorf("a language that there is not says %q", got)
	}
}

// spoken returns the sentence x in l, if the catalogue can be read.
func spoken(c *lang.Catalogue, l lang.Lang) (text string, ok bool) {
	defer func() { ok = recover() == nil }()
	return c.Text(l, "x", nil), true
}
