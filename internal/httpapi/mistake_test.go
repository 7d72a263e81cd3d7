package httpapi_test

import (
	"fmt"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/httpapi"
)

// faultsAt are the faults of a problem with their places, in their order.
func faultsAt(p httpapi.Problem) string {
	var out []string
	for _, f := range p.Faults {
		at := "nowhere"
		if f.Pointer != nil {
			at = *f.Pointer
		}
		out = append(out, at+" "+f.Code)
	}
	return strings.Join(out, ", ")
}

// An entry is set aside once: a second correction would count beside the first.
func TestAnEntryIsSetAsideOnce(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		id := k.open(`{"model":"faros","entries":[{"fact":"arbetsformaga_nedsatt","value":true,"held":"2026-01-01"},{"fact":"samtycke","value":true,"held":"2026-01-01"}]}`)
		path := "/v1/cases/" + id + "/entries"
		entries := func() int {
			var l httpapi.Timeline
			k.get("/v1/cases/"+id+"/timeline").want(t, 200, &l)
			return len(l.Entries)
		}
		const first = `{"correct":[{"entry":2,"value":false,"held":"2026-02-01"}]}`
		k.post(path, first, "Idempotency-Key", "k").want(t, 200, nil)
		p := k.post(path+"?lang=en", `{"correct":[{"entry":2,"value":true}]}`).fails(t, "body-at-fault")
		if got := faultsAt(p); got != "/correct/0/entry kept-entry-aside" || p.Faults[0].Message != "the entry 2 no longer counts: entry 4 stands in its place" || *p.Faults[0].Hint != "If that is wrong too, correct or withdraw entry 4." {
			t.Errorf("%s: %+v", got, p.Faults)
		}
		// All that is wrong is told, each at its place.
		for body, want := range map[string]string{
			`{"withdraw":[3,2]}`: "/withdraw/1 kept-entry-aside",
			`{"withdraw":[2,99],"facts":{"samtyke":true},"correct":[{"entry":98,"value":1},{"entry":1,"fact":"samtycke","value":1},{"entry":3,"value":1}]}`: "/withdraw/0 kept-entry-aside, /withdraw/1 kept-unknown-entry, /facts/samtyke case-unknown-fact, /correct/0/entry kept-unknown-entry, " +
				"/correct/1/entry kept-unknown-entry, /correct/1/value case-bool, /correct/2/value case-bool",
			`{"withdraw":[2,2,99]}`:                                "/withdraw/0 kept-entry-aside, /withdraw/1 body-entry-twice, /withdraw/2 kept-unknown-entry",
			`{"correct":[{"entry":2},{"entry":99}]}`:               "/correct/0 body-missing-key, /correct/0/entry kept-entry-aside, /correct/1 body-missing-key, /correct/1/entry kept-unknown-entry",
			`{"correct":[{"entry":2,"fact":5,"value":"x","x":1}]}`: "/correct/0/entry kept-entry-aside, /correct/0/fact body-not-text, /correct/0/x body-unknown-key",
		} {
			if got := faultsAt(k.post(path, body).fails(t, "body-at-fault")); got != want {
				t.Errorf("%s: %s, want %s", body, got, want)
			}
		}
		// Where nothing is wrong but that there is no such entry, that is the problem, with each place.
		for _, l := range lang.All {
			p := k.post(path+"?lang="+string(l), `{"correct":[{"entry":98,"fact":"samtycke","value":true}],"withdraw":[3,99,1]}`).fails(t, "unknown-entry")
			if got := faultsAt(p); got != "/correct/0/entry kept-unknown-entry, /withdraw/1 kept-unknown-entry, /withdraw/2 kept-unknown-entry" {
				t.Error(got)
			}
		}
		if n := entries(); n != 4 {
			t.Errorf("%d entries: something was recorded", n)
		}
		// The same request is answered as it was, though by now the entry is set aside.
		if g := k.post(path, first, "Idempotency-Key", "k").want(t, 200, nil); g.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("%v", g.header)
		}
		// Of those that come at the same moment one is done.
		var wg sync.WaitGroup
		got := make([]string, 6)
		for i := range got {
			wg.Go(func() {
				g := k.send("POST", path, fmt.Sprintf(`{"correct":[{"entry":3,"value":%t}]}`, i%2 == 0))
				if got[i] = fmt.Sprint(g.status); g.status != 200 {
					got[i] = faultsAt(g.problem(t))
				}
			})
		}
		wg.Wait()
		sort.Strings(got)
		if want := strings.Repeat("/correct/0/entry kept-entry-aside; ", 5) + "200"; strings.Join(got, "; ") != want {
			t.Errorf("%s", strings.Join(got, "; "))
		}
		if n := entries(); n != 5 {
			t.Errorf("%d entries", n)
		}
	})
}

// A correction without a day leaves the day as it was, so that what held before does not become unknown.
func TestACorrectionWithoutADayKeepsThatOfTheEntry(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		id := k.open(`{"model":"faros","entries":[{"fact":"arbetsformaga_nedsatt","value":true,"held":"2026-01-01"}]}`)
		k.post("/v1/cases/"+id+"/entries", `{"correct":[{"entry":2,"value":false}]}`).want(t, 200, nil)
		var l httpapi.Timeline
		if k.get("/v1/cases/"+id+"/timeline").want(t, 200, &l); l.Entries[2].Held.String() != "2026-01-01" {
			t.Errorf("%+v", l.Entries[2])
		}
		var a casework.Answer
		if k.get("/v1/cases/"+id+"/next?at=2026-01-15").want(t, 200, &a); a.Decision.Status != "closed" {
			t.Errorf("%+v", a.Decision)
		}
	})
}

// A body says a fact once as of a day, however the day is told, and an event of each day on which it happened.
func TestABodySaysAFactOnceAsOfADay(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		const today = "2026-03-01" // by the clock of the database
		id := k.open(`{"id":"a","model":"faros","facts":{"samtycke":true}}`)
		for _, x := range []struct{ inside, faults string }{
			{`"facts":{"samtycke":true},"entries":[{"fact":"samtycke","value":false,"held":"` + today + `"}]`, "/entries/0/fact case-fact-twice"},
			{`"unobtainable":["samtycke"],"entries":[{"fact":"samtycke","value":false}]`, "/entries/0/fact case-fact-twice"},
			{`"entries":[{"fact":"medicinskt_underlag","value":"2026-02-01"},{"fact":"medicinskt_underlag","value":"2026-02-01"}]`, "/entries/1/fact case-fact-twice"},
			{`"entries":[{"fact":"medicinskt_underlag","value":"2026-02-01"},{"fact":"medicinskt_underlag","value":"2026-02-15","held":"2026-02-01"}]`, "/entries/1/fact case-fact-twice"},
			{`"entries":[{"fact":"medicinskt_underlag","value":"2026-02-01"},{"fact":"medicinskt_underlag","value":"2026-02-15"}]`, ""},
			{`"facts":{"samtycke":true},"entries":[{"fact":"samtycke","value":false,"held":"2026-02-01"}]`, ""},
			{`"entries":[{"fact":"samtycke","value":false,"held":"x"},{"fact":"samtycke","value":false}]`, "/entries/0/held body-not-day"},
		} {
			for path, body := range map[string]string{"/v1/cases": `{"model":"faros",` + x.inside + `}`, "/v1/cases/" + id + "/entries": `{` + x.inside + `}`} {
				g := k.post(path, body)
				got := ""
				if g.status >= 300 {
					got = faultsAt(g.fails(t, "body-at-fault"))
				}
				if got != x.faults {
					t.Errorf("%s %s: %s, want %s", path, body, got, x.faults)
				}
			}
		}
		// Nor does a correction say otherwise than the facts beside it.
		if got := faultsAt(k.post("/v1/cases/a/entries", `{"facts":{"samtycke":true},"correct":[{"entry":2,"fact":"samtycke","value":false,"held":"`+today+`"}]}`).fails(t, "body-at-fault")); got != "/correct/0/fact case-fact-twice" {
			t.Error(got)
		}
	})
}

// Whoever never got the answer and asks again does not thereby open the case of a person who was erased in between.
func TestARequestThatComesAgainAfterAnErasureIsRefused(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		one := k.as(k.give(door.Key{Title: "one", Roles: []access.Role{access.Service}, Party: "org-1"}))
		actor := k.as(k.give(door.Key{Title: "fk", Roles: []access.Role{access.Actor}, Actor: "fk", Party: "fk-1"}))
		const body = `{"model":"faros","facts":{"samtycke":true},"parties":[{"actor":"fk","party":"fk-1"}]}`
		const facts = `{"facts":{"medicinskt_underlag":"2026-02-01"}}`
		var a casework.Answer
		one.post("/v1/cases", body, "Idempotency-Key", "k").want(t, 201, &a)
		path := "/v1/cases/" + a.ID
		actor.post(path+"/entries", facts, "Idempotency-Key", "k").want(t, 200, nil)
		k.post(path+"/erase", `{"decision":"beslut 1"}`).want(t, 200, nil)
		one.post("/v1/cases", body, "Idempotency-Key", "k").fails(t, "case-erased")
		one.post(path+"/entries", facts, "Idempotency-Key", "l").fails(t, "case-erased")
		// Who was no more than a party to it is told that there is none, as of any case that is not theirs.
		actor.post(path+"/entries", facts, "Idempotency-Key", "k").fails(t, "unknown-case")
		var page httpapi.CaseList
		if k.get("/v1/cases").want(t, 200, &page); len(page.Cases) != 0 {
			t.Errorf("%+v", page.Cases)
		}
		var e httpapi.Erasure
		if k.get(path+"/erasure").want(t, 200, &e); !e.Holds {
			t.Error("the proof does not hold")
		}
	})
}
