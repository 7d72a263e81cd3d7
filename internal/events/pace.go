package events

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// pace lets each subscriber be sent so many events at once and no more, so that one who answers slowly does not hold up the others.
type pace struct {
	mu sync.Mutex
	of map[string]*lane // by subscription; only of those with something under way, or put off
}

// lane is the way to one subscriber.
type lane struct {
	places  chan struct{}
	waiting int
	took    time.Duration // to send one, about
	next    time.Time     // when the next that is put off is to try again
}

const (
	atOnce    = 4                      // to one subscriber, of one process
	waitMost  = 250 * time.Millisecond // for a place; longer is put off
	spaceMost = 30 * time.Second
	offMost   = 30 * time.Minute
)

// enter takes a place; leave gives it back. Where there will be none soon it returns when to try again.
func (p *pace) enter(ctx context.Context, id string) (leave func(), putOff time.Duration) {
	p.mu.Lock()
	if p.of == nil {
		p.of = map[string]*lane{}
	}
	x := p.of[id]
	if x == nil {
		x = &lane{places: make(chan struct{}, atOnce)}
		p.of[id] = x
	}
	if time.Duration(x.waiting/atOnce+1)*x.took > waitMost && len(x.places) == atOnce {
		defer p.mu.Unlock()
		return nil, x.putOff(time.Now())
	}
	x.waiting++
	p.mu.Unlock()
	soon := time.NewTimer(waitMost)
	defer soon.Stop()
	select {
	case x.places <- struct{}{}:
		p.mu.Lock()
		defer p.mu.Unlock()
		x.waiting--
		began := time.Now()
		return func() { p.leave(id, x, time.Since(began)) }, 0
	case <-soon.C:
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	x.waiting--
	return nil, x.putOff(time.Now())
}

// putOff gives each that is put off a time of its own, as far from each other as places are given back. Where that would be too
// long, since the subscriber may be well again sooner, it is any time of the last half.
func (x *lane) putOff(now time.Time) time.Duration {
	switch ahead := x.next.Sub(now); {
	case ahead < 0:
		x.next = now
	case ahead > offMost:
		return offMost/2 + rand.N(offMost/2)
	}
	x.next = x.next.Add(min(max(x.took/atOnce, 50*time.Millisecond), spaceMost))
	return x.next.Sub(now)
}

func (p *pace) leave(id string, x *lane, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	<-x.places
	if x.took = (3*x.took + took) / 4; len(x.places) == 0 && x.waiting == 0 && x.next.Before(time.Now()) {
		delete(p.of, id)
	}
}
