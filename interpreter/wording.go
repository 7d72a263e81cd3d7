package interpreter

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Wording is a rule in words, without a case: what Clause is for one. Both are told in the same words (speaker).
type Wording struct {
	Join   string      // how Parts make the rule: all, any, not, if, same, differ, define; "" for a single test
	Text   string      // the words: of a single test, of what the parts are to each other, or that come before the one part of a not
	Define *dsl.Define // where Join is define; its rule is not entered
	Parts  []Wording
}

// Wording puts a rule of the program's model into words of l.
func (p *Program) Wording(x *rule.Expr, l lang.Lang) Wording { return speaker{p, l}.wording(x) }

// speaker puts rules of a program's model into words of a language.
type speaker struct {
	p *Program
	l lang.Lang
}

func (s speaker) say(id string, args map[string]any) string { return catalogue.Text(s.l, id, args) }

func (s speaker) fact(id string) *dsl.Fact { return s.p.model.Facts[s.p.factIndex[id]] }

func (s speaker) title(id string) string { return s.fact(id).Title.In(s.l) }

func (s speaker) wording(x *rule.Expr) Wording {
	var w Wording
	w.Join, w.Text = s.tell(x)
	switch w.Join {
	case "all", "any":
		s.flatten(x, x.Op, &w.Parts)
	case "define":
		w.Define = s.p.model.Defines[s.p.defineIndex[x.Name]]
	case "not":
		w.Text = strings.TrimSpace(s.say("clause.not", map[string]any{"Text": ""}))
		w.Parts = []Wording{s.wording(x.Args[0])}
	case "if", "same", "differ":
		w.Parts = s.wordings(x.Args)
	}
	return w
}

func (s speaker) wordings(xs []*rule.Expr) []Wording {
	out := make([]Wording, len(xs))
	for i, x := range xs {
		out[i] = s.wording(x)
	}
	return out
}

// flatten gathers the parts of a chain of one connective.
func (s speaker) flatten(x *rule.Expr, op rule.Op, out *[]Wording) {
	for _, a := range x.Args {
		if a.Op == op {
			s.flatten(a, op, out)
		} else {
			*out = append(*out, s.wording(a))
		}
	}
}

// tell returns how the parts of a truth value make it, "" for a single test, and the words for it.
func (s speaker) tell(x *rule.Expr) (join, text string) {
	switch x.Op {
	case rule.OpAnd:
		return "all", s.say("clause.all", nil)
	case rule.OpOr:
		return "any", s.say("clause.any", nil)
	case rule.OpCond:
		return "if", s.say("clause.if", nil)
	case rule.OpNot:
		return s.opposite(x.Args[0])
	case rule.OpDefine:
		return "define", s.define(x.Name)
	case rule.OpEq, rule.OpNe:
		if x.Args[0].Type.Kind != rule.Bool {
			break
		}
		if x.Op == rule.OpEq {
			return s.same(x)
		}
		if fact, yes, ok := truthTest(x); ok {
			return "", s.truth(fact, !yes)
		}
		return "differ", s.say("clause.differ", nil)
	}
	return "", s.test(x, false)
}

// opposite tells of what holds where x does not. A single test is turned round, where there are words for that.
func (s speaker) opposite(x *rule.Expr) (join, text string) {
	join, text = s.tell(x)
	switch {
	case join != "":
	case x.Op == rule.OpNot:
		return s.tell(x.Args[0])
	case x.Op == rule.OpFact:
		return "", s.truth(x.Name, false)
	case x.Op == rule.OpEq || x.Op == rule.OpNe:
		if fact, yes, ok := truthTest(x); ok {
			return "", s.truth(fact, yes == (x.Op == rule.OpNe))
		}
		return "", s.test(x, true)
	default:
		return "", s.test(x, true)
	}
	return "not", s.say("clause.not", map[string]any{"Text": text})
}

// same tells of a comparison between truth values, as == has it.
func (s speaker) same(x *rule.Expr) (join, text string) {
	if fact, yes, ok := truthTest(x); ok {
		return "", s.truth(fact, yes)
	}
	return "same", s.say("clause.same", nil)
}

// truthTest takes apart `fact == true` and the like.
func truthTest(x *rule.Expr) (fact string, yes, ok bool) {
	left, right := x.Args[0], x.Args[1]
	if left.Op == rule.OpConst {
		left, right = right, left
	}
	if left.Op != rule.OpFact || right.Op != rule.OpConst || right.Type.Kind != rule.Bool {
		return "", false, false
	}
	return left.Name, right.Value != 0, true
}

func (s speaker) truth(fact string, yes bool) string { return s.title(fact) + ": " + s.yes(yes) }

func (s speaker) yes(yes bool) string {
	if yes {
		return s.say("value.yes", nil)
	}
	return s.say("value.no", nil)
}

func (s speaker) define(name string) string {
	if t := s.p.model.Defines[s.p.defineIndex[name]].Title.In(s.l); t != "" {
		return t
	}
	return name
}

// test puts a single test into words, or what holds where it does not.
func (s speaker) test(x *rule.Expr, not bool) string {
	id := func(yes, no string) string {
		if not {
			return "clause." + no
		}
		return "clause." + yes
	}
	sides := func(id, list string) string {
		return s.say(id, map[string]any{"Left": s.words(x.Args[0], x.Args[1], list), "Right": s.words(x.Args[1], x.Args[0], list)})
	}
	order := func(number, day, notNumber, notDay string) string {
		if k := x.Args[0].Type.Kind; k == rule.Date || k == rule.Event {
			return sides(id(day, notDay), "")
		}
		return sides(id(number, notNumber), "")
	}
	switch x.Op {
	case rule.OpConst:
		return s.yes((x.Value != 0) != not)
	case rule.OpFact:
		return s.truth(x.Name, !not)
	case rule.OpKnown:
		return s.say(id("known", "not-known"), map[string]any{"Fact": s.title(x.Name)})
	case rule.OpHappened:
		return s.say(id("happened", "not-happened"), map[string]any{"Fact": s.title(x.Name)})
	case rule.OpDone:
		return s.say(id("done", "not-done"), map[string]any{"Step": s.step(x.Name)})
	case rule.OpLate:
		return s.say(id("late", "not-late"), map[string]any{"Step": s.step(x.Name)})
	case rule.OpEq, rule.OpNe:
		left, right := x.Args[0], x.Args[1]
		if left.Op == rule.OpConst {
			left, right = right, left
		}
		yes, no := "eq", "ne"
		if left.Type.Kind == rule.Enum && right.Op == rule.OpConst {
			yes, no = "is", "is-not"
		}
		if x.Op == rule.OpNe {
			yes, no = no, yes
		}
		return s.say(id(yes, no), map[string]any{"Left": s.words(left, right, ""), "Right": s.words(right, left, "")})
	case rule.OpLt:
		return order("lt", "before", "ge", "not-before")
	case rule.OpLe:
		return order("le", "not-after", "gt", "after")
	case rule.OpGt:
		if some(x, 0) && !not {
			return s.say("clause.some", map[string]any{"Of": s.words(x.Args[0].Args[0], nil, "")})
		}
		return order("gt", "after", "le", "not-after")
	case rule.OpGe:
		if some(x, 1) && !not {
			return s.say("clause.some", map[string]any{"Of": s.words(x.Args[0].Args[0], nil, "")})
		}
		return order("ge", "not-before", "lt", "before")
	case rule.OpIn:
		if x.Args[1].Op != rule.OpList {
			args := map[string]any{"Left": s.words(x.Args[1], nil, ""), "Right": s.words(x.Args[0], x.Args[1], "")}
			return s.say(id("has", "has-not"), args)
		}
		return sides(id("is", "is-not"), "or")
	case rule.OpHasAny:
		return sides(id("has-any", "has-none"), "and")
	case rule.OpHasAll:
		return sides(id("has-all", "has-not-all"), "and")
	}
	return x.String()
}

// some tells whether x asks that a set has more than none: it compares its size with the number n.
func some(x *rule.Expr, n int64) bool {
	c := x.Args[1]
	return x.Args[0].Op == rule.OpCount && c.Op == rule.OpConst && c.Type.Kind == rule.Int && c.Value == n
}

func (s speaker) step(id string) string { return s.p.model.Steps[s.p.stepIndex[id]].Title.In(s.l) }

// words puts a value into words. A literal takes its label or unit from the fact it stands beside; list says how a
// list of literals ends: and, or.
func (s speaker) words(x, beside *rule.Expr, list string) string {
	of := func(id string) string {
		return s.say(id, map[string]any{"Of": s.words(x.Args[0], nil, "")})
	}
	switch x.Op {
	case rule.OpFact:
		return s.title(x.Name)
	case rule.OpDefine:
		return s.define(x.Name)
	case rule.OpList:
		parts := make([]string, len(x.Args))
		for i, a := range x.Args {
			parts[i] = s.words(a, beside, "")
		}
		return ListText(parts, list, s.l)
	case rule.OpConst:
		return s.literal(x, beside)
	case rule.OpToday:
		return s.say("value.today", nil)
	case rule.OpDaysSince:
		return of("value.days-since")
	case rule.OpWeeksSince:
		return of("value.weeks-since")
	case rule.OpMonthsSince:
		return of("value.months-since")
	case rule.OpCount:
		return of("value.count")
	case rule.OpDaysBetween:
		return s.say("value.days-between", map[string]any{"From": s.words(x.Args[0], nil, ""), "To": s.words(x.Args[1], nil, "")})
	}
	return x.String()
}

// literal puts a literal into words; beside is what it is compared with.
func (s speaker) literal(x, beside *rule.Expr) string {
	var fact *dsl.Fact
	if beside != nil {
		fact = s.factBehind(beside)
	}
	switch x.Type.Kind {
	case rule.Enum, rule.Set:
		if fact != nil {
			return fact.Labels[x.Value].In(s.l)
		}
	case rule.Date:
		return calendar.Day(x.Value).String()
	case rule.Text:
		return x.Name
	case rule.Int:
		return numberText(x.Value, fact, s.l)
	case rule.Number:
		return numberText(x.Number, fact, s.l)
	}
	return x.String()
}

// factBehind returns the fact whose value x is, or one of them where it is a choice; nil where it is computed.
func (s speaker) factBehind(x *rule.Expr) *dsl.Fact {
	for {
		switch x = s.p.behind(x); {
		case x.Op == rule.OpFact:
			return s.fact(x.Name)
		case x.Op != rule.OpCond:
			return nil
		case isLiteral(x.Args[1]):
			x = x.Args[2]
		default:
			x = x.Args[1]
		}
	}
}
