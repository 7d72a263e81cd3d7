package table_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casefile/parquettest"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/table"
)

func TestEverySentenceExistsInBothLanguages(t *testing.T) {
	casetest.Sentences(t, table.Catalogue, casetest.Naming{})
	for _, l := range lang.All {
		for _, a := range table.Absences {
			if text := a.Text(l); strings.HasPrefix(text, "[") {
				t.Errorf("%s has no words for %s", l, a)
			}
		}
	}
}

var types = []table.Type{table.Text, table.Count, table.Number, table.Share, table.Days, table.Day, table.Bool}

// drawn is a table of any columns and values.
func drawn(t *rapid.T) *table.Table {
	out := &table.Table{ID: "drawn", Title: lang.Text{SV: "Dragen", EN: "Drawn"}}
	for i := range rapid.IntRange(1, 5).Draw(t, "columns") {
		out.Columns = append(out.Columns, table.Column{ID: fmt.Sprintf("c%d", i), Type: rapid.SampledFrom(types).Draw(t, "type")})
	}
	for range rapid.IntRange(0, 8).Draw(t, "rows") {
		var cells []table.Cell
		for _, c := range out.Columns {
			cells = append(cells, drawnCell(t, c.Type))
		}
		out.Add(cells...)
	}
	return out
}

func drawnCell(t *rapid.T, of table.Type) table.Cell {
	if rapid.IntRange(0, 4).Draw(t, "absent") == 0 {
		return table.Lacks(rapid.SampledFrom(table.Absences).Draw(t, "why"))
	}
	whole := rapid.IntRange(-1e9, 1e9)
	switch of {
	case table.Count:
		return table.Int(whole.Draw(t, "n"))
	case table.Number, table.Days:
		if rapid.Bool().Draw(t, "whole") {
			return table.Int(whole.Draw(t, "n"))
		}
		return table.Num(rapid.Float64Range(-1e9, 1e9).Draw(t, "f"))
	case table.Share:
		return table.Num(rapid.Float64Range(0, 1).Draw(t, "share"))
	case table.Day:
		return table.Date(calendar.Day(rapid.IntRange(0, 30000).Draw(t, "day")))
	case table.Bool:
		return table.Truth(rapid.Bool().Draw(t, "b"))
	}
	return table.Words(lang.Text{SV: rapid.StringN(0, 8, -1).Draw(t, "sv"), EN: rapid.StringN(0, 8, -1).Draw(t, "en")})
}

func written(t rapid.TB, x *table.Table, f table.Format, l lang.Lang) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := x.Write(&b, f, l); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestEveryFormatHoldsTheSame reads each format back with another's reader, and finds the same values and the same reasons for there
// being none.
func TestEveryFormatHoldsTheSame(t *testing.T) {
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		x := drawn(t)
		l := rapid.SampledFrom(lang.All).Draw(t, "lang")
		var asJSON struct {
			Columns []struct{ ID, Type string }
			Rows    []map[string]any
		}
		dec := json.NewDecoder(bytes.NewReader(written(t, x, table.JSON, l)))
		dec.UseNumber()
		if err := dec.Decode(&asJSON); err != nil {
			t.Fatal(err)
		}
		asCSV, err := csv.NewReader(bytes.NewReader(written(t, x, table.CSV, l))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		asParquet := parquettest.Rows(outer, written(t, x, table.Parquet, l))
		if len(asJSON.Rows) != len(x.Rows) || len(asCSV) != len(x.Rows)+1 || len(asParquet) != len(x.Rows) || len(asJSON.Columns) != len(x.Columns) {
			t.Fatalf("%d rows: %d in JSON, %d in CSV, %d in Parquet", len(x.Rows), len(asJSON.Rows), len(asCSV)-1, len(asParquet))
		}
		for r, row := range x.Rows {
			why := map[string]string{}
			for i, cell := range row {
				id := x.Columns[i].ID
				inJSON, inCSV, inParquet := asJSON.Rows[r][id], asCSV[r+1][i], asParquet[r][id]
				if cell.Absent() != "" {
					why[id] = string(cell.Absent())
					if _, has := asParquet[r][id]; inJSON != nil || inCSV != "" || has {
						t.Fatalf("row %d, %s has no value, and %v, %q, %q", r, id, inJSON, inCSV, inParquet)
					}
					continue
				}
				if x.Columns[i].Type.IsNumber() {
					a, err1 := json.Number(inCSV).Float64()
					b, err2 := json.Number(inParquet).Float64()
					c, err3 := json.Number(fmt.Sprint(inJSON)).Float64()
					if want, _ := cell.Float(); err1 != nil || err2 != nil || err3 != nil || a != want || b != want || c != want {
						t.Fatalf("row %d, %s is %v: %v, %q, %q", r, id, want, inJSON, inCSV, inParquet)
					}
					continue
				}
				// The reader of CSV takes CRLF within a cell for a line feed.
				if text := fmt.Sprint(inJSON); text != inParquet || strings.ReplaceAll(text, "\r\n", "\n") != inCSV {
					t.Fatalf("row %d, %s: %q, %q, %q", r, id, text, inCSV, inParquet)
				}
			}
			told := map[string]string{}
			for _, part := range strings.Split(asParquet[r]["absent"], "; ") {
				if column, reason, ok := strings.Cut(part, "="); ok {
					told[column] = reason
				}
			}
			inJSON, _ := asJSON.Rows[r]["absent"].(map[string]any)
			if fmt.Sprint(told) != fmt.Sprint(why) || fmt.Sprint(inJSON) != fmt.Sprint(map[string]any{}) && len(inJSON) != len(why) {
				t.Fatalf("row %d lacks %v, and says %v, %v", r, why, told, inJSON)
			}
		}
	})
}

func TestFiguresAreShownAsTheLanguageWritesThem(t *testing.T) {
	share, days, count := table.Column{Type: table.Share}, table.Column{Type: table.Days, Title: lang.Text{SV: "Tid", EN: "Time"}}, table.Column{Type: table.Count}
	for _, c := range []struct {
		cell   table.Cell
		col    table.Column
		sv, en string
	}{
		{table.Num(0.1234), share, "12,3 %", "12.3%"},
		{table.Ratio(1, 0), share, "ej tillämpligt", "does not apply"},
		{table.Ratio(0, 3), share, "0 %", "0%"},
		{table.Int(1234567), count, "1\u00a0234\u00a0567", "1,234,567"},
		{table.Num(-2.25), days, "−2,2", "−2.2"},
		{table.Num(-0.0001), days, "0", "0"},
		{table.Lacks(table.NotStated), days, "anges ej", "not stated"},
		{table.Truth(true), table.Column{Type: table.Bool}, "ja", "yes"},
		{table.Words(lang.Text{SV: "ö", EN: "o"}), table.Column{}, "ö", "o"},
	} {
		if sv, en := c.cell.Text(c.col, lang.SV), c.cell.Text(c.col, lang.EN); sv != c.sv || en != c.en {
			t.Errorf("%v is shown as %q and %q, want %q and %q", c.cell, sv, en, c.sv, c.en)
		}
	}
	if sv, en := days.Head(lang.SV), days.Head(lang.EN); sv != "Tid (dagar)" || en != "Time (days)" {
		t.Errorf("%q, %q", sv, en)
	}
}

func TestARowThatDoesNotFitIsAFaultOfTheProgram(t *testing.T) {
	for name, cells := range map[string][]table.Cell{
		"too many":   {table.Int(1), table.Int(2)},
		"wrong type": {table.Name("x")},
		"a fraction": {table.Num(0.5)},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("was taken")
				}
			}()
			x := &table.Table{Columns: []table.Column{{ID: "n", Type: table.Count}}}
			x.Add(cells...)
		})
	}
}
