package casework_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// TestAnAnswerIsOfOneRevision has some read a case while others change it: what is answered must be what was known at the revision
// that the answer names, and no reader may be told that somebody else came between.
func TestAnAnswerIsOfOneRevision(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		start := func(revision int64) string { return fmt.Sprintf("2026-01-%02d", revision) }
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "m", Facts: []casework.Fact{fact("ja", "true"), fact("start", `"`+start(1)+`"`)}})
		if err != nil {
			t.Fatal(err)
		}
		due := func(a *casework.Answer) string {
			day := casetest.Day(t, start(a.Revision)) + 20
			return day.String()
		}
		check := func(a *casework.Answer, err error) {
			if err != nil {
				t.Error(err)
				return
			}
			if got := a.Decision.Next[0].Due.String(); got != due(a) {
				t.Errorf("revision %d is answered with %s, want %s", a.Revision, got, due(a))
			}
		}
		const revisions = 25
		done := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			defer close(done)
			for r := int64(2); r <= revisions; r++ {
				check(b.Record(ctx, officer, "", a.ID, r-1, casework.Change{Facts: []casework.Fact{fact("start", `"`+start(r)+`"`)}}))
			}
		})
		for range 3 {
			wg.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					check(b.Next(ctx, officer, a.ID, casework.Ask{}))
					if err := b.Refresh(ctx, a.ID); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	})
}

// TestWhatWasAnsweredIsNotAnsweredAgainToWhoIsNoPartyAnyMore repeats a request after it is over.
func TestWhatWasAnsweredIsNotAnsweredAgainToWhoIsNoPartyAnyMore(t *testing.T) {
	onClosed(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		af := asActor("af", "af-1")
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "s", Parties: []casework.Party{party("af", "af-1")}, Facts: []casework.Fact{fact("diagnos", `"M54"`)}})
		if err != nil {
			t.Fatal(err)
		}
		ask := func() (string, error) {
			a, err := b.Record(ctx, af, "k", a.ID, 0, casework.Change{Facts: []casework.Fact{fact("plan", "null")}})
			if err != nil {
				return "", err
			}
			text, _ := json.Marshal(a)
			return fmt.Sprint(string(text), a.Lang), nil
		}
		first, err := ask()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ask(); err != nil || again != first+"sv" {
			t.Errorf("%s\n%s\n%v", first, again, err)
		}
		rows := b.logged(t, audit.Filter{Subject: af.Subject})
		if len(rows) != 2 {
			t.Fatalf("%d rows", len(rows))
		}
		storetest.In(t, b.store, func(tx *store.Tx) error {
			one, err := rows[0].Open(tx)
			other, err2 := rows[1].Open(tx)
			same(t, string(other), string(one))
			return errors.Join(err, err2)
		})
		if _, err := b.Invite(ctx, officer, "", a.ID, 0, nil, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := ask(); !errors.Is(err, store.ErrNoCase) {
			t.Error(err)
		}
		same(t, b.timeline(t, officer, a.ID), `1 opening by fk-7 af:af-1; 2 recording diagnos="M54" by fk-7; 3 recording plan=null by actor-af-1; 4 parties by fk-7`)
	})
}

// TestWhoIsToldOfStepsIsToldThatAClosedCaseHasNone closes a case and takes it up again: the steps are no longer required, and then are.
func TestWhoIsToldOfStepsIsToldThatAClosedCaseHasNone(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		a, err := b.Open(ctx, officer, "", casework.Opening{Model: "m", Facts: []casework.Fact{fact("start", `"2026-02-20"`), fact("ja", "true")}})
		if err != nil {
			t.Fatal(err)
		}
		const required, passed = "step.required 2026-03-12", "step.passed 2026-03-12"
		same(t, b.became(t, a.ID), "case.opened, "+required)
		for range 2 { // the second does nothing
			if _, err := b.Close(ctx, officer, "", a.ID, 0, ""); err != nil {
				t.Fatal(err)
			}
		}
		same(t, b.became(t, a.ID), "case.opened, "+required+", "+passed)
		if _, err := b.Invite(ctx, officer, "", a.ID, 0, []casework.Party{party("af", "af-1")}, nil); err != nil {
			t.Errorf("nobody can be told who sees a closed case: %v", err)
		}
		for range 2 {
			if _, err := b.Reopen(ctx, officer, "", a.ID, 0, ""); err != nil {
				t.Fatal(err)
			}
		}
		same(t, b.became(t, a.ID), "case.opened, "+required+", "+passed+", "+required)
		if _, err := b.Erase(ctx, officer, a.ID, 0, "x"); err != nil {
			t.Fatal(err)
		}
		same(t, b.became(t, a.ID), strings.Repeat("case.erased, ", 4)+"case.erased")
		if _, holds, err := b.Erasure(ctx, officer, a.ID); err != nil || !holds {
			t.Errorf("the proof holds: %v, %v", holds, err)
		}
		storetest.In(t, b.store, func(tx *store.Tx) error {
			_, err := tx.SQL().ExecContext(ctx, `UPDATE events SET type = 'se.stegvis.step.late', step = 'mote' WHERE case_id = $1`, a.ID)
			return err
		})
		if _, holds, err := b.Erasure(ctx, officer, a.ID); err != nil || holds {
			t.Errorf("the proof holds though an event still tells something: %v, %v", holds, err)
		}
	})
}

// TestACaseThatFailsHoldsUpNoOther breaks what is kept of one case of many, and lets time pass for all.
func TestACaseThatFailsHoldsUpNoOther(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		const many, broken = 130, "c100"
		for i := range many {
			if _, err := b.Open(ctx, officer, "", casework.Opening{ID: fmt.Sprintf("c%03d", i), Model: "m", Facts: []casework.Fact{fact("start", `"2026-02-20"`), fact("ja", "true")}}); err != nil {
				t.Fatal(err)
			}
		}
		storetest.In(t, b.store, func(tx *store.Tx) error {
			_, err := tx.SQL().ExecContext(ctx, `UPDATE entries SET sealed = $1 WHERE case_id = $2`, []byte("x"), broken)
			return err
		})
		b.on(t, "2026-03-20")
		if err := b.queue.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.queue.Stop(context.Background()) })
		until(t, "all others to be late", func() bool {
			left, err := b.Behind(ctx, many)
			if err != nil {
				t.Fatal(err)
			}
			return len(left) == 1 && left[0] == broken
		})
		same(t, b.became(t, "c129"), "case.opened, step.required 2026-03-12, step.late 2026-03-12")
		same(t, b.became(t, broken), "case.opened, step.required 2026-03-12")
	})
}

// TestWhatIsBehindIsPutDownOnce looks again and again while nobody does the work.
func TestWhatIsBehindIsPutDownOnce(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		count := func() (n int) {
			storetest.In(t, b.store, func(tx *store.Tx) error {
				return tx.SQL().QueryRowContext(ctx, `SELECT COUNT(*) FROM river_job WHERE kind = 'span'`).Scan(&n)
			})
			return n
		}
		if _, err := b.Open(ctx, officer, "", casework.Opening{ID: "a", Model: "m"}); err != nil {
			t.Fatal(err)
		}
		if err := b.Sweep(ctx, b.queue); err != nil || count() != 0 {
			t.Errorf("%d jobs though nothing is behind, %v", count(), err)
		}
		b.on(t, "2026-03-02")
		for range 3 {
			if err := b.Sweep(ctx, b.queue); err != nil || count() != 16 {
				t.Errorf("%d jobs, %v", count(), err)
			}
		}
	})
}

// TestManyEndedFileSetsAreNotAllHeldInMemory opens a case with each of many versions, and asks when they are gone.
func TestManyEndedFileSetsAreNotAllHeldInMemory(t *testing.T) {
	b := newBench(t, storetest.Fresh(t, "sqlite"), casetest.Models(t, vocabulary))
	const many = casework.MostKept + 20
	for i := range many {
		b.reload(casetest.Models(t, vocabulary, model(fmt.Sprint(i), "2020-01-01", i+1)))
		if _, err := b.Open(t.Context(), officer, "", casework.Opening{ID: fmt.Sprint("c", i), Model: "m", Facts: []casework.Fact{fact("start", `"2026-02-28"`), fact("ja", "true")}}); err != nil {
			t.Fatal(err)
		}
	}
	b.reload(casetest.Models(t, vocabulary))
	for range 2 {
		for i := range many {
			a, err := b.Next(t.Context(), officer, fmt.Sprint("c", i), casework.Ask{})
			if err != nil || a.Decision.Next[0].Title != fmt.Sprint("Möte ", i+1) {
				t.Fatal(i, a, err)
			}
		}
	}
	if n := b.HeldPrograms(); n != casework.MostKept {
		t.Errorf("%d programs are held", n)
	}
}

func TestWhatNobodyAsksForAgainIsForgotten(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		open := func() error {
			return second(b.Open(ctx, officer, "k", casework.Opening{Reference: "dnr", Model: "m"}))
		}
		if err := errors.Join(open(), b.Tidy(ctx), open()); err != nil {
			t.Fatal(err)
		}
		b.on(t, "2026-03-07")
		if err := errors.Join(b.Tidy(ctx), open()); err != nil {
			t.Fatal(err)
		}
		b.on(t, "2026-03-09")
		if err := b.Tidy(ctx); err != nil {
			t.Fatal(err)
		}
		if err := open(); !errors.Is(err, store.ErrNamed) {
			t.Errorf("it is answered again after a week: %v", err)
		}
	})
}
