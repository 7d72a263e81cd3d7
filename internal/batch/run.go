package batch

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/internal/tally"
)

var errNoFile = errors.New("a Parquet file is read from its end, which a pipe lacks")

// Run puts the cases of in through the models and writes the answers to out, in the order of the cases. in must be a
// casefile.File where it is Parquet. A case that is at fault for one of the models has no answers, is told of and counted.
//
// The error is a *HeadError, a *ReadError or a *WriteError, or that of ctx; the report holds all the same. When ctx ends,
// Run does not wait for a Read of in that is under way. Where out fails in the middle of a write and can be cut off, as a
// file can, it is cut off after the last whole case.
func Run(ctx context.Context, in io.Reader, out io.Writer, o Options) (Report, error) {
	r := &run{o: &o, out: out, report: Report{Row: o.Skip}}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	src, columns, err := r.open(in)
	if err != nil {
		return r.report, err
	}
	var faults diag.List
	workers := make([]*worker, o.Workers)
	for i := range workers {
		if workers[i] = newWorker(&o, columns, &faults); workers[i] == nil {
			return r.report, &HeadError{faults}
		}
	}
	err = r.head()
	if err == nil {
		err = r.pump(ctx, src, workers)
	}
	if r.table != nil && err == nil {
		if err = r.table.Close(); err != nil {
			err = &WriteError{err}
		}
	}
	if o.Summary {
		r.report.Tally = tally.New(o.Set, o.Models)
		for _, w := range workers {
			r.report.Tally.Merge(w.tally)
		}
	}
	return r.report, err
}

// run is one Run.
type run struct {
	o      *Options
	out    io.Writer
	table  *casefile.Table // where the answers are Parquet
	report Report
}

// open returns the source, and the columns where it is a table.
func (r *run) open(in io.Reader) (source, []string, error) {
	if r.o.From == casefile.Parquet {
		t, err := newTyped(in, r.o.Skip)
		if err != nil {
			return nil, nil, &ReadError{Err: err}
		}
		return t, t.file.Names(), nil
	}
	isCSV := r.o.From == casefile.CSV
	l, err := newLines(in, isCSV, r.o.Skip)
	if err != nil || !isCSV {
		if err != nil {
			err = &ReadError{Err: err}
		}
		return l, nil, err
	}
	head, err := l.head()
	if err != nil {
		return nil, nil, &ReadError{Err: err}
	}
	return l, casefile.CSVHead(head), nil
}

// head writes what stands before the answers.
func (r *run) head() error {
	switch {
	case r.o.Summary:
	case r.o.To == casefile.Parquet:
		r.table = casefile.NewTable(r.out, "decision", columns)
	case r.o.To == casefile.CSV && !r.o.NoHead:
		if _, err := r.out.Write(csvHead()); err != nil {
			return &WriteError{err}
		}
	}
	return nil
}

// pump moves blocks from the source through the workers to the output.
func (r *run) pump(ctx context.Context, src source, workers []*worker) error {
	ctx, stop := context.WithCancel(ctx)
	n := len(workers) + len(workers)/2 + 2
	free, work, order := make(chan *block, n), make(chan *block, n), make(chan *block, n)
	for range n {
		free <- newBlock(r.o)
	}
	var failed error // of the source; for whoever has seen order closed
	go func() {
		defer close(work)
		defer close(order)
		for {
			var b *block
			select {
			case b = <-free:
			case <-ctx.Done():
				return
			}
			if err := src.next(b); err != nil {
				if !errors.Is(err, io.EOF) {
					failed = &ReadError{src.row(), err}
				}
				return
			}
			order <- b
			work <- b
		}
	}()
	var deciding sync.WaitGroup
	defer deciding.Wait()
	defer stop()
	for _, w := range workers {
		deciding.Go(func() {
			for {
				select {
				case b, more := <-work:
					if !more {
						return
					}
					w.do(b)
					b.ready <- struct{}{}
				case <-ctx.Done():
					return
				}
			}
		})
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
		select {
		case b, more := <-order:
			if !more {
				return errors.Join(failed, ctx.Err())
			}
			select {
			case <-b.ready:
			case <-ctx.Done():
				return ctx.Err()
			}
			if err := r.write(b); err != nil {
				return err
			}
			free <- b
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// write writes the answers of a block, and tells of its faulty cases.
func (r *run) write(b *block) error {
	cases, row := int64(len(b.done)), b.last
	var failed error
	switch {
	case r.o.Summary:
	case r.table != nil:
		failed = r.table.Write(b.rows)
	case len(b.out) > 0:
		var n int
		if n, failed = r.out.Write(b.out); failed != nil {
			cases, row = r.cutOff(b, n)
		}
	}
	for _, f := range b.faulty {
		if f.Row > row {
			break
		}
		r.report.Faulty++
		if r.o.Faulty != nil {
			r.o.Faulty(f)
		}
	}
	r.report.Row = max(r.report.Row, row)
	r.report.Cases += cases
	r.report.Decisions += cases * int64(len(r.o.Models))
	if r.o.Progress != nil {
		r.o.Progress(b.read, r.report.Cases+r.report.Faulty)
	}
	if failed != nil {
		return &WriteError{failed}
	}
	return nil
}

// file is an output that can be cut off.
type file interface {
	io.Seeker
	Truncate(size int64) error
}

// cutOff takes back what has been written of a case after n bytes of the block, where the output can be cut off. It returns
// how many cases are written whole, and the last row that is done with.
func (r *run) cutOff(b *block, n int) (cases, row int64) {
	row, end := b.first-1, 0
	for _, d := range b.done {
		if d.end > n {
			break
		}
		cases, row, end = cases+1, d.row, d.end
	}
	if f, ok := r.out.(file); ok && n > end {
		if at, err := f.Seek(0, io.SeekCurrent); err == nil && at >= int64(n) && f.Truncate(at-int64(n-end)) == nil {
			f.Seek(at-int64(n-end), io.SeekStart)
		}
	}
	return cases, row
}
