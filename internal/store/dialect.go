package store

import (
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

//go:embed migrations
var migrations embed.FS

// dialect is what differs between the databases.
type dialect struct {
	name         string
	goose        goose.Dialect
	options      func() ([]goose.ProviderOption, error) // of migrating
	snapshot     sql.IsolationLevel                     // sees one moment throughout
	forUpdate    string                                 // ends a query for rows that are about to be changed
	anyFree      string                                 // the same, where any of the rows will do
	forShare     string                                 // ends a query for rows that are not to be removed meanwhile
	inTurn       string                                 // lets one transaction at a time go on with a number, and leaves it without one of its own yet
	settled      string                                 // ends a condition: no transaction that began earlier still runs
	overriding   string                                 // in an insertion, lets numbers be given that are otherwise made
	afterRestore []string                               // what a restored database needs
	hasStore     string                                 // counts the tables called store
}

var (
	onSQLite = &dialect{
		name: "sqlite", goose: goose.DialectSQLite3,
		options:  func() ([]goose.ProviderOption, error) { return nil, nil },
		hasStore: `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'store'`,
	}
	onPostgres = &dialect{
		name: "postgres", goose: goose.DialectPostgres, options: oneAtATime, snapshot: sql.LevelRepeatableRead, forUpdate: " FOR UPDATE", anyFree: " FOR UPDATE SKIP LOCKED", forShare: " FOR KEY SHARE",
		inTurn:     `SELECT pg_advisory_xact_lock($1)`,
		overriding: " OVERRIDING SYSTEM VALUE",
		afterRestore: []string{
			// A backup of SQLite has one lane of the log alone.
			`INSERT INTO audit_heads (lane, seq, digest) SELECT lane, 0, decode(repeat('00', 32), 'hex') FROM generate_series(1, 16) AS lane ON CONFLICT DO NOTHING`,
			`SELECT setval(pg_get_serial_sequence('events', 'seq'), GREATEST((SELECT COALESCE(MAX(seq), 0) FROM events), 1))`,
		},
		hasStore: `SELECT COUNT(to_regclass('store'))`,
		settled:  " AND tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
	}
)

// oneAtATime keeps processes that start together from migrating at once.
func oneAtATime() ([]goose.ProviderOption, error) {
	l, err := lock.NewPostgresSessionLocker()
	return []goose.ProviderOption{goose.WithSessionLocker(l)}, err
}

func (d *dialect) migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations/"+d.name)
	if err != nil {
		panic(err)
	}
	return sub
}

// open opens the database that the address names: sqlite:PATH or postgres://….
func open(address string, readers int) (d *dialect, write, read *sql.DB, err error) {
	scheme, path, _ := strings.Cut(address, ":")
	switch scheme {
	case "sqlite":
		if path == "" {
			return nil, nil, nil, fmt.Errorf("%w: it names no file", errAddress)
		}
		// One connection writes, since SQLite lets one; the others see the last commit meanwhile (WAL). A commit is on the disk
		// when it returns (FULL), and what is deleted is overwritten.
		pragmas := "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)"
		file := "file:" + (&url.URL{Path: path}).EscapedPath() + pragmas
		if write, err = sql.Open("sqlite", file+"&_txlock=immediate"); err == nil {
			write.SetMaxOpenConns(1)
			if read, err = sql.Open("sqlite", file+"&_pragma=query_only(1)"); err == nil {
				read.SetMaxOpenConns(readers)
			}
		}
		return onSQLite, write, read, err
	case "postgres", "postgresql":
		if write, err = sql.Open("pgx", address); err == nil {
			write.SetMaxOpenConns(readers)
		}
		return onPostgres, write, write, err
	}
	return nil, nil, nil, fmt.Errorf("%w: %q is no kind of database", errAddress, scheme)
}
