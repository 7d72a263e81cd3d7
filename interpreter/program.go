package interpreter

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Program is a compiled model. It is immutable, and any number of goroutines can use it at once, each
// with its own Facts and Result.
type Program struct {
	model  *dsl.Model
	layout layout

	operations []operation
	runs       []opRun
	dutyRuns   []opRun // of the operations that only demands of overlays need
	terms      []term
	bits       int32 // truth values
	defines    []defineCode

	comparisons []comparison
	conditions  []code // of values that are chosen
	values      []valueInstruction
	valueTemps  int // numbers and days kept: definitions that are no truth values
	depth       int // of the stack of values

	steps      []stepCode
	checklists []code        // by step: all of its items
	after      []group       // by step: those that it comes after
	chained    []uint64      // a bit for each step that comes after the one before it alone
	free       []uint64      // a bit for each step that comes after none
	inOrder    bool          // no step comes after a later one
	repeats    []uint64      // a bit for each step with every
	long       []uint64      // a bit for each step whose checklist has more than two terms
	sets       []stepSets    // what is so in every case: the steps that always apply, and that never do
	phases     [][]groupWord // steps that are settled together
	outcomes   []outcomeCode
	limits     []limitCode
	demands    []demandCode // of the overlays over the model, those that a case can break
	byStep     [][]int32    // the demands about each step

	factIndex   map[string]int32
	stepIndex   map[string]int32
	defineIndex map[string]int32

	relevance *relevance
	openable  []uint64 // truth values that are tests of one fact that can be asked for
	factOf    []int32  // that fact's bit, by the truth value's
	testsOf   [][]term // the truth values that are tests of a fact that is no bool, by the fact's bit

	spoken *spoken
}

type defineCode struct {
	isValue bool
	rule    code  // a truth value
	value   span  // a number or a day
	temp    int32 // into Result.valueTemps
}

// conjunction is a rule that is never negated.
type conjunction struct {
	code
	plain bool // plain.go
}

type stepCode struct {
	stage   int32       // -1: none
	applies conjunction // the rules of its stage and of itself
	items   []code
	open    []term  // the items that are one test of a fact that can be asked for, or known(x)
	asks    []int32 // the other items that something can be asked for
	canAsk  bool    // something in the checklist, or a date that time counts from, can be asked for
	dated   bool    // such a date can
	bounds  []bound // the step's own time, then its stage's
	every   *everyCode
}

// group is some of the steps: those of one word, and the others.
type group struct {
	own    uint64
	word   int32
	others []groupWord
}

type groupWord struct {
	word int32
	mask uint64
}

// add puts steps of one word into the list.
func add(to []groupWord, word int32, mask uint64) []groupWord {
	i := slices.IndexFunc(to, func(x groupWord) bool { return x.word == word })
	if i < 0 {
		to, i = append(to, groupWord{word: word}), len(to)
	}
	to[i].mask |= mask
	return to
}

// groupOf returns the group of the steps, with those of the given word apart.
func groupOf(steps []*dsl.Step, word int32) group {
	g := group{word: word}
	for _, s := range steps {
		if w, one := int32(s.Index>>6), uint64(1)<<(s.Index&63); w == word {
			g.own |= one
		} else {
			g.others = add(g.others, w, one)
		}
	}
	return g
}

func (g *group) equal(h *group) bool { return g.own == h.own && slices.Equal(g.others, h.others) }

// passed tells whether all of the group are passed.
func (g *group) passed(r *Result) bool {
	return g.own&^r.sets[g.word].passed == 0 && g.othersPassed(r)
}

// othersPassed tells whether those of the group that are of other words are passed.
func (g *group) othersPassed(r *Result) bool {
	for _, x := range g.others {
		if x.mask&^r.sets[x.word].passed != 0 {
			return false
		}
	}
	return true
}

type bound struct {
	from      fromFact
	max       *calendar.Duration
	notBefore *calendar.Duration
	roll      bool
	time      *dsl.Time
}

// fromFact is a date or an event that time is counted from.
type fromFact struct {
	fact, known, slot int32 // its index, bit and slot
	event             bool
}

// on returns the fact's day, if it has one: an event must have happened by the day asked about.
func (x fromFact) on(f *Facts, at calendar.Day) (calendar.Day, bool) {
	if !f.knows(x.known) {
		return 0, false
	}
	d := f.days[x.slot]
	return d, !x.event || d <= at
}

type everyCode struct {
	period calendar.Duration
	since  *fromFact
	start  *fromFact
	roll   bool
}

type outcomeCode struct {
	stage int32       // -1: none
	holds conjunction // the rules of its stage and of itself
	after group
	alike int32 // the last outcome of those from this one on that come after the same steps
}

type limitCode struct {
	from  fromFact
	until []fromFact
	max   calendar.Duration
	roll  bool
}

// Model returns what the program was compiled from.
func (p *Program) Model() *dsl.Model { return p.model }

// FactIndex returns the index of the fact with the given id, by which Facts knows it.
func (p *Program) FactIndex(id string) (int, bool) {
	i, ok := p.factIndex[id]
	return int(i), ok
}

// Compile lowers a checked model. It cannot fail: what a program cannot do, the checker refuses.
func Compile(m *dsl.Model) *Program {
	lacking := lackingFacts(m)
	p := &Program{
		model: m, spoken: &spoken{}, layout: newLayout(append(slices.Clone(m.Facts), lacking...)),
		factIndex: map[string]int32{}, stepIndex: map[string]int32{}, defineIndex: map[string]int32{},
		defines: make([]defineCode, len(m.Defines)), steps: make([]stepCode, len(m.Steps)),
		checklists: make([]code, len(m.Steps)), after: make([]group, len(m.Steps)), inOrder: true,
	}
	words := (len(m.Steps) + 63) / 64
	p.sets = make([]stepSets, words)
	for _, set := range [...]*[]uint64{&p.chained, &p.free, &p.long, &p.repeats} {
		*set = make([]uint64, words)
	}
	for i, f := range m.Facts {
		p.factIndex[f.ID] = int32(i)
	}
	for i, s := range m.Steps {
		p.stepIndex[s.ID] = int32(i)
	}
	for i, d := range m.Defines {
		p.defineIndex[d.ID] = int32(i)
	}
	l := newLowerer(p)
	for _, n := range m.Order {
		switch {
		case n.Define != nil:
			p.lowerDefine(l, n.Define)
		case n.Stage != nil:
			l.stage(n.Stage)
		default:
			p.lowerStep(l, n.Step)
		}
	}
	l.settle()
	p.lowerOutcomes(l)
	p.lowerLimits()
	p.relevance = newRelevance(p, l)
	p.runs = l.runs()
	p.lowerDuties(l)
	p.dutyRuns = l.runs()
	return p
}

func (p *Program) lowerDefine(l *lowerer, d *dsl.Define) {
	c, e := &p.defines[d.Index], d.Rule.Expr
	if e.Type.Kind == rule.Bool {
		c.rule = l.rule(e)
		l.define(d.ID, e)
		return
	}
	c.isValue, c.temp = true, int32(p.valueTemps)
	p.valueTemps++
	c.value = l.value(e, e.Type.Kind == rule.Number)
	p.operations = append(p.operations, operation{op: opValue, arg: int32(d.Index)})
}

func stageIndex(s *dsl.Stage) int32 {
	if s == nil {
		return -1
	}
	return int32(s.Index)
}

func (p *Program) lowerStep(l *lowerer, s *dsl.Step) {
	c := stepCode{stage: stageIndex(s.Stage)}
	applies := l.conjuncts(s.Stage, s.When)
	c.applies.code = l.terms(slices.Clone(applies))
	var all []literal
	for _, item := range s.Done {
		c.items = append(c.items, l.rule(item.Rule.Expr))
		all = l.parts(item.Rule.Expr, false, all)
	}
	p.checklists[s.Index] = l.terms(all)
	w, one := int32(s.Index>>6), uint64(1)<<(s.Index&63)
	p.after[s.Index] = groupOf(s.After, w)
	switch a := &p.after[s.Index]; {
	case len(s.After) == 0:
		p.free[w] |= one
	case a.others == nil && a.own == one>>1:
		p.chained[w] |= one
	}
	if c := &p.checklists[s.Index]; c.from != c.to {
		p.long[w] |= one
	}
	for _, a := range s.After {
		p.inOrder = p.inOrder && a.Index < s.Index
	}
	if s.Time != nil {
		c.bounds = append(c.bounds, p.bound(s.Time))
	}
	if s.Stage != nil && s.Stage.Time != nil {
		c.bounds = append(c.bounds, p.bound(s.Stage.Time))
	}
	if e := s.Every; e != nil {
		p.repeats[w] |= one
		c.every = &everyCode{period: e.Period, roll: e.Roll}
		if e.Since != nil {
			c.every.since = p.from(e.Since)
		}
		if e.Start != nil {
			c.every.start = p.from(e.Start)
		}
	}
	for i := range c.bounds {
		c.dated = c.dated || !c.bounds[i].from.event
	}
	if e := c.every; e != nil {
		c.dated = e.since != nil && !e.since.event || e.start != nil && !e.start.event
	}
	c.canAsk = c.dated
	p.steps[s.Index] = c
	l.pend(int32(s.Index), applies)
}

func (p *Program) from(f *dsl.Fact) *fromFact {
	i := p.factIndex[f.ID]
	return &fromFact{fact: i, known: p.layout.bit[i], slot: p.layout.slot[i], event: f.Type.Kind == rule.Event}
}

func (p *Program) bound(t *dsl.Time) bound {
	return bound{from: *p.from(t.From), max: t.Max, notBefore: t.NotBefore, roll: t.Roll, time: t}
}

func (p *Program) lowerOutcomes(l *lowerer) {
	p.outcomes = make([]outcomeCode, len(p.model.Outcomes))
	for i, o := range p.model.Outcomes {
		p.outcomes[i] = outcomeCode{stage: stageIndex(o.Stage), holds: conjunction{code: l.terms(l.conjuncts(o.Stage, o.When))}, after: groupOf(o.After, 0), alike: int32(i)}
		for k := i - 1; k >= 0 && p.outcomes[k].after.equal(&p.outcomes[i].after); k-- {
			p.outcomes[k].alike = int32(i)
		}
	}
}

func (p *Program) lowerLimits() {
	p.limits = make([]limitCode, len(p.model.Limits))
	for i, m := range p.model.Limits {
		c := limitCode{from: *p.from(m.From), max: m.Max, roll: m.Roll}
		for _, u := range m.Until {
			c.until = append(c.until, *p.from(u))
		}
		p.limits[i] = c
	}
}
