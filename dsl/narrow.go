package dsl

import (
	"fmt"
	"math"
	"strings"

	"github.com/stegvis/stegvis/dsl/rule"
)

// world is what has been settled so far, by the name of what it is settled for.
type world map[string]room

// room is what is left for one thing: a set of values by number, or an interval.
type room struct {
	values   map[int64]bool // nil: an interval
	low, top float64
	whole    bool // only whole numbers lie in the interval
	openLow  bool
	openTop  bool
	without  []float64
}

func (w world) clone() world {
	c := make(world, len(w))
	for k, v := range w {
		c[k] = v
	}
	return c
}

// settle narrows the world to those in which the part e, which is no connective, is want. It returns false
// when none is left.
func (s *search) settle(e *rule.Expr, want bool, w world) bool {
	switch e.Op {
	case rule.OpFact:
		return w.flag("value "+e.Name, want) && w.flag("known "+e.Name, true)
	case rule.OpKnown:
		return w.flag("known "+e.Name, want)
	case rule.OpHappened:
		return w.flag("happened "+e.Name, want)
	case rule.OpIn:
		left, right := s.enter(e.Args[0]), s.enter(e.Args[1])
		if right.Op == rule.OpList && left.Op != rule.OpConst {
			return s.among(left, right, want, w)
		}
	case rule.OpEq, rule.OpNe, rule.OpLt, rule.OpLe, rule.OpGt, rule.OpGe:
		left, right, op := s.enter(e.Args[0]), s.enter(e.Args[1]), e.Op
		if left.Op == rule.OpConst && right.Op != rule.OpConst {
			left, right, op = right, left, mirrored[op]
		}
		if !want {
			op = negated[op]
		}
		if right.Op == rule.OpConst {
			return s.compare(left, op, right, w)
		}
	}
	return w.flag(s.key(e), want) && s.known(e, w)
}

var (
	negated = map[rule.Op]rule.Op{
		rule.OpEq: rule.OpNe, rule.OpNe: rule.OpEq, rule.OpLt: rule.OpGe,
		rule.OpGe: rule.OpLt, rule.OpGt: rule.OpLe, rule.OpLe: rule.OpGt,
	}
	mirrored = map[rule.Op]rule.Op{
		rule.OpEq: rule.OpEq, rule.OpNe: rule.OpNe, rule.OpLt: rule.OpGt,
		rule.OpGt: rule.OpLt, rule.OpLe: rule.OpGe, rule.OpGe: rule.OpLe,
	}
)

// among narrows left to the constants of a list, or to what is left without them.
func (s *search) among(left, list *rule.Expr, want bool, w world) bool {
	if left.Type.Kind != rule.Enum {
		if want || len(list.Args) != 1 {
			return w.flag(s.key(left)+" in "+s.key(list), want) && s.known(left, w)
		}
		return s.compare(left, rule.OpNe, list.Args[0], w)
	}
	listed := map[int64]bool{}
	for _, c := range list.Args {
		listed[indexIn(left.Type.Values, c)] = true
	}
	return s.keep(left, w, func(v int64) bool { return listed[v] == want })
}

// indexIn returns the place of the enum constant c among the values, or -1.
func indexIn(values []string, c *rule.Expr) int64 {
	if c.Op == rule.OpConst && c.Value >= 0 && int(c.Value) < len(c.Type.Values) {
		for i, v := range values {
			if v == c.Type.Values[c.Value] {
				return int64(i)
			}
		}
	}
	return -1
}

// compare narrows left, which is no constant, by a comparison with the constant c.
func (s *search) compare(left *rule.Expr, op rule.Op, c *rule.Expr, w world) bool {
	switch left.Type.Kind {
	case rule.Enum:
		i := indexIn(left.Type.Values, c)
		return s.keep(left, w, func(v int64) bool { return (v == i) == (op == rule.OpEq) })
	case rule.Int, rule.Number, rule.Date, rule.Event:
		return s.narrow(left, op, number(c), w)
	}
	return w.flag(s.key(left)+" = "+s.key(c), op == rule.OpEq) && s.known(left, w)
}

// number returns the value of a constant that has an order.
func number(c *rule.Expr) float64 {
	if c.Type.Kind == rule.Number {
		return c.Number
	}
	return float64(c.Value)
}

// keep leaves to an enum the values that f accepts.
func (s *search) keep(e *rule.Expr, w world, f func(int64) bool) bool {
	key := s.key(e)
	was, seen := w[key]
	left := room{values: map[int64]bool{}}
	s.spend(len(e.Type.Values) / 4)
	for i := range e.Type.Values {
		if v := int64(i); (!seen || was.values[v]) && f(v) {
			left.values[v] = true
		}
	}
	w[key] = left
	return len(left.values) > 0 && s.known(e, w)
}

// narrow leaves to a number or a date what the comparison with n allows.
func (s *search) narrow(e *rule.Expr, op rule.Op, n float64, w world) bool {
	key := s.key(e)
	r, seen := w[key]
	if !seen {
		r = room{low: math.Inf(-1), top: math.Inf(1), whole: e.Type.Kind != rule.Number}
		if e.Op == rule.OpFact && (e.Type.Kind == rule.Int || e.Type.Kind == rule.Number) {
			r.low, r.top = e.Type.Min, e.Type.Max
		}
	}
	switch op {
	case rule.OpEq:
		r = r.above(n, false).below(n, false)
	case rule.OpNe:
		r.without = append(append([]float64{}, r.without...), n)
	case rule.OpLt:
		r = r.below(n, true)
	case rule.OpLe:
		r = r.below(n, false)
	case rule.OpGt:
		r = r.above(n, true)
	case rule.OpGe:
		r = r.above(n, false)
	}
	w[key] = r
	return !r.empty() && s.known(e, w)
}

func (r room) above(n float64, open bool) room {
	if r.whole {
		if f := math.Ceil(n); f == n && open {
			n, open = n+1, false
		} else {
			n, open = f, false
		}
	}
	if n > r.low || n == r.low && open {
		r.low, r.openLow = n, open
	}
	return r
}

func (r room) below(n float64, open bool) room {
	if r.whole {
		if f := math.Floor(n); f == n && open {
			n, open = n-1, false
		} else {
			n, open = f, false
		}
	}
	if n < r.top || n == r.top && open {
		r.top, r.openTop = n, open
	}
	return r
}

// empty tells whether nothing is left of the interval. Points taken out of it count at its ends and where it
// is a single point, which is all that can empty it of numbers that are not whole.
func (r room) empty() bool {
	out := map[float64]bool{}
	for _, n := range r.without {
		out[n] = true
	}
	for r.whole && r.low <= r.top && out[r.low] {
		r.low++
	}
	return r.low > r.top || r.low == r.top && (r.openLow || r.openTop || out[r.low])
}

// known settles that every fact in e is known, since e has a value. Not so where e holds a choice, of which one
// side may stay unknown, nor for events: a day that lies ahead has not happened.
func (s *search) known(e *rule.Expr, w world) bool {
	var names []string
	choice := false
	e.Walk(func(e *rule.Expr) {
		s.spend(1)
		choice = choice || e.Op == rule.OpCond
		if e.Op == rule.OpFact && e.Type.Kind != rule.Event {
			names = append(names, e.Name)
		}
	})
	for _, name := range names {
		if !choice && !w.flag("known "+name, true) {
			return false
		}
	}
	return true
}

// flag settles something that is either so or not. It returns false when it is settled the other way.
func (w world) flag(key string, want bool) bool {
	v := int64(0)
	if want {
		v = 1
	}
	if was, seen := w[key]; seen {
		return was.values[v]
	}
	w[key] = room{values: map[int64]bool{v: true}}
	return true
}

// is tells whether something has been settled to be so, or not so.
func (w world) is(key string, want bool) bool {
	r, seen := w[key]
	v := int64(0)
	if want {
		v = 1
	}
	return seen && r.values[v]
}

// key writes a part of a rule so that two parts that say the same of the same facts have the same key.
func (s *search) key(e *rule.Expr) string {
	var b strings.Builder
	e.Walk(func(e *rule.Expr) {
		s.spend(1)
		fmt.Fprintf(&b, "(%d %s %d %g %d", e.Op, e.Name, e.Value, e.Number, len(e.Args))
		if e.Op == rule.OpConst && e.Type.Kind == rule.Enum {
			fmt.Fprintf(&b, " %q", e.Type.Values)
		}
	})
	return b.String()
}
