package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/analysis/conform"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/internal/eventlog"
	"github.com/stegvis/stegvis/interpreter"
)

// conformOptions are the flags of conform.
type conformOptions struct {
	log, mapping   string
	model, version string
	group, at      string
	cases          string
	asJSON, strict bool
	sort           bool
	variants       int
	workers        int
	tables         tableOptions
	form           casefile.Format // of cases
	day            *calendar.Day
}

func (a *app) conformCommand() *cobra.Command {
	var o conformOptions
	c := &cobra.Command{
		Use: "conform --mapping FILE LOG", Short: a.say("conform.short", nil), Long: a.say("conform.long", nil), Example: a.say("conform.examples", nil),
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case o.mapping == "":
				return misuse{a.say("conform.no-mapping", nil)}
			case len(args) != 1:
				return misuse{a.say("conform.one-log", nil)}
			case o.variants < 1:
				return misuse{a.say("conform.bad-variants", nil)}
			case o.workers < 0:
				return misuse{a.say("batch.bad-workers", nil)}
			}
			o.log = args[0]
			var err error
			if o.day, err = a.askedDay(o.at); err != nil {
				return err
			}
			if _, err = a.tableFormats(o.tables); err == nil && o.cases != "" {
				o.form, err = a.formatOf("", o.cases, false)
			}
			return err
		},
		RunE: func(c *cobra.Command, _ []string) error { return a.conform(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVar(&o.mapping, "mapping", "", a.say("conform.flag.mapping", nil))
	f.StringVarP(&o.model, "model", "m", "", a.say("conform.flag.model", nil))
	f.StringVar(&o.version, "version", "", a.say("conform.flag.version", nil))
	f.StringVar(&o.group, "group", "", a.say("conform.flag.group", nil))
	f.StringVar(&o.at, "at", "", a.say("conform.flag.at", nil))
	f.StringVar(&o.cases, "cases", "", a.say("conform.flag.cases", nil))
	f.BoolVar(&o.asJSON, "json", false, a.say("conform.flag.json", nil))
	f.BoolVar(&o.sort, "sort", false, a.say("conform.flag.sort", nil))
	f.BoolVar(&o.strict, "strict", false, a.say("conform.flag.strict", nil))
	f.IntVar(&o.variants, "variants", 10, a.say("conform.flag.variants", nil))
	f.IntVar(&o.workers, "workers", 0, a.say("batch.flag.workers", nil))
	f.Lookup("variants").DefValue = "0" // the library would add a word in English
	a.tableFlags(f, &o.tables)
	return c
}

// conform replays the log, and fails where a part of it could not be read or, with --strict, where anything deviates.
func (a *app) conform(ctx context.Context, o conformOptions) error {
	m, err := a.mapping(o)
	if err != nil {
		return err
	}
	in, size, err := a.openCases(batchOptions{file: o.log})
	if err != nil {
		return err
	}
	if f, ok := in.(*os.File); ok && o.log != "-" {
		defer f.Close()
	}
	if o.cases != "" && (sameFile(in, o.cases) || samePath(o.cases, o.mapping)) {
		return misuse{a.say("batch.same-file", map[string]any{"Path": o.cases})}
	}
	m.Log.Name, m.Log.Sort = o.log, o.sort
	var faults diag.List
	log, err := eventlog.Open(&stoppable{ctx: ctx, r: in}, m.Log, &faults)
	if ctx.Err() != nil {
		fmt.Fprintln(a.err, a.say("batch.stopped", nil))
		return errFound
	}
	a.tell(faults)
	if err != nil {
		return errFound
	}
	defer log.Close()
	cases, err := a.openConformed(o)
	if err != nil {
		return err
	}
	defer cases.close()
	show, clear, end := a.bar(size)
	told := 0
	r, err := conform.Run(ctx, log, conform.Options{
		Mapping: m, Name: o.log, At: o.day, Workers: o.workers, Variants: o.variants, Progress: show, Each: cases.each(),
		Faulty: func(f *conform.Faulty) {
			if told++; told <= mostTold {
				clear()
				a.tell(f.Faults)
			}
		},
	})
	end()
	if ctx.Err() != nil {
		fmt.Fprintln(a.err, a.say("batch.stopped", nil))
		return errFound
	}
	if err := a.conformed(r, log, o, err, told); err != nil {
		return err
	}
	if err := cases.finish(); err != nil {
		return err
	}
	if err := a.saveTables(o.tables, r.Tables()); err != nil {
		return err
	}
	if o.asJSON {
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(r); err != nil {
			return err
		}
	} else {
		a.showConformed(r, o)
	}
	if r.Log.Faulty > 0 || faults.HasErrors() || o.strict && r.Found() {
		return errFound
	}
	return nil
}

// conformed tells why the log ended early, if it did, and of traces that were left out.
func (a *app) conformed(r *conform.Report, log *eventlog.Reader, o conformOptions, err error, told int) error {
	a.tell(r.Broken)
	var write *conformWriteError
	switch {
	case errors.As(err, &write):
		return errors.New(a.say("cohort.cannot-write", map[string]any{"Path": o.cases}))
	case errors.Is(err, eventlog.ErrBroken):
		fmt.Fprintln(a.err, a.say("conform.broken", map[string]any{"Cases": a.number(r.Log.Cases)}))
		return errFound
	case err != nil:
		return err
	}
	if told > 0 {
		fmt.Fprintln(a.err, a.say("conform.left-out", map[string]any{"Count": told, "Cases": a.number(told), "More": max(0, told-mostTold)}))
	}
	if r.Log.Cases == 0 && told == 0 {
		fmt.Fprintln(a.err, a.say("conform.nothing", nil))
	}
	if o.day != nil && r.Log.Events > 0 && *o.day < r.Log.Last {
		fmt.Fprintln(a.err, a.say("conform.at-before", map[string]any{"At": o.day.String(), "Last": r.Log.Last.String()}))
	}
	if r.Log.Cases > 0 { // a log without cases has no columns to lack
		a.lackingColumns(r, log)
	}
	return nil
}

// lackingColumns tells of attributes that the mapping reads and no case of the log has.
func (a *app) lackingColumns(r *conform.Report, log *eventlog.Reader) {
	names := log.Names()
	has := map[string]bool{}
	for _, n := range names {
		has[n] = true
	}
	for _, column := range r.Mapping.Log.Keep {
		if !has[column] && !has["case:"+column] && len(names) < eventlog.MaxNames {
			fmt.Fprintln(a.err, a.say("conform.no-attribute", map[string]any{"Column": column, "Near": diag.Suggest(column, names)}))
		}
	}
}

// mapping reads the mapping and holds it against its model.
func (a *app) mapping(o conformOptions) (*conform.Mapping, error) {
	text, err := os.ReadFile(o.mapping)
	if err != nil {
		return nil, a.noFile(o.mapping)
	}
	src := diag.NewSource(o.mapping, string(text))
	dir, err := a.folder()
	if err != nil {
		return nil, err
	}
	l := a.load(dir)
	model := cmp.Or(o.model, conform.ModelOf(src))
	for _, f := range l.read.Failed {
		if f.ID == model && len(l.set.Versions(model)) == 0 {
			return nil, a.missingModel(l, interpreter.Query{Model: model})
		}
	}
	if o.model != "" {
		if err := a.missingModel(l, interpreter.Query{Model: o.model, Version: o.version}); err != nil {
			return nil, err
		}
	}
	var faults diag.List
	m := conform.ReadMapping(src, l.set, o.model, o.version, &faults)
	a.tell(faults)
	if m == nil {
		return nil, errFound
	}
	if o.group != "" {
		m.SetGroup(o.group)
	}
	return m, nil
}

func samePath(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

// stoppable reads until the context is done, also when nothing comes.
type stoppable struct {
	ctx  context.Context
	r    io.Reader
	room [64 << 10]byte
	got  chan func() (int, error)
}

func (s *stoppable) Read(p []byte) (int, error) {
	if s.got == nil {
		s.got = make(chan func() (int, error), 1)
	}
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	go func() {
		n, err := s.r.Read(s.room[:min(len(p), len(s.room))])
		s.got <- func() (int, error) { return n, err }
	}()
	select {
	case result := <-s.got:
		n, err := result()
		return copy(p, s.room[:n]), err
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
}

// conformedCases is the file of --cases. It gets its name when it is whole.
type conformedCases struct {
	path string
	file *os.File
	w    *conform.CaseWriter
	app  *app
}

// conformWriteError says that the cases cannot be written.
type conformWriteError struct{ error }

func (a *app) openConformed(o conformOptions) (*conformedCases, error) {
	out := &conformedCases{path: o.cases, app: a}
	if o.cases == "" {
		return out, nil
	}
	var err error
	if out.file, err = os.CreateTemp(filepath.Dir(o.cases), ".stegvis-*"); err == nil {
		out.w, err = conform.NewCaseWriter(out.file, o.form)
	}
	if err != nil {
		out.close()
		return nil, errors.New(a.say("cohort.cannot-write", map[string]any{"Path": o.cases}))
	}
	return out, nil
}

func (c *conformedCases) each() func(*conform.Case) error {
	if c.w == nil {
		return nil
	}
	return func(x *conform.Case) error {
		if err := c.w.Write(x); err != nil {
			return &conformWriteError{err}
		}
		return nil
	}
}

func (c *conformedCases) finish() error {
	if c.w == nil {
		return nil
	}
	err := errors.Join(c.w.Close(), c.file.Chmod(0o644), c.file.Close())
	if err == nil {
		err = os.Rename(c.file.Name(), c.path)
	}
	if err != nil {
		return errors.New(c.app.say("cohort.cannot-write", map[string]any{"Path": c.path}))
	}
	return nil
}

// close removes what was not finished.
func (c *conformedCases) close() {
	if c.file != nil {
		c.file.Close()
		os.Remove(c.file.Name())
	}
}
