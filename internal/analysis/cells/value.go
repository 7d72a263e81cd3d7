package cells

import (
	"cmp"
	"math"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// The values of a fact that has an order (a number or a day) are known by keys: whole numbers in the same order, so that
// cuts are found by halving whatever the type.

// valueOf returns the value that a key of the type stands for.
func valueOf(t rule.Type, key int64) any {
	switch t.Kind {
	case rule.Int:
		return key
	case rule.Number:
		return keyFloat(key)
	}
	return calendar.Day(key)
}

// floatKey numbers the floats in their order; the two zeros have one key.
func floatKey(f float64) int64 {
	if b := int64(math.Float64bits(f)); b >= 0 {
		return b
	} else {
		return math.MinInt64 - b
	}
}

func keyFloat(key int64) float64 {
	if key < 0 {
		key = math.MinInt64 - key
	}
	return math.Float64frombits(uint64(key))
}

// number is a whole number or a float, as the interpreter computes with them.
type number struct {
	whole   int64
	float   float64
	isFloat bool
}

func (n number) asFloat() float64 {
	if n.isFloat {
		return n.float
	}
	return float64(n.whole)
}

// compare tells the order of two numbers: -1, 0 or 1.
func (n number) compare(m number) int {
	if !n.isFloat && !m.isFloat {
		return cmp.Compare(n.whole, m.whole)
	}
	return cmp.Compare(n.asFloat(), m.asFloat())
}

// number evaluates an expression that is a number or a day, where the one fact it looks at has the value of key. A set
// counts as how many values it has.
func (b *builder) number(e *rule.Expr, key int64) number {
	whole := func(n int64) number { return number{whole: n} }
	arg := func(i int) number { return b.number(e.Args[i], key) }
	day := func(i int) calendar.Day { return calendar.Day(arg(i).whole) }
	switch e.Op {
	case rule.OpConst:
		if e.Type.Kind == rule.Number {
			return number{float: e.Number, isFloat: true}
		}
		return whole(e.Value)
	case rule.OpFact:
		if e.Type.Kind == rule.Number {
			return number{float: keyFloat(key), isFloat: true}
		}
		return whole(key)
	case rule.OpToday:
		return whole(int64(b.at))
	case rule.OpCount:
		return whole(key)
	case rule.OpDaysSince:
		return whole(int64(b.at) - arg(0).whole)
	case rule.OpWeeksSince:
		return whole(int64(day(0).WeeksUntil(b.at)))
	case rule.OpMonthsSince:
		return whole(int64(day(0).MonthsUntil(b.at)))
	case rule.OpDaysBetween:
		return whole(arg(1).whole - arg(0).whole)
	case rule.OpNeg:
		if n := arg(0); !n.isFloat {
			return whole(-n.whole)
		} else {
			return number{float: -n.float, isFloat: true}
		}
	}
	left, right := arg(0), arg(1)
	if !left.isFloat && !right.isFloat {
		switch e.Op {
		case rule.OpAdd:
			return whole(left.whole + right.whole)
		case rule.OpSub:
			return whole(left.whole - right.whole)
		}
		return whole(left.whole * right.whole)
	}
	x, y := left.asFloat(), right.asFloat()
	switch e.Op {
	case rule.OpAdd:
		x += y
	case rule.OpSub:
		x -= y
	default:
		x *= y
	}
	return number{float: x, isFloat: true}
}

// holds tells whether two numbers stand in the relation.
func holds(op rule.Op, order int) bool {
	switch op {
	case rule.OpEq:
		return order == 0
	case rule.OpNe:
		return order != 0
	case rule.OpLt:
		return order < 0
	case rule.OpLe:
		return order <= 0
	case rule.OpGt:
		return order > 0
	}
	return order >= 0
}

// trend says how an expression moves as its one fact grows.
type trend int

const (
	still trend = iota
	rises
	falls
	turns // it may do both, or is not known to do either
)

func (t trend) flipped() trend {
	switch t {
	case rises:
		return falls
	case falls:
		return rises
	}
	return t
}

func (t trend) with(o trend) trend {
	switch {
	case t == still:
		return o
	case o == still || t == o:
		return t
	}
	return turns
}

func trendOf(e *rule.Expr) trend {
	switch e.Op {
	case rule.OpConst, rule.OpToday:
		return still
	case rule.OpFact, rule.OpCount:
		return rises
	case rule.OpNeg, rule.OpDaysSince, rule.OpWeeksSince, rule.OpMonthsSince:
		return trendOf(e.Args[0]).flipped()
	case rule.OpAdd:
		return trendOf(e.Args[0]).with(trendOf(e.Args[1]))
	case rule.OpSub:
		return trendOf(e.Args[0]).with(trendOf(e.Args[1]).flipped())
	case rule.OpDaysBetween:
		return trendOf(e.Args[0]).flipped().with(trendOf(e.Args[1]))
	case rule.OpMul:
		a, b := e.Args[0], e.Args[1]
		if a.Op != rule.OpConst {
			a, b = b, a
		}
		switch t := trendOf(b); {
		case t == still && trendOf(a) == still:
			return still
		case a.Op != rule.OpConst:
		case a.Value == 0 && a.Number == 0:
			return still
		case a.Value < 0 || a.Number < 0:
			return t.flipped()
		default:
			return t
		}
	}
	return turns
}
