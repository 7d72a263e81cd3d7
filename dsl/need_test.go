package dsl_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

// needed returns the names of the files that a model needs, or "all".
func needed(model string, files ...string) string {
	var sources []*diag.Source
	for i := 0; i < len(files); i += 2 {
		sources = append(sources, diag.NewSource(files[i], files[i+1]))
	}
	need := dsl.Needed(sources, model)
	if need == nil {
		return "all"
	}
	var names []string
	for _, s := range need.Sources {
		names = append(names, s.Name)
	}
	return strings.Join(names, " ")
}

const otherWords = `
[vocabulary]
id = "other"
title = "Other words"
lang = "en"
[[fact]]
id = "x"
type = "bool"
title = "X"
ask = "X?"
`

func TestAModelNeedsItsVocabulariesOverlaysAndTexts(t *testing.T) {
	other := strings.NewReplacer(`id = "m"`, `id = "n"`, `uses = ["w"]`, `uses = ["w", "other"]`).Replace(model(step("one", "")))
	law := func(models string) string {
		return "[overlay]\nid = \"law\"\ntitle = \"Law\"\nlang = \"en\"\nuses = [\"other\"]\n" + models
	}
	texts := func(of string) string { return "[texts]\nof = \"" + of + "\"\nlang = \"sv\"\n" }
	fact := func(more string) string { return "\n[[fact]]\nid = \"p\"\ntitle = \"P\"\nask = \"P?\"\n" + more }
	base := []string{"m.toml", model(step("one", "")), "w.toml", words, "n.toml", other, "other.toml", otherWords}
	const alone = "m.toml w.toml"
	for name, c := range map[string]struct {
		files []string
		want  string
	}{
		"nothing more":                     {nil, alone},
		"its texts":                        {[]string{"m.sv.toml", texts("m")}, alone + " m.sv.toml"},
		"its vocabulary's texts":           {[]string{"w.sv.toml", texts("w")}, alone + " w.sv.toml"},
		"another model's texts":            {[]string{"n.sv.toml", texts("n")}, alone},
		"another version":                  {[]string{"m2.toml", strings.Replace(model(""), `version = "1"`, `version = "2"`, 1)}, alone + " m2.toml"},
		"tests":                            {[]string{"m_test.toml", "[test]\nof = \"m\"\n[[case]]\nid = \"a\"\n"}, alone},
		"an overlay over all":              {[]string{"law.toml", law("")}, alone + " other.toml law.toml"},
		"an overlay over it":               {[]string{"law.toml", law(`models = ["m"]`)}, alone + " other.toml law.toml"},
		"an overlay over another":          {[]string{"law.toml", law(`models = ["n"]`)}, alone},
		"an overlay over both":             {[]string{"law.toml", law(`models = ["n", "m"]`)}, alone + " n.toml other.toml law.toml"},
		"an overlay of its name":           {[]string{"law.toml", strings.Replace(law(`models = ["n"]`), `id = "law"`, `id = "m"`, 1)}, alone + " n.toml other.toml law.toml"},
		"a vocabulary of its name":         {[]string{"v.toml", strings.Replace(otherWords, "other", "m", 1)}, alone + " v.toml"},
		"another model that has faults":    {[]string{"b.toml", strings.Replace(model(step("one", `when = "nothing > "`)), `"m"`, `"b"`, 1)}, alone},
		"another model cut off":            {[]string{"b.toml", "[model]\nid = \"b\"\nuses = [\"w\"]\n[[step]]\nid = "}, alone},
		"a fact of another as it is here":  {[]string{"b.toml", "[model]\nid = \"b\"\n[[fact]]\nid = \"v\"\ntype = \"enum\"\nvalues = { z = \"Z\", y = \"Y\", x = \"X\" }\n"}, alone},
		"a fact of another type":           {[]string{"b.toml", "[model]\nid = \"b\"\n[[fact]]\nid = \"b\"\ntype = \"int\"\n"}, "all"},
		"a fact with other values":         {[]string{"b.toml", "[model]\nid = \"b\"\n[[fact]]\nid = \"v\"\ntype = \"enum\"\n[fact.values]\nx = \"X\"\n"}, "all"},
		"a fact whose type cannot be told": {[]string{"b.toml", "[model]\nid = \"b\"" + fact(`typ = "bool"`)}, "all"},
		"facts that are not told plainly":  {[]string{"b.toml", "fact = [{ id = \"b\", type = \"int\" }]\n[model]\nid = \"b\"\n"}, "all"},
		"a head that is not told plainly":  {[]string{"b.toml", "model.id = \"b\"\n"}, alone},
		"a head in quotes":                 {[]string{"m2.toml", "[\"mode\\u006c\"]\n\"id\" = 'm'\n"}, alone + " m2.toml"},
		"a file without a head":            {[]string{"b.toml", "[[step]]\nid = \"a\"\n"}, "all"},
		"a file with two heads":            {[]string{"b.toml", "[model]\nid = \"b\"\n[overlay]\nid = \"c\"\n"}, "all"},
		"a file that does not tell its id": {[]string{"b.toml", "[model]\nid = 1\n"}, "all"},
		"a file that is no TOML":           {[]string{"b.toml", "\x00\x01"}, "all"},
		"an overlay that looks like tests": {[]string{"b_test.toml", law("")}, "all"},
		"a head far down":                  {[]string{"b.toml", "[[fact]]\nid = \"p\"\ntype = \"bool\"\ntitle = \"\"\"\n[overlay]\n\"\"\"\n[model]\nid = \"b\"\n"}, alone},
		"a limit that is passed":           {[]string{"b.toml", "[model]\nid = \"b\"\nx = " + strings.Repeat("[", 20) + strings.Repeat("]", 20) + "\n"}, "all"},
	} {
		if got := needed("m", append(slices.Clone(base), c.files...)...); got != c.want {
			t.Errorf("%s: it needs %s, want %s", name, got, c.want)
		}
	}
	if got := needed("nowhere", base...); got != "all" {
		t.Errorf("a model that is not there needs %s", got)
	}
}

// What a model is does not hang on whether the files that it does not need are loaded beside it, whatever is wrong with
// them.
func TestWhatIsNeededGivesTheModelThatTheWholeGives(t *testing.T) {
	fewer, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		files := drawFolder(t)
		whole := dsl.Load(files)
		for _, id := range []string{"m1", "m2", "m3"} {
			need := dsl.Needed(files, id)
			if need == nil {
				continue
			}
			if got, want := list(need.Declared), list(declared(whole)); !whole.Faults.HasErrors() && got != want {
				t.Fatalf("%s are declared, want %s\n%s", got, want, texts(files))
			}
			part := dsl.Load(need.Sources)
			if part.Faults.HasErrors() {
				continue // whoever asked loads the whole then, to tell of all that is wrong
			}
			all++
			if len(need.Sources) < len(files) {
				fewer++
			}
			if got, want := versions(part, id), versions(whole, id); got != want {
				t.Fatalf("%s of the files it needs is\n%s\nof all files it is\n%s\n%s\n%s", id, got, want, render(whole.Faults, lang.EN), texts(files))
			}
		}
	})
	if fewer == 0 || fewer < all/4 {
		t.Errorf("of %d models that could be had from what they need, only %d needed less than all: this shows little", all, fewer)
	}
}

// versions tells all there is to tell of the versions of a model, also of those that could not be made.
func versions(s *dsl.Set, id string) string {
	var b strings.Builder
	for _, m := range s.Models {
		if m.ID == id {
			fmt.Fprintf(&b, "%s %s %s ", m.ID, m.Version, m.Hash)
			dump(reflect.ValueOf(m), map[uintptr]bool{}, &b)
			for _, j := range m.Judge() {
				fmt.Fprintf(&b, "%s %s %v\n", j.Duty.ID, j.Verdict, j.Demands[0].Why)
			}
		}
	}
	for _, f := range s.Failed {
		if f.ID == id {
			fmt.Fprintf(&b, "%s %s failed\n", f.ID, f.Version)
		}
	}
	return b.String()
}

// declared returns the facts of all models.
func declared(s *dsl.Set) map[string]bool {
	out := map[string]bool{}
	for _, m := range s.Models {
		for _, f := range m.Facts {
			out[f.ID] = true
		}
	}
	return out
}

func list(names map[string]bool) string { return strings.Join(slices.Sorted(maps.Keys(names)), " ") }

func texts(files []*diag.Source) string {
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "-- %s --\n%s", f.Name, f.Text)
	}
	return b.String()
}

// drawFolder draws vocabularies, models, overlays and texts that use one another, and some that are at fault.
func drawFolder(t *rapid.T) []*diag.Source {
	some := func(label string, of ...string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 2, rapid.ID[string]).Draw(t, label)
	}
	list := func(names []string) string { return "[\"" + strings.Join(names, "\", \"") + "\"]\n" }
	head := func(kind, id, more string) string {
		return fmt.Sprintf("[%s]\nid = %q\ntitle = %q\nlang = \"en\"\n%s", kind, id, strings.ToUpper(id), more)
	}
	facts := func(from string, most int) (out string) {
		for i := range rapid.IntRange(0, most).Draw(t, "facts") {
			id := fmt.Sprintf("%s%d", from, i)
			if rapid.IntRange(0, 12).Draw(t, "shared") == 5 {
				id = "shared"
			}
			kind := rapid.SampledFrom([]string{"\"bool\"", "\"bool\"", "\"bool\"", "\"enum\"\nvalues = { a = \"A\", b = \"B\" }"}).Draw(t, "type")
			out += fmt.Sprintf("[[fact]]\nid = %q\ntype = %s\ntitle = \"T\"\nask = \"T?\"\n", id, kind)
		}
		return out
	}
	var files []*diag.Source
	add := func(name, text string) {
		switch rapid.IntRange(0, 39).Draw(t, "fault") { // small numbers are drawn most
		case 20: // a line is missing, or is written twice
			lines := strings.SplitAfter(text, "\n")
			i, n := rapid.IntRange(0, len(lines)-1).Draw(t, "line"), rapid.SampledFrom([]int{0, 2}).Draw(t, "times")
			text = strings.Join(slices.Concat(lines[:i], slices.Repeat(lines[i:i+1], n), lines[i+1:]), "")
		case 25: // cut off
			text = text[:rapid.IntRange(0, len(text)).Draw(t, "cut")]
		case 30: // what is not closed goes on
			i := rapid.IntRange(0, len(text)).Draw(t, "at")
			text = text[:i] + rapid.SampledFrom([]string{"\"", "[", "\"\"\"", "{", "\r", "#", "é", "\x01"}).Draw(t, "put in") + text[i:]
		case 35:
			name = strings.TrimSuffix(name, ".toml") + "_test.toml"
		}
		files = append(files, diag.NewSource(name, text))
	}
	for _, w := range []string{"w1", "w2"} {
		add(w+".toml", head("vocabulary", w, "")+"[[actor]]\nid = \"a"+w+"\"\ntitle = \"A\"\n[[kind]]\nid = \"k"+w+"\"\ntitle = \"K\"\n"+facts(w, 2))
	}
	for i := range rapid.IntRange(2, 5).Draw(t, "models") {
		m := rapid.SampledFrom([]string{"m1", "m2", "m3"}).Draw(t, "model")
		add(fmt.Sprintf("f%d.toml", i), head("model", m, fmt.Sprintf("version = \"%d\"\nin_force = 2026-01-0%d\nuses = ", i, i+1))+
			list(append(some("uses", "w2"), "w1"))+facts(m, 3)+"[[fact]]\nid = \"e"+m+"\"\ntype = \"event\"\ntitle = \"E\"\n"+
			"[[step]]\nid = \"s\"\ntitle = \"S\"\nkind = \"kw1\"\nactor = \"aw1\"\ndone = [\"happened(e"+m+")\"]\n"+
			"[[outcome]]\nid = \"o\"\ntitle = \"O\"\nafter = [\"s\"]\n")
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "overlays") {
		over := some("over", "m1", "m2", "m3")
		models := "models = " + list(over)
		if len(over) == 0 {
			models = ""
		}
		add(fmt.Sprintf("l%d.toml", i), head("overlay", rapid.SampledFrom([]string{"l1", "l2", "m1"}).Draw(t, "overlay"), models+"uses = "+list(append(some("overlay uses", "w2"), "w1")))+
			"[[duty]]\nid = \"d\"\ntitle = \"D\"\nlaw = \"L\"\n[[duty.takes_part]]\nactors = [\"aw1\"]\nsteps = { kinds = [\"kw1\"] }\n")
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "texts") {
		of := rapid.SampledFrom([]string{"w1", "w2", "m1", "m2", "m3", "l1"}).Draw(t, "of")
		table := map[byte]string{'w': "vocabulary", 'm': "model", 'l': "overlay"}[of[0]]
		add(fmt.Sprintf("t%d.sv.toml", i), fmt.Sprintf("[texts]\nof = %q\nlang = \"sv\"\n[%s]\ntitle = \"T%d\"\n", of, table, i))
	}
	return files
}

// The shipped models, each with every file that says anything of it.
func TestShippedModelsNeedFewFiles(t *testing.T) {
	var faults diag.List
	files := dsl.ReadDir(filepath.Join("..", "workflows"), &faults)
	whole := dsl.Load(files)
	for _, m := range whole.Models {
		need := dsl.Needed(files, m.ID)
		if need == nil || len(need.Sources) > len(files)/2 {
			t.Fatalf("%s needs %+v", m.ID, need)
		}
		if got, want := list(need.Declared), list(declared(whole)); got != want {
			t.Errorf("%s are declared, want %s", got, want)
		}
		if got, want := versions(dsl.Load(need.Sources), m.ID), versions(whole, m.ID); got != want {
			t.Errorf("%s is another model of the files that it needs", m.ID)
		}
	}
}

func BenchmarkNeeded(b *testing.B) {
	var faults diag.List
	files := dsl.ReadDir(filepath.Join("..", "workflows"), &faults)
	b.ReportAllocs()
	for b.Loop() {
		if dsl.Needed(files, "faros") == nil {
			b.Fatal("it is not sure what the model needs")
		}
	}
}
