package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

type migrateOptions struct {
	kept                            keptFlags
	model, from, to, why            string
	cases                           []string
	apply, dryRun, faulty, asJSON   bool
	moved, same, left, shown, asked int // counted on the way
}

func (a *app) migrateCommand() *cobra.Command {
	var o migrateOptions
	c := &cobra.Command{
		Use: "migrate --model M --to VERSION [CASE…]", Short: a.say("migrate.short", nil), Long: a.say("migrate.long", nil), Example: a.say("migrate.examples", nil),
		RunE: func(c *cobra.Command, args []string) error {
			o.cases = args
			switch {
			case o.model == "" || o.to == "":
				return misuse{a.say("migrate.what", nil)}
			case o.apply && o.dryRun:
				return misuse{a.say("migrate.both", nil)}
			case o.from == o.to:
				return misuse{a.say("migrate.same", map[string]any{"Version": o.to})}
			}
			return a.migrate(c.Context(), &o)
		},
	}
	f := c.Flags()
	a.keptFlags(f, &o.kept)
	f.StringVarP(&o.model, "model", "m", "", a.say("migrate.flag.model", nil))
	f.StringVar(&o.from, "from", "", a.say("migrate.flag.from", nil))
	f.StringVar(&o.to, "to", "", a.say("migrate.flag.to", nil))
	f.StringVar(&o.why, "why", "", a.say("migrate.flag.why", nil))
	f.BoolVar(&o.dryRun, "dry-run", false, a.say("migrate.flag.dry-run", nil))
	f.BoolVar(&o.apply, "apply", false, a.say("migrate.flag.apply", nil))
	f.BoolVar(&o.faulty, "faulty", false, a.say("migrate.flag.faulty", nil))
	f.BoolVar(&o.asJSON, "json", false, a.say("migrate.flag.json", nil))
	return c
}

// migrate has another version of the model answer for cases, or tells who would change, and how.
func (a *app) migrate(ctx context.Context, o *migrateOptions) error {
	c, err := a.keptSettings(o.kept)
	if err != nil {
		return err
	}
	dir, err := a.folder()
	if err != nil {
		return err
	}
	l := a.load(dir)
	if err := a.missingModel(l, interpreter.Query{Model: o.model, Version: o.to}); err != nil {
		return err
	}
	office, err := a.officeBeside(ctx, c.kept, l.set)
	if err != nil {
		return err
	}
	defer office.Close(context.WithoutCancel(ctx))
	if known, err := office.Knows(ctx, o.model, o.from); err != nil {
		return a.hindered(c.kept, err)
	} else if o.from != "" && !known { // one that is gone from the files is known by its cases
		return a.missingModel(l, interpreter.Query{Model: o.model, Version: o.from})
	}
	if err := a.sameFiles(ctx, office.Store, l.set, o); err != nil {
		return err
	}
	who := casework.Who{Principal: access.Principal{Subject: localSubject, Roles: []access.Role{access.Administrator}}, Purpose: access.Maintenance, Lang: a.lang}
	shown := a.migrateTable(o.apply)
	for after := ""; ; {
		page, next, err := office.Move(ctx, who, casework.Moving{Model: o.model, From: o.from, To: o.to, Cases: o.cases, DryRun: !o.apply, Faulty: o.faulty, Why: o.why, After: after})
		for _, m := range page {
			if err := a.showMoved(o, shown, &m); err != nil {
				return err
			}
		}
		if err != nil {
			a.tellMoved(o, shown)
			return a.hindered(c.kept, err)
		}
		if after = next; next == "" {
			break
		}
	}
	a.tellMoved(o, shown)
	if o.left > 0 {
		return errFound
	}
	return nil
}

// officeBeside opens the store for work beside a service that may have it open: no jobs are worked on here.
func (a *app) officeBeside(ctx context.Context, c keptConfig, set *interpreter.Set) (*casework.Office, error) {
	s, err := a.existingStore(ctx, c) // tells what is wrong
	if err != nil {
		return nil, err
	}
	s.Close()
	ring, err := a.masterKeys(c, true)
	if err != nil {
		return nil, err
	}
	office, err := casework.Open(ctx, casework.Config{
		Store: store.Config{Address: c.address, Ring: ring, Connections: c.connections}, Live: func() *interpreter.Set { return set }, Workers: -1,
	})
	if err != nil {
		return nil, a.hindered(c, err)
	}
	return office, nil
}

// sameFiles refuses to work by other files than those that the service answers by: cases would be decided for by these, and then
// by those again.
func (a *app) sameFiles(ctx context.Context, s *store.Store, set *interpreter.Set, o *migrateOptions) error {
	var hashes map[[2]string]string
	if err := s.View(ctx, func(tx *store.Tx) (err error) {
		hashes, err = tx.LastActive()
		return err
	}); err != nil {
		return err
	}
	for _, p := range set.Versions(o.model) {
		m := p.Model()
		if last := hashes[[2]string{m.ID, m.Version}]; last != "" && last != m.Hash {
			return misuse{a.say("migrate.other-files", map[string]any{"Model": m.ID, "Version": m.Version})}
		}
	}
	return nil
}

// mostMoved is how many cases the table has; --json tells of all.
const mostMoved = 100

func (a *app) migrateTable(apply bool) *table.Table {
	args := map[string]any{"Apply": apply}
	return table.New().Border(lipgloss.NormalBorder()).BorderRow(true).Width(tableWidth).Wrap(true).
		Headers(a.say("migrate.case", nil), a.say("migrate.now", args), a.say("migrate.then", args)).
		StyleFunc(func(row, _ int) lipgloss.Style {
			if row == table.HeaderRow {
				return strong.Padding(0, 1)
			}
			return lipgloss.NewStyle().Padding(0, 1)
		})
}

// showMoved counts a case, and shows it where it changes or stays behind.
func (a *app) showMoved(o *migrateOptions, t *table.Table, m *casework.Moved) error {
	o.asked++
	switch {
	case !m.Moved:
		o.left++
	case len(m.Changed) == 0:
		o.same++
	}
	if m.Moved {
		o.moved++
	}
	if o.asJSON {
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		return enc.Encode(m)
	}
	if m.Moved && len(m.Changed) == 0 {
		return nil
	}
	if o.shown++; o.shown > mostMoved {
		return nil
	}
	then := a.stood(m.After)
	if m.Left != "" {
		then = a.say("migrate.left."+string(m.Left), nil)
	}
	var faults []string
	for _, f := range m.Faults {
		if f.Fact != "" && !slices.Contains(faults, f.Fact) {
			faults = append(faults, f.Fact)
		}
	}
	if faults != nil {
		then += "\n" + a.say("migrate.faults", map[string]any{"Facts": strings.Join(faults, ", ")})
	}
	t.Row(m.Case, a.stood(m.Before), then)
	return nil
}

// stood puts into words how a case stands: its status, then what is to be done, by whom and when.
func (a *app) stood(s *casework.Stood) string {
	if s == nil {
		return ""
	}
	lines := []string{s.Version + ": " + a.say("migrate.status."+s.Status, nil)}
	if s.Outcome != nil {
		lines = append(lines, *s.Outcome)
	}
	for _, x := range s.Steps {
		line := x.Step + " (" + x.Actor + ")"
		if x.Due != nil {
			line += " " + x.Due.String()
			if x.Time != interpreter.OK {
				line += " " + a.say("all."+string(x.Time), nil)
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// tellMoved tells how it went, or would.
func (a *app) tellMoved(o *migrateOptions, t *table.Table) {
	out := a.out
	if o.asJSON {
		out = a.err
	} else if o.shown > 0 {
		fmt.Fprintln(out, t.String())
	}
	if more := o.shown - mostMoved; more > 0 {
		fmt.Fprintln(out, a.say("migrate.more", map[string]any{"Count": more}))
	}
	id := "migrate.would"
	if o.apply {
		id = "migrate.did"
	}
	fmt.Fprintln(out, a.say(id, map[string]any{"Count": o.moved, "Changed": a.number(o.moved - o.same), "Same": a.number(o.same), "Model": o.model, "To": o.to}))
	if o.left > 0 {
		fmt.Fprintln(out, a.say("migrate.stay", map[string]any{"Count": o.left}))
	}
	if !o.apply && o.moved > 0 {
		fmt.Fprintln(out, a.say("migrate.apply", nil))
	}
}
