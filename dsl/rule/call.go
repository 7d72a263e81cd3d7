package rule

import (
	"sort"
	"strings"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
)

// function is a function of the language.
type function struct {
	op    Op
	args  int
	usage string // how it is written, for messages
	check func(*checker, *node, function) *Expr
}

// functions are all there are.
var functions map[string]function

func init() { // not a literal: the checks look functions up, too
	functions = map[string]function{
		"known":        {OpKnown, 1, "known(x)", (*checker).fact},
		"happened":     {OpHappened, 1, "happened(x)", (*checker).fact},
		"done":         {OpDone, 1, "done('x')", (*checker).step},
		"late":         {OpLate, 1, "late('x')", (*checker).step},
		"days_since":   {OpDaysSince, 1, "days_since(x)", (*checker).days},
		"weeks_since":  {OpWeeksSince, 1, "weeks_since(x)", (*checker).days},
		"months_since": {OpMonthsSince, 1, "months_since(x)", (*checker).days},
		"days_between": {OpDaysBetween, 2, "days_between(x, y)", (*checker).days},
		"has_any":      {OpHasAny, 2, "has_any(x, ['a', 'b'])", (*checker).has},
		"has_all":      {OpHasAll, 2, "has_all(x, ['a', 'b'])", (*checker).has},
		"count":        {OpCount, 1, "count(x)", (*checker).count},
		wordToday:      {OpToday, 0, "today", func(c *checker, n *node, _ function) *Expr { return c.build(n, OpToday, Type{Kind: Date}) }},
	}
}

// Functions lists the functions of the language, sorted.
func Functions() []string {
	out := make([]string, 0, len(functions))
	for name := range functions {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// Reserved tells whether name means something to every rule, so that no fact or definition can be called so.
func Reserved(name string) bool {
	switch name {
	case "true", "false", "nil", "and", "or", "not", "in", "let", "if", "else", "matches", "contains", "startsWith", "endsWith":
		return true
	}
	_, ok := functions[name]
	return ok
}

// foreign are functions of other languages, and of expr, that have a counterpart here.
var foreign = map[string]string{
	"any": "has_any", "all": "has_all", "len": "count", "now": "today", "date": "today", "exists": "known", "is_set": "known",
}

func (c *checker) call(n *node) *Expr {
	f, ok := functions[n.name]
	if !ok {
		return c.unknownFunction(n)
	}
	if len(n.args) != f.args {
		c.rest(n)
		c.fail(n, "rule-arguments", diag.Args{"Name": n.name, "Usage": f.usage, "One": f.args == 1, "Two": f.args == 2, "Got": len(n.args)})
		return c.invalid(n)
	}
	return f.check(c, n, f)
}

func (c *checker) unknownFunction(n *node) *Expr {
	c.rest(n)
	name := c.src.span(n.opFrom, n.opTo)
	if c.known(n.name) {
		c.faults.Error(name, "rule-not-function", diag.Args{"Name": n.name})
		return c.invalid(n)
	}
	near := foreign[n.name]
	if near == "" {
		near = diag.Suggest(n.name, Functions())
	}
	if word := otherWords[strings.ToLower(n.name)]; word != "" {
		c.faults.Error(name, "rule-word", diag.Args{"Text": n.name, "Want": word})
		return c.invalid(n)
	}
	list, _ := listed(Functions())
	c.faults.Error(name, "rule-unknown-function", diag.Args{"Name": n.name, "Near": near, "Functions": list})
	return c.invalid(n)
}

// rest checks the arguments of a call that has a fault, as far as that goes.
func (c *checker) rest(n *node) {
	for _, a := range n.args {
		if a.form != formList {
			c.expr(a, silent)
		}
	}
}

// fact types known(fact) and happened(event).
func (c *checker) fact(n *node, f function) *Expr {
	a := n.args[0]
	switch {
	case a.form == formText:
		c.fail(a, "rule-fact-quoted", diag.Args{"Name": n.name, "Want": n.name + "(" + a.name + ")"})
		return c.build(n, OpInvalid, Type{Kind: Bool})
	case a.form != formName || a.name == wordToday:
		if a.form != formList {
			c.expr(a, silent)
		}
		c.fail(a, "rule-fact-argument", diag.Args{"Name": n.name, "Text": c.text(a)})
		return c.build(n, OpInvalid, Type{Kind: Bool})
	}
	t, ok := c.scope.Fact(a.name)
	out := c.build(n, f.op, Type{Kind: Bool})
	out.Name = a.name
	switch {
	case !ok:
		out.Op = OpInvalid
		if _, define := c.scope.Define(a.name); define {
			c.fail(a, "rule-fact-define", diag.Args{"Name": n.name, "Define": a.name})
		} else {
			c.unknown(a)
		}
	case t.Kind == Invalid:
		out.Op = OpInvalid
	case f.op == OpKnown && t.Kind == Event:
		c.fail(n, "rule-known-event", diag.Args{"Fact": a.name})
		out.Op = OpInvalid
	case f.op == OpHappened && t.Kind != Event:
		c.fail(n, "rule-happened-fact", diag.Args{"Fact": a.name, "Kind": t.Kind.String()})
		out.Op = OpInvalid
	}
	return out
}

// step types done('step') and late('step').
func (c *checker) step(n *node, f function) *Expr {
	a := n.args[0]
	out := c.build(n, f.op, Type{Kind: Bool})
	out.Name = a.name
	switch {
	case a.form == formName:
		c.fail(a, "rule-step-unquoted", diag.Args{"Name": n.name, "Want": n.name + "('" + a.name + "')"})
	case a.form != formText:
		if a.form != formList {
			c.expr(a, silent)
		}
		c.fail(a, "rule-step-argument", diag.Args{"Name": n.name, "Text": c.text(a)})
	case !c.scope.Step(a.name):
		c.fail(a, "rule-unknown-step", diag.Args{"Step": a.name, "Near": diag.Suggest(a.name, c.scope.Steps())})
	default:
		return out
	}
	out.Op = OpInvalid
	return out
}

// The bounds of what can lie between two days.
var (
	maxDays   = float64(calendar.MaxDay - calendar.MinDay)
	maxWeeks  = float64(-calendar.MaxDay.WeeksUntil(calendar.MinDay)) // ahead of the day a part counts as one more
	maxMonths = float64(-calendar.MaxDay.MonthsUntil(calendar.MinDay))
)

// days types days_since and its like.
func (c *checker) days(n *node, f function) *Expr {
	bound := maxDays
	switch f.op {
	case OpWeeksSince:
		bound = maxWeeks
	case OpMonthsSince:
		bound = maxMonths
	}
	out := c.build(n, f.op, Type{Kind: Int, Min: -bound, Max: bound})
	for _, a := range n.args {
		var e *Expr
		if a.form == formList {
			e = c.invalid(a)
			c.fail(a, "rule-day-argument", diag.Args{"Name": n.name, "Text": c.text(a), "Kind": ""})
		} else {
			e = c.expr(a, &Type{Kind: Date})
		}
		if e.Type.Kind != Invalid && !e.Type.onDay() {
			c.fail(a, "rule-day-argument", diag.Args{"Name": n.name, "Text": c.text(a), "Kind": e.Type.Kind.String()})
			e = c.invalid(a, e)
		}
		out.Args = append(out.Args, e)
	}
	return out
}

// has types has_any(set, [...]) and has_all(set, [...]).
func (c *checker) has(n *node, f function) *Expr {
	out := c.build(n, f.op, Type{Kind: Bool})
	set, list := n.args[0], n.args[1]
	s := c.set(n, set)
	out.Args = []*Expr{s}
	t := Type{Kind: contextFor(s.Type.Kind), Values: s.Type.Values}
	switch list.form {
	case formList:
		out.Args = append(out.Args, c.list(list, t))
	case formText:
		c.inContext(list, &t)
		c.fail(list, "rule-has-list", diag.Args{"Name": n.name, "Text": c.text(list), "Want": "[" + c.text(list) + "]"})
		out.Op = OpInvalid
	default:
		c.expr(list, silent)
		c.fail(list, "rule-has-list", diag.Args{"Name": n.name, "Text": c.text(list), "Want": ""})
		out.Op = OpInvalid
	}
	if s.Type.Kind == Invalid {
		out.Op = OpInvalid
	}
	return out
}

// count types count(set).
func (c *checker) count(n *node, f function) *Expr {
	s := c.set(n, n.args[0])
	if s.Type.Kind == Invalid {
		return c.invalid(n, s)
	}
	return c.build(n, f.op, Type{Kind: Int, Max: float64(len(s.Type.Values))}, s)
}

// set types the argument of a function of sets.
func (c *checker) set(call, n *node) *Expr {
	if n.form == formList {
		c.fail(n, "rule-set-argument", diag.Args{"Name": call.name, "Text": c.text(n), "Kind": ""})
		return c.invalid(n)
	}
	e := c.expr(n, asItself)
	if e.Type.Kind != Invalid && e.Type.Kind != Set {
		d := c.fail(n, "rule-set-argument", diag.Args{"Name": call.name, "Text": c.text(n), "Kind": e.Type.Kind.String()})
		if e.Type.Kind == Enum {
			d.Hint = "rule-set-argument.enum"
		}
		return c.invalid(n, e)
	}
	return e
}
