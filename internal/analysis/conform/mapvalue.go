package conform

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/internal/eventlog"
	"github.com/stegvis/stegvis/interpreter"
)

// values reads facts with their values, which must be legal in every version that has the fact.
func (r *mappingReader) values(x *syntax.Value) *interpreter.Case {
	c := interpreter.NewCase("")
	if x == nil {
		return c
	}
	c.AddTOML(x, nil, r.faults)
	for _, e := range x.Table.Entries {
		if f := r.fact(e.Name, e.Key); f != nil && f.Type.Kind == rule.Event {
			r.faults.Error(e.Key, "log-event-value", diag.Args{"Fact": e.Name})
		}
	}
	r.legal(c, diag.Span{})
	return c
}

// legal reports what no version takes; where the case was made by code, at the given place.
func (r *mappingReader) legal(c *interpreter.Case, at diag.Span) {
	for _, p := range r.m.programs {
		var own diag.List
		c.Bind(p, func(fact string) bool { return true }, &own)
		for _, f := range own {
			if f.Span.IsZero() {
				f.Span = at
			}
		}
		*r.faults = append(*r.faults, own...)
	}
}

// from reads an entry of value_of: a fact, and the column that has its value.
func (r *mappingReader) from(e *syntax.Entry) (from, bool) {
	out := from{Fact: e.Name}
	f := r.fact(e.Name, e.Key)
	switch {
	case e.Value.Kind == syntax.String && strings.TrimSpace(e.Value.String) != "":
		out.Column = norm.NFC.String(e.Value.String)
	case e.Value.Kind == syntax.TableKind:
		v := r.open(e.Value.Table, "value_of."+e.Name, "column", "values")
		out.Column = v.text("column", true)
		out.values = r.meanings(f, v)
	default:
		r.faults.Error(e.Value.Span, "not-a-text", diag.Args{"Key": e.Name, "Table": "value_of"})
	}
	return out, f != nil && out.Column != ""
}

func (r *mappingReader) attribute(v view) {
	out := &Attribute{from{Column: v.text("name", true), Fact: v.text("fact", true)}}
	var f *dsl.Fact
	if x := v.t.Get("fact"); x != nil {
		f = r.fact(out.Fact, x.Span)
	}
	out.values = r.meanings(f, v)
	if f != nil && out.Column != "" {
		r.m.Attributes = append(r.m.Attributes, out)
	}
}

// meanings reads what texts of a column mean: values of the fact.
func (r *mappingReader) meanings(f *dsl.Fact, v view) map[string]any {
	x := v.of("values", syntax.TableKind, false, "not-a-table")
	if x == nil {
		return nil
	}
	out := map[string]any{}
	for _, e := range x.Table.Entries {
		value, ok := valueOf(e.Value)
		if !ok {
			r.faults.Error(e.Value.Span, "log-no-value", diag.Args{"Key": e.Name})
			continue
		}
		out[norm.NFC.String(e.Name)] = value
		if f != nil {
			c := interpreter.NewCase("")
			c.Set(f.ID, value)
			r.legal(c, e.Value.Span)
		}
	}
	return out
}

// valueOf returns a value of a file in the types that a case takes.
func valueOf(v *syntax.Value) (any, bool) {
	switch v.Kind {
	case syntax.String:
		return v.String, true
	case syntax.Int:
		return v.Int, true
	case syntax.Float:
		return v.Float, true
	case syntax.Bool:
		return v.Bool, true
	case syntax.Date:
		return calendar.Of(v.Date[0], v.Date[1], v.Date[2])
	case syntax.Array:
		list := []string{}
		for _, item := range v.Items {
			if item.Kind != syntax.String {
				return nil, false
			}
			list = append(list, item.String)
		}
		return list, true
	}
	return nil, false
}

// nobody is said of a fact of which the log says that nobody knows it.
type nobody struct{}

// read returns what a text of the log says of the fact, in the types that Facts.Put takes; nil where it says nothing. What is
// no value of the fact is refused.
func (f *from) read(fact *dsl.Fact, s string) (value any, ok bool) {
	s = norm.NFC.String(strings.TrimSpace(s))
	if s == "" {
		return nil, true
	}
	if f.values != nil {
		v, known := f.values[s]
		if !known {
			return nil, false
		}
		return typed(fact, v), true
	}
	if s == interpreter.CellNobody {
		return nobody{}, true
	}
	t := fact.Type
	switch t.Kind {
	case rule.Bool:
		return s == "true", s == "true" || s == "false"
	case rule.Int:
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil && float64(n) >= t.Min && float64(n) <= t.Max
	case rule.Number:
		n, err := strconv.ParseFloat(s, 64)
		return n, err == nil && n >= t.Min && n <= t.Max
	case rule.Enum:
		return s, slices.Contains(t.Values, s)
	case rule.Set:
		list := []string{}
		if s != interpreter.CellEmptySet {
			list = strings.Split(s, interpreter.CellSplit)
		}
		for i, item := range list {
			if !slices.Contains(t.Values, item) || slices.Contains(list[:i], item) {
				return nil, false
			}
		}
		return list, true
	case rule.Text:
		return s, len(s) <= interpreter.MaxTextBytes && utf8.ValidString(s)
	}
	day, ok := eventlog.ReadDay(s)
	return day, ok
}

// typed gives a value that the mapping states the type that the fact has.
func typed(f *dsl.Fact, v any) any {
	if n, whole := v.(int64); whole && f.Type.Kind == rule.Number {
		return float64(n)
	}
	if s, text := v.(string); text && isDay(f) {
		if day, ok := calendar.Parse(s); ok {
			return day
		}
	}
	return v
}

// isDay tells whether what is known of the fact is a day.
func isDay(f *dsl.Fact) bool { return f.Type.Kind == rule.Date || f.Type.Kind == rule.Event }
