package store_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// older opens a store as an earlier version did.
func older(t *testing.T, d *storetest.Database, form int64) *store.Store {
	t.Helper()
	s, err := store.OpenOlder(t.Context(), store.Config{Address: d.Address, Ring: d.Ring, Now: d.Clock}, form)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestABackupOfAnOlderFormIsAsItsStoreBroughtUp restores what each earlier version backed up, and holds it against what the database of
// that version becomes when this one opens it.
func TestABackupOfAnOlderFormIsAsItsStoreBroughtUp(t *testing.T) {
	for form := int64(1); form < lastVersion(t, "sqlite"); form++ {
		t.Run(fmt.Sprint(form), func(t *testing.T) {
			onPairs(t, func(t *testing.T, from, to *storetest.Database) {
				kind := older(t, from, form).Kind()
				aged(t, kind, from.Address, form)
				text := backup(t, older(t, from, form))
				what, err := store.ReadContents(bytes.NewReader(text), int64(len(text)))
				if err != nil || what.Rows["cases"] != 1 || what.Schema != form {
					t.Fatalf("%+v, %v", what, err)
				}
				db := raw(t, kind, from.Address)
				defer db.Close()
				for _, name := range column(t, db, kinds[kind].tables) {
					if what.Rows[name] == 0 {
						t.Errorf("nothing of the table %s is in it", name)
					}
				}
				r := to.Open(t)
				if err := r.Restore(t.Context(), bytes.NewReader(text), int64(len(text)), nil); err != nil {
					t.Fatal(err)
				}
				got, want := contents(t, backup(t, r)), contents(t, backup(t, from.Open(t)))
				for name, x := range want {
					if name == "manifest.json" || name == "store.ndjson" || name == "events.ndjson" || name == "audit_heads.ndjson" && kind != r.Kind() {
						continue // as where the forms are the same
					}
					if got[name] != x {
						t.Errorf("%s is\n%s\nwant\n%s", name, got[name], x)
					}
				}
				if n := len(want); len(got) != n || n < 10 {
					t.Errorf("%d tables, want %d", len(got), n)
				}
			})
		})
	}
}

// TestCasesOfTheVersionBeforeAreRestored has cases opened and erased by a store of the form before this one, whose log still verifies and
// one of whose cases is erased again.
func TestCasesOfTheVersionBeforeAreRestored(t *testing.T) {
	onPairs(t, func(t *testing.T, from, to *storetest.Database) {
		s := older(t, from, lastVersion(t, "sqlite")-1)
		for _, id := range []string{"a", "b"} {
			create(t, s, store.NewCase{ID: id, Reference: "dnr " + id, Model: "m", Version: "1", By: "x", Entries: []store.NewEntry{says("å", `"ö"`, "2026-01-01")}})
			storetest.In(t, s, func(tx *store.Tx) error {
				if err := audit.Append(tx, audit.Record{Subject: "x", Action: "open", Case: id, Answer: []byte("svar " + id)}); err != nil {
					return err
				}
				return events.Keep(tx, []events.Event{{Type: events.CaseOpened, Case: id, Model: "m"}})
			})
		}
		want := facts(t, s, "a", "2026-02-01", time.Time{})
		text := backup(t, s)
		r := to.Open(t)
		if err := r.Restore(t.Context(), bytes.NewReader(text), int64(len(text)), func(tx *store.Tx) error {
			return tx.EraseAgain([]store.Erasure{{Case: "b", By: "x", Decision: "beslut"}})
		}); err != nil {
			t.Fatal(err)
		}
		if got := facts(t, r, "a", "2026-02-01", time.Time{}); got != want || got == "" {
			t.Errorf("%s, want %s", got, want)
		}
		if v, err := audit.Verify(t.Context(), r); err != nil || len(v.Faults) > 0 || v.Rows != 2 {
			t.Errorf("%+v, %v", v, err)
		}
		storetest.In(t, r, func(tx *store.Tx) error {
			c, err := tx.Case("b")
			if err == nil && c.State != store.StateErased {
				t.Errorf("b is %s", c.State)
			}
			return err
		})
		create(t, r, store.NewCase{Reference: "dnr c", Model: "m", By: "x"})
	})
}
