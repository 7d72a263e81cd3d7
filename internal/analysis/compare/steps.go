package compare

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// StepText tells in words of l a step and its stage, who does it, when it is required and by when.
func StepText(p *interpreter.Program, s *dsl.Step, l lang.Lang) string {
	parts := []string{s.Title.In(l), s.Actor.Title.In(l)}
	if s.Stage != nil && s.Stage.Title != s.Title {
		parts[0] += " (" + s.Stage.Title.In(l) + ")"
	}
	if len(s.With) > 0 {
		parts[1] += " " + say(l, "step.with", map[string]any{"Who": interpreter.ListText(titles(s.With, l), "and", l)})
	}
	if len(stepClauses(s)) > 0 {
		parts = append(parts, say(l, "step.when", map[string]any{"When": whenText(p, s, l)}))
	}
	parts = append(parts, dueTexts(s, l)...)
	if s.Every != nil {
		parts = append(parts, say(l, "step.every", map[string]any{"Time": interpreter.DurationText(s.Every.Period, l)}))
	}
	return strings.Join(parts, "; ")
}

func titles(terms []*dsl.Term, l lang.Lang) (out []string) {
	for _, t := range terms {
		out = append(out, t.Title.In(l))
	}
	return out
}

// whenText tells when the step is required, by its stage's rule and its own.
func whenText(p *interpreter.Program, s *dsl.Step, l lang.Lang) string {
	var when []string
	for _, clause := range stepClauses(s) {
		when = append(when, ruleText(p, clause, l))
	}
	if len(when) == 0 {
		return say(l, "every-case", nil)
	}
	return interpreter.ListText(when, "and", l)
}

// dueTexts tells by when the step is to be done; a stage's time may be that of its step.
func dueTexts(s *dsl.Step, l lang.Lang) (out []string) {
	for _, t := range dueTimes(s) {
		out = appendNew(out, durationText("step.due", t, l))
	}
	return out
}

// durationText tells the longest time of t with the sentence id, or id-day where it is no longer than the day itself.
func durationText(id string, t *dsl.Time, l lang.Lang) string {
	if t.Max.N == 0 {
		id += "-day"
	}
	return say(l, id, map[string]any{"Time": interpreter.DurationText(*t.Max, l), "From": quoted(t.From.Title, l)})
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
