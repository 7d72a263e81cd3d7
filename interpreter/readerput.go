package interpreter

import (
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
)

// The slow way of a table: rows to a Case, with words for what is wrong. What a cell says is the same as in
// readertable.go.

// Put makes c say what a cell with a type says, in one of the types that Case.Set takes; nil says nothing. What
// is wrong with the fact's value itself is for Bind to tell.
func (r *Reader) Put(c *Case, col int, v any, faults *diag.List) {
	own := caseFaults{list: faults}
	switch r.columns[col] {
	case columnID:
		id, isText := v.(string)
		switch {
		case v == nil:
		case !isText:
			own.add(diag.Span{}, "case-id-no-text", nil)
		case idFault([]byte(id)) != "":
			own.add(diag.Span{}, idFault([]byte(id)), diag.Args{"Limit": MaxCaseID})
		default:
			c.ID = id
		}
	case columnAt:
		day, ok := v.(calendar.Day)
		if text, isText := v.(string); isText {
			day, ok = calendar.Parse(text)
		}
		switch {
		case v == nil:
		case !ok || !inCalendar(day):
			own.add(diag.Span{}, "case-at", nil)
		default:
			c.At = &day
		}
	case columnUnobtainable:
		names, isList := v.([]string)
		if v != nil && !isList {
			own.add(diag.Span{}, "case-unobtainable-no-list", nil)
		}
		for _, name := range names {
			name = norm.NFC.String(name)
			switch said, ok := c.stated(name); {
			case !ok:
				c.Set(name, nil)
			case said.value.kind == nullGiven:
				own.add(diag.Span{}, "case-unobtainable-twice", diag.Args{"Fact": quotable(name)})
			default:
				own.add(diag.Span{}, "case-known-and-unobtainable", diag.Args{"Fact": quotable(name)})
			}
		}
	default:
		name := r.heads[col]
		if _, listed := c.stated(norm.NFC.String(name)); listed && v != nil {
			own.add(diag.Span{}, "case-known-and-unobtainable", diag.Args{"Fact": quotable(name)})
		} else if v != nil {
			c.Set(name, v)
		}
	}
}

// PutCell makes c say what a cell of CSV says.
func (r *Reader) PutCell(c *Case, col int, cell string, faults *diag.List) {
	switch i := r.columns[col]; {
	case cell == "":
	case i == columnID, i == columnAt:
		r.Put(c, col, cell, faults)
	case cell == CellNobody:
		c.Set(r.heads[col], nil)
	default:
		c.Set(r.heads[col], cellValue(r.Kind(col), cell))
	}
}

// cellValue returns what a cell of CSV says of a fact of the kind. A cell that is no value of the fact stays the
// text that it is, for Bind to refuse.
func cellValue(kind rule.Kind, cell string) any {
	switch kind {
	case rule.Bool:
		if cell == "true" || cell == "false" {
			return cell == "true"
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
		if cell == CellEmptySet {
			return []string{}
		}
		return strings.Split(cell, CellSplit)
	case rule.Text:
		if text, err := strconv.Unquote(cell); err == nil && cell[0] == '"' {
			return text
		}
	}
	return cell
}
