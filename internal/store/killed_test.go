package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// soak says that the long forms are run.
var soak = os.Getenv("STEGVIS_SOAK") != ""

// childEnv, in the environment, makes a process of this test open the store at the address, restore the file where one is named, and
// end: STEGVIS_STORE_TRIAL="ADDRESS MASTER [FILE]".
const childEnv = "STEGVIS_STORE_TRIAL"

func init() {
	words := strings.Fields(os.Getenv(childEnv))
	if len(words) < 2 {
		return
	}
	if err := openOnce(words); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func openOnce(words []string) error {
	ring, err := seal.ParseRing(words[1])
	if err != nil {
		return err
	}
	s, err := store.Open(context.Background(), store.Config{Address: words[0], Ring: ring})
	if err != nil || len(words) < 3 {
		return err
	}
	f, err := os.Open(words[2])
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return errors.Join(s.Restore(context.Background(), f, info.Size(), nil), s.Close())
}

// killedAt runs a process that opens the store, and kills it at its nth system call of the kind on one thread: at each place where it
// can be between one thing that it does to the database and the next. It returns false where the process ended before.
func killedAt(t *testing.T, call string, n int, words ...string) bool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command("strace", "-f", "-qqq", "-o", "/dev/null", "-e", "trace="+call, "-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", call, n), self)
	c.Env = append(os.Environ(), childEnv+"="+strings.Join(words, " "))
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return false
	case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL:
		nobodyIsLeft(t, words[0])
		return true
	}
	t.Fatalf("%v (is strace there?)\n%s", err, out)
	return false
}

// nobodyIsLeft waits until PostgreSQL has done with whoever was connected to a database: what a process asked for before it was killed
// is done all the same, and a commit can come a moment later.
func nobodyIsLeft(t *testing.T, address string) {
	t.Helper()
	if strings.HasPrefix(address, "sqlite:") {
		return
	}
	db := raw(t, "postgres", address)
	defer db.Close()
	db.SetMaxOpenConns(1)
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		left := column(t, db, `SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`)
		if len(left) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%v are still connected", left)
		}
	}
}

// everyPlace calls f with the places at which a process is killed, up to the last where f returns true: with all of them of an SQLite
// in the long form, else with some.
func everyPlace(kind string, f func(n int) (killed bool)) (places int) {
	for n := 1; f(n); places++ {
		switch {
		case !soak:
			n += 5 + rand.IntN(30)
		case kind == "sqlite":
			n++
		default:
			n += 3 + rand.IntN(6)
		}
	}
	return places
}

// kinds are how each kind of database is looked at.
var kinds = map[string]struct {
	driver, calls, tables, schema string
	goose                         goose.Dialect
}{
	"sqlite": {
		driver: "sqlite", calls: "pwrite64", goose: goose.DialectSQLite3,
		tables: `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%' ORDER BY name`,
		schema: `SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY 1`,
	},
	"postgres": {
		driver: "pgx", calls: "write", goose: goose.DialectPostgres,
		tables: `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%' ORDER BY 1`,
		schema: `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '') FROM information_schema.columns WHERE table_schema = 'public'
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
			UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1`,
	},
}

// raw opens a database without what the store does when it opens one.
func raw(t *testing.T, kind, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open(kinds[kind].driver, strings.TrimPrefix(address, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// column returns the values of the one column of a query.
func column(t *testing.T, db *sql.DB, query string) (out []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// aged makes a database as an earlier version left it, with a row in every table; version 0 is an empty one.
func aged(t *testing.T, kind, address string, version int64) {
	t.Helper()
	migrate(t, kind, address, version)
	db := raw(t, kind, address)
	defer db.Close()
	left := slices.DeleteFunc(column(t, db, kinds[kind].tables), func(name string) bool { return name == "store" }) // its row is the store's to make
	for rounds := 0; len(left) > 0; rounds++ {
		if rounds > 20 {
			t.Fatalf("no rows for %v", left)
		}
		left = slices.DeleteFunc(left, func(name string) bool { return addRow(db, kind, name) == nil })
	}
}

// migrate brings a database to a version, without the store.
func migrate(t *testing.T, kind, address string, version int64) {
	t.Helper()
	if version == 0 {
		return
	}
	db := raw(t, kind, address)
	defer db.Close()
	p, err := goose.NewProvider(kinds[kind].goose, db, migrationsOf(t, kind))
	if err == nil {
		_, err = p.UpTo(t.Context(), version)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// addRow adds a row that fits any table: all texts are the same, so that each is there where another refers to it.
func addRow(db *sql.DB, kind, table string) error {
	rows, err := db.Query(`SELECT * FROM ` + table + ` WHERE 1 = 0`)
	if err != nil {
		return err
	}
	types, err := rows.ColumnTypes()
	rows.Close()
	if err != nil {
		return err
	}
	var values []string
	for _, c := range types {
		switch name := strings.ToUpper(c.DatabaseTypeName()); {
		case strings.Contains(name, "INT"):
			values = append(values, "1")
		case name == "TEXT":
			values = append(values, "'open'")
		case kind == "sqlite":
			values = append(values, "x'01'")
		default:
			values = append(values, `'\x01'`)
		}
	}
	overriding := map[string]string{"postgres": " OVERRIDING SYSTEM VALUE"}[kind]
	_, err = db.Exec(`INSERT INTO ` + table + overriding + ` VALUES (` + strings.Join(values, ", ") + `) ON CONFLICT DO NOTHING`)
	return err
}

func migrationsOf(t *testing.T, kind string) fs.FS {
	t.Helper()
	return os.DirFS(filepath.Join("migrations", kind))
}

// lastVersion is that of the tables as they are now.
func lastVersion(t *testing.T, kind string) int64 {
	t.Helper()
	files, err := fs.Glob(migrationsOf(t, kind), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	return int64(len(files))
}

// schemas are what the database looks like in each version; 0: before the first.
func schemas(t *testing.T, kind string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for v := range lastVersion(t, kind) + 1 {
		d := storetest.Fresh(t, kind)
		aged(t, kind, d.Address, v)
		db := raw(t, kind, d.Address)
		out[schemaOf(t, kind, db)] = v
		db.Close()
	}
	return out
}

// schemaOf describes the tables, without those in which the migrations are counted.
func schemaOf(t *testing.T, kind string, db *sql.DB) string {
	return strings.Join(slices.DeleteFunc(column(t, db, kinds[kind].schema), func(s string) bool { return strings.Contains(s, "goose") }), "\n")
}

// rowsOf are the rows of all tables as a text each, by table. Columns that are added later come last.
func rowsOf(t *testing.T, kind string, db *sql.DB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range column(t, db, kinds[kind].tables) {
		rows, err := db.Query(`SELECT * FROM ` + name + ` ORDER BY 1, 2`)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			for i, c := range columns {
				out[name] += fmt.Sprintf("%s=%v ", c, values[i])
			}
			out[name] += "\n"
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// look is a database as it lies: which version its tables are of, and its rows.
func look(t *testing.T, kind, address string, known map[string]int64) (version int64, rows map[string]string) {
	t.Helper()
	db := raw(t, kind, address)
	defer db.Close()
	schema := schemaOf(t, kind, db)
	version, ok := known[schema]
	if !ok {
		t.Fatalf("the tables are those of no version:\n%s", schema)
	}
	return version, rowsOf(t, kind, db)
}

// A process is killed at every place of bringing a database of each earlier version up to date. The tables are those of one of the
// versions then and never between two, with the rows that they have where nobody is killed, and the next start ends what was begun.
func TestAProcessKilledWhileItMigratesLeavesOneVersionOrTheNext_FAULTS32(t *testing.T) {
	for _, kind := range storetest.Kinds {
		known := schemas(t, kind)
		last := lastVersion(t, kind)
		for from := range last {
			t.Run(fmt.Sprintf("%s from version %d", kind, from), func(t *testing.T) {
				want := map[int64]map[string]string{}
				for v := from; v <= last; v++ {
					d := storetest.Fresh(t, kind)
					aged(t, kind, d.Address, from)
					migrate(t, kind, d.Address, v)
					_, want[v] = look(t, kind, d.Address, known)
				}
				places := everyPlace(kind, func(n int) bool {
					d := storetest.Fresh(t, kind)
					d.Address = strings.ReplaceAll(d.Address, " å", "") // the words of the child are parted by spaces
					aged(t, kind, d.Address, from)
					master := seal.NewMaster()
					killed := killedAt(t, kinds[kind].calls, n, d.Address, master)
					v, rows := look(t, kind, d.Address, known)
					if v < from || !killed && v != last {
						t.Fatalf("killed %t at %d: the tables are those of version %d", killed, n, v)
					}
					same(t, n, want[v], rows)
					if err := openOnce([]string{d.Address, master}); err != nil {
						t.Fatalf("killed at %d: the next start fails: %v", n, err)
					}
					if v, rows = look(t, kind, d.Address, known); v != last {
						t.Fatalf("killed at %d: after the next start the tables are those of version %d", n, v)
					}
					same(t, n, want[last], rows)
					return killed
				})
				if places == 0 {
					t.Error("it was never killed")
				}
				t.Logf("killed at %d places", places)
			})
		}
	}
}

// same tells of rows that are not as they must be. What the store knows of itself it makes at its start, each time anew.
func same(t *testing.T, n int, want, got map[string]string) {
	t.Helper()
	for _, table := range slices.Sorted(maps.Keys(want)) {
		if table != "store" && got[table] != want[table] {
			t.Fatalf("killed at %d: the rows of %s are %q, and must be %q", n, table, got[table], want[table])
		}
	}
}

// A process is killed at every place of restoring a backup: the database is empty or whole then, and takes the backup the next time.
func TestAProcessKilledWhileItRestoresLeavesNothingOrAll_FAULTS32(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, from *storetest.Database) {
		kind := "postgres"
		if strings.HasPrefix(from.Address, "sqlite:") {
			kind = "sqlite"
		}
		master := seal.NewMaster()
		ring, err := seal.ParseRing(master)
		if err != nil {
			t.Fatal(err)
		}
		from.Ring = ring
		text := backup(t, filled(t, from))
		file := filepath.Join(t.TempDir(), "backup.zip")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		whole := contents(t, text)["cases.ndjson"]
		restored, places := 0, 0
		places = everyPlace(kind, func(n int) bool {
			to := storetest.Fresh(t, kind)
			to.Ring, to.Address = ring, strings.ReplaceAll(to.Address, " å", "")
			killed := killedAt(t, kinds[kind].calls, n, to.Address, master, file)
			s := to.Open(t)
			defer s.Close()
			now := contents(t, backup(t, s))
			switch {
			case now["cases.ndjson"] == whole:
				restored++
				for name, rows := range contents(t, text) {
					if name != "manifest.json" && name != "store.ndjson" && name != "events.ndjson" && now[name] != rows {
						t.Fatalf("killed at %d: %s is restored as %s, and was %s", n, name, now[name], rows)
					}
				}
				return killed
			case now["cases.ndjson"] != "" || !killed:
				t.Fatalf("killed %t at %d: restored by half: %s", killed, n, now["cases.ndjson"])
			}
			for name, rows := range now {
				if name != "manifest.json" && name != "store.ndjson" && name != "audit_heads.ndjson" && rows != "" {
					t.Fatalf("killed at %d: %s is there already: %s", n, name, rows)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := openOnce([]string{to.Address, master, file}); err != nil {
				t.Fatalf("killed at %d: cannot be restored again: %v", n, err)
			}
			return killed
		})
		if places == 0 || restored == 0 {
			t.Errorf("killed at %d places, whole %d times", places, restored)
		}
		t.Logf("killed at %d places", places)
	})
}
