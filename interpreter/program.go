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

	code        []instruction
	comparisons []comparison
	values      []valueInstruction
	temps       int // truth values kept during a decision: definitions, and parts of tangled rules
	valueTemps  int // numbers and days kept: definitions that are no truth values
	depth       int // of the stack of values
	nesting     int // how many such stacks can be in use at once

	items int // checklist items of all steps

	order    []node
	defines  []defineCode
	stages   []stageCode
	steps    []stepCode
	outcomes []outcomeCode
	limits   []limitCode
	demands  []demandCode // of the overlays over the model, those that a case can break

	factIndex   map[string]int32
	stepIndex   map[string]int32
	defineIndex map[string]int32
	defineTemp  map[string]int32 // into temps or valueTemps, by the definition's type

	relevance *relevance
}

type nodeKind uint8

const (
	defineNode nodeKind = iota
	stageNode
	stepNode
)

type node struct {
	kind  nodeKind
	index int32
}

type defineCode struct {
	isValue bool
	temp    int32
	rule    code
	value   span
}

type stageCode struct {
	always bool
	when   code
}

type stepCode struct {
	stage  int32 // -1: none
	always bool  // no rule of its own
	when   code
	items  []code
	// firstItem is the place of the first item among those of all steps.
	firstItem int
	after     []int32
	bounds    []bound // the step's own time, then its stage's
	every     *everyCode
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
	fact, slot int32
	event      bool
}

// on returns the fact's day, if it has one: an event must have happened by the day asked about.
func (x fromFact) on(f *Facts, at calendar.Day) (calendar.Day, bool) {
	if !f.Known(int(x.fact)) {
		return 0, false
	}
	d := calendar.Day(f.values[x.slot])
	return d, !x.event || d <= at
}

type everyCode struct {
	period calendar.Duration
	since  *fromFact
	start  *fromFact
	roll   bool
}

type outcomeCode struct {
	stage  int32
	always bool
	when   code
	after  []int32
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

// NewFacts returns facts for the program, all of them not asked for.
func (p *Program) NewFacts() *Facts {
	return &Facts{layout: &p.layout, values: make([]int64, p.layout.slots), known: make([]uint64, p.layout.masks), unobtainable: make([]uint64, p.layout.masks)}
}

// Compile lowers a checked model. It cannot fail: what a program cannot do, the checker refuses.
func Compile(m *dsl.Model) *Program {
	lacking := lackingFacts(m)
	p := &Program{
		model: m, layout: newLayout(append(slices.Clone(m.Facts), lacking...)),
		factIndex: map[string]int32{}, stepIndex: map[string]int32{}, defineIndex: map[string]int32{}, defineTemp: map[string]int32{},
	}
	for i, f := range m.Facts {
		p.factIndex[f.ID] = int32(i)
	}
	for i, s := range m.Steps {
		p.stepIndex[s.ID] = int32(i)
	}
	for i, d := range m.Defines {
		p.defineIndex[d.ID] = int32(i)
		n := &p.valueTemps
		if d.Rule.Expr.Type.Kind == rule.Bool {
			n = &p.temps
		}
		p.defineTemp[d.ID] = int32(*n)
		*n++
	}
	l := &lowerer{p: p, lacking: map[string]int32{}}
	for i, f := range lacking {
		l.lacking[f.ID] = int32(len(m.Facts) + i)
	}
	p.lowerDefines(l)
	p.lowerStages(l)
	p.lowerSteps(l)
	p.lowerOutcomes(l)
	p.lowerLimits()
	p.lowerDuties(l)
	for _, n := range m.Order {
		switch {
		case n.Define != nil:
			p.order = append(p.order, node{defineNode, int32(n.Define.Index)})
		case n.Stage != nil:
			p.order = append(p.order, node{stageNode, int32(n.Stage.Index)})
		default:
			p.order = append(p.order, node{stepNode, int32(n.Step.Index)})
		}
	}
	p.relevance = newRelevance(p)
	return p
}

func (p *Program) lowerDefines(l *lowerer) {
	p.defines = make([]defineCode, len(p.model.Defines))
	for i, d := range p.model.Defines {
		c := defineCode{temp: p.defineTemp[d.ID]}
		if e := d.Rule.Expr; e.Type.Kind == rule.Bool {
			c.rule = l.rule(e)
		} else {
			c.isValue = true
			c.rule = l.whole(e, func() int32 {
				c.value = l.value(e, e.Type.Kind == rule.Number)
				return 0
			})
		}
		p.defines[i] = c
	}
}

func (l *lowerer) when(r *dsl.Rule) (always bool, c code) {
	if r == nil {
		return true, code{}
	}
	return false, l.rule(r.Expr)
}

func (p *Program) lowerStages(l *lowerer) {
	p.stages = make([]stageCode, len(p.model.Stages))
	for i, s := range p.model.Stages {
		p.stages[i].always, p.stages[i].when = l.when(s.When)
	}
}

func stageIndex(s *dsl.Stage) int32 {
	if s == nil {
		return -1
	}
	return int32(s.Index)
}

func stepIndices(steps []*dsl.Step) []int32 {
	out := make([]int32, len(steps))
	for i, s := range steps {
		out[i] = int32(s.Index)
	}
	return out
}

func (p *Program) lowerSteps(l *lowerer) {
	p.steps = make([]stepCode, len(p.model.Steps))
	for i, s := range p.model.Steps {
		c := stepCode{stage: stageIndex(s.Stage), after: stepIndices(s.After)}
		c.always, c.when = l.when(s.When)
		c.firstItem = p.items
		p.items += len(s.Done)
		for _, item := range s.Done {
			c.items = append(c.items, l.rule(item.Rule.Expr))
		}
		if s.Time != nil {
			c.bounds = append(c.bounds, p.bound(s.Time))
		}
		if s.Stage != nil && s.Stage.Time != nil {
			c.bounds = append(c.bounds, p.bound(s.Stage.Time))
		}
		if e := s.Every; e != nil {
			c.every = &everyCode{period: e.Period, roll: e.Roll}
			if e.Since != nil {
				c.every.since = p.from(e.Since)
			}
			if e.Start != nil {
				c.every.start = p.from(e.Start)
			}
		}
		p.steps[i] = c
	}
}

func (p *Program) from(f *dsl.Fact) *fromFact {
	i := p.factIndex[f.ID]
	return &fromFact{fact: i, slot: p.layout.slot[i], event: f.Type.Kind == rule.Event}
}

func (p *Program) bound(t *dsl.Time) bound {
	return bound{from: *p.from(t.From), max: t.Max, notBefore: t.NotBefore, roll: t.Roll, time: t}
}

func (p *Program) lowerOutcomes(l *lowerer) {
	p.outcomes = make([]outcomeCode, len(p.model.Outcomes))
	for i, o := range p.model.Outcomes {
		c := outcomeCode{stage: stageIndex(o.Stage), after: stepIndices(o.After)}
		c.always, c.when = l.when(o.When)
		p.outcomes[i] = c
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
