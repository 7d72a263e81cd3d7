package bench

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
)

// written is how many different cases are read as JSON: together much more than a processor's caches hold.
const written = 50_000

// cohortLines are made-up cases of all shipped models, each on a line, with the facts of all of them.
func cohortLines(t testing.TB) [][]byte {
	t.Helper()
	lines, err := madeLines(shipped(t, true))
	must(t, err)
	return lines
}

var made struct {
	sync.Once
	lines [][]byte
	err   error
}

func madeLines(set *interpreter.Set) ([][]byte, error) {
	made.Do(func() {
		c := cohort.New(set, cohort.Options{Seed: 1, At: 20_513})
		for i := range written {
			var text []byte
			if text, made.err = c.Case(i).MarshalJSON(); made.err != nil {
				return
			}
			made.lines = append(made.lines, append(text, '\n'))
		}
	})
	return made.lines, made.err
}

func newReader(t testing.TB, set *interpreter.Set, models ...string) *interpreter.Reader {
	t.Helper()
	var faults diag.List
	r := set.NewReader(models, "", &faults)
	if r == nil {
		t.Fatal(faults[0].Message(lang.EN))
	}
	return r
}

// scan goes through the tokens of a text and does nothing with them. The decoder refuses duplicate names.
func scan(dec *jsontext.Decoder, text *bytes.Buffer) error {
	dec.Reset(text)
	for {
		if _, err := dec.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// BenchmarkJSON goes from a case's JSON to its decision on FAROS: strictly, beside the bare strict scan of the same
// bytes; and as a service would without stegvis, with encoding/json into a map and expr's virtual machine.
func BenchmarkJSON(b *testing.B) {
	set := shipped(b, false)
	lines := cohortLines(b)
	size := 0
	for _, line := range lines {
		size += len(line)
	}
	each := func(name string, f func(text []byte) error) {
		b.Run("by="+name, func(b *testing.B) {
			for _, line := range lines[:100] { // makes room, once
				must(b, f(line))
			}
			b.ReportAllocs()
			b.ResetTimer()
			b.SetBytes(int64(size / len(lines)))
			for i := range b.N {
				if err := f(lines[i%len(lines)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	reader := newReader(b, set, "faros")
	var result interpreter.Result
	each("stegvis", func(text []byte) error {
		if !reader.ReadJSON(text) {
			return errors.New("the reader refuses " + string(text))
		}
		p, facts, at := reader.Answering(0, interpreter.Query{})
		p.Decide(facts, at, &result)
		return nil
	})
	var text bytes.Buffer
	dec := jsontext.NewDecoder(&text)
	each("scan", func(line []byte) error {
		text = *bytes.NewBuffer(line)
		return scan(dec, &text)
	})
	x, err := NewExprVM(faros(b, false).Model())
	must(b, err)
	var f Facts
	var a Answer
	each("encoding-json+expr", func(line []byte) error {
		env, at, err := x.ReadJSON(line, &f)
		if err != nil {
			return err
		}
		x.Decide(env, &f, at, &a)
		return nil
	})
}

// What is read from JSON is decided as the facts themselves are.
func TestCasesReadFromJSONAreDecidedAlike(t *testing.T) {
	set := shipped(t, false)
	p := set.Versions("faros")[0]
	x, err := NewExprVM(p.Model())
	must(t, err)
	reader, drawer := newReader(t, set, "faros"), newDrawer(p, true)
	var want, got interpreter.Result
	var f Facts
	var a Answer
	for i := range 2_000 {
		facts, at := drawer.draw(i)
		p.Decide(facts, at, &want)
		text := caseOf(t, p, facts, at)
		if !reader.ReadJSON(text) {
			t.Fatalf("the reader refuses %s", text)
		}
		program, read, day := reader.Answering(0, interpreter.Query{})
		program.Decide(read, day, &got)
		if a, b := told(p, &got, true), told(p, &want, true); a != b {
			t.Fatalf("read from JSON: %s\nas drawn:       %s\n%s", a, b, text)
		}
		env, day, err := x.ReadJSON(text, &f)
		must(t, err)
		x.Decide(env, &f, day, &a)
		if a, b := a.told(false), told(p, &want, false); a != b {
			t.Fatalf("encoding/json and expr: %s\nthe interpreter:        %s\n%s", a, b, text)
		}
	}
}

// caseOf writes the facts as a case file.
func caseOf(t testing.TB, p *interpreter.Program, f *interpreter.Facts, at calendar.Day) []byte {
	t.Helper()
	c := interpreter.NewCase("drawn")
	c.At = &at
	for i, fact := range p.Model().Facts {
		if v := f.Value(i); v != nil {
			c.Set(fact.ID, v)
		}
	}
	text, err := c.MarshalJSON()
	must(t, err)
	return text
}
