package rule

import (
	"maps"
	"math"
	"slices"

	"github.com/stegvis/stegvis/dsl/diag"
)

func isComparison(op Op) bool { return op >= OpEq && op <= OpGe }

var symbols = map[Op]string{
	OpAnd: "and", OpOr: "or", OpEq: "==", OpNe: "!=", OpLt: "<", OpLe: "<=", OpGt: ">", OpGe: ">=", OpIn: "in",
	OpAdd: "+", OpSub: "-", OpMul: "*", OpNeg: "-",
}

// compare types == != < <= > >=.
func (c *checker) compare(n *node) *Expr {
	if c.chained(n) {
		return c.chain(n)
	}
	c.leadingNot(n)
	left, right := n.args[0], n.args[1]
	if textual(left) && textual(right) {
		c.fail(n, "rule-texts-compared", nil)
		return c.invalid(n)
	}
	for i, side := range n.args {
		if side.form == formList {
			other := n.args[1-i]
			c.expr(other, silent)
			c.fail(side, "rule-list-compared", diag.Args{"Want": c.text(other) + " in " + c.text(side)})
			return c.build(n, OpInvalid, Type{Kind: Bool})
		}
	}
	l, r := c.pair(left, right, nil)
	e := c.build(n, n.op, Type{Kind: Bool}, l, r)
	if l.Type.Kind == Invalid || r.Type.Kind == Invalid || !c.comparable(n, l, r) {
		e.Op = OpInvalid
		return e
	}
	if l.Type.numeric() {
		c.always(n, e)
	}
	c.twice(n, e, symbols[n.op])
	return e
}

// comparable tells whether the two can be compared so, and reports why not.
func (c *checker) comparable(n *node, l, r *Expr) bool {
	a, b := l.Type, r.Type
	if a.numeric() && b.numeric() || a.onDay() && b.onDay() {
		return true
	}
	equality := n.op == OpEq || n.op == OpNe
	if a.Kind == b.Kind && equality && (a.Kind == Bool || a.Kind == Enum && slices.Equal(a.Values, b.Values)) {
		return true
	}
	args := diag.Args{
		"Symbol": symbols[n.op], "Left": c.text(n.args[0]), "LeftKind": a.Kind.String(), "Right": c.text(n.args[1]), "RightKind": b.Kind.String(),
	}
	switch {
	case a.Kind == Set || b.Kind == Set:
		set, values := args["Left"], a.Values
		if a.Kind != Set {
			set, values = args["Right"], b.Values
		}
		args["Set"], args["Value"], args["List"] = set, "", ""
		if len(values) > 0 {
			args["Value"] = quote(values[0])
			args["List"] = "[" + quote(values[0]) + ", " + quote(values[len(values)-1]) + "]"
		}
		c.fail(n, "rule-set-compared", args)
		return false
	case a.Kind != b.Kind:
		return c.mismatch(n, l, r, args)
	case !equality:
		args["Kind"] = a.Kind.String()
		c.faults.Error(c.src.span(n.opFrom, n.opTo), "rule-order", args)
		return false
	case a.Kind == Enum: // of other values
		c.fail(n, "rule-enums-differ", args)
		return false
	case a.Kind == Text && !constantText(l) && !constantText(r):
		c.fail(n, "rule-text-facts", args)
		return false
	}
	return true
}

// constantText tells whether e comes out as one of the texts that the rule itself gives.
func constantText(e *Expr) bool {
	return e.Op == OpConst || e.Op == OpCond && constantText(e.Args[1]) && constantText(e.Args[2])
}

// mismatch reports a comparison of two kinds that have nothing in common. It returns false.
func (c *checker) mismatch(n *node, l, r *Expr, args diag.Args) bool {
	for i, side := range []*Expr{l, r} {
		other := []*Expr{r, l}[i]
		text := c.src.text[n.args[i].from:n.args[i].to]
		switch {
		case other.Type.onDay() && side.Type.numeric() && isoDate(text):
			c.fail(n.args[i], "rule-date-unquoted", diag.Args{"Text": text})
			return false
		case other.Type.onDay() && side.Type.numeric():
			args["Date"] = c.text(n.args[1-i])
			d := c.fail(n, "rule-compare-kinds", args)
			d.Hint = "rule-compare-kinds.date"
			return false
		case other.Type.Kind == Bool && (side.Op == OpConst || other.Op == OpConst):
			args["Name"] = c.text(n.args[1-i])
			d := c.fail(n, "rule-compare-kinds", args)
			d.Hint = "rule-compare-kinds.bool"
			if other.Op == OpConst {
				d.Hint = askHint(n.args[i], side)
				maps.Copy(args, c.askArgs(n.args[i], side))
			}
			return false
		}
	}
	c.fail(n, "rule-compare-kinds", args)
	return false
}

// leadingNot notes a "not" at the left end of the comparison n: it takes only what follows it, which is
// seldom what was meant.
func (c *checker) leadingNot(n *node) {
	left := n.args[0]
	for left.form == formBinary && !left.parens && (left.op == OpAdd || left.op == OpSub) {
		left = left.args[0]
	}
	if left.form == formNot && !left.parens && left.opTo > left.opFrom && left.from < left.args[0].from {
		if c.within == nil {
			c.within = map[*node]*node{}
		}
		c.within[left] = n
	}
}

// chained tells whether a side of the comparison n is itself one, without parentheses.
func (c *checker) chained(n *node) bool {
	for _, a := range n.args {
		if a.form == formBinary && (isComparison(a.op) || a.op == OpIn) && !a.parens {
			return true
		}
	}
	return false
}

// chain reports a < b < c.
func (c *checker) chain(n *node) *Expr {
	var operands []*node
	var between []string
	var unfold func(n *node)
	unfold = func(n *node) {
		switch {
		case n.form == formChain:
			operands = append(operands, n.args...)
			between = append(between, n.ops...)
		case n.form == formBinary && !n.parens && (isComparison(n.op) || n.op == OpIn):
			unfold(n.args[0])
			between = append(between, symbols[n.op])
			unfold(n.args[1])
		default:
			operands = append(operands, n)
		}
	}
	inner := *n
	inner.parens = false
	unfold(&inner)
	want := ""
	for i, op := range between {
		if i > 0 {
			want += " and "
		}
		want += c.outer(operands[i]) + " " + op + " " + c.outer(operands[i+1])
	}
	c.fail(n, "rule-chained", diag.Args{"Want": clip(want)})
	e := c.build(n, OpInvalid, Type{Kind: Bool})
	for _, o := range operands {
		if o.form != formList {
			e.Args = append(e.Args, c.expr(o, silent))
		}
	}
	return e
}

// outer returns the text of n with the parentheses around it, if it has any.
func (c *checker) outer(n *node) string {
	if n.parens {
		return "(" + c.src.text[n.from:n.to] + ")"
	}
	return c.src.text[n.from:n.to]
}

// in types x in [...] and 'v' in set.
func (c *checker) in(n *node) *Expr {
	if c.chained(n) {
		return c.chain(n)
	}
	c.leadingNot(n)
	left, right := n.args[0], n.args[1]
	out := c.build(n, OpIn, Type{Kind: Bool})
	if right.form == formList {
		c.inList(n, out, left, right)
		return out
	}
	if textual(right) {
		c.expr(left, silent)
		c.fail(right, "rule-in-text", diag.Args{"Want": c.text(left) + " in [" + c.text(right) + "]"})
		out.Op = OpInvalid
		return out
	}
	r := c.expr(right, nil)
	if left.form == formList {
		c.fail(left, "rule-list-in", diag.Args{"List": c.text(left), "Set": c.text(right)})
		out.Op = OpInvalid
		return out
	}
	l := c.inContext(left, &Type{Kind: contextFor(r.Type.Kind), Values: r.Type.Values})
	out.Args = []*Expr{l, r}
	switch {
	case r.Type.Kind == Invalid:
	case r.Type.Kind != Set:
		want := c.text(left) + " == " + c.text(right)
		if textual(left) {
			want = c.text(right) + " == " + c.text(left)
		}
		c.fail(right, "rule-in-right", diag.Args{"Text": c.text(right), "Kind": r.Type.Kind.String(), "Want": want})
	case l.Type.Kind == Invalid:
	case l.Type.Kind != Enum || !slices.Equal(l.Type.Values, r.Type.Values):
		c.fail(left, "rule-in-set", diag.Args{"Text": c.text(left), "Kind": l.Type.Kind.String(), "Set": c.text(right), "Same": l.Type.Kind == Enum})
	default:
		return out
	}
	out.Op = OpInvalid
	return out
}

// contextFor is the kind of what may be in something of the kind k: silent but for sets.
func contextFor(k Kind) Kind {
	if k == Set {
		return Enum
	}
	return Invalid
}

func (c *checker) inList(n *node, out *Expr, left, right *node) {
	if textual(left) {
		c.fail(n, "rule-texts-compared", nil)
		out.Op = OpInvalid
		return
	}
	l := c.expr(left, nil)
	switch l.Type.Kind {
	case Set:
		c.fail(n, "rule-set-in-list", diag.Args{"Want": "has_any(" + c.text(left) + ", " + c.text(right) + ")"})
		out.Args, out.Op = []*Expr{l}, OpInvalid
		return
	case Bool:
		c.fail(n, "rule-bool-in-list", diag.Args{"Text": c.text(left)})
		out.Args, out.Op = []*Expr{l}, OpInvalid
		return
	}
	r := c.list(right, l.Type)
	out.Args = []*Expr{l, r}
	if l.Type.Kind == Invalid {
		out.Op = OpInvalid
		return
	}
	if l.Type.Kind == Enum && r.Valid() && covers(r.Args, len(l.Type.Values)) {
		c.warn(n, "rule-list-all", diag.Args{"Text": c.text(left)})
	}
}

// covers tells whether the constants are all n values of an enum.
func covers(list []*Expr, n int) bool {
	seen := map[int64]bool{}
	for _, e := range list {
		seen[e.Value] = true
	}
	return len(seen) == n
}

// always warns of a comparison of numbers that the declared ranges decide by themselves.
func (c *checker) always(n *node, e *Expr) {
	result, decided := decide(e.Op, e.Args[0], e.Args[1])
	if !decided {
		return
	}
	side, t := n.args[0], e.Args[0].Type
	if e.Args[0].Op == OpConst {
		side, t = n.args[1], e.Args[1].Type
	}
	if e.Args[0].Op == OpConst && e.Args[1].Op == OpConst {
		c.warn(n, "rule-constant", diag.Args{"Result": result})
		return
	}
	c.warn(n, "rule-always", diag.Args{
		"Result": result, "Text": c.text(side), "Min": writeNumber(t.Min), "Max": writeNumber(t.Max), "Whole": t.Kind == Int,
	})
}

// decide tells what the comparison of two numbers comes out as, if their ranges leave no choice.
func decide(op Op, l, r *Expr) (result, decided bool) {
	a, b := l.Type, r.Type
	var yes, no bool
	switch op {
	case OpLt:
		yes, no = a.Max < b.Min, a.Min >= b.Max
	case OpLe:
		yes, no = a.Max <= b.Min, a.Min > b.Max
	case OpGt:
		yes, no = a.Min > b.Max, a.Max <= b.Min
	case OpGe:
		yes, no = a.Min >= b.Max, a.Max < b.Min
	default:
		yes = a.Min == a.Max && b.Min == b.Max && a.Min == b.Min
		no = a.Max < b.Min || b.Max < a.Min || a.Kind == Int && fraction(r) || b.Kind == Int && fraction(l)
		if op == OpNe {
			yes, no = no, yes
		}
	}
	return yes, yes || no
}

// fraction tells whether e is a number that is not whole.
func fraction(e *Expr) bool { return e.Op == OpConst && e.Number != math.Trunc(e.Number) }
