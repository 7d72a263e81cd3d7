package conform_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"html"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/analysis/conform"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/internal/eventlog"
)

// lives are the rows of different lives through FAROS, without their case.
func lives(t testing.TB, n int) (out [][][]string) {
	set := casetest.Shipped(t)
	c := cohort.New(set, cohort.Options{Seed: 5, At: casetest.Day(t, "2026-03-01"), Models: []string{"faros"}})
	for i := 0; len(out) < n; i++ {
		if s := c.Story(i); len(s.Tellings) > 0 && len(s.Tellings) <= 12 {
			out = append(out, storyRows("", s))
		}
	}
	return out
}

// writeCSV writes so many traces, the lives over and over under names of their own.
func writeCSV(w io.Writer, lives [][][]string, n int) {
	b := bufio.NewWriterSize(w, 1<<16)
	b.WriteString("case:concept:name,concept:name,time:timestamp,value\n")
	for i := range n {
		for _, row := range lives[i%len(lives)] {
			fmt.Fprintf(b, "case-%07d,%s,%s,%s\n", i, row[1], row[2], row[3])
		}
	}
	b.Flush()
}

func writeXES(w io.Writer, lives [][][]string, n int) {
	packed, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
	b := bufio.NewWriterSize(packed, 1<<16)
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"2.0\">\n")
	for i := range n {
		fmt.Fprintf(b, "<trace><string key=\"concept:name\" value=\"case-%07d\"/>\n", i)
		for _, row := range lives[i%len(lives)] {
			fmt.Fprintf(b, "<event><string key=\"concept:name\" value=\"%s\"/><date key=\"time:timestamp\" value=\"%s+01:00\"/><string key=\"value\" value=\"%s\"/></event>\n", row[1], row[2], html.EscapeString(row[3]))
		}
		b.WriteString("</trace>\n")
	}
	b.WriteString("</log>\n")
	b.Flush()
	packed.Close()
}

// A log of very many traces is replayed in memory that does not grow with it, in either format.
func TestAHundredThousandTracesTakeBoundedMemory(t *testing.T) {
	set := casetest.Shipped(t)
	var faults diag.List
	m := conform.ReadMapping(diag.NewSource("m.toml", wholeMapping(set.Versions("faros"))), set, "", "", &faults)
	casetest.Refuse(t, faults)
	list := lives(t, 500)
	for _, x := range []struct {
		name  string
		write func(io.Writer, [][][]string, int)
		short int // traces, where the run is not the long one: XML takes its time
	}{{"CSV", writeCSV, 100_000}, {"XES in gzip", writeXES, 10_000}} {
		t.Run(x.name, func(t *testing.T) {
			n := x.short
			if os.Getenv("STEGVIS_SOAK") != "" {
				n = 100_000
			}
			if raced {
				n /= 20
			}
			in, out := io.Pipe()
			go func() {
				x.write(out, list, n)
				out.Close()
			}()
			log, err := eventlog.Open(in, m.Log, &faults)
			if err != nil {
				t.Fatal(err)
			}
			var early, most uint64
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			seen, events := 0, 0
			r, err := conform.Run(context.Background(), log, conform.Options{Mapping: m, Name: "log", Each: func(c *conform.Case) error {
				events += len(c.Verdicts)
				if seen++; seen%max(1, n/10) == 0 {
					var now runtime.MemStats
					runtime.GC()
					runtime.ReadMemStats(&now)
					if live := now.HeapAlloc - min(now.HeapAlloc, before.HeapAlloc); seen <= n/5 {
						early = max(early, live)
					} else {
						most = max(most, live)
					}
				}
				return nil
			}})
			if err != nil || r.Log.Cases != n || r.Log.Events != events || r.Log.Faulty > 0 {
				t.Fatalf("%v: %d cases, %d events, %d left out", err, r.Log.Cases, r.Log.Events, r.Log.Faulty)
			}
			t.Logf("%d cases, %d events: %d KiB live after a fifth, %d KiB at the most after that", n, events, early>>10, most>>10)
			if most > 64<<20 || most > early+16<<20 {
				t.Errorf("live memory: %d KiB after a fifth, %d KiB at the most after that", early>>10, most>>10)
			}
			if r.Log.Variants > len(list) || r.Variants[0].Cases < n/len(list) {
				t.Errorf("%d variants of %d lives", r.Log.Variants, len(list))
			}
		})
	}
}

// Reading is what a log of CSV costs, and replaying it; by trace.
func BenchmarkReplay(b *testing.B) {
	set := casetest.Shipped(b)
	var faults diag.List
	m := conform.ReadMapping(diag.NewSource("m.toml", wholeMapping(set.Versions("faros"))), set, "", "", &faults)
	list := lives(b, 500)
	for _, x := range []struct {
		name  string
		write func(io.Writer, [][][]string, int)
	}{{"csv", writeCSV}, {"xes.gz", writeXES}} {
		var text strings.Builder
		x.write(&text, list, 500)
		for _, part := range []string{"read", "replay"} {
			b.Run(x.name+"/"+part, func(b *testing.B) {
				for b.Loop() {
					log, err := eventlog.Open(strings.NewReader(text.String()), m.Log, &faults)
					if err != nil {
						b.Fatal(err)
					}
					if part == "read" {
						for err == nil {
							_, err = log.Next(&faults)
						}
						continue
					}
					if _, err := conform.Run(context.Background(), log, conform.Options{Mapping: m}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/500, "ns/trace")
			})
		}
	}
}
