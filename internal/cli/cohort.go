package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/internal/tally"
	"github.com/stegvis/stegvis/interpreter"
)

// The cohort that is made where no other is asked for. The day asked about is fixed, so that the same seed gives the
// same bytes on every day.
const (
	cohortSize = 1000
	cohortSeed = 1
	cohortDay  = "2026-03-01"
)

// cohortOptions are the flags of cohort.
type cohortOptions struct {
	n               int
	seed            uint64
	at              string
	models          []string
	format, output  string
	summary, asJSON bool
	from            string

	day  *calendar.Day // of at, where it is given
	form casefile.Format
}

func (a *app) cohortCommand() *cobra.Command {
	var o cohortOptions
	c := &cobra.Command{
		Use: "cohort", Short: a.say("cohort.short", nil), Long: a.say("cohort.long", nil), Example: a.say("cohort.examples", nil),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return misuse{a.say("cohort.no-args", map[string]any{"Text": args[0]})}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			if err := a.checkCohort(c, &o); err != nil {
				return err
			}
			return a.cohort(c.Context(), o)
		},
	}
	f := c.Flags()
	f.IntVarP(&o.n, "n", "n", cohortSize, a.say("cohort.flag.n", map[string]any{"Size": cohortSize}))
	f.Uint64Var(&o.seed, "seed", cohortSeed, a.say("cohort.flag.seed", map[string]any{"Seed": cohortSeed}))
	f.StringVar(&o.at, "at", "", a.say("cohort.flag.at", map[string]any{"Day": cohortDay}))
	f.StringSliceVarP(&o.models, "model", "m", nil, a.say("cohort.flag.model", nil))
	f.StringVar(&o.format, "format", "", a.say("cohort.flag.format", nil))
	f.StringVarP(&o.output, "output", "o", "", a.say("cohort.flag.output", nil))
	f.BoolVar(&o.summary, "summary", false, a.say("cohort.flag.summary", nil))
	f.StringVar(&o.from, "from", "", a.say("cohort.flag.from", nil))
	f.BoolVar(&o.asJSON, "json", false, a.say("cohort.flag.json", nil))
	for _, name := range []string{"n", "seed"} {
		f.Lookup(name).DefValue = "0" // the library would add a word in English
	}
	return c
}

// checkCohort refuses flags that do not go together, and reads those that are more than text.
func (a *app) checkCohort(c *cobra.Command, o *cohortOptions) error {
	only := func(other string, flags ...string) error {
		for _, name := range flags {
			if c.Flags().Changed(name) {
				return misuse{a.say("cohort.only-with", map[string]any{"Flag": name, "Other": other})}
			}
		}
		return nil
	}
	if !o.summary {
		if err := only("summary", "from", "json"); err != nil {
			return err
		}
	} else {
		for _, name := range []string{"format", "output"} {
			if c.Flags().Changed(name) {
				return misuse{a.say("cohort.not-with", map[string]any{"Flag": name, "Other": "summary"})}
			}
		}
	}
	if o.from != "" {
		for _, name := range []string{"n", "seed", "model"} {
			if c.Flags().Changed(name) {
				return misuse{a.say("cohort.not-with", map[string]any{"Flag": name, "Other": "from"})}
			}
		}
	}
	if o.n < 1 {
		return misuse{a.say("cohort.bad-n", nil)}
	}
	var err error
	if o.day, err = a.askedDay(o.at); err != nil {
		return err
	}
	return a.cohortFormat(o)
}

// cohortFormat settles the format: the one named, or else the one that the file's name ends in, or else NDJSON.
func (a *app) cohortFormat(o *cohortOptions) (err error) {
	if o.from != "" {
		o.form, err = a.formatOf("", o.from, false)
		return err
	}
	if o.form, err = a.formatOf(o.format, o.output, o.output == ""); err != nil {
		return err
	}
	if o.form == casefile.Parquet && o.output == "" && isTerminal(a.raw) {
		return misuse{a.say("cohort.terminal", nil)}
	}
	return nil
}

// formatOf returns the format of that name, or where none is named the one that the file's name ends in; unnamed says that
// there is no such name.
func (a *app) formatOf(name, file string, unnamed bool) (casefile.Format, error) {
	switch {
	case name != "":
		if f, ok := casefile.ParseFormat(name); ok {
			return f, nil
		}
		return "", a.wrongFormat(name)
	case unnamed:
		return casefile.NDJSON, nil
	}
	if f, ok := casefile.FormatOf(file); ok {
		return f, nil
	}
	return "", a.wrongFormat(filepath.Ext(file))
}

// askedDay reads the day of --at; nil where none is given.
func (a *app) askedDay(text string) (*calendar.Day, error) {
	if text == "" {
		return nil, nil
	}
	day, ok := calendar.Parse(text)
	if !ok {
		return nil, misuse{a.say("next.bad-at", map[string]any{"Text": text})}
	}
	return &day, nil
}

// askedDayOr reads the day that a flag asks for; none is the other, which is one.
func (a *app) askedDayOr(text, other string) (calendar.Day, error) {
	day, err := a.askedDay(text)
	if day == nil {
		fixed, _ := calendar.Parse(other)
		day = &fixed
	}
	return *day, err
}

func (a *app) wrongFormat(text string) error {
	names := make([]string, len(casefile.Formats))
	for i, f := range casefile.Formats {
		names[i] = string(f)
	}
	return misuse{a.say("cohort.bad-format", map[string]any{"Text": text, "Near": diag.Suggest(text, names), "Formats": strings.Join(names, ", ")})}
}

func (a *app) cohort(ctx context.Context, o cohortOptions) error {
	dir, err := a.folder()
	if err != nil {
		return err
	}
	l := a.load(dir)
	broken, err := a.checkAll(l, interpreter.Query{})
	if err != nil {
		return err
	}
	if o.from != "" {
		err = a.summariseFile(ctx, l.set, o)
	} else {
		var c *cohort.Cohort
		if c, err = a.newCohort(l.set, o); err != nil {
			return err
		}
		if o.summary {
			err = a.summariseCohort(ctx, l.set, c, o)
		} else {
			err = a.writeCohort(ctx, c, o)
		}
	}
	if err == nil && broken {
		err = errFound
	}
	return err
}

// newCohort returns the cohort that the flags ask for.
func (a *app) newCohort(set *interpreter.Set, o cohortOptions) (*cohort.Cohort, error) {
	at, _ := calendar.Parse(cohortDay)
	if o.day != nil {
		at = *o.day
	}
	models := slices.Clone(o.models)
	if slices.Contains(models, allModels) {
		models = nil
	}
	for _, id := range models {
		var wrong diag.List
		if set.Choose(interpreter.NewCase(""), interpreter.Query{Model: id}, &wrong) == nil {
			return nil, misuse{wrong[0].Message(a.lang) + tail(wrong[0].HintText(a.lang))}
		}
	}
	return cohort.New(set, cohort.Options{Seed: o.seed, At: at, Models: models}), nil
}

// writeCohort makes the cases and writes them, to standard output or to a file that is there whole or not at all.
func (a *app) writeCohort(ctx context.Context, c *cohort.Cohort, o cohortOptions) error {
	out := a.raw
	if o.output != "" {
		f, err := os.CreateTemp(filepath.Dir(o.output), ".stegvis-*")
		if err != nil {
			return errors.New(a.say("cohort.cannot-write", map[string]any{"Path": o.output}))
		}
		defer os.Remove(f.Name())
		defer f.Close()
		out = f
	}
	buffered := bufio.NewWriterSize(out, 1<<16)
	w := casefile.NewWriter(o.form, buffered, c.Space().Columns)
	step, end := a.progress(o.n)
	err := c.Each(ctx, o.n, func(k *interpreter.Case) error {
		step()
		return w.Write(k)
	})
	end()
	if err == nil {
		err = errors.Join(w.Close(), buffered.Flush())
	}
	if f, ok := out.(*os.File); ok && o.output != "" && err == nil {
		err = errors.Join(f.Chmod(0o644), f.Sync(), f.Close(), os.Rename(f.Name(), o.output))
	}
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New(a.say("cohort.stopped", nil))
	case err != nil && o.output != "":
		return errors.New(a.say("cohort.cannot-write", map[string]any{"Path": o.output}))
	}
	return err
}

// summariseCohort makes the cases and puts each through every model.
func (a *app) summariseCohort(ctx context.Context, set *interpreter.Set, c *cohort.Cohort, o cohortOptions) error {
	sum := tally.New(set, set.IDs())
	step, end := a.progress(o.n)
	var faults diag.List
	err := c.Each(ctx, o.n, func(k *interpreter.Case) error {
		step()
		sum.Add(k, nil, 0, false, &faults) // each case has its own day
		return nil
	})
	end()
	if err != nil {
		return errors.New(a.say("cohort.stopped", nil))
	}
	a.tell(faults)
	return a.showSummary(sum.Summary(a.lang), o.asJSON)
}

// mostTold is of how many faulty cases in a file the faults are told.
const mostTold = 20

// summariseFile reads the cases of a file and puts each through every model.
func (a *app) summariseFile(ctx context.Context, set *interpreter.Set, o cohortOptions) error {
	f, err := os.Open(o.from)
	if err != nil {
		return misuse{a.say("no-path", map[string]any{"Path": o.from})}
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return misuse{a.say("bad-path", map[string]any{"Path": o.from})}
	}
	r, err := casefile.NewReader(o.form, o.from, f, set)
	if err != nil {
		return errors.New(a.say("cohort.unreadable", map[string]any{"Path": o.from, "Format": string(o.form)}))
	}
	sum, today := tally.New(set, set.IDs()), calendar.Today(time.Now())
	step, end := a.progress(-1)
	told := 0
	for row := 1; ; row++ {
		var faults diag.List
		c, err := r.Read(&faults)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = ctx.Err()
		}
		switch {
		case errors.Is(err, context.Canceled):
			end()
			return errors.New(a.say("cohort.stopped", nil))
		case err != nil:
			end()
			return errors.New(a.say("cohort.unreadable-row", map[string]any{"Path": o.from, "Format": string(o.form), "Row": row}))
		}
		step()
		sum.Add(c, o.day, today, faults.HasErrors(), &faults)
		if faults.HasErrors() && told < mostTold {
			told++
			faults.Sort()
			if o.form != casefile.NDJSON { // whose diagnostics name the line
				fmt.Fprintln(a.err, a.say("cohort.row", map[string]any{"Path": o.from, "Row": row}))
			}
			a.tell(oncePerPlace(faults))
		}
	}
	end()
	return a.showSummary(sum.Summary(a.lang), o.asJSON)
}

// progress returns what to call for each case, and at the end. It draws a bar on a terminal, and does nothing elsewhere;
// n is -1 where nobody knows how many cases there are.
func (a *app) progress(n int) (step, end func()) {
	if !isTerminal(a.err) {
		return func() {}, func() {}
	}
	bar := a.newBar(int64(n), progressbar.OptionShowCount(), progressbar.OptionSetDescription(a.say("cohort.progress", nil)))
	return func() { bar.Add(1) }, func() { bar.Finish() }
}

// newBar returns a progress bar on standard error.
func (a *app) newBar(n int64, options ...progressbar.Option) *progressbar.ProgressBar {
	return progressbar.NewOptions64(n, append(options, progressbar.OptionSetWriter(a.err), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish())...)
}

// isTerminal tells whether what is written to w is seen as it is written.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}
