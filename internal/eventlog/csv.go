package eventlog

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/diag"
)

// row is what is wanted of a row: the case, the activity, the time, the lifecycle transition, and what is kept.
type row struct {
	line  int
	cells []string
}

// The places in a row of what is not kept.
const (
	rowCase = iota
	rowActivity
	rowTime
	rowLifecycle
	rowKeep // the first that is kept
)

// csvLog reads CSV, an event a row.
type csvLog struct {
	o       Options
	clock   clock
	in      *allowance
	r       *csv.Reader
	columns int
	places  []int // of the cells of a row; -1: there is no such column
	titles  []string
	texts   map[string]string

	sorted *sorter
	ahead  *row // read, but of the next trace
	doubt  bool // a row could not be read, which may be of the trace at hand or of the next
	seen   map[uint64]bool
	ended  bool
}

// newCSV reads the head.
func newCSV(in *bufio.Reader, o Options, k clock, names map[string]bool, faults *diag.List) (*csvLog, error) {
	c := &csvLog{o: o, clock: k, in: &allowance{r: in}, texts: map[string]string{}, seen: map[uint64]bool{}}
	if c.o.Separator == 0 {
		c.o.Separator = separatorOf(in)
	}
	c.r = csv.NewReader(c.in)
	c.r.Comma, c.r.ReuseRecord, c.r.FieldsPerRecord = c.o.Separator, true, -1
	c.in.renew()
	head, err := c.r.Read()
	if misquoted(err) {
		faults.Error(diag.LineOf(o.Name, 1), "log-no-head", nil)
		return nil, ErrBroken
	}
	if err != nil {
		return nil, c.broken(err, 1, faults)
	}
	c.columns = len(head)
	var known []string
	sound := true
	for _, name := range head {
		name = norm.NFC.String(name)
		if !utf8.ValidString(name) {
			faults.Error(diag.LineOf(o.Name, 1), "log-not-utf8", nil)
			return nil, ErrBroken
		}
		if slices.Contains(known, name) && name != "" {
			faults.Error(diag.LineOf(o.Name, 1), "log-column-twice", diag.Args{"Column": name})
			sound = false
		}
		known = append(known, strings.Clone(name))
		if len(names) < MaxNames {
			names[strings.Clone(name)] = true
		}
	}
	wanted := []string{either(o.Case, casePrefix+nameKey), either(o.Activity, nameKey), either(o.Time, timeKey), either(o.Transition, lifecycleKey)}
	for i, name := range append(wanted, o.Keep...) {
		place := slices.Index(known, name)
		if place < 0 && i >= rowKeep {
			place = slices.Index(known, casePrefix+name)
		}
		if place < 0 && (i != rowLifecycle || o.Transition != "") {
			faults.Error(diag.LineOf(o.Name, 1), "log-no-column", diag.Args{"Column": name, "Near": diag.Suggest(name, known), "Known": strings.Join(known[:min(len(known), 30)], ", ")})
			sound = false
		}
		c.places, c.titles = append(c.places, place), append(c.titles, name)
	}
	if !sound {
		return nil, ErrBroken
	}
	if o.Sort {
		c.sorted, err = sortRows(c, faults)
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

// separatorOf returns what stands between the cells of the head: whichever there is most of.
func separatorOf(in *bufio.Reader) rune {
	head, _ := in.Peek(32 << 10)
	line, _, _ := strings.Cut(string(head), "\n")
	best := ','
	for _, r := range []rune{';', '\t'} {
		if strings.Count(line, string(r)) > strings.Count(line, string(best)) {
			best = r
		}
	}
	return best
}

func (c *csvLog) broken(err error, line int, faults *diag.List) error {
	c.ended = true
	faults.Error(diag.LineOf(c.o.Name, line), brokenBy(err), nil)
	return ErrBroken
}

// misquoted tells whether the quotation marks of a row are at fault.
func misquoted(err error) bool {
	return errors.Is(err, csv.ErrQuote) || errors.Is(err, csv.ErrBareQuote)
}

// empty tells whether nothing stands in any of the cells.
func empty(cells []string) bool {
	return !slices.ContainsFunc(cells, func(s string) bool { return s != "" })
}

// read returns the next row of the file. Rows in which nothing stands are no rows. A row at fault is told of, and nil.
func (c *csvLog) read(faults *diag.List) (*row, error) {
	c.in.renew()
	cells, err := c.r.Read()
	for err == nil && empty(cells) { // as spreadsheets write below their last row
		c.in.renew()
		cells, err = c.r.Read()
	}
	line := 0
	if len(cells) > 0 {
		line, _ = c.r.FieldPos(0)
	}
	switch {
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case misquoted(err):
		var parse *csv.ParseError
		errors.As(err, &parse)
		tell(faults, diag.LineOf(c.o.Name, parse.StartLine), "case-row-quotes", nil)
		return nil, nil
	case err != nil:
		return nil, c.broken(err, max(1, line), faults)
	case len(cells) != c.columns:
		tell(faults, diag.LineOf(c.o.Name, line), "case-row-cells", diag.Args{"Cells": len(cells), "Columns": c.columns})
		return nil, nil
	}
	out := &row{line: line, cells: make([]string, len(c.places))}
	for i, p := range c.places {
		if p < 0 {
			continue
		}
		switch s := cells[p]; {
		case !utf8.ValidString(s):
			tell(faults, diag.LineOf(c.o.Name, line), "log-not-utf8", nil)
			return nil, nil
		case len(s) > MaxText:
			tell(faults, diag.LineOf(c.o.Name, line), "log-text-too-long", diag.Args{"Limit": MaxText >> 10, "Trace": ""})
			return nil, nil
		case i == rowCase || i == rowTime:
			out.cells[i] = strings.Clone(s)
		default:
			out.cells[i] = once(c.texts, s)
		}
	}
	if strings.TrimSpace(out.cells[rowCase]) == "" {
		tell(faults, diag.LineOf(c.o.Name, line), "log-no-case", diag.Args{"Column": c.titles[rowCase]})
		return nil, nil
	}
	return out, nil
}

// nextRow returns the next row, in the order in which those of a case stand together.
func (c *csvLog) nextRow(faults *diag.List) (*row, error) {
	if c.ahead != nil {
		r := c.ahead
		c.ahead = nil
		return r, nil
	}
	if c.sorted != nil {
		return c.sorted.next(faults)
	}
	return c.read(faults)
}

// next gathers the rows of a case.
func (c *csvLog) next(t *Trace, faults *diag.List) error {
	if c.ended {
		return io.EOF
	}
	begun, bad, tooMany := false, c.doubt, false
	c.doubt = false
	for {
		r, err := c.nextRow(faults)
		if errors.Is(err, io.EOF) {
			c.ended = true
			if !begun && !bad {
				return io.EOF
			}
			break
		}
		if err != nil {
			return err
		}
		if r == nil {
			bad, c.doubt = true, true
			continue
		}
		if begun && r.cells[rowCase] != t.ID {
			c.ahead = r
			break
		}
		if !begun {
			begun, t.ID, t.Line = true, r.cells[rowCase], r.line
			if c.sorted == nil && !c.unseen(t.ID) {
				faults.Error(diag.LineOf(c.o.Name, r.line), "log-case-split", diag.Args{"Trace": t.ID})
				c.ended = true
				return ErrBroken
			}
		}
		c.doubt = false // what could not be read stands before a row of this very case
		if !c.event(t, r, faults) {
			bad = true
		}
		if len(t.Events) > MaxEvents {
			t.Events, tooMany = t.Events[:MaxEvents], true
		}
	}
	if tooMany {
		tell(faults, diag.LineOf(c.o.Name, t.Line), "log-too-many-events", diag.Args{"Limit": MaxEvents, "Trace": t.ID})
	}
	if bad && len(*faults) == 0 {
		tell(faults, diag.LineOf(c.o.Name, max(1, t.Line)), "log-row-lost", diag.Args{"Trace": t.ID})
	}
	if t.Values = make([]string, len(c.o.Keep)); len(t.Events) > 0 {
		first := t.Events[0]
		for _, e := range t.Events[1:] {
			if e.Instant < first.Instant {
				first = e
			}
		}
		t.Values = first.Values
	}
	return nil
}

// unseen tells whether no rows of the case have stood elsewhere. Of each case it keeps eight bytes.
func (c *csvLog) unseen(id string) bool {
	sum := sha256.Sum256([]byte(id))
	key := binary.LittleEndian.Uint64(sum[:])
	if c.seen[key] {
		return false
	}
	c.seen[key] = true
	return true
}

// event adds the row to the trace; false where it is at fault.
func (c *csvLog) event(t *Trace, r *row, faults *diag.List) bool {
	if transition := r.cells[rowLifecycle]; transition != "" && c.o.Lifecycle != nil && !slices.Contains(c.o.Lifecycle, strings.ToLower(transition)) {
		t.Aside++
		return true
	}
	e := Event{Activity: once(c.texts, norm.NFC.String(r.cells[rowActivity])), Line: r.line, Values: r.cells[rowKeep:]}
	sound := true
	if strings.TrimSpace(e.Activity) == "" {
		tell(faults, diag.LineOf(c.o.Name, r.line), "log-no-activity", diag.Args{"Column": c.titles[rowActivity], "Trace": t.ID})
		sound = false
	}
	when, ok := r.cells[rowTime], false
	switch e.Instant, e.Day, ok = c.clock.read(when); {
	case ok:
	case strings.TrimSpace(when) == "":
		tell(faults, diag.LineOf(c.o.Name, r.line), "log-no-time", diag.Args{"Column": c.titles[rowTime], "Trace": t.ID})
		sound = false
	default:
		tell(faults, diag.LineOf(c.o.Name, r.line), "log-bad-time", diag.Args{"Column": c.titles[rowTime], "Format": c.o.TimeFormat, "Trace": t.ID})
		sound = false
	}
	t.Events = append(t.Events, e)
	return sound
}
