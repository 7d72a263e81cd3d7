package jobs

import (
	"context"
	"database/sql"
	"sync"

	"github.com/stegvis/stegvis/internal/store"
)

// Outcome is what came of an attempt to do a job.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"
	Failed  Outcome = "failed"  // and is tried again, unless it was tried often enough
	GivenUp Outcome = "givenup" // no further attempt can help
	NotNow  Outcome = "notnow"  // it came at the wrong time, and does not count
)

// Attempts are those of one kind of job with one outcome.
type Attempts struct {
	Kind    string
	Outcome Outcome
}

// tally counts attempts.
type tally struct {
	mu sync.Mutex
	of map[Attempts]int64
}

func (t *tally) add(kind string, o Outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil {
		t.of = map[Attempts]int64{}
	}
	t.of[Attempts{kind, o}]++
}

// Attempts counts the attempts of this process.
func (q *Queue) Attempts() map[Attempts]int64 {
	t := &q.kinds.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make(map[Attempts]int64, len(t.of))
	for k, n := range t.of {
		out[k] = n
	}
	return out
}

// Standing is a state that jobs of a kind are in.
type Standing struct {
	Kind  string
	State string // available: it could be done now; scheduled; retryable: it failed and waits; running
}

// Standings counts the jobs of all processes that are not over.
func Standings(tx *store.Tx) (map[Standing]int64, error) {
	out := map[Standing]int64{}
	err := tx.Each(func(rows *sql.Rows) error {
		var s Standing
		var n int64
		err := rows.Scan(&s.Kind, &s.State, &n)
		out[s] = n
		return err
	}, `SELECT kind, state, COUNT(*) FROM river_job WHERE state IN ('available', 'running', 'retryable', 'scheduled') GROUP BY kind, state`)
	return out, err
}

// Worked tells whether any process works on the jobs of a store that many can share; of SQLite only one can have the file, which it
// locks. A process that was lost counts for some seconds more.
func Worked(ctx context.Context, s *store.Store) (worked bool, err error) {
	if s.Kind() == "sqlite" {
		return false, nil
	}
	err = s.View(ctx, func(tx *store.Tx) error {
		var opened bool
		if err := tx.SQL().QueryRowContext(ctx, `SELECT to_regclass('river_leader') IS NOT NULL`).Scan(&opened); err != nil || !opened {
			return err
		}
		return tx.SQL().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM river_leader WHERE expires_at > now())`).Scan(&worked)
	})
	return worked, err
}

// Running tells whether this process works on the jobs.
func (q *Queue) Running() bool {
	if !q.started.Load() {
		return false
	}
	select {
	case <-q.client.Stopped():
		return false
	default:
		return true
	}
}

// Start begins to work on the jobs, until Stop.
func (q *Queue) Start(ctx context.Context) error {
	err := q.client.Start(ctx)
	q.started.Store(err == nil)
	return err
}
