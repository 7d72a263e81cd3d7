package events

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
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

// before tells whether the place comes before the other, of the same life of the database.
func (c Cursor) before(d Cursor) bool { return c.tx < d.tx || c.tx == d.tx && c.seq < d.seq }

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

// Beginning is the cursor of the beginning as a reader can write it.
const Beginning = "0"

// ParseCursor reads a cursor; "" and Beginning are the beginning.
func ParseCursor(s string) (c Cursor, err error) {
	if s == "" || s == Beginning {
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
	return len(f.Types) == 0 || slices.Contains(f.Types, e.Type)
}

// Kept is an event with its place in the log.
type Kept struct {
	Event
	Cursor Cursor
}

// How many events are looked through at a time, and what one look at the log is at the most: whoever picks little of a long log is to
// come as far as that, whatever their filter, and hold up nobody for longer.
const (
	pageOf  = 500
	pagesOf = 20
	readFor = time.Second
)

// Read returns up to limit events after the cursor that the filter picks, in order, and the cursor to go on from. It looks through so many events
// and no more, so that there can be others though it returns fewer than the limit, or none: the end is where the cursor stays as it was
// given. The beginning is where the oldest event is that is not forgotten; after a place before that it fails (ForgottenError), since nobody would know what is missing.
//
// Of a database with many writers an event that was begun earlier can be committed later. So what is read ends before the oldest
// transaction that still runs: what comes after a cursor that was given out is never put before it.
func Read(ctx context.Context, s *store.Store, after Cursor, f Filter, limit int) (out []Kept, next Cursor, err error) {
	return read(ctx, s, store.Everything, after, f, limit)
}

// Read is the function Read for somebody who may not see all cases.
func (l *Log) Read(ctx context.Context, r store.Reach, after Cursor, f Filter, limit int) (out []Kept, next Cursor, err error) {
	return read(ctx, l.store, r, after, f, limit)
}

// Mentions tells whether any event in the log is of the model and the actor; "" is any.
func (l *Log) Mentions(ctx context.Context, model, actor string) (found bool, err error) {
	err = l.store.View(ctx, func(tx *store.Tx) error {
		return tx.SQL().QueryRowContext(tx.Context(), `SELECT EXISTS (SELECT 1 FROM events WHERE ($1 = '' OR model = $1) AND ($2 = '' OR actor = $2))`, model, actor).Scan(&found)
	})
	return found, err
}

func read(ctx context.Context, s *store.Store, r store.Reach, after Cursor, f Filter, limit int) (out []Kept, next Cursor, err error) {
	next = after
	err = s.View(ctx, func(tx *store.Tx) error {
		from, err := mark(tx, "")
		switch {
		case err != nil:
			return err
		case next.epoch == "":
			next = from
		case next.epoch != from.epoch:
			return ErrEpoch
		case next.before(from):
			return &ForgottenError{from}
		}
		until := time.Now().Add(readFor)
		for n := 0; len(out) < limit && (n == 0 || n < pagesOf && time.Now().Before(until)); n++ {
			page, err := readPage(tx, next)
			if err != nil || len(page) == 0 {
				return err
			}
			picked, err := f.pick(tx, page, r)
			if err != nil {
				return err
			}
			if room := limit - len(out); len(picked) > room {
				picked = picked[:room]
			}
			out = append(out, picked...)
			if next = page[len(page)-1].Cursor; len(out) == limit {
				next = out[limit-1].Cursor
			}
		}
		return nil
	})
	if err != nil {
		return nil, after, err
	}
	return out, next, nil
}

// readPage returns the next events after the cursor, whichever they are.
func readPage(tx *store.Tx, after Cursor) (page []Kept, err error) {
	err = tx.Each(func(rows *sql.Rows) (err error) {
		k := Kept{Cursor: Cursor{epoch: after.epoch}}
		k.Event, err = scan(rows, &k.Cursor.seq, &k.Cursor.tx)
		page = append(page, k)
		return err
	}, pageQuery(tx), after.tx, after.seq, pageOf)
	return page, err
}

func pageQuery(tx *store.Tx) string {
	return `SELECT seq, tx, ` + columns + ` FROM events WHERE ` + tx.After() + tx.Settled() + ` ORDER BY tx, seq LIMIT $3`
}

// pick returns those events that the filter picks, of cases within reach. That a case was erased is also for those within whose reach
// it was until then.
func (f *Filter) pick(tx *store.Tx, list []Kept, r store.Reach) (out []Kept, err error) {
	var cases, erased []string
	for i := range list {
		if f.has(&list[i].Event) {
			out = append(out, list[i])
			if list[i].Type == CaseErased {
				erased = append(erased, list[i].Case)
			} else {
				cases = append(cases, list[i].Case)
			}
		}
	}
	if r.All || len(out) == 0 {
		return out, nil
	}
	slices.Sort(cases)
	slices.Sort(erased)
	within, err := tx.Within(r, slices.Compact(cases))
	if err != nil {
		return nil, err
	}
	gone, err := tx.WithinErased(r, slices.Compact(erased))
	return slices.DeleteFunc(out, func(k Kept) bool {
		if k.Type == CaseErased {
			return !gone[k.Case]
		}
		return !within[k.Case]
	}), err
}

// Latest returns the place after the last event there is, from where only what is new is read.
func Latest(ctx context.Context, s *store.Store) (c Cursor, err error) {
	err = s.View(ctx, func(tx *store.Tx) (err error) {
		c, err = End(tx)
		return err
	})
	return c, err
}

// End is Latest in a transaction.
func End(tx *store.Tx) (c Cursor, err error) {
	_, c, err = bounds(tx)
	return c, err
}

// bounds are the places between which the log lies: after what is forgotten, and after the last event there is.
func bounds(tx *store.Tx) (from, end Cursor, err error) {
	// The end comes first: what is forgotten in between is then before the mark.
	err = tx.SQL().QueryRowContext(tx.Context(), `SELECT tx, seq FROM events WHERE 1 = 1`+tx.Settled()+` ORDER BY tx DESC, seq DESC LIMIT 1`).Scan(&end.tx, &end.seq)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return from, end, err
	}
	from, err = mark(tx, "")
	if end.epoch = from.epoch; end.before(from) {
		end = from
	}
	return from, end, err
}

// mark is the place after the last event that is forgotten; 0.0 where none is. hold ends the query.
func mark(tx *store.Tx, hold string) (c Cursor, err error) {
	err = tx.SQL().QueryRowContext(tx.Context(), `SELECT epoch, forgotten_tx, forgotten_seq FROM store`+hold).Scan(&c.epoch, &c.tx, &c.seq)
	return c, err
}

// Check tells whether the cursor is a place in the log from which nothing is missing: ErrEpoch where it is none any more, a
// ForgottenError where something after it is forgotten.
func (c Cursor) Check(tx *store.Tx) error {
	from, end, err := bounds(tx)
	switch {
	case err != nil || c.epoch == "":
		return err
	case c.epoch != end.epoch || end.before(c):
		return ErrEpoch
	case c.before(from):
		return &ForgottenError{from}
	}
	return nil
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
