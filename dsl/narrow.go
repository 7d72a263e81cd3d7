package dsl

import (
	"fmt"
	"math"
	"strings"

	"github.com/stegvis/stegvis/dsl/rule"
)

// world is what has been settled so far. A rule has a handful of parts, so that a look through a list finds one soonest;
// what a long list costs is paid for by solve.
type world struct{ settled []settled }

type settled struct {
	of   thing
	room room
}

// thing is what something can be settled for.
type thing struct {
	what aspect
	name string // of the fact, or the key of an expression
}

type aspect uint8

const (
	theValue    aspect = iota // of a bool
	isKnown                   // whether a fact is
	hasHappened               // whether an event has
	ofFact                    // the values that are left of a fact
	ofPart                    // whether the part of a rule with that key is true, or what is left of its values
)

// room is what is left for one thing: a set of values by number, or an interval.
type room struct {
	values   values // none: an interval
	low, top float64
	whole    bool // only whole numbers lie in the interval
	openLow  bool
	openTop  bool
	without  []float64
}

// values are the numbers of some values of an enum, or 0 and 1 for what is either so or not.
type values [(maxValues + 63) / 64]uint64

func (v *values) has(n int64) bool { return v[n/64]>>(n%64)&1 != 0 }

func (v *values) add(n int64) { v[n/64] |= 1 << (n % 64) }

// find returns what is settled for the thing, or nil.
func (w *world) find(t thing) *room {
	for i := range w.settled {
		if w.settled[i].of == t {
			return &w.settled[i].room
		}
	}
	return nil
}

// set settles the thing, for which find gave was.
func (w *world) set(t thing, was *room, r room) {
	if was != nil {
		*was = r
		return
	}
	w.settled = append(w.settled, settled{t, r})
}

func (s *search) newWorld() *world {
	if n := len(s.worlds); n > 0 {
		w := s.worlds[n-1]
		s.worlds = s.worlds[:n-1]
		return w
	}
	return &world{}
}

func (s *search) clone(w *world) *world {
	c := s.newWorld()
	c.settled = append(c.settled, w.settled...)
	return c
}

// drop gives a world back that is done with.
func (s *search) drop(w *world) {
	w.settled = w.settled[:0]
	s.worlds = append(s.worlds, w)
}

// settle narrows the world to those in which the part e, which is no connective, is want. It returns false
// when none is left.
func (s *search) settle(e *rule.Expr, want bool, w *world) bool {
	switch e.Op {
	case rule.OpFact:
		return w.flag(thing{theValue, e.Name}, want) && w.flag(thing{isKnown, e.Name}, true)
	case rule.OpKnown:
		return w.flag(thing{isKnown, e.Name}, want)
	case rule.OpHappened:
		return w.flag(thing{hasHappened, e.Name}, want)
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
	return w.flag(s.thing(e), want) && s.known(e, w)
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
func (s *search) among(left, list *rule.Expr, want bool, w *world) bool {
	if left.Type.Kind != rule.Enum {
		if want || len(list.Args) != 1 {
			return w.flag(thing{ofPart, s.key(left) + " in " + s.key(list)}, want) && s.known(left, w)
		}
		return s.compare(left, rule.OpNe, list.Args[0], w)
	}
	if len(left.Type.Values) > maxValues {
		return s.known(left, w)
	}
	var listed values
	for _, c := range list.Args {
		if i := indexIn(left.Type.Values, c); i >= 0 {
			listed.add(i)
		}
	}
	return s.keep(left, w, func(v int64) bool { return listed.has(v) == want })
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
func (s *search) compare(left *rule.Expr, op rule.Op, c *rule.Expr, w *world) bool {
	switch left.Type.Kind {
	case rule.Enum:
		i := indexIn(left.Type.Values, c)
		return s.keep(left, w, func(v int64) bool { return (v == i) == (op == rule.OpEq) })
	case rule.Int, rule.Number, rule.Date, rule.Event:
		return s.narrow(left, op, number(c), w)
	}
	return w.flag(thing{ofPart, s.key(left) + " = " + s.key(c)}, op == rule.OpEq) && s.known(left, w)
}

// number returns the value of a constant that has an order.
func number(c *rule.Expr) float64 {
	if c.Type.Kind == rule.Number {
		return c.Number
	}
	return float64(c.Value)
}

// keep leaves to an enum the values that f accepts.
func (s *search) keep(e *rule.Expr, w *world, f func(int64) bool) bool {
	if len(e.Type.Values) > maxValues { // which is a fault of its own
		return s.known(e, w)
	}
	t := s.thing(e)
	was := w.find(t)
	left := room{}
	s.spend(len(e.Type.Values) / 4)
	for i := range e.Type.Values {
		if v := int64(i); (was == nil || was.values.has(v)) && f(v) {
			left.values.add(v)
		}
	}
	w.set(t, was, left)
	return left.values != values{} && s.known(e, w)
}

// narrow leaves to a number or a date what the comparison with n allows.
func (s *search) narrow(e *rule.Expr, op rule.Op, n float64, w *world) bool {
	t := s.thing(e)
	was := w.find(t)
	var r room
	if was != nil {
		r = *was
	} else {
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
	w.set(t, was, r)
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
	if len(r.without) == 0 {
		return r.low > r.top || r.low == r.top && (r.openLow || r.openTop)
	}
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
func (s *search) known(e *rule.Expr, w *world) bool {
	if e.Op == rule.OpFact {
		s.spend(1)
		return e.Type.Kind == rule.Event || w.flag(thing{isKnown, e.Name}, true)
	}
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
		if !choice && !w.flag(thing{isKnown, name}, true) {
			return false
		}
	}
	return true
}

// flag settles something that is either so or not. It returns false when it is settled the other way.
func (w *world) flag(t thing, want bool) bool {
	if was := w.find(t); was != nil {
		return was.values.has(truth(want))
	}
	r := room{}
	r.values.add(truth(want))
	w.set(t, nil, r)
	return true
}

// is tells whether something has been settled to be so, or not so.
func (w *world) is(t thing, want bool) bool {
	r := w.find(t)
	return r != nil && r.values.has(truth(want))
}

// truth is what yes and no are as values.
func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// thing is what the value of e is settled for.
func (s *search) thing(e *rule.Expr) thing {
	if e.Op == rule.OpFact {
		s.spend(1)
		return thing{ofFact, e.Name}
	}
	return thing{ofPart, s.key(e)}
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
