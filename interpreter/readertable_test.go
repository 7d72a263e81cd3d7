package interpreter_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// row is a row of a table, as it is read both ways.
type row struct {
	asked
	r      *interpreter.Reader
	c      *interpreter.Case
	faults diag.List
	taken  bool
}

func begin(a asked, r *interpreter.Reader) *row {
	r.Begin()
	return &row{asked: a, r: r, c: interpreter.NewCase(""), taken: true}
}

// csv reads a cell of CSV.
func (w *row) csv(col int, cell string) {
	w.taken = w.taken && w.r.CellText(col, []byte(cell))
	w.r.PutCell(w.c, col, cell, &w.faults)
}

// typed reads a cell of a table with types.
func (w *row) typed(col int, cell any) {
	ok := true
	switch v := cell.(type) {
	case nil:
		ok = w.r.CellNull(col)
	case bool:
		ok = !w.taken || w.r.CellBool(col, v)
	case int64:
		ok = !w.taken || w.r.CellInt(col, v)
	case float64:
		ok = !w.taken || w.r.CellFloat(col, v)
	case string:
		ok = !w.taken || w.r.CellString(col, []byte(v))
	case calendar.Day:
		ok = !w.taken || w.r.CellDay(col, v)
	case []string:
		var items [][]byte
		for _, s := range v {
			items = append(items, []byte(s))
		}
		ok = !w.taken || w.r.CellList(col, items)
	}
	w.taken = w.taken && ok
	w.r.Put(w.c, col, cell, &w.faults)
}

func (w *row) wrong() string { return w.agree(w.r, w.taken, w.c, w.faults) }

// heads are the columns of a table of the set: its facts, and one that nobody declares.
func heads(set *interpreter.Set, more ...string) []string {
	names := append([]string{"samtyke"}, more...)
	seen := map[string]bool{}
	for _, p := range set.Programs() {
		for _, f := range p.Model().Facts {
			if !seen[f.ID] {
				names = append(names, norm.NFD.String(f.ID))
			}
			seen[f.ID] = true
		}
	}
	return names
}

func columns(t fataler, r *interpreter.Reader, names []string) {
	var faults diag.List
	if !r.Columns(names, &faults) {
		t.Fatalf("%v", faults[0].Message(lang.EN))
	}
}

// rowsAgree reads rows both ways: every cell in every column, and some cells together. The zero C says nothing.
func rowsAgree[C any](t *testing.T, names []string, cells []C, read func(w *row, col int, cell C)) {
	t.Helper()
	taken, refused := 0, 0
	for _, a := range everyAsked() {
		r := newReader(t, a.set, a.version, a.models...)
		columns(t, r, names)
		check := func(t fataler, said map[int]C) {
			w := begin(a, r)
			for col := range names {
				read(w, col, said[col])
			}
			if wrong := w.wrong(); wrong != "" {
				t.Fatalf("%v of version %q, %v: %s", a.models, a.version, said, wrong)
			}
			if w.taken {
				taken++
			} else {
				refused++
			}
		}
		for col := range names {
			for _, cell := range cells {
				check(t, map[int]C{col: cell})
			}
		}
		rapid.Check(t, func(t *rapid.T) {
			check(t, rapid.MapOfN(rapid.IntRange(0, len(names)-1), rapid.SampledFrom(cells), 0, 5).Draw(t, "cells"))
		})
	}
	if taken == 0 || refused == 0 {
		t.Errorf("%d taken, %d refused: the rows show nothing", taken, refused)
	}
}

var csvCells = []string{
	"null", "true", "false", "True", "0", "12", "24", "25", "-1", "60", "61", "1e1", "0x10", "1_0", "0.5", "2.5", "1e999", "NaN", "Inf", "9223372036854775808", "ja", "nej", "åter", "a\u030ater",
	"kanske", "praktik", "vård", "praktik;vård", "studier;vård", "studier;studier", "praktik;", ";", ";;", "v7;v299", "2026-03-01", "2024-02-30", "20260301", " ", "text", `"`, `""`, `"null"`, `"\xff"`,
	`"a" b`, "\xff", strings.Repeat("å", 2049), strings.Repeat("v1;", 200) + "v2",
	strings.NewReplacer(`"`, "", "[", "", "]", "", ",", ";").Replace(codes(200)), strings.NewReplacer(`"`, "", "[", "", "]", "", ",", ";").Replace(codes(201)),
}

func TestARowOfCSVIsReadAsTheSlowWayReadsIt(t *testing.T) {
	rowsAgree(t, heads(atOdds, interpreter.ColumnAt, interpreter.ColumnID), csvCells, (*row).csv)
}

var typedCells = []any{
	nil, true, false, int64(0), int64(24), int64(25), int64(61), int64(1) << 53, int64(-1) << 53, int64(1)<<53 + 1, 0.5, 2.5, 40.0, "ja", "åter", "a\u030ater", "kanske", "2026-03-01", "2026-02-30",
	"", "text", "\xff", strings.Repeat("å", 2049), day("2021-06-01"), day("2026-03-01"), calendar.MaxDay + 1, calendar.MinDay - 1,
	[]string{}, []string{"praktik"}, []string{"vård", "va\u030ard"}, []string{"studier", "kontakt"}, []string{"timmar"}, []string{"timmar", "andel"}, []string{"andel", "andel"}, []string{"a\u030aterga\u030ang"}, []string{"timar"},
	[]string{"annan"},
}

func TestATypedRowIsReadAsTheSlowWayReadsIt(t *testing.T) {
	names := heads(atOdds, interpreter.ColumnAt, interpreter.ColumnID)
	names = slices.Insert(names, 5, interpreter.ColumnUnobtainable) // facts stand before and after it
	rowsAgree(t, names, typedCells, (*row).typed)
}

func TestARowThatKnowsWhatItSaysNobodyKnowsIsRefused(t *testing.T) {
	for _, a := range everyAsked() {
		r := newReader(t, a.set, a.version, a.models...)
		columns(t, r, []string{"timmar", interpreter.ColumnUnobtainable, "samtycke"})
		for _, c := range []struct {
			cells []any
			taken bool
		}{
			{[]any{nil, []string{"timmar", "samtycke"}, nil}, true},
			{[]any{int64(24), []string{"samtycke"}, nil}, true},
			{[]any{int64(24), []string{"timmar"}, nil}, false},
			{[]any{nil, []string{"samtycke"}, true}, false},
		} {
			w := begin(a, r)
			for col, cell := range c.cells {
				w.typed(col, cell)
			}
			if wrong := w.wrong(); wrong != "" || w.taken != c.taken {
				t.Errorf("%v of version %q, %v: taken %v, %s", a.models, a.version, c.cells, w.taken, wrong)
			}
		}
	}
}

func TestAColumnThatStandsTwiceIsAFault(t *testing.T) {
	r := newReader(t, atOdds, "", "prov")
	for names, codes := range map[string]string{
		"id at timmar":                       "",
		"timmar okänd okänd":                 "", // a fault of the rows that say something there
		"id timmar id":                       "case-key-twice",
		"at at":                              "case-key-twice",
		"samtycke timmar samtycke timmar":    "case-fact-twice case-fact-twice",
		"återgång a\u030aterga\u030ang":      "case-fact-twice",
		"unobtainable samtycke unobtainable": "case-key-twice",
	} {
		var faults diag.List
		ok := r.Columns(strings.Fields(names), &faults)
		var got []string
		for _, f := range faults {
			got = append(got, f.Code)
		}
		if strings.Join(got, " ") != codes || ok != (codes == "") {
			t.Errorf("%s: %v, %v", names, ok, got)
		}
	}
}

func TestAColumnTellsTheKindOfItsFact(t *testing.T) {
	r := newReader(t, atOdds, "", "annan")
	columns(t, r, []string{"id", "at", "unobtainable", "samtyke", "samtycke", "a\u030aterga\u030ang", "mote", "ma\u0308ngd"})
	var got []rule.Kind
	for col := range 8 {
		got = append(got, r.Kind(col))
	}
	want := []rule.Kind{rule.Invalid, rule.Date, rule.Invalid, rule.Invalid, rule.Invalid, rule.Invalid, rule.Event, rule.Set}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestARowAllocatesNothing(t *testing.T) {
	r := newReader(t, atOdds, "", "prov", "annan")
	names := []string{"id", "at", "samtycke", "timmar", "andel", "beslut", "insatser", "koder", "start", "mote", "återgång", "annan"}
	cells := [][]byte{}
	for _, cell := range []string{"k 1", "2026-03-01", "true", "20", "0.25", "åter", "vård;studier", ";", "2026-01-01", "null", "", "true"} {
		cells = append(cells, []byte(cell))
	}
	columns(t, r, names)
	run := func() {
		r.Begin()
		for col, cell := range cells {
			if !r.CellText(col, cell) {
				t.Fatalf("%s: %q is refused", names[col], cell)
			}
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
