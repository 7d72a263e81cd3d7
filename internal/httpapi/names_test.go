package httpapi_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/workflows"
)

// without are the shipped models but for one.
func without(t testing.TB, model string) httpapi.Models {
	t.Helper()
	var faults diag.List
	all := dsl.Load(dsl.ReadFS(workflows.FS, &faults))
	all.Models = slices.DeleteFunc(all.Models, func(m *dsl.Model) bool { return m.ID == model })
	return httpapi.Fixed(interpreter.NewSet(all), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
}

// hints are those of the faults of a query, each after its parameter.
func hints(p httpapi.Problem) (out []string) {
	for _, f := range p.Faults {
		out = append(out, *f.Parameter+": "+*f.Hint)
	}
	return out
}

// TestAMisspeltNameOfEventsIsTold: nobody waits for ever for events of what there is not, in pages or in the stream.
func TestAMisspeltNameOfEventsIsTold(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		k.open(`{"id":"a","model":"faros"}`)
		for _, accept := range []string{"application/json", "text/event-stream"} {
			if g := k.send("HEAD", "/v1/events?model=farox", "", "Accept", accept); g.status != 400 { // a stream that begins has no end
				t.Fatalf("%s: %d", accept, g.status)
			}
			p := k.get("/v1/events?after=0&actor=fkk&model=farox", "Accept", accept, "Accept-Language", "en").fails(t, "query-at-fault")
			if got := hints(p); len(got) != 2 || !strings.HasPrefix(got[0], "model: Did you mean `faros`? It can be: ") || !strings.HasPrefix(got[1], "actor: Did you mean `fk`? It can be: ") {
				t.Errorf("%s: %q", accept, got)
			}
			if p := k.get("/v1/events?actor=fkk", "Accept", accept).fails(t, "query-at-fault"); !strings.HasPrefix(*p.Faults[0].Hint, "Menade du `fk`?") {
				t.Errorf("%s", *p.Faults[0].Hint)
			}
		}
		// A name that is right and of which nothing has happened is no fault.
		var page httpapi.EventPage
		if k.get("/v1/events?model=nu&actor=fk", "Accept", "application/json").want(t, 200, &page); len(page.Events) != 0 {
			t.Errorf("%+v", page)
		}
		if r := k.follow("?model=nu&actor=fk").begun(); r.status != 200 {
			t.Errorf("%d", r.status)
		}
	})
}

// TestANameThatIsNotLookedForInTimeIsTakenToBeThere: nobody is told of a fault that may be none.
func TestANameThatIsNotLookedForInTimeIsTakenToBeThere(t *testing.T) {
	onEachWith(t, quickly(func(l *httpapi.Limits) { l.Look = time.Nanosecond }), func(t *testing.T, k *keeping) {
		var page httpapi.CaseList
		if k.get("/v1/cases?model=farox").want(t, 200, &page); len(page.Cases) != 0 {
			t.Errorf("%+v", page)
		}
	})
}

// TestEventsOfAModelThatIsGoneAreReadOn: what is in the log keeps its names, and who has begun with a name that was known is not turned
// away when it comes again.
func TestEventsOfAModelThatIsGoneAreReadOn(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		k.open(`{"id":"a","model":"nu","facts":{}}`)
		storetest.In(t, k.office.Store, func(tx *store.Tx) error {
			return k.office.Log.Keep(tx, []events.Event{{Type: events.StepLate, Case: "a", Model: "nu", Actor: "gone_actor"}})
		})
		never := k.follow("?model=halland").begun()
		under := k.follow("?model=nu&after=0").begun()
		k.models.set(without(t, "nu"))
		under.some(1)
		var page httpapi.EventPage
		storetest.Settle(t, k.office.Store)
		k.get("/v1/events?model=nu&actor=gone_actor&after=0", "Accept", "application/json").want(t, 200, &page)
		if len(page.Events) != 1 {
			t.Fatalf("%+v", page)
		}
		k.get(page.Next, "Accept", "application/json").want(t, 200, nil) // nothing more, and no fault
		if r := k.follow("?model=nu&actor=gone_actor", "Last-Event-ID", under.place).begun(); r.status != 200 {
			t.Errorf("%d", r.status)
		}
		if r := k.follow("?model=nu&actor=gone_actor").begun(); r.status != 200 {
			t.Errorf("%d", r.status)
		}
		k.models.set(without(t, "halland"))
		if g := k.send("HEAD", "/v1/events?model=halland", ""); g.status != 400 {
			t.Fatalf("%d", g.status)
		}
		k.get("/v1/events?model=halland").fails(t, "query-at-fault")
		k.get("/v1/events?model=halland", "Last-Event-ID", "0").fails(t, "query-at-fault")
		if r := k.follow("?model=halland", "Last-Event-ID", never.place).begun(); r.status != 200 {
			t.Errorf("one who comes again is turned away: %d", r.status)
		}
	})
}

func TestTheStreamHasNoLimit(t *testing.T) {
	k := keep(t, storetest.Fresh(t, "sqlite"))
	if g := k.send("HEAD", "/v1/events?after=0&limit=2", ""); g.status != 400 { // a stream that begins has no end
		t.Fatalf("%d", g.status)
	}
	for lang, want := range map[string]string{"en": "Accept: application/json", "sv": "Utelämna den"} {
		p := k.get("/v1/events?after=0&limit=2", "Accept-Language", lang).fails(t, "query-at-fault")
		if codes(p) != "only-for-pages" || *p.Faults[0].Parameter != "limit" || !strings.Contains(*p.Faults[0].Hint, want) {
			t.Errorf("%+v", p)
		}
	}
	k.get("/v1/events?after=0&limit=2", "Accept", "application/json").want(t, 200, nil)
}

// TestAVersionThatNothingHasIsTold where a list is empty for it; a closed case of a version or a model that is gone has it.
func TestAVersionThatNothingHasIsTold(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		k.open(`{"id":"a","model":"nu"}`)
		k.post("/v1/cases/a/close", `{}`).want(t, 200, nil)
		version := k.models.Snapshot().Set.Versions("nu")[0].Model().Version
		for query, want := range map[string]string{
			"?version=77":                        "version",
			"?model=faros&version=2014":          "version",
			"?model=farox&version=77":            "model version",
			"?model=farox&version=" + version:    "model",
			"?model=nu&version=" + version:       "",
			"?version=" + version + "&time=soon": "",
		} {
			g := k.get("/v1/cases" + query + "&lang=en")
			if want == "" {
				g.want(t, 200, nil)
				continue
			}
			var got []string
			for _, f := range g.fails(t, "query-at-fault").Faults {
				if got = append(got, *f.Parameter); f.Hint == nil || !strings.Contains(*f.Hint, "It can be: ") {
					t.Errorf("%s: %+v", query, f)
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
		k.models.set(without(t, "nu"))
		for _, query := range []string{"?model=nu", "?model=nu&version=" + version} { // of which there is one, though it is closed
			k.get("/v1/cases"+query).want(t, 200, nil)
		}
		if p := k.get("/v1/cases?model=nu&version=77&lang=en").fails(t, "query-at-fault"); len(p.Faults) != 1 || *p.Faults[0].Parameter != "version" {
			t.Errorf("%q", hints(p))
		}
	})
}

// TestAnIDThatIsEmptyLeadsNowhere, least of all to the case that is called as what follows it.
func TestAnIDThatIsEmptyLeadsNowhere(t *testing.T) {
	k := keep(t, storetest.Fresh(t, "sqlite"))
	k.open(`{"id":"next","model":"faros"}`)
	for _, path := range []string{
		"/v1/cases//next", "/v1/cases/../next", "/v1/cases/./next", "/v1//cases", "//v1/cases", "//", "/v1/cases/..", "/v1/cases//", "/v1/cases/a/../next",
		"/v1/subscriptions//pause", "/v1/models//next", "/v1/cases//next?lang=en", "/./v1/cases",
	} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			if p := k.send(method, path, "").fails(t, "unknown-path"); p.Status != 404 {
				t.Errorf("%s %s: %+v", method, path, p)
			}
		}
	}
	if p := k.get("/v1/cases//next?lang=en").problem(t); !strings.Contains(p.Detail, "Did you mean /v1/cases/{case}/next?") {
		t.Errorf("%s", p.Detail)
	}
	k.get("/v1/cases/next").want(t, 200, nil)
	k.get("/v1/cases/%2e%2e/next").fails(t, "unknown-case")
}
