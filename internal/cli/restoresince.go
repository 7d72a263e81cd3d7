package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
)

// taken is what an exported log tells that was taken away after a backup was made, and that must not come back with it.
type taken struct {
	erased              []store.Erasure
	keys, subscriptions []string // their ids

	// What of it the backup still had:
	keysAgain, subscriptionsAgain int
}

// beganBefore is how long something may have been under way that a backup does not show: the log has when it was begun.
const beganBefore = time.Hour

// takenSince reads from an exported log what was taken away since the moment, or so shortly before it that a backup of that moment may
// still have it.
func (a *app) takenSince(path string, since time.Time) (*taken, error) {
	out := &taken{}
	if path == "" {
		return out, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, misuse{a.say("restore.no-file", map[string]any{"Path": path})}
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var row struct {
			At                    time.Time
			Subject, Action, Case string
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil || row.Action == "" || row.At.IsZero() {
			return nil, a.found("restore.bad-log", map[string]any{"Path": path, "Line": n})
		}
		if !row.At.After(since.Add(-beganBefore)) {
			continue
		}
		if row.Action == "erase" {
			out.erased = append(out.erased, store.Erasure{Case: row.Case, By: row.Subject, Decision: a.say("restore.again", map[string]any{"At": row.At.Format(time.RFC3339)})})
		}
		if id, is := strings.CutPrefix(row.Action, "key-revoked "+door.SubjectOfKey("")); is {
			out.keys = append(out.keys, id)
		}
		if id, is := strings.CutPrefix(row.Action, unsubscribed); is && uuid.Validate(id) == nil {
			out.subscriptions = append(out.subscriptions, id)
		}
	}
	if lines.Err() != nil {
		return nil, a.found("restore.bad-log", map[string]any{"Path": path, "Line": 0})
	}
	return out, nil
}

// again takes away once more what the backup has of it. Cases the store erases.
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
