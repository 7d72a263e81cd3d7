package cli

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/interpreter"
)

// The look of an answer on a terminal; colours are left out where there is none.
var (
	strong = lipgloss.NewStyle().Bold(true)
	faint  = lipgloss.NewStyle().Faint(true)
	looks  = map[interpreter.Lateness]lipgloss.Style{
		interpreter.Late: lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true),
		interpreter.Soon: lipgloss.NewStyle().Foreground(lipgloss.Yellow),
	}
)

// view writes an answer for people.
type view struct {
	*app
	model  *dsl.Model
	e      *interpreter.Explanation
	caseID string
}

func (v *view) line(format string, args ...any) { fmt.Fprintf(v.out, format+"\n", args...) }

// field writes a labelled line; labels line up.
func (v *view) field(label, text string) {
	v.line("     %s %s", faint.Render(fmt.Sprintf("%-12s", label)), text)
}

func (v *view) head(id string) { v.line("\n%s", strong.Render(v.say(id, nil))) }

func (v *view) write(explain bool) {
	d := v.e.Decision
	title := v.model.Title.In(v.lang)
	v.line("%s", strong.Render(title))
	about := v.say("view.about", map[string]any{"Version": d.Version, "At": d.At.String(), "Case": v.caseID})
	v.line("%s", faint.Render(about))
	v.line("\n%s", v.say("view.status."+string(d.Status), nil))
	v.stuckOn()
	v.outcome()
	v.next()
	v.missing()
	v.upcoming()
	v.limits()
	if explain {
		v.reasons()
	}
}

func (v *view) stuckOn() {
	s := v.e.Stuck
	if s == nil {
		return
	}
	v.line("%s", v.say("view.stuck."+string(s.Why), nil))
	for _, id := range s.Facts {
		v.line("  • %s", v.fact(id).Title.In(v.lang))
	}
}

func (v *view) outcome() {
	o := v.e.Outcome
	if o == nil {
		return
	}
	v.head("view.outcome")
	v.line("  %s", o.Title)
	if len(o.To) > 0 {
		v.field(v.say("view.to", nil), v.actors(o.To))
	}
}

func (v *view) next() {
	if len(v.e.Next) == 0 {
		return
	}
	v.head("view.next")
	for i, n := range v.e.Next {
		if i > 0 {
			v.line("")
		}
		v.line("  %d. %s", i+1, strong.Render(n.Title))
		who := v.actors([]string{n.Actor})
		if len(n.With) > 0 {
			who = v.say("view.with", map[string]any{"Actor": who, "With": v.actors(n.With)})
		}
		v.field(v.say("view.who", nil), who)
		v.field(v.say("view.when", nil), v.when(&n))
		for k, u := range n.Unmet {
			label := ""
			if k == 0 {
				label = v.say("view.unmet", nil)
			}
			v.field(label, "• "+u.Title)
		}
		for k, d := range n.Duties {
			label := ""
			if k == 0 {
				label = v.say("view.breaks", nil)
			}
			v.field(label, v.say("view.duty", map[string]any{"Law": looks[interpreter.Late].Render(d.Law), "Title": d.Title}))
		}
		if why := v.why(&n); why != "" {
			v.field(v.say("view.why", nil), why)
		}
		if n.Source != nil {
			v.field(v.say("view.source", nil), v.source(*n.Source))
		}
		if n.Interpretation != nil {
			v.field(v.say("view.interpretation", nil), *n.Interpretation)
		}
		if help := v.step(n.Step).Help.In(v.lang); help != "" {
			v.field(v.say("view.help", nil), help)
		}
	}
}

// when tells by which day a step is to be done.
func (v *view) when(n *interpreter.NextStep) string {
	if n.Due == nil {
		return v.say("view.no-due", nil)
	}
	days := *n.DaysLeft
	id := "view.due"
	switch {
	case days < 0:
		id, days = "view.late", -days
	case days == 0:
		id = "view.due-today"
	}
	text := v.say(id, map[string]any{"Due": n.Due.String(), "Count": days})
	if style, ok := looks[n.Time]; ok {
		text = style.Render(text)
	}
	return text
}

// why tells in one line what makes a step required: the stage it belongs to and what it comes after.
func (v *view) why(n *interpreter.NextStep) string {
	s := v.step(n.Step)
	var parts []string
	if s.Stage != nil {
		parts = append(parts, v.say("view.why-stage", map[string]any{"Stage": s.Stage.Title.In(v.lang)}))
	}
	var done []string
	for _, a := range n.Because.After {
		if a.Status == interpreter.Done.String() {
			done = append(done, a.Title)
		}
	}
	if len(done) > 0 {
		parts = append(parts, v.say("view.why-after", map[string]any{"Steps": strings.Join(done, ", ")}))
	}
	if t := n.Because.Time; t != nil && t.Max != nil {
		parts = append(parts, v.say("view.why-time", map[string]any{
			"Max": v.duration(*t.Max), "Fact": t.Title, "From": t.From.String(),
		}))
	}
	return strings.Join(parts, "; ")
}

func (v *view) missing() {
	if len(v.e.Missing) == 0 {
		return
	}
	v.head("view.missing")
	for _, m := range v.e.Missing {
		ask := m.Ask
		if m.AskOf != nil {
			ask = v.say("view.ask", map[string]any{"Ask": m.Ask, "Actor": v.actors([]string{*m.AskOf})})
		}
		v.line("  • %s", ask)
		v.line("    %s", faint.Render(v.say("view.decides", map[string]any{"Fact": m.Fact, "What": v.titles(m.Decides)})))
	}
}

func (v *view) upcoming() {
	if len(v.e.Upcoming) == 0 {
		return
	}
	v.head("view.upcoming")
	for _, u := range v.e.Upcoming {
		v.line("  • %s", v.say("view.from", map[string]any{"Step": v.step(u.Step).Title.In(v.lang), "From": u.From.String()}))
	}
}

func (v *view) limits() {
	if len(v.e.Limits) == 0 {
		return
	}
	v.head("view.limits")
	for _, l := range v.e.Limits {
		text := v.say("view.limit."+string(l.Time), map[string]any{"Due": l.Due.String()})
		if style, ok := looks[l.Time]; ok {
			text = style.Render(text)
		}
		for _, m := range v.model.Limits {
			if m.ID == l.ID {
				v.line("  • %s: %s", m.Title.In(v.lang), text)
			}
		}
	}
}
