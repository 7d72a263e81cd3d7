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

	"github.com/google/uuid"
)

// backupForm is the form of backups; it changes only where an older one could be misread.
const backupForm = 1

// What can be wrong with a backup, or with where it is to be restored to.
var (
	ErrNoBackup = errors.New("store: this is no whole backup")
	ErrNotEmpty = errors.New("store: there is something in the database already; a backup is restored into an empty one")
	ErrForm     = errors.New("store: the backup was made by another version, with tables in another form")
)

// tables are all that a backup holds, each after those that it refers to. Jobs are not among them: what is to be done is found out
// anew from the rest.
var tables = []string{"store", "cases", "case_keys", "entries", "standings", "standing_steps", "requests", "erasures", "file_sets", "activations",
	"audit_heads", "audit", "events", "subscriptions", "deliveries", "api_keys", "parties"}

// manifest is what a backup says of itself. It stands last, so that a backup that was cut off has none.
type manifest struct {
	Form   int              `json:"form"`
	Schema int64            `json:"schema"` // the version of the tables
	At     string           `json:"at"`
	Rows   map[string]int64 `json:"rows"`
}

// Backup writes all that the store holds, as it is at one moment, while others go on working. What is sealed stays sealed; the
// master keys are not in it. It can be restored to either kind of database.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	z := zip.NewWriter(w)
	err := s.View(ctx, func(tx *Tx) error {
		m := manifest{Form: backupForm, Schema: s.form, At: tx.at.Format("2006-01-02T15:04:05.000000Z"), Rows: map[string]int64{}}
		for _, name := range tables {
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

// Restore puts a backup into an empty store: all of it, or nothing. Cases that were erased since the backup was made, by the ids
// given, are erased in it again, so that no backup brings back what was to be gone; their proofs then stand in erased. What else is to
// be done again is done by again, nil for nothing, before anybody can see what was restored.
func (s *Store) Restore(ctx context.Context, r io.ReaderAt, size int64, erased []Erasure, again func(*Tx) error) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	var m manifest
	if err := readManifest(z, &m); err != nil {
		return err
	}
	if m.Form != backupForm || m.Schema != s.form {
		return ErrForm
	}
	err = s.InTx(ctx, func(tx *Tx) error {
		var rows int64
		if err := tx.row(`SELECT (SELECT COUNT(*) FROM cases) + (SELECT COUNT(*) FROM api_keys) + (SELECT COUNT(*) FROM subscriptions) + (SELECT COUNT(*) FROM audit)`).Scan(&rows); err != nil || rows > 0 {
			return errors.Join(err, emptyOr(rows))
		}
		for _, q := range []string{`DELETE FROM store`, `DELETE FROM audit_heads`} {
			if _, err := tx.exec(q); err != nil {
				return err
			}
		}
		for _, name := range tables {
			f, err := z.Open(name + ".ndjson")
			if err != nil {
				return fmt.Errorf("%w: %w", ErrNoBackup, err)
			}
			n, err := tx.load(name, f)
			f.Close()
			switch {
			case err != nil:
				return fmt.Errorf("store: table %s: %w", name, err)
			case n != m.Rows[name]:
				return fmt.Errorf("%w: table %s has %d rows, not %d", ErrNoBackup, name, n, m.Rows[name])
			}
		}
		// Numbers of transactions mean nothing in another database; the order of events stays by their own.
		for _, q := range append([]string{`UPDATE events SET tx = 0`}, tx.s.afterRestore...) {
			if _, err := tx.exec(q); err != nil {
				return err
			}
		}
		if _, err := tx.exec(`UPDATE store SET epoch = $1`, uuid.NewString()); err != nil {
			return err
		}
		if _, err := tx.indexKey(); err != nil {
			return err
		}
		if err := tx.eraseAgain(erased); err != nil || again == nil {
			return err
		}
		return again(tx)
	})
	if err != nil {
		return err
	}
	return s.prepare(ctx) // the key of the index is the backup's
}

func emptyOr(rows int64) error {
	if rows > 0 {
		return ErrNotEmpty
	}
	return nil
}

func readManifest(z *zip.Reader, m *manifest) error {
	f, err := z.Open("manifest.json")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	defer f.Close()
	if err := json.NewDecoder(f).Decode(m); err != nil {
		return fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	return nil
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

// eraseAgain erases cases that were erased after the backup was made.
func (tx *Tx) eraseAgain(erased []Erasure) error {
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

// Erasures returns the proofs of all erasures since the moment, the oldest first: what Restore takes.
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
