package report

import (
	"github.com/stegvis/stegvis/internal/analysis/compare"
)

// divergence shows how often the models' next steps differ, and with how little known they do.
func (b *builder) divergence() []block {
	out := []block{b.para("divergence.is")}
	if c := b.Compare.Cohort; c != nil {
		out = append(out, b.show(b.Compare.MatrixTable(c), looks{shaded: true, fixed: true}))
	}
	out = append(out, b.show(b.Compare.MatrixTable(b.Compare.Cells), looks{shaded: true, fixed: true}), b.note("divergence.made-up"))
	out = append(out, heading{Text: b.say("partings")}, b.para("partings.intro"))
	if len(b.names) > 2 {
		out = append(out, b.choice())
	}
	for i := range b.Compare.Partings {
		p := &b.Compare.Partings[i]
		x := fold{Summary: b.pair(p.First, p.Second), Pair: pairKey(p.First, p.Second), Open: len(b.Compare.Partings) == 1}
		var sets list
		for k := range p.Sets {
			sets.Items = append(sets.Items, b.factSet(p, &p.Sets[k]))
		}
		switch {
		case sets.Items == nil:
			x.Blocks = []block{b.para("partings.none", "Proven", p.All)}
		case !p.All:
			x.Blocks = []block{sets, b.para("partings.more")}
		default:
			x.Blocks = []block{sets}
		}
		out = append(out, x)
	}
	return out
}

// factSet tells of facts with which two models part, and what each says then.
func (b *builder) factSet(p *compare.Parting, s *compare.FactSet) item {
	out := item{Text: b.say("partings.set", "Count", len(s.Facts), "Case", b.caseText(s.Case))}
	out.Blocks = []block{list{Items: []item{
		{Lead: b.names[p.First], Text: s.First.Text(b.l)},
		{Lead: b.names[p.Second], Text: s.Second.Text(b.l)},
	}}}
	return out
}

// outside tells which cases fall between all of the models.
func (b *builder) outside() []block {
	o := &b.Compare.Outside
	out := []block{b.para("outside.intro")}
	if len(o.Groups) == 0 {
		return append(out, b.note("outside.none", "Proven", o.All))
	}
	only := []string{"group", "case"}
	if b.cohort != "" {
		only = append(only, "in_group", "group_share")
	}
	out = append(out, b.shown("compare-outside", "", looks{only: only, fixed: true})...)
	if !o.All {
		out = append(out, b.para("outside.more"))
	}
	return out
}

// changes tells what is another between versions of one model that stand side by side.
func (b *builder) changes() (out []block) {
	for _, c := range b.Compare.Changes {
		title := b.say("changes.head", "First", b.names[c.First], "Second", b.names[c.Second])
		if len(c.Parts) == 0 {
			out = append(out, prose{Text: title + ": " + b.say("changes.none")})
			continue
		}
		g := grid{ID: b.id("changes-table"), Caption: title, File: b.file(b.tables["compare-changes"])}
		for _, h := range []string{"title", "part", "how", "what", "cases"} {
			g.Heads = append(g.Heads, head{Text: b.say("changes." + h)})
		}
		for _, p := range c.Parts {
			cases := cell{Text: "–"}
			if p.Cases != "" {
				cases = cell{Text: p.Cases.Text(b.l, b.names[c.First], b.names[c.Second])}
			}
			r := textRow(b.in(p.Title), p.PartText(b.l), p.HowText(b.l), b.list(p.WhatTexts(b.l)))
			r.Cells = append(r.Cells, cases)
			g.Rows = append(g.Rows, r)
		}
		out = append(out, g)
	}
	return lastFile(out)
}
