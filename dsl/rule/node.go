package rule

import (
	"sort"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser/lexer"
	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/diag"
)

// form is what a node is by its shape alone.
type form uint8

const (
	formBad    form = iota // refused, and reported; args are the parts of it that were allowed
	formName               // name
	formBool               // value
	formInt                // value
	formNumber             // number
	formText               // name
	formList               // args
	formCall               // name(args)
	formNot                // args[0]
	formSign               // + or - args[0], by op: OpAdd, OpNeg
	formBinary             // op of args[0], args[1]
	formChoice             // args[0] ? args[1] : args[2]
	formChain              // a < b < c, reported when types are known; args are the operands, ops what stands between
)

// node is a part of a rule before its type is known. Places are bytes of the normalised text.
type node struct {
	form         form
	op           Op
	args         []*node
	two          [2]*node // where args of a binary operator lie
	ops          []string
	name         string
	value        int64
	number       float64
	from, to     int  // without parentheses around it
	first, last  int  // its tokens, with the parentheses around it, last included
	parens       bool // it has some
	opFrom, opTo int  // the operator, or the name of the function
}

// walk calls f for n and all below it, in the order of the text.
func (n *node) walk(f func(*node)) {
	f(n)
	for _, a := range n.args {
		a.walk(f)
	}
}

// bare tells whether n is a value that stands alone.
func (n *node) bare() bool { return n.form == formText || n.form == formInt || n.form == formNumber }

var binaryOps = map[string]Op{
	"and": OpAnd, "&&": OpAnd, "or": OpOr, "||": OpOr, "==": OpEq, "!=": OpNe, "<": OpLt, "<=": OpLe, ">": OpGt, ">=": OpGe,
	"in": OpIn, "+": OpAdd, "-": OpSub, "*": OpMul,
}

// convert turns expr's tree into ours. The tokens give what expr's nodes lack: where each begins and ends,
// and whether it stands in parentheses.
func (r *reading) convert(n ast.Node) *node {
	at := r.tokenAt(n.Location().From)
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return r.leaf(at, node{form: formName, name: n.Value})
	case *ast.BoolNode:
		v := int64(0)
		if n.Value {
			v = 1
		}
		return r.leaf(at, node{form: formBool, value: v})
	case *ast.IntegerNode:
		if r.spoilt[r.tokens[at].from] {
			return r.leaf(at, node{})
		}
		return r.leaf(at, node{form: formInt, value: int64(n.Value)})
	case *ast.FloatNode:
		if r.spoilt[r.tokens[at].from] {
			return r.leaf(at, node{})
		}
		return r.leaf(at, node{form: formNumber, number: n.Value})
	case *ast.StringNode:
		return r.leaf(at, node{form: formText, name: norm.NFC.String(n.Value)})
	case *ast.UnaryNode:
		return r.unary(at, n)
	case *ast.BinaryNode:
		return r.binary(at, n)
	case *ast.ConditionalNode:
		return r.choice(n)
	case *ast.CallNode:
		callee, ok := n.Callee.(*ast.IdentifierNode)
		if !ok {
			return r.bad(at, append([]ast.Node{n.Callee}, n.Arguments...)...)
		}
		c := node{form: formCall, name: callee.Value, args: r.all(n.Arguments)}
		c.opFrom, c.opTo = r.tokens[at].from, r.tokens[at].to
		return r.place(c, at, r.closing(at+1))
	case *ast.ArrayNode:
		return r.place(node{form: formList, args: r.all(n.Nodes)}, at, r.closing(at))
	case *ast.MemberNode:
		return r.bad(at, n.Node, n.Property)
	case *ast.SliceNode:
		return r.bad(at, n.Node, n.From, n.To)
	case *ast.ChainNode:
		return r.bad(at, n.Node)
	}
	// nil, and all that a token of its own has already refused.
	return r.bad(at)
}

func (r *reading) all(list []ast.Node) []*node {
	out := make([]*node, len(list))
	for i, n := range list {
		out[i] = r.convert(n)
	}
	return out
}

func (r *reading) leaf(at int, n node) *node { return r.place(n, at, at) }

// place makes a node of the shape, which lies from the token first up to and with the token last, and within the
// parentheses around those.
func (r *reading) place(shape node, first, last int) *node {
	n := r.room()
	*n = shape
	n.from, n.to = r.tokens[first].from, r.tokens[last].to
	for first > 0 && last+1 < len(r.tokens) && r.tokens[first-1].value == "(" && r.match[first-1] == last+1 && !r.isCall(first-1) {
		first, last = first-1, last+1
		n.parens = true
	}
	n.first, n.last = first, last
	return n
}

// room returns a new node.
func (r *reading) room() *node {
	if len(r.nodes) == 0 {
		r.nodes = make([]node, min(len(r.tokens)/2+1, nodesAtOnce))
	}
	n := &r.nodes[0]
	r.nodes = r.nodes[1:]
	return n
}

// nodesAtOnce is how many nodes get their memory together.
const nodesAtOnce = 16

// isCall tells whether the parenthesis at i opens the arguments of a call.
func (r *reading) isCall(i int) bool {
	return i > 0 && r.tokens[i].kind == lexer.Bracket && r.tokens[i-1].kind == lexer.Identifier
}

// closing returns the token that closes the bracket at i.
func (r *reading) closing(i int) int {
	if i < len(r.match) && r.match[i] >= 0 {
		return r.match[i]
	}
	return min(i, len(r.tokens)-1)
}

// bad makes a node of what is refused, so that the names in it are still known.
func (r *reading) bad(at int, parts ...ast.Node) *node {
	r.refused(at)
	n := node{}
	first, last := at, at
	if m := r.match[at]; m > at {
		last = m
	}
	for _, p := range parts {
		if p == nil {
			continue
		}
		if _, property := p.(*ast.StringNode); property {
			continue // a name after a point is no text in quotes
		}
		c := r.convert(p)
		n.args = append(n.args, c)
		first, last = min(first, c.first), max(last, c.last)
	}
	return r.place(n, first, last)
}

// refused makes sure that nothing is left out of the tree without a word. Normally a token has already told.
func (r *reading) refused(at int) {
	if !r.failed {
		t := r.tokens[at]
		r.fail(t.from, t.to, "rule-not-allowed", diag.Args{"Text": clip(r.src.text[t.from:t.to])})
	}
}

func (r *reading) unary(at int, n *ast.UnaryNode) *node {
	c := r.convert(n.Node)
	t := r.tokens[at]
	out := node{args: []*node{c}, opFrom: t.from, opTo: t.to}
	switch {
	case n.Operator == "not" && t.value != "not": // x not in y, where expr's place is that of "in"
		out.form = formNot
		return r.place(out, c.first, c.last)
	case n.Operator == "not" || n.Operator == "!":
		out.form = formNot
	case n.Operator == "-":
		out.form, out.op = formSign, OpNeg
		if c.form == formInt {
			out = node{form: formInt, value: -c.value}
		} else if c.form == formNumber {
			out = node{form: formNumber, number: 0 - c.number}
		}
	case n.Operator == "+":
		out.form, out.op = formSign, OpAdd
	default:
		return r.bad(at, n.Node)
	}
	return r.place(out, at, c.last)
}

func (r *reading) binary(at int, n *ast.BinaryNode) *node {
	t := r.tokens[at]
	if n.Operator == "&&" && t.value != "&&" {
		return r.chain(n)
	}
	op, ok := binaryOps[n.Operator]
	if !ok {
		return r.bad(at, n.Left, n.Right)
	}
	left, right := r.convert(n.Left), r.convert(n.Right)
	out := r.place(node{form: formBinary, op: op, two: [2]*node{left, right}, opFrom: t.from, opTo: t.to}, left.first, right.last)
	out.args = out.two[:]
	return out
}

// chain unfolds a < b < c, which expr reads as a < b && b < c with b in both.
func (r *reading) chain(n *ast.BinaryNode) *node {
	out := node{form: formChain}
	var operands func(*ast.BinaryNode)
	operands = func(n *ast.BinaryNode) {
		if left, ok := n.Left.(*ast.BinaryNode); ok && n.Operator == "&&" {
			operands(left)
			n = n.Right.(*ast.BinaryNode)
		} else {
			out.args = append(out.args, r.convert(n.Left))
		}
		out.ops = append(out.ops, n.Operator)
		out.args = append(out.args, r.convert(n.Right))
	}
	operands(n)
	return r.place(out, out.args[0].first, out.args[len(out.args)-1].last)
}

func (r *reading) choice(n *ast.ConditionalNode) *node {
	if n.Cond == n.Exp1 { // a ?: b
		a, b := r.convert(n.Cond), r.convert(n.Exp2)
		return r.place(node{args: []*node{a, b}}, a.first, b.last)
	}
	args := r.all([]ast.Node{n.Cond, n.Exp1, n.Exp2})
	return r.place(node{form: formChoice, args: args}, args[0].first, args[2].last)
}

// tokenAt returns the token that begins at the rune offset that expr gives.
func (r *reading) tokenAt(rune int) int {
	i := sort.Search(len(r.tokens), func(i int) bool { return r.tokens[i].rune >= rune })
	return min(i, len(r.tokens)-1)
}

// clip shortens a text for a message.
func clip(s string) string {
	const most = 60
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return string(runes)
}
