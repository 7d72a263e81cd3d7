package dsl_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/workflows"
)

// lawOver writes an overlay with one duty over the models named, or over all.
func lawOver(id, models string) string {
	if models != "" {
		models = "models = [" + models + "]\n"
	}
	return "[overlay]\nid = \"" + id + "\"\ntitle = \"L\"\nlang = \"en\"\nuses = [\"w\"]\n" + models +
		"[[duty]]\nid = \"d\"\nlaw = \"1\"\ntitle = \"D\"\n[[duty.never]]\nsteps = {}\nunless = \"b\"\n"
}

func twoModels() []string {
	other := strings.Replace(model(step("one", "")), `id = "m"`, `id = "o"`, 1)
	return []string{"m.toml", model(step("one", "")), "o.toml", other, "w.toml", words}
}

func TestAnOverlayLiesOverTheModelsThatItNames(t *testing.T) {
	set := load(append(twoModels(), "z.toml", lawOver("z", ""), "a.toml", lawOver("a", `"o"`))...)
	if set.Faults.HasErrors() || len(set.Overlays) != 2 || set.Overlays[0].ID != "a" {
		t.Fatalf("%d overlays\n%s", len(set.Overlays), render(set.Faults, lang.EN))
	}
	over := func(m *dsl.Model) (out string) {
		for _, o := range m.Overlays {
			out += o.ID
		}
		return out
	}
	if got := over(set.Models[0]) + " " + over(set.Models[1]); got != "z az" {
		t.Errorf("over m and o lie %q", got)
	}
}

func TestABrokenOverlayFailsTheModelsUnderItAndNothingElse(t *testing.T) {
	bad := func(s string) string { return strings.Replace(s, `unless = "b"`, `unless = "bb"`, 1) }
	for name, c := range map[string]struct {
		files  []string
		failed string
	}{
		"over one":            {[]string{"l.toml", bad(lawOver("l", `"o"`))}, "o: rule-unknown-name"},
		"over all":            {[]string{"l.toml", bad(lawOver("l", ""))}, "m: rule-unknown-name; o: rule-unknown-name"},
		"without an id":       {[]string{"l.toml", strings.Replace(lawOver("l", `"o"`), "id = \"l\"\n", "", 1)}, "o: missing-key"},
		"cut off":             {[]string{"l.toml", strings.SplitAfter(lawOver("l", ""), "[\"w\"]\n")[0]}, "m: no-duties; o: no-duties"},
		"its texts":           {[]string{"l.toml", lawOver("l", `"m"`), "l.sv.toml", "[texts]\nof = \"l\"\nlang = \"sv\"\n[duty.x]\nlaw = \"1 §\"\n"}, "m: nothing-of-that-name"},
		"over what is not":    {[]string{"l.toml", lawOver("l", `"m", "q"`)}, "m: unknown-model"},
		"two of one name":     {[]string{"l.toml", lawOver("l", `"m"`), "l2.toml", lawOver("l", `"o"`)}, "m: duplicate-overlay; o: duplicate-overlay"},
		"a vocabulary's name": {[]string{"l.toml", lawOver("w", `"m"`)}, "m: name-taken"},
	} {
		t.Run(name, func(t *testing.T) {
			set := load(append(twoModels(), c.files...)...)
			if got := failed(set); got != c.failed {
				t.Errorf("failed: %q, want %q\n%s", got, c.failed, render(set.Faults, lang.EN))
			}
			if len(set.Models)+strings.Count(c.failed, ":") != 2 {
				t.Errorf("%d models are whole", len(set.Models))
			}
		})
	}
}

func TestTheHashFollowsTheOverlaysOverAModel(t *testing.T) {
	hash := func(files ...string) string {
		set := load(append([]string{"m.toml", model(step("one", "")), "w.toml", words}, files...)...)
		if len(set.Models) != 1 {
			t.Fatalf("no model:\n%s", render(set.Faults, lang.EN))
		}
		return set.Models[0].Hash
	}
	law, texts := lawOver("l", ""), "[texts]\nof = \"l\"\nlang = \"sv\"\n[duty.d]\nlaw = \"1 §\"\n"
	base := hash("l.toml", law, "l.sv.toml", texts)
	if hash("x.toml", law, "y.toml", texts) != base {
		t.Error("a name changes it")
	}
	for what, other := range map[string]string{
		"no law": hash(), "no texts": hash("l.toml", law), "another law": hash("l.toml", law+"# a remark\n", "l.sv.toml", texts),
		"other texts": hash("l.toml", law, "l.sv.toml", texts+"# a remark\n"), "one more": hash("l.toml", law, "l.sv.toml", texts, "k.toml", lawOver("k", "")),
	} {
		if other == base {
			t.Errorf("with %s it is the same", what)
		}
	}
}

func TestAModelSaysOtherwiseOfASharedFactForItselfAlone(t *testing.T) {
	shared := strings.Replace(words, "title = \"B\"\nask = \"B?\"\n", "title = \"B\"\nask = \"B?\"\nhelp = \"Shared.\"\nask_of = \"a\"\nseen_by = [\"a\"]\n", 1) +
		"\n[[actor]]\nid = \"z\"\ntitle = \"Z\"\n"
	wordTexts := "[texts]\nof = \"w\"\nlang = \"sv\"\n[fact.b]\ntitle = \"B på svenska\"\nask = \"B, eller?\"\nhelp = \"Delad.\"\n"
	own := model("[use.b]\nask = \"Own?\"\nask_of = \"z\"\nseen_by = [\"a\", \"z\"]\ninterpretation = \"why\"\n" + step("one", ""))
	other := strings.Replace(model(step("one", "")), `id = "m"`, `id = "o"`, 1)
	texts := "[texts]\nof = \"m\"\nlang = \"sv\"\n[use.b]\nask = \"Egen?\"\n"
	set := load("m.toml", own, "m.sv.toml", texts, "o.toml", other, "w.toml", shared, "w.sv.toml", wordTexts)
	if set.Faults.HasErrors() {
		t.Fatal(render(set.Faults, lang.EN))
	}
	show := func(m *dsl.Model) string {
		for _, f := range m.Facts {
			if f.ID == "b" {
				var seen []string
				for _, a := range f.SeenBy {
					seen = append(seen, a.ID)
				}
				return fmt.Sprint(f.Title.EN, "|", f.Title.SV, "|", f.Ask.EN, "|", f.Ask.SV, "|", f.Help.EN, "|", f.Help.SV, "|", f.AskOf.ID, "|", seen, "|", f.Origin.Interpretation.EN)
			}
		}
		return ""
	}
	if got, want := show(set.Models[0]), "B|B på svenska|Own?|Egen?|Shared.|Delad.|z|[a z]|why"; got != want {
		t.Errorf("of its own:   %s\nwant          %s", got, want)
	}
	if got, want := show(set.Models[1]), "B|B på svenska|B?|B, eller?|Shared.|Delad.|a|[a]|"; got != want {
		t.Errorf("of the other: %s\nwant          %s", got, want)
	}
	warned := render(set.Faults, lang.EN)
	if !strings.Contains(warned, "`use.b.interpretation`") || strings.Contains(warned, "`use.b.help`") {
		t.Errorf("what is not translated:\n%s", warned)
	}
}

func TestOverlaysThatDemandTooMuchAreRefused(t *testing.T) {
	const demand = "[[duty.never]]\nsteps = {}\nunless = \"b\"\n"
	for n, want := range map[int]string{500: "", 501: "m: too-many-demands"} {
		set := load("m.toml", model(step("one", "")), "w.toml", words, "l.toml", lawOver("l", "")+strings.Repeat(demand, n-1))
		if got := failed(set); got != want {
			t.Errorf("%d demands: %q", n, got)
		}
	}
}

// A hostile law over a large model costs no more than the judge may spend.
func TestALargeModelIsJudgedInBoundedTime(t *testing.T) {
	var b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&b, "\n[[step]]\nid = \"s%d\"\ntitle = \"S\"\nkind = \"k\"\nactor = \"a\"\nwhen = \"(b or n > %d) and (v == 'x' or not b) or n < %d\"\ndone = [\"b or v != 'y'\"]\n", i, i%10, 1+i%9)
	}
	law := lawOver("l", "") + strings.Repeat("[[duty.never]]\nsteps = {}\nunless = \"b and v == 'z'\"\n[[duty.before]]\nsteps = {}\nfirst = { kinds = [\"k\"] }\n[[duty.on_every_way]]\nsteps = {}\n", 10)
	set := load("m.toml", model(b.String()), "w.toml", words, "l.toml", law)
	if len(set.Models) != 1 {
		t.Fatal(render(set.Faults, lang.EN))
	}
	began := time.Now()
	set.Models[0].Judge()
	if took := time.Since(began); took > slowest(20*time.Second) {
		t.Errorf("it took %s", took)
	} else {
		t.Logf("it took %s", took)
	}
}

// The files of a model are kept so that it can answer again when they are gone: alone they must make it again, to the hash, also where
// an overlay uses the vocabulary that the model uses.
func TestTheFilesOfAModelMakeItAgain(t *testing.T) {
	var faults diag.List
	set := dsl.Load(dsl.ReadFS(workflows.FS, &faults))
	if len(set.Models) == 0 || len(set.Overlays) == 0 {
		t.Fatal("nothing is shipped that can show it")
	}
	for _, m := range set.Models {
		again := dsl.Load(m.Files)
		if again.Faults.HasErrors() || len(again.Models) != 1 || again.Models[0].Hash != m.Hash {
			t.Errorf("%s@%s: from its %d files come %d models and these faults: %v", m.ID, m.Version, len(m.Files), len(again.Models), again.Faults)
		}
	}
}
