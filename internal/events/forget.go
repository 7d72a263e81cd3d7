package events

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
)

// ForgottenError tells that of what came after a place in the log something is forgotten.
type ForgottenError struct {
	From Cursor // after which nothing is, so that one can go on from there
}

func (e *ForgottenError) Error() string {
	return "events: something that came after the place is forgotten"
}

// ErrInUse is that others are just changing what is to be forgotten. It is for another time.
var ErrInUse = errors.New("events: what is to be forgotten is in use")

// forget is the job of forgetting events that are older than they are to be kept.
type forget struct{}

// Kind names the job.
func (forget) Kind() string { return "forget" }

// What is forgotten in one transaction is little, so that nobody waits for it for long; nor does the job hold up others.
const (
	forgetEvery = time.Hour
	forgetFor   = 5 * time.Second // after which the job lets others be done, and goes on later
	forgetAgain = 5 * time.Second // after which it is tried again where others were in the way
)

// batch is how much is forgotten in one transaction at the most.
type batch struct{ events, deliveries int64 }

var usualBatch = batch{events: 100, deliveries: 500}

// forget forgets all that is old enough. Between transactions it waits as long as the last one took, so that whoever writes has half of
// the time at least.
func (l *Log) forget(ctx context.Context, _ *jobs.Try[forget]) error {
	if l.keep == 0 { // another process put it down, which is told otherwise
		return nil
	}
	for until := time.Now().Add(forgetFor); ; {
		began := time.Now()
		n, err := l.Forget(ctx, l.keep)
		switch {
		case errors.Is(err, ErrInUse):
			return jobs.Again(forgetAgain)
		case err != nil || n == 0:
			return err
		case time.Now().After(until):
			return jobs.Again(time.Millisecond)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Since(began)):
		}
	}
}

// Forget forgets the oldest events that were recorded longer ago than they are to be kept, with all their deliveries: some of them, in
// one transaction. It returns how many those were; 0: there are no more.
//
// The log is forgotten from its beginning on and without gaps, so that one place (mark) says what is gone. So an event that was not
// recorded long enough ago, or that is yet to be sent to somebody, holds back those after it; so does one that another transaction may
// still put something before.
func (l *Log) Forget(ctx context.Context, keep time.Duration) (n int64, err error) {
	err = l.store.InTx(ctx, func(tx *store.Tx) error {
		// One at a time. Nobody waits here for anybody, neither for the mark nor for what is removed, and so nobody for each other.
		from, err := mark(tx, tx.AnyFree())
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrInUse
		case err != nil:
			return err
		}
		old, err := l.batch.after(tx, from, tx.At().Add(-keep))
		if err != nil || len(old.ids) == 0 {
			return err
		}
		for _, x := range []struct {
			rows string
			want int64
		}{{` FROM deliveries WHERE state <> 'waiting' AND event`, old.deliveries}, {` FROM events WHERE id`, int64(len(old.ids))}} {
			rows := x.rows + ` IN (` + places(len(old.ids)) + `)`
			var held int64
			if err := tx.SQL().QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1`+rows+tx.AnyFree()+`) AS held`, old.ids...).Scan(&held); err != nil {
				return err
			}
			if held != x.want { // one is to be sent again after all, or its case is just being erased
				return ErrInUse
			}
			if _, err := tx.SQL().ExecContext(ctx, `DELETE`+rows, old.ids...); err != nil {
				return err
			}
		}
		n = int64(len(old.ids))
		tx.Then(func() { l.forgotten.Add(n) })
		_, err = tx.SQL().ExecContext(ctx, `UPDATE store SET forgotten_tx = $1, forgotten_seq = $2`, old.to.tx, old.to.seq)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// oldest is what can be forgotten at once: events up to a place.
type oldest struct {
	to         Cursor
	ids        []any
	deliveries int64 // of them
}

// after returns what can be forgotten at once after a place of what was recorded before the moment.
func (b batch) after(tx *store.Tx, from Cursor, before time.Time) (old oldest, err error) {
	over := false
	err = tx.Each(func(rows *sql.Rows) error {
		at := Cursor{epoch: from.epoch}
		var id string
		var recorded, sent int64
		var waiting bool
		if err := rows.Scan(&at.tx, &at.seq, &id, &recorded, &sent, &waiting); err != nil {
			return err
		}
		over = over || recorded >= before.UnixMicro() || waiting || len(old.ids) > 0 && old.deliveries+sent > b.deliveries
		if !over {
			old.to, old.ids, old.deliveries = at, append(old.ids, id), old.deliveries+sent
		}
		return nil
	}, oldestQuery(tx), from.tx, from.seq, b.events)
	return old, err
}

func oldestQuery(tx *store.Tx) string {
	return `SELECT tx, seq, id, at, (SELECT COUNT(*) FROM deliveries d WHERE d.event = e.id), EXISTS (SELECT 1 FROM deliveries d WHERE d.event = e.id AND d.state = 'waiting')
		FROM events e WHERE ` + tx.After() + tx.Settled() + ` ORDER BY tx, seq LIMIT $3`
}

// places are those of so many arguments of a query.
func places(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ", $%d", i+1)
	}
	return b.String()[2:]
}
