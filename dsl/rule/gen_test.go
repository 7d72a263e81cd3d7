package rule_test

import (
	"math"
	"slices"
	"sort"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// made draws well-typed expressions over the small scope, as Check would make them.
type made struct{ t *rapid.T }

func (g made) pick(n int, what string) int { return rapid.IntRange(0, n-1).Draw(g.t, what) }

func (g made) node(op rule.Op, t rule.Type, args ...*rule.Expr) *rule.Expr {
	return &rule.Expr{Op: op, Type: t, Args: args}
}

// name draws a fact or a definition of one of the kinds.
func (g made) name(kinds ...rule.Kind) *rule.Expr {
	var options []*rule.Expr
	for op, names := range map[rule.Op]map[string]rule.Type{rule.OpFact: small.facts, rule.OpDefine: small.defines} {
		for name, t := range names {
			if slices.Contains(kinds, t.Kind) {
				options = append(options, &rule.Expr{Op: op, Type: t, Name: name})
			}
		}
	}
	sort.Slice(options, func(i, j int) bool { return options[i].Name < options[j].Name })
	return options[g.pick(len(options), "name")]
}

func (g made) fact(kinds ...rule.Kind) *rule.Expr {
	for {
		if e := g.name(kinds...); e.Op == rule.OpFact {
			return e
		}
	}
}

var boolType = rule.Type{Kind: rule.Bool}

func (g made) yesNo(depth int) *rule.Expr {
	if depth <= 0 {
		switch g.pick(5, "leaf") {
		case 0:
			return &rule.Expr{Op: rule.OpConst, Type: boolType, Value: int64(g.pick(2, "bool"))}
		case 1:
			return &rule.Expr{Op: rule.OpKnown, Type: boolType, Name: g.fact(rule.Bool, rule.Int, rule.Enum, rule.Set, rule.Date, rule.Text).Name}
		case 2:
			return &rule.Expr{Op: rule.OpHappened, Type: boolType, Name: g.fact(rule.Event).Name}
		case 3:
			op := []rule.Op{rule.OpDone, rule.OpLate}[g.pick(2, "step op")]
			return &rule.Expr{Op: op, Type: boolType, Name: small.steps[g.pick(len(small.steps), "step")]}
		default:
			return g.name(rule.Bool)
		}
	}
	equality := []rule.Op{rule.OpEq, rule.OpNe}[g.pick(2, "equality")]
	order := []rule.Op{rule.OpEq, rule.OpNe, rule.OpLt, rule.OpLe, rule.OpGt, rule.OpGe}[g.pick(6, "order")]
	d := depth - 1
	switch g.pick(13, "yes or no") {
	case 0:
		return g.node(rule.OpNot, boolType, g.yesNo(d))
	case 1:
		return g.node(rule.OpAnd, boolType, g.yesNo(d), g.yesNo(d))
	case 2:
		return g.node(rule.OpOr, boolType, g.yesNo(d), g.yesNo(d))
	case 3:
		return g.node(rule.OpCond, boolType, g.yesNo(d), g.yesNo(d), g.yesNo(d))
	case 4:
		return g.node(equality, boolType, g.yesNo(d), g.yesNo(d))
	case 5:
		return g.node(order, boolType, g.number(d), g.number(d))
	case 6:
		return g.node(order, boolType, g.day(d), g.day(d))
	case 7:
		return g.node(order, boolType, g.day(d), g.dayConst())
	case 8:
		e := g.choice(d, rule.Enum)
		other := g.value(rule.Enum, e.Type.Values)
		if g.pick(2, "side") == 0 {
			e, other = other, e
		}
		return g.node(equality, boolType, e, other)
	case 9:
		e := g.choice(d, rule.Text)
		return g.node(equality, boolType, e, g.text())
	case 10:
		return g.in(d)
	case 11:
		s := g.choice(d, rule.Set)
		return g.node(rule.OpIn, boolType, g.value(rule.Enum, s.Type.Values), s)
	default:
		s := g.choice(d, rule.Set)
		op := []rule.Op{rule.OpHasAny, rule.OpHasAll}[g.pick(2, "has")]
		return g.node(op, boolType, s, g.list(rule.Type{Kind: rule.Enum, Values: s.Type.Values}))
	}
}

// in draws x in [...].
func (g made) in(depth int) *rule.Expr {
	var e *rule.Expr
	switch g.pick(4, "in") {
	case 0:
		e = g.number(depth)
	case 1:
		e = g.day(depth)
	case 2:
		e = g.choice(depth, rule.Enum)
	default:
		e = g.choice(depth, rule.Text)
	}
	t := e.Type
	if t.Kind == rule.Event {
		t = rule.Type{Kind: rule.Date}
	}
	return g.node(rule.OpIn, boolType, e, g.list(t))
}

func (g made) list(t rule.Type) *rule.Expr {
	e := g.node(rule.OpList, t)
	for range 1 + g.pick(3, "length") {
		switch t.Kind {
		case rule.Enum:
			e.Args = append(e.Args, g.value(rule.Enum, t.Values))
		case rule.Date:
			e.Args = append(e.Args, g.dayConst())
		case rule.Text:
			e.Args = append(e.Args, g.text())
		default:
			e.Args = append(e.Args, g.numberConst())
		}
	}
	return e
}

func (g made) value(k rule.Kind, values []string) *rule.Expr {
	return &rule.Expr{Op: rule.OpConst, Type: rule.Type{Kind: k, Values: values}, Value: int64(g.pick(len(values), "value"))}
}

func (g made) text() *rule.Expr {
	s := rapid.StringOf(rapid.SampledFrom([]rune(`ab å'"\ (+[,`))).Draw(g.t, "text")
	return &rule.Expr{Op: rule.OpConst, Type: rule.Type{Kind: rule.Text}, Name: s}
}

// choice draws a name of the kind, or one of two names with the same values.
func (g made) choice(depth int, k rule.Kind) *rule.Expr {
	a := g.name(k)
	if depth <= 0 || g.pick(3, "choice") > 0 {
		return a
	}
	for {
		if b := g.name(k); slices.Equal(a.Type.Values, b.Type.Values) {
			return g.node(rule.OpCond, a.Type, g.yesNo(depth-1), a, b)
		}
	}
}

func (g made) dayConst() *rule.Expr {
	d := rapid.Int64Range(int64(calendar.MinDay), int64(calendar.MaxDay)).Draw(g.t, "day")
	return &rule.Expr{Op: rule.OpConst, Type: rule.Type{Kind: rule.Date}, Value: d}
}

func (g made) day(depth int) *rule.Expr {
	switch {
	case depth > 0 && g.pick(4, "day choice") == 0:
		a, b := g.day(depth-1), g.day(depth-1)
		t := a.Type
		if a.Type.Kind != b.Type.Kind {
			t = rule.Type{Kind: rule.Date}
		}
		return g.node(rule.OpCond, t, g.yesNo(depth-1), a, b)
	case g.pick(4, "today") == 0:
		return g.node(rule.OpToday, rule.Type{Kind: rule.Date})
	}
	return g.name(rule.Date, rule.Event)
}

func (g made) numberConst() *rule.Expr {
	if g.pick(2, "whole") == 0 {
		v := rapid.Int64Range(-1000, 1000).Draw(g.t, "int")
		return &rule.Expr{Op: rule.OpConst, Type: rule.Type{Kind: rule.Int, Min: float64(v), Max: float64(v)}, Value: v}
	}
	v := rapid.Float64Range(-1000, 1000).Draw(g.t, "number") + 0 // no negative zero
	return &rule.Expr{Op: rule.OpConst, Type: rule.Type{Kind: rule.Number, Min: v, Max: v}, Number: v}
}

var spans = map[rule.Op]float64{rule.OpDaysSince: 3652058, rule.OpWeeksSince: 521723, rule.OpMonthsSince: 119988, rule.OpDaysBetween: 3652058}

func (g made) number(depth int) *rule.Expr {
	if depth <= 0 {
		if g.pick(2, "constant") == 0 {
			return g.numberConst()
		}
		return g.name(rule.Int, rule.Number)
	}
	d := depth - 1
	switch g.pick(8, "number") {
	case 0, 1, 2:
		op := []rule.Op{rule.OpAdd, rule.OpSub, rule.OpMul}[g.pick(3, "operator")]
		return g.arithmetic(op, g.number(d), g.number(d))
	case 3:
		a := g.number(d)
		if a.Op == rule.OpConst { // -5 is a number, not an operation
			return a
		}
		return g.node(rule.OpNeg, rule.Type{Kind: a.Type.Kind, Min: 0 - a.Type.Max, Max: 0 - a.Type.Min}, a)
	case 4:
		a, b := g.number(d), g.number(d)
		t := rule.Type{Kind: kindOf(a, b), Min: math.Min(a.Type.Min, b.Type.Min), Max: math.Max(a.Type.Max, b.Type.Max)}
		return g.node(rule.OpCond, t, g.yesNo(d), a, b)
	case 5:
		s := g.choice(d, rule.Set)
		return g.node(rule.OpCount, rule.Type{Kind: rule.Int, Max: float64(len(s.Type.Values))}, s)
	case 6:
		b := spans[rule.OpDaysBetween]
		return g.node(rule.OpDaysBetween, rule.Type{Kind: rule.Int, Min: -b, Max: b}, g.day(d), g.dayConst())
	default:
		op := []rule.Op{rule.OpDaysSince, rule.OpWeeksSince, rule.OpMonthsSince}[g.pick(3, "since")]
		return g.node(op, rule.Type{Kind: rule.Int, Min: -spans[op], Max: spans[op]}, g.day(d))
	}
}

func kindOf(a, b *rule.Expr) rule.Kind {
	if a.Type.Kind == rule.Number || b.Type.Kind == rule.Number {
		return rule.Number
	}
	return rule.Int
}

// arithmetic makes a sum, or its first term where it could overflow.
func (g made) arithmetic(op rule.Op, a, b *rule.Expr) *rule.Expr {
	x, y := a.Type, b.Type
	var corners []float64
	for _, u := range []float64{x.Min, x.Max} {
		for _, v := range []float64{y.Min, y.Max} {
			switch op {
			case rule.OpAdd:
				corners = append(corners, u+v)
			case rule.OpSub:
				corners = append(corners, u-v)
			default:
				corners = append(corners, u*v)
			}
		}
	}
	t := rule.Type{Kind: kindOf(a, b), Min: slices.Min(corners), Max: slices.Max(corners)}
	limit := float64(1 << 53)
	if t.Kind == rule.Number {
		limit = 1e15
	}
	if t.Min < -limit || t.Max > limit {
		return a
	}
	return g.node(op, t, a, b)
}
