package cohort

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// What a cell says beside values: nothing where a fact was not asked for, nobody where nobody can tell it.
const (
	cellNobody   = "null"
	cellSplit    = ";"
	cellEmptySet = ";" // a set that is known to have no value
)

type csvWriter struct {
	w     *csv.Writer
	s     *Space
	cells []string
	begun bool
}

func newCSVWriter(w io.Writer, s *Space) *csvWriter {
	return &csvWriter{w: csv.NewWriter(w), s: s, cells: make([]string, 2+len(s.Facts))}
}

// begin writes the head, once.
func (w *csvWriter) begin() error {
	if w.begun {
		return nil
	}
	w.begun = true
	w.cells[0], w.cells[1] = "id", "at"
	for i, f := range w.s.Facts {
		w.cells[2+i] = f.ID
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
	for i, f := range w.s.Facts {
		w.cells[2+i] = ""
		if v, said := c.Get(f.ID); said {
			w.cells[2+i] = cellOf(f, typed(f.Kind, v))
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

// cellOf writes a value, as Case.Get gives it.
func cellOf(f *Fact, v any) string {
	switch v := v.(type) {
	case nil:
		return cellNobody
	case []string:
		if len(v) == 0 {
			return cellEmptySet
		}
		return strings.Join(v, cellSplit)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		// A text that could be taken for something else stands in quotes.
		if f.Kind == rule.Text && (v == "" || v == cellNobody || strings.HasPrefix(v, `"`)) {
			return strconv.Quote(v)
		}
		return v
	}
	return fmt.Sprint(v)
}

// errTwice says that the head of a table names a column twice, so that it is not clear which of them counts.
var errTwice = errors.New("a column stands twice")

type csvReader struct {
	r       *csv.Reader
	columns []string
	kinds   []rule.Kind
}

// newCSVReader reads the head. Its columns may stand in any order; id and at may be left out.
func newCSVReader(r io.Reader, s *Space) (*csvReader, error) {
	c := &csvReader{r: csv.NewReader(r)}
	c.r.ReuseRecord = true
	head, err := c.r.Read()
	if errors.Is(err, io.EOF) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	if len(head) > 0 {
		head[0] = strings.TrimPrefix(head[0], "\ufeff") // spreadsheets put a byte order mark there
	}
	for i, name := range head {
		if slices.Contains(head[:i], name) {
			return nil, errTwice
		}
		c.columns = append(c.columns, strings.Clone(name))
		kind := rule.Invalid
		if i, ok := s.Index(name); ok {
			kind = s.Facts[i].Kind
		}
		c.kinds = append(c.kinds, kind)
	}
	return c, nil
}

// Read reads a row. A cell that is no value of its fact stays the text that it is, for Bind to refuse.
func (r *csvReader) Read(faults *diag.List) (*interpreter.Case, error) {
	cells, err := r.r.Read()
	if err != nil {
		return nil, err
	}
	c := interpreter.NewCase("")
	for i, cell := range cells {
		switch name := r.columns[i]; {
		case name == "id":
			c.ID = strings.Clone(cell)
		case cell == "":
		case name == "at":
			if day, ok := calendar.Parse(cell); ok {
				c.At = &day
			} else {
				faults.Error(diag.Span{}, "case-at", nil)
			}
		case cell == cellNobody:
			c.Set(name, nil)
		default:
			c.Set(name, valueOf(r.kinds[i], strings.Clone(cell)))
		}
	}
	return c, nil
}

// valueOf reads what cellOf wrote.
func valueOf(kind rule.Kind, cell string) any {
	switch kind {
	case rule.Bool:
		switch cell {
		case "true":
			return true
		case "false":
			return false
		}
	case rule.Int:
		if n, err := strconv.ParseInt(cell, 10, 64); err == nil {
			return n
		}
	case rule.Number:
		if n, err := strconv.ParseFloat(cell, 64); err == nil {
			return n
		}
	case rule.Set:
		if cell == cellEmptySet {
			return []string{}
		}
		return strings.Split(cell, cellSplit)
	case rule.Text:
		if text, err := strconv.Unquote(cell); err == nil && cell[0] == '"' {
			return text
		}
	}
	return cell
}
