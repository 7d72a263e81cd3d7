// Package storetest runs a test on every kind of database that cases are kept in: a new SQLite file, and a new database of a real
// PostgreSQL that the package's tests share.
package storetest

import (
	"context"
	"hash/crc32"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/pgtest"
	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
)

// Database is a new, empty database of one kind.
type Database struct {
	Address string
	Ring    *seal.Ring

	mu  sync.Mutex
	now time.Time
}

// Clock is a second later each time it is looked at, from noon of 2026-03-01 on.
func (d *Database) Clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(time.Second)
	return d.now
}

// Open opens a store on the database, as any number of processes can.
func (d *Database) Open(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Address: d.Address, Ring: d.Ring, Now: d.Clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Ring returns a ring of one new master key.
func Ring(t testing.TB) *seal.Ring {
	t.Helper()
	r, err := seal.ParseRing(seal.NewMaster())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Kinds are the kinds of databases.
var Kinds = []string{"sqlite", "postgres"}

// Fresh returns a new, empty database of a kind. The package's tests must run through Main.
func Fresh(t testing.TB, kind string) *Database {
	t.Helper()
	d := &Database{Ring: Ring(t), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	if kind == "sqlite" {
		d.Address = "sqlite:" + filepath.Join(t.TempDir(), "cases å.db")
	} else {
		d.Address = Postgres(t).Database(t)
	}
	return d
}

// OnEach runs the test on every kind of database; in a short run on one of them, which its name decides.
func OnEach(t *testing.T, test func(*testing.T, *Database)) {
	kinds := Kinds
	if testing.Short() {
		i := crc32.ChecksumIEEE([]byte(t.Name())) % uint32(len(Kinds))
		kinds = Kinds[i : i+1]
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) { test(t, Fresh(t, kind)) })
	}
}

// In does f in a transaction that must not fail.
func In(t testing.TB, s *store.Store, f func(*store.Tx) error) {
	t.Helper()
	if err := s.InTx(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// Settle waits until all events that were committed can be read. A transaction that began earlier than they were keeps them back for as
// long as it runs, be it of another database of the same server, as the one that looks after its tables.
func Settle(t testing.TB, s *store.Store) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var all, settled int
		if err := s.View(t.Context(), func(tx *store.Tx) error {
			return tx.SQL().QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM events), (SELECT COUNT(*) FROM events WHERE 1 = 1`+tx.Settled()+`)`).Scan(&all, &settled)
		}); err != nil {
			t.Fatal(err)
		}
		if all == settled {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d of %d events cannot be read", all-settled, all)
		}
	}
}

var shared struct {
	sync.Mutex
	server   *pgtest.Server
	cleanups []func()
}

// lasting is a test whose cleanups wait for the end of all tests.
type lasting struct{ testing.TB }

func (lasting) Cleanup(f func())         { shared.cleanups = append(shared.cleanups, f) }
func (lasting) Context() context.Context { return context.Background() }

// Postgres returns the server that the tests of the package share.
func Postgres(t testing.TB) *pgtest.Server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		shared.server = pgtest.Start(lasting{t})
	}
	return shared.server
}

// Main is TestMain for packages that use OnEach: it ends the server that their tests share.
func Main(m *testing.M) {
	m.Run()
	for _, f := range slices.Backward(shared.cleanups) {
		f()
	}
}
