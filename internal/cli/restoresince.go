package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
)

// taken is what an exported log tells that was taken away after a backup was made, and that must not come back with it.
type taken struct {
	path  string
	log   io.Reader // nil: none was given
	heads []string  // of the log, kept elsewhere

	flaws               []audit.Flaw // by which it is not the log that goes on from the backup
	erased              []store.Erasure
	keys, subscriptions []string // their ids

	// What of it the backup still had:
	keysAgain, subscriptionsAgain int
}

// errOtherLog is returned for an exported log that does not go on from the backup.
var errOtherLog = errors.New("the log does not go on from the backup")

// read reads what the log tells that goes on from the backup, whose own log is in the store.
func (a *app) read(tx *store.Tx, t *taken) (err error) {
	t.flaws, err = audit.GoesOn(tx, t.log, t.heads, func(r *audit.Row) {
		if r.Action == "erase" {
			t.erased = append(t.erased, store.Erasure{Case: r.Case, By: r.Subject, Decision: a.say("restore.again", map[string]any{"At": r.At.Format(time.RFC3339)})})
		}
		if id, is := strings.CutPrefix(r.Action, "key-revoked "+door.SubjectOfKey("")); is {
			t.keys = append(t.keys, id)
		}
		if id, is := strings.CutPrefix(r.Action, unsubscribed); is && uuid.Validate(id) == nil {
			t.subscriptions = append(t.subscriptions, id)
		}
	})
	if err == nil && len(t.flaws) > 0 {
		err = errOtherLog
	}
	return err
}

// otherLog tells by what an exported log is not the one that goes on from the backup.
func (a *app) otherLog(t *taken) error {
	for i, f := range t.flaws {
		if i == mostFaults {
			fmt.Fprintln(a.err, a.say("audit.more", map[string]any{"Count": len(t.flaws) - mostFaults}))
			break
		}
		fmt.Fprintln(a.err, a.say("restore.flaw."+string(f.What), map[string]any{"Line": f.Line, "Lane": f.Lane, "From": f.From, "To": f.To}))
	}
	return a.found("restore.other-log", map[string]any{"Path": t.path})
}

// againIn does once more in a store that a backup was put into what was done after that, and logs it.
func (a *app) againIn(tx *store.Tx, t *taken) error {
	if t.log == nil {
		return nil
	}
	if err := a.read(tx, t); err != nil {
		return err
	}
	if err := tx.EraseAgain(t.erased); err != nil {
		return err
	}
	for _, e := range t.erased {
		if e.Digest == nil {
			continue
		}
		if err := audit.Append(tx, audit.Record{Subject: localSubject, Action: "erase", Case: e.Case, Purpose: string(access.Maintenance)}); err != nil {
			return err
		}
	}
	return t.again(tx)
}

// again takes back and removes once more the keys and subscriptions that the backup has.
func (t *taken) again(tx *store.Tx) error {
	keys, err := door.List(tx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.Revoked != nil || !slices.Contains(t.keys, k.ID) {
			continue
		}
		if err := door.Revoke(tx, k.ID, localSubject); err != nil {
			return err
		}
		t.keysAgain++
	}
	for _, id := range t.subscriptions {
		switch err := unsubscribe(tx, id); {
		case errors.Is(err, events.ErrNoSubscription): // it was made after the backup, or stands in the log twice
		case err != nil:
			return err
		default:
			t.subscriptionsAgain++
		}
	}
	return nil
}

// erasedAgain counts the cases that were erased again: neither those that the backup does not have nor those that are erased in it.
func (t *taken) erasedAgain() (n int) {
	for _, e := range t.erased {
		if e.Digest != nil {
			n++
		}
	}
	return n
}
