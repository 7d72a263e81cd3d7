package events_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// childEnv, in the environment, makes a process of this test forget all events in the store at the address, a few at a time, and end:
// STEGVIS_FORGET_TRIAL="ADDRESS MASTER".
const childEnv = "STEGVIS_FORGET_TRIAL"

func init() {
	words := strings.Split(os.Getenv(childEnv), "\n")
	if len(words) != 2 {
		return
	}
	ring, err := seal.ParseRing(words[1])
	var s *store.Store
	if err == nil {
		s, err = store.Open(context.Background(), store.Config{Address: words[0], Ring: ring})
	}
	if err == nil {
		l := events.NewLog(s, jobs.NewKinds(), events.Config{})
		l.AtOnce(3, 1000)
		for n := int64(1); n > 0 && (err == nil || errors.Is(err, events.ErrInUse)); {
			if n, err = l.Forget(context.Background(), 0); errors.Is(err, events.ErrInUse) {
				n = 1
			}
			fmt.Println(n)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// TestAProcessThatIsLostWhileItForgetsLeavesAllOrNothing kills processes that forget a log, at any moment, until one gets to the end.
func TestAProcessThatIsLostWhileItForgetsLeavesAllOrNothing(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		master := seal.NewMaster()
		if d.Ring, err = seal.ParseRing(master); err != nil {
			t.Fatal(err)
		}
		s := serve(t, d, everywhere)
		s.subscribe(t, events.Subscription{URL: "http://127.0.0.1:1/"})
		const all = 400
		storetest.In(t, s.Store, func(tx *store.Tx) error {
			list := make([]events.Event, all)
			for i := range list {
				list[i] = events.Event{Type: events.StepLate, Case: "a"}
			}
			err := s.log.Keep(tx, list)
			if err == nil {
				_, err = tx.SQL().Exec(`UPDATE deliveries SET state = 'delivered'`)
			}
			return err
		})
		_, places, err := s.rest(t, events.Cursor{}, 500)
		if err != nil || len(places) != all {
			t.Fatal(len(places), err)
		}
		killed, gone := 0, 0
		for ended := false; !ended; killed++ {
			c := exec.Command(self)
			c.Env = append(os.Environ(), childEnv+"="+d.Address+"\n"+master)
			out, err := c.StdoutPipe()
			if err == nil {
				err = c.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			if killed < 12 { // soon after it has begun to forget
				out.Read(make([]byte, 1))
				time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
				c.Process.Kill()
			}
			io.Copy(io.Discard, out)
			ended = c.Wait() == nil
			s.settle(t)
			gone = all - int(s.count(t, `SELECT COUNT(*) FROM events`))
			rest, _, err := s.rest(t, events.Cursor{}, 500)
			if deliveries := s.count(t, `SELECT COUNT(*) FROM deliveries`); err != nil || len(rest) != all-gone || deliveries != int64(all-gone) {
				t.Fatalf("%d events are left, %d are read, %d deliveries; %v", all-gone, len(rest), deliveries, err)
			}
			for i, want := range map[int]bool{gone - 2: false, gone - 1: true, gone: true} {
				if i < 0 || i >= all {
					continue
				}
				if err := s.check(t, places[i]); (err == nil) != want {
					t.Fatalf("after event %d, %d forgotten: %v", i, gone, err)
				}
			}
			if ended && gone != all {
				t.Fatalf("%d are forgotten", gone)
			}
		}
		t.Logf("%d killed", killed-1)
	})
}

// TestTheJobForgets what is too old, as it was told, and says how much; where it was told nothing it forgets nothing.
func TestTheJobForgets(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		clock := newHand()
		c := everywhere
		c.Keep = 30 * day
		s := serveBy(t, d, clock, c)
		s.log.AtOnce(2, 1000)
		for range 5 {
			s.tell(t, events.StepLate, "af")
		}
		clock.pass(29 * day)
		kept := s.tell(t, events.StepLate, "af")
		clock.pass(2 * day)
		var others []*service
		if s.Kind() == "postgres" { // one process says otherwise, and may do the job too
			others = append(others, serveBy(t, d, clock, everywhere))
		}
		s.start(t)
		for _, o := range others {
			o.start(t)
		}
		if len(others) == 0 {
			until(t, "the forgetting", func() bool { return s.count(t, `SELECT COUNT(*) FROM events`) == 1 })
			if f, err := s.log.Figures(t.Context()); err != nil || f.Forgotten != 5 {
				t.Errorf("%d are counted, %v", f.Forgotten, err)
			}
		} else {
			until(t, "the job", func() bool {
				return s.count(t, `SELECT COUNT(*) FROM river_job WHERE kind = 'forget' AND state = 'completed'`) == 1
			})
			s.forget(t, 30*day)
		}
		if ids, _, err := s.rest(t, events.Cursor{}, 10); err != nil || len(ids) != 1 || ids[0] != kept {
			t.Errorf("%v are left, %v", ids, err)
		}
	})
}

// TestTheForgettingIsPutDownOnce: not again while one is not over, when a process begins.
func TestTheForgettingIsPutDownOnce(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		clock := newHand()
		c := everywhere
		c.Keep = day
		s := serveBy(t, d, clock, c)
		storetest.In(t, s.Store, func(tx *store.Tx) error { return s.log.PutDownForgetting(tx) }) // one is not over yet
		s.start(t)
		until(t, "the job", func() bool {
			return s.count(t, `SELECT COUNT(*) FROM river_job WHERE kind = 'forget' AND state = 'completed'`) > 0
		})
		if n := s.count(t, `SELECT COUNT(*) FROM river_job WHERE kind = 'forget'`); n != 1 {
			t.Errorf("%d are put down", n)
		}
	})
}

// TestNothingIsForgottenThatSomethingCanStillComeBefore: of a database with many writers one that began earlier may end later.
func TestNothingIsForgottenThatSomethingCanStillComeBefore(t *testing.T) {
	clock := newHand()
	s := serveBy(t, storetest.Fresh(t, "postgres"), clock, everywhere)
	first := s.tell(t, events.StepLate, "af")
	var early, late string
	storetest.In(t, s.Store, func(tx *store.Tx) error {
		list := []events.Event{{Type: events.StepLate, Case: "a"}}
		err := s.log.Keep(tx, list)
		early = list[0].ID
		late = s.tell(t, events.StepLate, "af")
		clock.pass(2 * day)
		if n := s.forget(t, day); n != 1 {
			t.Errorf("%d are forgotten while something earlier is still under way", n)
		}
		return err
	})
	ids, _, err := s.rest(t, events.Cursor{}, 10)
	if want := fmt.Sprint([]string{early, late}); err != nil || fmt.Sprint(ids) != want {
		t.Errorf("%v are left of %s and %s, %v", ids, first, want, err)
	}
	if n := s.forget(t, day); n != 2 {
		t.Errorf("then %d are forgotten", n)
	}
}

// TestWhoFollowsIsToldOfWhatIsForgotten, where it is behind, and else goes on, whatever others have been given.
func TestWhoFollowsIsToldOfWhatIsForgotten(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		clock := newHand()
		s := serveBy(t, d, clock, everywhere)
		follow := func(c events.Cursor) *events.Follower {
			x := s.log.Feed().Follow(store.Everything, c, events.Filter{})
			t.Cleanup(x.Leave)
			return x
		}
		next := func(x *events.Follower, want ...string) {
			t.Helper()
			list, err := x.Next(t.Context(), 300*time.Millisecond)
			var got []string
			for _, k := range list {
				got = append(got, k.ID)
			}
			if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%v, %v; want %v", got, err, want)
			}
		}
		a := s.tell(t, events.StepLate, "af")
		behind, all := follow(events.Cursor{}), follow(events.Cursor{})
		next(behind, a)
		next(behind) // at the end of the log, for all
		b := s.tell(t, events.StepLate, "af")
		next(all, a, b) // by itself, further than that
		clock.pass(2 * day)
		if n := s.forget(t, day); n != 2 {
			t.Fatalf("%d are forgotten", n)
		}
		next(all) // the log is looked at from where all were, which is gone, and then from where this one is
		var gone *events.ForgottenError
		if _, err := follow(behind.At()).Next(t.Context(), time.Second); !errors.As(err, &gone) || gone.From != all.At() {
			t.Errorf("%v, want to go on from %s", err, all.At())
		}
		c := s.tell(t, events.StepLate, "af")
		next(all, c)
		next(follow(events.Cursor{}), c)
		next(follow(gone.From), c)
		if end, err := events.Latest(t.Context(), s.Store); err != nil || end != all.At() {
			t.Errorf("the end is %s, %v, not %s", end, err, all.At())
		}
		s.forget(t, -day)
		if end, err := events.Latest(t.Context(), s.Store); err != nil || end != all.At() {
			t.Errorf("the end of a log that is all forgotten is %s, %v, not %s", end, err, all.At())
		}
		next(follow(events.Cursor{}))
	})
}
