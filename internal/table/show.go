package table

import (
	"math"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
)

// decimals is how many people read of a number that is not whole.
const decimals = 1

// Text writes the cell of the column for people of l: numbers as the language writes them, with their unit where the
// column gives none, and the reason where there is no value.
func (c Cell) Text(col Column, l lang.Lang) string {
	if c.absent != "" {
		return c.absent.Text(l)
	}
	switch v := c.value.(type) {
	case lang.Text:
		return v.In(l)
	case calendar.Day:
		return v.String()
	case bool:
		if v {
			return catalogue.Text(l, "yes", nil)
		}
		return catalogue.Text(l, "no", nil)
	case int64:
		return numeral(float64(v), 0, l)
	case float64:
		if col.Type == Share {
			return catalogue.Text(l, "percent", map[string]any{"N": numeral(100*v, decimals, l)})
		}
		return numeral(v, decimals, l)
	}
	return ""
}

// IsNumber tells whether values of the type are lined up as numbers are.
func (t Type) IsNumber() bool { return t == Count || t == Number || t == Share || t == Days }

// Head writes the title of the column and its unit for people of l.
func (c Column) Head(l lang.Lang) string {
	unit := c.Unit.In(l)
	if unit == "" && c.Type == Days {
		unit = catalogue.Text(l, "days", nil)
	}
	if unit == "" || strings.EqualFold(unit, c.Title.In(l)) {
		return c.Title.In(l)
	}
	return catalogue.Text(l, "head", map[string]any{"Title": c.Title.In(l), "Unit": unit})
}

// numeral writes a number in words of l with at most so many decimals.
func numeral(f float64, most int, l lang.Lang) string {
	if f == 0 {
		f = 0 // never -0
	}
	shown := math.Abs(f)
	text := message.NewPrinter(language.Make(string(l))).Sprint(number.Decimal(shown, number.MaxFractionDigits(most)))
	if f < 0 && text != "0" {
		text = "−" + text
	}
	return text
}
