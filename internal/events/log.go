package events

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/store"
)

// Cursor is a place in the log: after an event, or at the beginning. As text it is what a reader of the stream gives back.
type Cursor struct {
	epoch   string // of the database; "": the beginning
	tx, seq int64
}

// String writes the cursor as ParseCursor reads it.
func (c Cursor) String() string {
	if c.epoch == "" {
		return ""
	}
	return fmt.Sprintf("%s.%d.%d", c.epoch, c.tx, c.seq)
}

// What can be wrong with a cursor.
var (
	ErrCursor = errors.New("events: no place in the log")
	ErrEpoch  = errors.New("events: a place in the log of before the database was restored")
)

// ParseCursor reads a cursor; "" is the beginning.
func ParseCursor(s string) (c Cursor, err error) {
	if s == "" {
		return c, nil
	}
	parts := strings.Split(s, ".")
	if len(parts) != 3 || parts[0] == "" {
		return c, ErrCursor
	}
	tx, err1 := strconv.ParseUint(parts[1], 10, 63)
	seq, err2 := strconv.ParseUint(parts[2], 10, 63)
	if err1 != nil || err2 != nil {
		return c, ErrCursor
	}
	return Cursor{parts[0], int64(tx), int64(seq)}, nil
}

// Keep keeps events in the transaction. Each gets an id and the transaction's time.
func Keep(tx *store.Tx, list []Event) error {
	for i := range list {
		e := &list[i]
		e.ID, e.At = uuid.NewString(), tx.At()
		var due any
		if e.Due != nil {
			due = int64(*e.Due)
		}
		if _, err := tx.SQL().ExecContext(tx.Context(), `INSERT INTO events (id, type, case_id, model, version, hash, step, actor, due, outcome, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			e.ID, e.Type, e.Case, e.Model, e.Version, e.Hash, e.Step, e.Actor, due, e.Outcome, e.At.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

// Filter picks events; what is empty picks all.
type Filter struct {
	Case, Model, Actor string
	Types              []Type
}

// has tells whether the event is picked.
func (f *Filter) has(e *Event) bool {
	if f.Case != "" && f.Case != e.Case || f.Model != "" && f.Model != e.Model || f.Actor != "" && f.Actor != e.Actor {
		return false
	}
	if len(f.Types) == 0 {
		return true
	}
	for _, t := range f.Types {
		if t == e.Type {
			return true
		}
	}
	return false
}

// Kept is an event with its place in the log.
type Kept struct {
	Event
	Cursor Cursor
}

// Read returns up to limit events after the cursor that the filter picks, in order, and the cursor to go on from.
//
// Of a database with many writers an event that was begun earlier can be committed later. So what is read ends before the oldest
// transaction that still runs: what comes after a cursor that was given out is never put before it.
func Read(ctx context.Context, s *store.Store, after Cursor, f Filter, limit int) (out []Kept, next Cursor, err error) {
	next = after
	err = s.View(ctx, func(tx *store.Tx) error {
		epoch, err := tx.Epoch()
		switch {
		case err != nil:
			return err
		case next.epoch != "" && next.epoch != epoch:
			return ErrEpoch
		}
		next.epoch = epoch
		for len(out) < limit {
			n := 0
			if err := tx.Each(func(rows *sql.Rows) error {
				k := Kept{Cursor: Cursor{epoch: epoch}}
				var err error
				if k.Event, err = scan(rows, &k.Cursor.seq, &k.Cursor.tx); err != nil {
					return err
				}
				n++
				next = k.Cursor
				if f.has(&k.Event) {
					out = append(out, k)
				}
				return nil
			}, `SELECT seq, tx, `+columns+` FROM events WHERE (tx > $1 OR tx = $1 AND seq > $2)`+tx.Settled()+` ORDER BY tx, seq LIMIT $3`,
				next.tx, next.seq, limit-len(out)); err != nil {
				return err
			}
			if n == 0 {
				return nil
			}
		}
		return nil
	})
	return out, next, err
}

// Latest returns the place after the last event there is, from where only what is new is read.
func Latest(ctx context.Context, s *store.Store) (c Cursor, err error) {
	err = s.View(ctx, func(tx *store.Tx) (err error) {
		if c.epoch, err = tx.Epoch(); err != nil {
			return err
		}
		err = tx.SQL().QueryRowContext(tx.Context(), `SELECT tx, seq FROM events WHERE 1 = 1`+tx.Settled()+` ORDER BY tx DESC, seq DESC LIMIT 1`).Scan(&c.tx, &c.seq)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return c, err
}

// columns are those of an Event.
const columns = `id, type, case_id, model, version, hash, step, actor, due, outcome, at`

// scan reads an event, and before its columns those of more.
func scan(row interface{ Scan(...any) error }, more ...any) (e Event, err error) {
	var due sql.NullInt64
	var at int64
	err = row.Scan(append(more, &e.ID, &e.Type, &e.Case, &e.Model, &e.Version, &e.Hash, &e.Step, &e.Actor, &due, &e.Outcome, &at)...)
	if due.Valid {
		d := calendar.Day(due.Int64)
		e.Due = &d
	}
	e.At = time.UnixMicro(at).UTC()
	return e, err
}
