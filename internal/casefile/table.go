package casefile

import (
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// rowsAtATime is how many rows are kept in memory before they become a row group of the file.
const rowsAtATime = 20_000

// Table writes rows of any columns as Parquet.
type Table struct {
	w *parquet.GenericWriter[any]
}

// NewTable returns a table with the columns; name is that of what a row is.
func NewTable(w io.Writer, name string, columns []Column) *Table {
	return &Table{parquet.NewGenericWriter[any](w, schemaOf(name, columns),
		// By itself the library writes how the program was built, so that two builds would not write the same bytes.
		parquet.CreatedBy("stegvis", "1", "0"),
		parquet.Compression(&parquet.Zstd),
		parquet.MaxRowsPerRowGroup(rowsAtATime))}
}

// Write writes the rows.
func (t *Table) Write(r *Rows) error {
	_, err := t.w.WriteRows(r.rows)
	return err
}

// Close writes what is left. It does not close what the table is written to.
func (t *Table) Close() error { return t.w.Close() }

// Rows are rows on their way into a table: of each, the cells of all columns from the first to the last. They keep their
// memory when they are Reset.
type Rows struct {
	columns []Column
	rows    []parquet.Row
}

// NewRows returns room for rows of the columns.
func NewRows(columns []Column) *Rows { return &Rows{columns: columns} }

// Reset forgets the rows.
func (r *Rows) Reset() { r.rows = r.rows[:0] }

// Len returns how many rows there are.
func (r *Rows) Len() int { return len(r.rows) }

// Truncate forgets the rows after the first n.
func (r *Rows) Truncate(n int) { r.rows = r.rows[:n] }

// Begin begins a new row.
func (r *Rows) Begin() {
	n := len(r.rows)
	r.rows = slices.Grow(r.rows, 1)[:n+1]
	r.rows[n] = r.rows[n][:0]
}

// next returns the row, the number of the column whose cell is next, and the definition level of a value in it.
func (r *Rows) next() (row *parquet.Row, column, level int) {
	row = &r.rows[len(r.rows)-1]
	if n := len(*row); n > 0 {
		column = (*row)[n-1].Column() + 1
	}
	if !r.columns[column].Required {
		level = 1
	}
	return row, column, level
}

func (r *Rows) value(v parquet.Value) {
	row, column, level := r.next()
	*row = append(*row, v.Level(0, level, column))
}

// Null leaves the next cell without a value.
func (r *Rows) Null() {
	row, column, _ := r.next()
	*row = append(*row, parquet.NullValue().Level(0, 0, column))
}

// Bool gives the next cell a truth value.
func (r *Rows) Bool(v bool) { r.value(parquet.BooleanValue(v)) }

// Int gives the next cell a whole number.
func (r *Rows) Int(v int64) { r.value(parquet.Int64Value(v)) }

// Number gives the next cell a number.
func (r *Rows) Number(v float64) { r.value(parquet.DoubleValue(v)) }

// Day gives the next cell a day.
func (r *Rows) Day(d calendar.Day) { r.value(parquet.Int32Value(int32(d))) }

// Text gives the next cell a text, whose bytes must not change until the rows are written.
func (r *Rows) Text(s []byte) { r.value(parquet.ByteArrayValue(s)) }

// List gives the next cell a list of texts, whose bytes must not change until the rows are written.
func (r *Rows) List(texts [][]byte) {
	row, column, level := r.next()
	if len(texts) == 0 {
		*row = append(*row, parquet.NullValue().Level(0, level, column))
	}
	for i, s := range texts {
		*row = append(*row, parquet.ByteArrayValue(s).Level(min(i, 1), level+1, column))
	}
}

// inOrder is a group of columns in an order of its own; the library's group sorts them.
type inOrder struct {
	parquet.Group
	fields []parquet.Field
}

func (g inOrder) Fields() []parquet.Field { return g.fields }

func schemaOf(name string, columns []Column) *parquet.Schema {
	group, order := parquet.Group{}, map[string]int{}
	for i, c := range columns {
		group[c.ID] = nodeOf(c)
		order[c.ID] = i
	}
	fields := group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int { return order[a.Name()] - order[b.Name()] })
	return parquet.NewSchema(name, inOrder{group, fields})
}

func nodeOf(c Column) parquet.Node {
	var node parquet.Node
	switch c.Kind {
	case rule.Bool:
		node = parquet.Leaf(parquet.BooleanType)
	case rule.Int:
		node = parquet.Int(64)
	case rule.Number:
		node = parquet.Leaf(parquet.DoubleType)
	case rule.Date, rule.Event:
		node = parquet.Date()
	case rule.Set:
		node = parquet.List(parquet.String())
	default:
		node = parquet.String()
	}
	if c.Required {
		return node
	}
	return parquet.Optional(node)
}
