package cli

import (
	"context"
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
	models, err := a.follow(ctx, dir, q)
	if err != nil {
		return err
	}
	defer models.stop()
	w := &watched{app: a, models: models, q: q, o: o, args: args, last: map[string]string{}}
	w.look(true)
	tick := time.NewTicker(caseRescan)
	defer tick.Stop()
	generation := uint64(0)
	for {
		select {
		case <-ctx.Done():
			return nil
		case c := <-models.changes:
			a.tell(c.Faults)
			if c.Generation == generation || generation == 0 && c.Generation == 1 {
				// Nothing that answers has changed: the newest text is at fault, or heals what was.
				if !c.OK {
					fmt.Fprintln(a.err, a.say("watch.kept", nil))
				} else {
					fmt.Fprintln(a.err, a.say("watch.healed", nil))
				}
				continue
			}
			generation = c.Generation
			w.look(true)
		case <-tick.C:
			w.look(false)
		}
	}
}

// watched is the cases that are being watched.
type watched struct {
	*app
	models *followed
	q      interpreter.Query
	o      nextOptions
	args   []string
	last   map[string]string // the text of each case when it was last answered for
}

// look answers for the cases that have changed, or for all of them.
func (w *watched) look(all bool) {
	for _, arg := range w.args {
		text, err := w.readCase(arg)
		if err != nil {
			text = "\x00" // it is gone: said once, and healed by its next save
		}
		if last, seen := w.last[arg]; seen {
			if !all && last == text {
				continue
			}
			if !w.o.asJSON {
				fmt.Fprintf(w.out, "\n%s\n\n", faint.Render("── "+time.Now().Format("15:04:05")+" ──"))
			}
		}
		w.last[arg] = text
		if err != nil {
			fmt.Fprintln(w.err, err)
			continue
		}
		w.answer(w.models.current(), w.q, w.o, diag.NewSource(arg, text))
	}
}
