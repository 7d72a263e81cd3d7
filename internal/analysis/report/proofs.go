package report

import (
	"strings"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/table"
)

// weights are those of findings, the heaviest first.
var weights = []verify.Weight{verify.Fault, verify.Accepted, verify.Remark}

// proofs tells what verify found in each model, faults first.
func (b *builder) proofs() []block {
	if b.Verify == nil {
		return nil
	}
	out := []block{b.para("proofs.intro"), b.proofCounts()}
	for i, r := range b.Verify {
		out = append(out, heading{ID: b.id("proofs", b.names[i]), Text: b.names[i]})
		if len(r.Findings) == 0 {
			out = append(out, b.para("proofs.none", "Day", r.Day.String()))
			continue
		}
		out = append(out, b.para("proofs.day", "Day", r.Day.String()))
		for _, w := range weights {
			for _, f := range r.Findings {
				if f.Weight == w {
					out = append(out, b.finding(r, f))
				}
			}
		}
	}
	return out
}

// proofCounts is how many findings of each weight each model has.
func (b *builder) proofCounts() grid {
	g := grid{ID: b.id("proofs", "count"), Caption: b.say("proofs.caption"), Heads: []head{{Text: b.say("model")}}, File: b.file(b.tables["report-findings"])}
	for _, w := range weights {
		g.Heads = append(g.Heads, head{Text: b.say("weights." + string(w)), Help: b.say("weights." + string(w) + ".help"), Number: true})
	}
	for i, r := range b.Verify {
		row := textRow(b.names[i])
		for _, w := range weights {
			n := 0
			for _, f := range r.Findings {
				if f.Weight == w {
					n++
				}
			}
			row.Cells = append(row.Cells, cell{Text: numeral(n), Number: true, Sort: numeral(n)})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// finding tells of one finding and shows its case.
func (b *builder) finding(r *verify.Report, f *verify.Finding) fold {
	out := fold{Summary: sentence(f.Text(b.l)), Note: b.say("weight."+string(f.Weight)) + ", " + f.ID()}
	if f.Accept != nil {
		out.Blocks = append(out.Blocks, prose{Text: b.say("proofs.accepted", "Reason", b.in(f.Accept.Reason))})
	}
	if f.Case != nil {
		out.Blocks = append(out.Blocks, detail{b.witness(r, f.Case)})
	} else {
		out.Blocks = append(out.Blocks, b.para("proofs.no-case"))
	}
	return out
}

// witness tells the case that shows a finding.
func (b *builder) witness(r *verify.Report, c *verify.Case) (out []block) {
	for _, told := range c.Told(b.l) {
		out = append(out, prose{Text: sentence(told)})
	}
	facts := list{Ordered: c.Lived}
	for _, x := range c.Lines(r.Model, b.l) {
		facts.Items = append(facts.Items, item{Text: x.Title + ": " + x.Value})
	}
	if facts.Items == nil {
		return append(out, b.para("nothing-known"))
	}
	return append(out, facts)
}

// findingTable has a row for each finding of each model.
func (in Input) findingTable() *table.Table {
	column := func(id string) table.Column {
		return table.Column{ID: id, Title: catalogue.In("column."+id, nil), Type: table.Text}
	}
	t := &table.Table{
		ID: "report-findings", Title: catalogue.In("section.proofs", nil), Help: catalogue.In("proofs.intro", nil),
		Columns: []table.Column{column("model"), column("weight"), column("finding"), column("text"), column("case")},
	}
	names := in.Compare.Names()
	inBoth := func(text func(lang.Lang) string) table.Cell {
		return table.Words(lang.Text{SV: text(lang.SV), EN: text(lang.EN)})
	}
	for i, r := range in.Verify {
		for _, f := range r.Findings {
			c := table.Lacks(table.NotApplicable)
			if f.Case != nil {
				c = inBoth(func(l lang.Lang) string {
					var facts []string
					for _, x := range f.Case.Lines(r.Model, l) {
						facts = append(facts, x.Title+": "+x.Value)
					}
					return strings.Join(facts, "; ")
				})
			}
			t.Add(table.Name(names[i]), table.Name(string(f.Weight)), table.Name(f.ID()), inBoth(f.Text), c)
		}
	}
	return t
}
