package cohort_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
)

var update = flag.Bool("update", false, "write the shipped cohort anew")

// The shipped cohort is the one that its README names, as the shipped models make it today.
func TestTheShippedCohortIsCurrent(t *testing.T) {
	c := cohort.New(shipped(t), cohort.Options{Seed: 1, At: day(t, "2026-03-01")})
	want := written(t, c, 1000, cohort.NDJSON)
	path := filepath.Join("..", "..", "examples", "cohort", "cohort.ndjson")
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the models make (go test ./internal/cohort -update writes it)", path)
	}
}

func TestTheShippedCohortGoesThroughEveryModel(t *testing.T) {
	set := shipped(t)
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "cohort", "cohort.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	tally := cohort.NewTally(set, nil, 0)
	for _, c := range readAll(t, cohort.NDJSON, text, cohort.NewSpace(set)) {
		var faults diag.List
		tally.Add(c, false, &faults)
		refuse(t, faults)
	}
	s := tally.Summary(lang.SV)
	if s.Cases != 1000 || s.Faulty != 0 || len(s.Models) != len(set.IDs()) {
		t.Errorf("%d cases, %d of them faulty, through %d models", s.Cases, s.Faulty, len(s.Models))
	}
	for _, m := range s.Models {
		if n := m.Statuses.Open + m.Statuses.Waiting + m.Statuses.NeedsFacts + m.Statuses.Closed + m.Statuses.Stuck; n != 1000 {
			t.Errorf("%s: %d cases have a status", m.Model, n)
		}
	}
}

func TestASummaryCountsWhatTheDecisionsSay(t *testing.T) {
	set := twoVersions(t)
	tally := cohort.NewTally(set, nil, day(t, "2026-03-01"))
	add := func(facts map[string]any) diag.List {
		c := interpreter.NewCase("x")
		for name, v := range facts {
			c.Set(name, v)
		}
		var faults diag.List
		tally.Add(c, false, &faults)
		return faults
	}
	done := map[string]any{
		"start": day(t, "2026-01-01"), "borjat": day(t, "2026-01-02"), "fint": true, "verktyg": []string{"sax"}, "antal": 77, "vikt": 1.5,
		"namn": "svarv", "sort": "a", "bokad": day(t, "2026-02-01"),
	}
	add(map[string]any{})
	add(map[string]any{"start": day(t, "2020-01-01")})
	add(done)
	done["klart"] = day(t, "2026-02-02")
	add(done)
	if faults := add(map[string]any{"antal": 7, "nytt": 1}); len(faults) == 0 {
		t.Error("a case at fault was counted")
	}
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetIndent("", "  ")
	if err := enc.Encode(tally.Summary(lang.SV)); err != nil {
		t.Fatal(err)
	}
	const want = `{
  "cases": 5,
  "faulty": 1,
  "models": [
    {
      "model": "verkstad",
      "title": "Verkstad",
      "versions": [
        {
          "version": "1",
          "cases": 1
        },
        {
          "version": "2",
          "cases": 3
        }
      ],
      "statuses": {
        "open": 3,
        "waiting": 0,
        "needs_facts": 0,
        "closed": 1,
        "stuck": 0
      },
      "stuck": {
        "no_rule": 0,
        "unobtainable": 0
      },
      "next": [
        {
          "step": "borja",
          "title": "Börja",
          "first": 2,
          "required": 2,
          "late": 0
        },
        {
          "step": "sluta",
          "title": "Sluta",
          "first": 1,
          "required": 1,
          "late": 1
        },
        {
          "step": "titta",
          "title": "Titta",
          "first": 0,
          "required": 1,
          "late": 1
        }
      ],
      "outcomes": [
        {
          "outcome": "fardig",
          "title": "Färdig",
          "cases": 1
        }
      ]
    }
  ]
}
`
	if got.String() != want {
		t.Errorf("the summary is\n%s", got.String())
	}
}

func TestASummaryIsAskedAboutOneDayWhereOneIsNamed(t *testing.T) {
	set := shipped(t)
	c := interpreter.NewCase("x")
	own := day(t, "2026-03-01")
	c.At = &own
	c.Set("arbetsformaga_nedsatt", false)
	c.Set("arendestart", day(t, "2026-01-01"))
	versions := func(at *calendar.Day) int {
		tally := cohort.NewTally(set, at, 0)
		var faults diag.List
		tally.Add(c, false, &faults)
		refuse(t, faults)
		return tally.Summary(lang.EN).Models[0].Versions[0].Cases
	}
	early := day(t, "2015-01-01")
	if versions(nil) != 0 || versions(&early) != 1 {
		t.Error("the day makes no difference to which version answers")
	}
}
