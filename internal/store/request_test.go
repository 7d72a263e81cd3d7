package store_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// TestARequestThatComesAgainAfterAnErasureIsNotDoneAgain: whoever never got the answer would else open an erased person's case again.
// Of what was asked and answered nothing is left, and the proof of the erasure holds.
func TestARequestThatComesAgainAfterAnErasureIsNotDoneAgain(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		done := 0
		once := func(key, asked string, repeat func(tx *store.Tx, id string, answer []byte) error) ([]byte, error) {
			answer, _, err := s.Once(t.Context(), store.Request{Subject: "x", Key: key, Asked: []byte(asked)}, func(tx *store.Tx) (string, []byte, error) {
				done++
				c, err := tx.Create(store.NewCase{Model: "m", By: "x", Entries: []store.NewEntry{says("f", `"hemligt"`, "2026-01-01")}})
				if err != nil {
					return "", nil, err
				}
				return c.ID, []byte(c.ID), nil
			}, repeat)
			return answer, err
		}
		id, err := once("k", "open", nil)
		if err != nil {
			t.Fatal(err)
		}
		other, err := once("l", "open", nil)
		if err != nil {
			t.Fatal(err)
		}
		storetest.In(t, s, func(tx *store.Tx) error {
			_, err := tx.Erase(string(id), 0, "arkivarie", "beslut")
			return err
		})
		for _, asked := range []string{"open", "another"} { // which of them it was is forgotten with the case
			if answer, err := once("k", asked, nil); !errors.Is(err, store.ErrErased) || answer != nil {
				t.Errorf("%s: %q, %v", asked, answer, err)
			}
		}
		if again, err := once("l", "open", nil); err != nil || string(again) != string(other) {
			t.Errorf("the answer of another case is %q, %v", again, err)
		}
		// Who may not know of the case any more is told what they otherwise are.
		hidden := errors.New("hidden")
		if _, err := once("k", "open", func(_ *store.Tx, of string, answer []byte) error {
			if of != string(id) || answer != nil {
				t.Errorf("%s, %q", of, answer)
			}
			return hidden
		}); !errors.Is(err, hidden) {
			t.Error(err)
		}
		if done != 2 {
			t.Errorf("done %d times", done)
		}
		storetest.In(t, s, func(tx *store.Tx) error {
			var left int
			if err := tx.SQL().QueryRow(`SELECT COALESCE(SUM(length(digest) + length(sealed)), 0) FROM requests WHERE case_id = '` + string(id) + `'`).Scan(&left); err != nil || left > 0 {
				t.Errorf("%d bytes are left of what was asked and answered, %v", left, err)
			}
			if _, holds, err := tx.Erasure(string(id)); !holds || err != nil {
				t.Errorf("the proof holds: %t, %v", holds, err)
			}
			// An answer that is there after all is one.
			if _, err := tx.SQL().Exec(`UPDATE requests SET sealed = (SELECT sealed FROM requests WHERE case_id <> '` + string(id) + `') WHERE case_id = '` + string(id) + `'`); err != nil {
				return err
			}
			if _, holds, err := tx.Erasure(string(id)); holds || err != nil {
				t.Errorf("the proof holds with an answer that is left: %t, %v", holds, err)
			}
			n, err := tx.ForgetRequests(tx.At().Add(time.Second), 10) // in its time that is forgotten too
			if n != 2 {
				t.Errorf("%d requests forgotten", n)
			}
			return err
		})
	})
}

// TestABackupKeepsThatARequestIsNotDoneAgain, whether its case was erased before the backup was made or after it.
func TestABackupKeepsThatARequestIsNotDoneAgain(t *testing.T) {
	onPairs(t, func(t *testing.T, from, to *storetest.Database) {
		s := from.Open(t)
		once := func(s *store.Store, key string) error {
			_, _, err := s.Once(t.Context(), store.Request{Subject: "x", Key: key, Asked: []byte(key)}, func(tx *store.Tx) (string, []byte, error) {
				c, err := tx.Create(store.NewCase{ID: key, Model: "m", By: "x"})
				if err != nil {
					return "", nil, err
				}
				return c.ID, []byte(c.ID), nil
			}, nil)
			return err
		}
		for _, key := range []string{"a", "b", "c"} {
			if err := once(s, key); err != nil {
				t.Fatal(err)
			}
		}
		storetest.In(t, s, func(tx *store.Tx) error { return second(tx.Erase("a", 0, "x", "beslut")) })
		text := backup(t, s)
		var proof *store.Erasure
		storetest.In(t, s, func(tx *store.Tx) (err error) {
			proof, err = tx.Erase("b", 0, "x", "beslut")
			return err
		})
		r := to.Open(t)
		if err := r.Restore(t.Context(), bytes.NewReader(text), int64(len(text)), func(tx *store.Tx) error { return tx.EraseAgain([]store.Erasure{*proof}) }); err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]error{"a": store.ErrErased, "b": store.ErrErased, "c": nil} {
			if err := once(r, key); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", key, err, want)
			}
		}
		storetest.In(t, r, func(tx *store.Tx) error {
			for _, id := range []string{"a", "b"} {
				if _, holds, err := tx.Erasure(id); !holds || err != nil {
					t.Errorf("%s: the proof holds: %t, %v", id, holds, err)
				}
			}
			return nil
		})
	})
}
