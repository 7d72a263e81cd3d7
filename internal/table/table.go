package table

import (
	"embed"
	"fmt"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = lang.Embedded(catalogueFiles)

// Table is figures of one kind.
type Table struct {
	ID      string // kebab-case; the name of its file
	Title   lang.Text
	Help    lang.Text // what it tells, of what, and how it was found
	Columns []Column
	Rows    [][]Cell // each with a cell for each column
}

// Column is what the cells below it are of.
type Column struct {
	ID    string // snake_case
	Title lang.Text
	Help  lang.Text // the definition: formula and inputs
	Unit  lang.Text // of numbers, where their type does not say it
	Type  Type
}

// Type is what the values of a column are.
type Type uint8

// The types.
const (
	Text   Type = iota // words, or a name
	Count              // a whole number
	Number             // a number
	Share              // a part of a whole, 0 to 1; people read it as a percentage
	Days               // a number of days, not always whole
	Day                // a day
	Bool               // yes or no
)

// Cell is a value, or why there is none. The zero Cell is an empty text.
type Cell struct {
	absent Absence
	value  any // nil: an empty text; lang.Text, int64, float64, calendar.Day, bool
}

// Absence tells why a cell has no value.
type Absence string

// The reasons.
const (
	NotStated     Absence = "not_stated"     // the source gives no such figure
	NotApplicable Absence = "not_applicable" // there is nothing that it could be the figure of
	Unbounded     Absence = "unbounded"      // nothing bounds it
	Unproven      Absence = "unproven"       // arithmetic between facts stands in the way
	NotAsked      Absence = "not_asked"      // it was not worked out: what it takes was not given
)

// Absences lists the reasons.
var Absences = []Absence{NotStated, NotApplicable, Unbounded, Unproven, NotAsked}

// Text says the reason in words of l.
func (a Absence) Text(l lang.Lang) string { return catalogue.Text(l, "absent."+string(a), nil) }

// Words is a cell with a text in both languages.
func Words(t lang.Text) Cell { return Cell{value: t} }

// Name is a cell with a text that is the same in every language, as an id.
func Name(s string) Cell { return Cell{value: lang.Text{SV: s, EN: s}} }

// Int is a cell of a Count, Number or Days.
func Int(n int) Cell { return Cell{value: int64(n)} }

// Num is a cell of a Number, Share or Days.
func Num(f float64) Cell { return Cell{value: f} }

// Ratio is a cell of a Share: n of all of. Of nothing there is no share.
func Ratio(n, of int) Cell {
	if of == 0 {
		return Lacks(NotApplicable)
	}
	return Num(float64(n) / float64(of))
}

// Date is a cell of a Day.
func Date(d calendar.Day) Cell { return Cell{value: d} }

// Truth is a cell of a Bool.
func Truth(b bool) Cell { return Cell{value: b} }

// Lacks is a cell without a value.
func Lacks(why Absence) Cell { return Cell{absent: why} }

// Absent tells why the cell has no value; "" where it has one.
func (c Cell) Absent() Absence { return c.absent }

// Float returns the number of a cell that has one.
func (c Cell) Float() (f float64, ok bool) {
	switch v := c.value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// Column returns the place of the column with the id, -1 where there is none.
func (t *Table) Column(id string) int {
	for i, c := range t.Columns {
		if c.ID == id {
			return i
		}
	}
	return -1
}

// Add adds a row. It panics where the cells are not as many as the columns, or of other types: that is a fault of the program.
func (t *Table) Add(cells ...Cell) {
	if len(cells) != len(t.Columns) {
		panic(fmt.Sprintf("table %s: %d cells for %d columns", t.ID, len(cells), len(t.Columns)))
	}
	for i, c := range cells {
		if !c.fits(t.Columns[i].Type) {
			panic(fmt.Sprintf("table %s: column %s has no place for %T", t.ID, t.Columns[i].ID, c.value))
		}
	}
	t.Rows = append(t.Rows, cells)
}

func (c Cell) fits(t Type) bool {
	if c.absent != "" {
		return true
	}
	switch c.value.(type) {
	case nil, lang.Text:
		return t == Text
	case int64:
		return t == Count || t == Number || t == Days
	case float64:
		return t == Number || t == Share || t == Days
	case calendar.Day:
		return t == Day
	case bool:
		return t == Bool
	}
	return false
}

// lacks tells whether any cell has no value.
func (t *Table) lacks() bool {
	for _, row := range t.Rows {
		for _, c := range row {
			if c.absent != "" {
				return true
			}
		}
	}
	return false
}

// absences writes which columns of the row lack a value, and why: "column=reason", with semicolons between.
func (t *Table) absences(row []Cell) (out string) {
	for i, c := range row {
		if c.absent != "" {
			if out != "" {
				out += "; "
			}
			out += t.Columns[i].ID + "=" + string(c.absent)
		}
	}
	return out
}
