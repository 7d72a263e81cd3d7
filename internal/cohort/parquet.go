package cohort

import (
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// The columns beside those of facts.
const (
	idColumn           = "id"
	atColumn           = "at"
	unobtainableColumn = "unobtainable"
)

// rowsAtATime is how many cases are kept in memory before they become a row group of the file.
const rowsAtATime = 20_000

// inOrder is a group of columns in an order of its own; the library's group sorts them.
type inOrder struct {
	parquet.Group
	fields []parquet.Field
}

func (g inOrder) Fields() []parquet.Field { return g.fields }

// schemaOf returns the columns of a space: id, at, a column for each fact, unobtainable.
func schemaOf(s *Space) *parquet.Schema {
	group := parquet.Group{
		idColumn:           parquet.String(),
		atColumn:           parquet.Optional(parquet.Date()),
		unobtainableColumn: parquet.List(parquet.String()),
	}
	order := map[string]int{idColumn: -2, atColumn: -1, unobtainableColumn: len(s.Facts)}
	for i, f := range s.Facts {
		group[f.ID] = parquet.Optional(columnOf(f))
		order[f.ID] = i
	}
	fields := group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int { return order[a.Name()] - order[b.Name()] })
	return parquet.NewSchema("case", inOrder{group, fields})
}

func columnOf(f *Fact) parquet.Node {
	switch f.Kind {
	case rule.Bool:
		return parquet.Leaf(parquet.BooleanType)
	case rule.Int:
		return parquet.Int(64)
	case rule.Number:
		return parquet.Leaf(parquet.DoubleType)
	case rule.Date, rule.Event:
		return parquet.Date()
	case rule.Set:
		return parquet.List(parquet.String())
	}
	return parquet.String()
}

type parquetWriter struct {
	w    *parquet.GenericWriter[any]
	s    *Space
	rows []parquet.Row
}

func newParquetWriter(w io.Writer, s *Space) *parquetWriter {
	return &parquetWriter{s: s, w: parquet.NewGenericWriter[any](w, schemaOf(s),
		// By itself the library writes how the program was built, so that two builds would not write the same bytes.
		parquet.CreatedBy("stegvis", "1", "0"),
		parquet.Compression(&parquet.Zstd),
		parquet.MaxRowsPerRowGroup(rowsAtATime))}
}

func (w *parquetWriter) Write(c *interpreter.Case) error {
	row := parquet.Row{parquet.ByteArrayValue([]byte(c.ID)).Level(0, 0, 0)}
	at := parquet.NullValue().Level(0, 0, 1)
	if c.At != nil {
		at = parquet.Int32Value(int32(*c.At)).Level(0, 1, 1)
	}
	row = append(row, at)
	var nobody []string
	for i, f := range w.s.Facts {
		v, said := c.Get(f.ID)
		if said && v == nil {
			nobody = append(nobody, f.ID)
		}
		row = appendValue(row, 2+i, typed(f.Kind, v))
	}
	row = appendList(row, 2+len(w.s.Facts), 0, nobody)
	w.rows = append(w.rows, row)
	if len(w.rows) < batch {
		return nil
	}
	return w.flush()
}

func (w *parquetWriter) flush() error {
	_, err := w.w.WriteRows(w.rows)
	w.rows = w.rows[:0]
	return err
}

func (w *parquetWriter) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.w.Close()
}

// appendValue adds the value of the column of a fact; it is null where nothing is known.
func appendValue(row parquet.Row, column int, v any) parquet.Row {
	var p parquet.Value
	switch v := v.(type) {
	case bool:
		p = parquet.BooleanValue(v)
	case int64:
		p = parquet.Int64Value(v)
	case float64:
		p = parquet.DoubleValue(v)
	case calendar.Day:
		p = parquet.Int32Value(int32(v))
	case string:
		p = parquet.ByteArrayValue([]byte(v))
	case []string:
		return appendList(row, column, 1, v)
	default:
		return append(row, parquet.NullValue().Level(0, 0, column))
	}
	return append(row, p.Level(0, 1, column))
}

// appendList adds the values of a column of lists; level is the definition level of a list with nothing in it.
func appendList(row parquet.Row, column, level int, list []string) parquet.Row {
	if len(list) == 0 {
		return append(row, parquet.NullValue().Level(0, level, column))
	}
	for i, s := range list {
		row = append(row, parquet.ByteArrayValue([]byte(s)).Level(min(i, 1), level+1, column))
	}
	return row
}
