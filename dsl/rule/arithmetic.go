package rule

import (
	"math"
	"strconv"

	"github.com/stegvis/stegvis/dsl/diag"
)

// writeNumber writes a number as a rule would.
func writeNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// arithmetic types + - *.
func (c *checker) arithmetic(n *node) *Expr {
	l, r := c.expr(n.args[0], asItself), c.expr(n.args[1], asItself)
	left, right := c.counts(n, n.args[0], l), c.counts(n, n.args[1], r) // both, so that both are reported
	if !left || !right || l.Type.Kind == Invalid || r.Type.Kind == Invalid {
		return c.invalid(n, l, r)
	}
	a, b := l.Type, r.Type
	t := Type{Kind: Int}
	if a.Kind == Number || b.Kind == Number {
		t.Kind = Number
	}
	switch n.op {
	case OpAdd:
		t.Min, t.Max = a.Min+b.Min, a.Max+b.Max
	case OpSub:
		t.Min, t.Max = a.Min-b.Max, a.Max-b.Min
	default:
		p := [...]float64{a.Min * b.Min, a.Min * b.Max, a.Max * b.Min, a.Max * b.Max}
		t.Min, t.Max = p[0], p[0]
		for _, v := range p[1:] {
			t.Min, t.Max = math.Min(t.Min, v), math.Max(t.Max, v)
		}
	}
	limit := float64(maxInt)
	if t.Kind == Number {
		limit = maxNumber
	}
	if !(t.Min >= -limit && t.Max <= limit) {
		c.fail(n, "rule-overflow", diag.Args{"Text": c.text(n), "Min": writeNumber(t.Min), "Max": writeNumber(t.Max), "Limit": writeNumber(limit)})
		return c.invalid(n, l, r)
	}
	return c.build(n, n.op, t, l, r)
}

// sign types +x and -x. The former is x itself.
func (c *checker) sign(n *node) *Expr {
	e := c.expr(n.args[0], asItself)
	if !c.counts(n, n.args[0], e) || e.Type.Kind == Invalid {
		return c.invalid(n, e)
	}
	if n.op == OpAdd {
		same := *e
		same.Span = c.span(n)
		return &same
	}
	t := Type{Kind: e.Type.Kind, Min: 0 - e.Type.Max, Max: 0 - e.Type.Min}
	if e.Op == OpConst { // -+5 is a literal, as -5 is
		literal := *e
		literal.Span, literal.Type, literal.Value, literal.Number = c.span(n), t, -e.Value, 0-e.Number
		return &literal
	}
	return c.build(n, OpNeg, t, e)
}

// counts tells whether the operand can be counted with, or has been reported already; if neither, it
// reports why not.
func (c *checker) counts(n, operand *node, e *Expr) bool {
	if e.Type.Kind == Invalid || e.Type.numeric() {
		return true
	}
	d := c.fail(operand, "rule-arithmetic-kind", diag.Args{"Symbol": symbols[n.op], "Text": c.text(operand), "Kind": e.Type.Kind.String()})
	switch {
	case e.Type.onDay():
		d.Hint = "rule-arithmetic-kind.date"
	case e.Type.Kind == Set:
		d.Hint = "rule-arithmetic-kind.set"
	}
	return false
}
