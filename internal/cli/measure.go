package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/analysis/measure"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

// measureOptions are the flags of measure.
type measureOptions struct {
	models         []string
	at, arrivals   string
	n              int
	seed           uint64
	define, asJSON bool
	tables         tableOptions
	day            calendar.Day
	rate           *measure.Rate
}

func (a *app) measureCommand() *cobra.Command {
	var o measureOptions
	c := &cobra.Command{
		Use: "measure [--model M[@V]…]", Short: a.say("measure.short", nil), Long: a.say("measure.long", nil), Example: a.say("measure.examples", nil),
		Args: func(_ *cobra.Command, args []string) error { return a.checkMeasure(&o, args) },
		RunE: func(c *cobra.Command, _ []string) error { return a.measure(c.Context(), o) },
	}
	f := c.Flags()
	f.StringSliceVarP(&o.models, "model", "m", nil, a.say("measure.flag.model", nil))
	f.StringVar(&o.at, "at", "", a.say("compare.flag.at", map[string]any{"Day": cohortDay}))
	f.StringVar(&o.arrivals, "arrivals", "", a.say("measure.flag.arrivals", nil))
	f.IntVar(&o.n, "cohort", cohortSize, a.say("compare.flag.cohort", map[string]any{"Size": cohortSize}))
	f.Uint64Var(&o.seed, "seed", cohortSeed, a.say("measure.flag.seed", map[string]any{"Seed": cohortSeed}))
	f.BoolVar(&o.define, "define", false, a.say("measure.flag.define", nil))
	f.BoolVar(&o.asJSON, "json", false, a.say("measure.flag.json", nil))
	a.tableFlags(f, &o.tables)
	for _, name := range []string{"cohort", "seed"} {
		f.Lookup(name).DefValue = "0" // the library would add a word in English
	}
	return c
}

// checkMeasure reads the flags that are more than text.
func (a *app) checkMeasure(o *measureOptions, args []string) error {
	switch {
	case len(args) > 0:
		return misuse{a.say("measure.argument", map[string]any{"Text": args[0]})}
	case o.n < 0:
		return misuse{a.say("compare.bad-cohort", nil)}
	}
	if o.arrivals != "" {
		rate, ok := measure.ParseRate(o.arrivals)
		if !ok {
			return misuse{a.say("measure.bad-arrivals", map[string]any{"Text": o.arrivals})}
		}
		o.rate = &rate
	}
	if _, err := a.tableFormats(o.tables); err != nil {
		return err
	}
	var err error
	o.day, err = a.askedDayOr(o.at, cohortDay)
	return err
}

// measure measures the models, each version by itself: one in depth, several side by side.
func (a *app) measure(ctx context.Context, o measureOptions) error {
	dir, err := a.folder()
	if err != nil {
		return err
	}
	l := a.load(dir)
	names := o.models
	if names == nil {
		if a.broken(l) {
			return errFound
		}
		names = l.set.IDs()
	}
	var programs []*interpreter.Program
	for _, name := range names {
		p, err := a.comparedModel(l, name, o.day)
		if err != nil {
			return err
		}
		if !slices.Contains(programs, p) {
			programs = append(programs, p)
		}
	}
	options := measure.Options{Day: o.day, Arrivals: o.rate}
	err = cohort.New(l.set, cohort.Options{Seed: o.seed, At: o.day}).Each(ctx, o.n, func(c *interpreter.Case) error {
		options.Cohort = append(options.Cohort, c)
		return nil
	})
	if err != nil {
		return errors.New(a.say("cohort.stopped", nil))
	}
	reports := []*measure.Report{}
	step, end := a.progress(len(programs))
	for _, p := range programs {
		if ctx.Err() != nil {
			end()
			return errors.New(a.say("cohort.stopped", nil))
		}
		reports = append(reports, measure.Run(p, options))
		step()
	}
	end()
	if err := a.saveTables(o.tables, measure.Tables(reports)); err != nil {
		return err
	}
	if o.asJSON {
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(reports)
	}
	a.writeMeasures(reports, o)
	return nil
}

// broken tells what is wrong with the files where no model is named, and whether anything is.
func (a *app) broken(l *loaded) bool {
	var faults diag.List
	for _, f := range l.read.Failed {
		faults = append(faults, f.Faults...)
	}
	if !faults.HasErrors() {
		return false
	}
	faults.Sort()
	a.tell(faults)
	fmt.Fprintln(a.err, a.say("verify.broken", nil))
	return true
}

func (a *app) writeMeasures(reports []*measure.Report, o measureOptions) {
	names := measure.Names(reports)
	for i, r := range reports {
		fmt.Fprintf(a.out, "%s  %s\n", strong.Render(names[i]), r.Model.Title.In(a.lang)+", "+a.say("compare.version", map[string]any{"Version": r.Model.Version}))
	}
	about := a.say("compare.about", map[string]any{"At": o.day.String()})
	if o.n > 0 {
		about += "; " + a.say("measure.cohort", map[string]any{"Count": a.number(o.n), "Seed": o.seed})
	}
	if o.rate != nil {
		about += "; " + a.say("measure.arrivals", map[string]any{"Rate": o.rate.Text(a.lang)})
	}
	fmt.Fprintln(a.out, faint.Render(ansi.Wordwrap(about, tableWidth, "")))
	a.writeMatrix(measure.Matrix(reports))
	if o.define {
		a.writeDefinitions()
	}
	if len(reports) == 1 {
		a.writeInDepth(reports[0])
	} else {
		fmt.Fprintf(a.out, "\n%s\n", ansi.Wordwrap(a.say("measure.more", map[string]any{"Model": names[0]}), tableWidth, ""))
	}
	if !o.define {
		fmt.Fprintf(a.out, "\n%s\n", ansi.Wordwrap(a.say("measure.defined", nil), tableWidth, ""))
	}
}

// writeMatrix writes the metrics group by group.
func (a *app) writeMatrix(matrix *table.Table) {
	for _, group := range measure.Groups() {
		part := *matrix
		part.Title.SV, part.Title.EN, part.Help.SV, part.Help.EN = "", "", "", ""
		part.Rows = nil
		for i, m := range measure.Metrics {
			if m.Group == group {
				part.Rows = append(part.Rows, matrix.Rows[i])
			}
		}
		part.Title = matrix.Title
		part.Title.SV, part.Title.EN = measure.GroupTitle(group, "sv"), measure.GroupTitle(group, "en")
		a.printTable(&part)
	}
}

// writeDefinitions writes what every metric is.
func (a *app) writeDefinitions() {
	line := func(indent int, text string) {
		pad := strings.Repeat(" ", indent)
		fmt.Fprintln(a.out, pad+strings.ReplaceAll(ansi.Wordwrap(text, tableWidth-indent, ""), "\n", "\n"+pad))
	}
	for _, group := range measure.Groups() {
		fmt.Fprintln(a.out)
		line(0, strong.Render(measure.GroupTitle(group, a.lang)))
		line(0, measure.GroupText(group, a.lang))
		for _, m := range measure.Metrics {
			if m.Group == group {
				line(2, m.Title(a.lang)+": "+m.Formula(a.lang)+" "+a.say("measure.definition", map[string]any{"Inputs": m.Inputs(a.lang), "Unit": m.Unit(a.lang)}))
			}
		}
	}
}

// mostFacts is how many facts are told of on the terminal; the tables have them all.
const mostFacts = 12

// writeInDepth writes everything about one model.
func (a *app) writeInDepth(r *measure.Report) {
	a.writePaths(r)
	for _, t := range r.Tables() {
		switch strings.TrimPrefix(t.ID, "measure-") {
		case "matrix", "metrics", "links":
			continue
		case "facts":
			t.Rows = t.Rows[:min(len(t.Rows), mostFacts)]
		}
		if len(t.Rows) > 0 {
			a.printTable(without(t, "model", "fact_id", "outcome_id", "overlay", "met", "exact"))
		}
	}
}

// writePaths writes the critical paths to the first meeting, the first plan and any outcome.
func (a *app) writePaths(r *measure.Report) {
	for i := range r.Targets {
		t := &r.Targets[i]
		if t.Outcome != nil || t.Longest == nil || t.Unproven {
			continue
		}
		fmt.Fprintf(a.out, "\n%s\n", strong.Render(a.say("measure.path", map[string]any{"Goal": t.Text(a.lang)})))
		for _, link := range t.Longest.Links {
			text := ansi.Wordwrap(measure.LinkText(link, a.lang), tableWidth-4, "")
			fmt.Fprintln(a.out, "  • "+strings.ReplaceAll(text, "\n", "\n    "))
		}
		open := len(t.Longest.OpenLinks())
		fmt.Fprintln(a.out, "  "+a.say("measure.path-sum", map[string]any{
			"Days": t.Longest.Most, "Open": open, "Some": open < len(t.Longest.Links), "Exact": t.Exact,
		}))
	}
}

// without returns the table without some of its columns.
func without(t *table.Table, ids ...string) *table.Table {
	out := &table.Table{ID: t.ID, Title: t.Title, Help: t.Help}
	keep := func(i int) bool { return !slices.Contains(ids, t.Columns[i].ID) }
	for i, c := range t.Columns {
		if keep(i) {
			out.Columns = append(out.Columns, c)
		}
	}
	for _, row := range t.Rows {
		var cells []table.Cell
		for i, c := range row {
			if keep(i) {
				cells = append(cells, c)
			}
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}
