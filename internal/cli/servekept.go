package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// keptConfig says where cases are kept, and how they are worked on.
type keptConfig struct {
	data, address, keyFile string
	ownKey                 bool // the key file is the one of the folder data, which is made where it is missing
	wait                   time.Duration
	connections            int
	targets                events.Targets
	keepEvents             time.Duration // 0: for ever
	sweep                  time.Duration
	workers                int
}

// settle finds what is not told in the folder c.data.
func (c *keptConfig) settle() {
	if c.data == "" {
		return
	}
	if c.address == "" {
		c.address = "sqlite:" + filepath.Join(c.data, "stegvis.db")
	}
	if c.keyFile == "" {
		c.keyFile, c.ownKey = filepath.Join(c.data, "master.key"), true
	}
}

// place is where the cases are kept, as it may be shown.
func (c *keptConfig) place() string {
	if path, ok := store.FileOf(c.address); ok {
		return path
	}
	return withoutSecrets(c.address)
}

// ownFile makes the file of a new store one that nobody else can read, as those beside it then are. What is wrong with it is told by
// whatever opens it.
func (c *keptConfig) ownFile() {
	if path, ok := store.FileOf(c.address); ok {
		if f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o600); err == nil {
			f.Close()
		}
	}
}

// office opens where cases are kept; nil where none are, or where ctx ends before the database can be reached. What is returned
// beside it closes it, within the time.
func (a *app) office(ctx context.Context, c keptConfig, models httpapi.Models, log hclog.Logger) (o *casework.Office, end func(time.Duration), err error) {
	c.settle()
	if c.address == "" {
		return nil, func(time.Duration) {}, nil
	}
	if err := a.dataFolder(c.data); err != nil {
		return nil, nil, err
	}
	unlock, err := a.lockFile(c)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if o == nil {
			unlock()
		}
	}()
	begun, err := reach(ctx, c, func() {
		log.Warn("the database cannot be reached yet", "waiting", c.wait)
	})
	if err != nil {
		return nil, nil, a.hindered(c, err)
	}
	ring, err := a.masterKeys(c, begun)
	if err != nil {
		return nil, nil, err
	}
	c.ownFile()
	office, err := casework.Open(ctx, casework.Config{
		Store: store.Config{Address: c.address, Ring: ring, Masters: mastersIn(c.keyFile), Connections: c.connections}, Events: events.Config{Targets: c.targets, Keep: c.keepEvents},
		Live: func() *interpreter.Set { return models.Snapshot().Set }, Sweep: c.sweep, Workers: c.workers, Logger: log.Named("jobs"),
	})
	if err != nil {
		return nil, nil, a.hindered(c, err)
	}
	end = func(within time.Duration) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
		defer cancel()
		if err := office.Close(ctx); err != nil {
			log.Warn("jobs were cut off", "error", store.Cause(err))
		}
		unlock()
	}
	if err := a.firstKey(ctx, office.Store, c); err != nil {
		end(time.Second)
		return nil, nil, err
	}
	return office, end, nil
}

// reach looks whether the database is there, for as long as c.wait lasts, and whether a store was begun in it. waiting is called once,
// if it is not there at first.
func reach(ctx context.Context, c keptConfig, waiting func()) (begun bool, err error) {
	const each, between = 5 * time.Second, 500 * time.Millisecond
	for end := time.Now().Add(c.wait); ; {
		attempt, cancel := context.WithTimeout(ctx, each)
		begun, err = store.Probe(attempt, c.address)
		cancel()
		if err == nil || store.ObstacleOf(err) != store.Unreachable {
			return begun, err
		}
		if waiting != nil { // also where it was waited in vain from the first attempt on
			waiting()
			waiting = nil
		}
		if !time.Now().Before(end) {
			return begun, err
		}
		select {
		case <-ctx.Done():
			return false, err
		case <-time.After(between):
		}
	}
}

// lockFile keeps two services from one file: SQLite lets one process work on the jobs. The lock goes with the process.
func (a *app) lockFile(c keptConfig) (unlock func(), err error) {
	path, ok := store.FileOf(c.address)
	if !ok {
		return func() {}, nil
	}
	l := flock.New(path+".lock", flock.SetPermissions(0o600))
	switch got, err := l.TryLock(); {
	case err != nil:
		return nil, a.found("kept.no-folder", map[string]any{"Path": filepath.Dir(path)})
	case !got:
		return nil, a.found("kept.taken", map[string]any{"Path": path})
	}
	return func() { l.Unlock() }, nil
}

// existingStore opens a store that was made before.
func (a *app) existingStore(ctx context.Context, c keptConfig) (*store.Store, error) {
	c.wait = 0
	begun, err := reach(ctx, c, nil)
	switch {
	case err != nil:
		return nil, a.hindered(c, err)
	case !begun:
		return nil, a.found("kept.no-store", map[string]any{"Place": c.place()})
	}
	ring, err := a.masterKeys(c, true)
	if err != nil {
		return nil, err
	}
	return a.openedStore(ctx, c, ring)
}

func (a *app) openedStore(ctx context.Context, c keptConfig, ring *seal.Ring) (*store.Store, error) {
	c.ownFile()
	s, err := store.Open(ctx, store.Config{Address: c.address, Ring: ring, Connections: c.connections})
	if err != nil {
		return nil, a.hindered(c, err)
	}
	return s, nil
}

// hindered tells what stands in the way of opening the store.
func (a *app) hindered(c keptConfig, err error) error {
	if errors.Is(err, context.Canceled) {
		return errFound // somebody asked it to stop
	}
	args := map[string]any{"Place": c.place(), "KeyFile": c.keyFile, "Cause": store.Cause(err), "Waited": ""}
	if c.wait > 0 {
		args["Waited"] = c.wait.String()
	}
	return a.found("kept.obstacle."+string(store.ObstacleOf(err)), args)
}

// found tells of a problem, and is the error that ends the command.
func (a *app) found(id string, args map[string]any) error {
	fmt.Fprintln(a.err, a.say(id, args))
	return errFound
}

// dataFolder makes the folder of all that is kept, where one is named.
func (a *app) dataFolder(path string) error {
	if path == "" || os.MkdirAll(path, 0o700) == nil {
		return nil
	}
	return a.found("kept.no-folder", map[string]any{"Path": path})
}

// masterKeys reads the master keys. The first is made where it is the folder's own and there is nothing yet that another would be
// needed for: what is sealed under a key that is lost can never be read again, so none takes the place of another.
func (a *app) masterKeys(c keptConfig, begun bool) (*seal.Ring, error) {
	if c.keyFile == "" {
		return nil, misuse{a.say("kept.no-key-file", nil)}
	}
	args := map[string]any{"Path": c.keyFile, "Place": c.place()}
	text, err := os.ReadFile(c.keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		switch {
		case begun:
			return nil, a.found("kept.key-lost", args)
		case !c.ownKey:
			return nil, misuse{a.say("kept.key-missing", args)}
		}
		text = []byte(seal.NewMaster() + "\n")
		switch err := writeSecret(c.keyFile, text); {
		case errors.Is(err, syscall.ENOSPC):
			args["Cause"] = store.Cause(err)
			return nil, a.found("kept.obstacle.room", args)
		case err != nil:
			return nil, a.found("kept.cannot-make", args)
		}
	} else if err != nil {
		return nil, a.found("kept.key-unreadable", args)
	}
	ring, err := seal.ParseRing(string(text))
	var bad *seal.BadRing
	if errors.As(err, &bad) {
		args["Line"], args["Twice"] = bad.Line, bad.Twice
		return nil, a.found("kept.key-bad", args)
	}
	return ring, err
}

// mastersIn reads the master keys of a file once more, as stegvis rekey may have changed it.
func mastersIn(path string) func() (*seal.Ring, error) {
	return func() (*seal.Ring, error) {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return seal.ParseRing(string(text))
	}
}

// firstKey gives out a key where there is none yet, so that somebody can begin. It lies beside its place before the store knows it, and
// is put there afterwards: wherever the process is lost, the next one gives it out, or puts it in its place.
func (a *app) firstKey(ctx context.Context, s *store.Store, c keptConfig) error {
	path := filepath.Join(c.data, "first.key")
	beside := path + ".new"
	given, none := false, false
	err := s.Alone(ctx, func(ctx context.Context) error {
		if err := s.InTx(ctx, func(tx *store.Tx) error {
			keys, err := door.List(tx)
			if none = err == nil && len(keys) == 0; err != nil || c.data == "" {
				return err
			}
			if !none {
				left, err := os.ReadFile(beside)
				if _, there := os.Lstat(path); err == nil && there == nil {
					return os.Remove(beside) // it is in its place
				}
				given = err == nil && slices.ContainsFunc(keys, func(k door.Key) bool { return strings.Contains(string(left), "_"+k.ID+"_") })
				return nil
			}
			_, text, err := door.Give(tx, door.Key{Title: "first", Roles: []access.Role{access.Service, access.Administrator, access.Auditor, access.Analyst}, CreatedBy: "stegvis serve"})
			if err != nil {
				return err
			}
			os.Remove(beside) // of a process that was lost: the store knows no key
			if _, there := os.Lstat(path); there == nil || writeSecret(beside, []byte(text+"\n")) != nil {
				return a.found("kept.cannot-make", map[string]any{"Path": path})
			}
			given = true
			return nil
		}); err != nil || !given {
			return err
		}
		if os.Link(beside, path) != nil {
			return a.found("kept.cannot-make", map[string]any{"Path": path})
		}
		os.Remove(beside)
		return nil
	})
	switch {
	case errors.Is(err, errFound):
		return err
	case err != nil:
		return a.hindered(c, err)
	case given:
		fmt.Fprintln(a.out, a.say("kept.first-key", map[string]any{"Path": path, "KeyFile": c.keyFile, "Own": c.ownKey}))
	case none:
		fmt.Fprintln(a.err, a.say("kept.no-keys", nil))
	}
	return nil
}

// writeSecret writes a file that nobody else can read, whole or not at all, and never over another.
func writeSecret(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".secret-*") // for its owner alone
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil { // unlike a renaming it fails where there is one
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
