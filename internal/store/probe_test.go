package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/pgtest"
	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

func probe(t *testing.T, address string) (bool, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return store.Probe(ctx, address)
}

func TestAProbeTellsWhetherAStoreWasBegunAndBeginsNone(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		for range 2 {
			if begun, err := probe(t, d.Address); begun || err != nil {
				t.Fatalf("begun %v, %v before there is a store", begun, err)
			}
		}
		if path, ok := store.FileOf(d.Address); ok {
			if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the probe made the file: %v", err)
			}
		}
		d.Open(t)
		if begun, err := probe(t, d.Address); !begun || err != nil {
			t.Errorf("begun %v, %v", begun, err)
		}
	})
}

func TestWhatStandsInTheWayHasAName(t *testing.T) {
	expect := func(t *testing.T, want store.Obstacle, err error) {
		t.Helper()
		if err == nil || store.ObstacleOf(err) != want {
			t.Errorf("%q for %v, not %q", store.ObstacleOf(err), err, want)
		}
	}
	if store.ObstacleOf(nil) != store.NoObstacle {
		t.Error("there is an obstacle in nothing")
	}
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		_, err := store.Open(t.Context(), store.Config{Address: d.Address, Ring: storetest.Ring(t)})
		expect(t, store.WrongKey, err)
		if _, err := s.Writer().ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, `+map[string]string{"sqlite": "1", "postgres": "TRUE"}[s.Kind()]+`)`); err != nil {
			t.Fatal(err)
		}
		_, err = store.Open(t.Context(), store.Config{Address: d.Address, Ring: d.Ring})
		expect(t, store.TooNew, err)
	})
	t.Run("address", func(t *testing.T) {
		for _, address := range []string{"", "sqlite:", "mysql://x", "postgres://%zz", "nothing"} {
			_, err := probe(t, address)
			expect(t, store.BadAddress, err)
		}
	})
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		other := filepath.Join(dir, "other")
		if err := os.WriteFile(other, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := probe(t, "sqlite:"+other)
		expect(t, store.NotADatabase, err)
		_, err = store.Open(t.Context(), store.Config{Address: "sqlite:" + filepath.Join(dir, "nowhere", "x.db"), Ring: storetest.Ring(t)})
		expect(t, store.NoFolder, err)
	})
	t.Run("postgres", func(t *testing.T) {
		server := pgtest.Start(t)
		address := server.Database(t)
		_, err := probe(t, strings.Replace(address, "/test1", "/nowhere", 1))
		expect(t, store.NoDatabase, err)
		_, err = probe(t, strings.Replace(address, "stegvis@", "nobody:hemligt@", 1))
		expect(t, store.Refused, err)
		if err != nil && strings.Contains(err.Error(), "hemligt") {
			t.Errorf("the error shows the password: %v", err)
		}
		s, err := store.Open(t.Context(), store.Config{Address: address, Ring: storetest.Ring(t)})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		server.Down(t)
		_, err = probe(t, address)
		expect(t, store.Unreachable, err)
		expect(t, store.Unreachable, s.Ping(t.Context()))
		if st := s.Stats(); st.Writes.Failed != 0 {
			t.Errorf("%d transactions failed before any was tried", st.Writes.Failed)
		}
		expect(t, store.Unreachable, s.InTx(t.Context(), func(*store.Tx) error { return nil }))
		if st := s.Stats(); st.Writes.Failed != 1 {
			t.Errorf("%d transactions failed, not 1", st.Writes.Failed)
		}
		server.Up(t)
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("it does not recover: %v", err)
		}
	})
}

func TestWhatIsDoneAfterATransactionIsDoneOnlyWhereItWasCommitted(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s, n := d.Open(t), 0
		before := s.Stats().Writes.Done
		refused := errors.New("no")
		err := s.InTx(t.Context(), func(tx *store.Tx) error {
			tx.Then(func() { n++ })
			return refused
		})
		if !errors.Is(err, refused) || n != 0 {
			t.Errorf("%v, done %d times", err, n)
		}
		storetest.In(t, s, func(tx *store.Tx) error {
			tx.Then(func() { n++ })
			return nil
		})
		if n != 1 || s.Stats().Writes.Done != before+2 { // what is refused for its own sake is no fault of the database
			t.Errorf("done %d times, %d transactions", n, s.Stats().Writes.Done-before)
		}
	})
}

func TestKeysAreWrappedAnewUnderAnotherMasterKey(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		masters := []string{seal.NewMaster(), seal.NewMaster()}
		ring := func(lines ...string) *seal.Ring {
			r, err := seal.ParseRing(strings.Join(lines, "\n"))
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		d.Ring = ring(masters[0])
		old := d.Open(t)
		const cases = 1203 // more than two pages
		storetest.In(t, old, func(tx *store.Tx) error {
			for i := range cases {
				if _, err := tx.Create(store.NewCase{ID: fmt.Sprintf("c%04d", i), Reference: fmt.Sprint(i), Model: "m", Version: "1", By: "x", Entries: []store.NewEntry{says("å", `"ö"`, "2026-01-01")}}); err != nil {
					return err
				}
			}
			return nil
		})
		d.Ring = ring(masters[1], masters[0])
		both := d.Open(t)

		// Stopped in the middle, it goes on from there.
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if _, err := both.Rewrap(ctx); err == nil {
			t.Error("it does not end when it is asked to")
		}
		done, err := both.Rewrap(t.Context())
		if err != nil || done != cases+1 {
			t.Fatalf("%d keys, %v", done, err)
		}
		counts, err := both.Masters(t.Context())
		if ids := d.Ring.IDs(); err != nil || counts[ids[0]] != cases+1 || counts[ids[1]] != 0 {
			t.Errorf("%v, %v", counts, err)
		}
		if done, err := both.Rewrap(t.Context()); done != 0 || err != nil {
			t.Errorf("a second time %d keys, %v", done, err)
		}
		d.Ring = ring(masters[1])
		young := d.Open(t)
		for _, id := range []string{"c0000", "c0600", "c1202"} {
			if text := facts(t, young, id, "2026-03-01", time.Time{}); !strings.Contains(text, "ö") {
				t.Errorf("%s reads %s", id, text)
			}
		}
		storetest.In(t, young, func(tx *store.Tx) error { return second(tx.Find("", "17")) })
		if _, err := store.Open(t.Context(), store.Config{Address: d.Address, Ring: ring(masters[0])}); !errors.Is(err, store.ErrWrongKey) {
			t.Errorf("the old master key still opens it: %v", err)
		}
	})
}

func TestTheContentsOfABackupAreCountedWithoutOpeningIt(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := filled(t, d)
		text := backup(t, s)
		c, err := store.ReadContents(bytes.NewReader(text), int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		if c.Rows["cases"] != 3 || c.Rows["erasures"] != 1 || c.Rows["audit"] != 3 || c.At.Before(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", c)
		}
		for cut := 0; cut < len(text); cut += 97 {
			if _, err := store.ReadContents(bytes.NewReader(text[:cut]), int64(cut)); !errors.Is(err, store.ErrNoBackup) {
				t.Fatalf("cut at %d of %d: %v", cut, len(text), err)
			}
		}
	})
}
