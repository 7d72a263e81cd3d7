package casework

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
)

// pageSize is how many cases one job decides for.
const pageSize = 100

// sweep is the job of finding the cases that must be decided for anew; page that of deciding for some of them.
type sweep struct {
	After string `json:"after"` // the id after which to go on
}

type page struct {
	Cases []string `json:"cases"`
}

// Kind names the job.
func (sweep) Kind() string { return "sweep" }

// Kind names the job.
func (page) Kind() string { return "page" }

// Work adds the desk's work to the kinds of jobs: to look every so often which cases must be decided for anew. queue gives their
// queue once it is open.
func (d *Desk) Work(k *jobs.Kinds, every time.Duration, queue func() *jobs.Queue) {
	jobs.Register(k, jobs.Work[sweep]{Tries: 3, Timeout: time.Minute, Do: func(ctx context.Context, t *jobs.Try[sweep]) error {
		return d.sweep(ctx, queue(), t.Args.After)
	}})
	jobs.Register(k, jobs.Work[page]{Tries: 10, Timeout: 5 * time.Minute, Do: func(ctx context.Context, t *jobs.Try[page]) error {
		return d.page(ctx, t.Args.Cases)
	}})
	jobs.Repeat(k, every, func() sweep { return sweep{} })
}

// sweep puts down the jobs for the next cases that are behind, and one to go on from there.
func (d *Desk) sweep(ctx context.Context, q *jobs.Queue, after string) error {
	return d.store.InTx(ctx, func(tx *store.Tx) error {
		const pages = 20
		ids, err := d.behind(tx, after, pages*pageSize)
		if err != nil || len(ids) == 0 {
			return err
		}
		for from := 0; from < len(ids); from += pageSize {
			if err := q.Add(tx, page{ids[from:min(from+pageSize, len(ids))]}, time.Time{}, false); err != nil {
				return err
			}
		}
		if len(ids) < pages*pageSize {
			return nil
		}
		return q.Add(tx, sweep{After: ids[len(ids)-1]}, time.Time{}, false)
	})
}

// behind lists cases that were not decided for today by the files there are.
func (d *Desk) behind(tx *store.Tx, after string, limit int) ([]string, error) {
	answers, err := tx.LastActive() // also for versions that are no longer among the files
	if err != nil {
		return nil, err
	}
	for _, p := range d.programs.live().Programs() {
		answers[[2]string{p.Model().ID, p.Model().Version}] = p.Model().Hash
	}
	hashes := slices.Compact(slices.Sorted(maps.Values(answers)))
	return tx.Behind(calendar.Today(tx.At()), hashes, after, limit)
}

// page decides for cases anew, each in a transaction of its own.
func (d *Desk) page(ctx context.Context, ids []string) (failed error) {
	for _, id := range ids {
		err := d.Refresh(ctx, id)
		switch {
		case errors.Is(err, store.ErrErased) || errors.Is(err, store.ErrNoCase) || errors.Is(err, ErrNoProgram):
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed = err // of one case; the others need not wait for it
		}
	}
	return failed
}

// Refresh decides for a case anew. Nobody is answered, so nothing is logged; what became of the case is told.
func (d *Desk) Refresh(ctx context.Context, id string) error {
	return d.store.InTx(ctx, func(tx *store.Tx) error {
		c, err := tx.Case(id)
		if err != nil || c.State != store.StateOpen {
			return err
		}
		_, err = d.decide(tx, Who{Subject: "stegvis", Lang: lang.SV}, c)
		return err
	})
}
