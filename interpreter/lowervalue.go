package interpreter

import (
	"github.com/stegvis/stegvis/dsl/rule"
)

// value lowers e, which is no truth value, for the second machine. Of a set, which can only come from a fact, the
// value is the fact.
func (l *lowerer) value(e *rule.Expr, float bool) span {
	// Conditions inside e can hold values of their own, which go into the same array; so its instructions are gathered
	// apart first.
	v := valueLowerer{l: l}
	v.expr(e)
	if float && e.Type.Kind != rule.Number {
		v.emit(valueInstruction{op: toFloat})
	}
	from := len(l.p.values)
	for i := range v.out {
		if op := v.out[i].op; op == jump || op == choose {
			v.out[i].imm += int64(from)
		}
	}
	l.p.values = append(l.p.values, v.out...)
	return span{int32(from), int32(len(l.p.values))}
}

type valueLowerer struct {
	l     *lowerer
	out   []valueInstruction
	depth int // how many values stand on the stack
}

func (v *valueLowerer) emit(in valueInstruction) int {
	v.out = append(v.out, in)
	switch in.op {
	case pushConst, pushFact, pushDay, pushEvent, pushSet, pushTemp, pushToday, pushCount:
		v.depth++
		v.l.p.depth = max(v.l.p.depth, v.depth)
	case addInt, subInt, mulInt, addFloat, subFloat, mulFloat, daysBetween:
		v.depth--
	}
	return len(v.out) - 1
}

func (v *valueLowerer) expr(e *rule.Expr) {
	p := v.l.p
	switch e.Op {
	case rule.OpConst:
		v.emit(valueInstruction{op: pushConst, imm: v.l.constant(e, e.Type.Kind == rule.Number)})
	case rule.OpFact:
		op := pushFact
		switch e.Type.Kind {
		case rule.Date:
			op = pushDay
		case rule.Event:
			op = pushEvent
		case rule.Set:
			op = pushSet
		}
		v.onFact(e, op)
	case rule.OpDefine:
		v.emit(valueInstruction{op: pushTemp, imm: int64(p.defines[p.defineIndex[e.Name]].temp)})
	case rule.OpToday:
		v.emit(valueInstruction{op: pushToday})
	case rule.OpCount:
		if !direct(e.Args[0]) {
			v.expr(e.Args[0])
			v.emit(valueInstruction{op: countSet})
			break
		}
		v.onFact(e.Args[0], pushCount)
	case rule.OpAdd, rule.OpSub, rule.OpMul:
		float := e.Type.Kind == rule.Number
		v.operand(e.Args[0], float)
		v.operand(e.Args[1], float)
		op := addInt + valueOp(e.Op-rule.OpAdd)
		if float {
			op = addFloat + valueOp(e.Op-rule.OpAdd)
		}
		v.emit(valueInstruction{op: op})
	case rule.OpNeg:
		v.expr(e.Args[0])
		op := negInt
		if e.Type.Kind == rule.Number {
			op = negFloat
		}
		v.emit(valueInstruction{op: op})
	case rule.OpDaysSince, rule.OpWeeksSince, rule.OpMonthsSince:
		v.expr(e.Args[0])
		v.emit(valueInstruction{op: sinceDay, imm: int64(unitOf(e.Op))})
	case rule.OpDaysBetween:
		v.expr(e.Args[0])
		v.expr(e.Args[1])
		v.emit(valueInstruction{op: daysBetween})
	case rule.OpCond:
		float := e.Type.Kind == rule.Number
		p.conditions = append(p.conditions, v.l.rule(e.Args[0]))
		branch := v.emit(valueInstruction{op: choose, slot: int32(len(p.conditions) - 1)})
		v.operand(e.Args[1], float)
		over := v.emit(valueInstruction{op: jump})
		v.out[branch].imm = int64(len(v.out))
		v.depth-- // only one of the two sides runs
		v.operand(e.Args[2], float)
		v.out[over].imm = int64(len(v.out))
	default:
		panic("interpreter: the checker let through " + e.String())
	}
}

// onFact emits the operation for the fact that e names.
func (v *valueLowerer) onFact(e *rule.Expr, op valueOp) {
	i, at := v.l.facts[e.Name], &v.l.p.layout
	v.emit(valueInstruction{op: op, known: at.bit[i], slot: at.slot[i], n: at.words[i], imm: int64(i)})
}

// operand lowers e and makes a float of it where its parent counts in floats.
func (v *valueLowerer) operand(e *rule.Expr, float bool) {
	v.expr(e)
	if float && e.Type.Kind != rule.Number {
		v.emit(valueInstruction{op: toFloat})
	}
}
