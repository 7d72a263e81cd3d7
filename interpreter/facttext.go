package interpreter

import (
	"fmt"
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
		return strings.Join(parts, ", ")
	case string:
		if f.Type.Kind == rule.Enum {
			return label(v)
		}
		return v
	case calendar.Day:
		return v.String()
	case int64, float64:
		s := message.NewPrinter(language.Make(string(l))).Sprint(v)
		if unit := f.Unit.In(l); unit != "" {
			s += " " + unit
		}
		return s
	}
	return fmt.Sprint(v)
}
