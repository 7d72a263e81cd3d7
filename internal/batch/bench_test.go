package batch_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/batch"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/internal/casetest"
)

// benchCases is how many different cases the benchmarks go through.
const benchCases = 40_000

var population = sync.OnceValue(func() map[casefile.Format][]byte {
	t := new(testing.B)
	return cohortOf(t, casetest.Shipped(t), benchCases)
})

// BenchmarkBatch puts a made-up population through FAROS, in and out, beside the bare strict scan of its tokens.
func BenchmarkBatch(b *testing.B) {
	for _, workers := range []int{1, 2} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers)) // one core does all: it reads, decides and writes
		b.Run(fmt.Sprintf("scan-%d", workers), func(b *testing.B) {
			text := population()[casefile.NDJSON]
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				scan(b, text, workers)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchCases, "ns/case")
		})
		for _, f := range casefile.Formats {
			for _, to := range casefile.Formats {
				if f != casefile.NDJSON && to != f {
					continue
				}
				b.Run(fmt.Sprintf("%s-%s-%d", f, to, workers), func(b *testing.B) {
					text, set := population()[f], casetest.Shipped(b)
					b.SetBytes(int64(len(text)))
					b.ReportAllocs()
					for b.Loop() {
						o := batch.Options{Set: set, Models: []string{"faros"}, Lang: lang.SV, From: f, To: to, Workers: workers}
						if r, err := batch.Run(b.Context(), bytes.NewReader(text), io.Discard, o); err != nil || r.Cases != benchCases {
							b.Fatal(r, err)
						}
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchCases, "ns/case")
				})
			}
		}
	}
}

// scan reads every token of NDJSON and refuses names that stand twice.
func scan(b *testing.B, text []byte, workers int) {
	var all sync.WaitGroup
	part := len(text)/workers + 1
	for from := 0; from < len(text); {
		to := min(len(text), from+part)
		to += bytes.IndexByte(append(text[to:len(text):len(text)], '\n'), '\n')
		lines := text[from:min(to+1, len(text))]
		from = to + 1
		all.Go(func() {
			var line bytes.Buffer
			dec := jsontext.NewDecoder(&line)
			for len(lines) > 0 {
				var one []byte
				one, lines, _ = bytes.Cut(lines, []byte{'\n'})
				line.Reset()
				line.Write(one)
				dec.Reset(&line)
				for {
					if _, err := dec.ReadToken(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						b.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
}
