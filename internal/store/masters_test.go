package store_test

import (
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestAMasterKeyIsChangedUnderAnOpenStore wraps all there is under a key that an open store has not seen: it reads its master keys
// anew. Where the new key is nowhere to be found it says so, and looks no more often than once in a while.
func TestAMasterKeyIsChangedUnderAnOpenStore(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		before, after := seal.NewMaster(), seal.NewMaster()
		text, looks := before, 0
		var mu sync.Mutex
		masters := func() (*seal.Ring, error) {
			mu.Lock()
			defer mu.Unlock()
			looks++
			return seal.ParseRing(text)
		}
		ring := func(text string) *seal.Ring {
			r, err := seal.ParseRing(text)
			must(t, err)
			return r
		}
		open := func(masters func() (*seal.Ring, error)) *store.Store {
			s, err := store.Open(t.Context(), store.Config{Address: d.Address, Ring: ring(before), Masters: masters, Now: d.Clock})
			must(t, err)
			t.Cleanup(func() { s.Close() })
			return s
		}
		s, blind, stays := open(masters), open(nil), open(func() (*seal.Ring, error) { return nil, errors.New("none") })
		storetest.In(t, s, func(tx *store.Tx) error {
			_, err := tx.Create(store.NewCase{ID: "a", Model: "m", By: "x"})
			return err
		})
		other, err := store.Open(t.Context(), store.Config{Address: d.Address, Ring: ring(after + "\n" + before), Now: d.Clock})
		must(t, err)
		defer other.Close()
		if n, err := other.Rewrap(t.Context()); err != nil || n == 0 {
			t.Fatalf("%d, %v", n, err)
		}
		read := func(s *store.Store) error {
			return s.View(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Entries("a", 0)
				return err
			})
		}
		for name, s := range map[string]*store.Store{"no keys to read": blind, "keys that cannot be read": stays, "the same keys": s} {
			if err := read(s); !errors.Is(err, seal.ErrNoMaster) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if looks != 1 {
			t.Errorf("%d looks", looks)
		}
		mu.Lock()
		text = after
		mu.Unlock()
		for end := time.Now().Add(time.Minute); read(s) != nil; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the new key is not read")
			}
		}
	})
}

// TestADatabaseOfSomethingElseIsLeftAsItIs opens stores where other systems have their tables.
func TestADatabaseOfSomethingElseIsLeftAsItIs(t *testing.T) {
	log := `CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY, version_id BIGINT NOT NULL, is_applied BOOLEAN NOT NULL, tstamp TIMESTAMP)`
	for name, statements := range map[string][]string{
		"tables":              {`CREATE TABLE customers (id INTEGER)`},
		"a table named alike": {`CREATE TABLE cases (id INTEGER)`},
		"a store":             {`CREATE TABLE store (id INTEGER)`, `INSERT INTO store VALUES (1)`},
		"its own migrations":  {log, `INSERT INTO goose_db_version VALUES (1, 3, TRUE, NULL)`, `CREATE TABLE customers (id INTEGER)`},
		"many migrations":     {log, `INSERT INTO goose_db_version VALUES (1, 30, TRUE, NULL)`, `CREATE TABLE customers (id INTEGER)`},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
				driver := "pgx"
				if _, ok := store.FileOf(d.Address); ok {
					driver = "sqlite"
				}
				db, err := sql.Open(driver, strings.TrimPrefix(d.Address, "sqlite:"))
				must(t, err)
				defer db.Close()
				for _, q := range statements {
					_, err := db.ExecContext(t.Context(), q)
					must(t, err)
				}
				_, err = store.Open(t.Context(), store.Config{Address: d.Address, Ring: d.Ring})
				if store.ObstacleOf(err) != store.Others {
					t.Errorf("%v", err)
				}
				if begun, err := probe(t, d.Address); begun || err != nil {
					t.Errorf("begun: %t, %v", begun, err)
				}
				for _, table := range []string{"case_keys", "entries"} {
					if _, err := db.ExecContext(t.Context(), `SELECT 1 FROM `+table); err == nil {
						t.Errorf("there is a table %s", table)
					}
				}
			})
		})
	}
}
