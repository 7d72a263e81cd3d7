package access_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/interpreter"
)

// open is seen by the caseworker and the doctor, closed by the doctor alone.
const clinic = `
[model]
id = "clinic"
title = "Clinic"
lang = "en"
version = "1"
in_force = 2020-01-01
consent = "consent"

[[actor]]
id = "doctor"
title = "The doctor"

[[actor]]
id = "caseworker"
title = "The caseworker"

[[kind]]
id = "k"
title = "K"

[[fact]]
id = "consent"
type = "bool"
title = "Consent"
ask = "Do you consent?"
` + openFact + closedFact

const openFact = `
[[fact]]
id = "opened"
type = "event"
title = "Opened"
seen_by = ["caseworker", "doctor"]

[[fact]]
id = "open"
type = "bool"
title = "Open"
ask = "Is it open?"
ask_of = "doctor"
seen_by = ["caseworker", "doctor"]

[[fact]]
id = "open2"
type = "bool"
title = "Open too"
ask = "Is it open too?"
ask_of = "doctor"
seen_by = ["caseworker", "doctor"]
`

const closedFact = `
[[fact]]
id = "closed"
type = "bool"
title = "Closed"
ask = "Is it closed?"
ask_of = "doctor"
seen_by = ["doctor"]

[[fact]]
id = "closed_on"
type = "event"
title = "The day it was closed"
seen_by = ["doctor"]

[[fact]]
id = "told"
type = "bool"
title = "Told"
ask = "What were you told?"
ask_of = "caseworker"
`

// of returns the case of a model of the clinic, before the caseworker.
func of(t *testing.T, parts string, says map[string]any) *seat {
	t.Helper()
	p := casetest.Models(t, clinic+parts+"\n[[outcome]]\nid = \"end\"\ntitle = \"End\"\nwhen = \"happened(opened) and open and not open2\"\n").Programs()[0]
	s := &seat{p: p, facts: p.NewFacts(), at: casetest.Day(t, "2026-03-01"), lang: lang.EN, actor: "caseworker"}
	for id, v := range says {
		i, ok := p.FactIndex(id)
		if !ok {
			t.Fatalf("there is no fact %s", id)
		}
		switch v := v.(type) {
		case string:
			s.facts.SetDay(i, casetest.Day(t, v))
		case nil:
			s.facts.SetUnobtainable(i)
		default:
			s.facts.Put(i, v)
		}
	}
	s.look()
	return s
}

func (s *seat) shown() *interpreter.Decision { return s.sight.Decision(s.p, s.decision(), s.lang) }

func step(id, more string) string {
	return "\n[[step]]\nid = \"" + id + "\"\ntitle = \"" + strings.ToUpper(id) + "\"\nkind = \"k\"\n" + more + "\n"
}

// An entry of a checklist is there whether it is left or not, where it is not seen: else its going would tell.
func TestAnEntryThatIsNotSeenKeepsItsPlace(t *testing.T) {
	plan := step("plan", "actor = \"doctor\"\ndone = [\"happened(opened)\", \"known(closed)\", \"open\"]")
	for _, says := range []map[string]any{{}, {"closed": false}} {
		s := of(t, plan, says)
		var titles []string
		for _, x := range s.shown().Next[0].Unmet {
			titles = append(titles, x.Title)
		}
		if want := []string{"Opened", "may be left to do: something that you may not see", "Open"}; !slices.Equal(titles, want) {
			t.Errorf("of %v the caseworker is told %q", says, titles)
		}
		if s.lang = lang.SV; s.shown().Next[0].Unmet[1].Title != "kan återstå: något som du inte får se" {
			t.Errorf("in Swedish it is told %q", s.shown().Next[0].Unmet[1].Title)
		}
	}
	own := strings.Replace(plan, "actor = \"doctor\"", "actor = \"doctor\"\nwith = [\"caseworker\"]", 1)
	if left := of(t, own, map[string]any{"closed": false}).shown().Next[0].Unmet; len(left) != 2 || left[1].Title != "Open" {
		t.Errorf("who takes part is told that this is left: %v", left)
	}
	if left := of(t, own, nil).shown().Next[0].Unmet; len(left) != 3 || !slices.Equal(left[1].Facts, []string{"closed"}) {
		t.Errorf("who takes part is told that this is left: %v", left)
	}
}

func TestWhoIsToBeAskedIsAskedAndTheOthersAreNotToldOfIt(t *testing.T) {
	s := of(t, step("plan", "actor = \"doctor\"\ndone = [\"told\", \"closed\", \"open\"]"), nil)
	asked := func() (out []string) {
		for _, x := range s.shown().Missing {
			out = append(out, x.Fact)
		}
		return out
	}
	if got := asked(); !slices.Equal(got, []string{"open", "told"}) {
		t.Errorf("the caseworker is told that %v are missing", got)
	}
	s.actor = "doctor"
	if s.look(); !slices.Equal(asked(), []string{"open", "closed"}) {
		t.Errorf("the doctor is told that %v are missing", asked())
	}
}

// The most urgent comes first, as far as it is told what a fact decides: how much else it decides would tell.
func TestWhatIsMissingIsInTheOrderOfWhatIsTold(t *testing.T) {
	s := of(t, step("plan", "actor = \"doctor\"\nafter = []\ndone = [\"open2\"]")+
		step("see", "actor = \"doctor\"\nafter = []\ndone = [\"open2 or closed\"]")+
		step("tell", "actor = \"doctor\"\nafter = []\ndone = [\"open\"]"), nil)
	var got []string
	for _, x := range s.shown().Missing {
		got = append(got, x.Fact+" "+strings.Join(x.Decides, " "))
	}
	if want := []string{"open tell", "open2 plan"}; !slices.Equal(got, want) {
		t.Errorf("it is told that %q are missing, not %q", got, want)
	}
}

// An outcome is not waited for on account of what is seen alone.
func TestWhatDecidesAnOutcomeIsToldWhereNothingHiddenHasASay(t *testing.T) {
	for _, c := range []struct{ with, want string }{{"", "end later"}, {" or closed", "end"}} {
		s := of(t, step("plan", "actor = \"doctor\"\nwhen = \"open2\"\ndone = [\"open\"]")+
			"\n[[outcome]]\nid = \"later\"\ntitle = \"L\"\nafter = []\nwhen = \"open"+c.with+"\"\n", map[string]any{"open2": false, "opened": "2026-02-01", "closed": nil})
		if got := s.shown().Missing; len(got) != 1 || strings.Join(sortedWords(got[0].Decides), " ") != c.want {
			t.Errorf("with %q it is told that %v is missing", c.with, got)
		}
	}
}

func sortedWords(words []string) []string {
	slices.Sort(words)
	return words
}

// What a case hangs on is told where nothing that is not seen has a say in it.
func TestACaseHangsOnWhatIsSeenAlone(t *testing.T) {
	rule := "closed and open or not closed and open2"
	for _, says := range []map[string]any{{"open": nil, "open2": nil, "closed": true}, {"open": nil, "open2": nil, "closed": nil}} {
		s := of(t, step("plan", "actor = \"doctor\"\nwhen = \""+rule+"\"\ndone = [\"happened(opened)\"]"), says)
		if d := s.decision(); d.Stuck == nil || d.Stuck.Why != interpreter.Unobtainable {
			t.Fatalf("%v does not make the case stuck: %s", says, bytesOf(d))
		}
		if got := s.shown().Stuck; got.Why != interpreter.Unobtainable || len(got.Facts) > 0 {
			t.Errorf("of %v it is told that the case hangs on %v", says, got.Facts)
		}
	}
	s := of(t, step("plan", "actor = \"doctor\"\nwhen = \"open\"\ndone = [\"happened(opened)\"]"), map[string]any{"open": nil})
	if got := s.shown().Stuck; !slices.Equal(got.Facts, []string{"open"}) {
		t.Errorf("it is told that the case hangs on %v", got.Facts)
	}
}

// A fact moves a step through others, and what is not seen on the way has a say.
func TestWhatWouldMoveAStepIsToldWhereNothingHiddenHasASay(t *testing.T) {
	far := step("ask", "actor = \"doctor\"\ndone = [\"open\"]") +
		step("wait", "actor = \"doctor\"\nWHEN\ndone = [\"happened(opened)\"]") +
		step("plan", "actor = \"doctor\"\ndone = [\"open2\", \"open\"]")
	changes := func(when string) (out []string) {
		s := of(t, strings.Replace(far, "WHEN", when, 1), map[string]any{"open": true, "open2": false, "closed": false})
		for _, x := range s.sight.Explanation(s.p, s.explanation(), s.lang).Steps {
			if x.Step == "plan" {
				for _, c := range x.Changes {
					out = append(out, c.Fact+" "+c.Status)
				}
			}
		}
		return out
	}
	if got := changes(`when = "open2"`); !slices.Contains(got, "open waiting") {
		t.Errorf("where all is seen, these are told: %v", got)
	}
	if got := changes(`when = "closed"`); slices.Contains(got, "open waiting") {
		t.Errorf("that the step between does not apply is not to be seen, and these are told: %v", got)
	}
}

// What a step would be, were a fact otherwise, can hang on a day that is not seen.
func TestWhatWouldMoveAStepIsNotToldWhereAHiddenDayHasASay(t *testing.T) {
	for from, told := range map[string]bool{"opened": true, "closed_on": false} {
		s := of(t, step("plan", "actor = \"doctor\"\nwhen = \"open\"\ndone = [\"open2\"]\ntime = { from = \""+from+"\", not_before = \"3 weeks\", max = \"9 weeks\" }"),
			map[string]any{"open": false, from: "2026-02-20"})
		changes := s.sight.Explanation(s.p, s.explanation(), s.lang).Steps[0].Changes
		if got := slices.ContainsFunc(changes, func(c interpreter.Change) bool { return c.Fact == "open" && c.Status == "scheduled" }); got != told {
			t.Errorf("where the time counts from %s it is told: %v", from, changes)
		}
	}
}

// Days stay, where they come from goes.
func TestADayIsToldAndNotWhereItComesFrom(t *testing.T) {
	s := of(t, step("plan", "actor = \"doctor\"\ndone = [\"open\"]\ntime = { from = \"closed_on\", max = \"5 weeks\" }"), map[string]any{"closed_on": "2026-02-03"})
	n := s.shown().Next[0]
	if n.Due == nil || n.Due.String() != "2026-03-10" || n.Because.Time != nil {
		t.Errorf("of the day this is told: %s", bytesOf(n))
	}
}

// Which of two days bounds a step would tell of the other.
func TestOfTwoDaysOfWhichOneIsHiddenNeitherIsTold(t *testing.T) {
	stage := "\n[[stage]]\nid = \"g\"\ntitle = \"G\"\ntime = { from = \"closed_on\", max = \"5 weeks\" }\n"
	plan := step("plan", "actor = \"doctor\"\nstage = \"g\"\ndone = [\"open\"]\ntime = { from = \"opened\", max = \"1 week\" }")
	for _, says := range []map[string]any{{"opened": "2026-02-27"}, {"opened": "2026-02-27", "closed_on": "2026-02-27"}} {
		if n := of(t, stage+plan, says).shown().Next[0]; n.Due == nil || n.Due.String() != "2026-03-06" || n.Because.Time != nil {
			t.Errorf("of %v this is told: %s", says, bytesOf(n))
		}
	}
	if n := of(t, plan[:strings.Index(plan, "stage")]+plan[strings.Index(plan, "done"):], map[string]any{"opened": "2026-02-27"}).shown().Next[0]; n.Because.Time == nil {
		t.Error("a day that is seen is not told")
	}
}

// That a step breaks a duty is told to who does it; to others where nothing that is hidden decides it.
func TestADutyIsToldToWhoDoesTheStep(t *testing.T) {
	words := "[vocabulary]\nid = \"w\"\ntitle = \"W\"\nlang = \"en\"\n[[kind]]\nid = \"plan\"\ntitle = \"P\"\n"
	law := "[overlay]\nid = \"law\"\ntitle = \"Law\"\nlang = \"en\"\nuses = [\"w\"]\n[[duty]]\nid = \"days\"\nlaw = \"1 §\"\ntitle = \"In time\"\n[duty.bounded]\nsteps = { kinds = [\"plan\"] }\n"
	for _, c := range []struct {
		actor, from string
		told        bool
	}{{"caseworker", "closed_on", true}, {"doctor", "closed_on", false}, {"doctor", "opened", true}} {
		model := strings.Replace(clinic, "consent = ", "uses = [\"w\"]\nconsent = ", 1) + step("ask", "actor = \"doctor\"\nwhen = \"open == false\"\ndone = [\"happened("+c.from+")\"]") +
			strings.Replace(step("plan", "actor = \""+c.actor+"\"\ndone = [\"open2\"]\ntime = { from = \""+c.from+"\", max = \"5 weeks\" }"), `"k"`, `"plan"`, 1) +
			"\n[[outcome]]\nid = \"end\"\ntitle = \"End\"\nwhen = \"open2 and open == false\"\n"
		p := casetest.Models(t, model, words, law).Programs()[0]
		s := &seat{p: p, facts: p.NewFacts(), at: casetest.Day(t, "2026-03-01"), lang: lang.EN, actor: "caseworker"}
		open, _ := p.FactIndex("open")
		s.facts.SetBool(open, true)
		s.look()
		if n := s.decision().Next[0]; n.Step != "plan" || len(n.Duties) != 1 {
			t.Fatalf("no duty is broken: %s", bytesOf(n))
		}
		if got := len(s.shown().Next[0].Duties) == 1; got != c.told {
			t.Errorf("of a step of the %s whose time counts from %s it is told: %v", c.actor, c.from, got)
		}
	}
}

// The explanation and its decision share the reasons, as those that nothing is kept from.
func TestTheReasonsOfAnExplanationAreThoseOfItsDecision(t *testing.T) {
	s := of(t, step("plan", "actor = \"doctor\"\ndone = [\"closed\"]"), nil)
	x := s.sight.Explanation(s.p, s.explanation(), s.lang)
	if x.Next[0].Because != &x.Steps[0] {
		t.Error("they are others")
	}
	if s.sight.Decision(s.p, nil, s.lang) != nil || s.sight.Explanation(s.p, nil, s.lang) != nil {
		t.Error("nothing becomes something")
	}
	whole := access.SightOf(&access.Principal{Roles: []access.Role{access.Service}}, access.Service, access.Casework, s.p.Model(), nil)
	if d := s.decision(); whole.Decision(s.p, d, s.lang) != d {
		t.Error("what a service sees is not the decision")
	}
}
