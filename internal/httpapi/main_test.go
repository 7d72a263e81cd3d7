package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"go.uber.org/goleak"

	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// soak says that tests with a short and a long form run the long one.
var soak = os.Getenv("STEGVIS_SOAK") != ""

func TestMain(m *testing.M) {
	// Whoever waits for word that their body is wanted waits for it, however busy the machine is, and does not send it unasked.
	http.DefaultTransport.(*http.Transport).ExpectContinueTimeout = time.Minute
	storetest.Main(m)
	err := goleak.Find()
	for end := time.Now().Add(30 * time.Second); err != nil && time.Now().Before(end); { // what was ended may not have come to its end yet
		err = goleak.Find()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// server is a service that answers on a port of its own.
type server struct {
	t    testing.TB
	url  string
	addr string
	log  *casetest.Output
	stop func() // as SIGTERM does; it waits for the end
}

// shipped serves the shipped models.
func shipped(t testing.TB) httpapi.Options {
	return httpapi.Options{Models: httpapi.Fixed(casetest.Shipped(t), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))}
}

// roomy are limits that nobody comes up against because the machine is busy.
func roomy() httpapi.Limits {
	l := httpapi.DefaultLimits()
	l.Read, l.Write, l.Look, l.Drain = time.Minute, time.Minute, time.Minute, 100*time.Millisecond
	return l
}

// serve starts a service, which ends with the test.
func serve(t testing.TB, o httpapi.Options) *server {
	t.Helper()
	s := &server{t: t, log: &casetest.Output{}}
	if o.Logger == nil {
		o.Logger = hclog.New(&hclog.LoggerOptions{Level: hclog.Info, Output: s.log})
	}
	if o.Limits == (httpapi.Limits{}) {
		o.Limits = roomy()
	}
	service, err := httpapi.New(o)
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s.addr = l.Addr().String()
	s.url = "http://" + s.addr
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Serve(ctx, l) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		s.stop()
	})
	return s
}

// got is an answer.
type got struct {
	status int
	header http.Header
	body   string
}

// problem reads the answer as a problem.
func (g got) problem(t testing.TB) httpapi.Problem {
	t.Helper()
	var p httpapi.Problem
	if kind := g.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Fatalf("%d %s is no problem: %s", g.status, kind, g.body)
	}
	must(t, json.Unmarshal([]byte(g.body), &p))
	if p.Status != g.status || p.Title == "" || p.Detail == "" || strings.Contains(g.body, "[problem.") || p.Request != g.header.Get("X-Request-Id") {
		t.Errorf("a poor problem, with status %d: %s", g.status, g.body)
	}
	return p
}

// codes are those of the faults of a problem.
func codes(p httpapi.Problem) string {
	var out []string
	for _, f := range p.Faults {
		out = append(out, f.Code)
	}
	return strings.Join(out, " ")
}

// ask sends a request. Headers come as name and value in turn.
func (s *server) ask(method, path, body string, headers ...string) got {
	s.t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r, err := http.NewRequest(method, s.url+path, in)
	must(s.t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return s.do(r)
}

func (s *server) do(r *http.Request) got {
	s.t.Helper()
	res, err := http.DefaultClient.Do(r)
	must(s.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(s.t, err)
	return got{res.StatusCode, res.Header, string(b)}
}

// cohort is the shipped cohort, a case a line.
func cohort(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "cohort", "cohort.ndjson"))
	must(t, err)
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// clock is a clock that stands still.
func clock(at string) func() time.Time {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	return func() time.Time { return t }
}
