package access_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// rights are what files say of who may see what, read past the checker.
type rights struct {
	actors   map[string]bool
	seenBy   map[string][]string // by fact
	consent  string
	consents map[string]string // by actor
}

// drawing writes a random model, a vocabulary that says who sees its facts, and an overlay. The names, the questions, the values and
// the labels of a fact all hold its id, which nothing else does.
type drawing struct {
	t     *rapid.T
	b     strings.Builder
	steps []string
	again map[string]bool // steps that repeat
}

var drawnFacts = []string{"qb1", "qb2", "qb3", "qb4", "qe1", "qe2", "qs1", "qi1", "qn1", "qd1", "qd2", "qv1", "qv2", "qv3", "qt1"}

var drawnActors = []string{"a", "b", "c", "d"}

func (w *drawing) n(most int) int { return rapid.IntRange(0, most).Draw(w.t, "n") }

func (w *drawing) one(of ...string) string { return rapid.SampledFrom(of).Draw(w.t, "one") }

func (w *drawing) line(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

// some draws any of the words.
func (w *drawing) some(of []string) []string {
	return slices.DeleteFunc(slices.Clone(of), func(string) bool { return w.n(2) > 0 })
}

func list(words []string) string {
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = fmt.Sprintf("%q", word)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func (w *drawing) vocabulary(r *rights) string {
	w.b.Reset()
	w.line("[vocabulary]\nid = \"v\"\ntitle = \"V\"\nlang = \"sv\"\n[[kind]]\nid = \"k\"\ntitle = \"K\"\n[[tag]]\nid = \"t\"\ntitle = \"T\"")
	for _, a := range drawnActors {
		w.line("[[actor]]\nid = %q\ntitle = %q", a, a)
		r.actors[a] = true
	}
	for _, f := range append([]string{"free"}, drawnFacts...) {
		w.line("[[fact]]\nid = %q\ntitle = \"Uppgiften %s\"\nask = \"Vad säger %s?\"", f, f, f)
		switch f[:2] {
		case "qb", "fr":
			w.line("type = \"bool\"")
		case "qe":
			w.line("type = \"enum\"\nvalues = { %s_p = \"Etikett %s p\", %s_q = \"Etikett %s q\" }", f, f, f, f)
		case "qs":
			w.line("type = \"set\"\nvalues = { %s_p = \"Etikett %s p\", %s_q = \"Etikett %s q\" }", f, f, f, f)
		case "qi":
			w.line("type = \"int\"\nmin = 0\nmax = 9\nunit = \"h\"")
		case "qn":
			w.line("type = \"number\"\nmin = 0\nmax = 9\nunit = \"h\"")
		case "qd":
			w.line("type = \"date\"")
		case "qv":
			w.line("type = \"event\"")
		default:
			w.line("type = \"text\"")
		}
		if w.n(1) == 0 {
			w.line("ask_of = %q", w.one(drawnActors...))
		}
		switch {
		case f == "free":
			r.seenBy[f] = drawnActors
		default:
			r.seenBy[f] = w.some(drawnActors)
		}
		if len(r.seenBy[f]) > 0 || w.n(1) == 0 {
			w.line("seen_by = %s", list(r.seenBy[f]))
		}
	}
	return w.b.String()
}

func (w *drawing) model(r *rights) string {
	w.b.Reset()
	w.line("[model]\nid = \"m\"\ntitle = \"M\"\nlang = \"sv\"\nversion = \"1\"\nin_force = 2020-01-01\nuses = [\"v\"]")
	if w.n(3) > 0 {
		r.consent = w.one("qb1", "qb2")
		w.line("consent = %q", r.consent)
	}
	for _, a := range w.some(drawnActors) {
		r.consents[a] = w.one("qb1", "qb3")
	}
	if len(r.consents) > 0 {
		w.line("[model.consent_for]")
		for _, a := range drawnActors {
			if f := r.consents[a]; f != "" {
				w.line("%s = %q", a, f)
			}
		}
	}
	for _, f := range w.some(drawnFacts[:4]) {
		r.seenBy[f] = w.some(drawnActors)
		w.line("[use.%s]\nseen_by = %s", f, list(r.seenBy[f]))
	}
	w.line("[define]")
	for i := range 2 {
		w.line("dd%d = %q", i, w.truth(2, i))
	}
	w.line("[[stage]]\nid = \"g\"\ntitle = \"G\"\nwhen = %q", w.rule(1))
	w.time()
	for i := range 2 + w.n(4) {
		w.step(fmt.Sprintf("p%d", i), i == 0 || w.n(1) == 0)
	}
	for i := range 1 + w.n(2) {
		w.line("[[outcome]]\nid = \"u%d\"\ntitle = \"U\"\nafter = %s\nwhen = %q", i, list(w.before()), w.rule(2))
	}
	if w.n(1) == 0 {
		w.line("[[limit]]\nid = \"l\"\ntitle = \"L\"\nfrom = %q\nuntil = %q\nmax = \"30 days\"", w.one("qd1", "qv1"), w.one("qv2", "qv3"))
	}
	return w.b.String()
}

func (w *drawing) overlay() string {
	w.b.Reset()
	w.line("[overlay]\nid = \"o\"\ntitle = \"O\"\nlang = \"sv\"\nuses = [\"v\"]")
	w.line("[[duty]]\nid = \"never\"\nlaw = \"1 §\"\ntitle = \"Aldrig\"\n[duty.never]\nsteps = { kinds = [\"k\"] }\nwhen = %q\nunless = %q", w.fact(), w.fact())
	w.line("[[duty]]\nid = \"first\"\nlaw = \"2 §\"\ntitle = \"Först\"\n[duty.before]\nsteps = { kinds = [\"k\"] }\nfirst = { tags = [\"t\"] }")
	w.line("[[duty]]\nid = \"days\"\nlaw = \"3 §\"\ntitle = \"Tid\"\n[duty.bounded]\nsteps = { kinds = [\"k\"] }")
	return w.b.String()
}

func (w *drawing) time() {
	if w.n(1) == 0 {
		w.line("time = { from = %q, max = %q, not_before = %q }", w.one("qd1", "qd2", "qv1", "qv2"), w.one("40 days", "5 weeks"), w.one("0 days", "3 days"))
	}
}

func (w *drawing) before() []string {
	return slices.DeleteFunc(w.some(w.steps), func(s string) bool { return w.again[s] })
}

func (w *drawing) step(id string, inStage bool) {
	w.line("[[step]]\nid = %q\ntitle = \"Steget %s\"\nkind = \"k\"\nactor = %q\nwith = %s", id, id, w.one(drawnActors...), list(w.some(drawnActors[:2])))
	if inStage {
		w.line("stage = \"g\"")
	}
	if w.n(2) == 0 {
		w.line("tags = [\"t\"]")
	}
	if w.n(2) > 0 {
		w.line("after = %s", list(w.before()))
	}
	if w.n(1) == 0 {
		w.line("when = %q", w.rule(2))
	}
	if w.n(5) == 0 {
		w.line("every = { period = %q, since = %q, start = %q }", w.one("1 week", "1 month"), w.one("qd1", "qv1"), w.one("qd2", "qv2"))
		w.again[id] = true
	} else {
		w.line("done = [")
		for range 1 + w.n(2) {
			w.line("  %q,", w.rule(1))
		}
		w.line("]")
		w.time()
	}
	w.steps = append(w.steps, id)
}

// rule draws a rule that can always be true, whatever the others are.
func (w *drawing) rule(depth int) string { return w.truth(depth, 2) + " or known(free)" }

// truth draws a rule; it may name the first so many definitions.
func (w *drawing) truth(depth, defines int) string {
	if depth > 0 {
		x := func() string { return w.truth(depth-1, defines) }
		switch w.n(7) {
		case 0, 1:
			return "(" + x() + " and " + x() + ")"
		case 2, 3:
			return "(" + x() + " or " + x() + ")"
		case 4:
			return "not (" + x() + ")"
		case 5:
			return "(" + x() + " ? " + x() + " : " + x() + ")"
		}
	}
	switch n := w.n(8); {
	case n == 0 && defines > 0:
		return fmt.Sprintf("dd%d", w.n(defines-1))
	case n <= 2 && len(w.steps) > 0:
		s := w.one(w.steps...)
		if w.again[s] || n == 1 {
			return "late('" + s + "')"
		}
		return "done('" + s + "')"
	}
	return w.fact()
}

func (w *drawing) fact() string {
	return w.one("qb1", "qb2", "qb3", "qb4", "known(qb4)", "qe1 == 'qe1_p'", "qe2 in ['qe2_q']", "'qs1_p' in qs1", "count(qs1) > 1", "qi1 > 4",
		"qi1 + 2 < qn1", "qn1 >= 2.5", "qd1 <= today", "days_since(qv1) > 10", "happened(qv1)", "happened(qv2)", "happened(qv3)", "qt1 == 'qt1 x'", "known(qt1)", "known(qd2)")
}

// drawn is a random model with the rights that were written into it.
type drawn struct {
	*interpreter.Program
	*rights
	files []*diag.Source
}

// GoString shows the files.
func (d drawn) GoString() string {
	out := ""
	for _, f := range d.files {
		out += "\n" + f.Text
	}
	return out
}

var drawnModel = rapid.Custom(func(t *rapid.T) drawn {
	w := &drawing{t: t, again: map[string]bool{}}
	r := &rights{actors: map[string]bool{}, seenBy: map[string][]string{}, consents: map[string]string{}}
	files := []*diag.Source{diag.NewSource("v.toml", w.vocabulary(r)), diag.NewSource("m.toml", w.model(r)), diag.NewSource("o.toml", w.overlay())}
	set := dsl.Load(files)
	if set.Faults.HasErrors() {
		var b strings.Builder
		set.Faults.WriteText(&b, diag.TextOptions{Lang: lang.EN})
		t.Fatalf("the model has errors:\n%s", b.String())
	}
	return drawn{interpreter.Compile(set.Models[0]), r, files}
})

// put draws what a fact says, with nothing known of it among the rest.
func put(t *rapid.T, facts *interpreter.Facts, i int, f *dsl.Fact, at calendar.Day) {
	switch rapid.IntRange(0, 5).Draw(t, "known") {
	case 0:
		facts.Forget(i)
		return
	case 1:
		facts.SetUnobtainable(i)
		return
	}
	switch f.Type.Kind {
	case rule.Bool:
		facts.SetBool(i, rapid.Bool().Draw(t, f.ID))
	case rule.Int:
		facts.SetInt(i, rapid.Int64Range(int64(f.Type.Min), int64(f.Type.Max)).Draw(t, f.ID))
	case rule.Number:
		facts.SetNumber(i, rapid.Float64Range(f.Type.Min, f.Type.Max).Draw(t, f.ID))
	case rule.Enum:
		facts.SetEnum(i, rapid.IntRange(0, len(f.Type.Values)-1).Draw(t, f.ID))
	case rule.Set:
		facts.Put(i, rapid.SliceOfDistinct(rapid.SampledFrom(f.Type.Values), rapid.ID[string]).Draw(t, f.ID))
	case rule.Text:
		facts.SetText(i, f.ID+rapid.SampledFrom([]string{" x", " y"}).Draw(t, f.ID))
	default:
		facts.SetDay(i, at+calendar.Day(rapid.IntRange(-90, 20).Draw(t, f.ID)))
	}
}
