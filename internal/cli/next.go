package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// oneRunGC lets a run that answers and ends do so before it collects anything, which would take longer than all else.
const oneRunGC = 400

// nextOptions are the flags of next.
type nextOptions struct {
	model, version, at     string
	asJSON, explain, watch bool
}

func (a *app) nextCommand() *cobra.Command {
	var o nextOptions
	c := &cobra.Command{
		Use: "next --model M CASE…", Short: a.say("next.short", nil), Long: a.say("next.long", nil), Example: a.say("next.examples", nil),
		Args: func(c *cobra.Command, args []string) error {
			switch {
			case o.model == "":
				return misuse{a.say("next.no-model", nil)}
			case len(args) == 0:
				return misuse{a.say("next.no-case", nil)}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return a.next(c.Context(), o, args) },
	}
	f := c.Flags()
	f.StringVarP(&o.model, "model", "m", "", a.say("next.flag.model", nil))
	f.StringVar(&o.version, "version", "", a.say("next.flag.version", nil))
	f.StringVar(&o.at, "at", "", a.say("next.flag.at", nil))
	f.BoolVar(&o.asJSON, "json", false, a.say("next.flag.json", nil))
	f.BoolVar(&o.explain, "explain", false, a.say("next.flag.explain", nil))
	f.BoolVar(&o.watch, "watch", false, a.say("next.flag.watch", nil))
	return c
}

func (a *app) next(ctx context.Context, o nextOptions, args []string) error {
	q := interpreter.Query{Model: o.model, Version: o.version, Today: calendar.Today(time.Now()), Lang: a.lang, Explain: o.explain}
	if o.at != "" {
		day, ok := calendar.Parse(o.at)
		if !ok {
			return misuse{a.say("next.bad-at", map[string]any{"Text": o.at})}
		}
		q.At = &day
	}
	dir, err := a.folder()
	if err != nil {
		return err
	}
	if o.watch {
		return a.watch(ctx, dir, q, o, args)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(oneRunGC))
	if o.model == allModels {
		l := a.load(dir)
		broken, err := a.checkAll(l, q)
		if err == nil {
			err = a.answerAll(l.set, q, o, args)
		}
		if err == nil && broken {
			err = errFound
		}
		return err
	}
	l := a.loadFor(dir, q)
	if err := a.missingModel(l, q); err != nil {
		return err
	}
	return a.answerAll(l.set, q, o, args)
}

// missingModel tells why a model cannot answer: it is not there, which is wrong use, or its files have errors.
func (a *app) missingModel(l *loaded, q interpreter.Query) error {
	var faults diag.List
	for _, f := range l.read.Failed {
		if f.ID == q.Model && (q.Version == "" || q.Version == f.Version || f.Version == "") {
			faults = append(faults, f.Faults...)
		}
	}
	if len(l.set.Versions(q.Model)) == 0 && len(faults) == 0 && len(l.set.IDs()) == 0 && l.faults.HasErrors() {
		faults = l.faults // nothing could be read at all
	}
	if faults.HasErrors() {
		faults.Sort()
		a.tell(faults)
		fmt.Fprintln(a.err, a.say("next.model-broken", map[string]any{"Model": q.Model}))
		return errFound
	}
	var wrong diag.List
	if l.set.Choose(interpreter.NewCase(""), q, &wrong) == nil {
		return misuse{wrong[0].Message(a.lang) + tail(wrong[0].HintText(a.lang))}
	}
	if n := l.faults.Count(diag.Error); n > 0 {
		fmt.Fprintln(a.err, a.say("next.others-broken", map[string]any{"Count": n}))
	}
	return nil
}

func tail(hint string) string {
	if hint == "" {
		return ""
	}
	return "\n" + hint
}

// answerAll answers for each case in turn. A case that is at fault is told of, and the next goes on.
func (a *app) answerAll(set *interpreter.Set, q interpreter.Query, o nextOptions, args []string) error {
	failed := false
	for i, arg := range args {
		text, err := a.readCase(arg)
		if err != nil {
			fmt.Fprintln(a.err, err)
			failed = true
			continue
		}
		if i > 0 && !o.asJSON {
			fmt.Fprintln(a.out)
		}
		if !a.answer(set, q, o, diag.NewSource(arg, text)) {
			failed = true
		}
	}
	if failed {
		return errFound
	}
	return nil
}

// readCase reads a case file, or standard input for "-", no further than a case may be long.
func (a *app) readCase(arg string) (string, error) {
	r := a.in
	if arg != "-" {
		info, err := os.Stat(arg)
		if err != nil || !info.Mode().IsRegular() {
			return "", fmt.Errorf("%s", a.say("next.no-such-case", map[string]any{"Path": arg}))
		}
		f, err := os.Open(arg)
		if err != nil {
			return "", fmt.Errorf("%s", a.say("next.no-such-case", map[string]any{"Path": arg}))
		}
		defer f.Close()
		r = f
	}
	b, err := io.ReadAll(io.LimitReader(r, interpreter.MaxCaseBytes+1))
	if err != nil {
		return "", fmt.Errorf("%s", a.say("next.no-such-case", map[string]any{"Path": arg}))
	}
	return string(b), nil
}

// answer writes the answer for one case and tells whether there was one.
func (a *app) answer(set *interpreter.Set, q interpreter.Query, o nextOptions, src *diag.Source) bool {
	if o.model == allModels {
		return a.answerEach(set, q, o, src)
	}
	var faults diag.List
	c := interpreter.ReadCase(src, &faults)
	// What could be read of a faulty case is still held against the model, so that all its faults are told at once.
	e := decided(set, c, q, o, &faults)
	faults.Sort()
	a.tell(faults)
	if faults.HasErrors() {
		return false
	}
	p := set.Choose(c, q, &faults)
	if o.asJSON {
		return a.writeJSON(e, o) == nil
	}
	v := &view{app: a, model: p.Model(), e: e, caseID: c.ID}
	v.write(o.explain)
	return true
}

// decided answers for a case, with the reasons for every step and outcome where they are asked for, else for people with
// those for what is next; nil where the case or the query is at fault.
func decided(set *interpreter.Set, c *interpreter.Case, q interpreter.Query, o nextOptions, faults *diag.List) *interpreter.Explanation {
	if o.explain {
		return set.Explain(c, q, faults)
	}
	q.Explain = !o.asJSON
	if d := set.Decide(c, q, faults); d != nil {
		return &interpreter.Explanation{Decision: d}
	}
	return nil
}

// writeJSON writes the decision as one line; asked to explain, with the reasons for every step and outcome.
func (a *app) writeJSON(e *interpreter.Explanation, o nextOptions) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	var what any = e
	if !o.explain {
		what = e.Decision
	}
	if err := enc.Encode(what); err != nil {
		return err
	}
	_, err := a.out.Write(b.Bytes())
	return err
}
