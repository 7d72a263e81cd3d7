package cli

import (
	"strings"

	"github.com/stegvis/stegvis/interpreter"
)

// reasons tells why each step stands where it does, the required ones first, and then of the outcomes.
func (v *view) reasons() {
	v.head("view.reasons")
	for _, required := range []bool{true, false} {
		for i := range v.e.Steps {
			if r := &v.e.Steps[i]; (r.Status == interpreter.Required.String()) == required {
				v.stepReasons(r)
			}
		}
	}
	v.head("view.outcomes")
	for i := range v.e.Outcomes {
		o := &v.e.Outcomes[i]
		v.line("  %s (%s): %s", strong.Render(o.Title), o.Outcome, o.Text)
		v.clauses("view.rule", o.Applies, 4)
		v.waitsFor(o.After, 4)
	}
}

func (v *view) stepReasons(r *interpreter.Reasons) {
	v.line("  %s (%s): %s", strong.Render(r.Title), r.Step, r.Text)
	v.clauses("view.applies", r.Applies, 4)
	v.waitsFor(r.After, 4)
	if r.Status != interpreter.NotApplicable.String() && len(r.Items) > 0 {
		v.line("    %s", v.say("view.items", nil))
		for i := range r.Items {
			item := &r.Items[i]
			v.line("      %s %s", mark(&item.Met), item.Title)
			if !item.Met {
				v.clause(&item.Clause, 8)
			}
		}
	}
	if t := r.Time; t != nil {
		v.line("    %s", v.timeText(t))
	}
	for i, c := range r.Changes {
		if i == 0 {
			v.line("    %s", v.say("view.changes", nil))
		}
		v.line("      %s → %s", c.Text, v.say("step-status."+c.Status, nil))
	}
	if r.Interpretation != nil {
		v.line("    %s: %s", v.say("view.interpretation", nil), *r.Interpretation)
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

func (v *view) waitsFor(after []interpreter.AfterState, indent int) {
	for _, a := range after {
		if !a.Passed {
			v.line("%s%s", pad(indent), v.say("view.waits-for", map[string]any{"Step": a.Title, "Status": v.say("step-status."+a.Status, nil)}))
		}
	}
}

func (v *view) clauses(label string, clauses []interpreter.Clause, indent int) {
	if len(clauses) == 0 {
		return
	}
	v.line("%s%s", pad(indent), v.say(label, nil))
	for i := range clauses {
		v.clause(&clauses[i], indent+2)
	}
}

// clause writes a clause with its value, and below it what it is made of.
func (v *view) clause(c *interpreter.Clause, indent int) {
	facts := make([]string, len(c.Facts))
	for i, f := range c.Facts {
		facts[i] = f.Text
		if len(c.Facts) > 1 {
			facts[i] = f.Title + ": " + f.Text
		}
	}
	now := ""
	if len(facts) > 0 {
		now = faint.Render(" [" + strings.Join(facts, "; ") + "]")
	}
	v.line("%s%s %s%s", pad(indent), mark(c.Value), c.Text, now)
	for i := range c.Parts {
		v.clause(&c.Parts[i], indent+2)
	}
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

func pad(n int) string { return strings.Repeat(" ", n) }
