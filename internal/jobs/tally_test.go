package jobs_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

func TestAttemptsAndWhatWaitsAreCounted(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		var did diary
		snoozed := false
		q := work(t, s, nil, func(x *jobs.Try[task]) error {
			switch {
			case x.Args.Name == "hopeless":
				return jobs.ErrGiveUp
			case x.Args.Name == "panics" && x.Number < 2:
				panic("no")
			case x.Args.Name == "fails" && x.Number < 2:
				return errors.New("no")
			case x.Args.Name == "early" && !snoozed:
				snoozed = true
				return jobs.Again(time.Millisecond)
			}
			did.say("%s", x.Args.Name)
			return nil
		})
		if !q.Running() {
			t.Error("it works and says that it does not")
		}
		storetest.In(t, s, func(tx *store.Tx) error {
			return errors.Join(q.Add(tx, task{"hopeless"}, time.Time{}, false), q.Add(tx, task{"panics"}, time.Time{}, false), q.Add(tx, task{"fails"}, time.Time{}, false),
				q.Add(tx, task{"early"}, time.Time{}, false), q.Add(tx, task{"tomorrow"}, time.Now().Add(24*time.Hour), false))
		})
		until(t, &did, "panics", "fails", "early")
		of := func(o jobs.Outcome) jobs.Attempts { return jobs.Attempts{Kind: "task", Outcome: o} }
		want := map[jobs.Attempts]int64{of(jobs.Done): 3, of(jobs.Failed): 2, of(jobs.GivenUp): 1, of(jobs.NotNow): 1}
		for end := time.Now().Add(3 * time.Minute); !maps.Equal(q.Attempts(), want); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%v, not %v", q.Attempts(), want)
			}
		}
		left := map[jobs.Standing]int64{{Kind: "task", State: "scheduled"}: 1}
		for end := time.Now().Add(3 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
			var got map[jobs.Standing]int64
			storetest.In(t, s, func(tx *store.Tx) (err error) {
				got, err = jobs.Standings(tx)
				return err
			})
			if maps.Equal(got, left) { // what is done is noted a moment after it
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%v, not %v", got, left)
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := q.Stop(ctx); err != nil || q.Running() {
			t.Errorf("%v, running %v", err, q.Running())
		}
	})
}

// TestAStoreThatIsWorkedOnIsKnown asks from another process, as whoever would restore a backup into it.
func TestAStoreThatIsWorkedOnIsKnown(t *testing.T) {
	d := storetest.Fresh(t, "postgres")
	other := d.Open(t)
	worked := func() bool {
		is, err := jobs.Worked(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	if worked() {
		t.Error("nobody has opened the jobs")
	}
	q := work(t, d.Open(t), nil, func(*jobs.Try[task]) error { return nil })
	for end := time.Now().Add(3 * time.Minute); !worked(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it is worked on, and nobody knows")
		}
	}
	if err := q.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(3 * time.Minute); worked(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nobody works on it any more")
		}
	}
}
