package bench

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Size is how large a generated model is. Every rule counts: of a definition, a stage, a step, an item of a checklist, an
// outcome.
type Size struct{ Steps, Facts, Rules int }

// Generate writes a model of that size, always the same, of the sort that the shipped ones are: stages that open by
// definitions, steps that follow each other with checklists and time limits, every second one with a rule of its own, a
// contact that repeats for each hundred steps, and outcomes. A rule has up to six conditions, on facts of its part of
// the model.
func Generate(s Size) string {
	g := &generator{Size: s, dice: rand.New(rand.NewPCG(uint64(s.Steps), uint64(s.Rules)))}
	g.line("[model]\nid = %q\ntitle = \"A generated model\"\nlang = \"en\"\nversion = \"1\"\nin_force = 2020-01-01", "generated")
	g.line("\n[[actor]]\nid = \"worker\"\ntitle = \"The worker\"\n\n[[kind]]\nid = \"effort\"\ntitle = \"An effort\"")
	for i := range s.Facts {
		g.fact(i)
	}
	stages, outcomes := max(1, s.Steps/10), max(1, s.Steps/25)
	g.line("\n[define]")
	for i := range stages {
		g.line("part_%d = %q", i, g.begun(i*10)+" or "+g.begun(i*10))
	}
	for i := range stages {
		g.stage(i)
	}
	items := s.Rules - 2*stages - outcomes - s.Steps/2 // the rest of the rules
	for i := range s.Steps {
		g.step(i, items*(i+1)/s.Steps-items*i/s.Steps)
	}
	for i := range outcomes {
		g.line("\n[[outcome]]\nid = \"outcome_%d\"\ntitle = \"Outcome %d\"\nafter = [\"step_%d\"]\nwhen = %q", i, i, s.Steps-1, g.rule(s.Steps-1, 2+g.dice.IntN(3), ""))
	}
	return g.text.String()
}

type generator struct {
	Size
	dice *rand.Rand
	text strings.Builder
}

func (g *generator) line(format string, args ...any) { fmt.Fprintf(&g.text, format+"\n", args...) }

// The types of facts, in turn. Half are events, as in the shipped models.
var factKinds = []string{"event", "bool", "event", "enum", "event", "bool", "event", "int", "event", "set"}

func factKind(i int) string { return factKinds[i%len(factKinds)] }

func (g *generator) fact(i int) {
	kind := factKind(i)
	g.line("\n[[fact]]\nid = \"fact_%d\"\ntype = %q\ntitle = \"Fact number %d of the case\"", i, kind, i)
	switch kind {
	case "event":
		return
	case "enum", "set":
		g.line("values = { first = \"The first\", second = \"The second\", third = \"The third\" }")
	case "int":
		g.line("min = 0\nmax = 40\nunit = \"hours\"")
	}
	g.line("ask = \"What is fact number %d of the case?\"\nask_of = \"worker\"", i)
}

func (g *generator) stage(i int) {
	g.line("\n[[stage]]\nid = \"stage_%d\"\ntitle = \"Stage %d\"\nwhen = %q", i, i, fmt.Sprintf("part_%d or %s", i, g.begun(i*10)))
}

// begun is a condition that holds once a case has come to the step.
func (g *generator) begun(step int) string { return g.condition(g.near(step), true) }

// near is a fact of the step's part of the model.
func (g *generator) near(step int) int {
	from := g.Facts * (step - 2) / g.Steps
	to := max(g.Facts*(step+1)/g.Steps, from+6)
	return min(max(from+g.dice.IntN(to-from), 0), g.Facts-1)
}

func (g *generator) step(i, items int) {
	g.line("\n[[step]]\nid = \"step_%d\"\ntitle = \"Step number %d\"\nstage = \"stage_%d\"\nkind = \"effort\"\nactor = \"worker\"",
		i, i, min(i/10, max(1, g.Steps/10)-1))
	if i%2 == 1 {
		g.line("when = %q", g.rule(i, 2+g.dice.IntN(5), fmt.Sprintf("part_%d", min(i/10, max(1, g.Steps/10)-1))))
	}
	var done []string
	for range max(items, 1) {
		fact := g.near(i)
		if item := g.item(fact, g.near(i)); factKind(fact) == "event" && item == happened(fact) {
			done = append(done, fmt.Sprintf("%q", item))
		} else {
			done = append(done, fmt.Sprintf("{ id = \"item_%d\", title = \"Item %d\", rule = %q }", len(done), len(done), item))
		}
	}
	g.line("done = [\n  %s,\n]", strings.Join(done, ",\n  "))
	if event := 2 * (g.near(i) / 2); i%3 == 0 { // facts of even number are events
		g.line("time = { from = \"fact_%d\", max = \"%d weeks\" }", event, 2+i%11)
	}
}

func happened(fact int) string { return fmt.Sprintf("happened(fact_%d)", fact) }

// item is a rule of a checklist. With both facts as a drawn case has them once a step is done, it holds.
func (g *generator) item(fact, other int) string {
	met := g.condition(fact, true)
	if other == fact || g.dice.IntN(3) > 0 {
		return met
	}
	return g.condition(other, false) + " or " + met
}

// condition asks one thing of a fact. met tells to ask what holds of the facts of a case that has come past the step.
func (g *generator) condition(fact int, met bool) string {
	name := fmt.Sprintf("fact_%d", fact)
	choices := map[string][]string{
		"event": {happened(fact)},
		"bool":  {name, "known(" + name + ")"},
		"enum":  {"known(" + name + ")", name + " in ['first', 'second', 'third']"},
		"int":   {"known(" + name + ")", name + " >= 10"},
		"set":   {"count(" + name + ") > 0", "has_any(" + name + ", ['first', 'second'])"},
	}[factKind(fact)]
	if !met {
		choices = map[string][]string{
			"event": {happened(fact), happened(fact), "not " + happened(fact)},
			"bool":  {name, name, "not " + name, name + " == false", "known(" + name + ")"},
			"enum":  {name + " == 'first'", name + " == 'second'", name + " != 'third'", name + " in ['first', 'third']", "known(" + name + ")"},
			"int":   {fmt.Sprintf("%s >= %d", name, 5+g.dice.IntN(20)), fmt.Sprintf("%s < %d", name, 5+g.dice.IntN(30))},
			"set":   {"has_any(" + name + ", ['first', 'third'])", "count(" + name + ") > 1"},
		}[factKind(fact)]
	}
	return choices[g.dice.IntN(len(choices))]
}

// rule joins conditions on different facts near the step, and the definition first, if there is one.
func (g *generator) rule(step, conditions int, first string) string {
	var parts []string
	if first != "" {
		parts = append(parts, first)
	}
	used := map[int]bool{}
	for tries := 0; len(parts) < conditions && tries < 100; tries++ {
		if fact := g.near(step); !used[fact] {
			used[fact] = true
			parts = append(parts, g.condition(fact, false))
		}
	}
	text := parts[0]
	for i, part := range parts[1:] {
		if g.dice.IntN(2) == 0 {
			text += " and " + part
			continue
		}
		if i > 0 {
			text = "(" + text + ")"
		}
		text += " or " + part
	}
	return text
}
