package store_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// filled is a store with something in every table.
func filled(t *testing.T, d *storetest.Database) *store.Store {
	t.Helper()
	s := d.Open(t)
	for _, id := range []string{"a", "b", "c"} {
		c := create(t, s, store.NewCase{ID: id, Reference: "dnr " + id, Model: "m", Version: "1", By: "x", Entries: []store.NewEntry{says("å", `"ö"`, "2026-01-01")}})
		stand(t, s, c, "2026-03-01", "h", "open", store.StandingStep{Step: "s", Actor: "af", Time: "ok"})
		storetest.In(t, s, func(tx *store.Tx) error {
			if err := tx.KeepFiles("h", []*diag.Source{diag.NewSource("å.toml", "x = 1")}); err != nil {
				return err
			}
			_, err := tx.Activate("m", "1", "h")
			return errors.Join(err, audit.Append(tx, audit.Record{Subject: "x", Action: "open", Case: id, Answer: []byte("svar " + id)}),
				events.Keep(tx, []events.Event{{Type: events.CaseOpened, Case: id, Model: "m"}}))
		})
	}
	if _, _, err := s.Once(t.Context(), store.Request{Subject: "x", Key: "k"}, func(*store.Tx) (string, []byte, error) { return "a", []byte("svar"), nil }, nil); err != nil {
		t.Fatal(err)
	}
	storetest.In(t, s, func(tx *store.Tx) error { return second(tx.Erase("c", 0, "x", "beslut")) })
	return s
}

func backup(t *testing.T, s *store.Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// onPairs runs the test with two databases, of every kind from and to every kind.
func onPairs(t *testing.T, test func(t *testing.T, from, to *storetest.Database)) {
	for _, a := range storetest.Kinds {
		for _, b := range storetest.Kinds {
			t.Run(a+" to "+b, func(t *testing.T) {
				from, to := storetest.Fresh(t, a), storetest.Fresh(t, b)
				to.Ring = from.Ring
				test(t, from, to)
			})
		}
	}
}

func TestABackupBringsEverythingBackOnEitherKindOfDatabase(t *testing.T) {
	onPairs(t, func(t *testing.T, from, to *storetest.Database) {
		s := filled(t, from)
		text := backup(t, s)
		cursor, err := events.Latest(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		r := to.Open(t)
		if err := r.Restore(t.Context(), bytes.NewReader(text), int64(len(text)), nil); err != nil {
			t.Fatal(err)
		}
		for name, x := range contents(t, text) {
			if name == "manifest.json" || name == "store.ndjson" || name == "events.ndjson" {
				continue // in which the time, the epoch and the numbers of transactions are others
			}
			if name == "audit_heads.ndjson" && s.Kind() != r.Kind() {
				continue // the one has more lanes than the other
			}
			if again := contents(t, backup(t, r))[name]; again != x {
				t.Errorf("%s was\n%s\nand is\n%s", name, x, again)
			}
		}
		if got, want := facts(t, r, "a", "2026-02-01", time.Time{}), facts(t, s, "a", "2026-02-01", time.Time{}); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		v, err := audit.Verify(t.Context(), r)
		if err != nil || len(v.Faults) > 0 || v.Rows != 3 {
			t.Errorf("%+v, %v", v, err)
		}
		storetest.In(t, r, func(tx *store.Tx) error {
			if _, err := tx.Find("", "dnr b"); err != nil {
				t.Error("not found by its reference:", err)
			}
			if _, holds, err := tx.Erasure("c"); !holds || err != nil {
				t.Error("the proof of the erasure does not hold", err)
			}
			return events.Keep(tx, []events.Event{{Type: events.StepLate, Case: "a"}})
		})
		if _, _, err := events.Read(t.Context(), r, cursor, events.Filter{}, 10); !errors.Is(err, events.ErrEpoch) {
			t.Error("a place in the log of before the restoring was taken for one of after it:", err)
		}
		storetest.Settle(t, r)
		list, _, err := events.Read(t.Context(), r, events.Cursor{}, events.Filter{}, 10)
		var told []string
		for _, e := range list {
			told = append(told, e.Case)
		}
		if fmt.Sprint(told) != "[a b c a]" {
			t.Error(told, err)
		}
		if err := r.Restore(t.Context(), bytes.NewReader(text), int64(len(text)), nil); !errors.Is(err, store.ErrNotEmpty) {
			t.Error("restored over cases:", err)
		}
	})
}

// contents are the files of a backup.
func contents(t *testing.T, text []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(b)
	}
	return out
}

func TestABackupDoesNotBringBackWhatWasErasedSince(t *testing.T) {
	onPairs(t, func(t *testing.T, from, to *storetest.Database) {
		s := filled(t, from)
		text := backup(t, s)
		var since []store.Erasure
		storetest.In(t, s, func(tx *store.Tx) (err error) {
			if _, err = tx.Erase("b", 0, "arkivarie", "beslut 2"); err == nil {
				since, err = tx.Erasures(time.Time{})
			}
			return err
		})
		r := to.Open(t)
		if err := r.Restore(t.Context(), bytes.NewReader(text), int64(len(text)), func(tx *store.Tx) error { return tx.EraseAgain(append(since, store.Erasure{Case: "later"})) }); err != nil {
			t.Fatal(err)
		}
		storetest.In(t, r, func(tx *store.Tx) error {
			proof, holds, err := tx.Erasure("b")
			if !holds || err != nil || proof.By != "arkivarie" {
				t.Errorf("%+v, holds %t, %v", proof, holds, err)
			}
			if _, err := tx.Entries("b", 0); !errors.Is(err, store.ErrErased) {
				t.Error(err)
			}
			_, err = tx.Entries("a", 0)
			return err
		})
	})
}

// TestWhatIsToBeDoneAgainIsDoneOrNothingIsRestored has a case closed again by whoever restores, who fails at first.
func TestWhatIsToBeDoneAgainIsDoneOrNothingIsRestored(t *testing.T) {
	onPairs(t, func(t *testing.T, from, to *storetest.Database) {
		text := backup(t, filled(t, from))
		r := to.Open(t)
		failed := errors.New("it failed")
		for _, x := range []struct{ fails, found error }{{failed, store.ErrNoCase}, {nil, nil}} {
			err := r.Restore(t.Context(), bytes.NewReader(text), int64(len(text)), func(tx *store.Tx) error {
				_, err := tx.Close("a", 0, "x", "again")
				return errors.Join(err, x.fails)
			})
			if !errors.Is(err, x.fails) {
				t.Errorf("restored: %v, want %v", err, x.fails)
			}
			storetest.In(t, r, func(tx *store.Tx) error {
				if c, err := tx.Case("a"); !errors.Is(err, x.found) || err == nil && c.State != store.StateClosed {
					t.Errorf("the case is %+v, %v", c, err)
				}
				return nil
			})
		}
	})
}

// TestABrokenBackupRestoresNothing cuts a backup off everywhere, and changes bytes of it.
func TestABrokenBackupRestoresNothing(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		text := backup(t, filled(t, d))
		empty, err := store.Open(t.Context(), store.Config{Address: "sqlite:" + filepath.Join(t.TempDir(), "empty.db"), Ring: d.Ring})
		if err != nil {
			t.Fatal(err)
		}
		defer empty.Close()
		try := func(what string, broken []byte) {
			if err := empty.Restore(t.Context(), bytes.NewReader(broken), int64(len(broken)), nil); err == nil {
				t.Fatalf("%s: was restored", what)
			}
			storetest.In(t, empty, func(tx *store.Tx) error {
				list, _, err := tx.List(store.Everything, 0, store.Filter{})
				if len(list) > 0 {
					t.Fatalf("%s: %d cases were restored", what, len(list))
				}
				return err
			})
		}
		for n := 0; n < len(text); n += 97 {
			try(fmt.Sprintf("cut off at %d", n), text[:n])
		}
		try("something after it", append(bytes.Clone(text), "junk"...))
		try("something before it", append([]byte("junk"), text...))
		try("itself twice", append(bytes.Clone(text), text...))
		// Whole as a file, and not what it was: a row less, a table less, another version.
		for what, change := range map[string]func(map[string]string){
			"a row less":      func(m map[string]string) { m["deliveries.ndjson"], m["cases.ndjson"] = "", "" },
			"a table less":    func(m map[string]string) { delete(m, "audit.ndjson") },
			"no manifest":     func(m map[string]string) { delete(m, "manifest.json") },
			"another version": func(m map[string]string) { m["manifest.json"] = `{"form":1,"schema":999,"rows":{}}` },
			"a column less":   func(m map[string]string) { m["audit_heads.ndjson"] = `{"lane":1}` },
			"another type":    func(m map[string]string) { m["audit_heads.ndjson"] = `{"lane":1,"seq":0.5,"digest":{"c":""}}` },
		} {
			files := contents(t, text)
			change(files)
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			for name, text := range files {
				w, err := z.Create(name)
				if err == nil {
					_, err = io.WriteString(w, text)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			try(what, b.Bytes())
		}
		if err := empty.Restore(t.Context(), bytes.NewReader(text), int64(len(text)), nil); err != nil {
			t.Error("after all that, the whole one:", err)
		}
	})
}

// TestABackupIsOfOneMoment is taken while cases are opened, each with its row in the log.
func TestABackupIsOfOneMoment(t *testing.T) {
	onPairs(t, func(t *testing.T, from, to *storetest.Database) {
		s := from.Open(t)
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for ctx.Err() == nil {
					if err := s.InTx(t.Context(), func(tx *store.Tx) error {
						c, err := tx.Create(store.NewCase{Model: "m", By: "x"})
						if err != nil {
							return err
						}
						return audit.Append(tx, audit.Record{Subject: "x", Action: "open", Case: c.ID, Answer: []byte("x")})
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for before := s.Stats().Writes.Done; s.Stats().Writes.Done < before+8 && !t.Failed(); {
			time.Sleep(time.Millisecond)
		}
		text := backup(t, s)
		stop()
		wg.Wait()
		r := to.Open(t)
		if err := r.Restore(t.Context(), bytes.NewReader(text), int64(len(text)), nil); err != nil {
			t.Fatal(err)
		}
		v, err := audit.Verify(t.Context(), r)
		var cases int64
		storetest.In(t, r, func(tx *store.Tx) error { return tx.SQL().QueryRow(`SELECT COUNT(*) FROM cases`).Scan(&cases) })
		if err != nil || len(v.Faults) > 0 || v.Rows != cases || cases == 0 {
			t.Errorf("%d cases, %+v, %v", cases, v, err)
		}
	})
}

// meddler writes to the store whenever some of a backup is written, and looks how much memory is in use.
type meddler struct {
	t       *testing.T
	s       *store.Store
	written int64
	looked  int64
	changes int
	most    uint64
}

func (m *meddler) Write(p []byte) (int, error) {
	if m.written += int64(len(p)); m.changes < 20 {
		m.changes++
		storetest.In(m.t, m.s, func(tx *store.Tx) error {
			_, err := tx.Record("a", 0, "x", []store.NewEntry{says("å", `"ö"`, "2026-01-01")})
			return err
		})
	}
	if m.written>>21 > m.looked { // every so often
		m.looked = m.written >> 21
		runtime.GC()
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		m.most = max(m.most, now.HeapAlloc)
	}
	return len(p), nil
}

// TestABackupHoldsUpNobodyAndIsNeverAllInMemory has others write while it is made, from the very place where it is written, and much
// more to write than the memory that it takes.
func TestABackupHoldsUpNobodyAndIsNeverAllInMemory(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := filled(t, d)
		const rows, size = 48, 256 << 10
		storetest.In(t, s, func(tx *store.Tx) error {
			for i := range rows {
				note := make([]byte, size)
				rand.Read(note)
				if err := audit.Append(tx, audit.Record{Subject: "x", Action: fmt.Sprint(i), Case: "a", Answer: note}); err != nil {
					return err
				}
			}
			return nil
		})
		runtime.GC()
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		m := &meddler{t: t, s: s}
		if err := s.Backup(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if m.changes < 20 || m.written < rows*size {
			t.Fatalf("%d changes meanwhile, %d bytes", m.changes, m.written)
		}
		if grown := int64(m.most) - int64(before.HeapAlloc); grown > rows*size/2 {
			t.Errorf("%d bytes in memory for %d", grown, m.written)
		}
	})
}

// TestABackupUnderAnotherMasterKeyRestoresNothing has the wrong file of master keys beside a backup, and then the right one.
func TestABackupUnderAnotherMasterKeyRestoresNothing(t *testing.T) {
	onPairs(t, func(t *testing.T, from, to *storetest.Database) {
		text := backup(t, filled(t, from))
		restore := func(r *store.Store) error {
			return r.Restore(t.Context(), bytes.NewReader(text), int64(len(text)), nil)
		}
		right := to.Ring
		to.Ring = storetest.Ring(t)
		r := to.Open(t)
		if err := restore(r); !errors.Is(err, store.ErrWrongKey) {
			t.Fatal(err)
		}
		storetest.In(t, r, func(tx *store.Tx) error {
			list, _, err := tx.List(store.Everything, 0, store.Filter{})
			if len(list) > 0 {
				t.Errorf("%d cases were restored that nobody can read", len(list))
			}
			return err
		})
		create(t, to.Open(t), store.NewCase{Reference: "dnr 1", Model: "m", By: "x"}) // it is still the store of its own key
		other := storetest.Fresh(t, r.Kind())
		other.Ring = right
		if err := restore(other.Open(t)); err != nil {
			t.Error(err)
		}
	})
}

// TestARestoredLogHasAsManyLanesAsItsDatabase brings the one lane of SQLite to PostgreSQL, where many write at once.
func TestARestoredLogHasAsManyLanesAsItsDatabase(t *testing.T) {
	onPairs(t, func(t *testing.T, from, to *storetest.Database) {
		text := backup(t, filled(t, from))
		r := to.Open(t)
		lanes := func() (n int) {
			storetest.In(t, r, func(tx *store.Tx) error {
				return tx.SQL().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM audit_heads`).Scan(&n)
			})
			return n
		}
		own := lanes()
		if err := r.Restore(t.Context(), bytes.NewReader(text), int64(len(text)), nil); err != nil {
			t.Fatal(err)
		}
		if got := lanes(); got < own {
			t.Errorf("%d lanes, want %d", got, own)
		}
		if v, err := audit.Verify(t.Context(), r); err != nil || len(v.Faults) > 0 {
			t.Errorf("%+v, %v", v, err)
		}
	})
}
