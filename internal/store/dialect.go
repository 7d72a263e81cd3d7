package store

import (
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
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
		name: "postgres", goose: goose.DialectPostgres, options: oneAtATime, snapshot: sql.LevelRepeatableRead, forUpdate: " FOR UPDATE", anyFree: " FOR UPDATE SKIP LOCKED",
		overriding:   " OVERRIDING SYSTEM VALUE",
		afterRestore: []string{`SELECT setval(pg_get_serial_sequence('events', 'seq'), GREATEST((SELECT COALESCE(MAX(seq), 0) FROM events), 1))`},
		hasStore:     `SELECT COUNT(to_regclass('store'))`,
		settled:      " AND tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
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

// isTaken tells whether a row could not be added because there is one with the same key.
func isTaken(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505" // unique_violation
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && (lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}
