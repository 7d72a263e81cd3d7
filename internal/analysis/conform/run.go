package conform

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/eventlog"
)

// Log gives traces one after another, as eventlog.Reader does.
type Log interface {
	Next(faults *diag.List) (*eventlog.Trace, error)
	Bytes() int64
}

// Options say how a log is replayed.
type Options struct {
	Mapping  *Mapping
	Name     string        // what diagnostics call the log
	At       *calendar.Day // the day on which the log was taken: cases that go on are judged on it; nil: on that of their last event
	Workers  int           // 0: one for each core
	Variants int           // how many variants the report has; 0: 10

	Each     func(*Case) error        // told of each case, in the order of the log; may be nil
	Faulty   func(*Faulty)            // told of each trace that is left out, in order; may be nil
	Progress func(bytes, cases int64) // told now and then how far the log is read; may be nil
}

// Faulty is a trace that is left out, since something is wrong with it.
type Faulty struct {
	Case   string
	Faults diag.List
}

// SetGroup makes the column the one by which cases are set side by side. It is to be called before the log is opened, since it
// adds to what is kept of it.
func (m *Mapping) SetGroup(column string) {
	m.Group = column
	for _, k := range m.Log.Keep {
		if k == column {
			return
		}
	}
	m.Log.Keep = append(m.Log.Keep, column)
}

// chunk is how many traces a goroutine replays at a time.
const chunk = 32

// job is traces on their way.
type job struct {
	traces []*eventlog.Trace
	faults []diag.List
	cases  []*Case
	bytes  int64
	ready  chan struct{}
}

// Run replays the log. What ends it early is eventlog.ErrBroken, with faults in the report's Broken, the error of Each, or that of
// ctx; the report holds all the same for what has been read.
func Run(ctx context.Context, log Log, o Options) (*Report, error) {
	m := o.Mapping
	var plans []*plan
	for _, p := range m.programs {
		plans = append(plans, m.planOf(p))
	}
	r := newReport(m, &o, plans)
	ctx, stop := context.WithCancel(ctx)
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	work, order := make(chan *job, o.Workers), make(chan *job, 2*o.Workers)
	var failed error
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	running.Go(func() {
		defer close(work)
		defer close(order)
		for failed == nil {
			var j *job
			if j, failed = read(log, &r.Broken); len(j.traces) == 0 {
				return
			}
			select {
			case order <- j:
			case <-ctx.Done():
				return
			}
			select {
			case work <- j:
			case <-ctx.Done():
				return
			}
		}
	})
	for range o.Workers {
		w := newReplayer(m, &o, o.Name, plans)
		running.Go(func() {
			for j := range work {
				for i, t := range j.traces {
					if j.cases[i] = (&Case{ID: t.ID}); !j.faults[i].HasErrors() {
						j.cases[i] = w.replay(t, &j.faults[i])
					}
				}
				close(j.ready)
			}
		})
	}
	for {
		select {
		case j, more := <-order:
			if !more {
				r.finish()
				if errors.Is(failed, io.EOF) {
					failed = nil
				}
				return r, errors.Join(failed, ctx.Err())
			}
			select {
			case <-j.ready:
			case <-ctx.Done():
				return r, ctx.Err()
			}
			if err := r.take(j, &o); err != nil {
				return r, err
			}
		case <-ctx.Done():
			return r, ctx.Err()
		}
	}
}

// read reads traces for a job; none where the log has ended. broken is only read when the job before has been sent, and written here.
func read(log Log, broken *diag.List) (*job, error) {
	j := &job{ready: make(chan struct{})}
	events := 0
	var err error
	for len(j.traces) < chunk && events < eventlog.MaxEvents {
		var faults diag.List
		var t *eventlog.Trace
		if t, err = log.Next(&faults); err != nil {
			*broken = faults
			break
		}
		events += len(t.Events)
		j.traces, j.faults = append(j.traces, t), append(j.faults, faults)
	}
	j.cases, j.bytes = make([]*Case, len(j.traces)), log.Bytes()
	return j, err
}

// take counts the cases of a job.
func (r *Report) take(j *job, o *Options) error {
	for i, c := range j.cases {
		if faults := j.faults[i]; faults.HasErrors() {
			r.Log.Faulty++
			if o.Faulty != nil {
				o.Faulty(&Faulty{c.ID, faults})
			}
			continue
		}
		r.add(c)
		if o.Each != nil {
			if err := o.Each(c); err != nil {
				return err
			}
		}
	}
	if o.Progress != nil {
		o.Progress(j.bytes, int64(r.Log.Cases+r.Log.Faulty))
	}
	return nil
}
