package batch

import (
	"bytes"
	"encoding/csv"
	"errors"
	"runtime/debug"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/internal/tally"
	"github.com/stegvis/stegvis/interpreter"
)

// worker answers for the cases of one block after another. Everything that it needs for that it keeps.
type worker struct {
	o       *Options
	query   interpreter.Query
	columns []string // of a table; nil: the input is no table
	reader  *interpreter.Reader
	answers []answer
	results map[*interpreter.Program]*interpreter.Result
	form    form
	tally   *tally.Tally

	line  lineRow
	cells csvRow
	typed typedRow
}

// answer is what a model says of a case.
type answer struct {
	p     *interpreter.Program
	facts *interpreter.Facts
	at    calendar.Day
	r     *interpreter.Result
}

// row is where a case is read from.
type row interface {
	// read reads the case the fast way. It returns false where that refuses it.
	read(r *interpreter.Reader) bool
	// slow reads the case with words for what is wrong.
	slow(r *interpreter.Reader, faults *diag.List) *interpreter.Case
}

// newWorker returns a worker, or nil with what is wrong with the models, the version or the columns.
func newWorker(o *Options, columns []string, faults *diag.List) *worker {
	w := &worker{
		o: o, query: interpreter.Query{At: o.At, Today: o.Today, Version: o.Version}, columns: columns,
		answers: make([]answer, len(o.Models)), results: map[*interpreter.Program]*interpreter.Result{}, form: newForm(o),
	}
	w.line.name = o.Name
	if o.Summary {
		w.tally = tally.New(o.Set, o.Models)
	}
	w.newReader(faults)
	if w.reader == nil {
		return nil
	}
	return w
}

func (w *worker) newReader(faults *diag.List) {
	w.reader = w.o.Set.NewReader(w.o.Models, w.o.Version, faults)
	if w.reader != nil && w.columns != nil && !w.reader.Columns(w.columns, faults) {
		w.reader = nil
	}
}

// do answers for the cases of a block.
func (w *worker) do(b *block) {
	b.reset()
	switch w.o.From {
	case casefile.CSV:
		w.csv(b)
	case casefile.Parquet:
		w.typed.batch = &b.typed
		for i := range b.typed.Rows() {
			w.typed.row = i
			w.one(b, b.first+int64(i), &w.typed)
		}
	default:
		w.lines(b)
	}
}

func (w *worker) lines(b *block) {
	number := b.first
	for text := b.text; len(text) > 0; number++ {
		line, rest, _ := bytes.Cut(text, []byte{'\n'})
		text = rest
		if number <= w.o.Skip || len(line) == 0 || line[0] <= ' ' && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		w.line.number, w.line.text = number, bytes.TrimSuffix(line, []byte{'\r'})
		w.one(b, number, &w.line)
	}
}

// csv reads the rows of a block of CSV. What is wrong with the form of one row leaves the others as they are.
func (w *worker) csv(b *block) {
	w.cells.text.Reset(b.text)
	r := csv.NewReader(&w.cells.text)
	r.ReuseRecord, r.FieldsPerRecord = true, len(w.columns)
	for before := int64(0); ; before = r.InputOffset() {
		cells, err := r.Read()
		var fault *csv.ParseError
		number := b.first - 1
		switch {
		case errors.As(err, &fault):
			number += int64(fault.StartLine)
		case err != nil: // the end
			return
		default:
			line, _ := r.FieldPos(0)
			number += int64(line)
		}
		if number <= w.o.Skip {
			continue
		}
		w.cells.cells, w.cells.columns, w.cells.fault, w.cells.bytes = cells, len(w.columns), fault, r.InputOffset()-before
		w.one(b, number, &w.cells)
	}
}

// one answers for one case, or tells what is wrong with it. Should stegvis itself be at fault and panic, that case is lost
// and no other.
func (w *worker) one(b *block, number int64, in row) {
	from := w.form.mark(b)
	var id []byte
	defer func() {
		if recover() == nil {
			return
		}
		w.form.back(b, from)
		w.newReader(new(diag.List)) // the old one may be broken
		var faults diag.List
		faults.Error(diag.Span{}, "case-panic", nil)
		w.fault(b, &Faulty{Row: number, Case: string(id), Faults: faults, Stack: debug.Stack()})
	}()
	if in.read(w.reader) {
		id = w.reader.ID()
		if w.fast() {
			w.answer(b, number, id)
			return
		}
	}
	var faults diag.List
	c := in.slow(w.reader, &faults)
	id = []byte(c.ID)
	if w.slow(c, &faults); faults.HasErrors() {
		faults.Sort()
		w.fault(b, &Faulty{Row: number, Case: c.ID, Faults: oncePerPlace(faults)})
		return
	}
	w.answer(b, number, id)
}

// fast has every model answer for the case that the reader has read. It returns false where that is for the slow way.
func (w *worker) fast() bool {
	for i := range w.answers {
		a := &w.answers[i]
		if a.p, a.facts, a.at = w.reader.Answering(i, w.query); a.p == nil {
			return false
		}
	}
	w.decide()
	return true
}

// slow has every model answer for a case, or tells what is wrong with it.
func (w *worker) slow(c *interpreter.Case, faults *diag.List) {
	q := w.query
	for i := range w.answers {
		q.Model = w.o.Models[i]
		p := w.o.Set.Choose(c, q, faults)
		if p == nil {
			return
		}
		w.answers[i] = answer{p: p, facts: c.Bind(p, w.o.Set.Declares, faults), at: q.Day(c)}
	}
	if !faults.HasErrors() {
		w.decide()
	}
}

func (w *worker) decide() {
	for i := range w.answers {
		a := &w.answers[i]
		if a.r = w.results[a.p]; a.r == nil {
			a.r = &interpreter.Result{}
			w.results[a.p] = a.r
		}
		beforeDecision(a.p, a.facts)
		a.p.Decide(a.facts, a.at, a.r)
	}
}

// beforeDecision is for tests.
var beforeDecision = func(*interpreter.Program, *interpreter.Facts) {}

func (w *worker) answer(b *block, number int64, id []byte) {
	for i := range w.answers {
		w.form.add(b, number, id, &w.answers[i])
	}
	if w.tally != nil {
		w.tally.Case(false)
		for i := range w.answers {
			w.tally.Count(w.answers[i].p, w.answers[i].r)
		}
	}
	b.done = append(b.done, done{number, len(b.out)})
}

func (w *worker) fault(b *block, f *Faulty) {
	b.faulty = append(b.faulty, f)
	if w.tally != nil {
		w.tally.Case(true)
	}
}

// oncePerPlace drops what several models say of one place or of one fact: the case is at fault, whichever of them tells.
func oncePerPlace(faults diag.List) diag.List {
	var out diag.List
	for _, d := range faults {
		if n := len(out); n > 0 && d.Span == out[n-1].Span && d.Code == out[n-1].Code && d.Args["Fact"] == out[n-1].Args["Fact"] {
			continue
		}
		out = append(out, d)
	}
	return out
}

// lineRow is a line of NDJSON.
type lineRow struct {
	name   string
	number int64
	text   []byte
}

func (l *lineRow) read(r *interpreter.Reader) bool {
	return len(l.text) <= interpreter.MaxCaseBytes && r.ReadJSON(l.text)
}

func (l *lineRow) slow(_ *interpreter.Reader, faults *diag.List) *interpreter.Case {
	return interpreter.ReadCase(diag.NewSourceAt(l.name, string(l.text), int(l.number)), faults)
}

// csvRow is a row of CSV.
type csvRow struct {
	text    bytes.Reader // of the block
	cells   []string
	columns int
	fault   *csv.ParseError // of its form
	bytes   int64
	cell    []byte
}

func (c *csvRow) read(r *interpreter.Reader) bool {
	if c.fault != nil || c.bytes > interpreter.MaxCaseBytes {
		return false
	}
	r.Begin()
	for i, cell := range c.cells {
		if cell == "" {
			continue
		}
		c.cell = append(c.cell[:0], cell...)
		if !r.CellText(i, c.cell) {
			return false
		}
	}
	return true
}

func (c *csvRow) slow(r *interpreter.Reader, faults *diag.List) *interpreter.Case {
	k := interpreter.NewCase("")
	switch {
	case c.bytes > interpreter.MaxCaseBytes:
		faults.Error(diag.Span{}, "case-too-large", diag.Args{"Limit": interpreter.MaxCaseBytes >> 10})
	case c.fault == nil:
		for i, cell := range c.cells {
			r.PutCell(k, i, cell, faults)
		}
	case errors.Is(c.fault, csv.ErrFieldCount):
		faults.Error(diag.Span{}, "case-row-cells", diag.Args{"Cells": len(c.cells), "Columns": c.columns})
	default:
		faults.Error(diag.Span{}, "case-row-quotes", nil)
	}
	return k
}

// typedRow is a row of Parquet.
type typedRow struct {
	batch *casefile.Batch
	row   int
}

func (t *typedRow) read(r *interpreter.Reader) bool {
	r.Begin()
	return t.batch.Row(t.row, r)
}

func (t *typedRow) slow(r *interpreter.Reader, faults *diag.List) *interpreter.Case {
	return t.batch.Case(t.row, r, faults)
}
