package interpreter_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// drawing makes a random model as text, as an author would write it, and every kind of thing that a model can have. What
// a rule names stands above it, so that there are no cycles.
type drawing struct {
	t       *rapid.T
	defines map[string][]string // by type
	steps   []string
	repeats map[string]bool
	stages  []string
	rules   []*string // the rules, to be replaced where a model cannot have them
	parts   []any     // strings, and *string where a rule stands
}

// many is values of an enum or a set that do not fit into one word.
var many = func() (out []string) {
	for i := range 70 {
		out = append(out, "v"+strconv.Itoa(i))
	}
	return out
}()

// drawnFacts are the facts of every random model, two of each type that can be compared.
var drawnFacts = func() string {
	var b strings.Builder
	fact := func(id, rest string) {
		fmt.Fprintf(&b, "[[fact]]\nid = %q\ntitle = \"Titel %s\"\nask = \"Fråga %s?\"\n%s\n", id, id, id, rest)
	}
	values := func(ids []string) string {
		var parts []string
		for _, id := range ids {
			parts = append(parts, fmt.Sprintf("%s = %q", id, "Värde "+id))
		}
		return "values = { " + strings.Join(parts, ", ") + " }"
	}
	for _, id := range []string{"b1", "b2", "b3", "b4"} {
		fact(id, `type = "bool"`)
	}
	fact("e1", "type = \"enum\"\nask_of = \"x\"\n"+values(many[:3]))
	fact("e2", "type = \"enum\"\n"+values(many[:3]))
	fact("e3", "type = \"enum\"\n"+values(many))
	fact("i1", "type = \"int\"\nmin = -5\nmax = 40\nunit = \"h\"")
	fact("i2", "type = \"int\"\nmin = 0\nmax = 10\nunit = \"h\"")
	fact("n1", "type = \"number\"\nmin = 0\nmax = 10\nunit = \"h\"")
	fact("n2", "type = \"number\"\nmin = -1.5\nmax = 1.5\nunit = \"h\"")
	fact("s1", "type = \"set\"\n"+values(many[:3]))
	fact("s2", "type = \"set\"\n"+values(many[:3]))
	fact("s3", "type = \"set\"\n"+values(many))
	for _, id := range []string{"d1", "d2", "d3"} {
		fact(id, `type = "date"`)
	}
	for _, id := range []string{"v1", "v2", "v3", "v4"} {
		fact(id, `type = "event"`)
	}
	fact("t1", `type = "text"`)
	fact("t2", `type = "text"`)
	return b.String()
}()

const drawnHead = `[model]
id = "prov"
title = "Prov"
lang = "sv"
version = "1"
in_force = 2020-01-01
[[source]]
id = "k"
title = "Källan"
[[actor]]
id = "x"
title = "X"
[[actor]]
id = "y"
title = "Y"
[[kind]]
id = "k"
title = "K"
`

// drawn is a random model. It shows as the part of its text that differs from those of others.
type drawn struct{ *interpreter.Program }

func (d drawn) GoString() string {
	return "\n" + d.Model().Files[0].Text[len(drawnHead)+len(drawnFacts):]
}

// models are random models, free of errors.
var models = rapid.Custom(func(t *rapid.T) drawn {
	g := &drawing{t: t, defines: map[string][]string{}, repeats: map[string]bool{}}
	g.text(drawnHead, drawnFacts)
	g.order()
	g.outcomes()
	g.limits()
	for range 20 {
		set := dsl.Load([]*diag.Source{diag.NewSource("prov.toml", g.String())})
		if !set.Faults.HasErrors() {
			return drawn{interpreter.NewSet(set).Versions("prov")[0]}
		}
		g.mend(set.Faults)
	}
	t.Fatalf("the model cannot be mended:\n%s", g)
	panic("unreachable")
})

// mend replaces the rules that the checker has found can never be true; any other error is one of the drawing.
func (g *drawing) mend(faults diag.List) {
	for _, f := range faults {
		if f.Severity != diag.Error {
			continue
		}
		if !strings.Contains(f.Code, "-never") || f.Code == "done-never" {
			g.t.Fatalf("%s: %s\n%s", f.Code, f.Message(lang.EN), g)
		}
		text := strings.Trim(f.Span.Text(), `"`)
		i := slices.IndexFunc(g.rules, func(r *string) bool { return *r == text })
		if i < 0 {
			g.t.Fatalf("%s: no rule is %q\n%s", f.Code, text, g)
		}
		*g.rules[i] = []string{"b1", "known(b2) or b2", "true", "true"}[g.n("mend", 0, 3)]
	}
}

// String returns the file.
func (g *drawing) String() string {
	var b strings.Builder
	for _, p := range g.parts {
		switch p := p.(type) {
		case string:
			b.WriteString(p)
		case *string:
			b.WriteString(strconv.Quote(*p))
		}
	}
	return b.String()
}

func (g *drawing) text(parts ...string) {
	for _, p := range parts {
		g.parts = append(g.parts, p)
	}
}

// rule writes a rule under a key.
func (g *drawing) rule(key string, r string) {
	g.rules = append(g.rules, &r)
	g.parts = append(g.parts, key+" = ", &r)
}

func (g *drawing) n(label string, from, to int) int {
	return rapid.IntRange(from, to).Draw(g.t, label)
}

// maybe is true once in n times.
func (g *drawing) maybe(label string, n int) bool { return g.n(label, 1, n) == n }

func (g *drawing) one(label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(g.t, label)
}

// order draws definitions, stages and steps, each of which may look at those before it.
func (g *drawing) order() {
	var defines, stages, steps []any
	into := func(to *[]any, draw func()) {
		saved := g.parts
		g.parts = nil
		draw()
		*to = append(*to, g.parts...)
		g.parts = saved
	}
	empty := ""
	for i := range g.n("parts", 3, 12) {
		switch k := g.n("part", 0, 5); {
		case k == 0:
			into(&defines, func() { g.define("x" + strconv.Itoa(i)) })
		case k == 1 && empty == "":
			empty = "e" + strconv.Itoa(i)
			into(&stages, func() { g.stage(empty) })
			g.stages = append(g.stages, empty)
		default:
			stage := empty
			if stage == "" && len(g.stages) > 0 && !g.maybe("no stage", 3) {
				stage = g.one("stage", g.stages...)
			}
			empty = ""
			into(&steps, func() { g.step("p"+strconv.Itoa(i), stage) })
		}
	}
	if empty != "" || len(g.steps) == 0 {
		into(&steps, func() { g.step("sist", empty) })
	}
	if len(defines) > 0 {
		g.text("[define]\n")
	}
	g.parts = slices.Concat(g.parts, defines, stages, steps)
}

func (g *drawing) define(id string) {
	kind := g.one("type", "bool", "bool", "bool", "num", "day", "enum", "set", "text")
	var r string
	switch kind {
	case "bool":
		r = g.bool(3)
	case "num":
		r = g.num(2)
	case "day":
		r = g.day(2)
	case "enum":
		r = g.one("enum", "e1", "e2", "("+g.bool(1)+" ? e1 : e2)", "("+g.bool(1)+" ? e1 : 'v1')")
	case "set":
		r = g.one("set", "s1", "s2", "("+g.bool(1)+" ? s1 : s2)")
	case "text":
		r = g.one("text", "t1", "t2", "("+g.bool(1)+" ? t1 : t2)", "("+g.bool(1)+" ? 'x' : t2)")
	}
	g.rule(id, r)
	g.text("\n")
	g.defines[kind] = append(g.defines[kind], id)
}

func (g *drawing) stage(id string) {
	g.text("[[stage]]\nid = \"" + id + "\"\ntitle = \"Etapp " + id + "\"\n")
	if !g.maybe("always", 4) {
		g.rule("when", g.bool(2))
		g.text("\n")
	}
	if g.maybe("time", 2) {
		g.text(g.time())
	}
}

func (g *drawing) time() string {
	parts := []string{"from = " + strconv.Quote(g.one("from", "d1", "d2", "v1", "v2"))}
	k := g.n("bounds", 0, 3)
	if k != 0 {
		parts = append(parts, "max = "+strconv.Quote(g.one("max", "30 days", "5 weeks", "P2M", "1 year", "11 days")))
	}
	if k != 1 {
		parts = append(parts, "not_before = "+strconv.Quote(g.one("not_before", "0 days", "3 days", "1 week", "P11D")))
	}
	return "time = { " + strings.Join(append(parts, g.roll()...), ", ") + " }\n"
}

func (g *drawing) roll() []string {
	if g.maybe("roll", 3) {
		return []string{`roll = "next_workday"`}
	}
	return nil
}

func (g *drawing) step(id, stage string) {
	g.text("[[step]]\nid = \"", id, "\"\ntitle = \"Steg ", id, "\"\nkind = \"k\"\nactor = \"x\"\n")
	if stage != "" {
		g.text("stage = \"" + stage + "\"\n")
	}
	if g.maybe("with", 4) {
		g.text("with = [\"y\"]\nsource = \"k: s. 3\"\ninterpretation = \"vi valde\"\n")
	}
	if g.maybe("after", 2) {
		var after []string
		for _, s := range g.steps {
			if !g.repeats[s] && g.maybe("after "+s, 3) {
				after = append(after, strconv.Quote(s))
			}
		}
		g.text("after = [" + strings.Join(after, ", ") + "]\n")
	}
	if g.maybe("when", 2) {
		g.rule("when", g.bool(3))
		g.text("\n")
	}
	if g.maybe("repeats", 5) {
		g.repeats[id] = true
		parts := []string{"period = " + strconv.Quote(g.one("period", "1 week", "10 days", "1 month"))}
		if g.maybe("since", 2) {
			parts = append(parts, "since = "+strconv.Quote(g.one("since of", "d3", "v3")))
		}
		if g.maybe("start", 2) {
			parts = append(parts, "start = "+strconv.Quote(g.one("start of", "d1", "v1")))
		}
		g.text("every = { " + strings.Join(append(parts, g.roll()...), ", ") + " }\n")
	} else {
		g.text("done = [")
		for i := range g.n("items", 1, 3) {
			if g.maybe("titled", 3) {
				g.text("{ id = \"q", strconv.Itoa(i), "\", title = \"Punkt\", ")
				g.rule("rule", g.bool(2))
				g.text("}, ")
				continue
			}
			r := g.bool(2)
			g.rules = append(g.rules, &r)
			g.parts = append(g.parts, &r)
			g.text(", ")
		}
		g.text("]\n")
		if g.maybe("time", 2) {
			g.text(g.time())
		}
	}
	g.steps = append(g.steps, id)
}

func (g *drawing) outcomes() {
	for i := range g.n("outcomes", 1, 3) {
		id := strconv.Itoa(i)
		g.text("[[outcome]]\nid = \"u", id, "\"\ntitle = \"Utfall ", id, "\"\n")
		if len(g.stages) > 0 && g.maybe("stage", 3) {
			g.text("stage = \"" + g.one("stage", g.stages...) + "\"\n")
		}
		var after []string
		for _, s := range g.steps {
			if !g.repeats[s] && g.maybe("after "+s, 4) {
				after = append(after, strconv.Quote(s))
			}
		}
		g.text("after = [" + strings.Join(after, ", ") + "]\n")
		g.rule("when", g.bool(2))
		g.text("\nto = [\"y\"]\n")
	}
}

func (g *drawing) limits() {
	for i := range g.n("limits", 0, 2) {
		g.text("[[limit]]\nid = \"l", strconv.Itoa(i), "\"\nfrom = ", strconv.Quote(g.one("from", "d1", "v1")),
			"\nuntil = ", g.one("until", `"v2"`, `["v2", "v3"]`, `["v3", "v4", "v2"]`),
			"\nmax = ", strconv.Quote(g.one("max", "10 days", "1 month", "P1Y")), "\n")
		for _, r := range g.roll() {
			g.text(r, "\n")
		}
	}
}

// known is what a case says, as the oracle takes it: absent facts were not asked for, and nil is what nobody can tell.
type known map[string]any

// GoString shows it as JSON.
func (k known) GoString() string {
	b, _ := json.Marshal(k)
	return string(b)
}

// knownOf draws what is known of a case of the model.
func knownOf(m *dsl.Model, at calendar.Day) *rapid.Generator[known] {
	return rapid.Custom(func(t *rapid.T) known {
		facts := known{}
		much := rapid.IntRange(0, 10).Draw(t, "how much is known") // of ten
		for _, f := range m.Facts {
			switch k := rapid.IntRange(0, 19).Draw(t, "state of "+f.ID); {
			case k < 2*much:
				facts[f.ID] = drawValue(t, f, at)
			case k >= 17:
				facts[f.ID] = nil
			}
		}
		return facts
	})
}

// caseFrom makes a case of facts as the oracle takes them.
func caseFrom(facts known) *interpreter.Case {
	c := interpreter.NewCase("")
	for id, v := range facts {
		c.Set(id, v)
	}
	return c
}

// bound returns the facts laid out for the program.
func bound(t fataler, p *interpreter.Program, facts known) *interpreter.Facts {
	var faults diag.List
	f := caseFrom(facts).Bind(p, nil, &faults)
	if faults.HasErrors() {
		t.Fatalf("%v: %s", facts, faults[0].Message(lang.EN))
	}
	return f
}

type fataler interface{ Fatalf(string, ...any) }
