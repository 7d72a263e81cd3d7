package interpreter_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// What Judge says of a model is held against every case that the model can have: the models here are so small that all of
// their cases can be gone through.

const dutyWords = `[vocabulary]
id = "ord"
title = "Ord"
lang = "sv"
[[actor]]
id = "x"
title = "X"
[[actor]]
id = "y"
title = "Y"
[[kind]]
id = "k"
title = "K"
[[kind]]
id = "f"
title = "F"
[[tag]]
id = "m"
title = "M"
`

// dutyFacts are the facts of the small models; b4 is in a vocabulary that a model may do without.
const dutyFacts = `[vocabulary]
id = "fakta"
title = "Fakta"
lang = "sv"
[[fact]]
id = "b1"
type = "bool"
title = "B1"
ask = "B1?"
[[fact]]
id = "b2"
type = "bool"
title = "B2"
ask = "B2?"
[[fact]]
id = "o"
type = "enum"
values = { a = "A", b = "B" }
title = "O"
ask = "O?"
[[fact]]
id = "v1"
type = "event"
title = "V1"
[[fact]]
id = "v2"
type = "event"
title = "V2"
`

const dutyMore = `[vocabulary]
id = "mer"
title = "Mer"
lang = "sv"
[[fact]]
id = "b4"
type = "bool"
title = "B4"
ask = "B4?"
`

// judged is a small model under an overlay, with the rules of each of its demands.
type judged struct {
	*interpreter.Program
	text string
}

func (j judged) GoString() string { return "\n" + j.text }

// judgedModels draws small models that come close to keeping a duty, and to breaking it.
var judgedModels = rapid.Custom(func(t *rapid.T) judged {
	g := &drawing{t: t, defines: map[string][]string{}, repeats: map[string]bool{}}
	uses := `["ord", "fakta", "mer"]`
	if g.maybe("lacks a fact", 4) {
		uses = `["ord", "fakta"]`
	}
	g.text("[model]\nid = \"prov\"\ntitle = \"Prov\"\nlang = \"sv\"\nversion = \"1\"\nin_force = 2020-01-01\nuses = ", uses, "\n")
	g.smallModel()
	model := g.parts
	g.parts = nil
	g.smallOverlay()
	overlay := g.parts
	for range 20 {
		g.parts = model
		a := g.String()
		g.parts = overlay
		b := g.String()
		set := dsl.Load([]*diag.Source{
			diag.NewSource("ord.toml", dutyWords), diag.NewSource("fakta.toml", dutyFacts), diag.NewSource("mer.toml", dutyMore),
			diag.NewSource("prov.toml", a), diag.NewSource("lag.toml", b),
		})
		if !set.Faults.HasErrors() {
			return judged{interpreter.NewSet(set).Versions("prov")[0], a + "\n" + b}
		}
		g.mend(set.Faults)
	}
	t.Fatalf("the model cannot be mended:\n%s", g)
	panic("unreachable")
})

// smallRule draws a rule, of the kinds that a guard is made of and mistaken for.
func (g *drawing) smallRule(depth int, facts ...string) string {
	if depth > 0 {
		a, b := g.smallRule(depth-1, facts...), g.smallRule(depth-1, facts...)
		switch g.n("form", 0, 9) {
		case 0, 1, 2:
			return "(" + a + " and " + b + ")"
		case 3:
			return "(" + a + " or " + b + ")"
		case 4:
			return "not (" + a + ")"
		case 5:
			return "(" + g.one("condition", facts...) + " ? " + a + " : " + b + ")"
		case 6:
			return "((" + a + ")" + g.one("same", " == ", " != ") + "(" + b + "))"
		}
	}
	f := g.one("fact", facts...)
	switch g.n("test", 0, 9) {
	case 0:
		return "known(" + f + ")"
	case 1:
		return "not known(" + f + ")"
	case 2:
		return "(" + f + " == false)"
	case 3:
		return "not " + f
	case 4:
		return "happened(" + g.one("event", "v1", "v2") + ")"
	case 5:
		return g.one("enum", "(o == 'a')", "(o != 'a')", "(o in ['b'])", "known(o)")
	case 6:
		if len(g.steps) > 0 {
			return g.one("of a step", "done", "late") + "('" + g.one("step", g.steps...) + "')"
		}
	}
	return f
}

func (g *drawing) smallModel() {
	facts := []string{"b1", "b2"}
	staged := g.maybe("staged", 3)
	if staged {
		g.text("[[stage]]\nid = \"e\"\ntitle = \"E\"\n")
		g.rule("when", g.smallRule(1, facts...))
		g.text("\n")
	}
	after := func() string {
		var out []string
		for _, s := range g.steps {
			if g.maybe("after "+s, 2) {
				out = append(out, strconv.Quote(s))
			}
		}
		return "after = [" + strings.Join(out, ", ") + "]\n"
	}
	for i := range g.n("steps", 2, 4) {
		id := "p" + strconv.Itoa(i)
		g.text("[[step]]\nid = \""+id+"\"\ntitle = \"S\"\nkind = ", strconv.Quote(g.one("kind", "k", "f")), "\nactor = ", strconv.Quote(g.one("actor", "x", "y")), "\n")
		if staged && (i == 0 || g.maybe("in the stage", 2)) {
			g.text("stage = \"e\"\n")
		}
		if g.maybe("tagged", 2) {
			g.text("tags = [\"m\"]\n")
		}
		if g.maybe("lists", 2) {
			g.text(after())
		}
		if g.maybe("guarded", 2) {
			g.rule("when", g.smallRule(2, facts...))
			g.text("\n")
		}
		if g.maybe("timed", 2) {
			g.text("time = { from = ", strconv.Quote(g.one("from", "v1", "v1", "v2")), ", max = \"5 days\" }\n")
		}
		g.text("done = [")
		for range g.n("items", 1, 3) {
			r := g.one("item", "happened(v1)", "happened(v1)", "happened(v2)", "known(b1)", "b1", g.smallRule(1, facts...))
			g.rules = append(g.rules, &r)
			g.parts = append(g.parts, &r)
			g.text(", ")
		}
		g.text("]\n")
		g.steps = append(g.steps, id)
	}
	for i := range g.n("outcomes", 1, 3) {
		g.text("[[outcome]]\nid = \"u", strconv.Itoa(i), "\"\ntitle = \"U\"\n", after())
		if g.maybe("tagged", 3) {
			g.text("tags = [\"m\"]\n")
		}
		g.rule("when", g.smallRule(1, facts...))
		g.text("\n")
	}
}

func (g *drawing) smallOverlay() {
	steps := g.steps
	g.steps = nil // a law knows no steps
	defer func() { g.steps = steps }()
	g.text("[overlay]\nid = \"lag\"\ntitle = \"Lag\"\nlang = \"sv\"\nuses = [\"ord\", \"fakta\", \"mer\"]\n")
	g.text("[[duty]]\nid = \"d\"\nlaw = \"1 §\"\ntitle = \"D\"\n")
	pick := func() string {
		return g.one("pick", `{ kinds = ["k"] }`, `{ tags = ["m"] }`, `{ actors = ["x"] }`, `{ kinds = ["f"], not = { tags = ["m"] } }`, `{}`)
	}
	for range 3 {
		g.text("[[duty.never]]\nsteps = ", pick(), "\n")
		k := g.n("when or unless", 0, 4)
		if k < 2 {
			g.rule("when", g.smallRule(g.n("depth", 0, 1), "b1", "b1", "b2", "b4"))
			g.text("\n")
		}
		if k > 0 {
			g.rule("unless", g.smallRule(g.n("depth", 0, 1), "b1", "b1", "b2", "b4"))
			g.text("\n")
		}
	}
	for range 2 {
		g.text("[[duty.before]]\nsteps = ", pick(), "\nfirst = ", pick(), "\n")
		g.text("[[duty.on_every_way]]\nsteps = ", pick(), "\noutcomes = ", g.one("ends", `{}`, `{ not = { tags = ["m"] } }`), "\n")
		if g.maybe("when", 2) {
			g.rule("when", g.smallRule(1, "b1", "b2"))
			g.text("\n")
		}
		g.text("[[duty.bounded]]\nsteps = ", pick(), "\n[[duty.bounded]]\nsteps = { tags = [\"m\"], kinds = [\"k\"] }\n")
	}
}

// everyCase calls f with every case of a small model.
func everyCase(p *interpreter.Program, f func(known)) {
	day, _ := calendar.Of(2026, 3, 1)
	values := map[string][]any{"b1": {true, false}, "b2": {true, false}, "b4": {true, false}, "o": {"a", "b"}, "v1": {day, day - 10}, "v2": {day - 2, day - 20}}
	facts := known{}
	var visit func(rest []*dsl.Fact)
	visit = func(rest []*dsl.Fact) {
		if len(rest) == 0 {
			f(facts)
			return
		}
		id := rest[0].ID
		delete(facts, id)
		visit(rest[1:])
		for _, v := range values[id] {
			facts[id] = v
			visit(rest[1:])
		}
		delete(facts, id)
	}
	visit(p.Model().Facts)
}

// goThrough goes through every case of a model. It returns one that breaks each of the demands, where there is one, and the
// steps that some case requires.
func goThrough(p *interpreter.Program, demands []*dsl.Demand) (breaks map[*dsl.Demand]known, required map[*dsl.Step]bool) {
	at, _ := calendar.Of(2026, 3, 1)
	breaks, required = map[*dsl.Demand]known{}, map[*dsl.Step]bool{}
	everyCase(p, func(facts known) {
		o := &oracle{m: p.Model(), facts: facts, at: at, lang: lang.SV, steps: map[string]*oracleStep{}}
		for _, s := range p.Model().Steps {
			required[s] = required[s] || o.step(s.ID).status == "required" && o.closedBy() == nil
		}
		for _, d := range demands {
			if breaks[d] == nil && o.breaks(d) {
				breaks[d] = maps.Clone(facts)
			}
		}
	})
	return breaks, required
}

// lacks tells whether the demand hangs on a fact that the model does not have.
func lacks(m *dsl.Model, d *dsl.Demand) bool {
	lacks := false
	for _, r := range []*dsl.Rule{d.When, d.Unless} {
		if r != nil {
			r.Expr.Walk(func(e *rule.Expr) {
				lacks = lacks || e.Name == "b4" && !slices.ContainsFunc(m.Facts, func(f *dsl.Fact) bool { return f.ID == "b4" })
			})
		}
	}
	return lacks
}

func TestADutyThatIsMetIsBrokenInNoCase(t *testing.T) {
	verdicts := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		p := judgedModels.Draw(t, "model").Program
		breaks, required := goThrough(p, p.Model().Overlays[0].Duties[0].Demands)
		for _, j := range p.Model().Judge()[0].Demands {
			broken, kind := breaks[j.Demand], j.Demand.Kind
			fault := ""
			switch {
			case j.Verdict == dsl.MetDuty && broken != nil:
				fault = "and this breaks it: " + broken.GoString()
			case j.Verdict == dsl.DoesNotApply && broken != nil:
				fault = "and there is a case of it: " + broken.GoString()
			case j.Verdict == dsl.NotMet && broken == nil && kind != dsl.OnEveryWay && !lacks(p.Model(), j.Demand) &&
				slices.ContainsFunc(j.Steps, func(s *dsl.Step) bool { return required[s] }):
				fault = "and no case breaks it"
			}
			if fault != "" {
				t.Fatalf("%s: %s (%s), %s\n%s", kind, j.Verdict, j.Why, fault, j.Demand.Span.Text())
			}
			key := kind.String() + " " + string(j.Verdict)
			if j.Verdict == dsl.OpenDuty && broken == nil {
				key += ", never broken"
			}
			verdicts[key]++
		}
	})
	for _, k := range slices.Sorted(maps.Keys(verdicts)) {
		t.Logf("%5d %s", verdicts[k], k)
	}
}

func TestFindingsAreThoseOfTheDesign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := judgedModels.Draw(t, "model").Program
		at := days.Draw(t, "at")
		for range 10 {
			facts := knownOf(p.Model(), at).Draw(t, "facts")
			got := asJSON(t, p.Decision(bound(t, p, facts), at, lang.EN))
			if want := asJSON(t, oracleDecision(p.Model(), facts, at, lang.EN)); got != want {
				t.Fatalf("%s", differences(t, got, want))
			}
		}
	})
}
