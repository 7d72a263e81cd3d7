package measure_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/measure"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

const seenOn = "2026-03-01"

// alone holds the shipped models as they are measured without anything beside them.
var alone = map[*interpreter.Program]*measure.Report{}

// measured measures a shipped model without anything beside it, once.
func measured(t testing.TB, p *interpreter.Program) *measure.Report {
	t.Helper()
	if alone[p] == nil {
		alone[p] = measure.Run(p, measure.Options{Day: casetest.Day(t, seenOn)})
	}
	return alone[p]
}

func program(t testing.TB, id, version string) *interpreter.Program {
	t.Helper()
	for _, p := range casetest.Shipped(t).Versions(id) {
		if p.Model().Version == version {
			return p
		}
	}
	t.Fatalf("no model %s %s", id, version)
	return nil
}

func made(t testing.TB, set *interpreter.Set, n int) (out []*interpreter.Case) {
	t.Helper()
	err := cohort.New(set, cohort.Options{Seed: 1, At: casetest.Day(t, seenOn)}).Each(context.Background(), n, func(c *interpreter.Case) error {
		out = append(out, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What is told of the shipped models by their sheets, reckoned by hand.
func TestTheShippedModelsMeasureAsReckonedByHand(t *testing.T) {
	for _, m := range []struct {
		model, version string
		figures        map[string]float64
		absent         map[string]table.Absence
	}{
		{"faros", "1", map[string]float64{
			"steps": 22, "actors": 4, "outcomes": 13,
			// Begin the case or a stage: behovsbedomning (fk); beredning (beredningsgrupp); arendefordelning, starta_introduktion,
			// starta_aktiv_rehabilitering, avslutssamtal, forhandling (af); underlag_sjukersattning (fk).
			"initiating": 5. / 8,
			"convening":  3. / 4, "following-up": 1, "acting": 16. / 22,
			// personligt_mote (fk) > beredning > linjechefer > avslutssamtal and forhandling (af) > slutdokumentation_fk
			"handovers-least": 0, "handovers-most": 5,
			"outcome-bounded": (4 + 12 + 50) * 7, "slack-least": 365 - 66*7,
			"consent-points": 0, "sharing": 7, "sharing-before": 7, "outcomes-reachable": 1,
			"load-arrivals": 30. / 12,
		}, map[string]table.Absence{"meeting-longest": table.Unbounded, "plan-longest": table.Unbounded, "outcome-longest": table.Unbounded, "handovers-mean": table.NotAsked, "load-cases": table.NotAsked}},
		{"halland", "1", map[string]float64{
			"steps": 12, "actors": 2, "outcomes": 5, "initiating": 1, "convening": 1, "following-up": 1, "acting": 10. / 12,
			// initiera_fk > fk_bedomning (fk) > trepartsmote > samordnad_plan (fk) > aktiviteter
			"handovers-least": 0, "handovers-most": 4, "plan-longest": 62, "consent-points": 1, "sharing": 5, "sharing-before": 1, "outcomes-reachable": 1,
			// 22 of 4 definitions, 4 stages, 12 steps, 1 time and 5 outcomes have a source, the other 4 an interpretation alone
			"outcome-bounded": 62, "outcome-open": 8, "sources-stated": 22. / 26, "sources-chosen": 4. / 26,
		}, map[string]table.Absence{"outcome-shortest": table.NotStated, "slack-least": table.NotStated, "load-arrivals": table.NotStated, "load-cases": table.NotStated, "outcome-longest": table.Unbounded}},
		{"nu", "1", map[string]float64{
			"steps": 18, "actors": 3, "outcomes": 9,
			// remiss (vard), inskrivning, mal, utvardering_6m, sus (enhet)
			"initiating": 4. / 5, "convening": 1, "following-up": 1, "acting": 16. / 18,
			// remiss (vard) > visningsbesok > remissgrupp > inskrivning
			"handovers-most": 3, "slack-least": 0,
			// six months to the last evaluation, thirteen to the second follow-up
			"outcome-bounded": 184 + 397,
			"consent-points":  0, "sharing": 5, "sharing-before": 5, "law-met": 1. / 7, "load-arrivals": 25. / 6,
		}, map[string]table.Absence{"outcome-longest": table.Unbounded}},
		{"samordning", "1", map[string]float64{
			"steps": 7, "actors": 4, "outcomes": 5, "initiating": 2. / 5, "convening": 1, "acting": 4. / 7,
			// fk_samordnar, and foretagshalsa or arbetsgivare, > samverkan
			"handovers-least": 0, "handovers-most": 2, "outcome-open": 3, "consent-points": 1, "sharing": 2, "sharing-before": 0,
		}, map[string]table.Absence{
			"following-up": table.NotApplicable, "slack-least": table.NotStated, "outcome-longest": table.Unbounded,
			// the file has no time at all
			"outcome-bounded": table.NotStated, "meeting-shortest": table.NotStated, "plan-shortest": table.NotStated, "outcome-shortest": table.NotStated,
		}},
		{"eskilstuna", "2020", map[string]float64{
			"steps": 18, "actors": 3, "outcomes": 7, "convening": 1. / 2, "following-up": 1. / 2, "acting": 7. / 18,
			// rehabkoordinator > vard > rehabkoordinator twice > vard > fk > vard > fk
			"handovers-most": 7, "consent-points": 1, "sharing": 8, "sharing-before": 0, "law-met": 5. / 8, "law-broken": 3,
		}, map[string]table.Absence{"outcome-longest": table.Unbounded, "load-arrivals": table.NotStated}},
	} {
		t.Run(m.model, func(t *testing.T) {
			r := measured(t, program(t, m.model, m.version))
			for id, want := range m.figures {
				f := r.Figure(id)
				if got, ok := f.Value.Float(); !ok || abs(got-want) > 1e-9 {
					t.Errorf("%s: %v %s, reckoned %v", id, got, f.Value.Absent(), want)
				}
			}
			for id, want := range m.absent {
				if f := r.Figure(id); f.Value.Absent() != want {
					t.Errorf("%s: %s, not %s", id, f.Text(lang.EN), want)
				}
			}
		})
	}
}

func abs(f float64) float64 { return max(f, -f) }

func TestHandoversOnTheWayToEachOutcome(t *testing.T) {
	for _, m := range []struct {
		model, outcome string
		least, most    int
	}{
		{"faros", "till_af", 1, 2}, {"faros", "ater_fk", 1, 2}, {"faros", "aterford", 2, 3},
		{"halland", "ej_malgrupp", 0, 0}, {"halland", "kommunal_planering", 0, 4},
		{"nu", "ej_inskriven", 2, 2}, {"nu", "anstallning", 3, 3}, {"nu", "avbrott", 3, 3},
		{"samordning", "ingang", 0, 2}, {"samordning", "utan_samverkan", 0, 0},
		{"eskilstuna", "annan_vag", 1, 1}, {"eskilstuna", "ingen_rehabilitering", 4, 5},
	} {
		version := map[string]string{"eskilstuna": "2020"}[m.model]
		if version == "" {
			version = "1"
		}
		r := measured(t, program(t, m.model, version))
		i := slices.IndexFunc(r.Outcomes, func(o measure.Reach) bool { return o.Outcome.ID == m.outcome })
		o := r.Outcomes[i]
		if o.Least.N != m.least || o.Most.N != m.most || !o.Least.Exact || !o.Most.Exact {
			t.Errorf("%s, %s: %d to %d handovers, reckoned %d to %d", m.model, m.outcome, o.Least.N, o.Most.N, m.least, m.most)
		}
	}
}

// Each case that is shown ends as it says, when its facts come in one by one in the order of its history.
func TestShownCasesAreHistories(t *testing.T) {
	for _, p := range casetest.Shipped(t).Programs() {
		r := measured(t, p)
		for _, o := range r.Outcomes {
			for _, c := range []*verify.Case{o.Case, o.Least.Case, o.Most.Case} {
				facts := p.NewFacts()
				var res interpreter.Result
				for k, f := range c.History {
					p.Decide(facts, r.Day, &res)
					if res.Outcome >= 0 {
						t.Errorf("%s: the case of %s is closed after %d of %d facts", p.Model().ID, o.Outcome.ID, k, len(c.History))
					}
					c.Put(facts, f.Index)
				}
				if p.Decide(facts, r.Day, &res); res.Outcome != o.Outcome.Index {
					t.Errorf("%s: the case of %s does not end so", p.Model().ID, o.Outcome.ID)
				}
			}
		}
	}
}

func TestACohortStandsBetweenTheLeastAndTheMost(t *testing.T) {
	for _, p := range casetest.Shipped(t).Programs() {
		r := measure.Run(p, measure.Options{Day: casetest.Day(t, seenOn), Cohort: made(t, casetest.Shipped(t), 400)})
		least, _ := r.Figure("handovers-least").Value.Float()
		mean, ok := r.Figure("handovers-mean").Value.Float()
		most, _ := r.Figure("handovers-most").Value.Float()
		if !ok || mean < least || mean > most {
			t.Errorf("%s: %v handovers on average, %v at least and %v at most", p.Model().ID, mean, least, most)
		}
		for _, o := range r.Outcomes {
			if o.Cohort > 0 && !o.Reachable {
				t.Errorf("%s: %s closes %d cases and cannot be reached", p.Model().ID, o.Outcome.ID, o.Cohort)
			}
		}
		if c := r.Cohort; c.Cases+c.Refused != 400 || c.Closed > c.Cases || c.Lived == 0 || c.Lived > c.Cases {
			t.Errorf("%s: the cohort is %+v", p.Model().ID, *c)
		}
	}
}

// Little's law with the figures of the sources: 40 who come in a year and stay six months are 20 at a time, of 25 places.
func TestCaseloadIsByLittlesLaw(t *testing.T) {
	rate, ok := measure.ParseRate("40/year")
	if !ok {
		t.Fatal("40/year is a rate")
	}
	r := measure.Run(program(t, "nu", "1"), measure.Options{Day: casetest.Day(t, seenOn), Arrivals: &rate})
	for id, want := range map[string]float64{"load-cases": 20, "load-places": 0.8, "load-arrivals": 25. / 6} {
		if got, _ := r.Figure(id).Value.Float(); abs(got-want) > 1e-9 {
			t.Errorf("%s: %v", id, got)
		}
	}
	for _, wrong := range []string{"", "12", "12/", "/month", "0/month", "-1/month", "1e400/month", "NaN/day", "0x1p4/day", "12/hour", "12 /month", "1_000/day"} {
		if rate, ok := measure.ParseRate(wrong); ok {
			t.Errorf("%q is read as %v", wrong, rate)
		}
	}
}

func TestTheSameReportEachTime(t *testing.T) {
	set := casetest.Shipped(t)
	cases := made(t, set, 100)
	for _, p := range set.Programs() {
		var texts [2]string
		for i := range texts {
			r := measure.Run(p, measure.Options{Day: casetest.Day(t, seenOn), Cohort: cases})
			b, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range r.Tables() {
				b = append(b, x.ID...)
				for _, row := range x.Rows {
					for k, c := range row {
						b = append(b, c.Text(x.Columns[k], lang.SV)...)
					}
				}
			}
			texts[i] = string(b)
		}
		if texts[0] != texts[1] {
			t.Errorf("two reports of %s differ", p.Model().ID)
		}
	}
}

// A model that states no time has no number of days anywhere, also where programs read it.
func TestNoDaysAreWrittenWhereNoTimeIsStated(t *testing.T) {
	text, err := json.Marshal(measured(t, program(t, "samordning", "1")))
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Ways []struct {
			Longest *struct {
				Most  *int
				Links []struct{ Most *int }
			}
			Shortest *struct{ Fewest int }
		}
	}
	if err := json.Unmarshal(text, &r); err != nil || len(r.Ways) < 3 {
		t.Fatalf("%d ways, %v", len(r.Ways), err)
	}
	for _, w := range r.Ways {
		if w.Shortest != nil || w.Longest == nil || w.Longest.Most != nil {
			t.Errorf("%+v", w)
			continue
		}
		for _, link := range w.Longest.Links {
			if link.Most != nil {
				t.Errorf("a link has %d days", *link.Most)
			}
		}
	}
}

// Facts that decide as much as each other are all named, whatever cohort is counted beside.
func TestFactsThatTieAreAllNamed(t *testing.T) {
	const want = "Work capacity is reduced because of illness, The income that sickness benefit is based on is zero and Economic assistance from the municipality"
	p := program(t, "halland", "1")
	cohort := made(t, casetest.Shipped(t), 50)
	for _, r := range []*measure.Report{measured(t, p), measure.Run(p, measure.Options{Day: casetest.Day(t, seenOn), Cohort: cohort})} {
		if got := r.Figure("facts-top").Note.EN; got != want {
			t.Errorf("the facts that decide most are %s", got)
		}
	}
}
