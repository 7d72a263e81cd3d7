package ways_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/internal/casetest"
)

const head = `
[model]
id = "m"
title = "M"
lang = "en"
version = "1"
in_force = 2026-01-01
start = "opened"

[[actor]]
id = "a"
title = "A"

[[kind]]
id = "k"
title = "K"
`

func event(id string) string {
	return fmt.Sprintf("\n[[fact]]\nid = %q\ntype = \"event\"\ntitle = %q\n", id, id)
}

// step writes a step that records an event of its own; time is what its time says, "" for none.
func step(n int, after []int, rest string) string {
	var names []string
	for _, a := range after {
		names = append(names, fmt.Sprintf("%q", fmt.Sprint("s", a)))
	}
	return fmt.Sprintf("\n[[step]]\nid = \"s%d\"\ntitle = \"S%d\"\nkind = \"k\"\nactor = \"a\"\nafter = [%s]\ndone = [\"happened(e%d)\"]\n%s\n", n, n, strings.Join(names, ", "), n, rest)
}

func modelOf(t testing.TB, parts ...string) *dsl.Model {
	t.Helper()
	return casetest.Models(t, head+event("opened")+strings.Join(parts, "")+"\n[[outcome]]\nid = \"end\"\ntitle = \"End\"\nwhen = \"happened(opened)\"\n").Versions("m")[0].Model()
}

// far is longer than any way.
const far = 1 << 40

// The longest way is what an independent reckoning says: the greatest day that the times and the order leave to a step, found by trying
// every way through the constraints.
func TestTheLongestWayIsTheLatestDayThatTheTimesLeave(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(r, "steps")
		var text strings.Builder
		for i := range n {
			text.WriteString(event(fmt.Sprint("e", i)))
		}
		for i := range n {
			var after []int
			for k := range i {
				if rapid.IntRange(0, 2).Draw(r, "after") == 0 {
					after = append(after, k)
				}
			}
			time := ""
			if rapid.IntRange(0, 2).Draw(r, "timed") > 0 {
				from := rapid.SampledFrom(append([]string{"opened"}, events(n)...)).Draw(r, "from")
				time = fmt.Sprintf("time = { from = %q, max = \"%d days\" }", from, rapid.IntRange(0, 30).Draw(r, "days"))
			}
			text.WriteString(step(i, after, time))
		}
		m := modelOf(t, text.String())
		out := rapid.SliceOfN(rapid.Bool(), n, n).Draw(r, "left out")
		o := ways.ByNeed(m)
		x := ways.Search{Order: o, Skip: func(s *dsl.Step) bool { return out[s.Index] }}
		latest := latestDays(m, o, out)
		for i, s := range m.Steps {
			if out[i] {
				continue
			}
			w := x.Longest(s)
			sum := 0
			for k, l := range w.Links {
				sum += l.Most
				if k > 0 && l.From != w.Links[k-1].To {
					r.Fatalf("the links of the way to %s do not follow on one another", s.ID)
				}
				if (l.Open == "") != (l.Time != nil) {
					r.Fatalf("a link to %s that is open has a time", s.ID)
				}
			}
			if w.Most != sum || w.Links[len(w.Links)-1].To != s {
				r.Fatalf("the way to %s is %d days, its links %d", s.ID, w.Most, sum)
			}
			if w.Bounded() != (latest[i] < far) || w.Bounded() && w.Most != latest[i] {
				r.Fatalf("%s comes after %d days, or is unbounded: %v; by all constraints %d", s.ID, w.Most, !w.Bounded(), latest[i])
			}
		}
	})
}

func events(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprint("e", i))
	}
	return out
}

// latestDays finds the greatest day of each step by shortest ways through all constraints: a step is done no later than its time after the
// one that records the event, and than any that comes after it. Node n is the opening.
func latestDays(m *dsl.Model, o *ways.Order, out []bool) []int {
	n := len(m.Steps)
	d := make([][]int, n+1)
	for i := range d {
		d[i] = make([]int, n+1)
		for j := range d[i] {
			if i != j {
				d[i][j] = far
			}
		}
	}
	for i, s := range m.Steps {
		for j, u := range m.Steps {
			if !out[i] && !out[j] && o.ComesAfter(u, s) {
				d[j][i] = 0
			}
		}
		if s.Time == nil || out[i] {
			continue
		}
		from := n
		if s.Time.From != m.Start {
			from = o.Recorders(s.Time.From)[0].Index
		}
		if from == n || !out[from] {
			d[from][i] = min(d[from][i], s.Time.Max.N)
		}
	}
	for k := range d {
		for i := range d {
			for j := range d {
				d[i][j] = min(d[i][j], d[i][k]+d[k][j])
			}
		}
	}
	return d[n]
}

func TestAnUnboundedWayNamesTheLinkAndWhy(t *testing.T) {
	agreed := "\n[[fact]]\nid = \"day\"\ntype = \"date\"\ntitle = \"Day\"\nask = \"When?\"\n"
	for _, c := range []struct {
		name, text string
		to         int
		open       ways.Openness
		from       string // the step before the open link; "": the opening
		most       int
	}{
		{"no time", event("e0") + event("e1") + step(0, nil, `time = { from = "opened", max = "5 days" }`) + step(1, []int{0}, ""), 1, ways.Untimed, "s0", 5},
		{"its own event", event("e0") + event("e1") + step(0, nil, "") + step(1, []int{0}, `time = { from = "e1", max = "5 days" }`), 1, ways.OwnEvent, "s0", 0},
		{"an agreed day", event("e1") + agreed + strings.Replace(step(0, nil, ""), "happened(e0)", "known(day)", 1) + step(1, []int{0}, `time = { from = "day", max = "5 days" }`), 1, ways.Agreed, "s0", 0},
		{"counted from what is open", event("e0") + event("e1") + step(0, nil, "") + step(1, []int{0}, `time = { from = "e0", max = "5 days" }`), 1, ways.Untimed, "", 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := modelOf(t, c.text)
			w := (&ways.Search{Order: ways.ByNeed(m)}).Longest(m.Steps[c.to])
			open := w.OpenLinks()
			if len(open) == 0 || w.Bounded() || w.Most != c.most {
				t.Fatalf("the way is %+v", w)
			}
			link := open[len(open)-1]
			from := ""
			if link.From != nil {
				from = link.From.ID
			}
			if link.Open != c.open || from != c.from {
				t.Errorf("open is the link from %q: %s", from, link.Open)
			}
		})
	}
}

func TestALaterStepsTimeBoundsTheOneBefore(t *testing.T) {
	m := modelOf(t, event("e0")+event("e1")+step(0, nil, "")+step(1, []int{0}, `time = { from = "opened", max = "2 weeks" }`))
	w := (&ways.Search{Order: ways.ByNeed(m)}).Longest(m.Steps[0])
	if !w.Bounded() || w.Most != 14 || w.Links[0].Before != m.Steps[1] {
		t.Errorf("the way is %+v", w)
	}
	alone := ways.Search{Order: ways.ByNeed(m), Skip: func(s *dsl.Step) bool { return s == m.Steps[1] }}
	if alone.Longest(m.Steps[0]).Bounded() {
		t.Error("a step that is left out bounds another")
	}
}

func TestADayGivenFromOutsideIsWhereAWayBegins(t *testing.T) {
	m := modelOf(t, event("ill")+event("e0")+step(0, nil, `time = { from = "ill", max = "2 months" }`))
	w := (&ways.Search{Order: ways.ByNeed(m)}).Longest(m.Steps[0])
	if w.Origin == nil || w.Origin.ID != "ill" || w.Fewest != 59 || w.Most != 62 {
		t.Errorf("the way is %+v", w)
	}
}

// A due day that moves off days off can be as many days later as there are days off in a row: Christmas Eve on a Wednesday to a Sunday.
func TestADueDayThatMovesTakesLonger(t *testing.T) {
	m := modelOf(t, event("e0")+step(0, nil, `time = { from = "opened", max = "10 days", roll = "next_workday" }`))
	w := (&ways.Search{Order: ways.ByNeed(m)}).Longest(m.Steps[0])
	longest := 0
	first, _ := calendar.Of(2000, 1, 1)
	last, _ := calendar.Of(2100, 1, 1)
	for d := first; d < last; d++ {
		longest = max(longest, d.DaysUntil(d.NextWorkday()))
	}
	if w.Fewest != 10 || w.Most != 10+longest {
		t.Errorf("the way is %d to %d days, %d days off in a row", w.Fewest, w.Most, longest)
	}
}

func TestTheShortestWay(t *testing.T) {
	m := modelOf(t, event("e0")+event("e1")+event("e2")+
		step(0, nil, "")+step(1, []int{0}, `time = { from = "e0", not_before = "6 months" }`)+step(2, []int{0, 1}, ""))
	x := ways.Search{Order: ways.ByNeed(m)}
	if w := x.Shortest(m.Steps[2]); w.Fewest != 181 {
		t.Errorf("the shortest way is %d days", w.Fewest)
	}
	may := ways.Search{Order: ways.ByNeed(m), Must: func(s *dsl.Step) bool { return s != m.Steps[1] }}
	if w := may.Shortest(m.Steps[2]); w.Fewest != 0 {
		t.Errorf("past a step that need not be done it is %d days", w.Fewest)
	}
}

func TestARuleThatLooksAtWhatAStepRecordsComesAfterIt(t *testing.T) {
	set := casetest.Shipped(t)
	m := set.Versions("faros")[0].Model()
	at := map[string]*dsl.Step{}
	for _, s := range m.Steps {
		at[s.ID] = s
	}
	after, need := ways.ByAfter(m), ways.ByNeed(m)
	if after.ComesAfter(at["avslutssamtal"], at["beredning"]) || !need.ComesAfter(at["avslutssamtal"], at["beredning"]) {
		t.Error("the closing talk asks for the decision after the preparation")
	}
	if need.ComesAfter(at["veckokontakt"], at["uppfoljningsmote"]) {
		t.Error("what must not have happened does not come before")
	}
}

func TestAStepsTimeThatCountsFromTheStepBeforeFollowsOnIt(t *testing.T) {
	limit := "\n[[limit]]\nid = \"l\"\ntitle = \"L\"\nfrom = \"opened\"\nuntil = \"e1\"\nmax = \"30 days\"\n"
	m := modelOf(t, event("e0")+event("e1")+step(0, nil, `time = { from = "opened", max = "4 weeks" }`)+step(1, []int{0}, `time = { from = "e0", max = "10 days" }`)+limit)
	c := ways.ByAfter(m).Chain(m.Limits[0], ways.StretchesOf(m), ways.LongestTime)
	if len(c.Parts) != 2 || c.Most != 38 || !c.Exceeds(ways.LongestTime) {
		t.Errorf("the times within the limit are %+v", c)
	}
}
