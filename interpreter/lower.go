package interpreter

import (
	"math"

	"github.com/stegvis/stegvis/dsl/rule"
)

// lowerer turns rules into instructions. It works backwards: an expression is lowered for the three places
// to go on at (true, false, unknown), so that `and`, `or` and `not` cost nothing but where they jump, and
// what is already decided is never tested. `a and b` goes on to b where a is true, and where a is
// unknown to a second lowering of b in which true has become unknown. Such copies are few (a place has
// at most a handful of contexts) but could multiply in a tangled rule; a rule that grows past a bound is
// lowered again with its deep parts put in temps.
type lowerer struct {
	p    *Program
	memo map[context]int32
	// start is where the code of the current rule begins, limit how long it may get.
	start, limit int
	overflow     bool
	hoist        map[*rule.Expr]int32 // parts whose truth value stands in a temp
	nesting      int                  // values within conditions within values
	lacking      map[string]int32     // the facts that only overlays name
}

// fact returns the place of the fact.
func (l *lowerer) fact(id string) int32 {
	if i, ok := l.p.factIndex[id]; ok {
		return i
	}
	return l.lacking[id]
}

type context struct {
	e       *rule.Expr
	t, f, u int32
}

// hoistDepth is how many levels of a tangled rule are lowered in one piece.
const hoistDepth = 6

// rule lowers a whole rule.
func (l *lowerer) rule(e *rule.Expr) code {
	return l.whole(e, func() int32 { return l.truth(e) })
}

func (l *lowerer) truth(e *rule.Expr) int32 { return l.test(e, endTrue, endFalse, endUnknown) }

// whole lowers all of e, in the way that lower does: in one piece, or where that grows past a bound, with its deep parts
// put in temps. lower may be called twice.
func (l *lowerer) whole(e *rule.Expr, lower func() int32) code {
	nodes := 0
	e.Walk(func(*rule.Expr) { nodes++ })
	l.limit = 12*nodes + 64
	l.hoist = nil
	if entry, ok := l.attempt(lower); ok {
		return code{entry: entry}
	}
	l.limit = math.MaxInt
	l.hoist = map[*rule.Expr]int32{}
	var c code
	var deep func(e *rule.Expr, depth int)
	deep = func(e *rule.Expr, depth int) {
		for _, a := range e.Args {
			deep(a, depth+1)
		}
		if depth > 0 && depth%hoistDepth == 0 && isLogic(e) {
			entry, _ := l.attempt(func() int32 { return l.truth(e) })
			c.before = append(c.before, part{entry: entry, temp: int32(l.p.temps)})
			l.hoist[e] = int32(l.p.temps)
			l.p.temps++
		}
	}
	deep(e, 0)
	c.entry, _ = l.attempt(lower)
	return c
}

// attempt lowers something within the limit; else it takes back what was emitted.
func (l *lowerer) attempt(lower func() int32) (entry int32, ok bool) {
	comparisons, values := len(l.p.comparisons), len(l.p.values)
	l.memo = map[context]int32{}
	l.start = len(l.p.code)
	l.overflow = false
	entry = lower()
	if l.overflow {
		l.p.code, l.p.comparisons, l.p.values = l.p.code[:l.start], l.p.comparisons[:comparisons], l.p.values[:values]
	}
	return entry, !l.overflow
}

// isLogic tells whether e is put together from truth values.
func isLogic(e *rule.Expr) bool {
	switch e.Op {
	case rule.OpAnd, rule.OpOr, rule.OpNot, rule.OpCond:
		return e.Type.Kind == rule.Bool
	case rule.OpEq, rule.OpNe:
		return e.Args[0].Type.Kind == rule.Bool
	}
	return false
}

func (l *lowerer) emit(in instruction) int32 {
	if len(l.p.code)-l.start > l.limit {
		l.overflow = true
		return endUnknown
	}
	l.p.code = append(l.p.code, in)
	return int32(len(l.p.code) - 1)
}

// test lowers the bool expression e so that it goes on at t, f or u, and returns where it starts.
func (l *lowerer) test(e *rule.Expr, t, f, u int32) int32 {
	if l.overflow || t == f && f == u {
		return t
	}
	key := context{e, t, f, u}
	if pc, ok := l.memo[key]; ok {
		return pc
	}
	pc := l.lower(e, t, f, u)
	l.memo[key] = pc
	return pc
}

func (l *lowerer) lower(e *rule.Expr, t, f, u int32) int32 {
	if temp, ok := l.hoist[e]; ok {
		return l.emit(instruction{op: testTemp, imm: int64(temp), t: t, f: f, u: u})
	}
	switch e.Op {
	case rule.OpConst:
		if e.Value != 0 {
			return t
		}
		return f
	case rule.OpNot:
		return l.test(e.Args[0], f, t, u)
	case rule.OpAnd:
		return l.test(e.Args[0], l.test(e.Args[1], t, f, u), f, l.test(e.Args[1], u, f, u))
	case rule.OpOr:
		return l.test(e.Args[0], t, l.test(e.Args[1], t, f, u), l.test(e.Args[1], t, u, u))
	case rule.OpCond:
		c, x, y := e.Args[0], e.Args[1], e.Args[2]
		// Where the condition is unknown, the value is known only if both sides agree.
		either := l.test(x, l.test(y, t, u, u), l.test(y, u, f, u), u)
		return l.test(c, l.test(x, t, f, u), l.test(y, t, f, u), either)
	case rule.OpFact:
		return l.onFact(e, instruction{op: testBool, t: t, f: f, u: u})
	case rule.OpDefine:
		return l.emit(instruction{op: testTemp, imm: int64(l.p.defineTemp[e.Name]), t: t, f: f, u: u})
	case rule.OpKnown:
		return l.emit(instruction{op: testKnown, fact: l.fact(e.Name), t: t, f: f, u: u})
	case rule.OpHappened:
		i := l.fact(e.Name)
		return l.emit(instruction{op: testHappened, fact: i, slot: l.p.layout.slot[i], t: t, f: f, u: u})
	case rule.OpDone:
		return l.emit(instruction{op: testDone, imm: int64(l.p.stepIndex[e.Name]), t: t, f: f, u: u})
	case rule.OpLate:
		return l.emit(instruction{op: testLate, imm: int64(l.p.stepIndex[e.Name]), t: t, f: f, u: u})
	case rule.OpEq:
		return l.relation(e.Args[0], e.Args[1], equal, t, f, u)
	case rule.OpNe:
		return l.relation(e.Args[0], e.Args[1], equal, f, t, u)
	case rule.OpLt:
		return l.relation(e.Args[0], e.Args[1], less, t, f, u)
	case rule.OpLe:
		return l.relation(e.Args[0], e.Args[1], lessOrEqual, t, f, u)
	case rule.OpGt: // x > y is not x <= y
		return l.relation(e.Args[0], e.Args[1], lessOrEqual, f, t, u)
	case rule.OpGe:
		return l.relation(e.Args[0], e.Args[1], less, f, t, u)
	case rule.OpIn:
		return l.in(e, t, f, u)
	case rule.OpHasAny, rule.OpHasAll:
		return l.has(e, t, f, u)
	}
	panic("interpreter: the checker let through " + e.String())
}

// onFact emits in for the slot of the fact that e names.
func (l *lowerer) onFact(e *rule.Expr, in instruction) int32 {
	in.fact = l.fact(e.Name)
	in.slot += l.p.layout.slot[in.fact]
	return l.emit(in)
}

// direct tells whether e is a fact whose slot can be compared as it is: an event is not, since its day may
// not have come.
func direct(e *rule.Expr) bool { return e.Op == rule.OpFact && e.Type.Kind != rule.Event }

func (l *lowerer) relation(x, y *rule.Expr, rel relation, t, f, u int32) int32 {
	if x.Type.Kind == rule.Bool {
		return l.test(x, l.test(y, t, f, u), l.test(y, f, t, u), u)
	}
	if rel == equal && direct(y) && y.Op != x.Op {
		x, y = y, x
	}
	float := x.Type.Kind == rule.Number || y.Type.Kind == rule.Number
	if direct(x) && y.Op == rule.OpConst && float == (x.Type.Kind == rule.Number) {
		ops := [...]opcode{equal: testEq, less: testLt, lessOrEqual: testLe}
		if float {
			ops = [...]opcode{equal: testEqF, less: testLtF, lessOrEqual: testLeF}
		}
		return l.onFact(x, instruction{op: ops[rel], imm: l.constant(y, float), t: t, f: f, u: u})
	}
	return l.compare(comparison{left: l.value(x, float), right: l.value(y, float), relation: rel, float: float}, t, f, u)
}

func (l *lowerer) compare(c comparison, t, f, u int32) int32 {
	l.p.comparisons = append(l.p.comparisons, c)
	return l.emit(instruction{op: testCompare, imm: int64(len(l.p.comparisons) - 1), t: t, f: f, u: u})
}

// constant returns the bits of the literal y as a slot holds them, or a stack that counts in floats.
func (l *lowerer) constant(y *rule.Expr, float bool) int64 {
	switch {
	case y.Type.Kind == rule.Text:
		return l.p.layout.textNumber(y.Name)
	case y.Type.Kind == rule.Number:
		return int64(math.Float64bits(y.Number))
	case float:
		return int64(math.Float64bits(float64(y.Value)))
	}
	return y.Value
}

func (l *lowerer) in(e *rule.Expr, t, f, u int32) int32 {
	x, list := e.Args[0], e.Args[1]
	switch {
	case list.Op == rule.OpList:
	case x.Op == rule.OpConst && direct(list): // 'value' in a set
		return l.onFact(list, instruction{op: testAny, slot: int32(x.Value >> 6), imm: 1 << (x.Value & 63), t: t, f: f, u: u})
	default: // an enum in a set of the same values
		return l.compare(comparison{left: l.value(x, false), right: l.value(list, false), relation: isMember}, t, f, u)
	}
	if direct(x) && x.Type.Kind == rule.Enum && len(x.Type.Values) <= 64 {
		mask := int64(0)
		for _, v := range list.Args {
			mask |= 1 << v.Value
		}
		return l.onFact(x, instruction{op: testMask, imm: mask, t: t, f: f, u: u})
	}
	pc := f
	for i := len(list.Args) - 1; i >= 0; i-- {
		pc = l.relation(x, list.Args[i], equal, t, pc, u)
	}
	if pc == f && len(list.Args) == 0 {
		return f
	}
	return pc
}

func (l *lowerer) has(e *rule.Expr, t, f, u int32) int32 {
	set, list := e.Args[0], e.Args[1]
	masks := make([]int64, max(1, (len(set.Type.Values)+63)/64))
	for _, v := range list.Args {
		masks[v.Value>>6] |= 1 << (v.Value & 63)
	}
	if !direct(set) {
		c := comparison{left: l.value(set, false), relation: hasAny, masks: masks}
		if e.Op == rule.OpHasAll {
			c.relation = hasAll
		}
		return l.compare(c, t, f, u)
	}
	op, done := testAny, f
	if e.Op == rule.OpHasAll {
		op, done = testAll, t
	}
	pc := done
	for i := len(masks) - 1; i >= 0; i-- {
		if masks[i] == 0 {
			continue
		}
		in := instruction{op: op, slot: int32(i), imm: masks[i], t: t, f: pc, u: u}
		if op == testAll {
			in.t, in.f = pc, f
		}
		pc = l.onFact(set, in)
	}
	return pc
}
