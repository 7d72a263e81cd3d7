package live

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/stegvis/stegvis/dsl/diag"
)

// loop decides when to read, and takes in what was read. Everything in it belongs to one goroutine.
type loop struct {
	*Live
	store *store // nil: nothing is kept on disk
	made  made
	seen  sightings

	acted   digest    // of the reading that the state was made from
	pending digest    // of the last reading
	lookAt  time.Time // when to read again at the latest

	dirty   time.Time // the first sign of a change that is not taken in yet; zero: there is none
	changed time.Time // the latest sign
	hinted  bool      // an event came since the folder was last read
	waiting bool      // for the folder to hold still; said once
	recheck time.Time // when something that is held back may go live; zero: nothing is
}

func newLoop(l *Live) *loop {
	return &loop{Live: l, seen: sightings{}, store: newStore(l.log, l.cfg)}
}

// start makes the first state: what was saved, and over it what the folder gives.
func (l *loop) start() error {
	now := time.Now()
	l.looked.Store(&now)
	saved := &state{entries: l.store.load(now), changed: now}
	l.watch.follow()
	r, steady := l.readFor(l.cfg.LongestWait)
	if !steady {
		r = &reading{}
		r.faults.Error(diag.NewSource(l.cfg.Dir, "").At(0, 0), "live-folder-changing", nil)
	}
	l.note(r, saved, now)
	l.take(r, saved)
	s := l.state.Load()
	if len(s.live()) > 0 {
		return nil
	}
	faults := s.told()
	if !faults.HasErrors() {
		faults.Error(diag.NewSource(l.cfg.Dir, "").At(0, 0), "live-no-model", nil)
	}
	return &NoModelError{Dir: l.cfg.Dir, Faults: faults}
}

// told gathers everything that a state has to say of faults.
func (s *state) told() diag.List {
	all := append(diag.List{}, s.faults...)
	for _, e := range s.entries {
		all = append(all, e.faults...)
	}
	all.Sort()
	return all
}

// readFor reads the folder until it holds still, for at most the time given.
func (l *loop) readFor(longest time.Duration) (*reading, bool) {
	for end := time.Now().Add(longest); ; {
		r, steady := readSteady(l.cfg.Dir, l.acted)
		if steady || time.Now().After(end) {
			return r, steady
		}
	}
}

func (l *loop) run() {
	defer l.watch.close()
	l.schedule(*l.looked.Load())
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Reset(time.Until(l.due()))
		select {
		case <-l.done:
			return
		case <-l.watch.hints:
			l.sign(time.Now())
			l.hinted = true
		case r := <-l.reloads:
			r.done <- l.force(r)
		case <-timer.C:
			l.look()
		}
	}
}

// sign notes a sign of a change.
func (l *loop) sign(at time.Time) {
	if l.dirty.IsZero() {
		l.dirty = at
	}
	l.changed = at
}

// due tells when to read: at the next rescan, when a change has become quiet or has waited for longest, and when
// something that is held back may go live.
func (l *loop) due() time.Time {
	at := l.lookAt
	switch {
	case !l.dirty.IsZero():
		at = earlier(at, earlier(l.changed.Add(l.cfg.Debounce), l.waitedOut()))
	case !l.recheck.IsZero():
		at = earlier(at, l.recheck)
	}
	return at
}

func (l *loop) waitedOut() time.Time { return l.dirty.Add(l.cfg.LongestWait) }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// schedule sets the next rescan, after a look that began at the time given. A folder that takes long to read is read
// less often.
func (l *loop) schedule(began time.Time) {
	now := time.Now()
	every := l.cfg.Rescan
	if how, _ := l.watch.mode(); how == Polling {
		every = min(every, time.Second)
	}
	every = max(every, 10*now.Sub(began))
	l.looked.Store(&now)
	l.lookAt = now.Add(every)
}

// look reads the folder and takes in what has changed, once it is quiet.
func (l *loop) look() {
	began := time.Now()
	defer l.schedule(began)
	l.watch.follow()
	r, steady := readSteady(l.cfg.Dir, l.acted)
	now := time.Now()
	if l.drain() {
		l.sign(now)
		defer l.again(now) // it may be of what was written after the read
	}
	if !steady {
		l.unsteady(now)
		return
	}
	l.note(r, l.state.Load(), now)
	if r.digest == l.acted {
		l.unchanged(r, now)
		return
	}
	if r.digest != l.pending && !l.hinted {
		l.sign(now) // nothing told of this: it may be going on
	}
	l.pending, l.hinted = r.digest, false
	if l.dirty.IsZero() {
		l.sign(now)
	}
	if now.Sub(l.changed) < l.cfg.Debounce && now.Before(l.waitedOut()) {
		return
	}
	l.take(r, l.state.Load())
}

// drain tells whether events have come while the folder was being read.
func (l *loop) drain() bool {
	select {
	case <-l.watch.hints:
		l.hinted = true
		return true
	default:
		return false
	}
}

// again has the folder read once more, where nothing else does.
func (l *loop) again(now time.Time) {
	if l.dirty.IsZero() {
		l.sign(now)
		l.hinted = true
	}
}

// unsteady puts off a folder that did not hold still until it does: nothing is made of parts of two sets. After the
// longest wait it is said that there is something to wait for.
func (l *loop) unsteady(now time.Time) {
	l.sign(now)
	if now.Before(l.waitedOut()) {
		return
	}
	l.dirty = now
	if l.waiting {
		return
	}
	l.waiting = true
	l.log.Warn("the folder keeps changing while it is read; what is live stays", "dir", l.cfg.Dir)
	next := *l.state.Load()
	next.faults = append(diag.List{}, next.faults...)
	next.faults.Error(diag.NewSource(l.cfg.Dir, "").At(0, 0), "live-folder-changing", nil)
	next.faults.Sort()
	l.state.Store(&next)
	l.readers.notify()
}

// unchanged is a look that found nothing new.
func (l *loop) unchanged(r *reading, now time.Time) {
	l.pending, l.hinted = r.digest, false
	if now.Sub(l.changed) >= l.cfg.Debounce || !now.Before(l.waitedOut()) {
		l.dirty = time.Time{}
	}
	if l.waiting || !l.recheck.IsZero() && !now.Before(l.recheck) {
		l.take(r, l.state.Load())
		return
	}
	if l.state.Load().saveWhy != "" { // the disk may have room again
		l.save()
	}
}

// force takes in the folder as it is now.
func (l *loop) force(req reloadRequest) error {
	if req.ctx.Err() != nil {
		return req.ctx.Err()
	}
	began := time.Now()
	defer l.schedule(began)
	l.watch.follow()
	r, steady := l.readFor(l.cfg.LongestWait)
	if !steady {
		return ErrChanging
	}
	now := time.Now()
	l.note(r, l.state.Load(), now)
	if r.digest == l.acted {
		l.unchanged(r, now)
		return nil
	}
	l.take(r, l.state.Load())
	return nil
}

// note records since when the files are as they are; those that what is live was made from may be gone.
func (l *loop) note(r *reading, s *state, now time.Time) {
	if !r.whole {
		return
	}
	var names []string
	for _, e := range s.live() {
		for _, f := range e.program.Model().Files {
			names = append(names, baseName(f))
		}
	}
	l.seen.note(r, names, now)
}

// take makes the next state of a reading, and swaps.
func (l *loop) take(r *reading, prev *state) {
	now := time.Now()
	l.acted, l.pending = r.digest, r.digest
	l.dirty, l.hinted, l.waiting, l.recheck = time.Time{}, false, false, time.Time{}
	next := l.build(r, prev, now)
	for _, e := range next.entries {
		if !e.until.IsZero() && (l.recheck.IsZero() || e.until.Before(l.recheck)) {
			l.recheck = e.until
		}
	}
	l.state.Store(next)
	l.tell(prev, next)
	l.readers.notify()
	l.save()
}

// save keeps what is live on the disk. Whether it can is told by the state, but is no change to tell subscribers of.
func (l *loop) save() {
	s := *l.state.Load()
	if why := l.store.save(s.live()); why != s.saveWhy {
		s.saveWhy = why
		l.state.Store(&s)
	}
}

// build makes the next state. Where the folder could not be read, and where our own code fails on what it holds,
// everything stays as it is, with the reason.
func (l *loop) build(r *reading, prev *state, now time.Time) (next *state) {
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("a fault of stegvis itself; what is live stays", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			var faults diag.List
			faults.Error(diag.NewSource(l.cfg.Dir, "").At(0, 0), "live-own-fault", nil)
			next = prev.keepAll(faults, now)
		}
	}()
	if !r.whole {
		return prev.keepAll(r.faults, now)
	}
	a := &attempt{cfg: l.cfg, now: now, prev: prev, read: r, seen: l.seen, made: &l.made}
	return a.next()
}

// keepAll returns the state in which everything that is live stays, for the reasons given.
func (s *state) keepAll(faults diag.List, now time.Time) *state {
	next := &state{Snapshot: s.Snapshot, faults: faults, changed: now, saveWhy: s.saveWhy}
	for _, e := range s.live() {
		next.entries = append(next.entries, e.with(faults, time.Time{}))
	}
	if next.Set == nil { // the first: what was saved
		a := attempt{now: now, prev: s}
		a.publish(next)
	}
	return next
}
