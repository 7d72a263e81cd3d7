package compare

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

// stepTable has a row for each step of each model.
func (r *Report) stepTable() *table.Table {
	t := newTable("steps", columns("name", "kind", "stage", "step", "step_title", "actor", "with", "when", "due", "every", "source")...)
	names := r.Names()
	for i, p := range r.Programs {
		for _, s := range p.Model().Steps {
			stage, source := none, table.Lacks(table.NotStated)
			if s.Stage != nil {
				stage = table.Words(s.Stage.Title)
			}
			if s.Origin.Source != "" {
				source = inWords(func(l lang.Lang) string { return interpreter.SourceText(p.Model().Sources, s.Origin.Source, l) })
			}
			due, every := table.Lacks(table.NotStated), table.Lacks(table.NotApplicable)
			if s.Every != nil {
				due, every = table.Lacks(table.NotApplicable), inWords(func(l lang.Lang) string { return interpreter.DurationText(s.Every.Period, l) })
			} else if len(dueTimes(s)) > 0 {
				due = inWords(func(l lang.Lang) string { return strings.Join(dueTexts(s, l), "; ") })
			}
			t.Add(table.Name(names[i]), table.Words(s.Kind.Title), stage, table.Name(s.ID), table.Words(s.Title), table.Words(s.Actor.Title),
				inWords(func(l lang.Lang) string { return interpreter.ListText(titles(s.With, l), "", l) }),
				inWords(func(l lang.Lang) string { return whenText(p, s, l) }), due, every, source)
		}
	}
	return t
}

// pairTable has a row for each kind and every two models.
func (r *Report) pairTable() *table.Table {
	t := newTable("pairs", columns("kind", "first", "second", "verdict", "verdict_text",
		"only_first", "only_first_case", "only_first_clauses", "only_second", "only_second_case", "only_second_clauses", "both_case")...)
	names := r.Names()
	for i := range r.Kinds {
		k := &r.Kinds[i]
		for j := range k.Pairs {
			p := &k.Pairs[j]
			row := []table.Cell{table.Words(k.Kind.Title), table.Name(names[p.First]), table.Name(names[p.Second]), table.Name(string(p.Verdict)),
				inWords(func(l lang.Lang) string { return p.Verdict.Text(l, names[p.First], names[p.Second]) })}
			row = append(row, r.partCells(k.Kind, &Pair{First: p.First, Second: p.Second, Verdict: p.Verdict, OnlyFirst: p.OnlyFirst}, names)...)
			row = append(row, r.partCells(k.Kind, &Pair{First: p.First, Second: p.Second, Verdict: p.Verdict, OnlySecond: p.OnlySecond}, names)...)
			t.Add(append(row, r.caseCell(p.Both))...)
		}
	}
	return t
}

// partCells tells of the one difference of a pair: its sentence, the smallest case, and what does not hold there.
func (r *Report) partCells(kind *dsl.Term, p *Pair, names []string) []table.Cell {
	x, other := p.OnlyFirst, p.Second
	if x == nil {
		x, other = p.OnlySecond, p.First
	}
	if x == nil {
		why := table.NotApplicable
		if p.Verdict == NotProven {
			why = table.Unproven
		}
		return []table.Cell{table.Lacks(why), table.Lacks(why), table.Lacks(why)}
	}
	return []table.Cell{
		inWords(func(l lang.Lang) string { return p.Sentences(kind, names, l)[0] }), r.caseCell(x.Case),
		inWords(func(l lang.Lang) string { return strings.Join(r.ClauseTexts(x, other, l), "; ") }),
	}
}

func (r *Report) caseCell(w *cells.Witness) table.Cell {
	if w == nil {
		return table.Lacks(table.NotApplicable)
	}
	return inWords(func(l lang.Lang) string { return r.CaseText(w, l) })
}

// divergenceTable has a row for every two models and what the share is of.
func (r *Report) divergenceTable() *table.Table {
	t := newTable("divergence", append(columns("over", "first", "second"),
		column("cases", table.Count), column("refused", table.Count), column("differ", table.Count), column("share", table.Share), column("low", table.Share), column("high", table.Share))...)
	names := r.Names()
	for _, m := range []*Matrix{r.Cells, r.Cohort} {
		if m == nil {
			continue
		}
		over := "cohort"
		if m == r.Cells {
			over = "cells"
		}
		for i := range names {
			for j := i + 1; j < len(names); j++ {
				low, high := table.Lacks(table.NotApplicable), table.Lacks(table.NotApplicable)
				if x, y, ok := r.Interval(m, i, j); ok {
					low, high = table.Num(x), table.Num(y)
				}
				t.Add(table.Name(over), table.Name(names[i]), table.Name(names[j]), table.Int(m.Cases), table.Int(m.Refused), table.Int(m.Differ[i][j]),
					table.Ratio(m.Differ[i][j], m.Cases), low, high)
			}
		}
	}
	return t
}

// partingTable has a row for each fact set with which two models part.
func (r *Report) partingTable() *table.Table {
	t := newTable("partings", append(columns("first", "second"), column("known", table.Count), column("facts", table.Text), column("case", table.Text),
		column("first_answer", table.Text), column("second_answer", table.Text), column("complete", table.Bool))...)
	names := r.Names()
	for _, p := range r.Partings {
		if len(p.Sets) == 0 {
			why := table.NotApplicable
			if !p.All {
				why = table.Unproven
			}
			lacks := table.Lacks(why)
			t.Add(table.Name(names[p.First]), table.Name(names[p.Second]), lacks, lacks, lacks, lacks, lacks, table.Truth(p.All))
		}
		for _, s := range p.Sets {
			t.Add(table.Name(names[p.First]), table.Name(names[p.Second]), table.Int(len(s.Facts)), inWords(func(l lang.Lang) string {
				var out []string
				for _, f := range s.Facts {
					out = append(out, f.Title.In(l))
				}
				return strings.Join(out, "; ")
			}), r.caseCell(s.Case), inWords(s.First.Text), inWords(s.Second.Text), table.Truth(p.All))
		}
	}
	return t
}

// outsideTable has a row for each group that falls between the models, and one for all of them.
func (r *Report) outsideTable() *table.Table {
	t := newTable("outside", append(columns("group", "case"), column("in_group", table.Count), column("of", table.Count), column("group_share", table.Share))...)
	if !r.Outside.All {
		t.Help = inBoth(func(l lang.Lang) string { return say(l, "table.outside.help", nil) + " " + say(l, "more-groups", nil) })
	}
	add := func(text table.Cell, file table.Cell, n int) {
		count, of, share := table.Lacks(table.NotAsked), table.Lacks(table.NotAsked), table.Lacks(table.NotAsked)
		if r.Cohort != nil {
			count, of, share = table.Int(n), table.Int(r.Outside.Of), table.Ratio(n, r.Outside.Of)
		}
		t.Add(text, file, count, of, share)
	}
	for _, g := range r.Outside.Groups {
		add(inWords(func(l lang.Lang) string { return ConditionText(g.When, l) }), r.caseCell(g.Case), g.Cohort)
	}
	add(table.Words(catalogue.In("all-groups", nil)), table.Lacks(table.NotApplicable), r.Outside.Cohort)
	return t
}

// orderTable has a row for each kind of each model, in the order in which the model comes to them.
func (r *Report) orderTable() *table.Table {
	t := newTable("order", column("name", table.Text), column("place", table.Count), column("kind", table.Text))
	for i, name := range r.Names() {
		for n, k := range r.Orders[i].Kinds {
			t.Add(table.Name(name), table.Int(n+1), table.Words(k.Title))
		}
	}
	return t
}

// turnedTable has a row for each two kinds that two models come to the other way round.
func (r *Report) turnedTable() *table.Table {
	t := newTable("turned", columns("first", "second", "early", "late")...)
	names := r.Names()
	for _, x := range r.Turned() {
		t.Add(table.Name(names[x.First]), table.Name(names[x.Second]), table.Words(x.Early.Title), table.Words(x.Late.Title))
	}
	return t
}

// changeTable has a row for each part that is another in a later version.
func (r *Report) changeTable() *table.Table {
	t := newTable("changes", columns("first", "second", "part", "id", "part_title", "how", "what", "rule_cases")...)
	names := r.Names()
	for _, c := range r.Changes {
		for _, p := range c.Parts {
			verdict := table.Lacks(table.NotApplicable)
			if p.Cases != "" {
				verdict = inWords(p.CasesText)
			}
			t.Add(table.Name(names[c.First]), table.Name(names[c.Second]), inWords(p.PartText), table.Name(p.ID), table.Words(p.Title),
				inWords(p.HowText), inWords(func(l lang.Lang) string { return strings.Join(p.WhatTexts(l), ", ") }), verdict)
		}
	}
	return t
}
