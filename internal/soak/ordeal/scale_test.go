package ordeal_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/pgtest"
	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
)

// BenchmarkCases asks a real service for what is done with kept cases: facts are recorded, cases are asked about, worklists are read.
// All of it is durable when it is answered (PostgreSQL runs with fsync here), and logged. per-s is how many requests are answered each
// second by all processes together, x-one how many times as many as by one process on the same kind of database; p99-ms the time
// within which 99 of 100 are answered. Sixteen clients ask at once.
func BenchmarkCases(b *testing.B) {
	one := map[string]float64{}
	for _, x := range []struct {
		kind      string
		processes int
	}{{"sqlite", 1}, {"postgres", 1}, {"postgres", 2}, {"postgres", 3}} {
		b.Run(fmt.Sprintf("%s/processes=%d", x.kind, x.processes), func(b *testing.B) {
			dir := b.TempDir()
			args := keeping(dir, "--workflows", files(b, "ett"))
			if x.kind == "postgres" {
				args = append(args, "--store", pgtest.Start(b, "fsync=on").Database(b))
			}
			var services []*service
			for range x.processes {
				s := newService(b, b.TempDir(), args...)
				s.start()
				s.useKey(filepath.Join(dir, "kept", "first.key"))
				services = append(services, s)
			}
			for _, of := range []struct {
				name string
				do   func(s *service, id string, n int) (got, error)
			}{
				{"record", func(s *service, id string, n int) (got, error) {
					return s.ask("POST", "/v1/cases/"+id+"/entries", map[string]any{"facts": map[string]any{"lage": []string{"x", "y"}[n%2], "nummer": n}})
				}},
				{"ask", func(s *service, id string, _ int) (got, error) { return s.ask("GET", "/v1/cases/"+id, nil) }},
				{"worklist", func(s *service, _ string, _ int) (got, error) {
					return s.ask("GET", "/v1/cases?actor=vi&limit=20", nil)
				}},
			} {
				b.Run(of.name, func(b *testing.B) {
					rate := hurry(b, services, of.do)
					b.ReportMetric(rate, "per-s")
					if x.processes == 1 {
						one[x.kind+of.name] = rate
					}
					b.ReportMetric(rate/one[x.kind+of.name], "x-one")
				})
			}
		})
	}
}

// hurry lets sixteen clients, each with a case of its own, ask b.N times, and returns how often each second.
func hurry(b *testing.B, services []*service, do func(s *service, id string, n int) (got, error)) float64 {
	const clients = 16
	run := time.Now().UnixNano()
	ids := make([]string, clients)
	for i := range ids {
		ids[i] = fmt.Sprintf("c%d-%d", run, i)
		if g := services[i%len(services)].sure("POST", "/v1/cases", map[string]any{"id": ids[i], "model": "prov", "facts": map[string]any{"lage": "x"}}); !g.ok() {
			b.Fatal(g)
		}
	}
	var next atomic.Int64
	var mu sync.Mutex
	var times []time.Duration
	b.ResetTimer()
	var going sync.WaitGroup
	for i := range clients {
		going.Go(func() {
			var own []time.Duration
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				began := time.Now()
				if g, err := do(services[i%len(services)], ids[i], int(n)); err != nil || !g.ok() {
					b.Errorf("%s %v", g, err)
					return
				}
				own = append(own, time.Since(began))
			}
			mu.Lock()
			defer mu.Unlock()
			times = append(times, own...)
		})
	}
	going.Wait()
	b.StopTimer()
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
	return float64(b.N) / b.Elapsed().Seconds()
}

// cases is how many cases the benchmarks of many cases keep.
var cases = flag.Int("cases", 100_000, "how many cases BenchmarkWorklists keeps")

// cohort are the facts of the shipped cohort, some twenty for each case.
func cohort(t testing.TB) (out []map[string]json.RawMessage) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "cohort", "cohort.ndjson"))
	must(t, err)
	for line := range strings.Lines(string(text)) {
		var c struct{ Facts map[string]json.RawMessage }
		must(t, json.Unmarshal([]byte(line), &c))
		out = append(out, c.Facts)
	}
	return out
}

// populate keeps n cases in the database of a service that has run and does not run now. Where no hash is given, that of the files that
// answer, each has to be decided for anew, and has a status that none of them can have.
func populate(t testing.TB, dir, address string, n int, model, hash string, facts func(i int) map[string]json.RawMessage) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "kept", "master.key"))
	must(t, err)
	ring, err := seal.ParseRing(string(text))
	must(t, err)
	if address == "" {
		address = "sqlite:" + filepath.Join(dir, "kept", "stegvis.db")
	}
	s, err := store.Open(t.Context(), store.Config{Address: address, Ring: ring})
	must(t, err)
	defer s.Close()
	dice := rand.New(rand.NewPCG(1, 1))
	today := calendar.Today(time.Now())
	decided, status := today, "open"
	if hash == "" {
		decided, status = today-1, store.AtFault
	}
	for from := 0; from < n; from += 1000 {
		must(t, s.InTx(t.Context(), func(tx *store.Tx) error {
			for i := from; i < min(n, from+1000); i++ {
				c := store.NewCase{Model: model, Version: "1", By: "x"}
				for id, v := range facts(i) {
					c.Entries = append(c.Entries, store.NewEntry{Kind: store.Recording, Fact: id, Value: v, Held: today - 100})
				}
				made, err := tx.Create(c)
				if err != nil {
					return err
				}
				due := today + calendar.Day(dice.IntN(400)-40)
				stand := &store.Standing{Case: made.ID, Revision: 1, At: decided, Version: "1", Hash: hash, Status: status, Due: &due,
					Steps: []store.StandingStep{{Step: fmt.Sprint("steg", dice.IntN(20)), Actor: fmt.Sprint("aktor", dice.IntN(5)), Due: &due, Time: "ok"}}}
				if _, err := tx.Stand(stand); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// once starts a service and stops it, so that its database is there, and returns the hash of the files that answer for a model.
func (s *service) once(model string) string {
	s.start()
	s.useKey(filepath.Join(s.dir, "kept", "first.key"))
	var d struct{ Hash string }
	s.sure("POST", "/v1/models/"+model+"/next", map[string]any{"facts": map[string]any{}}).into(s.t, &d)
	s.stop()
	return d.Hash
}

// BenchmarkWorklists reads pages of a hundred cases out of many (-cases 1000000), as an actor who looks for what is to be done does.
func BenchmarkWorklists(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		b.Run(fmt.Sprintf("%s/cases=%d", kind, *cases), func(b *testing.B) {
			dir, address := b.TempDir(), ""
			args := keeping(dir, "--workflows", files(b, "ett"), "--sweep", "24h")
			if kind == "postgres" {
				address = pgtest.Start(b, "fsync=on").Database(b)
				args = append(args, "--store", address)
			}
			s := newService(b, dir, args...)
			populate(b, dir, address, *cases, "prov", s.once("prov"), func(int) map[string]json.RawMessage {
				return map[string]json.RawMessage{"lage": json.RawMessage(`"x"`)}
			})
			s.start()
			for _, x := range []struct{ name, query string }{
				{"by-id", "limit=100"}, {"most-urgent", "order=due&limit=100"}, {"of-an-actor", "actor=aktor1&order=due&limit=100"},
				{"late", "actor=aktor1&time=late&order=due&limit=100"}, {"of-a-step", "step=steg7&order=due&limit=100"},
			} {
				b.Run(x.name, func(b *testing.B) {
					var next *string
					for range b.N {
						path := "/v1/cases?" + x.query
						if next != nil {
							path = *next
						}
						var page struct {
							Cases []struct{ ID string }
							Next  *string
						}
						s.sure("GET", path, nil).into(b, &page)
						if len(page.Cases) == 0 {
							b.Fatal("an empty page")
						}
						next = page.Next
					}
					b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/page")
				})
			}
		})
	}
}

// BenchmarkSweep has every case decided for anew, as each day has it: b.N cases with some twenty facts each. per-s is how many are each
// second, by all processes together, from the start of the first.
func BenchmarkSweep(b *testing.B) {
	made := cohort(b)
	for _, x := range []struct {
		kind      string
		processes int
	}{{"sqlite", 1}, {"postgres", 1}, {"postgres", 2}, {"postgres", 3}} {
		b.Run(fmt.Sprintf("%s/processes=%d", x.kind, x.processes), func(b *testing.B) {
			dir, address := b.TempDir(), ""
			args := keeping(dir, "--sweep", "1s")
			if x.kind == "postgres" {
				address = pgtest.Start(b, "fsync=on").Database(b)
				args = append(args, "--store", address)
			}
			var services []*service
			first := newService(b, dir, args...)
			services = append(services, first)
			for range x.processes - 1 {
				services = append(services, newService(b, b.TempDir(), args...))
			}
			first.once("faros")
			populate(b, dir, address, b.N, "faros", "", func(i int) map[string]json.RawMessage { return made[i%len(made)] })
			b.ResetTimer()
			for _, s := range services {
				s.start()
			}
			for {
				var page struct{ Cases []struct{ ID string } }
				first.sure("GET", "/v1/cases?status=faulty&limit=1", nil).into(b, &page)
				if len(page.Cases) == 0 {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "per-s")
		})
	}
}

// BenchmarkDisk tells how much room a case takes on SQLite: one with some twenty facts, changed ten times and asked about twenty times,
// with its events and its rows in the log of who did what.
func BenchmarkDisk(b *testing.B) {
	made := cohort(b)
	dir := b.TempDir()
	s := newService(b, dir, keeping(dir)...)
	s.once("faros")
	before := size(b, filepath.Join(dir, "kept"))
	s.start()
	b.ResetTimer()
	for n := range b.N {
		id := fmt.Sprint("c", n)
		if g := s.sure("POST", "/v1/cases", map[string]any{"id": id, "model": "faros", "facts": made[n%len(made)]}); !g.ok() {
			b.Fatal(g)
		}
		for i := range 30 {
			if i%3 == 0 {
				s.sure("POST", "/v1/cases/"+id+"/entries", map[string]any{"facts": map[string]any{"samtycke": i%2 == 0}})
			} else {
				s.sure("GET", "/v1/cases/"+id, nil)
			}
		}
	}
	b.StopTimer()
	s.stop()
	b.ReportMetric(float64(size(b, filepath.Join(dir, "kept"))-before)/float64(b.N), "B/case")
}

// size is how much room the database in a folder takes.
func size(t testing.TB, dir string) (n int64) {
	t.Helper()
	list, err := os.ReadDir(dir)
	must(t, err)
	for _, f := range list {
		if strings.HasPrefix(f.Name(), "stegvis.db") {
			info, err := f.Info()
			must(t, err)
			n += info.Size()
		}
	}
	return n
}
