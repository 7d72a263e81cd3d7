package interpreter_test

import (
	"slices"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// The oracle answers what the interpreter answers, and is written from DESIGN section 3 alone: it walks the model's own
// trees with maps and recursion, knows no slots, no instructions and no working memory, and is slow. Where the two
// differ, one of them is wrong.
//
// This file evaluates rules; oraclecase_test.go finds where steps stand, oraclemissing_test.go what to ask for.
type oracle struct {
	m     *dsl.Model
	facts map[string]any // absent: not asked for; nil: nobody can tell
	at    calendar.Day
	lang  lang.Lang
	steps map[string]*oracleStep
	// heldAt, where it is set, answers for known, happened, done and late.
	heldAt *oracle
}

// value returns the value of an expression: a bool, int64, float64, string (of an enum or a text), []string (a set) or
// calendar.Day; nil where it is unknown.
func (o *oracle) value(e *rule.Expr) any {
	switch e.Op {
	case rule.OpKnown, rule.OpHappened, rule.OpDone, rule.OpLate:
		if o.heldAt != nil {
			return o.heldAt.value(e)
		}
	}
	switch e.Op {
	case rule.OpConst:
		switch e.Type.Kind {
		case rule.Bool:
			return e.Value != 0
		case rule.Int:
			return e.Value
		case rule.Number:
			return e.Number
		case rule.Enum:
			return e.Type.Values[e.Value]
		case rule.Date:
			return calendar.Day(e.Value)
		}
		return e.Name
	case rule.OpFact:
		if o.notHappened(e.Name) {
			return nil
		}
		return o.facts[e.Name]
	case rule.OpDefine:
		return o.value(o.define(e.Name).Rule.Expr)
	case rule.OpToday:
		return o.at
	case rule.OpKnown:
		return o.facts[e.Name] != nil
	case rule.OpHappened:
		return o.facts[e.Name] != nil && !o.notHappened(e.Name)
	case rule.OpDone:
		return o.step(e.Name).done
	case rule.OpLate:
		s := o.step(e.Name)
		return s.status == "required" && s.due != nil && o.at > *s.due
	case rule.OpNot, rule.OpAnd, rule.OpOr:
		return o.logic(e)
	case rule.OpCond:
		return o.choice(e)
	case rule.OpList:
		var list []any
		for _, a := range e.Args {
			list = append(list, o.value(a))
		}
		return list
	}
	// What is left computes from values, and is unknown where one of them is.
	args := make([]any, len(e.Args))
	for i, a := range e.Args {
		if args[i] = o.value(a); args[i] == nil {
			return nil
		}
	}
	switch e.Op {
	case rule.OpEq, rule.OpNe, rule.OpLt, rule.OpLe, rule.OpGt, rule.OpGe:
		return compared(e.Op, args[0], args[1])
	case rule.OpIn:
		if set, ok := args[1].([]string); ok {
			return slices.Contains(set, args[0].(string))
		}
		return slices.ContainsFunc(args[1].([]any), func(v any) bool { return compared(rule.OpEq, args[0], v) })
	case rule.OpHasAny:
		return slices.ContainsFunc(args[1].([]any), func(v any) bool { return slices.Contains(args[0].([]string), v.(string)) })
	case rule.OpHasAll:
		return !slices.ContainsFunc(args[1].([]any), func(v any) bool { return !slices.Contains(args[0].([]string), v.(string)) })
	case rule.OpCount:
		return int64(len(args[0].([]string)))
	case rule.OpNeg:
		if i, ok := args[0].(int64); ok {
			return -i
		}
		return -args[0].(float64)
	case rule.OpAdd, rule.OpSub, rule.OpMul:
		return computed(e.Op, args[0], args[1])
	case rule.OpDaysSince:
		return int64(o.at - args[0].(calendar.Day))
	case rule.OpDaysBetween:
		return int64(args[1].(calendar.Day) - args[0].(calendar.Day))
	case rule.OpWeeksSince:
		return completed(args[0].(calendar.Day), o.at, func(d calendar.Day, n int) calendar.Day { return d + calendar.Day(7*n) })
	case rule.OpMonthsSince:
		return completed(args[0].(calendar.Day), o.at, monthsAfter)
	}
	panic("the oracle does not know " + e.String())
}

// notHappened tells whether the fact is an event whose day has not come.
func (o *oracle) notHappened(id string) bool {
	day, ok := o.facts[id].(calendar.Day)
	return ok && day > o.at && o.fact(id).Type.Kind == rule.Event
}

// logic is Kleene's: one false makes `and` false, one true makes `or` true, whatever is unknown beside it.
func (o *oracle) logic(e *rule.Expr) any {
	x := o.value(e.Args[0])
	if e.Op == rule.OpNot {
		if x == nil {
			return nil
		}
		return !x.(bool)
	}
	y := o.value(e.Args[1])
	decides := e.Op == rule.OpOr
	switch {
	case x == decides || y == decides:
		return decides
	case x == nil || y == nil:
		return nil
	}
	return !decides
}

// choice is `c ? x : y`. Where c is unknown, a truth value is known all the same if both sides agree.
func (o *oracle) choice(e *rule.Expr) any {
	side := func(a *rule.Expr) any {
		v := o.value(a)
		if i, ok := v.(int64); ok && e.Type.Kind == rule.Number {
			return float64(i)
		}
		return v
	}
	switch c := o.value(e.Args[0]); {
	case c == true:
		return side(e.Args[1])
	case c == false:
		return side(e.Args[2])
	case e.Type.Kind == rule.Bool:
		if x, y := side(e.Args[1]), side(e.Args[2]); x == y {
			return x
		}
	}
	return nil
}

func compared(op rule.Op, x, y any) bool {
	less, equal := false, x == y
	switch a := x.(type) {
	case calendar.Day:
		less = a < y.(calendar.Day)
	case int64, float64:
		if b, ok := y.(int64); ok {
			if a, ok := x.(int64); ok {
				less, equal = a < b, a == b
				break
			}
		}
		less, equal = float(x) < float(y), float(x) == float(y)
	}
	switch op {
	case rule.OpEq:
		return equal
	case rule.OpNe:
		return !equal
	case rule.OpLt:
		return less
	case rule.OpLe:
		return less || equal
	case rule.OpGt:
		return !less && !equal
	}
	return !less
}

func float(v any) float64 {
	if i, ok := v.(int64); ok {
		return float64(i)
	}
	return v.(float64)
}

func computed(op rule.Op, x, y any) any {
	a, ok1 := x.(int64)
	b, ok2 := y.(int64)
	if ok1 && ok2 {
		switch op {
		case rule.OpAdd:
			return a + b
		case rule.OpSub:
			return a - b
		}
		return a * b
	}
	switch op {
	case rule.OpAdd:
		return float(x) + float(y)
	case rule.OpSub:
		return float(x) - float(y)
	}
	return float(x) * float(y)
}

// completed counts: the greatest n for which n of something after from is no later than to.
func completed(from, to calendar.Day, after func(calendar.Day, int) calendar.Day) int64 {
	n := 0
	for after(from, n) > to {
		n--
	}
	for after(from, n+1) <= to {
		n++
	}
	return int64(n)
}

// monthsAfter is lag 1930:173: the same day number, or the month's last day where there is none.
func monthsAfter(d calendar.Day, n int) calendar.Day {
	year, month, day := d.Date()
	first := time.Date(year, time.Month(month+n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	out, _ := calendar.Of(first.Year(), int(first.Month()), min(day, last))
	return out
}

func later(d calendar.Day, by calendar.Duration) calendar.Day {
	switch by.Unit {
	case calendar.Days:
		return d + calendar.Day(by.N)
	case calendar.Weeks:
		return d + calendar.Day(7*by.N)
	case calendar.Months:
		return monthsAfter(d, by.N)
	}
	return monthsAfter(d, 12*by.N)
}

func (o *oracle) fact(id string) *dsl.Fact {
	return o.m.Facts[slices.IndexFunc(o.m.Facts, func(f *dsl.Fact) bool { return f.ID == id })]
}

func (o *oracle) define(id string) *dsl.Define {
	return o.m.Defines[slices.IndexFunc(o.m.Defines, func(d *dsl.Define) bool { return d.ID == id })]
}
