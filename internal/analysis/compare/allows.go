package compare

import (
	"slices"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/analysis/cells"
)

// allows tells whether the part of a condition allows a value as interpreter.Case.Get returns it; nil: unknown.
func allows(p *cells.Part, v any) bool {
	if v == nil {
		return p.Unknown
	}
	if set, ok := v.([]string); ok {
		values := p.Domain.Fact.Type.Values
		has := func(k int) bool { return slices.Contains(set, values[k]) }
		return p.Set && !slices.ContainsFunc(p.With, func(k int) bool { return !has(k) }) && !slices.ContainsFunc(p.Without, has)
	}
	named, other := false, false // a cell of the fact names the text; the part has the cell of all others
	for k := range p.Domain.Cells {
		cell := &p.Domain.Cells[k]
		in := slices.Contains(p.Cells, k)
		if cell.Other {
			other = in
			continue
		}
		if holds(cell, v) {
			if in {
				return true
			}
			named = true
		}
	}
	return other && !named
}

// holds tells whether a value lies in a cell that is not that of all other texts.
func holds(cell *cells.Cell, v any) bool {
	switch low := cell.Low.(type) {
	case int64:
		n, ok := v.(int64)
		return ok && n >= low && n <= cell.High.(int64)
	case float64:
		n, ok := v.(float64)
		if whole, isWhole := v.(int64); isWhole {
			n, ok = float64(whole), true
		}
		return ok && n >= low && n <= cell.High.(float64)
	case calendar.Day:
		day, ok := v.(calendar.Day)
		if text, isText := v.(string); isText {
			day, ok = calendar.Parse(text)
		}
		return ok && day >= low && day <= cell.High.(calendar.Day)
	}
	return cell.Value == v
}
