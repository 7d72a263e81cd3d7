package interpreter

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// lowerer turns rules into operations. Every part of a rule becomes a literal. `not` only turns a literal over,
// and by De Morgan's laws, which Kleene's logic keeps, `or` is a negated conjunction of negated parts; so one kind of
// gate is enough. Chains of one connective become one gate however long. Parts that are alike share a bit, within a
// rule and between rules, so that no rule can grow in the lowering.
type lowerer struct {
	p       *Program
	rules   map[*rule.Expr]code
	tests   map[operation]literal // by the operation without its target
	gates   map[string]literal    // by their literals
	facts   map[string]int32      // by id
	defined map[string]*definition
	stages  [][]literal         // the conjunctions that their rules are
	pending map[string]*pending // steps yet to be settled, by the literals of the rules that say whether they apply
	waiting []*pending          // the same, in order
	ordered int                 // how many operations stand in their final order
}

// The literals that are always true and always false; they have no bit.
const (
	always literal = -2
	never  literal = always ^ 1
)

func newLowerer(p *Program) *lowerer {
	l := &lowerer{
		p: p, rules: map[*rule.Expr]code{}, tests: map[operation]literal{}, gates: map[string]literal{}, facts: map[string]int32{},
		pending: map[string]*pending{}, defined: map[string]*definition{}, stages: make([][]literal, len(p.model.Stages)),
	}
	for i, f := range p.layout.facts {
		l.facts[f.ID] = int32(i)
	}
	p.bits = l.truthBit(0) + int32(p.layout.bools+p.layout.events)
	return l
}

// truthBit returns the bit of a bool's truth, or of an event's having happened.
func (l *lowerer) truthBit(bitOfFact int32) int32 { return int32(l.p.layout.masks*64) + bitOfFact }

// rule lowers a whole rule.
func (l *lowerer) rule(e *rule.Expr) code {
	c, ok := l.rules[e]
	if !ok {
		c = l.conjunction(e)
		l.rules[e] = c
	}
	return c
}

// conjunction lowers e to terms, without a gate of its own.
func (l *lowerer) conjunction(e *rule.Expr) code {
	over := false // e is to be negated
	for e.Op == rule.OpNot {
		e, over = e.Args[0], !over
	}
	var c code
	switch e.Op {
	case rule.OpOr:
		c = l.terms(l.parts(e, true, nil))
		c.negated = !c.negated
	case rule.OpAnd:
		c = l.terms(l.parts(e, false, nil))
	default:
		return l.terms([]literal{l.literal(e).negatedIf(over)})
	}
	c.negated = c.negated != over
	return c
}

// terms puts the conjunction of literals among the program's terms.
func (l *lowerer) terms(lits []literal) code {
	if slices.Contains(lits, never) {
		return code{negated: true}
	}
	var c code
	slices.SortFunc(lits, func(a, b literal) int { return cmp.Compare(a.at(), b.at()) })
	for _, x := range lits {
		if x == always {
			continue
		}
		m, at := &c.first, x.at()
		switch {
		case c.isEmpty() || m.at == at:
		case c.second.mask == 0 || c.second.at == at:
			m = &c.second
		default:
			if c.from == c.to {
				c.from, c.to = int32(len(l.p.terms)), int32(len(l.p.terms))
			}
			if c.from == c.to || l.p.terms[c.to-1].at != at {
				l.p.terms = append(l.p.terms, term{})
				c.to++
			}
			m = &l.p.terms[c.to-1]
		}
		m.at = at
		m.mask |= 1 << (x.bit() & 63)
	}
	return c
}

// parts gathers the literals of a chain of `and`, or with over those of the negation of a chain of `or`.
func (l *lowerer) parts(e *rule.Expr, over bool, out []literal) []literal {
	switch e.Op {
	case rule.OpNot:
		return l.parts(e.Args[0], !over, out)
	case rule.OpAnd, rule.OpOr:
		if (e.Op == rule.OpOr) == over {
			return l.parts(e.Args[1], over, l.parts(e.Args[0], over, out))
		}
	case rule.OpDefine:
		if parts := l.defined[e.Name].parts[at(over)]; parts != nil {
			return append(out, parts...)
		}
	}
	return append(out, l.literal(e).negatedIf(over))
}

// definition is the truth value of a definition. Where it is a short chain, what names it takes in its parts; else it has
// a bit, once something asks for it.
type definition struct {
	rule  *rule.Expr
	parts [2][]literal // as a conjunction, and its negation as one
	lit   literal
	ready bool
}

// shortChain is how many parts of a definition or of a stage's rule are taken in where it is named.
const shortChain = 8

func at(over bool) int { return int(bit(over)) }

func (l *lowerer) define(id string, e *rule.Expr) {
	d := &definition{rule: e}
	l.defined[id] = d
	root, over := e, false
	for root.Op == rule.OpNot {
		root, over = root.Args[0], !over
	}
	for _, want := range [...]bool{false, true} {
		if root.Op == rule.OpAnd && over != want || root.Op == rule.OpOr && over == want {
			continue // no conjunction
		}
		if parts := unique(l.parts(e, want, nil)); len(parts) <= shortChain {
			d.parts[at(want)] = parts
		}
	}
}

func (l *lowerer) definition(id string) literal {
	d := l.defined[id]
	if !d.ready {
		d.lit, d.ready = l.literal(d.rule), true
	}
	return d.lit
}

// stage lowers the rule of a stage, for the rules of its parts to take in.
func (l *lowerer) stage(s *dsl.Stage) {
	if s.When == nil {
		return
	}
	parts := unique(l.parts(s.When.Expr, false, nil))
	if len(parts) > shortChain {
		parts = []literal{l.gate(parts...)}
	}
	l.stages[s.Index] = parts
}

func unique(lits []literal) []literal {
	slices.Sort(lits)
	return slices.Compact(lits)
}

// named returns a key for the literals, which are in order.
func named(lits []literal) string {
	var name []byte
	for _, x := range lits {
		name = binary.LittleEndian.AppendUint32(name, uint32(x))
	}
	return string(name)
}

// gate returns the literal of a conjunction.
func (l *lowerer) gate(lits ...literal) literal {
	lits = unique(lits)
	lits = slices.DeleteFunc(lits, func(x literal) bool { return x == always })
	switch {
	case slices.Contains(lits, never):
		return never
	case len(lits) == 0:
		return always
	case len(lits) == 1:
		return lits[0]
	}
	key := named(lits)
	out, ok := l.gates[key]
	if !ok {
		out = l.emit(operation{op: opGate, code: l.terms(lits)})
		l.gates[key] = out
	}
	return out
}

func (l *lowerer) either(lits ...literal) literal {
	for i := range lits {
		lits[i] = lits[i].not()
	}
	return l.gate(lits...).not()
}

// emit adds an operation, with new bits for its truth values, all in one word.
func (l *lowerer) emit(o operation) literal {
	n := int32(1)
	if o.op == opEnum {
		n = int32(bits.OnesCount64(uint64(o.imm)))
	}
	if free := 64 - l.p.bits&63; free < n {
		l.p.bits += free
	}
	o.to = l.p.bits
	l.p.bits += n
	l.p.operations = append(l.p.operations, o)
	return positive(o.to)
}

// test adds the operation unless it is there already.
func (l *lowerer) test(o operation) literal {
	out, ok := l.tests[o]
	if !ok {
		out = l.emit(o)
		l.tests[o] = out
	}
	return out
}

// literal lowers the bool expression e.
func (l *lowerer) literal(e *rule.Expr) literal {
	switch e.Op {
	case rule.OpConst:
		return always.negatedIf(e.Value == 0)
	case rule.OpNot:
		return l.literal(e.Args[0]).not()
	case rule.OpAnd:
		return l.gate(l.parts(e, false, nil)...)
	case rule.OpOr:
		return l.gate(l.parts(e, true, nil)...).not()
	case rule.OpCond:
		// Where the condition is unknown, the value is known only if both sides agree.
		c, x, y := l.literal(e.Args[0]), l.literal(e.Args[1]), l.literal(e.Args[2])
		return l.either(l.gate(c, x), l.gate(c.not(), y), l.gate(x, y))
	case rule.OpFact:
		return positive(l.truthBit(l.p.layout.bit[l.facts[e.Name]]))
	case rule.OpDefine:
		return l.definition(e.Name)
	case rule.OpKnown:
		return positive(l.p.layout.bit[l.facts[e.Name]])
	case rule.OpHappened:
		return positive(l.truthBit(l.p.layout.bit[l.facts[e.Name]]))
	case rule.OpDone:
		l.settle()
		return l.test(operation{op: opDone, arg: l.p.stepIndex[e.Name]})
	case rule.OpLate:
		l.settle()
		return l.test(operation{op: opLate, arg: l.p.stepIndex[e.Name]})
	case rule.OpEq:
		return l.relation(e.Args[0], e.Args[1], equal)
	case rule.OpNe:
		return l.relation(e.Args[0], e.Args[1], equal).not()
	case rule.OpLt:
		return l.relation(e.Args[0], e.Args[1], less)
	case rule.OpLe:
		return l.relation(e.Args[0], e.Args[1], lessOrEqual)
	case rule.OpGt: // x > y is not x <= y
		return l.relation(e.Args[0], e.Args[1], lessOrEqual).not()
	case rule.OpGe:
		return l.relation(e.Args[0], e.Args[1], less).not()
	case rule.OpIn:
		return l.in(e)
	case rule.OpHasAny, rule.OpHasAll:
		return l.has(e)
	}
	panic("interpreter: the checker let through " + e.String())
}

// onFact returns the literal of a test of the fact that e names.
func (l *lowerer) onFact(e *rule.Expr, o operation) literal {
	i := l.facts[e.Name]
	o.known = l.p.layout.bit[i]
	o.slot += l.p.layout.slot[i]
	o.event = e.Type.Kind == rule.Event
	return l.test(o)
}

// oneByOne is how many values an enum can have for each to get a truth value, all at once: rules that ask for one of
// them mostly ask for others too.
const oneByOne = 16

// direct tells whether e is a fact whose slot can be compared as it is: an event is not, since its day may
// not have come.
func direct(e *rule.Expr) bool { return e.Op == rule.OpFact && e.Type.Kind != rule.Event }

func (l *lowerer) relation(x, y *rule.Expr, rel relation) literal {
	if x.Type.Kind == rule.Bool {
		a, b := l.literal(x), l.literal(y)
		return l.either(l.gate(a, b), l.gate(a.not(), b.not()))
	}
	if rel == equal && x.Op == rule.OpConst {
		x, y = y, x
	}
	if n := len(x.Type.Values); direct(x) && x.Type.Kind == rule.Enum && y.Op == rule.OpConst && n <= oneByOne {
		first := l.onFact(x, operation{op: opEnum, imm: 1<<n - 1})
		return positive(first.bit() + int32(y.Value))
	}
	float := x.Type.Kind == rule.Number || y.Type.Kind == rule.Number
	if y.Op == rule.OpConst && float == (x.Type.Kind == rule.Number) {
		if out, ok := l.withConstant(x, l.constant(y, float), rel, float); ok {
			return out
		}
	}
	return l.compare(comparison{left: l.value(x, float), right: l.value(y, float), relation: rel, float: float})
}

// withConstant lowers the comparison of a fact, or of the time since one, with what is written out in the rule.
func (l *lowerer) withConstant(x *rule.Expr, imm int64, rel relation, float bool) (out literal, ok bool) {
	ops := [...]opcode{equal: opEq, less: opLt, lessOrEqual: opLe}
	unit := int32(0)
	switch {
	case x.Op == rule.OpDaysSince || x.Op == rule.OpWeeksSince || x.Op == rule.OpMonthsSince:
		unit = unitOf(x.Op)
		x = x.Args[0]
		if x.Op != rule.OpFact {
			return 0, false
		}
		ops = [...]opcode{equal: opSinceEq, less: opSinceLt, lessOrEqual: opSinceLe}
	case x.Op == rule.OpCount && direct(x.Args[0]) && len(x.Args[0].Type.Values) <= 64:
		x = x.Args[0]
		ops = [...]opcode{equal: opSizeEq, less: opSizeLt, lessOrEqual: opSizeLe}
	case x.Op != rule.OpFact:
		return 0, false
	case x.Type.Kind == rule.Date || x.Type.Kind == rule.Event:
		ops = [...]opcode{equal: opDayEq, less: opDayLt, lessOrEqual: opDayLe}
	case float:
		ops = [...]opcode{equal: opEqF, less: opLtF, lessOrEqual: opLeF}
	}
	return l.onFact(x, operation{op: ops[rel], imm: imm, arg: unit}), true
}

func unitOf(op rule.Op) int32 {
	return int32(calendar.Days) + int32(op-rule.OpDaysSince)
}

func (l *lowerer) compare(c comparison) literal {
	l.p.comparisons = append(l.p.comparisons, c)
	return l.emit(operation{op: opCompare, arg: int32(len(l.p.comparisons) - 1)})
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

func (l *lowerer) in(e *rule.Expr) literal {
	x, list := e.Args[0], e.Args[1]
	switch {
	case list.Op == rule.OpList:
	case x.Op == rule.OpConst && direct(list): // 'value' in a set
		return l.onFact(list, operation{op: opAny, slot: int32(x.Value >> 6), imm: 1 << (x.Value & 63)})
	default: // an enum in a set of the same values
		return l.compare(comparison{left: l.value(x, false), right: l.value(list, false), relation: isMember})
	}
	if direct(x) && x.Type.Kind == rule.Enum && len(x.Type.Values) <= 64 {
		mask := int64(0)
		for _, v := range list.Args {
			mask |= 1 << v.Value
		}
		return l.onFact(x, operation{op: opMask, imm: mask})
	}
	var any []literal
	for _, v := range list.Args {
		any = append(any, l.relation(x, v, equal))
	}
	return l.either(any...)
}

func (l *lowerer) has(e *rule.Expr) literal {
	set, list := e.Args[0], e.Args[1]
	masks := make([]int64, max(1, (len(set.Type.Values)+63)/64))
	for _, v := range list.Args {
		masks[v.Value>>6] |= 1 << (v.Value & 63)
	}
	all := e.Op == rule.OpHasAll
	if !direct(set) {
		c := comparison{left: l.value(set, false), relation: hasAny, masks: masks}
		if all {
			c.relation = hasAll
		}
		return l.compare(c)
	}
	op := opAny
	if all {
		op = opAll
	}
	var words []literal
	for i, m := range masks {
		if m != 0 {
			words = append(words, l.onFact(set, operation{op: op, slot: int32(i), imm: m}))
		}
	}
	if all {
		return l.gate(words...)
	}
	return l.either(words...)
}

// conjuncts lowers the conjunction of the rules of a part and of its stage.
func (l *lowerer) conjuncts(s *dsl.Stage, r *dsl.Rule) (out []literal) {
	if s != nil {
		out = append(out, l.stages[s.Index]...)
	}
	if r != nil {
		out = l.parts(r.Expr, false, out)
	}
	return out
}
