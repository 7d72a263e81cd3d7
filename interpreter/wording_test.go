package interpreter_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// inLine writes a rule in words on one line, its parts in brackets.
func inLine(w interpreter.Wording) string {
	parts := make([]string, len(w.Parts))
	for i, p := range w.Parts {
		parts[i] = inLine(p)
	}
	if len(parts) == 0 {
		return w.Text
	}
	return w.Text + " [" + strings.Join(parts, " | ") + "]"
}

func TestARuleCanBePutIntoWordsWithoutACase(t *testing.T) {
	for rule, want := range map[string]lang.Text{
		"b1":                           {SV: "Titel b1: ja", EN: "Titel b1: yes"},
		"not b1":                       {SV: "Titel b1: nej", EN: "Titel b1: no"},
		"b1 == false":                  {SV: "Titel b1: nej", EN: "Titel b1: no"},
		"b1 != false":                  {SV: "Titel b1: ja", EN: "Titel b1: yes"},
		"not (true == b1)":             {SV: "Titel b1: nej", EN: "Titel b1: no"},
		"not (b1 != true)":             {SV: "Titel b1: ja", EN: "Titel b1: yes"},
		"not not known(i1)":            {SV: "Titel i1: känt", EN: "Titel i1: known"},
		"not known(i1)":                {SV: "Titel i1: inte känt", EN: "Titel i1: not known"},
		"happened(v1)":                 {SV: "Titel v1: har skett", EN: "Titel v1: has happened"},
		"not happened(v1)":             {SV: "Titel v1: har inte skett", EN: "Titel v1: has not happened"},
		"done('steg')":                 {SV: "steget Steg är klart", EN: "the step Steg is done"},
		"not done('steg')":             {SV: "steget Steg är inte klart", EN: "the step Steg is not done"},
		"late('steg')":                 {SV: "steget Steg är försenat", EN: "the step Steg is late"},
		"not late('steg')":             {SV: "steget Steg är inte försenat", EN: "the step Steg is not late"},
		"e1 == 'v0'":                   {SV: "Titel e1: Värde v0", EN: "Titel e1: Värde v0"},
		"'v0' == e1":                   {SV: "Titel e1: Värde v0", EN: "Titel e1: Värde v0"},
		"e1 != 'v0'":                   {SV: "Titel e1: inte Värde v0", EN: "Titel e1: not Värde v0"},
		"not (e1 != 'v0')":             {SV: "Titel e1: Värde v0", EN: "Titel e1: Värde v0"},
		"e1 == e2":                     {SV: "Titel e1 är Titel e2", EN: "Titel e1 is Titel e2"},
		"not (e1 == e2)":               {SV: "Titel e1 är inte Titel e2", EN: "Titel e1 is not Titel e2"},
		"e1 in ['v0', 'v1', 'v2']":     {SV: "Titel e1: Värde v0, Värde v1 eller Värde v2", EN: "Titel e1: Värde v0, Värde v1 or Värde v2"},
		"e1 not in ['v0', 'v1']":       {SV: "Titel e1: inte Värde v0 eller Värde v1", EN: "Titel e1: not Värde v0 or Värde v1"},
		"'v0' in s1":                   {SV: "Titel s1: Värde v0 är med", EN: "Titel s1: includes Värde v0"},
		"'v0' not in s1":               {SV: "Titel s1: Värde v0 är inte med", EN: "Titel s1: does not include Värde v0"},
		"has_any(s1, ['v0', 'v1'])":    {SV: "Titel s1: någon av Värde v0 och Värde v1", EN: "Titel s1: any of Värde v0 and Värde v1"},
		"not has_any(s1, ['v0'])":      {SV: "Titel s1: ingen av Värde v0", EN: "Titel s1: none of Värde v0"},
		"has_all(s1, ['v0', 'v1'])":    {SV: "Titel s1: alla av Värde v0 och Värde v1", EN: "Titel s1: all of Värde v0 and Värde v1"},
		"not has_all(s1, ['v0'])":      {SV: "Titel s1: inte alla av Värde v0", EN: "Titel s1: not all of Värde v0"},
		"count(s1) > 0":                {SV: "Titel s1: minst ett val gjort", EN: "Titel s1: at least one chosen"},
		"count(s1) >= 1":               {SV: "Titel s1: minst ett val gjort", EN: "Titel s1: at least one chosen"},
		"count(s1) >= 2":               {SV: "antal i Titel s1 är minst 2", EN: "number in Titel s1 is at least 2"},
		"i1 >= 10":                     {SV: "Titel i1 är minst 10 h", EN: "Titel i1 is at least 10 h"},
		"not (i1 >= 10)":               {SV: "Titel i1 är mindre än 10 h", EN: "Titel i1 is less than 10 h"},
		"n1 > 0.5":                     {SV: "Titel n1 är mer än 0,5 h", EN: "Titel n1 is more than 0.5 h"},
		"i1 <= i2":                     {SV: "Titel i1 är högst Titel i2", EN: "Titel i1 is at most Titel i2"},
		"d1 < '2026-03-01'":            {SV: "Titel d1 ligger före 2026-03-01", EN: "Titel d1 is before 2026-03-01"},
		"not (d1 < today())":           {SV: "Titel d1 ligger inte före dagen som frågan gäller", EN: "Titel d1 is not before the day asked about"},
		"v1 > d1":                      {SV: "Titel v1 ligger efter Titel d1", EN: "Titel v1 is after Titel d1"},
		"weeks_since(v1) < 12":         {SV: "hela veckor sedan Titel v1 är mindre än 12", EN: "whole weeks since Titel v1 is less than 12"},
		"days_between(d1, d2) == 3":    {SV: "dagar från Titel d1 till Titel d2 är 3", EN: "days from Titel d1 to Titel d2 is 3"},
		"b1 and b2 and not b4":         {SV: "allt detta [Titel b1: ja | Titel b2: ja | Titel b4: nej]", EN: "all of these [Titel b1: yes | Titel b2: yes | Titel b4: no]"},
		"b1 or (b2 and b4)":            {SV: "något av detta [Titel b1: ja | allt detta [Titel b2: ja | Titel b4: ja]]", EN: "any of these [Titel b1: yes | all of these [Titel b2: yes | Titel b4: yes]]"},
		"not (b1 or b2)":               {SV: "inte: [något av detta [Titel b1: ja | Titel b2: ja]]", EN: "not: [any of these [Titel b1: yes | Titel b2: yes]]"},
		"b1 == b2":                     {SV: "båda stämmer eller ingen av dem [Titel b1: ja | Titel b2: ja]", EN: "both hold or neither does [Titel b1: yes | Titel b2: yes]"},
		"b1 != b2":                     {SV: "det ena stämmer men inte det andra [Titel b1: ja | Titel b2: ja]", EN: "one holds and the other does not [Titel b1: yes | Titel b2: yes]"},
		"b1 ? b2 : happened(v1)":       {SV: "om det första stämmer gäller det andra, annars det tredje [Titel b1: ja | Titel b2: ja | Titel v1: har skett]", EN: "if the first holds then the second counts, else the third [Titel b1: yes | Titel b2: yes | Titel v1: has happened]"},
		"enum_of_choice == 'v0' or b1": {SV: "något av detta [enum_of_choice: Värde v0 | Titel b1: ja]", EN: "any of these [enum_of_choice: Värde v0 | Titel b1: yes]"},
	} {
		p := ruleProgram(t, rule)
		x := p.Model().Defines[0].Rule.Expr
		for _, l := range lang.All {
			if got := inLine(p.Wording(x, l)); got != want.In(l) {
				t.Errorf("%s in words of %s is\n%s\nnot\n%s", rule, l, got, want.In(l))
			}
		}
	}
}

func TestADefinitionIsNamedByItsTitle(t *testing.T) {
	p := program(t, `
[define]
utan = "b1"
med = { rule = "b2", title = "Med titel" }
[[step]]
id = "steg"
title = "Steg"
kind = "k"
actor = "x"
when = "utan or not med"
done = ["happened(v4)"]
[[outcome]]
id = "slut"
title = "Slut"
when = "b1"
`)
	w := p.Wording(p.Model().Steps[0].When.Expr, lang.SV)
	if got := inLine(w); got != "något av detta [utan | inte: [Med titel]]" {
		t.Errorf("the rule in words is %s", got)
	}
	if d := w.Parts[0].Define; d == nil || d.ID != "utan" {
		t.Errorf("the first part is the definition %v", d)
	}
}

// A rule without a case is told in the words of its explanation, whatever the rule.
func TestARuleIsToldInTheSameWordsWithACaseAndWithout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, facts, at := drawCase(t)
		l := rapid.SampledFrom(lang.All).Draw(t, "language")
		e := p.Explain(bound(t, p, facts), at, l)
		for i, s := range p.Model().Steps {
			for k, item := range s.Done {
				same(t, p.Wording(item.Rule.Expr, l), e.Steps[i].Items[k].Clause)
			}
			if applies := e.Steps[i].Applies; s.When != nil {
				same(t, p.Wording(s.When.Expr, l), applies[len(applies)-1])
			}
		}
	})
}

func same(t *rapid.T, w interpreter.Wording, c interpreter.Clause) {
	if w.Join != c.Join || w.Join != "not" && w.Text != c.Text || !strings.HasPrefix(c.Text, w.Text) {
		t.Fatalf("%s: without a case %s %q, with one %s %q", c.Rule, w.Join, w.Text, c.Join, c.Text)
	}
	if w.Join == "define" {
		if w.Define.ID != *c.Define {
			t.Fatalf("%s names %s", c.Rule, w.Define.ID)
		}
		return
	}
	if len(w.Parts) != len(c.Parts) {
		t.Fatalf("%s has %d parts without a case, %d with one", c.Rule, len(w.Parts), len(c.Parts))
	}
	for i := range w.Parts {
		same(t, w.Parts[i], c.Parts[i])
	}
}

func TestDurationsAndListsAreWrittenAsPeopleDo(t *testing.T) {
	week := calendar.Duration{N: 1, Unit: calendar.Weeks}
	if sv, en := interpreter.DurationText(week, lang.SV), interpreter.DurationText(week, lang.EN); sv != "1 vecka" || en != "1 week" {
		t.Errorf("a week is %q and %q", sv, en)
	}
	for _, c := range []struct {
		parts, last, want string
	}{{"", "and", ""}, {"a", "and", "a"}, {"a b", "and", "a och b"}, {"a b c", "or", "a, b eller c"}, {"a b c", "", "a, b, c"}} {
		if got := interpreter.ListText(strings.Fields(c.parts), c.last, lang.SV); got != c.want {
			t.Errorf("%q with %q is written %q", c.parts, c.last, got)
		}
	}
}
