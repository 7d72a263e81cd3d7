package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/interpreter"
)

// verifyOptions are the flags of verify.
type verifyOptions struct {
	models          []string
	version         string
	at              string
	asJSON, remarks bool
	writeTest       string
	tables          tableOptions
	day             *calendar.Day
}

func (a *app) verifyCommand() *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use: "verify [--model M…]", Short: a.say("verify.short", nil), Long: a.say("verify.long", nil), Example: a.say("verify.examples", nil),
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 0:
				return misuse{a.say("verify.argument", map[string]any{"Text": args[0]})}
			case o.writeTest != "" && len(o.models) != 1:
				return misuse{a.say("verify.one-model", nil)}
			case o.version != "" && len(o.models) != 1:
				return misuse{a.say("verify.version-of", nil)}
			case o.at != "":
				day, ok := calendar.Parse(o.at)
				if !ok {
					return misuse{a.say("verify.no-day", map[string]any{"Text": o.at})}
				}
				o.day = &day
			}
			_, err := a.tableFormats(o.tables)
			return err
		},
		RunE: func(*cobra.Command, []string) error { return a.verify(o) },
	}
	f := c.Flags()
	f.StringArrayVarP(&o.models, "model", "m", nil, a.say("verify.flag.model", nil))
	f.StringVar(&o.version, "version", "", a.say("verify.flag.version", nil))
	f.StringVar(&o.at, "at", "", a.say("verify.flag.at", nil))
	f.BoolVar(&o.asJSON, "json", false, a.say("verify.flag.json", nil))
	f.BoolVar(&o.remarks, "remarks", false, a.say("verify.flag.remarks", nil))
	a.tableFlags(f, &o.tables)
	f.StringVar(&o.writeTest, "write-test", "", a.say("verify.flag.write-test", nil))
	return c
}

// verify proves what can be proven of the models, each version by itself, and fails where a fault was found.
func (a *app) verify(o verifyOptions) error {
	dir, err := a.folder()
	if err != nil {
		return err
	}
	l := a.load(dir)
	programs, err := a.verified(l, o)
	if err != nil {
		return err
	}
	faults := 0
	reports := verify.Reports{}
	for i, p := range programs {
		day := verify.DefaultDay(p, l.set.Versions(p.Model().ID))
		if o.day != nil {
			day = *o.day
		}
		r := verify.Run(p, day)
		faults += r.Faults()
		reports = append(reports, r)
		switch {
		case o.writeTest != "":
			if written, err := a.writeTest(r, o.writeTest); written || err != nil {
				return err
			}
		case !o.asJSON:
			if i > 0 {
				fmt.Fprintln(a.out)
			}
			a.writeReport(r, o.remarks)
		}
	}
	if err := a.saveTables(o.tables, reports.Tables()); err != nil {
		return err
	}
	switch {
	case o.writeTest != "":
		return a.noFinding(reports, o.writeTest)
	case o.asJSON:
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(reports); err != nil {
			return err
		}
	}
	if faults > 0 {
		return errFound
	}
	return nil
}

// verified returns the programs to verify: all versions of all models, or of those asked for.
func (a *app) verified(l *loaded, o verifyOptions) (out []*interpreter.Program, err error) {
	if o.models == nil {
		var faults diag.List
		for _, f := range l.read.Failed {
			faults = append(faults, f.Faults...)
		}
		if faults.HasErrors() {
			faults.Sort()
			a.tell(faults)
			fmt.Fprintln(a.err, a.say("verify.broken", nil))
			return nil, errFound
		}
		return l.set.Programs(), nil
	}
	q := interpreter.Query{Version: o.version, Today: calendar.Today(time.Now()), Lang: a.lang}
	for _, q.Model = range o.models {
		if err := a.missingModel(l, q); err != nil {
			return nil, err
		}
		for _, p := range l.set.Versions(q.Model) {
			if o.version == "" || p.Model().Version == o.version {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

// writeTest writes the test of a finding, where the report has it.
func (a *app) writeTest(r *verify.Report, id string) (written bool, err error) {
	f := r.Finding(id)
	if f == nil {
		return false, nil
	}
	text := r.TestEntry(f)
	if text == "" {
		return true, misuse{a.say("verify.no-case", map[string]any{"Finding": id})}
	}
	_, err = fmt.Fprint(a.out, text)
	return true, err
}

func (a *app) noFinding(reports []*verify.Report, id string) error {
	var ids []string
	for _, r := range reports {
		for _, f := range r.Findings {
			ids = append(ids, f.ID())
		}
	}
	return misuse{a.say("verify.no-finding", map[string]any{"Finding": id, "Near": diag.Suggest(id, ids)})}
}

// writeReport writes what was found for people: the faults with the case that shows each, what the file accepts and why, the duties,
// and a line that counts. With remarks it tells of these too, and shows the cases of what is accepted.
func (a *app) writeReport(r *verify.Report, remarks bool) {
	line := func(format string, args ...any) { fmt.Fprintf(a.out, format+"\n", args...) }
	line("%s", strong.Render(r.Model.Title.In(a.lang)))
	line("%s", faint.Render(a.say("verify.about", map[string]any{"Model": r.Model.ID, "Version": r.Model.Version, "At": r.Day.String()})))
	a.writeFindings(r, verify.Fault)
	a.writeAccepted(r, remarks)
	if remarks {
		a.writeFindings(r, verify.Remark)
	}
	if len(r.Duties) > 0 {
		line("\n%s", strong.Render(a.say("verify.duties", nil)))
	}
	for _, d := range r.Duties {
		line("  %s: %s", d.Duty.Law.In(a.lang), d.Verdict.Text(a.lang))
		for i := range d.Demands {
			a.writeIndented(4, d.Demands[i].Text(a.lang), lipgloss.NewStyle())
		}
	}
	sum := a.say("verify.faults", map[string]any{"Count": r.Faults()})
	if n := r.Count(verify.Accepted); n > 0 {
		sum += ", " + a.say("verify.accepted", map[string]any{"Count": n})
	}
	if n := r.Count(verify.Remark); n > 0 {
		sum += ", " + a.say("verify.remarks", map[string]any{"Count": n, "Shown": remarks})
	}
	line("\n%s", sum)
}

// writeFindings writes the findings of a weight, each with its case.
func (a *app) writeFindings(r *verify.Report, w verify.Weight) {
	for _, f := range r.Findings {
		if f.Weight == w {
			a.writeFinding(f)
			a.writeCase(r, f.Case)
		}
	}
}

func (a *app) writeFinding(f *verify.Finding) {
	fmt.Fprintf(a.out, "\n%s  %s\n", a.say("verify.weight."+string(f.Weight), nil), faint.Render(f.ID()))
	a.writeIndented(2, f.Text(a.lang), lipgloss.NewStyle())
}

// verifyWidth is how wide what verify writes is, in columns.
const verifyWidth = 100

// writeIndented writes a text in lines of that width, each indented.
func (a *app) writeIndented(indent int, text string, style lipgloss.Style) {
	for line := range strings.SplitSeq(lipgloss.Wrap(text, verifyWidth-indent, ""), "\n") {
		fmt.Fprintf(a.out, "%*s%s\n", indent, "", style.Render(line))
	}
}

// writeAccepted writes what the file accepts; what it accepts for one reason stands together, with the reason last.
func (a *app) writeAccepted(r *verify.Report, cases bool) {
	for _, accept := range r.Model.Accepts {
		told := false
		for _, f := range r.Findings {
			if f.Weight != verify.Accepted || f.Accept != accept {
				continue
			}
			a.writeFinding(f)
			if cases {
				a.writeCase(r, f.Case)
			}
			told = true
		}
		if told {
			a.writeReason(r.Model, accept)
		}
	}
}

// writeReason writes where and why a file accepts what it does, and the source that has it so.
func (a *app) writeReason(m *dsl.Model, accept *dsl.Accept) {
	line := func(style lipgloss.Style, id string, args map[string]any) { a.writeIndented(2, a.say(id, args), style) }
	if accept.When != nil {
		line(lipgloss.NewStyle(), "verify.accept.when", map[string]any{"When": accept.When.Text})
	}
	line(lipgloss.NewStyle(), "verify.accept.reason", map[string]any{"Reason": accept.Reason.In(a.lang)})
	if source := accept.Origin.Source; source != "" {
		line(faint, "verify.accept.source", map[string]any{"Source": interpreter.SourceText(m.Sources, source, a.lang)})
	}
	if chosen := accept.Origin.Interpretation.In(a.lang); chosen != "" {
		line(faint, "verify.accept.interpretation", map[string]any{"Interpretation": chosen})
	}
}

func (a *app) writeCase(r *verify.Report, c *verify.Case) {
	if c == nil {
		return
	}
	for _, told := range c.Told(a.lang) {
		a.writeIndented(2, strings.TrimSuffix(told, ".")+".", lipgloss.NewStyle())
	}
	for i, l := range c.Lines(r.Model, a.lang) {
		mark := "•"
		if c.Lived {
			mark = fmt.Sprintf("%2d.", i+1)
		}
		fmt.Fprintf(a.out, "    %s %s: %s\n", mark, l.Title, l.Value)
	}
}
