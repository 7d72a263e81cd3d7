package ordeal_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/pgtest"
)

// replicas are services that share a database.
type replicas struct {
	t         testing.TB
	services  []*service
	elsewhere atomic.Int64 // requests that one was lost with, and another answered
	together  atomic.Int64 // requests that two were sent at once
	turn      atomic.Int64
}

// ask sends a request to one of the replicas. One that changes something is sent to two at once now and then: it must have one effect
// and both must answer the same. Where a request is not answered, the worker sends it again, most likely to another.
func (r *replicas) ask(method, path string, body any, headers ...string) (got, error) {
	n := r.turn.Add(1)
	one := r.services[n%int64(len(r.services))]
	if method != "POST" || n%8 != 0 {
		return one.ask(method, path, body, headers...)
	}
	other := r.services[(n+1)%int64(len(r.services))]
	var a, b got
	var errA, errB error
	var both sync.WaitGroup
	both.Go(func() { a, errA = one.ask(method, path, body, headers...) })
	both.Go(func() { b, errB = other.ask(method, path, body, headers...) })
	both.Wait()
	switch {
	case errA != nil || !a.ok():
		r.elsewhere.Add(1)
		return b, errB
	case errB != nil || !b.ok():
		r.elsewhere.Add(1)
		return a, nil
	}
	r.together.Add(1)
	if a.status != b.status || !bytes.Equal(a.body, b.body) || a.header.Get("ETag") != b.header.Get("ETag") {
		r.t.Errorf("%s %s sent to two replicas at once is answered\n%s\nand\n%s", method, path, a, b)
	}
	return a, nil
}

// follower reads the stream of events, from another replica each time that it is cut off.
type follower struct {
	stop   context.CancelFunc
	done   chan struct{}
	mu     sync.Mutex
	ids    []string
	cursor string // the place to go on from
	cuts   int
}

// follow reads the stream until the test ends.
func (r *replicas) follow() *follower {
	ctx, stop := context.WithCancel(context.Background())
	f := &follower{stop: stop, done: make(chan struct{})}
	go func() {
		defer close(f.done)
		for n := 0; ctx.Err() == nil; n++ {
			s := r.services[n%len(r.services)]
			if url := s.url.Load(); url != nil {
				f.read(ctx, *url, s.key)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	r.t.Cleanup(func() { stop(); <-f.done })
	for end := time.Now().Add(longest); time.Now().Before(end); time.Sleep(time.Millisecond) { // it is told where it stands at once
		f.mu.Lock()
		begun := f.cursor != ""
		f.mu.Unlock()
		if begun {
			return f
		}
	}
	r.t.Fatal("no stream of events begins")
	return nil
}

// read reads one stream until it is cut off.
func (f *follower) read(ctx context.Context, url, key string) {
	r, err := http.NewRequestWithContext(ctx, "GET", url+"/v1/events", nil)
	if err != nil {
		return
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Accept", "text/event-stream")
	if f.cursor != "" {
		r.Header.Set("Last-Event-ID", f.cursor)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return
	}
	defer res.Body.Close()
	if res.StatusCode != 200 {
		return
	}
	place, data := f.cursor, ""
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "id":
			place = value
		case "data":
			data += value
		case "":
			if lines.Text() != "" {
				continue // a comment
			}
			var e struct{ ID string }
			f.mu.Lock()
			if json.Unmarshal([]byte(data), &e) == nil {
				f.ids = append(f.ids, e.ID)
			}
			f.cursor = place
			f.mu.Unlock()
			data = ""
		}
	}
	f.mu.Lock()
	f.cuts++
	f.mu.Unlock()
}

// check holds what was read against the log: all of it, in its order, each once.
func (f *follower) check(t testing.TB, ids []string) {
	t.Helper()
	var got []string
	for end := time.Now().Add(longest); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		f.mu.Lock()
		got = append(got[:0], f.ids...)
		f.mu.Unlock()
		if len(got) >= len(ids) {
			break
		}
	}
	for i := range min(len(got), len(ids)) {
		if got[i] != ids[i] {
			t.Fatalf("event %d of the stream is %s, and of the log %s", i, got[i], ids[i])
		}
	}
	if len(got) != len(ids) {
		t.Errorf("the stream had %d events, and the log has %d", len(got), len(ids))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	t.Logf("the stream of %d events was cut %d times", len(got), f.cuts)
}

// Two replicas work on one PostgreSQL while files are exchanged, and one of them is killed, started, stopped and started again.
// Nothing that was acknowledged is lost or done twice, also where a request is sent to both or again to the other; no answer is made
// of two sets of files; every event is kept once, told, and streamed in one order to one who follows from replica to replica.
func TestReplicasShareTheWorkWhileOneIsLost_FAULTS29(t *testing.T) {
	dir, workflows := t.TempDir(), files(t, "m0")
	address := pgtest.Start(t).Database(t)
	r := &replicas{t: t}
	for n := range 2 {
		own := t.TempDir()
		// What answered last is kept, so that it can start while the files are broken.
		s := newService(t, own, keeping(dir, "--workflows", workflows, "--store", named(address, fmt.Sprint("replica", n)), "--state-dir", filepath.Join(own, "state"))...)
		s.start() // one after the other: the first gives out the key
		s.useKey(filepath.Join(dir, "kept", "first.key"))
		r.services = append(r.services, s)
	}
	w, c := newWitness(t), newCrew(t, 6)
	r.services[0].subscribe(w)
	f := r.follow()
	dice := rand.New(rand.NewPCG(seed(t), 2))

	reloads, stopReloading, reloaded := 0, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(reloaded)
		for {
			select {
			case <-stopReloading:
				return
			case <-time.After(100*time.Millisecond + upTo(dice, 300*time.Millisecond)):
				if reloads++; reloads%3 == 0 {
					spoil(t, workflows)
				} else {
					save(t, workflows, fmt.Sprintf("m%d", reloads))
				}
			}
		}
	}()
	lost := 0
	for range either(1, 8) {
		for _, end := range []func(*service){(*service).kill, (*service).stop} {
			n := lost % 2
			s := r.services[n]
			lost++
			c.begin(r.ask, 20*time.Millisecond)
			time.Sleep(either(700*time.Millisecond, 2*time.Second))
			end(s)
			letGo(t, address, fmt.Sprint("replica", n))
			time.Sleep(either(300*time.Millisecond, time.Second)) // the other works alone
			s.start()
			time.Sleep(200 * time.Millisecond)
			c.rest()
			if c.settleNew(r.ask); t.Failed() {
				t.FailNow()
			}
		}
	}
	close(stopReloading)
	<-reloaded
	t.Logf("%d acknowledged writes, %d reloads, a replica lost %d times; %d requests sent to both were answered alike, %d by one of them alone",
		c.acknowledged(), reloads, lost, r.together.Load(), r.elsewhere.Load())
	settle(t, c.workers, r.ask)
	one := r.services[0]
	one.checkAudit(c.workers)
	one.checkEvents(c.workers, w)
	ids, _ := one.events()
	f.check(t, ids)
	one.verify()
}
