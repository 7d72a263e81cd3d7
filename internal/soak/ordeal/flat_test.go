package ordeal_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// figures are what the service says of itself, by name.
func (s *service) figures() map[string]float64 {
	s.t.Helper()
	g := s.sure("GET", "/metrics", nil)
	out := map[string]float64{}
	for lines := bufio.NewScanner(bytes.NewReader(g.body)); lines.Scan(); {
		name, value, ok := strings.Cut(lines.Text(), " ")
		if n, err := strconv.ParseFloat(value, 64); ok && err == nil {
			out[name] = n
		}
	}
	return out
}

// mixedLoad asks for all there is to be asked, until stop: decisions that nothing is kept for, alone and in streams, cases that are
// kept, lists of them, streams of events that come and go, and files that are exchanged.
func mixedLoad(t testing.TB, s *service, workflows string, stop <-chan struct{}) *sync.WaitGroup {
	var going sync.WaitGroup
	loop := func(pause time.Duration, f func(n int)) {
		going.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				case <-time.After(pause):
					f(n)
				}
			}
		})
	}
	get := func(method, path string, body any, headers ...string) {
		if g, err := s.ask(method, path, body, headers...); err != nil || !g.ok() {
			t.Errorf("%s %s: %s %v", method, path, g, err)
		}
	}
	facts := map[string]any{"facts": map[string]any{"lage": "x", "nummer": 1}}
	loop(2*time.Millisecond, func(int) { get("POST", "/v1/models/prov/next", facts) })
	loop(20*time.Millisecond, func(int) { get("POST", "/v1/models/prov/explain", facts) })
	loop(100*time.Millisecond, func(int) {
		text := strings.Repeat(`{"facts":{"lage":"y"}}`+"\n", 500)
		res, err := s.client.Post(*s.url.Load()+"/v1/models/prov/next", "application/x-ndjson", strings.NewReader(text))
		if err != nil {
			t.Error(err)
			return
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
	})
	loop(50*time.Millisecond, func(int) { get("GET", "/v1/cases?limit=50&actor=vi", nil) })
	loop(70*time.Millisecond, func(int) { get("GET", "/v1/models", nil) })
	loop(300*time.Millisecond, func(n int) { save(t, workflows, fmt.Sprint("m", n)) })
	for range 4 { // readers of the stream, who leave after a while
		loop(10*time.Millisecond, func(n int) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(50+n%7*100)*time.Millisecond)
			defer cancel()
			r, _ := http.NewRequestWithContext(ctx, "GET", *s.url.Load()+"/v1/events", nil)
			r.Header.Set("Accept", "text/event-stream")
			r.Header.Set("Authorization", "Bearer "+s.key)
			if res, err := s.client.Do(r); err == nil {
				io.Copy(io.Discard, res.Body)
				res.Body.Close()
			}
		})
	}
	return &going
}

// Under a load of everything at once the service needs as much memory, and as many goroutines and files, at the end as at the
// beginning. What it needs is told by the least that was seen in a window, in which the collector came twice: it has just been there then.
func TestMemoryIsFlatUnderLoad_FAULTS44(t *testing.T) {
	dir, workflows := t.TempDir(), files(t, "m")
	s := newService(t, dir, keeping(dir, "--workflows", workflows)...)
	s.start()
	s.useKey(s.kept() + "/first.key")
	c := newCrew(t, 2)
	stop := make(chan struct{})
	load := mixedLoad(t, s, workflows, stop)
	c.begin(s.ask, 40*time.Millisecond)
	const windows = 6
	length := either(2*time.Second, 40*time.Second)
	names := []string{"go_memstats_heap_alloc_bytes", "go_memstats_heap_objects", "go_goroutines", "process_open_fds"}
	least := map[string][]float64{}
	const collected = "go_gc_duration_seconds_count"
	for range windows {
		seen := []map[string]float64{s.figures()}
		if _, told := seen[0][collected]; !told {
			t.Fatalf("the service does not tell %s", collected)
		}
		for end := time.Now().Add(length); len(seen) < 40 || time.Now().Before(end) || seen[len(seen)-1][collected] < seen[0][collected]+2; time.Sleep(20 * time.Millisecond) {
			seen = append(seen, s.figures())
		}
		for _, name := range names {
			var values []float64
			for _, f := range seen {
				if f[name] == 0 {
					t.Fatalf("the service does not tell %s", name)
				}
				values = append(values, f[name])
			}
			least[name] = append(least[name], slices.Min(values))
		}
	}
	close(stop)
	load.Wait()
	c.rest()
	for _, name := range names {
		t.Logf("%s: %.0f", name, least[name])
		// The first window warms caches and pools.
		early, late := least[name][1], least[name][windows-1]
		slack := map[string]float64{"go_memstats_heap_alloc_bytes": 4 << 20, "go_memstats_heap_objects": 40_000, "go_goroutines": 10, "process_open_fds": 10}[name]
		if late > 1.25*early+slack {
			t.Errorf("%s grew from %.0f to %.0f", name, early, late)
		}
	}
	s.client.CloseIdleConnections()
	settle(t, c.workers, s.ask)
	s.stop()
	if code := s.command.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it ends with %d", code)
	}
}
