package interpreter_test

import (
	"fmt"
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

// loadText compiles a model.
func loadText(t fataler, text string) *interpreter.Program {
	set := dsl.Load([]*diag.Source{diag.NewSource("prov.toml", text)})
	for _, f := range set.Faults {
		if f.Severity == diag.Error {
			t.Fatalf("%s: %s", f.Message(lang.EN), f.Span.Text())
		}
	}
	return interpreter.NewSet(set).Versions("prov")[0]
}

// program compiles the rest of a model, after the facts that every drawn model has.
func program(t fataler, rest string) *interpreter.Program {
	return loadText(t, drawnHead+drawnFacts+rest)
}

// ruleProgram compiles one rule, named x, and what it may look at besides facts.
func ruleProgram(t fataler, rule string) *interpreter.Program {
	return program(t, fmt.Sprintf(`
[define]
x = %q
enum_of_choice = "b4 ? e1 : e2"
set_of_choice = "b4 ? s1 : s2"
text_of_choice = "b4 ? t1 : t2"
day_of_choice = "b4 ? d1 : v1"
[[step]]
id = "steg"
title = "Steg"
kind = "k"
actor = "x"
when = "b3"
done = ["happened(v4)"]
time = { from = "d3", max = "1 week" }
[[outcome]]
id = "slut"
title = "Slut"
when = "b2 and not b2 or b1"
`, rule))
}

// truth returns the value of the rule x of the program.
func truth(t fataler, p *interpreter.Program, facts known, at calendar.Day) interpreter.Truth {
	f := bound(t, p, facts)
	var r interpreter.Result
	p.Decide(f, at, &r)
	for _, of := range p.Rules() {
		if of.Define != nil && of.Define.ID == "x" {
			return p.Value(of, f, &r)
		}
	}
	t.Fatalf("there is no rule x")
	return 0
}

var truthOfLetter = map[byte]interpreter.Truth{'T': interpreter.True, 'F': interpreter.False, 'U': interpreter.Unknown}

func TestConnectivesAreKleenes(t *testing.T) {
	// Each entry is the values of b1, b2 and so on, and of the rule.
	for rule, table := range map[string]string{
		"b1":                        "T=T F=F U=U",
		"not b1":                    "T=F F=T U=U",
		"not (not b1)":              "T=T F=F U=U",
		"b1 == true":                "T=T F=F U=U",
		"b1 == false":               "T=F F=T U=U",
		"b1 != true":                "T=F F=T U=U",
		"true":                      "U=T",
		"false":                     "U=F",
		"b1 and b2":                 "TT=T TF=F TU=U FT=F FF=F FU=F UT=U UF=F UU=U",
		"b1 or b2":                  "TT=T TF=T TU=T FT=T FF=F FU=U UT=T UF=U UU=U",
		"b1 == b2":                  "TT=T TF=F TU=U FT=F FF=T FU=U UT=U UF=U UU=U",
		"b1 != b2":                  "TT=F TF=T TU=U FT=T FF=F FU=U UT=U UF=U UU=U",
		"b1 and false":              "T=F F=F U=F",
		"b1 or true":                "T=T F=T U=T",
		"b1 ? b2 : b3":              "TTF=T TFT=F TUT=U FTF=F FFT=T FTU=U UTT=T UFF=F UTF=U UFT=U UTU=U UUT=U UUU=U TTU=T FUF=F",
		"b1 and b2 and b3":          "TTT=T UUF=F UFU=F FUU=F UTT=U TUT=U TTU=U",
		"b1 or b2 or b3":            "FFF=F UUT=T UTU=T TUU=T UFF=U FUF=U FFU=U",
		"b1 and b2 or b3":           "TTF=T UFT=T UTF=U UFF=F FUU=U TUT=T",
		"(b1 or b2) and b3":         "UTF=F UUT=U TUT=T FFU=F",
		"not (b1 and b2)":           "UF=T UT=U TT=F",
		"not (b1 or b2)":            "UT=F UF=U FF=T",
		"(b1 and b2) == (b2 or b3)": "UFF=T UFT=F TTU=T UUU=U FTU=F",
		"b1 or not b1":              "T=T F=T U=U", // Kleene looks at each place by itself
		"b1 and not b1":             "T=F F=F U=U",
		"b1 == b1":                  "T=T F=T U=U",
	} {
		p := ruleProgram(t, rule)
		for _, entry := range strings.Fields(table) {
			values, want, _ := strings.Cut(entry, "=")
			facts := known{}
			for i := range len(values) {
				if v := truthOfLetter[values[i]]; v != interpreter.Unknown {
					facts[fmt.Sprintf("b%d", i+1)] = v == interpreter.True
				}
			}
			if got := truth(t, p, facts, 20_000); got != truthOfLetter[want[0]] {
				t.Errorf("%s where %s: %s", rule, entry, got)
			}
			for i := range len(values) { // what nobody can tell is as unknown as what was not asked for
				if id := fmt.Sprintf("b%d", i+1); facts[id] == nil {
					facts[id] = nil
				}
			}
			if got := truth(t, p, facts, 20_000); got != truthOfLetter[want[0]] {
				t.Errorf("%s where %s, and nobody can tell the unknown: %s", rule, entry, got)
			}
		}
	}
}

func TestTestsOfValues(t *testing.T) {
	at := day("2026-03-15")
	var T, F, U = interpreter.True, interpreter.False, interpreter.Unknown
	for _, c := range []struct {
		rule  string
		facts known
		want  interpreter.Truth
	}{
		{"e1 == 'v1'", known{"e1": "v1"}, T},
		{"e1 == 'v1'", known{"e1": "v2"}, F},
		{"e1 == 'v1'", known{}, U},
		{"e1 != 'v1'", known{"e1": "v2"}, T},
		{"e1 != 'v1'", known{"e1": nil}, U},
		{"'v1' == e1", known{"e1": "v1"}, T},
		{"e1 == e2", known{"e1": "v1", "e2": "v1"}, T},
		{"e1 == e2", known{"e1": "v1", "e2": "v0"}, F},
		{"e1 == e2", known{"e1": "v1"}, U},
		{"e3 == 'v69'", known{"e3": "v69"}, T},
		{"e3 == 'v69'", known{"e3": "v5"}, F}, // 69 and 5 share their place in a word
		{"e1 in ['v0', 'v2']", known{"e1": "v2"}, T},
		{"e1 in ['v0', 'v2']", known{"e1": "v1"}, F},
		{"e1 in ['v0', 'v2']", known{}, U},
		{"e1 not in ['v0', 'v2']", known{"e1": "v1"}, T},
		{"e1 not in ['v0', 'v2']", known{}, U},
		{"e3 in ['v0', 'v64']", known{"e3": "v64"}, T},
		{"e3 in ['v0', 'v64']", known{"e3": "v1"}, F},
		{"enum_of_choice in ['v0', 'v1']", known{"b4": true, "e1": "v1"}, T},
		{"enum_of_choice == 'v2'", known{"b4": false, "e1": "v2", "e2": "v1"}, F},
		{"enum_of_choice == 'v2'", known{"e1": "v2", "e2": "v2"}, U}, // a value is chosen by its condition or not at all
		{"(b4 ? 'v0' : 'v1') == e1", known{"b4": false, "e1": "v1"}, T},

		{"'v1' in s1", known{"s1": []string{"v1"}}, T},
		{"'v1' in s1", known{"s1": []string{}}, F},
		{"'v1' in s1", known{}, U},
		{"'v69' in s3", known{"s3": []string{"v69"}}, T},
		{"'v69' in s3", known{"s3": []string{"v5"}}, F},
		{"e1 in s1", known{"e1": "v1", "s1": []string{"v0", "v1"}}, T},
		{"e1 in s1", known{"e1": "v2", "s1": []string{"v0", "v1"}}, F},
		{"e1 in s1", known{"e1": "v2"}, U},
		{"e3 in s3", known{"e3": "v66", "s3": []string{"v66"}}, T},
		{"e3 in s3", known{"e3": "v2", "s3": []string{"v66"}}, F},
		{"'v1' in set_of_choice", known{"b4": false, "s1": []string{}, "s2": []string{"v1"}}, T},
		{"'v1' in set_of_choice", known{"s1": []string{"v1"}, "s2": []string{"v1"}}, U},
		{"e1 in set_of_choice", known{"b4": true, "e1": "v0", "s1": []string{"v0"}}, T},
		{"has_any(s1, ['v0', 'v1'])", known{"s1": []string{"v1", "v2"}}, T},
		{"has_any(s1, ['v0', 'v1'])", known{"s1": []string{"v2"}}, F},
		{"has_any(s1, ['v0', 'v1'])", known{"s1": []string{}}, F},
		{"has_any(s1, ['v0', 'v1'])", known{}, U},
		{"has_any(s3, ['v3', 'v68'])", known{"s3": []string{"v68"}}, T},
		{"has_any(s3, ['v3', 'v68'])", known{"s3": []string{"v4", "v67"}}, F},
		{"has_any(set_of_choice, ['v0'])", known{"b4": true, "s1": []string{"v0"}}, T},
		{"has_all(s1, ['v0', 'v1'])", known{"s1": []string{"v1", "v0"}}, T},
		{"has_all(s1, ['v0', 'v1'])", known{"s1": []string{"v1", "v2"}}, F},
		{"has_all(s1, ['v0', 'v1'])", known{"s1": nil}, U},
		{"has_all(s3, ['v3', 'v68'])", known{"s3": []string{"v3", "v68"}}, T},
		{"has_all(s3, ['v3', 'v68'])", known{"s3": []string{"v3"}}, F},
		{"has_all(set_of_choice, ['v0', 'v2'])", known{"b4": false, "s1": []string{"v0", "v2"}, "s2": []string{"v0"}}, F},
		{"count(s1) == 2", known{"s1": []string{"v0", "v2"}}, T},
		{"count(s1) > 0", known{"s1": []string{}}, F},
		{"count(s1) >= 0", known{}, U},
		{"count(s3) == 3", known{"s3": []string{"v0", "v64", "v69"}}, T},
		{"count(set_of_choice) == 1", known{"b4": true, "s1": []string{"v0"}, "s2": []string{}}, T},

		{"i1 > 10", known{"i1": 11}, T},
		{"i1 > 10", known{"i1": 10}, F},
		{"i1 >= 10", known{"i1": 10}, T},
		{"i1 < 10", known{"i1": 9}, T},
		{"i1 <= 10", known{"i1": 11}, F},
		{"10 < i1", known{"i1": 11}, T},
		{"i1 > 10", known{}, U},
		{"i1 == i2", known{"i1": 3, "i2": 3}, T},
		{"i1 > 7.5", known{"i1": 8}, T},
		{"i1 in [1, 2]", known{"i1": 2}, T},
		{"i1 not in [1, 2]", known{"i1": 3}, T},
		{"i1 in [1.5, 2]", known{"i1": 2}, T},
		{"n1 == 2", known{"n1": 2.0}, T},
		{"n1 < i2", known{"n1": 2.5, "i2": 3}, T},
		{"n1 + i2 == 5.5", known{"n1": 2.5, "i2": 3}, T},
		{"i1 + i2 * 2 == 10", known{"i1": 4, "i2": 3}, T},
		{"i1 - i2 == -3", known{"i1": 1, "i2": 4}, T},
		{"-i1 == 4", known{"i1": -4}, T},
		{"-n2 < 0", known{"n2": 0.5}, T},
		{"i1 * n1 > 4.9", known{"i1": 2, "n1": 2.5}, T},
		{"i1 + i2 > 0", known{"i1": 4}, U},
		{"(b4 ? i1 : n1) == 2.5", known{"b4": false, "n1": 2.5}, T},
		{"(b4 ? i1 : n1) == 2", known{"b4": true, "i1": 2}, T},
		{"(b4 ? 1 : 1) == 1", known{}, U},

		{"t1 == 'x'", known{"t1": "x"}, T},
		{"t1 == 'x'", known{"t1": "y"}, F},
		{"t1 == 'x'", known{}, U},
		{"t1 in ['x', 'y']", known{"t1": "y"}, T},
		{"(b4 ? t1 : t2) == 'x'", known{"b4": false, "t1": "q", "t2": "x"}, T},
		{"text_of_choice in ['y', 'x']", known{"b4": true, "t1": "x", "t2": "q"}, T},
		{"text_of_choice != 'y'", known{"b4": false, "t1": "x", "t2": "y"}, F},
		{"(b4 ? 'x' : 'y') == t1", known{"b4": false, "t1": "y"}, T},

		{"d1 < d2", known{"d1": "2026-01-01", "d2": "2026-01-02"}, T},
		{"d1 == '2026-01-01'", known{"d1": "2026-01-01"}, T},
		{"d1 <= today", known{"d1": "2026-03-15"}, T},
		{"d1 < today()", known{"d1": "2026-03-15"}, F},
		{"d1 in ['2026-01-01', '2026-01-03']", known{"d1": "2026-01-03"}, T},
		{"days_since(d1) == 14", known{"d1": "2026-03-01"}, T},
		{"days_since(d1) == -1", known{"d1": "2026-03-16"}, T},
		{"weeks_since(d1) == 2", known{"d1": "2026-03-01"}, T},
		{"weeks_since(d1) == 1", known{"d1": "2026-03-02"}, T},
		{"weeks_since(d1) == -1", known{"d1": "2026-03-16"}, T},
		{"months_since(d1) == 1", known{"d1": "2026-02-15"}, T},
		{"months_since(d1) == 0", known{"d1": "2026-02-16"}, T},
		{"days_between(d1, d2) == 31", known{"d1": "2026-01-01", "d2": "2026-02-01"}, T},
		{"days_between(d1, d2) > 0", known{"d1": "2026-01-01"}, U},
		{"day_of_choice == '2026-01-01'", known{"b4": true, "d1": "2026-01-01"}, T},
		{"days_since(day_of_choice) == 1", known{"b4": false, "v1": "2026-03-14"}, T},

		{"known(i1)", known{}, F},
		{"known(i1)", known{"i1": nil}, F},
		{"known(i1)", known{"i1": 0}, T},
		{"known(s1)", known{"s1": []string{}}, T},
		{"happened(v1)", known{"v1": "2026-03-15"}, T},
		{"happened(v1)", known{"v1": "2026-03-16"}, F}, // it has not happened yet
		{"happened(v1)", known{"v1": nil}, F},
		{"happened(v1)", known{}, F},
		{"days_since(v1) >= 0", known{"v1": "2026-03-16"}, U},
		{"days_since(v1) >= 0", known{"v1": "2026-03-15"}, T},
		{"v1 < v2", known{"v1": "2026-03-01", "v2": "2026-03-02"}, T},
		{"v1 < v2", known{"v1": "2026-03-01", "v2": "2026-03-16"}, U},
		{"v1 == '2026-03-16'", known{"v1": "2026-03-16"}, U},
		{"done('steg')", known{"b3": true, "v4": "2026-03-01"}, T},
		{"done('steg')", known{"v4": "2026-03-01"}, F}, // whether it applies is unknown: it is not done
		{"late('steg')", known{"b3": true, "d3": "2026-03-07"}, T},
		{"late('steg')", known{"b3": true, "d3": "2026-03-08"}, F},
		{"late('steg')", known{"b3": true}, F},
		{"late('steg')", known{"d3": "2026-01-01"}, F},
	} {
		if got := truth(t, ruleProgram(t, c.rule), c.facts, at); got != c.want {
			t.Errorf("%s with %#v: %s, want %s", c.rule, c.facts, got, c.want)
		}
	}
}

// What a rule says while something is unknown stays so whatever the unknown turns out to be. known, happened, done and
// late are held as they are: they speak of what is known, which is what changes.
func TestAKnownResultHoldsForEveryCompletion(t *testing.T) {
	completions := 0
	rapid.Check(t, func(t *rapid.T) {
		p, facts, at := drawCase(t)
		f := bound(t, p, facts)
		var r interpreter.Result
		p.Decide(f, at, &r)
		now := &oracle{m: p.Model(), facts: facts, at: at, steps: map[string]*oracleStep{}}
		for range 5 {
			whole := known{}
			for _, fact := range p.Model().Facts {
				v := facts[fact.ID]
				if v == nil || fact.Type.Kind == rule.Event && now.notHappened(fact.ID) {
					v = rapid.Custom(func(t *rapid.T) any { return drawValue(t, fact, at) }).Draw(t, fact.ID)
				}
				if d, ok := v.(calendar.Day); ok && fact.Type.Kind == rule.Event {
					v = min(d, at)
				}
				whole[fact.ID] = v
			}
			then := &oracle{m: p.Model(), facts: whole, at: at, heldAt: now}
			for _, of := range p.Rules() {
				v := p.Value(of, f, &r)
				if v == interpreter.Unknown {
					continue
				}
				completions++
				if got := then.value(of.Rule.Expr); got != (v == interpreter.True) {
					t.Fatalf("%s is %s, but %v with %#v", of.Rule.Text, v, got, whole)
				}
			}
		}
	})
	if completions < 1000 && !testing.Short() {
		t.Errorf("only %d completions were tried", completions)
	}
}
