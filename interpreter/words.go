package interpreter

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
)

// Decision answers for the facts of a case on the day at, in words of l. It is Decide with a
// result put into words; same input, same bytes.
func (p *Program) Decision(f *Facts, at calendar.Day, l lang.Lang) *Decision {
	var r Result
	p.Decide(f, at, &r)
	return p.Words(&r, l)
}

// Words puts the result of Decide into words of l. AppendJSON writes the same answer, from the same parts: those below
// that take no result.
func (p *Program) Words(r *Result, l lang.Lang) *Decision {
	m := p.model
	d := p.decisionWords()
	d.At, d.Status = r.at, r.Status
	for _, i := range r.Limits {
		d.Limits = append(d.Limits, LimitState{ID: m.Limits[i.Limit].ID, Due: i.Due, Time: i.Time})
	}
	for _, i := range r.Next {
		d.Next = append(d.Next, p.nextStep(int(i), r, l))
	}
	for _, i := range r.Upcoming {
		from, _ := r.From(int(i))
		d.Upcoming = append(d.Upcoming, Upcoming{Step: m.Steps[i].ID, From: from})
	}
	for _, x := range r.Missing {
		d.Missing = append(d.Missing, p.missingFact(x, l))
	}
	if r.Outcome >= 0 {
		d.Outcome = p.ending(r.Outcome, l)
	}
	if r.Status == StuckCase {
		d.Stuck = &Stuck{Why: r.stuckWhy(), Facts: []string{}}
		for _, i := range r.Stuck {
			d.Stuck.Facts = append(d.Stuck.Facts, m.Facts[i].ID)
		}
	}
	return &d
}

// stuckWhy tells why nothing can be said of a case that is stuck.
func (r *Result) stuckWhy() StuckReason {
	if len(r.Stuck) > 0 {
		return Unobtainable
	}
	return NoRule
}

func (p *Program) decisionWords() Decision {
	m := p.model
	return Decision{
		Model: m.ID, Version: m.Version, Hash: m.Hash,
		Next: []NextStep{}, Upcoming: []Upcoming{}, Missing: []MissingFact{}, Limits: []LimitState{},
	}
}

func (p *Program) stepWords(i int, l lang.Lang) NextStep {
	s := p.model.Steps[i]
	n := NextStep{
		Step: s.ID, Title: s.Title.In(l), Kind: s.Kind.ID, Actor: s.Actor.ID, With: ids(s.With), Unmet: []UnmetItem{}, Duties: []DutyFinding{},
		Source: optional(s.Origin.Source), Interpretation: optional(s.Origin.Interpretation.In(l)),
	}
	if s.Stage != nil {
		n.Stage = &s.Stage.ID
	}
	return n
}

func (p *Program) nextStep(i int, r *Result, l lang.Lang) NextStep {
	n := p.stepWords(i, l)
	n.Time = r.Time(i)
	if due, ok := r.Due(i); ok {
		left := int(due - r.at)
		n.Due, n.DaysLeft = &due, &left
	}
	for k, item := range p.model.Steps[i].Done {
		if !p.met(i, k, r) {
			n.Unmet = append(n.Unmet, unmetWords(item, l))
		}
	}
	for _, b := range r.breaches {
		if int(b.step) == i {
			x := p.finding(int(b.demand), l)
			x.Step = n.Step
			n.Duties = append(n.Duties, x)
		}
	}
	return n
}

// met tells whether entry k of the checklist of step i, which is required, is known to be true.
func (p *Program) met(i, k int, r *Result) bool { return p.run(&p.steps[i].items[k], r) == True }

func unmetWords(item *dsl.Item, l lang.Lang) UnmetItem {
	facts := make([]string, len(item.Facts))
	for i, f := range item.Facts {
		facts[i] = f.ID
	}
	return UnmetItem{Title: ItemTitle(item, l), Facts: facts}
}

// ItemTitle returns the text of a checklist item: its own, or that of the first fact it names.
func ItemTitle(item *dsl.Item, l lang.Lang) string {
	if !item.Title.IsZero() {
		return item.Title.In(l)
	}
	if len(item.Facts) > 0 {
		return item.Facts[0].Title.In(l)
	}
	return item.Rule.Text
}

func (p *Program) factWords(i int, l lang.Lang) MissingFact {
	f := p.model.Facts[i]
	out := MissingFact{Fact: f.ID, Ask: f.Ask.In(l), Decides: []string{}}
	if out.Ask == "" {
		out.Ask = f.Title.In(l)
	}
	if f.AskOf != nil {
		out.AskOf = &f.AskOf.ID
	}
	return out
}

func (p *Program) missingFact(x Missing, l lang.Lang) MissingFact {
	out := p.factWords(int(x.Fact), l)
	for _, i := range x.Steps {
		out.Decides = append(out.Decides, p.model.Steps[i].ID)
	}
	for _, i := range x.Outcomes {
		out.Decides = append(out.Decides, p.model.Outcomes[i].ID)
	}
	return out
}

func (p *Program) ending(i int, l lang.Lang) *Ending {
	o := p.model.Outcomes[i]
	return &Ending{ID: o.ID, Title: o.Title.In(l), To: ids(o.To)}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func ids(terms []*dsl.Term) []string {
	out := make([]string, len(terms))
	for i, t := range terms {
		out[i] = t.ID
	}
	return out
}
