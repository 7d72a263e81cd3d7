package report

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

// models tells what is put side by side.
func (b *builder) models() []block {
	g := grid{ID: b.id("models", "table"), Caption: b.say("models.caption"), Heads: b.heads(b.say("models.what")), Plain: true, File: b.file(b.Compare.ModelTable())}
	add := func(what string, of func(m *dsl.Model) cell) {
		r := textRow(b.say("models." + what))
		for _, p := range b.Compare.Programs {
			r.Cells = append(r.Cells, of(p.Model()))
		}
		g.Rows = append(g.Rows, r)
	}
	text := func(what string, of func(m *dsl.Model) string) {
		add(what, func(m *dsl.Model) cell {
			if s := of(m); s != "" {
				return cell{Text: s}
			}
			return cell{Text: table.NotStated.Text(b.l), Lacks: true}
		})
	}
	text("title", func(m *dsl.Model) string { return b.in(m.Title) })
	text("region", func(m *dsl.Model) string { return b.in(m.Region) })
	text("version", func(m *dsl.Model) string { return m.Version })
	text("in-force", func(m *dsl.Model) string { return m.InForce.String() })
	text("sources", func(m *dsl.Model) string { return b.list(b.sourceTitles(m)) })
	text("stages", func(m *dsl.Model) string { return numeral(len(m.Stages)) })
	text("steps", func(m *dsl.Model) string { return numeral(len(m.Steps)) })
	text("outcomes", func(m *dsl.Model) string { return numeral(len(m.Outcomes)) })
	text("consent", func(m *dsl.Model) string {
		if m.Consent == nil {
			return b.say("models.no-consent")
		}
		return b.in(m.Consent.Title)
	})
	add("hash", func(m *dsl.Model) cell { return cell{Text: m.Hash, Long: true} })
	out := []block{b.para("models.intro", "Count", len(b.names)), g}
	about := terms{}
	for i, p := range b.Compare.Programs {
		if text := b.in(p.Model().Help); text != "" {
			about.Entries = append(about.Entries, entry{Name: b.names[i], Lines: []item{{Text: text}}})
		}
	}
	if about.Entries != nil {
		out = append(out, heading{Text: b.say("models.about")}, about)
	}
	return out
}

func (b *builder) sourceTitles(m *dsl.Model) (out []string) {
	for _, s := range m.Sources {
		out = append(out, b.in(s.Title))
	}
	return out
}

// sources tells which texts the models were made from, and which parts of them were chosen because the source is silent.
func (b *builder) sources() []block {
	out := []block{b.para("sources.intro")}
	for i, p := range b.Compare.Programs {
		m := p.Model()
		out = append(out, heading{Text: b.names[i]})
		if len(m.Sources) == 0 {
			out = append(out, b.para("sources.none"))
		}
		var l list
		for _, s := range m.Sources {
			l.Items = append(l.Items, item{Text: b.in(s.Title), To: s.URL})
		}
		if l.Items != nil {
			out = append(out, l)
		}
		if chosen := b.chosen(p); chosen != nil {
			out = append(out, fold{Summary: b.say("sources.chosen", "Model", b.names[i]), Note: b.say("parts", "Count", len(chosen)), Blocks: []block{terms{Entries: chosen}}})
		}
		var notes list
		for _, n := range m.Notes {
			notes.Items = append(notes.Items, item{Text: b.in(n.Text)})
		}
		if notes.Items != nil {
			out = append(out, fold{Summary: b.say("sources.notes", "Model", b.names[i]), Note: b.say("parts", "Count", len(notes.Items)), Blocks: []block{notes}})
		}
	}
	return out
}

// chosen lists the parts of a model that its author chose, each with the reason.
func (b *builder) chosen(p *interpreter.Program) (out []entry) {
	m := p.Model()
	add := func(title string, origins ...dsl.Origin) {
		var lines []item
		for _, o := range origins {
			if text := b.in(o.Interpretation); text != "" {
				lines = append(lines, item{Text: text})
			}
		}
		if lines != nil {
			out = append(out, entry{Name: title, Lines: lines})
		}
	}
	timeOf := func(t *dsl.Time) (o dsl.Origin) {
		if t != nil {
			o = t.Origin
		}
		return o
	}
	for _, s := range m.Stages {
		add(b.in(s.Title), s.Origin, timeOf(s.Time))
	}
	for _, s := range m.Steps {
		var every dsl.Origin
		if s.Every != nil {
			every = s.Every.Origin
		}
		add(b.in(s.Title), s.Origin, timeOf(s.Time), every)
	}
	for _, o := range m.Outcomes {
		add(b.in(o.Title), o.Origin)
	}
	for _, l := range m.Limits {
		add(b.in(l.Title), l.Origin)
	}
	for _, c := range m.Capacities {
		add(b.in(c.Title), c.Origin)
	}
	return out
}
