package casework

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
)

// Health is whether an office can be asked now.
type Health struct {
	Kind     string // of database
	Form     int64  // of its tables
	Answers  bool   // the database does, and takes what is written
	Obstacle store.Obstacle
	Working  bool // this process works on the jobs
}

// Health asks the database for a sign of life, for as long as ctx lasts.
func (o *Office) Health(ctx context.Context) Health {
	err := o.Store.Ping(ctx)
	return Health{Kind: o.Store.Kind(), Form: o.Store.Form(), Answers: err == nil, Obstacle: store.ObstacleOf(err), Working: o.queue.Running()}
}

// Counts are figures of what is kept, over all processes where the database counts, and none of them is of a person.
type Counts struct {
	Cases  map[string]int64 // by state
	Audit  int64            // rows of the log
	Jobs   map[jobs.Standing]int64
	Events *events.Figures
}

// How old a figure may be that somebody is told. To count many cases takes the database a while.
const (
	countsAge = 5 * time.Second
	casesAge  = time.Minute
)

// counts keeps the figures that were last counted.
type counts struct {
	mu            sync.Mutex
	last          *Counts
	at, atOfCases time.Time
}

// Counts counts, or returns what was counted a little earlier.
func (o *Office) Counts(ctx context.Context) (*Counts, error) {
	o.counts.mu.Lock()
	defer o.counts.mu.Unlock()
	now := time.Now()
	last := o.counts.last
	if last != nil && now.Sub(o.counts.at) < countsAge {
		return last, nil
	}
	c := &Counts{}
	counted := last == nil || now.Sub(o.counts.atOfCases) >= casesAge
	err := o.Store.View(ctx, func(tx *store.Tx) (err error) {
		if c.Jobs, err = jobs.Standings(tx); err != nil {
			return err
		}
		if err := tx.SQL().QueryRowContext(ctx, `SELECT COALESCE(SUM(seq), 0) FROM audit_heads`).Scan(&c.Audit); err != nil {
			return err
		}
		if !counted {
			c.Cases = last.Cases
			return nil
		}
		c.Cases = map[string]int64{string(store.StateOpen): 0, string(store.StateClosed): 0, string(store.StateErased): 0}
		return tx.Each(func(rows *sql.Rows) error {
			var state string
			var n int64
			err := rows.Scan(&state, &n)
			c.Cases[state] = n
			return err
		}, `SELECT state, COUNT(*) FROM cases GROUP BY state`)
	})
	if err == nil {
		c.Events, err = o.Log.Figures(ctx)
	}
	if err != nil {
		return nil, err
	}
	o.counts.last, o.counts.at = c, now
	if counted {
		o.counts.atOfCases = now
	}
	return c, nil
}

// Attempts counts the attempts of this process to do a job.
func (o *Office) Attempts() map[jobs.Attempts]int64 { return o.queue.Attempts() }
