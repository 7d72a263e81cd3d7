package tally_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/tally"
	"github.com/stegvis/stegvis/interpreter"
)

// shippedCohort reads the cases of examples/cohort.
func shippedCohort(t testing.TB, set *interpreter.Set) (cases []*interpreter.Case) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "cohort", "cohort.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	var faults diag.List
	r, err := casefile.NewReader(casefile.NDJSON, "cohort.ndjson", bytes.NewReader(text), set)
	for err == nil {
		var c *interpreter.Case
		if c, err = r.Read(&faults); err == nil {
			cases = append(cases, c)
		}
	}
	casetest.Refuse(t, faults)
	return cases
}

func TestTheShippedCohortGoesThroughEveryModel(t *testing.T) {
	set := casetest.Shipped(t)
	sum := tally.New(set, set.IDs())
	for _, c := range shippedCohort(t, set) {
		var faults diag.List
		sum.Add(c, nil, 0, false, &faults)
		casetest.Refuse(t, faults)
	}
	s := sum.Summary(lang.SV)
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
	set := casetest.TwoVersions(t)
	sum := tally.New(set, set.IDs())
	add := func(facts map[string]any) diag.List {
		c := interpreter.NewCase("x")
		for name, v := range facts {
			c.Set(name, v)
		}
		var faults diag.List
		sum.Add(c, nil, casetest.Day(t, "2026-03-01"), false, &faults)
		return faults
	}
	done := map[string]any{
		"start": casetest.Day(t, "2026-01-01"), "borjat": casetest.Day(t, "2026-01-02"), "fint": true, "verktyg": []string{"sax"}, "antal": 77, "vikt": 1.5,
		"namn": "svarv", "sort": "a", "bokad": casetest.Day(t, "2026-02-01"),
	}
	add(map[string]any{})
	add(map[string]any{"start": casetest.Day(t, "2020-01-01")})
	add(done)
	done["klart"] = casetest.Day(t, "2026-02-02")
	add(done)
	if faults := add(map[string]any{"antal": 7, "nytt": 1}); len(faults) == 0 {
		t.Error("a case at fault was counted")
	}
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetIndent("", "  ")
	if err := enc.Encode(sum.Summary(lang.SV)); err != nil {
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
      "actors": [
        {
          "actor": "vi",
          "title": "Vi",
          "first": 3,
          "required": 4,
          "late": 2
        }
      ],
      "lateness": {
        "ok": 2,
        "soon": 0,
        "late": 1
      },
      "outcomes": [
        {
          "outcome": "fardig",
          "title": "Färdig",
          "cases": 1
        }
      ],
      "missing": [
        {
          "fact": "sort",
          "title": "Sort",
          "first": 1,
          "cases": 2
        },
        {
          "fact": "verktyg",
          "title": "Verktyg",
          "first": 0,
          "cases": 2
        },
        {
          "fact": "antal",
          "title": "Antal",
          "first": 0,
          "cases": 2
        },
        {
          "fact": "vikt",
          "title": "Vikt",
          "first": 0,
          "cases": 2
        },
        {
          "fact": "namn",
          "title": "Namn",
          "first": 0,
          "cases": 2
        },
        {
          "fact": "bokad",
          "title": "Bokad dag",
          "first": 0,
          "cases": 2
        },
        {
          "fact": "start",
          "title": "Start",
          "first": 1,
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
	set := casetest.Shipped(t)
	c := interpreter.NewCase("x")
	own := casetest.Day(t, "2026-03-01")
	c.At = &own
	c.Set("arbetsformaga_nedsatt", false)
	c.Set("arendestart", casetest.Day(t, "2026-01-01"))
	versions := func(at *calendar.Day) int {
		sum := tally.New(set, set.IDs())
		var faults diag.List
		sum.Add(c, at, 0, false, &faults)
		casetest.Refuse(t, faults)
		return sum.Summary(lang.EN).Models[0].Versions[0].Cases
	}
	early := casetest.Day(t, "2015-01-01")
	if versions(nil) != 0 || versions(&early) != 1 {
		t.Error("the day makes no difference to which version answers")
	}
}

// Many tallies of parts are one tally of the whole, whichever case went to which.
func TestTalliesOfPartsPutTogetherAreThatOfTheWhole(t *testing.T) {
	set := casetest.Shipped(t)
	whole := tally.New(set, set.IDs())
	parts := []*tally.Tally{tally.New(set, set.IDs()), tally.New(set, set.IDs()), tally.New(set, set.IDs())}
	for i, c := range shippedCohort(t, set) {
		var faults diag.List
		whole.Add(c, nil, 0, i%7 == 0, &faults)
		parts[i*i%3].Add(c, nil, 0, i%7 == 0, &faults)
		casetest.Refuse(t, faults)
	}
	parts[0].Merge(parts[1])
	parts[0].Merge(parts[2])
	got, _ := json.Marshal(parts[0].Summary(lang.EN))
	want, _ := json.Marshal(whole.Summary(lang.EN))
	if !bytes.Equal(got, want) {
		t.Errorf("put together:\n%s\nthe whole:\n%s", got, want)
	}
}

// What is counted adds up: every case has one status, every closed one an outcome, every open one a primary step with an
// actor and a lateness.
func TestASummaryAddsUp(t *testing.T) {
	set := casetest.Shipped(t)
	sum := tally.New(set, set.IDs())
	for _, c := range shippedCohort(t, set) {
		var faults diag.List
		sum.Add(c, nil, 0, false, &faults)
	}
	for _, m := range sum.Summary(lang.EN).Models {
		first, required, late, actorsFirst, actorsRequired, actorsLate, closed := 0, 0, 0, 0, 0, 0, 0
		for _, n := range m.Next {
			first, required, late = first+n.First, required+n.Required, late+n.Late
		}
		for _, n := range m.Actors {
			actorsFirst, actorsRequired, actorsLate = actorsFirst+n.First, actorsRequired+n.Required, actorsLate+n.Late
		}
		for _, n := range m.Outcomes {
			closed += n.Cases
		}
		l := m.Lateness
		if first != m.Statuses.Open || l.OK+l.Soon+l.Late != first || l.Late > late || closed != m.Statuses.Closed ||
			actorsFirst != first || actorsRequired != required || actorsLate != late || m.Stuck.NoRule+m.Stuck.Unobtainable != m.Statuses.Stuck {
			t.Errorf("%s does not add up: %+v", m.Model, m)
		}
		if m.Statuses.NeedsFacts > 0 && len(m.Missing) == 0 {
			t.Errorf("%s: facts are missing, and none is named", m.Model)
		}
	}
}
