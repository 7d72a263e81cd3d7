// Package tally counts how cases stand: by model, how many have each status, next step, actor, lateness, outcome and
// missing fact. Counting is by index and costs a decision little; titles come in when a Summary is asked for. Tallies
// that different goroutines have made are put together with Merge, and the order of the cases makes no difference.
package tally

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// Tally counts how cases stand in some models of a set.
type Tally struct {
	set    *interpreter.Set
	models []string
	counts map[*interpreter.Program]*count
	cases  int
	faulty int
	result interpreter.Result // of Add
}

// count is what has been counted for one version of a model.
type count struct {
	cases    int
	statuses map[interpreter.Status]int
	steps    []tasks // by index of the step
	actors   map[*dsl.Term]*tasks
	lateness map[interpreter.Lateness]int
	outcomes []int // by index of the outcome
	missing  []asked
	stuck    map[interpreter.StuckReason]int
}

// tasks are steps to be done.
type tasks struct{ first, required, late int }

func (t *tasks) add(first, late bool) {
	t.required++
	if first {
		t.first++
	}
	if late {
		t.late++
	}
}

func (t *tasks) merge(o tasks) {
	t.first += o.first
	t.required += o.required
	t.late += o.late
}

// asked tells in how many cases a fact is missing.
type asked struct{ first, missing int }

// New returns an empty tally over the models, which the set must have.
func New(set *interpreter.Set, models []string) *Tally {
	t := &Tally{set: set, models: models, counts: map[*interpreter.Program]*count{}}
	for _, id := range models {
		for _, p := range set.Versions(id) {
			m := p.Model()
			t.counts[p] = &count{
				statuses: map[interpreter.Status]int{}, steps: make([]tasks, len(m.Steps)), actors: map[*dsl.Term]*tasks{},
				lateness: map[interpreter.Lateness]int{}, outcomes: make([]int, len(m.Outcomes)), missing: make([]asked, len(m.Facts)),
				stuck: map[interpreter.StuckReason]int{},
			}
		}
	}
	return t
}

// Case counts a case, apart from what is decided for it. One at fault is counted nowhere else.
func (t *Tally) Case(faulty bool) {
	t.cases++
	if faulty {
		t.faulty++
	}
}

// Count counts what a version of one of the models has decided for a case.
func (t *Tally) Count(p *interpreter.Program, r *interpreter.Result) {
	c := t.counts[p]
	c.cases++
	c.statuses[r.Status]++
	switch {
	case r.Outcome >= 0:
		c.outcomes[r.Outcome]++
	case r.Status == interpreter.StuckCase && len(r.Stuck) > 0:
		c.stuck[interpreter.Unobtainable]++
	case r.Status == interpreter.StuckCase:
		c.stuck[interpreter.NoRule]++
	}
	worst := interpreter.OK
	for i, s := range r.Next {
		time := r.Time(int(s))
		if time == interpreter.Late || worst == interpreter.OK {
			worst = time
		}
		c.steps[s].add(i == 0, time == interpreter.Late)
		actor := p.Model().Steps[s].Actor
		if c.actors[actor] == nil {
			c.actors[actor] = &tasks{}
		}
		c.actors[actor].add(i == 0, time == interpreter.Late)
	}
	if len(r.Next) > 0 {
		c.lateness[worst]++
	}
	for i := range r.Missing {
		m := &c.missing[r.Missing[i].Fact]
		m.missing++
		if i == 0 {
			m.first++
		}
	}
}

// Merge adds what another tally over the same models has counted.
func (t *Tally) Merge(o *Tally) {
	t.cases += o.cases
	t.faulty += o.faulty
	for p, more := range o.counts {
		c := t.counts[p]
		c.cases += more.cases
		add(c.statuses, more.statuses)
		add(c.lateness, more.lateness)
		add(c.stuck, more.stuck)
		for i, n := range more.steps {
			c.steps[i].merge(n)
		}
		for i, n := range more.outcomes {
			c.outcomes[i] += n
		}
		for i, n := range more.missing {
			c.missing[i].first += n.first
			c.missing[i].missing += n.missing
		}
		for actor, n := range more.actors {
			if c.actors[actor] == nil {
				c.actors[actor] = &tasks{}
			}
			c.actors[actor].merge(*n)
		}
	}
}

func add[K comparable](to, from map[K]int) {
	for k, n := range from {
		to[k] += n
	}
}

// Add puts a case through every model and counts how it stands. The day asked about is at, else the case's own, else
// today. A case that is at fault for any of the models is told of in faults, and counted only as such; faulty tells
// whether it is known to be at fault already.
func (t *Tally) Add(c *interpreter.Case, at *calendar.Day, today calendar.Day, faulty bool, faults *diag.List) {
	type bound struct {
		p *interpreter.Program
		f *interpreter.Facts
	}
	var all []bound
	var own diag.List
	q := interpreter.Query{At: at, Today: today}
	for _, q.Model = range t.models {
		if p := t.set.Choose(c, q, &own); p != nil {
			all = append(all, bound{p, c.Bind(p, t.set.Declares, &own)})
		}
	}
	*faults = append(*faults, own...)
	faulty = faulty || own.HasErrors()
	t.Case(faulty)
	if faulty {
		return
	}
	for _, b := range all {
		b.p.Decide(b.f, q.Day(c), &t.result)
		t.Count(b.p, &t.result)
	}
}
