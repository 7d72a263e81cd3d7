package events

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/stegvis/stegvis/internal/store"
)

// Feed is the end of the log as it grows. However many follow it in this process, the log is looked at once for all of them: by one
// of those who wait, in turn, so that nothing runs while nobody follows. What was found last is kept for all. A follower holds no
// more than its place in the log; one that falls behind what is kept reads the log by itself.
type Feed struct {
	store *store.Store
	every time.Duration

	lead chan struct{} // holds one while somebody looks
	own  chan struct{} // holds one for each who reads by itself

	mu        sync.Mutex
	from, at  Cursor        // what is kept lies between
	kept      []Kept        // in order
	looked    time.Time     // when it was looked last; zero: never, or in vain
	more      chan struct{} // closed when something is found
	followers int
}

// What a feed keeps and looks for.
const (
	keepEvents = 2048
	lookEvery  = 200 * time.Millisecond
	lookStale  = 2 * time.Second // after which nobody knows any more whether what is kept is the end of the log
	readers    = 4               // of the log by themselves, at once
	readWithin = 10 * time.Second
)

func newFeed(s *store.Store) *Feed {
	return &Feed{store: s, every: lookEvery, lead: make(chan struct{}, 1), own: make(chan struct{}, readers), more: make(chan struct{})}
}

// Followers tells how many follow the feed.
func (f *Feed) Followers() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.followers
}

// Follower is one who follows the log. It is of one goroutine.
type Follower struct {
	feed   *Feed
	at     Cursor
	filter Filter
	reach  store.Reach
}

// Follow returns a follower of the events after the cursor that the filter picks, of the cases within reach. Leave ends it.
func (f *Feed) Follow(r store.Reach, after Cursor, filter Filter) *Follower {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.followers++
	return &Follower{feed: f, at: after, filter: filter, reach: r}
}

// Leave ends the following.
func (x *Follower) Leave() {
	x.feed.mu.Lock()
	defer x.feed.mu.Unlock()
	x.feed.followers--
}

// At is the place after all that was given.
func (x *Follower) At() Cursor { return x.at }

// Next waits for the next events and returns them, in order; none where there were none until the wait was over, and none as well where
// there were none in a part of the log that it had to read by itself: At tells how far it has come. Where it fails
// nothing is lost: it goes on from the same place.
func (x *Follower) Next(ctx context.Context, wait time.Duration) ([]Kept, error) {
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		list, next, more, held := x.feed.after(x.at)
		var err error
		if held {
			list, err = x.pick(ctx, list)
		} else {
			list, next, err = x.readAlone(ctx)
		}
		if err != nil {
			return nil, err
		}
		moved := next != x.at
		if x.at = next; len(list) > 0 {
			return list, nil
		}
		if moved && !held {
			return nil, nil // there can be more where that was
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-over.C:
			return nil, nil
		case <-more:
		case x.feed.lead <- struct{}{}:
			err := x.feed.look(ctx, x.at, over)
			<-x.feed.lead
			if err != nil {
				return nil, err
			}
		}
	}
}

// pick picks from what is kept for all.
func (x *Follower) pick(ctx context.Context, list []Kept) (out []Kept, err error) {
	if x.reach.All {
		return x.filter.pick(nil, list, x.reach)
	}
	if !slices.ContainsFunc(list, func(k Kept) bool { return x.filter.has(&k.Event) }) {
		return nil, nil
	}
	err = x.feed.store.View(ctx, func(tx *store.Tx) (err error) {
		out, err = x.filter.pick(tx, list, x.reach)
		return err
	})
	return out, err
}

// readAlone reads the log from where the follower is.
func (x *Follower) readAlone(ctx context.Context) (list []Kept, next Cursor, err error) {
	select {
	case x.feed.own <- struct{}{}:
		defer func() { <-x.feed.own }()
	case <-ctx.Done():
		return nil, x.at, ctx.Err()
	}
	within, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	return read(within, x.feed.store, x.reach, x.at, x.filter, pageOf)
}

// after returns what is kept after the place, whether it is all there is, and what is closed when there is more.
func (f *Feed) after(c Cursor) (list []Kept, next Cursor, more chan struct{}, held bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.looked.IsZero() || c.epoch != f.at.epoch || c.before(f.from):
		return nil, c, f.more, false
	case !c.before(f.at): // it has read further by itself
		return nil, c, f.more, true
	}
	i, _ := slices.BinarySearchFunc(f.kept, c, func(k Kept, c Cursor) int {
		if c.before(k.Cursor) {
			return 1
		}
		return -1
	})
	return f.kept[i:], f.at, f.more, true
}

// look looks at the log every so often until there is something new or the wait is over. at is where the one who looks is: where
// nobody has looked for a while, it is begun there.
func (f *Feed) look(ctx context.Context, at Cursor, over *time.Timer) error {
	f.mu.Lock()
	if time.Since(f.looked) > max(lookStale, 2*f.every) || f.at.epoch != at.epoch {
		f.from, f.at, f.kept = at, at, nil
	}
	from := f.at
	f.mu.Unlock()
	again := time.NewTicker(f.every)
	defer again.Stop()
	for {
		within, cancel := context.WithTimeout(ctx, readWithin)
		list, next, err := Read(within, f.store, from, Filter{}, keepEvents)
		cancel()
		if err != nil {
			var gone *ForgottenError
			f.mu.Lock()
			f.looked = time.Time{}
			if anew := errors.As(err, &gone) && from != at; anew { // the one who looks may be further on
				f.from, f.at, f.kept, from = at, at, nil, at
				f.mu.Unlock()
				continue
			}
			f.mu.Unlock()
			return err
		}
		if f.found(list, next); len(list) > 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over.C:
			over.Reset(0) // for the one who waits
			return nil
		case <-again.C:
		}
	}
}

// found keeps what was found, and tells those who wait.
func (f *Feed) found(list []Kept, next Cursor) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked = time.Now()
	if f.at = next; len(list) == 0 {
		return
	}
	f.kept = append(f.kept, list...) // what others have been given of it stays as it is
	if drop := len(f.kept) - keepEvents; drop > 0 {
		f.from = f.kept[drop-1].Cursor
		f.kept = f.kept[drop:]
	}
	close(f.more)
	f.more = make(chan struct{})
}
