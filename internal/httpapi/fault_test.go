package httpapi_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/interpreter"
)

// Five hundred who send a byte now and then, in the head, in a body and in a stream, are closed within the time that a
// request may take, and meanwhile everybody else is answered.
func TestSlowClientsAreClosedAndHarmNobody_FAULTS22(t *testing.T) {
	o := shipped(t)
	o.Limits = httpapi.DefaultLimits()
	o.Limits.Drain = time.Millisecond
	clients := 60
	if soak {
		clients = 500
	} else {
		o.Limits.Read = 2 * time.Second
	}
	o.Limits.Streams = clients // each third of them has one
	s := serve(t, o)
	var slow sync.WaitGroup
	var longest atomic.Int64
	for i := range clients {
		slow.Go(func() {
			c, err := net.Dial("tcp", s.addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			head := "POST /v1/models/faros/next HTTP/1.1\r\nHost: x\r\n"
			switch i % 3 {
			case 1:
				head += "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
			case 2:
				head += "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
			}
			io.WriteString(c, head)
			began := time.Now()
			done := make(chan struct{})
			go func() { // trickle
				trickle := map[int]string{0: "X", 1: " ", 2: "1\r\n \r\n"}[i%3]
				for {
					select {
					case <-done:
						return
					case <-time.After(o.Limits.Read / 10):
						io.WriteString(c, trickle)
					}
				}
			}()
			io.Copy(io.Discard, c) // until the server closes
			close(done)
			longest.Store(max(longest.Load(), int64(time.Since(began))))
		})
	}
	ended := make(chan struct{})
	go func() { slow.Wait(); close(ended) }()
	good := 0
	for {
		if g := s.ask("POST", "/v1/models/faros/next", `{"facts":{}}`); g.status != 200 {
			t.Fatalf("a good client is answered %d %s", g.status, g.body)
		}
		good++
		select {
		case <-ended:
			t.Logf("%d slow clients were closed, the last of them after %s; %d good requests were answered meanwhile", clients, time.Duration(longest.Load()).Round(time.Millisecond), good)
			return
		default:
		}
	}
}

// While clients ask, the service is told to stop. Whoever has sent a request gets the whole answer to it.
func TestStoppingUnderLoadAnswersAllThatWasAsked_FAULTS27(t *testing.T) {
	rounds := 3
	if soak {
		rounds = 50
	}
	for range rounds {
		o := shipped(t)
		o.Limits = roomy()
		o.Limits.Drain = time.Minute // it ends once nobody is there any more
		s := serve(t, o)
		var clients sync.WaitGroup
		var answered atomic.Int64
		slowBody := make(chan struct{})
		for i := range 16 {
			clients.Go(func() {
				client := &http.Client{Transport: &http.Transport{}}
				defer client.CloseIdleConnections()
				for {
					// A client whose connection is closed after an answer asks another replica from then on.
					res, err := client.Post(s.url+"/v1/models/faros/next", "application/json", strings.NewReader(`{"facts":{}}`))
					if err != nil {
						t.Errorf("client %d: %v", i, err)
						return
					}
					b, err := io.ReadAll(res.Body)
					res.Body.Close()
					if err != nil || res.StatusCode != 200 || !bytes.HasSuffix(b, []byte("}\n")) {
						t.Errorf("client %d: %d %v %s", i, res.StatusCode, err, b)
						return
					}
					answered.Add(1)
					if res.Close {
						return
					}
				}
			})
		}
		clients.Go(func() { // one whose body is on its way when the service is told to stop
			in, out := io.Pipe()
			go func() {
				io.WriteString(out, `{"facts":`)
				<-slowBody
				time.Sleep(50 * time.Millisecond)
				io.WriteString(out, `{}}`)
				out.Close()
			}()
			res, err := http.Post(s.url+"/v1/models/faros/next", "application/json", in)
			if err != nil || res.StatusCode != 200 {
				t.Errorf("a request on its way: %v %v", res, err)
				return
			}
			res.Body.Close()
		})
		for answered.Load() < 200 && !t.Failed() {
			time.Sleep(time.Millisecond)
		}
		close(slowBody)
		s.stop()
		clients.Wait()
		if _, err := http.Get(s.url + "/healthz"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("after the stop: %v", err)
		}
	}
}

func TestAServiceThatStopsSaysThatItIsNotReady(t *testing.T) {
	o := shipped(t)
	o.Limits = roomy()
	o.Limits.Drain = time.Minute
	s := serve(t, o)
	held, err := net.Dial("tcp", s.addr) // keeps the service from ending at once
	must(t, err)
	if g := s.ask("GET", "/readyz", ""); g.status != 200 {
		t.Fatalf("before: %d %s", g.status, g.body)
	}
	stopped := make(chan struct{})
	go func() { s.stop(); close(stopped) }()
	for s.ask("GET", "/readyz", "").status != 503 {
		time.Sleep(time.Millisecond)
	}
	if g := s.ask("POST", "/v1/models/faros/next", `{"facts":{}}`); g.status != 200 {
		t.Errorf("while it drains: %d %s", g.status, g.body)
	}
	http.DefaultClient.CloseIdleConnections()
	held.Close()
	<-stopped
}

// A panic in the middle of a decision is a problem that holds nothing of the case, for that request alone.
func TestAPanicIsAProblemAndNothingLeaks_FAULTS28(t *testing.T) {
	s := serve(t, shipped(t))
	asked := 0
	undo := httpapi.BeforeDecision(func(p *interpreter.Program, f *interpreter.Facts) {
		if asked++; asked%2 == 1 {
			panic(fmt.Sprintf("the person %s", canary))
		}
	})
	defer undo()
	body := `{"id":"` + canary + `","facts":{"samtycke":true}}`
	for _, path := range []string{"/v1/models/faros/next", "/v1/models/faros/explain", "/v1/models/faros/next?explain=true"} {
		g := s.ask("POST", path, body)
		if p := g.problem(t); g.status != 500 || p.Code != "internal" || !strings.Contains(s.log.String(), p.Request) {
			t.Errorf("%s: %d %s", path, g.status, g.body)
		}
		if strings.Contains(g.body, canary) {
			t.Errorf("%s: the answer has the person: %s", path, g.body)
		}
		if g = s.ask("POST", path, body); g.status != 200 {
			t.Errorf("%s, after the panic: %d %s", path, g.status, g.body)
		}
	}
	g := s.ask("POST", "/v1/models/faros/next", "{}\n{}\n{}\n{}", "Content-Type", "application/x-ndjson")
	out := strings.Split(strings.TrimSpace(g.body), "\n")
	if len(out) != 4 || !strings.Contains(out[0], `"internal"`) || strings.Contains(out[1], `"problem"`) || !strings.Contains(out[2], `"internal"`) {
		t.Errorf("a stream: %s", g.body)
	}
	if log := s.log.String(); strings.Contains(log, canary) || !strings.Contains(log, "desk.go") {
		t.Errorf("the log has the person, or lacks the place: %.3000s", log)
	}
	if g := s.ask("GET", "/metrics", ""); !strings.Contains(g.body, "stegvis_panics_total 5") {
		t.Errorf("the panics are not counted")
	}
}

func TestABusyServiceSaysSo(t *testing.T) {
	o := shipped(t)
	o.Limits = roomy()
	o.Limits.Drain, o.Limits.Requests, o.Limits.Streams = time.Millisecond, 1, 1
	s := serve(t, o)
	enter, leave := make(chan struct{}), make(chan struct{})
	undo := httpapi.BeforeDecision(func(*interpreter.Program, *interpreter.Facts) { enter <- struct{}{}; <-leave })
	var first sync.WaitGroup
	first.Go(func() {
		if g := s.ask("POST", "/v1/models/faros/next", `{}`); g.status != 200 {
			t.Errorf("the first: %d %s", g.status, g.body)
		}
	})
	<-enter
	for _, path := range []string{"/v1/models/faros/next", "/v1/compare"} {
		if g := s.ask("POST", path, `{}`); g.problem(t).Code != "busy" || g.header.Get("Retry-After") == "" {
			t.Errorf("the second: %d %s", g.status, g.body)
		}
	}
	if g := s.ask("GET", "/readyz", ""); g.status != 200 {
		t.Errorf("a busy service is not ready: %s", g.body)
	}
	close(leave)
	first.Wait()
	undo()
}
