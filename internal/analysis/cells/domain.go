package cells

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Domain is one fact, cut into cells.
type Domain struct {
	Fact  *dsl.Fact
	Known Formula // it has a value; of an event: it has happened by the day asked about
	Cells []Cell  // every way in which its values can matter; of a set: none, since each of its values counts by itself

	at   []Formula // by cell: its value lies there, where it has one
	from []Formula // of numbers and days, by cell: its value lies there or in a later one
	has  []Formula // of a set, by value of its type
	size []Formula // of a set, by number: it has so many values; nil until asked for

	untold Formula // nobody can tell it; Always until asked for
}

// Cell is values of a fact that no rule of the model tells apart.
type Cell struct {
	Value     any  // one of them, which stands for all: bool, int64, float64, calendar.Day, string; what interpreter.Case.Set takes
	Low, High any  // of numbers and days: the least and the greatest of them
	Other     bool // of a text: every one that no rule names; Value is one of these
	key       int64
}

// At holds where the fact has a value, in that cell.
func (s *Space) At(d *Domain, cell int) Formula { return s.And(d.Known, d.at[cell]) }

// Has holds where a set has a value and the value with that index in its type is among it.
func (s *Space) Has(d *Domain, value int) Formula { return s.And(d.Known, d.has[value]) }

// Untold holds where the fact was asked for and nobody can tell it, which the logic sees as unknown. Never of an event: one
// that nobody can tell of has not happened.
func (s *Space) Untold(d *Domain) Formula {
	switch {
	case d.Fact.Type.Kind == rule.Event:
		return Never
	case d.untold == Always:
		d.untold = s.variable()
		s.axioms([]Formula{d.untold}, [][]Formula{{d.untold.Not(), d.Known.Not()}})
	}
	return d.untold
}

// domain makes the domain of a fact from what the rules tell apart of it.
func (b *builder) domain(f *dsl.Fact) *Domain {
	d := &Domain{Fact: f, Known: b.s.variable(), untold: Always}
	switch f.Type.Kind {
	case rule.Bool:
		v := b.s.variable()
		d.Cells = []Cell{{Value: false}, {Value: true}}
		d.at = []Formula{v.Not(), v}
	case rule.Set:
		for range f.Type.Values {
			d.has = append(d.has, b.s.variable())
		}
	case rule.Enum:
		for _, v := range f.Type.Values {
			d.Cells = append(d.Cells, Cell{Value: v})
		}
		b.oneOf(d)
	case rule.Text:
		for _, v := range b.texts[f] {
			d.Cells = append(d.Cells, Cell{Value: v})
		}
		other := "-"
		for slices.Contains(b.texts[f], other) {
			other += "-"
		}
		d.Cells = append(d.Cells, Cell{Value: other, Other: true})
		b.oneOf(d)
	default:
		b.ordered(d)
	}
	return d
}

// oneOf gives each cell a variable, exactly one of which holds.
func (b *builder) oneOf(d *Domain) {
	if len(d.Cells) == 1 {
		d.at = []Formula{Always}
		return
	}
	for range d.Cells {
		d.at = append(d.at, b.s.variable())
	}
	var clauses [][]Formula
	for i, x := range d.at {
		for _, y := range d.at[:i] {
			clauses = append(clauses, []Formula{x.Not(), y.Not()})
		}
	}
	b.s.axioms(d.at, append(clauses, d.at))
}

// ordered gives each cell but the first a variable for "there or later".
func (b *builder) ordered(d *Domain) {
	c := b.cuts[d.Fact]
	for _, s := range c.spans(b.allCuts) {
		key := c.standing(s)
		t := d.Fact.Type
		d.Cells = append(d.Cells, Cell{Value: valueOf(t, key), Low: valueOf(t, s.from), High: valueOf(t, s.to), key: key})
		if len(d.Cells) == 1 {
			d.from = append(d.from, Always)
		} else {
			d.from = append(d.from, b.s.variable())
		}
	}
	var clauses [][]Formula
	for i := 2; i < len(d.from); i++ {
		clauses = append(clauses, []Formula{d.from[i].Not(), d.from[i-1]})
	}
	b.s.axioms(d.from[1:], clauses)
	for i := range d.Cells {
		later := Never
		if i+1 < len(d.from) {
			later = d.from[i+1]
		}
		d.at = append(d.at, b.s.And(d.from[i], later.Not()))
	}
}

// among holds where the value lies in a cell of which in is true. Neighbouring cells of an order go together.
func (s *Space) among(d *Domain, in func(c *Cell) bool) Formula {
	if d.from == nil {
		out := Never
		for i := range d.Cells {
			if in(&d.Cells[i]) {
				out = s.Or(out, d.at[i])
			}
		}
		return out
	}
	out := Never
	for i := 0; i < len(d.Cells); {
		if !in(&d.Cells[i]) {
			i++
			continue
		}
		first := i
		for i < len(d.Cells) && in(&d.Cells[i]) {
			i++
		}
		later := Never
		if i < len(d.from) {
			later = d.from[i]
		}
		out = s.Or(out, s.And(d.from[first], later.Not()))
	}
	return out
}

// sizes returns, by number, that the set has so many values.
func (s *Space) sizes(d *Domain) []Formula {
	if d.size == nil {
		d.size = []Formula{Always}
		for _, has := range d.has {
			next := make([]Formula, len(d.size)+1)
			for n := range next {
				next[n] = Never
				if n < len(d.size) {
					next[n] = s.And(d.size[n], has.Not())
				}
				if n > 0 {
					next[n] = s.Or(next[n], s.And(d.size[n-1], has))
				}
			}
			d.size = next
		}
	}
	return d.size
}

// near returns some value of a cell of an order, of days one that is not far from the day.
func (d *Domain) near(cell int, dice uint64, day calendar.Day) any {
	const far = 800
	t := d.Fact.Type
	switch low := d.Cells[cell].Low.(type) {
	case int64:
		high := d.Cells[cell].High.(int64)
		return low + int64(dice%(uint64(high)-uint64(low)+1))
	case calendar.Day:
		high := d.Cells[cell].High.(calendar.Day)
		from, to := max(low, min(day-far, high)), min(high, max(day+far, low))
		return from + calendar.Day(dice%uint64(to-from+1))
	case float64:
		high := d.Cells[cell].High.(float64)
		return min(high, max(low, low+(high-low)*float64(dice%1024)/1023))
	default:
		return valueOf(t, d.Cells[cell].key)
	}
}
