package cli

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

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
	details bool
	asJSON  bool
	tables  tableOptions
	page    pageOptions
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
			if _, err := a.tableFormats(o.tables); err != nil {
				return err
			}
			if err := a.checkPage(o.page); err != nil {
				return err
			}
			var err error
			o.day, err = a.askedDayOr(o.at, cohortDay)
			return err
		},
		RunE: func(c *cobra.Command, _ []string) error { return a.compare(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVar(&o.at, "at", "", a.say("compare.flag.at", map[string]any{"Day": cohortDay}))
	f.IntVar(&o.n, "cohort", cohortSize, a.say("compare.flag.cohort", map[string]any{"Size": cohortSize}))
	f.IntVar(&o.samples, "samples", compareSamples, a.say("compare.flag.samples", map[string]any{"Size": compareSamples}))
	f.Uint64Var(&o.seed, "seed", cohortSeed, a.say("compare.flag.seed", map[string]any{"Seed": cohortSeed}))
	f.BoolVar(&o.details, "details", false, a.say("compare.flag.details", nil))
	f.BoolVar(&o.asJSON, "json", false, a.say("compare.flag.json", nil))
	a.tableFlags(f, &o.tables)
	a.pageFlags(f, &o.page)
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
	plans, err := a.plans(l, programs, o)
	if err != nil {
		return err
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
	tables := r.Tables()
	if o.page.file != "" {
		if tables, err = a.writePage(ctx, r, plans, options.Cohort, o); err != nil {
			return err
		}
	}
	if err := a.saveTables(o.tables, tables); err != nil {
		return err
	}
	switch {
	case o.asJSON:
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	case o.page.file == "": // else the page tells all
		a.writeComparison(r, o.details || len(programs) == 2)
	}
	return nil
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
