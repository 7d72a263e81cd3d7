package conform

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/table"
)

// Tables returns everything that was found in numbers. Where groups were asked for, each table that has them side by side has all
// cases first.
func (r *Report) Tables() []*table.Table {
	return []*table.Table{
		r.logTable(), r.fitnessTable(), r.eventsTable(), r.stepsTable(), r.orderTable(), r.limitsTable(), r.outcomesTable(), r.throughputTable(),
		r.handoversTable(), r.resourcesTable(), r.variantsTable(), r.activitiesTable(), r.unseenTable(),
	}
}

// newTable makes a table with the columns, "id" of words or "id:type" of another type.
func newTable(name string, columns ...string) *table.Table {
	t := &table.Table{ID: "conform-" + name, Title: say("table."+name, nil), Help: say("table."+name+".help", nil)}
	for _, c := range columns {
		id, of, _ := strings.Cut(c, ":")
		t.Columns = append(t.Columns, table.Column{ID: id, Title: say("column."+id, nil), Help: say("column."+id+".help", nil), Type: columnTypes[of]})
	}
	return t
}

var columnTypes = map[string]table.Type{
	"": table.Text, "count": table.Count, "number": table.Number, "share": table.Share, "days": table.Days, "day": table.Day, "bool": table.Bool,
}

// each gives the figures of all cases, then of each group.
func (r *Report) each(f func(group table.Cell, x *Figures)) {
	f(table.Words(say("group.all", nil)), r.All)
	for _, g := range r.Groups {
		f(table.Words(g.GroupText()), g.Figures)
	}
}

// percentile is a cell of a number of days or events.
func percentile(h *Histogram, p int) table.Cell {
	v, ok := h.Percentile(p)
	if !ok {
		return table.Lacks(table.NotApplicable)
	}
	return table.Int(v)
}

func mean(h *Histogram) table.Cell {
	v, ok := h.Mean()
	if !ok {
		return table.Lacks(table.NotApplicable)
	}
	return table.Num(v)
}

func (r *Report) logTable() *table.Table {
	t := newTable("log", "cases:count", "events:count", "activities:count", "variants:count", "first:day", "last:day", "days_p10:days", "days_p50:days", "days_p90:days",
		"days_max:days", "events_min:count", "events_p50:count", "events_p90:count", "events_max:count", "left_out:count", "empty:count", "set_aside:count", "unordered:count")
	l := &r.Log
	day := func(d calendar.Day) table.Cell {
		if l.Events == 0 {
			return table.Lacks(table.NotApplicable)
		}
		return table.Date(d)
	}
	t.Add(table.Int(l.Cases), table.Int(l.Events), table.Int(l.Activities), table.Int(l.Variants), day(l.First), day(l.Last),
		percentile(&l.Days, 10), percentile(&l.Days, 50), percentile(&l.Days, 90), percentile(&l.Days, 100),
		percentile(&l.Length, 0), percentile(&l.Length, 50), percentile(&l.Length, 90), percentile(&l.Length, 100),
		table.Int(l.Faulty), table.Int(l.Empty), table.Int(l.Aside), table.Int(l.Unordered))
	return t
}

func (r *Report) fitnessTable() *table.Table {
	t := newTable("fitness", "group", "cases:count", "fitness:share", "event_fitness:share", "step_fitness:share", "perfect:share", "kept:share", "closed:share", "handovers_mean:number", "days_p50:days")
	r.each(func(group table.Cell, x *Figures) {
		fitness := table.Lacks(table.NotApplicable)
		if v, ok := x.Fit.Fitness(); ok {
			fitness = table.Num(v)
		}
		kept, due := x.kept()
		t.Add(group, table.Int(x.Cases), fitness, table.Ratio(x.Fit.Fitting, x.Fit.Judged), table.Ratio(x.Fit.Done, x.Fit.Asked), table.Ratio(x.Perfect, x.CasesJudged),
			table.Ratio(kept, due), table.Ratio(x.Closed, x.Cases), mean(&x.HandoversPer), percentile(&x.Through, 50))
	})
	return t
}

// kept counts the due days of steps that were kept, and all that have passed or were kept.
func (f *Figures) kept() (kept, all int) {
	for i := range f.Steps {
		s := &f.Steps[i]
		kept, all = kept+s.InTime, all+s.InTime+s.Late+s.Overdue
	}
	return kept, all
}

func (r *Report) eventsTable() *table.Table {
	t := newTable("events", "group", "fits:count", "late_events:count", "early:count", "out_of_order:count", "extra_not_applicable:count", "extra_again:count", "extra_closed:count",
		"event_undetermined:count", "information:count", "unmapped:count", "ignored:count")
	r.each(func(group table.Cell, x *Figures) {
		t.Add(group, table.Int(x.Events[Fits]), table.Int(x.Late), table.Int(x.Events[Early]), table.Int(x.Events[OutOfOrder]), table.Int(x.Extra[NotApplying]), table.Int(x.Extra[Again]),
			table.Int(x.Extra[AfterEnd]), table.Int(x.Events[Undetermined]), table.Int(x.Events[Information]), table.Int(x.Events[Unmapped]), table.Int(x.Ignored))
	})
	return t
}

func (r *Report) stepsTable() *table.Table {
	t := newTable("steps", "group", "step", "title", "actor", "required:count", "done:count", "skipped:count", "open:count", "lapsed:count", "undetermined:count", "not_required:count",
		"fits:count", "late_events:count", "early:count", "out_of_order:count", "extra:count", "event_undetermined:count", "missed:count", "told:count",
		"in_time:count", "late:count", "overdue:count", "kept:share", "wait_mean:days", "wait_p10:days", "wait_p50:days", "wait_p90:days")
	r.each(func(group table.Cell, x *Figures) {
		for i := range x.Steps {
			s := &x.Steps[i]
			n := func(e End) table.Cell { return table.Int(s.Ends[e]) }
			ev := func(e Sort) table.Cell { return table.Int(s.Events[e]) }
			missed := table.Lacks(table.NotApplicable)
			if s.Step.Every != nil {
				missed = table.Int(s.Missed)
			}
			inTime, late, overdue, kept := table.Int(s.InTime), table.Int(s.Late), table.Int(s.Overdue), table.Ratio(s.InTime, s.InTime+s.Late+s.Overdue)
			if !s.Bounded() {
				none := table.Lacks(table.NotStated)
				inTime, late, overdue, kept = none, none, none, none
			}
			t.Add(group, table.Name(s.Step.ID), table.Words(s.Step.Title), table.Words(s.Step.Actor.Title), table.Int(s.Asked()), n(Done), n(Skipped), n(Pending), n(Lapsed), n(NotKnown), n(NotAsked),
				ev(Fits), table.Int(s.LateEv), ev(Early), ev(OutOfOrder), ev(Extra), ev(Undetermined), missed, table.Int(s.Told),
				inTime, late, overdue, kept,
				mean(&s.Wait), percentile(&s.Wait, 10), percentile(&s.Wait, 50), percentile(&s.Wait, 90))
		}
	})
	return t
}

func (r *Report) orderTable() *table.Table {
	t := newTable("order", "group", "step", "title", "before", "before_title", "times:count")
	r.each(func(group table.Cell, x *Figures) {
		for i := range x.Steps {
			s := &x.Steps[i]
			for b := range x.Steps {
				if n := s.Before[b]; n > 0 {
					before := x.Steps[b].Step
					t.Add(group, table.Name(s.Step.ID), table.Words(s.Step.Title), table.Name(before.ID), table.Words(before.Title), table.Int(n))
				}
			}
		}
	})
	return t
}

func (r *Report) limitsTable() *table.Table {
	t := newTable("limits", "group", "limit", "title", "limit_kept:count", "limit_broken:count", "limit_running:count", "limit_not_begun:count", "kept:share")
	r.each(func(group table.Cell, x *Figures) {
		for _, l := range x.Limits {
			s := l.States
			t.Add(group, table.Name(l.Limit.ID), table.Words(l.Limit.Title), table.Int(s[Kept]), table.Int(s[Broken]), table.Int(s[Running]), table.Int(s[NotOpen]), table.Ratio(s[Kept], s[Kept]+s[Broken]))
		}
	})
	return t
}

func (r *Report) outcomesTable() *table.Table {
	t := newTable("outcomes", "group", "outcome", "title", "cases:count", "share:share")
	r.each(func(group table.Cell, x *Figures) {
		for _, o := range x.Outcomes {
			t.Add(group, table.Name(o.Outcome.ID), table.Words(o.Outcome.Title), table.Int(o.Cases), table.Ratio(o.Cases, x.Cases))
		}
	})
	return t
}

func (r *Report) throughputTable() *table.Table {
	t := newTable("throughput", "group", "state", "cases:count", "days_mean:days", "days_p10:days", "days_p50:days", "days_p90:days", "days_max:days")
	r.each(func(group table.Cell, x *Figures) {
		for _, part := range []struct {
			id string
			h  *Histogram
		}{{"state.ended", &x.Through}, {"state.goes-on", &x.SoFar}} {
			t.Add(group, table.Words(say(part.id, nil)), table.Int(part.h.N()), mean(part.h), percentile(part.h, 10), percentile(part.h, 50), percentile(part.h, 90), percentile(part.h, 100))
		}
	})
	return t
}

func (r *Report) handoversTable() *table.Table {
	t := newTable("handovers", "group", "from")
	for _, a := range r.Actors {
		t.Columns = append(t.Columns, table.Column{ID: "to_" + a.ID, Title: a.Title, Help: say("column.to-actor.help", map[string]any{"Actor": a.Title}), Type: table.Count})
	}
	r.each(func(group table.Cell, x *Figures) {
		for i, a := range r.Actors {
			cells := []table.Cell{group, table.Words(a.Title)}
			for _, n := range x.Handovers[i] {
				cells = append(cells, table.Int(n))
			}
			t.Add(cells...)
		}
	})
	return t
}

func (r *Report) resourcesTable() *table.Table {
	t := newTable("resources", "from", "to", "times:count")
	for _, p := range r.Resources {
		t.Add(table.Name(p.From), table.Name(p.To), table.Int(p.Times))
	}
	return t
}

func (r *Report) variantsTable() *table.Table {
	t := newTable("variants", "rank:count", "cases:count", "share:share", "perfect:share", "events:count", "sequence")
	for i, v := range r.Variants {
		t.Add(table.Int(i+1), table.Int(v.Cases), table.Ratio(v.Cases, r.Log.Cases-r.Log.Empty), table.Ratio(v.Perfect, v.CasesJudged), table.Int(len(v.Activities)+v.More), table.Words(v.Text()))
	}
	return t
}

// Text lists the activities of the variant.
func (v *Variant) Text() lang.Text {
	list := strings.Join(v.Activities, " → ")
	if v.More == 0 {
		return lang.Text{SV: list, EN: list}
	}
	return say("variant.more", map[string]any{"List": list, "Count": v.More})
}

func (r *Report) activitiesTable() *table.Table {
	t := newTable("activities", "activity", "mapped:bool", "events:count", "cases:count", "share:share", "near")
	for _, a := range r.Activities {
		t.Add(table.Name(a.Name), table.Truth(a.Mapped), table.Int(a.Events), table.Int(a.Cases), table.Ratio(a.Cases, r.Log.Cases-r.Log.Empty), table.Name(a.Near))
	}
	for _, name := range r.Unused() {
		t.Add(table.Name(name), table.Truth(true), table.Int(0), table.Int(0), table.Ratio(0, r.Log.Cases-r.Log.Empty), table.Name(""))
	}
	return t
}

func (r *Report) unseenTable() *table.Table {
	t := newTable("unseen", "version", "part", "of", "title", "facts", "fact_titles", "whole:bool")
	for i, list := range r.Unseen {
		for k := range list {
			u := &list[k]
			id, title := u.of()
			t.Add(table.Name(r.Programs[i].Model().Version), table.Words(say("part."+string(u.Part), nil)), table.Name(id), table.Words(title),
				table.Name(strings.Join(factIDs(u.Facts), ";")), table.Words(factTitles(u.Facts)), table.Truth(u.Whole))
		}
	}
	return t
}

func factIDs(facts []*dsl.Fact) []string {
	out := []string{}
	for _, f := range facts {
		out = append(out, f.ID)
	}
	return out
}
