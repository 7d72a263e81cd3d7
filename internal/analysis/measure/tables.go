package measure

import (
	"regexp"
	"strings"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/internal/table"
)

// Tables lists everything that was measured of the models as tables. All but the matrix have a row for each model and thing, the model
// in the first column.
func Tables(reports []*Report) []*table.Table {
	names := Names(reports)
	out := []*table.Table{Matrix(reports)}
	for _, make := range []func(*Report, *table.Table, table.Cell) *table.Table{
		(*Report).figureRows, (*Report).driverRows, (*Report).handoverRows, (*Report).targetRows, (*Report).linkRows, (*Report).limitRows,
		(*Report).consentRows, (*Report).outcomeRows, (*Report).lawRows, (*Report).factRows, (*Report).sourceRows, (*Report).loadRows,
	} {
		var t *table.Table
		for i, r := range reports {
			t = make(r, t, table.Name(names[i]))
		}
		if t != nil {
			out = append(out, t)
		}
	}
	return out
}

// Tables lists everything that was measured of the model as tables.
func (r *Report) Tables() []*table.Table { return Tables([]*Report{r}) }

// prefix begins the id of every table, so that they can lie beside those of other analyses.
const prefix = "measure-"

func newTable(id string, columns ...table.Column) *table.Table {
	return &table.Table{ID: prefix + id, Title: catalogue.In("table."+id, nil), Help: catalogue.In("table."+id+".help", nil), Columns: columns}
}

func column(id string, t table.Type) table.Column {
	c := table.Column{ID: id, Title: catalogue.In("column."+id, nil), Type: t}
	if help := "column." + id + ".help"; catalogue.Has(lang.SV, help) {
		c.Help = catalogue.In(help, nil)
	}
	return c
}

// begun returns the table, or where there is none yet an empty one with the columns after that of the model.
func begun(t *table.Table, id string, columns ...table.Column) *table.Table {
	if t == nil {
		t = newTable(id, append([]table.Column{column("model", table.Text)}, columns...)...)
	}
	return t
}

var notSnake = regexp.MustCompile(`[^a-z0-9]+`)

// Matrix sets the models side by side: a row for each metric, a column for each model, as people read them.
func Matrix(reports []*Report) *table.Table {
	t := newTable("matrix", column("metric", table.Text), column("unit", table.Text))
	for _, name := range Names(reports) {
		id := strings.Trim(notSnake.ReplaceAllString(strings.ToLower(name), "_"), "_")
		t.Columns = append(t.Columns, table.Column{ID: id, Title: lang.Text{SV: name, EN: name}})
	}
	for i, m := range Metrics {
		row := []table.Cell{table.Words(both(m.Title)), table.Words(both(m.Unit))}
		for _, r := range reports {
			f := &r.Figures[i]
			if why := f.Value.Absent(); why != "" && f.Note.IsZero() {
				row = append(row, table.Lacks(why))
			} else {
				row = append(row, table.Words(both(f.Text)))
			}
		}
		t.Add(row...)
	}
	return t
}

func (r *Report) figureRows(t *table.Table, model table.Cell) *table.Table {
	t = begun(t, "metrics", column("metric_id", table.Text), column("metric", table.Text), column("value", table.Number), column("unit", table.Text), column("note", table.Text))
	for i := range r.Figures {
		f := &r.Figures[i]
		t.Add(model, table.Name(f.Metric.ID), table.Words(both(f.Metric.Title)), f.Value, table.Words(both(f.Metric.Unit)), table.Words(f.Note))
	}
	return t
}

// asked is the cell where there is a cohort.
func (r *Report) asked(c table.Cell) table.Cell {
	if r.Cohort == nil {
		return table.Lacks(table.NotAsked)
	}
	return c
}

func (r *Report) driverRows(t *table.Table, model table.Cell) *table.Table {
	t = begun(t, "drivers", column("role", table.Text), column("actor", table.Text), column("steps", table.Count), column("of", table.Count),
		column("share", table.Share), column("cohort_share", table.Share))
	for _, d := range r.Drivers {
		for _, a := range d.Actors {
			cohort := table.Ratio(a.Done, d.Done)
			if r.Open > 0 {
				cohort = table.Lacks(table.Unproven)
			}
			t.Add(model, table.Words(both(d.Role.Text)), table.Words(a.Actor.Title), table.Int(a.Steps), table.Int(len(d.Steps)),
				table.Ratio(a.Steps, len(d.Steps)), r.asked(cohort))
		}
	}
	return t
}

func (r *Report) handoverRows(t *table.Table, model table.Cell) *table.Table {
	t = begun(t, "handovers", column("from", table.Text), column("to", table.Text), column("pairs", table.Count), column("cohort", table.Count), column("per_case", table.Number))
	for _, h := range r.Handovers.Links {
		perCase := table.Lacks(table.NotApplicable)
		if r.Cohort != nil && r.Cohort.Lived > 0 {
			perCase = table.Num(float64(h.Cohort) / float64(r.Cohort.Lived))
		}
		t.Add(model, table.Words(h.From.Title), table.Words(h.To.Title), table.Int(len(h.Pairs)), r.asked(table.Int(h.Cohort)), r.asked(perCase))
	}
	return t
}

func (r *Report) targetRows(t *table.Table, model table.Cell) *table.Table {
	t = begun(t, "ways", column("goal", table.Text), column("longest", table.Days), column("bounded_part", table.Days), column("open_links", table.Count),
		column("exact", table.Bool), column("shortest", table.Days))
	for i := range r.Targets {
		x := &r.Targets[i]
		none := table.Lacks(table.NotApplicable)
		bounded, open, exact := none, none, none
		if x.Unproven {
			none = table.Lacks(table.Unproven)
			bounded, open, exact = none, none, none
		} else if x.Longest != nil {
			bounded, open, exact = boundedDays(x.Longest), table.Int(len(x.Longest.OpenLinks())), table.Truth(x.Exact)
		}
		t.Add(model, table.Words(both(x.Text)), x.longestFigure().Value, bounded, open, exact, r.shortestFigure(x).Value)
	}
	return t
}

// linkRows tells the critical paths link by link.
func (r *Report) linkRows(t *table.Table, model table.Cell) *table.Table {
	t = begun(t, "links", column("goal", table.Text), column("number", table.Count), column("from", table.Text), column("to", table.Text),
		column("longest", table.Days), column("bound", table.Text))
	end := func(link ways.Link, l lang.Lang) string {
		if link.To == nil {
			return say(l, "ending", nil)
		}
		return link.To.Title.In(l)
	}
	start := func(link ways.Link, l lang.Lang) string {
		switch {
		case link.From != nil:
			return link.From.Title.In(l)
		case link.Event != nil && link.Open == "":
			return link.Event.Title.In(l)
		}
		return say(l, "opening", nil)
	}
	for i := range r.Targets {
		x := &r.Targets[i]
		if x.Longest == nil || x.Unproven {
			continue
		}
		for k, link := range x.Longest.Links {
			days := table.Int(link.Most)
			if link.Open != "" {
				days = table.Lacks(table.Unbounded)
			}
			t.Add(model, table.Words(both(x.Text)), table.Int(k+1), table.Words(both(func(l lang.Lang) string { return start(link, l) })),
				table.Words(both(func(l lang.Lang) string { return end(link, l) })), days, table.Words(both(func(l lang.Lang) string { return boundText(link, l) })))
		}
	}
	return t
}
