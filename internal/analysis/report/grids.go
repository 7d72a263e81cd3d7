package report

import (
	"slices"
	"strings"

	"github.com/stegvis/stegvis/internal/table"
)

// heads are the heads of a table that has a column for each model, the first being what its rows are.
func (b *builder) heads(first string) []head {
	out := []head{{Text: first}}
	for _, n := range b.names {
		out = append(out, head{Text: n})
	}
	return out
}

// textRow is a row of texts.
func textRow(texts ...string) row {
	var r row
	for _, t := range texts {
		r.Cells = append(r.Cells, cell{Text: t})
	}
	return r
}

// shades is how many shades a cell can have.
const shades = 9

// shade is how dark a share from 0 to 1 is shown: 0 for none of it, then 1 to shades.
func shade(share float64) int {
	if share <= 0 {
		return 0
	}
	return min(1+int(share*shades), shades)
}

// looks is how a table is shown.
type looks struct {
	shaded bool     // shares are
	fixed  bool     // its rows have an order of their own
	only   []string // the ids of the columns that are shown; nil: all
	of     string   // the model that the table is of, which its first column names, so that it is left out; "": none
	file   string   // the id of the table that the file has, where that is a longer one; "": of this
}

// show shows a table.
func (b *builder) show(t *table.Table, o looks) grid {
	whole := t
	if longer := b.tables[o.file]; longer != nil {
		whole = longer
	}
	g := grid{ID: b.id("table", t.ID), Caption: b.in(t.Title), Help: b.in(t.Help), Plain: o.fixed, File: b.file(whole)}
	columns := make([]int, 0, len(t.Columns))
	for i := range t.Columns {
		columns = append(columns, i)
	}
	if o.only != nil {
		columns = columns[:0]
		for _, id := range o.only {
			if i := t.Column(id); i >= 0 {
				columns = append(columns, i)
			}
		}
	}
	for n, i := range columns {
		c := t.Columns[i]
		g.Heads = append(g.Heads, head{Text: c.Head(b.l), Help: b.in(c.Help), Number: c.Type.IsNumber() && n > 0})
	}
	if o.of != "" {
		g.Caption, columns, g.Heads = b.say("of-model", "Title", g.Caption, "Model", o.of), columns[1:], g.Heads[1:]
		g.Help = ""
	}
	for _, cells := range t.Rows {
		var r row
		for n, i := range columns {
			x := b.cell(cells[i], t.Columns[i])
			x.Number = x.Number && n > 0
			if f, ok := cells[i].Float(); ok && o.shaded && t.Columns[i].Type == table.Share {
				x.Shade, g.Shaded = shade(f), true
			}
			r.Cells = append(r.Cells, x)
		}
		g.Rows = append(g.Rows, r)
	}
	return g
}

// cell shows a cell of a table. Its lines stay lines.
func (b *builder) cell(c table.Cell, col table.Column) cell {
	lines := strings.Split(c.Text(col, b.l), "\n")
	x := cell{Text: lines[0], Lines: lines[1:], Number: col.Type.IsNumber(), Lacks: c.Absent() != ""}
	if f, ok := c.Float(); ok {
		x.Sort = sortable(f)
	}
	return x
}

// shown shows the table with the id, where there is one that has rows; else it says so in the sentence none, if that is not "".
func (b *builder) shown(id, none string, o looks) []block {
	if t := b.tables[id]; t != nil && len(t.Rows) > 0 {
		return []block{b.show(t, o)}
	}
	if none == "" {
		return nil
	}
	return []block{b.para(none)}
}

// lastFile leaves tables that have one file together with that of the last of them.
func lastFile(blocks []block) []block {
	last := true
	for i, x := range slices.Backward(blocks) {
		if g, ok := x.(grid); ok {
			if !last {
				g.File = nil
				blocks[i] = g
			}
			last = false
		}
	}
	return blocks
}

// file holds a table for programs, and takes down that the page has it.
func (b *builder) file(t *table.Table) *file {
	b.filed[t.ID] = true
	f := fileOf(t, b.l)
	b.held += len(f.Data)
	return f
}

// files lists every table behind the page, and holds those that stand nowhere above.
func (b *builder) files() []block {
	var out files
	for _, t := range b.Input.Tables() {
		x := named{Text: b.say("files.table", "Title", b.in(t.Title), "Count", len(t.Rows))}
		switch {
		case b.filed[t.ID]:
			x.File, x.Above = &file{Name: t.ID + ".csv"}, true
		case b.held < maxHeld:
			x.File = b.file(t)
		default:
			x.File = &file{Name: t.ID + ".csv"}
		}
		out.Tables = append(out.Tables, x)
	}
	return []block{b.para("files.intro"), out}
}
