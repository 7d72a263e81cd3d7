package live

import (
	"errors"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/hashicorp/go-hclog"
)

// LooksCut is looksCut.
var LooksCut = looksCut

// ErrNoEvents is what a system without events answers.
var ErrNoEvents = errors.New("no events here")

// OpenWithoutEvents is Open on a system that gives no events.
func OpenWithoutEvents(cfg Config) (*Live, error) {
	return open(cfg, func() (*fsnotify.Watcher, error) { return nil, ErrNoEvents })
}

// NextLook opens a folder, has it changed, and looks at it once, when a change has waited for as long as any does and an event comes
// while the folder is read. It returns how long it is until the next look.
func NextLook(cfg Config, change func()) (time.Duration, error) {
	cfg = cfg.withDefaults()
	l := &Live{cfg: cfg, log: cfg.Logger, done: make(chan struct{})}
	l.watch = newWatch(l.log, cfg.Dir, fsnotify.NewWatcher)
	defer l.watch.close()
	lp := newLoop(l)
	if err := lp.start(); err != nil {
		return 0, err
	}
	change()
	lp.sign(time.Now().Add(-cfg.LongestWait))
	l.watch.hint()
	lp.look()
	return time.Until(lp.due()), nil
}

// Watched has a folder watched, with something that happens once it has been found out what is to be watched. It returns what is.
func Watched(dir string, meanwhile func()) ([]string, error) {
	w := newWatch(hclog.NewNullLogger(), dir, fsnotify.NewWatcher)
	defer w.close()
	w.find = func(dir string) map[string]target {
		found := targets(dir)
		meanwhile()
		return found
	}
	w.follow()
	if how, why := w.mode(); how != Events {
		return nil, errors.New(why)
	}
	return w.fs.WatchList(), nil
}

// OpenWithEvents is Open with another source of events.
func OpenWithEvents(cfg Config, events func() (*fsnotify.Watcher, error)) (*Live, error) {
	return open(cfg, events)
}
