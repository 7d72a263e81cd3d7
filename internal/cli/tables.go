package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	lipglosstable "charm.land/lipgloss/v2/table"
	"github.com/spf13/pflag"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/table"
)

// tableOptions say where the figures of a command go, beside what it prints.
type tableOptions struct {
	dir     string   // "": nowhere
	formats []string // none: CSV
}

// tableFlags adds the flags of the tables to those of a command.
func (a *app) tableFlags(f *pflag.FlagSet, o *tableOptions) {
	f.StringVar(&o.dir, "tables", "", a.say("tables.flag.dir", nil))
	f.StringSliceVar(&o.formats, "table-format", nil, a.say("tables.flag.format", nil))
}

// tableFormats returns the formats that were asked for; misuse where one is none, or where the tables can go nowhere. To be called before
// any work is done.
func (a *app) tableFormats(o tableOptions) (out []table.Format, err error) {
	for _, name := range o.formats {
		if !slices.Contains(table.Formats, table.Format(name)) {
			var known []string
			for _, f := range table.Formats {
				known = append(known, string(f))
			}
			return nil, misuse{a.say("tables.no-format", map[string]any{"Name": name, "Near": diag.Suggest(name, known), "Known": strings.Join(known, ", ")})}
		}
		if !slices.Contains(out, table.Format(name)) {
			out = append(out, table.Format(name))
		}
	}
	switch {
	case o.dir == "" && out != nil:
		return nil, misuse{a.say("tables.alone", nil)}
	case out == nil:
		out = []table.Format{table.CSV}
	}
	if info, err := os.Stat(o.dir); err == nil && !info.IsDir() {
		return nil, misuse{a.say("tables.is-file", map[string]any{"Path": o.dir})}
	}
	return out, nil
}

// saveTables writes each table into the folder asked for, once for each format, as ID.FORMAT. The folder is made where there is none;
// other files in it are left alone. Where no folder is asked for it does nothing.
func (a *app) saveTables(o tableOptions, tables []*table.Table) error {
	if o.dir == "" {
		return nil
	}
	formats, err := a.tableFormats(o)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.dir, 0o777); err != nil {
		return errors.New(a.say("tables.no-folder", map[string]any{"Path": o.dir}))
	}
	for _, t := range tables {
		for _, f := range formats {
			var text bytes.Buffer
			if err := t.Write(&text, f, a.lang); err != nil {
				return err
			}
			path := filepath.Join(o.dir, t.ID+"."+string(f))
			if err := writeWhole(path, text.Bytes()); err != nil {
				return errors.New(a.say("tables.cannot-write", map[string]any{"Path": path}))
			}
		}
	}
	fmt.Fprintln(a.err, a.say("tables.saved", map[string]any{"Count": len(tables), "Path": o.dir}))
	return nil
}

// printTable writes a table for people, its title above it.
func (a *app) printTable(t *table.Table) { a.printTableWithin(t, tableWidth) }

// printTableWithin is printTable in so many columns of the terminal.
func (a *app) printTableWithin(t *table.Table, width int) {
	fmt.Fprintf(a.out, "\n%s\n", strong.Render(t.Title.In(a.lang)))
	if help := t.Help.In(a.lang); help != "" {
		for line := range strings.SplitSeq(lipgloss.Wrap(help, width, ""), "\n") {
			fmt.Fprintln(a.out, faint.Render(line)) // line by line: the library fills up the shorter ones of a text
		}
	}
	texts := a.tableTexts(t)
	widths, _ := columnWidths(texts, width)
	wrapped := false
	shown := lipglosstable.New().Border(lipgloss.NormalBorder()).Wrap(true).Headers(texts[0]...).StyleFunc(func(row, col int) lipgloss.Style {
		style := lipgloss.NewStyle()
		if row == lipglosstable.HeaderRow {
			style = strong
		}
		if t.Columns[col].Type.IsNumber() {
			style = style.Align(lipgloss.Right)
		}
		return style.Padding(0, 1).Width(widths[col] + 2)
	})
	for _, row := range texts[1:] {
		for i, text := range row {
			wrapped = wrapped || lipgloss.Width(text) > widths[i] || strings.Contains(text, "\n")
		}
		shown.Row(row...)
	}
	fmt.Fprintln(a.out, shown.BorderRow(wrapped).String())
}

// tableTexts writes the heads of a table's columns, then its rows.
func (a *app) tableTexts(t *table.Table) [][]string {
	out := make([][]string, 1+len(t.Rows))
	for i, c := range t.Columns {
		out[0] = append(out[0], c.Head(a.lang))
		for k, row := range t.Rows {
			out[k+1] = append(out[k+1], row[i].Text(c, a.lang))
		}
	}
	return out
}

// columnWidths shares so many columns of the terminal out among those of a table, borders and padding not counted in: the narrow ones get
// what they need, the others the same, but none less than its longest word and its head. ok tells whether that fits.
func columnWidths(texts [][]string, width int) (out []int, ok bool) {
	n := len(texts[0])
	need, least := make([]int, n), make([]int, n)
	for k, row := range texts {
		for i, text := range row {
			need[i] = max(need[i], lipgloss.Width(text))
			if k == 0 {
				least[i] = lipgloss.Width(text)
			}
			for word := range strings.FieldsSeq(text) {
				least[i] = max(least[i], lipgloss.Width(word))
			}
		}
	}
	total := func(most int) (sum int) {
		out = make([]int, n)
		for i := range out {
			out[i] = max(least[i], min(need[i], most))
			sum += out[i] + 3 // a border and the padding on both sides
		}
		return sum + 1
	}
	most := slices.Max(need)
	for most > 0 && total(most) > width {
		most--
	}
	return out, total(most) <= width
}
