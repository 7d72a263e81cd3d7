package cli

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

// compareWidth is how wide the comparison is written, in columns.
const compareWidth = 100

// comparison writes a report for people.
type comparison struct {
	*app
	r     *compare.Report
	names []string
}

// writeComparison writes the report; in detail, with the sentences and the cases of each difference.
func (a *app) writeComparison(r *compare.Report, detail bool) {
	c := &comparison{a, r, r.Names()}
	for i, p := range r.Programs {
		c.put(0, strong.Render(c.names[i])+"  "+p.Model().Title.In(a.lang)+", "+a.say("compare.version", map[string]any{"Version": p.Model().Version}))
	}
	c.put(0, faint.Render(a.say("compare.about", map[string]any{"At": r.Day.String()})))
	for i := range r.Changes {
		c.changes(&r.Changes[i])
	}
	c.side(r.StageTable(true), 1)
	c.kinds()
	c.partings(detail)
	if detail {
		c.heading("compare.details")
		for i := range r.Kinds {
			c.kind(&r.Kinds[i])
		}
	} else {
		fmt.Fprintln(a.out)
		c.put(0, a.say("compare.no-details", map[string]any{"First": c.names[0], "Second": c.names[1]}))
	}
	c.side(r.EndTable(), 1)
	for _, t := range []*table.Table{r.LimitTable(), r.DutyTable(), r.CapacityTable()} {
		c.side(t, 2)
	}
	c.orders()
	for _, m := range []*compare.Matrix{r.Cohort, r.Cells} {
		if m != nil {
			c.side(r.MatrixTable(m), 1)
		}
	}
	c.outside()
	if r.Open > 0 {
		fmt.Fprintln(a.out)
		c.put(0, a.say("compare.open", map[string]any{"Count": r.Open}))
	}
}

// put writes a paragraph, its lines after the first set in further.
func (c *comparison) put(indent int, text string) {
	const hang = 2
	lines := strings.Split(lipgloss.Wrap(text, compareWidth-indent-hang, ""), "\n")
	for i, line := range lines {
		if i > 0 {
			line = strings.Repeat(" ", hang) + strings.TrimLeft(line, " ")
		}
		fmt.Fprintln(c.out, strings.Repeat(" ", indent)+strings.TrimRight(line, " "))
	}
}

func (c *comparison) heading(id string) {
	fmt.Fprintf(c.out, "\n%s\n", strong.Render(c.say(id, nil)))
}

// side writes a table whose columns from the fixed ones on are the models: in parts, as many beside each other as find room.
func (c *comparison) side(t *table.Table, fixed int) {
	for from := fixed; from < len(t.Columns) && len(t.Rows) > 0; {
		part := table.Table{Title: t.Title, Help: t.Help}
		if from > fixed {
			part.Title, part.Help = c.continued(t.Title), lang.Text{}
		}
		to := len(t.Columns)
		for ; ; to-- {
			part.Columns, part.Rows = slices.Concat(t.Columns[:fixed], t.Columns[from:to]), nil
			for _, row := range t.Rows {
				part.Add(slices.Concat(row[:fixed], row[from:to])...)
			}
			if _, fits := columnWidths(c.tableTexts(&part), compareWidth); to == from+1 || fits && c.readable(&part, to-from) {
				break
			}
		}
		c.printTableWithin(&part, compareWidth)
		from = to
	}
}

// readable tells whether so many models can stand beside each other: of figures and single words any number that finds room, of longer texts
// only a few, lest they become columns of words.
func (c *comparison) readable(t *table.Table, models int) bool {
	const few, long = 3, 24
	return models <= few || !slices.ContainsFunc(t.Rows, func(row []table.Cell) bool {
		i := len(row) - models
		return slices.ContainsFunc(row[i:], func(x table.Cell) bool { return lipgloss.Width(x.Text(t.Columns[i], c.lang)) > long })
	})
}

func (c *comparison) continued(title lang.Text) lang.Text {
	text := c.say("compare.continued", map[string]any{"Title": title})
	return lang.Text{SV: text, EN: text}
}

// kinds writes who does each kind of step in each model, and how the models stand to each other in it.
func (c *comparison) kinds() {
	t := c.r.KindTable(true)
	if len(c.names) > 2 {
		c.side(t, 1)
		for i := range c.names[1:] {
			t := c.r.VerdictTable(i)
			if i > 0 { // what the words mean has been said
				t.Help = lang.Text{}
			}
			c.side(t, 1)
		}
		return
	}
	verdicts := c.r.VerdictTable(0)
	head := c.say("compare.verdict", map[string]any{"Second": c.names[1], "First": c.names[0]})
	t.Columns = append(t.Columns, table.Column{ID: "verdict", Title: lang.Text{SV: head, EN: head}})
	for i := range t.Rows {
		t.Rows[i] = append(t.Rows[i], verdicts.Rows[i][1])
	}
	c.side(t, 1)
}

// partings writes with how few facts every two models part; in detail, all sets that were found.
func (c *comparison) partings(detail bool) {
	const few = 2
	c.heading("compare.partings")
	for line := range strings.SplitSeq(lipgloss.Wrap(c.say("compare.partings.is", nil), compareWidth, ""), "\n") {
		fmt.Fprintln(c.out, faint.Render(line))
	}
	for _, p := range c.r.Partings {
		first, second := c.names[p.First], c.names[p.Second]
		id := "compare.partings.pair"
		switch {
		case len(p.Sets) == 0 && p.All:
			id = "compare.partings.never"
		case len(p.Sets) == 0:
			id = "compare.partings.unproven"
		}
		sets := p.Sets
		if !detail {
			sets = sets[:min(few, len(sets))]
		}
		c.put(2, c.say(id, map[string]any{"First": strong.Render(first), "Second": strong.Render(second), "All": p.All && len(sets) == len(p.Sets)}))
		for _, s := range sets {
			known := c.r.CaseText(s.Case, c.lang)
			c.put(4, c.say("compare.partings.set", map[string]any{
				"Case": known, "Empty": known == "", "First": first, "Second": second, "FirstAnswer": s.First.Text(c.lang), "SecondAnswer": s.Second.Text(c.lang),
			}))
		}
	}
}

// kind writes the steps of a kind, and in what the models differ there.
func (c *comparison) kind(k *compare.Kind) {
	fmt.Fprintf(c.out, "\n%s  %s\n", strong.Render(k.Kind.Title.In(c.lang)), faint.Render(k.Kind.ID))
	for i, steps := range k.Steps {
		if len(steps) == 0 {
			c.put(2, c.names[i]+": "+c.say("compare.no-such-step", nil))
		}
		for _, s := range steps {
			c.put(2, c.names[i]+": "+compare.StepText(c.r.Programs[i], s, c.lang))
		}
	}
	for i := range k.Pairs {
		p := &k.Pairs[i]
		first, second := c.names[p.First], c.names[p.Second]
		c.put(2, strong.Render(first+" · "+second+": "+p.Verdict.Text(c.lang, first, second)))
		sentences := p.Sentences(k.Kind, c.names, c.lang)
		for _, x := range []struct {
			part         *compare.Part
			model, other int
		}{{p.OnlyFirst, p.First, p.Second}, {p.OnlySecond, p.Second, p.First}} {
			if x.part == nil {
				continue
			}
			c.put(4, sentences[0]+".")
			sentences = sentences[1:]
			c.part(x.part, x.model, x.other)
		}
	}
}

// part writes the cases that show a difference: one in which a model alone requires the step, and the nearest in which both do.
func (c *comparison) part(x *compare.Part, model, other int) {
	text := c.r.CaseText(x.Case, c.lang)
	c.put(6, c.say("compare.case", map[string]any{"Model": c.names[model], "Case": text, "Empty": text == ""}))
	if x.Beside != nil {
		var moved []string
		for _, f := range x.Facts {
			v := c.say("compare.unknown", nil)
			if value := x.Beside.Value(f.Index); value != nil {
				v = interpreter.FactText(f, value, c.lang)
			}
			moved = append(moved, f.Title.In(c.lang)+": "+v)
		}
		c.put(6, c.say("compare.beside", map[string]any{"Facts": strings.Join(moved, ", ")}))
	}
	if clauses := c.r.ClauseTexts(x, other, c.lang); len(clauses) > 0 {
		c.put(6, c.say("compare.clauses", map[string]any{"Model": c.names[other], "Clauses": strings.Join(clauses, "; ")}))
	}
}

func (c *comparison) orders() {
	c.heading("compare.order")
	for i, o := range c.r.Orders {
		var kinds []string
		for _, k := range o.Kinds {
			kinds = append(kinds, k.Title.In(c.lang))
		}
		c.put(2, c.names[i]+": "+strings.Join(kinds, " → "))
	}
	for _, t := range c.r.Turned() {
		c.put(2, c.say("compare.turned", map[string]any{
			"First": c.names[t.First], "Second": c.names[t.Second], "Early": t.Early.Title.In(c.lang), "Late": t.Late.Title.In(c.lang),
		}))
	}
}

func (c *comparison) outside() {
	o, cohort := &c.r.Outside, c.r.Cohort != nil
	c.heading("compare.outside")
	if len(o.Groups) == 0 {
		c.put(2, c.say("compare.outside.none", map[string]any{"Proven": o.All}))
	}
	for _, g := range o.Groups {
		text := compare.ConditionText(g.When, c.lang)
		if len(g.When) > 0 {
			text = c.say("compare.outside.when", map[string]any{"When": text})
		}
		if cohort {
			text += " (" + c.say("compare.outside.count", map[string]any{"Count": g.Cohort, "Of": c.number(o.Of)}) + ")"
		}
		c.put(2, "• "+text)
	}
	if len(o.Groups) > 0 && !o.All {
		c.put(2, c.say("compare.outside.more", nil))
	}
	if cohort {
		c.put(2, c.say("compare.outside.cohort", map[string]any{"Count": o.Cohort, "Of": c.number(o.Of)}))
	}
}

func (c *comparison) changes(x *compare.Changes) {
	first, second := c.names[x.First], c.names[x.Second]
	fmt.Fprintf(c.out, "\n%s\n", strong.Render(c.say("compare.changes", map[string]any{"First": first, "Second": second})))
	if len(x.Parts) == 0 {
		c.put(2, c.say("compare.changes.none", nil))
	}
	for _, p := range x.Parts {
		text := p.HowText(c.lang)
		if what := p.WhatTexts(c.lang); len(what) > 0 {
			text += ": " + interpreter.ListText(what, "and", c.lang)
		}
		if cases := p.CasesText(c.lang); cases != "" {
			text += "; " + cases
		}
		c.put(2, p.PartText(c.lang)+" "+p.Title.In(c.lang)+" "+faint.Render(p.ID)+": "+text)
	}
}
