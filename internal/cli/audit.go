package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
)

func (a *app) auditCommand() *cobra.Command {
	c := a.group("audit", "audit")
	c.AddCommand(a.auditVerifyCommand(), a.auditHeadCommand(), a.auditExportCommand())
	return c
}

// group is a command that only has commands below it. Its texts are ID.short, ID.long and ID.examples.
func (a *app) group(name, id string) *cobra.Command {
	c := &cobra.Command{Use: name, Short: a.say(id+".short", nil), Long: a.say(id+".long", nil), Example: a.say(id+".examples", nil)}
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		var names []string
		for _, sub := range c.Commands() {
			if sub.Name() != "help" {
				names = append(names, sub.Name())
			}
		}
		return misuse{a.say("group.unknown", map[string]any{"Name": args[0], "Command": c.CommandPath(), "Near": diag.Suggest(args[0], names), "Known": strings.Join(names, ", ")})}
	}
	c.Args = cobra.ArbitraryArgs // so that RunE can tell what is wrong with them
	return c
}

// noArguments refuses arguments, with what to do instead.
func (a *app) noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return misuse{a.say("group.argument", map[string]any{"Text": args[0], "Command": c.CommandPath()})}
	}
	return nil
}

func (a *app) auditVerifyCommand() *cobra.Command {
	var k keptFlags
	var heads []string
	var asJSON bool
	c := &cobra.Command{
		Use: "verify", Short: a.say("audit.verify.short", nil), Long: a.say("audit.verify.long", nil), Example: a.say("audit.verify.examples", nil), Args: a.noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return a.auditVerify(c.Context(), k, heads, asJSON) },
	}
	a.keptFlags(c.Flags(), &k)
	c.Flags().StringArrayVar(&heads, "head", nil, a.say("audit.flag.head", nil))
	c.Flags().BoolVar(&asJSON, "json", false, a.say("audit.flag.json", nil))
	return c
}

// auditVerify goes through the log, and holds it against where it was said to end.
func (a *app) auditVerify(ctx context.Context, k keptFlags, heads []string, asJSON bool) error {
	kept, err := a.keptHeads(heads)
	if err != nil {
		return err
	}
	return a.withStore(ctx, k, func(s *store.Store) error {
		r, err := audit.Verify(ctx, s, kept...)
		if err != nil {
			return err
		}
		if asJSON {
			err = a.verdictJSON(r)
		} else {
			a.tellFaults(r)
			fmt.Fprintln(a.out, a.say("audit.verified", map[string]any{"Rows": a.number(int(r.Rows)), "Count": len(r.Faults) + len(r.Damage), "Head": r.Head, "Kept": len(kept)}))
		}
		if err == nil && len(r.Faults)+len(r.Damage) > 0 {
			err = errFound
		}
		return err
	})
}

// keptHeads are what audit head printed, of several lines as a file of them has.
func (a *app) keptHeads(heads []string) (kept []string, err error) {
	for _, h := range heads {
		kept = append(kept, strings.Fields(h)...)
	}
	if heads != nil && kept == nil {
		return nil, misuse{a.say("audit.bad-head", map[string]any{"Text": ""})}
	}
	for _, h := range kept {
		if err := audit.CheckHead(h); err != nil {
			return nil, misuse{a.say("audit.bad-head", map[string]any{"Text": h})}
		}
	}
	return kept, nil
}

// mostFaults is how many faults of a log are told of.
const mostFaults = 50

// tellFaults tells, row by row and case by case, what cannot be had nobody tampered with the log or with what is kept.
func (a *app) tellFaults(r *audit.Result) {
	for i, f := range r.Faults {
		if i == mostFaults {
			fmt.Fprintln(a.err, a.say("audit.more", map[string]any{"Count": len(r.Faults) - mostFaults}))
			break
		}
		fmt.Fprintln(a.err, a.say("audit.fault."+string(f.What), map[string]any{"Lane": f.Lane, "Seq": f.Seq}))
	}
	for i, d := range r.Damage {
		if i == mostFaults {
			fmt.Fprintln(a.err, a.say("audit.more", map[string]any{"Count": len(r.Damage) - mostFaults}))
			break
		}
		fmt.Fprintln(a.err, a.say("audit.damage."+string(d.What), map[string]any{"Case": d.Case, "Entry": d.Entry, "Hash": d.Hash}))
	}
}

func (a *app) verdictJSON(r *audit.Result) error {
	type fault struct {
		Lane int             `json:"lane"`
		Seq  int64           `json:"seq"`
		What audit.FaultKind `json:"what"`
	}
	type damage struct {
		What  store.DamageKind `json:"what"`
		Case  string           `json:"case,omitempty"`
		Entry int64            `json:"entry,omitempty"`
		Hash  string           `json:"hash,omitempty"`
	}
	faults, damages := []fault{}, []damage{}
	for _, d := range r.Damage {
		damages = append(damages, damage(d))
	}
	for _, f := range r.Faults {
		faults = append(faults, fault{f.Lane, f.Seq, f.What})
	}
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{"rows": r.Rows, "head": r.Head, "faults": faults, "damage": damages})
}

func (a *app) auditHeadCommand() *cobra.Command {
	var k keptFlags
	c := &cobra.Command{
		Use: "head", Short: a.say("audit.head.short", nil), Long: a.say("audit.head.long", nil), Example: a.say("audit.head.examples", nil), Args: a.noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withStore(c.Context(), k, func(s *store.Store) error {
				head, err := audit.Head(c.Context(), s)
				if err == nil {
					fmt.Fprintln(a.out, head)
				}
				return err
			})
		},
	}
	a.keptFlags(c.Flags(), &k)
	return c
}

// withStore does f on the store that there is. An error of f that is of the database is told in words.
func (a *app) withStore(ctx context.Context, k keptFlags, f func(*store.Store) error) error {
	c, err := a.keptSettings(k)
	if err != nil {
		return err
	}
	s, err := a.existingStore(ctx, c.kept)
	if err != nil {
		return err
	}
	defer s.Close()
	err = f(s)
	var wrong misuse
	if err == nil || errors.Is(err, errFound) || errors.As(err, &wrong) {
		return err
	}
	return a.hindered(c.kept, err)
}

func (a *app) auditExportCommand() *cobra.Command {
	var k keptFlags
	var x audit.Filter
	var since, until string
	c := &cobra.Command{
		Use: "export", Short: a.say("audit.export.short", nil), Long: a.say("audit.export.long", nil), Example: a.say("audit.export.examples", nil), Args: a.noArguments,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if x.Since, err = a.moment("since", since, false); err != nil {
				return err
			}
			if x.Until, err = a.moment("until", until, true); err != nil {
				return err
			}
			if !x.Until.IsZero() && !x.Since.Before(x.Until) {
				return misuse{a.say("audit.no-time", nil)}
			}
			return a.withStore(c.Context(), k, func(s *store.Store) error { return a.auditExport(c.Context(), s, x) })
		},
	}
	f := c.Flags()
	a.keptFlags(f, &k)
	f.StringVar(&since, "since", "", a.say("audit.flag.since", nil))
	f.StringVar(&until, "until", "", a.say("audit.flag.until", nil))
	f.StringVar(&x.Case, "case", "", a.say("audit.flag.case", nil))
	f.StringVar(&x.Subject, "subject", "", a.say("audit.flag.subject", nil))
	return c
}

// auditExport writes rows of the log, an object a line, as they come from the database.
func (a *app) auditExport(ctx context.Context, s *store.Store, x audit.Filter) error {
	said, id := casework.AskedOfLog("audit-export", x)
	if err := s.InTx(ctx, func(tx *store.Tx) error { // who reads the log stands in it
		return audit.Append(tx, audit.Record{Subject: localSubject, Action: said, Case: id, Purpose: "supervision"})
	}); err != nil {
		return err
	}
	w := &outflow{w: a.raw}
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	err := s.View(ctx, func(tx *store.Tx) error {
		return audit.Each(tx, x, func(r *audit.Row) error { return enc.Encode(r.Exported()) })
	})
	if err == nil {
		err = out.Flush()
	}
	if w.err != nil {
		return a.found("audit.cannot-write", nil)
	}
	return err
}

// moment reads a day in Stockholm, its end or its beginning, or a moment as RFC 3339 has it. "" is none.
func (a *app) moment(flag, text string, end bool) (t time.Time, err error) {
	if text == "" {
		return t, nil
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t, nil
	}
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return t, err
	}
	if t, err = time.ParseInLocation(time.DateOnly, text, zone); err != nil {
		return t, misuse{a.say("audit.bad-moment", map[string]any{"Flag": flag, "Text": text})}
	}
	if end {
		t = t.AddDate(0, 0, 1)
	}
	return t, nil
}
