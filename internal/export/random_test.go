package export_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/export"
	"github.com/stegvis/stegvis/interpreter"
)

// Any model has a page and every other form in both languages, whatever its parts are and whatever its texts hold.
func TestAnyModelHasAPage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, r := range anyModel(t) {
			checkPage(t, r)
			checkForms(t, r)
		}
	})
}

func TestAnyModelIsADiagramThatBPMNToolsRead(t *testing.T) {
	m := startModdle(t)
	rapid.Check(t, func(t *rapid.T) {
		for _, r := range anyModel(t) {
			checkBPMN(t, m, r)
		}
	})
}

// anyModel asks for the pages of a model at random.
func anyModel(t *rapid.T) []export.Request {
	w := &modelWriter{t: t}
	files := []*diag.Source{diag.NewSource("m.toml", w.model()), diag.NewSource("v.toml", vocabularyFile)}
	if w.maybe() {
		files = append(files, diag.NewSource("o.toml", w.overlay()))
	}
	return loaded(t, files...)
}

// loaded asks for the pages of the models in files that have been drawn.
func loaded(t fataler, files ...*diag.Source) []export.Request {
	t.Helper()
	read := dsl.Load(files)
	if read.Faults.HasErrors() {
		var b strings.Builder
		read.Faults.WriteText(&b, diag.TextOptions{Lang: lang.EN})
		t.Fatalf("the model has errors:\n%s", b.String())
	}
	return requests(interpreter.NewSet(read))
}

// vocabularyFile is what the model and the overlay share.
const vocabularyFile = `
[vocabulary]
id = "v"
title = "V"
lang = "sv"

[[actor]]
id = "a1"
title = "Ett"

[[actor]]
id = "a2"
title = "Två | till"

[[kind]]
id = "k1"
title = "Slag"

[[kind]]
id = "k2"
title = "Annat *slag*"

[[tag]]
id = "t1"
title = "Märke"

[[fact]]
id = "shared"
type = "bool"
title = "Delad"
ask = "Delad?"
`

// modelWriter writes a model at random: rules of every form, over facts of every type. Each rule can be true whatever the
// others are, since any of them is when the fact "free" is known.
type modelWriter struct {
	t     *rapid.T
	b     strings.Builder
	named []string // tests that name definitions
	steps int
}

func (w *modelWriter) n(least, most int) int { return rapid.IntRange(least, most).Draw(w.t, "n") }
func (w *modelWriter) maybe() bool           { return rapid.Bool().Draw(w.t, "maybe") }
func (w *modelWriter) pick(list ...string) string {
	return rapid.SampledFrom(list).Draw(w.t, "one")
}

func (w *modelWriter) line(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

// text is a text with what means something in Markdown, HTML or Mermaid in it, in quotes.
func (w *modelWriter) text() string {
	s := rapid.StringOfN(rapid.RuneFrom([]rune("ab å1.#*_`[]()<>|~&$\\!-+=;%\"{}:/\n")), 1, 20, -1).Draw(w.t, "text")
	if strings.TrimSpace(s) == "" {
		s = "x"
	}
	if w.n(0, 9) == 0 {
		s += w.pick("&lt;", "&amp;", "&#65;", "#lt;", "]]>", "<br>", "\\n", "\u00ad")
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

func (w *modelWriter) optional(key string) {
	if w.maybe() {
		w.line("%s = %s", key, w.text())
	}
}

func (w *modelWriter) origin() {
	if w.maybe() {
		w.line("source = %q", w.pick("s", "s: sidan 1"))
	}
	w.optional("interpretation")
}

func (w *modelWriter) model() string {
	w.line("[model]\nid = \"m\"\ntitle = %s\nlang = %q\nversion = \"1\"\nin_force = 2026-01-01\nuses = [\"v\"]", w.text(), w.pick("sv", "en"))
	w.optional("help")
	w.optional("region")
	if w.maybe() {
		w.line("start = \"e1\"\nconsent = %q", w.pick("b1", "shared"))
	}
	w.line("[[source]]\nid = \"s\"\ntitle = %s\nurl = %s", w.text(), w.text())
	for i := range w.n(0, 2) {
		w.line("[[note]]\nid = \"n%d\"\ntext = %s", i, w.text())
		w.origin()
	}
	w.facts()
	for i := range w.n(0, 3) {
		test := fmt.Sprintf("rule%d", i)
		switch w.n(0, 3) {
		case 0:
			w.line("[define.%s]\nrule = \"timmar + 2 * antal\"", test)
			test += " > 3"
		case 1:
			w.line("[define.%s]\nrule = \"d1 > e1 ? d1 : e1\"", test)
			test += " < today"
		default:
			w.line("[define.%s]\nrule = %q", test, w.rule(3))
		}
		w.optional("title")
		w.origin()
		w.named = append(w.named, test, "not ("+test+")")
	}
	stages := w.n(0, 2)
	for i := range stages {
		w.line("[[stage]]\nid = \"stage%d\"\ntitle = %s", i, w.text())
		w.optional("help")
		w.when()
		w.origin()
		w.time("stage")
	}
	for i := range max(w.n(1, 6), stages) {
		w.step(i, stages)
	}
	for i := range w.n(1, 3) {
		w.line("[[outcome]]\nid = \"o%d\"\ntitle = %s\nafter = [\"s0\"]", i, w.text())
		w.optional("help")
		w.when()
		if stages > 0 && w.maybe() {
			w.line("stage = \"stage0\"")
		}
		if w.maybe() {
			w.line("to = [\"a1\", \"a2\"]\ntags = [\"t1\"]")
		}
		w.origin()
	}
	for i := range w.n(0, 2) {
		w.line("[[limit]]\nid = \"l%d\"\nfrom = \"e1\"\nuntil = [\"e2\"]\nmax = %q", i, w.duration())
		w.optional("title")
		w.optional("help")
		w.origin()
	}
	if w.maybe() {
		w.line("[[capacity]]\nrole = \"r\"\nactor = \"a1\"\ncases = %d", w.n(1, 50))
		w.optional("title")
		w.origin()
	}
	return w.b.String()
}

func (w *modelWriter) facts() {
	for _, f := range []struct{ id, declares string }{
		{"free", `type = "text"`}, {"b1", `type = "bool"`}, {"b2", `type = "bool"`}, {"e1", `type = "event"`}, {"e2", `type = "event"`},
		{"d1", `type = "date"`}, {"timmar", "type = \"int\"\nmin = 0\nmax = 40\nunit = \"timmar\""},
		{"antal", "type = \"int\"\nmin = -5\nmax = 5\nunit = \"st\""}, {"tal", "type = \"number\"\nmin = 0\nmax = 1\nunit = \"kr\""},
		{"slag", `type = "enum"` + "\nvalues = { x = \"X|x\", y = \"Y\", z = \"Z\" }"}, {"val", `type = "set"` + "\nvalues = { p = \"P\", q = \"*Q*\" }"},
	} {
		w.line("[[fact]]\nid = %q\n%s\ntitle = %s\nask = %s", f.id, f.declares, w.text(), w.text())
		w.optional("help")
		if w.maybe() {
			w.line("ask_of = \"a1\"\nseen_by = [\"a1\", \"a2\"]")
		}
		w.origin()
	}
}

func (w *modelWriter) step(i, stages int) {
	w.line("[[step]]\nid = \"s%d\"\ntitle = %s\nkind = %q\nactor = %q", i, w.text(), w.pick("k1", "k2"), w.pick("a1", "a2"))
	w.optional("help")
	if i < stages {
		w.line("stage = \"stage%d\"", i) // each has one
	} else if stages > 0 && w.maybe() {
		w.line("stage = \"stage0\"")
	}
	if w.maybe() {
		w.line("with = [\"a1\", \"a2\"]\ntags = [\"t1\"]")
	}
	if i > 0 && w.maybe() {
		w.line("after = [\"s0\"]")
	}
	w.when()
	w.origin()
	if i > 0 && w.maybe() {
		w.line("every = { period = %q%s, roll = \"next_workday\" }", w.duration(), w.pick("", `, since = "e1"`, `, start = "e2"`, `, since = "e1", start = "d1"`))
		return
	}
	w.line("done = [%q, { rule = %q }, { id = \"i\", title = %s, rule = %q, help = %s }]", w.rule(1), w.rule(2), w.text(), w.rule(2), w.text())
	w.time("step")
	w.steps = i + 1
}

func (w *modelWriter) when() {
	if w.maybe() {
		w.line("when = %q", w.rule(3))
	}
}

func (w *modelWriter) time(of string) {
	if !w.maybe() {
		return
	}
	w.line("[%s.time]\nfrom = %q", of, w.pick("e1", "e2", "d1"))
	w.line("%s", w.pick(`max = "3 weeks"`, `max = "0 days"`, "min = \"1 week\"\nmax = \"1 year\"", "not_before = \"0 days\"", "not_before = \"2 months\"\nmax = \"90 days\"\nroll = \"next_workday\""))
	w.origin()
}

func (w *modelWriter) duration() string { return w.pick("1 day", "2 weeks", "1 month", "10 years") }

// rule writes a rule that is true wherever free is known.
func (w *modelWriter) rule(depth int) string { return "(" + w.part(depth) + ") or known(free)" }

func (w *modelWriter) part(depth int) string {
	if depth > 0 && w.maybe() {
		a, b := w.part(depth-1), w.part(depth-1)
		switch w.n(0, 5) {
		case 0:
			return "(" + a + ") and (" + b + ")"
		case 1:
			return "(" + a + ") or (" + b + ")"
		case 2:
			return "not (" + a + ")"
		case 3:
			return "(" + a + ") == (" + b + ")"
		case 4:
			return "(" + a + ") != (" + b + ")"
		}
		return "(" + a + ") ? (" + b + ") : b1"
	}
	if w.steps > 0 && w.n(0, 5) == 0 {
		return w.pick("done('s0')", "late('s0')")
	}
	return w.pick(append(w.named,
		"b1", "b2 == true", "b1 != true", "true == b2", "b1 == b2", "known(slag)", "happened(e1)", "not happened(e2)", "not b1", "not known(d1)", "shared",
		"slag == 'x'", "'y' == slag", "slag != 'z'", "slag in ['x', 'y']", "slag not in ['x']", "timmar >= 10", "timmar < 2 + antal", "-antal == 3",
		"tal <= 0.5", "timmar in [1, 2, 3]", "'p' in val", "'q' not in val", "has_any(val, ['p', 'q'])", "not has_any(val, ['p'])",
		"has_all(val, ['p', 'q'])", "not has_all(val, ['p', 'q'])", "count(val) > 0", "count(val) >= 1", "not (count(val) > 0)", "count(val) == 2",
		"e1 < e2", "d1 >= '2026-01-01'", "not (d1 < today)", "days_since(e1) > 3", "weeks_since(d1) <= 2", "months_since(e2) == 1",
		"days_between(e1, d1) != 0", "timmar * 2 - 1 > antal", "(b1 ? timmar : antal) > 1",
	)...)
}

// overlay writes duties of every kind over the model.
func (w *modelWriter) overlay() string {
	w.b.Reset()
	w.line("[overlay]\nid = \"o\"\ntitle = %s\nlang = \"sv\"\nuses = [\"v\"]", w.text())
	w.optional("help")
	w.line("[[source]]\nid = \"s\"\ntitle = %s", w.text())
	if w.maybe() {
		w.line("[[note]]\nid = \"n\"\ntext = %s", w.text())
		w.origin()
	}
	steps := func() string {
		return w.pick(`{ parties = ["a1"] }`, `{ kinds = ["k1"] }`, `{ kinds = ["k1", "k2"], not = { tags = ["t1"] } }`, `{ tags = ["t1"] }`, `{ actors = ["a2"], with_only = ["a1"] }`)
	}
	for i := range w.n(1, 2) {
		w.line("[[duty]]\nid = \"u%d\"\nlaw = %s\ntitle = %s", i, w.text(), w.text())
		w.optional("help")
		w.origin()
		for k := range w.n(1, 2) {
			kind := w.pick("never", "before", "on_every_way", "takes_part", "bounded")
			w.line("  [[duty.%s]]\n  steps = %s", kind, steps())
			if w.maybe() {
				w.line("  id = \"x%d\"\n  law = %s\n  title = %s", k, w.text(), w.text())
			}
			switch kind {
			case "never":
				w.line("  %s = %q", w.pick("when", "unless"), w.pick("shared", "shared == false", "not known(shared)"))
			case "before":
				w.line("  first = %s", steps())
			case "on_every_way":
				w.line("  outcomes = %s", w.pick(`{ tags = ["t1"] }`, `{ not = { tags = ["t1"] } }`))
			case "takes_part":
				w.line("  actors = [\"a1\", \"a2\"]")
			}
		}
	}
	return w.b.String()
}
