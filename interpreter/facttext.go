package interpreter

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// FactText puts a value of the fact, as Facts.Value returns it, into words of l.
func FactText(f *dsl.Fact, v any, l lang.Lang) string {
	label := func(id string) string {
		for i, have := range f.Type.Values {
			if have == id {
				return f.Labels[i].In(l)
			}
		}
		return id
	}
	switch v := v.(type) {
	case bool:
		if v {
			return catalogue.Text(l, "value.yes", nil)
		}
		return catalogue.Text(l, "value.no", nil)
	case []string:
		if len(v) == 0 {
			return catalogue.Text(l, "value.none", nil)
		}
		parts := make([]string, len(v))
		for i, id := range v {
			parts[i] = label(id)
		}
		return ListText(parts, "", l)
	case string:
		if f.Type.Kind == rule.Enum {
			return label(v)
		}
		return v
	case calendar.Day:
		return v.String()
	case int64, float64:
		return numberText(v, f, l)
	}
	return fmt.Sprint(v)
}

// numberText writes a number as people of l do, with the unit of the fact that it is compared with, where there is one.
func numberText(v any, beside *dsl.Fact, l lang.Lang) string {
	var s string
	if n, ok := v.(int64); ok && n >= 0 && n < 1000 {
		s = strconv.FormatInt(n, 10) // alike in all languages, and what most numbers are
	} else {
		s = message.NewPrinter(language.Make(string(l))).Sprint(v)
	}
	if beside == nil || beside.Unit.IsZero() {
		return s
	}
	return s + " " + beside.Unit.In(l)
}

// ListText writes a list as people of l do: "a, b and c". last says what stands before the last: "and", "or", or a comma
// for "".
func ListText(parts []string, last string, l lang.Lang) string {
	n := len(parts) - 1
	if n < 1 || last == "" {
		return strings.Join(parts, ", ")
	}
	return catalogue.Text(l, "list."+last, map[string]any{"Most": strings.Join(parts[:n], ", "), "Last": parts[n]})
}

// DurationText puts a duration into words of l: "12 weeks".
func DurationText(d calendar.Duration, l lang.Lang) string {
	return catalogue.Text(l, [...]string{"duration.day", "duration.week", "duration.month", "duration.year"}[d.Unit], map[string]any{"Count": d.N})
}

// SourceText names, in words of l, a source as a workflow file writes it ("faros: step 1"): its title, and the place.
func SourceText(sources []*dsl.Source, s string, l lang.Lang) string {
	id, place, _ := strings.Cut(s, ":")
	for _, src := range sources {
		if src.ID == id {
			id = src.Title.In(l)
		}
	}
	if place = strings.TrimSpace(place); place != "" {
		return id + ", " + place
	}
	return id
}
