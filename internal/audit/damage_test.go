package audit_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// TestWhatIsMissingOrChangedIsTold damages what is kept, in one way at a time, and reads the case.
func TestWhatIsMissingOrChangedIsTold(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		says := store.NewEntry{Kind: store.Recording, Fact: "f", Value: []byte("1"), Held: calendar.Day(20000)}
		storetest.In(t, s, func(tx *store.Tx) error {
			for _, id := range []string{"a", "b", "gone"} {
				if _, err := tx.Create(store.NewCase{ID: id, Model: "m", Version: "1", By: "x", Entries: []store.NewEntry{says, says}}); err != nil {
					return err
				}
				if err := audit.Append(tx, audit.Record{Subject: "x", Action: "open", Case: id, Hash: "h"}); err != nil {
					return err
				}
			}
			err := tx.KeepFiles("h", []*diag.Source{diag.NewSource("m.toml", "x")})
			_, err2 := tx.Activate("m", "1", "h")
			return errors.Join(err, err2)
		})
		storetest.In(t, s, func(tx *store.Tx) error {
			_, err := tx.Record("a", 0, "y", []store.NewEntry{says, says})
			_, err2 := tx.Erase("gone", 0, "x", "y")
			return errors.Join(err, err2)
		})
		look := func(tx *store.Tx) string {
			var told []string
			if err := tx.Inspect(func(d store.Damage) { told = append(told, fmt.Sprint(d.Case, d.Hash, " ", d.What, " ", d.Entry)) }); err != nil {
				t.Fatal(err)
			}
			return strings.Join(told, ", ")
		}
		const unread, read = true, false
		for what, c := range map[string]struct {
			how  string
			want string
			bad  bool // a cannot be read
			tail bool // nothing can be added to it either
		}{
			"nothing":                  {`SELECT 1`, "", read, false},
			"the last entry of two":    {`DELETE FROM entries WHERE case_id = 'a' AND seq = 5`, "a entry-missing 5", unread, true},
			"the last change":          {`DELETE FROM entries WHERE case_id = 'a' AND seq >= 4`, "a entry-missing 4", unread, true},
			"one in between":           {`DELETE FROM entries WHERE case_id = 'a' AND seq = 2`, "a entry-missing 2", unread, false},
			"the first":                {`DELETE FROM entries WHERE case_id = 'a' AND seq = 1`, "a entry-missing 1", unread, false},
			"all":                      {`DELETE FROM entries WHERE case_id = 'a'`, "a entry-missing 1", unread, true},
			"the last one of an other": {`DELETE FROM entries WHERE case_id = 'b' AND seq = 3`, "b entry-missing 3", read, false},
			"what is sealed":           {`UPDATE entries SET sealed = (SELECT sealed FROM entries WHERE case_id = 'a' AND seq = 2) WHERE case_id = 'a' AND seq = 3`, "a entry-changed 3", unread, false},
			"by whom":                  {`UPDATE entries SET recorded_by = 'z' WHERE case_id = 'a' AND seq = 3`, "a entry-changed 3", unread, false},
			"when":                     {`UPDATE entries SET recorded_at = recorded_at + 1 WHERE case_id = 'a' AND seq = 5`, "a entry-changed 5", unread, false},
			"the key":                  {`DELETE FROM case_keys WHERE case_id = 'a'`, "a no-key 0", unread, false},
			"a key that is no key":     {`UPDATE case_keys SET wrapped = (SELECT wrapped FROM case_keys WHERE case_id = 'b') WHERE case_id = 'a'`, "a no-key 0", unread, false},
			"the model":                {`UPDATE cases SET version = '2' WHERE id = 'a'`, "a case-changed 0", unread, false},
			"the state":                {`UPDATE cases SET state = 'closed' WHERE id = 'a'`, "a case-changed 0", unread, false},
			"a later revision":         {`UPDATE cases SET revision = 3 WHERE id = 'a'`, "a entry-missing 6", unread, true},
			"an earlier revision":      {`UPDATE cases SET revision = 1 WHERE id = 'a'`, "a case-changed 0", unread, false},
			"erased, and no proof":     {`DELETE FROM erasures`, "gone no-proof 0", read, false},
			"erased, other entries":    {`DELETE FROM entries WHERE case_id = 'gone' AND seq = 2`, "gone other-entries 0", read, false},
			"erased, and its key":      {`INSERT INTO case_keys (case_id, master, wrapped) SELECT 'gone', master, wrapped FROM case_keys WHERE case_id = 'a'`, "gone key-left 0", read, false},
			"said to have answered":    {`UPDATE activations SET at = at - 3700000000`, "h files-early 0", read, false},
			"clocks that differ":       {`UPDATE activations SET at = at - 3500000000`, "", read, false},
		} {
			undone := errors.New("undone")
			err := s.InTx(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.SQL().Exec(c.how); err != nil {
					t.Errorf("%s: %v", what, err)
				}
				if got := look(tx); got != c.want {
					t.Errorf("%s: %q, want %q", what, got, c.want)
				}
				switch list, err := tx.Entries("a", 0); {
				case c.bad && !errors.Is(err, store.ErrDamaged) && !errors.Is(err, seal.ErrOpen):
					t.Errorf("%s: read with %d entries, %v", what, len(list), err)
				case !c.bad && (err != nil || len(list) != 5):
					t.Errorf("%s: %d entries, %v", what, len(list), err)
				}
				if _, err := tx.Record("a", 0, "y", []store.NewEntry{says}); c.tail && !errors.Is(err, store.ErrDamaged) {
					t.Errorf("%s: another entry was added: %v", what, err) // after which nothing would be missing
				}
				return undone
			})
			if !errors.Is(err, undone) {
				t.Errorf("%s: %v", what, err)
			}
		}

		// What only the log can show.
		unbound := []string{`DELETE FROM parties`, `DELETE FROM standings`, `DELETE FROM entries WHERE case_id = 'b'`, `DELETE FROM case_keys WHERE case_id = 'b'`, `DELETE FROM cases WHERE id = 'b'`,
			`DELETE FROM activations`, `DELETE FROM file_sets`}
		storetest.In(t, s, func(tx *store.Tx) error {
			for _, q := range unbound {
				if _, err := tx.SQL().Exec(q); err != nil {
					return err
				}
			}
			return nil
		})
		r, err := audit.Verify(t.Context(), s)
		if want := []store.Damage{{What: store.CaseMissing, Case: "b"}, {What: store.FilesMissing, Hash: "h"}}; err != nil || !slices.Equal(r.Damage, want) || len(r.Faults) > 0 {
			t.Errorf("%+v, %v; want %v", r, err, want)
		}
	})
}

// TestOlderEntriesStayWhole has entries that do not say how many there are; that all of the last change are missing shows in them too.
func TestOlderEntriesStayWhole(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		says := store.NewEntry{Kind: store.Recording, Fact: "f", Value: []byte("1"), Held: calendar.Day(20000)}
		storetest.In(t, s, func(tx *store.Tx) error {
			_, err := tx.Create(store.NewCase{ID: "a", Model: "m", Version: "1", By: "x", Entries: []store.NewEntry{says}})
			return err
		})
		storetest.In(t, s, func(tx *store.Tx) error {
			_, err := tx.Record("a", 0, "y", []store.NewEntry{says, says})
			return err
		})
		storetest.In(t, s, func(tx *store.Tx) error {
			type entry struct {
				seq, at  int64
				kind, by string
				sealed   []byte
			}
			var all []entry
			if err := tx.Each(func(rows *sql.Rows) error {
				var e entry
				err := rows.Scan(&e.seq, &e.kind, &e.at, &e.by, &e.sealed)
				all = append(all, e)
				return err
			}, `SELECT seq, kind, recorded_at, recorded_by, sealed FROM entries`); err != nil {
				return err
			}
			for _, e := range all {
				label := fmt.Sprintf("entry a %d %s %d %s", e.seq, e.kind, e.at, e.by)
				text, err := tx.Unseal("a", e.sealed, label)
				if err != nil {
					return err
				}
				var body map[string]any
				if err := json.Unmarshal(text, &body); err != nil {
					return err
				}
				if body["revision"] == nil || body["last"] == nil {
					t.Fatalf("an entry says %s", text)
				}
				delete(body, "revision")
				delete(body, "last")
				if text, err = json.Marshal(body); err != nil {
					return err
				}
				sealed, err := tx.Seal("a", text, label)
				if err != nil {
					return err
				}
				if _, err := tx.SQL().Exec(`UPDATE entries SET sealed = $1 WHERE seq = $2`, sealed, e.seq); err != nil {
					return err
				}
			}
			return nil
		})
		for _, c := range []struct {
			how  string
			want string
		}{{`SELECT 1`, ""}, {`DELETE FROM entries WHERE seq >= 3`, "entry-missing 3"}} {
			storetest.In(t, s, func(tx *store.Tx) error {
				if _, err := tx.SQL().Exec(c.how); err != nil {
					return err
				}
				got := ""
				if err := tx.Inspect(func(d store.Damage) { got += fmt.Sprint(d.What, " ", d.Entry) }); err != nil {
					return err
				}
				if _, err := tx.Entries("a", 0); got != c.want || (err == nil) != (c.want == "") {
					t.Errorf("%s: %q, %v; want %q", c.how, got, err, c.want)
				}
				return nil
			})
		}
	})
}
