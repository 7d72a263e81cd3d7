package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/internal/analysis/measure"
	"github.com/stegvis/stegvis/internal/analysis/report"
	"github.com/stegvis/stegvis/internal/analysis/simulate"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/build"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

// pageOptions say where the page of a comparison goes, and what else it is of.
type pageOptions struct {
	file      string   // "": no page
	durations []string // files of durations, for cases to be lived through
}

// pageFlags adds the flags of the page to those of compare.
func (a *app) pageFlags(f *pflag.FlagSet, o *pageOptions) {
	f.StringVar(&o.file, "html", "", a.say("comparehtml.flag.html", nil))
	f.StringArrayVarP(&o.durations, "durations", "d", nil, a.say("comparehtml.flag.durations", nil))
}

// checkPage refuses what can only fail after everything has been worked out.
func (a *app) checkPage(o pageOptions) error {
	if o.file == "" {
		if len(o.durations) > 0 {
			return misuse{a.say("comparehtml.durations-alone", nil)}
		}
		return nil
	}
	folder, err := os.Stat(filepath.Dir(o.file))
	if err != nil || !folder.IsDir() {
		return misuse{a.say("comparehtml.no-folder", map[string]any{"Path": filepath.Dir(o.file)})}
	}
	if file, err := os.Stat(o.file); err == nil && file.IsDir() {
		return misuse{a.say("comparehtml.is-folder", map[string]any{"Path": o.file})}
	}
	return nil
}

// writePage writes the page of a comparison: what the other analyses find of the models too. It returns every table behind it.
func (a *app) writePage(ctx context.Context, r *compare.Report, plans []*simulate.Plan, cohort []*interpreter.Case, o compareOptions) ([]*table.Table, error) {
	in := report.Input{Lang: a.lang, Compare: r, Simulate: make([]*simulate.Report, len(r.Programs)), Maker: maker()}
	for i, p := range r.Programs {
		v := verify.Run(p, o.day)
		in.Verify = append(in.Verify, v)
		in.Measure = append(in.Measure, measure.Run(p, measure.Options{Day: o.day, Cohort: cohort, Verified: v}))
		if plans[i] == nil {
			continue
		}
		options := simulate.Options{Cases: simulate.DefaultCases, Replications: simulate.DefaultReplications, Seed: o.seed, Start: o.day}
		show, end := a.share(a.say("comparehtml.progress", map[string]any{"Model": r.Names()[i]}))
		options.Progress = show
		var err error
		in.Simulate[i], err = simulate.Run(ctx, p, plans[i], nil, options)
		end()
		if err != nil {
			return nil, errors.New(a.say("simulate.stopped", nil))
		}
	}
	var page bytes.Buffer
	if err := report.Write(&page, in); err != nil {
		return nil, err
	}
	if err := writeWhole(o.page.file, page.Bytes()); err != nil {
		return nil, errors.New(a.say("comparehtml.cannot-write", map[string]any{"Path": o.page.file}))
	}
	fmt.Fprintln(a.err, a.say("comparehtml.written", map[string]any{"Path": o.page.file}))
	return in.Tables(), nil
}

// plans reads the files of durations, each for all versions of its model that are compared; nil for a model that none is of.
func (a *app) plans(l *loaded, programs []*interpreter.Program, o compareOptions) ([]*simulate.Plan, error) {
	out, from := make([]*simulate.Plan, len(programs)), make([]string, len(programs))
	for _, path := range o.page.durations {
		of, _, err := a.durations(l, path, "", o.day)
		if err != nil {
			return nil, err
		}
		used := false
		for i, p := range programs {
			m := p.Model()
			if m.ID != of.Model().ID {
				continue
			}
			if out[i] != nil {
				return nil, misuse{a.say("comparehtml.durations-twice", map[string]any{"Model": m.ID, "First": from[i], "Second": path})}
			}
			if _, out[i], err = a.durations(l, path, m.ID+"@"+m.Version, o.day); err != nil {
				return nil, err
			}
			used, from[i] = true, path
		}
		if !used {
			return nil, misuse{a.say("comparehtml.durations-other", map[string]any{"Path": path, "Model": of.Model().ID})}
		}
	}
	return out, nil
}

// maker names this program with its version.
func maker() string {
	return strings.TrimSpace("stegvis " + build.Version())
}
