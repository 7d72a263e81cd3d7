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
	dir     string // "": nowhere
	formats []string
}

// tableFlags adds the flags of the tables to those of a command.
func (a *app) tableFlags(f *pflag.FlagSet, o *tableOptions) {
	f.StringVar(&o.dir, "tables", "", a.say("tables.flag.dir", nil))
	f.StringSliceVar(&o.formats, "table-format", []string{string(table.CSV)}, a.say("tables.flag.format", nil))
	f.Lookup("table-format").DefValue = "" // the library would write it in brackets, and add a word in English
}

// tableFormats returns the formats that were asked for; misuse where one is none. To be called before any work is done.
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
func (a *app) printTable(t *table.Table) {
	fmt.Fprintf(a.out, "\n%s\n", strong.Render(t.Title.In(a.lang)))
	if help := t.Help.In(a.lang); help != "" {
		fmt.Fprintln(a.out, faint.Width(tableWidth).Render(help))
	}
	var head []string
	for _, c := range t.Columns {
		head = append(head, c.Head(a.lang))
	}
	shown := lipglosstable.New().Border(lipgloss.NormalBorder()).Wrap(true).Headers(head...).StyleFunc(func(row, col int) lipgloss.Style {
		style := lipgloss.NewStyle()
		if row == lipglosstable.HeaderRow {
			style = strong
		}
		if t.Columns[col].Type.IsNumber() {
			style = style.Align(lipgloss.Right)
		}
		return style.Padding(0, 1)
	})
	for _, cells := range t.Rows {
		var row []string
		for i, c := range cells {
			row = append(row, c.Text(t.Columns[i], a.lang))
		}
		shown.Row(row...)
	}
	text := shown.String()
	if lipgloss.Width(text) > tableWidth {
		text = shown.Width(tableWidth).BorderRow(true).String()
	}
	fmt.Fprintln(a.out, text)
}
