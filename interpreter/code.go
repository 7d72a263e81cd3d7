package interpreter

import (
	"math"
	"math/bits"

	"github.com/stegvis/stegvis/dsl/calendar"
)

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

// Targets below zero end a rule.
const (
	endTrue    int32 = -1
	endFalse   int32 = -2
	endUnknown int32 = -3
)

// opcode says what an instruction tests.
type opcode uint8

const (
	testBool     opcode = iota // the slot is not 0
	testEq                     // the slot equals imm
	testLt                     // the slot is less than imm
	testLe                     // the slot is at most imm
	testEqF                    // likewise, the slot and imm being bits of a float64
	testLtF                    //
	testLeF                    //
	testMask                   // the slot, an index below 64, is among the bits of imm
	testAny                    // the slot, a mask, has one of the bits of imm
	testAll                    // the slot, a mask, has all of the bits of imm
	testKnown                  // the fact is known; never unknown
	testHappened               // the event's day has come; never unknown
	testTemp                   // the truth value imm, computed before
	testDone                   // the step imm is done; never unknown
	testLate                   // the step imm is late; never unknown
	testCompare                // comparison imm of two values that are computed
)

// instruction tests one thing and jumps to t, f or u.
type instruction struct {
	op      opcode
	fact    int32 // whose known bit decides whether the answer is unknown
	slot    int32
	t, f, u int32
	imm     int64
}

// code is where a rule starts. Where a rule was too tangled for plain jumps, before lists parts of
// it whose truth values are put in temps first.
type code struct {
	entry  int32
	before []part
}

type part struct {
	entry int32
	temp  int32
}

// run evaluates a rule.
func (p *Program) run(c *code, f *Facts, r *Result) Truth {
	if len(c.before) > 0 {
		p.prepare(c, f, r)
	}
	return p.exec(c.entry, f, r)
}

// prepare fills in the temps that a tangled rule needs.
func (p *Program) prepare(c *code, f *Facts, r *Result) {
	for i := range c.before {
		r.temps[c.before[i].temp] = p.exec(c.before[i].entry, f, r)
	}
}

// exec follows the instructions from pc to an end.
func (p *Program) exec(pc int32, f *Facts, r *Result) Truth {
	values, known := f.values, f.known
	for pc >= 0 {
		in := &p.code[pc]
		var yes bool
		switch in.op {
		case testKnown:
			yes = known[in.fact>>6]>>(in.fact&63)&1 != 0
		case testHappened:
			yes = known[in.fact>>6]>>(in.fact&63)&1 != 0 && values[in.slot] <= int64(r.at)
		case testTemp:
			switch r.temps[in.imm] {
			case True:
				pc = in.t
			case False:
				pc = in.f
			default:
				pc = in.u
			}
			continue
		case testDone:
			yes = r.steps[in.imm].done
		case testLate:
			yes = r.steps[in.imm].late()
		case testCompare:
			v, ok := p.compare(&p.comparisons[in.imm], f, r)
			if !ok {
				pc = in.u
				continue
			}
			yes = v
		default:
			if known[in.fact>>6]>>(in.fact&63)&1 == 0 {
				pc = in.u
				continue
			}
			v := values[in.slot]
			switch in.op {
			case testBool:
				yes = v != 0
			case testEq:
				yes = v == in.imm
			case testLt:
				yes = v < in.imm
			case testLe:
				yes = v <= in.imm
			case testEqF:
				yes = math.Float64frombits(uint64(v)) == math.Float64frombits(uint64(in.imm))
			case testLtF:
				yes = math.Float64frombits(uint64(v)) < math.Float64frombits(uint64(in.imm))
			case testLeF:
				yes = math.Float64frombits(uint64(v)) <= math.Float64frombits(uint64(in.imm))
			case testMask:
				yes = in.imm>>uint(v)&1 != 0
			case testAny:
				yes = v&in.imm != 0
			case testAll:
				yes = v&in.imm == in.imm
			}
		}
		if yes {
			pc = in.t
		} else {
			pc = in.f
		}
	}
	return Truth(pc - endUnknown) // the ends are in the order of the truth values
}

// valueOp is an instruction of the second machine, which computes numbers and days on a small stack.
type valueOp uint8

const (
	pushConst valueOp = iota // imm
	pushFact                 // unknown where the fact is
	pushEvent                // unknown until the day has come
	pushSet                  // the fact itself; unknown where the fact is
	pushTemp                 // the value imm, computed before
	pushToday
	pushCount // how many bits the mask in the slots has
	countSet  // how many values the set has that the fact on the stack is
	toFloat
	addInt
	subInt
	mulInt
	negInt
	addFloat
	subFloat
	mulFloat
	negFloat
	daysSince
	weeksSince
	monthsSince
	daysBetween
	jump   // to imm
	choose // runs the rule at slot: goes on where true, to imm where false, gives up where unknown
)

type valueInstruction struct {
	op   valueOp
	fact int32
	slot int32
	n    int32 // pushCount: how many slots
	imm  int64
}

// span is a run of value instructions.
type span struct{ from, to int32 }

// relation is how two values are compared.
type relation uint8

const (
	equal relation = iota
	less
	lessOrEqual
	isMember // left, the index of a value, is in the set right
	hasAny   // the set left has one of the bits of masks
	hasAll   // the set left has all of the bits of masks
)

type comparison struct {
	left, right span
	relation    relation
	float       bool
	masks       []int64 // hasAny, hasAll
}

func (p *Program) compare(c *comparison, f *Facts, r *Result) (value, ok bool) {
	x, ok := p.value(c.left, f, r)
	if !ok {
		return false, false
	}
	if c.relation == hasAny || c.relation == hasAll {
		return hasMasks(p.setOf(x, f), c.masks, c.relation == hasAll), true
	}
	y, ok := p.value(c.right, f, r)
	if !ok {
		return false, false
	}
	if c.relation == isMember {
		return p.setOf(y, f)[x>>6]>>uint(x&63)&1 != 0, true
	}
	if c.float {
		x, y := math.Float64frombits(uint64(x)), math.Float64frombits(uint64(y))
		switch c.relation {
		case equal:
			return x == y, true
		case less:
			return x < y, true
		}
		return x <= y, true
	}
	switch c.relation {
	case equal:
		return x == y, true
	case less:
		return x < y, true
	}
	return x <= y, true
}

// setOf returns the bits of the set that the fact is.
func (p *Program) setOf(fact int64, f *Facts) []int64 {
	slot := p.layout.slot[fact]
	return f.values[slot : slot+p.layout.words[fact]]
}

// hasMasks tells whether the set has any, or all, of the bits.
func hasMasks(set, masks []int64, all bool) bool {
	for i, m := range masks {
		switch {
		case all && set[i]&m != m:
			return false
		case !all && set[i]&m != 0:
			return true
		}
	}
	return all
}

// value computes a value; ok is false where it is unknown. Overflow was excluded when the model was checked.
func (p *Program) value(s span, f *Facts, r *Result) (v int64, ok bool) {
	stack := r.stack[r.base : r.base+p.depth]
	n := 0
	for pc := s.from; pc < s.to; pc++ {
		in := &p.values[pc]
		switch in.op {
		case pushConst:
			stack[n] = in.imm
			n++
		case pushFact:
			if !f.Known(int(in.fact)) {
				return 0, false
			}
			stack[n] = f.values[in.slot]
			n++
		case pushEvent:
			if !f.Known(int(in.fact)) || f.values[in.slot] > int64(r.at) {
				return 0, false
			}
			stack[n] = f.values[in.slot]
			n++
		case pushSet:
			if !f.Known(int(in.fact)) {
				return 0, false
			}
			stack[n] = int64(in.fact)
			n++
		case pushTemp:
			t := r.valueTemps[in.imm]
			if !t.ok {
				return 0, false
			}
			stack[n] = t.v
			n++
		case pushToday:
			stack[n] = int64(r.at)
			n++
		case pushCount:
			if !f.Known(int(in.fact)) {
				return 0, false
			}
			c := 0
			for _, w := range f.values[in.slot : in.slot+in.n] {
				c += bits.OnesCount64(uint64(w))
			}
			stack[n] = int64(c)
			n++
		case countSet:
			c := 0
			for _, w := range p.setOf(stack[n-1], f) {
				c += bits.OnesCount64(uint64(w))
			}
			stack[n-1] = int64(c)
		case toFloat:
			stack[n-1] = int64(math.Float64bits(float64(stack[n-1])))
		case negInt:
			stack[n-1] = -stack[n-1]
		case negFloat:
			stack[n-1] = int64(math.Float64bits(-math.Float64frombits(uint64(stack[n-1]))))
		case daysSince:
			stack[n-1] = int64(r.at) - stack[n-1]
		case weeksSince:
			stack[n-1] = int64(calendar.Day(stack[n-1]).WeeksUntil(r.at))
		case monthsSince:
			stack[n-1] = int64(calendar.Day(stack[n-1]).MonthsUntil(r.at))
		case jump:
			pc = int32(in.imm) - 1
		case choose:
			r.base += p.depth // the condition may compute values of its own
			c := p.exec(in.slot, f, r)
			r.base -= p.depth
			switch c {
			case True:
			case False:
				pc = int32(in.imm) - 1
			default:
				return 0, false
			}
		default:
			n--
			x, y := stack[n-1], stack[n]
			switch in.op {
			case addInt:
				x += y
			case subInt:
				x -= y
			case mulInt:
				x *= y
			case daysBetween:
				x = y - x
			default:
				a, b := math.Float64frombits(uint64(x)), math.Float64frombits(uint64(y))
				switch in.op {
				case addFloat:
					a += b
				case subFloat:
					a -= b
				case mulFloat:
					a *= b
				}
				x = int64(math.Float64bits(a))
			}
			stack[n-1] = x
		}
	}
	return stack[0], true
}
