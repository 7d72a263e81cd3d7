package cli

import (
	"fmt"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// allModels asks every model in turn.
const allModels = "all"

// checkAll tells of models that cannot answer because of their files, and whether there are any.
func (a *app) checkAll(l *loaded, q interpreter.Query) (broken bool, err error) {
	if q.Version != "" {
		return false, misuse{a.say("next.all-version", nil)}
	}
	var faults diag.List
	for _, f := range l.read.Failed {
		faults = append(faults, f.Faults...)
		broken = true
	}
	faults.Sort()
	a.tell(faults)
	if len(l.set.IDs()) == 0 {
		fmt.Fprintln(a.err, a.say("next.no-models", nil))
		return true, errFound
	}
	return broken, nil
}

// answerEach writes what every model answers for one case, and tells whether the case could be answered.
func (a *app) answerEach(set *interpreter.Set, q interpreter.Query, o nextOptions, src *diag.Source) bool {
	var faults diag.List
	c := interpreter.ReadCase(src, &faults)
	var answers []*view
	for _, id := range set.IDs() {
		q.Model = id
		var own diag.List
		e := decided(set, c, q, o, &own)
		faults = append(faults, own...)
		if e != nil {
			answers = append(answers, &view{app: a, model: set.Choose(c, q, &own).Model(), e: e, caseID: c.ID})
		}
	}
	faults.Sort()
	a.tell(oncePerPlace(faults))
	if faults.HasErrors() {
		return false
	}
	switch {
	case o.asJSON:
		for _, v := range answers {
			if a.writeJSON(v.e, o) != nil {
				return false
			}
		}
	case o.explain:
		for i, v := range answers {
			if i > 0 {
				v.line("")
			}
			v.write(true)
		}
	default:
		a.writeTable(c.ID, q.Day(c).String(), answers)
	}
	return true
}

// oncePerPlace drops what several models say of one place: the case is at fault, whichever of them tells.
func oncePerPlace(faults diag.List) diag.List {
	var out diag.List
	for _, d := range faults {
		if n := len(out); n > 0 && d.Span == out[n-1].Span && d.Code == out[n-1].Code && !d.Span.IsZero() {
			continue
		}
		out = append(out, d)
	}
	return out
}

// tableWidth is how wide the table is, in columns: what a terminal of common size, a page and an e-mail can show.
const tableWidth = 118

// writeTable writes a row for each thing that each model wants next, and lines between the models.
func (a *app) writeTable(id, day string, answers []*view) {
	fmt.Fprintf(a.out, "%s\n", faint.Render(a.say("all.about", map[string]any{"Case": id, "At": day})))
	t := table.New().Border(lipgloss.NormalBorder()).Width(tableWidth).Wrap(true).
		Headers(a.say("all.model", nil), a.say("all.status", nil), a.say("all.step", nil), a.say("all.who", nil), a.say("all.due", nil)).
		StyleFunc(func(row, _ int) lipgloss.Style {
			if row == table.HeaderRow {
				return strong.Padding(0, 1)
			}
			return lipgloss.NewStyle().Padding(0, 1)
		})
	for i, v := range answers {
		if i > 0 {
			t.Row("", "", "", "", "")
		}
		name, status := v.model.ID+" "+v.model.Version, v.say("all.status."+string(v.e.Status), nil)
		for _, w := range v.wants() {
			t.Row(name, status, w.what, w.who, w.when)
			name, status = "", ""
		}
	}
	fmt.Fprintln(a.out, t.String())
}

// want is one thing that a model wants next: a step, an answer to a question, or, at the end, nothing more.
type want struct{ what, who, when string }

func (v *view) wants() (out []want) {
	d := v.e.Decision
	for _, n := range d.Next {
		w := want{n.Title, v.actors([]string{n.Actor}), v.say("all.no-due", nil)}
		if n.Due != nil {
			w.when = n.Due.String()
			if n.Time != interpreter.OK {
				w.when += " " + v.say("all."+string(n.Time), nil)
			}
		}
		out = append(out, w)
	}
	switch d.Status {
	case interpreter.Closed:
		out = append(out, want{what: v.say("all.outcome", map[string]any{"Outcome": d.Outcome.Title}), who: v.actors(d.Outcome.To)})
	case interpreter.NeedsFacts:
		for _, m := range d.Missing {
			w := want{what: v.say("all.asks", map[string]any{"Ask": m.Ask})}
			if m.AskOf != nil {
				w.who = v.actors([]string{*m.AskOf})
			}
			out = append(out, w)
		}
	case interpreter.Waiting:
		for _, u := range d.Upcoming {
			s := v.step(u.Step)
			out = append(out, want{s.Title.In(v.lang), v.actors([]string{s.Actor.ID}), v.say("all.from", map[string]any{"From": u.From.String()})})
		}
	case interpreter.StuckCase:
		out = append(out, want{what: v.say("view.stuck."+string(d.Stuck.Why), nil)})
	}
	return out
}
