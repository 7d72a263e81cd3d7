package events_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// write keeps events in many transactions at once until all are kept: of cases of two parties in turn.
func write(t *testing.T, stores []*store.Store, writers, each int) *sync.WaitGroup {
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			s := stores[w%len(stores)]
			for n := range each {
				of := []events.Type{events.StepLate, events.StepSoon}[n%2]
				if err := s.InTx(context.Background(), func(tx *store.Tx) error {
					err := events.Keep(tx, []events.Event{{Type: of, Case: fmt.Sprint("case-", n%2), Step: fmt.Sprintf("%d-%d", w, n)}})
					if s.Kind() == "postgres" {
						time.Sleep(time.Duration(rand.IntN(8)) * time.Millisecond)
					}
					return err
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	return &wg
}

// TestWhoeverFollowsGetsEachEventOnceAndAllInOneOrder lets many follow two processes that share a database, with filters of their own
// and of the cases of one party or of all, while events are written; they leave and come again at any event.
func TestWhoeverFollowsGetsEachEventOnceAndAllInOneOrder(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		logs := []*service{serve(t, d, everywhere)}
		if d := logs[0]; d.Kind() == "postgres" {
			logs = append(logs, nil)
		}
		if len(logs) > 1 {
			logs[1] = serve(t, d, everywhere)
		}
		var stores []*store.Store
		for _, l := range logs {
			stores = append(stores, l.Store)
		}
		storetest.In(t, stores[0], func(tx *store.Tx) error {
			for i := range 2 {
				if _, err := tx.Create(store.NewCase{ID: fmt.Sprint("case-", i), Model: "m", Parties: []store.Party{{Actor: "af", Party: fmt.Sprint("p", i)}}}); err != nil {
					return err
				}
			}
			return nil
		})
		const writers, each, readers = 6, 40, 24
		from, err := events.Latest(t.Context(), stores[0])
		if err != nil {
			t.Fatal(err)
		}
		done := write(t, stores, writers, each)
		over, stop := context.WithCancel(t.Context())
		defer stop()
		var mu sync.Mutex
		var whole atomic.Int32       // how many have all that is for them
		all := map[string][]string{} // what each kind of reader got, of the first of them
		var following sync.WaitGroup
		for r := range readers {
			following.Go(func() {
				kind, filter, reach := "all", events.Filter{}, store.Everything
				switch r % 4 {
				case 1:
					kind, filter = "late", events.Filter{Types: []events.Type{events.StepLate}}
				case 2:
					kind, reach = "party", store.Reach{Party: "p1"}
				case 3:
					kind, reach = "nobody", store.Reach{Party: "p2"}
				}
				var got []string
				at := from
				want := map[string]int{"all": writers * each, "late": writers * each / 2, "party": writers * each / 2}[kind]
				for len(got) < want || kind == "nobody" && over.Err() == nil {
					x := logs[r%len(logs)].log.Feed().Follow(reach, at, filter)
					for range 1 + rand.IntN(20) {
						list, err := x.Next(over, time.Second)
						if err != nil {
							break
						}
						cut := false
						for _, k := range list {
							if got, at = append(got, k.Step), k.Cursor; len(got) == want {
								whole.Add(1)
							}
							if cut = rand.IntN(10) == 0; cut { // the rest comes again
								break
							}
						}
						if cut {
							break
						}
						at = x.At()
					}
					x.Leave()
					if over.Err() != nil {
						break
					}
				}
				mu.Lock()
				defer mu.Unlock()
				if first, ok := all[kind]; !ok {
					all[kind] = got
				} else if !slices.Equal(got, first) {
					t.Errorf("two who follow %s got %d and %d events, or in another order", kind, len(first), len(got))
				}
			})
		}
		done.Wait()
		ended := make(chan struct{})
		go func() { following.Wait(); close(ended) }()
		until(t, "all that is followed", func() bool { return whole.Load() == readers*3/4 })
		time.AfterFunc(300*time.Millisecond, stop) // so long does nothing come to those who may see nothing
		<-ended
		for kind, got := range all {
			want := map[string]int{"all": writers * each, "late": writers * each / 2, "party": writers * each / 2}[kind]
			if one := slices.Compact(slices.Sorted(slices.Values(got))); len(one) != want || len(got) != want {
				t.Errorf("%s: %d events, %d of them different; want %d", kind, len(got), len(one), want)
			}
		}
		for _, l := range logs {
			if n := l.log.Feed().Followers(); n != 0 {
				t.Errorf("%d follow still", n)
			}
		}
	})
}

// TestAFollowerGoesOnFromEveryPlace: from the beginning, and after each event that there is.
func TestAFollowerGoesOnFromEveryPlace(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		write(t, []*store.Store{s.Store}, 1, 30).Wait()
		storetest.Settle(t, s.Store)
		list, _, err := s.log.Read(t.Context(), store.Everything, events.Cursor{}, events.Filter{}, 100)
		if err != nil || len(list) != 30 {
			t.Fatal(len(list), err)
		}
		busy := s.log.Feed().Follow(store.Everything, list[9].Cursor, events.Filter{}) // so that something is kept for all
		defer busy.Leave()
		if got, err := busy.Next(t.Context(), time.Second); err != nil || len(got) != 20 {
			t.Fatal(len(got), err)
		}
		at := events.Cursor{}
		for i := 0; ; i++ {
			x := s.log.Feed().Follow(store.Everything, at, events.Filter{})
			wait := 10 * time.Second
			if i == len(list) {
				wait = time.Millisecond
			}
			got, err := x.Next(t.Context(), wait)
			x.Leave()
			if err != nil || len(got) != len(list)-i || i < len(list) && got[0].ID != list[i].ID {
				t.Fatalf("after %d events: %d, %v", i, len(got), err)
			}
			if i == len(list) {
				break
			}
			at = list[i].Cursor
		}
		// A wait that is over leaves the follower where it was, and one that is cut off too.
		x := s.log.Feed().Follow(store.Everything, list[29].Cursor, events.Filter{Case: "no such"})
		defer x.Leave()
		write(t, []*store.Store{s.Store}, 1, 1).Wait()
		until(t, "what is not for it is passed over", func() bool {
			got, err := x.Next(t.Context(), time.Second)
			if err != nil || len(got) != 0 {
				t.Fatal(got, err)
			}
			return x.At() != list[29].Cursor
		})
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := x.Next(gone, time.Second); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// TestWhoeverPicksLittleOfALongLogGetsOn: nothing is looked through for longer than a part of it, and each part is told of.
func TestWhoeverPicksLittleOfALongLogGetsOn(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		const others = 25_000
		if _, err := s.Writer().Exec(fmt.Sprintf(`INSERT INTO events (id, type, case_id, model, version, hash, step, actor, outcome, at)
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT CAST(i AS TEXT), '%s', 'other', 'm', '', '', '', '', '', 1 FROM n`, others, events.StepLate)); err != nil {
			t.Fatal(err)
		}
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			_, err := tx.Create(store.NewCase{ID: "own", Model: "m", Parties: []store.Party{{Actor: "af", Party: "p"}}})
			return errors.Join(err, events.Keep(tx, []events.Event{{Type: events.StepSoon, Case: "own", Model: "m"}}))
		})
		storetest.Settle(t, s.Store)
		end, err := events.Latest(t.Context(), s.Store)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			reach  store.Reach
			filter events.Filter
		}{{store.Reach{Party: "p"}, events.Filter{}}, {store.Everything, events.Filter{Types: []events.Type{events.StepSoon}}}} {
			for way, next := range map[string]func(at events.Cursor) ([]events.Kept, events.Cursor, error){
				"read": func(at events.Cursor) ([]events.Kept, events.Cursor, error) {
					return s.log.Read(t.Context(), x.reach, at, x.filter, 10)
				},
				"followed": func(at events.Cursor) ([]events.Kept, events.Cursor, error) {
					f := s.log.Feed().Follow(x.reach, at, x.filter)
					defer f.Leave()
					list, err := f.Next(t.Context(), time.Hour)
					return list, f.At(), err
				},
			} {
				var got []events.Kept
				at, parts := events.Cursor{}, 0
				for len(got) == 0 {
					list, to, err := next(at)
					if err != nil || to == at {
						t.Fatalf("%s: after %s it comes to %s (%v)", way, at, to, err)
					}
					got, at = append(got, list...), to
					parts++
				}
				if len(got) != 1 || got[0].Case != "own" || at != end {
					t.Errorf("%s: %v, up to %s and not %s", way, got, at, end)
				}
				if parts < 3 {
					t.Errorf("%s in %d parts alone", way, parts)
				}
			}
		}
	})
}

// TestAPlaceOfBeforeTheDatabaseWasRestoredIsNone, and neither is one after the end of the log.
func TestAPlaceOfBeforeTheDatabaseWasRestoredIsNone(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := serve(t, d, everywhere)
		write(t, []*store.Store{s.Store}, 1, 3).Wait()
		storetest.Settle(t, s.Store)
		at, err := events.Latest(t.Context(), s.Store)
		if err != nil {
			t.Fatal(err)
		}
		check := func(text string) error {
			c, err := events.ParseCursor(text)
			if err != nil {
				t.Fatal(err)
			}
			var out error
			storetest.In(t, s.Store, func(tx *store.Tx) error { out = c.Check(tx); return nil })
			return out
		}
		parts := strings.Split(at.String(), ".")
		for text, want := range map[string]error{
			at.String(): nil, "0": nil, "": nil, "other." + parts[1] + "." + parts[2]: events.ErrEpoch,
			parts[0] + "." + parts[1] + ".99999999": events.ErrEpoch,
		} {
			if err := check(text); !errors.Is(err, want) {
				t.Errorf("%q: %v, want %v", text, err, want)
			}
		}
		x := s.log.Feed().Follow(store.Everything, at, events.Filter{})
		defer x.Leave()
		if _, err := s.Writer().Exec(`UPDATE store SET epoch = 'another'`); err != nil {
			t.Fatal(err)
		}
		if _, err := x.Next(t.Context(), time.Minute); !errors.Is(err, events.ErrEpoch) {
			t.Error(err)
		}
	})
}
