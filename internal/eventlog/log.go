package eventlog

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/input"
)

// The limits of a log. A log over one of them ends, or the trace is at fault.
const (
	MaxEvents = 100_000 // of a trace
	MaxText   = 16 << 10
	maxPiece  = 1 << 20 // bytes of one tag, text or row
	maxDepth  = 32      // of elements within one another
	maxTold   = 20      // faults of a trace
)

// Format is a form in which a log is written.
type Format string

// The formats.
const (
	XES Format = "xes"
	CSV Format = "csv"
)

// Formats lists the formats.
var Formats = []Format{XES, CSV}

// Trace is what the log tells of one case.
type Trace struct {
	ID     string // "#N" where the log names none, with its number in the log
	Line   int    // where it begins
	Values []string
	Events []Event // by time; those of one time as the log has them
	Aside  int     // events left out because of their lifecycle transition
	Sorted bool    // the log had its events in another order than that of their times
}

// Event is one thing that was done.
type Event struct {
	Activity string
	Instant  int64        // nanoseconds since 1970, by which events are in order
	Day      calendar.Day // in Stockholm
	Line     int
	Values   []string // of Options.Keep, by place; "" where there is none
}

// Options say what is read, and how.
type Options struct {
	Name   string // what diagnostics call the log
	Format Format // "": XES where the text begins as XML, else CSV

	Case       string // the column of the case, in XES the attribute of a trace; "" the usual one
	Activity   string // that of what was done
	Classifier string // XES: the classifier of the log that names activities, instead of Activity
	Time       string
	TimeFormat string   // of times that are not written as ISO 8601 has it: YYYY, MM, DD, hh, mm, ss and what stands between
	Transition string   // the column of an event's lifecycle transition; "" the usual one
	Lifecycle  []string // transitions that count, in small letters; an event without any counts
	Separator  rune     // CSV: what stands between cells; 0: whichever of comma, semicolon and tab the head has
	Keep       []string // columns or attributes whose values are wanted, of events and of cases

	Sort    bool   // CSV: the rows of a case need not stand together
	TempDir string // of the files that sorting takes; "": the system's
}

// The usual names, as XES has them and most tools that write CSV.
const (
	nameKey      = "concept:name"
	timeKey      = "time:timestamp"
	lifecycleKey = "lifecycle:transition"
	casePrefix   = "case:" // CSV: of what is of the case
)

// tell adds a fault of a trace, unless so many have been told of it that the rest would be more of the same.
func tell(faults *diag.List, span diag.Span, code string, args diag.Args) {
	if len(*faults) < maxTold {
		faults.Error(span, code, args)
	}
}

// ErrBroken ends a log that cannot be read on; faults say why.
var ErrBroken = errors.New("the event log cannot be read on")

// Reader reads a log trace by trace.
type Reader struct {
	text   *input.Text
	source source
	names  map[string]bool // columns or attributes that were seen, up to a limit
	number int             // of traces read
}

// source is a log of one format.
type source interface {
	next(t *Trace, faults *diag.List) error
}

// Open begins to read a log. Where it is compressed with gzip, its text is meant. It returns ErrBroken, with faults, where
// nothing can be read. Faults without it are rows that sorting had to leave out.
func Open(r io.Reader, o Options, faults *diag.List) (*Reader, error) {
	in, err := input.Open(r)
	l := &Reader{text: in, names: map[string]bool{}}
	if err != nil {
		faults.Error(diag.LineOf(o.Name, 1), "log-damaged", nil)
		return nil, ErrBroken
	}
	begin, err := in.Peek(512)
	switch {
	case len(begin) == 0 && err != nil && !errors.Is(err, io.EOF):
		faults.Error(diag.LineOf(o.Name, 1), brokenBy(err), nil)
		return nil, ErrBroken
	case len(bytes.TrimSpace(begin)) == 0 && len(begin) < 512:
		faults.Error(diag.LineOf(o.Name, 1), "log-empty", nil)
		return nil, ErrBroken
	case o.Format == "" && bytes.HasPrefix(bytes.TrimSpace(begin), []byte("<")):
		o.Format = XES
	case o.Format == "":
		o.Format = CSV
	}
	clock, ok := clockOf(o.TimeFormat)
	if !ok {
		faults.Error(diag.LineOf(o.Name, 1), "log-time-format", nil)
		return nil, ErrBroken
	}
	if o.Format == XES {
		l.source = newXES(in.Reader, o, clock, l.names)
		return l, nil
	}
	c, err := newCSV(in.Reader, o, clock, l.names, faults)
	if err != nil {
		return nil, err
	}
	l.source = c
	return l, nil
}

// Next returns the next trace. What is wrong with the trace itself is told in faults: it is not to be relied on then, but
// the next can be read. It returns io.EOF after the last, and ErrBroken, with faults, where the log cannot be read on.
func (l *Reader) Next(faults *diag.List) (*Trace, error) {
	t := &Trace{}
	if err := l.source.next(t, faults); err != nil {
		return nil, err
	}
	l.number++
	if !slices.IsSortedFunc(t.Events, byTime) {
		t.Sorted = true
		slices.SortStableFunc(t.Events, byTime)
	}
	return t, nil
}

// Close removes the temporary files that sorting took.
func (l *Reader) Close() {
	if c, ok := l.source.(*csvLog); ok && c.sorted != nil {
		c.sorted.close()
	}
}

// Bytes returns how many bytes of the file have been read.
func (l *Reader) Bytes() int64 { return l.text.Bytes() }

// Names returns the columns or attributes that the log was seen to have, sorted. Of very many it has the first.
func (l *Reader) Names() []string {
	var out []string
	for n := range l.names {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// MaxNames is how many names of columns or attributes are kept, to tell a misspelt one by.
const MaxNames = 500

func byTime(a, b Event) int {
	switch {
	case a.Instant < b.Instant:
		return -1
	case a.Instant > b.Instant:
		return 1
	}
	return 0
}

// brokenBy returns the code that words why a file cannot be read on.
func brokenBy(err error) string {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, errTooLong):
		return "log-too-long"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "log-truncated"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, &corrupt):
		return "log-damaged"
	}
	return "log-unreadable"
}

var errTooLong = errors.New("a piece of the log is too long")

// allowance lets no more than so many bytes through between two calls of renew, so that whoever reads a whole piece
// cannot be made to fill the memory.
type allowance struct {
	r    *bufio.Reader
	left int
}

func (a *allowance) renew() { a.left = maxPiece }

func (a *allowance) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, errTooLong
	}
	n, err := a.r.Read(p[:min(len(p), a.left)])
	a.left -= n
	return n, err
}

func (a *allowance) ReadByte() (byte, error) {
	if a.left--; a.left < 0 {
		return 0, errTooLong
	}
	return a.r.ReadByte()
}

// clock reads times.
type clock struct{ layouts []string }

// isoLayouts are the forms of ISO 8601 that are read. A fraction of a second may follow where seconds stand.
var isoLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", time.DateOnly,
}

var stockholm = func() *time.Location {
	l, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err) // package calendar links the zones in
	}
	return l
}()
