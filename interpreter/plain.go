package interpreter

import "math/bits"

// Most rules are plain: a chain of one connective over tests that each look at one fact. Which facts could still
// change such a rule is read off its terms, 64 tests at a time: those that hold a test open, unless another test
// has settled the rule. What is not plain goes the long way (relevance.go, marking.go).

// markPlain finds which rules are plain.
func (p *Program) markPlain(of *relevance) {
	n := (int(p.bits) + 63) / 64
	p.openable, p.factOf, p.testsOf = make([]uint64, n), make([]int32, n*64), make([][]term, len(p.layout.facts))
	tangled := make([]uint64, n) // truth values that hang on more than one fact, or on how facts are put together
	truths := int(p.layout.masks * 64)
	for i := range p.layout.bools {
		p.openable[(truths+i)>>6] |= 1 << (i & 63)
		p.factOf[truths+i] = int32(i)
	}
	for i := range p.operations {
		o := &p.operations[i]
		w, one := o.to>>6, uint64(1)<<(o.to&63)
		switch o.op {
		case opGate, opCompare:
			tangled[w] |= one
		case opApply, opSettle, opValue, opDone, opLate:
		default:
			if o.event { // it cannot be asked for
				break
			}
			n := int32(1)
			if o.op == opEnum {
				n = int32(bits.OnesCount64(uint64(o.imm)))
			}
			for k := range n {
				p.openable[w] |= one << k
				p.factOf[o.to+k] = o.known
			}
			p.testsOf[o.known] = append(p.testsOf[o.known], term{at: w << 1, mask: (1<<n - 1) << (o.to & 63)})
		}
	}
	plain := func(c *code) bool {
		is := true
		p.each(c, func(m *term) { is = is && m.mask&tangled[m.word()] == 0 })
		return is
	}
	asks := func(c *code) (any bool) {
		p.each(c, func(m *term) {
			any = any || m.mask != 0 && m.word() < int32(p.layout.masks) || m.mask&p.openable[m.word()] != 0
		})
		return any
	}
	for i := range of.whens {
		p.steps[i].applies.plain = plain(&p.steps[i].applies.code)
		for k := range of.items[i] {
			item := &of.items[i][k]
			item.plain = plain(&item.code)
			first := &item.code.first
			switch c := &p.steps[i]; {
			case item.plain && !asks(&item.code):
			case item.plain && !item.code.negated && bits.OnesCount64(first.mask) == 1 && item.code.second.mask == 0 &&
				!(first.at&1 != 0 && first.word() < int32(p.layout.masks)): // not known(x) is met while x is not known
				c.open, c.canAsk = join(c.open, *first), true
			default:
				c.asks, c.canAsk = append(c.asks, int32(k)), true
			}
		}
	}
	for i := range p.outcomes {
		p.outcomes[i].holds.plain = plain(&p.outcomes[i].holds.code)
	}
}

// join puts a term among terms.
func join(to []term, m term) []term {
	for i := range to {
		if to[i].at == m.at {
			to[i].mask |= m.mask
			return to
		}
	}
	return append(to, m)
}

// openTruths finds the truth values that facts not asked for hold open, and for forHang facts that nobody can tell,
// too. known(x) is held open by x, but only in a checklist, which asks for what it wants known.
func (p *Program) openTruths(f *Facts, r *Result) {
	known, unobtainable, open := f.known(), f.unobtainable(), &r.scratch.open
	n := len(known)
	for i, k := range known {
		open[forItem][i] = ^(k | unobtainable[i])
	}
	for i := n; i < len(p.openable); i++ {
		set := ^(r.bits[2*i] | r.bits[2*i+1]) & p.openable[i]
		open[forRule][i], open[forItem][i], open[forHang][i] = set, set, set
	}
	for i, set := range unobtainable {
		if i < len(p.layout.kinds) {
			bools := set & p.layout.kinds[i].bools
			open[forRule][n+i] &^= bools
			open[forItem][n+i] &^= bools
			set &^= bools
		}
		for ; set != 0; set &= set - 1 {
			for _, m := range p.testsOf[i<<6+bits.TrailingZeros64(set)] {
				open[forRule][m.word()] &^= m.mask
				open[forItem][m.word()] &^= m.mask
			}
		}
	}
}

// open finds the facts that hold a plain rule open.
func (p *Program) open(c *code, m mode, r *Result) {
	open := r.scratch.open[m]
	for i := range c.size() {
		if x := p.term(c, i); x.mask&r.bits[x.at^1]&^open[x.word()] != 0 {
			return // a test has settled it, whatever the others come to
		}
	}
	for i := range c.size() {
		x := p.term(c, i)
		p.findOpen(x, open[x.word()], &r.scratch)
	}
}

// findOpen finds the facts that hold the tests of a term open.
func (p *Program) findOpen(x *term, open uint64, s *scratch) {
	set, w := x.mask&open, int(x.word())-p.layout.masks
	if w < 0 { // known(x)
		s.found[x.word()] |= set
		return
	}
	if w < len(p.layout.kinds) {
		bools := set & p.layout.kinds[w].bools
		s.found[w] |= bools
		set &^= bools
	}
	for ; set != 0; set &= set - 1 {
		s.find(p.factOf[int(x.word())<<6+bits.TrailingZeros64(set)])
	}
}
