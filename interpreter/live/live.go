package live

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// Key names one version of one model.
type Key struct {
	Model   string
	Version string
}

// String returns the key as logs write it, "faros@1".
func (k Key) String() string { return k.Model + "@" + k.Version }

func (k Key) less(other Key) bool {
	if k.Model != other.Model {
		return k.Model < other.Model
	}
	return k.Version < other.Version
}

// Config says what to serve, and how fast to follow. Only Dir is needed; a duration that is zero gets its default.
type Config struct {
	// Dir is the folder of workflow files. It may be a link, be swapped, removed and made again.
	Dir string
	// StateDir is a folder, made if need be, that keeps the texts of the models that are live, so that they serve
	// after a restart on bad files. It belongs to this Dir and to one process. "" keeps nothing.
	StateDir string
	// Logger is told of everything that goes live or does not; nil logs nothing. No fact of a case ever gets here.
	Logger hclog.Logger
	// Tests runs the *_test.toml files of a read against the set that it would make, and returns the failures of
	// those models whose tests failed. A model with failures does not go live. nil runs none.
	Tests func(read *dsl.Set, candidate *interpreter.Set) map[Key]diag.List

	Debounce    time.Duration // how long the folder must be quiet before a change is taken in; 100 ms
	LongestWait time.Duration // after this it is taken in though the folder is not quiet; 1 s
	Rescan      time.Duration // how often the folder is read though nothing hinted at a change; 3 s
	Hold        time.Duration // how long a file that is gone or looks cut off must lie untouched; 10 s, negative: no time
}

func (c Config) withDefaults() Config {
	fill := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	fill(&c.Debounce, 100*time.Millisecond)
	fill(&c.LongestWait, time.Second)
	fill(&c.Rescan, 3*time.Second)
	fill(&c.Hold, 10*time.Second)
	c.LongestWait = max(c.LongestWait, c.Debounce)
	if c.Logger == nil {
		c.Logger = hclog.NewNullLogger()
	}
	return c
}

// Live is a folder of workflow files that is being served. Its methods are safe for concurrent use.
type Live struct {
	cfg   Config
	log   hclog.Logger
	watch *watch
	state atomic.Pointer[state]

	looked  atomic.Pointer[time.Time] // when the folder was last read
	reloads chan reloadRequest
	done    chan struct{} // closed by Close
	close   sync.Once
	running sync.WaitGroup
	readers subscribers
}

// Snapshot is a set with the number of the swap that brought it. A request takes one and works on it from start to
// end; whatever is reloaded meanwhile, it stays as it was.
type Snapshot struct {
	Set        *interpreter.Set
	Generation uint64 // 1 for the set that Open found, one more for each swap
	Since      time.Time
}

// NoModelError tells that Open found no model that could be served.
type NoModelError struct {
	Dir    string
	Faults diag.List // what is wrong with the files, and with the folder
}

// Error tells what is wrong in one line, in English. Whoever speaks to people writes Faults.
func (e *NoModelError) Error() string {
	text := fmt.Sprintf("%s: no model can be served", e.Dir)
	for i, d := range errorsOf(e.Faults) {
		if i == 3 {
			return fmt.Sprintf("%s; and %d more", text, len(errorsOf(e.Faults))-i)
		}
		text += fmt.Sprintf("; %s [%s]", where(d), d.Code)
	}
	return text
}

// ErrClosed is returned by Reload after Close.
var ErrClosed = errors.New("live: closed")

// ErrChanging is returned by Reload when the folder changes so fast that no consistent read of it could be made.
var ErrChanging = errors.New("live: the folder keeps changing while it is read")

// Open reads the folder and starts to follow it. It fails with a *NoModelError when there is not one model to serve,
// neither in the folder nor in the state folder. Whoever opens must Close.
func Open(cfg Config) (*Live, error) { return open(cfg, fsnotify.NewWatcher) }

// open is Open with a source of events that tests can replace.
func open(cfg Config, events func() (*fsnotify.Watcher, error)) (*Live, error) {
	cfg = cfg.withDefaults()
	l := &Live{cfg: cfg, log: cfg.Logger.Named("live"), reloads: make(chan reloadRequest), done: make(chan struct{})}
	l.watch = newWatch(l.log, cfg.Dir, events)
	lp := newLoop(l)
	if err := lp.start(); err != nil {
		l.watch.close()
		return nil, err
	}
	l.running.Go(lp.run)
	return l, nil
}

// Current returns the set to ask now.
func (l *Live) Current() *interpreter.Set { return l.state.Load().Set }

// Snapshot returns the set to ask now, with its generation.
func (l *Live) Snapshot() Snapshot { return l.state.Load().Snapshot }

type reloadRequest struct {
	ctx  context.Context
	done chan error
}

// Reload reads the folder now, without waiting for quiet, and returns when what it holds has been taken in. What is to
// be held (Config.Hold) is held all the same. That models have faults is no error; Status tells of them. It fails when ctx ends, when the folder does not hold still
// (ErrChanging), and after Close (ErrClosed).
func (l *Live) Reload(ctx context.Context) error {
	r := reloadRequest{ctx, make(chan error, 1)}
	select {
	case l.reloads <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-l.done:
		return ErrClosed
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends the watching, and waits for it and for the subscribers to end. What Current returns can be used after it.
// A subscriber must not call it.
func (l *Live) Close() {
	l.close.Do(func() { close(l.done) })
	l.running.Wait()
	l.readers.wait()
}
