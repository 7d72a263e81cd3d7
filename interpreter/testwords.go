package interpreter

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// truthTest puts `fact == true` and the like into words.
func (e *explainer) truthTest(x *rule.Expr) (string, bool) {
	left, right := x.Args[0], x.Args[1]
	if left.Op == rule.OpConst {
		left, right = right, left
	}
	if left.Op != rule.OpFact || right.Op != rule.OpConst {
		return "", false
	}
	return e.title(left.Name) + ": " + e.yesNo((right.Value != 0) == (x.Op == rule.OpEq)), true
}

func (e *explainer) yesNo(v bool) string {
	if v {
		return e.say("value.yes", nil)
	}
	return e.say("value.no", nil)
}

func (e *explainer) fact(id string) *dsl.Fact { return e.p.model.Facts[e.p.factIndex[id]] }

func (e *explainer) title(id string) string { return e.fact(id).Title.In(e.l) }

func (e *explainer) stepTitle(x *rule.Expr) string {
	return e.p.model.Steps[e.p.stepIndex[x.Name]].Title.In(e.l)
}

// negated puts into words that a single test does not hold, where there are words of its own for that.
func (e *explainer) negated(x *rule.Expr) (string, bool) {
	switch x.Op {
	case rule.OpFact:
		return e.title(x.Name) + ": " + e.yesNo(false), true
	case rule.OpKnown:
		return e.say("clause.not-known", map[string]any{"Fact": e.title(x.Name)}), true
	case rule.OpHappened:
		return e.say("clause.not-happened", map[string]any{"Fact": e.title(x.Name)}), true
	case rule.OpDone:
		return e.say("clause.not-done", map[string]any{"Step": e.stepTitle(x)}), true
	case rule.OpLate:
		return e.say("clause.not-late", map[string]any{"Step": e.stepTitle(x)}), true
	case rule.OpIn:
		if x.Args[1].Op != rule.OpList {
			return e.say("clause.has-not", map[string]any{"Left": e.words(x.Args[1], nil), "Right": e.words(x.Args[0], x.Args[1])}), true
		}
		return e.say("clause.not-in", map[string]any{"Left": e.words(x.Args[0], nil), "Right": e.words(x.Args[1], x.Args[0])}), true
	}
	return "", false
}

// test puts a single test into words.
func (e *explainer) test(x *rule.Expr) string {
	sides := func() map[string]any {
		return map[string]any{"Left": e.words(x.Args[0], x.Args[1]), "Right": e.words(x.Args[1], x.Args[0])}
	}
	isDay := len(x.Args) > 0 && (x.Args[0].Type.Kind == rule.Date || x.Args[0].Type.Kind == rule.Event)
	order := func(number, day string) string {
		if isDay {
			return e.say("clause."+day, sides())
		}
		return e.say("clause."+number, sides())
	}
	switch x.Op {
	case rule.OpConst:
		return e.yesNo(x.Value != 0)
	case rule.OpFact:
		return e.title(x.Name) + ": " + e.yesNo(true)
	case rule.OpKnown:
		return e.say("clause.known", map[string]any{"Fact": e.title(x.Name)})
	case rule.OpHappened:
		return e.say("clause.happened", map[string]any{"Fact": e.title(x.Name)})
	case rule.OpDone:
		return e.say("clause.done", map[string]any{"Step": e.stepTitle(x)})
	case rule.OpLate:
		return e.say("clause.late", map[string]any{"Step": e.stepTitle(x)})
	case rule.OpEq:
		return e.say("clause.eq", sides())
	case rule.OpNe:
		return e.say("clause.ne", sides())
	case rule.OpLt:
		return order("lt", "before")
	case rule.OpLe:
		return order("le", "not-after")
	case rule.OpGt:
		return order("gt", "after")
	case rule.OpGe:
		return order("ge", "not-before")
	case rule.OpIn:
		if x.Args[1].Op != rule.OpList {
			return e.say("clause.has", map[string]any{"Left": e.words(x.Args[1], nil), "Right": e.words(x.Args[0], x.Args[1])})
		}
		return e.say("clause.in", sides())
	case rule.OpHasAny:
		return e.say("clause.has-any", sides())
	case rule.OpHasAll:
		return e.say("clause.has-all", sides())
	}
	return x.String()
}

// words puts a value into words. A literal takes the label of its value, or its unit, from the fact it stands beside.
func (e *explainer) words(x, beside *rule.Expr) string {
	of := func(id string) string {
		return e.say(id, map[string]any{"Of": e.words(x.Args[0], nil)})
	}
	switch x.Op {
	case rule.OpFact:
		return e.title(x.Name)
	case rule.OpDefine:
		if t := e.p.model.Defines[e.p.defineIndex[x.Name]].Title.In(e.l); t != "" {
			return t
		}
		return x.Name
	case rule.OpList:
		parts := make([]string, len(x.Args))
		for i, a := range x.Args {
			parts[i] = e.words(a, beside)
		}
		return strings.Join(parts, ", ")
	case rule.OpConst:
		f := e.factBeside(beside)
		switch x.Type.Kind {
		case rule.Enum:
			if f != noFact {
				return f.Labels[x.Value].In(e.l)
			}
		case rule.Int:
			return FactText(f, x.Value, e.l)
		case rule.Number:
			return FactText(f, x.Number, e.l)
		case rule.Date:
			return calendar.Day(x.Value).String()
		case rule.Text:
			return x.Name
		}
	case rule.OpNeg:
		return "−" + e.words(x.Args[0], beside)
	case rule.OpAdd:
		return e.words(x.Args[0], nil) + " + " + e.words(x.Args[1], nil)
	case rule.OpSub:
		return e.words(x.Args[0], nil) + " − " + e.words(x.Args[1], nil)
	case rule.OpToday:
		return e.say("value.today", nil)
	case rule.OpDaysSince:
		return of("value.days-since")
	case rule.OpWeeksSince:
		return of("value.weeks-since")
	case rule.OpMonthsSince:
		return of("value.months-since")
	case rule.OpCount:
		return of("value.count")
	case rule.OpDaysBetween:
		return e.say("value.days-between", map[string]any{"From": e.words(x.Args[0], nil), "To": e.words(x.Args[1], nil)})
	}
	return x.String()
}

// noFact stands beside a literal that belongs to no fact.
var noFact = &dsl.Fact{}

// factBeside returns the fact whose values and unit a literal beside x has.
func (e *explainer) factBeside(x *rule.Expr) *dsl.Fact {
	if x == nil {
		return noFact
	}
	switch x = e.p.behind(x); x.Op {
	case rule.OpFact:
		return e.fact(x.Name)
	case rule.OpCond:
		if f := e.factBeside(x.Args[1]); f != noFact {
			return f
		}
		return e.factBeside(x.Args[2])
	}
	return noFact
}
