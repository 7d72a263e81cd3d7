package events

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
)

// Subscription is somebody who wants to be told.
type Subscription struct {
	ID        string
	URL       string
	Types     []Type // none: all
	Model     string // "": all
	Actor     string // "": all
	Active    bool
	Created   time.Time
	CreatedBy string
}

func (s *Subscription) filter() Filter {
	return Filter{Model: s.Model, Actor: s.Actor, Types: s.Types}
}

// Delivery is an event on its way to a subscriber.
type Delivery struct {
	Subscription, Event string
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

// What can stand in the way.
var (
	ErrNoSubscription = errors.New("events: there is no such subscription")
	ErrNoDelivery     = errors.New("events: there is no such delivery")
	ErrNoType         = errors.New("events: there is no such type")
)

// Log keeps events and sends them to those who subscribe.
type Log struct {
	store   *store.Store
	queue   *jobs.Queue
	targets *Targets
	client  *http.Client
}

// Config says where events may be sent, and how often.
type Config struct {
	Targets Targets
	Tries   int                             // how often at the most; 0: 16, with the waits between over about three days
	Wait    func(attempt int) time.Duration // after an attempt that failed; nil: 10 s, then twice as long each time, 12 h at the most
}

func wait(attempt int) time.Duration { return min(10*time.Second<<min(attempt-1, 20), 12*time.Hour) }

// deliver is the job of sending one event to one subscriber.
type deliver struct {
	Subscription string `json:"subscription"`
	Event        string `json:"event"`
}

// Kind names the job.
func (deliver) Kind() string { return "deliver" }

// timeout is how long a subscriber may take to answer.
const timeout = 15 * time.Second

// NewLog returns the log of a store, and adds its work to the kinds of jobs. Use it once Serve was given their queue.
func NewLog(s *store.Store, k *jobs.Kinds, c Config) *Log {
	if c.Tries == 0 {
		c.Tries = 16
	}
	if c.Wait == nil {
		c.Wait = wait
	}
	l := &Log{store: s, targets: &c.Targets, client: c.Targets.client(timeout)}
	jobs.Register(k, jobs.Work[deliver]{Do: l.deliver, Tries: c.Tries, Timeout: 2 * timeout, Wait: c.Wait})
	return l
}

// Serve gives the log the queue that its jobs are put down in.
func (l *Log) Serve(q *jobs.Queue) { l.queue = q }

// Keep keeps events in the transaction, and puts down that they are to be sent to those who subscribe.
func (l *Log) Keep(tx *store.Tx, list []Event) error {
	if len(list) == 0 {
		return nil
	}
	if err := Keep(tx, list); err != nil {
		return err
	}
	subscriptions, err := l.Subscriptions(tx)
	if err != nil {
		return err
	}
	for i := range subscriptions {
		s := &subscriptions[i]
		f := s.filter()
		for k := range list {
			if s.Active && f.has(&list[k]) {
				if err := l.putDown(tx, s.ID, list[k].ID); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// putDown puts down that an event is to be sent, anew if it was sent already.
func (l *Log) putDown(tx *store.Tx, subscription, event string) error {
	if _, err := tx.SQL().ExecContext(tx.Context(), `INSERT INTO deliveries (subscription, event, state, attempts, answer, changed_at) VALUES ($1, $2, 'waiting', 0, '', $3)
		ON CONFLICT (subscription, event) DO UPDATE SET state = 'waiting', attempts = 0, answer = '', changed_at = $3`,
		subscription, event, tx.At().UnixMicro()); err != nil {
		return err
	}
	return l.queue.Add(tx, deliver{subscription, event}, time.Time{}, false)
}

// Subscribe adds a subscription and returns it with its secret, by which the subscriber can tell that an event comes from here. It
// is not given out again.
func (l *Log) Subscribe(tx *store.Tx, s Subscription) (out *Subscription, secret string, err error) {
	if err := l.targets.Check(s.URL); err != nil {
		return nil, "", err
	}
	for _, t := range s.Types {
		if !isType(t) {
			return nil, "", fmt.Errorf("%w: %s", ErrNoType, t)
		}
	}
	s.ID, s.Active, s.Created = uuid.NewString(), true, tx.At()
	secret = store.NewSecret("whsec_")
	_, err = tx.SQL().ExecContext(tx.Context(), `INSERT INTO subscriptions (id, url, types, model, actor, secret, active, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8)`,
		s.ID, s.URL, joined(s.Types), s.Model, s.Actor, tx.SealOwn([]byte(secret), "subscription "+s.ID), tx.At().UnixMicro(), s.CreatedBy)
	return &s, secret, err
}

func isType(t Type) bool {
	for _, known := range Types {
		if t == known {
			return true
		}
	}
	return false
}

func joined(types []Type) string {
	var out []string
	for _, t := range types {
		out = append(out, string(t))
	}
	return strings.Join(out, " ")
}

// Subscriptions returns all subscriptions, the oldest first.
func (l *Log) Subscriptions(tx *store.Tx) (out []Subscription, err error) {
	err = tx.Each(func(rows *sql.Rows) error {
		var s Subscription
		var types string
		var active int
		var at int64
		err := rows.Scan(&s.ID, &s.URL, &types, &s.Model, &s.Actor, &active, &at, &s.CreatedBy)
		for _, t := range strings.Fields(types) {
			s.Types = append(s.Types, Type(t))
		}
		s.Active, s.Created = active == 1, time.UnixMicro(at).UTC()
		out = append(out, s)
		return err
	}, `SELECT id, url, types, model, actor, active, created_at, created_by FROM subscriptions ORDER BY created_at, id`)
	return out, err
}

// SetActive lets events be sent to the subscription, or not; those that wait are then given up.
func (l *Log) SetActive(tx *store.Tx, id string, active bool) error {
	n := 0
	if active {
		n = 1
	}
	r, err := tx.SQL().ExecContext(tx.Context(), `UPDATE subscriptions SET active = $2 WHERE id = $1`, id, n)
	if err != nil {
		return err
	}
	if rows, err := r.RowsAffected(); err != nil || rows == 0 {
		return errors.Join(err, ErrNoSubscription)
	}
	return nil
}

// Deliveries returns deliveries of the state, the one that changed last first, up to the limit. "" is every state.
func (l *Log) Deliveries(tx *store.Tx, of DeliveryState, limit int) (out []Delivery, err error) {
	err = tx.Each(func(rows *sql.Rows) error {
		var d Delivery
		var at int64
		err := rows.Scan(&d.Subscription, &d.Event, &d.State, &d.Attempts, &d.Answer, &at)
		d.Changed = time.UnixMicro(at).UTC()
		out = append(out, d)
		return err
	}, `SELECT subscription, event, state, attempts, answer, changed_at FROM deliveries WHERE ($1 = '' OR state = $1) ORDER BY changed_at DESC, subscription, event LIMIT $2`,
		string(of), limit)
	return out, err
}

// Replay sends an event to a subscriber again, whether it is dead or was delivered.
func (l *Log) Replay(tx *store.Tx, subscription, event string) error {
	var state DeliveryState
	err := tx.SQL().QueryRowContext(tx.Context(), `SELECT state FROM deliveries WHERE subscription = $1 AND event = $2`+tx.ForUpdate(), subscription, event).Scan(&state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrNoDelivery
	case err != nil:
		return err
	case state == Waiting:
		return nil
	}
	return l.putDown(tx, subscription, event)
}

// deliver sends an event to a subscriber. What is not taken is tried again; what can never be taken is given up.
func (l *Log) deliver(ctx context.Context, t *jobs.Try[deliver]) error {
	var e Event
	var url string
	var secret []byte
	var active int
	err := l.store.View(ctx, func(tx *store.Tx) (err error) {
		if e, err = scan(tx.SQL().QueryRowContext(ctx, `SELECT `+columns+` FROM events WHERE id = $1`, t.Args.Event)); err != nil {
			return err
		}
		if err = tx.SQL().QueryRowContext(ctx, `SELECT url, secret, active FROM subscriptions WHERE id = $1`, t.Args.Subscription).Scan(&url, &secret, &active); err != nil {
			return err
		}
		secret, err = tx.UnsealOwn(secret, "subscription "+t.Args.Subscription)
		return err
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return jobs.ErrGiveUp // the subscription is gone
	case err != nil:
		return err
	case active == 0:
		return errors.Join(l.note(ctx, t, Dead, "inactive"), jobs.ErrGiveUp)
	}
	answer, err := l.send(ctx, &e, url, string(secret))
	switch {
	case err == nil:
		return l.note(ctx, t, Delivered, answer)
	case errors.Is(err, jobs.ErrGiveUp) || t.Last():
		return errors.Join(l.note(ctx, t, Dead, answer), jobs.ErrGiveUp)
	}
	return errors.Join(l.note(ctx, t, Waiting, answer), err)
}

// note keeps how a delivery stands.
func (l *Log) note(ctx context.Context, t *jobs.Try[deliver], state DeliveryState, answer string) error {
	return l.store.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.SQL().ExecContext(ctx, `UPDATE deliveries SET state = $3, attempts = $4, answer = $5, changed_at = $6 WHERE subscription = $1 AND event = $2`,
			t.Args.Subscription, t.Args.Event, state, t.Number, answer, tx.At().UnixMicro())
		return err
	})
}

// errRefused is the answer of a subscriber that does not take an event, which it may later.
var errRefused = errors.New("events: the subscriber did not take it")

// send sends an event, signed as Standard Webhooks has it: the id of the event is the id of the message, so that one who gets it
// twice can tell.
func (l *Log) send(ctx context.Context, e *Event, url, secret string) (answer string, err error) {
	if err := l.targets.Check(url); err != nil { // the list may be shorter than it was
		return "refused", errors.Join(err, jobs.ErrGiveUp)
	}
	body, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return "", err
	}
	at := time.Now()
	signature, err := signer.Sign(e.ID, at, body)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return "refused", errors.Join(err, jobs.ErrGiveUp)
	}
	r.Header.Set("Content-Type", "application/cloudevents+json")
	r.Header.Set("User-Agent", "stegvis")
	r.Header.Set(standardwebhooks.HeaderWebhookID, e.ID)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	w, err := l.client.Do(r)
	switch {
	case errors.Is(err, ErrPrivate):
		return "private", errors.Join(err, jobs.ErrGiveUp)
	case err != nil:
		return "unreachable", errRefused // the error itself names the address
	}
	io.Copy(io.Discard, io.LimitReader(w.Body, 64<<10)) // so that the connection can be used again
	w.Body.Close()
	answer = strconv.Itoa(w.StatusCode)
	switch {
	case w.StatusCode/100 == 2:
		return answer, nil
	case w.StatusCode == http.StatusGone: // as Standard Webhooks has it: do not send any more
		return answer, jobs.ErrGiveUp
	}
	return answer, errRefused
}
