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

// Words puts the result of Decide into words of l.
func (p *Program) Words(r *Result, l lang.Lang) *Decision {
	m := p.model
	d := &Decision{
		Model: m.ID, Version: m.Version, Hash: m.Hash, At: r.at, Status: r.Status,
		Next: []NextStep{}, Upcoming: []Upcoming{}, Missing: []MissingFact{}, Limits: []LimitState{},
	}
	for _, i := range r.Limits {
		d.Limits = append(d.Limits, LimitState{ID: m.Limits[i.Limit].ID, Due: i.Due, Time: i.Time})
	}
	for _, i := range r.Next {
		d.Next = append(d.Next, p.nextStep(int(i), r, l))
	}
	for _, i := range r.Upcoming {
		d.Upcoming = append(d.Upcoming, Upcoming{Step: m.Steps[i].ID, From: r.steps[i].first})
	}
	for _, x := range r.Missing {
		d.Missing = append(d.Missing, p.missingFact(x, l))
	}
	if r.Outcome >= 0 {
		o := m.Outcomes[r.Outcome]
		d.Outcome = &Ending{ID: o.ID, Title: o.Title.In(l), To: ids(o.To)}
	}
	if r.Status == StuckCase {
		d.Stuck = &Stuck{Why: NoRule, Facts: []string{}}
		for _, i := range r.Stuck {
			d.Stuck.Why = Unobtainable
			d.Stuck.Facts = append(d.Stuck.Facts, m.Facts[i].ID)
		}
	}
	return d
}

func (p *Program) nextStep(i int, r *Result, l lang.Lang) NextStep {
	s, state := p.model.Steps[i], &r.steps[i]
	n := NextStep{
		Step: s.ID, Title: s.Title.In(l), Kind: s.Kind.ID, Actor: s.Actor.ID, With: ids(s.With), Time: state.time,
		Unmet: []UnmetItem{}, Duties: p.findings(i, r, l),
		Source: optional(s.Origin.Source), Interpretation: optional(s.Origin.Interpretation.In(l)),
	}
	if s.Stage != nil {
		n.Stage = &s.Stage.ID
	}
	if state.hasDue {
		due, left := state.due, int(state.due-r.at)
		n.Due, n.DaysLeft = &due, &left
	}
	for k, item := range s.Done {
		if r.items[p.steps[i].firstItem+k] != True {
			facts := make([]string, len(item.Facts))
			for j, f := range item.Facts {
				facts[j] = f.ID
			}
			n.Unmet = append(n.Unmet, UnmetItem{Title: ItemTitle(item, l), Facts: facts})
		}
	}
	return n
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

func (p *Program) missingFact(x Missing, l lang.Lang) MissingFact {
	f := p.model.Facts[x.Fact]
	out := MissingFact{Fact: f.ID, Ask: f.Ask.In(l), Decides: []string{}}
	if out.Ask == "" {
		out.Ask = f.Title.In(l)
	}
	if f.AskOf != nil {
		out.AskOf = &f.AskOf.ID
	}
	for _, i := range x.Steps {
		out.Decides = append(out.Decides, p.model.Steps[i].ID)
	}
	for _, i := range x.Outcomes {
		out.Decides = append(out.Decides, p.model.Outcomes[i].ID)
	}
	return out
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
