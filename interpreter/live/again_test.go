package live_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/live"
	"github.com/stegvis/stegvis/workflows"
)

// shipped is a folder of what ships.
func shipped(t testing.TB) folder {
	f := newFolder(t)
	names, err := fs.Glob(workflows.FS, "*.toml")
	must(t, err)
	for _, name := range names {
		text, err := fs.ReadFile(workflows.FS, name)
		must(t, err)
		f.write(name, string(text))
	}
	return f
}

// edited writes a file anew with a line more.
func (f folder) edited(name string, n int) {
	f.t.Helper()
	text, err := os.ReadFile(f.path(name))
	must(f.t, err)
	before, _, _ := strings.Cut(string(text), "\n# edit ")
	f.write(name, before+fmt.Sprintf("\n# edit %d\n", n))
}

func TestAnEditCompilesOnlyWhatDependsOnIt(t *testing.T) {
	f := shipped(t)
	l := f.open()
	for n, c := range []struct{ file, anew string }{
		{"nu.toml", "nu@1"},
		{"eskilstuna-2014.en.toml", "eskilstuna@2014"},
		{"halland_test.toml", ""},
		{"vocabulary.toml", "all"},
		{"sfb30.en.toml", "all"}, // the law lies over every model
	} {
		before := l.Current().Programs()
		f.edited(c.file, n)
		reload(t, l)
		var anew []string
		for i, p := range l.Current().Programs() {
			if p != before[i] {
				anew = append(anew, p.Model().ID+"@"+p.Model().Version)
			}
		}
		if c.anew == "all" && len(anew) == len(before) {
			continue
		}
		if got := strings.Join(anew, " "); got != c.anew {
			t.Errorf("%s was edited, and compiled anew: %q", c.file, got)
		}
	}
}

func TestAModelThatIsHeldBackIsNotCompiledAgainForEveryEdit(t *testing.T) {
	f := newFolder(t)
	f.write("liten.toml", alone("liten", "1", 1))
	f.write("bredvid.toml", alone("bredvid", "1", 1))
	var tried []*interpreter.Program
	cfg := f.asked()
	cfg.Tests = func(_ *dsl.Set, candidate *interpreter.Set) map[live.Key]diag.List {
		tried = append(tried, candidate.Versions("liten")[0])
		if len(tried) == 1 {
			return nil
		}
		var faults diag.List
		faults.Error(diag.Span{}, "test-mismatch", nil)
		return map[live.Key]diag.List{{Model: "liten", Version: "1"}: faults}
	}
	l := open(t, cfg)
	f.write("liten.toml", alone("liten", "1", 2))
	for n := range 3 {
		f.write("bredvid.toml", alone("bredvid", "1", n+2))
		reload(t, l)
		wantAnswer(t, l, "bredvid", single(n+2))
	}
	if len(tried) != 4 || len(slices.Compact(slices.Clone(tried))) != 2 {
		t.Errorf("the model was tried as %v", tried)
	}
}

// Whatever a folder went through, what is wrong with it is what is wrong with one that has just been opened, and what is
// right is live in both.
func TestAReloadIsAsAnOpening(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := newFolder(t)
		texts := map[string]func(n int) string{
			"ord.toml":     vocabulary,
			"liten.toml":   func(n int) string { return model("liten", n) },
			"bredvid.toml": func(n int) string { return alone("bredvid", "1", n) },
			"senare.toml":  func(n int) string { return alone("bredvid", fmt.Sprint(n), n) },
		}
		names := []string{"bredvid.toml", "liten.toml", "ord.toml", "senare.toml"}
		for _, name := range names {
			f.write(name, texts[name](2))
		}
		cfg := f.quick()
		cfg.Hold = -1
		l, err := live.Open(cfg)
		must(t, err)
		defer l.Close()
		for range rapid.IntRange(1, 5).Draw(r, "reloads") {
			for range rapid.IntRange(0, 2).Draw(r, "edits") {
				name := rapid.SampledFrom(names).Draw(r, "file")
				f.write(name, texts[name](rapid.IntRange(2, 4).Draw(r, "text")))
			}
			must(t, l.Reload(context.Background()))
			fresh, err := live.Open(cfg)
			must(t, err)
			if a, b := standing(l), standing(fresh); a != b {
				t.Errorf("after a reload\n%s\nand opened\n%s", a, b)
			}
			fresh.Close()
		}
	})
}

// standing tells what is live of the newest text, and what is said of the files.
func standing(l *live.Live) string {
	var b strings.Builder
	status := l.Status()
	for _, m := range status.Models {
		if m.OK() {
			fmt.Fprintln(&b, m.Key, m.Hash)
		}
	}
	for _, d := range status.Faults {
		fmt.Fprintln(&b, d.Span.Name(), d.Span.Start, d.Message(lang.EN))
	}
	return b.String()
}

// BenchmarkReload takes in an edit of one line of what ships, beside opening the whole folder.
func BenchmarkReload(b *testing.B) {
	f := shipped(b)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			l, err := live.Open(live.Config{Dir: f.dir})
			must(b, err)
			l.Close()
		}
	})
	for _, name := range []string{"nu.toml", "vocabulary.toml"} {
		b.Run("edit="+name, func(b *testing.B) {
			l, err := live.OpenWithoutEvents(live.Config{Dir: f.dir})
			must(b, err)
			defer l.Close()
			for n := 0; b.Loop(); n++ {
				f.edited(name, n)
				must(b, l.Reload(context.Background()))
			}
		})
	}
}
