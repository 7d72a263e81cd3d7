package interpreter

import (
	"embed"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = lang.Embedded(catalogueFiles)

// Explain answers as Decision does, and tells why: for every step and outcome the clauses of its rules with
// their values, the facts they look at, the steps it comes after, where its time comes from, and which single
// change of a fact would move it. The values are those that the decision was made on. Parts that steps and
// outcomes share, as the rule of their stage, are shared in memory: an explanation is for reading.
func (p *Program) Explain(f *Facts, at calendar.Day, l lang.Lang) *Explanation {
	var out Explanation
	p.ExplainInto(f, at, l, &out)
	return &out
}

// ExplainInto is Explain for many cases, one after the other: it puts the explanation of this one into the memory of that
// of another, all parts of which are lost.
func (p *Program) ExplainInto(f *Facts, at calendar.Day, l lang.Lang, out *Explanation) {
	e := p.explainer(f, at, l)
	defer e.end()
	e.room = &out.room
	out.Decision = p.Words(e.r, l)
	out.Steps, out.Outcomes = fitted(out.Steps, len(p.steps)), fitted(out.Outcomes, len(p.outcomes))
	e.begin(e.o.clauses, e.o.items, e.o.after)
	changes := e.changes(false)
	for i := range out.Steps {
		e.step(i, changes.of(i), &out.Steps[i])
	}
	for i := range out.Outcomes {
		e.outcome(i, &out.Outcomes[i])
	}
	for k, i := range e.r.Next {
		out.Next[k].Because = &out.Steps[i]
	}
}

// Because answers as Decision does, with the reasons for every required step: Explain's, without those for the other
// steps and the outcomes.
func (p *Program) Because(f *Facts, at calendar.Day, l lang.Lang) *Decision {
	e := p.explainer(f, at, l)
	defer e.end()
	d := p.Words(e.r, l)
	if len(e.r.Next) == 0 {
		return d
	}
	var clauses, items, after int
	for _, i := range e.r.Next {
		s := &e.o.steps[i]
		clauses, items, after = clauses+s.clauses, items+len(s.items), after+len(s.after)
		if s.stage >= 0 {
			clauses += len(e.o.stages[s.stage].parts)
		}
	}
	e.room = &room{}
	e.begin(clauses, items, after)
	changes := e.changes(true)
	steps := make([]Reasons, len(e.r.Next))
	for k, i := range e.r.Next {
		e.step(int(i), changes.of(int(i)), &steps[k])
		d.Next[k].Because = &steps[k]
	}
	return d
}

// room is the memory of an explanation.
type room struct {
	clauses []Clause
	items   []ItemState
	afters  []AfterState
	states  []FactState // by the outline's places; those without a fact are not filled in yet
	stages  []Clause    // likewise, the rules of stages
	changes []Change
	truths  [2]bool // for clauses to point at
}

// fitted returns room for n, in old where it has as much.
func fitted[T any](old []T, n int) []T {
	if old == nil || cap(old) < n {
		return make([]T, n)
	}
	return old[:n]
}

// explainer tells why of one case: it fills in the outline of the program's explanations.
type explainer struct {
	p      *Program
	o      *outline
	f      *Facts
	r      *Result
	b      *bench
	values [3]*bool // a truth value as JSON has it

	room    *room
	clauses []Clause // what is left of the room
	items   []ItemState
	afters  []AfterState
}

// explainer decides the case.
func (p *Program) explainer(f *Facts, at calendar.Day, l lang.Lang) explainer {
	b := p.bench()
	p.Decide(f, at, &b.result)
	return explainer{p: p, o: p.spoken.outlines.of(p, l, newOutline), f: f, r: &b.result, b: b}
}

// begin makes room for as many clauses, entries of checklists and steps before others, and finds what is true.
func (e *explainer) begin(clauses, items, after int) {
	r := e.room
	r.clauses, r.items, r.afters = fitted(r.clauses, clauses), fitted(r.items, items), fitted(r.afters, after)
	r.states, r.stages = fitted(r.states, len(e.o.places)), fitted(r.stages, len(e.o.stages))
	clear(r.states)
	clear(r.stages)
	e.clauses, e.items, e.afters = r.clauses, r.items, r.afters
	r.truths = [2]bool{false, true}
	e.values = [...]*bool{False: &r.truths[0], True: &r.truths[1]}
	e.weigh()
}

// end gives the working memory back.
func (e *explainer) end() { e.p.spoken.benches.Put(e.b) }

// take returns the next n of room.
func take[T any](room *[]T, n int) []T {
	out := (*room)[:n:n]
	*room = (*room)[n:]
	return out
}

func (e *explainer) step(i int, changes []Change, out *Reasons) {
	o, state := &e.o.steps[i], e.r.step(i)
	*out = o.reasons
	out.Status, out.Text = state.status.String(), e.o.statuses[state.status].with(state.first)
	out.Applies, out.After, out.Time, out.Changes = e.applies(o.stage, o.when), e.after(o.after), e.time(i), changes
	out.Items = take(&e.items, len(o.items))
	copy(out.Items, o.items)
	for k := range o.items {
		item := &out.Items[k]
		e.rule(&o.rules[k], &item.Clause)
		item.Met = item.Clause.Value != nil && *item.Clause.Value
	}
}

func (e *explainer) outcome(i int, out *OutcomeReasons) {
	o := &e.o.outcomes[i]
	c := &e.p.outcomes[i]
	status := notSo
	switch v := e.p.run(&c.holds.code, e.r); {
	case e.r.Outcome == i:
		status = closes
	case v == False:
	case !c.after.passed(e.r):
		status = waitsFor
	case v == Unknown:
		status = undecided
	default:
		status = shadowed
	}
	*out = o.reasons
	out.Status, out.Text = outcomeStatuses[status], e.o.endings[status]
	out.Applies, out.After = e.applies(o.stage, o.when), e.after(o.after)
}

// applies explains a stage's rule and a rule of one of its parts, where there are such.
func (e *explainer) applies(stage int32, when *ruleOutline) []Clause {
	n := 0
	if stage >= 0 {
		n++
	}
	if when != nil {
		n++
	}
	out := take(&e.clauses, n)
	if stage >= 0 {
		s := &e.room.stages[stage]
		if s.Rule == "" {
			e.rule(&e.o.stages[stage], s)
		}
		out[0] = *s
	}
	if when != nil {
		e.rule(when, &out[n-1])
	}
	return out
}

func (e *explainer) after(steps []afterOutline) []AfterState {
	out := take(&e.afters, len(steps))
	for k, s := range steps {
		out[k] = AfterState{Step: s.id, Title: s.title, Status: e.r.StepStatus(s.index).String(), Passed: e.r.Passed(s.index)}
	}
	return out
}

// time tells where the due day or the first day of step i comes from.
func (e *explainer) time(i int) *TimeReason {
	c, state := &e.p.steps[i], e.r.step(i)
	if !state.hasDue && !state.hasFrom {
		return nil
	}
	l := e.o.lang
	var out TimeReason
	if state.hasDue {
		out.Due = &state.due
	}
	if state.hasFrom {
		out.First = &state.first
	}
	if c.every != nil {
		every := e.p.model.Steps[i].Every
		from, _ := c.every.from(e.f, e.r.at)
		fact := every.Start
		if c.every.since != nil {
			if _, ok := c.every.since.on(e.f, e.r.at); ok {
				fact = every.Since
			}
		}
		period := every.Period.String()
		out.Fact, out.Title, out.From, out.Max, out.Repeats = fact.ID, fact.Title.In(l), from, &period, true
		out.Rolled = state.due != from.Add(every.Period)
		out.Source, out.Interpretation = optional(every.Origin.Source), optional(every.Origin.Interpretation.In(l))
		return &out
	}
	for k := range c.bounds {
		b := &c.bounds[k]
		from, ok := b.from.on(e.f, e.r.at)
		if !ok {
			continue
		}
		gives := state.hasDue && b.max != nil && rolled(from.Add(*b.max), b.roll) == state.due
		if !gives && (state.hasDue || b.notBefore == nil || from.Add(*b.notBefore) != state.first) {
			continue
		}
		fact := e.p.model.Facts[b.from.fact]
		out.Fact, out.Title, out.From = fact.ID, fact.Title.In(l), from
		if b.max != nil {
			s := b.max.String()
			out.Max = &s
			out.Rolled = gives && state.due != from.Add(*b.max)
		}
		if b.notBefore != nil {
			s := b.notBefore.String()
			out.NotBefore = &s
		}
		if s := e.p.model.Steps[i]; b.time != s.Time {
			out.Stage = &s.Stage.ID
		}
		out.Source, out.Interpretation = optional(b.time.Origin.Source), optional(b.time.Origin.Interpretation.In(l))
		return &out
	}
	return nil
}
