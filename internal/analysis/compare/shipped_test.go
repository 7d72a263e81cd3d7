package compare_test

import (
	"encoding/json"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/internal/analysis/compare"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/interpreter"
)

// inWords lists what is known in a case.
func inWords(w *cells.Witness) string {
	text, _ := json.Marshal(w.Case())
	return string(text)
}

// decided puts a shown case through a model as `stegvis next` does.
func decided(t *testing.T, p *interpreter.Program, w *cells.Witness) (*interpreter.Facts, *interpreter.Result) {
	t.Helper()
	f := w.Case().Bind(p, func(string) bool { return true }, nil)
	if f == nil {
		t.Fatalf("%s does not accept %s", p.Model().ID, inWords(w))
	}
	var r interpreter.Result
	p.Decide(f, day, &r)
	return f, &r
}

// requiring tells whether the rules of some step of the kind, and of its stage, hold in the case.
func requiring(t *testing.T, p *interpreter.Program, kind string, w *cells.Witness) bool {
	t.Helper()
	f, r := decided(t, p, w)
	holds := map[int]bool{}
	for _, s := range p.Model().Steps {
		holds[s.Index] = s.Kind.ID == kind
	}
	for _, of := range p.Rules() {
		for _, s := range p.Model().Steps {
			own := of.Step == s && of.Item == nil && s.When != nil
			stage := s.Stage != nil && s.Stage.When != nil && of.Stage == s.Stage
			if (own || stage) && p.Value(of, f, r) != interpreter.True {
				holds[s.Index] = false
			}
		}
	}
	for _, yes := range holds {
		if yes {
			return true
		}
	}
	return false
}

// Every case that a comparison of shipped models shows does what is said of it.
func TestTheCasesShownOfShippedModelsBehaveAsSaid(t *testing.T) {
	set := casetest.Shipped(t)
	var programs []*interpreter.Program
	for _, id := range set.IDs() {
		programs = append(programs, set.Versions(id)...)
	}
	r := compare.Run(programs, compare.Options{Day: day, Samples: 1, Seed: 1})
	shown := 0
	for _, k := range r.Kinds {
		for _, pair := range k.Pairs {
			first, second := programs[pair.First], programs[pair.Second]
			check := func(what string, w *cells.Witness, x, y bool) {
				if w == nil {
					return
				}
				shown++
				if a, b := requiring(t, first, k.Kind.ID, w), requiring(t, second, k.Kind.ID, w); a != x || b != y {
					t.Errorf("%s, %s and %s, %s: they require it %v and %v in %s", k.Kind.ID, first.Model().ID, second.Model().ID, what, a, b, inWords(w))
				}
			}
			check("both", pair.Both, true, true)
			if p := pair.OnlyFirst; p != nil {
				check("the first alone", p.Case, true, false)
				check("beside it", p.Beside, true, true)
			}
			if p := pair.OnlySecond; p != nil {
				check("the second alone", p.Case, false, true)
				check("beside it", p.Beside, true, true)
			}
		}
	}
	for _, p := range r.Partings {
		for _, s := range p.Sets {
			for i, said := range []compare.Answer{s.First, s.Second} {
				m := programs[[]int{p.First, p.Second}[i]]
				_, d := decided(t, m, s.Case)
				shown++
				switch {
				case d.Status != said.Status, len(d.Next) > 0 != (said.Step != nil), d.Outcome >= 0 != (said.Outcome != nil):
					t.Errorf("%s is %s with %v in %s, not %v", m.Model().ID, d.Status, d.Next, inWords(s.Case), said)
				case said.Step != nil && m.Model().Steps[d.Next[0]] != said.Step, said.Outcome != nil && m.Model().Outcomes[d.Outcome] != said.Outcome:
					t.Errorf("%s answers otherwise in %s, not %v", m.Model().ID, inWords(s.Case), said)
				}
			}
		}
	}
	if shown < 100 {
		t.Errorf("%d cases are shown", shown)
	}
}

// Whom shipped models leave is told of in words that tell the groups apart, and the case of each is left by all models.
func TestGroupsOutsideShippedModelsAreToldApart(t *testing.T) {
	set := casetest.Shipped(t)
	var latest []*interpreter.Program
	for _, id := range set.IDs() {
		latest = append(latest, set.Versions(id)[len(set.Versions(id))-1])
	}
	several := 0
	for i := range latest {
		for _, other := range latest[i+1:] {
			two := []*interpreter.Program{latest[i], other}
			o := compare.Run(two, compare.Options{Day: day, Samples: 1, Seed: 1}).Outside
			told := map[string]bool{}
			for _, g := range o.Groups {
				for _, l := range []lang.Lang{lang.EN, lang.SV} {
					text := compare.ConditionText(g.When, l)
					if told[text] {
						t.Errorf("%s and %s: two groups are told of as %q", two[0].Model().ID, two[1].Model().ID, text)
					}
					told[text] = true
				}
				for _, p := range two {
					_, d := decided(t, p, g.Case)
					if left := d.Outcome >= 0 && turnsAway(p.Model().Outcomes[d.Outcome], d) || d.Status == interpreter.StuckCase; !left {
						t.Errorf("%s does not leave %s: %s", p.Model().ID, inWords(g.Case), d.Status)
					}
				}
			}
			if len(o.Groups) > 1 {
				several++
			}
		}
	}
	if several == 0 {
		t.Error("no two models leave more than one group")
	}
}
