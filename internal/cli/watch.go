package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// caseRescan is how often the case files are looked at: they are few and small, so that nothing finer is needed.
const caseRescan = 250 * time.Millisecond

// watch answers, and answers again each time a case or a workflow file changes, until the context ends.
func (a *app) watch(ctx context.Context, dir string, q interpreter.Query, o nextOptions, args []string) error {
	for _, arg := range args {
		if arg == "-" {
			return misuse{a.say("watch.stdin", nil)}
		}
	}
	current, changed, stop, err := a.follow(dir, q)
	if err != nil {
		return err
	}
	defer stop()
	tick := time.NewTicker(caseRescan)
	defer tick.Stop()
	last := map[string]string{}
	for again := true; ; {
		for _, arg := range args {
			text, err := a.readCase(arg)
			if err != nil {
				text = "\x00" + err.Error() // gone: said once, and healed by its next save
			}
			if !again && last[arg] == text {
				continue
			}
			if len(last) > 0 && !o.asJSON {
				fmt.Fprintf(a.out, "\n%s\n\n", faint.Render("── "+time.Now().Format("15:04:05")+" ──"))
			}
			last[arg] = text
			if err != nil {
				fmt.Fprintln(a.err, err)
				continue
			}
			a.answer(current(), q, o, diag.NewSource(arg, text))
		}
		again = false
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return nil
			}
			return ctx.Err()
		case <-changed:
			again = true
		case <-tick.C:
		}
	}
}
