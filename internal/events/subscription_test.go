package events_test

import (
	"errors"
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

// TestEachSecretSignsUntilItsOwnEnd: who never saw the answer to a change, and so changes it again, has the one from before the first.
func TestEachSecretSignsUntilItsOwnEnd(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		r := receive(t, func(int) int { return 200 })
		sub, first := s.subscribe(t, events.Subscription{URL: r.URL})
		secrets := []string{first}
		s.start(t)
		n := 0
		signs := func() (verified []int) { // those that sign what is sent now
			t.Helper()
			n++
			s.tell(t, events.StepLate, "af")
			until(t, "a delivery", func() bool { return len(r.ids()) == n })
			r.mu.Lock()
			defer r.mu.Unlock()
			for i, secret := range secrets {
				hook, err := standardwebhooks.NewWebhook(secret)
				if err != nil {
					t.Fatal(err)
				}
				if hook.Verify(r.bodies[n-1], r.got[n-1].Header) == nil {
					verified = append(verified, i)
				}
			}
			return verified
		}
		rotate := func(overlap time.Duration) {
			t.Helper()
			storetest.In(t, s.Store, func(tx *store.Tx) error {
				secret, err := s.log.Rotate(tx, sub.ID, overlap)
				secrets = append(secrets, secret)
				return err
			})
		}
		ends := func(there bool) {
			t.Helper()
			storetest.In(t, s.Store, func(tx *store.Tx) error {
				x, err := s.log.Subscription(tx, sub.ID)
				if err == nil && (x.OldUntil != nil) != there {
					t.Errorf("an old one signs until %v", x.OldUntil)
				}
				return err
			})
		}
		rotate(time.Hour)
		rotate(3 * time.Hour)
		if got := signs(); !slices.Equal(got, []int{0, 1, 2}) {
			t.Errorf("%v sign, want all", got)
		}
		for range 3600 { // an hour
			d.Clock()
		}
		if got := signs(); !slices.Equal(got, []int{1, 2}) {
			t.Errorf("%v sign, want those whose end has not come", got)
		}
		ends(true)
		rotate(0)
		if got := signs(); !slices.Equal(got, []int{3}) {
			t.Errorf("%v sign, want the last alone", got)
		}
		ends(false)
		for range 20 {
			rotate(time.Hour)
		}
		if got := signs(); len(got) != 11 || got[0] != len(secrets)-11 {
			t.Errorf("%v sign, want the last and the ten before it", got)
		}
		storetest.In(t, s.Store, func(tx *store.Tx) error { return events.Unsubscribe(tx, sub.ID) })
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
		until(t, "one to the slow one", func() bool { return most.Load() > 0 })
		if most.Load() > 4 {
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

// TestHoweverManySlowSubscribersHoldUpNobodyElse: more of them than are sent to at once, and one that is known to answer soon.
func TestHoweverManySlowSubscribersHoldUpNobodyElse(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		release := make(chan struct{})
		var mu sync.Mutex
		under, most := map[string]int{}, map[string]int{} // at once, of each
		slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			count := func(n int) {
				mu.Lock()
				defer mu.Unlock()
				under[r.URL.Path] += n
				most[r.URL.Path] = max(most[r.URL.Path], under[r.URL.Path])
			}
			count(1)
			defer count(-1)
			<-release
		}))
		end := sync.OnceFunc(func() { close(release) })
		t.Cleanup(func() { end(); slow.Close() })
		quick := receive(t, func(int) int { return 200 })
		s.subscribe(t, events.Subscription{URL: quick.URL})
		s.start(t)
		s.tell(t, events.StepLate, "af")
		until(t, "the first", func() bool { return s.deliveries(t) == "delivered after 1: 200" })
		const many, n = 20, 6
		for i := range many {
			s.subscribe(t, events.Subscription{URL: slow.URL + "/" + strconv.Itoa(i)})
		}
		for range n {
			s.tell(t, events.StepLate, "af")
		}
		until(t, "the quick one's", func() bool { return len(quick.ids()) == n+1 })
		until(t, "some to the slow ones", func() bool { mu.Lock(); defer mu.Unlock(); return len(most) > 4 })
		mu.Lock()
		defer mu.Unlock()
		all := 0
		for path, n := range most {
			if all += n; n > 1 {
				t.Errorf("%d were sent to %s at once, before it had answered any", n, path)
			}
		}
		if all > 8 {
			t.Errorf("%d of 16 were sent to slow ones at once", all)
		}
		end()
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

// TestOneThatIsNoPartyAnyMoreIsToldOfNothing: neither of what waits, nor of what is dead; and again once it is a party again.
func TestOneThatIsNoPartyAnyMoreIsToldOfNothing(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		r := receive(t, func(int) int { return 200 })
		sub, _ := s.subscribe(t, events.Subscription{URL: r.URL, Party: "vc-7"})
		parties := func(list ...store.Party) {
			t.Helper()
			storetest.In(t, s.Store, func(tx *store.Tx) error {
				_, err := tx.SetParties("a", 0, "x", list)
				return err
			})
		}
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			_, err := tx.Create(store.NewCase{ID: "a", Model: "m"})
			return err
		})
		vc := store.Party{Actor: "vard", Party: "vc-7"}
		parties(vc)
		storetest.In(t, s.Store, func(tx *store.Tx) error { return s.log.SetState(tx, sub.ID, events.Paused) })
		put := s.tell(t, events.StepLate, "af") // dead, since it is paused
		storetest.In(t, s.Store, func(tx *store.Tx) error { return s.log.SetState(tx, sub.ID, events.Active) })
		s.tell(t, events.StepSoon, "af") // waiting
		parties()
		replay := func() (n int64) {
			t.Helper()
			storetest.In(t, s.Store, func(tx *store.Tx) (err error) {
				n, err = s.log.ReplayDead(tx, sub.ID)
				return err
			})
			return n
		}
		state := func() (out string) {
			t.Helper()
			if err := s.Writer().QueryRowContext(t.Context(), `SELECT state || ' ' || answer FROM deliveries WHERE event <> $1`, put).Scan(&out); err != nil {
				t.Fatal(err)
			}
			return out
		}
		s.start(t)
		until(t, "the one that waits given up", func() bool { return state() == "dead refused" })
		if got := s.deliveries(t); got != "" {
			t.Errorf("it reads of %s", got)
		}
		if n := replay(); n != 0 {
			t.Errorf("%d are sent again", n)
		}
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			if err := s.log.Replay(tx, sub.ID, put); !errors.Is(err, events.ErrNoDelivery) {
				t.Errorf("one is sent again: %v", err)
			}
			return nil
		})
		if n := len(r.ids()); n != 0 {
			t.Errorf("%d were sent", n)
		}
		parties(vc)
		if n := replay(); n != 2 {
			t.Errorf("%d are sent again, want both", n)
		}
		until(t, "both", func() bool { return s.deliveries(t) == "delivered after 1: 200, delivered after 1: 200" })
		parties()
		put = ""
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			_, err := tx.Erase("a", 0, "x", "beslut")
			return err
		})
		if got := s.deliveries(t); got != "delivered after 1: 200, delivered after 1: 200" {
			t.Errorf("of what now tells that the case is erased it reads %q", got)
		}
	})
}

// TestAllPartiesToACaseAreToldThatItIsErased and of nothing else: each as what it was to the case.
func TestAllPartiesToACaseAreToldThatItIsErased(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			for _, id := range []string{"a", "b"} {
				if _, err := tx.Create(store.NewCase{ID: id, Model: "m", Parties: []store.Party{{Party: "opener"}, {Actor: "vard", Party: "vc-7"}, {Actor: "af", Party: "af-1"}}}); err != nil {
					return err
				}
			}
			_, err := tx.SetParties("a", 0, "x", []store.Party{{Actor: "vard", Party: "vc-7"}})
			return err
		})
		for range 2 {
			s.tell(t, events.StepLate, "af")
		}
		storetest.Settle(t, s.Store)
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			if err := s.log.Keep(tx, []events.Event{{Type: events.CaseErased, Case: "a", Model: "m"}}); err != nil {
				return err
			}
			_, err := tx.Erase("a", 0, "x", "beslut")
			return err
		})
		storetest.Settle(t, s.Store)
		late := `INSERT INTO events (id, type, case_id, model, version, hash, step, actor, outcome, at) VALUES ('z', $1, 'a', 'm', '', '', '', '', '', 1)`
		if _, err := s.Writer().Exec(late, events.StepLate); err != nil { // which never happens
			t.Fatal(err)
		}
		storetest.Settle(t, s.Store)
		for _, x := range []struct {
			who  store.Reach
			want int
		}{
			{store.Reach{Party: "opener"}, 4}, {store.Reach{Party: "vc-7"}, 3}, {store.Reach{Party: " vc-7", Actor: "vard"}, 3}, {store.Reach{Party: "vc-7", Actor: "af"}, 0},
			{store.Reach{Party: "af-1"}, 0}, {store.Reach{}, 0}, {store.Everything, 4},
		} {
			list, _, err := s.log.Read(t.Context(), x.who, events.Cursor{}, events.Filter{}, 100)
			if err != nil || len(list) != x.want {
				t.Errorf("%+v reads %d, want %d (%v)", x.who, len(list), x.want, err)
			}
			f := s.log.Feed().Follow(x.who, events.Cursor{}, events.Filter{})
			followed, err := f.Next(t.Context(), time.Millisecond)
			if err != nil || len(followed) != x.want {
				t.Errorf("%+v follows %d, want %d (%v)", x.who, len(followed), x.want, err)
			}
			f.Leave()
		}
		if _, err := s.Writer().Exec(`DELETE FROM events WHERE id = 'z'`); err != nil {
			t.Fatal(err)
		}
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			if within, err := tx.Within(store.Reach{Party: "vc-7"}, []string{"a", "b"}); err != nil || within["a"] || !within["b"] {
				t.Errorf("within reach are %v (%v)", within, err)
			}
			_, holds, err := tx.Erasure("a")
			if !holds {
				t.Error("the proof does not hold")
			}
			return err
		})
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
			n, err := events.ForgetDelivered(tx, tx.At().Add(time.Hour), 100)
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
