package events

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// pace lets each subscriber be sent so many events at once and no more, so that one who answers slowly does not hold up the others,
// and neither do many. One half of all that can be sent at once is for those who are known to answer soon, one place for each. All else
// shares the other half: what those are sent beyond that, and those who are slow or of whom nothing is known yet, one place for each.
type pace struct {
	half int // of all that can be sent at once

	mu     sync.Mutex
	of     map[string]*lane // by subscription
	shared int              // places of the half for all else that are taken
}

// lane is the way to one subscriber.
type lane struct {
	under   []attempt     // under way, in the order in which they began
	waiting int           // for a place
	freed   chan struct{} // closed when a place is given back
	known   bool          // has answered, or did not in time
	took    time.Duration // to send one, about
	next    time.Time     // when the next that is put off is to try again
	left    time.Time     // when the last attempt ended
}

// attempt is one that is under way.
type attempt struct {
	began  time.Time
	shared bool // has a place of the half for all else
}

const (
	atOnce    = 4                      // to one subscriber who answers soon, of one process
	slowFrom  = time.Second            // who takes longer does not answer soon
	waitMost  = 250 * time.Millisecond // for a place; longer is put off
	spaceMost = 30 * time.Second
	offMost   = 30 * time.Minute
	remember  = 24 * time.Hour // how soon a subscriber answers, since it was sent something last
)

// enter takes a place; leave gives it back. Where there will be none soon it returns when to try again.
func (p *pace) enter(ctx context.Context, id string) (leave func(), putOff time.Duration) {
	soon := time.NewTimer(waitMost)
	defer soon.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.lane(id, time.Now())
	for {
		now := time.Now()
		if a, ok := p.place(x, now); ok {
			x.under = append(x.under, a)
			return func() { p.leave(x, a) }, 0
		}
		takes := x.takes(now)
		if len(x.under) == 0 || time.Duration(x.waiting/len(x.under)+1)*takes > waitMost {
			return nil, x.putOff(now, takes)
		}
		x.waiting++
		freed := x.freed
		p.mu.Unlock()
		over := false
		select {
		case <-freed:
		case <-soon.C:
			over = true
		case <-ctx.Done():
			over = true
		}
		p.mu.Lock()
		if x.waiting--; over {
			now = time.Now()
			return nil, x.putOff(now, x.takes(now))
		}
	}
}

// lane is the way to a subscriber. Those are forgotten by whom nothing has gone for long.
func (p *pace) lane(id string, now time.Time) *lane {
	x := p.of[id]
	if x == nil {
		if p.of == nil {
			p.of = map[string]*lane{}
		}
		for of, y := range p.of {
			if len(y.under) == 0 && y.waiting == 0 && now.Sub(y.left) > remember {
				delete(p.of, of)
			}
		}
		x = &lane{freed: make(chan struct{}), left: now}
		p.of[id] = x
	}
	return x
}

// place is a place for one more attempt, where there is one.
func (p *pace) place(x *lane, now time.Time) (a attempt, ok bool) {
	a = attempt{began: now, shared: true}
	if x.known && x.takes(now) <= slowFrom {
		if len(x.under) == atOnce {
			return a, false
		}
		a.shared = slices.ContainsFunc(x.under, func(b attempt) bool { return !b.shared })
	} else if len(x.under) > 0 {
		return a, false
	}
	if a.shared {
		if p.shared >= p.half {
			return a, false
		}
		p.shared++
	}
	return a, true
}

// takes is how long it takes to send one, about: at least as long as what is under way has taken so far.
func (x *lane) takes(now time.Time) time.Duration {
	if len(x.under) == 0 {
		return x.took
	}
	return max(x.took, now.Sub(x.under[0].began))
}

// putOff gives each that is put off a time of its own, as far from each other as places are given back. Where that would be too
// long, since the subscriber may be well again sooner, it is any time of the last half.
func (x *lane) putOff(now time.Time, takes time.Duration) time.Duration {
	switch ahead := x.next.Sub(now); {
	case ahead < 0:
		x.next = now
	case ahead > offMost:
		return offMost/2 + rand.N(offMost/2)
	}
	// How long what is under way will take yet nobody knows; it can be over soon.
	space := max(x.took, min(takes, slowFrom)) / atOnce
	x.next = x.next.Add(min(max(space, 50*time.Millisecond), spaceMost))
	return x.next.Sub(now)
}

func (p *pace) leave(x *lane, a attempt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x.left = time.Now()
	took := x.left.Sub(a.began)
	i := slices.Index(x.under, a)
	if x.under = slices.Delete(x.under, i, i+1); a.shared {
		p.shared--
	}
	if x.known {
		took = (3*x.took + took) / 4
	}
	x.known, x.took = true, took
	close(x.freed)
	x.freed = make(chan struct{})
}
