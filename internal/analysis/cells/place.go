package cells

import (
	"slices"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
)

// Place returns where a case lies: in which cell each of its facts is. facts are those of the model's program. An event that lies ahead
// of the day that the cells are seen on has not happened. How open tests come out in the case is not told: they count as false.
func (s *Space) Place(facts *interpreter.Facts) *Witness {
	w := &Witness{space: s, free: map[int32]bool{}}
	for i, d := range s.Domains {
		v := facts.Value(i)
		cell, has := 0, []bool(nil)
		for k := range d.has {
			set, _ := v.([]string)
			has = append(has, slices.Contains(set, d.Fact.Type.Values[k]))
		}
		if v != nil && d.has == nil {
			cell = slices.IndexFunc(d.Cells, func(c Cell) bool { return c.holds(v) })
		}
		w.Known = append(w.Known, v != nil && cell >= 0)
		w.Cell, w.Has = append(w.Cell, max(cell, 0)), append(w.Has, has)
		w.Untold = append(w.Untold, facts.IsUnobtainable(i))
	}
	return w
}

// holds tells whether the value lies in the cell. Of texts the cell of all others stands last.
func (c *Cell) holds(v any) bool {
	switch v := v.(type) {
	case int64:
		return c.Low.(int64) <= v && v <= c.High.(int64)
	case float64:
		return c.Low.(float64) <= v && v <= c.High.(float64)
	case calendar.Day:
		return c.Low.(calendar.Day) <= v && v <= c.High.(calendar.Day)
	}
	return c.Other || c.Value == v
}
