package events_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// hand is a clock that stands still until it is put forward.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func newHand() *hand { return &hand{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (h *hand) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hand) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// serveBy is serve with a clock of one's own.
func serveBy(t *testing.T, d *storetest.Database, h *hand, c events.Config) *service {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Address: d.Address, Ring: d.Ring, Now: h.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return serveOn(t, s, c)
}

const day = 24 * time.Hour

// forget forgets all that is older, and returns how much that was.
func (s *service) forget(t testing.TB, keep time.Duration) (all int64) {
	t.Helper()
	for {
		n, err := s.log.Forget(context.Background(), keep)
		switch {
		case errors.Is(err, events.ErrInUse):
			continue
		case err != nil:
			t.Fatal(err)
		case n == 0:
			return all
		}
		all += n
	}
}

// rest reads the log from a place on, in parts.
func (s *service) rest(t testing.TB, after events.Cursor, part int) (ids []string, places []events.Cursor, err error) {
	t.Helper()
	for {
		list, next, err := s.log.Read(context.Background(), store.Everything, after, events.Filter{}, part)
		if err != nil {
			return nil, nil, err
		}
		for _, k := range list {
			ids, places = append(ids, k.ID), append(places, k.Cursor)
		}
		if after = next; len(list) < part {
			return ids, places, nil
		}
	}
}

func (s *service) check(t testing.TB, c events.Cursor) (err error) {
	t.Helper()
	if err := s.InTx(context.Background(), func(tx *store.Tx) error { err = c.Check(tx); return nil }); err != nil {
		t.Fatal(err)
	}
	return err
}

func (s *service) count(t testing.TB, query string, args ...any) (n int64) {
	t.Helper()
	if err := s.InTx(context.Background(), func(tx *store.Tx) error {
		return tx.SQL().QueryRow(query, args...).Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// settle waits until all that was begun is over: what was cut off, and what the log is read no further than.
func (s *service) settle(t *testing.T) {
	t.Helper()
	until(t, "an end of all that was begun", func() bool {
		var all, settled int
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			if err := tx.SQL().QueryRow(`SELECT one FROM store` + tx.ForUpdate()).Scan(&all); err != nil {
				return err
			}
			return tx.SQL().QueryRow(`SELECT COUNT(*), (SELECT COUNT(*) FROM events WHERE 1 = 1`+tx.Settled()+`) FROM events`).Scan(&all, &settled)
		})
		return all == settled
	})
}

// TestWhatIsForgottenIsOldAndSentAndNobodyMissesItUnawares forgets a log again and again as it grows, and as what is in it is sent, given up
// or sent again; some of the times the forgetting is cut off. All that is old and done with is gone then, from the beginning on, and nothing
// else; from each place there ever was a reader gets all that came after it, or is told that it cannot.
func TestWhatIsForgottenIsOldAndSentAndNobodyMissesItUnawares(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		clock := newHand()
		s := serveBy(t, d, clock, everywhere)
		var subs []string
		for range 2 {
			sub, _ := s.subscribe(t, events.Subscription{URL: "http://127.0.0.1:1/"})
			subs = append(subs, sub.ID)
		}
		type kept struct {
			id   string
			at   time.Time
			sent [2]events.DeliveryState
		}
		var log []kept
		gone := 0
		var places []events.Cursor
		states := []events.DeliveryState{events.Delivered, events.Dead, events.Delivered, events.Dead, events.Delivered, events.Dead, events.Delivered, events.Waiting}
		rapid.Check(t, func(rt *rapid.T) {
			storetest.In(t, s.Store, func(tx *store.Tx) error {
				list := make([]events.Event, rapid.IntRange(0, 5).Draw(rt, "new"))
				for i := range list {
					list[i] = events.Event{Type: events.StepLate, Case: "a"}
				}
				err := s.log.Keep(tx, list)
				for _, e := range list {
					log = append(log, kept{id: e.ID, at: clock.now()})
				}
				for i := gone; i < len(log) && err == nil; i++ {
					for n, sub := range subs {
						if log[i].sent[n] == "" || log[i].sent[n] == events.Waiting && rapid.Bool().Draw(rt, "sent") {
							log[i].sent[n] = rapid.SampledFrom(states).Draw(rt, "state")
							_, err = tx.SQL().Exec(`UPDATE deliveries SET state = $3 WHERE subscription = $1 AND event = $2`, sub, log[i].id, string(log[i].sent[n]))
						}
					}
				}
				return err
			})
			clock.pass(time.Duration(rapid.IntRange(1, 20).Draw(rt, "hours")) * time.Hour)
			s.settle(t)

			most, sends := rapid.Int64Range(1, 5).Draw(rt, "events at once"), rapid.Int64Range(1, 8).Draw(rt, "deliveries at once")
			s.log.AtOnce(most, sends)
			want, before := int64(0), int64(len(log)-gone)
			for i := gone; i < len(log) && want < most && (want == 0 || 2*want+2 <= sends); i++ {
				if log[i].sent[0] == events.Waiting || log[i].sent[1] == events.Waiting || !log[i].at.Before(clock.now().Add(-day)) {
					break
				}
				want++
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			cutOff := rapid.Bool().Draw(rt, "cut off")
			if cutOff {
				time.AfterFunc(time.Duration(rapid.IntRange(1, 3000).Draw(rt, "after µs"))*time.Microsecond, cancel)
			}
			n, err := s.log.Forget(ctx, day)
			s.settle(t)
			left := s.count(t, `SELECT COUNT(*) FROM events`)
			switch {
			case err == nil && (n != want || left != before-want), err != nil && !cutOff, left != before && left != before-want: // cut off it did all or nothing
				rt.Fatalf("%d are forgotten and %d left, %v; want %d of %d", n, left, err, want, before)
			}
			gone += int(before - left)

			ids, at, err := s.rest(t, events.Cursor{}, rapid.IntRange(1, 50).Draw(rt, "part"))
			if err != nil || len(ids) != len(log)-gone {
				rt.Fatalf("%d of %d, %d forgotten: %v", len(ids), len(log), gone, err)
			}
			for len(places) < len(log) {
				i := len(places) - gone
				if i < 0 { // it was forgotten before it was read
					places = append(places, events.Cursor{})
					continue
				}
				places = append(places, at[i])
			}
			if n := s.count(t, `SELECT COUNT(*) FROM deliveries`); n != int64(2*len(ids)) {
				rt.Fatalf("%d deliveries of %d events", n, len(ids))
			}
			for i, id := range ids {
				if log[gone+i].id != id || places[gone+i] != at[i] {
					rt.Fatalf("event %d after those that are forgotten is another, or elsewhere", i)
				}
			}
			if len(log) == 0 {
				return
			}
			i := rapid.IntRange(max(0, gone-3), len(log)-1).Draw(rt, "place")
			if places[i] == (events.Cursor{}) {
				return
			}
			after, _, err := s.rest(t, places[i], 7)
			told := s.check(t, places[i])
			var missing *events.ForgottenError
			switch {
			case i >= gone-1 && (err != nil || told != nil || !slices.Equal(after, ids[i+1-gone:])):
				rt.Fatalf("after event %d of %d, %d forgotten: %d, %v, %v", i, len(log), gone, len(after), err, told)
			case i < gone-1 && (!errors.As(err, &missing) || !errors.As(told, &missing)):
				rt.Fatalf("after event %d of %d, %d forgotten: %v, %v", i, len(log), gone, err, told)
			case i < gone-1:
				if again, _, err := s.rest(t, missing.From, 7); err != nil || !slices.Equal(again, ids) {
					rt.Fatalf("from where it is told that one can go on: %d of %d, %v", len(again), len(ids), err)
				}
			}
			sub := rapid.IntRange(0, 5).Draw(rt, "replayed to")
			if sub > 1 {
				return
			}
			err = s.InTx(context.Background(), func(tx *store.Tx) error { return s.log.Replay(tx, subs[sub], log[i].id) })
			switch {
			case i < gone && !errors.Is(err, events.ErrNoDelivery), i >= gone && err != nil:
				rt.Fatalf("event %d of %d, %d forgotten, is sent again: %v", i, len(log), gone, err)
			case i >= gone:
				log[i].sent[sub] = events.Waiting
			}
		})
		t.Logf("%d events, %d forgotten", len(log), gone)
	})
}

// TestManyForgetAtOnceWhileOthersWriteAndRead: what is old goes once, what is new stays, and nobody who reads the new misses any of it.
func TestManyForgetAtOnceWhileOthersWriteAndRead(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		clock := newHand()
		logs := []*service{serveBy(t, d, clock, everywhere)}
		if logs[0].Kind() == "postgres" {
			logs = append(logs, serveBy(t, d, clock, everywhere))
		}
		s := logs[0]
		sub, _ := s.subscribe(t, events.Subscription{URL: "http://127.0.0.1:1/", Actor: "af"})
		const old, writers, each = 700, 4, 40
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			if _, err := tx.Create(store.NewCase{ID: "a", Model: "m", By: "x"}); err != nil {
				return err
			}
			list := make([]events.Event, old)
			for i := range list {
				list[i] = events.Event{Type: events.StepLate, Case: []string{"a", "b"}[i%2], Actor: []string{"af", "fk"}[i/2%2]}
			}
			err := s.log.Keep(tx, list)
			if err == nil {
				_, err = tx.SQL().Exec(`UPDATE deliveries SET state = 'dead'`)
			}
			return err
		})
		end, err := events.Latest(t.Context(), s.Store)
		if err != nil {
			t.Fatal(err)
		}
		clock.pass(2 * day)
		for _, x := range logs {
			x.log.AtOnce(20, 1000)
		}
		writing := write(t, []*store.Store{s.Store, logs[len(logs)-1].Store}, writers, each)
		var others sync.WaitGroup
		others.Go(func() { // the same rows: who was given up, and a case that is erased
			if err := s.InTx(context.Background(), func(tx *store.Tx) error { _, err := tx.Erase("a", 0, "x", "d"); return err }); err != nil {
				t.Error(err)
			}
			if err := s.InTx(context.Background(), func(tx *store.Tx) error { return events.Unsubscribe(tx, sub.ID) }); err != nil {
				t.Error(err)
			}
		})
		var got []string
		others.Go(func() {
			x := s.log.Feed().Follow(store.Everything, end, events.Filter{})
			defer x.Leave()
			for len(got) < writers*each {
				list, err := x.Next(context.Background(), 30*time.Second)
				if err != nil || len(list) == 0 {
					t.Errorf("after %d: %v", len(got), err)
					return
				}
				for _, k := range list {
					got = append(got, k.Step)
				}
			}
		})
		var mu sync.Mutex
		total := int64(0)
		for i := range 4 {
			others.Go(func() {
				n := logs[i%len(logs)].forget(t, day)
				mu.Lock()
				defer mu.Unlock()
				total += n
			})
		}
		writing.Wait()
		others.Wait()
		if left := s.count(t, `SELECT COUNT(*) FROM events`); total != old || left != writers*each {
			t.Errorf("%d are forgotten, %d left", total, left)
		}
		if one := slices.Compact(slices.Sorted(slices.Values(got))); len(one) != writers*each || len(got) != len(one) {
			t.Errorf("whoever followed got %d, %d of them different", len(got), len(one))
		}
		if left := s.count(t, `SELECT COUNT(*) FROM deliveries`); left != 0 {
			t.Errorf("%d deliveries are left of nothing", left)
		}
		var counted int64
		for _, x := range logs {
			f, err := x.log.Figures(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			counted += f.Forgotten
		}
		if counted != old {
			t.Errorf("%d are counted", counted)
		}
	})
}

// TestWhatIsSentAgainIsNotForgotten has events sent again by hand just when they are forgotten: either is done, and never both.
func TestWhatIsSentAgainIsNotForgotten(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		clock := newHand()
		s := serveBy(t, d, clock, everywhere)
		s.log.AtOnce(1, 1000)
		sub, _ := s.subscribe(t, events.Subscription{URL: "http://127.0.0.1:1/"})
		did := map[bool]int{}
		for range 60 {
			id := s.tell(t, events.StepLate, "af")
			storetest.In(t, s.Store, func(tx *store.Tx) error {
				_, err := tx.SQL().Exec(`UPDATE deliveries SET state = 'dead'`)
				return err
			})
			clock.pass(2 * day)
			var both sync.WaitGroup
			var replayed, failed error
			both.Go(func() {
				replayed = s.InTx(context.Background(), func(tx *store.Tx) error { return s.log.Replay(tx, sub.ID, id) })
			})
			both.Go(func() { _, failed = s.log.Forget(context.Background(), day) })
			both.Wait()
			if failed != nil && !errors.Is(failed, events.ErrInUse) {
				t.Fatal(failed)
			}
			event := s.count(t, `SELECT COUNT(*) FROM events WHERE id = $1`, id)
			waiting := s.count(t, `SELECT COUNT(*) FROM deliveries WHERE event = $1 AND state = 'waiting'`, id)
			switch {
			case replayed == nil && event == 1 && waiting == 1, errors.Is(replayed, events.ErrNoDelivery) && event == 0 && waiting == 0:
			default:
				t.Fatalf("sent again: %v; %d events, %d to be sent", replayed, event, waiting)
			}
			did[event == 1]++
			storetest.In(t, s.Store, func(tx *store.Tx) error {
				_, err := tx.SQL().Exec(`UPDATE deliveries SET state = 'delivered'`)
				return err
			})
			s.forget(t, day)
		}
		t.Log(fmt.Sprint(did))
	})
}
