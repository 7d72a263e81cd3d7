package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
)

func (a *app) keysRevokeCommand() *cobra.Command {
	var k keptFlags
	var subscriptions bool
	c := &cobra.Command{
		Use: "revoke ID…", Short: a.say("keys.revoke.short", nil), Long: a.say("keys.revoke.long", nil), Example: a.say("keys.revoke.examples", nil),
		RunE: func(c *cobra.Command, ids []string) error {
			if len(ids) == 0 {
				return misuse{a.say("keys.revoke.which", nil)}
			}
			return a.keysRevoke(c.Context(), k, ids, subscriptions)
		},
	}
	a.keptFlags(c.Flags(), &k)
	c.Flags().BoolVar(&subscriptions, "subscriptions", false, a.say("keys.flag.subscriptions", nil))
	return c
}

// keysRevoke takes keys back: all of them, or none where one is unknown. What was subscribed to with them goes on, since a system that
// changes its key is to miss nothing; it is told of, or removed too.
func (a *app) keysRevoke(ctx context.Context, k keptFlags, ids []string, remove bool) error {
	s, err := a.openStore(ctx, k)
	if err != nil {
		return err
	}
	defer s.Close()
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var unknown, known []string
	var already []door.Key
	var made []events.Subscription
	err = s.InTx(ctx, func(tx *store.Tx) error {
		keys, err := door.List(tx)
		if err != nil {
			return err
		}
		for _, key := range keys {
			known = append(known, key.ID)
			if key.Revoked != nil && slices.Contains(ids, key.ID) {
				already = append(already, key)
			}
		}
		for _, id := range ids {
			if err := door.Revoke(tx, id, localSubject); errors.Is(err, door.ErrNoKey) {
				unknown = append(unknown, id)
			} else if err != nil {
				return err
			}
		}
		if len(unknown) > 0 {
			return door.ErrNoKey
		}
		made, err = subscribed(tx, ids, remove)
		return err
	})
	for _, id := range unknown {
		// A whole key that somebody gives is not shown again: it would stand in the log of a terminal.
		whole := len(id) > 8
		fmt.Fprintln(a.err, a.say("keys.unknown", map[string]any{"ID": id[:min(len(id), 8)], "Whole": whole, "Near": diag.Suggest(id, known)}))
	}
	if len(unknown) > 0 {
		return errFound
	}
	if err != nil {
		return err
	}
	if n := len(ids) - len(already); n > 0 {
		fmt.Fprintln(a.out, a.say("keys.revoked", map[string]any{"Count": n}))
	}
	for _, key := range already {
		fmt.Fprintln(a.out, a.say("keys.already", map[string]any{"ID": key.ID, "Day": calendar.Today(*key.Revoked).String()}))
	}
	a.tellSubscribed(made, remove)
	return nil
}

// tellSubscribed tells what was subscribed to with keys that are taken back: what goes on, or all of it where it is removed.
func (a *app) tellSubscribed(made []events.Subscription, removed bool) {
	sent := func(s events.Subscription) bool { return removed || s.State == events.Active }
	for _, head := range []string{"keys.subscribed", "keys.not-sent"} {
		told := false
		for _, s := range made {
			if sent(s) != (head == "keys.subscribed") {
				continue
			}
			if !told {
				told = true
				fmt.Fprintln(a.out, a.say(head, map[string]any{"Removed": removed}))
			}
			fmt.Fprintln(a.out, a.say("keys.subscription", map[string]any{"ID": s.ID, "URL": s.URL, "Sent": sent(s), "Paused": s.State == events.Paused}))
		}
	}
}

// subscribed lists what was subscribed to with the keys, and removes it where that is asked for.
func subscribed(tx *store.Tx, keys []string, remove bool) (made []events.Subscription, err error) {
	all, err := events.Subscriptions(tx)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if !slices.ContainsFunc(keys, func(id string) bool { return s.CreatedBy == door.SubjectOfKey(id) }) {
			continue
		}
		if made = append(made, s); !remove {
			continue
		}
		if err := unsubscribe(tx, s.ID); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// unsubscribed begins what the log says of a subscription that was removed, before its id.
const unsubscribed = "unsubscribe?subscription="

// unsubscribe removes a subscription, and logs that.
func unsubscribe(tx *store.Tx, id string) error {
	if err := events.Unsubscribe(tx, id); err != nil {
		return err
	}
	return audit.Append(tx, audit.Record{Subject: localSubject, Action: unsubscribed + id, Purpose: string(access.Maintenance)})
}
