package interpreter

import (
	"embed"
	"io/fs"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = func() *lang.Catalogue {
	sub, err := fs.Sub(catalogueFiles, "catalogue")
	if err != nil {
		panic(err)
	}
	return lang.MustCatalogue(sub)
}()

// Explain answers as Decision does, and tells why: for every step and outcome the clauses of its rules with
// their values, the facts they look at, the steps it comes after, where its time comes from, and which single
// change of a fact would move it. The values come from the same program as the decision.
func (p *Program) Explain(f *Facts, at calendar.Day, l lang.Lang) *Explanation {
	var r Result
	p.Decide(f, at, &r)
	r.scratch.ready(p)
	e := &explainer{speaker: speaker{p, l}, f: f, r: &r, told: make([]bool, len(p.defines))}
	out := &Explanation{Decision: p.Words(&r, l), Steps: []Reasons{}, Outcomes: []OutcomeReasons{}}
	changes := e.changes()
	for i := range p.model.Steps {
		out.Steps = append(out.Steps, e.step(i, changes[i]))
	}
	for i := range p.model.Outcomes {
		out.Outcomes = append(out.Outcomes, e.outcome(i))
	}
	for k, i := range r.Next {
		out.Next[k].Because = &out.Steps[i]
	}
	return out
}

type explainer struct {
	speaker
	f    *Facts
	r    *Result
	told []bool // the definitions that the rule at hand has been told to rest on
}

func (e *explainer) step(i int, changes []Change) Reasons {
	s, state := e.p.model.Steps[i], &e.r.steps[i]
	out := Reasons{
		Step: s.ID, Title: s.Title.In(e.l), Status: state.status.String(),
		Text:  e.say("step."+state.status.String(), map[string]any{"Day": state.first.String()}),
		After: e.after(s.After), Items: []ItemState{}, Time: e.time(i), Changes: changes,
		Source: optional(s.Origin.Source), Interpretation: optional(s.Origin.Interpretation.In(e.l)),
	}
	out.Applies = e.applies(e.p.steps[i].stage, e.p.relevance.whens[i])
	for k, item := range s.Done {
		c := e.rule(e.p.relevance.items[i][k])
		met := c.Value != nil && *c.Value
		out.Items = append(out.Items, ItemState{ID: optional(item.ID), Title: ItemTitle(item, e.l), Met: met, Clause: c})
	}
	return out
}

func (e *explainer) outcome(i int) OutcomeReasons {
	o := e.p.model.Outcomes[i]
	c := &e.p.outcomes[i]
	status := "not"
	switch v := e.p.within(c.stage, c.always, &c.when, e.f, e.r); {
	case e.r.Outcome == i:
		status = "closes"
	case v == False:
	case !allPassed(e.r, c.after):
		status = "waiting"
	case v == Unknown:
		status = "unknown"
	default:
		status = "shadowed"
	}
	return OutcomeReasons{
		Outcome: o.ID, Title: o.Title.In(e.l), Status: status, Text: e.say("outcome."+status, nil),
		Applies: e.applies(c.stage, e.p.relevance.outcomes[i]), After: e.after(o.After),
		Source: optional(o.Origin.Source), Interpretation: optional(o.Origin.Interpretation.In(e.l)),
	}
}

// applies explains a stage's rule and a rule of one of its parts.
func (e *explainer) applies(stage int32, when run) []Clause {
	out := []Clause{}
	if stage >= 0 && !e.p.relevance.stages[stage].empty() {
		out = append(out, e.rule(e.p.relevance.stages[stage]))
	}
	if !when.empty() {
		out = append(out, e.rule(when))
	}
	return out
}

func (e *explainer) after(steps []*dsl.Step) []AfterState {
	out := []AfterState{}
	for _, s := range steps {
		st := &e.r.steps[s.Index]
		out = append(out, AfterState{Step: s.ID, Title: s.Title.In(e.l), Status: st.status.String(), Passed: st.passed})
	}
	return out
}

// time tells where the due day or the first day of step i comes from.
func (e *explainer) time(i int) *TimeReason {
	c, state := &e.p.steps[i], &e.r.steps[i]
	if !state.hasDue && !state.hasFrom {
		return nil
	}
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
		out.Fact, out.Title, out.From, out.Max, out.Repeats = fact.ID, fact.Title.In(e.l), from, &period, true
		out.Rolled = state.due != from.Add(every.Period)
		out.Source, out.Interpretation = optional(every.Origin.Source), optional(every.Origin.Interpretation.In(e.l))
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
		out.Fact, out.Title, out.From = fact.ID, fact.Title.In(e.l), from
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
		out.Source, out.Interpretation = optional(b.time.Origin.Source), optional(b.time.Origin.Interpretation.In(e.l))
		return &out
	}
	return nil
}
