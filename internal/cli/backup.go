package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/store"
)

func (a *app) backupCommand() *cobra.Command {
	var k keptFlags
	c := &cobra.Command{
		Use: "backup FILE", Short: a.say("backup.short", nil), Long: a.say("backup.long", nil), Example: a.say("backup.examples", nil),
		Args: a.oneFile("backup.args"),
		RunE: func(c *cobra.Command, args []string) error { return a.backup(c.Context(), k, args[0]) },
	}
	a.keptFlags(c.Flags(), &k)
	return c
}

// oneFile takes one argument; what is said where there is none or more is in the catalogue under the id.
func (a *app) oneFile(id string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 || args[0] == "" {
			return misuse{a.say(id, map[string]any{"Count": len(args)})}
		}
		return nil
	}
}

// backup writes all that the store holds to the file, or to standard output.
func (a *app) backup(ctx context.Context, k keptFlags, path string) error {
	c, err := a.keptSettings(k)
	if err != nil {
		return err
	}
	if path == "-" && isTerminal(a.raw) {
		return misuse{a.say("backup.terminal", nil)}
	}
	if _, err := os.Lstat(path); path != "-" && err == nil {
		return misuse{a.say("backup.exists", map[string]any{"Path": path})}
	}
	s, err := a.existingStore(ctx, c.kept)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.InTx(ctx, func(tx *store.Tx) error {
		return audit.Append(tx, audit.Record{Subject: localSubject, Action: "backup", Purpose: "maintenance"})
	}); err != nil {
		return a.hindered(c.kept, err)
	}
	if path == "-" {
		out := &outflow{w: a.raw}
		if err := s.Backup(ctx, out); err != nil {
			return a.notWritten(c.kept, out, err, "-")
		}
		fmt.Fprintln(a.err, a.say("backup.streamed", map[string]any{"Bytes": a.number(out.n), "KeyFile": c.kept.keyFile}))
		return nil
	}
	what, size, err := a.backupTo(ctx, s, c.kept, path)
	if err != nil {
		return err
	}
	args := a.contents(what)
	args["Path"], args["Bytes"], args["KeyFile"] = path, a.number(size), c.kept.keyFile
	fmt.Fprintln(a.out, a.say("backup.done", args))
	return nil
}

// localSubject is how the log names whoever works on the store with the command line: somebody who has its master key.
const localSubject = "local"

// backupTo makes the file, whole and read back, or none.
func (a *app) backupTo(ctx context.Context, s *store.Store, c keptConfig, path string) (what *store.Contents, size int, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".stegvis-*") // 0600: the structure of cases is nobody else's business either
	if err != nil {
		return nil, 0, a.found("backup.cannot-write", map[string]any{"Path": path})
	}
	defer func() {
		f.Close()
		os.Remove(f.Name())
	}()
	out := &outflow{w: f}
	if err := s.Backup(ctx, out); err != nil {
		return nil, 0, a.notWritten(c, out, err, path)
	}
	if err := f.Sync(); err != nil {
		return nil, 0, a.found("backup.cannot-write", map[string]any{"Path": path})
	}
	if what, err = store.ReadContents(f, int64(out.n)); err != nil {
		return nil, 0, a.found("backup.not-whole", map[string]any{"Path": path})
	}
	// A link is never made over another file, as a rename would.
	switch err := os.Link(f.Name(), path); {
	case errors.Is(err, os.ErrExist):
		return nil, 0, misuse{a.say("backup.exists", map[string]any{"Path": path})}
	case err != nil:
		if err := os.Rename(f.Name(), path); err != nil { // where the file system has no links
			return nil, 0, a.found("backup.cannot-write", map[string]any{"Path": path})
		}
	}
	syncFolder(filepath.Dir(path))
	return what, out.n, nil
}

// syncFolder has the names of new files outlast the machine, where the system can do that.
func syncFolder(path string) {
	if d, err := os.Open(path); err == nil {
		d.Sync()
		d.Close()
	}
}

// notWritten tells whether it was the database or the file that failed.
func (a *app) notWritten(c keptConfig, out *outflow, err error, path string) error {
	if out.err != nil {
		return a.found("backup.cannot-write", map[string]any{"Path": path})
	}
	return a.hindered(c, err)
}

// contents puts what a backup holds into words.
func (a *app) contents(what *store.Contents) map[string]any {
	rows := func(table string) string { return a.number(int(what.Rows[table])) }
	return map[string]any{
		"At": what.At.Local().Format("2006-01-02 15:04:05"), "Cases": rows("cases"), "Erased": rows("erasures"), "Entries": rows("entries"),
		"Audit": rows("audit"), "Events": rows("events"), "Subscriptions": rows("subscriptions"), "Files": rows("file_sets"), "Keys": rows("api_keys"),
	}
}

// outflow counts what is written, and keeps the first error.
type outflow struct {
	w   io.Writer
	n   int
	err error
}

func (w *outflow) Write(b []byte) (int, error) {
	n, err := w.w.Write(b)
	w.n += n
	if w.err == nil {
		w.err = err
	}
	return n, err
}
