package batch_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/batch"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/internal/casefile/parquettest"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/tally"
	"github.com/stegvis/stegvis/interpreter"
)

var shippedCohort = sync.OnceValue(func() []byte {
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "cohort", "cohort.ndjson"))
	if err != nil {
		panic(err)
	}
	return text
})

// answered is what a run gave.
type answered struct {
	out    []byte
	faulty []string // row, case and codes
	report batch.Report
	err    error
}

func run(t testing.TB, in io.Reader, o batch.Options) answered {
	t.Helper()
	var a answered
	var out bytes.Buffer
	o.Name = "cases"
	o.Faulty = func(f *batch.Faulty) { a.faulty = append(a.faulty, told(f.Row, f.Case, f.Faults)) }
	a.report, a.err = batch.Run(t.Context(), in, &out, o)
	a.out = out.Bytes()
	return a
}

func told(row int64, id string, faults diag.List) string {
	s := fmt.Sprintf("%d %q", row, id)
	for _, d := range faults {
		s += " " + d.Code
	}
	return s
}

// line is how a decision is written for a row.
func line(t testing.TB, row int64, id string, d *interpreter.Decision) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d); err != nil {
		t.Fatal(err)
	}
	name := "null"
	if id != "" {
		name = fmt.Sprintf("%q", id)
	}
	return fmt.Sprintf(`{"row":%d,"case":%s,`, row, name) + strings.TrimPrefix(b.String(), "{")
}

// oneByOne answers as batch must, the slow and plain way: line by line, case by case.
func oneByOne(t testing.TB, text string, o batch.Options) (out string, faulty []string, sum *tally.Tally) {
	t.Helper()
	sum = tally.New(o.Set, o.Models)
	for i, one := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		if strings.TrimSpace(one) == "" || int64(i) < o.Skip {
			continue
		}
		var faults diag.List
		c := interpreter.ReadCase(diag.NewSource("cases", one), &faults)
		lines := ""
		for _, id := range o.Models {
			q := interpreter.Query{Model: id, Version: o.Version, At: o.At, Today: o.Today, Lang: o.Lang, Explain: o.Explain}
			if d := o.Set.Decide(c, q, &faults); d != nil {
				lines += line(t, int64(i+1), c.ID, d)
			}
		}
		if faults.HasErrors() {
			sum.Case(true)
			faulty = append(faulty, told(int64(i+1), c.ID, nil))
			continue
		}
		sum.Add(c, o.At, o.Today, false, &faults)
		out += lines
	}
	return out, faulty, sum
}

func TestEveryAnswerIsThatOfTheCaseAlone(t *testing.T) {
	set := casetest.Shipped(t)
	early := casetest.Day(t, "2019-05-01")
	for _, o := range []batch.Options{
		{Models: set.IDs(), Lang: lang.SV},
		{Models: set.IDs(), Lang: lang.EN, At: &early},
		{Models: []string{"nu"}, Lang: lang.EN, Explain: true},
		{Models: []string{"eskilstuna"}, Version: "2014", Lang: lang.SV, Skip: 900},
	} {
		o.Set = set
		if o.Explain {
			o.Skip = 800
		}
		want, _, _ := oneByOne(t, string(shippedCohort()), o)
		got := run(t, bytes.NewReader(shippedCohort()), o)
		if got.err != nil || len(got.faulty) != 0 {
			t.Fatal(got.err, got.faulty)
		}
		if string(got.out) != want {
			t.Errorf("%v: the answers differ", o.Models)
		}
	}
}

// A table of the same cases is answered alike, but for the numbers of the rows.
func TestEveryFormatIsAnsweredAlike(t *testing.T) {
	for name, set := range map[string]*interpreter.Set{"shipped": casetest.Shipped(t), "every type": casetest.TwoVersions(t)} {
		t.Run(name, func(t *testing.T) {
			texts := cohortOf(t, set, 2500)
			want := run(t, bytes.NewReader(texts[casefile.NDJSON]), batch.Options{Set: set, Models: set.IDs(), Lang: lang.EN})
			if want.err != nil || len(want.faulty) != 0 || want.report.Cases != 2500 {
				t.Fatalf("%+v %v %v", want.report, want.err, want.faulty)
			}
			for f, before := range map[casefile.Format]int64{casefile.CSV: 1, casefile.Parquet: 0} {
				got := run(t, bytes.NewReader(texts[f]), batch.Options{Set: set, Models: set.IDs(), Lang: lang.EN, From: f})
				if got.err != nil || len(got.faulty) != 0 {
					t.Fatal(got.err, got.faulty)
				}
				a, b := strings.Split(string(want.out), "\n"), strings.Split(string(got.out), "\n")
				if len(a) != len(b) {
					t.Fatalf("%s: %d lines, and %d from NDJSON", f, len(b), len(a))
				}
				for i := range a[:len(a)-1] {
					row := int64(i/len(set.IDs())) + 1
					if strings.TrimPrefix(a[i], fmt.Sprintf(`{"row":%d,`, row)) != strings.TrimPrefix(b[i], fmt.Sprintf(`{"row":%d,`, row+before)) {
						t.Fatalf("%s, line %d:\n%s\nfrom NDJSON\n%s", f, i+1, b[i], a[i])
					}
				}
			}
		})
	}
}

// slowly gives its text in pieces of random sizes.
type slowly struct {
	text []byte
	dice *rand.Rand
	most int
}

func (s *slowly) Read(p []byte) (int, error) {
	if len(s.text) == 0 {
		return 0, io.EOF
	}
	n := min(len(p), len(s.text), 1+s.dice.IntN(s.most))
	copy(p, s.text[:n])
	s.text = s.text[n:]
	return n, nil
}

// drawLines draws lines with cases, sound and at fault, and with none.
func drawLines(t *rapid.T) string {
	cohort := strings.Split(strings.TrimSpace(string(shippedCohort())), "\n")
	lines := rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom(cohort), rapid.SampledFrom(cohort), rapid.SampledFrom(cohort),
		rapid.SampledFrom([]string{
			"", " ", "\t \r", "{}", `{"id":"å"}`, `{"id":"\u00e5 \"x\" <&>"}`, `{"id":"x","facts":{"samtycke":"ja"}}`, `{"id":"y","facts":{"samtykke":true}}`, "{", "null",
			`{"id":"z","facts":{"samtycke":true,"samtycke":true}}`, "\xff\xfe", `{"at":"2014-01-01","facts":{}}`, `{"facts":{"timmar_per_vecka":1e400}}`, "\ufeff{}",
		}),
	), 0, 60).Draw(t, "lines")
	text := strings.Join(lines, rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "break"))
	return rapid.SampledFrom([]string{"", "\ufeff"}).Draw(t, "mark") + text + rapid.SampledFrom([]string{"", "\n", "\r\n"}).Draw(t, "end")
}

// However the input comes, and however many work at it at whatever pace, the answers are those of the cases one by one, in
// their order; and so are the faults and the counts.
func TestAnswersComeInOrderWhateverThePace(t *testing.T) {
	set := casetest.Shipped(t)
	defer batch.BeforeDecision(func(*interpreter.Program, *interpreter.Facts) {
		if rand.IntN(50) == 0 {
			time.Sleep(time.Duration(rand.IntN(300)) * time.Microsecond)
		}
	})()
	rapid.Check(t, func(r *rapid.T) {
		text := drawLines(r)
		o := batch.Options{
			Set: set, Models: rapid.SampledFrom([][]string{{"faros"}, {"nu", "eskilstuna"}, set.IDs()}).Draw(r, "models"), Lang: lang.EN,
			Today: casetest.Day(t, "2026-03-01"), Workers: rapid.IntRange(1, 5).Draw(r, "workers"), Skip: rapid.SampledFrom([]int64{0, 0, 3, 100}).Draw(r, "skip"),
		}
		want, faulty, sum := oneByOne(t, text, o)
		in := func() io.Reader {
			return &slowly{[]byte(text), rand.New(rand.NewPCG(1, 2)), rapid.SampledFrom([]int{1 << 20, 1000, 7}).Draw(r, "most")}
		}
		got := run(t, in(), o)
		if got.err != nil {
			r.Fatal(got.err)
		}
		if string(got.out) != want {
			r.Fatalf("the answers are\n%s\nand one by one\n%s", got.out, want)
		}
		if len(got.faulty) != len(faulty) {
			r.Fatalf("at fault: %q, and one by one %q", got.faulty, faulty)
		}
		for i := range faulty {
			if !strings.HasPrefix(got.faulty[i], faulty[i]+" ") {
				r.Fatalf("at fault: %q, and one by one %q", got.faulty, faulty)
			}
		}
		o.Summary = true
		counted := run(t, in(), o)
		a, _ := json.Marshal(sum.Summary(lang.EN))
		b, _ := json.Marshal(counted.report.Tally.Summary(lang.EN))
		if !bytes.Equal(a, b) || len(counted.out) != 0 {
			r.Fatalf("counted:\n%s\none by one:\n%s", b, a)
		}
	})
}

// disk is a file with room for so many bytes.
type disk struct {
	text []byte
	room int
}

var errFull = errors.New("the disk is full")

func (d *disk) Write(p []byte) (int, error) {
	if n := d.room - len(d.text); n < len(p) {
		d.text = append(d.text, p[:n]...)
		return n, errFull
	}
	d.text = append(d.text, p...)
	return len(p), nil
}

func (d *disk) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekCurrent && offset == 0 {
		return int64(len(d.text)), nil
	}
	return offset, nil
}

func (d *disk) Truncate(n int64) error {
	d.text = d.text[:n]
	return nil
}

// Where the output fails, it ends with a whole case, and whoever goes on after the row that the report names gets the rest.
func TestAFailedWriteLeavesWholeCasesAndTheRestCanFollow(t *testing.T) {
	set := casetest.Shipped(t)
	text := append([]byte("{\n\n"), shippedCohort()...)
	for _, to := range []casefile.Format{casefile.NDJSON, casefile.CSV} {
		o := batch.Options{Set: set, Models: []string{"nu", "faros"}, Lang: lang.EN, To: to}
		whole := run(t, bytes.NewReader(text), o)
		dice := rand.New(rand.NewPCG(3, 4))
		for range 20 {
			d := &disk{room: 400 + dice.IntN(len(whole.out)-400)}
			report, err := batch.Run(t.Context(), bytes.NewReader(text), d, o)
			var failed *batch.WriteError
			if !errors.As(err, &failed) || !errors.Is(err, errFull) {
				t.Fatalf("%d bytes: %v", d.room, err)
			}
			on := o
			on.Skip, on.NoHead = report.Row, true
			rest := run(t, bytes.NewReader(text), on)
			if rest.err != nil {
				t.Fatal(rest.err)
			}
			if got := append(d.text, rest.out...); !bytes.Equal(got, whole.out) {
				t.Fatalf("%s: after %d bytes the report names row %d, and what follows is not the rest", to, d.room, report.Row)
			}
			if report.Cases+rest.report.Cases != whole.report.Cases || report.Faulty+rest.report.Faulty != whole.report.Faulty {
				t.Fatalf("%+v and %+v are not together %+v", report, rest.report, whole.report)
			}
		}
	}
}

// A run that is stopped ends soon, even if the input never comes, with whole cases; and the rest can follow.
func TestAStoppedRunLeavesWholeCases(t *testing.T) {
	set := casetest.Shipped(t)
	o := batch.Options{Set: set, Models: set.IDs(), Lang: lang.EN}
	whole := run(t, bytes.NewReader(shippedCohort()), o)
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	defer w.Close()
	go func() {
		w.Write(shippedCohort()[:len(shippedCohort())/2])
		// and nothing more comes
	}()
	var out bytes.Buffer
	o.Progress = func(_, cases int64) {
		if cases > 100 {
			stop()
		}
	}
	report, err := batch.Run(ctx, r, &out, o)
	if !errors.Is(err, ctx.Err()) || err == nil || report.Cases < 100 {
		t.Fatalf("%+v %v", report, err)
	}
	o.Skip, o.Progress = report.Row, nil
	rest := run(t, bytes.NewReader(shippedCohort()), o)
	if got := append(out.Bytes(), rest.out...); !bytes.Equal(got, whole.out) {
		t.Error("what was written before and after is not the whole")
	}
}

func TestARunThatIsNotAnsweredYetGetsWhatHasComeSoFar(t *testing.T) {
	set := casetest.Shipped(t)
	r, w := io.Pipe()
	answers, answer := io.Pipe()
	go func() {
		_, err := batch.Run(t.Context(), r, answer, batch.Options{Set: set, Models: []string{"nu"}, Lang: lang.EN})
		answer.CloseWithError(err)
	}()
	buf := make([]byte, 1<<16)
	for i := range 5 {
		fmt.Fprintf(w, "{\"id\":\"%d\"}\n", i)
		n, err := answers.Read(buf)
		if want := fmt.Sprintf(`{"row":%d,"case":"%d",`, i+1, i); err != nil || !strings.HasPrefix(string(buf[:n]), want) {
			t.Fatalf("to case %d the answer is %s %v", i, buf[:n], err)
		}
	}
	w.Close()
	if _, err := answers.Read(buf); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
}

// A fault of stegvis itself takes one case with it.
func TestAPanicLosesOneCase(t *testing.T) {
	set := casetest.TwoVersions(t)
	p := set.Programs()[1]
	fact, _ := p.FactIndex("namn")
	defer batch.BeforeDecision(func(q *interpreter.Program, f *interpreter.Facts) {
		if q == p && f.Known(fact) && f.Value(fact) == "boom" {
			panic("a secret")
		}
	})()
	var text string
	for i := range 50 {
		name := "svarv"
		if i%10 == 3 {
			name = "boom"
		}
		text += fmt.Sprintf(`{"id":"k%d","facts":{"namn":%q}}`+"\n", i, name)
	}
	var stacks []string
	var faulty []string
	var out bytes.Buffer
	report, err := batch.Run(t.Context(), strings.NewReader(text), &out, batch.Options{
		Set: set, Models: set.IDs(), Lang: lang.EN, Today: casetest.Day(t, "2026-03-01"),
		Faulty: func(f *batch.Faulty) {
			stacks, faulty = append(stacks, string(f.Stack)), append(faulty, told(f.Row, f.Case, f.Faults))
		},
	})
	if err != nil || report.Cases != 45 || report.Faulty != 5 || bytes.Count(out.Bytes(), []byte("\n")) != 45 {
		t.Fatalf("%+v %v %q", report, err, faulty)
	}
	if faulty[0] != `4 "k3" case-panic` {
		t.Errorf("told: %q", faulty)
	}
	if !strings.Contains(stacks[0], "TestAPanicLosesOneCase") || strings.Contains(stacks[0], "a secret") {
		t.Errorf("the place is told as\n%s", stacks[0])
	}
}

// A table of answers says what the decisions say.
func TestATableOfAnswersSaysWhatTheDecisionsSay(t *testing.T) {
	set := casetest.Shipped(t)
	o := batch.Options{Set: set, Models: set.IDs(), Lang: lang.EN}
	decisions := bytes.Split(bytes.TrimSpace(run(t, bytes.NewReader(shippedCohort()), o).out), []byte("\n"))
	o.To = casefile.CSV
	rows, err := csv.NewReader(bytes.NewReader(run(t, bytes.NewReader(shippedCohort()), o).out)).ReadAll()
	if err != nil || len(rows) != len(decisions)+1 {
		t.Fatal(err, len(rows))
	}
	o.To = casefile.Parquet
	typed := parquettest.Rows(t, run(t, bytes.NewReader(shippedCohort()), o).out)
	for i, text := range decisions {
		var d struct {
			Row  int64
			Case *string
			interpreter.Decision
		}
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{
			"row": fmt.Sprint(d.Row), "case": *d.Case, "model": d.Model, "version": d.Version, "hash": d.Hash, "at": d.At.String(), "status": string(d.Status),
		}
		list := func(column string, ids []string) { want[column] = strings.Join(ids, ";") }
		var next, late, upcoming, missing, limits []string
		for k, n := range d.Next {
			next = append(next, n.Step)
			if n.Time == interpreter.Late {
				late = append(late, n.Step)
			}
			if k > 0 {
				continue
			}
			want["step"], want["title"], want["kind"], want["actor"], want["time"] = n.Step, n.Title, n.Kind, n.Actor, string(n.Time)
			if n.Stage != nil {
				want["stage"] = *n.Stage
			}
			if n.Due != nil {
				want["due"], want["days_left"] = n.Due.String(), fmt.Sprint(*n.DaysLeft)
			}
		}
		for _, u := range d.Upcoming {
			upcoming = append(upcoming, u.Step)
			if from := u.From.String(); want["upcoming_from"] == "" || from < want["upcoming_from"] {
				want["upcoming_from"] = from
			}
		}
		for _, m := range d.Missing {
			missing = append(missing, m.Fact)
		}
		for _, x := range d.Limits {
			if x.Time == interpreter.Late {
				limits = append(limits, x.ID)
			}
		}
		list("next", next)
		list("late", late)
		list("upcoming", upcoming)
		list("missing", missing)
		list("late_limits", limits)
		if d.Outcome != nil {
			want["outcome"] = d.Outcome.ID
		}
		if d.Stuck != nil {
			want["stuck"] = string(d.Stuck.Why)
			list("stuck_facts", d.Stuck.Facts)
		}
		for k, name := range rows[0] {
			if got := rows[i+1][k]; got != want[name] {
				t.Fatalf("CSV, row %d, %s is %q, and in the decision %q", i+1, name, got, want[name])
			}
			if got := typed[i][name]; got != want[name] {
				t.Fatalf("Parquet, row %d, %s is %q, and in the decision %q", i+1, name, got, want[name])
			}
		}
	}
}
