package interpreter_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// lawWords is what the models of these tests and the law over them share. Only the law uses the other vocabulary.
const lawWords = `[vocabulary]
id = "ord"
title = "Ord"
lang = "sv"
[[actor]]
id = "x"
title = "X"
[[kind]]
id = "fraga"
title = "Fråga"
[[kind]]
id = "plan"
title = "Plan"
[[fact]]
id = "samtycke"
type = "bool"
title = "Samtycke"
ask = "Samtycker du?"
[[fact]]
id = "sjuk"
type = "bool"
title = "Sjuk"
ask = "Är du sjuk?"
[[fact]]
id = "fragat"
type = "event"
title = "Fråga ställd"
[[fact]]
id = "planerat"
type = "event"
title = "Plan gjord"
[[fact]]
id = "slut"
type = "event"
title = "Slut"
`

const otherWords = `[vocabulary]
id = "andra"
title = "Andra ord"
lang = "sv"
[[fact]]
id = "myndig"
type = "bool"
title = "Myndig"
ask = "Är du myndig?"
[[fact]]
id = "svar"
type = "enum"
values = { ja = "Ja", nej = "Nej", sen = "Sen" }
title = "Svar"
ask = "Svar?"
`

// lawful loads one model of the steps under a law of the demands.
func lawful(t *testing.T, steps, demands string) *interpreter.Program {
	t.Helper()
	model := "[model]\nid = \"m\"\ntitle = \"M\"\nlang = \"sv\"\nversion = \"1\"\nin_force = 2026-01-01\nuses = [\"ord\"]\n" + steps +
		"[[outcome]]\nid = \"slut\"\ntitle = \"Slut\"\nwhen = \"happened(slut)\"\n"
	law := "[overlay]\nid = \"lag\"\ntitle = \"Lagen\"\nlang = \"sv\"\nuses = [\"ord\", \"andra\"]\n[[duty]]\nid = \"d\"\nlaw = \"1 §\"\ntitle = \"Det som gäller\"\n" + demands
	texts := "[texts]\nof = \"lag\"\nlang = \"en\"\n[duty.d]\nlaw = \"section 1\"\ntitle = \"What holds\"\n"
	if strings.Contains(demands, `id = "egen"`) {
		texts += "[duty.d.demands.egen]\nlaw = \"section 2\"\ntitle = \"What holds here\"\n"
	}
	set := dsl.Load([]*diag.Source{
		diag.NewSource("ord.toml", lawWords), diag.NewSource("andra.toml", otherWords), diag.NewSource("m.toml", model),
		diag.NewSource("lag.toml", law), diag.NewSource("lag.en.toml", texts),
	})
	if set.Faults.HasErrors() {
		t.Fatal(set.Faults[0].Message(lang.EN))
	}
	return interpreter.NewSet(set).Versions("m")[0]
}

func lawStep(id, kind, done, more string) string {
	return fmt.Sprintf("[[step]]\nid = %q\ntitle = \"S\"\nkind = %q\nactor = \"x\"\ndone = [%q]\n%s\n", id, kind, done, more)
}

var lawDay, _ = calendar.Parse("2026-03-01")

// broke lists which steps break the duty in a case.
func broke(t *testing.T, p *interpreter.Program, facts known) string {
	t.Helper()
	var out []string
	for _, n := range p.Decision(bound(t, p, facts), lawDay, lang.SV).Next {
		for _, f := range n.Duties {
			out = append(out, f.Step)
		}
	}
	return strings.Join(out, " ")
}

func TestARequiredStepCarriesTheDutiesThatItBreaks(t *testing.T) {
	ask, plan := lawStep("fraga", "fraga", "known(samtycke)", ""), lawStep("plan", "plan", "happened(planerat)", "after = []")
	for _, c := range []struct {
		name, demand, steps string
		facts               known
		want                string
	}{
		{"unless, and nobody has asked", "[[duty.never]]\nsteps = { kinds = [\"plan\"] }\nunless = \"samtycke\"", ask + plan, known{}, "plan"},
		{"unless, and nobody knows", "[[duty.never]]\nsteps = { kinds = [\"plan\"] }\nunless = \"samtycke\"", ask + plan, known{"samtycke": nil}, "plan"},
		{"unless, and it is not so", "[[duty.never]]\nsteps = { kinds = [\"plan\"] }\nunless = \"samtycke\"", ask + plan, known{"samtycke": false}, "plan"},
		{"unless, and it is so", "[[duty.never]]\nsteps = { kinds = [\"plan\"] }\nunless = \"samtycke\"", ask + plan, known{"samtycke": true}, ""},
		{"when, and nobody has asked", "[[duty.never]]\nsteps = { kinds = [\"plan\"] }\nwhen = \"sjuk == false\"", ask + plan, known{}, ""},
		{"when, and it is so", "[[duty.never]]\nsteps = { kinds = [\"plan\"] }\nwhen = \"sjuk == false\"", ask + plan, known{"sjuk": false}, "plan"},
		{"when, and it is not so", "[[duty.never]]\nsteps = { kinds = [\"plan\"] }\nwhen = \"sjuk == false\"", ask + plan, known{"sjuk": true}, ""},
		{"when and unless, and both hold", "[[duty.never]]\nsteps = {}\nwhen = \"sjuk\"\nunless = \"samtycke\"", ask + plan, known{"sjuk": true, "samtycke": true}, ""},
		{"when and unless, and one holds", "[[duty.never]]\nsteps = {}\nwhen = \"sjuk\"\nunless = \"samtycke\"", ask + plan, known{"sjuk": true}, "fraga plan"},
		{"only what is required is looked at", "[[duty.never]]\nsteps = {}\nunless = \"samtycke\"", ask + plan, known{"planerat": lawDay}, "fraga"},
		{"nothing is required in a closed case", "[[duty.never]]\nsteps = {}\nunless = \"samtycke\"", ask + plan, known{"slut": lawDay}, ""},
		{"of a fact that the model lacks nothing is known", "[[duty.never]]\nsteps = {}\nunless = \"myndig\"", plan, known{}, "plan"},
		{"and nothing is forbidden for it", "[[duty.never]]\nsteps = {}\nwhen = \"myndig\"", plan, known{}, ""},
		{"but that it is not known can be told", "[[duty.never]]\nsteps = {}\nwhen = \"not known(myndig)\"", plan, known{}, "plan"},
		{"and what holds without it holds", "[[duty.never]]\nsteps = {}\nunless = \"myndig or samtycke\"", plan, known{"samtycke": true}, ""},

		{"before, and it is not done", "[[duty.before]]\nsteps = { kinds = [\"plan\"] }\nfirst = { kinds = [\"fraga\"] }", ask + plan, known{}, "plan"},
		{"before, and it is done", "[[duty.before]]\nsteps = { kinds = [\"plan\"] }\nfirst = { kinds = [\"fraga\"] }", ask + plan, known{"samtycke": false}, ""},
		{"before, and it does not apply", "[[duty.before]]\nsteps = { kinds = [\"plan\"] }\nfirst = { kinds = [\"fraga\"] }",
			lawStep("fraga", "fraga", "happened(fragat)", `when = "sjuk"`) + plan, known{"sjuk": false, "fragat": lawDay}, "plan"},
		{"before, and one of two is done", "[[duty.before]]\nsteps = { kinds = [\"plan\"] }\nfirst = { kinds = [\"fraga\"] }",
			ask + lawStep("fraga_igen", "fraga", "happened(fragat)", "after = []") + plan, known{"fragat": lawDay}, ""},

		{"bounded, and nothing bounds it", "[[duty.bounded]]\nsteps = { kinds = [\"plan\"] }", ask + plan, known{}, "plan"},
		{"bounded, and its day is known", "[[duty.bounded]]\nsteps = { kinds = [\"plan\"] }",
			lawStep("fraga", "fraga", "happened(fragat)", "") + lawStep("plan", "plan", "happened(planerat)", "time = { from = \"fragat\", max = \"5 days\" }"), known{"fragat": lawDay}, ""},
		{"bounded, and its day is not known", "[[duty.bounded]]\nsteps = { kinds = [\"plan\"] }",
			lawStep("fraga", "fraga", "happened(fragat)", `when = "sjuk"`) + lawStep("plan", "plan", "happened(planerat)", "time = { from = \"fragat\", max = \"5 days\" }"), known{"sjuk": false}, "plan"},
		{"bounded, and only the first counts", "[[duty.bounded]]\nsteps = { kinds = [\"plan\"] }",
			lawStep("forsta", "plan", "happened(fragat)", "") + lawStep("andra", "plan", "happened(planerat)", "after = []"), known{}, "forsta"},

		{"what is about the whole model is in no decision", "[[duty.takes_part]]\nsteps = {}\nactors = [\"x\"]\n[[duty.on_every_way]]\nsteps = { kinds = [\"fraga\"] }", plan, known{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := broke(t, lawful(t, c.steps, c.demand), c.facts); got != c.want {
				t.Errorf("%q break it, want %q", got, c.want)
			}
		})
	}
}

func TestFindingsAreToldInBothLanguages(t *testing.T) {
	p := lawful(t, lawStep("plan", "plan", "happened(planerat)", ""),
		"[[duty.never]]\nsteps = {}\nunless = \"samtycke\"\n[[duty.never]]\nid = \"egen\"\nlaw = \"2 §\"\ntitle = \"Det som gäller här\"\nsteps = {}\nunless = \"samtycke\"")
	for l, want := range map[lang.Lang]string{
		lang.SV: `[{"id":"d","law":"1 §","title":"Det som gäller","step":"plan"},{"id":"d","law":"2 §","title":"Det som gäller här","step":"plan"}]`,
		lang.EN: `[{"id":"d","law":"section 1","title":"What holds","step":"plan"},{"id":"d","law":"section 2","title":"What holds here","step":"plan"}]`,
	} {
		got, err := json.Marshal(p.Decision(bound(t, p, known{}), lawDay, l).Next[0].Duties)
		if err != nil || string(got) != want {
			t.Errorf("%s: %s, %v\nwant %s", l, got, err, want)
		}
	}
	got, _ := json.Marshal(p.Decision(bound(t, p, known{"samtycke": true}), lawDay, lang.SV).Next[0].Duties)
	if string(got) != "[]" {
		t.Errorf("a step that breaks nothing has %s", got)
	}
}

// A case may tell a fact that only the law speaks of: nothing of it is known to the model.
func TestAFactOfTheLawAloneIsNoFactOfTheModel(t *testing.T) {
	p := lawful(t, lawStep("plan", "plan", "happened(planerat)", ""), "[[duty.never]]\nsteps = {}\nunless = \"myndig\"")
	if _, ok := p.FactIndex("myndig"); ok {
		t.Error("the model has it")
	}
	c := interpreter.NewCase("")
	c.Set("myndig", true)
	var faults diag.List
	f := c.Bind(p, func(string) bool { return true }, &faults)
	if faults.HasErrors() {
		t.Fatal(faults[0].Message(lang.EN))
	}
	if d := p.Decision(f, lawDay, lang.SV); len(d.Next[0].Duties) != 1 {
		t.Errorf("%+v", d.Next[0].Duties)
	}
}

func TestTheShippedModelsShowTheLawInADecision(t *testing.T) {
	var faults diag.List
	read := dsl.Load(dsl.ReadDir("../workflows", &faults))
	if read.Faults.HasErrors() || faults.HasErrors() {
		t.Fatal(read.Faults, faults)
	}
	set := interpreter.NewSet(read)
	for model, want := range map[string]string{"faros": "beredning sfb30_10_samtycke", "nu": "remiss sfb30_10_samtycke", "halland": "komplettering sfb30_10_samtycke", "eskilstuna": "", "samordning": "fk_samordnar sfb30_11_snarast"} {
		c := interpreter.NewCase("")
		for fact, value := range map[string]any{
			"arbetsformaga_nedsatt": true, "sgi_noll": true, "ekonomiskt_bistand": true, "behov_av_samverkan": true, "svarighet_arbete": true, "har_arbetsgivare": false,
			"underlag_tillrackligt": false, "fardigutredd": true, "kan_forbattras": true, "behov_av_insatser": true, "timmar_per_vecka": int64(20), "vard_behov": true,
			"problematik": []string{"social"}, "kartlaggning": lawDay, "lakarintyg": lawDay, "medicinskt_underlag": lawDay, "sassam_utredning": lawDay, "personligt_mote": lawDay, "egen_uppfattning": lawDay,
		} {
			c.Set(fact, value)
		}
		var faults diag.List
		d := set.Decide(c, interpreter.Query{Model: model, Today: lawDay, Lang: lang.SV}, &faults)
		if d == nil {
			t.Fatal(faults[0].Message(lang.EN))
		}
		var got []string
		for _, n := range d.Next {
			for _, f := range n.Duties {
				got = append(got, f.Step+" "+f.ID)
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %q", model, got, want)
		}
	}
}

// The model lists the values of its enum in another order than the words of the law.
func TestADemandReadsTheModelsOwnFacts(t *testing.T) {
	p := lawful(t, "[[fact]]\nid = \"svar\"\ntype = \"enum\"\nvalues = { sen = \"Sen\", nej = \"Nej\", ja = \"Ja\" }\ntitle = \"Svar\"\nask = \"Svar?\"\n"+
		lawStep("plan", "plan", "happened(planerat)", `when = "known(svar)"`), "[[duty.never]]\nsteps = {}\nwhen = \"svar in ['ja', 'sen']\"\nunless = \"svar == 'sen'\"")
	for value, want := range map[string]string{"ja": "plan", "nej": "", "sen": ""} {
		if got := broke(t, p, known{"svar": value}); got != want {
			t.Errorf("%s: %q break it, want %q", value, got, want)
		}
	}
}
