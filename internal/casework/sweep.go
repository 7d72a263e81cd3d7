package casework

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
)

// What a job does at a time, and how long what was done is remembered.
const (
	pageSize   = 100             // cases that are looked for at once
	spanFor    = 5 * time.Second // after which a job lets others be done, and goes on later
	tidyEvery  = time.Hour
	tidySize   = 1000                // rows that are forgotten in one transaction
	requests   = 7 * 24 * time.Hour  // a request that comes again is answered alike
	deliveries = 30 * 24 * time.Hour // of events that were taken
)

// sweep is the job of finding out whether any case must be decided for anew; span that of deciding for those whose ids lie in a part
// of all there can be; tidy that of forgetting what nobody needs any more.
type (
	sweep struct{}
	span  struct {
		After string `json:"after"`
		End   string `json:"end"` // is before it; "": no end
	}
	tidy struct{}
)

// Kind names the job.
func (sweep) Kind() string { return "sweep" }

// Kind names the job.
func (span) Kind() string { return "span" }

// Kind names the job.
func (tidy) Kind() string { return "tidy" }

// spans are parts of all ids, alike in size where ids begin with a digit of base 16, as those do that are made here. No id has a ~, which
// comes after all that an id can have.
var spans = func() (out []span) {
	after := ""
	for _, digit := range "0123456789abcde" {
		end := string(digit) + "~"
		out = append(out, span{after, end})
		after = end
	}
	return append(out, span{after, ""})
}()

// Work adds the desk's work to the kinds of jobs: to look every so often which cases must be decided for anew. queue gives their
// queue once it is open.
func (d *Desk) Work(k *jobs.Kinds, every time.Duration, queue func() *jobs.Queue) {
	wait := func(int) time.Duration { return 30 * time.Second }
	jobs.Register(k, jobs.Work[sweep]{Tries: 3, Timeout: time.Minute, Do: func(ctx context.Context, _ *jobs.Try[sweep]) error {
		return d.sweep(ctx, queue())
	}})
	jobs.Register(k, jobs.Work[span]{Tries: 3, Timeout: time.Minute, Wait: wait, Do: func(ctx context.Context, t *jobs.Try[span]) error {
		return d.span(ctx, t.Args, spanFor)
	}})
	jobs.Register(k, jobs.Work[tidy]{Tries: 3, Timeout: 5 * time.Minute, Wait: wait, Do: func(ctx context.Context, _ *jobs.Try[tidy]) error {
		return d.tidy(ctx)
	}})
	jobs.Repeat(k, every, func() sweep { return sweep{} })
	jobs.Repeat(k, tidyEvery, func() tidy { return tidy{} })
}

// sweep puts down the jobs of deciding anew where any case is behind. Those that are not over are not put down again.
func (d *Desk) sweep(ctx context.Context, q *jobs.Queue) error {
	d.scour(ctx)
	any := false
	if err := d.store.View(ctx, func(tx *store.Tx) error {
		hashes, err := d.answering(tx)
		if err == nil {
			any, err = tx.AnyBehind(calendar.Today(tx.At()), hashes)
		}
		return err
	}); err != nil || !any {
		return err
	}
	return d.store.InTx(ctx, func(tx *store.Tx) error {
		for _, s := range spans {
			if err := q.Add(tx, s, time.Time{}, true); err != nil {
				return err
			}
		}
		return nil
	})
}

// answering are the hashes of the files that answer now.
func (d *Desk) answering(tx *store.Tx) ([]string, error) {
	answers, err := tx.LastActive() // also for versions that are no longer among the files
	if err != nil {
		return nil, err
	}
	for _, p := range d.programs.live().Programs() {
		answers[[2]string{p.Model().ID, p.Model().Version}] = p.Model().Hash
	}
	return slices.Compact(slices.Sorted(maps.Values(answers))), nil
}

// behind lists cases of a part that were not decided for today by the files there are.
func (d *Desk) behind(ctx context.Context, s span, limit int) (ids []string, err error) {
	err = d.store.View(ctx, func(tx *store.Tx) error {
		hashes, err := d.answering(tx)
		if err == nil {
			ids, err = tx.Behind(calendar.Today(tx.At()), hashes, s.After, s.End, limit)
		}
		return err
	})
	return ids, err
}

// span decides anew for the cases of a part that are behind, each in a transaction of its own. One that fails does not hold up the
// others; it is tried again with the job. Where the time is over before the end, the next time goes on from there: what fails would
// otherwise be all that is ever come to.
func (d *Desk) span(ctx context.Context, s span, within time.Duration) (failed error) {
	all := s
	if after, ok := d.left.LoadAndDelete(all); ok {
		s.After = after.(string)
	}
	for until := time.Now().Add(within); ; {
		ids, err := d.behind(ctx, s, pageSize)
		if err != nil {
			return err
		}
		for _, id := range ids {
			err := d.Refresh(ctx, id)
			switch {
			case errors.Is(err, store.ErrErased) || errors.Is(err, store.ErrNoCase) || errors.Is(err, ErrNoProgram):
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				failed = err
			}
		}
		if len(ids) < pageSize {
			return failed
		}
		s.After = ids[len(ids)-1]
		if time.Now().After(until) {
			d.left.Store(all, s.After)
			return jobs.Again(time.Millisecond)
		}
	}
}

// Refresh decides for a case anew. Nobody is answered, so nothing is logged; what became of the case is told.
func (d *Desk) Refresh(ctx context.Context, id string) error {
	return d.store.InTx(ctx, func(tx *store.Tx) error {
		c, err := tx.Hold(store.Everything, id)
		if err != nil || c.State != store.StateOpen {
			return err
		}
		k, err := d.known(tx, c)
		if err != nil {
			return err
		}
		_, err = d.decide(tx, lang.SV, c, k)
		return err
	})
}

// tidy forgets the answers to requests that will hardly come again, and what was delivered long ago, a little at a time so that
// nobody waits for it.
func (d *Desk) tidy(ctx context.Context) error {
	for _, forget := range []func(tx *store.Tx) (int64, error){
		func(tx *store.Tx) (int64, error) { return tx.ForgetRequests(tx.At().Add(-requests), tidySize) },
		func(tx *store.Tx) (int64, error) {
			return events.ForgetDelivered(tx, tx.At().Add(-deliveries), tidySize)
		},
	} {
		for n := int64(tidySize); n == tidySize; {
			if err := d.store.InTx(ctx, func(tx *store.Tx) (err error) {
				n, err = forget(tx)
				return err
			}); err != nil {
				return err
			}
		}
	}
	return nil
}
