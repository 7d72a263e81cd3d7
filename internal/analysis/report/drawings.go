package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/internal/export"
)

// The widths of drawings, in pixels: in a column of two on the page, and on a phone held upright.
const (
	columnWidth = 600
	phoneWidth  = 350
)

// drawings shows the models side by side, each step marked by how it stands to those of the other models; then again with a lane for
// every actor, which takes more room than a column has.
func (b *builder) drawings() []block {
	near, lanes := beside{}, beside{Lanes: true}
	out := []block{b.para("drawings.intro", "Count", len(b.names)), b.para("drawings.marks")}
	for i, p := range b.Compare.Programs {
		drawing := func(width int, where string) export.Drawing {
			return export.Drawing{Model: p, Lang: b.l, ID: b.id("drawing", b.names[i], where), Width: width, Mark: func(s *dsl.Step) export.Mark { return b.mark(i, s) }}
		}
		column := drawing(columnWidth, "column")
		near.Figures = append(near.Figures, figure{
			ID: b.id("figure", b.names[i]), Caption: b.say("drawings.of", "Model", b.names[i]),
			SVG: whole(column), Narrow: template.HTML(export.Draw(drawing(phoneWidth, "phone"))), Sheets: sheets(column),
		})
		lanes.Figures = append(lanes.Figures, figure{
			ID: b.id("lanes", b.names[i]), Caption: b.say("drawings.lanes.caption", "Model", b.names[i]), SVG: template.HTML(export.Draw(drawing(0, "lanes"))), Wide: true,
		})
	}
	return append(out, near, heading{Text: b.say("drawings.lanes")}, b.para("drawings.lanes.intro"), lanes)
}

// sheetHeight is how much of a drawing goes on a sheet of A4 paper, in pixels of its own.
const sheetHeight = 940

// whole is a drawing whose content has an id, so that parts of it can be shown elsewhere on the page.
func whole(x export.Drawing) template.HTML {
	text := export.Draw(x)
	const first = "</desc>" // the name and the description stay where they are
	head := strings.Index(text, first) + len(first)
	return template.HTML(text[:head] + `<g id="` + x.ID + `-drawing">` + strings.TrimSuffix(strings.TrimSpace(text[head:]), "</svg>") + "</g></svg>")
}

// sheets cuts a drawing into parts for paper. Each part shows its piece of the one drawing that the page has.
func sheets(x export.Drawing) (out []template.HTML) {
	cuts := export.Cuts(x)
	from, to := 0.0, 0.0
	for i, cut := range cuts {
		if to = cut; i+1 < len(cuts) && cuts[i+1]-from <= sheetHeight {
			continue
		}
		out = append(out, template.HTML(fmt.Sprintf(`<svg class="sheet" viewBox="0 %.0f %d %.0f" width="%d" height="%.0f" aria-hidden="true"><use href="#%s-drawing"/></svg>`,
			from, x.Width, to-from, x.Width, to-from, x.ID)))
		from = to
	}
	return out
}

// mark tells how a step stands to those of the same kind in the other models.
func (b *builder) mark(model int, s *dsl.Step) export.Mark {
	k := slices.IndexFunc(b.Compare.Kinds, func(k compare.Kind) bool { return k.Kind.ID == s.Kind.ID })
	if k < 0 {
		return export.Mark{}
	}
	kind := &b.Compare.Kinds[k]
	var lack, cases, actors []string // each other model that differs is told of once, by what differs most
	for i := range b.names {
		same := func(p compare.Pair) bool {
			return (p.First == model && p.Second == i || p.First == i && p.Second == model) && p.Verdict == compare.Same
		}
		switch {
		case i == model:
		case len(kind.Steps[i]) == 0:
			lack = append(lack, b.names[i])
		case !slices.ContainsFunc(kind.Steps[i], func(x *dsl.Step) bool { return x.Actor.ID == s.Actor.ID }):
			actors = append(actors, b.names[i])
		case !slices.ContainsFunc(kind.Pairs, same):
			cases = append(cases, b.names[i])
		}
	}
	if len(lack) == len(b.names)-1 {
		return export.Mark{Kind: export.Alone}
	}
	text := func(l lang.Lang) string {
		var out []string
		for _, x := range []struct {
			id    string
			names []string
		}{{"mark.actors", actors}, {"mark.cases", cases}, {"mark.lack", lack}} {
			if x.names != nil {
				out = append(out, catalogue.Text(l, x.id, map[string]any{"Models": strings.Join(x.names, ", ")}))
			}
		}
		return strings.Join(out, "; ")
	}
	if lack == nil && cases == nil && actors == nil {
		return export.Mark{Kind: export.Common}
	}
	return export.Mark{Kind: export.Differs, Text: lang.Text{SV: text(lang.SV), EN: text(lang.EN)}}
}
