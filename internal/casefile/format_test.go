package casefile_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/internal/tally"
	"github.com/stegvis/stegvis/interpreter"
)

// readAll reads cases that must be faultless.
func readAll(t rapid.TB, f casefile.Format, text []byte, set *interpreter.Set) (out []*interpreter.Case) {
	t.Helper()
	r, err := casefile.NewReader(f, "cases", bytes.NewReader(text), set)
	if err != nil {
		t.Fatal(err)
	}
	for {
		var faults diag.List
		c, err := r.Read(&faults)
		for _, f := range faults {
			t.Fatal(f.Message(lang.EN))
		}
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
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

// facts tells what is said of every fact of the set, as the programs understand it.
func facts(t rapid.TB, set *interpreter.Set, c *interpreter.Case) map[string]any {
	t.Helper()
	out := map[string]any{"id": c.ID}
	if c.At != nil {
		out["at"] = *c.At
	}
	for _, p := range set.Programs() {
		var faults diag.List
		bound := c.Bind(p, set.Declares, &faults)
		for _, f := range faults {
			t.Fatal(f.Message(lang.EN))
		}
		for i, f := range p.Model().Facts {
			switch {
			case bound.Known(i):
				out[f.ID] = bound.Value(i)
			case bound.IsUnobtainable(i):
				out[f.ID] = "nobody knows"
			}
		}
	}
	return out
}

func TestEveryFormatHoldsTheSameFacts(t *testing.T) {
	for name, set := range map[string]*interpreter.Set{"shipped": casetest.Shipped(t), "every type": casetest.TwoVersions(t)} {
		t.Run(name, func(t *testing.T) {
			const n = 400
			c := cohort.New(set, cohort.Options{Seed: 5, At: casetest.Day(t, "2026-03-01")})
			want := make([]map[string]any, n)
			for i := range want {
				want[i] = facts(t, set, c.Case(i))
			}
			// From each format to the next, round to the first again.
			text := written(t, c, n, casefile.NDJSON)
			first := text
			for i, to := range []casefile.Format{casefile.CSV, casefile.Parquet, casefile.NDJSON} {
				from := []casefile.Format{casefile.NDJSON, casefile.CSV, casefile.Parquet}[i]
				cases := readAll(t, from, text, set)
				if len(cases) != n {
					t.Fatalf("%s: %d cases", from, len(cases))
				}
				var b bytes.Buffer
				w := casefile.NewWriter(to, &b, c.Space().Columns)
				for i, k := range cases {
					if got := facts(t, set, k); !reflect.DeepEqual(got, want[i]) {
						t.Fatalf("%s, case %d:\n%v\nwas\n%v", from, i, got, want[i])
					}
					if err := w.Write(k); err != nil {
						t.Fatal(err)
					}
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				text = b.Bytes()
			}
			last := readAll(t, casefile.NDJSON, text, set)
			for i, k := range readAll(t, casefile.NDJSON, first, set) {
				if a, b := facts(t, set, k), facts(t, set, last[i]); !reflect.DeepEqual(a, b) {
					t.Fatalf("case %d came back as\n%v\nwas\n%v", i, b, a)
				}
			}
		})
	}
}

// Any legal value comes back, not only those that a cohort makes.
func TestEveryValueComesBackFromATable(t *testing.T) {
	set := casetest.TwoVersions(t)
	columns := casefile.ColumnsOf(set)
	rapid.Check(t, func(t *rapid.T) {
		c := interpreter.NewCase(rapid.StringMatching(`[ -~åäö]{0,20}`).Draw(t, "id"))
		maybe := func(fact string, value any) {
			switch rapid.IntRange(0, 5).Draw(t, fact+"?") {
			case 0:
			case 1:
				c.Set(fact, nil)
			default:
				c.Set(fact, value)
			}
		}
		days := rapid.Map(rapid.Int32Range(int32(calendar.MinDay), int32(calendar.MaxDay)), func(d int32) calendar.Day { return calendar.Day(d) })
		maybe("fint", rapid.Bool().Draw(t, "fint"))
		maybe("antal", rapid.Int64Range(50, 100).Draw(t, "antal"))
		maybe("vikt", rapid.Float64Range(-0.5, 1.5).Draw(t, "vikt"))
		maybe("sort", rapid.SampledFrom([]string{"a", "b"}).Draw(t, "sort"))
		maybe("verktyg", rapid.SliceOfDistinct(rapid.SampledFrom([]string{"hammare", "tang", "sax"}), rapid.ID).Draw(t, "verktyg"))
		maybe("namn", rapid.OneOf(rapid.SampledFrom([]string{"", "null", `"null"`, ";", "a;b", "\n", `"`, " x "}), rapid.StringMatching(`[ -~åäö\n]{0,30}`)).Draw(t, "namn"))
		maybe("bokad", days.Draw(t, "bokad"))
		maybe("klart", days.Draw(t, "klart"))
		if rapid.Bool().Draw(t, "at?") {
			at := days.Draw(t, "at")
			c.At = &at
		}
		for _, f := range casefile.Formats {
			var b bytes.Buffer
			w := casefile.NewWriter(f, &b, columns)
			if err := errors.Join(w.Write(c), w.Close()); err != nil {
				t.Fatal(err)
			}
			back := readAll(t, f, b.Bytes(), set)
			if len(back) != 1 {
				t.Fatalf("%s: %d cases", f, len(back))
			}
			if got, want := facts(t, set, back[0]), facts(t, set, c); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: %v\nwas %v\n%s", f, got, want, b.String())
			}
		}
	})
}

func TestATableHasAColumnForEachFact(t *testing.T) {
	set := casetest.Shipped(t)
	c := cohort.New(set, cohort.Options{Seed: 1, At: casetest.Day(t, "2026-03-01")})
	head, _, _ := strings.Cut(string(written(t, c, 1, casefile.CSV)), "\n")
	columns := strings.Split(head, ",")
	if got := strings.Join(columns[:4], " "); got != "id at arendestart arbetsformaga_nedsatt" {
		t.Errorf("the first columns are %s", got)
	}
	seen := map[string]bool{}
	for _, name := range columns {
		if seen[name] {
			t.Errorf("%s stands twice", name)
		}
		seen[name] = true
	}
	for _, p := range set.Programs() {
		for _, f := range p.Model().Facts {
			if !seen[f.ID] {
				t.Errorf("%s has no column", f.ID)
			}
		}
	}
}

func TestWhatIsWrongWithACaseIsToldAtItsLine(t *testing.T) {
	set := casetest.Shipped(t)
	text := `{"id":"a","facts":{}}` + "\n\n" + `{"id":"b","facts":{"samtycke":true,"samtycke":false}}` + "\r\n" + `{"id":"c","facts":{}}`
	r, err := casefile.NewReader(casefile.NDJSON, "kohort.ndjson", strings.NewReader(text), set)
	if err != nil {
		t.Fatal(err)
	}
	var faults diag.List
	var ids []string
	for {
		c, err := r.Read(&faults)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.ID)
	}
	if fmt.Sprint(ids) != "[a b c]" {
		t.Errorf("cases read: %v", ids)
	}
	if len(faults) != 1 || faults[0].Code != "case-fact-twice" || faults[0].Span.Name() != "kohort.ndjson" || faults[0].Span.Source.Position(faults[0].Span.Start).Line != 3 {
		t.Errorf("faults: %v", faults)
	}
}

func TestALineLongerThanACaseIsRefusedAndPassedOver(t *testing.T) {
	text := `{"id":"` + strings.Repeat("x", 3*interpreter.MaxCaseBytes) + "\"}\n" + `{"id":"b"}`
	r, err := casefile.NewReader(casefile.NDJSON, "k", strings.NewReader(text), casetest.Shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	var faults diag.List
	if _, err := r.Read(&faults); err != nil || len(faults) != 1 || faults[0].Code != "case-too-large" {
		t.Errorf("%v, %v", err, faults)
	}
	if c, err := r.Read(&faults); err != nil || c.ID != "b" {
		t.Errorf("after it comes %v, %v", c, err)
	}
}

// A Parquet file that is cut off or has a changed byte gives an error or cases, never a panic.
func TestABrokenParquetFileIsAnError(t *testing.T) {
	set := casetest.Shipped(t)
	c := cohort.New(set, cohort.Options{Seed: 1, At: casetest.Day(t, "2026-03-01")})
	whole := written(t, c, 3, casefile.Parquet)
	read := func(text []byte) error {
		r, err := casefile.NewReader(casefile.Parquet, "k", bytes.NewReader(text), set)
		for err == nil {
			var faults diag.List
			_, err = r.Read(&faults)
		}
		return err
	}
	if err := read(whole); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	for n := 0; n < len(whole); n += len(whole)/25 + 1 {
		if err := read(whole[:n]); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("cut off after %d of %d bytes: %v", n, len(whole), err)
		}
	}
	for i := 0; i < len(whole); i += len(whole)/60 + 1 {
		changed := bytes.Clone(whole)
		changed[i] ^= 0x55
		read(changed)
	}
}

func TestATableWithAColumnTwiceIsRefused(t *testing.T) {
	if _, err := casefile.NewReader(casefile.CSV, "k", strings.NewReader("id,samtycke,samtycke\n"), casetest.Shipped(t)); err == nil {
		t.Error("it was read")
	}
}

func FuzzReadCSV(f *testing.F) {
	set := casetest.Shipped(f)
	f.Add("id,at,samtycke,problematik,timmar_per_vecka\na,2026-03-01,true,social;somatisk,12\nb,,null,;,\n")
	f.Add("\ufeffid\n\"a\nb\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		fuzzed(t, set, casefile.CSV, text)
	})
}

func FuzzReadNDJSON(f *testing.F) {
	set := casetest.Shipped(f)
	f.Add(`{"id":"a","at":"2026-03-01","facts":{"samtycke":null}}` + "\n\n{}\r\n[")
	f.Fuzz(func(t *testing.T, text string) {
		fuzzed(t, set, casefile.NDJSON, text)
	})
}

// fuzzed reads a text to its end and counts the cases: nothing panics, and each is counted or told of.
func fuzzed(t *testing.T, set *interpreter.Set, f casefile.Format, text string) {
	r, err := casefile.NewReader(f, "k", strings.NewReader(text), set)
	sum := tally.New(set, set.IDs())
	n := 0
	for err == nil {
		var faults diag.List
		var c *interpreter.Case
		if c, err = r.Read(&faults); err != nil {
			break
		}
		n++
		sum.Add(c, nil, 0, faults.HasErrors(), &faults)
	}
	s := sum.Summary(lang.EN)
	if s.Cases != n {
		t.Fatalf("%d cases, %d counted", n, s.Cases)
	}
	for _, m := range s.Models {
		if got := m.Statuses.Open + m.Statuses.Waiting + m.Statuses.NeedsFacts + m.Statuses.Closed + m.Statuses.Stuck; got != n-s.Faulty {
			t.Fatalf("%s: %d of %d cases have a status", m.Model, got, n-s.Faulty)
		}
	}
}
