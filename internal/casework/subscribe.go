package casework

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
)

// Subscribe adds a subscription of whoever asks and returns it with its secret. Of a service that is a party it tells of the cases
// of that party alone.
func (d *Desk) Subscribe(ctx context.Context, who Who, s events.Subscription) (out *events.Subscription, secret string, err error) {
	if err := who.let(access.Subscribe); err != nil {
		return nil, "", err
	}
	s.CreatedBy = who.Subject
	if s.Party = ""; who.as == access.Service {
		s.Party = who.Party
	}
	err = d.store.InTx(ctx, func(tx *store.Tx) error {
		if out, secret, err = d.log.Subscribe(tx, s); err != nil {
			return err
		}
		return who.did(tx, asked("subscribe", "subscription", out.ID), "")
	})
	return out, secret, err
}

// Subscriptions returns the subscriptions that are of whoever asks: all for an administrator, else those of their own party and
// those that they made themselves.
func (d *Desk) Subscriptions(ctx context.Context, who Who) (out []events.Subscription, err error) {
	if err := who.let(access.Subscribe); err != nil {
		return nil, err
	}
	err = d.store.View(ctx, func(tx *store.Tx) error {
		all, err := events.Subscriptions(tx)
		out = slices.DeleteFunc(all, func(s events.Subscription) bool { return !who.subscribed(&s) })
		return err
	})
	return out, err
}

// subscribed tells whether a subscription is of whoever asks.
func (w *Who) subscribed(s *events.Subscription) bool {
	return w.as == access.Administrator || s.Party == w.Party && (s.CreatedBy == w.Subject || s.Party != "")
}

// subscription returns one of whoever asks; of another's no more is told than of one that there is not.
func (d *Desk) subscription(tx *store.Tx, who *Who, id string) (*events.Subscription, error) {
	if uuid.Validate(id) != nil { // no database need be asked, which might not take it
		return nil, events.ErrNoSubscription
	}
	s, err := d.log.Subscription(tx, id)
	if err == nil && !who.subscribed(s) {
		return nil, events.ErrNoSubscription
	}
	return s, err
}

// Subscription returns a subscription.
func (d *Desk) Subscription(ctx context.Context, who Who, id string) (out *events.Subscription, err error) {
	if err := who.let(access.Subscribe); err != nil {
		return nil, err
	}
	err = d.store.View(ctx, func(tx *store.Tx) error {
		out, err = d.subscription(tx, &who, id)
		return err
	})
	return out, err
}

// Deliveries returns what was sent to a subscription, or is to be. more tells whether there are others after the last.
func (d *Desk) Deliveries(ctx context.Context, who Who, id string, f events.DeliveryFilter) (out []events.Delivery, more bool, err error) {
	if err := who.let(access.Subscribe); err != nil {
		return nil, false, err
	}
	err = d.store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := d.subscription(tx, &who, id); err != nil {
			return err
		}
		if out, more, err = d.log.Deliveries(tx, id, f); err != nil {
			return err
		}
		return who.did(tx, asked("deliveries", "subscription", id), "") // they name cases
	})
	return out, more, err
}

// Pause lets nothing be sent to a subscription; Resume lets it be sent again.
func (d *Desk) Pause(ctx context.Context, who Who, id string) (*events.Subscription, error) {
	return d.resubscribe(ctx, who, "pause", id, func(tx *store.Tx) error { return d.log.SetState(tx, id, events.Paused) })
}

// Resume lets be sent to a subscription again what happens from now on. What happened meanwhile is dead, and can be replayed.
func (d *Desk) Resume(ctx context.Context, who Who, id string) (*events.Subscription, error) {
	return d.resubscribe(ctx, who, "resume", id, func(tx *store.Tx) error { return d.log.SetState(tx, id, events.Active) })
}

// Unsubscribe removes a subscription.
func (d *Desk) Unsubscribe(ctx context.Context, who Who, id string) error {
	_, err := d.resubscribe(ctx, who, "unsubscribe", id, func(tx *store.Tx) error { return events.Unsubscribe(tx, id) })
	return err
}

// Rotate gives a subscription another secret and returns it; the one before signs too until the overlap is over.
func (d *Desk) Rotate(ctx context.Context, who Who, id string, overlap time.Duration) (out *events.Subscription, secret string, err error) {
	out, err = d.resubscribe(ctx, who, "rotate", id, func(tx *store.Tx) (err error) {
		secret, err = d.log.Rotate(tx, id, overlap)
		return err
	})
	return out, secret, err
}

// Replay sends an event to a subscription again, or with no event all that are dead, and returns how many that are.
func (d *Desk) Replay(ctx context.Context, who Who, id, event string) (n int64, err error) {
	_, err = d.resubscribe(ctx, who, "replay", id, func(tx *store.Tx) (err error) {
		if event != "" {
			n = 1
			return d.log.Replay(tx, id, event)
		}
		n, err = d.log.ReplayDead(tx, id)
		return err
	})
	return n, err
}

// resubscribe changes a subscription and logs that, and returns it as it is then; nil where it is gone.
func (d *Desk) resubscribe(ctx context.Context, who Who, action, id string, change func(*store.Tx) error) (out *events.Subscription, err error) {
	if err := who.let(access.Subscribe); err != nil {
		return nil, err
	}
	err = d.store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := d.subscription(tx, &who, id); err != nil {
			return err
		}
		if err := change(tx); err != nil {
			return err
		}
		if out, err = d.log.Subscription(tx, id); err != nil && !errors.Is(err, events.ErrNoSubscription) {
			return err
		}
		return who.did(tx, asked(action, "subscription", id), "")
	})
	return out, err
}
