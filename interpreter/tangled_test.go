package interpreter_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// tangle writes a rule of about n bytes in which connectives nest as badly as they can: shape chooses how.
func tangle(r *rand.Rand, shape, n int) string {
	atoms := []string{"b1", "b2", "b3", "b4", "i1 > 3", "known(b1)", "e1 == 'v1'", "happened(v1)", "days_since(d1) > 3"}
	atom := func() string { return "(" + atoms[r.IntN(len(atoms))] + ")" }
	flat := func(n int) string { // without brackets, and so without a limit on its depth
		out := atom()
		for len(out) < n {
			out += []string{" and ", " or "}[r.IntN(2)] + atom()
		}
		return "(" + out + ")"
	}
	deepest := 17
	if shape < 3 {
		deepest = 50
	}
	connective := func() string { return []string{" and ", " or ", " == ", " != "}[r.IntN(4)] }
	var grow func(n, depth int) string
	grow = func(n, depth int) string {
		if n < 30 || depth > deepest {
			return flat(n)
		}
		switch shape {
		case 0: // leaning left
			return "(" + grow(n-20, depth+1) + connective() + atom() + ")"
		case 1: // leaning right
			return "(" + atom() + connective() + grow(n-20, depth+1) + ")"
		case 2: // zigzag
			if depth%2 == 0 {
				return "(" + grow(n-20, depth+1) + connective() + atom() + ")"
			}
			return "(" + atom() + connective() + grow(n-20, depth+1) + ")"
		case 3: // choices within choices
			return "(" + grow(n/3, depth+1) + " ? " + grow(n/3, depth+1) + " : " + grow(n/3, depth+1) + ")"
		case 4: // choices in the conditions of choices
			return "(" + grow(n-40, depth+1) + " ? " + atom() + " : not " + atom() + ")"
		case 5: // values chosen by tangled conditions
			return "((" + grow(n-40, depth+1) + " ? i1 : i2) > 3" + ")"
		case 6: // not
			return "(not " + grow(n/2, depth+1) + connective() + "not " + grow(n/2, depth+1) + ")"
		}
		return "(" + grow(n/2, depth+1) + connective() + grow(n/2, depth+1) + ")"
	}
	return grow(n, 0)
}

func TestTangledRulesBecomeLittleCodeAndAreRight(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for shape := range 8 {
		for _, size := range []int{200, 1000, 2500, 3500} {
			text := tangle(r, shape, size)
			for n := size; len(text) > 4000; text = tangle(r, shape, n) {
				n -= 100
			}
			// By itself, as the condition of a value, and as that of a defined value.
			for _, written := range []string{text, "((" + text + ") ? 5 : 3) == 5", "value == 5"} {
				before := time.Now()
				p := program(t, fmt.Sprintf("[define]\nx = %q\nvalue = %q\n", written, "("+text+") ? 5 : 3")+steps(`a done = ["b1"]`)+neverEnds)
				if took := time.Since(before); took > slowest(2*time.Second) {
					t.Errorf("shape %d, %d bytes: compiled in %s", shape, len(text), took)
				}
				nodes := 0
				for _, d := range p.Model().Defines {
					d.Rule.Expr.Walk(func(*rule.Expr) { nodes++ })
				}
				if size := p.CodeSize(); size > 60*nodes+2000 {
					t.Errorf("shape %d: %d instructions for %d nodes", shape, size, nodes)
				}
				for range 40 {
					facts := known{}
					for _, id := range []string{"b1", "b2", "b3", "b4"} {
						if r.IntN(3) > 0 {
							facts[id] = r.IntN(2) == 0
						}
					}
					facts["i1"], facts["i2"] = r.IntN(8), r.IntN(8)
					if r.IntN(2) == 0 {
						facts["e1"], facts["d1"], facts["v1"] = "v1", "2026-02-20", "2026-02-20"
					}
					o := &oracle{m: p.Model(), facts: settle(facts), at: day("2026-03-01"), steps: map[string]*oracleStep{}}
					want := interpreter.Unknown
					switch o.value(p.Model().Defines[0].Rule.Expr) {
					case true:
						want = interpreter.True
					case false:
						want = interpreter.False
					}
					if got := truth(t, p, facts, day("2026-03-01")); got != want {
						t.Fatalf("shape %d with %#v: %s, want %s, of\n%s", shape, facts, got, want, written)
					}
				}
			}
		}
	}
}

// settle gives facts written for people the types that the oracle reckons with.
func settle(facts known) known {
	out := known{}
	for id, v := range facts {
		switch x := v.(type) {
		case int:
			v = int64(x)
		case string:
			if len(x) == len("2006-01-02") {
				v = day(x)
			}
		}
		out[id] = v
	}
	return out
}

// chain is definitions each of which names the one before twice.
func chain(n int, first, format string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[define]\nx0 = %q\n", first)
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "x%d = %q\n", i, fmt.Sprintf(format, i-1, i-1))
	}
	return b.String()
}

func TestDefinitionsOfDefinitionsDoNotBlowUp(t *testing.T) {
	for _, c := range []struct{ first, format, test string }{
		{"b1", "x%d and x%d or b2", "x%d"},
		{"b1", "(x%d ? b2 : x%d) == b3", "x%d"},
		{"i1", "(b1 ? x%d : x%d)", "x%d > 3"},
		{"d1", "(happened(v1) ? x%d : x%d)", "days_since(x%d) > 3"},
		{"s1", "(b1 ? x%d : x%d)", "has_any(x%d, ['v0'])"},
		{"t1", "(b1 ? x%d : x%d)", "x%d == 'x'"},
		{"e1", "(b1 ? x%d : x%d)", "x%d in ['v0']"},
	} {
		const n = 300
		last := fmt.Sprintf(c.test, n-1)
		before := time.Now()
		p := program(t, chain(n, c.first, c.format)+steps(fmt.Sprintf(`a when = %q; done = [%q, "happened(v1)"]`, last, last))+neverEnds)
		at := day("2026-03-01")
		for _, facts := range []known{{}, {"b1": true}, {"b1": true, "b2": false, "b3": true, "i1": 5, "d1": "2026-01-01", "s1": []string{"v0"}, "t1": "x", "e1": "v0"}} {
			text, err := json.Marshal(p.Explain(bound(t, p, facts), at, lang.SV))
			if err != nil || len(text) > 1<<20 {
				t.Errorf("%s: the explanation is %d bytes long, %v", c.format, len(text), err)
			}
		}
		for _, of := range p.Rules() {
			p.CanBe(of)
			break
		}
		if took := time.Since(before); took > slowest(10*time.Second) {
			t.Errorf("%s: took %s", c.format, took)
		}
	}
}

func TestAModelAtTheLimitsIsCompiledAndAnswersQuickly(t *testing.T) {
	var b strings.Builder
	b.WriteString(strings.Replace(drawnHead, `id = "prov"`, `id = "prov"`, 1))
	for i := range 1000 {
		fmt.Fprintf(&b, "[[fact]]\nid = \"f%d\"\ntype = \"bool\"\ntitle = \"F %d\"\nask = \"F %d?\"\n", i, i, i)
	}
	for i := range 500 {
		fmt.Fprintf(&b, "[[step]]\nid = \"s%d\"\ntitle = \"S %d\"\nkind = \"k\"\nactor = \"x\"\nwhen = \"f%d or f%d and not f%d\"\ndone = [\"f%d\", \"known(f%d)\"]\n",
			i, i, i, (i+7)%1000, (i+300)%1000, 999-i, (i*3)%1000)
		if i%5 == 0 {
			b.WriteString("after = []\n")
		}
	}
	b.WriteString("[[outcome]]\nid = \"o\"\ntitle = \"O\"\nwhen = \"f1 and f999\"\n")
	p := loadText(t, b.String())
	before := time.Now()
	p = interpreter.Compile(p.Model())
	if took := time.Since(before); took > slowest(500*time.Millisecond) {
		t.Errorf("compiled in %s", took)
	}
	f, r := p.NewFacts(), &interpreter.Result{}
	before = time.Now()
	p.Decide(f, day("2026-03-01"), r)
	if took := time.Since(before); took > slowest(50*time.Millisecond) {
		t.Errorf("the first decision took %s", took)
	}
	if len(r.Missing) == 0 {
		t.Error("nothing is asked for")
	}
	before = time.Now()
	p.Explain(f, day("2026-03-01"), lang.SV)
	if took := time.Since(before); took > slowest(5*time.Second) {
		t.Errorf("the explanation took %s", took)
	}
}
