package casefile

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

type csvWriter struct {
	w       *csv.Writer
	columns []Column
	cells   []string
	begun   bool
}

func newCSVWriter(w io.Writer, columns *Columns) *csvWriter {
	return &csvWriter{w: csv.NewWriter(w), columns: columns.List, cells: make([]string, 2+len(columns.List))}
}

// begin writes the head, once.
func (w *csvWriter) begin() error {
	if w.begun {
		return nil
	}
	w.begun = true
	w.cells[0], w.cells[1] = interpreter.ColumnID, interpreter.ColumnAt
	for i, c := range w.columns {
		w.cells[2+i] = c.ID
	}
	return w.w.Write(w.cells)
}

func (w *csvWriter) Write(c *interpreter.Case) error {
	if err := w.begin(); err != nil {
		return err
	}
	w.cells[0], w.cells[1] = c.ID, ""
	if c.At != nil {
		w.cells[1] = c.At.String()
	}
	for i, f := range w.columns {
		w.cells[2+i] = ""
		if v, said := c.Get(f.ID); said {
			w.cells[2+i] = cellOf(f.Kind, typed(f.Kind, v))
		}
	}
	return w.w.Write(w.cells)
}

func (w *csvWriter) Close() error {
	if err := w.begin(); err != nil {
		return err
	}
	w.w.Flush()
	return w.w.Error()
}

// cellOf writes a value, as Case.Get gives it. interpreter.Reader reads it.
func cellOf(kind rule.Kind, v any) string {
	switch v := v.(type) {
	case nil:
		return interpreter.CellNobody
	case []string:
		if len(v) == 0 {
			return interpreter.CellEmptySet
		}
		return strings.Join(v, interpreter.CellSplit)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		// A text that could be taken for something else stands in quotes.
		if kind == rule.Text && (v == "" || v == interpreter.CellNobody || strings.HasPrefix(v, `"`)) {
			return strconv.Quote(v)
		}
		return v
	}
	return fmt.Sprint(v)
}

// errTwice says that the head of a table names a column twice, so that it is not clear which of them counts.
var errTwice = errors.New("a column stands twice")

type csvReader struct {
	r     *csv.Reader
	cells *interpreter.Reader
}

// newCSVReader reads the head. Its columns may stand in any order; id and at may be left out.
func newCSVReader(r io.Reader, set *interpreter.Set) (*csvReader, error) {
	c := &csvReader{r: csv.NewReader(r)}
	c.r.ReuseRecord = true
	head, err := c.r.Read()
	if errors.Is(err, io.EOF) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	var faults diag.List
	if c.cells = cellsOf(set, CSVHead(head), &faults); c.cells == nil {
		return nil, errTwice
	}
	return c, nil
}

// CSVHead returns the names of the columns that the first record of a CSV file gives, in memory of their own.
func CSVHead(record []string) []string {
	names := make([]string, len(record))
	for i, name := range record {
		if i == 0 {
			name = strings.TrimPrefix(name, "\ufeff") // spreadsheets put a byte order mark there
		}
		names[i] = strings.Clone(name)
	}
	return names
}

// cellsOf returns what understands the cells of a table with the columns, for all models of the set; nil where the
// columns are at fault.
func cellsOf(set *interpreter.Set, names []string, faults *diag.List) *interpreter.Reader {
	r := set.NewReader(set.IDs(), "", faults)
	if r == nil || !r.Columns(names, faults) {
		return nil
	}
	return r
}

// Read reads a row. A cell that is no value of its fact stays the text that it is, for Bind to refuse.
func (r *csvReader) Read(faults *diag.List) (*interpreter.Case, error) {
	cells, err := r.r.Read()
	if err != nil {
		return nil, err
	}
	c := interpreter.NewCase("")
	for i, cell := range cells {
		r.cells.PutCell(c, i, strings.Clone(cell), faults)
	}
	return c, nil
}
