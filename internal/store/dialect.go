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
	after        string                                 // a condition: of rows with tx and seq, those after the place $1, $2
	settled      string                                 // ends a condition: no transaction that began earlier still runs
	overriding   string                                 // in an insertion, lets numbers be given that are otherwise made
	afterRestore []string                               // what a restored database needs
	hasStore     string                                 // counts our tables called store
	hasOthers    string                                 // counts the tables that are not those of the migrations' own log
}

var (
	onSQLite = &dialect{
		name: "sqlite", goose: goose.DialectSQLite3,
		options: func() ([]goose.ProviderOption, error) { return nil, nil },
		after:   "tx = $1 AND seq > $2", // of two columns, the second of which is the number of the row, it looks for the first alone in an index
		afterRestore: []string{
			// An event that comes has a number after those that are forgotten, also where no other is left.
			`INSERT INTO sqlite_sequence (name, seq) SELECT 'events', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'events')`,
			`UPDATE sqlite_sequence SET seq = MAX(seq, (SELECT forgotten_seq FROM store)) WHERE name = 'events'`,
		},
		hasStore:  `SELECT COUNT(*) FROM pragma_table_info('store') WHERE name = 'epoch'`,
		hasOthers: `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name <> 'goose_db_version'`,
	}
	onPostgres = &dialect{
		name: "postgres", goose: goose.DialectPostgres, options: oneAtATime, snapshot: sql.LevelRepeatableRead, forUpdate: " FOR UPDATE", anyFree: " FOR UPDATE SKIP LOCKED", forShare: " FOR KEY SHARE",
		inTurn:     `SELECT pg_advisory_xact_lock($1)`,
		overriding: " OVERRIDING SYSTEM VALUE",
		afterRestore: []string{
			// A backup of SQLite has one lane of the log alone.
			`INSERT INTO audit_heads (lane, seq, digest) SELECT lane, 0, decode(repeat('00', 32), 'hex') FROM generate_series(1, 16) AS lane ON CONFLICT DO NOTHING`,
			`SELECT setval(pg_get_serial_sequence('events', 'seq'), GREATEST((SELECT COALESCE(MAX(seq), 0) FROM events), (SELECT forgotten_seq FROM store), 1))`,
		},
		hasStore: `SELECT COUNT(*) FROM pg_attribute WHERE attrelid = to_regclass('store') AND attname = 'epoch'`,
		// Those that an extension has brought with it are nobody's cases.
		hasOthers: `SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
			AND c.relname <> 'goose_db_version' AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`,
		after:   "(tx, seq) > ($1, $2)",
		settled: " AND tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
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
