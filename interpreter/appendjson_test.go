package interpreter_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// unescaped is v as JSON in which <, > and & stand as they are, as the command line writes it.
func unescaped(t fataler, v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatalf("%v", err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// appended checks that AppendJSON gives the words of the result, after what stands there before.
func appended(t fataler, p *interpreter.Program, r *interpreter.Result, l lang.Lang, dst []byte) []byte {
	before := string(dst)
	dst = p.AppendJSON(dst, r, l)
	if got, want := string(dst), before+unescaped(t, p.Words(r, l)); got != want {
		t.Fatalf("in %s\n%s\nis not\n%s", l, got, want)
	}
	return dst
}

func TestAppendedJSONIsThatOfTheWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, facts, at := drawCase(t)
		var r interpreter.Result
		for range 8 {
			p.Decide(bound(t, p, facts), at, &r)
			for _, l := range lang.All {
				appended(t, p, &r, l, []byte("before"))
			}
			at = days.Draw(t, "at")
			facts = knownOf(p.Model(), at).Draw(t, "facts")
		}
	})
}

func TestAppendedJSONOfTheShippedModelsIsThatOfTheWords(t *testing.T) {
	seen := map[interpreter.Status]bool{}
	duties := false
	for _, p := range shipped().Programs() {
		var dst []byte
		for _, a := range answers(t, p) {
			seen[a.result.Status] = true
			for _, l := range lang.All {
				dst = appended(t, p, a.result, l, dst[:0])
				duties = duties || bytes.Contains(dst, []byte(`"duties":[{`))
			}
		}
	}
	if len(seen) < 4 || !duties {
		t.Errorf("the cases are only %v, and break duties: %v", seen, duties)
	}
}

// Texts are escaped as JSON has it, wherever they stand.
func TestAppendedJSONEscapesWhatMustBe(t *testing.T) {
	odd := `<b> & \"så\" \\ \t\u0001\u2028\U0001F600 å`
	head := strings.NewReplacer(`title = "Prov"`, `title = "`+odd+`"`, `title = "Källan"`, `title = "`+odd+`"`).Replace(drawnHead)
	facts := strings.Replace(drawnFacts, "ask = \"Fråga b1?\"", "ask = \""+odd+"\"", 1)
	p := loadText(t, head+facts+`
[[step]]
id = "steg"
title = "`+odd+`"
kind = "k"
actor = "x"
with = ["y"]
source = "k: <1> & 2"
interpretation = "`+odd+`"
done = [{ id = "p", title = "`+odd+`", rule = "b1" }]
[[outcome]]
id = "slut"
title = "`+odd+`"
to = ["y"]
after = []
when = "b2"
`)
	for _, b2 := range []bool{false, true} {
		f := p.NewFacts()
		i, _ := p.FactIndex("b2")
		f.SetBool(i, b2)
		var r interpreter.Result
		p.Decide(f, 20_000, &r)
		got := string(appended(t, p, &r, lang.SV, nil))
		if !strings.Contains(got, `<b> & \"så\" \\ \t\u0001\u2028😀 å`) {
			t.Errorf("the texts are written otherwise:\n%s", got)
		}
	}
}

func TestAppendedJSONAllocatesNothing(t *testing.T) {
	for _, p := range shipped().Programs() {
		dst := make([]byte, 0, 64<<10)
		for _, a := range answers(t, p)[:100] {
			for _, l := range lang.All {
				if n := testing.AllocsPerRun(5, func() { dst = p.AppendJSON(dst[:0], a.result, l) }); n != 0 {
					t.Fatalf("%s: %v allocations", p.Model().ID, n)
				}
			}
		}
	}
}

// Whoever asks first, in whatever language, all get the same.
func TestManyGoroutinesAppendJSONAtOnce(t *testing.T) {
	p := interpreter.Compile(faros().Model())
	for name, record := range records(t) {
		f, at := record.facts(t)
		var r interpreter.Result
		p.Decide(f, at, &r)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				if l := lang.All[i%2]; string(p.AppendJSON(nil, &r, l)) != unescaped(t, p.Words(&r, l)) {
					t.Errorf("%s in %s is another", name, l)
				}
			})
		}
		wg.Wait()
	}
}
