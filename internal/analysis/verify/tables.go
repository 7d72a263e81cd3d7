package verify

import (
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/table"
)

// Reports are those of several models or versions.
type Reports []*Report

// Tables lists what was found of one model as tables.
func (r *Report) Tables() []*table.Table { return Reports{r}.Tables() }

// Tables lists what was found as tables: how many findings each version has, each of them, and each demand of the duties.
func (rs Reports) Tables() []*table.Table {
	sums := newTable("models", column("faults", table.Count), column("accepted", table.Count), column("remarks", table.Count))
	findings := newTable("findings",
		column("id", table.Text), column("code", table.Text), column("weight", table.Text), column("finding", table.Text), column("facts", table.Count),
		column("lived", table.Bool), column("in_order", table.Bool), column("accept", table.Text), column("when", table.Text), column("reason", table.Text))
	duties := newTable("duties",
		column("overlay", table.Text), column("duty", table.Text), column("law", table.Text), column("verdict", table.Text),
		column("demand", table.Text), column("demand_verdict", table.Text), column("told", table.Text))
	for _, r := range rs {
		row := func(t *table.Table, cells ...table.Cell) {
			t.Add(append([]table.Cell{table.Name(r.Model.ID), table.Name(r.Model.Version), table.Date(r.Day)}, cells...)...)
		}
		row(sums, table.Int(r.Faults()), table.Int(r.Count(Accepted)), table.Int(r.Count(Remark)))
		for _, f := range r.Findings {
			row(findings, append([]table.Cell{table.Name(f.ID()), table.Name(string(f.Code)), table.Name(string(f.Weight)), table.Words(inBoth(f.Text))},
				append(f.Case.cells(), f.acceptCells()...)...)...)
		}
		for _, d := range r.Duties {
			for i := range d.Demands {
				x := &d.Demands[i]
				row(duties, table.Name(d.Duty.Overlay.ID), table.Name(d.Duty.ID), table.Words(d.Duty.Law), table.Words(inBoth(d.Verdict.Text)),
					table.Name(x.Demand.ID), table.Words(inBoth(x.Verdict.Text)), table.Words(inBoth(x.Text)))
			}
		}
	}
	return []*table.Table{sums, findings, duties}
}

// newTable begins a table with a column for the model, its version and the day.
func newTable(id string, columns ...table.Column) *table.Table {
	columns = append([]table.Column{column("model", table.Text), column("version", table.Text), column("day", table.Day)}, columns...)
	return &table.Table{ID: "verify-" + id, Title: sentence("table." + id), Help: sentence("table." + id + ".help"), Columns: columns}
}

func column(id string, t table.Type) table.Column {
	return table.Column{ID: id, Title: sentence("column." + id), Help: sentence("column." + id + ".help"), Type: t}
}

func sentence(id string) lang.Text { return catalogue.In(id, nil) }

// cells are the figures of the case that shows a finding: how many facts it knows, whether a history leads to it, and whether its
// facts can come in order.
func (c *Case) cells() []table.Cell {
	if c == nil {
		return []table.Cell{table.Lacks(table.NotApplicable), table.Lacks(table.NotApplicable), table.Lacks(table.NotApplicable)}
	}
	says := 0
	for i := range c.Known {
		if c.Says(i) {
			says++
		}
	}
	return []table.Cell{table.Int(says), table.Truth(c.Lived), table.Truth(c.InOrder)}
}

// acceptCells tell what accepts a finding, in which cases, and why.
func (f *Finding) acceptCells() []table.Cell {
	out := []table.Cell{table.Lacks(table.NotApplicable), table.Lacks(table.NotApplicable), table.Lacks(table.NotApplicable)}
	if a := f.Accept; a != nil {
		out[0], out[2] = table.Name(a.ID), table.Words(a.Reason)
		if a.When != nil {
			out[1] = table.Name(a.When.Text)
		}
	}
	return out
}
