// Package parquettest reads Parquet back as texts, for the tests of everything that writes it.
package parquettest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/casefile"
)

// Rows returns the rows of a file, each as the texts of its cells by column; a cell without a value is left out.
func Rows(t testing.TB, file []byte) (rows []map[string]string) {
	t.Helper()
	f, err := casefile.OpenParquet(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var b casefile.Batch
	for {
		if err := f.Read(&b, 300); errors.Is(err, io.EOF) {
			return rows
		} else if err != nil {
			t.Fatal(err)
		}
		for i := range b.Rows() {
			r := row{names: f.Names(), cells: map[string]string{}}
			b.Row(i, r)
			rows = append(rows, r.cells)
		}
	}
}

// row takes the cells of a row as texts.
type row struct {
	names []string
	cells map[string]string
}

func (r row) put(col int, text string) bool {
	r.cells[r.names[col]] = text
	return true
}

func (r row) Kind(int) rule.Kind                   { return rule.Invalid }
func (r row) CellBool(col int, v bool) bool        { return r.put(col, fmt.Sprint(v)) }
func (r row) CellInt(col int, v int64) bool        { return r.put(col, fmt.Sprint(v)) }
func (r row) CellFloat(col int, v float64) bool    { return r.put(col, fmt.Sprint(v)) }
func (r row) CellDay(col int, d calendar.Day) bool { return r.put(col, d.String()) }
func (r row) CellString(col int, s []byte) bool    { return r.put(col, string(s)) }
func (r row) CellList(col int, items [][]byte) bool {
	return r.put(col, string(bytes.Join(items, []byte(";"))))
}
