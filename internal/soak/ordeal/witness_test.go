package ordeal_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// witness is told of events.
type witness struct {
	server *httptest.Server
	mu     sync.Mutex
	told   map[string]string // by id: what was told
	times  int               // how often anything was
	twice  int               // of these, how often what was told before
	faulty []string
}

// newWitness listens for events until the test ends.
func newWitness(t testing.TB) *witness {
	w := &witness{told: map[string]string{}}
	w.server = httptest.NewServer(http.HandlerFunc(w.hear))
	t.Cleanup(w.server.Close)
	return w
}

func (w *witness) hear(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the one who tells was killed
	}
	var e struct {
		ID string `json:"id"`
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := json.Unmarshal(body, &e); err != nil || e.ID != r.Header.Get("Webhook-Id") {
		w.faulty = append(w.faulty, string(body))
		return
	}
	w.times++
	before, known := w.told[e.ID]
	if known {
		w.twice++
	}
	if known && before != string(body) {
		w.faulty = append(w.faulty, "told as "+before+" and as "+string(body))
	}
	w.told[e.ID] = string(body)
}

// heard returns how many events the witness knows of.
func (w *witness) heard() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.told)
}

// subscribe has the service tell the witness of everything.
func (s *service) subscribe(w *witness) {
	s.t.Helper()
	if g := s.sure("POST", "/v1/subscriptions", map[string]any{"url": w.server.URL}); !g.ok() {
		s.t.Fatal(g)
	}
}
