package measure

import (
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/table"
)

func (w *jsonWriter) report() reportJSON {
	r := w.r
	out := reportJSON{
		Model: r.Model.ID, Version: r.Model.Version, Hash: r.Model.Hash, At: r.Day, Open: r.Open, Metrics: []figureJSON{}, Drivers: []driverJSON{},
		Ways: []targetJSON{}, Limits: []limitJSON{}, Outcomes: []outcomeJSON{}, Law: []lawJSON{}, Facts: []factJSON{}, Sources: []sourceJSON{}, Loads: []loadJSON{},
		Arrivals: idOf(r.Arrivals != nil, func() string { return r.Arrivals.String() }),
	}
	if c := r.Cohort; c != nil {
		out.Cohort = &cohortJSON{c.Cases, c.Refused, c.Closed, c.Lived}
	}
	for i := range r.Figures {
		out.Metrics = append(out.Metrics, r.Figures[i].json())
	}
	for _, d := range r.Drivers {
		x := driverJSON{d.Role, stepIDs(d.Steps), []actorJSON{}, d.Done}
		for _, a := range d.Actors {
			x.Actors = append(x.Actors, actorJSON{a.Actor.ID, a.Steps, a.Done})
		}
		out.Drivers = append(out.Drivers, x)
	}
	out.Handovers = w.handovers()
	for i := range r.Targets {
		t := &r.Targets[i]
		x := targetJSON{t.Goal, idOf(t.Outcome != nil, func() string { return t.Outcome.ID }), way(t.Longest, boundText), t.Exact, t.Unproven, nil}
		if r.shortestFigure(t).Value.Absent() != table.NotStated {
			x.Shortest = way(t.Shortest, stayText)
		}
		out.Ways = append(out.Ways, x)
	}
	for _, s := range r.Slacks {
		x := limitJSON{Limit: s.Limit.ID, Max: s.Limit.Max.ISO()}
		if s.Longest != nil {
			x.Longest, x.Slack = &s.Longest.Most, &s.Days
		}
		if s.Shortest != nil {
			x.Stays = &s.Shortest.Fewest
		}
		out.Limits = append(out.Limits, x)
	}
	out.Consent = w.consent()
	w.rest(&out)
	return out
}

// rest writes what has a row for each thing.
func (w *jsonWriter) rest(out *reportJSON) {
	r := w.r
	counted := func(n *int) *int { // of the cohort
		if r.Cohort == nil {
			return nil
		}
		return n
	}
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		out.Outcomes = append(out.Outcomes, outcomeJSON{
			o.Outcome.ID, outside(o.Outcome), o.Reachable, o.Unproven, counted(&o.Cohort), w.extreme(o.Least), w.extreme(o.Most), w.caseFile(o.Case),
		})
	}
	for _, l := range r.Law {
		out.Law = append(out.Law, lawJSON{l.Overlay.ID, l.Duty.ID, l.Demand.Demand.TitleText(), l.Demand.Verdict})
	}
	for i := range r.Facts {
		d := &r.Facts[i]
		x := factJSON{d.Fact.ID, stepIDs(d.Steps), []string{}, nil, counted(&d.Waiting)}
		if d.Reaches >= 0 {
			x.Reaches = &d.Reaches
		}
		for _, o := range d.Outcomes {
			x.Outcomes = append(x.Outcomes, o.ID)
		}
		out.Facts = append(out.Facts, x)
	}
	for _, s := range r.Sources {
		out.Sources = append(out.Sources, sourceJSON{s.Sort, s.Total, s.Stated, s.Both, s.Chosen, s.Neither})
	}
	for i := range r.Loads {
		l := &r.Loads[i]
		x := loadJSON{Capacity: l.Capacity.Role, Limit: idOf(l.Limit != nil, func() string { return l.Limit.ID }), Cases: l.Capacity.Cases}
		if l.Bounded {
			x.Months, x.PerPlace = &l.Months, &l.PerPlace
			if r.Arrivals != nil {
				x.Open, x.Places = &l.Open, &l.Places
			}
		}
		out.Loads = append(out.Loads, x)
	}
}

func (f *Figure) json() figureJSON {
	out := figureJSON{
		ID: f.Metric.ID, Title: both(f.Metric.Title), Absent: f.Value.Absent(), Unit: both(f.Metric.Unit), Formula: both(f.Metric.Formula), Inputs: both(f.Metric.Inputs),
	}
	if v, ok := f.Value.Float(); ok {
		out.Value = &v
	}
	if !f.Note.IsZero() {
		out.Note = &lang.Text{SV: f.Note.SV, EN: f.Note.EN}
	}
	return out
}

func (w *jsonWriter) handovers() handoversJSON {
	h := &w.r.Handovers
	out := handoversJSON{w.extreme(h.Least), w.extreme(h.Most), h.Unproven, h.Total, []linkJSON{}}
	for _, l := range h.Links {
		x := linkJSON{l.From.ID, l.To.ID, [][2]string{}, l.Cohort}
		for _, p := range l.Pairs {
			x.Pairs = append(x.Pairs, [2]string{p[0].ID, p[1].ID})
		}
		out.Links = append(out.Links, x)
	}
	return out
}

func (w *jsonWriter) consent() consentJSON {
	c := &w.r.Consent
	out := consentJSON{Fact: factID(c.Fact), Points: []string{}, Sharing: []sharingJSON{}}
	for _, s := range c.Points {
		out.Points = append(out.Points, s.ID)
	}
	for _, s := range c.Sharing {
		out.Sharing = append(out.Sharing, sharingJSON{s.Step.ID, s.Before, s.Refused, s.Unproven, w.caseFile(s.Case)})
	}
	return out
}
