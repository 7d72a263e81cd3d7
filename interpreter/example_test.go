package interpreter_test

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/workflows"
)

// builtIn loads the models that ship with stegvis. A program that has models of its own gives dsl.ReadDir a folder
// instead, or follows it with the package live.
func builtIn() *interpreter.Set {
	var faults diag.List
	read := dsl.Load(dsl.ReadFS(workflows.FS, &faults))
	if faults = append(faults, read.Faults...); faults.HasErrors() {
		faults.WriteText(os.Stdout, diag.TextOptions{Lang: lang.EN})
	}
	return interpreter.NewSet(read)
}

// A case arrives as JSON, and the answer leaves as JSON.
func Example() {
	set := builtIn()

	var faults diag.List
	c := interpreter.ReadCase(diag.NewSource("case.json", `{
		"id": "17",
		"at": "2026-03-01",
		"facts": {"arbetsformaga_nedsatt": true, "fardigutredd": true, "timmar_per_vecka": null}
	}`), &faults)
	d := set.Decide(c, interpreter.Query{Model: "faros", Lang: lang.EN}, &faults)
	if d == nil {
		faults.WriteText(os.Stdout, diag.TextOptions{Lang: lang.EN})
		return
	}

	fmt.Println(d.Status)
	for _, n := range d.Next {
		fmt.Println("next:", n.Step, "by", n.Actor)
	}
	for _, m := range d.Missing {
		fmt.Println("ask", *m.AskOf, "for", m.Fact)
	}
	text, _ := json.Marshal(d.Stuck)
	fmt.Println("stuck:", string(text))
	// Output:
	// open
	// next: behovsbedomning by fk
	// ask vard for kan_forbattras
	// ask fk for behov_av_insatser
	// stuck: null
}

// A program that has the facts already sets them.
func ExampleCase_Set() {
	started, _ := calendar.Parse("2026-01-12")
	c := interpreter.NewCase("17")
	c.Set("arbetsformaga_nedsatt", true)
	c.Set("beredning_beslut", "samverkan")
	c.Set("timmar_per_vecka", 20)
	c.Set("samverkan_start", started)
	c.Set("behov_av_insatser", nil) // asked, and nobody knows

	at, _ := calendar.Parse("2026-02-10")
	var faults diag.List
	d := builtIn().Decide(c, interpreter.Query{Model: "faros", At: &at, Lang: lang.SV}, &faults)
	for _, l := range d.Limits {
		fmt.Println(l.ID, l.Due, l.Time)
	}
	// Output:
	// tolv_manader 2027-01-12 ok
}

// A case with faults gets no answer, but is told all that is wrong, in either language.
func ExampleSet_Decide_faults() {
	var faults diag.List
	c := interpreter.ReadCase(diag.NewSource("case.json", `{"facts": {"arbetsformaga_nedsat": true, "timmar_per_vecka": 400}}`), &faults)
	d := builtIn().Decide(c, interpreter.Query{Model: "faros", Lang: lang.EN}, &faults)
	fmt.Println(d == nil, len(faults))
	for _, f := range faults {
		fmt.Println(f.Code, "at", f.Span.Text())
	}
	// Output:
	// true 2
	// case-unknown-fact at "arbetsformaga_nedsat"
	// case-range at 400
}

// An explanation tells of every step why it stands where it does, and what would move it.
func ExampleSet_Explain() {
	c := interpreter.NewCase("17")
	c.Set("arbetsformaga_nedsatt", true)
	at, _ := calendar.Parse("2026-02-10")
	var faults diag.List
	e := builtIn().Explain(c, interpreter.Query{Model: "faros", At: &at, Lang: lang.EN}, &faults)
	for _, s := range e.Steps[3:5] {
		fmt.Println(s.Step, "-", s.Text)
		for _, clause := range s.Applies {
			fmt.Println("  if", clause.Rule)
		}
		for _, a := range s.After {
			fmt.Println("  after", a.Step, "-", a.Status)
		}
	}
	// Output:
	// linjechefsbeslut - waits for steps that come before it
	//   if arbetsformaga_nedsatt
	//   if beredning_enig == false
	//   after beredning - waiting
	// arendefordelning - waits for steps that come before it
	//   if samverkan_pagar
	//   after linjechefsbeslut - waiting
}

// A service that answers many cases compiles once, and lays facts out itself: such a decision allocates nothing.
func ExampleProgram_Decide() {
	p := builtIn().Versions("faros")[0]
	reduced, _ := p.FactIndex("arbetsformaga_nedsatt")

	facts := p.NewFacts()
	var result interpreter.Result
	at, _ := calendar.Parse("2026-02-10")
	for _, yes := range []bool{true, false} {
		facts.Reset()
		facts.SetBool(reduced, yes)
		p.Decide(facts, at, &result)
		fmt.Println(result.Status)
	}
	// Output:
	// open
	// closed
}

// A file with faults is not loaded; every fault stands at its place, with the way out.
func Example_diagnostics() {
	read := dsl.Load([]*diag.Source{diag.NewSource("min.toml", `[model]
id       = "min"
title    = "Min modell"
lang     = "sv"
version  = "1"
in_force = 2026-01-01
[[actor]]
id    = "fk"
title = "Försäkringskassan"
[[kind]]
id    = "mote"
title = "Möte"
[[fact]]
id    = "frisk"
type  = "bool"
title = "Frisk"
ask   = "Är du frisk?"
[[step]]
id    = "samtal"
title = "Samtal"
kind  = "mote"
actor = "fk"
when  = "not frsk"
done  = ["known(frisk)"]
[[outcome]]
id    = "klart"
title = "Klart"
when  = "frisk"
`)})
	fmt.Println(len(read.Models), "models")
	read.Faults.WriteText(os.Stdout, diag.TextOptions{Lang: lang.EN})
	// Output:
	// 0 models
	// min.toml:23:14: error: there is no fact and no definition called `frsk` [rule-unknown-name]
	//   23 | when  = "not frsk"
	//      |              ^^^^
	//      = hint: Did you mean `frisk`?
}
