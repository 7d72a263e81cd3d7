package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stegvis/stegvis/interpreter"
)

// reasons tells why each step stands where it does, the required ones first, and then of the outcomes. Of a rule it
// shows what decides: of a part that must hold whole, what fails or is not known; of one where anything is enough,
// what holds. Steps and outcomes in a row that stand where they do for the same reason are told of together.
func (v *view) reasons() {
	v.head("view.reasons")
	var blocks blocks
	for _, required := range []bool{true, false} {
		for i := range v.e.Steps {
			if r := &v.e.Steps[i]; (r.Status == interpreter.Required.String()) == required {
				blocks.add(v.name(r.Title, r.Step), r.Text, v.stepReasons(r))
			}
		}
	}
	blocks.write(v)
	v.head("view.outcomes")
	blocks = nil
	for i := range v.e.Outcomes {
		o := &v.e.Outcomes[i]
		var w lines
		if o.Status != "waiting" {
			v.clauses(&w, "view.rule", o.Applies)
		}
		if o.Status != "not" {
			v.waitsFor(&w, o.After)
		}
		blocks.add(v.name(o.Title, o.Outcome), o.Text, w)
	}
	blocks.write(v)
}

// lines are lines with their indentation.
type lines []string

func (w *lines) add(indent int, format string, args ...any) {
	*w = append(*w, strings.Repeat(" ", indent)+fmt.Sprintf(format, args...))
}

// block is what is said of one or more steps that stand where they do for the same reason.
type block struct {
	names []string
	text  string
	lines lines
}

type blocks []block

func (b *blocks) add(name, text string, w lines) {
	if n := len(*b); n > 0 && len(w) > 0 && (*b)[n-1].text == text && slices.Equal((*b)[n-1].lines, w) {
		(*b)[n-1].names = append((*b)[n-1].names, name)
		return
	}
	*b = append(*b, block{[]string{name}, text, w})
}

func (b blocks) write(v *view) {
	for _, x := range b {
		for i, name := range x.names {
			if i < len(x.names)-1 {
				v.line("  %s,", name)
			} else {
				v.line("  %s: %s", name, x.text)
			}
		}
		for _, l := range x.lines {
			v.line("%s", l)
		}
	}
}

func (v *view) name(title, id string) string { return strong.Render(title) + " (" + id + ")" }

func (v *view) stepReasons(r *interpreter.Reasons) (w lines) {
	applies := r.Status != interpreter.NotApplicable.String()
	if r.Status != interpreter.Done.String() {
		v.clauses(&w, "view.applies", r.Applies)
		v.waitsFor(&w, r.After)
		if applies && len(r.Items) > 0 {
			v.items(&w, r.Items)
		}
	}
	if t := r.Time; t != nil && applies {
		w.add(4, "%s", v.timeText(t))
	}
	if r.Status != interpreter.Done.String() && r.Status != interpreter.WaitingStep.String() {
		for i, c := range r.Changes {
			if i == 0 {
				w.add(4, "%s", v.say("view.changes", nil))
			}
			w.add(6, "%s → %s", c.Text, v.say("step-status."+c.Status, nil))
		}
	}
	if r.Interpretation != nil && applies {
		w.add(4, "%s: %s", v.say("view.interpretation", nil), *r.Interpretation)
	}
	return w
}

// items tells of a checklist: its entries, and of those that are not met what their rules hang on, where that says more
// than the entry itself.
func (v *view) items(w *lines, items []interpreter.ItemState) {
	w.add(4, "%s", v.say("view.items", nil))
	for i := range items {
		item := &items[i]
		c := &item.Clause
		switch {
		case item.Met:
			w.add(6, "✓ %s", item.Title)
		case c.Join == "":
			w.add(6, "%s %s%s", mark(c.Value), item.Title, v.now(c))
		default:
			w.add(6, "%s %s", mark(c.Value), item.Title)
			v.clause(w, c, 8)
		}
	}
}

func (v *view) timeText(t *interpreter.TimeReason) string {
	args := map[string]any{"Fact": t.Title, "From": t.From.String(), "Max": "", "Due": "", "First": "", "Rolled": t.Rolled}
	if t.Max != nil {
		args["Max"] = v.duration(*t.Max)
	}
	if t.Due != nil {
		args["Due"] = t.Due.String()
	}
	if t.First != nil {
		args["First"] = t.First.String()
	}
	if t.Repeats {
		return v.say("view.time-repeats", args)
	}
	return v.say("view.time", args)
}

func (v *view) waitsFor(w *lines, after []interpreter.AfterState) {
	for _, a := range after {
		if !a.Passed {
			w.add(4, "%s", v.say("view.waits-for", map[string]any{"Step": a.Title, "Status": v.say("step-status."+a.Status, nil)}))
		}
	}
}

// clauses tells of rules that must all hold.
func (v *view) clauses(w *lines, label string, clauses []interpreter.Clause) {
	if len(clauses) == 0 {
		return
	}
	w.add(4, "%s", v.say(label, nil))
	for _, c := range deciding(clauses, "all") {
		v.clause(w, &c, 6)
	}
}

// deciding picks the parts that make a whole what it is: those that are false of one that must hold whole, else those
// that are not known, else all; and the other way round of one where any part is enough.
func deciding(parts []interpreter.Clause, join string) []interpreter.Clause {
	if join != "all" && join != "any" {
		return parts
	}
	pick := func(f func(*bool) bool) (out []interpreter.Clause) {
		for _, c := range parts {
			if f(c.Value) {
				out = append(out, c)
			}
		}
		return out
	}
	if out := pick(func(b *bool) bool { return b != nil && *b == (join == "any") }); len(out) > 0 {
		return out
	}
	if out := pick(func(b *bool) bool { return b == nil }); len(out) > 0 {
		return out
	}
	return parts
}

// clause writes a clause with its value, and below it what decides it. A definition stands for the group that it
// names, and a group that is decided by one part gives way to that part.
func (v *view) clause(w *lines, c *interpreter.Clause, indent int) {
	parts := c
	for parts.Join == "define" && len(parts.Parts) > 0 && (parts.Parts[0].Join == "all" || parts.Parts[0].Join == "any") {
		parts = &parts.Parts[0]
	}
	picked := deciding(parts.Parts, parts.Join)
	if c.Join != "define" && len(picked) == 1 && len(parts.Parts) > 1 {
		v.clause(w, &picked[0], indent)
		return
	}
	w.add(indent, "%s %s%s", mark(c.Value), c.Text, v.now(c))
	for i := range picked {
		v.clause(w, &picked[i], indent+2)
	}
}

// now tells what is known of the facts that a single test looks at, where the test does not say it already.
func (v *view) now(c *interpreter.Clause) string {
	if c.Value != nil && *c.Value && len(c.Facts) == 1 && strings.HasSuffix(c.Text, c.Facts[0].Text) {
		return ""
	}
	facts := make([]string, len(c.Facts))
	for i, f := range c.Facts {
		facts[i] = f.Text
		if len(c.Facts) > 1 {
			facts[i] = f.Title + ": " + f.Text
		}
	}
	if len(facts) == 0 {
		return ""
	}
	return faint.Render(" [" + strings.Join(facts, "; ") + "]")
}

// mark shows a truth value: a tick, a cross, or a question mark.
func mark(b *bool) string {
	switch {
	case b == nil:
		return "?"
	case *b:
		return "✓"
	}
	return "✗"
}
