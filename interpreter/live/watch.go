package live

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/fsnotify/fsnotify"
	"github.com/hashicorp/go-hclog"
)

// watch turns what the system tells of the folder into hints that something may have changed.
//
// Folders are watched, never files: a watched file is lost at the first save by rename. Besides the folder these are
// its parent (it may be removed and made again), those of every link on the way to it, and, where entries of the folder
// are links, the folders they lead to (`..data` leads to another one after a swap). Which these are may change at any
// time, so that follow is called before every read.
//
// A hint may be missing or too many; the loop reads the folder every now and then in any case. Where the system gives
// no events at all, that is all there is, and mode says so.
type watch struct {
	log    hclog.Logger
	dir    string
	events func() (*fsnotify.Watcher, error)
	find   func(dir string) map[string]target // what is to be watched, by path
	hints  chan struct{}                      // holds one

	fs      *fsnotify.Watcher // nil: no events
	running sync.WaitGroup

	mu      sync.Mutex
	watched map[string]target
	how     Watching
	why     string
}

// target is a folder to be watched.
type target struct {
	only      string // the one name in it that matters; "": all do
	essential bool   // without it changes of the files go unnoticed
	info      os.FileInfo
}

func newWatch(log hclog.Logger, dir string, events func() (*fsnotify.Watcher, error)) *watch {
	return &watch{log: log, dir: dir, events: events, find: targets, hints: make(chan struct{}, 1), watched: map[string]target{}}
}

// mode tells how changes are noticed and, where it is by polling, why.
func (w *watch) mode() (Watching, string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.how, w.why
}

func (w *watch) setMode(how Watching, why string) {
	w.mu.Lock()
	was := w.how
	w.how, w.why = how, why
	w.mu.Unlock()
	switch {
	case was == how:
	case how == Polling:
		w.log.Warn("the system gives no events of the folder; it is polled", "dir", w.dir, "why", why)
	case was == Polling:
		w.log.Info("the system gives events of the folder again", "dir", w.dir)
	}
}

// follow watches what is to be watched now. What comes into being before the folder that it lies in is watched is told by no event:
// so it is found out anew what is to be watched, until all of it is.
func (w *watch) follow() {
	if w.fs == nil {
		fs, err := w.events()
		if err != nil {
			w.setMode(Polling, err.Error())
			return
		}
		w.fs = fs
		w.running.Go(func() { w.pump(fs) })
	}
	why := ""
	for range maxLinks {
		added := false
		if added, why = w.add(w.find(w.dir)); !added || w.fs == nil {
			break
		}
	}
	if why != "" {
		w.setMode(Polling, why)
		return
	}
	w.setMode(Events, "")
}

// add watches what is wanted and nothing else. It tells whether something is that was not, and why something that is needed cannot be.
func (w *watch) add(wanted map[string]target) (added bool, why string) {
	for path, t := range w.watched {
		if now, ok := wanted[path]; !ok || !os.SameFile(t.info, now.info) {
			w.fs.Remove(path) // it may be gone, and then so is its watch
			w.forget(path)
		}
	}
	for path, t := range wanted {
		if _, ok := w.watched[path]; ok && w.isWatched(path) {
			w.remember(path, t)
			continue
		}
		w.remember(path, t) // before the first event of it
		err := w.fs.Add(path)
		if err == nil {
			added = true
			continue
		}
		w.forget(path)
		closed := errors.Is(err, fsnotify.ErrClosed)
		if t.essential || closed {
			why = err.Error()
		}
		if closed { // it has failed for good, whatever path showed it; the next look tries a new one
			w.fs = nil
			break
		}
	}
	return added, why
}

// isWatched tells whether the system still watches the path; it stops by itself when a folder is removed.
func (w *watch) isWatched(path string) bool {
	for _, p := range w.fs.WatchList() {
		if p == path {
			return true
		}
	}
	return false
}

func (w *watch) remember(path string, t target) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watched[path] = t
}

func (w *watch) forget(path string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.watched, path)
}

// pump turns events into hints until the watcher is closed.
func (w *watch) pump(fs *fsnotify.Watcher) {
	for {
		select {
		case e, ok := <-fs.Events:
			if !ok {
				return
			}
			if w.matters(e) {
				w.hint()
			}
		case err, ok := <-fs.Errors:
			if !ok {
				return
			}
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				w.log.Debug("events were lost; the folder is read anew", "dir", w.dir)
			} else {
				w.log.Warn("watching the folder", "dir", w.dir, "why", err)
			}
			w.hint()
		}
	}
}

func (w *watch) hint() {
	select {
	case w.hints <- struct{}{}:
	default:
	}
}

// matters tells whether an event can mean a change of a workflow file.
func (w *watch) matters(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if t, self := w.watched[e.Name]; self && t.only == "" {
		return true
	}
	name := filepath.Base(e.Name)
	t, ok := w.watched[filepath.Dir(e.Name)]
	switch {
	case !ok:
		return true // of a folder that was just given up
	case t.only != "":
		return name == t.only
	}
	hidden := strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "..")
	return !hidden && !strings.HasSuffix(name, "~")
}

// close ends the events, and waits for the pump.
func (w *watch) close() {
	if w.fs != nil {
		w.fs.Close()
	}
	w.running.Wait()
}

const (
	maxLinks   = 16 // of a chain of links
	maxTargets = 64 // of folders that entries lead to
)

// targets returns the folders to be watched, by path without links.
func targets(dir string) map[string]target {
	out := map[string]target{}
	add := func(path string, t target) bool {
		path, err := filepath.EvalSymlinks(path)
		if err != nil {
			return false
		}
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() {
			return false
		}
		was, ok := out[path]
		if ok && was.only != t.only {
			t.only = ""
		}
		t.info, t.essential = info, t.essential || was.essential
		out[path] = t
		return true
	}
	path, err := filepath.Abs(dir)
	if err != nil {
		return out
	}
	watchWay(path, add)
	real, err := filepath.EvalSymlinks(path)
	if err != nil || !add(real, target{essential: true}) {
		return out
	}
	for _, below := range linked(real) {
		add(below, target{essential: true})
	}
	return out
}

// watchWay adds what the way to path depends on: the folder that it lies in, and those that the links on the way lie
// in. Where the way leads nowhere, it ends with the last folder that is there.
func watchWay(path string, add func(string, target) bool) {
	for range maxLinks {
		for at := path; ; {
			parent := filepath.Dir(at)
			if parent == at || add(parent, target{only: filepath.Base(at)}) {
				break
			}
			at = parent
		}
		link, to := firstLink(path)
		if link == "" {
			return
		}
		add(filepath.Dir(link), target{only: filepath.Base(link)})
		path = filepath.Join(to, strings.TrimPrefix(path, link))
	}
}

// firstLink returns the first link on the way to path, and where it leads; "" where there is none.
func firstLink(path string) (link, to string) {
	for i := 1; i <= len(path); i++ {
		if i < len(path) && !os.IsPathSeparator(path[i]) {
			continue
		}
		to, err := os.Readlink(path[:i])
		if err != nil {
			continue
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path[:i]), to)
		}
		return path[:i], to
	}
	return "", ""
}

// linked returns the folders that the links in a folder lead to, or to files of.
func linked(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	seen := map[string]bool{dir: true}
	var out []string
	for _, e := range entries {
		if e.Type()&os.ModeSymlink == 0 || len(out) == maxTargets {
			continue
		}
		real, err := filepath.EvalSymlinks(filepath.Join(dir, e.Name()))
		if err != nil {
			continue
		}
		if info, err := os.Stat(real); err != nil {
			continue
		} else if !info.IsDir() {
			real = filepath.Dir(real)
		}
		if !seen[real] && strings.HasPrefix(real, dir+string(filepath.Separator)) {
			seen[real] = true
			out = append(out, real)
		}
	}
	return out
}
