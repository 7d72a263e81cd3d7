package cohort_test

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
)

var (
	shipped = casetest.Shipped
	models  = casetest.Models
	refuse  = casetest.Refuse
	day     = casetest.Day
)

func line(t testing.TB, c *interpreter.Case) string {
	t.Helper()
	b, err := c.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// written returns n cases in a format.
func written(t testing.TB, c *cohort.Cohort, n int, f casefile.Format) []byte {
	t.Helper()
	var b bytes.Buffer
	w := casefile.NewWriter(f, &b, c.Space().Columns)
	if err := c.Each(t.Context(), n, w.Write); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	o := cohort.Options{Seed: 7, At: day(t, "2026-03-01")}
	for _, f := range casefile.Formats {
		t.Run(string(f), func(t *testing.T) {
			first := written(t, cohort.New(shipped(t), o), 150, f)
			threads := runtime.GOMAXPROCS(1)
			again := written(t, cohort.New(shipped(t), o), 150, f)
			runtime.GOMAXPROCS(threads)
			if !bytes.Equal(first, again) {
				t.Error("another run, on another number of threads, wrote other bytes")
			}
			other := o
			other.Seed = 8
			if bytes.Equal(first, written(t, cohort.New(shipped(t), other), 150, f)) {
				t.Error("another seed wrote the same bytes")
			}
		})
	}
}

func TestACaseDoesNotDependOnHowManyThereAre(t *testing.T) {
	c := cohort.New(shipped(t), cohort.Options{Seed: 1, At: day(t, "2026-03-01")})
	for _, n := range []int{1, 63, 64, 65, 500} {
		i := 0
		err := c.Each(t.Context(), n, func(k *interpreter.Case) error {
			if got, want := line(t, k), line(t, c.Case(i)); got != want {
				t.Fatalf("of %d cases, number %d is\n%s\nand alone it is\n%s", n, i, got, want)
			}
			i++
			return nil
		})
		if err != nil || i != n {
			t.Fatalf("asked for %d cases, got %d, %v", n, i, err)
		}
	}
}

func TestEachStopsWhenItIsTold(t *testing.T) {
	c := cohort.New(shipped(t), cohort.Options{Seed: 1, At: day(t, "2026-03-01")})
	full := errors.New("full")
	seen := 0
	err := c.Each(t.Context(), 1_000_000, func(*interpreter.Case) error {
		if seen++; seen == 100 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || seen != 100 {
		t.Errorf("after %d cases: %v", seen, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	seen = 0
	err = c.Each(ctx, 1_000_000, func(*interpreter.Case) error {
		if seen++; seen == 100 {
			stop()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || seen != 100 {
		t.Errorf("after %d cases: %v", seen, err)
	}
}

// valid fails the test unless every version of every model can take the case.
func valid(t rapid.TB, set *interpreter.Set, c *interpreter.Case) {
	t.Helper()
	for _, p := range set.Programs() {
		var faults diag.List
		c.Bind(p, set.Declares, &faults)
		for _, f := range faults {
			t.Fatalf("%s %s, case %s: %s", p.Model().ID, p.Model().Version, c.ID, f.Message(lang.EN))
		}
	}
}

func TestEveryCaseIsValidForEveryModel(t *testing.T) {
	set := shipped(t)
	names := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		at := calendar.Day(rapid.Int32Range(10_000, 25_000).Draw(t, "at"))
		c := cohort.New(set, cohort.Options{Seed: rapid.Uint64().Draw(t, "seed"), At: at})
		k := c.Case(rapid.IntRange(0, 1<<40).Draw(t, "i"))
		valid(t, set, k)
		if k.At == nil || *k.At != at || k.ID == "" || names[k.ID] {
			t.Fatalf("case %q, asked about %v", k.ID, k.At)
		}
		text, err := k.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var faults diag.List
		read := interpreter.ReadCase(diag.NewSource("case.json", string(text)), &faults)
		if len(faults) > 0 {
			t.Fatalf("%s\n%s", faults[0].Message(lang.EN), text)
		}
		valid(t, set, read)
	})
}

func TestHistoriesAreLegal(t *testing.T) {
	set := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		at := calendar.Day(rapid.Int32Range(16_000, 25_000).Draw(t, "at"))
		model := rapid.SampledFrom(set.IDs()).Draw(t, "model")
		c := cohort.New(set, cohort.Options{Seed: rapid.Uint64().Draw(t, "seed"), At: at, Models: []string{model}})
		i := rapid.IntRange(0, 1000).Draw(t, "i")
		h := c.History(i)
		if h.Model != model || h.Opened > at || h.Last > at {
			t.Fatalf("%s, opened %s, last %s, asked about %s", h.Model, h.Opened, h.Last, at)
		}
		before := h.Opened
		for _, a := range h.Acts {
			if a.Day < before || a.Day > h.Last {
				t.Fatalf("%s was done on %s, after %s and before %s", a.Step, a.Day, before, h.Last)
			}
			before = a.Day
			if a.Status != interpreter.Required && !a.Ahead {
				t.Fatalf("%s was done on %s, while %s", a.Step, a.Day, a.Status)
			}
		}
		// Whatever had happened by any day of its history, every model has an answer.
		k := c.Case(i)
		for _, name := range k.Names() {
			v, _ := k.Get(name)
			on, ok := v.(calendar.Day)
			if !ok {
				continue
			}
			for _, id := range set.IDs() {
				var faults diag.List
				if d := set.Decide(k, interpreter.Query{Model: id, At: &on, Lang: lang.EN}, &faults); d == nil || len(faults) > 0 {
					t.Fatalf("%s has no answer for %s", id, on)
				}
			}
		}
	})
	c, ahead := cohort.New(set, cohort.Options{Seed: 1, At: day(t, "2026-03-01")}), false
	for i := 0; i < 2000 && !ahead; i++ {
		for _, a := range c.History(i).Acts {
			ahead = ahead || a.Ahead
		}
	}
	if !ahead {
		t.Error("no step was ever done before its time")
	}
}

func TestNothingHappensAfterTheDayAskedAbout(t *testing.T) {
	set := shipped(t)
	at := day(t, "2026-03-01")
	c := cohort.New(set, cohort.Options{Seed: 3, At: at})
	for i := range 1000 {
		k := c.Case(i)
		for _, f := range c.Space().Facts {
			v, _ := k.Get(f.ID)
			if d, ok := v.(calendar.Day); ok && f.Kind.String() == "event" && d > at {
				t.Fatalf("case %s: %s on %s", k.ID, f.ID, d)
			}
		}
	}
}

func TestCasesLiveThroughTheModelsAskedFor(t *testing.T) {
	set := shipped(t)
	c := cohort.New(set, cohort.Options{Seed: 1, At: day(t, "2026-03-01"), Models: []string{"nu", "halland"}})
	seen := map[string]int{}
	for i := range 200 {
		seen[c.History(i).Model]++
	}
	if seen["nu"] < 50 || seen["halland"] < 50 || len(seen) != 2 {
		t.Errorf("models lived through: %v", seen)
	}
}

func TestASetWithoutModelsGivesCasesOfWhichNothingIsKnown(t *testing.T) {
	c := cohort.New(interpreter.SetOf(nil), cohort.Options{Seed: 1, At: day(t, "2026-03-01")})
	if got := line(t, c.Case(0)); got != `{"id":"k1-000001","at":"2026-03-01","facts":{}}` {
		t.Error(got)
	}
}

func TestWeightsAreOfTheSharedVocabularyAlone(t *testing.T) {
	space := cohort.NewSpace(shipped(t))
	for id, values := range cohort.Weights() {
		i, ok := space.Index(id)
		if !ok || !space.Facts[i].Shared {
			t.Errorf("%s is no fact of the vocabulary", id)
			continue
		}
		for _, v := range values {
			found := false
			for _, have := range space.Facts[i].Values {
				found = found || have == v
			}
			if !found {
				t.Errorf("%s has no value %s", id, v)
			}
		}
		if n := len(space.Facts[i].Values); len(values) != n {
			t.Errorf("%s has %d values and %d weights", id, n, len(values))
		}
	}
}

func BenchmarkCase(b *testing.B) {
	c := cohort.New(shipped(b), cohort.Options{Seed: 1, At: day(b, "2026-03-01")})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Case(i)
	}
}
