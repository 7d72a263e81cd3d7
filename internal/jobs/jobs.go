// Package jobs is work that is put down in the database, in the transaction that makes it necessary, and done once it is due: by
// whichever process gets to it first, again when it fails, and after a restart too. It is alone in knowing the library that
// does this (River), and the same on SQLite and on PostgreSQL.
//
// A job is done at least once: a process that is lost in the middle of one leaves it to be done again. So what it does must be fit
// to be done twice.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/stegvis/stegvis/internal/store"
)

// Args is what a job is about: ids, never facts, since it is kept as it is. Its fields are its JSON; Kind names the work and never
// changes.
type Args interface{ Kind() string }

// Try is an attempt to do a job.
type Try[A Args] struct {
	Args    A
	Number  int       // 1: the first
	Most    int       // after which the job is given up
	PutDown time.Time // when the job was made
}

// Last tells whether there will be no further attempt.
func (t *Try[A]) Last() bool { return t.Number >= t.Most }

// ErrGiveUp ends a job that no further attempt can help, as does what wraps it.
var ErrGiveUp = errors.New("jobs: no further attempt can help")

// again is what Again returns.
type again struct{ wait time.Duration }

func (again) Error() string { return "jobs: not now" }

// Again ends an attempt that came at the wrong time: the job is done again after the wait, and the attempt does not count.
func Again(wait time.Duration) error { return again{wait} }

// after is what After returns.
type after struct {
	wait time.Duration
	err  error
}

func (a after) Error() string { return a.err.Error() }
func (a after) Unwrap() error { return a.err }

// After is an error of an attempt after which the next must wait so long, or as long as after any other error if that is longer.
func After(wait time.Duration, err error) error { return after{wait, err} }

// Work says how jobs of a kind are done.
type Work[A Args] struct {
	Do      func(context.Context, *Try[A]) error
	Tries   int                             // how often at the most
	Timeout time.Duration                   // of one attempt
	Wait    func(attempt int) time.Duration // after an attempt that failed
	Workers int                             // so many at once, beside the jobs of other kinds; 0: with those
}

// Kinds are the kinds of jobs of a process.
type Kinds struct {
	workers  *river.Workers
	tries    map[string]int
	own      map[string]int // how many at once, of the kinds that have workers of their own
	periodic []*river.PeriodicJob
	tally    tally
	err      error
}

// NewKinds returns no kinds.
func NewKinds() *Kinds {
	return &Kinds{workers: river.NewWorkers(), tries: map[string]int{}, own: map[string]int{}}
}

// Register adds a kind. It is to be called before Open.
func Register[A Args](k *Kinds, w Work[A]) {
	var a A
	k.tries[a.Kind()] = w.Tries
	if w.Workers > 0 {
		k.own[a.Kind()] = w.Workers
	}
	k.err = errors.Join(k.err, river.AddWorkerSafely(k.workers, &worker[A]{work: w, tally: &k.tally}))
}

// Repeat puts down a job whenever the period has passed, and once at the start. Of many processes that share the work one does.
func Repeat[A Args](k *Kinds, every time.Duration, args func() A) {
	repeat(k, every, args, river.UniqueOpts{ByArgs: true, ByPeriod: every})
}

// RepeatAlone is Repeat of a job that can take longer than the period: while it is not over it is not put down again.
func RepeatAlone[A Args](k *Kinds, every time.Duration, args func() A) {
	repeat(k, every, args, river.UniqueOpts{ByArgs: true, ByState: waiting})
}

func repeat[A Args](k *Kinds, every time.Duration, args func() A, unique river.UniqueOpts) {
	k.periodic = append(k.periodic, river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) {
		a := args()
		o := k.options(a)
		o.UniqueOpts = unique
		return a, o
	}, &river.PeriodicJobOpts{RunOnStart: true}))
}

type worker[A Args] struct {
	river.WorkerDefaults[A]
	work  Work[A]
	tally *tally
	wait  sync.Map // of time.Duration, by the id of a job whose next attempt must wait so long
}

func (w *worker[A]) Timeout(*river.Job[A]) time.Duration { return w.work.Timeout }

func (w *worker[A]) NextRetry(j *river.Job[A]) time.Time {
	var told time.Duration
	if wait, ok := w.wait.LoadAndDelete(j.ID); ok {
		told = wait.(time.Duration)
	}
	switch {
	case w.work.Wait != nil:
		return time.Now().Add(max(told, w.work.Wait(j.Attempt)))
	case told > 0:
		return time.Now().Add(told)
	}
	return time.Time{} // the library's own: the fourth power of the attempt, in seconds
}

func (w *worker[A]) Work(ctx context.Context, j *river.Job[A]) error {
	ended := false
	defer func() {
		if !ended { // it panicked
			w.tally.add(j.Kind, Failed)
		}
	}()
	err := w.work.Do(ctx, &Try[A]{Args: j.Args, Number: j.Attempt, Most: j.MaxAttempts, PutDown: j.CreatedAt})
	ended = true
	var notNow again
	var wait after
	switch {
	case err == nil:
		w.tally.add(j.Kind, Done)
	case errors.As(err, &notNow):
		w.tally.add(j.Kind, NotNow)
		return river.JobSnooze(notNow.wait)
	case errors.Is(err, ErrGiveUp):
		w.tally.add(j.Kind, GivenUp)
		return river.JobCancel(err)
	default:
		w.tally.add(j.Kind, Failed)
		if errors.As(err, &wait) && j.Attempt < j.MaxAttempts {
			w.wait.Store(j.ID, wait.wait)
		}
	}
	return err
}

// rescue is how long after its beginning a job may be taken for one whose process is gone, at the earliest.
const rescue = 30 * time.Second

// Queue is the jobs of a store.
type Queue struct {
	client  *river.Client[*sql.Tx]
	kinds   *Kinds
	started atomic.Bool
}

// Config says how a queue is worked on.
type Config struct {
	Workers int           // how many jobs at once; 0: none, the queue only takes jobs
	Poll    time.Duration // how often it is looked for jobs; 0: 200 ms
	Logger  hclog.Logger  // told of what fails, by kind and number; nil: nobody is
}

// Open brings the tables of jobs up to date and returns the queue. Start begins the work.
func Open(ctx context.Context, s *store.Store, k *Kinds, c Config) (*Queue, error) {
	if k.err != nil {
		return nil, k.err
	}
	var driver riverdriver.Driver[*sql.Tx]
	if s.Kind() == "sqlite" {
		driver = riversqlite.New(s.Writer())
	} else {
		driver = riverdatabasesql.New(s.Writer())
	}
	quiet := slog.New(slog.DiscardHandler)
	if err := s.Alone(ctx, func(ctx context.Context) error {
		m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet})
		if err == nil {
			_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		}
		if err == nil && s.Kind() == "sqlite" && c.Workers > 0 { // one process has the file: what is said to be done now was left by one that is gone
			_, err = s.Writer().ExecContext(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running'`)
		}
		return err
	}); err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	config := &river.Config{
		Logger: quiet, Workers: k.workers, PeriodicJobs: k.periodic,
		FetchPollInterval: c.Poll,
		// A job whose process is gone is done by another once its own time is over, which the library looks at too, and this.
		JobTimeout: rescue, RescueStuckJobsAfter: rescue,
	}
	if config.FetchPollInterval == 0 {
		config.FetchPollInterval = 200 * time.Millisecond
	}
	config.FetchCooldown = min(50*time.Millisecond, config.FetchPollInterval)
	if c.Workers > 0 {
		config.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: c.Workers}}
		for kind, n := range k.own {
			config.Queues[kind] = river.QueueConfig{MaxWorkers: n}
		}
	}
	if c.Logger != nil {
		config.ErrorHandler = &teller{c.Logger}
	}
	client, err := river.NewClient(driver, config)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return &Queue{client: client, kinds: k}, nil
}

// Stop lets the jobs that are being done end, and ends those that are not done when ctx is.
func (q *Queue) Stop(ctx context.Context) error {
	err := q.client.Stop(ctx)
	if err != nil && ctx.Err() != nil {
		rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return q.client.StopAndCancel(rest)
	}
	return err
}

// waiting are the states of jobs that are not over.
var waiting = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled}

// Add puts a job down in the transaction, to be done at the moment or as soon after it as can be; the zero moment is at once. A job
// with the same args that still waits is not put down again where once is set.
func (q *Queue) Add(tx *store.Tx, a Args, at time.Time, once bool) error {
	o := q.kinds.options(a)
	o.ScheduledAt = at
	if once {
		o.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: waiting}
	}
	_, err := q.client.InsertTx(tx.Context(), tx.SQL(), a, o)
	return err
}

// options are those of every job of a kind.
func (k *Kinds) options(a Args) *river.InsertOpts {
	o := &river.InsertOpts{MaxAttempts: k.tries[a.Kind()]}
	if k.own[a.Kind()] > 0 {
		o.Queue = a.Kind()
	}
	return o
}

// teller tells the log of jobs that fail. What the error says can hold what is not the log's business, so it is not told.
type teller struct{ log hclog.Logger }

// HandleError tells of a job that failed.
func (t *teller) HandleError(_ context.Context, j *rivertype.JobRow, _ error) *river.ErrorHandlerResult {
	t.log.Warn("a job failed", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "most", j.MaxAttempts)
	return nil
}

// HandlePanic tells of a job that panicked.
func (t *teller) HandlePanic(_ context.Context, j *rivertype.JobRow, _ any, _ string) *river.ErrorHandlerResult {
	t.log.Error("a job panicked", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "most", j.MaxAttempts)
	return nil
}
