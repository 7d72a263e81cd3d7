package simulate

import (
	"math"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/table"
)

// Tables returns everything that was found, in numbers. Where the figures are bounds, each has two rows: earliest and latest.
func (r *Report) Tables() []*table.Table {
	out := []*table.Table{r.outcomes(), r.times(), r.steps(), r.limits(), r.capacities(), r.loadByDay(), r.survival(), r.given(), r.assumed(), r.gaps()}
	if r.WhatIf != nil {
		out = append(out, r.changes())
	}
	return out
}

// name is the text of a sentence in both languages.
func name(id string) lang.Text { return say(id, nil) }

func column(id string, t table.Type) table.Column {
	return table.Column{ID: id, Title: name("column." + id), Help: name("column." + id + ".help"), Type: t}
}

func newTable(id string, columns ...table.Column) *table.Table {
	return &table.Table{ID: "simulation-" + id, Title: name("table." + id), Help: name("table." + id + ".help"), Columns: columns}
}

// counted is the unit of a column that counts something else than days.
func counted(c table.Column, unit string) table.Column {
	c.Unit = name("unit." + unit)
	return c
}

// estimated are the columns of an estimate: its value and the ends of its interval.
func estimated(id string, t table.Type, unit string) []table.Column {
	var out []table.Column
	for _, c := range []table.Column{column(id, t), {ID: id + "_low", Title: name("column.low"), Help: name("column.low.help"), Type: t}, {ID: id + "_high", Title: name("column.high"), Help: name("column.high.help"), Type: t}} {
		if unit != "" {
			c = counted(c, unit)
		}
		out = append(out, c)
	}
	return out
}

func (e Estimate) cells() []table.Cell {
	low, high := e.Interval()
	return []table.Cell{e.Cell(), low, high}
}

// row is a row while it is put together.
type row []table.Cell

func (x row) with(estimates ...Estimate) row {
	for _, e := range estimates {
		x = append(x, e.cells()...)
	}
	return x
}

// scenarios calls f for each scenario, with the cell that names it.
func (r *Report) scenarios(f func(called table.Cell, s *Scenario)) {
	f(table.Words(name("scenario.base")), r.Base)
	if r.WhatIf != nil {
		f(table.Words(name("scenario.what-if")), r.WhatIf)
	}
}

// lives calls f for each of the two lives of each scenario, with the cells that tell which they are.
func (r *Report) lives(f func(head row, s *Scenario, x *Figures)) {
	r.scenarios(func(called table.Cell, s *Scenario) {
		if !s.Bounds() {
			f(row{called, table.Words(name("bound.exact"))}, s, s.Earliest)
			return
		}
		f(row{called, table.Words(name("bound.earliest"))}, s, s.Earliest)
		f(row{called, table.Words(name("bound.latest"))}, s, s.Latest)
	})
}

func lifeColumns() []table.Column {
	return []table.Column{column("scenario", table.Text), column("bound", table.Text)}
}

func timesColumns() (out []table.Column) {
	out = append(out, estimated("reached", table.Share, "")...)
	for _, id := range []string{"mean", "p10", "p50", "p90"} {
		out = append(out, estimated(id, table.Days, "")...)
	}
	return out
}

func (t *Times) estimates() []Estimate { return []Estimate{t.Reached, t.Mean, t.P10, t.P50, t.P90} }

func (r *Report) outcomes() *table.Table {
	columns := append(lifeColumns(), column("id", table.Text), column("title", table.Text))
	t := newTable("outcomes", append(columns, timesColumns()...)...)
	r.lives(func(head row, _ *Scenario, x *Figures) {
		for _, e := range x.Ends {
			id, title := e.Name()
			t.Add(append(head[:2:2], table.Name(id), table.Words(title)).with(e.estimates()...)...)
		}
	})
	return t
}

// Name returns the id and the title of an ending.
func (e *End) Name() (string, lang.Text) {
	if e.Outcome != nil {
		return e.Outcome.ID, e.Outcome.Title
	}
	return e.Why, name("end." + e.Why)
}

func (r *Report) times() *table.Table {
	columns := append(lifeColumns(), column("milestone", table.Text), column("title", table.Text))
	t := newTable("times", append(columns, timesColumns()...)...)
	r.lives(func(head row, _ *Scenario, x *Figures) {
		t.Add(append(head[:2:2], table.Name("any"), table.Words(name("milestone.any"))).with(x.Any.estimates()...)...)
		for _, k := range x.Kinds {
			t.Add(append(head[:2:2], table.Name("kind."+k.Kind.ID), table.Words(k.Title())).with(k.estimates()...)...)
		}
	})
	return t
}

// Title says what the days are counted to.
func (k *KindTimes) Title() lang.Text { return say("milestone.kind", args{"Title": k.Kind.Title}) }

func (r *Report) steps() *table.Table {
	columns := append(lifeColumns(), column("id", table.Text), column("title", table.Text), column("given", table.Bool))
	columns = append(columns, estimated("done_in", table.Share, "")...)
	columns = append(columns, estimated("count", table.Number, "times")...)
	columns = append(columns, estimated("waited", table.Days, "")...)
	columns = append(columns, estimated("took", table.Days, "")...)
	t := newTable("steps", append(columns, estimated("late", table.Share, "")...)...)
	r.lives(func(head row, _ *Scenario, x *Figures) {
		for _, s := range x.Steps {
			cells := append(head[:2:2], table.Name(s.Step.ID), table.Words(s.Step.Title), table.Truth(s.Given))
			t.Add(cells.with(s.Reached, s.Count, s.Waited, s.Took, s.Late)...)
		}
	})
	return t
}

func (r *Report) limits() *table.Table {
	columns := append(lifeColumns(), column("id", table.Text), column("title", table.Text))
	columns = append(columns, estimated("started", table.Share, "")...)
	t := newTable("limits", append(columns, estimated("met", table.Share, "")...)...)
	r.lives(func(head row, _ *Scenario, x *Figures) {
		t.Add(append(head[:2:2], table.Name("late"), table.Words(name("milestone.no-step-late"))).with(Exactly(1), x.Late.Less())...)
		for _, l := range x.Limits {
			t.Add(append(head[:2:2], table.Name(l.Limit.ID), table.Words(l.Limit.Title)).with(l.Reached, l.Met)...)
		}
	})
	return t
}

// Exactly is a figure that every replication has.
func Exactly(f float64) Estimate { return Estimate{Value: f, Low: f, High: f} }

// Less returns what is left of the whole.
func (e Estimate) Less() Estimate {
	return Estimate{Value: 1 - e.Value, Low: 1 - e.High, High: 1 - e.Low, Replications: e.Replications}
}

func (r *Report) capacities() *table.Table {
	columns := append(lifeColumns(), column("role", table.Text), column("title", table.Text),
		counted(column("each", table.Count), "cases"), counted(column("staff", table.Count), "people"), counted(column("places", table.Count), "cases"))
	for _, x := range []struct {
		id   string
		t    table.Type
		unit string
	}{
		{"held", table.Days, ""}, {"load", table.Number, "cases"}, {"peak", table.Number, "cases"}, {"needed", table.Number, "people"},
		{"utilisation", table.Share, ""}, {"queue", table.Number, "cases"}, {"peak_queue", table.Number, "cases"},
		{"queued", table.Days, ""}, {"queued90", table.Days, ""}, {"delayed", table.Share, ""},
	} {
		columns = append(columns, estimated(x.id, x.t, x.unit)...)
	}
	t := newTable("capacities", columns...)
	r.lives(func(head row, s *Scenario, x *Figures) {
		for _, k := range x.Roles {
			cells := append(head[:2:2], table.Name(k.Capacity.Role), table.Words(k.Capacity.Title), table.Int(s.Plan.each(k.Capacity)), stated(k.Staff), stated(k.Places))
			cells = cells.with(k.Held)
			for _, e := range []Estimate{k.Load, k.Peak, k.Needed, k.Utilisation, k.Queue, k.PeakQueue, k.Waited, k.Waited90, k.Delayed} {
				if why := k.lacks(s.Plan); why != "" && math.IsNaN(e.Value) {
					cells = append(cells, table.Lacks(why), table.Lacks(why), table.Lacks(why))
					continue
				}
				cells = cells.with(e)
			}
			t.Add(cells...)
		}
	})
	return t
}

// lacks tells what figures of a capacity are missing for; "" where none are.
func (k *RoleFigures) lacks(p *Plan) table.Absence {
	switch {
	case p.Arrival == nil:
		return table.NotAsked // nothing is known of load
	case k.Places == 0:
		return table.NotStated // how many there are, so that nobody waits
	}
	return ""
}

// stated is a number that the file gives; 0: it does not.
func stated(n int) table.Cell {
	if n == 0 {
		return table.Lacks(table.NotStated)
	}
	return table.Int(n)
}

func (r *Report) loadByDay() *table.Table {
	t := newTable("load", append(lifeColumns(), column("role", table.Text), column("day", table.Day), counted(column("load", table.Number), "cases"), counted(column("queue", table.Number), "cases"))...)
	r.lives(func(head row, _ *Scenario, x *Figures) {
		for _, k := range x.Roles {
			for _, p := range k.ByDay {
				t.Add(append(head[:2:2], table.Name(k.Capacity.Role), table.Date(p.Day), table.Num(p.Load), table.Num(p.Queue))...)
			}
		}
	})
	return t
}

func (r *Report) survival() *table.Table {
	columns := append(lifeColumns(), column("days", table.Days))
	columns = append(columns, estimated("open", table.Share, "")...)
	for _, o := range r.Program.Model().Outcomes {
		columns = append(columns, table.Column{ID: "ended_" + o.ID, Title: o.Title, Help: name("column.ended.help"), Type: table.Share})
	}
	t := newTable("survival", columns...)
	r.lives(func(head row, _ *Scenario, x *Figures) {
		for _, p := range x.Survival {
			cells := append(head[:2:2], table.Int(p.Day)).with(p.Open)
			for _, f := range p.Ended {
				cells = append(cells, table.Num(f))
			}
			t.Add(cells...)
		}
	})
	return t
}

func (r *Report) given() *table.Table {
	t := newTable("given", column("scenario", table.Text), column("part", table.Text), column("id", table.Text), column("title", table.Text),
		column("says", table.Text), column("source", table.Text), column("interpretation", table.Text))
	r.scenarios(func(called table.Cell, s *Scenario) {
		for _, p := range s.Plan.Parts(r.Program.Model()) {
			t.Add(called, table.Words(name("part."+p.Part)), table.Name(p.ID), table.Words(p.Title), table.Words(p.Says), table.Name(p.Origin.Source), table.Words(p.Origin.Interpretation))
		}
	})
	return t
}

func (r *Report) assumed() *table.Table {
	t := newTable("assumed", column("scenario", table.Text), column("id", table.Text), column("title", table.Text), column("how", table.Text))
	r.scenarios(func(called table.Cell, s *Scenario) {
		for _, a := range s.Assumed {
			t.Add(called, table.Name(a.Fact.ID), table.Words(a.Fact.Title), table.Words(a.Text()))
		}
	})
	return t
}

func (r *Report) gaps() *table.Table {
	t := newTable("gaps", column("scenario", table.Text), column("id", table.Text), column("title", table.Text), column("unbounded", table.Bool))
	r.scenarios(func(called table.Cell, s *Scenario) {
		for _, g := range s.Gaps {
			t.Add(called, table.Name(g.Step.ID), table.Words(g.Step.Title), table.Truth(g.Unbounded))
		}
	})
	return t
}

func (r *Report) changes() *table.Table {
	columns := []table.Column{column("id", table.Text), column("title", table.Text), column("unit", table.Text), column("bound", table.Text)}
	for _, id := range []string{"base", "then", "difference"} {
		columns = append(columns, estimated(id, table.Number, "")...)
	}
	t := newTable("what-if", columns...)
	for _, c := range r.Changes {
		bound := c.Bound
		if bound == "" {
			bound = "exact"
		}
		t.Add(row{table.Name(c.ID), table.Words(c.What), table.Words(name("unit." + string(c.Unit))), table.Words(name("bound." + bound))}.with(c.Base, c.Then, c.Difference)...)
	}
	return t
}
