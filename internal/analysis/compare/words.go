package compare

import (
	"embed"
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
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

// Sentences tells in words of l in which cases one of the two models requires the kind and the other does not; names are those of the
// models.
func (p *Pair) Sentences(kind *dsl.Term, names []string, l lang.Lang) (out []string) {
	tell := func(x *Part, model, other int) {
		if x == nil {
			return
		}
		var when []string
		for _, c := range x.When {
			when = append(when, ConditionText(c, l))
		}
		id := "sentence.unknown"
		if x.Denied {
			id = "sentence.denied"
		}
		if len(when) == 0 { // a test that cells leave open
			id = "sentence.open"
		}
		out = append(out, say(l, id, map[string]any{
			"Model": names[model], "Other": names[other], "Kind": quoted(kind.Title, l), "When": strings.Join(when, say(l, "or-when", nil)), "Among": !x.All,
		}))
	}
	tell(p.OnlyFirst, p.First, p.Second)
	tell(p.OnlySecond, p.Second, p.First)
	return out
}

// fewUnknown is how many facts that must not be known a condition names; more of them are counted.
const fewUnknown = 2

// ConditionText tells a condition in words of l: what must be known, then what must not.
func ConditionText(c cells.Condition, l lang.Lang) string {
	var parts, unknown []string
	for i := range c {
		if p := &c[i]; len(p.Cells) > 0 || p.Set {
			parts = append(parts, partText(p, l))
		} else {
			unknown = append(unknown, partText(p, l))
		}
	}
	if len(unknown) > fewUnknown {
		unknown = []string{say(l, "part.others-unknown", map[string]any{"Count": len(unknown)})}
	}
	if parts = append(parts, unknown...); len(parts) == 0 {
		return say(l, "always", nil)
	}
	return interpreter.ListText(parts, "and", l)
}

func partText(p *cells.Part, l lang.Lang) string {
	f := p.Domain.Fact
	id, values := "part.is", valueTexts(p, l)
	if f.Type.Kind == rule.Event {
		id = "part.happened"
	}
	known := len(p.Cells) > 0 || p.Set
	switch {
	case !known && f.Type.Kind == rule.Event:
		id = "part.not-happened"
	case !known:
		values = []string{say(l, "value.unknown", nil)}
	case p.Unknown && f.Type.Kind == rule.Event:
		id = "part.happened-or-not"
	case p.Unknown:
		values = append(values, say(l, "value.unknown", nil))
	case f.Type.Kind == rule.Event && len(p.Cells) == len(p.Domain.Cells):
		id = "part.has-happened"
	}
	return say(l, id, map[string]any{"Fact": quoted(f.Title, l), "Values": interpreter.ListText(values, "or", l)})
}

// valueTexts tells which values a part allows where the fact is known.
func valueTexts(p *cells.Part, l lang.Lang) (out []string) {
	f, all := p.Domain.Fact, len(p.Domain.Cells)
	value := func(v any) string { return interpreter.FactText(f, v, l) }
	switch {
	case p.Set:
		return []string{setText(p, l)}
	case len(p.Cells) == all && all > 0:
		return []string{say(l, "value.known", nil)}
	case f.Type.Kind == rule.Enum && all > 2 && len(p.Cells) == all-1:
		for k := range p.Domain.Cells {
			if !slices.Contains(p.Cells, k) {
				return []string{say(l, "value.other-than", map[string]any{"Value": value(p.Domain.Cells[k].Value)})}
			}
		}
	}
	for i := 0; i < len(p.Cells); i++ {
		first := i
		low, high := &p.Domain.Cells[p.Cells[i]], &p.Domain.Cells[p.Cells[i]]
		if low.Other {
			out = append(out, say(l, "value.other-text", nil))
			continue
		}
		if low.Low == nil {
			out = append(out, value(low.Value))
			continue
		}
		for i+1 < len(p.Cells) && p.Cells[i+1] == p.Cells[i]+1 {
			i++
			high = &p.Domain.Cells[p.Cells[i]]
		}
		id := "value.between"
		switch {
		case low.Low == high.High:
			id = "value.just"
		case p.Cells[first] == 0:
			id = "value.most"
		case p.Cells[i] == all-1:
			id = "value.least"
		}
		if f.Type.Kind == rule.Date || f.Type.Kind == rule.Event {
			id += "-day"
		}
		out = append(out, say(l, id, map[string]any{"Low": value(low.Low), "High": value(high.High)}))
	}
	return out
}

func setText(p *cells.Part, l lang.Lang) string {
	label := func(ks []int) string {
		var out []string
		for _, k := range ks {
			out = append(out, p.Domain.Fact.Labels[k].In(l))
		}
		return interpreter.ListText(out, "and", l)
	}
	switch args := map[string]any{"With": label(p.With), "Without": label(p.Without)}; {
	case len(p.With)+len(p.Without) == 0:
		return say(l, "value.known", nil)
	case len(p.Without) == 0:
		return say(l, "set.with", args)
	case len(p.With) == 0:
		return say(l, "set.without", args)
	default:
		return say(l, "set.both", args)
	}
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

// StepText tells in words of l a step and its stage, who does it, when it is required and by when.
func StepText(p *interpreter.Program, s *dsl.Step, l lang.Lang) string {
	title := func(terms []*dsl.Term) (out []string) {
		for _, t := range terms {
			out = append(out, t.Title.In(l))
		}
		return out
	}
	parts := []string{s.Title.In(l), s.Actor.Title.In(l)}
	if s.Stage != nil && s.Stage.Title != s.Title {
		parts[0] += " (" + s.Stage.Title.In(l) + ")"
	}
	if len(s.With) > 0 {
		parts[1] += " " + say(l, "step.with", map[string]any{"Who": interpreter.ListText(title(s.With), "and", l)})
	}
	var when []string
	for _, clause := range stepClauses(s) {
		when = append(when, ruleText(p, clause, l))
	}
	if len(when) > 0 {
		parts = append(parts, say(l, "step.when", map[string]any{"When": interpreter.ListText(when, "and", l)}))
	}
	for _, t := range dueTimes(s) {
		due := say(l, "step.due", map[string]any{"Time": interpreter.DurationText(*t.Max, l), "From": quoted(t.From.Title, l)})
		if !slices.Contains(parts, due) { // a stage's time may be that of its step
			parts = append(parts, due)
		}
	}
	if s.Every != nil {
		parts = append(parts, say(l, "step.every", map[string]any{"Time": interpreter.DurationText(s.Every.Period, l)}))
	}
	return strings.Join(parts, "; ")
}

// stepClauses lists what must hold for the step to be required, by its stage's rule and its own.
func stepClauses(s *dsl.Step) (out []*rule.Expr) {
	rules := []*dsl.Rule{s.When}
	if s.Stage != nil {
		rules = []*dsl.Rule{s.Stage.When, s.When}
	}
	for _, r := range rules {
		if r == nil {
			continue
		}
		out = append(out, conjuncts(r.Expr, nil)...)
	}
	return out
}

// dueTimes lists the longest times of the step and its stage.
func dueTimes(s *dsl.Step) (out []*dsl.Time) {
	times := []*dsl.Time{s.Time}
	if s.Stage != nil {
		times = append(times, s.Stage.Time)
	}
	for _, t := range times {
		if t != nil && t.Max != nil && s.Every == nil {
			out = append(out, t)
		}
	}
	return out
}

// ruleText tells a rule in one line: lists of tests in words, what is more tangled as it is written.
func ruleText(p *interpreter.Program, e *rule.Expr, l lang.Lang) string {
	if text, ok := wordingText(p, p.Wording(e, l), l, false); ok {
		return text
	}
	return e.String()
}

// wordingText tells a rule in words; false where there are parts that do not fit into a line. within says that it stands in a list.
func wordingText(p *interpreter.Program, w interpreter.Wording, l lang.Lang, within bool) (string, bool) {
	switch {
	case w.Join == "":
		return w.Text, true
	case w.Join == "define" && w.Define.Title.IsZero():
		return wordingText(p, p.Wording(w.Define.Rule.Expr, l), l, within)
	case w.Join == "define":
		return quoted(w.Define.Title, l), true
	case w.Join != "all" && w.Join != "any" && w.Join != "not": // a choice, or truth values held against each other
		return "", false
	}
	var parts []string
	for _, part := range w.Parts {
		text, ok := wordingText(p, part, l, true)
		if !ok {
			return "", false
		}
		parts = append(parts, text)
	}
	out := ""
	switch w.Join {
	case "not":
		return w.Text + " " + parts[0], true
	case "all":
		out = interpreter.ListText(parts, "and", l)
	default:
		out = interpreter.ListText(parts, "or", l)
	}
	if within {
		out = "(" + out + ")"
	}
	return out, true
}

// ClauseText tells a clause in words of l.
func ClauseText(p *interpreter.Program, c Clause, l lang.Lang) string { return ruleText(p, c.Expr, l) }
