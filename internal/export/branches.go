package export

import (
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
)

// mostBranches is how many rows a step or an outcome can have in a decision table. A rule that needs more stands whole
// in one row.
const mostBranches = 32

// literal is a single test, or its opposite.
type literal struct {
	test *rule.Expr
	not  bool
}

func (l literal) opposite() literal { return literal{l.test, !l.not} }

// expr is the literal as a rule.
func (l literal) expr() *rule.Expr {
	if !l.not {
		return l.test
	}
	return &rule.Expr{Op: rule.OpNot, Type: l.test.Type, Args: []*rule.Expr{l.test}}
}

func (l literal) key() string {
	if l.not {
		return "not " + l.test.String()
	}
	return l.test.String()
}

// branch is tests that are all true.
type branch []literal

// brancher takes rules apart into branches: a rule is true exactly where all tests of some branch are. That holds for
// unknown facts too: in Kleene's logic "and" and "or" distribute over each other and "not" passes through both, and what
// is left out (a test beside its opposite, a branch that says more than another) is true nowhere else.
type brancher struct {
	defines map[string]*rule.Expr
}

func newBrancher(m *dsl.Model) brancher {
	return brancher{m.Definitions()}
}

// branches returns the branches of rules that must all be true, and false where they are too many. Without rules there is
// one, without tests.
func (b brancher) branches(rules ...*dsl.Rule) ([]branch, bool) {
	out := []branch{nil}
	for _, r := range rules {
		if r == nil {
			continue
		}
		more, ok := b.split(r.Expr, false)
		if !ok {
			return nil, false
		}
		if out = cross(out, more); len(out) > mostBranches {
			return nil, false
		}
	}
	return out, true
}

// split returns the branches of e, or of its opposite.
func (b brancher) split(e *rule.Expr, not bool) ([]branch, bool) {
	negated := func(x *rule.Expr) *rule.Expr {
		return &rule.Expr{Op: rule.OpNot, Type: x.Type, Args: []*rule.Expr{x}}
	}
	and := func(x, y *rule.Expr) *rule.Expr {
		return &rule.Expr{Op: rule.OpAnd, Type: x.Type, Args: []*rule.Expr{x, y}}
	}
	switch {
	case e.Op == rule.OpDefine:
		return b.split(b.defines[e.Name], not)
	case e.Op == rule.OpConst:
		if (e.Value != 0) != not {
			return []branch{nil}, true
		}
		return nil, true
	case e.Op == rule.OpNot:
		return b.split(e.Args[0], !not)
	case e.Op == rule.OpAnd && !not, e.Op == rule.OpOr && not:
		return b.all(not, e.Args[0], e.Args[1])
	case e.Op == rule.OpAnd, e.Op == rule.OpOr:
		return b.any(not, e.Args[0], e.Args[1])
	case e.Op == rule.OpCond:
		// Where the condition is unknown, the value is known only if both sides agree. The opposite takes the opposite of both.
		c, x, y := e.Args[0], e.Args[1], e.Args[2]
		if not {
			x, y = negated(x), negated(y)
		}
		return b.any(false, and(c, x), and(negated(c), y), and(x, y))
	case (e.Op == rule.OpEq || e.Op == rule.OpNe) && e.Args[0].Type.Kind == rule.Bool:
		x, y := e.Args[0], e.Args[1]
		if (e.Op == rule.OpNe) != not {
			y = negated(y)
		}
		return b.any(false, and(x, y), and(negated(x), negated(y)))
	}
	return []branch{{{e, not}}}, true
}

// all returns the branches in which every one of the rules is true, or its opposite.
func (b brancher) all(not bool, rules ...*rule.Expr) ([]branch, bool) {
	out := []branch{nil}
	for _, r := range rules {
		more, ok := b.split(r, not)
		if !ok {
			return nil, false
		}
		if out = cross(out, more); len(out) > mostBranches {
			return nil, false
		}
	}
	return out, true
}

// any returns the branches in which one of the rules is true, or its opposite.
func (b brancher) any(not bool, rules ...*rule.Expr) ([]branch, bool) {
	var out []branch
	for _, r := range rules {
		more, ok := b.split(r, not)
		if !ok {
			return nil, false
		}
		out = append(out, more...)
	}
	out = shortest(out)
	return out, len(out) <= mostBranches
}

// cross returns the branches that are one of each together.
func cross(left, right []branch) []branch {
	var out []branch
	for _, x := range left {
		for _, y := range right {
			if both, ok := x.with(y); ok {
				out = append(out, both)
			}
		}
	}
	return shortest(out)
}

// with joins two branches, each test once; false where one says the opposite of the other.
func (x branch) with(y branch) (branch, bool) {
	out := slices.Clone(x)
	for _, l := range y {
		if out.has(l.opposite()) {
			return nil, false
		}
		if !out.has(l) {
			out = append(out, l)
		}
	}
	return out, true
}

func (x branch) has(l literal) bool {
	key := l.key()
	return slices.ContainsFunc(x, func(o literal) bool { return o.key() == key })
}

// shortest leaves out each branch that says all that another does.
func shortest(branches []branch) []branch {
	var out []branch
	for i, x := range branches {
		covered := slices.ContainsFunc(branches[:i], func(y branch) bool { return x.says(y) }) ||
			slices.ContainsFunc(branches[i+1:], func(y branch) bool { return x.says(y) && !y.says(x) })
		if !covered {
			out = append(out, x)
		}
	}
	return out
}

// says tells whether every test of y is one of x.
func (x branch) says(y branch) bool {
	return !slices.ContainsFunc(y, func(l literal) bool { return !x.has(l) })
}

// factsOf lists the facts that a test looks at, those of definitions too, each once, in the order of the text.
func (b brancher) factsOf(e *rule.Expr) []string {
	var out []string
	e.Walk(func(x *rule.Expr) {
		switch x.Op {
		case rule.OpFact, rule.OpKnown, rule.OpHappened:
			if !slices.Contains(out, x.Name) {
				out = append(out, x.Name)
			}
		case rule.OpDefine:
			for _, f := range b.factsOf(b.defines[x.Name]) {
				if !slices.Contains(out, f) {
					out = append(out, f)
				}
			}
		}
	})
	return out
}

// column is the fact in whose column of a decision table a test stands: the only thing that it looks at; "" where there is
// more.
func (b brancher) column(e *rule.Expr) string {
	other := false
	e.Walk(func(x *rule.Expr) { other = other || x.Op == rule.OpDone || x.Op == rule.OpLate })
	if facts := b.factsOf(e); len(facts) == 1 && !other {
		return facts[0]
	}
	return ""
}

// cellText is a test in words in the column of its fact, whose title need not be said again.
func cellText(words, title string) string {
	rest, found := strings.CutPrefix(words, title)
	if !found || rest == "" || !strings.ContainsRune(": ", rune(rest[0])) {
		return words
	}
	return strings.TrimLeft(rest, ": ")
}
