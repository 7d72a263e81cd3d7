package store

import (
	"archive/zip"
	"bufio"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/stegvis/stegvis/internal/build"
)

// backupForm is the form of backups; it changes only where an older one could be misread.
const backupForm = 1

// What can be wrong with a backup, or with where it is to be restored to.
var (
	ErrNoBackup = errors.New("store: this is no whole backup")
	ErrNotEmpty = errors.New("store: there is something in the database already; a backup is restored into an empty one")
)

// tables are all that a backup holds, each after those that it refers to. Jobs are not among them: what is to be done is found out
// anew from the rest.
var tables = []struct {
	name  string
	since int64 // the form that brought it
}{
	{"store", 1}, {"cases", 1}, {"case_keys", 1}, {"entries", 1}, {"standings", 1}, {"standing_steps", 1}, {"requests", 1}, {"erasures", 1}, {"file_sets", 1},
	{"activations", 1}, {"audit_heads", 2}, {"audit", 2}, {"events", 3}, {"subscriptions", 3}, {"deliveries", 3}, {"api_keys", 4}, {"parties", 4},
	{"subscription_secrets", 8}, {"erased_parties", 8},
}

// tablesOf names the tables that a backup of a form holds.
func tablesOf(form int64) (names []string) {
	for _, t := range tables {
		if t.since <= form {
			names = append(names, t.name)
		}
	}
	return names
}

// manifest is what a backup says of itself. It stands last, so that a backup that was cut off has none.
type manifest struct {
	Form    int              `json:"form"`
	Schema  int64            `json:"schema"`            // the form of the tables
	Program string           `json:"program,omitempty"` // the version that made it
	At      string           `json:"at"`
	Rows    map[string]int64 `json:"rows"`
}

// Backup writes all that the store holds, as it is at one moment, while others go on working. What is sealed stays sealed; the
// master keys are not in it. It can be restored to either kind of database.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	z := zip.NewWriter(w)
	err := s.View(ctx, func(tx *Tx) error {
		m := manifest{Form: backupForm, Schema: s.form, Program: build.Name(), At: tx.at.Format("2006-01-02T15:04:05.000000Z"), Rows: map[string]int64{}}
		for _, name := range tablesOf(s.form) {
			out, err := z.Create(name + ".ndjson")
			if err != nil {
				return err
			}
			if m.Rows[name], err = tx.dump(name, out); err != nil {
				return err
			}
		}
		out, err := z.Create("manifest.json")
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(m)
	})
	if err != nil {
		return err
	}
	return z.Close()
}

// dump writes the rows of a table, an object each. Bytes are written as {"b": BASE64}.
func (tx *Tx) dump(name string, w io.Writer) (n int64, err error) {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	var columns []string
	err = tx.each(func(rows *sql.Rows) error {
		if columns == nil {
			var err error
			if columns, err = rows.Columns(); err != nil {
				return err
			}
		}
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		row := make(map[string]any, len(columns))
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				v = map[string]string{"b": base64.StdEncoding.EncodeToString(b)}
			}
			row[columns[i]] = v
		}
		n++
		return enc.Encode(row)
	}, `SELECT * FROM `+name+` ORDER BY 1, 2`)
	if err == nil {
		err = out.Flush()
	}
	return n, err
}

// Restore puts a backup into an empty store: all of it, or nothing. What was done since it was made and is to be done again, as cases
// that were erased (Tx.EraseAgain), is done by again, nil for nothing, before anybody can see what was restored; where that fails nothing
// is. A backup of an older form is brought up to this one's first.
func (s *Store) Restore(ctx context.Context, r io.ReaderAt, size int64, again func(*Tx) error) error {
	from, err := readArchive(r, size)
	if err != nil {
		return err
	}
	if from.Schema < s.form {
		if err := s.View(ctx, (*Tx).isEmpty); err != nil { // told before the work
			return err
		}
		newer, done, err := from.broughtUp(ctx)
		if err != nil {
			return fmt.Errorf("%w (form %d): %w", ErrNotBroughtUp, from.Schema, err)
		}
		defer done()
		from = newer
	}
	err = s.InTx(ctx, func(tx *Tx) error {
		if err := tx.isEmpty(); err != nil {
			return err
		}
		if err := tx.loadAll(from); err != nil {
			return err
		}
		// Numbers of transactions mean nothing in another database; the order of events stays by their own.
		for _, q := range append([]string{`UPDATE events SET tx = 0`,
			`UPDATE store SET forgotten_tx = 0, forgotten_seq = COALESCE((SELECT MIN(seq) - 1 FROM events), forgotten_seq) WHERE forgotten_seq > 0`}, tx.s.afterRestore...) {
			if _, err := tx.exec(q); err != nil {
				return err
			}
		}
		if _, err := tx.exec(`UPDATE store SET epoch = $1`, uuid.NewString()); err != nil {
			return err
		}
		if _, err := tx.indexKey(); err != nil || again == nil {
			return err
		}
		return again(tx)
	})
	if err != nil {
		return err
	}
	return s.prepare(ctx) // the key of the index is the backup's
}

// isEmpty returns ErrNotEmpty where there is something in the store.
func (tx *Tx) isEmpty() error {
	var rows int64
	err := tx.row(`SELECT (SELECT COUNT(*) FROM cases) + (SELECT COUNT(*) FROM api_keys) + (SELECT COUNT(*) FROM subscriptions) + (SELECT COUNT(*) FROM audit)`).Scan(&rows)
	if err == nil && rows > 0 {
		err = ErrNotEmpty
	}
	return err
}

// loadAll puts all that a backup of the tables' form holds into empty ones.
func (tx *Tx) loadAll(a *archive) error {
	for _, name := range tablesOf(a.Schema) {
		if name == "store" || name == "audit_heads" { // which are made with a row in them
			if _, err := tx.exec(`DELETE FROM ` + name); err != nil {
				return err
			}
		}
		f, err := a.Open(name + ".ndjson")
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNoBackup, err)
		}
		n, err := tx.load(name, f)
		f.Close()
		switch {
		case err != nil:
			return fmt.Errorf("store: table %s: %w", name, err)
		case n != a.Rows[name]:
			return fmt.Errorf("%w: table %s has %d rows, not %d", ErrNoBackup, name, n, a.Rows[name])
		}
	}
	return nil
}

// readArchive opens a backup and reads what it says of itself; *FormError where this version does not know its form.
func readArchive(r io.ReaderAt, size int64) (*archive, error) {
	z, err := opened(r, size)
	if err != nil {
		return nil, err
	}
	a := &archive{Reader: z}
	f, err := z.Open("manifest.json")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	defer f.Close()
	if err := json.NewDecoder(f).Decode(&a.manifest); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	switch {
	case a.Form < 1 || a.Schema < 1:
		return nil, fmt.Errorf("%w: it does not say its form", ErrNoBackup)
	case strings.ContainsFunc(a.Program, func(r rune) bool { return !unicode.IsPrint(r) }):
		return nil, fmt.Errorf("%w: what it says of its maker is no text", ErrNoBackup)
	case a.Form > backupForm || a.Schema > NewestForm():
		return nil, &FormError{Program: a.Program, Form: a.Schema}
	}
	return a, nil
}

// load puts rows into a table.
func (tx *Tx) load(name string, r io.Reader) (n int64, err error) {
	columns, err := tx.columnsOf(name)
	if err != nil {
		return 0, err
	}
	places := make([]string, len(columns))
	for i := range places {
		places[i] = fmt.Sprintf("$%d", i+1)
	}
	quoted := `"` + strings.Join(columns, `", "`) + `"`
	insert, err := tx.sql.PrepareContext(tx.ctx, `INSERT INTO `+name+` (`+quoted+`)`+tx.s.overriding+` VALUES (`+strings.Join(places, ", ")+`)`)
	if err != nil {
		return 0, err
	}
	defer insert.Close()
	dec := json.NewDecoder(r)
	dec.UseNumber()
	for {
		var row map[string]any
		err := dec.Decode(&row)
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil || len(row) != len(columns) {
			return n, errors.Join(ErrNoBackup, err)
		}
		args := make([]any, len(columns))
		for i, c := range columns {
			v, has := row[c]
			if args[i], err = restored(v); err != nil || !has {
				return n, errors.Join(ErrNoBackup, err)
			}
		}
		if _, err := insert.ExecContext(tx.ctx, args...); err != nil {
			return n, err
		}
		n++
	}
}

// restored is a value as the database takes it.
func restored(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		return v.Int64()
	case map[string]any:
		text, ok := v["b"].(string)
		if !ok || len(v) != 1 {
			return nil, ErrNoBackup
		}
		return base64.StdEncoding.DecodeString(text)
	}
	return v, nil
}

// columnsOf names the columns of a table.
func (tx *Tx) columnsOf(name string) ([]string, error) {
	rows, err := tx.sql.QueryContext(tx.ctx, `SELECT * FROM `+name+` WHERE 1 = 0`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return rows.Columns()
}

// EraseAgain erases cases that were erased after a backup was made that is being restored, so that none brings back what was to be gone.
// The proofs then stand in erased, of those cases that the backup has and that were not erased in it.
func (tx *Tx) EraseAgain(erased []Erasure) error {
	for i := range erased {
		e := &erased[i]
		c, err := tx.Case(e.Case)
		switch {
		case errors.Is(err, ErrNoCase): // it was opened after the backup was made
			continue
		case err != nil:
			return err
		case c.State == StateErased:
			continue
		}
		again, err := tx.Erase(e.Case, 0, e.By, e.Decision)
		if err != nil {
			return err
		}
		*e = *again
	}
	return nil
}

// Erasures returns the proofs of all erasures since the moment, the oldest first: what EraseAgain takes.
func (tx *Tx) Erasures(since time.Time) (out []Erasure, err error) {
	err = tx.each(func(rows *sql.Rows) error {
		var e Erasure
		var at int64
		err := rows.Scan(&e.Case, &at, &e.By, &e.Decision, &e.Entries, &e.Digest)
		e.At = fromMicros(at)
		out = append(out, e)
		return err
	}, `SELECT case_id, at, "by", decision, entries, digest FROM erasures WHERE at >= $1 ORDER BY at, case_id`, micros(since))
	return out, err
}
