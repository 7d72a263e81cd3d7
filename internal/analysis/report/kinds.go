package report

import (
	"slices"
	"strings"

	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/interpreter"
)

// kinds tells of each kind of step who does it in each model, and in which cases one requires it and another does not.
func (b *builder) kinds() []block {
	out := []block{
		b.para("kinds.intro"),
		b.show(b.Compare.KindTable(true), looks{fixed: true, file: "compare-kinds"}),
		b.verdicts(),
		heading{Text: b.say("kinds.each")}, b.para("kinds.each.intro"),
	}
	if len(b.names) > 2 {
		out = append(out, b.choice())
	}
	for i := range b.Compare.Kinds {
		out = append(out, b.kind(&b.Compare.Kinds[i]))
	}
	out = append(out, heading{Text: b.say("stages")}, b.show(b.Compare.StageTable(true), looks{fixed: true, file: "compare-stages"}))
	return append(out, b.orders()...)
}

// verdicts is every two models by the verdicts that any of them has, with the kinds in the cells.
func (b *builder) verdicts() grid {
	g := grid{ID: b.id("kinds", "verdicts"), Caption: b.say("kinds.verdicts"), Help: b.say("kinds.verdicts.help"), Heads: []head{{Text: b.say("pair")}}, Plain: true}
	if t := b.tables["compare-pairs"]; t != nil {
		g.File = b.file(t)
	}
	if len(b.Compare.Kinds) == 0 {
		return g
	}
	var verdicts []compare.Verdict
	for _, v := range compare.Verdicts {
		if slices.ContainsFunc(b.Compare.Kinds, func(k compare.Kind) bool {
			return slices.ContainsFunc(k.Pairs, func(p compare.Pair) bool { return p.Verdict == v })
		}) {
			verdicts = append(verdicts, v)
			g.Heads = append(g.Heads, head{Text: v.Short(b.l), Help: b.say("verdict." + string(v))})
		}
	}
	for n, pair := range b.Compare.Kinds[0].Pairs {
		r := textRow(b.pair(pair.First, pair.Second))
		for _, v := range verdicts {
			var kinds []string
			for _, k := range b.Compare.Kinds {
				if k.Pairs[n].Verdict == v {
					kinds = append(kinds, b.in(k.Kind.Title))
				}
			}
			x := cell{Text: strings.Join(kinds, ", ")}
			if kinds == nil {
				x = cell{Text: "–"}
			}
			r.Cells = append(r.Cells, x)
		}
		g.Rows = append(g.Rows, r)
	}
	return g
}

// pairKey is how choice names two models.
func pairKey(first, second int) string { return numeral(first) + "-" + numeral(second) }

// choice lets the reader choose two models.
func (b *builder) choice() choice {
	c := choice{Label: b.say("choice"), All: b.say("choice.all")}
	for i := range b.names {
		for j := i + 1; j < len(b.names); j++ {
			c.Options = append(c.Options, option{pairKey(i, j), b.pair(i, j)})
		}
	}
	return c
}

// kind tells of one kind of step.
func (b *builder) kind(k *compare.Kind) fold {
	out := fold{ID: b.id("kind", k.Kind.ID), Summary: b.in(k.Kind.Title), Note: b.in(k.Kind.Help)}
	var steps terms
	for i, list := range k.Steps {
		e := entry{Name: b.names[i]}
		for _, s := range list {
			e.Lines = append(e.Lines, item{Text: compare.StepText(b.Compare.Programs[i], s, b.l)})
		}
		if list == nil {
			e.Lines = []item{{Text: b.say("kinds.no-step")}}
		}
		steps.Entries = append(steps.Entries, e)
	}
	out.Blocks = append(out.Blocks, steps)
	for i := range k.Pairs {
		p := &k.Pairs[i]
		x := fold{
			Summary: b.pair(p.First, p.Second) + ": " + p.Verdict.Short(b.l), Pair: pairKey(p.First, p.Second), Open: len(k.Pairs) == 1,
			Blocks: []block{prose{Text: sentence(p.Verdict.Text(b.l, b.names[p.First], b.names[p.Second]))}},
		}
		var told list
		sentences := p.Sentences(k.Kind, b.names, b.l)
		add := func(part *compare.Part, model, other int) {
			if part != nil {
				told.Items = append(told.Items, item{Text: sentence(sentences[len(told.Items)]), Blocks: b.part(part, model, other)})
			}
		}
		add(p.OnlyFirst, p.First, p.Second)
		add(p.OnlySecond, p.Second, p.First)
		if told.Items != nil {
			x.Blocks = append(x.Blocks, told)
		}
		out.Blocks = append(out.Blocks, x)
	}
	return out
}

// part shows where one model alone requires the kind: the case, the nearest in which both do, and what keeps the other from it.
func (b *builder) part(x *compare.Part, model, other int) []block {
	out := list{Items: []item{{Lead: b.say("kinds.case", "Model", b.names[model]), Text: b.caseText(x.Case)}}}
	if x.Beside != nil {
		var moved []string
		for _, f := range x.Facts {
			v := b.say("unknown")
			if value := x.Beside.Value(f.Index); value != nil {
				v = interpreter.FactText(f, value, b.l)
			}
			moved = append(moved, b.in(f.Title)+": "+v)
		}
		out.Items = append(out.Items, item{Lead: b.say("kinds.both"), Text: b.say("kinds.both.but", "Facts", strings.Join(moved, "; "))})
	}
	if clauses := b.Compare.ClauseTexts(x, other, b.l); clauses != nil {
		out.Items = append(out.Items, item{Lead: b.say("kinds.clauses", "Model", b.names[other]), Text: strings.Join(clauses, "; ")})
	}
	return []block{detail{[]block{out}}}
}

// caseText tells what is known in a case.
func (b *builder) caseText(w *cells.Witness) string {
	if text := b.Compare.CaseText(w, b.l); text != "" {
		return text
	}
	return b.say("nothing-known")
}

// orders tells in which order each model comes to the kinds, and where two of them do so the other way round.
func (b *builder) orders() []block {
	out := []block{heading{Text: b.say("orders")}, b.para("orders.intro")}
	var each terms
	for i, o := range b.Compare.Orders {
		var kinds []string
		for _, k := range o.Kinds {
			kinds = append(kinds, b.in(k.Title))
		}
		each.Entries = append(each.Entries, entry{Name: b.names[i], Lines: []item{{Text: strings.Join(kinds, " → ")}}})
	}
	out = append(out, each)
	var turned list
	for _, t := range b.Compare.Turned() {
		turned.Items = append(turned.Items, item{Text: b.say("orders.turned",
			"First", b.names[t.First], "Second", b.names[t.Second], "Early", b.in(t.Early.Title), "Late", b.in(t.Late.Title))})
	}
	if turned.Items != nil {
		out = append(out, turned)
	}
	return out
}
