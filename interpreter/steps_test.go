package interpreter_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// summary writes a decision in one line: the status, and all that is not empty.
func summary(d *interpreter.Decision) string {
	parts := []string{string(d.Status)}
	list := func(name string, items []string) {
		if len(items) > 0 {
			parts = append(parts, name+" "+strings.Join(items, " "))
		}
	}
	var next, upcoming, missing, limits []string
	for _, n := range d.Next {
		s := n.Step
		if n.Due != nil {
			s += fmt.Sprintf("(%s %s)", n.Due, n.Time)
		}
		next = append(next, s)
	}
	for _, u := range d.Upcoming {
		upcoming = append(upcoming, fmt.Sprintf("%s(%s)", u.Step, u.From))
	}
	for _, m := range d.Missing {
		missing = append(missing, m.Fact+"("+strings.Join(m.Decides, ",")+")")
	}
	for _, l := range d.Limits {
		limits = append(limits, fmt.Sprintf("%s(%s %s)", l.ID, l.Due, l.Time))
	}
	list("next", next)
	list("upcoming", upcoming)
	list("missing", missing)
	list("limits", limits)
	if d.Outcome != nil {
		parts = append(parts, "outcome "+d.Outcome.ID)
	}
	if d.Stuck != nil {
		parts = append(parts, string(d.Stuck.Why))
		list("on", d.Stuck.Facts)
	}
	return strings.Join(parts, "; ")
}

// a step, as a line of the models of these tests: `a when "b1" done "b2"`.
func steps(lines ...string) string {
	var b strings.Builder
	for _, line := range lines {
		id, rest, _ := strings.Cut(line, " ")
		fmt.Fprintf(&b, "[[step]]\nid = %q\ntitle = \"Steg %s\"\nkind = \"k\"\nactor = \"x\"\n", id, id)
		for _, part := range strings.Split(rest, "; ") {
			b.WriteString(part + "\n")
		}
	}
	return b.String()
}

const neverEnds = `
[[outcome]]
id = "slut"
title = "Slut"
when = "t1 == 'slut'"
`

type expected struct {
	facts known
	want  string
}

// decides checks what a model answers for cases on a day.
func decides(t *testing.T, model, at string, cases ...expected) {
	t.Helper()
	p := program(t, model)
	for _, c := range cases {
		if got := summary(p.Decision(bound(t, p, c.facts), day(at), lang.SV)); got != c.want {
			t.Errorf("%#v:\n got %s\nwant %s", c.facts, got, c.want)
		}
	}
}

func TestALaterStepDoneEarlyOpensItsFollowerAndLeavesTheStepLeftOutRequired(t *testing.T) {
	decides(t, steps(
		`a done = ["happened(v1)"]`,
		`b done = ["happened(v2)"]`,
		`c done = ["happened(v3)"]`,
	)+neverEnds, "2026-03-01",
		expected{known{}, "open; next a"},
		expected{known{"v2": "2026-02-01"}, "open; next a c"},
		expected{known{"v1": "2026-02-01"}, "open; next b"},
		expected{known{"v3": "2026-02-01"}, "open; next a"},
	)
}

func TestLeavingAStepOutDoesNotOpenTheWayPastWhatCameBefore(t *testing.T) {
	decides(t, steps(
		`a done = ["happened(v1)"]`,
		`b when = "b1"; done = ["happened(v2)"]`,
		`c done = ["happened(v3)"]`,
	)+neverEnds, "2026-03-01",
		expected{known{"b1": false}, "open; next a"},
		expected{known{"b1": false, "v1": "2026-02-01"}, "open; next c"},
		expected{known{"v1": "2026-02-01"}, "needs_facts; missing b1(b)"},
		expected{known{}, "open; next a"}, // b waits, so that nothing is asked of it
		expected{known{"b1": true, "v1": "2026-02-01"}, "open; next b"},
	)
}

func TestAStepAppliesWhenItsStageAndItsOwnRuleDo(t *testing.T) {
	p := program(t, `
[[stage]]
id = "e"
title = "E"
when = "b1"
`+steps(`a stage = "e"; when = "b2"; done = ["happened(v1)"]`)+neverEnds)
	for facts, want := range map[string]interpreter.StepStatus{
		"TT": interpreter.Required, "TF": interpreter.NotApplicable, "TU": interpreter.Undetermined,
		"FT": interpreter.NotApplicable, "FF": interpreter.NotApplicable, "FU": interpreter.NotApplicable,
		"UT": interpreter.Undetermined, "UF": interpreter.NotApplicable, "UU": interpreter.Undetermined,
	} {
		k := known{}
		for i, id := range []string{"b1", "b2"} {
			if facts[i] != 'U' {
				k[id] = facts[i] == 'T'
			}
		}
		var r interpreter.Result
		p.Decide(bound(t, p, k), day("2026-03-01"), &r)
		if got := r.StepStatus(0); got != want {
			t.Errorf("stage and step %s: %s, want %s", facts, got, want)
		}
	}
}

func TestAnUnknownEntryOfAChecklistIsNotDoneYet(t *testing.T) {
	decides(t, steps(
		`a done = ["b1", "i1 > 3", "happened(v1)"]`,
		`b done = ["happened(v2)"]`,
	)+neverEnds, "2026-03-01",
		expected{known{"v1": "2026-02-01"}, "open; next a; missing b1(a) i1(a)"},
		expected{known{"v1": "2026-02-01", "b1": true}, "open; next a; missing i1(a)"},
		expected{known{"v1": "2026-02-01", "b1": false, "i1": 2}, "open; next a"},
		expected{known{"v1": "2026-02-01", "b1": true, "i1": nil}, "open; next a"}, // asked, and nobody knows
		expected{known{"v1": "2026-02-01", "b1": true, "i1": 4}, "open; next b"},
	)
}

func TestAnEventInTheFutureHasNotHappened(t *testing.T) {
	decides(t, steps(
		`a done = ["happened(v1)"]; time = { from = "v2", max = "10 days" }`,
	)+neverEnds+"[[limit]]\nid = \"l\"\nfrom = \"v2\"\nuntil = \"v1\"\nmax = \"20 days\"\n", "2026-03-01",
		expected{known{"v1": "2026-03-02"}, "open; next a"},
		expected{known{"v1": "2026-03-02", "v2": "2026-03-02"}, "open; next a"},
		expected{known{"v1": "2026-03-02", "v2": "2026-03-01"}, "open; next a(2026-03-11 ok); limits l(2026-03-21 ok)"},
		expected{known{"v1": "2026-03-01", "v2": "2026-02-20", "t1": "x"}, "stuck; limits l(2026-03-12 met); no_rule"},
	)
}

func TestMissingIsWhatCanChangeAnything(t *testing.T) {
	for _, c := range []struct {
		when  string
		facts known
		want  string // what is asked for, of the step
	}{
		{"b1 and b2", known{}, "b1 b2"},
		{"b1 and b2", known{"b1": true}, "b2"},
		{"b1 and b2", known{"b2": nil}, "b1"}, // no still settles it
		{"b1 and b2", known{"b1": true, "b2": nil}, ""},
		{"b1 and (b2 or b3)", known{"b3": true}, "b1"}, // decided around
		{"b1 or (b2 and b3)", known{"b3": false}, "b1"},
		{"i1 > i2", known{}, "i1 i2"},
		{"i1 > i2", known{"i2": nil}, ""}, // whatever i1 is, it stays unknown
		{"i1 > i2 or b1", known{"i2": nil}, "b1"},
		{"known(i1) or b1", known{}, "b1"}, // known asks for nothing
		{"happened(v1) or b1", known{}, "b1"},
		{"days_since(v1) > 3 or b1", known{}, "b1"}, // events are never asked for
		{"b1 ? b2 : b3", known{}, "b1 b2 b3"},
		{"b1 ? b2 : b3", known{"b1": true}, "b2"},
		{"b1 ? b2 : b3", known{"b2": true, "b3": false}, "b1"},
		{"b1 ? b2 : b3", known{"b1": nil, "b2": true}, "b3"},
		{"b1 ? b2 : b3", known{"b1": nil, "b2": nil}, ""},
		{"b1 == b2", known{"b1": nil}, ""},
		{"(b1 and b2) or (i1 > 3 or b3)", known{"b2": nil, "i1": nil}, "b3"}, // b1 = no would leave it unknown
		{"(b1 ? i1 : i2) > 3", known{}, "b1 i1 i2"},
		{"(b1 ? i1 : i2) > 3", known{"i1": nil}, "b1 i2"},
		{"(b1 ? i1 : i2) > 3", known{"i1": nil, "i2": nil}, ""},
		{"named", known{}, "b1 b2"},
		{"named or not named", known{"b1": true}, "b2"},
	} {
		// Another step is required, so that nothing else is asked for.
		p := program(t, "[define]\nnamed = \"b1 and b2\"\n"+steps(
			fmt.Sprintf(`a when = %q; done = ["happened(v2)"]`, c.when), `z after = []; done = ["happened(v3)"]`)+neverEnds)
		d := p.Decision(bound(t, p, c.facts), day("2026-03-01"), lang.SV)
		var got []string
		for _, m := range d.Missing {
			got = append(got, m.Fact)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s with %#v asks for %q, want %q", c.when, c.facts, got, c.want)
		}
	}
}

func TestAChecklistAsksForWhatItWantsKnown(t *testing.T) {
	for _, c := range []struct {
		item  string
		facts known
		want  string
	}{
		{"known(b1)", known{}, "b1"},
		{"known(b1)", known{"b1": nil}, ""},
		{"b2 == false or known(b1)", known{}, "b1 b2"},
		{"b2 == false or known(b1)", known{"b2": true}, "b1"},
		{"b2 and known(b1)", known{"b2": false}, ""},
		{"b2 and known(b1)", known{"b2": nil}, "b1"},
		{"named", known{}, "b1"},
		{"(known(b1) ? 3 : 5) == 3", known{}, "b1"},
		{"count(s1) > 0", known{}, "s1"},
		{"happened(v1) or known(b1)", known{"v1": "2026-01-01"}, ""}, // met
		{"happened(v1)", known{}, ""},
	} {
		p := program(t, "[define]\nnamed = \"known(b1)\"\n"+steps(fmt.Sprintf(`a done = [%q, "happened(v4)"]`, c.item))+neverEnds)
		d := p.Decision(bound(t, p, c.facts), day("2026-03-01"), lang.SV)
		var got []string
		for _, m := range d.Missing {
			got = append(got, m.Fact)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s with %#v asks for %q, want %q", c.item, c.facts, got, c.want)
		}
	}
}

func TestTheMostUrgentQuestionComesFirst(t *testing.T) {
	model := steps(
		`a after = []; done = ["b1", "b4"]`,
		`b after = []; done = ["b2", "b4"]; time = { from = "d1", max = "30 days" }`,
		`c after = []; done = ["b3", "i1 > 3"]; time = { from = "d1", max = "20 days" }`,
		`d after = []; when = "i1 > 5"; done = ["happened(v1)"]`,
		`e after = []; done = ["happened(v2)"]; time = { from = "d2", max = "2 days" }`,
	) + neverEnds
	decides(t, model, "2026-03-01",
		// Without a day, what decides most: b4 two steps, i1 two, then in the order of the file.
		expected{known{}, "open; next a b c e; missing b4(a,b) i1(c,d) d1(b,c) b1(a) b2(b) b3(c) d2(e)"},
		// With days, what stands in the way of the nearest.
		expected{known{"d1": "2026-02-20"}, "open; next a b(2026-03-22 ok) c(2026-03-12 ok) e; " +
			"missing i1(c,d) b3(c) b4(a,b) b2(b) b1(a) d2(e)"},
	)
}

func TestADateThatTheTimeCountsFromIsAskedForAndAnEventIsNot(t *testing.T) {
	stage := "[[stage]]\nid = \"e\"\ntitle = \"E\"\ntime = { from = \"d2\", max = \"9 days\" }\n"
	decides(t, stage+steps(
		`a stage = "e"; done = ["happened(v1)"]; time = { from = "d1", max = "30 days" }`,
		`b after = []; done = ["happened(v1)"]; time = { from = "v2", max = "30 days" }`,
		`c after = []; stage = "e"; every = { period = "1 week", since = "d3", start = "v3" }`,
	)+neverEnds, "2026-03-01",
		expected{known{}, "open; next a b c; missing d1(a) d2(a) d3(c)"}, // the stage's time does not bound what repeats
		expected{known{"d1": nil, "d2": "2026-02-25", "v3": "2026-02-25"}, "open; next a(2026-03-06 ok) b; upcoming c(2026-03-04)"},
		expected{known{"d1": "2026-02-01", "d2": nil, "d3": "2026-02-20"}, "open; next a(2026-03-03 soon) b c(2026-02-27 late)"},
	)
}

func TestAnOutcomeIsAskedForOnlyWhenNoStepIs(t *testing.T) {
	decides(t, steps(`a done = ["happened(v1)"]`)+`
[[outcome]]
id = "u"
title = "U"
after = ["a"]
when = "b1 and b2"
[[outcome]]
id = "w"
title = "W"
when = "b2 and b3"
`, "2026-03-01",
		expected{known{}, "open; next a"},
		expected{known{"v1": "2026-02-01"}, "needs_facts; missing b2(u,w) b1(u) b3(w)"},
		expected{known{"v1": "2026-02-01", "b2": nil}, "needs_facts; missing b1(u) b3(w)"},
		expected{known{"v1": "2026-02-01", "b2": nil, "b1": false, "b3": true}, "stuck; unobtainable; on b2"},
		expected{known{"v1": "2026-02-01", "b2": false}, "stuck; no_rule"},
		expected{known{"b2": true, "b3": true}, "closed; outcome w"}, // its after is empty
		expected{known{"b2": true, "b1": true}, "open; next a"},
		expected{known{"b2": true, "b1": true, "v1": "2026-02-01", "b3": true}, "closed; outcome u"}, // the first
	)
}

func TestAnOutcomeWithAStageWaitsForAllItsSteps(t *testing.T) {
	decides(t, "[[stage]]\nid = \"e\"\ntitle = \"E\"\nwhen = \"b1\"\n"+steps(
		`a stage = "e"; done = ["happened(v1)"]`,
		`b stage = "e"; when = "b2"; done = ["happened(v2)"]`,
		`c stage = "e"; after = []; every = { period = "1 week" }`,
	)+"[[outcome]]\nid = \"u\"\ntitle = \"U\"\nstage = \"e\"\n", "2026-03-01",
		expected{known{"b1": true, "b2": false}, "open; next a c"},
		expected{known{"b1": true, "b2": false, "v1": "2026-02-01"}, "closed; outcome u"}, // what repeats holds nothing up
		expected{known{"b1": true, "b2": true, "v1": "2026-02-01"}, "open; next b c"},
		expected{known{"b1": false, "v1": "2026-02-01", "v2": "2026-02-01"}, "stuck; no_rule"},
		expected{known{"v1": "2026-02-01"}, "needs_facts; missing b1(a,c)"}, // b waits for a, which may not apply
	)
}

func TestStuckNamesWhatNobodyCanTell(t *testing.T) {
	decides(t, steps(`a when = "b1 and i1 > 3"; done = ["happened(v1)"]`, `b when = "b2"; done = ["happened(v2)"]`)+neverEnds, "2026-03-01",
		expected{known{"b1": nil, "i1": nil, "t1": ""}, "stuck; unobtainable; on b1 i1"},
		expected{known{"b1": nil, "i1": 5, "t1": ""}, "stuck; unobtainable; on b1"},
		expected{known{"b1": nil, "i1": 1, "b2": nil, "t1": ""}, "stuck; unobtainable; on b2"},
		expected{known{"b1": nil, "i1": 1, "b2": false, "t1": nil}, "stuck; unobtainable; on t1"},
		expected{known{"b1": nil, "i1": 1, "b2": false, "t1": "x"}, "stuck; no_rule"},
		expected{known{"b1": nil, "i1": 1, "b2": false}, "needs_facts; missing t1(slut)"},
	)
}

func TestClosedLeavesOnlyLimits(t *testing.T) {
	decides(t, steps(
		`a done = ["b1"]`, `b after = []; done = ["b2"]; time = { from = "d1", not_before = "90 days" }`,
	)+neverEnds+"[[limit]]\nid = \"l\"\nfrom = \"d1\"\nuntil = \"v1\"\nmax = \"20 days\"\n", "2026-03-01",
		expected{known{"d1": "2026-02-20"}, "open; next a; upcoming b(2026-05-21); missing b1(a); limits l(2026-03-12 ok)"},
		expected{known{"d1": "2026-02-20", "b1": true}, "needs_facts; upcoming b(2026-05-21); missing t1(slut); limits l(2026-03-12 ok)"},
		expected{known{"d1": "2026-02-20", "b1": true, "t1": "x"}, "waiting; upcoming b(2026-05-21); limits l(2026-03-12 ok)"},
		expected{known{"d1": "2026-02-20", "t1": "slut"}, "closed; limits l(2026-03-12 ok); outcome slut"},
	)
}

func TestStepsThatRepeatComeLastAndNothingWaitsForThem(t *testing.T) {
	decides(t, steps(
		`a every = { period = "1 week", since = "d1" }`,
		`b done = ["happened(v1)"]`,
		`c after = []; done = ["happened(v2)"]`,
	)+neverEnds, "2026-03-01",
		expected{known{"d1": nil}, "open; next b c a"},
		expected{known{"d1": "2026-02-24"}, "open; next b c; upcoming a(2026-03-03)"},
		expected{known{"d1": "2026-02-22"}, "open; next b c a(2026-03-01 soon)"},
	)
}

func TestLateAndDoneSpeakOfWhereStepsStand(t *testing.T) {
	p := program(t, steps(
		`a done = ["happened(v1)"]; time = { from = "d1", max = "10 days" }`,
		`b after = []; when = "late('a')"; done = ["happened(v2)"]`,
		`c after = []; when = "done('a')"; done = ["happened(v3)"]`,
	)+neverEnds)
	for at, want := range map[string]string{"2026-03-11": "a", "2026-03-12": "a b"} {
		var got []string
		for _, n := range p.Decision(bound(t, p, known{"d1": "2026-03-01"}), day(at), lang.SV).Next {
			got = append(got, n.Step)
		}
		if !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("on %s: %v, want %s", at, got, want)
		}
	}
	if got := summary(p.Decision(bound(t, p, known{"d1": "2026-03-01", "v1": "2026-03-20"}), day("2026-03-21"), lang.SV)); got != "open; next c" {
		t.Errorf("when a is done: %s", got)
	}
}
