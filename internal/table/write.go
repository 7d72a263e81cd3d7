package table

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/casefile"
)

// Format is a form that a table can be written in.
type Format string

// The formats.
const (
	CSV     Format = "csv"     // UTF-8, commas, a line a row; numbers with a decimal point
	JSON    Format = "json"    // one object: what the table and its columns are, and "rows", an object each
	Parquet Format = "parquet" // one row group
)

// Formats lists the formats.
var Formats = []Format{CSV, JSON, Parquet}

// absentColumn tells of each row which columns lack a value, and why.
const absentColumn = "absent"

// Write writes the table with texts in l. It fails only where w does.
func (t *Table) Write(w io.Writer, f Format, l lang.Lang) error {
	switch f {
	case CSV:
		return t.writeCSV(w, l)
	case JSON:
		return t.writeJSON(w, l)
	case Parquet:
		return t.writeParquet(w, l)
	}
	return fmt.Errorf("no format %q", f)
}

func (t *Table) writeCSV(w io.Writer, l lang.Lang) error {
	lacks := t.lacks()
	out := csv.NewWriter(w)
	var record []string
	var err error
	write := func() {
		switch {
		case err != nil:
		case len(record) == 1 && record[0] == "": // the library writes an empty line, which readers take for none
			out.Flush()
			_, err = io.WriteString(w, "\"\"\n")
		default:
			err = out.Write(record)
		}
	}
	for _, c := range t.Columns {
		record = append(record, c.ID)
	}
	if lacks {
		record = append(record, absentColumn)
	}
	write()
	for _, row := range t.Rows {
		record = record[:0]
		for _, c := range row {
			record = append(record, c.plain(l))
		}
		if lacks {
			record = append(record, t.absences(row))
		}
		write()
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	return err
}

// plain writes the value as programs read it; "" where there is none.
func (c Cell) plain(l lang.Lang) string {
	switch v := c.value.(type) {
	case lang.Text:
		return v.In(l)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return string(appendFloat(nil, v))
	case calendar.Day:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// appendFloat writes a number as JSON has it. What is none has no place in a table.
func appendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		panic("a figure that is no number")
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}

func (t *Table) writeJSON(w io.Writer, l lang.Lang) error {
	enc := jsontext.NewEncoder(w, jsontext.WithIndent("  "))
	var failed error
	put := func(tokens ...jsontext.Token) {
		for _, x := range tokens {
			if failed == nil {
				failed = enc.WriteToken(x)
			}
		}
	}
	name := func(key, text string) { put(jsontext.String(key), jsontext.String(text)) }
	put(jsontext.BeginObject)
	name("id", t.ID)
	name("title", t.Title.In(l))
	name("help", t.Help.In(l))
	put(jsontext.String("columns"), jsontext.BeginArray)
	for _, c := range t.Columns {
		put(jsontext.BeginObject)
		name("id", c.ID)
		name("title", c.Title.In(l))
		name("type", c.Type.String())
		name("unit", c.Unit.In(l))
		name("help", c.Help.In(l))
		put(jsontext.EndObject)
	}
	put(jsontext.EndArray, jsontext.String("rows"), jsontext.BeginArray)
	lacks := t.lacks()
	for _, row := range t.Rows {
		put(jsontext.BeginObject)
		for i, c := range row {
			put(jsontext.String(t.Columns[i].ID))
			if c.absent == "" {
				put(c.token(l))
			} else {
				put(jsontext.Null)
			}
		}
		if lacks {
			put(jsontext.String(absentColumn), jsontext.BeginObject)
			for i, c := range row {
				if c.absent != "" {
					name(t.Columns[i].ID, string(c.absent))
				}
			}
			put(jsontext.EndObject)
		}
		put(jsontext.EndObject)
	}
	put(jsontext.EndArray, jsontext.EndObject)
	return failed
}

func (c Cell) token(l lang.Lang) jsontext.Token {
	switch v := c.value.(type) {
	case lang.Text:
		return jsontext.String(v.In(l))
	case int64:
		return jsontext.Int(v)
	case float64:
		return jsontext.Float(v)
	case calendar.Day:
		return jsontext.String(v.String())
	case bool:
		return jsontext.Bool(v)
	}
	return jsontext.String("")
}

// String names the type as JSON does.
func (t Type) String() string {
	return [...]string{Text: "text", Count: "count", Number: "number", Share: "share", Days: "days", Day: "day", Bool: "bool"}[t]
}

func (t Type) kind() rule.Kind {
	switch t {
	case Count:
		return rule.Int
	case Number, Share, Days:
		return rule.Number
	case Day:
		return rule.Date
	case Bool:
		return rule.Bool
	}
	return rule.Text
}

func (t *Table) writeParquet(w io.Writer, l lang.Lang) error {
	var columns []casefile.Column
	for _, c := range t.Columns {
		columns = append(columns, casefile.Column{ID: c.ID, Kind: c.Type.kind()})
	}
	lacks := t.lacks()
	if lacks {
		columns = append(columns, casefile.Column{ID: absentColumn, Kind: rule.Text, Required: true})
	}
	out, rows := casefile.NewTable(w, "row", columns), casefile.NewRows(columns)
	for _, row := range t.Rows {
		rows.Begin()
		for i, c := range row {
			c.put(rows, t.Columns[i].Type, l)
		}
		if lacks {
			rows.Text([]byte(t.absences(row)))
		}
	}
	if err := out.Write(rows); err != nil {
		return err
	}
	return out.Close()
}

// put gives the next cell of a row the value.
func (c Cell) put(rows *casefile.Rows, t Type, l lang.Lang) {
	number, _ := c.Float()
	switch v := c.value.(type) {
	case int64:
		if t == Count {
			rows.Int(v)
			return
		}
		rows.Number(number)
	case float64:
		rows.Number(number)
	case calendar.Day:
		rows.Day(v)
	case bool:
		rows.Bool(v)
	default:
		if c.absent != "" {
			rows.Null()
			return
		}
		rows.Text([]byte(c.plain(l)))
	}
}
