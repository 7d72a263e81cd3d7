package casefile

import (
	"io"
	"slices"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// casesAtATime is how many cases are handed over together.
const casesAtATime = 64

type parquetWriter struct {
	t     *Table
	facts []Column
	rows  *Rows
}

// newParquetWriter returns a writer of a table with the columns id, at, one for each fact, and unobtainable.
func newParquetWriter(w io.Writer, facts *Columns) *parquetWriter {
	columns := slices.Concat(
		[]Column{{ID: interpreter.ColumnID, Kind: rule.Text, Required: true}, {ID: interpreter.ColumnAt, Kind: rule.Date}},
		facts.List,
		[]Column{{ID: interpreter.ColumnUnobtainable, Kind: rule.Set, Required: true}})
	return &parquetWriter{t: NewTable(w, "case", columns), facts: facts.List, rows: NewRows(columns)}
}

func (w *parquetWriter) Write(c *interpreter.Case) error {
	w.rows.Begin()
	w.rows.Text([]byte(c.ID))
	if c.At != nil {
		w.rows.Day(*c.At)
	} else {
		w.rows.Null()
	}
	var nobody [][]byte
	for _, f := range w.facts {
		v, said := c.Get(f.ID)
		if said && v == nil {
			nobody = append(nobody, []byte(f.ID))
		}
		w.put(typed(f.Kind, v))
	}
	w.rows.List(nobody)
	if w.rows.Len() < casesAtATime {
		return nil
	}
	return w.flush()
}

// put gives the column of a fact its value; it is null where nothing is known.
func (w *parquetWriter) put(v any) {
	switch v := v.(type) {
	case bool:
		w.rows.Bool(v)
	case int64:
		w.rows.Int(v)
	case float64:
		w.rows.Number(v)
	case calendar.Day:
		w.rows.Day(v)
	case string:
		w.rows.Text([]byte(v))
	case []string:
		texts := make([][]byte, len(v))
		for i, s := range v {
			texts[i] = []byte(s)
		}
		w.rows.List(texts)
	default:
		w.rows.Null()
	}
}

func (w *parquetWriter) flush() error {
	err := w.t.Write(w.rows)
	w.rows.Reset()
	return err
}

func (w *parquetWriter) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.t.Close()
}
