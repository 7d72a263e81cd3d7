package dsl_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"weak"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/workflows"
)

// folder is a folder of files that is edited, by name.
type folder map[string]string

func (f folder) sources() (out []*diag.Source) {
	for name, text := range f {
		out = append(out, diag.NewSource(name, text))
	}
	return out
}

// sameSet fails where two sets differ in anything that their users can see.
func sameSet(t rapid.TB, got, want *dsl.Set) {
	t.Helper()
	for _, l := range lang.All {
		if a, b := render(got.Faults, l), render(want.Faults, l); a != b {
			t.Fatalf("other faults:\n%s\nand not\n%s", a, b)
		}
	}
	for _, s := range slices.Concat(got.Files, want.Files) {
		s.Lines() // which are counted when they are first asked for
	}
	if len(got.Models) != len(want.Models) {
		t.Fatalf("%d models and not %d", len(got.Models), len(want.Models))
	}
	for i, m := range got.Models {
		w := want.Models[i]
		if m.Hash != w.Hash || !reflect.DeepEqual(m.Plain(), w.Plain()) {
			t.Fatalf("another model %s", m.ID)
		}
		for j, o := range m.Overlays {
			for k, duty := range o.Duties {
				for n, d := range duty.Demands {
					other := w.Overlays[j].Duties[k].Demands[n]
					for _, pair := range [][2]*dsl.Rule{{d.When, other.When}, {d.Unless, other.Unless}} {
						if pair[0] != nil && !reflect.DeepEqual(m.RuleOf(pair[0]), w.RuleOf(pair[1])) {
							t.Fatalf("a rule of %s has another type in %s", duty.ID, m.ID)
						}
					}
				}
			}
		}
	}
	if !reflect.DeepEqual(got.Failed, want.Failed) || !reflect.DeepEqual(got.Overlays, want.Overlays) {
		t.Fatal("other failures or overlays")
	}
	if !reflect.DeepEqual(got.Files, want.Files) || !reflect.DeepEqual(got.Tests, want.Tests) {
		t.Fatal("other files")
	}
}

// texts of files by name, of all that the tests have, and of what ships.
func someFiles(t testing.TB) (names []string, texts map[string]string) {
	texts = map[string]string{}
	for _, dir := range []string{"broken", "good", "cut"} {
		found, err := filepath.Glob(filepath.Join("testdata", dir, "*.toml"))
		if err != nil || len(found) == 0 {
			t.Fatal(dir, err)
		}
		for _, name := range found {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			texts[filepath.Base(name)] = string(text)
		}
	}
	var faults diag.List
	for _, s := range dsl.ReadFS(workflows.FS, &faults) {
		if !strings.HasSuffix(s.Name, "_test.toml") {
			texts[s.Name] = s.Text
		}
	}
	for name := range texts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, texts
}

func TestAReloadGivesWhatALoadGives(t *testing.T) {
	names, texts := someFiles(t)
	related := []string{ // files that have to do with each other, so that most edits matter
		"ord.toml", "ord.en.toml", "allt.toml", "allt.en.toml", "lag.toml", "lag.en.toml", "upplaga-1.toml", "upplaga-2.toml",
		"upplaga.sv.toml", "upplaga-2.sv.toml", "delade-tecken.toml", "delade-tecken.en.toml",
		"vocabulary.toml", "eskilstuna-2014.toml", "eskilstuna-2014.en.toml", "eskilstuna-2020.toml", "sfb30.toml",
	}
	rapid.Check(t, func(t *rapid.T) {
		var r dsl.Reloader
		now := folder{}
		for _, name := range related {
			if rapid.IntRange(0, 3).Draw(t, "in") > 0 && texts[name] != "" {
				now[name] = texts[name]
			}
		}
		for range rapid.IntRange(1, 6).Draw(t, "loads") {
			for range rapid.IntRange(0, 2).Draw(t, "edits") {
				edit(t, now, names, related, texts)
			}
			sameSet(t, r.Load(now.sources()), dsl.Load(now.sources()))
		}
	})
}

// edit changes something in the folder, as an editor, a copy or a slip would.
func edit(t *rapid.T, now folder, names, related []string, texts map[string]string) {
	from := names
	if rapid.IntRange(0, 4).Draw(t, "related") > 0 {
		from = related
	}
	name := rapid.SampledFrom(from).Draw(t, "file")
	text, there := now[name]
	if !there {
		now[name] = texts[name]
		return
	}
	lines := strings.Split(text, "\n")
	line := func() int { return rapid.IntRange(0, len(lines)-1).Draw(t, "line") }
	switch rapid.IntRange(0, 6).Draw(t, "how") {
	case 0:
		delete(now, name)
		return
	case 1: // as it was
		now[name] = texts[name]
		return
	case 2: // under another name as well
		now["copy-"+name] = text
		return
	case 3:
		i := line()
		lines = slices.Delete(lines, i, i+1)
	case 4:
		i := line()
		lines = slices.Insert(lines, i, lines[i])
	case 5: // a word, as of an id or a rule
		i := line()
		words := strings.FieldsFunc(lines[i], func(c rune) bool { return strings.ContainsRune(" =\"'[]{}(),", c) })
		if len(words) > 0 {
			word := rapid.SampledFrom(words).Draw(t, "word")
			lines[i] = strings.Replace(lines[i], word, rapid.SampledFrom([]string{word + "x", "b", "e", "true", "m", "vocabulary"}).Draw(t, "new"), 1)
		}
	case 6: // the end is lost
		lines = lines[:line()]
	}
	now[name] = strings.Join(lines, "\n")
}

func TestAReloadMakesNothingAnewThatHasNotChanged(t *testing.T) {
	var faults diag.List
	now := folder{}
	for _, s := range dsl.ReadFS(workflows.FS, &faults) {
		now[s.Name] = s.Text
	}
	var r dsl.Reloader
	before := r.Load(now.sources())
	for _, c := range []struct {
		file string
		anew string // the models made anew, with their versions
	}{
		{"nu.toml", "nu@1"},
		{"nu.en.toml", "nu@1"},
		{"nu_test.toml", ""},
		{"eskilstuna-2014.toml", "eskilstuna@2014"},
		{"vocabulary.en.toml", "all"},
		{"vocabulary.toml", "all"},
		{"sfb30.toml", "all"},
	} {
		now[c.file] += "\n# edited\n"
		after := r.Load(now.sources())
		if len(after.Models) != len(before.Models) {
			t.Fatalf("%s: %d models", c.file, len(after.Models))
		}
		var anew []string
		for i, m := range after.Models {
			if m != before.Models[i] {
				anew = append(anew, fmt.Sprintf("%s@%s", m.ID, m.Version))
			}
		}
		if got := strings.Join(anew, " "); got != c.anew && (c.anew != "all" || len(anew) != len(after.Models)) {
			t.Errorf("%s was edited, and made anew: %s", c.file, got)
		}
		for i, s := range after.Files {
			if (s != before.Files[i]) != (s.Name == c.file) {
				t.Errorf("%s was edited: is %s another?", c.file, s.Name)
			}
		}
		before = after
	}
}

func TestAReloaderKeepsTheLastLoadAlone(t *testing.T) {
	var r dsl.Reloader
	var past []weak.Pointer[dsl.Model]
	now := folder{"w.toml": words, "m.toml": model(step("one", ""))}
	for i := range 20 {
		now["w.toml"] += fmt.Sprintf("# %d\n", i)
		for _, m := range r.Load(now.sources()).Models {
			past = append(past, weak.Make(m))
		}
	}
	runtime.GC()
	for i, m := range past[:len(past)-1] {
		if m.Value() != nil {
			t.Errorf("the model of load %d of %d is still there", i+1, len(past))
		}
	}
	if len(past) != 20 || past[19].Value() == nil {
		t.Error("the model of the last load is not there")
	}
	runtime.KeepAlive(&r)
}

func BenchmarkReload(b *testing.B) {
	var faults diag.List
	shipped := folder{}
	for _, s := range dsl.ReadFS(workflows.FS, &faults) {
		shipped[s.Name] = s.Text
	}
	b.Run("full", func(b *testing.B) {
		sources := shipped.sources()
		b.ReportAllocs()
		for b.Loop() {
			dsl.Load(sources)
		}
	})
	for _, name := range []string{"nu.toml", "nu.en.toml", "vocabulary.toml", "none"} {
		b.Run("edit="+name, func(b *testing.B) {
			var r dsl.Reloader
			sources := shipped.sources()
			r.Load(sources)
			at := slices.IndexFunc(sources, func(s *diag.Source) bool { return s.Name == name })
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if at >= 0 {
					sources[at] = diag.NewSource(name, shipped[name]+fmt.Sprintf("# %d\n", i))
				}
				r.Load(sources)
			}
		})
	}
}
