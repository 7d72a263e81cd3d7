package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/modeltest"
)

func (a *app) testCommand() *cobra.Command {
	var coverage, update bool
	c := &cobra.Command{
		Use: "test [PATH…]", Short: a.say("test.short", nil), Long: a.say("test.long", nil), Example: a.say("test.examples", nil),
		RunE: func(c *cobra.Command, args []string) error { return a.test(args, coverage, update) },
	}
	c.Flags().BoolVar(&coverage, "coverage", false, a.say("test.flag.coverage", nil))
	c.Flags().BoolVar(&update, "update", false, a.say("test.flag.update", nil))
	return c
}

// test runs the tests of the files named, and those alone: files that cannot be read are told of and fail the run.
func (a *app) test(args []string, coverage, update bool) error {
	groups, err := a.paths(args)
	if err != nil {
		return err
	}
	failed := false
	for _, g := range groups {
		l := a.load(g.dir)
		if update && l.dir == "" {
			return misuse{a.say("test.update-built-in", nil)}
		}
		fine, err := a.testGroup(g, l, coverage, update)
		if err != nil {
			return err
		}
		failed = failed || !fine
	}
	if failed {
		return errFound
	}
	return nil
}

func (a *app) testGroup(g paths, l *loaded, coverage, update bool) (fine bool, err error) {
	if l.faults.HasErrors() {
		a.tell(l.faults)
		fmt.Fprintln(a.out, a.say("test.broken", nil))
		return false, nil
	}
	var suites []*modeltest.Suite
	for _, s := range l.suites {
		if g.only == nil || g.only[filepath.Clean(s.File.Source.Name)] {
			suites = append(suites, s)
		}
	}
	if len(suites) == 0 {
		fmt.Fprintln(a.out, a.say("test.none", nil))
		return false, nil
	}
	report := modeltest.Run(suites, l.set)
	if update && len(report.Edits) > 0 {
		return true, a.update(suites, report)
	}
	a.tell(report.Faults)
	for _, s := range suites {
		failed := report.FailedOf(s)
		fmt.Fprintln(a.out, a.say("test.suite", map[string]any{
			"File": s.File.Source.Name, "Count": len(s.Tests), "Failed": failed,
		}))
	}
	if coverage {
		a.coverage(report.Coverage, suites)
	}
	return report.Failed == 0, nil
}

// update writes the answers into the test files, each whole or not at all.
func (a *app) update(suites []*modeltest.Suite, report *modeltest.Report) error {
	for _, s := range suites {
		src := s.File.Source
		text := modeltest.Apply(src, report.Edits)
		if text == src.Text {
			continue
		}
		if err := replaceFile(src, text); err != nil {
			return err
		}
		fmt.Fprintln(a.out, a.say("test.updated", map[string]any{"File": src.Name}))
	}
	var left diag.List
	for _, d := range report.Faults {
		if d.Code != "test-mismatch" && d.Code != "test-expects-nothing" {
			left = append(left, d)
		}
	}
	a.tell(left)
	if left.HasErrors() {
		return errFound
	}
	return nil
}

// replaceFile writes text to a file beside the source's and renames it, unless the source has changed since it was read.
func replaceFile(src *diag.Source, text string) error {
	now, err := os.ReadFile(src.Name)
	if err != nil {
		return err
	}
	if string(now) != src.Text {
		return errors.New(src.Name + " changed while the tests ran; nothing was written")
	}
	info, err := os.Stat(src.Name)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(src.Name), ".stegvis-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.WriteString(text); err != nil {
		tmp.Close()
		return err
	}
	if err := errors.Join(tmp.Chmod(info.Mode().Perm()), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), src.Name)
}

// coverage tells what the tests have seen of each model they are of, and what they have not.
func (a *app) coverage(c *modeltest.Coverage, suites []*modeltest.Suite) {
	of := map[string]bool{}
	for _, s := range suites {
		of[s.Model] = true
	}
	c.Measure()
	for _, m := range c.Models {
		model := m.Program.Model()
		if !of[model.ID] {
			continue
		}
		seen, all := m.Count()
		fmt.Fprintf(a.out, "\n%s\n", a.say("coverage.model", map[string]any{
			"Model": model.ID, "Version": model.Version, "Seen": seen, "All": all, "Percent": fmt.Sprintf("%.1f", 100*float64(seen)/float64(max(all, 1))),
		}))
		for i := range m.Rules {
			r := &m.Rules[i]
			for _, v := range r.Lacks() {
				a.place(r.Rule.Rule.Span, a.say("coverage.rule."+v.String(), map[string]any{"What": a.ruleName(r.Rule)}))
			}
		}
		for i, s := range model.Steps {
			if !m.Required[i] {
				a.place(s.Span, a.say("coverage.step-required", map[string]any{"Step": s.ID}))
			}
			switch can := s.Every == nil && m.CanBeDone(i); {
			case can && !m.Done[i]:
				a.place(s.Span, a.say("coverage.step-done", map[string]any{"Step": s.ID}))
			case !can && s.Every == nil:
				a.place(s.Span, a.say("coverage.step-never-done", map[string]any{"Step": s.ID}))
			}
		}
		for i, o := range model.Outcomes {
			if !m.Closed[i] {
				a.place(o.Span, a.say("coverage.outcome", map[string]any{"Outcome": o.ID}))
			}
		}
	}
}

func (a *app) place(s diag.Span, text string) {
	p := s.Source.Position(s.Start)
	fmt.Fprintf(a.out, "  %s:%d:%d: %s\n", s.Source.Name, p.Line, p.Column, text)
}

// ruleName says what a rule belongs to.
func (a *app) ruleName(r interpreter.RuleOf) string {
	switch {
	case r.Define != nil:
		return a.say("rule-of.define", map[string]any{"ID": r.Define.ID})
	case r.Stage != nil:
		return a.say("rule-of.stage", map[string]any{"ID": r.Stage.ID})
	case r.Outcome != nil:
		return a.say("rule-of.outcome", map[string]any{"ID": r.Outcome.ID})
	case r.Item != nil:
		return a.say("rule-of.item", map[string]any{"ID": r.Step.ID, "Rule": r.Rule.Text})
	}
	return a.say("rule-of.step", map[string]any{"ID": r.Step.ID})
}
