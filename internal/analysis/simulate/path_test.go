package simulate_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/analysis/simulate"
	"github.com/stegvis/stegvis/interpreter"
)

// network is a random model as a plan of activities: what an independent forward pass needs to know of it.
type network struct {
	p     *interpreter.Program
	steps []activity
	bools map[string]bool
	plan  string
	from  int // the step that the shortest stay of the stage counts from; -1: the stage has none
	stay  calendar.Duration
}

type activity struct {
	after   []int
	applies func(map[string]bool) bool
	length  calendar.Duration
	waits   int // the step that its not_before counts from; -1: none
	wait    calendar.Duration
	kind    string
	staged  bool // in the stage
}

func (n network) GoString() string { return n.p.Model().Files[0].Text + "\n" + n.plan }

var networks = rapid.Custom(func(t *rapid.T) network {
	n := func(from, to int) int { return rapid.IntRange(from, to).Draw(t, "n") }
	one := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "one") }
	span := func() calendar.Duration {
		return calendar.Duration{N: n(0, 20), Unit: rapid.SampledFrom([]calendar.Unit{calendar.Days, calendar.Weeks, calendar.Months}).Draw(t, "unit")}
	}
	for range 50 {
		out := network{bools: map[string]bool{}, from: -1}
		text, plan := head, durations
		for _, id := range []string{"b0", "b1", "b2"} {
			text += fact(id, `type = "bool"`)
			out.bools[id] = n(0, 1) == 1
			shares := map[bool]string{true: "{ true = 1, false = 0 }", false: "{ true = 0, false = 1 }"}[out.bools[id]]
			plan += answer(id, "shares = "+shares+"\n"+one("", "known = \"start\"", "known = \"asked\""))
		}
		stage := "[[stage]]\nid = \"g\"\ntitle = \"G\"\nwhen = \"b2\"\n"
		count := n(1, 8)
		var facts, steps string
		for i := range count {
			id := strconv.Itoa(i)
			a := activity{length: span(), waits: -1, kind: one("k", "l"), applies: func(map[string]bool) bool { return true }}
			facts += event("e"+id) + fact("c"+id, `type = "bool"`)
			rest := "done = [\"happened(e" + id + ")\"" + one("", ", \"c"+id+"\"") + "]\n"
			var after []string
			for k := range i {
				if n(0, 2) == 0 {
					a.after = append(a.after, k)
					after = append(after, `"s`+strconv.Itoa(k)+`"`)
				}
			}
			rest += "after = [" + strings.Join(after, ", ") + "]\n"
			switch one("always", "b0", "not b1", "b0 or b1", "stage") {
			case "b0":
				rest += "when = \"b0\"\n"
				a.applies = func(b map[string]bool) bool { return b["b0"] }
			case "not b1":
				rest += "when = \"not b1\"\n"
				a.applies = func(b map[string]bool) bool { return !b["b1"] }
			case "b0 or b1":
				rest += "when = \"b0 or b1\"\n"
				a.applies = func(b map[string]bool) bool { return b["b0"] || b["b1"] }
			case "stage":
				rest += "stage = \"g\"\n"
				a.staged = true
				a.applies = func(b map[string]bool) bool { return b["b2"] }
			}
			if len(a.after) > 0 && n(0, 2) == 0 {
				a.waits, a.wait = a.after[n(0, len(a.after)-1)], span()
				rest += fmt.Sprintf("[step.time]\nfrom = \"e%d\"\nnot_before = \"%s\"\n", a.waits, a.wait)
			}
			steps += step("s"+id, a.kind, one("x", "y"), rest)
			plan += length("s"+id, "fixed = \""+a.length.String()+"\"")
			out.steps = append(out.steps, a)
		}
		if froms := out.froms(); len(froms) > 0 && n(0, 2) > 0 {
			out.from, out.stay = rapid.SampledFrom(froms).Draw(t, "from"), span()
			stage += fmt.Sprintf("[stage.time]\nfrom = \"e%d\"\nmin = \"%s\"\n", out.from, out.stay)
		}
		if n(0, 2) == 0 {
			facts += event("since")
			steps += step("again", "r", "x", "after = [\"s0\"]\nevery = { period = \"1 week\", since = \"since\", start = \"e0\" }\n")
		}
		var all []string
		for i := range count {
			all = append(all, `"s`+strconv.Itoa(i)+`"`)
		}
		text += stage + facts + steps + outcome("o", "after = ["+strings.Join(all, ", ")+"]")
		if out.p, out.plan = program(text), plan; out.p != nil {
			return out
		}
	}
	t.Skip("no model without errors was drawn")
	panic("unreachable")
})

// before tells which steps come before step i, directly or past others.
func (n network) before(i int) map[int]bool {
	out := map[int]bool{}
	for _, k := range n.steps[i].after {
		out[k] = true
		maps.Copy(out, n.before(k))
	}
	return out
}

// leaves tells whether step i comes after the stage, and is not of it.
func (n network) leaves(i int) bool {
	if n.steps[i].staged {
		return false
	}
	for k := range n.before(i) {
		if n.steps[k].staged {
			return true
		}
	}
	return false
}

// froms lists the steps that come before every step which comes after the stage: there a stay can count from, whatever else goes on.
func (n network) froms() (out []int) {
	for f := range n.steps {
		all, some := true, false
		for i := range n.steps {
			if n.leaves(i) {
				all, some = all && n.before(i)[f], true
			}
		}
		if all && some {
			out = append(out, f)
		}
	}
	return out
}

// forward is the critical path: when each step is passed, each after all that it comes after; and when it is done, where it applies.
func (n network) forward() (end calendar.Day, first map[string]calendar.Day) {
	passed := make([]calendar.Day, len(n.steps))
	first = map[string]calendar.Day{}
	end = start
	for i, a := range n.steps {
		at := start
		for _, k := range a.after {
			at = max(at, passed[k])
		}
		if a.applies(n.bools) {
			if a.waits >= 0 && n.steps[a.waits].applies(n.bools) {
				at = max(at, passed[a.waits].Add(a.wait))
			}
			if n.from >= 0 && n.leaves(i) && n.bools["b2"] && n.steps[n.from].applies(n.bools) {
				at = max(at, passed[n.from].Add(n.stay))
			}
			at = at.Add(a.length)
			if was, is := first[a.kind]; !is || at < was {
				first[a.kind] = at
			}
		}
		passed[i] = at
		end = max(end, at)
	}
	return end, first
}

// With fixed lengths, and as many places as anybody needs, every figure is that of the critical path exactly.
func TestFixedLengthsGiveTheCriticalPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := networks.Draw(t, "network")
		r := run(t, n.p, plan(t, n.p, n.plan), nil, 3, 2)
		f, s := r.Base.Earliest, r.Base
		if s.Bounds() || len(s.Gaps) > 0 {
			t.Fatalf("every step has a length, and yet there are gaps: %v", s.Gaps)
		}
		end, first := n.forward()
		want := float64(start.DaysUntil(end))
		if f.Any.Reached.Value != 1 {
			t.Fatalf("only %v of the cases end", f.Any.Reached.Value)
		}
		for what, e := range map[string]simulate.Estimate{"mean": f.Any.Mean, "p10": f.Any.P10, "p50": f.Any.P50, "p90": f.Any.P90} {
			if e.Value != want || e.Low != want || e.High != want {
				t.Fatalf("%s is %v (%v to %v), the critical path takes %v", what, e.Value, e.Low, e.High, want)
			}
		}
		for _, k := range f.Kinds {
			at, is := first[k.Kind.ID]
			if k.Kind.ID != "r" && (is != (k.Reached.Value == 1) || is && k.Mean.Value != float64(start.DaysUntil(at))) {
				t.Fatalf("the first %s comes after %v days (%v of the cases), by the critical path on %v (%v)", k.Kind.ID, k.Mean.Value, k.Reached.Value, at, is)
			}
		}
	})
}

// FAROS by hand: each length as long as its place in this list says.
func TestFarosTakesTheSumOfItsCriticalPath(t *testing.T) {
	p, _ := example(t, "faros")
	days := map[string]int{}
	text := "[durations]\nmodel = \"faros\"\n"
	for i, s := range p.Model().Steps {
		if s.Every == nil {
			days[s.ID] = i + 2
			text += length(s.ID, fmt.Sprintf("fixed = \"%d days\"", i+2))
		}
	}
	common := text + answer("arbetsformaga_nedsatt", "shares = { true = 1, false = 0 }")
	sum := func(steps ...string) (n int) {
		for _, s := range steps {
			if days[s] == 0 {
				t.Fatalf("no step %s", s)
			}
			n += days[s]
		}
		return n
	}
	assessed := []string{"behovsbedomning", "personligt_mote", "beredning"}
	joined := append(slices.Clone(assessed), "arendefordelning", "information", "trepartssamtal", "nivabedomning", "handlingsplan", "starta_introduktion", "uppfoljningsmote")
	active := append(slices.Clone(joined), "ny_handlingsplan", "starta_aktiv_rehabilitering", "aktiv_rehabilitering")
	// Its stage lasts four weeks from its start at the least, and only then does the end begin. The other stages last longer than theirs.
	rest := max(0, 28-days["aktiv_rehabilitering"])
	enig, oenig := answer("beredning_enig", "shares = { true = 1, false = 0 }"), answer("beredning_enig", "shares = { true = 0, false = 1 }")
	decided := func(v string) string { return answer("beredning_beslut", "shares = { "+v+" = 1 }") }
	for _, c := range []struct {
		outcome, answers string
		want             int
	}{
		{"ej_aktuell", answer("arbetsformaga_nedsatt", "shares = { true = 0, false = 1 }"), 0},
		{"kvar_hos_fk", answer("kan_forbattras", "shares = { true = 0, false = 1 }"), sum("behovsbedomning")},
		{"till_af", enig + decided("arbetsformedlingen"), sum(assessed...)},
		{"ater_fk", oenig + decided("forsakringskassan"), sum(append(slices.Clone(assessed), "linjechefsbeslut")...)},
		{"aterford", enig + decided("samverkan") + answer("fortsattning", "shares = { avbryts = 1 }"), sum(append(slices.Clone(joined), "slutbedomning", "aterforing")...)},
		// The talk and the negotiation go on side by side, and the last of the two records comes after the talk.
		{"anstallning", enig + decided("samverkan") + answer("fortsattning", "shares = { fortsatt = 1 }") + answer("avslutsorsak", "shares = { anstallning = 1 }"),
			sum(active...) + rest + max(days["forhandling"], days["avslutssamtal"]+max(days["slutdokumentation_af"], days["slutdokumentation_fk"]))},
		{"utbildning", oenig + decided("samverkan") + answer("fortsattning", "shares = { fortsatt = 1 }") + answer("avslutsorsak", "shares = { utbildning = 1 }"),
			sum(active...) + rest + sum("linjechefsbeslut", "avslutssamtal", "slutdokumentation_fk")},
	} {
		file := common
		if strings.Contains(c.answers, "arbetsformaga_nedsatt") {
			file = text
		}
		f := run(t, p, plan(t, p, file+c.answers), nil, 2, 2).Base.Earliest
		for _, e := range f.Ends {
			if id, _ := e.Name(); id == c.outcome && (e.Reached.Value != 1 || e.Mean.Value != float64(c.want)) {
				t.Errorf("%s: %v of the cases end so, after %v days; by hand it takes %d", c.outcome, e.Reached.Value, e.Mean.Value, c.want)
			}
		}
	}
}
