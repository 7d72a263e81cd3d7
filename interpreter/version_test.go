package interpreter_test

import (
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// versions is a set of three versions of one model. Cases start with the fact of the given id.
func versions(t *testing.T, start string) *interpreter.Set {
	t.Helper()
	var sources []*diag.Source
	for version, day := range map[string]string{"1": "2024-01-01", "2": "2025-01-01", "3": "2026-01-01"} {
		text := strings.NewReplacer(`version = "1"`, `version = "`+version+`"`, "2020-01-01", day).Replace(drawnHead)
		if start != "" {
			text = strings.Replace(text, "[[source]]", "start = \""+start+"\"\n[[source]]", 1)
		}
		sources = append(sources, diag.NewSource("prov"+version+".toml", text+drawnFacts+steps(`a done = ["b1"]`)+neverEnds))
	}
	set := dsl.Load(sources)
	if set.Faults.HasErrors() {
		t.Fatal(set.Faults[0].Message(lang.EN))
	}
	return interpreter.NewSet(set)
}

func TestACaseFollowsTheVersionInForceWhenItStarted(t *testing.T) {
	for _, c := range []struct {
		start string // the fact that tells when a case started
		facts known
		at    string
		want  string
	}{
		{"v1", known{"v1": "2025-06-01"}, "2026-03-01", "2"},
		{"v1", known{"v1": "2025-01-01"}, "2026-03-01", "2"}, // the first day in force
		{"v1", known{"v1": "2024-12-31"}, "2026-03-01", "1"},
		{"v1", known{"v1": "2026-03-01"}, "2026-03-01", "3"},
		{"v1", known{"v1": "2020-03-01"}, "2026-03-01", "1"}, // before the first: the first
		{"v1", known{}, "2025-03-01", "2"},                   // not known: the day asked about
		{"v1", known{"v1": nil}, "2024-03-01", "1"},
		{"v1", known{}, "2020-03-01", "1"},
		{"v1", known{"v1": "2026-02-01"}, "2025-03-01", "2"}, // it has not started yet
		{"d1", known{"d1": "2026-02-01"}, "2025-03-01", "3"}, // a date can be agreed ahead
		{"", known{"v1": "2024-06-01"}, "2026-03-01", "3"},
	} {
		at := day(c.at)
		var faults diag.List
		d := versions(t, c.start).Decide(caseFrom(c.facts), interpreter.Query{Model: "prov", At: &at, Lang: lang.SV}, &faults)
		if d == nil {
			t.Fatalf("%v", faults[0].Message(lang.EN))
		}
		if d.Version != c.want {
			t.Errorf("started with %q, %#v, on %s: version %s, want %s", c.start, c.facts, c.at, d.Version, c.want)
		}
	}
}

func TestAVersionThatIsAskedForAnswers(t *testing.T) {
	set, at := versions(t, "v1"), day("2026-03-01")
	for _, want := range []string{"1", "2", "3"} {
		var faults diag.List
		q := interpreter.Query{Model: "prov", Version: want, At: &at, Lang: lang.SV}
		if d := set.Decide(caseFrom(known{"v1": "2025-06-01"}), q, &faults); d == nil || d.Version != want {
			t.Errorf("version %s was asked for; the answer is %+v, %v", want, d, faults)
		}
	}
}

func TestWhatIsNotThereIsAnErrorThatTellsWhatIs(t *testing.T) {
	set := versions(t, "v1")
	for _, c := range []struct{ model, version, want string }{
		{"provv", "", "prov"},
		{"annat", "", "prov"},
		{"prov", "4", "3"},
	} {
		var faults diag.List
		q := interpreter.Query{Model: c.model, Version: c.version, Lang: lang.SV}
		if d := set.Decide(interpreter.NewCase(""), q, &faults); d != nil || !faults.HasErrors() {
			t.Errorf("%s version %q: %+v, %v", c.model, c.version, d, faults)
			continue
		}
		for _, l := range lang.All {
			if text := render(t, faults, l); !strings.Contains(text, c.want) {
				t.Errorf("%s version %q: the error does not name %s:\n%s", c.model, c.version, c.want, text)
			}
		}
		if set.Explain(interpreter.NewCase(""), q, &faults) != nil {
			t.Errorf("%s version %q is explained", c.model, c.version)
		}
	}
}

func TestTheDayAskedAboutIsTheQuerysThenTheCasesThenToday(t *testing.T) {
	query, own, today := day("2026-03-01"), day("2026-03-02"), day("2026-03-03")
	for _, c := range []struct {
		query, own *calendar.Day
		want       calendar.Day
	}{{&query, &own, query}, {nil, &own, own}, {nil, nil, today}, {&query, nil, query}} {
		ask := interpreter.NewCase("")
		ask.At = c.own
		var faults diag.List
		d := versions(t, "").Decide(ask, interpreter.Query{Model: "prov", At: c.query, Today: today, Lang: lang.SV}, &faults)
		if d == nil || d.At != c.want {
			t.Errorf("%v, %v: %+v, want %s", c.query, c.own, d, c.want)
		}
	}
}
