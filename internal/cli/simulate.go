package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/internal/analysis/simulate"
	"github.com/stegvis/stegvis/interpreter"
)

// simulateOptions are the flags of simulate.
type simulateOptions struct {
	model, durations    string
	cases, replications int
	seed                uint64
	at                  string
	set                 []string
	details, days       bool
	asJSON              bool
	tables              tableOptions

	day calendar.Day
}

func (a *app) simulateCommand() *cobra.Command {
	var o simulateOptions
	c := &cobra.Command{
		Use: "simulate --durations FILE [--model M[@V]]", Short: a.say("simulate.short", nil), Long: a.say("simulate.long", nil), Example: a.say("simulate.examples", nil),
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 0:
				return misuse{a.say("simulate.argument", map[string]any{"Text": args[0]})}
			case o.durations == "":
				return misuse{a.say("simulate.no-durations", nil)}
			case o.cases < 1 || o.cases > simulate.MostCases:
				return misuse{a.say("simulate.bad-cases", map[string]any{"Most": a.number(simulate.MostCases)})}
			case o.replications < 1 || o.replications > simulate.MostReplications:
				return misuse{a.say("simulate.bad-replications", map[string]any{"Most": a.number(simulate.MostReplications)})}
			}
			if _, err := a.tableFormats(o.tables); err != nil {
				return err
			}
			var err error
			o.day, err = a.askedDayOr(o.at, simulate.DefaultStart)
			return err
		},
		RunE: func(c *cobra.Command, _ []string) error { return a.simulate(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVarP(&o.model, "model", "m", "", a.say("simulate.flag.model", nil))
	f.StringVarP(&o.durations, "durations", "d", "", a.say("simulate.flag.durations", nil))
	f.IntVarP(&o.cases, "cases", "n", simulate.DefaultCases, a.say("simulate.flag.cases", map[string]any{"Count": a.number(simulate.DefaultCases)}))
	f.IntVarP(&o.replications, "replications", "r", simulate.DefaultReplications, a.say("simulate.flag.replications", map[string]any{"Count": simulate.DefaultReplications}))
	f.Uint64Var(&o.seed, "seed", simulate.DefaultSeed, a.say("simulate.flag.seed", map[string]any{"Seed": simulate.DefaultSeed}))
	f.StringVar(&o.at, "at", "", a.say("simulate.flag.at", map[string]any{"Day": simulate.DefaultStart}))
	f.StringArrayVar(&o.set, "set", nil, a.say("simulate.flag.set", nil))
	f.BoolVar(&o.details, "details", false, a.say("simulate.flag.details", nil))
	f.BoolVar(&o.days, "days", false, a.say("simulate.flag.days", nil))
	f.BoolVar(&o.asJSON, "json", false, a.say("simulate.flag.json", nil))
	a.tableFlags(f, &o.tables)
	for _, name := range []string{"cases", "replications", "seed"} {
		f.Lookup(name).DefValue = "0" // the library would add a word in English
	}
	return c
}

// simulate lives a cohort through the model, with the lengths of the file.
func (a *app) simulate(ctx context.Context, o simulateOptions) error {
	dir, err := a.folder()
	if err != nil {
		return err
	}
	p, plan, err := a.durations(a.load(dir), o.durations, o.model, o.day)
	if err != nil {
		return err
	}
	whatIf, err := a.settings(plan, p, o.set)
	if err != nil {
		return err
	}
	options := simulate.Options{Cases: o.cases, Replications: o.replications, Seed: o.seed, Start: o.day}
	for _, x := range []*simulate.Plan{plan, whatIf} {
		switch {
		case x == nil:
		case options.Coming(x) > 2*simulate.MostCases:
			return misuse{a.say("simulate.too-warm", map[string]any{"Cases": a.number(int(options.Coming(x))), "Most": a.number(2 * simulate.MostCases)})}
		case options.Years(x) > simulate.MostYears:
			return misuse{a.say("simulate.too-long", map[string]any{
				"Cases": a.number(o.cases), "Years": a.number(int(options.Years(x))), "Most": a.number(simulate.MostYears),
			})}
		}
	}
	show, end := a.share(a.say("simulate.progress", nil))
	options.Progress = show
	r, err := simulate.Run(ctx, p, plan, whatIf, options)
	end()
	if err != nil {
		return errors.New(a.say("simulate.stopped", nil))
	}
	if err := a.saveTables(o.tables, r.Tables()); err != nil {
		return err
	}
	if !o.asJSON {
		a.writeSimulation(r, o)
		return nil
	}
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// durations reads a file of durations, and returns with it the model that it is of: model (M or M@V) where it is not "", else the one that
// the file names. Where anything is wrong with the file, all of it is told.
func (a *app) durations(l *loaded, path, model string, day calendar.Day) (*interpreter.Program, *simulate.Plan, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, a.noFile(path)
	}
	var faults diag.List
	file := syntax.Read(diag.NewSource(path, string(text)), &faults)
	if model == "" {
		model = simulate.ModelOf(file)
	}
	if model == "" && !faults.HasErrors() {
		return nil, nil, misuse{a.say("simulate.no-model", map[string]any{"Path": path})}
	}
	var p *interpreter.Program
	if model != "" {
		if p, err = a.comparedModel(l, model, day); err != nil {
			return nil, nil, err
		}
	}
	var plan *simulate.Plan
	if p != nil {
		plan = simulate.Read(file, p, &faults)
	}
	faults.Sort()
	a.tell(faults)
	if faults.HasErrors() {
		return nil, nil, errFound
	}
	return p, plan, nil
}

// settings lays the settings of a what-if over the plan; nil where there are none.
func (a *app) settings(plan *simulate.Plan, p *interpreter.Program, set []string) (*simulate.Plan, error) {
	if len(set) == 0 {
		return nil, nil
	}
	whatIf, wrong := plan.With(p.Model(), set)
	text := ""
	for i, w := range wrong {
		if i > 0 {
			text += "\n"
		}
		text += w.Text.In(a.lang)
	}
	if text != "" {
		return nil, misuse{text}
	}
	return whatIf, nil
}

// share returns what to call with how much is done of how much, and at the end. It draws a bar on a terminal, and does nothing elsewhere.
func (a *app) share(what string) (show func(done, of int), end func()) {
	if !isTerminal(a.err) {
		return nil, func() {}
	}
	bar := a.newBar(1, progressbar.OptionShowCount(), progressbar.OptionSetDescription(what), progressbar.OptionSetPredictTime(true))
	return func(done, of int) {
		if bar.GetMax() != of {
			bar.ChangeMax(of)
		}
		bar.Set(done)
	}, func() { bar.Clear() }
}

// line writes a line of the answer.
func (a *app) line(id string, args map[string]any) { fmt.Fprintln(a.out, a.say(id, args)) }
