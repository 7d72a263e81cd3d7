package conform_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/analysis/conform"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/cohort"
)

const csvHead = "case:concept:name,concept:name,time:timestamp,value\n"

func csvOf(rows [][]string) string {
	var b strings.Builder
	b.WriteString(csvHead)
	for _, r := range rows {
		b.WriteString(strings.Join(r, ",") + "\n")
	}
	return b.String()
}

// judged writes down what became of a case, without its days.
func judged(c *conform.Case) string {
	var out []string
	for i := range c.Verdicts {
		v := &c.Verdicts[i]
		text := fmt.Sprint(v.Activity, " ", v.Sort, v.Why, v.Late)
		if v.Step != nil {
			text += v.Step.ID
		}
		out = append(out, text)
	}
	for _, s := range c.Steps {
		wait := -1
		if s.Done != nil && s.Required != nil {
			wait = int(*s.Done - *s.Required)
		}
		out = append(out, fmt.Sprint(s.Step.ID, s.End, s.Late, s.Times, s.Missed, wait))
	}
	return strings.Join(out, "\n")
}

// FAROS knows no calendar day and nobody's order of rows: a life that is lived weeks later, or written down in another order, is
// judged alike.
func TestALifeIsJudgedAlikeWheneverItIsLivedAndHoweverItIsWritten(t *testing.T) {
	set := casetest.Shipped(t)
	c := cohort.New(set, cohort.Options{Seed: 21, At: casetest.Day(t, "2026-03-01"), Models: []string{"faros"}})
	mapping := wholeMapping(set.Versions("faros"))
	rapid.Check(t, func(rt *rapid.T) {
		s := c.Story(rapid.IntRange(0, 5000).Draw(rt, "life"))
		rows := storyRows("x", s)
		if len(rows) == 0 {
			return
		}
		_, want := replay(t, set, mapping, csvOf(rows), conform.Options{})
		_, got := replay(t, set, mapping, csvOf(rapid.Permutation(rows).Draw(rt, "order")), conform.Options{})
		if judged(got[0]) != judged(want[0]) {
			rt.Errorf("in another order:\n%s\n\n%s", judged(got[0]), judged(want[0]))
		}
		shift := calendar.Day(7 * rapid.IntRange(-200, 200).Draw(rt, "weeks"))
		var later [][]string
		for _, r := range rows {
			day, _ := calendar.Parse(r[2][:10])
			moved := slices.Clone(r)
			moved[2] = (day + shift).String() + r[2][10:]
			if of, ok := calendar.Parse(r[3]); ok {
				moved[3] = (of + shift).String()
			}
			later = append(later, moved)
		}
		_, got = replay(t, set, mapping, csvOf(later), conform.Options{})
		if judged(got[0]) != judged(want[0]) {
			rt.Errorf("%d days later:\n%s\n\n%s", shift, judged(got[0]), judged(want[0]))
		}
	})
}

func endOf(c *conform.Case, step string) conform.End {
	i := slices.IndexFunc(c.Steps, func(s conform.StepEnd) bool { return s.Step.ID == step })
	return c.Steps[i].End
}

// What fits does so no longer when a step that others come after is taken out of it, or an act is done once more.
func TestWhatIsTakenOutOrDoneAgainIsFound(t *testing.T) {
	set := casetest.Shipped(t)
	c := cohort.New(set, cohort.Options{Seed: 33, At: casetest.Day(t, "2026-03-01"), Models: []string{"faros"}})
	mapping := wholeMapping(set.Versions("faros"))
	tried := 0
	for i := 0; tried < 40 && i < 4000; i++ {
		s := c.Story(i)
		rows := storyRows("x", s)
		last := slices.IndexFunc(rows, func(r []string) bool { return r[1] == "beredning" })
		if !inTurn(s) || last < 0 || !slices.ContainsFunc(rows[:last], func(r []string) bool { return r[1] == "personligt_mote" }) {
			continue
		}
		_, before := replay(t, set, mapping, csvOf(rows), conform.Options{})
		if before[0].Outcome != nil && before[0].Outcome.ID == "kvar_hos_fk" {
			continue // it was closed before any of that mattered
		}
		tried++
		without := slices.DeleteFunc(slices.Clone(rows), func(r []string) bool { return r[1] == "personligt_mote" })
		_, cases := replay(t, set, mapping, csvOf(without), conform.Options{})
		if n := cases[0].Count(conform.OutOfOrder); n == 0 {
			t.Errorf("life %d without its personal meeting: nothing is out of order\n%s", i, judged(cases[0]))
		}
		if e := endOf(cases[0], "personligt_mote"); e != conform.Skipped {
			t.Errorf("life %d: the personal meeting is %s", i, e)
		}
		if e := endOf(before[0], "beredning"); e != conform.Done {
			continue // it takes more than one event
		}
		again := slices.Clone(rows[last])
		again[2] = (before[0].Last + 1).String()
		_, cases = replay(t, set, mapping, csvOf(append(slices.Clone(rows), again)), conform.Options{})
		if was, is := before[0].Count(conform.Extra), cases[0].Count(conform.Extra); is != was+1 {
			t.Errorf("life %d with its preparation done again: %d extra, before %d", i, is, was)
		}
	}
	if tried < 40 {
		t.Errorf("only %d lives to try on", tried)
	}
}
