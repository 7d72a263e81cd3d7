package interpreter_test

import (
	"sync"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// small is a model with one fact, its own name.
func small(id string) *diag.Source {
	return diag.NewSource(id+".toml", `[model]
id = "`+id+`"
title = "Liten"
lang = "sv"
version = "1"
in_force = 2026-01-01

[[actor]]
id = "af"
title = "Arbetsförmedlingen"

[[kind]]
id = "mote"
title = "Möte"

[[fact]]
id = "`+id+`_halls"
type = "event"
title = "Mötet hålls"

[[step]]
id = "mote"
title = "Möte"
kind = "mote"
actor = "af"
done = ["happened(`+id+`_halls)"]

[[outcome]]
id = "slut"
title = "Slut"
after = ["mote"]
`)
}

func TestAPartAsksTheWholeOfFactsThatItDoesNotDeclare(t *testing.T) {
	whole := interpreter.NewSet(dsl.Load([]*diag.Source{small("a"), small("b")}))
	alone := interpreter.NewSet(dsl.Load([]*diag.Source{small("a")}))
	asked := 0
	part := alone.PartOf(func(fact string) bool {
		asked++
		return whole.Declares(fact)
	})
	for fact, want := range map[string]string{"a_halls": "", "b_halls": "", "c_halls": "case-unknown-fact"} {
		c := interpreter.NewCase("x")
		c.Set(fact, nil)
		for name, set := range map[string]*interpreter.Set{"the part": part, "the whole": whole} {
			var faults diag.List
			d := set.Decide(c, interpreter.Query{Model: "a"}, &faults)
			if got := codeOf(faults); got != want || (d == nil) != (want != "") {
				t.Errorf("%s says %q of %s, want %q", name, got, fact, want)
			}
		}
	}
	if asked != 2 {
		t.Errorf("the whole was asked of %d facts: it need not be where the part has the answer", asked)
	}
	if alone.Declares("b_halls") || !part.Declares("b_halls") {
		t.Error("the set that a part is made from has changed")
	}
}

func codeOf(faults diag.List) string {
	if len(faults) == 0 {
		return ""
	}
	return faults[0].Code
}

func TestAModelIsCompiledOnceForAllWhoAskAtOnce(t *testing.T) {
	set := interpreter.NewSet(dsl.Load([]*diag.Source{small("a"), small("b")}))
	got := make([]*interpreter.Program, 16)
	var askers sync.WaitGroup
	for i := range got {
		askers.Go(func() { got[i] = set.Versions("a")[0] })
	}
	askers.Wait()
	for _, p := range got {
		if p != got[0] {
			t.Fatal("two programs of one model")
		}
	}
	if p := set.Programs(); len(p) != 2 || p[0] != got[0] || p[1].Model().ID != "b" {
		t.Errorf("the programs are %v", p)
	}
	if set.Versions("c") != nil {
		t.Error("there is a version of a model that is not there")
	}
}
