package events_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestEventsAreWhatIsAnother(t *testing.T) {
	due := func(text string) *calendar.Day {
		day := casetest.Day(t, text)
		return &day
	}
	stands := func(status, outcome string, steps ...store.StandingStep) *store.Standing {
		return &store.Standing{Case: "a", Version: "1", Hash: "h", Status: status, Outcome: outcome, Steps: steps}
	}
	step := func(id, time string, on *calendar.Day) store.StandingStep {
		return store.StandingStep{Step: id, Actor: "af", Due: on, Time: time}
	}
	d1, d2 := due("2026-03-10"), due("2026-03-20")
	for name, x := range map[string]struct {
		before, now *store.Standing
		want        string
	}{
		"the first":              {nil, stands("open", "", step("s", "ok", d1)), "case.opened step.required/s"},
		"the first, late":        {nil, stands("open", "", step("s", "late", d1)), "case.opened step.required/s step.late/s"},
		"nothing":                {stands("open", "", step("s", "soon", d1)), stands("open", "", step("s", "soon", d1)), ""},
		"another":                {stands("open", "", step("s", "ok", d1)), stands("open", "", step("r", "ok", nil)), "step.required/r step.passed/s"},
		"soon":                   {stands("open", "", step("s", "ok", d1)), stands("open", "", step("s", "soon", d1)), "step.soon/s"},
		"late":                   {stands("open", "", step("s", "soon", d1)), stands("open", "", step("s", "late", d1)), "step.late/s"},
		"late without soon":      {stands("open", "", step("s", "ok", d1)), stands("open", "", step("s", "late", d1)), "step.late/s"},
		"moved away":             {stands("open", "", step("s", "late", d1)), stands("open", "", step("s", "ok", d2)), "step.moved/s"},
		"moved and soon":         {stands("open", "", step("s", "late", d1)), stands("open", "", step("s", "soon", d2)), "step.moved/s step.soon/s"},
		"moved, late as before":  {stands("open", "", step("s", "late", d2)), stands("open", "", step("s", "late", d1)), "step.moved/s"},
		"a day given":            {stands("open", "", step("s", "ok", nil)), stands("open", "", step("s", "ok", d1)), "step.moved/s"},
		"ended":                  {stands("open", "", step("s", "late", d1)), stands("closed", "o"), "case.ended step.passed/s"},
		"ended otherwise":        {stands("closed", "o"), stands("closed", "p"), "case.ended"},
		"resumed":                {stands("closed", "o"), stands("open", "", step("s", "ok", d1)), "case.resumed step.required/s"},
		"facts are asked for":    {stands("open", "", step("s", "ok", nil)), stands("needs_facts", ""), "case.asks step.passed/s"},
		"stuck":                  {stands("needs_facts", ""), stands("stuck", ""), "case.stuck"},
		"only waiting is silent": {stands("needs_facts", ""), stands("waiting", ""), ""},
	} {
		var got []string
		for _, e := range events.Between("faros", x.before, x.now) {
			text := strings.TrimPrefix(string(e.Type), "se.stegvis.")
			if e.Step != "" {
				text += "/" + e.Step
			}
			got = append(got, text)
			if e.Case != "a" || e.Model != "faros" || e.Version != "1" || e.Hash != "h" || !slices.Contains(events.Types, e.Type) {
				t.Errorf("%s: %+v", name, e)
			}
		}
		if strings.Join(got, " ") != x.want {
			t.Errorf("%s: %v, want %s", name, got, x.want)
		}
	}
}

func TestOnlyWhatIsListedAndPublicIsATarget(t *testing.T) {
	listed := events.Targets{Hosts: []string{"hook.example.se", "*.region.se", "10.0.0.1", "127.0.0.1", "[::1]", "::1", "8.8.8.8"}}
	own := events.Targets{Hosts: []string{"*"}, Private: true}
	for _, x := range []struct {
		address        string
		listed, anyone error
	}{
		{"https://hook.example.se/in?x=1", nil, nil},
		{"https://HOOK.example.se.:8443/", nil, nil},
		{"https://a.region.se/", nil, nil},
		{"https://region.se/", events.ErrNotListed, nil},
		{"https://evilregion.se/", events.ErrNotListed, nil},
		{"https://hook.example.se.evil.com/", events.ErrNotListed, nil},
		{"http://hook.example.se/", events.ErrNoTLS, nil},
		{"https://10.0.0.1/", events.ErrPrivate, nil},
		{"https://127.0.0.1/", events.ErrPrivate, nil},
		{"https://[::1]/", events.ErrPrivate, nil},
		{"https://8.8.8.8/", nil, nil},
		{"https://user:pass@hook.example.se/", events.ErrUser, events.ErrUser},
		{"https://@hook.example.se/", events.ErrUser, events.ErrUser},
		{"https://hook.example.se:8443/", nil, nil},
		{"https://hook.example.se:/", nil, nil},
		{"https://hook.example.se:65535/", nil, nil},
		{"https://hook.example.se:65536/", events.ErrPort, events.ErrPort},
		{"https://hook.example.se:0/", events.ErrPort, events.ErrPort},
		{"http://127.0.0.1:99999/", events.ErrPort, events.ErrPort},
		{"https://hook.example.se:-1/", events.ErrNoURL, events.ErrNoURL},
		{"https://hook.example.se/#here", events.ErrFragment, events.ErrFragment},
		{"https://hook.example.se/#", events.ErrFragment, events.ErrFragment},
		{"https://hook.example.se/a%23b", nil, nil},
		{"https://hook.example.se/a b", events.ErrSpace, events.ErrSpace},
		{" https://hook.example.se/", events.ErrSpace, events.ErrSpace},
		{"https://hook.example.se/a\u00a0b", events.ErrSpace, events.ErrSpace},
		{"https://hook.example.se/a\tb", events.ErrSpace, events.ErrSpace},
		{"https://hook.example.se/a%20b?c=å", nil, nil},
		{"https://hook..example.se/", events.ErrNoURL, events.ErrNoURL},
		{"https://" + strings.Repeat("a", 64) + ".example.se/", events.ErrNoURL, events.ErrNoURL},
		{"ftp://hook.example.se/", events.ErrNoURL, events.ErrNoURL},
		{"https:///x", events.ErrNoURL, events.ErrNoURL},
		{"hook.example.se", events.ErrNoURL, events.ErrNoURL},
		{"://", events.ErrNoURL, events.ErrNoURL},
	} {
		if err := listed.Check(x.address); !errors.Is(err, x.listed) {
			t.Errorf("%s: %v, want %v", x.address, err, x.listed)
		}
		if err := own.Check(x.address); !errors.Is(err, x.anyone) {
			t.Errorf("%s, where all may be sent to: %v, want %v", x.address, err, x.anyone)
		}
	}
}

// service is a store with its events and jobs, as one process has them.
type service struct {
	*store.Store
	log   *events.Log
	queue *jobs.Queue
}

func serve(t *testing.T, d *storetest.Database, c events.Config) *service {
	t.Helper()
	return serveOn(t, d.Open(t), c)
}

func serveOn(t *testing.T, s *store.Store, c events.Config) *service {
	t.Helper()
	kinds := jobs.NewKinds()
	l := events.NewLog(s, kinds, c)
	q, err := jobs.Open(t.Context(), s, kinds, jobs.Config{Workers: 4, Poll: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	l.Serve(q)
	t.Cleanup(l.Close)
	return &service{Store: s, log: l, queue: q}
}

// start begins the work, until the test ends or stop is called.
func (s *service) start(t *testing.T) (stop func()) {
	t.Helper()
	if err := s.queue.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.queue.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func soonAgain(int) time.Duration { return time.Millisecond }

// receiver takes events, answers each as it is told to, and keeps them.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []*http.Request
	bodies [][]byte
	answer func(n int) int // by the number of the request, from 0 on
}

func receive(t *testing.T, answer func(n int) int) *receiver {
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		status := r.answer(len(r.got))
		r.got, r.bodies = append(r.got, q), append(r.bodies, body)
		r.mu.Unlock()
		if status/100 == 3 {
			w.Header().Set("Location", r.URL+"/elsewhere")
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ids() (out []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.got {
		out = append(out, q.Header.Get("webhook-id"))
	}
	return out
}

// Nobody is given up for being slow, which a busy machine makes of anybody.
var everywhere = events.Config{Targets: events.Targets{Hosts: []string{"127.0.0.1"}, Private: true}, Tries: 4, Wait: soonAgain, Timeout: 5 * time.Minute}

// until waits for something to come about.
func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); !f(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("did not come about: " + what)
		}
	}
}

// tell keeps an event of a case, and returns its id.
func (s *service) tell(t *testing.T, of events.Type, actor string) (id string) {
	t.Helper()
	storetest.In(t, s.Store, func(tx *store.Tx) error {
		list := []events.Event{{Type: of, Case: "a", Model: "faros", Version: "1", Hash: "h", Step: "mote", Actor: actor}}
		err := s.log.Keep(tx, list)
		id = list[0].ID
		return err
	})
	return id
}

func (s *service) deliveries(t *testing.T) string {
	t.Helper()
	var out []string
	storetest.In(t, s.Store, func(tx *store.Tx) error {
		subscriptions, err := events.Subscriptions(tx)
		for _, x := range subscriptions {
			list, more, err := s.log.Deliveries(tx, x.ID, events.DeliveryFilter{Limit: 200})
			if err != nil || more {
				t.Fatal(more, err)
			}
			for _, d := range list {
				out = append(out, fmt.Sprintf("%s after %d: %s", d.State, d.Attempts, d.Answer))
			}
		}
		return err
	})
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func (s *service) subscribe(t *testing.T, x events.Subscription) (out *events.Subscription, secret string) {
	t.Helper()
	storetest.In(t, s.Store, func(tx *store.Tx) (err error) {
		out, secret, err = s.log.Subscribe(tx, x)
		return err
	})
	return out, secret
}

func TestAnEventIsSentSignedUntilItIsTaken(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		r := receive(t, func(n int) int { return []int{500, 302, 204}[min(n, 2)] })
		_, secret := s.subscribe(t, events.Subscription{URL: r.URL, Types: []events.Type{events.StepLate}, Actor: "af"})
		s.tell(t, events.StepSoon, "af") // of another type
		s.tell(t, events.StepLate, "fk") // another's
		id := s.tell(t, events.StepLate, "af")
		s.start(t)
		until(t, "the delivery", func() bool { return s.deliveries(t) == "delivered after 3: 204" })
		if got := r.ids(); fmt.Sprint(got) != fmt.Sprint([]string{id, id, id}) {
			t.Fatalf("%v, want %s three times", got, id)
		}
		hook, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		for i, q := range r.got {
			if err := hook.Verify(r.bodies[i], q.Header); err != nil {
				t.Error(err)
			}
		}
		var e event.Event
		if err := json.Unmarshal(r.bodies[0], &e); err != nil {
			t.Fatal(err)
		}
		if err := e.Validate(); err != nil || e.ID() != id || e.Type() != "se.stegvis.step.late" || e.Subject() != "a" || r.got[0].Header.Get("Content-Type") != "application/cloudevents+json" {
			t.Errorf("%v: %s", err, r.bodies[0])
		}
		if want := `{"case":"a","model":"faros","version":"1","hash":"h","step":"mote","actor":"af","due":null,"outcome":""}`; string(e.Data()) != want {
			t.Errorf("%s, want %s", e.Data(), want)
		}
	})
}

func TestWhatIsNotTakenIsDeadAndCanBeSentAgain(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		refuse := true
		r := receive(t, nil)
		r.answer = func(int) int {
			if refuse {
				return 503
			}
			return 200
		}
		gone := receive(t, func(int) int { return 410 })
		sub, _ := s.subscribe(t, events.Subscription{URL: r.URL})
		nobody, _ := s.subscribe(t, events.Subscription{URL: gone.URL})
		id := s.tell(t, events.StepLate, "af")
		s.start(t)
		until(t, "both given up", func() bool { return s.deliveries(t) == "dead after 1: 410, dead after 4: 503" })
		r.mu.Lock()
		refuse = false
		r.mu.Unlock()
		storetest.In(t, s.Store, func(tx *store.Tx) error { return s.log.Replay(tx, sub.ID, id) })
		until(t, "the delivery", func() bool { return s.deliveries(t) == "dead after 1: 410, delivered after 1: 200" })
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			if err := s.log.Replay(tx, sub.ID, "x"); !errors.Is(err, events.ErrNoDelivery) {
				t.Error(err)
			}
			if err := s.log.SetState(tx, "x", events.Paused); !errors.Is(err, events.ErrNoSubscription) {
				t.Error(err)
			}
			if x, err := s.log.Subscription(tx, nobody.ID); err != nil || x.State != events.Gone {
				t.Errorf("%+v %v", x, err)
			}
			return nil
		})
		id = s.tell(t, events.StepLate, "af")
		until(t, "the one that is not gone", func() bool {
			return s.deliveries(t) == "dead after 1: 410, delivered after 1: 200, delivered after 1: 200"
		})
		storetest.In(t, s.Store, func(tx *store.Tx) error { return s.log.Replay(tx, sub.ID, id) })
		until(t, "one that was delivered, again", func() bool {
			return len(r.ids()) == 7 && s.deliveries(t) == "dead after 1: 410, delivered after 1: 200, delivered after 1: 200"
		})
	})
}

func TestWhereNothingMayBeSentNobodyIsAsked(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		r := receive(t, func(int) int { return 200 })
		wide := serve(t, d, everywhere)
		wide.subscribe(t, events.Subscription{URL: r.URL})
		wide.tell(t, events.StepLate, "af")
		// Another process, which may send to names only: a name that leads to this machine.
		narrow := serve(t, d, events.Config{Targets: events.Targets{Hosts: []string{"localhost", "127.0.0.1"}}, Wait: soonAgain})
		storetest.In(t, narrow.Store, func(tx *store.Tx) error {
			_, err := tx.SQL().Exec(`UPDATE subscriptions SET url = $1`, "https"+strings.TrimPrefix(strings.Replace(r.URL, "127.0.0.1", "localhost", 1), "http"))
			return err
		})
		narrow.start(t)
		until(t, "given up", func() bool { return narrow.deliveries(t) == "dead after 1: private" })
		if n := len(r.ids()); n > 0 {
			t.Errorf("asked %d times", n)
		}
		storetest.In(t, narrow.Store, func(tx *store.Tx) error {
			for address, want := range map[string]error{"https://example.se/": events.ErrNotListed, "http://localhost/": events.ErrNoTLS} {
				if _, _, err := narrow.log.Subscribe(tx, events.Subscription{URL: address}); !errors.Is(err, want) {
					t.Errorf("%s: %v, want %v", address, err, want)
				}
			}
			if _, _, err := narrow.log.Subscribe(tx, events.Subscription{URL: "https://localhost/", Types: []events.Type{"x"}}); !errors.Is(err, events.ErrNoType) {
				t.Error(err)
			}
			return nil
		})
	})
}

// TestEventsSurviveARestartAndManyProcessesSendEachOnce: what is put down is sent after a restart, and of two processes one sends it.
func TestEventsSurviveARestartAndManyProcessesSendEachOnce(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		r := receive(t, func(int) int { return 200 })
		first := serve(t, d, everywhere)
		first.subscribe(t, events.Subscription{URL: r.URL})
		const n = 60
		want := map[string]bool{}
		for range n / 2 {
			want[first.tell(t, events.StepLate, "af")] = true
		}
		if err := first.Close(); err != nil { // which had sent nothing yet
			t.Fatal(err)
		}
		a := serve(t, d, everywhere)
		a.start(t)
		if a.Kind() == "postgres" {
			serve(t, d, everywhere).start(t)
		}
		for range n / 2 {
			want[a.tell(t, events.StepLate, "af")] = true
		}
		until(t, "all deliveries", func() bool { return strings.Count(a.deliveries(t), "delivered after 1") == n })
		got := map[string]int{}
		for _, id := range r.ids() {
			got[id]++
		}
		for id := range want {
			if got[id] != 1 {
				t.Errorf("an event was sent %d times", got[id])
			}
		}
		if len(got) != n {
			t.Errorf("%d events were sent, not %d", len(got), n)
		}
	})
}

// TestAReaderMissesNoEventWhateverTheOrderOfCommits begins transactions in one order and commits them in another, while a reader
// goes on from its cursor.
func TestAReaderMissesNoEventWhateverTheOrderOfCommits(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		const writers, each = 8, 12
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for n := range each {
					if err := s.InTx(t.Context(), func(tx *store.Tx) error {
						err := events.Keep(tx, []events.Event{{Type: events.StepLate, Case: fmt.Sprintf("%d-%d", w, n)}, {Type: events.StepSoon, Case: "x"}})
						if s.Kind() == "postgres" {
							time.Sleep(time.Duration((w*7+n*3)%11) * time.Millisecond)
						}
						return err
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { wg.Wait(); close(done) }()
		var all []string
		var at events.Cursor
		for over := false; ; {
			list, next, err := events.Read(t.Context(), s, at, events.Filter{Types: []events.Type{events.StepLate}}, 5)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range list {
				all = append(all, k.Case)
				if again, err := events.ParseCursor(k.Cursor.String()); err != nil || again != k.Cursor {
					t.Fatal(again, err)
				}
			}
			at = next
			if len(list) == 0 && over {
				break
			}
			select {
			case <-done:
				storetest.Settle(t, s)
				over = true
			default:
			}
		}
		slices.Sort(all)
		if n := len(slices.Compact(slices.Clone(all))); len(all) != writers*each || n != len(all) {
			t.Errorf("%d events were read, %d of them different; want %d", len(all), n, writers*each)
		}
		if latest, err := events.Latest(t.Context(), s); err != nil || latest.String() == "" || latest != at && strings.Split(latest.String(), ".")[1] != strings.Split(at.String(), ".")[1] {
			t.Errorf("the last is at %s, read until %s, %v", latest, at, err)
		}
		for _, wrong := range []string{"x", "1", "a.1", "a.1.", ".1.2", "a.1.2.3", "a.1.-2", "a.b.2"} {
			if _, err := events.ParseCursor(wrong); !errors.Is(err, events.ErrCursor) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
	})
}
