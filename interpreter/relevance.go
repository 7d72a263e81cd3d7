package interpreter

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
)

// relevance answers, for a rule whose value is unknown, which facts could still change it. It holds
// every rule as nodes in post-order, children before parents, so that one sweep forward finds what
// values each part can take, and one sweep back (marking.go) which facts can change the whole.
//
// A part decided by Kleene's logic has one possible value, and hides what stands beside it: in
// `false and x`, x is never found. A fact that nobody can tell, and an event that has not happened, can only be
// unknown, so they too are never found.
type relevance struct {
	nodes    []ruleNode
	exprs    []*rule.Expr // what each node stands for, to put it into words
	defines  []run
	stages   []run
	whens    []run // of steps
	items    [][]run
	outcomes []run
}

// run is the nodes of one rule; its root is the last. An empty run is a rule that is always true.
type run struct {
	from, to int32
	code     code
	plain    bool // code tells all: a chain of one connective over tests of single facts (plain.go)
}

func (n run) empty() bool { return n.from == n.to }

// mode is what a sweep takes for changeable.
type mode uint8

const (
	forRule mode = iota // facts that were not asked for
	forItem             // likewise, and known(x) of them: a checklist asks for what it wants known
	forHang             // facts that nobody can tell, too
	modes
)

// possible is the set of truth values that a part can take.
type possible uint8

const (
	canTrue possible = 1 << iota
	canFalse
	canUnknown
)

// The state of a value (a number or a day) shares the type: it is settled, open, or shut.
const (
	settled = canTrue
	open    = canTrue | canFalse
	shut    = canUnknown
)

type partKind uint8

const (
	constPart partKind = iota // fixed
	andPart
	orPart
	notPart
	condPart
	samePart   // == between truth values
	atomPart   // a test of values: left, and right where there is one
	definePart // a definition, truth value or value
	knownPart
	testPart // happened, done, late: never unknown
	factPart // a fact as a value
	joinPart // values computed with: left and right
	pickPart // a conditional between values
)

type ruleNode struct {
	kind    partKind
	fixed   possible // constPart
	event   bool     // factPart
	a, b, c int32    // children; -1: none
	ref     int32    // the fact or definition
	code    code     // atomPart, testPart: its test
}

func newRelevance(p *Program, l *lowerer) *relevance {
	b := relevanceBuilder{p: p, l: l, r: &relevance{}}
	for _, d := range p.model.Defines {
		b.r.defines = append(b.r.defines, b.rule(d.Rule))
	}
	for _, s := range p.model.Stages {
		b.r.stages = append(b.r.stages, b.rule(s.When))
	}
	for _, s := range p.model.Steps {
		b.r.whens = append(b.r.whens, b.rule(s.When))
		var items []run
		for _, item := range s.Done {
			items = append(items, b.rule(item.Rule))
		}
		b.r.items = append(b.r.items, items)
	}
	for _, o := range p.model.Outcomes {
		b.r.outcomes = append(b.r.outcomes, b.rule(o.When))
	}
	p.markPlain(b.r)
	return b.r
}

type relevanceBuilder struct {
	p *Program
	l *lowerer
	r *relevance
}

func (b *relevanceBuilder) rule(r *dsl.Rule) run {
	n := run{from: int32(len(b.r.nodes))}
	if r != nil {
		b.expr(r.Expr)
		if r.Expr.Type.Kind == rule.Bool {
			n.code = b.l.rule(r.Expr)
		}
	}
	n.to = int32(len(b.r.nodes))
	return n
}

func (b *relevanceBuilder) add(e *rule.Expr, n ruleNode) int32 {
	b.r.nodes = append(b.r.nodes, n)
	b.r.exprs = append(b.r.exprs, e)
	return int32(len(b.r.nodes) - 1)
}

// expr adds the nodes of e, a truth value or a value, and returns its own.
func (b *relevanceBuilder) expr(e *rule.Expr) int32 {
	n := ruleNode{a: -1, b: -1, c: -1}
	isBool := e.Type.Kind == rule.Bool
	switch e.Op {
	case rule.OpConst, rule.OpToday, rule.OpList:
		n.fixed = settled
		if isBool && e.Op == rule.OpConst && e.Value == 0 {
			n.fixed = canFalse
		}
	case rule.OpFact:
		if !isBool {
			return b.fact(e)
		}
		n.kind, n.a = atomPart, b.fact(e)
		n.code = b.l.rule(e)
	case rule.OpDefine:
		n.kind, n.ref = definePart, b.p.defineIndex[e.Name]
	case rule.OpKnown:
		n.kind, n.ref = knownPart, b.p.factIndex[e.Name]
	case rule.OpHappened, rule.OpDone, rule.OpLate:
		n.kind, n.code = testPart, b.l.rule(e)
	case rule.OpNot:
		n.kind, n.a = notPart, b.expr(e.Args[0])
	case rule.OpAnd, rule.OpOr:
		n.kind = andPart
		if e.Op == rule.OpOr {
			n.kind = orPart
		}
		n.a, n.b = b.expr(e.Args[0]), b.expr(e.Args[1])
	case rule.OpCond:
		n.kind = pickPart
		if isBool {
			n.kind = condPart
		}
		n.c, n.a, n.b = b.expr(e.Args[0]), b.expr(e.Args[1]), b.expr(e.Args[2])
	default:
		if (e.Op == rule.OpEq || e.Op == rule.OpNe) && e.Args[0].Type.Kind == rule.Bool {
			n.kind, n.a, n.b = samePart, b.expr(e.Args[0]), b.expr(e.Args[1])
			if e.Op == rule.OpNe {
				n = ruleNode{kind: notPart, a: b.add(e, n), b: -1, c: -1}
			}
			break
		}
		n.kind = joinPart
		if isBool {
			n.kind, n.code = atomPart, b.l.rule(e)
		}
		n.a = b.expr(e.Args[0])
		if len(e.Args) > 1 && e.Args[1].Op != rule.OpList {
			n.b = b.expr(e.Args[1])
		}
	}
	return b.add(e, n)
}

func (b *relevanceBuilder) fact(e *rule.Expr) int32 {
	return b.add(e, ruleNode{kind: factPart, ref: b.p.factIndex[e.Name], event: e.Type.Kind == rule.Event, a: -1, b: -1, c: -1})
}

// scratch is the working memory of the sweeps, part of a Result.
type scratch struct {
	possible [modes][]possible
	swept    [modes][]bool   // by definition
	used     bool            // any swept
	begun    bool            // ready for the case at hand
	seen     []moves         // by node: which moves of it move the whole
	entered  []moves         // likewise, by definition
	queue    []int32         // definitions to be looked into
	found    []uint64        // facts that can, by their bits
	open     [modes][]uint64 // truth values that could still become known
	place    []int32         // by fact: its place in Result.Missing, from 1; 0: none
	counts   []int32         // by that place: how much it decides
	pairs    []pair
	arena    []int32
}

// pair says that a missing fact decides a step, or the outcome target-len(steps).
type pair struct{ missing, target int32 }

// find notes the fact with the given bit.
func (s *scratch) find(bit int32) { s.found[bit>>6] |= 1 << (bit & 63) }

// ready makes the sweeps' memory fit the program and forgets the case before.
func (s *scratch) ready(p *Program, f *Facts, r *Result) {
	n := len(p.relevance.nodes)
	if s.found == nil {
		for m := range s.possible {
			s.possible[m] = make([]possible, n)
			s.swept[m] = make([]bool, len(p.defines))
		}
		s.seen = make([]moves, n)
		s.entered = make([]moves, len(p.defines))
		s.found = make([]uint64, p.layout.masks)
		for m := range s.open {
			s.open[m] = make([]uint64, len(p.openable))
		}
		s.place = make([]int32, len(p.layout.facts))
	}
	if s.used {
		for m := range s.swept {
			clear(s.swept[m])
		}
		s.used = false
	}
	s.pairs, s.counts, s.arena = s.pairs[:0], s.counts[:0], s.arena[:0]
	p.openTruths(f, r)
}

// sweep finds what values the rule n can take.
func (p *Program) sweep(n run, m mode, f *Facts, r *Result) possible {
	if n.empty() {
		return canTrue
	}
	can := r.scratch.possible[m]
	for i := n.from; i < n.to; i++ {
		can[i] = p.possible(&p.relevance.nodes[i], m, f, r)
	}
	return can[n.to-1]
}

func (p *Program) possible(n *ruleNode, m mode, f *Facts, r *Result) possible {
	can := r.scratch.possible[m]
	switch n.kind {
	case constPart:
		return n.fixed
	case andPart:
		return andOf(can[n.a], can[n.b])
	case orPart:
		return orOf(can[n.a], can[n.b])
	case notPart:
		return flipped(can[n.a])
	case condPart:
		return condOf(can[n.c], can[n.a], can[n.b])
	case samePart:
		return sameOf(can[n.a], can[n.b])
	case definePart:
		if !r.scratch.swept[m][n.ref] {
			r.scratch.swept[m][n.ref], r.scratch.used = true, true
			p.sweep(p.relevance.defines[n.ref], m, f, r)
		}
		return can[p.relevance.defines[n.ref].to-1]
	case knownPart:
		switch {
		case f.Known(int(n.ref)):
			return canTrue
		case m == forItem && !f.IsUnobtainable(int(n.ref)):
			return canTrue | canFalse
		}
		return canFalse
	case testPart, atomPart:
		if n.kind == atomPart {
			if state := joined(can, n); state != settled {
				return state
			}
		}
		if p.run(&n.code, r) == True {
			return canTrue
		}
		return canFalse
	case factPart:
		switch {
		case f.Known(int(n.ref)) && !(n.event && f.days[p.layout.slot[n.ref]] > r.at):
			return settled
		case n.event || f.IsUnobtainable(int(n.ref)) && m != forHang:
			return shut
		}
		return open
	case pickPart:
		return pickOf(can[n.c], can[n.a], can[n.b])
	default: // joinPart
		return joined(can, n)
	}
}

// joined returns the state of something computed from values: one that is shut shuts it.
func joined(can []possible, n *ruleNode) possible {
	x := can[n.a]
	if n.b >= 0 {
		y := can[n.b]
		if x == shut || y == shut {
			return shut
		}
		return x | y
	}
	return x
}

// pickOf returns the state of a choice between two values: it has one where its condition chooses one.
func pickOf(c, x, y possible) possible {
	left, right := c&canTrue != 0 && x != shut, c&canFalse != 0 && y != shut
	switch {
	case !left && !right:
		return shut
	case c == canTrue:
		return x
	case c == canFalse:
		return y
	}
	return open
}

func flipped(x possible) possible {
	y := x & canUnknown
	if x&canTrue != 0 {
		y |= canFalse
	}
	if x&canFalse != 0 {
		y |= canTrue
	}
	return y
}

func andOf(x, y possible) possible { return flipped(orOf(flipped(x), flipped(y))) }

func orOf(x, y possible) (z possible) {
	z = (x | y) & canTrue
	z |= x & y & canFalse
	if x&canUnknown != 0 && y&(canFalse|canUnknown) != 0 || y&canUnknown != 0 && x&(canFalse|canUnknown) != 0 {
		z |= canUnknown
	}
	return z
}

func condOf(c, x, y possible) (z possible) {
	if c&canTrue != 0 {
		z |= x
	}
	if c&canFalse != 0 {
		z |= y
	}
	if c&canUnknown != 0 {
		z |= x & y & (canTrue | canFalse)
		if (x|y)&canUnknown != 0 || x&canTrue != 0 && y&canFalse != 0 || x&canFalse != 0 && y&canTrue != 0 {
			z |= canUnknown
		}
	}
	return z
}

func sameOf(x, y possible) (z possible) {
	if x&y&(canTrue|canFalse) != 0 {
		z |= canTrue
	}
	if x&canTrue != 0 && y&canFalse != 0 || x&canFalse != 0 && y&canTrue != 0 {
		z |= canFalse
	}
	return z | (x|y)&canUnknown
}
