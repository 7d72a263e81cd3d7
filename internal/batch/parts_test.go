package batch_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/batch"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
)

// cohortOf writes a cohort in every format.
func cohortOf(t testing.TB, set *interpreter.Set, n int) map[casefile.Format][]byte {
	t.Helper()
	c := cohort.New(set, cohort.Options{Seed: 3, At: casetest.Day(t, "2026-03-01")})
	out := map[casefile.Format][]byte{}
	for _, f := range casefile.Formats {
		var b bytes.Buffer
		w := casefile.NewWriter(f, &b, c.Space().Columns)
		if err := errors.Join(c.Each(context.Background(), n, w.Write), w.Close()); err != nil {
			t.Fatal(err)
		}
		out[f] = b.Bytes()
	}
	return out
}

func TestOddTexts(t *testing.T) {
	set := casetest.Shipped(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte("{}\n{}\n"))
	z.Close()
	long := `{"id":"` + strings.Repeat("x", 3*interpreter.MaxCaseBytes) + `"}`
	over := `{"id":"` + strings.Repeat("x", interpreter.MaxCaseBytes) + `"}`
	quoted := "id,samtycke\n\"" + strings.Repeat("x\n", interpreter.MaxCaseBytes) + "\nb,true\n"
	cases := []struct {
		name   string
		from   casefile.Format
		text   string
		cases  int64
		row    int64
		faulty []string
	}{
		{"nothing", casefile.NDJSON, "", 0, 0, nil},
		{"a line break", casefile.NDJSON, "\n", 0, 1, nil},
		{"no last line break", casefile.NDJSON, "{}\n{}", 2, 2, nil},
		{"byte order mark", casefile.NDJSON, "\ufeff{}\r\n{}\r\n", 2, 2, nil},
		{"packed", casefile.NDJSON, packed.String(), 2, 2, nil},
		{"a line longer than a case", casefile.NDJSON, "{}\n" + over + "\n{}\n", 2, 3, []string{`2 "" case-too-large`}},
		{"a line far longer", casefile.NDJSON, "{}\n" + long + "\n{}\n", 2, 3, []string{`2 "" case-too-large`}},
		{"a line far longer, the last", casefile.NDJSON, "{}\n" + long, 1, 2, []string{`2 "" case-too-large`}},
		{"nothing in CSV", casefile.CSV, "", 0, 0, nil},
		{"no rows in CSV", casefile.CSV, "id,samtycke", 0, 0, nil},
		{"empty lines first", casefile.CSV, "\n\r\n\ufeffid,samtycke\na,true\n", 1, 4, nil},
		{"line breaks in a cell", casefile.CSV, "\"id\",\"samtycke\"\na,true\n\"a\nb\",true\r\n\"c\",false", 2, 5, []string{`3 "" case-id-invisible`}},
		{"too few cells", casefile.CSV, "id,samtycke\na\nb,true\nc,true,x\n", 1, 4, []string{`2 "" case-row-cells`, `4 "" case-row-cells`}},
		{"quotation marks", casefile.CSV, "id,samtycke\na\"b,true\n\"b\"x,true\nc,true\n\"d,true", 1, 5, []string{`2 "" case-row-quotes`, `3 "" case-row-quotes`, `5 "" case-row-quotes`}},
		{"a cell that is no value", casefile.CSV, "id,samtycke\na,ja\nb,true\n", 1, 3, []string{`2 "a" case-bool`}},
		{"a column that nobody knows", casefile.CSV, "id,samtykke\na,true\nb,\n", 1, 3, []string{`2 "a" case-unknown-fact`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, most := range []int{1 << 20, 5} {
				if most == 5 && len(c.text) > 1000 {
					most = 99_999
				}
				in := &slowly{[]byte(c.text), rand.New(rand.NewPCG(1, 1)), most}
				got := run(t, in, batch.Options{Set: set, Models: []string{"nu", "faros"}, Lang: lang.EN, From: c.from, Workers: 2})
				if got.err != nil || got.report.Cases != c.cases || got.report.Row != c.row || fmt.Sprint(got.faulty) != fmt.Sprint(c.faulty) {
					t.Errorf("%+v, %v; at fault: %q", got.report, got.err, got.faulty)
				}
			}
		})
	}
	t.Run("a quotation mark that is never closed", func(t *testing.T) {
		got := run(t, strings.NewReader(quoted), batch.Options{Set: set, Models: []string{"nu"}, Lang: lang.EN, From: casefile.CSV})
		if got.err != nil || got.report.Cases != 1 || !strings.HasPrefix(got.faulty[0], `2 "" case-row-quotes`) {
			t.Errorf("%+v, %v; at fault: %.200q", got.report, got.err, got.faulty)
		}
	})
}

func TestWhatCannotBeReadEndsTheRun(t *testing.T) {
	set := casetest.Shipped(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(shippedCohort())
	z.Close()
	torn := packed.Bytes()[:packed.Len()/2]
	parquet := cohortOf(t, set, 3000)[casefile.Parquet]
	damaged := bytes.Clone(parquet)
	for i := len(damaged) / 4; i < len(damaged)/4+2000; i++ {
		damaged[i] ^= 0x5a
	}
	for _, c := range []struct {
		name string
		from casefile.Format
		in   io.Reader
		more bool // some cases can be read
	}{
		{"packed and cut off", casefile.NDJSON, bytes.NewReader(torn), true},
		{"packed, and nothing in it", casefile.NDJSON, strings.NewReader("\x1f\x8b"), false},
		{"no Parquet", casefile.Parquet, strings.NewReader("PAR1 and nothing more"), false},
		{"Parquet in a pipe", casefile.Parquet, io.MultiReader(bytes.NewReader(parquet)), false},
		{"Parquet cut off", casefile.Parquet, bytes.NewReader(parquet[:len(parquet)/2]), false},
		{"Parquet damaged", casefile.Parquet, bytes.NewReader(damaged), false},
		{"a head with quotation marks", casefile.CSV, strings.NewReader("a\"b\nc\n"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := run(t, c.in, batch.Options{Set: set, Models: []string{"nu"}, Lang: lang.EN, From: c.from})
			var read *batch.ReadError
			if !errors.As(got.err, &read) {
				t.Fatalf("%+v %v", got.report, got.err)
			}
			if c.more && (got.report.Cases == 0 || got.report.Row > read.Row) {
				t.Errorf("%+v %+v", got.report, read)
			}
		})
	}
	got := run(t, strings.NewReader("id,samtycke,id\n"), batch.Options{Set: set, Models: []string{"nu"}, Lang: lang.EN, From: casefile.CSV})
	var head *batch.HeadError
	if !errors.As(got.err, &head) || len(head.Faults) != 1 || head.Faults[0].Code != "case-key-twice" {
		t.Errorf("a column twice: %v", got.err)
	}
}

// Parquet is passed over by rows, also by whole row groups.
func TestSkippingIsTheSameInEveryFormat(t *testing.T) {
	set := casetest.TwoVersions(t)
	c := cohort.New(set, cohort.Options{Seed: 3, At: casetest.Day(t, "2026-03-01")})
	var cases []*interpreter.Case
	for i := range 70 {
		cases = append(cases, c.Case(i))
	}
	for _, f := range []struct {
		form   casefile.Format
		before int64 // lines before the first case
		n      int64
	}{{casefile.NDJSON, 0, 1500}, {casefile.CSV, 1, 1500}, {casefile.Parquet, 0, 20_100}} { // more than one row group
		var text bytes.Buffer
		w := casefile.NewWriter(f.form, &text, c.Space().Columns)
		for i := range f.n {
			if err := w.Write(cases[int(i)%len(cases)]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		o := batch.Options{Set: set, Models: set.IDs(), Lang: lang.EN, From: f.form}
		whole := run(t, bytes.NewReader(text.Bytes()), o)
		for _, skip := range []int64{f.n - 1200, f.n - 101, f.n - 100, f.n - 99, f.n - 1, f.n, f.n + 5} {
			o.Skip = skip + f.before
			got := run(t, bytes.NewReader(text.Bytes()), o)
			left := max(0, f.n-skip)
			if got.err != nil || got.report.Cases != left || !bytes.HasSuffix(whole.out, got.out) || int64(bytes.Count(got.out, []byte("\n"))) != left {
				t.Fatalf("%s, skip %d: %+v %v", f.form, skip, got.report, got.err)
			}
		}
	}
}

// forever gives the same lines over and over, so many times.
type forever struct {
	text []byte
	at   int
	left int
}

func (f *forever) Read(p []byte) (int, error) {
	if f.at == len(f.text) {
		if f.at, f.left = 0, f.left-1; f.left <= 0 {
			return 0, io.EOF
		}
	}
	n := copy(p, f.text[f.at:])
	f.at += n
	return n, nil
}

// peak notes the most memory that was in use while it was written to.
type peak struct{ bytes uint64 }

func (p *peak) Write(b []byte) (int, error) {
	if rand.IntN(20) == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		p.bytes = max(p.bytes, m.HeapInuse)
	}
	return len(b), nil
}

func TestMemoryDoesNotGrowWithTheInput(t *testing.T) {
	set := casetest.Shipped(t)
	spent := func(times int) (mallocs, most uint64, cases int64) {
		var before, after runtime.MemStats
		var out peak
		runtime.GC()
		runtime.ReadMemStats(&before)
		r, err := batch.Run(t.Context(), &forever{text: shippedCohort(), left: times}, &out, batch.Options{Set: set, Models: set.IDs(), Lang: lang.SV, Workers: 2})
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		return after.Mallocs - before.Mallocs, out.bytes, r.Cases
	}
	few, small, n := spent(20)
	many, large, m := spent(100)
	if perCase := float64(many-few) / float64(m-n); many > few && perCase > 0.05 {
		t.Errorf("a case costs %.2f allocations", perCase)
	}
	const most = 150 << 20
	if large > small+most/2 || large > most {
		t.Errorf("%d MiB for %d cases, %d MiB for %d", large>>20, m, small>>20, n)
	}
}

// FuzzCSV: however a text is cut into blocks, its rows are read as the whole is read.
func FuzzCSV(f *testing.F) {
	set := casetest.TwoVersions(f)
	for _, s := range []string{
		"id,fint\na,true\n\"b\nc\",x\n", "id,namn\na\"b,\"x\ny\"\nc,\"d\"\"e\"\n\"f\"g\n", "id\n\"a\r\n\"\"\r\n\"\r\n", "\ufeffid,namn\n,\"\n", "id,namn\na,b\rc\nd,\"e\"\r",
	} {
		f.Add(s, uint64(1))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		o := batch.Options{Set: set, Models: set.IDs(), Lang: lang.EN, From: casefile.CSV, Workers: 3}
		whole := run(t, strings.NewReader(text), o)
		parts := run(t, &slowly{[]byte(text), rand.New(rand.NewPCG(seed, 1)), 3}, o)
		if !bytes.Equal(whole.out, parts.out) || fmt.Sprint(whole.faulty, whole.err, whole.report) != fmt.Sprint(parts.faulty, parts.err, parts.report) {
			t.Fatalf("whole: %s %q %v %+v\nin parts: %s %q %v %+v", whole.out, whole.faulty, whole.err, whole.report, parts.out, parts.faulty, parts.err, parts.report)
		}
		if whole.err != nil {
			return
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
		n := int64(-1) // the head
		for {
			_, err := r.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			n++
		}
		if got := whole.report.Cases + whole.report.Faulty; got != max(n, 0) {
			t.Fatalf("%d rows, and %d are answered or told of", n, got)
		}
	})
}
