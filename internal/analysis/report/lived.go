package report

import (
	"html/template"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"

	"github.com/stegvis/stegvis/internal/analysis/simulate"
	"github.com/stegvis/stegvis/internal/table"
)

// lived tells how long cases take that were lived through with given durations; where none were given, that there is nothing to tell.
func (b *builder) lived() []block {
	var bands []band
	var with []int
	for i, r := range b.Simulate {
		if r != nil {
			with = append(with, i)
			bands = append(bands, b.band(i, r.Base))
		}
	}
	if with == nil {
		return []block{b.note("lived.none")}
	}
	out := []block{b.para("lived.intro")}
	for i := range b.names {
		if !slices.Contains(with, i) {
			out = append(out, b.note("lived.not", "Model", b.names[i]))
		}
	}
	id := b.id("survival")
	desc := ""
	for n, i := range with {
		desc += b.survivalText(i, b.Simulate[i].Base)
		if n < len(with)-1 {
			desc += " "
		}
	}
	draw := func(id string, on canvas) template.HTML {
		return b.curves(id, on, b.say("lived.survival"), desc, b.say("lived.days"), b.say("lived.open"), bands)
	}
	chart := figure{ID: id, Caption: b.say("lived.survival"), SVG: draw(b.id("survival", "curve"), deskCanvas), Narrow: draw(b.id("survival", "phone"), phoneCanvas)}
	chart.Blocks = []block{prose{Text: desc}}
	if slices.ContainsFunc(with, func(i int) bool { return b.Simulate[i].Base.Bounds() }) {
		chart.Blocks = append(chart.Blocks, b.para("lived.band"))
	}
	for _, i := range with {
		chart.Blocks = append(chart.Blocks, b.survivalTable(i))
	}
	out = append(out, chart, b.milestones(with))
	for _, i := range with {
		out = append(out, b.livedModel(i))
	}
	return out
}

// band is a model's survival curve, or the two between which it lies.
func (b *builder) band(model int, s *simulate.Scenario) band {
	out := band{name: b.names[model], pen: penOf(model), earliest: openShares(s.Earliest)}
	if s.Bounds() {
		out.latest = openShares(s.Latest)
	}
	return out
}

func openShares(f *simulate.Figures) (out plotter.XYs) {
	for _, p := range f.Survival {
		out = append(out, plotter.XY{X: float64(p.Day), Y: p.Open.Value})
	}
	return out
}

// survivalText tells a curve in words.
func (b *builder) survivalText(model int, s *simulate.Scenario) string {
	half := func(f *simulate.Figures) string {
		for _, p := range f.Survival {
			if p.Open.Value <= 0.5 {
				return b.say("lived.half-by", "Day", p.Day)
			}
		}
		return b.say("lived.half-never")
	}
	last := func(f *simulate.Figures) string { return b.percent(f.Survival[len(f.Survival)-1].Open.Value) }
	if !s.Bounds() {
		return b.say("lived.curve", "Model", b.names[model], "Half", half(s.Earliest), "Left", last(s.Earliest))
	}
	return b.say("lived.curves", "Model", b.names[model], "Half", half(s.Earliest), "Left", last(s.Earliest), "LateHalf", half(s.Latest), "LateLeft", last(s.Latest))
}

// curveRows is how many days of a curve the page lists. Input.Tables has them all.
const curveRows = 40

// survivalTable is the figures of a curve.
func (b *builder) survivalTable(model int) fold {
	t := b.tables[b.simulationID(model, "survival")]
	shown := *t
	if n := len(t.Rows); n > curveRows {
		shown.ID, shown.Rows = t.ID+"-short", nil // so that its file is not taken for the whole
		for i := range curveRows {
			shown.Rows = append(shown.Rows, t.Rows[i*(n-1)/(curveRows-1)])
		}
	}
	only := []string{"days", "open", "open_low", "open_high"}
	if b.Simulate[model].Base.Bounds() {
		only = slices.Insert(only, 1, "bound")
	}
	g := b.show(&shown, looks{fixed: true, only: only})
	g.Caption = b.say("of-model", "Title", g.Caption, "Model", b.names[model])
	return fold{Summary: b.say("lived.figures", "Model", b.names[model]), Note: b.say("lived.rows", "Shown", len(shown.Rows), "Of", len(t.Rows)), Blocks: []block{detail{[]block{g}}}}
}

// milestones is what cases come to, by the models, with the days that half of them take, and one in ten and nine in ten.
func (b *builder) milestones(with []int) grid {
	g := grid{ID: b.id("milestones"), Caption: b.say("lived.milestones"), Help: b.say("lived.milestones.help"), Heads: []head{{Text: b.say("lived.to")}}, Plain: true}
	for _, i := range with {
		g.Heads = append(g.Heads, head{Text: b.names[i]})
	}
	var kinds []string
	titles := map[string]string{}
	for _, i := range with {
		for _, k := range b.Simulate[i].Base.Earliest.Kinds {
			if !slices.Contains(kinds, k.Kind.ID) {
				kinds = append(kinds, k.Kind.ID)
				titles[k.Kind.ID] = b.in(k.Title())
			}
		}
	}
	add := func(title string, of func(*simulate.Figures) *simulate.Times) {
		r := textRow(title)
		for _, i := range with {
			s := b.Simulate[i].Base
			lines := b.timesLines(of(s.Earliest))
			if late := b.timesLines(of(s.Latest)); !slices.Equal(lines, late) {
				lines = b.bounds(lines, late)
			}
			r.Cells = append(r.Cells, cell{Text: lines[0], Lines: lines[1:]})
		}
		g.Rows = append(g.Rows, r)
	}
	add(b.say("lived.any"), func(f *simulate.Figures) *simulate.Times { return &f.Any })
	for _, id := range kinds {
		add(titles[id], func(f *simulate.Figures) *simulate.Times {
			for i := range f.Kinds {
				if f.Kinds[i].Kind.ID == id {
					return &f.Kinds[i].Times
				}
			}
			return nil
		})
	}
	return g
}

// bounds tells what holds at the earliest and what at the latest; lines that are alike only once.
func (b *builder) bounds(early, late []string) (out []string) {
	for _, x := range early {
		if !slices.Contains(late, x) {
			x = b.say("lived.earliest", "Text", x)
		}
		out = append(out, x)
	}
	for _, x := range late {
		if !slices.Contains(early, x) {
			out = append(out, b.say("lived.latest", "Text", x))
		}
	}
	return out
}

// timesLines tells times in words; nil: the model has no such step.
func (b *builder) timesLines(t *simulate.Times) []string {
	if t == nil {
		return []string{table.NotApplicable.Text(b.l)}
	}
	if !t.P50.Known() {
		return []string{t.P50.Cell().Text(table.Column{Type: table.Days}, b.l)}
	}
	number := func(e simulate.Estimate) string { return e.Cell().Text(table.Column{Type: table.Days}, b.l) }
	out := []string{b.say("lived.half", "P50", number(t.P50), "P10", number(t.P10), "P90", number(t.P90))}
	if !math.IsNaN(t.P50.Low) {
		low, high := t.P50.Interval()
		out = append(out, b.say("lived.interval", "Low", low.Text(table.Column{Type: table.Days}, b.l), "High", high.Text(table.Column{Type: table.Days}, b.l)))
	}
	return append(out, b.say("lived.reached", "Share", b.percent(t.Reached.Value)))
}

// livedModel tells the rest of what was found in one model, folded.
func (b *builder) livedModel(model int) fold {
	r, name := b.Simulate[model], b.names[model]
	out := fold{ID: b.id("lived", name), Summary: b.say("lived.model", "Model", name)}
	out.Blocks = append(out.Blocks, b.para("lived.options", "Cases", r.Options.Cases, "Replications", r.Options.Replications, "Seed", r.Options.Seed))
	for _, x := range []struct {
		id   string
		only []string
	}{
		{"outcomes", []string{"title", "bound", "reached", "reached_low", "reached_high", "p10", "p50", "p90"}},
		{"limits", []string{"title", "bound", "started", "met", "met_low", "met_high"}},
		{"capacities", []string{"title", "bound", "each", "staff", "places", "load", "peak", "needed", "utilisation", "queue", "queued", "delayed"}},
		{"gaps", nil}, {"given", []string{"part", "title", "says", "source", "interpretation"}}, {"assumed", []string{"title", "how"}},
	} {
		if t := b.tables[b.simulationID(model, x.id)]; len(t.Rows) > 0 {
			g := b.show(t, looks{fixed: true, shaded: x.id == "outcomes", only: x.only})
			g.Caption = b.say("of-model", "Title", g.Caption, "Model", name)
			out.Blocks = append(out.Blocks, g)
		}
	}
	return out
}
