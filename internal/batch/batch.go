package batch

import (
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/internal/tally"
	"github.com/stegvis/stegvis/interpreter"
)

// Options say what is asked of which models, and in which form.
type Options struct {
	Set     *interpreter.Set
	Models  []string      // each answers for every case, in this order
	Version string        // of the model; "": the one that each case follows
	At      *calendar.Day // the day asked about; nil: each case's own, else Today
	Today   calendar.Day
	Lang    lang.Lang
	Explain bool // NDJSON: answers have their reasons; much slower

	Name    string          // what diagnostics call the input
	From    casefile.Format // of the input; "" is NDJSON
	To      casefile.Format // of the answers; "" is NDJSON
	Summary bool            // count the answers in Report.Tally and write none
	Skip    int64           // rows of the input to pass over
	NoHead  bool            // CSV: leave out the head, since the answers go on where others stopped
	Workers int             // how many goroutines decide; 0: one for each core

	Faulty   func(*Faulty)            // told of each case at fault, in order; may be nil
	Progress func(bytes, cases int64) // told now and then how far the input is read and answered; may be nil
}

// Faulty is a case that has no answer, since it is at fault for one of the models at least.
type Faulty struct {
	Row    int64
	Case   string // its id; "" where there is none or it cannot be read
	Faults diag.List
	Stack  []byte // where stegvis itself is at fault, the place in its code
}

// Report tells what a run has done. It holds also where the run was stopped.
type Report struct {
	// Row is the last row that is done with: its answers are written whole, or its faults are told. Whoever goes on gives
	// it as Options.Skip. Rows are the lines of NDJSON and CSV on which cases begin, and the rows of Parquet, from 1.
	Row       int64
	Cases     int64 // that were answered
	Decisions int64 // that were written: of each case, one for each model
	Faulty    int64
	Tally     *tally.Tally // with Options.Summary
}

// HeadError says that the columns of a table are at fault, so that none of its rows can be read.
type HeadError struct{ Faults diag.List }

func (e *HeadError) Error() string { return "the columns of the table are at fault" }

// ReadError says that the input cannot be read on after a row, for a reason that has nothing to do with a case.
type ReadError struct {
	Row int64
	Err error
}

func (e *ReadError) Error() string { return "the input cannot be read on: " + e.Err.Error() }

// Unwrap returns why.
func (e *ReadError) Unwrap() error { return e.Err }

// WriteError says that answers cannot be written.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return "the answers cannot be written: " + e.Err.Error() }

// Unwrap returns why.
func (e *WriteError) Unwrap() error { return e.Err }
