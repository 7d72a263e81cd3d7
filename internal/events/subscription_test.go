package events_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

func TestWhatComesWhileASubscriptionIsPausedCanBeSentAfterwards(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		r := receive(t, func(int) int { return 200 })
		sub, _ := s.subscribe(t, events.Subscription{URL: r.URL})
		first := s.tell(t, events.StepLate, "af") // put down before the pause, to be sent in it
		storetest.In(t, s.Store, func(tx *store.Tx) error { return s.log.SetState(tx, sub.ID, events.Paused) })
		second := s.tell(t, events.StepLate, "af")
		s.start(t)
		until(t, "both put aside", func() bool { return s.deliveries(t) == "dead after 0: paused, dead after 1: paused" })
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			if err := s.log.SetState(tx, sub.ID, events.Active); err != nil {
				return err
			}
			n, err := s.log.ReplayDead(tx, sub.ID)
			if n != 2 {
				t.Errorf("%d are sent again", n)
			}
			return err
		})
		until(t, "both deliveries", func() bool { return s.deliveries(t) == "delivered after 1: 200, delivered after 1: 200" })
		got := r.ids()
		slices.Sort(got)
		want := []string{first, second}
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		storetest.In(t, s.Store, func(tx *store.Tx) error { return events.Unsubscribe(tx, sub.ID) })
		s.tell(t, events.StepLate, "af")
		if got := s.deliveries(t); got != "" || len(r.ids()) != 2 {
			t.Errorf("%q is left of a subscription that is gone", got)
		}
	})
}

func TestASecretIsChangedWithoutAnEventThatCannotBeVerified(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		r := receive(t, func(int) int { return 200 })
		sub, before := s.subscribe(t, events.Subscription{URL: r.URL})
		now := before
		s.start(t)
		sent := func(n int) (verified string) {
			t.Helper()
			s.tell(t, events.StepLate, "af")
			until(t, "a delivery", func() bool { return len(r.ids()) == n })
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, secret := range []string{before, now} {
				hook, err := standardwebhooks.NewWebhook(secret)
				if err != nil {
					t.Fatal(err)
				}
				verified += strconv.FormatBool(hook.Verify(r.bodies[n-1], r.got[n-1].Header) == nil) + " "
			}
			return verified
		}
		rotate := func(overlap time.Duration) {
			t.Helper()
			storetest.In(t, s.Store, func(tx *store.Tx) (err error) {
				now, err = s.log.Rotate(tx, sub.ID, overlap)
				return err
			})
		}
		rotate(time.Hour)
		if got := sent(1); got != "true true " {
			t.Errorf("within the overlap: %s", got)
		}
		for range 3600 { // an hour
			d.Clock()
		}
		if got := sent(2); got != "false true " {
			t.Errorf("after the overlap: %s", got)
		}
		before = now
		rotate(0)
		if got := sent(3); got != "false true " {
			t.Errorf("without one: %s", got)
		}
	})
}

// TestASlowSubscriberHoldsUpNobodyElse sends to one that does not answer before the other has everything.
func TestASlowSubscriberHoldsUpNobodyElse(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		release := make(chan struct{})
		var under, most atomic.Int64
		slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			n := under.Add(1)
			defer under.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			<-release
		}))
		quick := receive(t, func(int) int { return 200 })
		s.subscribe(t, events.Subscription{URL: slow.URL})
		s.subscribe(t, events.Subscription{URL: quick.URL})
		const n = 40
		for range n {
			s.tell(t, events.StepLate, "af")
		}
		end := sync.OnceFunc(func() { close(release) })
		t.Cleanup(func() { end(); slow.Close() })
		stop := s.start(t)
		until(t, "the quick one's", func() bool { return strings.Count(s.deliveries(t), "delivered") == n })
		if most.Load() == 0 || most.Load() > 4 {
			t.Errorf("%d were sent to the slow one at once", most.Load())
		}
		// Once it answers it gets the rest, and none of them was tried in vain.
		end()
		until(t, "the slow one's", func() bool {
			return s.deliveries(t) == strings.Repeat("delivered after 1: 200, ", 2*n-1)+"delivered after 1: 200"
		})
		stop()
	})
}

func TestASubscriberIsLeftAloneAsLongAsItAsks(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere) // which else tries again at once
		r := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}))
		t.Cleanup(r.Close)
		s.subscribe(t, events.Subscription{URL: r.URL})
		s.tell(t, events.StepLate, "af")
		s.start(t)
		until(t, "an attempt", func() bool { return s.deliveries(t) == "waiting after 1: 429" })
		soon := `scheduled_at < datetime('now', '+50 minutes')`
		if s.Kind() == "postgres" {
			soon = `scheduled_at < now() + interval '50 minutes'`
		}
		until(t, "the next attempt put down", func() bool { return s.jobs(t, `kind = 'deliver' AND state = 'retryable'`) == 1 })
		if n := s.jobs(t, `kind = 'deliver' AND state = 'retryable' AND `+soon); n != 0 {
			t.Error("it is asked again within the hour")
		}
	})
}

// jobs counts jobs.
func (s *service) jobs(t *testing.T, where string) (n int) {
	t.Helper()
	if err := s.Writer().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM river_job WHERE `+where).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestWhatWaitsIsSentThoughItsJobIsGone: after a backup was restored there are no jobs, and after a process was killed there are
// some that nobody does.
func TestWhatWaitsIsSentThoughItsJobIsGone(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		r := receive(t, func(int) int { return 200 })
		s.subscribe(t, events.Subscription{URL: r.URL})
		s.tell(t, events.StepLate, "af")
		if _, err := s.Writer().Exec(`DELETE FROM river_job`); err != nil {
			t.Fatal(err)
		}
		for range 601 { // ten minutes
			d.Clock()
		}
		s.start(t)
		until(t, "the delivery", func() bool { return s.deliveries(t) == "delivered after 1: 200" })
		if len(r.ids()) != 1 {
			t.Errorf("sent %d times", len(r.ids()))
		}
	})
	t.Run("killed", func(t *testing.T) {
		d := storetest.Fresh(t, "sqlite") // of which one process has the file, so that what is under way at the start is nobody's
		s := serve(t, d, everywhere)
		r := receive(t, func(int) int { return 200 })
		s.subscribe(t, events.Subscription{URL: r.URL})
		s.tell(t, events.StepLate, "af")
		if _, err := s.Writer().Exec(`UPDATE river_job SET state = 'running', attempt = 1`); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		again := serve(t, d, everywhere)
		again.start(t)
		until(t, "the delivery", func() bool { return again.deliveries(t) == "delivered after 2: 200" })
	})
}

// TestAPartyIsToldOfItsOwnCasesAlone: also of one that it became a party to later, from then on.
func TestAPartyIsToldOfItsOwnCasesAlone(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		r := receive(t, func(int) int { return 200 })
		s.subscribe(t, events.Subscription{URL: r.URL, Party: "vc-7"})
		parties := func(party string) []store.Party { return []store.Party{{Actor: "vard", Party: party}} }
		open := func(id string, p []store.Party) {
			t.Helper()
			storetest.In(t, s.Store, func(tx *store.Tx) error {
				_, err := tx.Create(store.NewCase{ID: id, Model: "m", Parties: p})
				return err
			})
		}
		tell := func(id string) {
			t.Helper()
			storetest.In(t, s.Store, func(tx *store.Tx) error {
				return s.log.Keep(tx, []events.Event{{Type: events.StepLate, Case: id, Model: "m"}})
			})
		}
		open("own", parties("vc-7"))
		open("other", parties("vc-8"))
		open("none", nil)
		for _, id := range []string{"own", "other", "none", "nowhere"} {
			tell(id)
		}
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			_, err := tx.SetParties("other", 0, "x", parties("vc-7"))
			return err
		})
		tell("other")
		s.start(t)
		until(t, "both deliveries", func() bool { return s.deliveries(t) == "delivered after 1: 200, delivered after 1: 200" })
		var cases []string
		for _, b := range r.bodies {
			_, after, _ := strings.Cut(string(b), `"subject":"`)
			id, _, _ := strings.Cut(after, `"`)
			cases = append(cases, id)
		}
		slices.Sort(cases)
		if got := strings.Join(cases, " "); got != "other own" {
			t.Errorf("told of %s", got)
		}
	})
}

func TestFiguresNameNobody(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		r := receive(t, func(n int) int { return []int{200, 500, 500, 500, 500}[min(n, 4)] })
		sub, _ := s.subscribe(t, events.Subscription{URL: r.URL})
		s.start(t)
		s.tell(t, events.StepLate, "af")
		until(t, "a delivery", func() bool { return s.deliveries(t) == "delivered after 1: 200" })
		s.tell(t, events.StepLate, "af")
		until(t, "one given up", func() bool { return strings.Contains(s.deliveries(t), "dead after 4") })
		x := s.log.Feed().Follow(store.Everything, events.Cursor{}, events.Filter{})
		defer x.Leave()
		f, err := s.log.Figures(t.Context())
		if err != nil || f.Deliveries[events.Dead] != 1 || f.Deliveries[events.Waiting] != 0 || f.Subscriptions[events.Active] != 1 || f.Followers != 1 ||
			f.Attempts["2xx"] != 1 || f.Attempts["5xx"] != 4 || len(f.Attempts) != 2 {
			t.Errorf("%+v %v", f, err)
		}
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			n, err := events.Forget(tx, tx.At().Add(time.Hour), 100)
			if n != 1 {
				t.Errorf("%d are forgotten", n)
			}
			return err
		})
		if got := s.deliveries(t); got != "dead after 4: 500" {
			t.Errorf("%s of %s is left", got, sub.ID)
		}
	})
}
