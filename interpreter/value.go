package interpreter

import (
	"math"
	"math/bits"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// valueOp is an instruction of the second machine, which computes numbers and days on a small stack.
type valueOp uint8

const (
	pushConst valueOp = iota // imm
	pushFact                 // unknown where the fact is
	pushDay                  // unknown where the date is
	pushEvent                // unknown until the day has come
	pushSet                  // the fact itself, imm; unknown where the fact is
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
	sinceDay // completed time in units of imm
	daysBetween
	jump   // to imm
	choose // by the condition slot: goes on where true, to imm where false, gives up where unknown
)

type valueInstruction struct {
	op    valueOp
	known int32 // the bit that tells whether the fact is known
	slot  int32
	n     int32 // how many slots
	imm   int64
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

func compared[T int64 | float64](rel relation, x, y T) bool {
	switch rel {
	case equal:
		return x == y
	case less:
		return x < y
	}
	return x <= y
}

func (p *Program) compare(c *comparison, f *Facts, r *Result) (value, ok bool) {
	x, ok := p.value(c.left, f, r)
	if !ok {
		return false, false
	}
	if c.relation == hasAny || c.relation == hasAll {
		return hasMasks(f.setOf(x), c.masks, c.relation == hasAll), true
	}
	y, ok := p.value(c.right, f, r)
	switch {
	case !ok:
		return false, false
	case c.relation == isMember:
		return f.setOf(y)[x>>6]>>uint(x&63)&1 != 0, true
	case c.float:
		return compared(c.relation, math.Float64frombits(uint64(x)), math.Float64frombits(uint64(y))), true
	}
	return compared(c.relation, x, y), true
}

// setOf returns the bits of the set that the fact is.
func (f *Facts) setOf(fact int64) []int64 { return f.setAt(int(fact), f.layout.slot[fact]) }

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

// size returns how many values a set has.
func size(set ...int64) int64 {
	n := 0
	for _, w := range set {
		n += bits.OnesCount64(uint64(w))
	}
	return int64(n)
}

// timeTest holds a day, or the time since it, against what is written in the rule.
func timeTest(o *operation, d, at calendar.Day) bool {
	switch o.op {
	case opDayEq:
		return int64(d) == o.imm
	case opDayLt:
		return int64(d) < o.imm
	case opDayLe:
		return int64(d) <= o.imm
	case opSinceEq:
		return since(calendar.Unit(o.arg), d, at) == o.imm
	case opSinceLt:
		return since(calendar.Unit(o.arg), d, at) < o.imm
	}
	return since(calendar.Unit(o.arg), d, at) <= o.imm
}

// since returns the completed days, weeks or months from one day to another.
func since(u calendar.Unit, d, at calendar.Day) int64 {
	switch u {
	case calendar.Weeks:
		return int64(d.WeeksUntil(at))
	case calendar.Months:
		return int64(d.MonthsUntil(at))
	}
	return int64(at) - int64(d)
}

// value computes a value; ok is false where it is unknown. Overflow was excluded when the model was checked.
func (p *Program) value(s span, f *Facts, r *Result) (v int64, ok bool) {
	stack := r.stack
	n := 0
	for pc := s.from; pc < s.to; pc++ {
		in := &p.values[pc]
		switch in.op {
		case pushConst, pushToday, pushTemp, pushFact, pushDay, pushEvent, pushSet, pushCount:
			if v, ok = p.pushed(in, f, r); !ok {
				return 0, false
			}
			stack[n] = v
			n++
		case countSet:
			stack[n-1] = size(f.setOf(stack[n-1])...)
		case toFloat:
			stack[n-1] = int64(math.Float64bits(float64(stack[n-1])))
		case negInt:
			stack[n-1] = -stack[n-1]
		case negFloat:
			stack[n-1] = int64(math.Float64bits(-math.Float64frombits(uint64(stack[n-1]))))
		case sinceDay:
			stack[n-1] = since(calendar.Unit(in.imm), calendar.Day(stack[n-1]), r.at)
		case jump:
			pc = int32(in.imm) - 1
		case choose:
			switch p.run(&p.conditions[in.slot], r) {
			case True:
			case False:
				pc = int32(in.imm) - 1
			default:
				return 0, false
			}
		default:
			n--
			stack[n-1] = computed(in.op, stack[n-1], stack[n])
		}
	}
	return stack[0], true
}

// pushed returns what an instruction puts on the stack.
func (p *Program) pushed(in *valueInstruction, f *Facts, r *Result) (v int64, ok bool) {
	switch in.op {
	case pushConst:
		return in.imm, true
	case pushToday:
		return int64(r.at), true
	case pushTemp:
		t := r.valueTemps[in.imm]
		return t.v, t.ok
	}
	if !f.knows(in.known) {
		return 0, false
	}
	switch in.op {
	case pushDay:
		return int64(f.days[in.slot]), true
	case pushEvent:
		return int64(f.days[in.slot]), f.days[in.slot] <= r.at
	case pushSet:
		return in.imm, true
	case pushCount:
		return size(f.values[in.slot : in.slot+in.n]...), true
	}
	return f.values[in.slot], true
}

// computed joins two values.
func computed(op valueOp, x, y int64) int64 {
	switch op {
	case addInt:
		return x + y
	case subInt:
		return x - y
	case mulInt:
		return x * y
	case daysBetween:
		return y - x
	}
	a, b := math.Float64frombits(uint64(x)), math.Float64frombits(uint64(y))
	switch op {
	case addFloat:
		a += b
	case subFloat:
		a -= b
	case mulFloat:
		a *= b
	}
	return int64(math.Float64bits(a))
}
