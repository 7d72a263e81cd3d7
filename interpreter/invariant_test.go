package interpreter_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// coherent checks that a decision does not contradict itself or what is known.
func coherent(t fataler, p *interpreter.Program, f *interpreter.Facts, d *interpreter.Decision) {
	want := interpreter.StuckCase
	switch {
	case d.Outcome != nil:
		want = interpreter.Closed
	case len(d.Next) > 0:
		want = interpreter.Open
	case len(d.Missing) > 0:
		want = interpreter.NeedsFacts
	case len(d.Upcoming) > 0:
		want = interpreter.Waiting
	}
	if d.Status != want {
		t.Fatalf("the status is %s, want %s", d.Status, want)
	}
	if d.Status == interpreter.Closed && len(d.Next)+len(d.Upcoming)+len(d.Missing) > 0 {
		t.Fatalf("closed, and yet something is next, upcoming or missing")
	}
	if (d.Stuck != nil) != (d.Status == interpreter.StuckCase) {
		t.Fatalf("status %s with the reason %v for being stuck", d.Status, d.Stuck)
	}
	if s := d.Stuck; s != nil {
		if (s.Why == interpreter.Unobtainable) != (len(s.Facts) > 0) || s.Why != interpreter.Unobtainable && s.Why != interpreter.NoRule {
			t.Fatalf("stuck: %+v", s)
		}
		for _, id := range s.Facts {
			if i, ok := p.FactIndex(id); !ok || !f.IsUnobtainable(i) {
				t.Fatalf("%s is named as what nobody can tell", id)
			}
		}
	}
	stepIDs := map[string]bool{}
	for _, n := range d.Next {
		step := p.Model().Steps[slices.IndexFunc(p.Model().Steps, func(s *dsl.Step) bool { return s.ID == n.Step })]
		if stepIDs[n.Step] || (step.Every == nil) != (len(n.Unmet) > 0) || n.Title == "" || n.Time == interpreter.Met {
			t.Fatalf("next: %+v", n)
		}
		stepIDs[n.Step] = true
		if (n.Due == nil) != (n.DaysLeft == nil) || n.Due == nil && n.Time != interpreter.OK {
			t.Fatalf("the time of %+v", n)
		}
		if n.Due != nil && (*n.DaysLeft != int(*n.Due-d.At) || (n.Time == interpreter.Late) != (*n.DaysLeft < 0)) {
			t.Fatalf("due %s, %d days left, %s on %s", n.Due, *n.DaysLeft, n.Time, d.At)
		}
	}
	for _, u := range d.Upcoming {
		if stepIDs[u.Step] || u.From <= d.At {
			t.Fatalf("upcoming: %+v on %s", u, d.At)
		}
		stepIDs[u.Step] = true
	}
	for i, m := range d.Missing {
		k, ok := p.FactIndex(m.Fact)
		if !ok || f.Known(k) || f.IsUnobtainable(k) || p.Model().Facts[k].Type.Kind == rule.Event {
			t.Fatalf("%s is asked for", m.Fact)
		}
		if m.Ask == "" || len(m.Decides) == 0 || slices.ContainsFunc(d.Missing[:i], func(x interpreter.MissingFact) bool { return x.Fact == m.Fact }) {
			t.Fatalf("missing: %+v", m)
		}
	}
	if text := asJSON(t, d); strings.Contains(text, `"next": null`) || strings.Contains(text, `"facts": null`) {
		t.Fatalf("a list is null:\n%s", text)
	}
}

func TestDecisionsDoNotContradictThemselves(t *testing.T) {
	rapid.Check(t, coherentCase)
}

func coherentCase(t *rapid.T) {
	p, facts, at := drawCase(t)
	f := bound(t, p, facts)
	coherent(t, p, f, p.Decision(f, at, lang.SV))
}

func FuzzDecideInAnyModel(f *testing.F) { f.Fuzz(rapid.MakeFuzz(coherentCase)) }

// FuzzDecideInFaros reads the state of FAROS' facts from bytes: one for each fact, and one for the day.
func FuzzDecideInFaros(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x01\x01\x01\x02\x01\x40\x01\x90 all kinds of bytes \x00\xff\x7f\x80"))
	p := faros()
	base, _ := calendar.Of(2026, 3, 1)
	var r interpreter.Result
	f.Fuzz(func(t *testing.T, data []byte) {
		known := p.NewFacts()
		at := base
		for i, b := range data {
			if i >= len(p.Model().Facts) {
				at += calendar.Day(int8(b))
				continue
			}
			set(known, i, p.Model().Facts[i], b, base)
		}
		p.Decide(known, at, &r)
		coherent(t, p, known, p.Words(&r, lang.SV))
		if len(data)%8 == 0 {
			e := p.Explain(known, at, lang.EN)
			coherent(t, p, known, e.Decision)
			if len(e.Steps) != len(p.Model().Steps) {
				t.Fatal("not every step is explained")
			}
		}
	})
}

// set gives the fact the state that a byte stands for: not asked for, unobtainable, or a value.
func set(f *interpreter.Facts, i int, fact *dsl.Fact, b byte, base calendar.Day) {
	v := int(b) / 4
	switch {
	case b%4 == 0:
	case b%16 == 1:
		f.SetUnobtainable(i)
	default:
		switch t := fact.Type; t.Kind {
		case rule.Bool:
			f.SetBool(i, v%2 == 0)
		case rule.Int:
			f.SetInt(i, int64(t.Min)+int64(v)%int64(t.Max-t.Min+1))
		case rule.Number:
			f.SetNumber(i, t.Min+math.Mod(float64(v), t.Max-t.Min))
		case rule.Enum:
			f.SetEnum(i, v%len(t.Values))
		case rule.Set:
			f.SetSet(i, []int{v % len(t.Values)})
		case rule.Text:
			f.SetText(i, "x")
		default:
			f.SetDay(i, base+calendar.Day(v*8-400))
		}
	}
}

// The random cases of these tests reach what they are about: every status of cases, steps and limits, and both reasons
// for being stuck.
func TestDrawnCasesReachEverything(t *testing.T) {
	seen := map[string]int{}
	for seed := range 250 {
		p := models.Example(seed).Program
		at := days.Example(seed)
		for k := range 5 {
			f := bound(t, p, knownOf(p.Model(), at).Example(5*seed+k))
			var r interpreter.Result
			p.Decide(f, at, &r)
			d := p.Words(&r, lang.SV)
			seen["case "+string(d.Status)]++
			for i := range p.Model().Steps {
				seen["step "+r.StepStatus(i).String()]++
			}
			for _, n := range d.Next {
				seen["time "+string(n.Time)]++
			}
			for _, l := range d.Limits {
				seen["limit "+string(l.Time)]++
			}
			if d.Stuck != nil {
				seen["stuck "+string(d.Stuck.Why)]++
			}
			for _, m := range d.Missing {
				if strings.HasPrefix(m.Decides[len(m.Decides)-1], "u") {
					seen["asked for an outcome"]++
				} else {
					seen["asked for a step"]++
				}
			}
		}
	}
	for _, what := range []string{
		"case open", "case waiting", "case needs_facts", "case closed", "case stuck", "stuck no_rule", "stuck unobtainable",
		"step not_applicable", "step done", "step waiting", "step scheduled", "step required", "step undetermined",
		"time ok", "time soon", "time late", "limit ok", "limit soon", "limit late", "limit met", "asked for an outcome", "asked for a step",
	} {
		if seen[what] < 3 {
			t.Errorf("%s: %d times among %v", what, seen[what], seen)
		}
	}
}

func TestArithmeticIsExactToTheEndsOfTheRangesAndOverflowIsRefused(t *testing.T) {
	model := func(limit string) string {
		return drawnHead + "[[fact]]\nid = \"stor\"\ntype = \"int\"\nmin = -" + limit + "\nmax = " + limit + "\nunit = \"kr\"\ntitle = \"S\"\nask = \"S?\"\n" +
			"[define]\nx = \"stor * stor - 1 < stor * stor and stor * stor > 0\"\n" + steps(`a when = "x"; done = ["known(stor)"]`) +
			"[[outcome]]\nid = \"slut\"\ntitle = \"S\"\nwhen = \"stor == 7\"\n"
	}
	p := loadText(t, model("94906265")) // the square is just below 2^53
	for _, v := range []int64{94906265, -94906265, 94906264, 1, 0} {
		f := p.NewFacts()
		f.SetInt(0, v)
		var r interpreter.Result
		p.Decide(f, 20_000, &r)
		want := interpreter.Done
		if v == 0 {
			want = interpreter.NotApplicable
		}
		if got := r.StepStatus(0); got != want {
			t.Errorf("with %d: %s, want %s", v, got, want)
		}
	}
	set := dsl.Load([]*diag.Source{diag.NewSource("prov.toml", model("94906267"))})
	if !slices.ContainsFunc(set.Faults, func(f *diag.Diagnostic) bool { return f.Code == "rule-overflow" }) {
		t.Errorf("what can overflow is let through: %v", set.Faults)
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300} {
		var faults diag.List
		if caseFrom(known{"n1": v}).Bind(ruleProgram(t, "n1 > 1"), nil, &faults); !faults.HasErrors() {
			t.Errorf("%v is let through", v)
		}
	}
}
