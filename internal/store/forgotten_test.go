package store_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// TestABackupKeepsWhatIsForgotten: a store that is restored, on either kind of database, begins where the log began, and what happens then
// is told after it; also where all that there was is forgotten, and where the numbers of events are not in the order of the log.
func TestABackupKeepsWhatIsForgotten(t *testing.T) {
	for gone, want := range map[int]string{1: "[b c]", 2: "[c]", 3: "[]"} {
		onPairs(t, func(t *testing.T, from, to *storetest.Database) {
			hour := 0
			open := func(d *storetest.Database) *store.Store {
				s, err := store.Open(t.Context(), store.Config{Address: d.Address, Ring: d.Ring, Now: func() time.Time { return time.Unix(0, 0).Add(time.Duration(hour) * time.Hour) }})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { s.Close() })
				return s
			}
			s := open(from)
			keep := func(tx *store.Tx, id string) error {
				return events.Keep(tx, []events.Event{{Type: events.StepLate, Case: id}})
			}
			storetest.In(t, s, func(tx *store.Tx) error {
				hour = 1
				if s.Kind() == "postgres" { // this comes first in the log, but for its number
					var begun string
					if err := tx.SQL().QueryRow(`SELECT pg_current_xact_id()::text`).Scan(&begun); err != nil {
						return err
					}
					storetest.In(t, s, func(tx *store.Tx) error { return keep(tx, "b") })
					return keep(tx, "a")
				}
				return keep(tx, "a")
			})
			if s.Kind() == "sqlite" {
				storetest.In(t, s, func(tx *store.Tx) error { return keep(tx, "b") })
			}
			hour = 2
			storetest.In(t, s, func(tx *store.Tx) error { return keep(tx, "c") })
			l := events.NewLog(s, jobs.NewKinds(), events.Config{})
			hour = 10
			storetest.Settle(t, s)
			if n, err := l.Forget(t.Context(), time.Duration(10-gone)*time.Hour+30*time.Minute); n != int64(gone) || err != nil {
				t.Fatal(n, err)
			}
			read := func(s *store.Store, from events.Cursor) (told []string, places []events.Cursor, next events.Cursor) {
				t.Helper()
				storetest.Settle(t, s)
				list, next, err := events.Read(t.Context(), s, from, events.Filter{}, 10)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range list {
					told, places = append(told, e.Case), append(places, e.Cursor)
				}
				return told, places, next
			}
			if got, _, _ := read(s, events.Cursor{}); fmt.Sprint(got) != want {
				t.Fatalf("%v, want %s", got, want)
			}
			text := backup(t, s)
			r := open(to)
			if err := r.Restore(t.Context(), bytes.NewReader(text), int64(len(text)), nil); err != nil {
				t.Fatal(err)
			}
			got, _, next := read(r, events.Cursor{})
			if fmt.Sprint(got) != want {
				t.Errorf("%v, want %s", got, want)
			}
			storetest.In(t, r, func(tx *store.Tx) error { return keep(tx, "d") })
			if got, _, _ := read(r, next); fmt.Sprint(got) != "[d]" {
				t.Errorf("then comes %v", got)
			}
			all, places, _ := read(r, events.Cursor{})
			if fmt.Sprint(append([]string{}, all...)) != fmt.Sprint(append(got, "d")) {
				t.Errorf("%v", all)
			}
			// What is forgotten there later is told as anywhere.
			again := events.NewLog(r, jobs.NewKinds(), events.Config{})
			if n, err := again.Forget(t.Context(), -time.Hour); n != int64(len(all)) || err != nil {
				t.Fatal(n, err)
			}
			storetest.In(t, r, func(tx *store.Tx) error {
				for i, c := range places {
					if err := c.Check(tx); (err == nil) != (i == len(places)-1) {
						t.Errorf("place %d of %d: %v", i, len(places), err)
					}
				}
				return nil
			})
			if end, err := events.Latest(t.Context(), r); err != nil || end != places[len(places)-1] {
				t.Errorf("the end is %s, %v", end, err)
			}
		})
	}
}
