package report

import (
	"strings"

	"github.com/stegvis/stegvis/internal/analysis/measure"
)

// metrics is the matrix of the models by metrics, each with its definition, and then what stands behind the figures.
func (b *builder) metrics() []block {
	if b.Measure == nil {
		return nil
	}
	g := grid{
		ID: b.id("metrics", "matrix"), Caption: b.say("metrics.caption"), Help: b.say("metrics.help", "Cohort", b.cohort),
		Heads: b.heads(b.say("metrics.metric")), Plain: true, File: b.file(b.tables["measure-metrics"]),
	}
	group := ""
	for i, m := range measure.Metrics {
		if m.Group != group {
			group = m.Group
			g.Rows = append(g.Rows, row{Group: true, Cells: []cell{{Text: measure.GroupTitle(group, b.l)}}})
		}
		g.Rows = append(g.Rows, b.metric(i))
	}
	out := []block{b.para("metrics.intro"), g, heading{Text: b.say("metrics.more")}}
	for _, id := range []string{"drivers", "consent", "outcomes", "facts", "law", "sources", "load"} {
		out = append(out, b.perModel("measure-"+id)...)
	}
	return out
}

// metric is the row of a metric, by its place in measure.Metrics.
func (b *builder) metric(i int) row {
	m := measure.Metrics[i]
	title, unit := m.Title(b.l), m.Unit(b.l)
	if !strings.EqualFold(title, unit) {
		title = b.say("metrics.of", "Title", title, "Unit", unit)
	}
	r := row{Help: b.definition(m), Cells: []cell{{Text: title}}}
	for _, report := range b.Measure {
		f := &report.Figures[i]
		r.Cells = append(r.Cells, cell{Text: f.Text(b.l), Lacks: f.Value.Absent() != ""})
	}
	return r
}

// definition tells how a metric is worked out.
func (b *builder) definition(m measure.Metric) *terms {
	line := func(text string) []item { return []item{{Text: text}} }
	return &terms{Entries: []entry{
		{Name: b.say("metrics.formula"), Lines: line(m.Formula(b.l))}, {Name: b.say("metrics.inputs"), Lines: line(m.Inputs(b.l))}, {Name: b.say("metrics.unit"), Lines: line(m.Unit(b.l))},
	}}
}

// perModel shows a table that has a row for each model and thing, folded, a part for each model.
func (b *builder) perModel(id string) []block {
	t := b.tables[id]
	if t == nil || len(t.Rows) == 0 {
		return nil
	}
	out := fold{ID: b.id("fold", id), Summary: b.in(t.Title), Blocks: []block{prose{Text: b.in(t.Help)}}}
	for i, name := range b.names {
		if own := b.single[i][id]; own != nil && len(own.Rows) > 0 {
			out.Blocks = append(out.Blocks, b.show(own, looks{shaded: true, of: name, file: id}))
		}
	}
	out.Blocks = lastFile(out.Blocks)
	return []block{out}
}

// handovers shows who hands over to whom in each model.
func (b *builder) handovers() []block {
	if b.Measure == nil {
		return nil
	}
	out := []block{prose{Text: measure.GroupText("handovers", b.l)}, b.para("handovers.help", "Cohort", b.cohort)}
	for i, r := range b.Measure {
		h := &r.Handovers
		switch {
		case h.Unproven:
			out = append(out, b.note("handovers.unproven", "Model", b.names[i]))
		case len(h.Links) == 0:
			out = append(out, b.note("handovers.none", "Model", b.names[i]))
		default:
			out = append(out, b.handoverMatrix(i, r))
		}
	}
	return lastFile(out)
}

// handoverMatrix is the actors by the actors that they hand over to, each cell as dark as its part of the model's handovers.
func (b *builder) handoverMatrix(model int, r *measure.Report) grid {
	g := grid{
		ID: b.id("handovers", b.names[model]), Caption: b.say("handovers.caption", "Model", b.names[model]),
		Heads: []head{{Text: b.say("handovers.from")}}, Shaded: true, Plain: true, File: b.file(b.tables["measure-handovers"]),
	}
	var from, to []string
	place := func(in *[]string, name string) int {
		for i, x := range *in {
			if x == name {
				return i
			}
		}
		*in = append(*in, name)
		return len(*in) - 1
	}
	total := 0
	for _, l := range r.Handovers.Links {
		place(&from, b.in(l.From.Title))
		place(&to, b.in(l.To.Title))
		total += len(l.Pairs)
	}
	for _, name := range to {
		g.Heads = append(g.Heads, head{Text: b.say("handovers.to", "Actor", name), Number: true})
	}
	for _, name := range from {
		r := textRow(name)
		for range to {
			r.Cells = append(r.Cells, cell{Text: "–", Number: true})
		}
		g.Rows = append(g.Rows, r)
	}
	for _, l := range r.Handovers.Links {
		x := &g.Rows[place(&from, b.in(l.From.Title))].Cells[1+place(&to, b.in(l.To.Title))]
		x.Text, x.Shade = numeral(len(l.Pairs)), shade(float64(len(l.Pairs))/float64(total))
		if r.Cohort != nil {
			x.Lines = []string{b.say("handovers.cohort", "Count", l.Cohort)}
		}
	}
	return g
}

// times tells the longest and shortest ways of each model, link by link, and how they stand to the limits.
func (b *builder) times() []block {
	if b.Measure == nil {
		return nil
	}
	out := []block{prose{Text: measure.GroupText("time", b.l)}, b.longest()}
	for i, r := range b.Measure {
		var goals terms
		for k := range r.Targets {
			t := &r.Targets[k]
			goals.Entries = append(goals.Entries, entry{Name: upper(t.Text(b.l)), Lines: []item{b.longestWay(t)}})
		}
		out = append(out, fold{ID: b.id("ways", b.names[i]), Summary: b.say("times.links", "Model", b.names[i]), Blocks: []block{goals}})
	}
	return append(out, b.perModel("measure-limits")...)
}

// longest is what is aimed at, by the models, with the longest time to it, or the first link that nothing bounds.
func (b *builder) longest() grid {
	g := grid{
		ID: b.id("times", "longest"), Caption: b.say("times.caption"), Help: b.say("times.help"), Heads: b.heads(b.say("times.goal")), Plain: true,
		File: b.file(b.tables["measure-ways"]),
	}
	for i, m := range measure.Metrics {
		if m.Group != "time" || !strings.HasSuffix(m.ID, "-longest") && !strings.HasSuffix(m.ID, "-shortest") {
			continue
		}
		g.Rows = append(g.Rows, b.metric(i))
	}
	return g
}

// longestWay tells the critical path to a goal, link by link.
func (b *builder) longestWay(t *measure.Target) item {
	if t.Longest == nil {
		return item{Text: b.say("times.unreached")}
	}
	links := list{Ordered: true}
	for _, link := range t.Longest.Links {
		links.Items = append(links.Items, item{Text: measure.LinkText(link, b.l)})
	}
	return item{Text: b.say("times.sum", "Days", t.Longest.Most, "Open", len(t.Longest.OpenLinks()), "Exact", t.Exact), Blocks: []block{links}}
}
