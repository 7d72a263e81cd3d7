package compare_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/interpreter"
)

// two are random models with few facts, not all of which both have, and few kinds and actors. They show as their texts.
type two []*interpreter.Program

func (m two) GoString() string {
	return m[0].Model().Files[0].Text + "\n" + m[1].Model().Files[0].Text
}

// values are what facts of random models can be; nil: not known.
var values = map[string][]any{
	"b1": {nil, false, true}, "b2": {nil, false, true}, "b3": {nil, false, true}, "e1": {nil, "p", "q", "r"}, "v1": {nil, day},
}

var twoModels = rapid.Custom(func(t *rapid.T) two {
	n := func(from, to int) int { return rapid.IntRange(from, to).Draw(t, "n") }
	one := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "one") }
	facts := map[string]string{
		"b1": fact("b1", `type = "bool"`), "b2": fact("b2", `type = "bool"`), "b3": fact("b3", `type = "bool"`),
		"e1": fact("e1", "type = \"enum\"\nvalues = { p = \"P\", q = \"Q\", r = \"R\" }"), "v1": fact("v1", `type = "event"`),
	}
	tests := map[string][]string{
		"b1": {"b1", "not b1"}, "b2": {"b2", "b2 == false", "known(b2)"}, "b3": {"b3", "not b3"}, "e1": {"e1 == 'p'", "e1 != 'q'", "known(e1)"},
		"v1": {"happened(v1)", "not happened(v1)"},
	}
	for range 50 {
		var texts []string
		for _, id := range []string{"a", "b"} {
			own := []string{"b1", "b2", "e1", "b3", "v1"}[:n(2, 5)]
			var test func(depth int) string
			test = func(depth int) string {
				if depth > 0 && n(0, 1) == 0 {
					return "(" + test(depth-1) + one(" and ", " or ") + test(depth-1) + ")"
				}
				return one(tests[one(own...)]...)
			}
			var b strings.Builder
			b.WriteString(head(id, "1"))
			for _, f := range own {
				b.WriteString(facts[f])
			}
			for i := range n(1, 3) {
				rest := "done = [" + strconv.Quote(test(1)) + "]\n"
				if n(0, 4) == 0 {
					rest = "every = { period = \"1 week\" }\n"
				}
				if n(0, 3) > 0 {
					rest += "when = " + strconv.Quote(test(2)) + "\n"
				}
				if n(0, 1) == 0 {
					rest += "after = []\n"
				}
				b.WriteString(step("p"+strconv.Itoa(i), one("k", "l"), one("x", "y"), rest))
			}
			for i := range n(1, 2) {
				rest := "when = " + strconv.Quote(test(1)) + "\n" + one("", "to = [\"x\"]\n") + one("", "after = [\"p0\"]\n")
				b.WriteString(outcome("u"+strconv.Itoa(i), rest))
			}
			texts = append(texts, b.String())
		}
		if programs, faults := load(texts...); faults == nil && len(programs) == 2 {
			return programs
		}
	}
	t.Skip("no models without errors were drawn")
	panic("unreachable")
})

// answers are what the two models answer for one case.
type answers struct {
	next     [2]string // kind and actor of the first required step
	away     bool      // both turn it away
	requires [2]map[string]bool
	facts    map[string]any
}

// everyAnswer puts every case that the facts of either model can tell apart through both.
func everyAnswer(t *rapid.T, models two) (out []answers) {
	var names []string
	for _, p := range models {
		for _, f := range p.Model().Facts {
			if !slices.Contains(names, f.ID) {
				names = append(names, f.ID)
			}
		}
	}
	facts := map[string]any{}
	var from func(i int)
	from = func(i int) {
		if i < len(names) {
			for _, v := range values[names[i]] {
				facts[names[i]] = v
				from(i + 1)
			}
			return
		}
		a := answers{facts: map[string]any{}, away: true}
		k := interpreter.NewCase("")
		for id, v := range facts {
			if a.facts[id] = v; v != nil {
				k.Set(id, v)
			}
		}
		for m, p := range models {
			f := k.Bind(p, func(string) bool { return true }, nil)
			var r interpreter.Result
			p.Decide(f, day, &r)
			if len(r.Next) > 0 {
				s := p.Model().Steps[r.Next[0]]
				a.next[m] = s.Kind.ID + " " + s.Actor.ID
			}
			a.requires[m] = map[string]bool{}
			for _, of := range p.Rules() {
				if of.Step != nil && of.Item == nil && p.Value(of, f, &r) == interpreter.True {
					a.requires[m][of.Step.Kind.ID] = true
				}
			}
			for _, s := range p.Model().Steps {
				if s.When == nil {
					a.requires[m][s.Kind.ID] = true
				}
			}
			a.away = a.away && r.Outcome >= 0 && turnsAway(p.Model().Outcomes[r.Outcome], &r)
		}
		out = append(out, a)
	}
	from(0)
	return out
}

func turnsAway(o *dsl.Outcome, r *interpreter.Result) bool {
	return len(o.To) == 0 && !slices.ContainsFunc(o.After, func(s *dsl.Step) bool { return r.StepStatus(s.Index) == interpreter.Done })
}

// The verdicts, the matrix over all cells and who falls between the models are those of going through every case.
func TestTheReportIsThatOfEveryCase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		models := twoModels.Draw(t, "models")
		all := everyAnswer(t, models)
		r := compare.Run(models, compare.Options{Day: day, Samples: 1000, Seed: 1})
		for _, k := range r.Kinds {
			first, second, both := 0, 0, 0
			for _, a := range all {
				switch x, y := a.requires[0][k.Kind.ID], a.requires[1][k.Kind.ID]; {
				case x && y:
					both++
				case x:
					first++
				case y:
					second++
				}
			}
			if got, want := k.Pairs[0].Verdict, verdict(first, second, both); got != want {
				t.Fatalf("%s is %s; in %d cases the first alone requires it, in %d the second, in %d both", k.Kind.ID, got, first, second, both)
			}
			for _, p := range []*compare.Part{k.Pairs[0].OnlyFirst, k.Pairs[0].OnlySecond} {
				if p != nil && p.Case == nil || p != nil && both > 0 != (p.Beside != nil) {
					t.Fatalf("%s: the cases that show it are %v", k.Kind.ID, p)
				}
			}
		}
		differ := 0
		for _, a := range all {
			if a.next[0] != a.next[1] {
				differ++
			}
		}
		if m := r.Cells; !m.Every || m.Cases != len(all) || m.Differ[0][1] != differ || m.Differ[1][0] != differ || m.Differ[0][0] != 0 || m.Differ[1][1] != 0 {
			t.Fatalf("the matrix is %v of %d cases; they differ in %d of %d", m.Differ, m.Cases, differ, len(all))
		}
		for _, a := range all {
			in := slices.ContainsFunc(r.Outside.Groups, func(g compare.Group) bool { return takesIn(g, a.facts) })
			if a.away && r.Outside.All && !in {
				t.Fatalf("both turn away %v, and it is in no group", a.facts)
			}
		}
	})
}

func verdict(first, second, both int) compare.Verdict {
	switch {
	case first+second+both == 0:
		return compare.Never
	case first+second == 0:
		return compare.Same
	case both+second == 0:
		return compare.OnlyFirst
	case both+first == 0:
		return compare.OnlySecond
	case second == 0:
		return compare.Stricter
	case first == 0:
		return compare.Looser
	}
	return compare.Neither
}

// takesIn tells whether the group's condition allows the case.
func takesIn(g compare.Group, facts map[string]any) bool {
	for _, p := range g.When {
		v := facts[p.Domain.Fact.ID]
		if v == nil {
			if !p.Unknown {
				return false
			}
			continue
		}
		if p.Domain.Fact.ID == "v1" {
			if len(p.Cells) == 0 {
				return false
			}
			continue
		}
		if !slices.ContainsFunc(p.Cells, func(k int) bool { return p.Domain.Cells[k].Value == v }) {
			return false
		}
	}
	return true
}

// A cohort's count of who falls between the models is that of its cases, whatever groups are told of.
func TestTheCohortIsCountedInItsGroups(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		models := twoModels.Draw(t, "models")
		var cohort []*interpreter.Case
		all := everyAnswer(t, models)
		for _, a := range all {
			k := interpreter.NewCase("")
			for id, v := range a.facts {
				if v != nil {
					k.Set(id, v)
				}
			}
			cohort = append(cohort, k)
		}
		r := compare.Run(models, compare.Options{Day: day, Samples: 10, Seed: 1, Cohort: cohort})
		for _, g := range r.Outside.Groups {
			want := 0
			for _, a := range all {
				if takesIn(g, a.facts) {
					want++
				}
			}
			if g.Cohort != want || want == 0 {
				t.Fatalf("a group has %d of the cohort, not %d", g.Cohort, want)
			}
		}
		if r.Cohort.Cases != len(all) || r.Outside.Of != len(all) {
			t.Fatalf("%d and %d cases are counted, not %d", r.Cohort.Cases, r.Outside.Of, len(all))
		}
		if share := r.Cohort.Share(0, 1); share != r.Cohort.Share(1, 0) || share < 0 || share > 1 {
			t.Fatalf("the share is %v", share)
		}
	})
}

// The smallest fact sets with which two models part are those of going through every case: of each two answers no smaller
// facts are enough, and what is left out is no smaller than what is told.
func TestThePartingsAreThoseOfEveryCase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		models := twoModels.Draw(t, "models")
		all := everyAnswer(t, models)
		got := compare.Run(models, compare.Options{Day: day, Samples: 1, Seed: 1}).Partings[0]
		minimal := map[string]int{} // by facts and answers: how many facts
		key := func(facts []string, next [2]string) string {
			return strings.Join(facts, "+") + ": " + next[0] + " - " + next[1]
		}
		known := func(a answers) (out []string) {
			for id, v := range a.facts {
				if v != nil {
					out = append(out, id)
				}
			}
			slices.Sort(out)
			return out
		}
		for _, a := range all {
			facts := known(a)
			smaller := slices.ContainsFunc(all, func(b answers) bool {
				of := known(b)
				return b.next == a.next && len(of) < len(facts) && !slices.ContainsFunc(of, func(id string) bool { return !slices.Contains(facts, id) })
			})
			if a.next[0] != a.next[1] && !smaller {
				minimal[key(facts, a.next)] = len(facts)
			}
		}
		most := 0
		for _, set := range got.Sets {
			var facts []string
			for _, f := range set.Facts {
				facts = append(facts, f.ID)
			}
			slices.Sort(facts)
			k := key(facts, [2]string{nextOf(set.First), nextOf(set.Second)})
			if n, is := minimal[k]; !is || n < most {
				t.Fatalf("%s is told of after sets of %d facts; the smallest are %v", k, most, minimal)
			}
			most = len(facts)
			delete(minimal, k)
		}
		for k, n := range minimal {
			if n < most {
				t.Fatalf("%s is left out, and sets of %d facts are told of", k, most)
			}
		}
		if got.All != (len(minimal) == 0) {
			t.Fatalf("it is said that these are all: %v; left are %v", got.All, minimal)
		}
	})
}

func nextOf(a compare.Answer) string {
	if a.Step == nil {
		return ""
	}
	return a.Step.Kind.ID + " " + a.Step.Actor.ID
}
