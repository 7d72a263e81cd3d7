package interpreter_test

import (
	"fmt"
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// timed is a step whose time counts from d1, beside a stage whose time counts from d2.
func timed(t fataler, step, stage string) *interpreter.Program {
	head, of := "", ""
	if stage != "" {
		head, of = "[[stage]]\nid = \"e\"\ntitle = \"E\"\ntime = { from = \"d2\", "+stage+" }\n", `stage = "e"; `
	}
	if step != "" {
		step = "; time = { from = \"d1\", " + step + " }"
	}
	return program(t, head+steps(`a `+of+`done = ["happened(v1)"]`+step)+neverEnds)
}

func TestMonthsEndOnTheSameDayNumberOrTheLast(t *testing.T) {
	for _, c := range []struct{ from, max, due string }{
		{"2026-01-31", "1 month", "2026-02-28"},
		{"2028-01-31", "1 month", "2028-02-29"},
		{"2026-01-30", "1 month", "2026-02-28"},
		{"2026-01-29", "1 month", "2026-02-28"},
		{"2026-01-28", "1 month", "2026-02-28"},
		{"2026-02-28", "1 month", "2026-03-28"},
		{"2026-03-31", "1 month", "2026-04-30"},
		{"2026-10-31", "4 months", "2027-02-28"},
		{"2026-12-15", "1 month", "2027-01-15"},
		{"2028-02-29", "1 year", "2029-02-28"},
		{"2028-02-29", "P4Y", "2032-02-29"},
		{"2026-01-31", "P12M", "2027-01-31"},
		{"2026-01-01", "P1W", "2026-01-08"},
		{"2026-02-27", "P3D", "2026-03-02"},
		{"2026-03-28", "2 days", "2026-03-30"}, // over the night when clocks change
		{"2026-03-01", "0 days", "2026-03-01"},
	} {
		p := timed(t, fmt.Sprintf("max = %q", c.max), "")
		d := p.Decision(bound(t, p, known{"d1": c.from}), day(c.from), lang.SV)
		if got := d.Next[0].Due.String(); got != c.due {
			t.Errorf("%s after %s: due %s, want %s", c.max, c.from, got, c.due)
		}
	}
}

func TestSoonIsTheGreaterOfTwoDaysAndAFifthRoundedDown(t *testing.T) {
	from := day("2026-01-01")
	for max, soonAt := range map[int]int{
		0: 0, 1: 1, 2: 2, 3: 2, 9: 2, 10: 2, 14: 2, 15: 3, 19: 3, 20: 4, 28: 5, 84: 16, 100: 20,
	} {
		p := timed(t, fmt.Sprintf("max = \"%d days\"", max), "")
		f := bound(t, p, known{"d1": from})
		due := from + calendar.Day(max)
		for left := -2; left <= max; left++ {
			want := interpreter.OK
			switch {
			case left < 0:
				want = interpreter.Late
			case left <= soonAt:
				want = interpreter.Soon
			}
			next := p.Decision(f, due-calendar.Day(left), lang.SV).Next[0]
			if next.Time != want || *next.DaysLeft != left {
				t.Errorf("of %d days %d are left: %s (%d days), want %s", max, left, next.Time, *next.DaysLeft, want)
			}
		}
	}
}

func TestADueDayRollsToTheNextWorkday(t *testing.T) {
	for _, c := range []struct{ from, due, rolled string }{
		{"2026-03-06", "2026-03-13", "2026-03-13"}, // a Friday
		{"2026-03-07", "2026-03-14", "2026-03-16"}, // a Saturday
		{"2026-03-08", "2026-03-15", "2026-03-16"}, // a Sunday
		{"2026-03-27", "2026-04-03", "2026-04-07"}, // Good Friday, then Easter and Easter Monday
		{"2026-12-17", "2026-12-24", "2026-12-28"}, // Christmas Eve
		{"2026-06-12", "2026-06-19", "2026-06-22"}, // Midsummer Eve
		{"2026-12-24", "2026-12-31", "2027-01-04"}, // New Year's Eve on a Thursday
		{"2026-05-30", "2026-06-06", "2026-06-08"}, // the National Day on a Saturday
	} {
		for roll, want := range map[string]string{"": c.due, `, roll = "next_workday"`: c.rolled} {
			p := timed(t, `max = "7 days"`+roll, "")
			if got := p.Decision(bound(t, p, known{"d1": c.from}), day(c.from), lang.SV).Next[0].Due.String(); got != want {
				t.Errorf("7 days after %s%s: due %s, want %s", c.from, roll, got, want)
			}
			p = program(t, steps(`a every = { period = "7 days", since = "d1"`+roll+` }`)+neverEnds)
			if got := p.Decision(bound(t, p, known{"d1": c.from, "t1": "x"}), day(c.from), lang.SV).Upcoming[0].From.String(); got != want {
				t.Errorf("again 7 days after %s%s: %s, want %s", c.from, roll, got, want)
			}
			p = program(t, steps(`a done = ["b1"]`)+neverEnds+"[[limit]]\nid = \"l\"\nfrom = \"d1\"\nuntil = \"v1\"\nmax = \"7 days\"\n"+roll[min(2, len(roll)):])
			if got := p.Decision(bound(t, p, known{"d1": c.from}), day(c.from), lang.SV).Limits[0].Due.String(); got != want {
				t.Errorf("limit of 7 days from %s%s: %s, want %s", c.from, roll, got, want)
			}
		}
	}
}

func TestRollMovesTheDueDayAndNotTheFirst(t *testing.T) {
	p := timed(t, `not_before = "7 days", max = "14 days", roll = "next_workday"`, "")
	d := p.Decision(bound(t, p, known{"d1": "2026-03-07", "t1": "x"}), day("2026-03-07"), lang.SV)
	if got := summary(d); got != "waiting; upcoming a(2026-03-14)" {
		t.Errorf("%s, want the step from Saturday 2026-03-14 on", got)
	}
}

func TestTheNearestBoundWins(t *testing.T) {
	for _, c := range []struct {
		step, stage string
		facts       known
		want        string
	}{
		{`max = "20 days"`, `max = "10 days"`, known{"d1": "2026-03-01", "d2": "2026-03-01"}, "open; next a(2026-03-11 ok)"},
		{`max = "20 days"`, `max = "10 days"`, known{"d1": "2026-02-10", "d2": "2026-03-01"}, "open; next a(2026-03-02 soon)"},
		{`max = "20 days"`, `max = "10 days"`, known{"d1": "2026-03-01", "d2": nil}, "open; next a(2026-03-21 ok)"},
		{`max = "20 days"`, `max = "10 days"`, known{"d1": nil, "d2": "2026-03-01"}, "open; next a(2026-03-11 ok)"},
		{`max = "20 days"`, `max = "10 days"`, known{"d1": nil, "d2": nil}, "open; next a"},
		{``, `max = "10 days"`, known{"d2": "2026-02-01"}, "open; next a(2026-02-11 late)"},
		{`min = "1 day"`, `max = "10 days"`, known{"d1": "2026-03-01", "d2": "2026-02-01"}, "open; next a(2026-02-11 late)"},
		{`min = "30 days"`, ``, known{"d1": "2026-02-28"}, "open; next a"}, // the shortest stay changes no status
		{`not_before = "5 days"`, `not_before = "10 days"`, known{"d1": "2026-03-01", "d2": "2026-03-01", "t1": "x"}, "waiting; upcoming a(2026-03-11)"},
		{`not_before = "5 days"`, `not_before = "10 days"`, known{"d1": "2026-03-01", "d2": nil, "t1": "x"}, "waiting; upcoming a(2026-03-06)"},
		{`not_before = "5 days", max = "20 days"`, ``, known{"d1": "2026-02-24"}, "open; next a(2026-03-16 ok)"}, // from the day on
		{`not_before = "5 days", max = "20 days"`, ``, known{"d1": "2026-02-25", "t1": "x"}, "waiting; upcoming a(2026-03-02)"},
	} {
		p := timed(t, c.step, c.stage)
		if got := summary(p.Decision(bound(t, p, c.facts), day("2026-03-01"), lang.SV)); got != c.want {
			t.Errorf("%s in a stage of %s with %#v:\n got %s\nwant %s", c.step, c.stage, c.facts, got, c.want)
		}
	}
}

func TestARepeatingStepComesBackOnItsDay(t *testing.T) {
	p := program(t, steps(`a when = "b1"; every = { period = "10 days", since = "v1", start = "v2" }`)+neverEnds)
	for _, c := range []struct {
		facts known
		at    string
		want  string
	}{
		{known{}, "2026-03-01", "open; next a"}, // neither is known
		{known{"v2": "2026-03-01"}, "2026-03-01", "waiting; upcoming a(2026-03-11)"},
		{known{"v2": "2026-03-01"}, "2026-03-10", "waiting; upcoming a(2026-03-11)"},
		{known{"v2": "2026-03-01"}, "2026-03-11", "open; next a(2026-03-11 soon)"},
		{known{"v2": "2026-03-01"}, "2026-03-12", "open; next a(2026-03-11 late)"},
		{known{"v2": "2026-03-01", "v1": "2026-03-09"}, "2026-03-12", "waiting; upcoming a(2026-03-19)"},
		{known{"v2": "2026-03-01", "v1": "2026-03-20"}, "2026-03-12", "open; next a(2026-03-11 late)"}, // not yet done again
		{known{"v2": "2026-03-20", "v1": nil}, "2026-03-12", "open; next a"},
	} {
		c.facts["b1"], c.facts["t1"] = true, "x"
		if got := summary(p.Decision(bound(t, p, c.facts), day(c.at), lang.SV)); got != c.want {
			t.Errorf("on %s with %#v: %s, want %s", c.at, c.facts, got, c.want)
		}
		c.facts["b1"] = false
		if got := summary(p.Decision(bound(t, p, c.facts), day(c.at), lang.SV)); got != "stuck; no_rule" {
			t.Errorf("where it does not apply: %s", got)
		}
	}
}

func TestALimitRunsFromOneEventUntilTheFirstOfOthers(t *testing.T) {
	p := program(t, steps(`a done = ["b1"]`)+neverEnds+`
[[limit]]
id = "l"
from = "v1"
until = ["v2", "v3"]
max = "20 days"
`)
	for _, c := range []struct {
		facts known
		at    string
		want  string
	}{
		{known{}, "2026-03-01", ""},
		{known{"v1": "2026-03-02"}, "2026-03-01", ""}, // it has not begun
		{known{"v1": "2026-03-01"}, "2026-03-01", "2026-03-21 ok"},
		{known{"v1": "2026-03-01"}, "2026-03-16", "2026-03-21 ok"},
		{known{"v1": "2026-03-01"}, "2026-03-17", "2026-03-21 soon"},
		{known{"v1": "2026-03-01"}, "2026-03-21", "2026-03-21 soon"},
		{known{"v1": "2026-03-01"}, "2026-03-22", "2026-03-21 late"},
		{known{"v1": "2026-03-01", "v3": "2026-03-21"}, "2026-03-30", "2026-03-21 met"},
		{known{"v1": "2026-03-01", "v3": "2026-03-22"}, "2026-03-30", "2026-03-21 late"},
		{known{"v1": "2026-03-01", "v2": "2026-03-25", "v3": "2026-03-15"}, "2026-03-30", "2026-03-21 met"}, // the first counts
		{known{"v1": "2026-03-01", "v2": "2026-03-15", "v3": "2026-03-25"}, "2026-03-30", "2026-03-21 met"},
		{known{"v1": "2026-03-01", "v2": "2026-03-23", "v3": "2026-03-25"}, "2026-03-30", "2026-03-21 late"},
		{known{"v1": "2026-03-01", "v2": "2026-03-18"}, "2026-03-17", "2026-03-21 soon"}, // not yet
		{known{"v1": "2026-03-01", "v2": "2026-02-18"}, "2026-03-17", "2026-03-21 met"},
	} {
		got := ""
		for _, l := range p.Decision(bound(t, p, c.facts), day(c.at), lang.SV).Limits {
			got += fmt.Sprintf("%s %s", l.Due, l.Time)
		}
		if got != c.want {
			t.Errorf("on %s with %#v: %q, want %q", c.at, c.facts, got, c.want)
		}
	}
}
