package httpapi_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/httpapi"
)

func TestACaseIsOpenedAddedToAskedAboutListedAndClosed(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		var a, b casework.Answer
		g := k.post("/v1/cases", `{"id":"a-1","model":"faros","facts":{"arbetsformaga_nedsatt":true},"unobtainable":["timmar_per_vecka"],
			"entries":[{"fact":"samtycke","value":false,"held":"2026-01-01"},{"fact":"samtycke","value":true,"held":"2026-02-01","note":"per telefon"}]}`).want(t, 201, &a)
		h := g.header
		if a.ID != "a-1" || a.Revision != 1 || a.State != "open" || a.Model != "faros" || a.Version != "1" || a.Decision == nil || a.Decision.Status != "open" || a.Decision.At.String() != "2026-03-01" {
			t.Errorf("%+v", a)
		}
		if h.Get("Location") != "/v1/cases/a-1" || h.Get("Etag") != `"r1"` || h.Get("Stegvis-Hash") != a.Decision.Hash || h.Get("Content-Language") != "sv" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", h)
		}
		if again := k.get(h.Get("Location")).want(t, 200, &b); again.body != g.body || again.header.Get("Etag") != `"r1"` {
			t.Errorf("asked again:\n%s\nopened:\n%s", again.body, g.body)
		}
		if head := k.send("HEAD", "/v1/cases/a-1", ""); head.status != 200 || head.body != "" || head.header.Get("Content-Length") != fmt.Sprint(len(g.body)) || head.header.Get("Etag") != `"r1"` {
			t.Errorf("HEAD: %d %v", head.status, head.header)
		}
		if en := k.get("/v1/cases/a-1", "Accept-Language", "en"); en.header.Get("Content-Language") != "en" || en.body == g.body || en.header.Get("Etag") != `"r1"` {
			t.Errorf("in English: %v", en.header)
		}

		// What is next on another day, as far as was known then, and why.
		if d := k.get("/v1/cases/a-1/next?at=2026-01-15").want(t, 200, &b); b.Decision.At.String() != "2026-01-15" || d.header.Get("Etag") != "" {
			t.Errorf("%+v %v", b.Decision, d.header)
		}
		k.get("/v1/cases/a-1/next?explain=true").want(t, 200, nil)
		k.get("/v1/cases/a-1/next?known=2020-01-01T00:00:00Z").fails(t, "not-yet-opened")
		k.get("/v1/cases/a-2/next?known=2020-01-01T00:00:00Z").fails(t, "unknown-case")
		// What will be known in a year nobody knows.
		now := k.data.Clock()
		if k.get("/v1/cases/a-1/next?known="+now.AddDate(1, 0, 0).UTC().Format(time.RFC3339)).want(t, 200, &b); b.Decision.At != calendar.Today(now) {
			t.Errorf("as of %s, and it is %s", b.Decision.At, calendar.Today(now))
		}

		// Facts, a correction and a withdrawal.
		var l httpapi.Timeline
		k.get("/v1/cases/a-1/timeline").want(t, 200, &l)
		entry := map[string]int64{}
		for _, e := range l.Entries {
			if e.Fact != nil {
				entry[*e.Fact+" "+e.Held.String()] = e.Entry
			}
		}
		g = k.post("/v1/cases/a-1/entries", fmt.Sprintf(`{"facts":{"fardigutredd":true},"correct":[{"entry":%d,"fact":"samtycke","value":null}],"withdraw":[%d]}`,
			entry["samtycke 2026-01-01"], entry["arbetsformaga_nedsatt 2026-03-01"]), "If-Match", `"r1"`).want(t, 200, &a)
		if a.Revision != 2 || g.header.Get("Etag") != `"r2"` || a.Decision.Status != "needs_facts" {
			t.Errorf("%s", g.body)
		}
		before := len(l.Entries)
		l = httpapi.Timeline{}
		k.get("/v1/cases/a-1/timeline").want(t, 200, &l)
		if len(l.Entries) != before+3 || l.Entries[before+1].Kind != "correction" || *l.Entries[before+1].Refers != entry["samtycke 2026-01-01"] || l.Entries[before+2].Kind != "withdrawal" {
			t.Errorf("%+v", l.Entries)
		}

		// It is closed, taken up again, erased.
		k.post("/v1/cases/a-1/close", `{"why":"flyttad"}`).want(t, 200, &a)
		if a.State != "closed" {
			t.Errorf("%+v", a)
		}
		k.post("/v1/cases/a-1/entries", `{"facts":{"samtycke":true}}`).fails(t, "case-closed")
		k.post("/v1/cases/a-1/reopen", `{}`).want(t, 200, &a)
		k.get("/v1/cases/a-1/erasure").fails(t, "not-erased")
		var e, f httpapi.Erasure
		k.post("/v1/cases/a-1/erase", `{"decision":"gallring 2026:1"}`).want(t, 200, &e)
		k.get("/v1/cases/a-1/erasure").want(t, 200, &f)
		if e != f || !e.Holds || e.Decision != "gallring 2026:1" || e.Entries < 8 || e.Case != "a-1" {
			t.Errorf("%+v %+v", e, f)
		}
		for _, path := range []string{"", "/next", "/timeline"} {
			k.get("/v1/cases/a-1"+path).fails(t, "case-erased")
		}
	})
}

func TestTheListIsTurnedPageByPageByTheAddressItGives(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		for i := range 25 {
			k.open(fmt.Sprintf(`{"id":"c%02d","model":%q,"facts":{"samtycke":%t}}`, i, []string{"faros", "samordning"}[i%2], i%3 == 0))
		}
		k.post("/v1/cases/c04/close", `{}`).want(t, 200, nil)
		ids := func(address string) (out []string) {
			for pages := 0; ; pages++ {
				var page httpapi.CaseList
				k.get(address).want(t, 200, &page)
				for _, c := range page.Cases {
					out = append(out, c.ID)
				}
				if page.Next == nil {
					return out
				}
				if pages > 30 {
					t.Fatal("the pages do not end")
				}
				address = *page.Next
			}
		}
		all := ids("/v1/cases")
		if len(all) != 24 || slices.Contains(all, "c04") {
			t.Errorf("%v", all)
		}
		for _, limit := range []string{"1", "7", "24", "1000"} {
			if got := ids("/v1/cases?limit=" + limit); !slices.Equal(got, all) {
				t.Errorf("limit %s: %v", limit, got)
			}
		}
		if got := ids("/v1/cases?state=closed"); !slices.Equal(got, []string{"c04"}) {
			t.Errorf("closed: %v", got)
		}
		if got := ids("/v1/cases?state=closed&order=due"); !slices.Equal(got, []string{"c04"}) {
			t.Errorf("closed, the most urgent first: %v", got)
		}
		if p := k.get("/v1/cases?state=closed&actor=af&step=uppfoljningsmote&due_by=2026-03-01&time=late").fails(t, "query-at-fault"); codes(p) != "only-for-open only-for-open only-for-open only-for-open" {
			t.Errorf("closed cases by steps: %s", codes(p))
		}
		if got := ids("/v1/cases?model=samordning&limit=5"); len(got) != 12 {
			t.Errorf("of one model: %v", got)
		}
		if got := ids("/v1/cases?actor=vard&step=uppfoljningsmote"); len(got) != 0 {
			t.Errorf("of nobody: %v", got)
		}
		// A name that nothing has was meant to be another: an empty list would hide it.
		p := k.get("/v1/cases?actor=fkk&model=faro&step=uppfoljningsmot&outcome=finns_inte&lang=en").fails(t, "query-at-fault")
		var told []string
		for _, f := range p.Faults {
			told = append(told, *f.Parameter+": "+*f.Hint)
		}
		want := []string{
			"model: Did you mean `faros`? It can be: eskilstuna, faros, halland, nu, samordning.",
			"actor: Did you mean `fk`? It can be: af, arbetsgivare, arbetstagarorganisation, beredningsgrupp, enhet, fk, foretagshalsa, individ, kommun, linjechefer, rehabkoordinator, remissgrupp, vard.",
			"step: Did you mean `uppfoljningsmote`?",
			"outcome: No model that is loaded has it.",
		}
		if !slices.Equal(told, want) {
			t.Errorf("%q", told)
		}
	})
}

func TestEachFaultOfABodyAboutACaseIsToldAtItsPlace_FAULTS24(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		id := k.open(`{"model":"faros"}`)
		for _, c := range []struct{ path, body, codes, pointers string }{
			{"", `{}`, "body-missing-key", ""},
			{"", ``, "body-empty", ""},
			{"", `[]`, "body-no-object", ""},
			{"", `{"model":"faros"} x`, "json-after-end", ""},
			{"", `{"model":"faros","Facts":{}}`, "body-unknown-key", "/Facts"},
			{"", `{"model":"faros","model":"faros"}`, "body-key-twice", "/model"},
			{"", `{"model":"faros","mod\u0065l":"faros"}`, "body-key-twice", "/model"},
			{"", `{"model":1,"id":true}`, "body-not-text body-not-text", "/model /id"},
			{"", `{"model":"faros","facts":{"samtycke":"ja","timmar_per_vecka":60,"samtyke":true}}`, "case-bool case-range case-unknown-fact", "/facts/samtycke /facts/timmar_per_vecka /facts/samtyke"},
			{"", `{"model":"faros","facts":{"samtycke":true},"unobtainable":["samtycke","hej"]}`, "case-fact-twice case-unknown-fact", "/unobtainable/0 /unobtainable/1"},
			{"", `{"model":"faros","unobtainable":["hej"]}`, "case-unknown-fact", "/unobtainable/0"},
			{"", `{"model":"faros","entries":[{"fact":"samtycke","value":true},{"fact":"timmar_per_vecka","value":10.5},{"fact":"samtycke","value":7,"held":"2026-01-01"}]}`,
				"case-int-fraction case-bool", "/entries/1/value /entries/2/value"},
			{"", `{"model":"faros","entries":[{"fact":"aktiviteter","value":["formedling","hej"]}]}`, "case-set-value", "/entries/0/value/1"},
			{"", `{"model":"faros","entries":[{"fact":"samtycke"},{"value":true},{"fact":"samtycke","value":true,"held":"1 mars"},7]}`,
				"body-missing-key body-missing-key body-not-day body-no-object", "/entries/0 /entries/1 /entries/2/held /entries/3"},
			{"", `{"model":"faros","facts":{"samtycke":true},"entries":[{"fact":"samtycke","value":false}]}`, "case-fact-twice", "/entries/0/fact"},
			{"", `{"model":"faros","facts":{"samtycke":{"a":1}}}`, "case-value-table", "/facts/samtycke"},
			{"", `{"model":"faros","Facts":1,"facts":{"samtyke":true},"parties":[{"actor":"fk","party":" "},{"actor":"fkk"},{"party":"p"}]}`,
				"body-unknown-key case-unknown-fact body-text-blank body-missing-key kept-unknown-actor body-missing-key", "/Facts /facts/samtyke /parties/0/party /parties/1 /parties/1/actor /parties/2"},
			{"", `{"model":"faros","id":7,"entries":[{"fact":"samtyke"},{"fact":"samtyke","value":1,"held":"x"},{"fact":"samtycke","value":1,"note":" "}]}`,
				"body-not-text body-missing-key case-unknown-fact body-not-day case-unknown-fact body-text-blank case-bool",
				"/id /entries/0 /entries/0/fact /entries/1/held /entries/1/fact /entries/2/note /entries/2/value"},
			{"/entries", `{"correct":[{"entry":2,"fact":5,"value":true}]}`, "kept-unknown-entry body-not-text", "/correct/0/entry /correct/0/fact"},
			{"", `{"model":"faro","id":7}`, "query-unknown-model body-not-text", "/model /id"},
			{"", `{"model":"faros","version":"9","Facts":{}}`, "query-unknown-version body-unknown-key", "/version /Facts"},
			{"/parties", `{"parties":[{"actor":"fk","party":" "},{"actor":"fkk","party":"p"}],"x":1}`, "body-text-blank kept-unknown-actor body-unknown-key", "/parties/0/party /parties/1/actor /x"},
			{"/entries", `{"facts":{"samtyke":true},"correct":[{"entry":999,"value":1,"x":1},{"entry":1}]}`,
				"case-unknown-fact kept-unknown-entry body-unknown-key body-missing-key kept-unknown-entry", "/facts/samtyke /correct/0/entry /correct/0/x /correct/1 /correct/1/entry"},
			{"", `{"model":"faros","facts":{"samtycke":tru}}`, "json-word", "/facts/samtycke"},
			{"", "{\"model\":\"fa\u0000ros\"}", "json-control", "/model"},
			{"", `{"model":"fa\u0000ros"}`, "body-text-invisible", "/model"},
			{"", "{\"model\":\"\xff\"}", "case-not-utf8", "/model"},
			{"", `{"model":"faros","facts":` + strings.Repeat("[", 10_001), "json-too-deep", ""},
			{"", `{"model":"faros","facts":{"timmar_per_vecka":` + strings.Repeat("9", 100_000) + `}}`, "json-long-number", "/facts/timmar_per_vecka"},
			{"/entries", `{"facts":{"samtyke":true},"correct":[{"entry":0,"value":1},{"entry":2,"fact":"samtycke","value":1}],"withdraw":[2,"x"]}`,
				"case-unknown-fact body-not-whole kept-unknown-entry case-bool body-entry-twice body-not-whole", "/facts/samtyke /correct/0/entry /correct/1/entry /correct/1/value /withdraw/0 /withdraw/1"},
			{"/entries", `{"facts":{"samtycke":1},"correct":[{"entry":1,"fact":"timmar_per_vecka","value":-1}]}`, "case-bool kept-unknown-entry case-range", "/facts/samtycke /correct/0/entry /correct/0/value"},
			{"/close", `{"why":""}`, "body-text-blank", "/why"},
			{"/close", `{"why":"` + strings.Repeat("a", 5000) + `"}`, "body-text-too-long", "/why"},
			{"/erase", `{}`, "body-missing-key", ""},
		} {
			path := "/v1/cases"
			if c.path != "" {
				path += "/" + id + c.path
			}
			for _, l := range lang.All {
				method := "POST"
				if c.path == "/parties" {
					method = "PUT"
				}
				g := k.server.ask(method, path+"?lang="+string(l), c.body, "Content-Type", "application/json", "Authorization", "Bearer "+k.key)
				p := g.problem(t)
				if g.status != 400 || p.Code != "body-at-fault" || !sameWords(codes(p), c.codes) {
					t.Errorf("%s %.200s: %d %s %q, want %q", path, c.body, g.status, p.Code, codes(p), c.codes)
					continue
				}
				var pointers []string
				for _, f := range p.Faults {
					if f.Message == "" || f.Line == nil || f.Column == nil || f.Pointer == nil {
						t.Fatalf("%s: a poor fault: %+v", c.body, f)
					}
					pointers = append(pointers, *f.Pointer)
				}
				if got := strings.Join(pointers, " "); c.pointers != "" && !sameWords(got, c.pointers) {
					t.Errorf("%s %.200s: %s, want %s", path, c.body, got, c.pointers)
				}
			}
		}
		// Nothing came of any of it.
		var page httpapi.CaseList
		if k.get("/v1/cases").want(t, 200, &page); len(page.Cases) != 1 || page.Cases[0].Revision != 1 {
			t.Errorf("%+v", page)
		}
	})
}

func TestRequestsAboutCasesThatCannotBeAreProblems(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		id := k.open(`{"id":"a","model":"faros","reference":"dnr 1"}`)
		const body = `{"facts":{"samtycke":true}}`
		long := strings.Repeat("x", 300)
		for _, c := range []struct {
			method, path, body, code string
			headers                  []string
		}{
			{"POST", "/v1/cases", `{"model":"faro"}`, "unknown-model", nil},
			{"POST", "/v1/cases", `{"model":"faros","version":"9"}`, "unknown-version", nil},
			{"POST", "/v1/cases", `{"model":"faros","id":"a"}`, "id-taken", nil},
			{"POST", "/v1/cases", `{"model":"faros","reference":"dnr 1"}`, "reference-taken", nil},
			{"POST", "/v1/cases/a/erase", `{"decision":"x"}`, "key-of-no-use", []string{"Idempotency-Key", "k"}},
			{"POST", "/v1/subscriptions", `{"url":"https://x.example"}`, "key-of-no-use", []string{"Idempotency-Key", "k"}},
			{"POST", "/v1/cases/a/entries", `{"correct":[{"entry":1,"value":true}]}`, "unknown-entry", nil},
			{"POST", "/v1/cases/a/entries", `{"correct":[{"entry":1,"fact":"samtycke","value":true}]}`, "unknown-entry", nil},
			{"DELETE", "/v1/keys/00000000", "", "key-of-no-use", []string{"Idempotency-Key", "k"}},
			{"POST", "/v1/cases", `{"model":"faros","id":"191212121212"}`, "bad-id", nil},
			{"POST", "/v1/cases", `{"model":"faros","id":"a/b"}`, "bad-id", nil},
			{"GET", "/v1/cases/b", "", "unknown-case", nil},
			{"GET", "/v1/cases/b%00", "", "unknown-case", nil},
			{"GET", "/v1/cases/%ff", "", "unknown-case", nil},
			{"GET", "/v1/cases/" + long, "", "unknown-case", nil},
			{"POST", "/v1/cases/b/entries", body, "unknown-case", nil},
			{"POST", "/v1/cases/b/close", "{}", "unknown-case", nil},
			{"POST", "/v1/cases/b/erase", `{"decision":"x"}`, "unknown-case", nil},
			{"GET", "/v1/cases/b/timeline", "", "unknown-case", nil},
			{"POST", "/v1/cases/a/entries", `{}`, "nothing-to-record", nil},
			{"POST", "/v1/cases/a/entries", `{"withdraw":[77]}`, "unknown-entry", nil},
			{"POST", "/v1/cases/a/entries", `{"correct":[{"entry":1,"fact":"samtycke","value":true}]}`, "unknown-entry", nil},
			{"POST", "/v1/cases/a/entries", body, "stale", []string{"If-Match", `"r9"`}},
			{"POST", "/v1/cases/a/entries", body, "stale", []string{"If-Match", `W/"r1"`}},
			{"POST", "/v1/cases/a/entries", body, "stale", []string{"If-Match", `"r01", "x", "r-1", "r2"`}},
			{"POST", "/v1/cases/a/entries", body, "bad-if-match", []string{"If-Match", `r1`}},
			{"POST", "/v1/cases/a/entries", body, "bad-if-match", []string{"If-Match", `"r1`}},
			{"POST", "/v1/cases/a/entries", body, "bad-if-match", []string{"If-Match", strings.Repeat(`"r1",`, 30) + `"r1"`}},
			{"POST", "/v1/cases/a/entries", body, "bad-key", []string{"Idempotency-Key", long}},
			{"POST", "/v1/cases/a/entries", body, "bad-key", []string{"Idempotency-Key", "å"}},
			{"POST", "/v1/cases/a/entries", body, "wrong-media-type", []string{"Content-Type", "text/plain"}},
			{"POST", "/v1/cases/a/entries", strings.Repeat(" ", 300<<10), "too-large", nil},
			{"GET", "/v1/cases?limit=0", "", "query-at-fault", nil},
			{"GET", "/v1/cases?limit=1001", "", "query-at-fault", nil},
			{"GET", "/v1/cases?state=opn", "", "query-at-fault", nil},
			{"GET", "/v1/cases?time=ok", "", "query-at-fault", nil},
			{"GET", "/v1/cases?due_by=igår", "", "query-at-fault", nil},
			{"GET", "/v1/cases?actor=", "", "query-at-fault", nil},
			{"GET", "/v1/cases?actor=a%00", "", "query-at-fault", nil},
			{"GET", "/v1/cases?model=%ff", "", "query-at-fault", nil},
			{"GET", "/v1/cases/a?at=2026-01-01", "", "query-at-fault", nil},
			{"GET", "/v1/cases/a/next?known=2026-01-01", "", "query-at-fault", nil},
			{"DELETE", "/v1/cases/a", "", "method-not-allowed", nil},
			{"GET", "/v1/cases/a/timelin", "", "unknown-path", nil},
		} {
			for _, l := range lang.All {
				g := k.send(c.method, c.path, c.body, append([]string{"Accept-Language", string(l)}, c.headers...)...)
				if p := g.problem(t); p.Code != c.code || g.status != httpapi.StatusOf(c.code) || g.header.Get("Content-Language") != string(l) || g.header.Get("Etag") != "" {
					t.Errorf("%s %s %.100s %v: %d %s, want %s", c.method, c.path, c.body, c.headers, g.status, p.Code, c.code)
				}
			}
		}
		var a casework.Answer
		if k.get("/v1/cases/"+id).want(t, 200, &a); a.Revision != 1 {
			t.Errorf("something was written: %+v", a)
		}
		for i, match := range []string{"*", `"r2"`, `"r9", "r3"`, ` "x" ,W/"r1","r4"`, ""} {
			if k.post("/v1/cases/a/entries", body, "If-Match", match).want(t, 200, &a); a.Revision != int64(i+2) {
				t.Errorf("If-Match %s: %+v", match, a)
			}
		}
	})
}

// The same request, sent many times at once and again later, has one effect and one answer; with another body its key is refused.
func TestTheSameRequestHasOneEffectAndOneAnswer_FAULTS25(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		replica := k
		if k.office.Store.Kind() == "postgres" { // half of them ask another process, as it were
			replica = keep(t, k.data).as(k.key)
		}
		id := k.open(`{"model":"faros"}`)
		of := "/v1/cases/" + id
		bodies := map[string]string{"/v1/cases": `{"model":"faros","facts":{"samtycke":true}}`, of + "/entries": `{"facts":{"samtycke":true}}`, of + "/close": `{"why":"klart"}`, of + "/reopen": `{}`}
		other := map[string]string{"/v1/cases": `{"model":"samordning"}`, of + "/entries": `{"facts":{"samtycke":false}}`, of + "/close": `{"why":"annat"}`, of + "/reopen": `{"why":"annat"}`}
		for _, path := range []string{"/v1/cases", of + "/entries", of + "/close", of + "/reopen"} {
			key := `"8e03 978e"` + path
			answers := make([]got, 12)
			var wg sync.WaitGroup
			for i := range answers {
				wg.Go(func() {
					language := lang.All[i%2] // the first of them decides
					to := []*keeping{k, replica}[i/2%2]
					answers[i] = to.in(t).post(path, bodies[path], "Idempotency-Key", key, "Accept-Language", string(language))
				})
			}
			wg.Wait()
			again := 0
			for _, g := range answers {
				if g.body != answers[0].body || g.status != answers[0].status || g.status >= 400 {
					t.Fatalf("%s: %d %s\nand\n%d %s", path, g.status, g.body, answers[0].status, answers[0].body)
				}
				for _, h := range []string{"Location", "Etag", "Content-Language", "Content-Type", "Stegvis-Hash", "Stegvis-Model", "Stegvis-Version", "Content-Length"} {
					if g.header.Get(h) != answers[0].header.Get(h) {
						t.Errorf("%s: %s %q and %q", path, h, g.header.Get(h), answers[0].header.Get(h))
					}
				}
				if g.header.Get("Idempotent-Replayed") == "true" {
					again++
				}
			}
			if again != len(answers)-1 {
				t.Errorf("%s: %d of %d are told to be given again", path, again, len(answers))
			}
			k.post(path, other[path], "Idempotency-Key", key).fails(t, "key-reused")
			k.post(path, strings.Replace(bodies[path], "{", `{"x":1`+map[bool]string{true: "", false: ","}[bodies[path] == "{}"], 1), "Idempotency-Key", key).fails(t, "body-at-fault")
		}
		// With several revisions named, it is the same request too.
		const match = `"r1", "r4", "r3"`
		first := k.post(of+"/entries", `{"facts":{"fardigutredd":true}}`, "Idempotency-Key", "x", "If-Match", match).want(t, 200, nil)
		again := replica.post(of+"/entries", `{"facts":{"fardigutredd":true}}`, "Idempotency-Key", "x", "If-Match", match).want(t, 200, nil)
		if first.body != again.body || again.header.Get("Idempotent-Replayed") == "" {
			t.Errorf("%s\n%s", first.body, again.body)
		}
		var page httpapi.CaseList
		if k.get("/v1/cases").want(t, 200, &page); len(page.Cases) != 2 {
			t.Errorf("%d cases", len(page.Cases))
		}
	})
}

// Of those who change a case from the same revision at once, one does, and the others are told; what they sent is nowhere.
func TestOfManyChangesFromOneRevisionOneIsMade_FAULTS26(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		id := k.open(`{"model":"faros"}`)
		etag := `"r1"`
		for round := range 8 {
			answers := make([]got, 8)
			var wg sync.WaitGroup
			for i := range answers {
				wg.Go(func() {
					answers[i] = k.in(t).post("/v1/cases/"+id+"/entries", fmt.Sprintf(`{"facts":{"timmar_per_vecka":%d}}`, i+1), "If-Match", etag)
				})
			}
			wg.Wait()
			won := -1
			for i, g := range answers {
				switch {
				case g.status == 412:
					g.fails(t, "stale")
				case g.status == 200 && won < 0:
					won = i
				default:
					t.Fatalf("round %d: %d %s", round, g.status, g.body)
				}
			}
			if won < 0 {
				t.Fatalf("round %d: nobody", round)
			}
			etag = answers[won].header.Get("Etag")
			if want := fmt.Sprintf(`"r%d"`, round+2); etag != want {
				t.Errorf("%s, want %s", etag, want)
			}
			var l httpapi.Timeline
			k.get("/v1/cases/"+id+"/timeline").want(t, 200, &l)
			if last := l.Entries[len(l.Entries)-1]; len(l.Entries) != round+2 || fmt.Sprint(last.Value) != fmt.Sprint(won+1) {
				t.Errorf("round %d: %d entries, the last %v, of %d", round, len(l.Entries), last.Value, won+1)
			}
		}
	})
}
