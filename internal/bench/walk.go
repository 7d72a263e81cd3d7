package bench

import (
	"fmt"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// A rulebook is the rules of a model by number, for an engine that knows rules and nothing else, and the way through
// the steps with what that engine says of them: what is next, by when, and the outcome, as plain truth values.
type rulebook struct {
	m        *dsl.Model
	rules    []*dsl.Rule
	defines  []int    // the numbers of the definitions' rules, so that each comes after those it uses
	defined  []string // their names
	stages   []int    // -1 where there is no rule
	whens    []int
	items    [][]int
	outcomes []int
	bounds   [][]bound
	every    []repeat
}

// bound is a due day: so long from an event, by its number in Facts.Days.
type bound struct {
	from int
	max  calendar.Duration
}

type repeat struct{ since, start int }

func newRulebook(m *dsl.Model) *rulebook {
	b := &rulebook{m: m, stages: make([]int, len(m.Stages))}
	for _, n := range m.Order {
		if n.Define != nil {
			b.defines = append(b.defines, b.add(n.Define.Rule))
			b.defined = append(b.defined, n.Define.ID)
		}
	}
	for i, s := range m.Stages {
		b.stages[i] = b.add(s.When)
	}
	for _, s := range m.Steps {
		b.whens = append(b.whens, b.add(s.When))
		var items []int
		for _, item := range s.Done {
			items = append(items, b.add(item.Rule))
		}
		b.items = append(b.items, items)
		b.bound(s)
	}
	for _, o := range m.Outcomes {
		b.outcomes = append(b.outcomes, b.add(o.When))
	}
	return b
}

func (b *rulebook) add(r *dsl.Rule) int {
	if r == nil {
		return -1
	}
	b.rules = append(b.rules, r)
	return len(b.rules) - 1
}

// bound notes what the step's due day counts from.
func (b *rulebook) bound(s *dsl.Step) {
	times := []*dsl.Time{s.Time}
	if s.Stage != nil {
		times = append(times, s.Stage.Time)
	}
	var bounds []bound
	var every repeat
	if s.Every != nil {
		every = repeat{since: event(s.Every.Since), start: event(s.Every.Start)}
		times = nil
	}
	for _, t := range times {
		if t != nil && t.Max != nil {
			bounds = append(bounds, bound{event(t.From), *t.Max})
		}
	}
	b.bounds, b.every = append(b.bounds, bounds), append(b.every, every)
}

// event is the number of the event in Facts.Days; -1 where it has none.
func event(f *dsl.Fact) int {
	if f == nil {
		return -1
	}
	return slices.Index(eventIDs, f.ID)
}

// defineOf is the definition of that name.
func (b *rulebook) defineOf(name string) *dsl.Define {
	i := slices.IndexFunc(b.m.Defines, func(d *dsl.Define) bool { return d.ID == name })
	if i < 0 {
		panic(fmt.Sprintf("%s has no definition %s", b.m.ID, name))
	}
	return b.m.Defines[i]
}

// typeOf is the type of the fact.
func (b *rulebook) typeOf(name string) rule.Type {
	i := slices.IndexFunc(b.m.Facts, func(f *dsl.Fact) bool { return f.ID == name })
	if i < 0 {
		panic(fmt.Sprintf("%s has no fact %s", b.m.ID, name))
	}
	return b.m.Facts[i].Type
}

// walk is one goroutine's way through the steps.
type walk struct {
	*rulebook
	holds  func(rule int) bool // of the case at hand
	events uint32
	stage  []bool
	passed []bool
}

func newWalk(b *rulebook) walk {
	return walk{rulebook: b, stage: make([]bool, len(b.m.Stages)), passed: make([]bool, len(b.m.Steps))}
}

func (w *walk) is(rule int) bool { return rule < 0 || w.holds(rule) }

// decide says what is next, by when, and the outcome. holds must be ready for the case. In FAROS every step stands below
// those it comes after.
func (w *walk) decide(f *Facts, at calendar.Day, a *Answer) {
	a.clear()
	w.events = f.happenedBy(at)
	for i, r := range w.stages {
		w.stage[i] = w.is(r)
	}
	again := -1
	for i, s := range w.m.Steps {
		if w.step(i, s) {
			if s.Every != nil {
				again = i // what repeats stands last
				continue
			}
			w.next(i, f, at, a)
		}
	}
	if again >= 0 {
		w.repeat(again, f, at, a)
	}
	for i, o := range w.m.Outcomes {
		if w.allPassed(o.After) && (o.Stage == nil || w.stage[o.Stage.Index]) && w.is(w.outcomes[i]) {
			a.close(int8(i))
			return
		}
	}
	switch {
	case len(a.Next) > 0:
		a.Status = Open
	case a.HasAhead:
		a.Status = Waiting
	default:
		a.Status = Stuck
	}
}

// step tells whether the step is required.
func (w *walk) step(i int, s *dsl.Step) bool {
	open := w.allPassed(s.After)
	applies := (s.Stage == nil || w.stage[s.Stage.Index]) && w.is(w.whens[i])
	done := applies && s.Every == nil
	for _, item := range w.items[i] {
		done = done && w.holds(item)
	}
	w.passed[i] = done || !applies && open
	return applies && !done && open
}

func (w *walk) allPassed(steps []*dsl.Step) bool {
	for _, s := range steps {
		if !w.passed[s.Index] {
			return false
		}
	}
	return true
}

func (w *walk) next(i int, f *Facts, at calendar.Day, a *Answer) {
	n := Next{Step: uint8(i)}
	for _, b := range w.bounds[i] {
		if w.events>>b.from&1 != 0 {
			n.bound(f.Days[b.from], f.Days[b.from].Add(b.max), at)
		}
	}
	a.Next = append(a.Next, n)
}

func (w *walk) repeat(i int, f *Facts, at calendar.Day, a *Answer) {
	n, from := Next{Step: uint8(i)}, w.every[i].since
	if from < 0 || w.events>>from&1 == 0 {
		from = w.every[i].start
	}
	if from >= 0 && w.events>>from&1 != 0 {
		n.bound(f.Days[from], f.Days[from].Add(w.m.Steps[i].Every.Period), at)
		if n.Due > at {
			a.HasAhead, a.Upcoming = true, n.Due
			return
		}
	}
	a.Next = append(a.Next, n)
}

func (n *Next) bound(from, due, at calendar.Day) {
	if !n.HasDue || due < n.Due {
		n.HasDue, n.Due, n.Time = true, due, lateness(from, due, at)
	}
}
