package interpreter_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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

// clauses visits the clause and every part of it.
func clauses(c interpreter.Clause, visit func(interpreter.Clause)) {
	visit(c)
	for _, p := range c.Parts {
		clauses(p, visit)
	}
}

// everyClause visits every clause of an explanation.
func everyClause(e *interpreter.Explanation, visit func(interpreter.Clause)) {
	for _, s := range e.Steps {
		for _, c := range s.Applies {
			clauses(c, visit)
		}
		for _, item := range s.Items {
			clauses(item.Clause, visit)
		}
	}
	for _, o := range e.Outcomes {
		for _, c := range o.Applies {
			clauses(c, visit)
		}
	}
}

// asTruth writes a clause's value as the oracle has it.
func asTruth(v *bool) any {
	if v == nil {
		return nil
	}
	return *v
}

func TestEveryClauseHasTheValueThatTheDecisionTookItFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, facts, at := drawCase(t)
		e := p.Explain(bound(t, p, facts), at, lang.SV)
		o := &oracle{m: p.Model(), facts: facts, at: at, steps: map[string]*oracleStep{}}
		byText := map[string]*rule.Expr{}
		for _, of := range p.Rules() {
			of.Rule.Expr.Walk(func(x *rule.Expr) { byText[x.String()] = x })
		}
		everyClause(e, func(c interpreter.Clause) {
			x := byText[c.Rule]
			if x == nil {
				t.Fatalf("the clause %q is no part of a rule", c.Rule)
			}
			if got := asTruth(c.Value); got != o.value(x) {
				t.Fatalf("%s is told to be %v, and is %v", c.Rule, got, o.value(x))
			}
		})
		for i, s := range e.Steps {
			m := p.Model().Steps[i]
			want := o.step(m.ID)
			if s.Step != m.ID || s.Status != want.status {
				t.Fatalf("step %s: %s, want %s", s.Step, s.Status, want.status)
			}
			whole := any(true)
			for _, c := range s.Applies {
				whole = truthOf(rule.OpAnd, []any{whole, asTruth(c.Value)})
			}
			if whole != want.applies {
				t.Fatalf("step %s applies: %v by its clauses, %v by the design", s.Step, whole, want.applies)
			}
			for k, item := range s.Items {
				if item.Met != (o.value(m.Done[k].Rule.Expr) == true) {
					t.Fatalf("entry %d of step %s: met %v", k, s.Step, item.Met)
				}
			}
			for _, a := range s.After {
				if a.Passed != o.step(a.Step).passed || a.Status != o.step(a.Step).status {
					t.Fatalf("step %s comes after %+v", s.Step, a)
				}
			}
			if s.Time != nil && s.Time.Due != nil && *s.Time.Due != *want.due {
				t.Fatalf("step %s is due %s, want %s", s.Step, s.Time.Due, want.due)
			}
		}
		for i, x := range e.Outcomes {
			if closes := e.Outcome != nil && e.Outcome.ID == x.Outcome; (x.Status == "closes") != closes || x.Outcome != p.Model().Outcomes[i].ID {
				t.Fatalf("outcome %s: %s", x.Outcome, x.Status)
			}
		}
		plain := p.Decision(bound(t, p, facts), at, lang.SV)
		for i := range e.Next {
			if e.Next[i].Because == nil || e.Next[i].Because.Step != e.Next[i].Step {
				t.Fatalf("step %s is without its reasons", e.Next[i].Step)
			}
			e.Next[i].Because = nil
		}
		if got, want := asJSON(t, e.Decision), asJSON(t, plain); got != want {
			t.Fatalf("the explained decision is another: %s", differences(t, got, want))
		}
	})
}

// What decides is enough: the parts that decide make the value of the whole by themselves.
func TestThePartsThatDecideMakeTheValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, facts, at := drawCase(t)
		everyClause(p.Explain(bound(t, p, facts), at, lang.SV), func(c interpreter.Clause) {
			var deciding []any
			for _, part := range c.Parts {
				switch {
				case !part.Decides:
				case !c.Decides:
					t.Fatalf("%s decides in what does not", part.Rule)
				default:
					deciding = append(deciding, asTruth(part.Value))
				}
			}
			if !c.Decides || len(c.Parts) == 0 {
				return
			}
			value := asTruth(c.Value)
			var got any
			switch c.Join {
			case "all", "any":
				got = c.Join == "all"
				for _, v := range deciding {
					op := rule.OpAnd
					if c.Join == "any" {
						op = rule.OpOr
					}
					got = truthOf(op, []any{got, v})
				}
			case "not":
				got = truthOf(rule.OpNot, deciding)
			case "define":
				got = deciding[0]
			case "if", "same", "differ":
				if value == nil && !slices.Contains(deciding, nil) {
					t.Fatalf("%s is unknown, but nothing unknown decides it", c.Rule)
				}
				return
			}
			if got != value {
				t.Fatalf("%s is %v; what decides makes it %v", c.Rule, value, got)
			}
		})
	})
}

func TestChangesLeadWhereTheySay(t *testing.T) {
	cases, tried := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		cases++
		p, facts, at := drawCase(t)
		e := p.Explain(bound(t, p, facts), at, lang.EN)
		for _, s := range e.Steps {
			for _, c := range s.Changes {
				tried++
				if c.Status == s.Status {
					t.Fatalf("step %s: %s does not change it", s.Step, c.Text)
				}
				then := known{}
				for id, v := range facts {
					then[id] = v
				}
				then[c.Fact] = c.To
				if d, ok := c.To.(calendar.Day); ok {
					then[c.Fact] = d.String() // as JSON has it
				}
				i := slices.IndexFunc(p.Model().Steps, func(m *dsl.Step) bool { return m.ID == s.Step })
				var r interpreter.Result
				p.Decide(bound(t, p, then), at, &r)
				if got := r.StepStatus(i).String(); got != c.Status {
					t.Fatalf("step %s: with %s = %v it is %s, and was to be %s", s.Step, c.Fact, c.To, got, c.Status)
				}
			}
		}
	})
	if tried < cases {
		t.Errorf("only %d changes were tried, in %d cases", tried, cases)
	}
}

func TestWhatARuleCanBeIsNotDenied(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, facts, at := drawCase(t)
		f := bound(t, p, facts)
		var r interpreter.Result
		p.Decide(f, at, &r)
		for _, of := range p.Rules() {
			if v := p.Value(of, f, &r); !p.CanBe(of)[v] {
				t.Fatalf("%s is %s, which it cannot be", of.Rule.Text, v)
			}
		}
		for i, s := range p.Model().Steps {
			if r.StepStatus(i) == interpreter.Done && !p.CanBeDone(i) {
				t.Fatalf("step %s is done, which it cannot be", s.ID)
			}
		}
	})
}

func TestWhatARuleCannotBeIsKnown(t *testing.T) {
	for text, want := range map[string]string{
		"b1":                               "unknown false true",
		"known(b1)":                        "false true",
		"b1 and known(b1)":                 "false true",
		"b1 or not known(b1)":              "false true",
		"i1 > 3":                           "unknown false true",
		"i1 > 39.5":                        "unknown false true",
		"n2 > 1.2 and n2 < 1.3":            "unknown false true",
		"known(e1) and e1 != 'v1'":         "false true",
		"t1 != 'x'":                        "unknown false true",
		"known(t1) and t1 != 'x'":          "false true",
		"has_all(s1, ['v0', 'v2'])":        "unknown false true",
		"count(s1) == 2 or not known(s1)":  "false true",
		"weeks_since(d1) > 3":              "unknown false true",
		"days_since(d1) < 7.5":             "unknown false true",
		"months_since(v1) <= 1":            "unknown false true",
		"happened(v1) ? known(b1) : false": "false true",
		"true or b1":                       "true",
	} {
		p := ruleProgram(t, text)
		for _, of := range p.Rules() {
			if of.Define == nil || of.Define.ID != "x" {
				continue
			}
			var got []string
			for v, can := range p.CanBe(of) {
				if can {
					got = append(got, interpreter.Truth(v).String())
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s can be %v, want %s", text, got, want)
			}
		}
	}
}

// leak is the id of a sentence in the place of the sentence, or an argument it lacks.
var leak = regexp.MustCompile(`\[[a-z]+\.[a-z_.-]+\]|<no value>`)

func TestEverySentenceOfAnExplanationIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, facts, at := drawCase(t)
		for _, l := range lang.All {
			e := p.Explain(bound(t, p, facts), at, l)
			text := asJSON(t, e)
			if found := leak.FindString(text); found != "" {
				t.Fatalf("in %s: %s", l, found)
			}
			everyClause(e, func(c interpreter.Clause) {
				if c.Text == "" {
					t.Fatalf("in %s: %q is without words", l, c.Rule)
				}
			})
			for _, s := range e.Steps {
				if s.Text == "" {
					t.Fatalf("in %s: step %s is without words", l, s.Step)
				}
				for _, c := range s.Changes {
					if c.Text == "" || strings.HasSuffix(c.Text, ": ") {
						t.Fatalf("in %s: a change of %s is without words: %q", l, c.Fact, c.Text)
					}
				}
			}
		}
	})
}

func TestTheCatalogueOfExplanationsIsWholeAndUsed(t *testing.T) {
	if lacking := interpreter.Catalogue.Lacking(); len(lacking) > 0 {
		t.Errorf("not in both languages: %v", lacking)
	}
	var code strings.Builder
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if !strings.HasSuffix(name, "_test.go") {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			code.Write(text)
		}
	}
	for _, id := range interpreter.Catalogue.IDs(lang.SV, "") {
		prefix, last, _ := strings.Cut(id, ".")
		whole := strings.Contains(code.String(), `"`+id+`"`)
		joined := strings.Contains(code.String(), `"`+prefix+`."`) && strings.Contains(code.String(), `"`+last+`"`)
		if !whole && !joined {
			t.Errorf("nothing says %s", id)
		}
	}
}

func TestFAROSIsExplained(t *testing.T) {
	for name, r := range records(t) {
		name = strings.TrimSuffix(filepath.Base(name), ".json")
		if !slices.Contains([]string{"late-action-plan", "nobody-knows", "weekly-contact-due"}, name) {
			continue
		}
		for _, l := range lang.All {
			var faults diag.List
			q := r.query()
			q.Lang = l
			e := recorded().Explain(interpreter.ReadCase(diag.NewSource(name, string(r.Case)), &faults), q, &faults)
			if e == nil {
				t.Fatal(render(t, faults, lang.EN))
			}
			var text bytes.Buffer
			enc := json.NewEncoder(&text)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", " ")
			if err := enc.Encode(e); err != nil {
				t.Fatal(err)
			}
			golden(t, "explained/"+name+"."+string(l)+".json", text.String())
		}
	}
}
