package events_test

import (
	"fmt"
	"testing"

	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// TestEventsOfACaseComeInTheOrderOfItsChanges has a request with a key begin before another change of the case and be done after it.
func TestEventsOfACaseComeInTheOrderOfItsChanges(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		storetest.In(t, s, func(tx *store.Tx) error {
			_, err := tx.Create(store.NewCase{ID: "a", Model: "m", By: "x"})
			return err
		})
		change := func(tx *store.Tx, step string) error {
			if _, err := tx.Hold(store.Everything, "a"); err != nil {
				return err
			}
			return events.Keep(tx, []events.Event{{Type: events.StepRequired, Case: "a", Step: step}})
		}
		if _, _, err := s.Once(t.Context(), store.Request{Subject: "x", Key: "k"}, func(tx *store.Tx) (string, []byte, error) {
			if s.Kind() == "postgres" { // of SQLite nobody else changes anything meanwhile
				storetest.In(t, s, func(tx *store.Tx) error { return change(tx, "first") })
			}
			return "a", []byte("answer"), change(tx, "second")
		}, nil); err != nil {
			t.Fatal(err)
		}
		storetest.Settle(t, s)
		list, _, err := events.Read(t.Context(), s, events.Cursor{}, events.Filter{}, 10)
		var steps []string
		for _, e := range list {
			steps = append(steps, e.Step)
		}
		want := "[first second]"
		if s.Kind() == "sqlite" {
			want = "[second]"
		}
		if got := fmt.Sprint(steps); err != nil || got != want {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
	})
}

// TestWhoLeavesIsInNobodysWay has a subscriber leave while something is kept that it was to be told of.
func TestWhoLeavesIsInNobodysWay(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		x := serve(t, d, events.Config{Targets: events.Targets{Hosts: []string{"*"}}})
		l, s := x.log, x.Store
		var id string
		storetest.In(t, s, func(tx *store.Tx) error {
			if _, err := tx.Create(store.NewCase{ID: "a", Model: "m", By: "x"}); err != nil {
				return err
			}
			to, _, err := l.Subscribe(tx, events.Subscription{URL: "https://hook.example.se/"})
			id = to.ID
			return err
		})
		began, kept := make(chan struct{}), make(chan error)
		storetest.In(t, s, func(tx *store.Tx) error {
			go func() {
				close(began)
				kept <- s.InTx(t.Context(), func(tx *store.Tx) error {
					return l.Keep(tx, []events.Event{{Type: events.StepRequired, Case: "a"}})
				})
			}()
			<-began
			err := events.Unsubscribe(tx, id)
			waits(t, s, tx)
			return err
		})
		if err := <-kept; err != nil {
			t.Error("what became of the case was not kept:", err)
		}
		// The other way round: it is told of something, and leaves before that is kept.
		storetest.In(t, s, func(tx *store.Tx) error {
			to, _, err := l.Subscribe(tx, events.Subscription{URL: "https://hook.example.se/"})
			id = to.ID
			return err
		})
		left := make(chan error)
		began = make(chan struct{})
		storetest.In(t, s, func(tx *store.Tx) error {
			if err := l.Keep(tx, []events.Event{{Type: events.StepRequired, Case: "a"}}); err != nil {
				return err
			}
			go func() {
				close(began)
				left <- s.InTx(t.Context(), func(tx *store.Tx) error { return events.Unsubscribe(tx, id) })
			}()
			<-began
			waits(t, s, tx)
			return nil
		})
		if err := <-left; err != nil {
			t.Error("it could not leave:", err)
		}
	})
}

// waits returns once another transaction waits for one of this; of SQLite at once, since none begins there.
func waits(t *testing.T, s *store.Store, tx *store.Tx) {
	t.Helper()
	for n := 0; s.Kind() == "postgres" && n == 0; {
		if err := tx.SQL().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_locks WHERE NOT granted`).Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
}
