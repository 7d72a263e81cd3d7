package casework_test

import (
	"fmt"
	"testing"

	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// TestAClockThatGoesBackIsNoNews has the clock go back over midnight, as it does where two processes do not agree on the time: what was
// told stays told once, what is recorded meanwhile counts, and how the case stands is of the revision that it has.
func TestAClockThatGoesBackIsNoNews(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		b.on(t, "2026-03-02")
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "m", Facts: []casework.Fact{held(t, "ja", "true", "2026-02-09"), fact("start", `"2026-02-09"`)}})
		if err != nil {
			t.Fatal(err)
		}
		told := func() (types []events.Type) {
			t.Helper()
			storetest.Settle(t, b.store)
			list, _, err := events.Read(ctx, b.store, events.Cursor{}, events.Filter{}, 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range list {
				types = append(types, e.Type)
			}
			return types
		}
		stands := func(revision int64, day, status string) {
			t.Helper()
			storetest.In(t, b.store, func(tx *store.Tx) error {
				s, err := tx.Standing(a.ID)
				if err != nil || s.Revision != revision || s.At.String() != day || s.Status != status {
					t.Errorf("it stands %+v, %v; want revision %d, %s, %s", s, err, revision, day, status)
				}
				return nil
			})
		}
		before := len(told())
		b.on(t, "2026-03-01")
		for range 3 {
			if _, err := b.Next(ctx, officer, a.ID, casework.Ask{}); err != nil {
				t.Fatal(err)
			}
		}
		if got := told(); len(got) != before {
			t.Error("an earlier day was news:", got)
		}
		stands(1, "2026-03-02", "open")
		if _, err := b.Record(ctx, officer, "", a.ID, 0, casework.Change{Facts: []casework.Fact{fact("ja", "false")}}); err != nil {
			t.Fatal(err)
		}
		stands(2, "2026-03-02", "closed")
		after := len(told())
		if after == before {
			t.Error("what was recorded was not told")
		}
		for range 3 {
			if _, err := b.Next(ctx, officer, a.ID, casework.Ask{}); err != nil {
				t.Fatal(err)
			}
		}
		if got := told(); len(got) != after {
			t.Error("told more than once:", got)
		}
	})
}

// TestAClockThatWasFarAheadIsForgotten has the clock be years ahead for a while: what was decided for then is decided for anew.
func TestAClockThatWasFarAheadIsForgotten(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		b.on(t, "2031-03-01")
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "m", Facts: []casework.Fact{held(t, "ja", "true", "2026-02-09"), fact("start", `"2026-02-09"`)}})
		if err != nil {
			t.Fatal(err)
		}
		b.on(t, "2026-03-01")
		b.sweep(t)
		storetest.In(t, b.store, func(tx *store.Tx) error {
			s, err := tx.Standing(a.ID)
			if err != nil || s.At.String() != "2026-03-01" || s.Steps[0].Time == "late" {
				t.Errorf("it stands %+v, %v", s, err)
			}
			return nil
		})
	})
}

// TestCasesThatFailHoldUpNoOthers has more cases that cannot be decided for than are come to at one time, before the others.
func TestCasesThatFailHoldUpNoOthers(t *testing.T) {
	onClosed(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		const broken, whole = 210, 5
		for i := range broken + whole {
			if _, err := b.Open(ctx, officer, "", casework.Opening{ID: fmt.Sprintf("%04d", i), Model: "s"}); err != nil {
				t.Fatal(err)
			}
		}
		storetest.In(t, b.store, func(tx *store.Tx) error {
			_, err := tx.SQL().ExecContext(ctx, `UPDATE entries SET sealed = $2 WHERE case_id < $1`, fmt.Sprintf("%04d", broken), []byte("x"))
			return err
		})
		b.on(t, "2026-03-02")
		for n := 1; ; n++ {
			err := b.Span(ctx, 0)
			behind, failed := b.Behind(ctx, broken+whole)
			if failed != nil {
				t.Fatal(failed)
			}
			if len(behind) == broken && err != nil {
				return
			}
			if n == 10 {
				t.Fatalf("%d are behind, of which %d fail", len(behind), broken)
			}
		}
	})
}
