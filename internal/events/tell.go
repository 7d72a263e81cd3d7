package events

import (
	"database/sql"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
)

// Log keeps events and sends them to those who subscribe.
type Log struct {
	store     *store.Store
	queue     *jobs.Queue
	targets   *Targets
	client    *http.Client
	feed      *Feed
	pace      pace
	attempts  attempts
	keep      time.Duration // events; 0: for ever
	kept      counts        // events, by type
	forgotten atomic.Int64  // events
	batch     batch
}

// Config says where events may be sent, and how often.
type Config struct {
	Targets Targets
	Tries   int                             // how often at the most; 0: 16, with the waits between over about three days
	Wait    func(attempt int) time.Duration // after an attempt that failed; nil: 10 s, then twice as long each time, 12 h at the most
	Workers int                             // how many are sent at once; 0: 16
	Timeout time.Duration                   // how long a subscriber may take to answer; 0: 15 s
	Keep    time.Duration                   // how long events are kept; 0: for ever
}

func wait(attempt int) time.Duration { return min(10*time.Second<<min(attempt-1, 20), 12*time.Hour) }

const timeout = 15 * time.Second

// NewLog returns the log of a store, and adds its work to the kinds of jobs. Use it once Serve was given their queue.
func NewLog(s *store.Store, k *jobs.Kinds, c Config) *Log {
	if c.Tries == 0 {
		c.Tries = 16
	}
	if c.Wait == nil {
		c.Wait = wait
	}
	if c.Workers == 0 {
		c.Workers = 16
	}
	if c.Timeout == 0 {
		c.Timeout = timeout
	}
	l := &Log{store: s, keep: c.Keep, batch: usualBatch, targets: &c.Targets, client: c.Targets.client(c.Timeout), feed: newFeed(s), pace: pace{half: max(1, c.Workers/2)}}
	jobs.Register(k, jobs.Work[deliver]{Do: l.deliver, Tries: c.Tries, Timeout: 2 * c.Timeout, Wait: c.Wait, Workers: c.Workers})
	jobs.Register(k, jobs.Work[resend]{Do: l.resend, Tries: 10, Timeout: time.Minute})
	jobs.Register(k, jobs.Work[overlooked]{Do: l.overlooked, Tries: 3, Timeout: time.Minute})
	jobs.Register(k, jobs.Work[forget]{Do: l.forget, Tries: 3, Timeout: time.Minute, Wait: func(int) time.Duration { return time.Minute }, Workers: 1})
	jobs.Repeat(k, overlookedEvery, func() overlooked { return overlooked{} })
	if c.Keep > 0 {
		jobs.RepeatAlone(k, forgetEvery, func() forget { return forget{} })
	}
	return l
}

// Serve gives the log the queue that its jobs are put down in.
func (l *Log) Serve(q *jobs.Queue) { l.queue = q }

// Feed is the end of the log, for those who follow it.
func (l *Log) Feed() *Feed { return l.feed }

// Targets says where events may be sent.
func (l *Log) Targets() *Targets { return l.targets }

// Keep keeps events in the transaction, and puts down that they are to be sent to those who subscribe.
func (l *Log) Keep(tx *store.Tx, list []Event) error {
	if len(list) == 0 {
		return nil
	}
	if err := Keep(tx, list); err != nil {
		return err
	}
	tx.Then(func() {
		for i := range list {
			l.kept.count(string(list[i].Type))
		}
	})
	subscriptions, err := Subscriptions(tx)
	if err != nil {
		return err
	}
	kept := make([]Kept, len(list))
	for i := range list {
		kept[i].Event = list[i]
	}
	for i := range subscriptions {
		if err := l.tell(tx, &subscriptions[i], kept); err != nil {
			return err
		}
	}
	return nil
}

// tell puts down what a subscription is to be told of.
func (l *Log) tell(tx *store.Tx, s *Subscription, list []Kept) error {
	if s.State == Gone {
		return nil
	}
	f := s.filter()
	wanted, err := f.pick(tx, list, s.reach())
	if err != nil {
		return err
	}
	if len(wanted) == 0 {
		return nil
	}
	// It may just be leaving: then it is told of nothing, and the case goes on without it.
	var id string
	switch err := tx.SQL().QueryRowContext(tx.Context(), `SELECT id FROM subscriptions WHERE id = $1`+tx.ForShare(), s.ID).Scan(&id); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	for i := range wanted {
		if s.State == Paused {
			err = keepDelivery(tx, s.ID, wanted[i].ID, Dead, string(Paused))
		} else {
			err = l.putDown(tx, s.ID, wanted[i].ID, true)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reach says of which cases a subscription is told.
func (s *Subscription) reach() store.Reach { return store.Reach{All: s.Party == "", Party: s.Party} }

// Close gives back what sending holds. Nothing is to be sent after it.
func (l *Log) Close() { l.client.CloseIdleConnections() }
