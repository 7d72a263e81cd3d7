package dsl_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

// fixtures returns the text of every fixture of the folders.
func fixtures(t testing.TB, folders ...string) (texts []string) {
	for _, folder := range folders {
		names, err := filepath.Glob(filepath.Join("testdata", folder, "*.toml"))
		if err != nil || len(names) == 0 {
			t.Fatal("no fixtures in", folder, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, string(data))
		}
	}
	return texts
}

// Whatever a file holds, it is read quickly, its faults can be shown, and what comes out as a model is whole.
func FuzzLoad(f *testing.F) {
	for _, text := range fixtures(f, "broken", "cut", "good") {
		f.Add(text)
	}
	var beside []string // a vocabulary to use, and a model for an overlay to lie over
	for _, name := range []string{"vocabulary.toml", "translated.toml"} {
		data, err := os.ReadFile(filepath.Join("testdata", "broken", name))
		if err != nil {
			f.Fatal(err)
		}
		beside = append(beside, name, string(data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		start := time.Now()
		set := load(append([]string{"fuzzed.toml", text}, beside...)...)
		if took := time.Since(start); took > slowest(5*time.Second) {
			t.Errorf("it took %v", took)
		}
		for _, l := range lang.All {
			if got := render(set.Faults, l); strings.Contains(got, "<no value>") {
				t.Errorf("a message lacks a value:\n%s", got)
			}
		}
		for _, d := range set.Faults {
			if s := d.Span; s.Source == nil || s.Start < 0 || s.End < s.Start || s.End > len(s.Source.Text) {
				t.Errorf("%s has no place: %+v", d.Code, s)
			}
		}
		for _, m := range set.Models {
			checkWhole(t, m)
		}
	})
}

// checkWhole checks what everyone who holds a model relies on.
func checkWhole(t *testing.T, m *dsl.Model) {
	t.Helper()
	if m.ID == "" || m.Version == "" || m.Hash == "" || len(m.Steps) == 0 || len(m.Outcomes) == 0 {
		t.Errorf("a model that is not whole: %q %q", m.ID, m.Version)
	}
	rules := func(name string, r *dsl.Rule) {
		if r != nil && !r.Expr.Valid() {
			t.Errorf("%s has a rule that is not valid: %s", name, r.Text)
		}
	}
	for _, d := range m.Defines {
		rules(d.ID, d.Rule)
	}
	for _, s := range m.Stages {
		rules(s.ID, s.When)
	}
	for _, s := range m.Steps {
		rules(s.ID, s.When)
		if s.Kind == nil || s.Actor == nil || (len(s.Done) == 0) != (s.Every != nil) {
			t.Errorf("step %s is not whole", s.ID)
		}
		for _, i := range s.Done {
			rules(s.ID, i.Rule)
		}
		for _, a := range s.After {
			if a.Every != nil || m.Steps[a.Index] != a {
				t.Errorf("step %s comes after %s", s.ID, a.ID)
			}
		}
	}
	for _, o := range m.Outcomes {
		rules(o.ID, o.When)
	}
	for _, o := range m.Overlays {
		for _, d := range o.Duties {
			if d.ID == "" || len(d.Demands) == 0 {
				t.Errorf("duty %q is not whole", d.ID)
			}
			for _, x := range d.Demands {
				rules(d.ID, x.When)
				rules(d.ID, x.Unless)
				if x.Steps == nil || x.Kind == dsl.Before && x.First == nil || x.Kind == dsl.Never && x.When == nil && x.Unless == nil {
					t.Errorf("a demand of %s is not whole", d.ID)
				}
			}
		}
	}
	for _, j := range m.Judge() {
		if len(j.Demands) != len(j.Duty.Demands) {
			t.Errorf("%s is not judged whole", j.Duty.ID)
		}
	}
	if len(m.Order) != len(m.Defines)+len(m.Stages)+len(m.Steps) {
		t.Errorf("the order has %d nodes", len(m.Order))
	}
}

// dump writes what a model means: everything but places, texts of the file itself and its hash.
func dump(v reflect.Value, seen map[uintptr]bool, b *strings.Builder) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			b.WriteString("nil ")
			return
		}
		if _, ok := v.Interface().(*diag.Source); ok {
			return
		}
		if v.Elem().Kind() == reflect.Struct {
			if id := v.Elem().FieldByName("ID"); id.IsValid() {
				fmt.Fprintf(b, "&%s ", id)
			}
		}
		if seen[v.Pointer()] {
			return
		}
		seen[v.Pointer()] = true
		dump(v.Elem(), seen, b)
	case reflect.Struct:
		if _, ok := v.Interface().(diag.Span); ok {
			return
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Hash" {
				dump(v.Field(i), seen, b)
			}
		}
	case reflect.Slice:
		fmt.Fprintf(b, "[%d ", v.Len())
		for i := range v.Len() {
			dump(v.Index(i), seen, b)
		}
	default:
		fmt.Fprintf(b, "%v ", v)
	}
}

func meaning(set *dsl.Set) string {
	var b strings.Builder
	for _, m := range set.Models {
		dump(reflect.ValueOf(m), map[uintptr]bool{}, &b)
	}
	return b.String()
}

// A file that was cut off on its way either has a fault or means exactly what its whole lines mean.
func TestACutFileIsRefusedOrMeansWhatItsWholeLinesMean(t *testing.T) {
	files := []string{
		"allt.toml", readFixture(t, "good/allt.toml"), "allt.en.toml", readFixture(t, "good/allt.en.toml"),
		"ord.toml", readFixture(t, "good/ord.toml"), "ord.en.toml", readFixture(t, "good/ord.en.toml"),
		"lag.toml", readFixture(t, "good/lag.toml"), "lag.en.toml", readFixture(t, "good/lag.en.toml"),
	}
	for i := 1; i < len(files); i += 2 {
		stride := 11 // a prime, so that every kind of place is met
		if i == 1 && !testing.Short() {
			stride = 3
		}
		t.Run(files[i-1], func(t *testing.T) {
			t.Parallel()
			text := files[i]
			loadCut := func(n int) string {
				cut := append([]string{}, files...)
				cut[i] = text[:n]
				set := load(cut...)
				if len(set.Failed) > 0 {
					return "" // also a file of texts that does not tell whose it is: it is named among the failed
				}
				return meaning(set)
			}
			whole, lines := "", "" // what the whole lines before the cut mean
			for n := range len(text) {
				if n > 0 && text[n-1] == '\n' {
					lines = loadCut(n)
					if lines != "" {
						whole = lines
					}
				}
				if text[n] == '\n' || n%stride != 0 {
					continue // the line is whole, but for its end
				}
				if got := loadCut(n); got != "" && got != lines {
					t.Errorf("cut at byte %d, after %q, it is a model of its own", n, text[max(0, n-40):n])
				}
			}
			if whole == "" {
				t.Error("no cut leaves a model, so that this shows nothing")
			}
		})
	}
}

func TestAFileThatLacksAnyLineIsReadAllTheSame(t *testing.T) {
	files := []string{"allt.toml", readFixture(t, "good/allt.toml"), "lag.toml", readFixture(t, "good/lag.toml"), "ord.toml", readFixture(t, "good/ord.toml")}
	whole := meaning(load(files...))
	for k := 0; k < 4; k += 2 {
		lines := strings.SplitAfter(files[k+1], "\n")
		for i, line := range lines {
			lacking := append([]string{}, files...)
			lacking[k+1] = strings.Join(lines[:i], "") + strings.Join(lines[i+1:], "")
			set := load(lacking...)
			for _, m := range set.Models {
				checkWhole(t, m)
			}
			blank := strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#")
			if same := meaning(set) == whole; same && !blank {
				t.Errorf("%s:%d, %q, means nothing", files[k], i+1, line)
			} else if blank && !same {
				t.Errorf("%s:%d, %q, means something", files[k], i+1, line)
			}
			render(set.Faults, lang.SV)
		}
	}
}

func readFixture(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
