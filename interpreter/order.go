package interpreter

import (
	"cmp"
	"slices"
)

// pending is steps that apply where the literals hold; those of one word of steps.
type pending struct {
	lits []literal
	word int32
	mask uint64
}

// pend notes that a step is to be settled, which applies where the literals hold.
func (l *lowerer) pend(step int32, lits []literal) {
	lits = unique(lits)
	key := named(append(slices.Clone(lits), literal(step>>6)))
	x := l.pending[key]
	if x == nil {
		x = &pending{lits: lits, word: step >> 6}
		l.pending[key] = x
		l.waiting = append(l.waiting, x)
	}
	x.mask |= 1 << (step & 63)
}

// settle emits what finds where the pending steps stand. Rules that ask about steps come after it.
func (l *lowerer) settle() {
	if len(l.waiting) == 0 {
		return
	}
	var phase []groupWord
	for _, x := range l.waiting {
		phase = add(phase, x.word, x.mask)
		switch c := l.terms(x.lits); {
		case !c.isEmpty():
			l.p.operations = append(l.p.operations, operation{op: opApply, code: c, arg: x.word, imm: int64(x.mask)})
		case c.negated:
			l.p.sets[x.word].not |= x.mask
		default:
			l.p.sets[x.word].applies |= x.mask
		}
	}
	slices.SortFunc(phase, func(a, b groupWord) int { return cmp.Compare(a.word, b.word) })
	l.p.operations = append(l.p.operations, operation{op: opSettle, arg: int32(len(l.p.phases))})
	l.p.phases = append(l.p.phases, phase)
	clear(l.pending)
	l.waiting = nil
}

// runs puts the operations that have been added in their final order, those of a kind after each other where they can be:
// first the tests of facts, which build on nothing; then what builds on one another, as it stands; and what finds
// whether steps apply just before the steps are settled.
func (l *lowerer) runs() (out []opRun) {
	ops := l.p.operations
	start, from := l.ordered, l.ordered
	l.ordered = len(ops)
	for from < len(ops) {
		to := from
		for to < len(ops) && ops[to].op != opSettle {
			to++
		}
		slices.SortStableFunc(ops[from:to], func(a, b operation) int { return cmp.Compare(a.rank(), b.rank()) })
		from = to + 1
	}
	for i := start; i < len(ops); i++ {
		if n := len(out); n > 0 && out[n-1].op == ops[i].op {
			out[n-1].to++
		} else {
			out = append(out, opRun{ops[i].op, int32(i), int32(i + 1)})
		}
	}
	return out
}

// rank is where an operation stands between two settlings of steps.
func (o *operation) rank() int {
	switch o.op {
	case opGate, opCompare, opValue:
		return 100
	case opApply:
		return 101
	}
	return int(o.op)
}
