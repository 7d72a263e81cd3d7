package cells

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
)

// way is one way for an expression that is no truth value to get its value: where the choices on the way come out as said,
// it has the value of expr, in which there are neither choices nor definitions.
type way struct {
	choices []choice
	expr    *rule.Expr
}

// choice is the condition of a `?:` and how it comes out.
type choice struct {
	cond *rule.Expr
	held bool
}

// maxWays bounds how many ways an expression is taken apart into; with more it is left open.
const maxWays = 64

// expander takes values apart into ways.
type expander struct {
	defines map[string]*rule.Expr
	known   map[*rule.Expr][]way // of tests, so that each is taken apart once
}

func newExpander(m *dsl.Model) *expander {
	x := &expander{defines: map[string]*rule.Expr{}, known: map[*rule.Expr][]way{}}
	for _, d := range m.Defines {
		x.defines[d.ID] = d.Rule.Expr
	}
	return x
}

// enter returns the rule behind definitions.
func (x *expander) enter(e *rule.Expr) *rule.Expr {
	for e.Op == rule.OpDefine {
		e = x.defines[e.Name]
	}
	return e
}

// testWays returns the ways for a test to get its values; none where there are too many.
func (x *expander) testWays(e *rule.Expr) []way {
	ways, ok := x.known[e]
	if !ok {
		ways, _ = x.ways(e)
		x.known[e] = ways
	}
	return ways
}

// ways returns the ways for e to get its value, and false where there are too many.
func (x *expander) ways(e *rule.Expr) ([]way, bool) {
	e = x.enter(e)
	switch {
	case e.Op == rule.OpCond:
		var out []way
		for i, side := range e.Args[1:] {
			ways, ok := x.ways(side)
			if !ok || len(out)+len(ways) > maxWays {
				return nil, false
			}
			for _, w := range ways {
				out = append(out, way{append([]choice{{e.Args[0], i == 0}}, w.choices...), w.expr})
			}
		}
		return out, true
	case len(e.Args) == 0 || e.Op == rule.OpList:
		return []way{{expr: e}}, true
	}
	return x.combined(e)
}

// combined returns the ways of an expression that computes from its arguments: every combination of theirs.
func (x *expander) combined(e *rule.Expr) ([]way, bool) {
	out := []way{{expr: e}}
	for i, a := range e.Args {
		ways, ok := x.ways(a)
		if !ok || len(out)*len(ways) > maxWays {
			return nil, false
		}
		if len(ways) == 1 && len(ways[0].choices) == 0 && ways[0].expr == a {
			continue
		}
		var next []way
		for _, o := range out {
			for _, w := range ways {
				c := *o.expr
				c.Args = append([]*rule.Expr{}, o.expr.Args...)
				c.Args[i] = w.expr
				next = append(next, way{append(append([]choice{}, o.choices...), w.choices...), &c})
			}
		}
		out = next
	}
	return out, true
}

// factsOf lists the facts whose values e looks at, each once, in the order of the text. In e there are no definitions.
func factsOf(e *rule.Expr) (out []string) {
	seen := map[string]bool{}
	e.Walk(func(x *rule.Expr) {
		if x.Op == rule.OpFact && !seen[x.Name] {
			seen[x.Name] = true
			out = append(out, x.Name)
		}
	})
	return out
}
