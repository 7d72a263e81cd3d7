package rule

import (
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
)

// Check types the rule and adds every fault to faults. want is the kind that the rule as a whole must
// have; Invalid takes any.
//
// The result covers what could be typed: parts that have a fault are OpInvalid, and the rest is whole. Valid
// tells whether it may be run. It is nil only for a nil tree.
func (t *Tree) Check(scope Scope, want Kind, faults *diag.List) *Expr {
	if t == nil {
		return nil
	}
	c := &checker{src: t.src, scope: scope, faults: faults, exprs: make([]Expr, t.nodes), args: make([]*Expr, t.nodes)}
	e := c.expr(t.root, nil)
	if want != Invalid && e.Type.Kind != Invalid && e.Type.Kind != want {
		c.wanted(t.root, e, want)
		return c.invalid(t.root, e)
	}
	if t.faulty && e.Op != OpInvalid {
		whole := c.invalid(t.root, e)
		whole.Type = e.Type
		return whole
	}
	return e
}

// Valid tells whether no part of e has a fault.
func (e *Expr) Valid() bool {
	if e == nil || e.Op == OpInvalid {
		return false
	}
	for _, a := range e.Args {
		if !a.Valid() {
			return false
		}
	}
	return true
}

// checker types one rule.
type checker struct {
	src    *source
	scope  Scope
	faults *diag.List
	// within is the comparison that begins with a "not" that its author may have meant for all of it.
	within map[*node]*node
	exprs  []Expr  // room for those to come
	args   []*Expr // and for the arguments of those to come
}

// The contexts of a text in quotes where nothing stands beside it.
var (
	silent   = &Type{}           // a fault around it has been reported, which is enough
	asItself = &Type{Kind: Text} // it is a text, which what is around it will not like
)

func (c *checker) span(n *node) diag.Span { return c.src.span(n.from, n.to) }

func (c *checker) text(n *node) string { return clip(c.src.text[n.from:n.to]) }

func (c *checker) fail(n *node, code string, args diag.Args) *diag.Diagnostic {
	return c.faults.Error(c.span(n), code, args)
}

func (c *checker) warn(n *node, code string, args diag.Args) *diag.Diagnostic {
	return c.faults.Warn(c.span(n), code, args)
}

// invalid is the expression of a part that has a fault, which has been reported.
func (c *checker) invalid(n *node, parts ...*Expr) *Expr {
	return c.build(n, OpInvalid, Type{}, parts...)
}

func (c *checker) build(n *node, op Op, t Type, args ...*Expr) *Expr {
	if len(c.exprs) == 0 {
		c.exprs = make([]Expr, 1)
	}
	e := &c.exprs[0]
	c.exprs = c.exprs[1:]
	e.Op, e.Type, e.Span = op, t, c.span(n)
	if len(args) > 0 {
		if len(c.args) < len(args) {
			c.args = make([]*Expr, len(args))
		}
		e.Args = c.args[:len(args):len(args)]
		c.args = c.args[len(args):]
		copy(e.Args, args)
	}
	return e
}

// expr types n. A text in quotes takes its type from context: nil where there is none, silent where there
// is one that has a fault.
func (c *checker) expr(n *node, context *Type) *Expr {
	switch n.form {
	case formName:
		return c.name(n)
	case formBool, formInt, formNumber:
		return c.constant(n)
	case formText:
		return c.literal(n, context)
	case formList:
		c.fail(n, "rule-list-alone", nil)
		return c.invalid(n)
	case formCall:
		return c.call(n)
	case formNot:
		return c.not(n)
	case formSign:
		return c.sign(n)
	case formChoice:
		return c.choice(n, context)
	case formChain:
		return c.chain(n)
	case formBinary:
		switch n.op {
		case OpAnd, OpOr:
			return c.logic(n)
		case OpIn:
			return c.in(n)
		case OpAdd, OpSub, OpMul:
			return c.arithmetic(n)
		}
		return c.compare(n)
	}
	parts := make([]*Expr, len(n.args))
	for i, a := range n.args {
		parts[i] = c.expr(a, silent)
	}
	return c.invalid(n, parts...)
}

const wordToday = "today"

func (c *checker) name(n *node) *Expr {
	if n.name == wordToday {
		return c.build(n, OpToday, Type{Kind: Date})
	}
	if t, ok := c.scope.Fact(n.name); ok {
		return c.named(n, OpFact, t)
	}
	if t, ok := c.scope.Define(n.name); ok {
		return c.named(n, OpDefine, t)
	}
	c.unknown(n)
	return c.invalid(n)
}

func (c *checker) named(n *node, op Op, t Type) *Expr {
	e := c.build(n, op, t)
	e.Name = n.name
	if t.Kind == Invalid {
		e.Op = OpInvalid
	}
	return e
}

// known tells whether the name is that of something in scope.
func (c *checker) known(name string) bool {
	if name == wordToday {
		return true
	}
	_, fact := c.scope.Fact(name)
	_, define := c.scope.Define(name)
	return fact || define
}

func (c *checker) unknown(n *node) {
	args := diag.Args{"Name": n.name}
	if f, ok := functions[n.name]; ok {
		args["Usage"] = f.usage
		c.fail(n, "rule-function-bare", args)
		return
	}
	if word := otherWords[strings.ToLower(n.name)]; word == "true" || word == "false" {
		args["Want"] = word
		c.fail(n, "rule-word-value", args)
		return
	}
	args["Near"] = diag.Suggest(n.name, c.scope.Names())
	c.fail(n, "rule-unknown-name", args)
}

// yesNo types n where only a yes or no will do. what needs it; beside is the comparison before it, if there
// is one, which a value alone may have been meant to go on with.
func (c *checker) yesNo(n *node, what string, beside *node) *Expr {
	if n.bare() && beside != nil && beside.form == formBinary && (isComparison(beside.op) || beside.op == OpIn) && !beside.parens {
		symbol := "=="
		if beside.op != OpIn {
			symbol = symbols[beside.op]
		}
		c.fail(n, "rule-comparison-half", diag.Args{
			"Text": c.text(n), "For": what, "Left": c.text(beside), "Right": c.text(beside.args[0]) + " " + symbol + " " + c.text(n),
		})
		return c.invalid(n)
	}
	e := c.expr(n, asItself)
	if e.Type.Kind == Bool || e.Type.Kind == Invalid {
		return e
	}
	c.notBool(n, e, what)
	return c.invalid(n, e)
}

// notBool reports that n is no yes or no, which the operator what needs.
func (c *checker) notBool(n *node, e *Expr, what string) {
	args := c.askArgs(n, e)
	args["For"] = what
	c.fail(n, "rule-not-bool", args).Hint = askHint(n, e)
}

// wanted reports a whole rule of the wrong kind.
func (c *checker) wanted(n *node, e *Expr, want Kind) {
	args := c.askArgs(n, e)
	if want == Bool {
		c.fail(n, "rule-want-bool", args).Hint = askHint(n, e)
		return
	}
	args["Want"] = want.String()
	c.fail(n, "rule-want", args)
}

// askArgs are what the hints need that say how to make a question of a value.
func (c *checker) askArgs(n *node, e *Expr) diag.Args {
	args := diag.Args{"Text": c.text(n), "Kind": e.Type.Kind.String(), "Fact": e.Op == OpFact, "Value": ""}
	if len(e.Type.Values) > 0 {
		args["Value"] = e.Type.Values[0]
	}
	return args
}

// askHint is the hint on how to make a question of a value.
func askHint(n *node, e *Expr) string {
	if n.form == formText {
		return "rule-not-bool.literal"
	}
	return askHints[e.Type.Kind]
}

var askHints = map[Kind]string{
	Int: "rule-not-bool.number", Number: "rule-not-bool.number", Enum: "rule-not-bool.enum", Set: "rule-not-bool.set",
	Date: "rule-not-bool.date", Event: "rule-not-bool.event", Text: "rule-not-bool.text",
}

func (c *checker) logic(n *node) *Expr {
	what := "and"
	if n.op == OpOr {
		what = "or"
	}
	left := c.yesNo(n.args[0], what, nil)
	right := c.yesNo(n.args[1], what, c.lastOf(n.args[0]))
	e := c.build(n, n.op, Type{Kind: Bool}, left, right)
	c.twice(n, e, what)
	return e
}

// lastOf returns the clause that ends n, b in "a and b", or the one before it where that is a value alone.
func (c *checker) lastOf(n *node) *node {
	for n.form == formBinary && (n.op == OpAnd || n.op == OpOr) && !n.parens {
		if n.args[1].bare() {
			n = n.args[0]
		} else {
			n = n.args[1]
		}
	}
	return n
}

// twice warns of an operator that has the same on both sides.
func (c *checker) twice(n *node, e *Expr, what string) {
	if e.Valid() && e.Args[0].Equal(e.Args[1]) && e.Args[0].Op != OpConst {
		c.warn(n, "rule-twice", diag.Args{"For": what, "Text": c.text(n.args[0])})
	}
}

func (c *checker) not(n *node) *Expr {
	e := c.expr(n.args[0], asItself)
	out := c.build(n, OpNot, Type{Kind: Bool}, e)
	switch whole := c.within[n]; {
	case e.Type.Kind == Bool:
		return out
	case e.Type.Kind == Invalid:
	case whole != nil:
		c.notBinds(n, whole)
		out.Type = e.Type // as if the "not" stood where it was meant to, so that the comparison is checked too
	default:
		c.notBool(n.args[0], e, "not")
	}
	out.Op = OpInvalid
	return out
}

// notBinds reports "not x == y", in which "not" takes x alone.
func (c *checker) notBinds(n, whole *node) {
	operand := n.args[0]
	rest := clip(c.src.text[operand.from:whole.to])
	alternative := ""
	if opposite, ok := opposites[whole.op]; ok {
		alternative = clip(c.src.text[operand.from:whole.opFrom] + opposite + c.src.text[whole.opTo:whole.to])
	}
	c.faults.Error(c.src.span(n.from, operand.to), "rule-not-binds", diag.Args{
		"Text": c.text(operand), "Want": "not (" + rest + ")", "Or": alternative,
	})
}

// opposites are the operators that say what not does of a comparison.
var opposites = map[Op]string{OpEq: "!=", OpNe: "==", OpLt: ">=", OpLe: ">", OpGt: "<=", OpGe: "<", OpIn: "not in"}

func (c *checker) choice(n *node, context *Type) *Expr {
	cond := c.yesNo(n.args[0], "? :", nil)
	a, b := c.pair(n.args[1], n.args[2], context)
	if a.Type.Kind == Invalid || b.Type.Kind == Invalid {
		return c.invalid(n, cond, a, b)
	}
	t, ok := join(a.Type, b.Type)
	if !ok {
		c.fail(n.args[2], "rule-choice-kinds", diag.Args{
			"Left": c.text(n.args[1]), "LeftKind": a.Type.Kind.String(), "Right": c.text(n.args[2]), "RightKind": b.Type.Kind.String(),
			"Same": a.Type.Kind == b.Type.Kind,
		})
		return c.invalid(n, cond, a, b)
	}
	return c.build(n, OpCond, t, cond, a, b)
}

// join returns the type that covers both, for the two ends of a choice.
func join(a, b Type) (Type, bool) {
	switch {
	case a.numeric() && b.numeric():
		t := Type{Kind: Int, Min: min(a.Min, b.Min), Max: max(a.Max, b.Max)}
		if a.Kind == Number || b.Kind == Number {
			t.Kind = Number
		}
		return t, true
	case a.onDay() && b.onDay():
		if a.Kind != b.Kind {
			return Type{Kind: Date}, true
		}
		return a, true
	}
	return a, a.Kind == b.Kind && slices.Equal(a.Values, b.Values)
}

// pair types two operands that stand side by side, each of which may give the other, if it is a text in
// quotes, its type. context is what both are compared with.
func (c *checker) pair(left, right *node, context *Type) (*Expr, *Expr) {
	if context == nil && c.dependent(left) && !c.dependent(right) {
		r := c.expr(right, nil)
		return c.inContext(left, &r.Type), r
	}
	l := c.inContext(left, context)
	if context == nil && c.dependent(right) {
		return l, c.inContext(right, &l.Type)
	}
	return l, c.inContext(right, context)
}

// dependent tells whether the type of n follows from what stands beside it: a text in quotes, or a word that
// is no name and may be a value that lacks its quotes.
func (c *checker) dependent(n *node) bool {
	return textual(n) || n.form == formName && !c.known(n.name)
}

// textual tells whether n can only come out as a text in quotes.
func textual(n *node) bool {
	return n.form == formText || n.form == formChoice && textual(n.args[1]) && textual(n.args[2])
}

// inContext types n beside something of the type context. An unknown name that is one of the values there,
// or nearly, lacks its quotes.
func (c *checker) inContext(n *node, context *Type) *Expr {
	if context != nil && n.form == formName && len(context.Values) > 0 && !c.known(n.name) {
		value := n.name
		if !slices.Contains(context.Values, value) {
			value = diag.Suggest(value, context.Values)
		}
		if value != "" {
			c.fail(n, "rule-value-unquoted", diag.Args{"Name": n.name, "Value": value})
			return c.invalid(n)
		}
	}
	return c.expr(n, context)
}

func (t Type) numeric() bool { return t.Kind == Int || t.Kind == Number }

// onDay tells whether t is a day: a date, or the date of an event.
func (t Type) onDay() bool { return t.Kind == Date || t.Kind == Event }
