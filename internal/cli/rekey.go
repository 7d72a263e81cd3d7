package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
)

func (a *app) rekeyCommand() *cobra.Command {
	var k keptFlags
	var add, apply bool
	c := &cobra.Command{
		Use: "rekey", Short: a.say("rekey.short", nil), Long: a.say("rekey.long", nil), Example: a.say("rekey.examples", nil), Args: a.noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if add && apply {
				return misuse{a.say("rekey.both", nil)}
			}
			return a.rekey(c.Context(), k, add, apply)
		},
	}
	f := c.Flags()
	a.keptFlags(f, &k)
	f.BoolVar(&add, "add", false, a.say("rekey.flag.add", nil))
	f.BoolVar(&apply, "apply", false, a.say("rekey.flag.apply", nil))
	return c
}

// rekey changes the master key for another while services go on: first the new one is added, so that all learn to read what it wraps,
// and only then does it wrap.
func (a *app) rekey(ctx context.Context, k keptFlags, add, apply bool) error {
	c, err := a.keptSettings(k)
	if err != nil {
		return err
	}
	promoted := false
	if apply {
		if promoted, err = a.promote(c.kept.keyFile); err != nil {
			return err
		}
	}
	s, err := a.existingStore(ctx, c.kept)
	if err != nil {
		return err
	}
	defer s.Close()
	ring, err := a.masterKeys(c.kept, true)
	if err != nil {
		return err
	}
	did, done := "rekey.stands", int64(0)
	switch {
	case add:
		did, err = "rekey.added", a.addMaster(c.kept.keyFile)
	case apply && !promoted && len(ring.IDs()) == 1: // the one that there is wraps all there is
		did = "rekey.none-added"
	case apply:
		did = "rekey.applied"
		if done, err = s.Rewrap(ctx); err == nil {
			err = s.InTx(ctx, func(tx *store.Tx) error {
				return audit.Append(tx, audit.Record{Subject: localSubject, Action: "rekey", Purpose: "maintenance"})
			})
		}
		if err != nil {
			err = a.hindered(c.kept, err)
		}
	}
	if err != nil {
		return err
	}
	counts, err := s.Masters(ctx)
	if err != nil {
		return a.hindered(c.kept, err)
	}
	return a.tellMasters(c.kept, counts, did, done)
}

// tellMasters tells what is sealed under which master key, and what comes next after what was done.
func (a *app) tellMasters(c keptConfig, counts map[string]int64, did string, done int64) error {
	ring, err := a.masterKeys(c, true) // as they are now
	if err != nil {
		return err
	}
	unused := 0
	for i, id := range ring.IDs() {
		fmt.Fprintln(a.out, a.say("rekey.master", map[string]any{"ID": id, "First": i == 0, "Count": a.number(int(counts[id]))}))
		if counts[id] == 0 {
			unused++
		}
	}
	args := map[string]any{"Path": c.keyFile, "Done": a.number(int(done)), "Unused": unused > 0, "Masters": len(ring.IDs())}
	fmt.Fprintln(a.out, "\n"+a.say(did, args))
	return nil
}

// nextMark stands in the file above the key that was added and does not wrap yet.
const nextMark = "# stegvis rekey: the next master key"

// addMaster puts a new master key at the end of the file, where it unwraps but does not wrap.
func (a *app) addMaster(path string) error {
	text, err := os.ReadFile(path)
	switch {
	case err != nil:
		return a.found("kept.key-unreadable", map[string]any{"Path": path})
	case strings.Contains(string(text), nextMark):
		return misuse{a.say("rekey.pending", map[string]any{"Path": path})}
	}
	return a.writeKeys(path, strings.TrimRight(string(text), "\n")+"\n"+nextMark+"\n"+seal.NewMaster()+"\n")
}

// promote puts the key that was added in the first place, where it wraps, and tells whether there was one; one that stands there
// already stays.
func (a *app) promote(path string) (promoted bool, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return false, a.found("kept.key-unreadable", map[string]any{"Path": path})
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	at := slices.Index(lines, nextMark)
	if at < 0 || at+1 == len(lines) {
		return false, nil
	}
	return true, a.writeKeys(path, strings.Join(slices.Concat(lines[at+1:at+2], lines[:at], lines[at+2:]), "\n")+"\n")
}

// writeKeys changes the file of master keys in one move; nobody but its owner may read the new one either.
func (a *app) writeKeys(path, text string) error {
	if _, err := seal.ParseRing(text); err != nil {
		return a.found("kept.key-bad", map[string]any{"Path": path, "Line": 0, "Twice": false})
	}
	if err := writeWhole(path, []byte(text)); err != nil {
		return a.found("kept.cannot-make", map[string]any{"Path": path})
	}
	return nil
}
