package casework_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// TestTheKeyOfAnErasedCaseStandsInNoFile looks for the key in the files of the database: also in the log that SQLite writes ahead of it.
// While somebody reads the log stays; the next sweep does it.
func TestTheKeyOfAnErasedCaseStandsInNoFile(t *testing.T) {
	d := storetest.Fresh(t, "sqlite")
	b := newBench(t, d, casetest.Models(t, vocabulary, model("1", "2020-01-01", 20)))
	path, _ := store.FileOf(d.Address)
	ctx := t.Context()
	stands := func(key []byte) (in []string) {
		files, err := filepath.Glob(path + "*")
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(text, key) {
				in = append(in, filepath.Base(f))
			}
		}
		return in
	}
	key := func(id string) (key []byte) {
		if _, err := b.Open(ctx, officer, "", casework.Opening{ID: id, Model: "m", Facts: []casework.Fact{fact("start", `"2026-02-20"`)}}); err != nil {
			t.Fatal(err)
		}
		storetest.In(t, b.store, func(tx *store.Tx) error {
			return tx.SQL().QueryRowContext(ctx, `SELECT wrapped FROM case_keys WHERE case_id = $1`, id).Scan(&key)
		})
		if len(key) == 0 || stands(key) == nil {
			t.Fatalf("the key of %s is not found where it must be", id)
		}
		return key
	}
	a := key("a")
	if _, err := b.Erase(ctx, officer, "a", 0, "x"); err != nil {
		t.Fatal(err)
	}
	if in := stands(a); in != nil {
		t.Errorf("the key stands in %q", in)
	}
	c := key("c")
	if err := b.store.View(ctx, func(tx *store.Tx) error {
		if _, err := tx.Case("c"); err != nil {
			return err
		}
		_, err := b.Erase(ctx, officer, "c", 0, "x")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if stands(c) == nil {
		t.Error("somebody read, and nothing was left to be done later: the test shows nothing")
	}
	if err := b.Sweep(ctx, b.queue); err != nil {
		t.Fatal(err)
	}
	if in := stands(c); in != nil {
		t.Errorf("after the sweep the key stands in %q", in)
	}
}
