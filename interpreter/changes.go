package interpreter

import (
	"slices"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// changes are, for every step, the single facts that would put it in another status, were they otherwise.
type changes struct {
	all  []Change
	from []int32 // by step: where its own start; one more, for the end
}

func (c changes) of(i int) []Change { return c.all[c.from[i]:c.from[i+1]:c.from[i+1]] }

// changeOutline is what is said of a fact that were otherwise in a way that is the same on any day.
type changeOutline struct {
	to    any
	text  string
	today bool // to is the day asked about
}

// found says that a step would have another status, were a fact as one of its alternatives.
type found struct {
	step, fact  int32
	alternative int32 // -1: the fact were day
	day         calendar.Day
	status      StepStatus
}

// changes finds, for every step or for those that are required, which single facts would put it in another status. It tries
// each fact that the rules of any step look at with every value that rules can tell apart, by the program itself.
// For each fact and status the first such value is kept.
func (e *explainer) changes(required bool) changes {
	b, r, tries := e.b, e.r, e.p.tries()
	b.found = b.found[:0]
	b.facts.CopyFrom(e.f)
	b.trial.begin(e.p, r)
	b.days.of(tries.alternatives, r.at)
	b.from = fitted(b.from, 2*(len(e.p.steps)+1))
	clear(b.from)
	out := changes{from: b.from[:len(e.p.steps)+1]}
	for k := range tries.cones {
		if c := &tries.cones[k]; len(c.looking) > 0 {
			e.tryFact(k, tries, required)
		}
	}
	for _, x := range b.found {
		out.from[x.step+1]++
	}
	for i := range e.p.steps {
		out.from[i+1] += out.from[i]
	}
	e.room.changes = fitted(e.room.changes, len(b.found))
	out.all = e.room.changes
	at := b.from[len(out.from):]
	copy(at, out.from)
	for _, x := range b.found {
		out.all[at[x.step]] = e.change(x)
		at[x.step]++
	}
	return out
}

// tryFact tries fact k with its alternatives.
func (e *explainer) tryFact(k int, tries *tries, required bool) {
	b, c := e.b, &tries.cones[k]
	b.seen = b.seen[:0] // by looking step: a bit for each status
	asked := false
	for _, i := range c.looking {
		seen := ^uint8(0)
		if status := e.r.StepStatus(int(i)); !required || status == Required {
			seen, asked = 1<<status, true
		}
		b.seen = append(b.seen, seen)
	}
	if !asked {
		return
	}
	was := c.standing(k, e.f, e.r.at)
	values := tries.alternatives.always(k)
	for n := range values {
		e.try(k, n, &values[n], tries.program, c, was)
	}
	days := b.days.by[k]
	for n := range days {
		e.try(k, -1, &days[n], tries.program, c, was)
	}
	c.end(e.r, &b.trial)
	b.facts.CopyFrom(e.f)
}

// try tries fact k with one of its alternatives.
func (e *explainer) try(k, n int, v *alternative, p *Program, c *cone, was standing) {
	b := e.b
	v.put(b.facts, k, e.r.at)
	now := c.standing(k, b.facts, e.r.at)
	if now == was && (!c.slot || b.facts.sameSlot(e.f, k)) {
		return // nothing comes of it
	}
	c.again(p, now, b.facts, e.r, &b.trial)
	for j, i := range c.looking {
		status := b.trial.StepStatus(int(i))
		if bit := uint8(1) << status; b.seen[j]&bit == 0 {
			b.seen[j] |= bit
			b.found = append(b.found, found{step: i, fact: int32(k), alternative: int32(n), day: v.day, status: status})
		}
	}
}

// change puts into words what was found.
func (e *explainer) change(x found) Change {
	o := &e.o.facts[x.fact]
	c := Change{Fact: o.id, Status: x.status.String()}
	if x.alternative < 0 {
		c.To, c.Text = x.day, o.changeDay.with(x.day)
		return c
	}
	words := &o.changes[x.alternative]
	if c.To, c.Text = words.to, words.text; words.today {
		c.To = e.r.at
	}
	return c
}

// looksAt lists the facts that the rules look at, definitions entered, in file order, and tells whether they look at
// other steps too.
func (p *Program) looksAt(rules ...run) (facts []int, steps bool) {
	in := make([]bool, len(p.layout.facts))
	p.visit(rules, func(k int32) {
		switch node := &p.relevance.nodes[k]; node.kind {
		case factPart, knownPart:
			in[node.ref] = true
		case testPart:
			if x := p.relevance.exprs[k]; x.Op == rule.OpHappened {
				in[p.factIndex[x.Name]] = true
			} else {
				steps = true
			}
		}
	})
	for k, is := range in {
		if is {
			facts = append(facts, k)
		}
	}
	return facts, steps
}

// visit calls f for every node of the rules, definitions entered, each once.
func (p *Program) visit(rules []run, f func(k int32)) {
	entered := make([]bool, len(p.defines))
	rules = slices.Clone(rules)
	for len(rules) > 0 {
		n := rules[len(rules)-1]
		rules = rules[:len(rules)-1]
		for k := n.from; k < n.to; k++ {
			f(k)
			if node := &p.relevance.nodes[k]; node.kind == definePart && !entered[node.ref] {
				entered[node.ref] = true
				rules = append(rules, p.relevance.defines[node.ref])
			}
		}
	}
}
