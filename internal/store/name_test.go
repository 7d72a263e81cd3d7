package store_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// TestANameIsFoundHoweverItsLettersAreWritten_FAULTS18 keeps names with ö as one sign and asks with o and two dots, and the other way
// round. A text looks the same either way, and which of them a system writes is not for anybody to see.
func TestANameIsFoundHoweverItsLettersAreWritten_FAULTS18(t *testing.T) {
	const one, two = "Växjö", "Va\u0308xjo\u0308"
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		for id, name := range map[string]string{"a": one, "b": two} {
			create(t, s, store.NewCase{ID: id, Model: "m", By: "x", Reference: name + id, Parties: []store.Party{{Party: name}, {Actor: "af", Party: name}}})
		}
		for _, name := range []string{one, two, " " + one + " ", two + "\t"} {
			reach := store.Reach{Party: name, Actor: "af"}
			storetest.In(t, s, func(tx *store.Tx) error {
				for _, id := range []string{"a", "b"} {
					if _, err := tx.See(reach, id); err != nil {
						t.Errorf("%q does not see %s: %v", name, id, err)
					}
				}
				list, _, err := tx.List(reach, 0, store.Filter{})
				if len(list) != 2 {
					t.Errorf("%q has %d cases", name, len(list))
				}
				return err
			})
		}
		for _, opener := range []string{one, two} {
			for _, name := range []string{one, two} {
				storetest.In(t, s, func(tx *store.Tx) error {
					c, err := tx.Find(opener, name+"a")
					if err != nil || c.ID != "a" {
						t.Errorf("%q of %q: %+v, %v", name, opener, c, err)
					}
					list, _, err := tx.List(store.Everything, 0, store.Filter{Opener: opener, Reference: name + "b"})
					if len(list) != 1 || list[0].ID != "b" {
						t.Errorf("%q of %q is listed as %+v", name, opener, list)
					}
					return err
				})
			}
		}
		// Written in both ways a party is one, and is kept as one.
		storetest.In(t, s, func(tx *store.Tx) error {
			if _, err := tx.SetParties("a", 0, "x", []store.Party{{Actor: "af", Party: two}, {Actor: "af", Party: " " + one}}); err != nil {
				return err
			}
			entries, err := tx.Entries("a", 0)
			if err == nil {
				if got, want := fmt.Sprint(entries[len(entries)-1].Parties), fmt.Sprint([]store.Party{{Actor: "af", Party: one}}); got != want {
					t.Errorf("the parties are %s, want %s", got, want)
				}
			}
			return err
		})
		for _, blank := range []string{"", " ", "\u00a0\t"} {
			if err := s.InTx(t.Context(), func(tx *store.Tx) error {
				_, err := tx.SetParties("a", 0, "x", []store.Party{{Actor: "af", Party: blank}})
				return err
			}); !errors.Is(err, store.ErrBadParty) {
				t.Errorf("the party %q: %v", blank, err)
			}
		}
	})
}
