package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/build"
	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
)

type restoreOptions struct {
	kept   keptFlags
	dryRun bool
	erased string // file of an exported log
	heads  []string
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
	f.StringArrayVar(&o.heads, "head", nil, a.say("restore.flag.head", nil))
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
		return a.badBackup(path, nil, err)
	}
	since := &taken{path: o.erased}
	if since.heads, err = a.keptHeads(o.heads); err != nil {
		return err
	}
	switch log, err := os.Open(o.erased); {
	case o.erased == "" && since.heads != nil:
		return misuse{a.say("restore.head-alone", nil)}
	case o.erased == "":
	case err != nil:
		return misuse{a.say("restore.no-file", map[string]any{"Path": o.erased})}
	default:
		defer log.Close()
		since.log = log
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
	result, err := a.restoreInto(ctx, to, ring, f, info.Size(), since)
	if err != nil {
		var b *backupError
		if errors.As(err, &b) {
			return a.badBackup(path, what, b.error)
		}
		return err
	}
	args := a.contents(what)
	args["Path"], args["Place"], args["DryRun"], args["Head"], args["Again"] = path, c.kept.place(), o.dryRun, result.Head, since.erasedAgain()
	args["KeysAgain"], args["SubscriptionsAgain"], args["WithLog"] = since.keysAgain, since.subscriptionsAgain, o.erased != ""
	args["Older"], args["Program"], args["Form"], args["Known"] = what.Schema < store.NewestForm(), what.Program, what.Schema, store.NewestForm()
	a.tellFaults(result)
	fmt.Fprintln(a.out, a.say("restore.done", args))
	if len(result.Faults)+len(result.Damage) > 0 {
		return errFound
	}
	return nil
}

// backupError is an error of the backup and not of the database that it goes to.
type backupError struct{ error }

// restoreInto puts the backup into the store of the configuration, and verifies the log in it. A file that it made goes away again
// where that fails.
func (a *app) restoreInto(ctx context.Context, to keptConfig, ring *seal.Ring, f *os.File, size int64, since *taken) (result *audit.Result, err error) {
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
	switch err := s.Restore(ctx, f, size, func(tx *store.Tx) error { return a.againIn(tx, since) }); {
	case errors.Is(err, errOtherLog):
		return nil, a.otherLog(since)
	case errors.Is(err, store.ErrNotEmpty):
		return nil, a.found("restore.not-empty", map[string]any{"Place": to.place()})
	case errors.Is(err, store.ErrWrongKey):
		return nil, a.found("restore.wrong-key", map[string]any{"KeyFile": to.keyFile})
	case errors.Is(err, store.ErrNoBackup), errors.Is(err, store.ErrNotBroughtUp):
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

// badBackup tells what is wrong with a file that is to be restored; what: what is in it, as far as it was read.
func (a *app) badBackup(path string, what *store.Contents, err error) error {
	var newer *store.FormError
	switch {
	case errors.As(err, &newer):
		return a.found("restore.other-version", map[string]any{"Path": path, "Program": newer.Program, "Form": newer.Form, "Own": build.Name(), "Known": store.NewestForm()})
	case errors.Is(err, store.ErrNoBackup) || what == nil:
		return a.found("restore.not-whole", map[string]any{"Path": path})
	}
	return a.found("restore.not-brought-up", map[string]any{"Path": path, "Form": what.Schema, "Known": store.NewestForm(), "Folder": os.TempDir()})
}
