package rule_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
)

func TestWhatIsWrittenReadsBackAsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := made{t}.yesNo(rapid.IntRange(0, 4).Draw(t, "depth"))
		text := e.String()
		if len(text) > rule.MaxLength {
			t.Skip("too long to be a rule")
		}
		for _, form := range []norm.Form{norm.NFC, norm.NFD} {
			got, faults := read(form.String(text), rule.Bool)
			if faults.HasErrors() {
				t.Fatalf("%s\n%s", text, rendered(faults))
			}
			if !got.Equal(e) {
				t.Fatalf("%s\nreads as\n%s", text, got)
			}
			if again := got.String(); again != text {
				t.Fatalf("%s\nis written back as\n%s", text, again)
			}
		}
	})
}

// TestASpanIsTheWholeOfItsExpression reads the text under each span by itself: it must give the same part.
func TestASpanIsTheWholeOfItsExpression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := made{t}.yesNo(rapid.IntRange(0, 3).Draw(t, "depth")).String()
		if len(text) > rule.MaxLength {
			t.Skip("too long to be a rule")
		}
		text = loosen(t, text)
		whole, faults := read(text, rule.Bool)
		if faults.HasErrors() {
			t.Fatalf("%s\n%s", text, rendered(faults))
		}
		checkNesting(t, whole, 0, len(text))
		var check func(e *rule.Expr)
		check = func(e *rule.Expr) {
			for _, a := range e.Args {
				check(a)
			}
			part := e.Span.Text()
			if e.Op == rule.OpNot && e.Args[0].Op == rule.OpIn && e.Span == e.Args[0].Span {
				return // not in: two expressions on one text
			}
			if dependsOnContext(e) {
				return
			}
			alone, faults := read(part, rule.Invalid)
			if e.Op == rule.OpIn && alone.Op == rule.OpNot && !strings.HasPrefix(part, "not") {
				alone = alone.Args[0]
			}
			if faults.HasErrors() || !alone.Equal(e) {
				t.Fatalf("in %s\nthe span of %s is %q\n%s", text, e, part, rendered(faults))
			}
		}
		check(whole)
	})
}

// dependsOnContext tells whether e means nothing without what stands beside it.
func dependsOnContext(e *rule.Expr) bool {
	switch e.Op {
	case rule.OpConst:
		return e.Type.Kind != rule.Bool && e.Type.Kind != rule.Int && e.Type.Kind != rule.Number
	case rule.OpList:
		return true
	}
	return false
}

// loosen adds parentheses and space where they change nothing.
func loosen(t *rapid.T, text string) string {
	switch rapid.IntRange(0, 3).Draw(t, "loosen") {
	case 0:
		return "((" + text + " ) )"
	case 1:
		return "not\t(" + text + "\n)"
	case 2:
		return "  " + text + " and (samtycke) "
	}
	return text
}

type fataler interface{ Fatalf(string, ...any) }

// checkNesting fails unless every span lies in that of its parent.
func checkNesting(t fataler, e *rule.Expr, from, to int) {
	if e.Span.Start < from || e.Span.End > to || e.Span.Start > e.Span.End {
		t.Fatalf("%v: the span %d-%d of %v is not in %d-%d", e, e.Span.Start, e.Span.End, e.Op, from, to)
	}
	for _, a := range e.Args {
		checkNesting(t, a, e.Span.Start, e.Span.End)
	}
}

func rendered(faults diag.List) string {
	var b strings.Builder
	if err := faults.WriteText(&b, diag.TextOptions{Lang: "en"}); err != nil {
		return err.Error()
	}
	return b.String()
}

func TestRulesAreWrittenInOneForm(t *testing.T) {
	for text, want := range map[string]string{
		"samtycke":                                            "samtycke",
		"((samtycke))and(fardig)":                             "samtycke and fardig",
		"samtycke and (fardig or åtgärd)":                     "samtycke and (fardig or åtgärd)",
		"(samtycke and fardig) or åtgärd":                     "samtycke and fardig or åtgärd",
		"samtycke or (fardig or åtgärd)":                      "samtycke or (fardig or åtgärd)",
		"not samtycke == fardig":                              "(not samtycke) == fardig",
		"not (samtycke == fardig)":                            "not (samtycke == fardig)",
		"not (beslut in ['samverkan'])":                       "beslut not in ['samverkan']",
		"not(not(not samtycke))":                              "not not not samtycke",
		"beslut==\"samverkan\"":                               "beslut == 'samverkan'",
		"'samverkan' != beslut":                               "'samverkan' != beslut",
		"ort == \"d'Arc\"":                                    `ort == 'd\'Arc'`,
		"timmar-(barn-1)>+2":                                  "timmar - (barn - 1) > 2",
		"-(timmar + 1) < -5":                                  "-(timmar + 1) < -5",
		"- -5 == timmar":                                      "5 == timmar",
		"timmar * .5 > 1e1":                                   "timmar * 0.5 > 10.0",
		"grad > 1e-9":                                         "grad > 1e-09",
		"today() >= ansokan":                                  "today >= ansokan",
		"mote < '2026-01-31'":                                 "mote < '2026-01-31'",
		"(samtycke ? timmar : barn) > 3":                      "(samtycke ? timmar : barn) > 3",
		"samtycke ? fardig : fardig ? åtgärd : samtycke":      "samtycke ? fardig : fardig ? åtgärd : samtycke",
		"has_any( behov,['rehab' , 'vård',])":                 "has_any(behov, ['rehab', 'vård'])",
		"count(behov) > 1 and 'vård' in behov":                "count(behov) > 1 and 'vård' in behov",
		"known(ort) and happened(mote)":                       "known(ort) and happened(mote)",
		"done('avslutssamtal') or late(\"uppfoljningsmote\")": "done('avslutssamtal') or late('uppfoljningsmote')",
		"days_between(mote,'2026-01-31') > 1":                 "days_between(mote, '2026-01-31') > 1",
		"ett_behov in behov":                                  "ett_behov in behov",
		"beslut == forslag":                                   "beslut == forslag",
		"vag == (samtycke ? 'samverkan' : beslut)":            "vag == (samtycke ? 'samverkan' : beslut)",
	} {
		e, faults := read(text, rule.Bool)
		if len(faults) > 0 {
			t.Errorf("%s\n%s", text, rendered(faults))
		} else if e.String() != want {
			t.Errorf("%s\nis written %s\n     want %s", text, e, want)
		}
	}
}

func TestTypesAndRanges(t *testing.T) {
	for text, want := range map[string]rule.Type{
		"timmar + barn":                     {Kind: rule.Int, Min: 0, Max: 60},
		"timmar - barn":                     {Kind: rule.Int, Min: -20, Max: 40},
		"-timmar * barn":                    {Kind: rule.Int, Min: -800, Max: 0},
		"timmar * grad":                     {Kind: rule.Number, Min: 0, Max: 40},
		"timmar + 0.5":                      {Kind: rule.Number, Min: 0.5, Max: 40.5},
		"samtycke ? timmar : 100":           {Kind: rule.Int, Min: 0, Max: 100},
		"samtycke ? timmar : 0.5":           {Kind: rule.Number, Min: 0, Max: 40},
		"count(behov)":                      {Kind: rule.Int, Min: 0, Max: 4},
		"days_since(mote)":                  {Kind: rule.Int, Min: -3652058, Max: 3652058},
		"weeks_since(ansokan)":              {Kind: rule.Int, Min: -521723, Max: 521723},
		"months_since(ansokan)":             {Kind: rule.Int, Min: -119988, Max: 119988},
		"days_between(mote, today)":         {Kind: rule.Int, Min: -3652058, Max: 3652058},
		"today":                             {Kind: rule.Date},
		"samtycke ? mote : ansokan":         {Kind: rule.Date},
		"samtycke ? mote : start":           {Kind: rule.Event},
		"samtycke ? 'samverkan' : beslut":   {Kind: rule.Enum, Values: roads},
		"samtycke ? ansokan : '2026-01-31'": {Kind: rule.Date},
		"samtycke ? ort : 'x'":              {Kind: rule.Text},
		"behov":                             {Kind: rule.Set, Values: needs},
		"veckor":                            {Kind: rule.Int, Min: 0, Max: 52},
	} {
		e, faults := read(text, rule.Invalid)
		if len(faults) > 0 {
			t.Errorf("%s\n%s", text, rendered(faults))
		} else if !e.Type.Equal(want) {
			t.Errorf("%s has the type %v, want %v", text, e.Type, want)
		}
	}
}

func TestLiteralsTakeTheirTypeFromWhatTheyStandBeside(t *testing.T) {
	e, _ := read("beslut == 'arbetsformedlingen'", rule.Bool)
	if c := e.Args[1]; c.Type.Kind != rule.Enum || c.Value != 1 {
		t.Errorf("an enum: %+v", c)
	}
	e, _ = read("'studier' in behov", rule.Bool)
	if c := e.Args[0]; c.Type.Kind != rule.Enum || c.Value != 2 {
		t.Errorf("a value of a set: %+v", c)
	}
	e, _ = read("'2026-01-31' < mote", rule.Bool)
	if c := e.Args[0]; c.Type.Kind != rule.Date || calendar.Day(c.Value).String() != "2026-01-31" {
		t.Errorf("a date: %+v", c)
	}
	e, _ = read("ort == '2026-01-31'", rule.Bool)
	if c := e.Args[1]; c.Type.Kind != rule.Text || c.Name != "2026-01-31" {
		t.Errorf("a text: %+v", c)
	}
}

func TestNamesComeInTheOrderOfTheText(t *testing.T) {
	text := "known(a\u030atga\u0308rd) and done('mote') ? x + veckor > 1 : today > dag or late('slut') or not happened(y) and count(z) > 1 and all(w)"
	src := diag.NewSource("regel", text)
	var faults diag.List
	var got []string
	for _, r := range rule.Parse(text, src.At, &faults).Names() {
		kind := map[rule.RefKind]string{rule.RefName: "", rule.RefStep: "step "}[r.Kind]
		got = append(got, kind+r.Name)
		if norm.NFC.String(strings.Trim(r.Span.Text(), "'")) != r.Name {
			t.Errorf("%s stands at %q", r.Name, r.Span.Text())
		}
	}
	want := []string{"åtgärd", "step mote", "x", "veckor", "dag", "step slut", "y", "z", "w"}
	if !slices.Equal(got, want) || len(faults) > 0 {
		t.Errorf("got %q, want %q, %s", got, want, rendered(faults))
	}
}

func TestNamesOfARefusedRuleAreKnownWhereItCanBeParsed(t *testing.T) {
	var faults diag.List
	src := diag.NewSource("regel", "a && b[c] == nil")
	if n := len(rule.Parse(src.Text, src.At, &faults).Names()); n != 3 {
		t.Errorf("%d names", n)
	}
	if rule.Parse("a and", src.At, &faults).Names() != nil {
		t.Error("a rule that cannot be parsed has names")
	}
}

func TestPlacesGoThroughAFileWithOtherOffsets(t *testing.T) {
	src := diag.NewSource("modell.toml", "when = \"\"\"\nsamtycke\n  and a\u030atga\u0308rd and fel\"\"\"\n")
	rule1 := src.Text[10 : len(src.Text)-4]
	var faults diag.List
	at := func(from, to int) diag.Span { return src.At(from+10, to+10) }
	rule.Parse(rule1, at, &faults).Check(small, rule.Bool, &faults)
	const want = "modell.toml:3:20: error: there is no fact and no definition called `fel` [rule-unknown-name]\n"
	if got := rendered(faults); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s", got)
	}
}

func TestReservedWordsAreThoseARuleReadsOtherwise(t *testing.T) {
	for _, name := range append(rule.Functions(), "and", "or", "not", "in", "true", "false", "nil", "let", "if", "else", "contains") {
		if !rule.Reserved(name) {
			t.Errorf("%s is not reserved", name)
		}
	}
	for _, name := range []string{"mote", "andra", "Not"} {
		if rule.Reserved(name) {
			t.Errorf("%s is reserved", name)
		}
	}
}
