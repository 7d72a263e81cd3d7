package casework

import (
	"context"
	"sync"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// How often cases are counted, and how long that may take.
const (
	countEvery  = 2 * time.Second
	countShare  = 20               // counting takes no more of the time than one part in so many
	countWithin = 10 * time.Minute // once it has begun
	countWait   = time.Second      // for new figures, where there are some from a little earlier
)

// counting counts cases for all who ask. To count many takes the database longer than anybody may be kept waiting, so that it goes on
// behind those who ask, once for all of them, and not again until a while after. The zero value is ready.
type counting struct {
	mu    sync.Mutex
	last  *Figures
	until time.Time // as long as it is told without counting anew
	round *countingRound
	stop  context.CancelFunc // of the round
	ended bool
}

// countingRound is one time that they are counted.
type countingRound struct {
	over    chan struct{} // closed once the rest is there
	figures *Figures
	err     error
}

// get returns figures of the day: those that were counted last, or new ones as soon as there are, and where that takes long those from
// before. It fails where there are none of either when ctx ends.
func (c *counting) get(ctx context.Context, today calendar.Day, count func(context.Context) (*Figures, error)) (*Figures, error) {
	c.mu.Lock()
	last := c.last
	if last != nil && last.At == today && time.Now().Before(c.until) {
		c.mu.Unlock()
		return last, nil
	}
	if c.ended {
		c.mu.Unlock()
		return nil, context.Canceled
	}
	if c.round == nil {
		c.begin(context.WithoutCancel(ctx), count)
	}
	r := c.round
	c.mu.Unlock()
	patience := (<-chan time.Time)(nil)
	if last != nil {
		t := time.NewTimer(countWait)
		defer t.Stop()
		patience = t.C
	}
	select {
	case <-r.over:
		return r.figures, r.err
	case <-patience:
	case <-ctx.Done():
	}
	if last == nil {
		return nil, ctx.Err()
	}
	return last, nil
}

// begin begins to count. The lock is held.
func (c *counting) begin(ctx context.Context, count func(context.Context) (*Figures, error)) {
	r := &countingRound{over: make(chan struct{})}
	ctx, c.stop = context.WithTimeout(ctx, countWithin)
	c.round = r
	go func() {
		began := time.Now()
		r.figures, r.err = count(ctx)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.stop()
		if c.round = nil; r.err == nil {
			now := time.Now()
			c.last, c.until = r.figures, now.Add(max(countEvery, countShare*now.Sub(began)))
		}
		close(r.over)
	}()
}

// end stops counting, and waits until it has.
func (c *counting) end() {
	c.mu.Lock()
	c.ended = true
	r := c.round
	if r != nil {
		c.stop()
	}
	c.mu.Unlock()
	if r != nil {
		<-r.over
	}
}
