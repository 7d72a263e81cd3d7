package interpreter

import (
	"slices"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// tries is what is known of the facts of a program for trying them otherwise.
type tries struct {
	alternatives *alternatives
	program      *Program // with the operations of the cones instead of its own
	cones        []cone   // by fact
}

// cone is what can come out otherwise where one fact is otherwise, as far as the steps hang on it whose rules look at the
// fact. So a trial repeats a few operations of the decision, and not all.
type cone struct {
	looking []int32 // the steps whose rules look at the fact
	runs    []opRun
	bits    bitset // the truth values to be found again, those of the fact among them
	applies bitset // the steps of which it is to be found again whether they apply
	steps   bitset // the steps to be settled again
	known   int32  // the bit of the fact's being known
	truth   int32  // of its being true, or having happened; -1: none
	slot    bool   // something looks at its value or its day
	temps   bool   // definitions that are no truth values are found again
}

func newTries(p *Program) *tries {
	t := &tries{alternatives: newAlternatives(p), cones: make([]cone, len(p.model.Facts))}
	own := *p
	own.operations, own.phases, t.program = nil, nil, &own
	for i := range p.steps {
		rules := append([]run{p.relevance.whens[i]}, p.relevance.items[i]...)
		if s := p.steps[i].stage; s >= 0 {
			rules = append(rules, p.relevance.stages[s])
		}
		facts, _ := p.looksAt(rules...)
		for _, k := range facts {
			t.cones[k].looking = append(t.cones[k].looking, int32(i))
		}
	}
	g := newFlow(p)
	for k := range t.cones {
		if len(t.cones[k].looking) > 0 {
			g.shape(k, &t.cones[k], &own)
		}
	}
	return t
}

// bitset is a set of small numbers.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }
func (s bitset) add(i int32) { s[i>>6] |= 1 << (i & 63) }

// begin makes r ready for trials of what another decision is of.
func (r *Result) begin(p *Program, of *Result) {
	r.at = of.at
	r.fit(p)
	copy(r.valueTemps, of.valueTemps)
}

// standing is what a case says of a fact beside its value or its day.
type standing struct{ known, truth, event bool }

func (c *cone) standing(k int, f *Facts, at calendar.Day) (out standing) {
	if out.known = f.Known(k); c.truth < 0 {
		return out
	}
	if out.event = f.layout.facts[k].Type.Kind == rule.Event; out.event {
		out.truth = out.known && f.days[f.layout.slot[k]] <= at
	} else {
		out.truth = out.known && f.Value(k) == true
	}
	return out
}

// again decides anew in t where f differs from the facts of the decision r in the cone's fact, of which it says now.
func (c *cone) again(p *Program, now standing, f *Facts, r, t *Result) {
	for w, m := range c.bits {
		t.bits[2*w], t.bits[2*w+1] = r.bits[2*w]&^m, r.bits[2*w+1]&^m
	}
	for w, m := range c.steps {
		a, was, fixed := c.applies[w], &r.sets[w], &p.sets[w]
		t.sets[w] = stepSets{
			applies: was.applies&^a | fixed.applies&a, not: was.not&^a | fixed.not&a,
			done: was.done &^ m, passed: was.passed &^ m, ahead: was.ahead &^ m,
		}
	}
	setBit(t.bits, c.known, now.known)
	if c.truth >= 0 && (now.known || now.event) {
		setBit(t.bits, c.truth, now.truth)
	}
	p.execute(c.runs, f, t)
	for _, i := range c.looking {
		if t.sets[i>>6].ahead>>(i&63)&1 != 0 {
			p.frontStep(i, f, t, &t.steps[i])
		}
	}
}

func setBit(bits []uint64, b int32, v bool) {
	if v {
		bits[b>>6<<1] |= 1 << (b & 63)
	} else {
		bits[b>>6<<1|1] |= 1 << (b & 63)
	}
}

// end makes t the decision r again.
func (c *cone) end(r, t *Result) {
	if c.temps {
		copy(t.valueTemps, r.valueTemps)
	}
}

// sameSlot tells whether the fact k says the same in f and g.
func (f *Facts) sameSlot(g *Facts, k int) bool {
	slot := f.layout.slot[k]
	switch f.layout.facts[k].Type.Kind {
	case rule.Bool:
		return true
	case rule.Event, rule.Date:
		return f.days[slot] == g.days[slot]
	}
	return slices.Equal(f.setAt(k, slot), g.setAt(k, slot))
}
