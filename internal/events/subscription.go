package events

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/stegvis/stegvis/internal/store"
)

// Subscription is somebody who wants to be told.
type Subscription struct {
	ID        string
	Title     string // what it is for, in words
	URL       string
	Types     []Type // none: all
	Model     string // "": all
	Actor     string // "": all
	Party     string // told of the cases that the party may see; "": of all
	State     SubscriptionState
	Created   time.Time
	CreatedBy string
	OldUntil  *time.Time // until when a secret from before signs too; nil: none does
}

// SubscriptionState tells how a subscription stands.
type SubscriptionState string

// The states.
const (
	Active SubscriptionState = "active"
	Paused SubscriptionState = "paused" // by somebody: what comes meanwhile is dead, to be sent again by hand
	Gone   SubscriptionState = "gone"   // the subscriber answered that there is nobody any more (410): nothing is kept for it
)

// SubscriptionStates lists the states.
var SubscriptionStates = []SubscriptionState{Active, Paused, Gone}

func (s *Subscription) filter() Filter {
	return Filter{Model: s.Model, Actor: s.Actor, Types: s.Types}
}

// What can stand in the way.
var (
	ErrNoSubscription = errors.New("events: there is no such subscription")
	ErrNoDelivery     = errors.New("events: there is no such delivery")
	ErrNoType         = errors.New("events: there is no such type")
)

// Subscribe adds a subscription and returns it with its secret, by which the subscriber can tell that an event comes from here. It
// is not given out again.
func (l *Log) Subscribe(tx *store.Tx, s Subscription) (out *Subscription, secret string, err error) {
	if err := l.targets.Check(s.URL); err != nil {
		return nil, "", err
	}
	for _, t := range s.Types {
		if !slices.Contains(Types, t) {
			return nil, "", fmt.Errorf("%w: %s", ErrNoType, t)
		}
	}
	s.ID, s.State, s.Created = uuid.NewString(), Active, tx.At()
	secret = store.NewSecret("whsec_")
	_, err = tx.SQL().ExecContext(tx.Context(), `INSERT INTO subscriptions (id, title, url, types, model, actor, party, secret, state, created_at, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		s.ID, s.Title, s.URL, joined(s.Types), s.Model, s.Actor, s.Party, tx.SealOwn([]byte(secret), secretLabel(s.ID)), s.State, tx.At().UnixMicro(), s.CreatedBy)
	return &s, secret, err
}

func secretLabel(id string) string { return "subscription " + id }

func joined(types []Type) string {
	var out []string
	for _, t := range types {
		out = append(out, string(t))
	}
	return strings.Join(out, " ")
}

// subscriptionColumns are those of a Subscription, at the moment $1.
const subscriptionColumns = `id, title, url, types, model, actor, party, state, created_at, created_by,
	(SELECT MAX(o.until) FROM subscription_secrets o WHERE o.subscription = subscriptions.id AND o.until > $1)`

func scanSubscription(row interface{ Scan(...any) error }, more ...any) (s Subscription, err error) {
	var types string
	var at int64
	var until sql.NullInt64
	err = row.Scan(append([]any{&s.ID, &s.Title, &s.URL, &types, &s.Model, &s.Actor, &s.Party, &s.State, &at, &s.CreatedBy, &until}, more...)...)
	for t := range strings.FieldsSeq(types) {
		s.Types = append(s.Types, Type(t))
	}
	s.Created = time.UnixMicro(at).UTC()
	if until.Valid {
		t := time.UnixMicro(until.Int64).UTC()
		s.OldUntil = &t
	}
	return s, err
}

// Subscriptions returns all subscriptions, the oldest first.
func Subscriptions(tx *store.Tx) (out []Subscription, err error) {
	err = tx.Each(func(rows *sql.Rows) error {
		s, err := scanSubscription(rows)
		out = append(out, s)
		return err
	}, `SELECT `+subscriptionColumns+` FROM subscriptions ORDER BY created_at, id`, tx.At().UnixMicro())
	return out, err
}

// Subscription returns a subscription.
func (l *Log) Subscription(tx *store.Tx, id string) (*Subscription, error) {
	s, err := scanSubscription(tx.SQL().QueryRowContext(tx.Context(), `SELECT `+subscriptionColumns+` FROM subscriptions WHERE id = $2`, tx.At().UnixMicro(), id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNoSubscription
	}
	return &s, err
}

// SetState lets events be sent to the subscription, or not.
func (l *Log) SetState(tx *store.Tx, id string, state SubscriptionState) error {
	return changed(tx, `UPDATE subscriptions SET state = $2 WHERE id = $1`, id, state)
}

// hold takes a subscription, which must be there, so that nobody else changes it meanwhile.
func hold(tx *store.Tx, id string) error {
	var is string
	err := tx.SQL().QueryRowContext(tx.Context(), `SELECT id FROM subscriptions WHERE id = $1`+tx.ForUpdate(), id).Scan(&is)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoSubscription
	}
	return err
}

// Unsubscribe removes a subscription with all that is known of what was sent to it.
func Unsubscribe(tx *store.Tx, id string) error {
	if err := hold(tx, id); err != nil { // first, so that nothing more is put down for it meanwhile
		return err
	}
	for _, q := range []string{`DELETE FROM deliveries WHERE subscription = $1`, `DELETE FROM subscription_secrets WHERE subscription = $1`} {
		if _, err := tx.SQL().ExecContext(tx.Context(), q, id); err != nil {
			return err
		}
	}
	return changed(tx, `DELETE FROM subscriptions WHERE id = $1`, id)
}

// oldMost is how many secrets from before sign at the most, since all signatures stand in one header.
const oldMost = 10

// Rotate gives the subscription another secret and returns it. What is sent is signed with the one before too until the overlap is
// over, so that the subscriber can change to the new one meanwhile. Each of those before it signs until its own end, as the subscriber
// may have seen none of the others. Without an overlap all of them end.
func (l *Log) Rotate(tx *store.Tx, id string, overlap time.Duration) (secret string, err error) {
	if err := hold(tx, id); err != nil {
		return "", err
	}
	now := tx.At().UnixMicro()
	if overlap > 0 {
		if _, err := tx.SQL().ExecContext(tx.Context(), `INSERT INTO subscription_secrets (subscription, until, secret) SELECT id, $2, secret FROM subscriptions WHERE id = $1`,
			id, tx.At().Add(overlap).UnixMicro()); err != nil {
			return "", err
		}
	} else {
		now = math.MaxInt64
	}
	if _, err := tx.SQL().ExecContext(tx.Context(), `DELETE FROM subscription_secrets WHERE subscription = $1 AND (until <= $2 OR secret NOT IN
		(SELECT secret FROM subscription_secrets WHERE subscription = $1 ORDER BY until DESC LIMIT $3))`, id, now, oldMost); err != nil {
		return "", err
	}
	secret = store.NewSecret("whsec_")
	return secret, changed(tx, `UPDATE subscriptions SET secret = $2 WHERE id = $1`, id, tx.SealOwn([]byte(secret), secretLabel(id)))
}

// changed makes a change of a subscription, which must be there.
func changed(tx *store.Tx, query string, args ...any) error {
	r, err := tx.SQL().ExecContext(tx.Context(), query, args...)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, ErrNoSubscription)
	}
	return nil
}

// secretsOf returns the secrets that sign what is sent to a subscription now.
func secretsOf(tx *store.Tx, id string) (out []string, err error) {
	err = tx.Each(func(rows *sql.Rows) error {
		var sealed []byte
		var until int64
		if err := rows.Scan(&sealed, &until); err != nil {
			return err
		}
		text, err := tx.UnsealOwn(sealed, secretLabel(id))
		out = append(out, string(text))
		return err
	}, `SELECT secret, CAST($2 AS BIGINT) AS until FROM subscriptions WHERE id = $1 UNION ALL SELECT secret, until FROM subscription_secrets WHERE subscription = $1 AND until > $2 ORDER BY until`,
		id, tx.At().UnixMicro())
	return out, err
}
