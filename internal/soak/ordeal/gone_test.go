package ordeal_test

import (
	"errors"
	"net"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/pgtest"
)

// status of an answer; 0 where there is none.
func (s *service) status(method, path string, body any) int {
	g, err := s.ask(method, path, body)
	if err != nil {
		return 0
	}
	return g.status
}

// becomes waits until an answer has the status.
func (s *service) becomes(status int, method, path string, body any) {
	s.t.Helper()
	was := -1
	for end := time.Now().Add(longest); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if was = s.status(method, path, body); was == status {
			return
		}
	}
	s.t.Errorf("%s %s is answered with %d, and must be with %d", method, path, was, status)
}

// PostgreSQL is stopped and started while clients work. Meanwhile every request is answered, those that need it with 503; the service
// says that it is not ready, and still gives what it needs no database for. When PostgreSQL is back all goes on without a restart.
func TestADatabaseThatIsGoneAndBack_FAULTS34(t *testing.T) {
	dir := t.TempDir()
	db := pgtest.Start(t)
	s := newService(t, dir, keeping(dir, "--workflows", files(t, "ett"), "--store", db.Database(t), "--sweep", "1s")...)
	s.start()
	s.useKey(filepath.Join(dir, "kept", "first.key"))
	w, c := newWitness(t), newCrew(t, 4)
	s.subscribe(w)
	var refused atomic.Int64
	ask := func(method, path string, body any, headers ...string) (got, error) {
		g, err := s.ask(method, path, body, headers...)
		var slow net.Error
		switch {
		case errors.As(err, &slow) && slow.Timeout():
			t.Errorf("%s %s hangs", method, path)
		case err != nil:
			t.Errorf("%s %s: %v", method, path, err)
		case g.status == 503:
			refused.Add(1)
			if g.header.Get("Retry-After") == "" || g.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s is answered with %s %v", method, path, g, g.header)
			}
		case g.status > 500:
			t.Errorf("%s %s is answered with %s", method, path, g)
		}
		return g, err
	}
	for range either(1, 15) {
		c.begin(ask, 20*time.Millisecond)
		time.Sleep(either(200*time.Millisecond, time.Second))
		before := refused.Load()
		db.Down(t)
		s.becomes(503, "GET", "/readyz", nil)
		s.becomes(503, "GET", "/v1/cases", nil)
		if g := s.sure("GET", "/healthz", nil); g.status != 200 {
			t.Errorf("/healthz: %s", g)
		}
		if g := s.sure("POST", "/v1/models/prov/next", map[string]any{"facts": map[string]any{"lage": "x"}}); g.status != 200 {
			t.Errorf("what needs no database: %s", g)
		}
		time.Sleep(either(200*time.Millisecond, time.Second))
		for end := time.Now().Add(longest); refused.Load() == before; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("no worker meets the outage")
			}
		}
		db.Up(t)
		s.becomes(200, "GET", "/readyz", nil)
		s.becomes(200, "GET", "/v1/cases", nil)
		c.rest()
		if c.settleNew(ask); t.Failed() {
			t.FailNow()
		}
	}
	t.Logf("%d acknowledged writes, %d refused", c.acknowledged(), refused.Load())
	settle(t, c.workers, ask)
	s.checkAudit(c.workers)
	s.checkEvents(c.workers, w)
	s.verify()
}
