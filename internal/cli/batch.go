package cli

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/batch"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/interpreter"
)

// batchOptions are the flags of batch.
type batchOptions struct {
	models          []string
	version, at     string
	from, format    string
	output, errors  string
	summary, asJSON bool
	explain, resume bool
	skip            int64
	workers         int
	file            string
	inForm, outForm casefile.Format
	day             *calendar.Day
}

func (a *app) batchCommand() *cobra.Command {
	var o batchOptions
	c := &cobra.Command{
		Use: "batch --model M FILE", Short: a.say("batch.short", nil), Long: a.say("batch.long", nil), Example: a.say("batch.examples", nil),
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(o.models) == 0:
				return misuse{a.say("next.no-model", nil)}
			case len(args) != 1:
				return misuse{a.say("batch.one-file", nil)}
			}
			o.file = args[0]
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			if err := a.checkBatch(c, &o); err != nil {
				return err
			}
			return a.batch(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringSliceVarP(&o.models, "model", "m", nil, a.say("batch.flag.model", nil))
	f.StringVar(&o.version, "version", "", a.say("next.flag.version", nil))
	f.StringVar(&o.at, "at", "", a.say("next.flag.at", nil))
	f.StringVar(&o.from, "from", "", a.say("batch.flag.from", nil))
	f.StringVar(&o.format, "format", "", a.say("cohort.flag.format", nil))
	f.StringVarP(&o.output, "output", "o", "", a.say("cohort.flag.output", nil))
	f.StringVar(&o.errors, "errors", "", a.say("batch.flag.errors", nil))
	f.BoolVar(&o.summary, "summary", false, a.say("batch.flag.summary", nil))
	f.BoolVar(&o.asJSON, "json", false, a.say("cohort.flag.json", nil))
	f.BoolVar(&o.explain, "explain", false, a.say("batch.flag.explain", nil))
	f.Int64Var(&o.skip, "skip", 0, a.say("batch.flag.skip", nil))
	f.BoolVar(&o.resume, "resume", false, a.say("batch.flag.resume", nil))
	f.IntVar(&o.workers, "workers", 0, a.say("batch.flag.workers", nil))
	return c
}

// checkBatch refuses flags that do not go together, and reads those that are more than text.
func (a *app) checkBatch(c *cobra.Command, o *batchOptions) error {
	not := func(flag, other string) error {
		if c.Flags().Changed(flag) && c.Flags().Changed(other) {
			return misuse{a.say("cohort.not-with", map[string]any{"Flag": flag, "Other": other})}
		}
		return nil
	}
	if o.asJSON && !o.summary {
		return misuse{a.say("cohort.only-with", map[string]any{"Flag": "json", "Other": "summary"})}
	}
	if o.resume && o.output == "" {
		return misuse{a.say("cohort.only-with", map[string]any{"Flag": "resume", "Other": "output"})}
	}
	for _, pair := range [][2]string{{"format", "summary"}, {"output", "summary"}, {"explain", "summary"}, {"skip", "resume"}} {
		if err := not(pair[0], pair[1]); err != nil {
			return err
		}
	}
	switch {
	case o.skip < 0:
		return misuse{a.say("batch.bad-skip", nil)}
	case c.Flags().Changed("workers") && o.workers < 1:
		return misuse{a.say("batch.bad-workers", nil)}
	}
	var err error
	if o.day, err = a.askedDay(o.at); err != nil {
		return err
	}
	return a.batchFormats(o)
}

// batchFormats settles the formats: those named, or else those that the files' names end in, or else NDJSON.
func (a *app) batchFormats(o *batchOptions) error {
	var err error
	if o.inForm, err = a.formatOf(o.from, strings.TrimSuffix(o.file, ".gz"), o.file == "-"); err != nil {
		return err
	}
	if o.outForm, err = a.formatOf(o.format, o.output, o.output == ""); err != nil {
		return err
	}
	switch {
	case o.explain && o.outForm != casefile.NDJSON:
		return misuse{a.say("batch.explain-ndjson", nil)}
	case o.resume && o.outForm == casefile.Parquet:
		return misuse{a.say("batch.resume-parquet", nil)}
	case o.outForm == casefile.Parquet && o.output == "" && isTerminal(a.raw):
		return misuse{a.say("cohort.terminal", nil)}
	}
	return nil
}

func (a *app) batch(ctx context.Context, o batchOptions) error {
	in, size, err := a.openCases(o)
	if err != nil {
		return err
	}
	if f, ok := in.(*os.File); ok && o.file != "-" {
		defer f.Close()
	}
	dir, err := a.folder()
	if err != nil {
		return err
	}
	l := a.load(dir)
	broken, err := a.batchModels(l, &o)
	if err != nil {
		return err
	}
	b := &batchRun{app: a, o: o, ctx: ctx}
	if err := b.open(in); err != nil {
		return err
	}
	defer b.close()
	show, clear, end := a.bar(size)
	b.clear = clear
	report, err := batch.Run(ctx, in, b.out, batch.Options{
		Set: l.set, Models: o.models, Version: o.version, At: o.day, Today: calendar.Today(time.Now()), Lang: a.lang, Explain: o.explain,
		Name: o.file, From: o.inForm, To: o.outForm, Summary: o.summary, Skip: b.skip, NoHead: b.continued, Workers: o.workers,
		Faulty: b.faulty, Progress: show,
	})
	end()
	if err := b.finish(report, err); err != nil {
		return err
	}
	if broken {
		return errFound
	}
	return nil
}

// openCases opens the input. size is how long it is, or -1 where nobody knows.
func (a *app) openCases(o batchOptions) (in io.Reader, size int64, err error) {
	if o.file == "-" {
		f, isFile := a.in.(*os.File)
		if isFile {
			if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
				return f, info.Size(), nil
			}
		}
		if o.inForm == casefile.Parquet {
			return nil, 0, misuse{a.say("batch.parquet-stdin", nil)}
		}
		return a.in, -1, nil
	}
	f, err := os.Open(o.file)
	if err != nil {
		return nil, 0, a.noFile(o.file)
	}
	info, err := f.Stat()
	switch {
	case err != nil || info.IsDir():
		f.Close()
		return nil, 0, a.noFile(o.file)
	case info.Mode().IsRegular():
		return f, info.Size(), nil
	case o.inForm == casefile.Parquet:
		f.Close()
		return nil, 0, misuse{a.say("batch.parquet-stdin", nil)}
	}
	return f, -1, nil
}

// batchModels settles which models answer, and tells whether there are others that cannot because of their files.
func (a *app) batchModels(l *loaded, o *batchOptions) (broken bool, err error) {
	q := interpreter.Query{Version: o.version}
	if slices.Contains(o.models, allModels) {
		if broken, err = a.checkAll(l, q); err == nil {
			o.models = l.set.IDs()
		}
		return broken, err
	}
	if len(o.models) > 1 && o.version != "" {
		return false, misuse{a.say("batch.several-version", nil)}
	}
	var models []string
	for _, id := range o.models {
		q.Model = id
		if err := a.missingModel(l, q); err != nil {
			return false, err
		}
		if !slices.Contains(models, id) {
			models = append(models, id)
		}
	}
	o.models = models
	return false, nil
}
