package export

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// maxEntered is how many definitions without a title are told out where a rule names them; others in the same rule are
// named by their ids, so that no page grows without bounds.
const maxEntered = 8

// ruleText is a rule on its way to the page.
type ruleText struct {
	*page
	entered map[*dsl.Define]bool // definitions told out in this rule
}

// rule tells of a rule as an entry of a list, with its parts below it. before says what it is a rule for.
func (p *page) rule(before inline, x *rule.Expr) item {
	r := ruleText{p, map[*dsl.Define]bool{}}
	text, below := r.told(p.p.Wording(x, p.l))
	return item{text: say(before, text), below: below}
}

// ruleLines tells of a rule in the lines of a cell, where there is no room for parts of parts.
func (p *page) ruleLines(x *rule.Expr) cell {
	r := ruleText{p, map[*dsl.Define]bool{}}
	w := p.p.Wording(x, p.l)
	if w.Join != "all" && w.Join != "any" {
		return cell{r.line(w)}
	}
	var c cell
	for i, part := range w.Parts {
		text := r.line(part)
		if i > 0 {
			text = say(p.words("rule.then-"+w.Join)+" ", text)
		}
		c = append(c, text)
	}
	return c
}

// told returns the words of a rule and the list of its parts.
func (r ruleText) told(w interpreter.Wording) (inline, list) {
	switch w.Join {
	case "":
		return say(w.Text), nil
	case "define":
		if inner, ok := r.enter(w); ok {
			return r.told(inner)
		}
		return r.define(w), nil
	case "not":
		text, below := r.told(w.Parts[0])
		return say(w.Text, " ", text), below
	}
	var below list
	for _, part := range w.Parts {
		text, parts := r.told(part)
		below = append(below, item{text: text, below: parts})
	}
	return say(w.Text, ":"), below
}

// line tells of a rule in one line.
func (r ruleText) line(w interpreter.Wording) inline {
	var parts []inline
	for _, part := range w.Parts {
		text := r.line(part)
		if part.Join == "all" || part.Join == "any" || part.Join == "if" || part.Join == "same" || part.Join == "differ" {
			text = say("(", text, ")")
		}
		parts = append(parts, text)
	}
	switch w.Join {
	case "":
		return say(w.Text)
	case "define":
		if inner, ok := r.enter(w); ok {
			return say("(", r.line(inner), ")")
		}
		return r.define(w)
	case "not":
		return say(w.Text, " ", parts[0])
	case "all", "any":
		return joined(parts, "; "+r.words("rule.then-"+w.Join)+" ")
	}
	return say(w.Text, ": ", joined(parts, "; "))
}

// enter returns the rule of a definition that has no title to stand for it. Later in the same rule, and when there are
// many, it goes by its id.
func (r ruleText) enter(w interpreter.Wording) (interpreter.Wording, bool) {
	d := w.Define
	if !d.Title.IsZero() || r.entered[d] || len(r.entered) >= maxEntered {
		return w, false
	}
	r.entered[d] = true
	return r.p.Wording(d.Rule.Expr, r.l), true
}

func (r ruleText) define(w interpreter.Wording) inline {
	key := "define-" + w.Define.ID
	if w.Define.Title.IsZero() {
		return inline{{text: w.Define.ID, style: code, to: "#" + key}}
	}
	return say(link(key, w.Text))
}
