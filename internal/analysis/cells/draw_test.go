package cells_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

const drawnHead = `[model]
id = "prov"
title = "Prov"
lang = "sv"
version = "1"
in_force = 2020-01-01
[[actor]]
id = "x"
title = "X"
[[kind]]
id = "k"
title = "K"
`

// drawnFacts are the facts of every random model.
var drawnFacts = func() string {
	var b strings.Builder
	fact := func(id, rest string) {
		fmt.Fprintf(&b, "[[fact]]\nid = %q\ntitle = \"Titel %s\"\nask = \"Fråga %s?\"\n%s\n", id, id, id, rest)
	}
	words := `values = { p = "P", q = "Q", r = "R" }`
	for _, id := range []string{"b1", "b2", "b3"} {
		fact(id, `type = "bool"`)
	}
	fact("e1", "type = \"enum\"\n"+words)
	fact("e2", "type = \"enum\"\n"+words)
	fact("s1", "type = \"set\"\n"+words)
	fact("i1", "type = \"int\"\nmin = -3\nmax = 12\nunit = \"h\"")
	fact("i2", "type = \"int\"\nmin = 0\nmax = 6\nunit = \"h\"")
	fact("n1", "type = \"number\"\nmin = -1.5\nmax = 9\nunit = \"h\"")
	fact("d1", `type = "date"`)
	fact("d2", `type = "date"`)
	fact("v1", `type = "event"`)
	fact("v2", `type = "event"`)
	fact("t1", `type = "text"`)
	return b.String()
}()

// drawing makes a random model as text. A rule looks only at what stands above it, so that there are no cycles.
type drawing struct {
	t       *rapid.T
	steps   []string
	repeats map[string]bool
	rules   []string
	text    strings.Builder // with "\x00" and its number for each rule
	open    bool            // arithmetic between facts is drawn too
}

func (g *drawing) n(from, to int) int { return rapid.IntRange(from, to).Draw(g.t, "n") }

func (g *drawing) one(of ...string) string { return rapid.SampledFrom(of).Draw(g.t, "one") }

// rule writes a rule under a key.
func (g *drawing) rule(key, text string) {
	fmt.Fprintf(&g.text, "%s\x00%d\x00", key, len(g.rules))
	g.rules = append(g.rules, text)
}

func (g *drawing) String() string {
	parts := strings.Split(g.text.String(), "\x00")
	for i := 1; i < len(parts); i += 2 {
		n, _ := strconv.Atoi(parts[i])
		parts[i] = strconv.Quote(g.rules[n])
	}
	return strings.Join(parts, "")
}

// drawn is a random model. It shows as the part of its text that differs from those of others.
type drawn struct{ *interpreter.Program }

func (d drawn) GoString() string {
	return "\n" + d.Model().Files[0].Text[len(drawnHead)+len(drawnFacts):]
}

// models are random models without errors, with or without arithmetic between facts.
func models(open bool) *rapid.Generator[drawn] {
	return rapid.Custom(func(t *rapid.T) drawn {
		g := &drawing{t: t, repeats: map[string]bool{}, open: open}
		g.text.WriteString(drawnHead + drawnFacts + "[define]\n")
		g.rule("x1 = ", g.bool(2))
		g.text.WriteString("\n")
		g.rule("x2 = ", g.num(2))
		g.text.WriteString("\n[[stage]]\nid = \"a\"\ntitle = \"A\"\n")
		g.rule("when = ", g.bool(1))
		g.text.WriteString("\n" + g.time())
		for i := range g.n(1, 5) {
			g.step("p"+strconv.Itoa(i), i == 0 || g.n(0, 2) == 0)
		}
		for i := range g.n(1, 3) {
			fmt.Fprintf(&g.text, "[[outcome]]\nid = \"u%d\"\ntitle = \"U\"\nafter = [%s]\n", i, g.after())
			g.rule("when = ", g.bool(2))
			g.text.WriteString("\n")
		}
		for range 30 {
			set := dsl.Load([]*diag.Source{diag.NewSource("prov.toml", g.String())})
			if !set.Faults.HasErrors() {
				return drawn{interpreter.Compile(set.Models[0])}
			}
			g.mend(set.Faults)
		}
		t.Fatalf("the model cannot be mended:\n%s", g)
		panic("unreachable")
	})
}

// mend replaces the rules that the checker has found can never be true.
func (g *drawing) mend(faults diag.List) {
	for _, f := range faults {
		if f.Severity != diag.Error {
			continue
		}
		i := slices.Index(g.rules, strings.Trim(f.Span.Text(), `"`))
		if i < 0 || !strings.Contains(f.Code, "-never") {
			g.t.Fatalf("%s: %s\n%s", f.Code, f.Message(lang.EN), g)
		}
		g.rules[i] = g.one("b1", "known(b2) or b2", "true")
	}
}

func (g *drawing) time() string {
	if g.n(0, 1) == 0 {
		return ""
	}
	return fmt.Sprintf("time = { from = %q, max = %q, not_before = %q%s }\n", g.one("d1", "v1"), g.one("40 days", "2 months", "5 weeks"),
		g.one("0 days", "3 days", "1 month"), g.one("", `, roll = "next_workday"`))
}

func (g *drawing) after() string {
	var out []string
	for _, s := range g.steps {
		if !g.repeats[s] && g.n(0, 2) == 0 {
			out = append(out, strconv.Quote(s))
		}
	}
	return strings.Join(out, ", ")
}

func (g *drawing) step(id string, inStage bool) {
	fmt.Fprintf(&g.text, "[[step]]\nid = %q\ntitle = \"S\"\nkind = \"k\"\nactor = \"x\"\n", id)
	if inStage {
		g.text.WriteString("stage = \"a\"\n")
	}
	if g.n(0, 1) == 0 {
		fmt.Fprintf(&g.text, "after = [%s]\n", g.after())
	}
	if g.n(0, 1) == 0 {
		g.rule("when = ", g.bool(2))
		g.text.WriteString("\n")
	}
	if g.n(0, 4) == 0 {
		g.repeats[id] = true
		fmt.Fprintf(&g.text, "every = { period = %q, since = %q, start = %q }\n", g.one("1 week", "1 month"), g.one("d1", "v1"), g.one("d2", "v2"))
	} else {
		g.text.WriteString("done = [")
		for range g.n(1, 2) {
			g.rule("", g.bool(1))
			g.text.WriteString(", ")
		}
		g.text.WriteString("]\n" + g.time())
	}
	g.steps = append(g.steps, id)
}

// bool draws a rule that is true or false; depth bounds how far its parts nest.
func (g *drawing) bool(depth int) string {
	if depth > 0 {
		switch g.n(0, 7) {
		case 0, 1:
			return "(" + g.bool(depth-1) + " and " + g.bool(depth-1) + ")"
		case 2, 3:
			return "(" + g.bool(depth-1) + " or " + g.bool(depth-1) + ")"
		case 4:
			return "not (" + g.bool(depth-1) + ")"
		case 5:
			return "(" + g.bool(depth-1) + " ? " + g.bool(depth-1) + " : " + g.bool(depth-1) + ")"
		case 6:
			return "((" + g.bool(depth-1) + ") " + g.one("==", "!=") + " (" + g.bool(depth-1) + "))"
		}
	}
	compare := g.one("==", "!=", "<", "<=", ">", ">=")
	switch g.n(0, 14) {
	case 0, 1:
		return g.one("b1", "b2", "b3")
	case 2:
		return "known(" + g.one("b1", "e1", "i1", "d1", "s1", "t1", "n1") + ")"
	case 3:
		return "happened(" + g.one("v1", "v2") + ")"
	case 4:
		return "(" + g.enum() + g.one(" == 'p'", " != 'q'", " in ['p', 'r']", " not in ['q']") + ")"
	case 5:
		return g.one("(e1 == e2)", "(e1 != e2)", "(e2 in s1)", "('q' in s1)")
	case 6:
		return g.one("has_any", "has_all") + g.one("(s1, ['p', 'q'])", "(s1, ['r'])")
	case 7, 8:
		return "(" + g.num(depth) + " " + compare + " " + g.one("0", "2", "5", "7.5") + ")"
	case 9:
		return "(" + g.num(depth) + " in [1, 2, 5])"
	case 10:
		return "(" + g.day() + " " + compare + " " + g.one("'2026-02-20'", "'2026-03-01'", "today") + ")"
	case 11:
		if g.open {
			return "(" + g.num(1) + " " + compare + " " + g.num(1) + ")"
		}
		return "(" + g.one("i1 "+compare+" i2", "i2 "+compare+" i1", "d1 "+compare+" d2", "v1 "+compare+" d1", "v1 "+compare+" v2") + ")"
	case 12:
		return g.one("(t1 == 'x')", "(t1 != 'y')", "(t1 in ['x', 'z'])")
	case 13:
		if len(g.rules) > 0 {
			return "x1"
		}
	}
	if len(g.steps) > 0 {
		s := g.one(g.steps...)
		if g.repeats[s] {
			return "late('" + s + "')"
		}
		return g.one("late", "done") + "('" + s + "')"
	}
	return "b1"
}

func (g *drawing) enum() string { return g.one("e1", "e2", "(b1 ? e1 : e2)", "(b2 ? e1 : 'p')") }

func (g *drawing) day() string { return g.one("d1", "d2", "v1", "v2", "(b1 ? d1 : v1)") }

// num draws a number that looks at one fact at a time, unless open tests are wanted.
func (g *drawing) num(depth int) string {
	switch g.n(0, 9) {
	case 0:
		return g.one("(i1 + 3)", "(2 * i2)", "(-i1)", "(4 - n1)", "(i2 * i2 - 5 * i2)")
	case 1:
		return "count(s1)"
	case 2, 3:
		return g.one("days", "weeks", "months") + "_since(" + g.day() + ")"
	case 4:
		return "(b3 ? i1 : 2)"
	case 5:
		if depth > 0 && len(g.rules) > 1 {
			return "x2"
		}
	case 6:
		if g.open {
			return g.one("(i1 + i2)", "(i1 - n1)", "days_between(d1, v1)", "(i1 * i2)", "(count(s1) + i2)")
		}
	}
	return g.one("i1", "i2", "n1")
}

// known is a case: an absent fact is not known.
type known map[string]any

// knownOf draws a case, within the days that the rules of random models look at and a little beyond.
func knownOf(m *dsl.Model, at calendar.Day) *rapid.Generator[known] {
	return rapid.Custom(func(t *rapid.T) known {
		facts := known{}
		for _, f := range m.Facts {
			if rapid.IntRange(0, 3).Draw(t, "known "+f.ID) == 0 {
				continue
			}
			facts[f.ID] = drawValue(t, f, at)
		}
		return facts
	})
}

func drawValue(t *rapid.T, f *dsl.Fact, at calendar.Day) any {
	switch f.Type.Kind {
	case rule.Bool:
		return rapid.Bool().Draw(t, f.ID)
	case rule.Int:
		return rapid.Int64Range(int64(f.Type.Min), int64(f.Type.Max)).Draw(t, f.ID)
	case rule.Number:
		if rapid.Bool().Draw(t, "round") {
			return float64(rapid.IntRange(-1, 9).Draw(t, f.ID))
		}
		return rapid.Float64Range(f.Type.Min, f.Type.Max).Draw(t, f.ID)
	case rule.Enum:
		return rapid.SampledFrom(f.Type.Values).Draw(t, f.ID)
	case rule.Set:
		return rapid.SliceOfNDistinct(rapid.SampledFrom(f.Type.Values), 0, 3, rapid.ID[string]).Draw(t, f.ID)
	case rule.Text:
		return rapid.SampledFrom([]string{"x", "y", "z", ""}).Draw(t, f.ID)
	}
	return at + calendar.Day(rapid.IntRange(-70, 12).Draw(t, f.ID))
}
