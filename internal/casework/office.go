package casework

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// Config says what an office is to be.
type Config struct {
	Store   store.Config
	Events  events.Config
	Live    func() *interpreter.Set // the models to ask now
	Sweep   time.Duration           // how often it is looked which cases must be decided for anew; 0: a minute
	Workers int                     // how many jobs at once; 0: 4
	Poll    time.Duration           // how often it is looked for jobs; 0: 200 ms
	Logger  hclog.Logger            // nil: nothing is logged
}

// Office is a desk with all that it stands on: the store, the log of events and the jobs.
type Office struct {
	*Desk
	Store *store.Store
	Log   *events.Log

	queue  *jobs.Queue
	counts counts
}

// Open opens an office and brings its database up to date. Its jobs are worked on from Start on.
func Open(ctx context.Context, c Config) (*Office, error) {
	if c.Sweep == 0 {
		c.Sweep = time.Minute
	}
	if c.Workers == 0 {
		c.Workers = 4
	}
	s, err := store.Open(ctx, c.Store)
	if err != nil {
		return nil, err
	}
	kinds := jobs.NewKinds()
	o := &Office{Store: s, Log: events.NewLog(s, kinds, c.Events)}
	o.Desk = New(s, o.Log, c.Live)
	o.Work(kinds, c.Sweep, func() *jobs.Queue { return o.queue })
	if o.queue, err = jobs.Open(ctx, s, kinds, jobs.Config{Workers: c.Workers, Poll: c.Poll, Logger: c.Logger}); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	o.Log.Serve(o.queue)
	return o, nil
}

// Start begins to work on the jobs.
func (o *Office) Start(ctx context.Context) error { return o.queue.Start(ctx) }

// Close lets the jobs that are being done end, for as long as ctx lasts, and closes the database.
func (o *Office) Close(ctx context.Context) error {
	err := o.queue.Stop(ctx)
	o.Log.Close()
	o.counting.end()
	return errors.Join(err, o.Store.Close())
}
