package live

import (
	"sort"
	"sync"

	"github.com/stegvis/stegvis/dsl/diag"
)

// Change is what differs between two states of the folder.
type Change struct {
	Snapshot               // the set that is live after it
	Models   []ModelChange // by model and version; none where only warnings, or files without a model, are concerned
	OK       bool          // as in Status
	Faults   diag.List     // as in Status
}

// ModelChange is what became of one version of a model.
type ModelChange struct {
	Key
	Kind   ChangeKind
	Hash   string    // what is live now; "" where nothing is
	Faults diag.List // why the newest text is not; none where it is
}

// ChangeKind tells what became of a model.
type ChangeKind string

// The kinds of change. A model can have two at once: Changed and Healed, or Added and Failed.
const (
	Added   ChangeKind = "added"   // it is live, and was not
	Changed ChangeKind = "changed" // another text of it is live
	Removed ChangeKind = "removed" // it is no longer live
	Failed  ChangeKind = "failed"  // its newest text is not live, and has other faults than before
	Healed  ChangeKind = "healed"  // its newest text is live again
)

// Subscribe has fn told of each change, one at a time, on a goroutine of its own. A subscriber that is slow delays
// nobody: what happens meanwhile is told as one change. fn must not call Close. To unsubscribe, call what is
// returned; fn may run once more if it is just being called.
func (l *Live) Subscribe(fn func(Change)) (unsubscribe func()) {
	return l.readers.add(l, fn)
}

// subscribers holds those who are told of changes.
type subscribers struct {
	mu      sync.Mutex
	all     map[*subscriber]bool
	running sync.WaitGroup
}

type subscriber struct {
	wake chan struct{} // holds one
	stop chan struct{}
	once sync.Once
}

func (r *subscribers) add(l *Live, fn func(Change)) func() {
	s := &subscriber{wake: make(chan struct{}, 1), stop: make(chan struct{})}
	told := l.state.Load()
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-l.done:
		return func() {}
	default:
	}
	if r.all == nil {
		r.all = map[*subscriber]bool{}
	}
	r.all[s] = true
	s.wake <- struct{}{} // a swap may lie between the load above and here
	r.running.Go(func() {
		for {
			select {
			case <-l.done:
				return
			case <-s.stop:
				return
			case <-s.wake:
			}
			now := l.state.Load()
			if c, differs := difference(told, now); differs {
				fn(c)
			}
			told = now
		}
	})
	return func() {
		s.once.Do(func() { close(s.stop) })
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.all, s)
	}
}

// notify wakes every subscriber, and waits for none.
func (r *subscribers) notify() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.all {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// wait waits for the subscribers to end. Live.done must be closed.
func (r *subscribers) wait() {
	r.mu.Lock() // an add that found done open has started its goroutine
	r.all = nil
	r.mu.Unlock()
	r.running.Wait()
}

// difference tells what changed from a to b.
func difference(a, b *state) (c Change, differs bool) {
	c = Change{Snapshot: b.Snapshot, OK: b.ok(), Faults: b.faults}
	seen := map[Key]bool{}
	for _, e := range b.entries {
		seen[e.key] = true
		for _, kind := range became(a.find(e.key), e) {
			c.Models = append(c.Models, ModelChange{Key: e.key, Kind: kind, Hash: e.hash(), Faults: e.faults})
		}
	}
	gone := &entry{}
	for _, e := range a.entries {
		if !seen[e.key] {
			for _, kind := range became(e, gone) {
				c.Models = append(c.Models, ModelChange{Key: e.key, Kind: kind})
			}
		}
	}
	sort.SliceStable(c.Models, func(i, j int) bool { return c.Models[i].Key.less(c.Models[j].Key) })
	return c, len(c.Models) > 0 || !sameFaults(a.faults, b.faults)
}

// became tells what became of a model; a is nil where it was not there.
func became(a, b *entry) (kinds []ChangeKind) {
	if a == nil {
		a = &entry{}
	}
	switch was, is := a.hash(), b.hash(); {
	case was == is:
	case was == "":
		kinds = append(kinds, Added)
	case is == "":
		kinds = append(kinds, Removed)
	default:
		kinds = append(kinds, Changed)
	}
	wasBad, isBad := a.saved || len(a.faults) > 0, b.saved || len(b.faults) > 0
	switch {
	case isBad && (!wasBad || !sameFaults(a.faults, b.faults)):
		kinds = append(kinds, Failed)
	case wasBad && !isBad && a.hash() != "" && b.hash() != "":
		kinds = append(kinds, Healed)
	}
	return kinds
}

// sameFaults tells whether two lists say the same, at the same places.
func sameFaults(a, b diag.List) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Code != b[i].Code || a[i].Severity != b[i].Severity || where(a[i]) != where(b[i]) {
			return false
		}
	}
	return true
}
