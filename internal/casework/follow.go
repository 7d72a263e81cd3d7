package casework

import (
	"context"
	"net/url"
	"regexp"
	"strings"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
)

// Follow begins to follow the log of events after the cursor, nil: from now on. That it was begun is logged, with what was asked for.
// It must be ended (events.Follower.Leave). The errors are also events.ErrEpoch, and store.ErrNoCase for a case that may not be seen.
func (d *Desk) Follow(ctx context.Context, who Who, after *events.Cursor, f events.Filter) (*events.Follower, error) {
	at, err := d.begin(ctx, &who, "follow", after, f)
	if err != nil {
		return nil, err
	}
	return d.log.Feed().Follow(who.reach(), at, f), nil
}

// Events returns up to limit events after the cursor, and the cursor to go on from. That they were read is logged.
func (d *Desk) Events(ctx context.Context, who Who, after events.Cursor, f events.Filter, limit int) ([]events.Kept, events.Cursor, error) {
	at, err := d.begin(ctx, &who, "events", &after, f)
	if err != nil {
		return nil, at, err
	}
	return d.log.Read(ctx, who.reach(), at, f, limit)
}

// begin holds what is asked of the log of events against what there is, logs it, and returns where to begin.
func (d *Desk) begin(ctx context.Context, who *Who, action string, after *events.Cursor, f events.Filter) (at events.Cursor, err error) {
	if err := who.let(access.Follow); err != nil {
		return at, err
	}
	err = d.store.InTx(ctx, func(tx *store.Tx) error {
		if f.Case != "" {
			if _, err := tx.See(who.reach(), f.Case); err != nil {
				return err
			}
		}
		var err error
		if after == nil {
			at, err = events.End(tx)
		} else {
			at, err = *after, after.Check(tx)
		}
		if err != nil {
			return err
		}
		return who.did(tx, asked(action, "model", f.Model, "actor", f.Actor, "type", kinds(f.Types)), f.Case)
	})
	return at, err
}

// kinds names types of events, each without what they all begin with.
func kinds(types []events.Type) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = strings.TrimPrefix(string(t), "se.stegvis.")
	}
	return strings.Join(names, ",")
}

// did logs that who did something, to the case or to none.
func (w *Who) did(tx *store.Tx, action, id string) error {
	return audit.Append(tx, w.record(action, id))
}

// asked is an action with what was asked for: names, and what each had to be. What could be a person's is not told.
func asked(action string, what ...string) string {
	values := url.Values{}
	for i := 0; i < len(what); i += 2 {
		switch value := what[i+1]; {
		case value == "":
		case telling.MatchString(value) && !store.Personal(value):
			values.Set(what[i], value)
		default:
			values.Set(what[i], "?")
		}
	}
	if len(values) > 0 {
		action += "?" + values.Encode()
	}
	return action
}

// telling is what a name or a moment looks like, and a sentence does not.
var telling = regexp.MustCompile(`^[\p{L}\p{M}0-9_.,:@+-]{1,200}$`)
