package interpreter

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
)

// The columns of a table of cases beside those of facts.
const (
	ColumnID           = "id"
	ColumnAt           = "at"
	ColumnUnobtainable = "unobtainable" // a list of facts, in tables with types
)

// Their places in Reader.columns.
const (
	columnID int32 = -1 - iota
	columnAt
	columnUnobtainable
	columnUnknown // a name that no model declares
)

// What a cell of CSV says beside values. An empty one is a fact that was not asked for.
const (
	CellNobody   = "null" // nobody knows
	CellSplit    = ";"    // between the values of a set
	CellEmptySet = ";"    // a set that is known to have no value
)

// Columns takes the names of a table's columns: id, at, unobtainable, and facts, in any order. It returns false,
// with faults, where a name stands twice, so that it is not clear which of them counts. A name that no model
// declares is a fault of the rows that say something there; so is unobtainable in CSV.
func (r *Reader) Columns(names []string, faults *diag.List) bool {
	r.heads, r.columns = slices.Clone(names), make([]int32, len(names))
	for i, name := range names {
		switch name {
		case ColumnID:
			r.columns[i] = columnID
		case ColumnAt:
			r.columns[i] = columnAt
		case ColumnUnobtainable:
			r.columns[i] = columnUnobtainable
		default:
			r.columns[i] = columnUnknown
			if at, ok := r.place([]byte(name)); ok {
				r.columns[i] = at
			}
		}
	}
	sound := true
	for i, c := range r.columns {
		switch {
		case c == columnUnknown || !slices.Contains(r.columns[:i], c):
			continue
		case c < 0:
			faults.Error(diag.Span{}, "case-key-twice", diag.Args{"Key": names[i]})
		default:
			faults.Error(diag.Span{}, "case-fact-twice", diag.Args{"Fact": r.names.names[c]})
		}
		sound = false
	}
	return sound
}

// Kind returns the kind of the fact that a column holds: a date for at, rule.Invalid for all that no program that may
// answer has.
func (r *Reader) Kind(col int) rule.Kind {
	switch c := r.columns[col]; {
	case c >= 0:
		return r.entries[c].kind()
	case c == columnAt:
		return rule.Date
	}
	return rule.Invalid
}

// Begin begins a new row. A cell that is not read says nothing: its fact was not asked for. Every method that
// reads a cell returns false where the row is at fault; what is left of it need not be read then.
func (r *Reader) Begin() { r.begin() }

// CellText reads a cell of CSV.
func (r *Reader) CellText(col int, cell []byte) bool {
	c := r.columns[col]
	switch {
	case len(cell) == 0:
		return true
	case c == columnID:
		return r.setID(cell)
	case c == columnAt:
		return r.setAt(cell)
	case c < 0:
		return false
	}
	e := &r.entries[c]
	if string(cell) == CellNobody {
		return r.says(col, saidNobody)
	}
	switch e.kind() {
	case rule.Bool:
		if string(cell) == "true" || string(cell) == "false" {
			return r.CellBool(col, cell[0] == 't')
		}
	case rule.Int:
		if n, err := strconv.ParseInt(string(cell), 10, 64); err == nil {
			return r.CellInt(col, n)
		}
	case rule.Number:
		if n, err := strconv.ParseFloat(string(cell), 64); err == nil {
			return r.CellFloat(col, n)
		}
	case rule.Set:
		return r.splitSet(col, e, cell)
	case rule.Text:
		if cell[0] == '"' {
			if text, err := strconv.Unquote(string(cell)); err == nil {
				cell = []byte(text)
			}
		}
	}
	return r.CellString(col, cell)
}

func (r *Reader) splitSet(col int, e *entry, cell []byte) bool {
	if !r.says(col, saidValue) {
		return false
	}
	r.beginSet(e)
	n := 0
	if string(cell) != CellEmptySet {
		for more := true; more; n++ {
			var item []byte
			item, cell, more = bytes.Cut(cell, []byte(CellSplit))
			r.item(e, item)
		}
	}
	r.endSet(e, n)
	return r.sound()
}

// says notes that a column says something of its fact. It returns false where it holds none, or where the row
// also says that nobody knows it.
func (r *Reader) says(col int, s said) bool {
	c := r.columns[col]
	if c < 0 {
		return false
	}
	if s == saidNobody {
		r.nobody(&r.entries[c])
	}
	r.said[c] |= s
	return r.said[c]&saidValue == 0 || r.said[c]&(saidNobody|saidListed) == 0
}

// CellNull reads a cell of a table with types that holds nothing: the fact was not asked for.
func (r *Reader) CellNull(int) bool { return true }

// CellBool reads a cell with a truth value.
func (r *Reader) CellBool(col int, v bool) bool {
	if !r.says(col, saidValue) {
		return false
	}
	r.bool(&r.entries[r.columns[col]], v)
	return r.sound()
}

// CellInt reads a cell with a whole number.
func (r *Reader) CellInt(col int, v int64) bool {
	if !r.says(col, saidValue) {
		return false
	}
	r.whole(&r.entries[r.columns[col]], v)
	return r.sound()
}

// CellFloat reads a cell with a number.
func (r *Reader) CellFloat(col int, v float64) bool {
	if !r.says(col, saidValue) {
		return false
	}
	r.float(&r.entries[r.columns[col]], v)
	return r.sound()
}

// CellDay reads a cell with a day.
func (r *Reader) CellDay(col int, d calendar.Day) bool {
	if r.columns[col] == columnAt {
		r.at, r.hasAt = d, true
		return inCalendar(d)
	}
	if !r.says(col, saidValue) {
		return false
	}
	r.day(&r.entries[r.columns[col]], d)
	return r.sound()
}

// CellString reads a cell with a text: an enum's value, a text, a day written as text, or the id.
func (r *Reader) CellString(col int, s []byte) bool {
	switch r.columns[col] {
	case columnID:
		return r.setID(s)
	case columnAt:
		return r.setAt(s)
	}
	if !r.says(col, saidValue) {
		return false
	}
	r.words(&r.entries[r.columns[col]], s)
	return r.sound()
}

// CellList reads a cell with a list: a set's values, or the facts that nobody can tell.
func (r *Reader) CellList(col int, items [][]byte) bool {
	if r.columns[col] == columnUnobtainable {
		for _, name := range items {
			i, ok := r.place(name)
			if !ok || r.said[i] != 0 {
				return false
			}
			r.said[i] |= saidListed
			r.nobody(&r.entries[i])
		}
		return true
	}
	if !r.says(col, saidValue) {
		return false
	}
	e := &r.entries[r.columns[col]]
	r.beginSet(e)
	for _, item := range items {
		r.item(e, item)
	}
	r.endSet(e, len(items))
	return r.sound()
}
