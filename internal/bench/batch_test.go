package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/batch"
)

// BenchmarkBatch puts all lines of an NDJSON file through FAROS an operation and writes the decisions to nowhere, beside
// the bare strict scan of the same bytes, each on one core and on two.
func BenchmarkBatch(b *testing.B) {
	set := shipped(b, true)
	lines := cohortLines(b)
	text := slices.Concat(lines...)
	for _, cores := range []int{1, 2} {
		each := func(name string, run func() error) {
			b.Run(fmt.Sprintf("by=%s/cores=%d", name, cores), func(b *testing.B) {
				if runtime.NumCPU() < cores {
					b.Skipf("this machine has %d", runtime.NumCPU())
				}
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
				b.SetBytes(int64(len(text)))
				for range b.N {
					if err := run(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)*float64(len(lines))/b.Elapsed().Seconds(), "cases/s")
			})
		}
		each("stegvis", func() error {
			report, err := batch.Run(context.Background(), bytes.NewReader(text), io.Discard,
				batch.Options{Set: set, Models: []string{"faros"}, Lang: lang.SV, Workers: cores})
			if err == nil && report.Decisions != int64(len(lines)) {
				err = fmt.Errorf("%d of %d cases have been answered", report.Decisions, len(lines))
			}
			return err
		})
		each("scan", func() error { return scanAll(lines, cores) })
	}
}

// scanAll scans the lines, so many at a time. Each core takes hundreds of lines at once, as blocks of a file are.
func scanAll(lines [][]byte, cores int) error {
	blocks := make(chan [][]byte, 2*cores)
	faults := make(chan error, cores)
	var all sync.WaitGroup
	for range cores {
		all.Go(func() {
			var text bytes.Buffer
			dec := jsontext.NewDecoder(&text)
			for block := range blocks {
				for _, line := range block {
					text = *bytes.NewBuffer(line)
					if err := scan(dec, &text); err != nil {
						faults <- err
						return
					}
				}
			}
		})
	}
	for block := range slices.Chunk(lines, 400) {
		blocks <- block
	}
	close(blocks)
	all.Wait()
	close(faults)
	return <-faults
}
