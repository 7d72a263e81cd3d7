package interpreter

import "math"

// Truth is a truth value of Kleene's logic.
type Truth uint8

// The truth values.
const (
	Unknown Truth = iota
	False
	True
)

// String returns the value as explanations and tests write it.
func (t Truth) String() string { return [...]string{"unknown", "false", "true"}[t] }

func truthOfBool(v bool) Truth {
	if v {
		return True
	}
	return False
}

// A decision is made on truth values kept as bits, 64 in a word: for each a bit that says true and one that says
// false; neither is unknown. The first words tell which facts are known. The next ones are filled in from the facts,
// 64 at a time: bools as they are, events by whether they have happened. The rest is computed by a straight run
// of operations, each after what it builds on: tests of other facts, gates, and steps. Nothing jumps, so that nothing
// can be predicted wrongly, and a rule of ten parts costs hardly more than one of two.

// The truth values of word w say true at 2w and false at 2w+1, so that a literal is looked for in one place.

// literal is a truth value as a rule uses it: twice the number of its bit, and one more where it is negated.
type literal int32

func positive(bit int32) literal { return literal(bit << 1) }
func (l literal) bit() int32     { return int32(l >> 1) }
func (l literal) not() literal   { return l ^ 1 }

// at is where the bit stands that says that the literal holds.
func (l literal) at() int32 { return l.bit()>>6<<1 | int32(l&1) }

func (l literal) negatedIf(over bool) literal {
	if over {
		return l.not()
	}
	return l
}

// term is literals of one word that must hold, all of them negated or none: where they stand, and their bits. Where
// the bits stand at at^1, the literals are against it.
type term struct {
	at   int32
	mask uint64
}

func (m *term) word() int32 { return m.at >> 1 }

// code is a rule: the terms of a conjunction, all of which must hold; or where negated the opposite, so that a
// disjunction is one too. No terms at all are true. Hardly any rule has more than two terms, and two are looked at as
// fast as one, without a branch; so they stand by themselves, the others among the program's terms.
type code struct {
	first, second term
	from, to      int32
	negated       bool
}

// size is how many terms there are, of which the first two may be empty.
func (c *code) size() int { return 2 + int(c.to-c.from) }

// term returns term i.
func (p *Program) term(c *code, i int) *term {
	switch i {
	case 0:
		return &c.first
	case 1:
		return &c.second
	}
	return &p.terms[int(c.from)+i-2]
}

// each calls do with every term.
func (p *Program) each(c *code, do func(m *term)) {
	for i := range c.size() {
		do(p.term(c, i))
	}
}

// isEmpty tells whether the code has no term: it is always true, or where negated always false.
func (c *code) isEmpty() bool { return c.first.mask == 0 }

// run returns what a rule comes to.
func (p *Program) run(c *code, r *Result) Truth {
	lacking, against := p.weigh(c, r.bits)
	switch {
	case against != 0:
		return truthOfBool(c.negated)
	case lacking == 0:
		return truthOfBool(!c.negated)
	}
	return Unknown
}

// weigh looks at the literals of a conjunction: it is true where none is lacking, false where one stands against it.
func (p *Program) weigh(c *code, bits []uint64) (lacking, against uint64) {
	a, b := &c.first, &c.second
	lacking = a.mask&^bits[a.at] | b.mask&^bits[b.at]
	against = a.mask&bits[a.at^1] | b.mask&bits[b.at^1]
	if c.from != c.to {
		return p.weighOthers(c, bits, lacking, against)
	}
	return lacking, against
}

// weighOthers goes on with the terms after the first two. It is rarely called, and taken in where it is, it would make the
// loops that call it slower.
//
//go:noinline
func (p *Program) weighOthers(c *code, bits []uint64, lacking, against uint64) (uint64, uint64) {
	for i := c.from; i < c.to; i++ {
		m := &p.terms[i]
		lacking |= m.mask &^ bits[m.at]
		against |= m.mask & bits[m.at^1]
	}
	return lacking, against
}

// othersHold tells whether the terms of a conjunction but the first two hold.
func (p *Program) othersHold(c *code, bits []uint64) bool {
	lacking, _ := p.weighOthers(c, bits, 0, 0)
	return lacking == 0
}

// opcode says what an operation does.
type opcode uint8

const (
	opGate    opcode = iota // the conjunction of terms
	opEq                    // the slot of values equals imm
	opLt                    // is less than imm
	opLe                    // is at most imm
	opEqF                   // likewise, both being bits of a float64
	opLtF                   //
	opLeF                   //
	opEnum                  // as many truth values as there are bits in imm: the slot, an index, equals 0, 1, ...
	opMask                  // the slot, an index below 64, is among the bits of imm
	opAny                   // the slot, a mask, has one of the bits of imm
	opAll                   // the slot, a mask, has all of the bits of imm
	opSizeEq                // the number of bits in the slot, a mask, equals imm
	opSizeLt                //
	opSizeLe                //
	opDayEq                 // the slot of days equals imm
	opDayLt                 //
	opDayLe                 //
	opSinceEq               // the time since the slot of days equals imm; arg is its unit: days, weeks or months
	opSinceLt               //
	opSinceLe               //
	opCompare               // comparison arg of two values that are computed
	opValue                 // the value of definition arg
	opApply                 // the conjunction of terms says whether the steps of word arg that are in imm apply
	opSettle                // the steps of phase arg
	opDone                  // step arg is done; never unknown
	opLate                  // step arg is late; never unknown
)

// operation finds one truth value, and sets its bit.
type operation struct {
	op    opcode
	event bool  // the slot is of an event: its day must have come
	known int32 // the bit that tells whether the fact is known, where it is about one
	slot  int32
	arg   int32
	to    int32 // the bit to set
	code  code  // opGate
	imm   int64
}

// opRun is operations of one kind after each other.
type opRun struct {
	op       opcode
	from, to int32
}

func bit(v bool) uint64 {
	if v {
		return 1
	}
	return 0
}

// execute runs operations, in order.
func (p *Program) execute(runs []opRun, f *Facts, r *Result) {
	bits, values := r.bits, f.values
	for _, run := range runs {
		ops := p.operations[run.from:run.to]
		switch run.op {
		case opGate:
			for i := range ops {
				o := &ops[i]
				a, b := &o.code.first, &o.code.second
				lacking := a.mask&^bits[a.at] | b.mask&^bits[b.at]
				against := a.mask&bits[a.at^1] | b.mask&bits[b.at^1]
				if o.code.from != o.code.to {
					lacking, against = p.weighOthers(&o.code, bits, lacking, against)
				}
				yes := bit(lacking == 0)
				o.set(bits, yes, yes|bit(against != 0))
			}
		case opApply:
			p.apply(ops, r)
		case opEnum:
			for i := range ops {
				o := &ops[i]
				sure := f.knowsBit(o.known)
				one := sure << (uint(values[o.slot]) & 63)
				o.put(bits, one, uint64(o.imm)&-sure^one)
			}
		case opMask:
			for i := range ops {
				o := &ops[i]
				o.set(bits, uint64(o.imm)>>(uint(values[o.slot])&63)&1, f.knowsBit(o.known))
			}
		case opSettle:
			for i := range ops {
				p.settle(p.phases[ops[i].arg], r)
			}
		case opValue:
			for i := range ops {
				d := &p.defines[ops[i].arg]
				v, ok := p.value(d.value, f, r)
				r.valueTemps[d.temp] = valueTemp{v, ok}
			}
		case opDone:
			for i := range ops {
				o := &ops[i]
				o.set(bits, bit(r.isDone(int(o.arg))), 1)
			}
		case opLate:
			for i := range ops {
				o := &ops[i]
				o.set(bits, bit(p.isLate(o.arg, f, r)), 1)
			}
		case opCompare:
			for i := range ops {
				o := &ops[i]
				v, ok := p.compare(&p.comparisons[o.arg], f, r)
				o.set(bits, bit(v), bit(ok))
			}
		case opDayEq, opDayLt, opDayLe, opSinceEq, opSinceLt, opSinceLe:
			for i := range ops {
				o := &ops[i]
				d := f.days[o.slot]
				if f.knows(o.known) && !(o.event && d > r.at) {
					o.set(bits, bit(timeTest(o, d, r.at)), 1)
				}
			}
		default:
			for i := range ops {
				o := &ops[i]
				o.set(bits, bit(o.tests(values[o.slot])), f.knowsBit(o.known))
			}
		}
	}
}

// set sets the truth value of an operation; sure is 0 where it is unknown.
func (o *operation) set(bits []uint64, yes, sure uint64) { o.put(bits, yes&sure, sure&^yes) }

// put sets truth values of an operation: those that are true, and those that are false.
func (o *operation) put(bits []uint64, t, f uint64) {
	w, at := o.to>>6<<1, uint(o.to&63)
	bits[w] |= t << at
	bits[w|1] |= f << at
}

// apply finds whether steps apply. What is found for the steps of one word is put there all at once, since each by itself
// would wait for the one before to be stored.
func (p *Program) apply(ops []operation, r *Result) {
	var yes, no uint64
	w, bits := ops[0].arg, r.bits
	for i := range ops {
		o := &ops[i]
		if o.arg != w {
			r.sets[w].add(yes, no)
			w, yes, no = o.arg, 0, 0
		}
		a, b := &o.code.first, &o.code.second
		lacking := a.mask&^bits[a.at] | b.mask&^bits[b.at]
		against := a.mask&bits[a.at^1] | b.mask&bits[b.at^1]
		if o.code.from != o.code.to {
			lacking, against = p.weighOthers(&o.code, bits, lacking, against)
		}
		yes |= uint64(o.imm) & -bit(lacking == 0)
		no |= uint64(o.imm) & -bit(against != 0)
	}
	r.sets[w].add(yes, no)
}

func (s *stepSets) add(applies, not uint64) {
	s.applies |= applies
	s.not |= not
}

// tests holds the value of a slot against what is written in the rule.
func (o *operation) tests(v int64) bool {
	switch o.op {
	case opEq:
		return v == o.imm
	case opLt:
		return v < o.imm
	case opLe:
		return v <= o.imm
	case opAny:
		return v&o.imm != 0
	case opAll:
		return v&o.imm == o.imm
	case opSizeEq:
		return size(v) == o.imm
	case opSizeLt:
		return size(v) < o.imm
	case opSizeLe:
		return size(v) <= o.imm
	}
	x, y := math.Float64frombits(uint64(v)), math.Float64frombits(uint64(o.imm))
	switch o.op {
	case opEqF:
		return x == y
	case opLtF:
		return x < y
	}
	return x <= y
}
