package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
)

type restoreOptions struct {
	kept   keptFlags
	dryRun bool
	erased string // file of an exported log
}

func (a *app) restoreCommand() *cobra.Command {
	var o restoreOptions
	c := &cobra.Command{
		Use: "restore FILE", Short: a.say("restore.short", nil), Long: a.say("restore.long", nil), Example: a.say("restore.examples", nil),
		Args: a.oneFile("restore.args"),
		RunE: func(c *cobra.Command, args []string) error { return a.restore(c.Context(), o, args[0]) },
	}
	f := c.Flags()
	a.keptFlags(f, &o.kept)
	f.BoolVar(&o.dryRun, "dry-run", false, a.say("restore.flag.dry-run", nil))
	f.StringVar(&o.erased, "erased", "", a.say("restore.flag.erased", nil))
	return c
}

// restore puts a backup into an empty store, or, in a dry run, into one that is thrown away.
func (a *app) restore(ctx context.Context, o restoreOptions, path string) error {
	c, err := a.keptSettings(o.kept)
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return misuse{a.say("restore.no-file", map[string]any{"Path": path})}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return misuse{a.say("restore.no-file", map[string]any{"Path": path})}
	}
	what, err := store.ReadContents(f, info.Size())
	if err != nil {
		return a.badBackup(path, err)
	}
	erased, err := a.erasedSince(o.erased, what.At)
	if err != nil {
		return err
	}
	if c.kept.keyFile == "" {
		return misuse{a.say("kept.no-key-file", nil)}
	}
	if _, err := os.Stat(c.kept.keyFile); errors.Is(err, fs.ErrNotExist) {
		return a.found("restore.no-key", map[string]any{"Path": c.kept.keyFile})
	}
	ring, err := a.masterKeys(c.kept, true)
	if err != nil {
		return err
	}
	to := c.kept
	if o.dryRun {
		dir, err := os.MkdirTemp("", "stegvis-restore-*")
		if err != nil {
			return a.found("backup.cannot-write", map[string]any{"Path": os.TempDir()})
		}
		defer os.RemoveAll(dir)
		to.address = "sqlite:" + filepath.Join(dir, "trial.db")
	}
	result, err := a.restoreInto(ctx, to, ring, f, info.Size(), erased)
	if err != nil {
		var b *backupError
		if errors.As(err, &b) {
			return a.badBackup(path, b.error)
		}
		return err
	}
	args := a.contents(what)
	args["Path"], args["Place"], args["DryRun"], args["Head"], args["Again"] = path, c.kept.place(), o.dryRun, result.Head, again(erased)
	a.tellFaults(result)
	fmt.Fprintln(a.out, a.say("restore.done", args))
	if len(result.Faults) > 0 {
		return errFound
	}
	return nil
}

// backupError is an error of the backup and not of the database that it goes to.
type backupError struct{ error }

// restoreInto puts the backup into the store of the configuration, and verifies the log in it. A file that it made goes away again
// where that fails.
func (a *app) restoreInto(ctx context.Context, to keptConfig, ring *seal.Ring, f *os.File, size int64, erased []store.Erasure) (result *audit.Result, err error) {
	file, isFile := store.FileOf(to.address)
	if isFile {
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, a.found("kept.no-folder", map[string]any{"Path": filepath.Dir(file)})
		}
	}
	unlock, err := a.lockFile(to)
	if err != nil {
		return nil, err
	}
	defer unlock()
	to.wait = 0
	begun, err := reach(ctx, to, nil)
	if err != nil {
		return nil, a.hindered(to, err)
	}
	if isFile && !begun {
		defer func() {
			if err != nil {
				for _, end := range []string{"", "-wal", "-shm"} {
					os.Remove(file + end)
				}
			}
		}()
	}
	s, err := a.openedStore(ctx, to, ring)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	// A service that goes on would know neither the key of the index that is the backup's nor which files are kept.
	switch worked, err := jobs.Worked(ctx, s); {
	case err != nil:
		return nil, a.hindered(to, err)
	case worked:
		return nil, a.found("restore.worked", map[string]any{"Place": to.place()})
	}
	switch err := s.Restore(ctx, f, size, erased); {
	case errors.Is(err, store.ErrNotEmpty):
		return nil, a.found("restore.not-empty", map[string]any{"Place": to.place()})
	case errors.Is(err, store.ErrWrongKey):
		return nil, a.found("restore.wrong-key", map[string]any{"KeyFile": to.keyFile})
	case errors.Is(err, store.ErrNoBackup), errors.Is(err, store.ErrForm):
		return nil, &backupError{err}
	case err != nil:
		return nil, a.hindered(to, err)
	}
	if err := s.InTx(ctx, func(tx *store.Tx) error {
		return audit.Append(tx, audit.Record{Subject: localSubject, Action: "restore", Purpose: "maintenance"})
	}); err != nil {
		return nil, a.hindered(to, err)
	}
	if result, err = audit.Verify(ctx, s); err != nil {
		return nil, a.hindered(to, err)
	}
	return result, nil
}

// again counts the cases that were erased again: neither those that the backup does not have nor those that are erased in it.
func again(erased []store.Erasure) (n int) {
	for _, e := range erased {
		if e.Digest != nil {
			n++
		}
	}
	return n
}

// badBackup tells what is wrong with a file that is to be restored.
func (a *app) badBackup(path string, err error) error {
	if errors.Is(err, store.ErrForm) {
		return a.found("restore.other-version", map[string]any{"Path": path})
	}
	return a.found("restore.not-whole", map[string]any{"Path": path})
}

// beganBefore is how long an erasure may have been under way that a backup does not show: the log has when it was begun.
const beganBefore = time.Hour

// erasedSince reads from an exported log which cases were erased since the moment, or so shortly before it that a backup of that moment
// may still have them.
func (a *app) erasedSince(path string, since time.Time) (out []store.Erasure, err error) {
	if path == "" {
		return nil, nil
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
		if row.Action == "erase" && row.At.After(since.Add(-beganBefore)) {
			out = append(out, store.Erasure{Case: row.Case, By: row.Subject, Decision: a.say("restore.again", map[string]any{"At": row.At.Format(time.RFC3339)})})
		}
	}
	if lines.Err() != nil {
		return nil, a.found("restore.bad-log", map[string]any{"Path": path, "Line": 0})
	}
	return out, nil
}
