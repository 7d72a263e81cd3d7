package measure

import (
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

func (r *Report) limitRows(t *table.Table, model table.Cell) *table.Table {
	t = begun(t, "limits", column("limit", table.Text), column("max", table.Text), column("times", table.Text), column("longest", table.Days),
		column("slack", table.Days), column("stays", table.Days))
	for _, s := range r.Slacks {
		none := table.Lacks(table.NotStated)
		times, longest, slack, stays := none, none, none, none
		if s.Longest != nil {
			times = table.Words(both(func(l lang.Lang) string { return chainText(s.Longest, ways.LongestTime, l) }))
			longest, slack = table.Int(s.Longest.Most), table.Int(s.Days)
		}
		if s.Shortest != nil {
			stays = table.Int(s.Shortest.Fewest)
		}
		max := table.Words(both(func(l lang.Lang) string { return interpreter.DurationText(s.Limit.Max, l) }))
		t.Add(model, table.Words(s.Limit.Title), max, times, longest, slack, stays)
	}
	return t
}

func (r *Report) consentRows(t *table.Table, model table.Cell) *table.Table {
	t = begun(t, "consent", column("step", table.Text), column("actor", table.Text), column("asks", table.Bool), column("shares", table.Bool),
		column("before", table.Bool), column("refused", table.Bool))
	none := table.Lacks(table.NotApplicable)
	for _, s := range r.Consent.Points {
		t.Add(model, table.Words(s.Title), table.Words(s.Actor.Title), table.Truth(true), table.Truth(tagged(s.Tags, sharingTag)), none, none)
	}
	for _, s := range r.Consent.Sharing {
		before, refused := table.Truth(s.Before), table.Truth(s.Refused)
		switch {
		case s.Unproven:
			before, refused = table.Lacks(table.Unproven), table.Lacks(table.Unproven)
		case r.Consent.Fact == nil:
			refused = none
		}
		t.Add(model, table.Words(s.Step.Title), table.Words(s.Step.Actor.Title), table.Truth(false), table.Truth(true), before, refused)
	}
	return t
}

func (r *Report) outcomeRows(t *table.Table, model table.Cell) *table.Table {
	t = begun(t, "outcomes", column("outcome_id", table.Text), column("outcome", table.Text), column("outside", table.Bool), column("reachable", table.Bool),
		column("cohort", table.Count), column("share", table.Share), column("handovers_least", table.Count), column("handovers_most", table.Count))
	number := func(x *Extreme) table.Cell {
		switch {
		case r.Handovers.Unproven:
			return table.Lacks(table.Unproven)
		case x == nil:
			return table.Lacks(table.NotApplicable)
		}
		return table.Int(x.N)
	}
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		reachable, share := table.Truth(o.Reachable), table.Lacks(table.NotAsked)
		if o.Unproven {
			reachable = table.Lacks(table.Unproven)
		}
		if r.Cohort != nil {
			share = table.Ratio(o.Cohort, r.Cohort.Cases)
		}
		t.Add(model, table.Name(o.Outcome.ID), table.Words(o.Outcome.Title), table.Truth(outside(o.Outcome)), reachable, r.asked(table.Int(o.Cohort)), share,
			number(o.Least), number(o.Most))
	}
	return t
}

func (r *Report) lawRows(t *table.Table, model table.Cell) *table.Table {
	t = begun(t, "law", column("overlay", table.Text), column("law", table.Text), column("demand", table.Text), column("verdict", table.Text), column("met", table.Bool))
	for i := range r.Law {
		x := &r.Law[i]
		met := table.Truth(x.Met())
		switch {
		case !x.Applies():
			met = table.Lacks(table.NotApplicable)
		case x.Demand.Verdict == verify.NotProven:
			met = table.Lacks(table.Unproven)
		}
		t.Add(model, table.Name(x.Overlay.ID), table.Words(x.Demand.Demand.LawText()), table.Words(x.Demand.Demand.TitleText()), table.Words(both(x.Demand.Verdict.Text)), met)
	}
	return t
}

func (r *Report) factRows(t *table.Table, model table.Cell) *table.Table {
	t = begun(t, "facts", column("fact_id", table.Text), column("fact", table.Text), column("decides_steps", table.Count), column("decides_outcomes", table.Count),
		column("reaches", table.Count), column("waiting", table.Count), column("waiting_share", table.Share))
	for i := range r.Facts {
		d := &r.Facts[i]
		share, reaches := table.Lacks(table.NotAsked), table.Int(d.Reaches)
		if r.Cohort != nil {
			share = table.Ratio(d.Waiting, r.Cohort.Cases)
		}
		if d.Reaches < 0 {
			reaches = table.Lacks(table.Unproven)
		}
		t.Add(model, table.Name(d.Fact.ID), table.Words(d.Fact.Title), table.Int(len(d.Steps)), table.Int(len(d.Outcomes)), reaches,
			r.asked(table.Int(d.Waiting)), share)
	}
	return t
}

func (r *Report) sourceRows(t *table.Table, model table.Cell) *table.Table {
	t = begun(t, "sources", column("part", table.Text), column("total", table.Count), column("stated", table.Count), column("both", table.Count),
		column("chosen", table.Count), column("neither", table.Count), column("stated_share", table.Share))
	for _, s := range r.Sources {
		t.Add(model, table.Words(both(s.Sort.Text)), table.Int(s.Total), table.Int(s.Stated), table.Int(s.Both), table.Int(s.Chosen), table.Int(s.Neither),
			table.Ratio(s.Stated+s.Both, s.Total))
	}
	return t
}

func (r *Report) loadRows(t *table.Table, model table.Cell) *table.Table {
	t = begun(t, "load", column("capacity", table.Text), column("actor", table.Text), column("cases", table.Count), column("basis", table.Text), column("months", table.Number),
		column("per_place", table.Number), column("open_cases", table.Number), column("places", table.Number))
	for i := range r.Loads {
		x := &r.Loads[i]
		none := table.Lacks(table.Unbounded)
		months, rate, open, places := none, none, none, none
		if x.Bounded {
			months, rate, open, places = table.Num(x.Months), table.Num(x.PerPlace), table.Num(x.Open), table.Num(x.Places)
			if r.Arrivals == nil {
				open, places = table.Lacks(table.NotAsked), table.Lacks(table.NotAsked)
			}
		}
		t.Add(model, table.Words(x.Capacity.Title), table.Words(x.Capacity.Actor.Title), table.Int(x.Capacity.Cases), table.Words(both(x.basis)), months, rate, open, places)
	}
	return t
}
