package verify_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/interpreter"
)

// What a file can accept is what verify finds, but for what it finds of accepting itself.
func TestAFileCanAcceptEveryCode(t *testing.T) {
	var want []string
	for _, c := range verify.Codes {
		if c != verify.StaleAccept {
			want = append(want, string(c))
		}
	}
	if got := dsl.AcceptCodes(); !slices.Equal(got, want) {
		t.Errorf("a file can accept %v, not %v", got, want)
	}
}

func accept(id, findings, rest string) string {
	return "[[accept]]\nid = \"" + id + "\"\nfinding = " + findings + "\nreason = \"Så står det.\"\n" + rest + "\n"
}

// told lists the findings with their weights: a remark with "?", one that is accepted with "!" and by what.
func told(r *verify.Report) (out []string) {
	for _, f := range r.Findings {
		switch f.Weight {
		case verify.Remark:
			out = append(out, "?"+f.ID())
		case verify.Accepted:
			out = append(out, "!"+f.ID()+" "+f.Accept.ID)
		default:
			out = append(out, f.ID())
		}
	}
	slices.Sort(out)
	return out
}

// Every kind of finding can be accepted, in all cases or, where single cases show it, in some: what is left is a fault, and an
// entry that accepts nothing is one too.
func TestWhatIsAcceptedIsNoFault(t *testing.T) {
	end := outcome("slut", "after = [\"a\"]\nwhen = \"true\"")
	a := step("a", `done = ["known(b1)", "known(b2)"]`)
	stuck := a + outcome("slut", "after = [\"a\"]\nwhen = \"b1\"")
	clash := a + outcome("u", "after = [\"a\"]\nwhen = \"b1\"") + outcome("w", "after = [\"a\"]\nwhen = \"b1 or b2\"") + outcome("z", "after = [\"a\"]\nwhen = \"not b1 and not b2\"")
	endless := a + step("r", "after = [\"a\"]\nevery = { period = \"1 week\", since = \"v1\" }") + outcome("slut", "after = [\"a\"]\nwhen = \"b1\"")
	circle := step("a", "after = []\ndone = [\"b1\"]") + step("b", "after = []\ndone = [\"b1 == false\"]") + outcome("slut", "after = []\nwhen = \"happened(v1)\"")
	vain := step("a", "when = \"b1 == true and (b1 or b2)\"\ndone = [\"happened(v1)\"]") + end
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"stuck":          {stuck + accept("x", `"stuck/a"`, ""), []string{"!stuck/a x"}},
		"stuck in some":  {stuck + accept("x", `"stuck/a"`, `when = "b2"`), []string{"!stuck/a x", "stuck/a"}},
		"stuck by parts": {stuck + accept("x", `"stuck/a"`, `when = "b2"`) + accept("y", `"stuck/a"`, `when = "not b2"`), []string{"!stuck/a x", "!stuck/a y"}},
		"stuck in more than all": {
			stuck + accept("x", `"stuck/a"`, "") + accept("y", `"stuck/a"`, `when = "b2"`), []string{"!stuck/a x", "stale-accept/y+stuck/a"},
		},
		"stuck in no such": {stuck + accept("x", `"stuck/a"`, `when = "b1"`), []string{"stale-accept/x+stuck/a", "stuck/a"}},
		"mended":           {a + end + accept("x", `["stuck/a", "stuck/"]`, ""), []string{"stale-accept/x+stuck/", "stale-accept/x+stuck/a"}},
		"clash":            {clash + accept("x", `"clash/u+w"`, ""), []string{"!clash/u+w x"}},
		"clash in some":    {clash + accept("x", `"clash/u+w"`, `when = "b2"`), []string{"!clash/u+w x", "clash/u+w"}},
		"endless":          {endless + accept("x", `"endless/r"`, `when = "b2"`), []string{"!endless/r x", "endless/r"}},
		"circle":           {circle + accept("x", `"circle/a+b"`, `when = "b2"`), []string{"!circle/a+b x", "circle/a+b"}},
		"hangs on": {
			step("a", "when = \"b2\"\ndone = [\"known(b1)\"]") + end + accept("x", `"hangs-on/b2"`, ""), []string{"!hangs-on/b2 x"},
		},
		"a clause": {vain + accept("x", `"redundant-clause/step.a+b1 or b2"`, ""), []string{"!redundant-clause/step.a+b1 or b2 x", "?hangs-on/b1"}},
		"what is not proven": {
			step("a", "done = [\"i1 + i2 > 5\"]") + end + accept("x", `"unproven/step.a.done.1+i1 + i2 > 5"`, ""), []string{"!unproven/step.a.done.1+i1 + i2 > 5 x"},
		},
		"cases that cells cannot tell apart": {
			stuck + accept("x", `"stuck/a"`, `when = "i1 + i2 > 5"`), []string{"!stuck/a x", "stuck/a", "unproven/accept.x+i1 + i2 > 5"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := verify.Run(program(t, head+facts+test.text), day)
			if got := told(r); !slices.Equal(got, test.want) {
				t.Errorf("found\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
			if _, err := json.Marshal(r); err != nil {
				t.Error(err)
			}
		})
	}
}

// A duty is accepted as a whole, or in the cases that break it; what no single case breaks is not accepted in some.
func TestADutyIsAccepted(t *testing.T) {
	overlay := "[overlay]\nid = \"lag\"\ntitle = \"Lag\"\nlang = \"sv\"\nin_force = 2020-01-01\n" +
		"[[duty]]\nid = \"fraga\"\ntitle = \"Fråga\"\nlaw = \"1 §\"\n[[duty.never]]\nid = \"ej\"\ntitle = \"Ej\"\nsteps = { kinds = [\"k\"] }\nunless = \"b1\"\n" +
		"[[duty]]\nid = \"med\"\ntitle = \"Med\"\nlaw = \"2 §\"\n[[duty.takes_part]]\nid = \"y\"\ntitle = \"Y\"\nsteps = { kinds = [\"k\"] }\nactors = [\"y\"]\n"
	shared := "[vocabulary]\nid = \"ord\"\ntitle = \"Ord\"\nlang = \"sv\"\n[[actor]]\nid = \"y\"\ntitle = \"Y\"\n" + strings.TrimPrefix(head, head[:strings.Index(head, "[[actor]]")]) + fact("b1", `type = "bool"`) + fact("b2", `type = "bool"`)
	model := strings.Replace(head[:strings.Index(head, "[[actor]]")], "title", "uses = [\"ord\"]\ntitle", 1) + step("a", `done = ["known(b1)", "known(b2)"]`) + outcome("slut", "after = [\"a\"]\nwhen = \"true\"")
	overlay = strings.Replace(overlay, "title", "uses = [\"ord\"]\ntitle", 1)
	for text, want := range map[string][]string{
		"": {"duty/lag+fraga", "duty/lag+med"},
		accept("x", `["duty/lag+fraga", "duty/lag+med"]`, ""):              {"!duty/lag+fraga x", "!duty/lag+med x"},
		accept("x", `["duty/lag+fraga", "duty/lag+med"]`, `when = "b2"`):   {"!duty/lag+fraga x", "!duty/lag+med x", "duty/lag+fraga", "duty/lag+med"},
		accept("x", `"duty/lag+fraga"`, `when = "not (known(b1) and b1)"`): {"!duty/lag+fraga x", "duty/lag+med"},
		accept("x", `"duty/lag+fraga"`, `when = "known(b1) and b1"`):       {"duty/lag+fraga", "duty/lag+med", "stale-accept/x+duty/lag+fraga"},
		accept("x", `"duty/lag+frga"`, ""):                                 {"duty/lag+fraga", "duty/lag+med", "stale-accept/x+duty/lag+frga"},
	} {
		set := dsl.Load([]*diag.Source{diag.NewSource("m.toml", model+text), diag.NewSource("o.toml", overlay), diag.NewSource("v.toml", shared)})
		if set.Faults.HasErrors() {
			t.Fatal(set.Faults[0].Code, set.Faults[0].Args)
		}
		r := verify.Run(interpreter.Compile(set.Models[0]), day)
		if got := told(r); !slices.Equal(got, want) {
			t.Errorf("with\n%s\nfound\n%s\nnot\n%s", text, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		for _, f := range r.Findings {
			if f.Code == verify.StaleAccept && strings.HasSuffix(f.ID(), "frga") && f.Near != "duty/lag+fraga" {
				t.Errorf("%s may have meant %q", f.ID(), f.Near)
			}
		}
	}
}

// To accept a gap in some cases hides none outside them: at each place at which cases get stuck it is a fault exactly where one of
// them lies outside, and it is accepted exactly where one lies within, as going through every case finds.
func TestToAcceptInSomeCasesHidesNoOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := smallModels.Draw(t, "model")
		places := map[string]bool{}
		for _, f := range verify.Run(p.Program, day).Findings {
			if f.Code == verify.Stuck && f.Subjects == nil || f.Code == verify.Stuck && f.Subjects[0] != "..." {
				places[f.ID()] = true
			}
		}
		if len(places) == 0 {
			return
		}
		when := rapid.SampledFrom([]string{"b1", "not b2", "b1 and b3", "b1 or b2", "e1 == 'p'", "known(e1)", "happened(v1)", "b1 ? b2 : b3", "b2 == b3"}).Draw(t, "when")
		text := p.Model().Files[0].Text + "[define]\nigodtagna = " + fmt.Sprintf("%q", when) + "\n"
		for id := range places {
			text += accept("x"+fmt.Sprint(len(text)), fmt.Sprintf("%q", id), `when = "igodtagna"`)
		}
		set := dsl.Load([]*diag.Source{diag.NewSource("m.toml", text)})
		if set.Faults.HasErrors() {
			t.Fatal(set.Faults[0].Code, set.Faults[0].Args)
		}
		q := interpreter.Compile(set.Models[0])
		rule := slices.IndexFunc(q.Rules(), func(of interpreter.RuleOf) bool { return of.Define != nil })
		within, outside := map[string]bool{}, map[string]bool{}
		var r interpreter.Result
		everyCase(q, func(f *interpreter.Facts) {
			if q.Decide(f, day, &r); r.Status != interpreter.StuckCase {
				return
			}
			if id := placeOf(q.Model(), &r); q.Value(q.Rules()[rule], f, &r) == interpreter.True {
				within[id] = true
			} else {
				outside[id] = true
			}
		})
		accepted, left, stale := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for _, f := range verify.Run(q, day).Findings {
			switch {
			case f.Code == verify.StaleAccept:
				stale[f.Subjects[1]] = true
			case f.Code != verify.Stuck:
			case f.Weight == verify.Accepted:
				accepted[f.ID()] = true
			default:
				left[f.ID()] = true
			}
		}
		for id := range places {
			if accepted[id] != within[id] || left[id] != outside[id] || stale[id] != !within[id] {
				t.Fatalf("%s: accepted %v, left %v, stale %v; where %s there are such cases: %v, elsewhere: %v",
					id, accepted[id], left[id], stale[id], when, within[id], outside[id])
			}
		}
	})
}

// placeOf names the place at which a stuck case stands: the last steps done.
func placeOf(m *dsl.Model, r *interpreter.Result) string {
	done := func(s *dsl.Step) bool { return r.StepStatus(s.Index) == interpreter.Done }
	var after func(s, before *dsl.Step) bool
	after = func(s, before *dsl.Step) bool {
		return slices.ContainsFunc(s.After, func(a *dsl.Step) bool { return a == before || after(a, before) })
	}
	var last []string
	for _, s := range m.Steps {
		if done(s) && !slices.ContainsFunc(m.Steps, func(o *dsl.Step) bool { return done(o) && after(o, s) }) {
			last = append(last, s.ID)
		}
	}
	return "stuck/" + strings.Join(last, "+")
}
