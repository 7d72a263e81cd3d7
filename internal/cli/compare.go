package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
)

// compareSamples is how many cases are drawn from the cells where no other number is asked for.
const compareSamples = 2000

// compareOptions are the flags of compare.
type compareOptions struct {
	models  []string
	at      string
	n       int
	samples int
	seed    uint64
	asJSON  bool
	day     calendar.Day
}

func (a *app) compareCommand() *cobra.Command {
	var o compareOptions
	c := &cobra.Command{
		Use: "compare M[@V] M[@V]…", Short: a.say("compare.short", nil), Long: a.say("compare.long", nil), Example: a.say("compare.examples", nil),
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) < 2:
				return misuse{a.say("compare.two", nil)}
			case o.n < 0:
				return misuse{a.say("compare.bad-cohort", nil)}
			case o.samples < 1:
				return misuse{a.say("compare.bad-samples", nil)}
			}
			o.models = args
			day, err := a.askedDay(o.at)
			if err != nil {
				return err
			}
			o.day, _ = calendar.Parse(cohortDay)
			if day != nil {
				o.day = *day
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return a.compare(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVar(&o.at, "at", "", a.say("compare.flag.at", map[string]any{"Day": cohortDay}))
	f.IntVar(&o.n, "cohort", cohortSize, a.say("compare.flag.cohort", map[string]any{"Size": cohortSize}))
	f.IntVar(&o.samples, "samples", compareSamples, a.say("compare.flag.samples", map[string]any{"Size": compareSamples}))
	f.Uint64Var(&o.seed, "seed", cohortSeed, a.say("compare.flag.seed", map[string]any{"Seed": cohortSeed}))
	f.BoolVar(&o.asJSON, "json", false, a.say("compare.flag.json", nil))
	for _, name := range []string{"cohort", "samples", "seed"} {
		f.Lookup(name).DefValue = "0" // the library would add a word in English
	}
	return c
}

// compare sets the models side by side.
func (a *app) compare(ctx context.Context, o compareOptions) error {
	dir, err := a.folder()
	if err != nil {
		return err
	}
	l := a.load(dir)
	var programs []*interpreter.Program
	for _, name := range o.models {
		p, err := a.comparedModel(l, name, o.day)
		if err != nil {
			return err
		}
		programs = append(programs, p)
	}
	options := compare.Options{Day: o.day, Samples: o.samples, Seed: o.seed}
	err = cohort.New(l.set, cohort.Options{Seed: o.seed, At: o.day}).Each(ctx, o.n, func(c *interpreter.Case) error {
		options.Cohort = append(options.Cohort, c)
		return nil
	})
	if err != nil {
		return errors.New(a.say("cohort.stopped", nil))
	}
	r := compare.Run(programs, options)
	if !o.asJSON {
		a.writeComparison(r)
		return nil
	}
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// comparedModel returns the model that is named, M or M@VERSION; without a version the one in force on the day, or where none is, the
// first.
func (a *app) comparedModel(l *loaded, name string, day calendar.Day) (*interpreter.Program, error) {
	q := interpreter.Query{Today: calendar.Today(time.Now()), Lang: a.lang}
	var versioned bool
	if q.Model, q.Version, versioned = strings.Cut(name, "@"); versioned && q.Version == "" {
		return nil, misuse{a.say("compare.no-version", map[string]any{"Text": name})}
	}
	if err := a.missingModel(l, q); err != nil {
		return nil, err
	}
	var out *interpreter.Program
	for _, p := range l.set.Versions(q.Model) { // in the order in which they come into force
		m := p.Model()
		if q.Version == m.Version || q.Version == "" && (out == nil || m.InForce <= day) {
			out = p
		}
	}
	return out, nil
}

// writeComparison writes the report for people.
func (a *app) writeComparison(r *compare.Report) {
	line := func(format string, args ...any) { fmt.Fprintf(a.out, format+"\n", args...) }
	names := r.Names()
	for i, p := range r.Programs {
		line("%s  %s", strong.Render(names[i]), p.Model().Title.In(a.lang)+", "+a.say("compare.version", map[string]any{"Version": p.Model().Version}))
	}
	line("%s", faint.Render(a.say("compare.about", map[string]any{"At": r.Day.String()})))
	for _, c := range r.Changes {
		a.writeChanges(&c, names)
	}
	line("\n%s", strong.Render(a.say("compare.kinds", nil)))
	a.writeOverview(r, names)
	for i := range r.Kinds {
		a.writeKind(r, &r.Kinds[i], names)
	}
	a.writeOrders(r, names)
	line("\n%s", strong.Render(a.say("compare.divergence", nil)))
	line("%s", a.say("compare.divergence.is", nil))
	if r.Cohort != nil {
		a.writeMatrix(r.Cohort, "compare.over.cohort", names)
	}
	if r.Cells.Every {
		a.writeMatrix(r.Cells, "compare.over.cells", names)
	} else {
		a.writeMatrix(r.Cells, "compare.over.drawn", names)
	}
	a.writeOutside(&r.Outside, r.Cohort != nil)
	if r.Open > 0 {
		line("\n%s", a.say("compare.open", map[string]any{"Count": r.Open}))
	}
}

// writeOverview writes a table of who does each kind of step in each model and, of two models, how they stand to each other.
func (a *app) writeOverview(r *compare.Report, names []string) {
	head := append([]string{""}, names...)
	if len(names) == 2 {
		head = append(head, a.say("compare.verdict", map[string]any{"Second": names[1], "First": names[0]}))
	}
	t := table.New().Border(lipgloss.NormalBorder()).BorderRow(true).Width(tableWidth).Wrap(true).Headers(head...).StyleFunc(func(row, col int) lipgloss.Style {
		style := lipgloss.NewStyle().Padding(0, 1)
		if row == table.HeaderRow || col == 0 {
			style = style.Inherit(strong)
		}
		return style
	})
	for _, k := range r.Kinds {
		row := []string{k.Kind.Title.In(a.lang)}
		for _, steps := range k.Steps {
			var who []string
			for _, s := range steps {
				if actor := s.Actor.Title.In(a.lang); !slices.Contains(who, actor) {
					who = append(who, actor)
				}
			}
			row = append(row, cmp.Or(strings.Join(who, ", "), "–"))
		}
		if len(names) == 2 {
			row = append(row, a.say("compare.verdict."+string(k.Pairs[0].Verdict), nil))
		}
		t.Row(row...)
	}
	fmt.Fprintln(a.out, t.String())
}

func (a *app) writeKind(r *compare.Report, k *compare.Kind, names []string) {
	line := func(format string, args ...any) { fmt.Fprintf(a.out, format+"\n", args...) }
	line("\n%s  %s", strong.Render(k.Kind.Title.In(a.lang)), faint.Render(k.Kind.ID))
	for i, steps := range k.Steps {
		if len(steps) == 0 {
			line("  %s: %s", names[i], a.say("compare.no-such-step", nil))
		}
		for _, s := range steps {
			line("  %s: %s", names[i], compare.StepText(r.Programs[i], s, a.lang))
		}
	}
	for i := range k.Pairs {
		p := &k.Pairs[i]
		line("  %s · %s: %s", names[p.First], names[p.Second], strong.Render(p.Verdict.Text(a.lang, names[p.First], names[p.Second])))
		for _, s := range p.Sentences(k.Kind, names, a.lang) {
			line("    %s.", s)
		}
		a.writePart(r, p.OnlyFirst, names[p.First], p.Second)
		a.writePart(r, p.OnlySecond, names[p.Second], p.First)
	}
}

// writePart writes the cases that show a difference: one in which a model alone requires the step, and the nearest in which both do.
func (a *app) writePart(r *compare.Report, x *compare.Part, model string, other int) {
	if x == nil {
		return
	}
	tell := func(id string, args map[string]any) { fmt.Fprintf(a.out, "      %s\n", a.say(id, args)) }
	text := r.CaseText(x.Case, a.lang)
	tell("compare.case", map[string]any{"Model": model, "Case": text, "Empty": text == ""})
	if x.Beside != nil {
		var moved []string
		for _, f := range x.Facts {
			v := a.say("compare.unknown", nil)
			if value := x.Beside.Value(f.Index); value != nil {
				v = interpreter.FactText(f, value, a.lang)
			}
			moved = append(moved, f.Title.In(a.lang)+": "+v)
		}
		tell("compare.beside", map[string]any{"Facts": strings.Join(moved, ", ")})
	}
	seen := map[string]bool{}
	var clauses []string
	for _, c := range x.Clauses {
		if text := compare.ClauseText(r.Programs[other], c, a.lang); !seen[text] {
			seen[text] = true
			clauses = append(clauses, text)
		}
	}
	if len(clauses) > 0 {
		tell("compare.clauses", map[string]any{"Model": r.Names()[other], "Clauses": strings.Join(clauses, "; ")})
	}
}

func (a *app) writeOrders(r *compare.Report, names []string) {
	fmt.Fprintf(a.out, "\n%s\n", strong.Render(a.say("compare.order", nil)))
	for i, o := range r.Orders {
		var kinds []string
		for _, k := range o.Kinds {
			kinds = append(kinds, k.Title.In(a.lang))
		}
		fmt.Fprintf(a.out, "  %s: %s\n", names[i], strings.Join(kinds, " → "))
	}
	for _, t := range r.Turned() {
		fmt.Fprintf(a.out, "  %s\n", a.say("compare.turned", map[string]any{
			"First": names[t.First], "Second": names[t.Second], "Early": t.Early.Title.In(a.lang), "Late": t.Late.Title.In(a.lang),
		}))
	}
}

// writeMatrix writes in how many of the cases every two models differ.
func (a *app) writeMatrix(m *compare.Matrix, title string, names []string) {
	fmt.Fprintf(a.out, "\n%s\n", a.say(title, map[string]any{"Cases": a.number(m.Cases), "Refused": m.Refused}))
	t := table.New().Border(lipgloss.NormalBorder()).Headers(append([]string{""}, names...)...).StyleFunc(func(row, col int) lipgloss.Style {
		style := lipgloss.NewStyle()
		if row == table.HeaderRow || col == 0 {
			style = strong
		} else {
			style = style.Align(lipgloss.Right)
		}
		return style.Padding(0, 1)
	})
	for i, name := range names {
		row := []string{name}
		for j := range names {
			row = append(row, a.say("compare.share", map[string]any{"Percent": a.decimal(100 * m.Share(i, j))}))
		}
		t.Row(row...)
	}
	fmt.Fprintln(a.out, t.String())
}

// decimal writes a number with one decimal, as the language does.
func (a *app) decimal(f float64) string {
	return strings.Replace(fmt.Sprintf("%.1f", f), ".", a.say("compare.decimal-mark", nil), 1)
}

func (a *app) writeOutside(o *compare.Outside, cohort bool) {
	line := func(format string, args ...any) { fmt.Fprintf(a.out, format+"\n", args...) }
	line("\n%s", strong.Render(a.say("compare.outside", nil)))
	if len(o.Groups) == 0 {
		line("  %s", a.say("compare.outside.none", map[string]any{"Proven": o.All}))
	}
	for _, g := range o.Groups {
		text := compare.ConditionText(g.When, a.lang)
		if cohort {
			text += " (" + a.say("compare.outside.count", map[string]any{"Count": g.Cohort, "Of": a.number(o.Of)}) + ")"
		}
		line("  • %s", text)
	}
	if len(o.Groups) > 0 && !o.All {
		line("  %s", a.say("compare.outside.more", nil))
	}
	if cohort {
		line("  %s", a.say("compare.outside.cohort", map[string]any{"Count": o.Cohort, "Of": a.number(o.Of)}))
	}
}

func (a *app) writeChanges(c *compare.Changes, names []string) {
	line := func(format string, args ...any) { fmt.Fprintf(a.out, format+"\n", args...) }
	line("\n%s", strong.Render(a.say("compare.changes", map[string]any{"First": names[c.First], "Second": names[c.Second]})))
	if len(c.Parts) == 0 {
		line("  %s", a.say("compare.changes.none", nil))
	}
	for _, p := range c.Parts {
		text := a.say("compare.how."+p.How, nil)
		var what []string
		for _, x := range p.What {
			what = append(what, a.say("compare.aspect."+x, nil))
		}
		if len(what) > 0 {
			text += ": " + interpreter.ListText(what, "and", a.lang)
		}
		if p.Cases != "" {
			text += "; " + p.Cases.Text(a.lang, names[c.First], names[c.Second])
		}
		line("  %s %s %s: %s", a.say("compare.part."+p.Part, nil), p.Title.In(a.lang), faint.Render(p.ID), text)
	}
}
