package cli

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/simulate"
	"github.com/stegvis/stegvis/internal/table"
)

// simulation is a report while it is written for people.
type simulation struct {
	*app
	r *simulate.Report
	s *simulate.Scenario // the one that is shown
}

// writeSimulation writes what was found. Of a what-if, what it changes comes first.
func (a *app) writeSimulation(r *simulate.Report, o simulateOptions) {
	w := &simulation{a, r, r.Base}
	m := r.Program.Model()
	fmt.Fprintln(a.out, strong.Render(m.Title.In(a.lang)))
	a.line("simulate.about", map[string]any{
		"Model": m.ID, "Version": m.Version, "File": o.durations, "Cases": a.number(r.Options.Cases), "Replications": r.Options.Replications,
		"Seed": r.Options.Seed, "Start": r.Options.Start.String(),
	})
	if r.WhatIf != nil {
		w.changes(o.set, o.details)
		w.s = r.WhatIf
		a.line("simulate.below", nil)
	}
	w.bounds()
	w.ends()
	w.times()
	w.limits()
	w.capacities()
	if o.details {
		w.steps()
	}
	if o.days {
		w.open()
		w.load()
	}
	w.assumed()
}

// simulationWidth is how many columns what is shown takes at most.
const simulationWidth = 100

// show writes a table for people, of cells that are texts already. The first column has names, the others are lined up as numbers are.
func (w *simulation) show(title, help string, head []string, rows [][]string) {
	t := &table.Table{Title: text(title), Help: text(help)}
	for c, h := range head {
		t.Columns = append(t.Columns, table.Column{Title: text(h)})
		width := lipgloss.Width(h)
		for _, r := range rows {
			width = max(width, lipgloss.Width(r[c]))
		}
		for _, r := range rows {
			if c > 0 {
				r[c] = strings.Repeat(" ", width-lipgloss.Width(r[c])) + r[c]
			}
		}
	}
	for _, r := range rows {
		var cells []table.Cell
		for _, s := range r {
			cells = append(cells, table.Words(text(s)))
		}
		t.Add(cells...)
	}
	w.printTableWithin(t, simulationWidth)
}

// text is a text that is in the language of the run already.
func text(s string) lang.Text { return lang.Text{SV: s, EN: s} }

// of writes the figure that f takes of both lives.
func (w *simulation) of(t table.Type, f func(*simulate.Figures) simulate.Estimate) string {
	return simulate.BoundsText(f(w.s.Earliest), f(w.s.Latest), t, w.lang)
}

// days are the columns of times.
func (w *simulation) days(t func(*simulate.Figures) *simulate.Times) []string {
	part := func(of func(*simulate.Times) simulate.Estimate) string {
		return w.of(table.Days, func(x *simulate.Figures) simulate.Estimate { return of(t(x)) })
	}
	return []string{
		w.of(table.Share, func(x *simulate.Figures) simulate.Estimate { return t(x).Reached }),
		part(func(t *simulate.Times) simulate.Estimate { return t.Mean }), part(func(t *simulate.Times) simulate.Estimate { return t.P10 }),
		part(func(t *simulate.Times) simulate.Estimate { return t.P50 }), part(func(t *simulate.Times) simulate.Estimate { return t.P90 }),
	}
}

func (w *simulation) timesHead(first string) []string {
	return []string{w.say(first, nil), w.say("simulate.head.share", nil), w.say("simulate.head.mean", nil), "p10", "p50", "p90"}
}

// bounds tells of steps without a length, and what that means.
func (w *simulation) bounds() {
	if len(w.s.Gaps) == 0 {
		return
	}
	var bounded, unbounded []string
	for _, g := range w.s.Gaps {
		title := g.Step.Title.In(w.lang)
		if g.Unbounded {
			unbounded = append(unbounded, title)
		} else {
			bounded = append(bounded, title)
		}
	}
	fmt.Fprintln(w.out)
	if len(bounded) > 0 {
		w.line("simulate.bounded", map[string]any{"Count": len(bounded), "Steps": strings.Join(bounded, "; ")})
	}
	if len(unbounded) > 0 {
		w.line("simulate.unbounded", map[string]any{"Count": len(unbounded), "Steps": strings.Join(unbounded, "; ")})
	}
	w.line("simulate.bounds", nil)
}

func (w *simulation) ends() {
	var rows [][]string
	for i := range max(len(w.s.Earliest.Ends), len(w.s.Latest.Ends)) {
		pick := func(x *simulate.Figures) *simulate.Times {
			if i < len(x.Ends) {
				return &x.Ends[i].Times
			}
			return &simulate.Times{}
		}
		longer := w.s.Earliest
		if len(w.s.Latest.Ends) > len(longer.Ends) {
			longer = w.s.Latest
		}
		_, title := longer.Ends[i].Name()
		if pick(w.s.Earliest).Reached.Value == 0 && pick(w.s.Latest).Reached.Value == 0 {
			continue
		}
		rows = append(rows, append([]string{title.In(w.lang)}, w.days(pick)...))
	}
	w.show(w.say("simulate.ends", nil), w.say("simulate.ends.help", nil), w.timesHead("simulate.head.end"), rows)
}

func (w *simulation) times() {
	rows := [][]string{append([]string{w.say("simulate.any", nil)}, w.days(func(x *simulate.Figures) *simulate.Times { return &x.Any })...)}
	for i, k := range w.s.Earliest.Kinds {
		rows = append(rows, append([]string{k.Kind.Title.In(w.lang)}, w.days(func(x *simulate.Figures) *simulate.Times { return &x.Kinds[i].Times })...))
	}
	w.show(w.say("simulate.times", nil), w.say("simulate.times.help", nil), w.timesHead("simulate.head.to"), rows)
}

func (w *simulation) limits() {
	rows := [][]string{{w.say("simulate.late", nil), w.of(table.Share, func(x *simulate.Figures) simulate.Estimate { return x.Late.Less() })}}
	for i, l := range w.s.Earliest.Limits {
		rows = append(rows, []string{l.Limit.Title.In(w.lang), w.of(table.Share, func(x *simulate.Figures) simulate.Estimate { return x.Limits[i].Met })})
	}
	w.show(w.say("simulate.limits", nil), "", []string{w.say("simulate.head.deadline", nil), w.say("simulate.head.kept", nil)}, rows)
}

func (w *simulation) capacities() {
	if len(w.s.Earliest.Roles) == 0 {
		return
	}
	if w.s.Plan.Arrival == nil {
		fmt.Fprintln(w.out)
		w.line("simulate.no-arrival", nil)
		return
	}
	var rows [][]string
	for i, k := range w.s.Earliest.Roles {
		pick := func(t table.Type, of func(*simulate.RoleFigures) simulate.Estimate) string {
			if k.Places == 0 && !of(&k).Known() {
				return table.NotStated.Text(w.lang)
			}
			return w.of(t, func(x *simulate.Figures) simulate.Estimate { return of(&x.Roles[i]) })
		}
		who := w.say("simulate.places", map[string]any{"Title": k.Capacity.Title.In(w.lang), "Staff": k.Staff, "Places": w.number(k.Places)})
		rows = append(rows, []string{
			who,
			pick(table.Number, func(k *simulate.RoleFigures) simulate.Estimate { return k.Load }),
			pick(table.Share, func(k *simulate.RoleFigures) simulate.Estimate { return k.Utilisation }),
			pick(table.Number, func(k *simulate.RoleFigures) simulate.Estimate { return k.Queue }),
			pick(table.Number, func(k *simulate.RoleFigures) simulate.Estimate { return k.PeakQueue }),
			pick(table.Days, func(k *simulate.RoleFigures) simulate.Estimate { return k.Waited }),
		})
	}
	head := []string{w.say("simulate.head.role", nil)}
	for _, id := range []string{"load", "used", "queue", "peak", "wait"} {
		head = append(head, w.say("simulate.head."+id, nil))
	}
	w.show(w.say("simulate.capacities", nil), w.say("simulate.capacities.help", nil), head, rows)
}

func (w *simulation) steps() {
	var rows [][]string
	for i, s := range w.s.Earliest.Steps {
		pick := func(t table.Type, of func(*simulate.StepFigures) simulate.Estimate) string {
			return w.of(t, func(x *simulate.Figures) simulate.Estimate { return of(&x.Steps[i]) })
		}
		rows = append(rows, []string{
			s.Step.Title.In(w.lang),
			pick(table.Share, func(s *simulate.StepFigures) simulate.Estimate { return s.Reached }),
			pick(table.Number, func(s *simulate.StepFigures) simulate.Estimate { return s.Count }),
			pick(table.Days, func(s *simulate.StepFigures) simulate.Estimate { return s.Took }),
			pick(table.Share, func(s *simulate.StepFigures) simulate.Estimate { return s.Late }),
		})
	}
	head := []string{w.say("simulate.head.step", nil)}
	for _, id := range []string{"done-in", "count", "took", "late"} {
		head = append(head, w.say("simulate.head."+id, nil))
	}
	w.show(w.say("simulate.steps", nil), w.say("simulate.steps.help", nil), head, rows)
}

// every is how many days lie between two rows of what is shown over time; the tables have every day.
const every = 28

// open writes how large a share of the cases is open, every fourth week.
func (w *simulation) open() {
	at := func(x *simulate.Figures, day int) (e simulate.Estimate) {
		for _, p := range x.Survival {
			if p.Day > day {
				break
			}
			e = p.Open
		}
		return e
	}
	last := 0
	for _, x := range []*simulate.Figures{w.s.Earliest, w.s.Latest} {
		last = max(last, x.Survival[len(x.Survival)-1].Day)
	}
	var rows [][]string
	for day := 0; day < last+every; day += every {
		rows = append(rows, []string{w.number(day), w.of(table.Share, func(x *simulate.Figures) simulate.Estimate { return at(x, day) })})
	}
	w.show(w.say("simulate.open", nil), w.say("simulate.open.help", nil), []string{w.say("simulate.head.days", nil), w.say("simulate.head.open", nil)}, rows)
}

// load writes how many cases each role has and how many wait, every fourth week.
func (w *simulation) load() {
	for i, k := range w.s.Earliest.Roles {
		n := min(len(k.ByDay), len(w.s.Latest.Roles[i].ByDay))
		var rows [][]string
		for d := 0; d < n; d += every {
			shown := func(of func(simulate.LoadPoint) float64) string {
				point := func(x *simulate.Figures) simulate.Estimate { return simulate.Exactly(of(x.Roles[i].ByDay[d])) }
				return w.of(table.Number, point)
			}
			rows = append(rows, []string{
				k.ByDay[d].Day.String(), shown(func(p simulate.LoadPoint) float64 { return p.Load }), shown(func(p simulate.LoadPoint) float64 { return p.Queue }),
			})
		}
		if len(rows) > 0 {
			w.show(k.Capacity.Title.In(w.lang), "", []string{w.say("simulate.head.day", nil), w.say("simulate.head.load", nil), w.say("simulate.head.queue", nil)}, rows)
		}
	}
}

// assumed tells which answers the file does not give.
func (w *simulation) assumed() {
	if len(w.s.Assumed) == 0 {
		return
	}
	fmt.Fprintln(w.out)
	w.line("simulate.assumed", nil)
	for _, x := range w.s.Assumed {
		fmt.Fprintf(w.out, "  %s: %s\n", x.Fact.Title.In(w.lang), x.Text().In(w.lang))
	}
}

// isQuantile tells whether a figure of a what-if is one of those of which there are many, that tell much the same.
func isQuantile(id string) bool {
	return strings.HasSuffix(id, ".p10") || strings.HasSuffix(id, ".p50") || strings.HasSuffix(id, ".p90")
}

// changes writes what a what-if changes: shares and means, with details the quantiles too.
func (w *simulation) changes(set []string, details bool) {
	var rows [][]string
	for _, c := range w.r.Changes {
		t := table.Number
		if c.Unit == simulate.Shares {
			t = table.Share
		}
		base, then := c.Base.Cell().Text(table.Column{Type: t}, w.lang), c.Then.Cell().Text(table.Column{Type: t}, w.lang)
		if base == then || !details && isQuantile(c.ID) {
			continue
		}
		what := c.What.In(w.lang)
		if c.Bound != "" {
			what = w.say("simulate.bound."+c.Bound, map[string]any{"What": what})
		}
		rows = append(rows, []string{what, base, then, c.Difference.Text(t, w.lang)})
	}
	title := w.say("simulate.changes", map[string]any{"Set": strings.Join(set, ", ")})
	if len(rows) == 0 {
		fmt.Fprintf(w.out, "\n%s\n%s\n", strong.Render(title), w.say("simulate.changes.none", nil))
		return
	}
	head := []string{w.say("simulate.head.figure", nil), w.say("simulate.head.base", nil), w.say("simulate.head.then", nil), w.say("simulate.head.difference", nil)}
	w.show(title, w.say("simulate.changes.help", nil), head, rows)
}
