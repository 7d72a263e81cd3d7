package events

import (
	"context"
	"database/sql"
	"sync"

	"github.com/stegvis/stegvis/internal/store"
)

// Figures are how the log stands. They name nobody and no address.
type Figures struct {
	Deliveries    map[DeliveryState]int64 // that wait, and that are dead
	Subscriptions map[SubscriptionState]int64
	Attempts      map[string]int64 // of this process to send an event, by what came of them: 2xx, 3xx, 4xx, 5xx, unreachable, refused, private
	Events        map[string]int64 // kept by this process, by type
	Forgotten     int64            // events, by this process
	Followers     int              // of this process
}

// Figures counts.
func (l *Log) Figures(ctx context.Context) (*Figures, error) {
	f := &Figures{Deliveries: map[DeliveryState]int64{}, Subscriptions: map[SubscriptionState]int64{}, Attempts: l.attempts.all(), Events: l.kept.all(), Forgotten: l.forgotten.Load(), Followers: l.feed.Followers()}
	err := l.store.View(ctx, func(tx *store.Tx) error {
		for _, s := range []DeliveryState{Waiting, Dead} {
			var n int64
			if err := tx.SQL().QueryRowContext(ctx, `SELECT COUNT(*) FROM deliveries WHERE state = $1`, string(s)).Scan(&n); err != nil {
				return err
			}
			f.Deliveries[s] = n
		}
		for _, s := range SubscriptionStates {
			f.Subscriptions[s] = 0
		}
		return tx.Each(func(rows *sql.Rows) error {
			var s SubscriptionState
			var n int64
			err := rows.Scan(&s, &n)
			f.Subscriptions[s] = n
			return err
		}, `SELECT state, COUNT(*) FROM subscriptions GROUP BY state`)
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// attempts counts what came of attempts to send.
type attempts struct{ counts }

func (a *attempts) count(answer string) {
	if len(answer) == 3 && answer[0] >= '1' && answer[0] <= '9' {
		answer = answer[:1] + "xx"
	}
	a.counts.count(answer)
}

// counts counts by a word, of which there are few.
type counts struct {
	mu sync.Mutex
	of map[string]int64
}

func (a *counts) count(word string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil {
		a.of = map[string]int64{}
	}
	a.of[word]++
}

func (a *counts) all() map[string]int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make(map[string]int64, len(a.of))
	for k, n := range a.of {
		out[k] = n
	}
	return out
}
