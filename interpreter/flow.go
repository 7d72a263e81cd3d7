package interpreter

import (
	"math/bits"
	"slices"

	"github.com/stegvis/stegvis/dsl/rule"
)

// flow tells what in a decision hangs on what. The things that are found or looked at have numbers: truth values first,
// then whether steps apply, where they stand, values that are kept, and last the facts themselves, by their bits.
type flow struct {
	p                            *Program
	applies, steps, temps, facts int32 // where they start
	units                        []unit
	readers                      [][]int32 // by thing: the units that look at it
	finder                       []int32   // by thing: the unit that finds it; -1: none

	moved, needed []int32 // by unit: the last fact, from 1, that could move it, and whose cone it is in
	queue         []int32
}

// unit is what is found at once: by an operation, or where one step stands.
type unit struct {
	operation    int32
	step         int32 // of opSettle
	reads, finds []int32
}

func newFlow(p *Program) *flow {
	g := &flow{p: p, applies: int32((p.bits + 63) &^ 63)}
	g.steps = g.applies + int32(len(p.steps))
	g.temps = g.steps + int32(len(p.steps))
	g.facts = g.temps + int32(p.valueTemps)
	n := int(g.facts) + len(p.layout.facts)
	g.readers, g.finder = make([][]int32, n), slices.Repeat([]int32{-1}, n)
	own := 0 // the others are for the demands of overlays
	if n := len(p.runs); n > 0 {
		own = int(p.runs[n-1].to)
	}
	for i := range p.operations[:own] {
		if o := &p.operations[i]; o.op != opSettle {
			g.add(unit{operation: int32(i), reads: g.operationReads(o), finds: g.operationFinds(o)})
		} else {
			for _, w := range p.phases[o.arg] {
				for set := w.mask; set != 0; set &= set - 1 {
					s := w.word<<6 + int32(bits.TrailingZeros64(set))
					g.add(unit{operation: int32(i), step: s, reads: g.stepReads(s), finds: []int32{g.steps + s}})
				}
			}
		}
	}
	g.moved, g.needed = make([]int32, len(g.units)), make([]int32, len(g.units))
	return g
}

func (g *flow) add(u unit) {
	n := int32(len(g.units))
	g.units = append(g.units, u)
	for _, x := range u.reads {
		g.readers[x] = append(g.readers[x], n)
	}
	for _, x := range u.finds {
		g.finder[x] = n
	}
}

func (g *flow) codeReads(c *code, out []int32) []int32 {
	g.p.each(c, func(m *term) {
		for set := m.mask; set != 0; set &= set - 1 {
			out = append(out, m.word()<<6+int32(bits.TrailingZeros64(set)))
		}
	})
	return out
}

func (g *flow) valueReads(s span, out []int32) []int32 {
	for _, in := range g.p.values[s.from:s.to] {
		switch in.op {
		case pushFact, pushDay, pushEvent, pushSet, pushCount:
			out = append(out, g.facts+in.known)
		case pushTemp:
			out = append(out, g.temps+int32(in.imm))
		case choose:
			out = g.codeReads(&g.p.conditions[in.slot], out)
		}
	}
	return out
}

func (g *flow) operationReads(o *operation) []int32 {
	switch o.op {
	case opGate, opApply:
		return g.codeReads(&o.code, nil)
	case opCompare:
		c := &g.p.comparisons[o.arg]
		return g.valueReads(c.right, g.valueReads(c.left, nil))
	case opValue:
		return g.valueReads(g.p.defines[o.arg].value, nil)
	case opDone:
		return []int32{g.steps + o.arg}
	case opLate:
		return g.timeReads(o.arg, []int32{g.steps + o.arg})
	}
	return []int32{g.facts + o.known}
}

func (g *flow) operationFinds(o *operation) (out []int32) {
	switch o.op {
	case opApply:
		for set := uint64(o.imm); set != 0; set &= set - 1 {
			out = append(out, g.applies+o.arg<<6+int32(bits.TrailingZeros64(set)))
		}
		return out
	case opValue:
		return []int32{g.temps + int32(g.p.defines[o.arg].temp)}
	case opEnum:
		for i := range int32(bits.OnesCount64(uint64(o.imm))) {
			out = append(out, o.to+i)
		}
		return out
	}
	return []int32{o.to}
}

func (g *flow) stepReads(i int32) []int32 {
	out := g.codeReads(&g.p.checklists[i], []int32{g.applies + i})
	for _, s := range g.p.model.Steps[i].After {
		out = append(out, g.steps+int32(s.Index))
	}
	return out
}

// timeReads lists the facts that the time of a step counts from.
func (g *flow) timeReads(i int32, out []int32) []int32 {
	c := &g.p.steps[i]
	for k := range c.bounds {
		out = append(out, g.facts+c.bounds[k].from.known)
	}
	if c.every != nil {
		for _, from := range [...]*fromFact{c.every.since, c.every.start} {
			if from != nil {
				out = append(out, g.facts+from.known)
			}
		}
	}
	return out
}

// shape finds the cone of the fact k: of what the fact can move, that which the steps hang on whose rules look at it. The
// cone's operations are added to those of own.
func (g *flow) shape(k int, c *cone, own *Program) {
	p, stamp := g.p, int32(k+1)
	c.known, c.truth = p.layout.bit[k], -1
	c.bits, c.applies, c.steps = newBitset(int(g.applies)), newBitset(len(p.sets)*64), newBitset(len(p.sets)*64)
	c.bits.add(c.known)
	fact := g.facts + c.known
	g.queue = append(g.queue[:0], fact, c.known)
	if kind := p.layout.facts[k].Type.Kind; kind == rule.Bool || kind == rule.Event {
		c.truth = int32(p.layout.masks*64) + c.known
		c.bits.add(c.truth)
		g.queue = append(g.queue, c.truth)
	}
	for len(g.queue) > 0 {
		x := g.queue[len(g.queue)-1]
		g.queue = g.queue[:len(g.queue)-1]
		for _, u := range g.readers[x] {
			if g.moved[u] != stamp {
				g.moved[u] = stamp
				g.queue = append(g.queue, g.units[u].finds...)
			}
		}
	}
	for _, i := range c.looking {
		g.queue = g.timeReads(i, append(g.queue, g.steps+i))
	}
	var units []int32
	for len(g.queue) > 0 {
		x := g.queue[len(g.queue)-1]
		g.queue = g.queue[:len(g.queue)-1]
		c.slot = c.slot || x == fact
		u := g.finder[x]
		if u < 0 || g.moved[u] != stamp {
			continue
		}
		if x >= g.applies && x < g.steps {
			c.applies.add(x - g.applies)
		}
		if g.needed[u] != stamp {
			g.needed[u] = stamp
			units = append(units, u)
			g.queue = append(g.queue, g.units[u].reads...)
		}
	}
	slices.Sort(units)
	last := int32(-1)
	for _, n := range units {
		u := &g.units[n]
		o := p.operations[u.operation]
		switch o.op {
		case opSettle:
			c.steps.add(u.step)
			if u.operation == last {
				end := len(own.phases) - 1
				own.phases[end] = add(own.phases[end], u.step>>6, 1<<(u.step&63))
				continue
			}
			o.arg = int32(len(own.phases))
			own.phases = append(own.phases, add(nil, u.step>>6, 1<<(u.step&63)))
		case opApply:
			o.imm &= int64(c.applies[o.arg])
		case opValue:
			c.temps = true
		default:
			for _, x := range u.finds {
				c.bits.add(x)
			}
		}
		last = u.operation
		own.operations = append(own.operations, o)
		end := int32(len(own.operations))
		if k := len(c.runs); k > 0 && c.runs[k-1].op == o.op {
			c.runs[k-1].to = end
		} else {
			c.runs = append(c.runs, opRun{o.op, end - 1, end})
		}
	}
}
