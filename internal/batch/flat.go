package batch

import (
	"bytes"
	"strconv"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/interpreter"
)

// columns are those of a table of answers; docs/batch.md says what stands in them.
var columns = []casefile.Column{
	{ID: "row", Kind: rule.Int, Required: true},
	{ID: "case", Kind: rule.Text},
	{ID: "model", Kind: rule.Text, Required: true},
	{ID: "version", Kind: rule.Text, Required: true},
	{ID: "at", Kind: rule.Date, Required: true},
	{ID: "status", Kind: rule.Text, Required: true},
	{ID: "step", Kind: rule.Text},
	{ID: "title", Kind: rule.Text},
	{ID: "stage", Kind: rule.Text},
	{ID: "kind", Kind: rule.Text},
	{ID: "actor", Kind: rule.Text},
	{ID: "due", Kind: rule.Date},
	{ID: "time", Kind: rule.Text},
	{ID: "days_left", Kind: rule.Int},
	{ID: "next", Kind: rule.Set, Required: true},
	{ID: "late", Kind: rule.Set, Required: true},
	{ID: "upcoming", Kind: rule.Set, Required: true},
	{ID: "upcoming_from", Kind: rule.Date},
	{ID: "missing", Kind: rule.Set, Required: true},
	{ID: "outcome", Kind: rule.Text},
	{ID: "stuck", Kind: rule.Text},
	{ID: "stuck_facts", Kind: rule.Set, Required: true},
	{ID: "late_limits", Kind: rule.Set, Required: true},
	{ID: "hash", Kind: rule.Text, Required: true},
}

// cells takes the cells of a row, from the first column to the last. Texts are of memory that does not change.
type cells interface {
	Begin()
	Null()
	Int(int64)
	Day(calendar.Day)
	Text([]byte)
	List([][]byte)
}

// flat writes each answer as a row of a table.
type flat struct {
	lang  lang.Lang
	csv   bool
	row   csvCells
	names map[*interpreter.Program]*names
	list  [][]byte
}

// names are the texts of a program that stand in a table.
type names struct {
	model, version, hash    []byte
	steps, titles           [][]byte
	stages, kinds, actors   [][]byte
	facts, outcomes, limits [][]byte
}

func namesOf(p *interpreter.Program, l lang.Lang) *names {
	m := p.Model()
	n := &names{model: []byte(m.ID), version: []byte(m.Version), hash: []byte(m.Hash)}
	for _, s := range m.Steps {
		n.steps, n.titles = append(n.steps, []byte(s.ID)), append(n.titles, []byte(s.Title.In(l)))
		n.kinds, n.actors = append(n.kinds, []byte(s.Kind.ID)), append(n.actors, []byte(s.Actor.ID))
		var stage []byte
		if s.Stage != nil {
			stage = []byte(s.Stage.ID)
		}
		n.stages = append(n.stages, stage)
	}
	for _, f := range m.Facts {
		n.facts = append(n.facts, []byte(f.ID))
	}
	for _, o := range m.Outcomes {
		n.outcomes = append(n.outcomes, []byte(o.ID))
	}
	for _, x := range m.Limits {
		n.limits = append(n.limits, []byte(x.ID))
	}
	return n
}

func (f *flat) mark(b *block) int {
	if f.csv {
		return len(b.out)
	}
	return b.rows.Len()
}

func (f *flat) back(b *block, mark int) {
	if f.csv {
		b.out = b.out[:mark]
	} else {
		b.rows.Truncate(mark)
	}
}

func (f *flat) add(b *block, row int64, id []byte, a *answer) {
	n := f.names[a.p]
	if n == nil {
		if f.names == nil {
			f.names = map[*interpreter.Program]*names{}
		}
		n = namesOf(a.p, f.lang)
		f.names[a.p] = n
	}
	if f.csv {
		f.row.out = b.out
		f.put(&f.row, n, row, id, a)
		f.row.End()
		b.out = f.row.out
		return
	}
	// The rows refer to the id until they are written, and the reader will use its memory again.
	from := len(b.out)
	b.out = append(b.out, id...)
	f.put(b.rows, n, row, b.out[from:], a)
}

func (f *flat) put(c cells, n *names, row int64, id []byte, a *answer) {
	r := a.r
	c.Begin()
	c.Int(row)
	f.text(c, id)
	c.Text(n.model)
	c.Text(n.version)
	c.Day(a.at)
	c.Text(statuses[r.Status])
	f.primary(c, n, a)
	c.List(f.ids(n.steps, r.Next, nil))
	c.List(f.ids(n.steps, r.Next, func(i int32) bool { return r.Time(int(i)) == interpreter.Late }))
	c.List(f.ids(n.steps, r.Upcoming, nil))
	from, has := calendar.Day(0), false
	for _, i := range r.Upcoming {
		if d, ok := r.From(int(i)); ok && (!has || d < from) {
			from, has = d, true
		}
	}
	f.day(c, from, has)
	f.list = f.list[:0]
	for i := range r.Missing {
		f.list = append(f.list, n.facts[r.Missing[i].Fact])
	}
	c.List(f.list)
	if r.Outcome >= 0 {
		c.Text(n.outcomes[r.Outcome])
	} else {
		c.Null()
	}
	switch {
	case r.Status != interpreter.StuckCase:
		c.Null()
	case len(r.Stuck) > 0:
		c.Text(unobtainable)
	default:
		c.Text(noRule)
	}
	c.List(f.ids(n.facts, r.Stuck, nil))
	f.list = f.list[:0]
	for _, x := range r.Limits {
		if x.Time == interpreter.Late {
			f.list = append(f.list, n.limits[x.Limit])
		}
	}
	c.List(f.list)
	c.Text(n.hash)
}

// primary puts the first step that is next, if any is.
func (f *flat) primary(c cells, n *names, a *answer) {
	if len(a.r.Next) == 0 {
		for range 8 {
			c.Null()
		}
		return
	}
	i := int(a.r.Next[0])
	c.Text(n.steps[i])
	c.Text(n.titles[i])
	f.text(c, n.stages[i])
	c.Text(n.kinds[i])
	c.Text(n.actors[i])
	due, has := a.r.Due(i)
	f.day(c, due, has)
	c.Text(times[a.r.Time(i)])
	if has {
		c.Int(int64(due - a.at))
	} else {
		c.Null()
	}
}

func (f *flat) text(c cells, s []byte) {
	if len(s) == 0 {
		c.Null()
	} else {
		c.Text(s)
	}
}

func (f *flat) day(c cells, d calendar.Day, known bool) {
	if known {
		c.Day(d)
	} else {
		c.Null()
	}
}

// ids returns the names of those with the indices, or of those of them that want is true of.
func (f *flat) ids(names [][]byte, indices []int32, want func(int32) bool) [][]byte {
	f.list = f.list[:0]
	for _, i := range indices {
		if want == nil || want(i) {
			f.list = append(f.list, names[i])
		}
	}
	return f.list
}

var (
	unobtainable = []byte(interpreter.Unobtainable)
	noRule       = []byte(interpreter.NoRule)
	statuses     = map[interpreter.Status][]byte{
		interpreter.Open: []byte(interpreter.Open), interpreter.Waiting: []byte(interpreter.Waiting), interpreter.NeedsFacts: []byte(interpreter.NeedsFacts),
		interpreter.Closed: []byte(interpreter.Closed), interpreter.StuckCase: []byte(interpreter.StuckCase),
	}
	times = map[interpreter.Lateness][]byte{
		interpreter.OK: []byte(interpreter.OK), interpreter.Soon: []byte(interpreter.Soon), interpreter.Late: []byte(interpreter.Late),
	}
)

// csvCells writes a row of CSV.
type csvCells struct {
	out   []byte
	first bool
}

// csvHead returns the head of a table of answers.
func csvHead() []byte {
	var c csvCells
	c.Begin()
	for _, column := range columns {
		c.Text([]byte(column.ID))
	}
	c.End()
	return c.out
}

func (c *csvCells) Begin() { c.first = true }
func (c *csvCells) End()   { c.out = append(c.out, '\n') }

func (c *csvCells) next() {
	if !c.first {
		c.out = append(c.out, ',')
	}
	c.first = false
}

func (c *csvCells) Null() { c.next() }

func (c *csvCells) Int(n int64) {
	c.next()
	c.out = strconv.AppendInt(c.out, n, 10)
}

func (c *csvCells) Day(d calendar.Day) {
	c.next()
	c.out, _ = d.AppendText(c.out)
}

// Text writes a cell, between quotation marks where it needs them.
func (c *csvCells) Text(s []byte) {
	c.next()
	if !bytes.ContainsAny(s, ",\"\r\n") {
		c.out = append(c.out, s...)
		return
	}
	c.out = append(c.out, '"')
	for {
		before, rest, more := bytes.Cut(s, []byte{'"'})
		c.out = append(c.out, before...)
		if !more {
			break
		}
		c.out = append(c.out, `""`...)
		s = rest
	}
	c.out = append(c.out, '"')
}

// List writes ids with semicolons between them.
func (c *csvCells) List(ids [][]byte) {
	c.next()
	for i, id := range ids {
		if i > 0 {
			c.out = append(c.out, interpreter.CellSplit...)
		}
		c.out = append(c.out, id...)
	}
}
