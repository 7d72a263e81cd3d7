package compare

import (
	"embed"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = lang.Embedded(catalogueFiles)

func say(l lang.Lang, id string, args map[string]any) string { return catalogue.Text(l, id, args) }

func quoted(t lang.Text, l lang.Lang) string {
	return say(l, "quoted", map[string]any{"Text": t.In(l)})
}

// Text says in words of l how the second of two models stands to the first.
func (v Verdict) Text(l lang.Lang, first, second string) string {
	return say(l, "verdict."+string(v), map[string]any{"First": first, "Second": second})
}

// Short says in a word of l how the second of two models stands to the first.
func (v Verdict) Short(l lang.Lang) string { return say(l, "short."+string(v), nil) }

// Sentences tells in words of l in which cases one of the two models requires the kind and the other does not; names are those of the
// models. Of many conditions it tells the one that takes fewest facts.
func (p *Pair) Sentences(kind *dsl.Term, names []string, l lang.Lang) (out []string) {
	tell := func(x *Part, model, other int, never bool) {
		if x == nil {
			return
		}
		id := "sentence.unknown"
		switch {
		case len(x.When) == 0: // a test that cells leave open
			id = "sentence.open"
		case never:
			id = "sentence.never"
		case x.Denied:
			id = "sentence.denied"
		}
		when := x.When
		if !x.All && len(when) > 1 {
			when = when[:1]
		}
		var texts []string
		for _, c := range when {
			texts = append(texts, ConditionText(c, l))
		}
		out = append(out, say(l, id, map[string]any{
			"Model": names[model], "Other": names[other], "Kind": quoted(kind.Title, l), "When": strings.Join(texts, say(l, "or-when", nil)), "Among": !x.All, "Always": len(when) > 0 && len(when[0]) == 0,
		}))
	}
	tell(p.OnlyFirst, p.First, p.Second, p.Verdict == OnlyFirst)
	tell(p.OnlySecond, p.Second, p.First, p.Verdict == OnlySecond)
	return out
}

// CaseText tells what is known in a case in words of l; "" where nothing is.
func (r *Report) CaseText(w *cells.Witness, l lang.Lang) string {
	var parts []string
	for _, f := range r.Facts {
		if v := w.Value(f.Index); v != nil {
			parts = append(parts, f.Title.In(l)+": "+interpreter.FactText(f, v, l))
		}
	}
	return strings.Join(parts, ", ")
}

// Text says in words of l what the answer is; it follows the name of the model.
func (a Answer) Text(l lang.Lang) string {
	switch {
	case a.Step != nil:
		return say(l, "answer.requires", map[string]any{"Kind": quoted(a.Step.Kind.Title, l), "Actor": a.Step.Actor.Title})
	case a.Outcome != nil:
		return say(l, "answer.closed", map[string]any{"Outcome": quoted(a.Outcome.Title, l)})
	}
	return say(l, "answer."+string(a.Status), nil)
}

// MatrixText says in words of l which cases the matrix is of, and how sure its shares are.
func (r *Report) MatrixText(m *Matrix, l lang.Lang) string {
	count := func(n int) string { return table.Int(n).Text(table.Column{Type: table.Count}, l) }
	id, width := "over.cohort", 0.0
	switch {
	case m.Every:
		id = "over.cells"
	case m.Drawn:
		id = "over.drawn"
		for i := range m.Differ {
			for j := range m.Differ {
				if low, high, ok := r.Interval(m, i, j); ok {
					width = max(width, high-m.Share(i, j), m.Share(i, j)-low)
				}
			}
		}
	}
	out := say(l, id, map[string]any{"Cases": count(m.Cases), "Points": table.Num(100*width).Text(table.Column{Type: table.Number}, l)})
	if m.Refused > 0 {
		out += " " + say(l, "over.refused", map[string]any{"Refused": count(m.Refused)})
	}
	return out
}

// PartText names in words of l what kind of part it is.
func (c Change) PartText(l lang.Lang) string { return say(l, "change.part."+c.Part, nil) }

// HowText says in words of l whether the part came, went or is another.
func (c Change) HowText(l lang.Lang) string { return say(l, "change.how."+c.How, nil) }

// WhatTexts says in words of l in what the part is another.
func (c Change) WhatTexts(l lang.Lang) (out []string) {
	for _, a := range c.What {
		out = append(out, say(l, "change.aspect."+a, nil))
	}
	return out
}

// CasesText says in words of l in which cases the rule of the part now holds; "" where it is written alike.
func (c Change) CasesText(l lang.Lang) string {
	if c.Cases == "" {
		return ""
	}
	return say(l, "change.cases."+string(c.Cases), nil)
}

// ClauseTexts tells in words of l which clauses of the other model do not hold in the part's case, each once.
func (r *Report) ClauseTexts(x *Part, other int, l lang.Lang) (out []string) {
	for _, c := range x.Clauses {
		out = appendNew(out, ClauseText(r.Programs[other], c, l))
	}
	return out
}

// ClauseText tells a clause in words of l.
func ClauseText(p *interpreter.Program, c Clause, l lang.Lang) string { return ruleText(p, c.Expr, l) }
