package events

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
)

// Delivery is an event on its way to a subscriber.
type Delivery struct {
	Subscription, Event string
	Type                Type   // of the event
	Case                string // that it is about
	State               DeliveryState
	Attempts            int
	Answer              string // what came of the last attempt: an HTTP status, or a word
	Changed             time.Time
}

// DeliveryState tells how a delivery stands.
type DeliveryState string

// The states.
const (
	Waiting   DeliveryState = "waiting"
	Delivered DeliveryState = "delivered"
	Dead      DeliveryState = "dead" // given up, until it is sent again by hand
)

// DeliveryStates lists the states.
var DeliveryStates = []DeliveryState{Waiting, Delivered, Dead}

// deliver is the job of sending one event to one subscriber; resend that of sending all that were dead at a moment again; overlooked
// that of looking for deliveries whose jobs are gone, as they are after a backup was restored.
type deliver struct {
	Subscription string `json:"subscription"`
	Event        string `json:"event"`
}

type resend struct {
	Subscription string `json:"subscription"`
	Before       int64  `json:"before"` // microseconds since 1970
}

type overlooked struct {
	Subscription string `json:"subscription"` // after which to go on
	Event        string `json:"event"`
}

// Kind names the job.
func (deliver) Kind() string { return "deliver" }

// Kind names the job.
func (resend) Kind() string { return "resend" }

// Kind names the job.
func (overlooked) Kind() string { return "overlooked" }

// How deliveries are looked through.
const (
	deliveriesAtOnce = 500
	overlookedEvery  = 10 * time.Minute
)

// putDown puts down that an event is to be sent: for the first time, or anew.
func (l *Log) putDown(tx *store.Tx, subscription, event string, first bool) error {
	if err := keepDelivery(tx, subscription, event, Waiting, ""); err != nil {
		return err
	}
	return l.queue.Add(tx, deliver{subscription, event}, time.Time{}, first)
}

// keepDelivery keeps how a delivery stands of which nothing has been tried.
func keepDelivery(tx *store.Tx, subscription, event string, state DeliveryState, answer string) error {
	_, err := tx.SQL().ExecContext(tx.Context(), `INSERT INTO deliveries (subscription, event, state, attempts, answer, changed_at) VALUES ($1, $2, $3, 0, $4, $5)
		ON CONFLICT (subscription, event) DO UPDATE SET state = $3, attempts = 0, answer = $4, changed_at = $5`,
		subscription, event, state, answer, tx.At().UnixMicro())
	return err
}

// DeliveryFilter picks deliveries of a subscription; what is empty picks all.
type DeliveryFilter struct {
	State  DeliveryState
	After  string // the event of the last delivery that was given; "": from the beginning
	Before int64  // when that changed last, in microseconds since 1970
	Limit  int    // how many at the most
}

// within ends a condition on deliveries of events e to a subscription: whom it is of is to be told of them now. A party that is none to
// the case any more is not, but that the case was erased is for all who were ever told of it. The arguments are those of the query.
func (l *Log) within(tx *store.Tx, subscription string, args ...any) (condition string, all []any, err error) {
	s, err := l.Subscription(tx, subscription)
	if err != nil || s.Party == "" {
		return "", args, err
	}
	args = append(args, string(CaseErased), l.store.Digest("party", store.PartyName(s.Party)))
	return fmt.Sprintf(` AND (e.type = $%d OR EXISTS (SELECT 1 FROM parties p WHERE p.case_id = e.case_id AND p.party = $%d))`, len(args)-1, len(args)), args, nil
}

// Deliveries returns deliveries of a subscription, of those that it is to be told of now, the one that changed last first. more tells whether there are others after them.
func (l *Log) Deliveries(tx *store.Tx, subscription string, f DeliveryFilter) (out []Delivery, more bool, err error) {
	if f.After == "" {
		f.Before = 1 << 62
	}
	within, args, err := l.within(tx, subscription, subscription, string(f.State), f.Before, f.After, f.Limit+1)
	if err != nil {
		return nil, false, err
	}
	err = tx.Each(func(rows *sql.Rows) error {
		var d Delivery
		var at int64
		err := rows.Scan(&d.Subscription, &d.Event, &d.State, &d.Attempts, &d.Answer, &at, &d.Type, &d.Case)
		d.Changed = time.UnixMicro(at).UTC()
		out = append(out, d)
		return err
	}, `SELECT d.subscription, d.event, d.state, d.attempts, d.answer, d.changed_at, e.type, e.case_id FROM deliveries d JOIN events e ON e.id = d.event
		WHERE d.subscription = $1 AND ($2 = '' OR d.state = $2) AND (d.changed_at, d.event) < ($3, $4)`+within+` ORDER BY d.changed_at DESC, d.event DESC LIMIT $5`, args...)
	if len(out) > f.Limit {
		out, more = out[:f.Limit], true
	}
	return out, more, err
}

// Replay sends an event to a subscriber again, whether it is dead or was delivered.
func (l *Log) Replay(tx *store.Tx, subscription, event string) error {
	within, args, err := l.within(tx, subscription, subscription, event)
	if err != nil {
		return err
	}
	var state DeliveryState
	err = tx.SQL().QueryRowContext(tx.Context(), `SELECT state FROM deliveries d WHERE subscription = $1 AND event = $2
		AND EXISTS (SELECT 1 FROM events e WHERE e.id = d.event`+within+`)`+tx.ForUpdate(), args...).Scan(&state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrNoDelivery
	case err != nil:
		return err
	case state == Waiting:
		return nil
	}
	return l.putDown(tx, subscription, event, false)
}

// ReplayDead sends all that is dead to a subscriber again, and returns how many that are.
func (l *Log) ReplayDead(tx *store.Tx, subscription string) (n int64, err error) {
	within, args, err := l.within(tx, subscription, subscription)
	if err != nil {
		return 0, err
	}
	if err := tx.SQL().QueryRowContext(tx.Context(), `SELECT COUNT(*) FROM deliveries d JOIN events e ON e.id = d.event WHERE d.subscription = $1 AND d.state = 'dead'`+within, args...).Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	return n, l.queue.Add(tx, resend{subscription, tx.At().UnixMicro()}, time.Time{}, false)
}

// ForgetDelivered forgets the deliveries that were delivered before the moment, at most so many, and returns how many that were.
func ForgetDelivered(tx *store.Tx, before time.Time, most int) (int64, error) {
	r, err := tx.SQL().ExecContext(tx.Context(), `DELETE FROM deliveries WHERE (subscription, event) IN
		(SELECT subscription, event FROM deliveries WHERE state = 'delivered' AND changed_at < $1 LIMIT $2)`, before.UnixMicro(), most)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// keys are those of deliveries.
func keys(tx *store.Tx, query string, args ...any) (out []deliver, err error) {
	err = tx.Each(func(rows *sql.Rows) error {
		var d deliver
		err := rows.Scan(&d.Subscription, &d.Event)
		out = append(out, d)
		return err
	}, query, args...)
	return out, err
}

// resend puts down some of the deliveries that were dead, and that the rest are to follow.
func (l *Log) resend(ctx context.Context, t *jobs.Try[resend]) error {
	return l.store.InTx(ctx, func(tx *store.Tx) error {
		within, args, err := l.within(tx, t.Args.Subscription, t.Args.Subscription, t.Args.Before, deliveriesAtOnce)
		if errors.Is(err, ErrNoSubscription) {
			return nil
		}
		if err != nil {
			return err
		}
		dead, err := keys(tx, `SELECT subscription, event FROM deliveries d WHERE subscription = $1 AND state = 'dead' AND changed_at <= $2
			AND EXISTS (SELECT 1 FROM events e WHERE e.id = d.event`+within+`) ORDER BY changed_at, event LIMIT $3`+tx.ForUpdate(), args...)
		if err != nil {
			return err
		}
		for _, d := range dead {
			if err := l.putDown(tx, d.Subscription, d.Event, false); err != nil {
				return err
			}
		}
		if len(dead) < deliveriesAtOnce {
			return nil
		}
		return l.queue.Add(tx, t.Args, time.Time{}, false)
	})
}

// overlooked puts down a job for every delivery that waits and has none.
func (l *Log) overlooked(ctx context.Context, t *jobs.Try[overlooked]) error {
	return l.store.InTx(ctx, func(tx *store.Tx) error {
		waiting, err := keys(tx, `SELECT subscription, event FROM deliveries WHERE state = 'waiting' AND changed_at < $1 AND (subscription, event) > ($2, $3)
			ORDER BY subscription, event LIMIT $4`, tx.At().Add(-overlookedEvery).UnixMicro(), t.Args.Subscription, t.Args.Event, deliveriesAtOnce)
		if err != nil {
			return err
		}
		for _, d := range waiting {
			if err := l.queue.Add(tx, d, time.Time{}, true); err != nil {
				return err
			}
		}
		if len(waiting) < deliveriesAtOnce {
			return nil
		}
		return l.queue.Add(tx, overlooked(waiting[len(waiting)-1]), time.Time{}, false)
	})
}

// deliver sends an event to a subscriber. What is not taken is tried again; what can never be taken is given up.
func (l *Log) deliver(ctx context.Context, t *jobs.Try[deliver]) error {
	leave, putOff := l.pace.enter(ctx, t.Args.Subscription)
	if leave == nil {
		return jobs.Again(putOff)
	}
	defer leave()
	var e Event
	var to *Subscription
	var secrets []string
	var state DeliveryState
	var told bool
	err := l.store.View(ctx, func(tx *store.Tx) (err error) {
		if err = tx.SQL().QueryRowContext(ctx, `SELECT state FROM deliveries WHERE subscription = $1 AND event = $2`, t.Args.Subscription, t.Args.Event).Scan(&state); err != nil {
			return err
		}
		if e, err = scan(tx.SQL().QueryRowContext(ctx, `SELECT `+columns+` FROM events WHERE id = $1`, t.Args.Event)); err != nil {
			return err
		}
		if to, err = l.Subscription(tx, t.Args.Subscription); err != nil {
			return err
		}
		if secrets, err = secretsOf(tx, to.ID); err != nil {
			return err
		}
		within, err := tx.Within(to.reach(), []string{e.Case}) // it may be a party no longer
		told = within[e.Case] || e.Type == CaseErased
		return err
	})
	switch {
	case errors.Is(err, sql.ErrNoRows), errors.Is(err, ErrNoSubscription):
		return jobs.ErrGiveUp // there is nobody any more
	case err != nil:
		return err
	case state != Waiting: // done already, by a process that was lost before it could say so
		return nil
	case to.State != Active:
		return errors.Join(l.note(ctx, t, Dead, string(to.State)), jobs.ErrGiveUp)
	case !told:
		return errors.Join(l.note(ctx, t, Dead, refused), jobs.ErrGiveUp)
	}
	came := l.send(ctx, &e, to.URL, secrets)
	l.attempts.count(came.answer)
	switch {
	case came.taken:
		return l.note(ctx, t, Delivered, came.answer)
	case came.never || t.Last():
		return errors.Join(l.note(ctx, t, Dead, came.answer), jobs.ErrGiveUp)
	}
	err = errors.Join(l.note(ctx, t, Waiting, came.answer), errRefused)
	if came.wait > 0 {
		return jobs.After(came.wait, err)
	}
	return err
}

// errRefused is what a subscriber says that does not take an event, which it may later.
var errRefused = errors.New("events: the subscriber did not take it")

// note keeps how a delivery stands. A subscriber who says that there is nobody any more is told of nothing more.
func (l *Log) note(ctx context.Context, t *jobs.Try[deliver], state DeliveryState, answer string) error {
	return l.store.InTx(ctx, func(tx *store.Tx) error {
		if answer == gone { // before its deliveries, as whoever removes it takes them
			if _, err := tx.SQL().ExecContext(ctx, `UPDATE subscriptions SET state = 'gone' WHERE id = $1 AND state = 'active'`, t.Args.Subscription); err != nil {
				return err
			}
		}
		_, err := tx.SQL().ExecContext(ctx, `UPDATE deliveries SET state = $3, attempts = $4, answer = $5, changed_at = $6 WHERE subscription = $1 AND event = $2`,
			t.Args.Subscription, t.Args.Event, state, t.Number, answer, tx.At().UnixMicro())
		return err
	})
}
