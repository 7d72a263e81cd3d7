package dsl_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/workflows"
)

// lawWords are for models that are held against duties.
const lawWords = `
[vocabulary]
id = "w"
title = "Words"
lang = "en"
[[actor]]
id = "a"
title = "A"
[[actor]]
id = "z"
title = "Z"
[[kind]]
id = "ask"
title = "Ask"
[[kind]]
id = "plan"
title = "Plan"
[[tag]]
id = "shares"
title = "Shares"
[[tag]]
id = "outside"
title = "Outside"
[[fact]]
id = "consent"
type = "bool"
title = "Consent"
ask = "Consent?"
[[fact]]
id = "ill"
type = "bool"
title = "Ill"
ask = "Ill?"
[[fact]]
id = "began"
type = "event"
title = "Began"
[[fact]]
id = "asked"
type = "event"
title = "Asked"
[[fact]]
id = "planned"
type = "event"
title = "Planned"
[[fact]]
id = "over"
type = "event"
title = "Over"
`

// lawModel writes a model with an outcome when all is over.
func lawModel(body string) string {
	return `
[model]
id = "m"
title = "M"
lang = "en"
version = "1"
in_force = 2026-01-01
uses = ["w"]
` + body + `
[[outcome]]
id = "end"
title = "End"
when = "happened(over)"
`
}

func lawStep(id, kind, done, more string) string {
	return fmt.Sprintf("\n[[step]]\nid = %q\ntitle = \"S\"\nkind = %q\nactor = \"a\"\ndone = [%q]\n%s\n", id, kind, done, more)
}

// under loads a model under an overlay with one demand.
func under(t *testing.T, body, kind, demand string) *dsl.Model {
	t.Helper()
	law := "[overlay]\nid = \"law\"\ntitle = \"Law\"\nlang = \"en\"\nuses = [\"w\"]\n[[duty]]\nid = \"d\"\nlaw = \"1\"\ntitle = \"D\"\n[[duty." + kind + "]]\n" + demand
	set := load("m.toml", lawModel(body), "w.toml", lawWords, "law.toml", law)
	if len(set.Models) != 1 || set.Faults.HasErrors() {
		t.Fatalf("the model is not whole:\n%s", render(set.Faults, lang.EN))
	}
	return set.Models[0]
}

// told writes a judgement of a demand: the verdict, why, and what it names.
func told(d dsl.DemandJudgement) string {
	out := string(d.Verdict) + " " + string(d.Why)
	if len(d.Steps) > 0 {
		out += " [" + stepIDs(d.Steps) + "]"
	}
	if len(d.Outcomes) > 0 {
		var ids []string
		for _, o := range d.Outcomes {
			ids = append(ids, o.ID)
		}
		out += " outcomes [" + strings.Join(ids, " ") + "]"
	}
	if len(d.Actors) > 0 {
		var ids []string
		for _, a := range d.Actors {
			ids = append(ids, a.ID)
		}
		out += " actors [" + strings.Join(ids, " ") + "]"
	}
	if d.First != nil {
		out += " first " + d.First.ID
	}
	return out
}

func TestADemandIsJudgedByTheStructureOfTheModel(t *testing.T) {
	const onlyWithConsent = "steps = { tags = [\"shares\"] }\nunless = \"consent\""
	const planAfterAsking = "steps = { kinds = [\"plan\"] }\nfirst = { kinds = [\"ask\"] }"
	share := func(more string) string {
		return lawStep("share", "plan", "happened(planned)", "tags = [\"shares\"]\n"+more)
	}
	askConsent := lawStep("ask", "ask", "known(consent)", "")
	for _, c := range []struct{ name, kind, demand, model, want string }{
		{"no such step", "never", onlyWithConsent, askConsent, "does_not_apply no_such_steps"},
		{"its own rule asks", "never", onlyWithConsent, askConsent + share(`when = "consent"`), "met guarded [share]"},
		{"its stage asks", "never", onlyWithConsent, "[[stage]]\nid = \"s\"\ntitle = \"S\"\nwhen = \"consent and ill\"\n" + askConsent + share(`stage = "s"`), "met guarded [share]"},
		{"a definition asks", "never", onlyWithConsent, "[define]\nmay = \"consent == true\"\n" + askConsent + share(`when = "may"`), "met guarded [share]"},
		{"what is not known is no consent", "never", onlyWithConsent, askConsent + share("after = []\nwhen = \"not known(consent)\""), "open not_settled [share]"},
		{"what is not refused is no consent", "never", onlyWithConsent, askConsent + share("after = []\nwhen = \"not known(consent) or consent\""), "open not_settled [share]"},
		{"an answer that must be there and cannot be no", "never", onlyWithConsent, askConsent + share(`when = "not known(consent) or consent"`), "met passed_first [share]"},
		{"known is not given", "never", onlyWithConsent, askConsent + share(""), "open not_settled [share]"},
		{"a no closes the case, and the answer is waited for", "never", onlyWithConsent,
			askConsent + share("") + "\n[[outcome]]\nid = \"no\"\ntitle = \"No\"\nwhen = \"consent == false\"\n", "met closed_first [share] outcomes [no]"},
		{"a no closes the case, but nobody waits for the answer", "never", onlyWithConsent,
			askConsent + share("after = []") + "\n[[outcome]]\nid = \"no\"\ntitle = \"No\"\nwhen = \"consent == false\"\n", "open not_settled [share]"},
		{"the step before takes nothing but a yes", "never", onlyWithConsent, lawStep("ask", "ask", "consent", "") + share(""), "met passed_first [share]"},
		{"the step before may not apply", "never", onlyWithConsent, lawStep("ask", "ask", "consent", `when = "ill"`) + share(""), "open not_settled [share]"},
		{"a step between can be done early", "never", onlyWithConsent, lawStep("ask", "ask", "consent", "") + lawStep("between", "ask", "happened(asked)", "") + share(""), "open not_settled [share]"},
		{"the step is done", "never", onlyWithConsent, lawStep("ask", "ask", "consent", "") + lawStep("between", "ask", "happened(asked)", "") + share(`when = "done('ask')"`), "met guarded [share]"},
		{"nobody asks", "never", onlyWithConsent, lawStep("ask", "ask", "happened(asked)", "") + share(""), "not_met never_asks [share]"},
		{"only later", "never", onlyWithConsent, share("") + askConsent, "not_met asked_too_late [share]"},
		{"beside it", "never", onlyWithConsent, askConsent + share("after = []"), "not_met asked_too_late [share]"},
		{"both when and unless", "never", "steps = {}\nwhen = \"ill\"\nunless = \"consent\"", askConsent + share(`when = "ill == false"`) + lawStep("s", "ask", "ill", `when = "ill and consent"`), "not_met asked_too_late [ask]"},
		{"of two steps the worse counts", "never", onlyWithConsent, share("") + askConsent + lawStep("again", "plan", "happened(over)", "tags = [\"shares\"]\nwhen = \"consent\""), "not_met asked_too_late [share]"},

		{"it goes just before", "before", planAfterAsking, askConsent + share(""), "met goes_first [share] first ask"},
		{"it may not apply", "before", planAfterAsking, lawStep("ask", "ask", "known(consent)", `when = "ill"`) + share(""), "open can_be_skipped [share] first ask"},
		{"it applies wherever the other does", "before", planAfterAsking, lawStep("ask", "ask", "known(consent)", `when = "ill"`) + share(`when = "ill and consent"`), "met goes_first [share] first ask"},
		{"a step between can be done early too", "before", planAfterAsking, askConsent + lawStep("between", "plan", "happened(asked)", "") + share(""), "open can_be_skipped [share] first ask"},
		{"a step between does not apply", "before", planAfterAsking, askConsent + lawStep("between", "plan", "ill", `when = "consent == false"`) + share(`when = "consent"`), "met goes_first [between share] first ask"},
		{"it is named done", "before", planAfterAsking, askConsent + share("after = []\nwhen = \"done('ask')\""), "met goes_first [share] first ask"},
		{"nothing goes before", "before", planAfterAsking, share("") + askConsent, "not_met nothing_first [share]"},
		{"there is nothing to go before", "before", planAfterAsking, share(""), "not_met nothing_first [share]"},
		{"its facts are asked for all the same", "before", planAfterAsking, share(`when = "known(consent)"`) + askConsent, "met goes_first [share] first ask"},
		{"nothing is planned", "before", planAfterAsking, askConsent, "does_not_apply no_such_steps"},

		{"every outcome waits for it", "on_every_way", "steps = { kinds = [\"ask\"] }\noutcomes = { not = { tags = [\"outside\"] } }\nwhen = \"ill\"",
			lawStep("ask", "ask", "happened(asked)", "") + "[[outcome]]\nid = \"out\"\ntitle = \"Out\"\nwhen = \"known(consent)\"\ntags = [\"outside\"]\n[[outcome]]\nid = \"in\"\ntitle = \"In\"\nafter = [\"ask\"]\n" +
				"[[outcome]]\nid = \"well\"\ntitle = \"Well\"\nwhen = \"ill == false\"\n",
			"open not_settled [ask] outcomes [end]"},
		{"an outcome waits for a step that has it before", "on_every_way", "steps = { kinds = [\"ask\"] }\noutcomes = { tags = [\"outside\"] }",
			lawStep("ask", "ask", "happened(asked)", "") + lawStep("last", "plan", "happened(planned)", `when = "done('ask')"`) + "[[outcome]]\nid = \"out\"\ntitle = \"Out\"\nafter = [\"last\"]\ntags = [\"outside\"]\n",
			"met on_the_way [ask]"},
		{"what comes before the last step can be missed", "on_every_way", "steps = { kinds = [\"ask\"] }\noutcomes = { tags = [\"outside\"] }",
			lawStep("ask", "ask", "happened(asked)", "") + lawStep("last", "plan", "happened(planned)", "") + "[[outcome]]\nid = \"out\"\ntitle = \"Out\"\nafter = [\"last\"]\ntags = [\"outside\"]\n",
			"open not_settled [ask] outcomes [out]"},
		{"an earlier outcome takes those that come past it", "on_every_way", "steps = { kinds = [\"ask\"] }\noutcomes = { tags = [\"outside\"] }",
			lawStep("ask", "ask", "happened(asked)", `when = "ill"`) + "[[outcome]]\nid = \"well\"\ntitle = \"Well\"\nwhen = \"ill == false\"\n[[outcome]]\nid = \"out\"\ntitle = \"Out\"\nafter = [\"ask\"]\ntags = [\"outside\"]\n",
			"met on_the_way [ask]"},
		{"the demand speaks of no outcome", "on_every_way", "steps = { kinds = [\"ask\"] }\noutcomes = { tags = [\"outside\"] }", askConsent, "does_not_apply no_such_steps [ask]"},
		{"no case that it speaks of ends there", "on_every_way", "steps = { kinds = [\"ask\"] }\noutcomes = { tags = [\"outside\"] }\nwhen = \"ill\"",
			askConsent + "[[outcome]]\nid = \"well\"\ntitle = \"Well\"\nwhen = \"ill == false\"\ntags = [\"outside\"]\n", "does_not_apply no_such_steps [ask]"},
		{"the model has no such step", "on_every_way", "steps = { kinds = [\"ask\"] }", share(""), "not_met no_such_steps outcomes [end]"},

		{"both take part", "takes_part", "actors = [\"a\", \"z\"]\nsteps = { kinds = [\"plan\"] }", share(`with = ["z"]`), "met everyone_is [share]"},
		{"one does not", "takes_part", "actors = [\"a\", \"z\"]\nsteps = { kinds = [\"plan\"] }", share("") + lawStep("ask", "ask", "consent", `with = ["z"]`), "not_met some_are_not [share] actors [z]"},
		{"there is nothing to take part in", "takes_part", "actors = [\"a\"]\nsteps = { kinds = [\"ask\"] }", share(""), "not_met some_are_not actors [a]"},

		{"its own time", "bounded", "steps = { kinds = [\"plan\"] }", lawStep("ask", "ask", "happened(asked)", "") + share(`time = { from = "asked", max = "5 days" }`), "met is_bounded [share] first share"},
		{"the time of its stage", "bounded", "steps = { kinds = [\"plan\"] }",
			"[[stage]]\nid = \"s\"\ntitle = \"S\"\ntime = { from = \"asked\", max = \"5 days\" }\n" + lawStep("ask", "ask", "happened(asked)", "") + share(`stage = "s"`), "met is_bounded [share] first share"},
		{"from a day that may not be known", "bounded", "steps = { kinds = [\"plan\"] }",
			lawStep("ask", "ask", "happened(asked)", `when = "ill"`) + share(`time = { from = "asked", max = "5 days" }`), "open can_be_skipped [share] first share"},
		{"from a day that no earlier step records", "bounded", "steps = { kinds = [\"plan\"] }",
			lawStep("ask", "ask", "happened(asked)", "") + share(`time = { from = "began", max = "5 days" }`), "not_met nothing_bounds [share] first share"},
		{"from a day that it records itself", "bounded", "steps = { kinds = [\"plan\"] }",
			lawStep("ask", "ask", "happened(asked)", "") + share(`time = { from = "planned", max = "5 days" }`), "not_met nothing_bounds [share] first share"},
		{"a first day is no last one", "bounded", "steps = { kinds = [\"plan\"] }",
			lawStep("ask", "ask", "happened(asked)", "") + share(`time = { from = "asked", not_before = "5 days" }`), "not_met nothing_bounds [share] first share"},
		{"a step asked for nothing but that the day is open", "bounded", "steps = { kinds = [\"plan\"] }",
			lawStep("ask", "ask", "not happened(asked)", "") + share(`time = { from = "asked", max = "5 days" }`), "open can_be_skipped [share] first share"},
		{"no time at all", "bounded", "steps = { kinds = [\"plan\"] }", share(""), "not_met nothing_bounds [share] first share"},
		{"only the first counts", "bounded", "steps = { kinds = [\"plan\"] }",
			lawStep("ask", "ask", "happened(asked)", "") + share("") + lawStep("more", "plan", "happened(over)", `time = { from = "asked", max = "5 days" }`), "not_met nothing_bounds [share] first share"},
		{"there is none", "bounded", "steps = { kinds = [\"plan\"] }", askConsent, "not_met starts_no_measure"},
	} {
		t.Run(c.kind+"/"+c.name, func(t *testing.T) {
			m := under(t, c.model, c.kind, c.demand)
			j := m.Judge()[0]
			if got := told(j.Demands[0]); got != c.want {
				t.Errorf("judged %q\nwant   %q", got, c.want)
			}
			if j.Verdict != j.Demands[0].Verdict {
				t.Errorf("the duty is %s, its only demand %s", j.Verdict, j.Demands[0].Verdict)
			}
		})
	}
}

func TestADutyStandsAsItsWorstDemandDoes(t *testing.T) {
	const none, met, open, notMet = `steps = { kinds = ["ask"], tags = ["shares"] }`, `steps = { tags = ["shares"] }`, `steps = { kinds = ["ask"] }`, `steps = { kinds = ["plan"], not = { tags = ["shares"] } }`
	model := lawStep("blind", "plan", "happened(began)", "") + lawStep("ask", "ask", "known(consent)", `when = "consent or ill"`) + lawStep("share", "plan", "happened(planned)", "tags = [\"shares\"]\nwhen = \"consent\"")
	for _, c := range []struct {
		steps []string
		want  dsl.Verdict
	}{
		{[]string{none}, dsl.DoesNotApply}, {[]string{none, met}, dsl.MetDuty}, {[]string{met, open, none}, dsl.OpenDuty}, {[]string{open, notMet, met}, dsl.NotMet},
	} {
		demand := strings.Join(c.steps, "\nunless = \"consent\"\n[[duty.never]]\n") + "\nunless = \"consent\""
		if got := under(t, model, "never", demand).Judge()[0].Verdict; got != c.want {
			t.Errorf("%s: %s, want %s", strings.Join(c.steps, ", "), got, c.want)
		}
	}
}

func TestStepsArePickedByWhatModelsShare(t *testing.T) {
	model := lawStep("one", "ask", "consent", "") +
		lawStep("two", "plan", "ill", "with = [\"z\"]\ntags = [\"shares\"]") +
		strings.Replace(lawStep("three", "plan", "happened(over)", "with = [\"a\"]"), `actor = "a"`, `actor = "z"`, 1)
	for pick, want := range map[string]string{
		`{}`:                                   "one two three",
		`{ kinds = ["plan"] }`:                 "two three",
		`{ kinds = ["plan", "ask"] }`:          "one two three",
		`{ tags = ["shares"] }`:                "two",
		`{ actors = ["z"] }`:                   "three",
		`{ parties = ["z"] }`:                  "two three",
		`{ with_only = ["z"] }`:                "two",
		`{ with_only = ["a", "z"] }`:           "two three",
		`{ kinds = ["plan"], actors = ["a"] }`: "two",
		`{ not = { kinds = ["plan"] } }`:       "one",
		`{ not = [{ kinds = ["ask"] }, { tags = ["shares"] }] }`:           "three",
		`{ parties = ["z"], not = { not = { tags = ["shares"] } } }`:       "two",
		`{ kinds = ["plan"], not = { kinds = ["plan"], actors = ["z"] } }`: "two",
	} {
		m := under(t, model, "never", "unless = \"consent\"\nsteps = "+pick)
		if got := stepIDs(m.Picks(m.Overlays[0].Duties[0].Demands[0])); got != want {
			t.Errorf("%s picks %q, want %q", pick, got, want)
		}
	}
}

// A model's own fact may list the values of an enum in another order than the vocabulary of an overlay.
func TestADemandReadsTheModelsOwnFacts(t *testing.T) {
	words := strings.Replace(lawWords, "id = \"w\"", "id = \"lw\"", 1) + "\n[[fact]]\nid = \"answer\"\ntype = \"enum\"\ntitle = \"Answer\"\nask = \"?\"\nvalues = { yes = \"Yes\", no = \"No\", later = \"Later\" }\n"
	own := "\n[[fact]]\nid = \"answer\"\ntype = \"enum\"\ntitle = \"Answer\"\nask = \"?\"\nvalues = { later = \"Later\", no = \"No\", yes = \"Yes\" }\n"
	law := "[overlay]\nid = \"law\"\ntitle = \"Law\"\nlang = \"en\"\nuses = [\"lw\"]\n[[duty]]\nid = \"d\"\nlaw = \"1\"\ntitle = \"D\"\n[[duty.never]]\nsteps = {}\nwhen = \"answer == 'yes'\"\n"
	for when, want := range map[string]string{"answer == 'yes'": "open not_settled [share]", "answer == 'no'": "met guarded [share]", "answer in ['no', 'later']": "met guarded [share]"} {
		set := load("m.toml", lawModel(own+lawStep("share", "plan", "ill", "when = \""+when+"\"")), "w.toml", lawWords, "lw.toml", words, "law.toml", law)
		if len(set.Models) != 1 || set.Faults.HasErrors() {
			t.Fatalf("the model is not whole:\n%s", render(set.Faults, lang.EN))
		}
		if got := told(set.Models[0].Judge()[0].Demands[0]); got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
}

// The judgements of the models that ship, checked by hand against what their sources say.
func TestTheShippedModelsStandToTheLawAsTheirSourcesDo(t *testing.T) {
	var faults diag.List
	set := dsl.Load(dsl.ReadFS(workflows.FS, &faults))
	if faults.HasErrors() || set.Faults.HasErrors() {
		t.Fatalf("%s%s", render(faults, lang.EN), render(set.Faults, lang.EN))
	}
	var b bytes.Buffer
	for _, m := range set.Models {
		fmt.Fprintf(&b, "%s %s\n", m.ID, m.Version)
		for _, j := range m.Judge() {
			fmt.Fprintf(&b, "  %s: %s\n", j.Duty.ID, j.Verdict)
			for _, d := range j.Demands {
				name := d.Demand.Kind.String()
				if d.Demand.ID != "" {
					name += " " + d.Demand.ID
				}
				fmt.Fprintf(&b, "    %s: %s\n", name, told(d))
			}
		}
		b.WriteByte('\n')
	}
	path := filepath.Join("testdata", "judgements.txt")
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s differs (go test ./dsl -run Shipped -update writes it anew); now:\n%s", path, b.String())
	}
}
