package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

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
	var unknown, known []string
	var made []events.Subscription
	err = s.InTx(ctx, func(tx *store.Tx) error {
		keys, err := door.List(tx)
		if err != nil {
			return err
		}
		for _, key := range keys {
			known = append(known, key.ID)
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
	fmt.Fprintln(a.out, a.say("keys.revoked", map[string]any{"Count": len(ids)}))
	if len(made) > 0 {
		fmt.Fprintln(a.out, a.say("keys.subscribed", map[string]any{"Count": len(made), "Removed": remove}))
	}
	for _, s := range made {
		fmt.Fprintln(a.out, " ", s.ID, s.URL)
	}
	return nil
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
		if err := events.Unsubscribe(tx, s.ID); err != nil {
			return nil, err
		}
		if err := audit.Append(tx, audit.Record{Subject: localSubject, Action: "unsubscribe?subscription=" + s.ID, Purpose: string(access.Maintenance)}); err != nil {
			return nil, err
		}
	}
	return made, nil
}
