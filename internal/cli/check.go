package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/diag"
)

func (a *app) checkCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "check [PATH…]", Short: a.say("check.short", nil), Long: a.say("check.long", nil), Example: a.say("check.examples", nil),
		RunE: func(c *cobra.Command, args []string) error { return a.check(args, asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, a.say("check.flag.json", nil))
	return c
}

// check tells of every fault of the files named. As JSON the faults are the result, on standard output; for people
// the result is a line that says how the files stand.
func (a *app) check(args []string, asJSON bool) error {
	groups, err := a.paths(args)
	if err != nil {
		return err
	}
	var faults diag.List
	files := 0
	for _, g := range groups {
		l := a.load(g.dir)
		own := g.of(l.faults)
		faults = append(faults, own...)
		if g.only != nil {
			files += len(g.only)
		} else {
			files += len(l.read.Files)
		}
	}
	faults.Sort()
	if asJSON {
		if err := faults.WriteJSON(a.out); err != nil {
			return err
		}
	} else {
		a.tell(faults)
		fmt.Fprintln(a.out, a.say("check.result", map[string]any{
			"Count": files, "Fine": len(faults) == 0, "Summary": faults.Summary(a.lang),
		}))
	}
	if faults.HasErrors() {
		return errFound
	}
	return nil
}
