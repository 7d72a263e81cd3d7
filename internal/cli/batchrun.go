package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/stegvis/stegvis/internal/batch"
	"github.com/stegvis/stegvis/internal/casefile"
)

// batchRun is where the answers and the faults of a run go.
type batchRun struct {
	*app
	o         batchOptions
	ctx       context.Context
	out       io.Writer
	buffer    *bufio.Writer // of out, where that is Parquet
	file      *os.File      // of out; nil: standard output
	errors    *os.File
	lines     *bufio.Writer // of errors
	skip      int64
	continued bool // out goes on where another run stopped
	told      int
	clear     func()
}

// open opens the output and the file of errors.
func (b *batchRun) open(in io.Reader) error {
	b.out, b.skip = b.raw, b.o.skip
	for _, path := range []string{b.o.output, b.o.errors} {
		if path != "" && sameFile(in, path) {
			return misuse{b.say("batch.same-file", map[string]any{"Path": path})}
		}
	}
	if b.o.output != "" && b.o.output == b.o.errors {
		return misuse{b.say("batch.same-file", map[string]any{"Path": b.o.errors})}
	}
	if b.o.output != "" {
		if err := b.openOutput(); err != nil {
			return err
		}
	}
	if b.o.outForm == casefile.Parquet {
		b.buffer = bufio.NewWriterSize(b.out, 1<<16)
		b.out = b.buffer
	}
	if b.o.errors != "" {
		how := os.O_TRUNC
		if b.continued {
			how = os.O_APPEND
		}
		f, err := os.OpenFile(b.o.errors, os.O_CREATE|os.O_WRONLY|how, 0o644)
		if err != nil {
			return errors.New(b.say("cohort.cannot-write", map[string]any{"Path": b.o.errors}))
		}
		b.errors, b.lines = f, bufio.NewWriter(f)
	}
	return nil
}

// openOutput opens the file of answers. Lines go straight into it, so that what is there of them stays if the run is
// stopped; a Parquet file is there whole or not at all.
func (b *batchRun) openOutput() (err error) {
	switch {
	case b.o.outForm == casefile.Parquet:
		b.file, err = os.CreateTemp(filepath.Dir(b.o.output), ".stegvis-*")
	case b.o.resume:
		if b.file, b.skip, b.continued, err = resume(b.o.output, b.o.outForm, len(b.o.models)); errors.Is(err, errNotAnswers) {
			return misuse{b.say("batch.not-answers", map[string]any{"Path": b.o.output})}
		}
	default:
		b.file, err = os.OpenFile(b.o.output, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	}
	if err != nil {
		return errors.New(b.say("cohort.cannot-write", map[string]any{"Path": b.o.output}))
	}
	b.out = b.file
	return nil
}

// close closes what is open, and removes a Parquet file that was not finished.
func (b *batchRun) close() {
	if b.errors != nil {
		b.errors.Close()
	}
	if b.file != nil {
		b.file.Close()
		if b.o.outForm == casefile.Parquet {
			os.Remove(b.file.Name())
		}
	}
}

// sameFile tells whether the path is what is read.
func sameFile(in io.Reader, path string) bool {
	f, ok := in.(*os.File)
	if !ok {
		return false
	}
	a, errA := f.Stat()
	b, errB := os.Stat(path)
	return errA == nil && errB == nil && a.Mode().IsRegular() && os.SameFile(a, b)
}

// finish ends the outputs and tells how the run went.
func (b *batchRun) finish(r batch.Report, err error) error {
	if b.lines != nil {
		if b.lines.Flush() != nil {
			err = errors.Join(err, errors.New(b.say("cohort.cannot-write", map[string]any{"Path": b.o.errors})))
		}
	}
	if err == nil {
		err = b.finishOutput()
	}
	if err != nil {
		return b.failed(r, err)
	}
	if b.o.summary {
		if err := b.showBatch(r.Tally.Summary(b.lang)); err != nil {
			return err
		}
	}
	if r.Faulty == 0 {
		return nil
	}
	if !b.o.summary {
		more := ""
		if b.told > mostTold {
			more = b.number(b.told - mostTold)
		}
		fmt.Fprintln(b.err, b.say("batch.faulty", map[string]any{
			"Count": int(r.Faulty), "Faulty": b.number(int(r.Faulty)), "Cases": b.number(int(r.Cases)), "File": b.o.errors, "More": more,
		}))
	}
	return errFound
}

func (b *batchRun) finishOutput() error {
	var err error
	if b.buffer != nil {
		err = b.buffer.Flush()
	}
	if b.file != nil && err == nil {
		if b.o.outForm == casefile.Parquet {
			err = errors.Join(b.file.Chmod(0o644), b.file.Sync())
		}
		if err = errors.Join(err, b.file.Close()); err == nil && b.o.outForm == casefile.Parquet {
			err = os.Rename(b.file.Name(), b.o.output)
		}
	}
	if err != nil {
		return &batch.WriteError{Err: err}
	}
	return nil
}

// failed words why a run ended before the input did, and how to go on.
func (b *batchRun) failed(r batch.Report, err error) error {
	var head *batch.HeadError
	var read *batch.ReadError
	var write *batch.WriteError
	text := ""
	switch {
	case errors.As(err, &head):
		b.tell(head.Faults)
		return errFound
	case errors.As(err, &read) && read.Row == 0:
		text = b.say("cohort.unreadable", map[string]any{"Path": b.o.file, "Format": string(b.o.inForm)})
	case errors.As(err, &read):
		text = b.say("batch.unreadable-on", map[string]any{"Path": b.o.file, "Row": read.Row})
	case errors.As(err, &write) && b.o.output != "":
		text = b.say("cohort.cannot-write", map[string]any{"Path": b.o.output})
	case errors.As(err, &write):
		text = b.say("batch.cannot-write", nil)
	case errors.Is(err, context.Canceled):
		text = b.say("batch.stopped", nil)
	default:
		return err
	}
	if !b.o.summary && b.o.outForm != casefile.Parquet && r.Row > 0 {
		text += "\n" + b.say("batch.go-on", map[string]any{"Row": r.Row, "File": b.o.output})
	}
	b.clear()
	fmt.Fprintln(b.err, text)
	return errFound
}
