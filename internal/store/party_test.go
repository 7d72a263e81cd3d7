package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// sees tells who of some can see a case.
func sees(t *testing.T, s *store.Store, id string) string {
	t.Helper()
	var out []string
	storetest.In(t, s, func(tx *store.Tx) error {
		for _, r := range []store.Reach{{}, {Actor: "af"}, store.Everything, {Party: "opener"}, {Party: "p1"}, {Party: "p1", Actor: "af"}, {Party: "p1", Actor: "fk"}, {Party: "p2"}, {Party: "p3"}} {
			c, err := tx.See(r, id)
			held, err2 := tx.Hold(r, id)
			switch {
			case err == nil && err2 == nil && *c == *held:
				out = append(out, fmt.Sprintf("%v", r))
			case !errors.Is(err, store.ErrNoCase) || !errors.Is(err2, store.ErrNoCase):
				return errors.Join(err, err2)
			}
		}
		return nil
	})
	return strings.Join(out, " ")
}

func TestACaseIsSeenByItsPartiesAlone(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		opener := store.Party{Party: "opener"}
		c := create(t, s, store.NewCase{ID: "a", Model: "m", By: "x", Parties: []store.Party{{Actor: "af", Party: "p1"}, opener, {Actor: "af", Party: "p1"}, {Actor: "fk", Party: "p2"}}})
		create(t, s, store.NewCase{ID: "b", Model: "m", By: "x"})
		check := func(id, want string) {
			t.Helper()
			if got := sees(t, s, id); got != want {
				t.Errorf("%s is seen by %s, want %s", id, got, want)
			}
		}
		check("a", "{true  } {false opener } {false p1 } {false p1 af} {false p2 }")
		check("b", "{true  }")
		check("c", "")
		set := func(revision int64, parties ...store.Party) (err error) {
			return s.InTx(t.Context(), func(tx *store.Tx) error {
				_, err := tx.SetParties("a", revision, "y", parties)
				return err
			})
		}
		for _, x := range []struct {
			err, want error
		}{
			{set(7, store.Party{Actor: "af", Party: "p3"}), store.ErrStale},
			{set(0, store.Party{Actor: "af"}), store.ErrBadParty},
			{set(0, store.Party{Party: "p3"}), store.ErrBadParty}, // nobody else becomes who opened it
		} {
			if !errors.Is(x.err, x.want) {
				t.Errorf("%v, want %v", x.err, x.want)
			}
		}
		check("a", "{true  } {false opener } {false p1 } {false p1 af} {false p2 }")
		if err := set(c.Revision, store.Party{Actor: "fk", Party: "p1"}, store.Party{Actor: "af", Party: "p3"}); err != nil {
			t.Fatal(err)
		}
		check("a", "{true  } {false opener } {false p1 } {false p1 fk} {false p3 }")
		storetest.In(t, s, func(tx *store.Tx) error {
			entries, err := tx.Entries("a", 0)
			if err == nil {
				got := fmt.Sprintf("%d %v %s %s %v", len(entries), entries[0].Parties, entries[1].Kind, entries[1].By, entries[1].Parties)
				if want := "2 [{ opener} {af p1} {fk p2}] parties y [{af p3} {fk p1}]"; got != want {
					t.Errorf("%s, want %s", got, want)
				}
			}
			return err
		})
		storetest.In(t, s, func(tx *store.Tx) error { return second(tx.Erase("a", 0, "x", "beslut")) })
		check("a", "{true  } {false opener }")
		storetest.In(t, s, func(tx *store.Tx) error {
			_, holds, err := tx.Erasure("a")
			if !holds {
				t.Error("the proof of the erasure does not hold")
			}
			return err
		})
	})
}

// TestNothingOfWhoIsAPartyStandsInTheDatabase looks through all of the file.
func TestNothingOfWhoIsAPartyStandsInTheDatabase(t *testing.T) {
	d := storetest.Fresh(t, "sqlite")
	s := d.Open(t)
	const canary = "19121212-1212"
	create(t, s, store.NewCase{ID: "a", Reference: canary, Model: "m", By: "x", Parties: []store.Party{{Actor: "individ", Party: canary}}})
	if _, _, err := s.Once(t.Context(), store.Request{Subject: "x", Key: canary, Asked: []byte(canary)}, func(*store.Tx) (string, []byte, error) { return "a", []byte(canary), nil }, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Writer().ExecContext(context.Background(), `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(d.Address, "sqlite:")
	text, err := os.ReadFile(path)
	if err != nil || bytes.Contains(text, []byte(canary)) || !bytes.Contains(text, []byte("individ")) {
		t.Errorf("it stands in %d bytes, or these are not those of the database; %v", len(text), err)
	}
}
