package interpreter

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// outline is what the explanations of a program in one language say whatever the case: all words, and which clauses there
// are. It is made once; an explainer copies it and puts in what a case has to say.
type outline struct {
	lang     lang.Lang
	stages   []ruleOutline // without a rule where the stage has none
	steps    []stepOutline
	outcomes []outcomeOutline
	clauses  int // how many clauses, entries of checklists and steps before others an explanation of everything has
	items    int
	after    int

	facts  []factOutline // by index
	places []int32       // by place in an explainer's states: the fact
	place  []int32       // by fact: its place; -1: none

	statuses     [len(stepStatusNames)]dated
	endings      [len(outcomeStatuses)]string
	yes, no, nil string
}

type stepOutline struct {
	reasons Reasons
	stage   int32        // whose rule it stands under; -1: none
	when    *ruleOutline // nil: none
	rules   []ruleOutline
	items   []ItemState
	after   []afterOutline
	clauses int // how many it has of its own
}

type outcomeOutline struct {
	reasons OutcomeReasons
	stage   int32
	when    *ruleOutline
	after   []afterOutline
}

type afterOutline struct {
	index     int
	id, title string
}

type factOutline struct {
	id, title                           string
	notAsked, unobtainable, notHappened string
	changes                             []changeOutline // by the alternatives that there are on any day
	changeDay                           dated           // to a day
}

// dated is a sentence that may name a day.
type dated struct {
	before, after string
	names         bool
}

// dayMark stands for a day in a sentence that is made before the day is known. Nobody writes it.
const dayMark = "\uFFFE\uFFFF\uFFFE"

func datedOf(text string) (d dated) {
	d.before, d.after, d.names = strings.Cut(text, dayMark)
	return d
}

func (d *dated) with(day calendar.Day) string {
	if !d.names {
		return d.before
	}
	return d.before + day.String() + d.after
}

// How an outcome stands.
const (
	closes = iota
	waitsFor
	notSo
	undecided
	shadowed
)

var outcomeStatuses = [...]string{closes: "closes", waitsFor: "waiting", notSo: "not", undecided: "unknown", shadowed: "shadowed"}

func newOutline(p *Program, l lang.Lang) *outline {
	b := &outliner{speaker: speaker{p, l}, o: &outline{
		lang: l, facts: make([]factOutline, len(p.model.Facts)), place: make([]int32, len(p.model.Facts)),
	}}
	o := b.o
	for i := range o.place {
		o.place[i] = -1
	}
	o.yes, o.no, o.nil = b.yes(true), b.yes(false), b.say("value.none", nil)
	for i, name := range stepStatusNames {
		o.statuses[i] = datedOf(b.say("step."+name, map[string]any{"Day": dayMark}))
	}
	for i, name := range outcomeStatuses {
		o.endings[i] = b.say("outcome."+name, nil)
	}
	b.facts()
	for i := range p.model.Stages {
		o.stages = append(o.stages, b.rule(p.relevance.stages[i]))
		o.clauses += len(o.stages[i].parts)
	}
	for i, s := range p.model.Steps {
		x := stepOutline{
			reasons: Reasons{
				Step: s.ID, Title: s.Title.In(l), Source: optional(s.Origin.Source), Interpretation: optional(s.Origin.Interpretation.In(l)),
			},
			after: afterOutlines(s.After, l),
		}
		x.stage, x.when, x.clauses = b.applies(s.Stage, p.relevance.whens[i])
		for k, item := range s.Done {
			x.items = append(x.items, ItemState{ID: optional(item.ID), Title: ItemTitle(item, l)})
			x.rules = append(x.rules, b.rule(p.relevance.items[i][k]))
			x.clauses += len(x.rules[k].parts)
		}
		o.steps = append(o.steps, x)
		o.clauses, o.items, o.after = o.clauses+x.clauses, o.items+len(x.items), o.after+len(x.after)
	}
	for i, s := range p.model.Outcomes {
		x := outcomeOutline{
			reasons: OutcomeReasons{
				Outcome: s.ID, Title: s.Title.In(l), Source: optional(s.Origin.Source), Interpretation: optional(s.Origin.Interpretation.In(l)),
			},
			after: afterOutlines(s.After, l),
		}
		n := 0
		x.stage, x.when, n = b.applies(s.Stage, p.relevance.outcomes[i])
		o.outcomes = append(o.outcomes, x)
		o.clauses, o.after = o.clauses+n, o.after+len(x.after)
	}
	return o
}

func afterOutlines(steps []*dsl.Step, l lang.Lang) (out []afterOutline) {
	for _, s := range steps {
		out = append(out, afterOutline{s.Index, s.ID, s.Title.In(l)})
	}
	return out
}

// outliner makes an outline.
type outliner struct {
	speaker
	o    *outline
	told []bool // the definitions that the rule at hand has been told to rest on
}

// applies outlines a rule and whether it stands under that of its stage, and counts the clauses.
func (b *outliner) applies(s *dsl.Stage, n run) (stage int32, when *ruleOutline, clauses int) {
	stage = -1
	if s != nil && s.When != nil {
		stage = int32(s.Index)
		clauses++
	}
	if !n.empty() {
		o := b.rule(n)
		when = &o
		clauses += 1 + len(o.parts)
	}
	return stage, when, clauses
}

func (b *outliner) facts() {
	notAsked, unobtainable, notHappened := b.say("state.not_asked", nil), b.say("state.unobtainable", nil), b.say("state.not_happened", nil)
	try := b.p.NewFacts()
	for i, f := range b.p.model.Facts {
		x := factOutline{id: f.ID, title: f.Title.In(b.l), notAsked: notAsked, unobtainable: unobtainable, notHappened: notHappened}
		if f.Type.Kind == rule.Date || f.Type.Kind == rule.Event {
			x.changeDay = datedOf(b.say("change.to", map[string]any{"Fact": x.title, "Value": dayMark}))
		}
		for _, v := range b.p.tries().alternatives.always(i) {
			x.changes = append(x.changes, b.change(i, v, try))
		}
		b.o.facts[i] = x
	}
}

// change puts into words that fact k were as v has it.
func (b *outliner) change(k int, v alternative, try *Facts) (c changeOutline) {
	f := b.p.model.Facts[k]
	id, args := "change.to", map[string]any{"Fact": f.Title.In(b.l)}
	switch v.kind {
	case notHappened:
		id = "change.forget"
	case happenedToday:
		id, c.today = "change.today", true
	default:
		v.put(try, k, 0)
		c.to = try.Value(k)
		if v.kind == anotherText {
			id = "change.text"
		} else {
			args["Value"] = FactText(f, c.to, b.l)
		}
	}
	c.text = b.say(id, args)
	return c
}

// text puts what a case says of a fact into words, as FactText does.
func (o *outline) text(f *dsl.Fact, v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return o.yes
		}
		return o.no
	case []string:
		if len(v) == 0 {
			return o.nil
		}
	}
	return FactText(f, v, o.lang)
}

// state tells what is known of the fact with index i.
func (e *explainer) state(i int, out *FactState) {
	f, o := e.p.model.Facts[i], &e.o.facts[i]
	*out = FactState{Fact: o.id, Title: o.title}
	isEvent := f.Type.Kind == rule.Event
	if e.f.Known(i) {
		if v := e.f.Value(i); !isEvent || v.(calendar.Day) <= e.r.at {
			out.State, out.Value, out.Text = "known", v, e.o.text(f, v)
			return
		}
	}
	switch {
	case isEvent:
		out.State, out.Text = "not_happened", o.notHappened
	case e.f.IsUnobtainable(i):
		out.State, out.Text = "unobtainable", o.unobtainable
	default:
		out.State, out.Text = "not_asked", o.notAsked
	}
}
