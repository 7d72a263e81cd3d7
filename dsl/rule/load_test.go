package rule_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/conf"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// drawn is a model made up at random, of the size of a region's or many times that, as a file and as the rules in it.
type drawn struct {
	text  string
	rules []string
	env   map[string]any // what expr needs to know to check the rules
	r     *rand.Rand
	facts []string // their ids, in turn of every type
	turn  int
}

// drawModel draws a model with about the given number of rules, mixed as those of the shipped models are: definitions,
// stages, steps with guards and checklists, outcomes. It has no faults.
func drawModel(rules int) *drawn {
	d := &drawn{r: rand.New(rand.NewPCG(1, uint64(rules))), env: map[string]any{
		"known": func(any) bool { return true }, "happened": func(any) bool { return true }, "done": func(string) bool { return true },
		"days_since": func(any) int { return 0 }, "has_any": func([]string, []any) bool { return true },
	}}
	var b strings.Builder
	b.WriteString("[model]\nid = \"drawn\"\ntitle = \"En modell\"\nlang = \"sv\"\nversion = \"1\"\nin_force = 2026-01-01\n\n")
	for _, id := range []string{"fk", "af", "vard", "individ"} {
		fmt.Fprintf(&b, "[[actor]]\nid = %q\ntitle = \"Part %s\"\n\n", id, id)
	}
	b.WriteString("[[kind]]\nid = \"mote\"\ntitle = \"Möte\"\n\n")
	defines, stages, steps, outcomes := rules*6/100, max(1, rules*2/100), rules*40/100, max(1, rules*2/100)
	for i := range rules * 45 / 100 {
		d.fact(&b, i)
	}
	for i := range stages { // facts of their own, so that no step can contradict its stage
		for _, id := range []string{"borjar", "slutar"} {
			id = fmt.Sprintf("%s_%d", id, i)
			fmt.Fprintf(&b, "[[fact]]\nid = %q\ntype = \"event\"\ntitle = \"Fasen %s\"\n\n", id, id)
			d.env[id] = new(int)
		}
	}
	b.WriteString("[define]\n")
	for i := range defines {
		id := fmt.Sprintf("villkor_%d", i)
		fmt.Fprintf(&b, "%s = \"%s\"\n", id, d.rule(2+d.r.IntN(4)))
		d.env[id] = true
	}
	for i := range stages {
		fmt.Fprintf(&b, "\n[[stage]]\nid = \"fas_%d\"\ntitle = \"Fas %d\"\nwhen = \"%s\"\n", i, i,
			d.add(fmt.Sprintf("happened(borjar_%d) and not happened(slutar_%d)", i, i)))
	}
	for i := range steps {
		fmt.Fprintf(&b, "\n[[step]]\nid = \"steg_%d\"\ntitle = \"Steg %d: uppföljning\"\nstage = \"fas_%d\"\nkind = \"mote\"\nactor = \"fk\"\nwith = [\"af\", \"individ\"]\n", i, i, i*stages/steps)
		when := d.rule(2 + d.r.IntN(5))
		if defines > 0 && i%3 == 0 {
			when = d.add(fmt.Sprintf("villkor_%d and %s", i/3%defines, d.drop(when)))
		}
		fmt.Fprintf(&b, "when = \"%s\"\ndone = [\"%s\"", when, d.rule(1))
		if i%4 == 0 {
			fmt.Fprintf(&b, ", \"%s\"", d.rule(1))
		}
		b.WriteString("]\n")
		if i%5 == 0 {
			fmt.Fprintf(&b, "time = { from = \"%s\", max = \"%d weeks\" }\n", d.facts[i%len(d.facts)/8*8], 2+i%10)
		}
	}
	for i := range outcomes {
		fmt.Fprintf(&b, "\n[[outcome]]\nid = \"utfall_%d\"\ntitle = \"Utfall %d\"\nwhen = \"%s\"\nto = [\"af\"]\n", i, i, d.rule(2))
	}
	d.text = b.String()
	return d
}

// fact declares a fact; of eight in turn there are four events, a bool, an enum, a number and a set.
func (d *drawn) fact(b *strings.Builder, i int) {
	kinds := []string{"event", "bool", "event", "enum", "event", "int", "event", "set"}
	kind := kinds[i%8]
	id := fmt.Sprintf("%s_%d", map[string]string{"event": "handelse", "bool": "bedomd", "enum": "beslut", "int": "timmar", "set": "insatser"}[kind], i)
	d.facts = append(d.facts, id)
	fmt.Fprintf(b, "[[fact]]\nid      = %q\ntype    = %q\ntitle   = \"Uppgift %d om ärendet\"\nask     = \"Vad gäller för uppgift %d?\"\nask_of  = \"fk\"\nseen_by = [\"individ\", \"fk\", \"af\"]\n", id, kind, i, i)
	switch kind {
	case "enum":
		b.WriteString("values  = { ja = \"Ja\", nej = \"Nej\", avvakta = \"Avvakta\", annat = \"Annat\" }\n")
		d.env[id] = ""
	case "set":
		b.WriteString("values  = { praktik = \"Praktik\", utbildning = \"Utbildning\", vard = \"Vård\" }\n")
		d.env[id] = []string{}
	case "int":
		b.WriteString("min     = 0\nmax     = 60\nunit    = \"timmar\"\n")
		d.env[id] = 0
	case "bool":
		d.env[id] = true
	default:
		d.env[id] = new(int) // any value that is no bool will do
	}
	b.WriteString("\n")
}

// rule draws a rule of n parts or some more, each of another fact.
func (d *drawn) rule(n int) string {
	text := ""
	for i := range n {
		part := d.part()
		switch {
		case i == 0:
			text = part
		case d.r.IntN(4) == 0 && i+1 < n:
			text += " and (" + part + " or " + d.part() + ")"
		case d.r.IntN(3) == 0:
			text += " or " + part
		default:
			text += " and " + part
		}
	}
	return d.add(text)
}

func (d *drawn) part() string {
	i := d.turn % len(d.facts)
	d.turn++
	id, some := d.facts[i], i/8%3 // the same of a fact wherever it stands, so that no two rules contradict each other
	switch i % 8 {
	case 1:
		return [...]string{id, "not " + id, id + " == false"}[some]
	case 3:
		return [...]string{id + " == 'ja'", "known(" + id + ") and " + id + " != 'nej'", id + " in ['ja', 'avvakta']"}[some]
	case 5:
		return [...]string{id + " < 10", id + " >= 20", "known(" + id + ")"}[some]
	case 7:
		return [...]string{"has_any(" + id + ", ['praktik', 'vard'])", "known(" + id + ")", "'vard' in " + id}[some]
	}
	return [...]string{"happened(" + id + ")", "not happened(" + id + ")", "days_since(" + id + ") > 14"}[some]
}

func (d *drawn) add(text string) string {
	d.rules = append(d.rules, text)
	return text
}

func (d *drawn) drop(text string) string {
	d.rules = d.rules[:len(d.rules)-1]
	return text
}

func (d *drawn) load(t testing.TB) *dsl.Set {
	set := dsl.Load([]*diag.Source{diag.NewSource("drawn.toml", d.text)})
	for _, f := range set.Faults {
		if f.Code != "untranslated" {
			t.Fatal(f.Span.Text(), f.Message(lang.EN))
		}
	}
	if len(set.Models) != 1 {
		t.Fatal("no model")
	}
	return set
}

// BenchmarkLoad takes a file of 30 and of 1,000 rules from its bytes to a model with all its faults told, and on to a
// program, and beside that takes the same rules, and nothing else of the file, through expr's own compiler: with its
// environment given to each rule as its documentation has it, and with the types of it found once for all of them, which
// its documentation does not offer.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{30, 100, 300, 1000} {
		d := drawModel(n)
		d.load(b)
		b.Run(fmt.Sprintf("rules=%d/read-and-check", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.load(b)
			}
		})
		b.Run(fmt.Sprintf("rules=%d/with-programs", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				interpreter.NewSet(d.load(b))
			}
		})
		b.Run(fmt.Sprintf("rules=%d/expr", n), func(b *testing.B) { d.compile(b, expr.Env(d.env)) })
		b.Run(fmt.Sprintf("rules=%d/expr-one-env", n), func(b *testing.B) {
			once := conf.New(d.env)
			d.compile(b, func(c *conf.Config) { c.EnvObject, c.Env, c.NtCache, c.Strict = d.env, once.Env, once.NtCache, true })
		})
	}
}

func (d *drawn) compile(b *testing.B, env expr.Option) {
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range d.rules {
			if _, err := expr.Compile(text, env, expr.AsBool()); err != nil {
				b.Fatal(err)
			}
		}
	}
}
