package compare_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/interpreter"
)

var day = calendar.Day(20600)

// head begins a model with the id.
func head(id, version string) string {
	return "[model]\nid = \"" + id + "\"\ntitle = \"" + id + "\"\nlang = \"sv\"\nversion = \"" + version + `"
in_force = 2020-01-01
[[actor]]
id = "x"
title = "X"
[[actor]]
id = "y"
title = "Y"
[[kind]]
id = "k"
title = "K"
[[kind]]
id = "l"
title = "L"
`
}

func fact(id, rest string) string {
	return "[[fact]]\nid = \"" + id + "\"\ntitle = \"" + id + "\"\nask = \"" + id + "?\"\n" + rest + "\n"
}

func step(id, kind, actor, rest string) string {
	return "[[step]]\nid = \"" + id + "\"\ntitle = \"" + id + "\"\nkind = \"" + kind + "\"\nactor = \"" + actor + "\"\n" + rest + "\n"
}

func outcome(id, rest string) string {
	return "[[outcome]]\nid = \"" + id + "\"\ntitle = \"" + id + "\"\n" + rest + "\n"
}

var (
	someBools = fact("b1", `type = "bool"`) + fact("b2", `type = "bool"`)
	allFacts  = someBools + fact("b3", `type = "bool"`) + fact("i1", "type = \"int\"\nmin = 0\nmax = 100\nunit = \"h\"") +
		fact("e1", "type = \"enum\"\nvalues = { p = \"P\", q = \"Q\", r = \"R\" }") + fact("v1", `type = "event"`) +
		fact("s1", "type = \"set\"\nvalues = { p = \"P\", q = \"Q\" }")
)

// load compiles models that may have warnings but no errors; nil with the faults where they have.
func load(texts ...string) ([]*interpreter.Program, diag.List) {
	var sources []*diag.Source
	for i, text := range texts {
		sources = append(sources, diag.NewSource(string(rune('a'+i))+".toml", text))
	}
	set := dsl.Load(sources)
	if set.Faults.HasErrors() {
		return nil, set.Faults
	}
	return interpreter.NewSet(set).Programs(), nil
}

// of compares models given as texts, by id and version in that order.
func of(t testing.TB, texts ...string) *compare.Report {
	t.Helper()
	for i, text := range texts {
		if !strings.Contains(text, "[[outcome]]") {
			texts[i] += outcome("u", "when = \"b1 == false\"")
		}
	}
	programs, faults := load(texts...)
	for _, d := range faults {
		if d.Severity == diag.Error {
			t.Fatal(d.Message(lang.EN))
		}
	}
	return compare.Run(programs, compare.Options{Day: day, Samples: 500, Seed: 1})
}

const done = "done = [\"known(b1)\"]\n"

func TestAModelIsTheSameAsItself(t *testing.T) {
	for _, p := range casetest.Shipped(t).Programs() {
		r := compare.Run([]*interpreter.Program{p, p}, compare.Options{Day: day, Samples: 200, Seed: 1})
		for _, k := range r.Kinds {
			x := &k.Pairs[0]
			if x.Verdict != compare.Same && x.Verdict != compare.Never || x.OnlyFirst != nil || x.OnlySecond != nil {
				t.Errorf("%s: %s is %s", p.Model().ID, k.Kind.ID, x.Verdict)
			}
		}
		if r.Cells.Differ[0][1] != 0 || len(r.Turned()) > 0 {
			t.Errorf("%s is not in order with itself", p.Model().ID)
		}
	}
}

// A clause more in a rule is stricter, and shown by exactly that clause: the smallest case in which the rule held without it, the same
// case with its fact the other way, and the clause as it is written.
func TestAClauseMoreIsStricterAndIsTheWitness(t *testing.T) {
	for _, test := range []struct{ with, fact, text string }{
		{"b2", "b2", "b2"},
		{"not b2", "b2", "not b2"},
		{"i1 >= 10", "i1", "i1 >= 10"},
		{"e1 in ['p', 'q']", "e1", "e1 in ['p', 'q']"},
		{"happened(v1)", "v1", "happened(v1)"},
		{"'p' in s1", "s1", "'p' in s1"},
	} {
		t.Run(test.with, func(t *testing.T) {
			r := of(t,
				head("a", "1")+allFacts+step("p", "k", "x", done+"when = \"b1\"")+step("q", "l", "x", done+"when = \"b3\""),
				head("b", "1")+allFacts+step("p", "k", "x", done+"when = \"b1 and "+test.with+"\"")+step("q", "l", "x", done+"when = \"b3\""))
			x := r.Kinds[0].Pairs[0]
			if x.Verdict != compare.Stricter || x.OnlyFirst == nil || x.OnlySecond != nil {
				t.Fatalf("a clause more is %s", x.Verdict)
			}
			if r.Kinds[1].Pairs[0].Verdict != compare.Same {
				t.Errorf("the other kind is %s", r.Kinds[1].Pairs[0].Verdict)
			}
			if c := x.OnlyFirst.Clauses; len(c) != 1 || c[0].Expr.String() != test.text || c[0].Step.ID != "p" {
				t.Errorf("the clauses are %v", c)
			}
			if f := x.OnlyFirst.Facts; len(f) != 1 || f[0].ID != test.fact {
				t.Errorf("the facts in which the cases differ are %v", f)
			}
			alone, both := x.OnlyFirst.Case.Case(), x.OnlyFirst.Beside.Case()
			for _, id := range slices.Concat(alone.Names(), both.Names()) {
				v, _ := alone.Get(id)
				if w, _ := both.Get(id); id != test.fact && v != w {
					t.Errorf("%s differs too", id)
				}
			}
			if v, _ := alone.Get("b1"); v != true {
				t.Error("the rule does not hold without the clause")
			}
			if n := len(alone.Names()); n > 2 {
				t.Errorf("the witness knows %d facts", n)
			}
		})
	}
}

func TestTheOtherWayRoundIsLooser(t *testing.T) {
	narrow, wide := done+"when = \"b1 and b2\"", done+"when = \"b1\""
	r := of(t, head("a", "1")+someBools+step("p", "k", "x", narrow), head("b", "1")+someBools+step("p", "k", "x", wide))
	if x := r.Kinds[0].Pairs[0]; x.Verdict != compare.Looser || x.OnlyFirst != nil {
		t.Errorf("a clause less is %s", x.Verdict)
	}
}

// What only one of the models has is free in the other, and the sentence says so in both languages.
func TestAFactOfOneModelIsFreeInTheOther(t *testing.T) {
	r := of(t, head("a", "1")+someBools+step("p", "k", "x", done), head("b", "1")+someBools+fact("egen", `type = "bool"`)+step("p", "k", "x", done+"when = \"egen\""))
	x := r.Kinds[0].Pairs[0]
	if x.Verdict != compare.Stricter {
		t.Fatalf("it is %s", x.Verdict)
	}
	for l, want := range map[lang.Lang]string{
		lang.SV: "a kräver ”K” när svaret är nej på ”egen”; det gör inte b",
		lang.EN: "a requires “K” when the answer is no to “egen”; b does not",
	} {
		if got := x.Sentences(r.Kinds[0].Kind, r.Names(), l); len(got) != 1 || got[0] != want {
			t.Errorf("%q is not %q", got, want)
		}
	}
}

// Of two conditions that are all, both are told; of more, the one that takes fewest facts, and that there are others.
func TestASentenceTellsTwoConditionsOrOneOfMany(t *testing.T) {
	for _, test := range []struct{ with, want string }{
		{"b1 and b2", "a requires “K” when the answer is no to “b2”; or when the answer is no to “b1”; b does not"},
		{"b1 and b2 and b3", "a requires “K”, among other cases, when the answer is no to “b3”; b does not"},
		{"e1 == 'p'", "a requires “K” when “e1” is other than “P”; b does not"},
		{"i1 >= 10 and b1", "a requires “K” when the answer is no to “b1”; or when “i1” is 9 h or less; b does not"},
		{"'p' in s1 and happened(v1)", "a requires “K” when “v1” has not happened; or when “s1” does not include “P”; b does not"},
		{"known(e1)", "a requires “K” when “e1” is not known; b does not"},
	} {
		r := of(t, head("a", "1")+allFacts+step("p", "k", "x", done), head("b", "1")+allFacts+step("p", "k", "x", done+"when = \""+test.with+"\""))
		if got := r.Kinds[0].Pairs[0].Sentences(r.Kinds[0].Kind, r.Names(), lang.EN); len(got) != 1 || got[0] != test.want {
			t.Errorf("%s: %q", test.with, got)
		}
	}
}

func TestArithmeticBetweenFactsIsNeverCalledTheSame(t *testing.T) {
	facts := someBools + fact("i1", "type = \"int\"\nmin = 0\nmax = 1000\nunit = \"h\"") + fact("i2", "type = \"int\"\nmin = 0\nmax = 1000\nunit = \"h\"")
	r := of(t, head("a", "1")+facts+step("p", "k", "x", done+"when = \"i1 + i2 > 5\""), head("b", "1")+facts+step("p", "k", "x", done+"when = \"i2 + i1 > 5\""))
	if x := r.Kinds[0].Pairs[0]; x.Verdict != compare.NotProven || r.Open == 0 {
		t.Errorf("it is %s, and %d tests are open", x.Verdict, r.Open)
	}
}

// Versions of a model may know other values, and the cells must not take one for another.
func TestVersionsWithOtherValuesAreCompared(t *testing.T) {
	r := compare.Run(casetest.TwoVersions(t).Programs(), compare.Options{Day: day, Samples: 300, Seed: 1})
	for _, k := range r.Kinds {
		if v := k.Pairs[0].Verdict; v == compare.Neither {
			t.Errorf("%s is %s", k.Kind.ID, v)
		}
	}
	if r.Cells.Cases+r.Cells.Refused != 300 || r.Cells.Cases == 0 {
		t.Errorf("%d cases, %d refused", r.Cells.Cases, r.Cells.Refused)
	}
}

// Of a number on whose values two versions do not agree at all, no case that both accept says anything.
func TestANumberThatNoTwoAgreeOnIsNotKnown(t *testing.T) {
	model := func(version, day, bounds string) string {
		return strings.Replace(head("m", version), "2020-01-01", day, 1) + someBools + fact("i1", "type = \"int\"\nunit = \"h\"\n"+bounds) +
			step("p", "k", "x", done+"when = \"i1 != 12 and i1 != 22\"") + step("q", "l", "x", done+"when = \"b2\"")
	}
	r := of(t, model("1", "2020-01-01", "min = 20\nmax = 30"), model("2", "2021-01-01", "min = 10\nmax = 15"))
	for i, want := range []compare.Verdict{compare.Never, compare.Same} {
		if got := r.Kinds[i].Pairs[0].Verdict; got != want {
			t.Errorf("%s is %s", r.Kinds[i].Kind.ID, got)
		}
	}
}

func TestWhatChangedBetweenVersions(t *testing.T) {
	before := head("m", "1") + someBools + fact("bort", `type = "bool"`) + step("p", "k", "x", done+"when = \"b1\"") + step("q", "l", "x", done+"when = \"b1 and b2\"") +
		step("r", "l", "x", done+"when = \"bort\"") + outcome("u", "when = \"b1 == false\"")
	after := strings.Replace(head("m", "2"), "2020-01-01", "2021-01-01", 1) + someBools + step("p", "k", "y", done+"when = \"b1 and b2\"") + step("q", "l", "x", done+"when = \"b2 and b1\"") +
		step("ny", "l", "x", done) + outcome("u", "to = [\"x\"]\nwhen = \"b1 == false\"")
	r := of(t, before, after)
	if len(r.Changes) != 1 {
		t.Fatalf("%d versions follow on another", len(r.Changes))
	}
	var got []string
	for _, x := range r.Changes[0].Parts {
		got = append(got, strings.TrimSpace(strings.Join(append([]string{x.How, x.Part, x.ID}, x.What...), " ")+" "+string(x.Cases)))
	}
	want := []string{
		"went fact bort", "changed step p actor when stricter", "changed step q when same", "went step r", "came step ny", "changed outcome u to",
	}
	for i, w := range want {
		if i >= len(got) || got[i] != w {
			t.Fatalf("changed are\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// What an answer hangs on beside steps counts too, and what is only said another way does not change in which cases an outcome holds.
func TestWhatElseChangedBetweenVersions(t *testing.T) {
	facts := func(ask, seen string) string {
		return someBools + fact("m1", "type = \"event\"\n"+seen) + strings.Replace(fact("m2", `type = "event"`), "m2?", ask, 1)
	}
	limit := "[[limit]]\nid = \"g\"\ntitle = \"G\"\nfrom = \"m1\"\nuntil = [\"m2\"]\nmax = "
	capacity := "[[capacity]]\nrole = \"r\"\ntitle = \"R\"\nactor = \"x\"\ncases = "
	steps := step("p", "k", "x", done) + step("q", "l", "x", "done = [\"known(b2)\"]")
	before := head("m", "1") + facts("m2?", "") + steps + outcome("u", "when = \"b1 == false\"\nafter = []") + outcome("v", "when = \"b1 and b2\"") + limit + "\"2 weeks\"\n" + capacity + "30\n"
	after := strings.Replace(head("m", "2"), "2020-01-01", "2021-01-01\nconsent_for = { x = \"b1\" }", 1) + facts("När?", "seen_by = [\"x\"]") + steps +
		outcome("u", "when = \"b1 == false\"\nafter = [\"p\"]") + outcome("v", "when = \"b2\"") + limit + "\"3 weeks\"\n" + capacity + "40\n"
	// Between them stands another model, which makes no difference.
	programs, faults := load(before, after, head("x", "1")+someBools+steps+outcome("u", "when = \"b1 == false\""))
	if faults != nil {
		t.Fatal(faults)
	}
	r := compare.Run([]*interpreter.Program{programs[0], programs[2], programs[1]}, compare.Options{Day: day, Samples: 1, Seed: 1})
	if len(r.Changes) != 1 || r.Changes[0].First != 0 || r.Changes[0].Second != 2 {
		t.Fatalf("%v", r.Changes)
	}
	var got []string
	for _, x := range r.Changes[0].Parts {
		got = append(got, strings.TrimSpace(strings.Join(append([]string{x.How, x.Part, x.ID}, x.What...), " ")+" "+string(x.Cases)))
	}
	want := []string{"changed model m consent_for", "changed fact m1 seen_by", "changed fact m2 ask", "changed outcome u after", "changed outcome v when looser", "changed limit g time", "changed capacity r cases"}
	if !slices.Equal(got, want) {
		t.Errorf("changed are\n%s", strings.Join(got, "\n"))
	}
}

func TestKindsThatModelsComeToTheOtherWayRound(t *testing.T) {
	r := of(t, head("a", "1")+someBools+step("p", "k", "x", done)+step("q", "l", "x", done), head("b", "1")+someBools+step("q", "l", "x", done)+step("p", "k", "x", done))
	if got := r.Turned(); len(got) != 1 || got[0].Early.ID != "k" || got[0].Late.ID != "l" {
		t.Errorf("turned are %v", got)
	}
}

// The matrix is symmetric, and nobody differs from themselves.
func TestTheMatrixIsSymmetric(t *testing.T) {
	set := casetest.Shipped(t)
	var cohort []*interpreter.Case
	for _, v := range []any{nil, false, true} {
		for _, w := range []any{nil, false, true} {
			k := interpreter.NewCase("")
			k.Set("arbetsformaga_nedsatt", v)
			k.Set("samtycke", w)
			cohort = append(cohort, k)
		}
	}
	r := compare.Run(set.Programs(), compare.Options{Day: day, Samples: 300, Seed: 7, Cohort: cohort})
	for _, m := range []*compare.Matrix{r.Cells, r.Cohort} {
		some := 0
		for i := range m.Differ {
			for j := range m.Differ {
				some += m.Differ[i][j]
				if m.Differ[i][j] != m.Differ[j][i] || m.Differ[i][i] != 0 {
					t.Errorf("%d and %d differ in %d and %d cases", i, j, m.Differ[i][j], m.Differ[j][i])
				}
			}
		}
		if some == 0 || m.Every {
			t.Errorf("no two of the models differ in any of %d cases", m.Cases)
		}
	}
	if r.Cohort.Cases != 9 || r.Cells.Cases != 300 {
		t.Errorf("%d and %d cases are counted", r.Cohort.Cases, r.Cells.Cases)
	}
}

// Whom FAROS and Halland both turn away is who is not ill.
func TestWhoFallsBetweenShippedModels(t *testing.T) {
	set := casetest.Shipped(t)
	r := compare.Run([]*interpreter.Program{set.Versions("faros")[0], set.Versions("halland")[0]}, compare.Options{Day: day, Samples: 50, Seed: 1})
	if len(r.Outside.Groups) != 1 || !r.Outside.All {
		t.Fatalf("there are %d groups", len(r.Outside.Groups))
	}
	if got := compare.ConditionText(r.Outside.Groups[0].When, lang.EN); got != "the answer is no to “Work capacity is reduced because of illness”" {
		t.Errorf("they are those for whom %s", got)
	}
}

func TestTheReportAsJSONNamesWhatItTellsOf(t *testing.T) {
	r := of(t, head("a", "1")+allFacts+step("p", "k", "x", done+"when = \"b1\""), head("b", "1")+allFacts+step("p", "k", "x", done+"when = \"b1 and b2\""))
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"verdict":"stricter"`, `"facts":["b2"]`, `"clauses":[{"step":"p","rule":"b2"}]`, `"only_second":null`, `"cohort":null`, `"changes":[]`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is missing in %s", want, text)
		}
	}
}

func TestEverySentenceStandsInBothLanguagesAndIsUsed(t *testing.T) {
	casetest.Sentences(t, compare.Catalogue, casetest.Naming{
		Words: []string{string(interpreter.NeedsFacts), string(interpreter.Waiting), string(interpreter.StuckCase)}, Endings: []string{".help", "-day"},
	})
	for _, v := range compare.Verdicts {
		if !compare.Catalogue.Has(lang.SV, "verdict."+string(v)) {
			t.Errorf("%s has no words", v)
		}
	}
}
