package interpreter_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// atOdds is a set in which the same names mean more than one thing: everyType, which starts at an event and has a
// later version with other ranges and values, and a model beside it that shares some of the facts and has one of its
// own.
var atOdds = func() *interpreter.Set {
	first := *everyType.Model()
	first.InForce = day("2020-01-01")
	later := first
	later.Version, later.InForce = "2", day("2025-01-01")
	later.Facts = nil
	for _, f := range first.Facts {
		g := *f
		switch f.ID {
		case "timmar":
			g.Type.Min, g.Type.Max = 10, 60
		case "andel":
			g.Type.Max = 3
		case "saldo":
			g.Type.Min = -5
		case "beslut":
			g.Type.Values = []string{"nej", "åter", "kanske"}
		case "insatser":
			g.Type.Values = g.Type.Values[1:]
		case "mote":
			later.Start = &g
		}
		later.Facts = append(later.Facts, &g)
	}
	beside := &dsl.Model{ID: "annan", Version: "1", Facts: []*dsl.Fact{
		{ID: "annan", Type: rule.Type{Kind: rule.Bool}},
		{ID: "timmar", Type: rule.Type{Kind: rule.Int, Min: 0, Max: 24}, Index: 1},
		{ID: "mote", Type: rule.Type{Kind: rule.Event}, Index: 2},
		{ID: "mängd", Type: rule.Type{Kind: rule.Set, Values: []string{"praktik"}}, Index: 3},
	}}
	return interpreter.SetOf([]*interpreter.Program{interpreter.Compile(&first), interpreter.Compile(&later), interpreter.Compile(beside)})
}()

// part is the model that has versions alone, told of what the other declares.
var part = interpreter.SetOf(atOdds.Versions("prov")).PartOf(atOdds.Declares)

// asked is what a reader is made for.
type asked struct {
	set     *interpreter.Set
	models  []string
	version string
}

// slowly answers what a reader must: the version, the facts and the day for a model; no program where the case is at
// fault for it.
func (a asked) slowly(c *interpreter.Case, model string, q interpreter.Query) (*interpreter.Program, *interpreter.Facts) {
	q.Model, q.Version = model, a.version
	var faults diag.List
	p := a.set.Choose(c, q, &faults)
	f := c.Bind(p, a.set.Declares, &faults)
	if faults.HasErrors() {
		return nil, nil
	}
	return p, f
}

// queries are asked of every case: about its own day, and about days before and after versions come into force.
func queries() []interpreter.Query {
	early, late := day("2021-06-01"), day("2026-03-01")
	return []interpreter.Query{{Today: late}, {At: &early}, {At: &late}}
}

// agree tells how the reader, which has just taken the case or refused it, and the slow way disagree about it; "" if
// they do not.
func (a asked) agree(r *interpreter.Reader, taken bool, c *interpreter.Case, faults diag.List) string {
	if faults.HasErrors() {
		if taken {
			return "taken, though: " + faults[0].Message(lang.EN)
		}
		return ""
	}
	hopeless := ""
	for i, model := range a.models {
		some := false
		versions := a.set.Versions(model)
		for _, p := range versions {
			if a.version != "" && p.Model().Version != a.version {
				continue
			}
			var own diag.List
			if c.Bind(p, a.set.Declares, &own); !own.HasErrors() {
				some = true
			}
		}
		if !some {
			hopeless = model
			continue
		}
		if !taken {
			continue
		}
		for _, q := range queries() {
			p, f := a.slowly(c, model, q)
			gotP, gotF, at := r.Answering(i, q)
			switch {
			case gotP != p:
				return "another version answers for " + model
			case at != q.Day(c):
				return "another day is asked about: " + at.String()
			case p == nil:
				continue
			}
			if d := differ(p, f, gotF); d != "" {
				return model + ": " + d
			}
			var want, got interpreter.Result
			p.Decide(f, at, &want)
			p.Decide(gotF, at, &got)
			if w, g := p.Words(&want, lang.SV), p.Words(&got, lang.SV); !reflect.DeepEqual(w, g) {
				return model + " decides otherwise"
			}
		}
	}
	switch {
	case hopeless != "" && taken:
		return "taken, though it is at fault for every version of " + hopeless
	case hopeless != "":
		return ""
	case !taken:
		return "refused, and sound"
	case string(r.ID()) != c.ID:
		return "another id: " + string(r.ID())
	}
	if at, ok := r.At(); ok != (c.At != nil) || ok && at != *c.At {
		return "another day of its own: " + at.String()
	}
	return ""
}

// differ tells of a fact that the two do not know alike.
func differ(p *interpreter.Program, want, got *interpreter.Facts) string {
	for i, f := range p.Model().Facts {
		if want.Known(i) != got.Known(i) || want.IsUnobtainable(i) != got.IsUnobtainable(i) || !reflect.DeepEqual(want.Value(i), got.Value(i)) {
			return f.ID + " is known otherwise"
		}
	}
	return ""
}

// readsAlike reads a text both ways.
func (a asked) readsAlike(r *interpreter.Reader, text string) string {
	taken := r.ReadJSON([]byte(text))
	var faults diag.List
	c := interpreter.ReadCase(diag.NewSource("-", text), &faults)
	return a.agree(r, taken, c, faults)
}

// everyAsked lists what readers of the tests are made for.
func everyAsked() []asked {
	return []asked{
		{atOdds, []string{"prov"}, ""}, {atOdds, []string{"prov"}, "1"}, {atOdds, []string{"prov"}, "2"},
		{atOdds, []string{"annan"}, ""}, {atOdds, []string{"annan", "prov", "annan"}, ""},
		{part, []string{"prov"}, ""},
	}
}

func TestAReaderTakesTheExampleCohortAsItIs(t *testing.T) {
	all := asked{shipped(), shipped().IDs(), ""}
	alone := asked{shipped(), []string{"faros"}, "1"}
	for _, a := range []asked{all, alone} {
		r := newReader(t, a.set, a.version, a.models...)
		for _, line := range cohortLines() {
			if wrong := a.readsAlike(r, string(line)); wrong != "" {
				t.Fatalf("%s: %s", line, wrong)
			}
			if !r.ReadJSON(line) {
				t.Fatalf("%s is refused", line)
			}
		}
	}
}

func TestAReaderRefusesEveryFaultOfACase(t *testing.T) {
	a := asked{atOdds, []string{"prov"}, "1"}
	r := newReader(t, a.set, a.version, a.models...)
	for _, c := range caseFaults {
		text, _ := unmark(c.text)
		if !strings.HasPrefix(c.name, "TOML:") && r.ReadJSON([]byte(text)) {
			t.Errorf("%s: %.200q is taken", c.name, text)
		}
	}
	for _, text := range []string{wholeCase["arende.json"], "{}", ` {"facts":{},"unobtainable":[]} `} {
		if !r.ReadJSON([]byte(text)) {
			t.Errorf("%q is refused", text)
		}
		if wrong := a.readsAlike(r, text); wrong != "" {
			t.Errorf("%q: %s", text, wrong)
		}
	}
	if r.ReadJSON([]byte(strings.Repeat(" ", interpreter.MaxCaseBytes) + "{}")) {
		t.Error("a case beyond the limit is taken")
	}
}

func TestAReaderKeepsToTheLengthOfALegalList(t *testing.T) {
	whole := interpreter.SetOf(atOdds.Versions("prov")).PartOf(func(string) bool { return true })
	a := asked{whole, []string{"prov"}, ""}
	r := newReader(t, whole, "", "prov")
	for _, n := range []int{1999, 2000, 2001} {
		for _, text := range []string{`{"unobtainable": ` + codes(n) + `}`, `{"facts": {"more": ` + codes(n) + `}}`} {
			if wrong := a.readsAlike(r, text); wrong != "" {
				t.Errorf("%d of %.20s: %s", n, text, wrong)
			}
		}
	}
}

// A case that only one version of a model can take is read without the slow way, and answered where that version
// answers.
func TestAReaderTakesWhatTheVersionThatAnswersCanTake(t *testing.T) {
	r := newReader(t, atOdds, "", "prov")
	if !r.ReadJSON([]byte(`{"facts": {"timmar": 50, "mote": "2025-05-05"}}`)) {
		t.Fatal("a case for the later version is refused")
	}
	early, late := day("2021-06-01"), day("2026-03-01")
	if p, f, at := r.Answering(0, interpreter.Query{At: &late}); p == nil || p.Model().Version != "2" || f == nil || at != late {
		t.Errorf("the version in force: %v, %v, %v", p, f, at)
	}
	if p, f, at := r.Answering(0, interpreter.Query{At: &early}); p != nil || f != nil || at != early {
		t.Errorf("a version whose range is left: %v, %v, %v", p, f, at)
	}
}

func TestAReaderAllocatesNothing(t *testing.T) {
	lines := cohortLines()[:600]
	for _, models := range [][]string{{"faros"}, shipped().IDs()} {
		r := newReader(t, shipped(), "", models...)
		results := map[*interpreter.Program]*interpreter.Result{}
		for _, p := range shipped().Programs() {
			results[p] = &interpreter.Result{}
		}
		run := func() {
			for _, line := range lines {
				if !r.ReadJSON(line) {
					t.Fatalf("%s is refused", line)
				}
				for m := range models {
					p, f, at := r.Answering(m, interpreter.Query{})
					p.Decide(f, at, results[p])
				}
			}
		}
		run()
		if n := testing.AllocsPerRun(5, run); n != 0 {
			t.Errorf("%v: %v allocations for %d cases", models, n, len(lines))
		}
	}
	// What is written in another way than it is declared takes no more.
	r := newReader(t, atOdds, "", "prov")
	text := []byte("\ufeff" + ` {"id": "\u00e4rende å", "facts": {"\u00e5terg\u00e5ng": true, "beslut": "\u00e5ter", "koder": ["v7", "v\u0038"], "andel": 0.25, "saldo": -9007199254740991, "start": "2026-0\u0033-01"}} `)
	if !r.ReadJSON(text) {
		t.Fatal("refused")
	}
	if n := testing.AllocsPerRun(100, func() { r.ReadJSON(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestAReaderForWhatIsNotThere(t *testing.T) {
	var faults diag.List
	if r := atOdds.NewReader([]string{"prov", "provv", "anan"}, "", &faults); r != nil || len(faults) != 2 {
		t.Errorf("unknown models: %v, %v", r, faults)
	}
	faults = nil
	if r := atOdds.NewReader([]string{"prov"}, "3", &faults); r != nil || len(faults) != 1 || faults[0].Code != "query-unknown-version" {
		t.Errorf("an unknown version: %v, %v", r, faults)
	}
}

// saidDays are days about which a case may say something that matters.
var saidDays = []calendar.Day{calendar.MinDay, day("2019-12-31"), day("2024-12-31"), day("2025-01-01"), day("2026-03-01"), calendar.MaxDay}
