package interpreter_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// cohortLines are the cases of the example cohort, each of them also with one fact or another lost, so that no two
// are alike: thousands of lines that no processor learns by heart.
var cohortLines = sync.OnceValue(func() (lines [][]byte) {
	text, err := os.ReadFile(filepath.Join("..", "examples", "cohort", "cohort.ndjson"))
	if err != nil {
		panic(err)
	}
	dice := rand.New(rand.NewPCG(1, 2))
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		lines = append(lines, line)
		for range 5 {
			var faults diag.List
			c := interpreter.ReadCase(diag.NewSource("-", string(line)), &faults)
			if faults.HasErrors() {
				panic(faults[0].Message(lang.EN))
			}
			names := c.Names()
			for range dice.IntN(4) {
				c.Forget(names[dice.IntN(len(names))])
			}
			less, err := c.MarshalJSON()
			if err != nil {
				panic(err)
			}
			lines = append(lines, less)
		}
	}
	return lines
})

// newReader returns a reader of cases for the models.
func newReader(t testing.TB, set *interpreter.Set, version string, models ...string) *interpreter.Reader {
	t.Helper()
	var faults diag.List
	r := set.NewReader(models, version, &faults)
	if r == nil {
		t.Fatal(render(t, faults, lang.EN))
	}
	return r
}

// The bare scan is what the library itself takes to go through the same bytes, as strict as it can be.
func BenchmarkReadJSON(b *testing.B) {
	lines := cohortLines()
	size := 0
	for _, line := range lines {
		size += len(line)
	}
	each := func(name string, f func([]byte)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(size / len(lines)))
			for i := 0; b.Loop(); i++ {
				f(lines[i%len(lines)])
			}
		})
	}
	var text bytes.Buffer
	dec := jsontext.NewDecoder(&text)
	each("scan", func(line []byte) {
		text = *bytes.NewBuffer(line)
		dec.Reset(&text)
		for {
			_, err := dec.ReadToken()
			if err == io.EOF {
				return
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	read := func(r *interpreter.Reader) func([]byte) {
		return func(line []byte) {
			if !r.ReadJSON(line) {
				b.Fatalf("%s is refused", line)
			}
		}
	}
	decide := func(r *interpreter.Reader) func([]byte) {
		results := map[*interpreter.Program]*interpreter.Result{}
		for _, p := range shipped().Programs() {
			results[p] = &interpreter.Result{}
		}
		return func(line []byte) {
			if !r.ReadJSON(line) {
				b.Fatalf("%s is refused", line)
			}
			for m := range r.Models() {
				p, facts, at := r.Answering(m, interpreter.Query{})
				p.Decide(facts, at, results[p])
			}
		}
	}
	each("slowly", func(line []byte) {
		var faults diag.List
		c := interpreter.ReadCase(diag.NewSource("-", string(line)), &faults)
		c.Bind(shipped().Choose(c, interpreter.Query{Model: "faros"}, &faults), shipped().Declares, &faults)
	})
	each("faros", read(newReader(b, shipped(), "", "faros")))
	each("faros-decided", decide(newReader(b, shipped(), "", "faros")))
	each("all", read(newReader(b, shipped(), "", shipped().IDs()...)))
	each("all-decided", decide(newReader(b, shipped(), "", shipped().IDs()...)))
}
