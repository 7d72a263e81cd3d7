package interpreter_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// everything answers all recorded cases in every way and language.
func everything(t testing.TB) []byte {
	t.Helper()
	all := records(t)
	var out bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(all)) {
		f, at := all[name].facts(t)
		for _, l := range lang.All {
			for _, v := range []any{faros().Decision(f, at, l), faros().Explain(f, at, l)} {
				text, err := json.Marshal(v)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&out, "%s %s\n%s\n", name, l, text)
			}
		}
	}
	return out.Bytes()
}

// childEnv makes the test binary print everything and end.
const childEnv = "STEGVIS_PRINT_EVERYTHING"

func TestTheSameCaseGetsTheSameBytesInEveryProcess(t *testing.T) {
	if os.Getenv(childEnv) != "" {
		os.Stdout.Write(everything(t))
		os.Exit(0)
	}
	want := everything(t)
	for _, env := range []string{"TZ=Pacific/Kiritimati", "LANG=C"} {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), childEnv+"=1", env, "GOMAXPROCS=1")
		got, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("with %s another process answers otherwise", env)
		}
	}
}

func TestTheSameCaseGetsTheSameBytesAThousandTimes(t *testing.T) {
	for name, r := range records(t) {
		f, at := r.facts(t)
		p := interpreter.Compile(faros().Model()) // one of its own
		for _, l := range lang.All {
			want, explained := asJSON(t, faros().Decision(f, at, l)), asJSON(t, faros().Explain(f, at, l))
			for range 1000 {
				if got := asJSON(t, p.Decision(f, at, l)); got != want {
					t.Fatalf("%s: %s", name, differences(t, got, want))
				}
			}
			for range 20 {
				if got := asJSON(t, p.Explain(f, at, l)); got != explained {
					t.Fatalf("%s is explained otherwise: %s", name, differences(t, got, explained))
				}
			}
		}
	}
}

func TestManyGoroutinesShareAProgram(t *testing.T) {
	p := interpreter.Compile(faros().Model())
	var wg sync.WaitGroup
	for name, r := range records(t) {
		f, at := r.facts(t)
		want, explained := asJSON(t, faros().Decision(f, at, lang.SV)), asJSON(t, faros().Explain(f, at, lang.EN))
		for range 3 {
			wg.Go(func() {
				var result interpreter.Result
				mine := p.NewFacts()
				for i := range 200 {
					mine.CopyFrom(f)
					p.Decide(mine, at, &result)
					if got := asJSON(t, p.Words(&result, lang.SV)); got != want {
						t.Errorf("%s: %s", name, differences(t, got, want))
						return
					}
					if i%50 == 0 && asJSON(t, p.Explain(mine, at, lang.EN)) != explained {
						t.Errorf("%s is explained otherwise", name)
						return
					}
				}
			})
		}
	}
	wg.Wait()
}

func TestAResultThatHasServedAnotherCaseAnswersAsANewOne(t *testing.T) {
	var used interpreter.Result
	p := faros()
	f := p.NewFacts()
	for range 2 {
		for name, r := range records(t) {
			g, at := r.facts(t)
			f.Reset()
			f.CopyFrom(g)
			p.Decide(f, at, &used)
			if got, want := asJSON(t, p.Words(&used, lang.EN)), asJSON(t, p.Decision(g, at, lang.EN)); got != want {
				t.Errorf("%s: %s", name, differences(t, got, want))
			}
		}
	}
}

func TestADecisionAllocatesNothing(t *testing.T) {
	p := faros()
	var r interpreter.Result
	for name, record := range records(t) {
		f, at := record.facts(t)
		p.Decide(f, at, &r)
		if n := testing.AllocsPerRun(100, func() { p.Decide(f, at, &r) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
