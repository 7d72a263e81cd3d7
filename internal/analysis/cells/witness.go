package cells

import (
	"slices"

	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// Witness is a case, as far as the rules can tell it from others.
type Witness struct {
	Known  []bool       // by index of the model's facts; of an event: it has happened
	Cell   []int        // by fact: where its value lies; not for sets
	Has    [][]bool     // by fact: which values a set has
	Untold []bool       // by fact: nobody can tell it
	Open   []*rule.Expr // the open tests that came out as the solver liked
	space  *Space
	free   map[int32]bool // how the open tests came out, by their variable
	gates  []bool         // by gate of the space: it holds in the case
	// variable tells the value of a variable in the case.
	variable func(node int32) bool
	exact    map[int]any // by fact: a value in its cell that was chosen for an open test
}

// witness reads a case from the variables that a solver has set.
func (s *Space) witness(variable func(node int32) bool) *Witness {
	w := &Witness{space: s, free: map[int32]bool{}}
	holds := func(f Formula) bool { return (f.node() == 0 || variable(f.node())) != f.negated() }
	for _, d := range s.Domains {
		known, cell := holds(d.Known), 0
		var has []bool
		switch {
		case d.has != nil:
			for _, f := range d.has {
				has = append(has, holds(f))
			}
		case d.from != nil:
			for cell+1 < len(d.from) && holds(d.from[cell+1]) {
				cell++
			}
		default:
			cell = max(0, slices.IndexFunc(d.at, holds))
		}
		w.Known, w.Cell, w.Has = append(w.Known, known), append(w.Cell, cell), append(w.Has, has)
		w.Untold = append(w.Untold, d.untold != Always && holds(d.untold))
	}
	for _, node := range s.opened {
		w.free[node] = variable(node)
		if e := s.open[node]; !slices.Contains(w.Open, e) {
			w.Open = append(w.Open, e)
		}
	}
	return w
}

// Holds tells whether the formula holds in the case.
func (w *Witness) Holds(f Formula) bool {
	if w.gates == nil {
		w.variable = w.variables()
	}
	w.gates = w.space.evaluate(w.gates, w.variable)
	return w.gates[f.node()] != f.negated()
}

// variables returns the value of each variable in the case.
func (w *Witness) variables() func(node int32) bool {
	set := map[int32]bool{}
	for n, v := range w.free {
		set[n] = v
	}
	put := func(f Formula, v bool) { set[f.node()] = v != f.negated() }
	for i, d := range w.space.Domains {
		put(d.Known, w.Known[i])
		if d.untold != Always {
			put(d.untold, w.Untold[i])
		}
		for k, f := range d.has {
			put(f, w.Has[i][k])
		}
		switch {
		case d.has != nil:
		case d.from != nil:
			for k, f := range d.from {
				put(f, k <= w.Cell[i])
			}
		default:
			for k, f := range d.at {
				put(f, k == w.Cell[i])
			}
		}
	}
	return func(node int32) bool { return set[node] }
}

// Value returns what the fact with that index says, as interpreter.Case.Set takes it; nil where it is not known.
func (w *Witness) Value(i int) any {
	d := w.space.Domains[i]
	switch {
	case !w.Known[i]:
		return nil
	case d.has != nil:
		out := []string{}
		for k, v := range d.Fact.Type.Values {
			if w.Has[i][k] {
				out = append(out, v)
			}
		}
		return out
	case w.exact[i] != nil:
		return w.exact[i]
	}
	return d.Cells[w.Cell[i]].Value
}

// Case returns the case, to be put through the model's program.
func (w *Witness) Case() *interpreter.Case {
	c := interpreter.NewCase("")
	day := w.space.Day
	c.At = &day
	for i, d := range w.space.Domains {
		if v := w.Value(i); v != nil || w.Untold[i] {
			c.Set(d.Fact.ID, v)
		}
	}
	return c
}

// Fill records the case in facts of the model's program, which it empties first.
func (w *Witness) Fill(f *interpreter.Facts) {
	f.Reset()
	for i := range w.space.Domains {
		w.Put(f, i)
	}
}

// Put records in facts of the model's program what the case says of the fact with that index, if it says anything.
func (w *Witness) Put(f *interpreter.Facts, i int) {
	if v := w.Value(i); v != nil {
		f.Put(i, v)
	} else if w.Untold[i] {
		f.SetUnobtainable(i)
	}
}

// Says tells whether the case says something of the fact with that index: what it is, or that nobody can tell.
func (w *Witness) Says(i int) bool { return w.Known[i] || w.Untold[i] }

// Lies holds where the fact with that index lies in the same cell as in the case, known as there or told by nobody.
func (w *Witness) Lies(i int) Formula {
	s, d := w.space, w.space.Domains[i]
	switch {
	case w.Untold[i] && d.untold != Always:
		return d.untold
	case !w.Known[i] && d.untold != Always:
		return s.And(d.Known.Not(), d.untold.Not())
	case !w.Known[i]:
		return d.Known.Not()
	case d.has == nil:
		return s.At(d, w.Cell[i])
	}
	out := d.Known
	for k, f := range d.has {
		if !w.Has[i][k] {
			f = f.Not()
		}
		out = s.And(out, f)
	}
	return out
}

// maxSettled is how many values are tried for facts that open tests look at.
const maxSettled = 64

// Settle looks for values, within their cells, of the facts that open tests look at, with which accept tells that the case is
// as wanted; accept looks at the case as it is then. Without open tests it asks accept once.
func (w *Witness) Settle(accept func() bool) bool {
	if accept() {
		return true
	}
	var free []int
	for _, e := range w.Open {
		for _, id := range factsOf(e) {
			if d := w.space.Domain(id); d != nil && w.Known[d.Fact.Index] && d.from != nil && !slices.Contains(free, d.Fact.Index) {
				free = append(free, d.Fact.Index)
			}
		}
	}
	if len(free) == 0 {
		return false
	}
	dice := uint64(1)
	for range maxSettled {
		w.exact = map[int]any{}
		for _, i := range free {
			d := w.space.Domains[i]
			dice = dice*6364136223846793005 + 1442695040888963407 // Knuth's: the same values each time
			w.exact[i] = d.near(w.Cell[i], dice>>33, w.space.Day)
		}
		if accept() {
			return true
		}
	}
	w.exact = nil
	return false
}
