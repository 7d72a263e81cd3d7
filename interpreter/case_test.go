package interpreter_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/interpreter"
)

func day(s string) calendar.Day {
	d, ok := calendar.Parse(s)
	if !ok {
		panic(s)
	}
	return d
}

// wholeCase says something of every fact, and of one that another model declares, in both forms.
var wholeCase = map[string]string{
	"arende.json": "\ufeff" + `{
	"id": "ärende 17", "at": "2026-03-01",
	"facts": {
		"samtycke": true, "timmar": 40, "saldo": -9007199254740991, "andel": 1, "beslut": "åter",
		"insatser": ["vård", "praktik"], "koder": [], "start": "0001-01-01", "mote": null,
		"anteckning": "sa\n\u00e5 ` + `\ud83d\ude00` + `", "annan": 7
	},
	"unobtainable": ["återgång", "mote"]
}`,
	"arende.toml": `id = "ärende 17"
at = 2026-03-01
unobtainable = ["återgång", "mote"]
[facts]
samtycke = true
timmar = 40
saldo = -9_007_199_254_740_991
andel = 1.0
beslut = 'åter'
insatser = ["vård", "praktik"]
koder = []
start = 0001-01-01
anteckning = """sa
å 😀"""
annan = 7
`,
}

func TestACaseSaysTheSameInJSONAndTOML(t *testing.T) {
	want := map[string]any{
		"samtycke": true, "timmar": int64(40), "saldo": int64(-1<<53 + 1), "andel": 1.0, "beslut": "åter",
		"insatser": []string{"praktik", "vård"}, "koder": []string{}, "start": calendar.MinDay, "mote": "?",
		"anteckning": "sa\nå 😀", "återgång": "?",
	}
	for name, text := range wholeCase {
		c, f, faults := readCase(name, text)
		if len(faults) > 0 {
			t.Errorf("%s:\n%s", name, render(t, faults, lang.EN))
		}
		if c.ID != "ärende 17" || c.At == nil || *c.At != day("2026-03-01") {
			t.Errorf("%s: id %q, at %v", name, c.ID, c.At)
		}
		if got := values(f); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v\nwant %v", name, got, want)
		}
	}
}

func TestAnEmptyCaseKnowsNothing(t *testing.T) {
	for name, text := range map[string]string{"a": "{}", "b": ` {"facts":{},"unobtainable":[]} `, "-": "{}\n", "c.toml": "", "d.toml": "# inget\n"} {
		c, f, faults := readCase(name, text)
		if len(faults) > 0 || c.ID != "" || c.At != nil || len(c.Names()) > 0 || len(values(f)) > 0 {
			t.Errorf("%s: %+v knows %v, with %d faults", name, c, values(f), len(faults))
		}
	}
}

func TestComposedAndDecomposedNamesAndValuesAreTheSame(t *testing.T) {
	const decomposed = "a\u030a"
	c, f, faults := readCase("a.json", `{"facts": {"`+decomposed+`terg`+decomposed+`ng": true, "beslut": "`+decomposed+`ter", "insatser": ["v`+decomposed+`rd"], "anteckning": "`+decomposed+`"}}`)
	if len(faults) > 0 {
		t.Fatal(render(t, faults, lang.EN))
	}
	want := map[string]any{"återgång": true, "beslut": "åter", "insatser": []string{"vård"}, "anteckning": "å"}
	if got := values(f); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if v, ok := c.Get(decomposed + "terg" + decomposed + "ng"); !ok || v != true {
		t.Errorf("Get by the decomposed name: %v, %v", v, ok)
	}
}

func TestACaseMadeByCodeKeepsWhatItIsTold(t *testing.T) {
	c := interpreter.NewCase("17")
	said := []struct {
		fact      string
		set, want any
	}{
		{"samtycke", false, false},
		{"timmar", 20, int64(20)},
		{"saldo", int64(-3), int64(-3)},
		{"andel", 0.25, 0.25},
		{"beslut", "ja", "ja"},
		{"insatser", []string{"vård"}, []string{"vård"}},
		{"start", day("2026-02-28"), day("2026-02-28")},
		{"mote", "2026-03-01", "2026-03-01"},
		{"anteckning", "", ""},
		{"återgång", nil, nil},
	}
	var names []string
	for _, s := range said {
		c.Set(s.fact, "något annat, som ersätts")
		names = append(names, s.fact)
	}
	for _, s := range said {
		c.Set(s.fact, s.set)
	}
	if !slices.Equal(c.Names(), names) {
		t.Errorf("names %v, want %v", c.Names(), names)
	}
	for _, s := range said {
		if v, ok := c.Get(s.fact); !ok || !reflect.DeepEqual(v, s.want) {
			t.Errorf("%s is %#v, %v; want %#v", s.fact, v, ok, s.want)
		}
	}
	var faults diag.List
	f := c.Bind(everyType, nil, &faults)
	if len(faults) > 0 {
		t.Fatal(render(t, faults, lang.EN))
	}
	if got := values(f); got["mote"] != day("2026-03-01") || got["återgång"] != "?" || len(got) != len(said) {
		t.Errorf("bound: %v", got)
	}

	copied := c.Clone()
	copied.Forget("timmar")
	copied.Forget("timmar")
	copied.Forget("finns inte")
	copied.Set("anteckning", "sist")
	copied.Set("timmar", 1)
	if v, ok := c.Get("timmar"); v != int64(20) || !ok || len(c.Names()) != len(said) {
		t.Errorf("changing the copy changed the case: %v, %v", v, ok)
	}
	if got := copied.Names(); got[len(got)-1] != "timmar" || len(got) != len(said) {
		t.Errorf("a fact that was forgotten and told again stands at %v", got)
	}
	if v, _ := copied.Get("anteckning"); v != "sist" {
		t.Errorf("after a Forget, Set changed another fact: %v", v)
	}
	if _, ok := interpreter.NewCase("").Get("timmar"); ok {
		t.Error("a new case knows something")
	}
	var zero interpreter.Case
	zero.Set("timmar", 1)
	if v, _ := zero.Get("timmar"); v != int64(1) {
		t.Error("the zero case cannot be told anything")
	}
}

func TestFaultsOfACaseMadeByCodeStandAlone(t *testing.T) {
	c := interpreter.NewCase("17")
	for _, s := range []struct {
		fact  string
		value any
	}{
		{"samtycke", time.Now()}, {"timmar", 41}, {"saldo", 1.0}, {"andel", math.NaN()}, {"beslut", "avslag"},
		{"insatser", []string{"vård", "vård", "vila"}}, {"start", calendar.MaxDay + 1}, {"mote", "i går"},
		{"anteckning", "\xff"}, {"aterganng", true}, {"19800101-1234", true}, {"koder", []string(nil)},
	} {
		c.Set(s.fact, s.value)
	}
	var faults diag.List
	f := c.Bind(everyType, nil, &faults)
	golden(t, "case-by-code.sv.txt", render(t, faults, lang.SV))
	golden(t, "case-by-code.en.txt", render(t, faults, lang.EN))
	for i, fact := range everyType.Model().Facts {
		if fact.Type.Kind.String() != "set" && (f.Known(i) || f.IsUnobtainable(i)) {
			t.Errorf("%s is bound to a value that was refused", fact.ID)
		}
	}
}

func TestAFactOfAnotherModelIsIgnoredAndOneOfNoneIsNot(t *testing.T) {
	for _, c := range []struct {
		text     string
		declared func(string) bool
		faults   int
	}{
		{`{"facts": {"annan": {}}}`, elsewhere, 1}, // no fact of any model is a table
		{`{"facts": {"annan": [1, "x"]}}`, elsewhere, 1},
		{`{"facts": {"annan": "x"}}`, elsewhere, 0},
		{`{"unobtainable": ["annan"]}`, elsewhere, 0},
		{`{"facts": {"annan": "x"}}`, nil, 1},
		{`{"facts": {"ingen": "x"}}`, elsewhere, 1},
		{`{"facts": {"samtycke": true}}`, func(string) bool { return false }, 0},
	} {
		var faults diag.List
		interpreter.ReadCase(diag.NewSource("-", c.text), &faults).Bind(everyType, c.declared, &faults)
		if len(faults) != c.faults {
			t.Errorf("%s: %d faults, want %d\n%s", c.text, len(faults), c.faults, render(t, faults, lang.EN))
		}
	}
}

func TestNoMessageRepeatsWhatACaseSays(t *testing.T) {
	const canary = "198001011234"
	texts := []string{
		`{"id": {"x": "%s"}, "at": "%[1]s", "facts": "%[1]s", "unobtainable": "%[1]s", "%[1]s": "%[1]s"}`,
		`{"facts": {"samtycke": %s, "timmar": %[1]s, "saldo": %[1]s, "andel": %[1]s, "beslut": %[1]s, "insatser": %[1]s, "start": %[1]s, "mote": %[1]s, "anteckning": %[1]s, "%[1]s": 1, "p%[1]s": 1}}`,
		`{"facts": {"samtycke": "%s", "timmar": "%[1]s", "andel": "%[1]s", "beslut": "%[1]s", "insatser": ["%[1]s", %[1]s], "start": "%[1]s", "anteckning": {"a": "%[1]s"}, "%[1]s": 1, "%[1]s": 2}, "unobtainable": ["%[1]s", "%[1]s", %[1]s]}`,
		`{"facts": {"x%s": {}, "y%[1]s": [1], "z%[1]s": 1e999}, "unobtainable": ["x%[1]s"]}`,
		`{"facts": {"samtycke": %sX}}`, `{"facts": {"samtycke": x%s}}`, `{"facts" %s}`, `{%s}`, `%s`, `{"id": "%s`, `{"id": "\q%s"}`, `{} %s`, "{# %s", `{"a": 1 "%s"}`,
	}
	for _, text := range texts {
		text = strings.ReplaceAll(fmt.Sprintf(text, canary), "%!(EXTRA string="+canary+")", "")
		_, _, faults := readCase("-", text)
		if len(faults) == 0 {
			t.Errorf("%s: no fault", text)
		}
		var out strings.Builder
		if err := faults.WriteJSON(&out); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), canary) {
			t.Errorf("%s:\n%s", text, out.String())
		}
		for _, d := range faults {
			for name, arg := range d.Args {
				if strings.Contains(fmt.Sprint(arg), canary) {
					t.Errorf("%s: the argument %s of %s is %v", text, name, d.Code, arg)
				}
			}
		}
	}
}

func TestACaseOverTheLimitsIsRefusedQuicklyAndShortly(t *testing.T) {
	atLimit := `{"facts": {}}` + strings.Repeat(" ", interpreter.MaxCaseBytes-13)
	if _, _, faults := readCase("-", atLimit); len(faults) > 0 {
		t.Error("a case of just the size that is allowed is refused")
	}
	fill := func(text string) string { return strings.Repeat(text, (interpreter.MaxCaseBytes-200)/len(text)) }
	for name, c := range map[string]struct{ file, text, code string }{
		"too large":              {"-", atLimit + " ", "case-too-large"},
		"too large TOML":         {"a.toml", fill("# x\n") + strings.Repeat(" ", 300), "case-too-large"},
		"a number of 1 MB":       {"-", `{"facts": {"timmar": ` + strings.Repeat("9", 1<<20) + `}}`, "case-too-large"},
		"a long number":          {"-", `{"facts": {"timmar": ` + fill("9") + `}}`, "json-long-number"},
		"10,001 deep":            {"-", `{"facts": ` + strings.Repeat(`{"a":`, 10001), "json-too-deep"},
		"unknown keys":           {"-", `{` + fill(`"aa":1,`) + `"b":1}`, "case-too-many-faults"},
		"unknown facts":          {"-", `{"facts": {` + numbered(`"f%d":1,`, 20000) + `"b":1}}`, "case-too-many-faults"},
		"one fact again":         {"-", `{"facts": {` + fill(`"timmar":1,`) + `"b":1}}`, "case-too-many-faults"},
		"one name again":         {"-", `{"unobtainable": [` + strings.Repeat(`"timmar",`, 1999) + `"timmar"]}`, "case-too-many-faults"},
		"a long list":            {"-", `{"unobtainable": [` + fill(`1,`) + `1]}`, "json-long-list"},
		"long names":             {"-", `{"facts": {` + fill(`"`+strings.Repeat("å", 5000)+`":1,`) + `"b":1}}`, "case-fact-twice"},
		"TOML of unknown facts":  {"a.toml", "[facts]\n" + numbered("f%d=1\n", 19000), "case-too-many-faults"},
		"TOML that nests deeply": {"a.toml", "facts = " + fill("["), "toml-too-deep"},
	} {
		start := time.Now()
		_, _, faults := readCase(c.file, c.text)
		took := time.Since(start)
		if !slices.ContainsFunc(faults, func(d *diag.Diagnostic) bool { return d.Code == c.code }) {
			t.Errorf("%s: no %s", name, c.code)
		}
		if len(faults) > 120 {
			t.Errorf("%s: %d faults", name, len(faults))
		}
		if took > slowest(time.Second) { // it takes milliseconds; only a reader gone wild takes this long, on any machine
			t.Errorf("%s: took %v", name, took)
		}
	}
}

func numbered(format string, n int) string {
	var out strings.Builder
	for i := range n {
		if out.Len() < interpreter.MaxCaseBytes-100 {
			fmt.Fprintf(&out, format, i)
		}
	}
	return out.String()
}

func TestACaseWrittenAsJSONIsReadBackTheSame(t *testing.T) {
	at := day("2026-03-01")
	c := interpreter.NewCase("ärende \"17\" <&>")
	c.At = &at
	for _, s := range []struct {
		fact  string
		value any
	}{
		{"timmar", 40}, {"saldo", int64(math.MinInt64)}, {"andel", 10.0}, {"stor", 1e300}, {"liten", -0.0000001}, {"samtycke", true},
		{"beslut", "ja\n\u2028"}, {"insatser", []string{"b", "a"}}, {"koder", []string{}}, {"mote", nil}, {"återgång", false},
	} {
		c.Set(s.fact, s.value)
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var faults diag.List
	back := interpreter.ReadCase(diag.NewSource("-", string(data)), &faults)
	if len(faults) > 0 || back.ID != c.ID || *back.At != at || !slices.Equal(back.Names(), c.Names()) {
		t.Fatalf("%s\nis read as %+v\n%s", data, back, render(t, faults, lang.EN))
	}
	for _, name := range c.Names() {
		a, _ := c.Get(name)
		if b, ok := back.Get(name); !ok || !reflect.DeepEqual(a, b) {
			t.Errorf("%s was %#v and is %#v", name, a, b)
		}
	}

	for name, value := range map[string]any{"a": math.NaN(), "b": math.Inf(1), "c": "\xff", "d": []string{"\xff"}, "e": time.Now(), "f": calendar.MaxDay + 1} {
		c := interpreter.NewCase("")
		c.Set(name, value)
		if data, err := json.Marshal(c); err == nil {
			t.Errorf("%#v is written as %s", value, data)
		}
	}
	if data, err := json.Marshal(interpreter.NewCase("två\nrader")); err == nil {
		t.Errorf("an id that no case can have is written as %s", data)
	}
}

func TestFactsOfATestFileAreAddedToWhatIsKnown(t *testing.T) {
	var faults diag.List
	root := syntax.Read(diag.NewSource("prov_test.toml", `
[[dag]]
facts = { samtycke = true, timmar = 40, anteckning = "x" }
unobtainable = ["andel"]
[[dag]]
facts = { timmar = 20, start = 2026-03-01 }
unobtainable = ["samtycke"]
[[dag]]
facts = { timmar = 08:00:00, timmmar = 1, "19800101-1234" = 2 }
unobtainable = ["timmar", 7]
[[dag]]
`), &faults).Root
	c := interpreter.NewCase("")
	at := day("2026-03-01")
	c.At = &at
	var known []map[string]any
	for _, d := range root.Get("dag").Items {
		c = c.Clone()
		c.AddTOML(d.Table.Get("facts"), d.Table.Get("unobtainable"), &faults)
		var own diag.List
		known = append(known, values(c.Bind(everyType, nil, &own)))
		if len(known) == 3 {
			faults = append(faults, own...)
		}
	}
	golden(t, "case-in-test.en.txt", render(t, faults, lang.EN))
	if want := map[string]any{"samtycke": true, "timmar": int64(40), "anteckning": "x", "andel": "?"}; !reflect.DeepEqual(known[0], want) {
		t.Errorf("the first day: %v", known[0])
	}
	if want := map[string]any{"samtycke": "?", "timmar": int64(20), "anteckning": "x", "andel": "?", "start": at}; !reflect.DeepEqual(known[1], want) {
		t.Errorf("the second day: %v", known[1])
	}
	if c.At == &at || *c.At != at {
		t.Error("the copy shares its day with the case, or lacks it")
	}
}

func TestTheDayACaseStartedChoosesTheVersionHoweverItIsWritten(t *testing.T) {
	start := &dsl.Fact{ID: "start", Type: rule.Type{Kind: rule.Date}}
	var programs []*interpreter.Program
	for _, year := range []string{"2020", "2025"} {
		programs = append(programs, interpreter.Compile(&dsl.Model{ID: "prov", Version: year, InForce: day(year + "-01-01"), Start: start, Facts: []*dsl.Fact{start}}))
	}
	set := interpreter.SetOf(programs)
	for _, c := range []struct{ name, text, want string }{
		{"-", `{"facts": {"start": "2024-12-31"}}`, "2020"},
		{"-", `{"facts": {"start": "2025-01-01"}}`, "2025"},
		{"a.toml", `facts.start = 2024-12-31`, "2020"},
		{"a.toml", `facts.start = 1999-12-31`, "2020"},
		{"-", `{"facts": {"start": null}}`, "2025"},
		{"-", `{"facts": {"start": 7}}`, "2025"},
		{"-", `{"facts": {}, "at": "2021-01-01"}`, "2020"},
	} {
		var faults diag.List
		p := set.Choose(interpreter.ReadCase(diag.NewSource(c.name, c.text), &faults), interpreter.Query{Model: "prov", Today: day("2026-03-01")}, &faults)
		if p == nil || p.Model().Version != c.want {
			t.Errorf("%s: %v, want %s", c.text, p, c.want)
		}
	}

	var faults diag.List
	set.Choose(interpreter.NewCase(""), interpreter.Query{Model: "pro"}, &faults)
	set.Choose(interpreter.NewCase(""), interpreter.Query{Model: "halland"}, &faults)
	set.Choose(interpreter.NewCase(""), interpreter.Query{Model: "prov", Version: "3"}, &faults)
	interpreter.SetOf(nil).Choose(interpreter.NewCase(""), interpreter.Query{Model: "prov"}, &faults)
	golden(t, "query-faults.sv.txt", render(t, faults, lang.SV))
	golden(t, "query-faults.en.txt", render(t, faults, lang.EN))
}
