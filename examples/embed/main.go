// Command embed shows how a service uses stegvis as a library: it follows a folder of workflow files while they are
// edited, decides cases that its own system knows, and tells when an answer is not possible.
//
//	go run ./examples/embed workflows
package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/live"
)

func main() {
	dir := "workflows"
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	if err := run(dir, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves the cases of a made-up case system from the models in dir.
func run(dir string, out io.Writer) error {
	models, err := live.Open(live.Config{Dir: dir, Logger: hclog.NewNullLogger()})
	if err != nil {
		return err
	}
	defer models.Close()

	// The facts come from the service's own tables. nil says that somebody asked and nobody knows.
	c := interpreter.NewCase("4711")
	c.Set("arbetsformaga_nedsatt", true)
	c.Set("timmar_per_vecka", 12)
	c.Set("kan_forbattras", nil)
	c.Set("medicinskt_underlag", day(2026, 3, 2))

	// A request takes one set and works on it to the end, whatever is reloaded meanwhile.
	set := models.Current()
	var faults diag.List
	d := set.Decide(c, interpreter.Query{
		Model: "faros", Today: calendar.Today(time.Now()), At: at(2026, 3, 16), Lang: lang.EN,
	}, &faults)
	if d == nil {
		return faults.WriteText(out, diag.TextOptions{Lang: lang.EN})
	}
	fmt.Fprintf(out, "case %s in %s %s is %s\n", c.ID, d.Model, d.Version, d.Status)
	for _, n := range d.Next {
		fmt.Fprintf(out, "next: %s, by %s\n", n.Title, n.Actor)
	}
	for _, m := range d.Missing {
		fmt.Fprintf(out, "ask %s: %s\n", *m.AskOf, m.Ask)
	}

	// What is wrong with a case is told at once, all of it, in the words of the model.
	c.Set("timmar_per_vecka", 50)
	c.Set("fardigutred", true)
	if set.Decide(c, interpreter.Query{Model: "faros", Today: calendar.Today(time.Now())}, &faults) == nil {
		for _, f := range faults {
			fmt.Fprintf(out, "refused: %s\n", f.Message(lang.EN))
		}
	}
	return nil
}

func day(year, month, dayOfMonth int) calendar.Day {
	d, ok := calendar.Of(year, month, dayOfMonth)
	if !ok {
		panic("no such day")
	}
	return d
}

func at(year, month, dayOfMonth int) *calendar.Day {
	d := day(year, month, dayOfMonth)
	return &d
}
