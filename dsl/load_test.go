package dsl_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// words is a vocabulary for models written in tests.
const words = `
[vocabulary]
id = "w"
title = "Words"
lang = "en"
[[actor]]
id = "a"
title = "A"
[[kind]]
id = "k"
title = "K"
[[fact]]
id = "e"
type = "event"
title = "E"
[[fact]]
id = "b"
type = "bool"
title = "B"
ask = "B?"
[[fact]]
id = "n"
type = "int"
min = 0
max = 10
unit = "h"
title = "N"
ask = "N?"
[[fact]]
id = "v"
type = "enum"
values = { x = "X", y = "Y", z = "Z" }
title = "V"
ask = "V?"
`

// model writes a model around a body, with an outcome that makes it whole.
func model(body string) string {
	return `
[model]
id = "m"
title = "M"
lang = "en"
version = "1"
in_force = 2026-01-01
uses = ["w"]
` + body + `
[[outcome]]
id = "end"
title = "End"
when = "happened(e)"
`
}

// step writes a step with more keys.
func step(id, more string) string {
	if !strings.Contains(more, "done =") && !strings.Contains(more, "every =") {
		more += "\ndone = [\"b\"]"
	}
	return "\n[[step]]\nid = \"" + id + "\"\ntitle = \"S\"\nkind = \"k\"\nactor = \"a\"\n" + more + "\n"
}

// load reads files given as name and text in turn.
func load(files ...string) *dsl.Set {
	var sources []*diag.Source
	for i := 0; i < len(files); i += 2 {
		sources = append(sources, diag.NewSource(files[i], files[i+1]))
	}
	return dsl.Load(sources)
}

// whole loads one model with the words, which must be without errors.
func whole(t *testing.T, text string) *dsl.Model {
	t.Helper()
	set := load("m.toml", text, "w.toml", words)
	if len(set.Models) != 1 || set.Faults.HasErrors() {
		t.Fatalf("the model is not whole:\n%s", render(set.Faults, lang.EN))
	}
	return set.Models[0]
}

func codes(faults diag.List, s diag.Severity) (out []string) {
	for _, f := range faults {
		if f.Severity == s {
			out = append(out, f.Code)
		}
	}
	return out
}

func stepIDs(steps []*dsl.Step) string {
	var ids []string
	for _, s := range steps {
		ids = append(ids, s.ID)
	}
	return strings.Join(ids, " ")
}

func TestAStepComesAfterTheOneAboveThatDoesNotRepeat(t *testing.T) {
	m := whole(t, model(step("one", "")+step("again", `every = { period = "1 week" }`)+step("two", "")+
		step("three", "after = []")+step("four", `after = ["one", "two"]`)+step("five", "")))
	want := map[string]string{"one": "", "again": "one", "two": "one", "three": "", "four": "one two", "five": "four"}
	for _, s := range m.Steps {
		if got := stepIDs(s.After); got != want[s.ID] {
			t.Errorf("%s comes after %q, want %q", s.ID, got, want[s.ID])
		}
	}
}

func TestAnOutcomeWaitsForTheStepsItNamesAndThoseOfItsStage(t *testing.T) {
	m := whole(t, model(`
[[stage]]
id = "s"
title = "S"
`+step("one", `stage = "s"`)+step("again", "stage = \"s\"\nevery = { period = \"1 week\" }")+step("two", `stage = "s"`)+step("three", "")+`
[[outcome]]
id = "all"
title = "All"
stage = "s"
after = ["three", "one"]
`))
	if got := stepIDs(m.Outcomes[0].After); got != "one two three" {
		t.Errorf("the outcome waits for %q", got)
	}
	if got := stepIDs(m.Stages[0].Steps); got != "one again two" {
		t.Errorf("the stage has %q", got)
	}
	if len(m.Outcomes[1].After) != 0 {
		t.Errorf("an outcome that names nothing waits for %q", stepIDs(m.Outcomes[1].After))
	}
}

func TestAnItemHasTheFactsOfItsRuleInTheOrderOfTheText(t *testing.T) {
	m := whole(t, model(`
[define]
inner = "v == 'x' or n > 3"
outer = "inner and known(v)"
`+step("one", "")+step("two", `done = ["n > 1 and outer and happened(e)", "done('one') or late('one') and b"]`)))
	items := m.Steps[1].Done
	for i, want := range []string{"n v e", "b"} {
		var got []string
		for _, f := range items[i].Facts {
			got = append(got, f.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("item %d has the facts %v, want %s", i, got, want)
		}
		if !items[i].Title.IsZero() {
			t.Errorf("item %d has a title that nobody wrote", i)
		}
	}
}

func TestEveryNodeComesAfterAllItNeeds(t *testing.T) {
	m := whole(t, model(`
[define]
late_one = "late('two') and base"
base = "b"
[[stage]]
id = "s"
title = "S"
when = "base"
`+step("one", "stage = \"s\"\nafter = [\"three\"]")+step("two", "after = []")+step("three", `when = "late_one"`)))
	var got []string
	for _, n := range m.Order {
		switch {
		case n.Define != nil:
			got = append(got, n.Define.ID)
		case n.Stage != nil:
			got = append(got, n.Stage.ID)
		default:
			got = append(got, n.Step.ID)
		}
	}
	// In file order, but for what others need.
	if s := strings.Join(got, " "); s != "base s two late_one three one" {
		t.Errorf("order: %s", s)
	}
}

func TestAModelHasItsVocabularyFirstAndItsOwnAfter(t *testing.T) {
	m := whole(t, model(`
[[fact]]
id = "own"
type = "number"
min = -1.5
max = 2
unit = "kr"
title = "Own"
ask = "Own?"
`+step("one", `when = "own > 0"`)))
	var ids []string
	for i, f := range m.Facts {
		if f.Index != i {
			t.Errorf("%s has index %d", f.ID, f.Index)
		}
		if f.Shared == (f.ID == "own") {
			t.Errorf("%s is shared: %v", f.ID, f.Shared)
		}
		ids = append(ids, f.ID)
	}
	if got := strings.Join(ids, " "); got != "e b n v own" {
		t.Errorf("facts: %s", got)
	}
	if own := m.Facts[4].Type; own.Kind != rule.Number || own.Min != -1.5 || own.Max != 2 {
		t.Errorf("own has the type %+v", own)
	}
	if e := m.Steps[0].When.Expr; !e.Valid() || e.Type.Kind != rule.Bool {
		t.Errorf("the rule is not typed: %+v", e)
	}
}

func TestTextsOfAnotherLanguageAreFilledIn(t *testing.T) {
	set := loadFolder(t, "good")
	for _, m := range set.Models {
		if m.ID != "allt" {
			continue
		}
		item := m.Steps[0].Done[1]
		for _, text := range []struct{ name, got, want string }{
			{"title", m.Title.In(lang.EN), "Everything at once"},
			{"title in its own language", m.Title.In(lang.SV), "Allt på en gång"},
			{"vocabulary", m.Actors[0].Title.EN, "The social insurance agency"},
			{"value", m.Facts[3].Labels[1].EN, "Back"},
			{"item", item.Title.EN, "What it led to is clear"},
			{"item help", item.Help.EN, "Ask the care."},
			{"interpretation of a time", m.Steps[0].Time.Origin.Interpretation.EN, "thirty days"},
			{"limit without title", m.Limits[1].Title.SV, "utan_titel"},
			{"source", m.Steps[0].Origin.Source, "blad: sidan 4"},
		} {
			if text.got != text.want {
				t.Errorf("%s: %q, want %q", text.name, text.got, text.want)
			}
		}
	}
	var titles []string
	for _, m := range set.Models {
		titles = append(titles, m.ID+" "+m.Version+" "+m.Title.SV)
	}
	want := "allt 2026-1 Allt på en gång; delade_tecken 1 Å som två tecken; upplaga 1 En upplaga; upplaga 2 Andra upplagan"
	if got := strings.Join(titles, "; "); got != want {
		t.Errorf("models: %s\nwant    %s", got, want)
	}
}

func TestLettersTypedInTwoPartsAreTheSameLetters(t *testing.T) {
	for _, m := range loadFolder(t, "good").Models {
		if m.ID == "delade_tecken" && (m.Steps[0].ID != "fråga" || m.Actors[0].ID != "åke" || m.Facts[0].Type.Values[0] != "åtta") {
			t.Errorf("ids are not normalised: %q %q %q", m.Steps[0].ID, m.Actors[0].ID, m.Facts[0].Type.Values[0])
		}
	}
}

func TestTheHashFollowsEveryByteAndNoName(t *testing.T) {
	texts := "[texts]\nof = \"m\"\nlang = \"sv\"\n[model]\ntitle = \"M\"\n"
	wordTexts := "[texts]\nof = \"w\"\nlang = \"sv\"\n[actor.a]\ntitle = \"A\"\n"
	files := []string{"m.toml", model(step("one", "")), "w.toml", words, "m.sv.toml", texts, "w.sv.toml", wordTexts}
	hash := func(files []string) string {
		set := load(files...)
		if len(set.Models) != 1 {
			t.Fatalf("no model:\n%s", render(set.Faults, lang.EN))
		}
		return set.Models[0].Hash
	}
	base := hash(files)
	if !strings.HasPrefix(base, "sha256:") || len(base) != len("sha256:")+64 {
		t.Errorf("hash %q", base)
	}
	for i := 0; i < len(files); i += 2 {
		renamed := append([]string{}, files...)
		renamed[i] = "other-" + renamed[i]
		if hash(renamed) != base {
			t.Errorf("renaming %s changes the hash", files[i])
		}
		changed := append([]string{}, files...)
		changed[i+1] += "# a remark\n"
		if hash(changed) == base {
			t.Errorf("a change of %s leaves the hash as it was", files[i])
		}
	}
	if hash(append([]string{"unused.toml", strings.Replace(words, `id = "w"`, `id = "u"`, 1)}, files...)) != base {
		t.Error("a vocabulary that is not used changes the hash")
	}
	moved := append([]string{}, files...)
	moved[5], moved[7] = moved[5]+"# x\n", strings.TrimSuffix(moved[7], "\n")
	if hash(moved) == base {
		t.Error("bytes can move from one file to another unseen")
	}
}

func TestTheOrderOfTheSourcesDoesNotMatter(t *testing.T) {
	var sources []*diag.Source
	var faults diag.List
	for _, folder := range []string{"broken", "good"} {
		sources = append(sources, dsl.ReadDir("testdata/"+folder, &faults)...)
	}
	base := dsl.Load(sources)
	want := render(base.Faults, lang.SV)
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		random.Shuffle(len(sources), func(i, j int) { sources[i], sources[j] = sources[j], sources[i] })
		set := dsl.Load(sources)
		if got := render(set.Faults, lang.SV); got != want {
			t.Fatal("other faults in another order")
		}
		if len(set.Models) != len(base.Models) || len(set.Failed) != len(base.Failed) {
			t.Fatal("other models in another order")
		}
		for i, m := range set.Models {
			if m.ID != base.Models[i].ID || m.Hash != base.Models[i].Hash {
				t.Errorf("model %d is %s, was %s", i, m.ID, base.Models[i].ID)
			}
		}
	}
}

// failed lists the models that failed, with the codes of their errors.
func failed(set *dsl.Set) string {
	var out []string
	for _, f := range set.Failed {
		out = append(out, f.ID+": "+strings.Join(codes(f.Faults, diag.Error), " "))
	}
	return strings.Join(out, "; ")
}

func ids(set *dsl.Set) string {
	var out []string
	for _, m := range set.Models {
		out = append(out, m.ID+"@"+m.Version)
	}
	return strings.Join(out, " ")
}

func TestABrokenFileFailsWhatUsesItAndNothingElse(t *testing.T) {
	good := model(step("one", ""))
	alone := strings.NewReplacer(`id = "m"`, `id = "alone"`, `uses = ["w"]`, "", "happened(e)", "true", `done = ["b"]`, `done = ["true"]`).Replace(good) +
		"[[actor]]\nid = \"a\"\ntitle = \"A\"\n[[kind]]\nid = \"k\"\ntitle = \"K\"\n"
	other := strings.Replace(good, `id = "m"`, `id = "other"`, 1)
	for _, c := range []struct {
		name       string
		files      []string
		ids, fails string
	}{
		{"all is well", []string{"m", good, "w", words, "alone", alone, "other", other}, "alone@1 m@1 other@1", ""},
		{"a model", []string{"m", good + "[[step]]\n", "w", words, "alone", alone},
			"alone@1", "m: missing-key missing-key missing-key missing-key missing-key"},
		{"a vocabulary", []string{"m", good, "other", other, "alone", alone, "w", words + "[[actor]]\nid = \"c\"\n"},
			"alone@1", "m: missing-key; other: missing-key"},
		{"texts", []string{"m", good, "other", other, "w", words, "t", "[texts]\nof = \"m\"\nlang = \"sv\"\n[step.two]\ntitle = \"T\"\n"},
			"other@1", "m: nothing-of-that-name"},
		{"texts of a vocabulary", []string{"m", good, "alone", alone, "w", words, "t", "[texts]\nof = \"w\"\nlang = \"sv\"\n[actor.a]\ntitle = 3\n"},
			"alone@1", "m: not-a-text"},
		{"a vocabulary whose name cannot be read", []string{"m", good, "alone", alone, "w", strings.Replace(words, `"w"`, `"w`, 1)},
			"alone@1", ": toml-text-open; m: toml-text-open"},
		{"a vocabulary that was cut off to nothing", []string{"m", good, "w", ""}, "", ": no-head; m: no-head"},
		{"no vocabulary at all", []string{"m", good}, "", "m: unknown-vocabulary"},
		{"twice the same", []string{"m", good, "copy", good, "w", words, "other", other}, "other@1", "m: duplicate-model; m: duplicate-model"},
		{"another version", []string{"m", good, "w", words, "m2", strings.Replace(good, `version = "1"`, `version = "2"`, 1)},
			"m@1 m@2", ""},
		{"the same vocabulary twice", []string{"m", good, "w", words, "w2", words, "alone", alone}, "alone@1", "m: duplicate-vocabulary"},
		{"texts of a version that is not there", []string{"m", good, "w", words, "t", "[texts]\nof = \"m\"\nversion = \"3\"\nlang = \"sv\"\n"},
			"m@1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := load(c.files...)
			if got := ids(set); got != c.ids {
				t.Errorf("models %q, want %q", got, c.ids)
			}
			if got := failed(set); got != c.fails {
				t.Errorf("failed %q, want %q", got, c.fails)
			}
		})
	}
}

func TestTextsApplyWhollyOrNotAtAll(t *testing.T) {
	set := load("m.toml", model(step("one", "")), "w.toml", words,
		"t.toml", "[texts]\nof = \"m\"\nlang = \"sv\"\n[model]\ntitle = \"Modellen\"\n[step.ett]\ntitle = \"Ett\"\n")
	if len(set.Models) != 0 {
		t.Errorf("the model is there with the title %q", set.Models[0].Title.SV)
	}
}

func TestVersionsMayDifferInTheValuesOfAFactButNotInItsKind(t *testing.T) {
	fact := func(kind string) string {
		return "\n[[fact]]\nid = \"own\"\ntitle = \"O\"\nask = \"O?\"\n" + kind + step("one", `when = "known(own)"`)
	}
	one := model(fact("type = \"enum\"\nvalues = { p = \"P\" }\n"))
	two := strings.Replace(model(fact("type = \"enum\"\nvalues = { p = \"P\", q = \"Q\" }\n")), `version = "1"`, `version = "2"`, 1)
	three := strings.Replace(model(fact("type = \"bool\"\n")), `version = "1"`, `version = "3"`, 1)
	set := load("m1.toml", one, "m2.toml", two, "m3.toml", three, "w.toml", words)
	if ids(set) != "m@1 m@2" || failed(set) != "m: fact-conflict" {
		t.Errorf("models %q, failed %q", ids(set), failed(set))
	}
}

func TestWhatIsUntranslatedIsSaidOnce(t *testing.T) {
	m := model(step("one", ""))
	warnings := func(files ...string) string {
		var out []string
		for _, f := range load(files...).Faults {
			if f.Code == "untranslated" {
				out = append(out, f.Span.Name()+" "+f.Message(lang.EN))
			}
		}
		return strings.Join(out, "\n")
	}
	if got, want := warnings("m.toml", m, "w.toml", words),
		"m.toml 3 texts of `m` are not translated to `sv`: `model.title`, `step.one.title`, `outcome.end.title`\n"+
			"w.toml 14 texts of `w` are not translated to `sv`: `vocabulary.title`, `actor.a.title`, `kind.k.title` …"; got != want {
		t.Errorf("without texts:\n%s\nwant\n%s", got, want)
	}
	texts := "[texts]\nof = \"m\"\nlang = \"sv\"\n[model]\ntitle = \"M\"\n[step.one]\ntitle = \"Ett\"\n"
	if got, want := warnings("m.toml", m, "m.sv.toml", texts), ""; got != want {
		t.Errorf("a model with faults: %s", got)
	}
	if got := warnings("m.toml", m, "m.sv.toml", texts, "w.toml", words); !strings.HasPrefix(got, "m.sv.toml 1 text of `m` is not translated to `sv`: `outcome.end.title`\nw.toml") {
		t.Errorf("with texts:\n%s", got)
	}
}

func TestLargeModelsAreRefused(t *testing.T) {
	var b strings.Builder
	for i := range 501 {
		b.WriteString(step("s"+strings.Repeat("x", i%50)+string(rune('a'+i/50)), ""))
	}
	set := load("m.toml", model(b.String()), "w.toml", words)
	if got := failed(set); got != "m: too-many-steps" {
		t.Errorf("501 steps: %s", got)
	}
	b.Reset()
	for i := range 997 {
		b.WriteString("\n[[fact]]\nid = \"f" + strings.Repeat("x", i%50) + string(rune('a'+i/50)) + "\"\ntype = \"event\"\ntitle = \"F\"\n")
	}
	set = load("m.toml", model(step("one", "")+b.String()), "w.toml", words)
	if got := failed(set); got != "m: too-many-facts" {
		t.Errorf("1001 facts: %s", got)
	}
	b.Reset()
	b.WriteString("\n[[fact]]\nid = \"f\"\ntype = \"enum\"\ntitle = \"F\"\nask = \"F?\"\n[fact.values]\n")
	for i := range 201 {
		b.WriteString("v" + strings.Repeat("x", i%50) + string(rune('a'+i/50)) + " = \"V\"\n")
	}
	set = load("m.toml", model(step("one", `when = "known(f)"`)+b.String()), "w.toml", words)
	if got := failed(set); got != "m: too-many-values" {
		t.Errorf("201 values: %s", got)
	}
}

func TestAnActorsOwnConsentStandsInForTheModels(t *testing.T) {
	body := step("one", "") + "\n[[actor]]\nid = \"c\"\ntitle = \"C\"\n" + "[[fact]]\nid = \"own\"\ntype = \"bool\"\ntitle = \"Own\"\nask = \"?\"\n"
	set := load("m.toml", strings.Replace(model(body), "uses =", "consent = \"b\"\nconsent_for = { c = \"own\" }\nuses =", 1), "w.toml", words)
	for _, f := range set.Faults {
		if f.Code != "untranslated" { // that no rule looks at the fact is no fault
			t.Fatal(render(set.Faults, lang.EN))
		}
	}
	m := set.Models[0]
	if got := m.ConsentTo("c").ID + " " + m.ConsentTo("a").ID; got != "own b" {
		t.Errorf("consent to c and to a are %s", got)
	}
	if m := load("m.toml", model(step("one", "")), "w.toml", words).Models[0]; m.ConsentTo("a") != nil {
		t.Error("a model without consent has one")
	}
}
