package httpapi_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
	"github.com/stegvis/stegvis/interpreter/live"
)

// What is sent and would be looked at by nothing is told, and nothing is done.
func TestWhatMeansNothingIsTold(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		for _, o := range httpapi.Operations() {
			if !o.Kept || o.Method == "GET" {
				continue
			}
			path := named.ReplaceAllString(o.Path, "x")
			if !o.Guarded {
				k.send(o.Method, path, bodyOf(o), "If-Match", `"r1"`).fails(t, "if-match-of-no-use")
			}
			if len(o.Takes) == 0 {
				for _, body := range []string{"{}", " "} {
					k.send(o.Method, path, body).fails(t, "body-of-no-use")
				}
				r, err := http.NewRequest(o.Method, k.url+path, struct{ *strings.Reader }{strings.NewReader("{}")}) // of a length that is not told
				must(t, err)
				r.Header.Set("Authorization", "Bearer "+k.key)
				k.do(r).fails(t, "body-of-no-use")
				r, err = http.NewRequest(o.Method, k.url+path, struct{ *strings.Reader }{strings.NewReader("")})
				must(t, err)
				r.Header.Set("Authorization", "Bearer "+k.key)
				if g := k.do(r); g.status == 400 {
					t.Errorf("%s with an empty body: %s", o.ID, g.body)
				}
			}
		}
		var page httpapi.CaseList
		if k.get("/v1/cases").want(t, 200, &page); len(page.Cases) > 0 {
			t.Errorf("%+v", page)
		}
		r, err := http.NewRequest("GET", k.url+"/v1/cases", nil)
		must(t, err)
		r.Header = http.Header{"Authorization": {"Bearer " + k.key}, "Stegvis-Purpose": {"casework", "maintenance"}}
		k.do(r).fails(t, "bad-purpose")
		for _, purpose := range []string{"nonsense", "casework, insight", "Casework"} {
			k.get("/v1/cases", "Stegvis-Purpose", purpose).fails(t, "bad-purpose")
		}
		k.get("/v1/cases", "Stegvis-Purpose", "statistics").fails(t, "forbidden")
		k.as("x").get("/v1/cases", "Stegvis-Purpose", "nonsense").fails(t, "unauthenticated")
		if p := k.post("/v1/moves", `{"model":"faros","to":"1","dry_run":true,"limit":501}`).fails(t, "body-at-fault"); codes(p) != "kept-move-limit" || *p.Faults[0].Pointer != "/limit" {
			t.Errorf("%+v", p.Faults)
		}
		k.post("/v1/moves", `{"model":"faros","to":"1","dry_run":true,"limit":500}`).want(t, 200, nil)
	})
}

// Spaces round a reference do not count, as they do not round the name of a party.
func TestSpacesRoundAReferenceDoNotCount(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		k.open(`{"id":"a","model":"faros","reference":" åäö "}`)
		k.post("/v1/cases", `{"model":"faros","reference":"åäö"}`).fails(t, "reference-taken")
		for _, asked := range []string{"%C3%A5%C3%A4%C3%B6", "%20%C3%A5%C3%A4%C3%B6"} {
			var page httpapi.CaseList
			if k.get("/v1/cases?reference="+asked).want(t, 200, &page); len(page.Cases) != 1 {
				t.Errorf("%s: %+v", asked, page)
			}
		}
	})
}

// What is kept or shown in clear holds no personal number, and is not kept from being the number of an organisation.
func TestNoPersonalNumberIsTakenWhereItWouldStandInClear_FAULTS40(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		k := sending(t, d, here)
		k.key = k.give(door.Key{Title: "all", Roles: allRoles})
		for i, number := range []string{"19121212-1212", "121272-1212", "fk 1912-12-12", "202100-5521", "162021005521"} {
			bad := i < 2
			for body, at := range map[string]string{
				`/v1/keys {"title":"%s","roles":["service"]}`:                            "/title",
				`/v1/keys {"title":"t","roles":["service"],"party":"%s"}`:                "/party",
				`/v1/keys {"title":"t","roles":["actor"],"actor":"fk","party":"%s"}`:     "/party",
				`/v1/cases {"model":"faros","reference":"%s"}`:                           "/reference",
				`/v1/cases {"model":"faros","parties":[{"actor":"fk","party":"%s"}]}`:    "/parties/0/party",
				`/v1/subscriptions {"url":"https://127.0.0.1/","title":"%s"}`:            "/title",
				`/v1/cases/a/parties {"parties":[{"actor":"fk","party":"%s"}]}`:          "/parties/0/party",
				`/v1/cases {"model":"faros","parties":[{"actor":"fk","party":"x %s "}]}`: "/parties/0/party",
			} {
				path, body, _ := strings.Cut(body, " ")
				method := "POST"
				if strings.HasSuffix(path, "/parties") {
					method = "PUT"
				}
				if i == 0 && method == "PUT" {
					k.open(`{"id":"a","model":"faros"}`)
				} else if method == "PUT" && k.get("/v1/cases/a").status == 404 {
					k.open(`{"id":"a","model":"faros"}`)
				}
				g := k.send(method, path, fmt.Sprintf(body, number))
				if !bad {
					if g.status >= 300 && !strings.Contains(g.body, "reference-taken") {
						t.Errorf("%s %s: %s", path, number, g.body)
					}
					continue
				}
				if p := g.fails(t, "body-at-fault"); codes(p) != "body-personal" || *p.Faults[0].Pointer != at || strings.Contains(g.body, "1212") {
					t.Errorf("%s %s: %s", path, body, g.body)
				}
			}
		}
		for what, at := range map[string]string{
			`/v1/subscriptions {"url":"https://127.0.0.1/19121212-1212"}`: "/url",
			`/v1/cases/a/erase {"decision":"beslut om 19121212-1212"}`:    "/decision",
		} {
			path, body, _ := strings.Cut(what, " ")
			if p := k.post(path, body).fails(t, "body-at-fault"); codes(p) != "body-personal" || *p.Faults[0].Pointer != at {
				t.Errorf("%s: %+v", what, p)
			}
		}
	})
}

// Whoever compares is told which versions cannot answer.
func TestAComparisonTellsWhatIsNotLive(t *testing.T) {
	two := httpapi.Fixed(casetest.Models(t, words, meeting("1", 20)), time.Now())
	for _, missing := range [][]live.Key{nil, {{Model: "m", Version: "2"}, {Model: "x", Version: "1"}}} {
		s := serve(t, httpapi.Options{Models: notLive{two, missing}})
		var c httpapi.Comparison
		s.ask("POST", "/v1/compare", `{"facts":{}}`).want(t, 200, &c)
		var got []live.Key
		for _, m := range c.NotLive {
			got = append(got, live.Key{Model: m.Model, Version: m.Version})
		}
		if len(c.Decisions) != 1 || c.NotLive == nil || fmt.Sprint(got) != fmt.Sprint(missing) {
			t.Errorf("%+v", c)
		}
	}
}

// An answer about a case that is closed has the words and the shape that lists have.
func TestACaseThatIsClosedIsToldOfAlikeEverywhere(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		k.models.set(httpapi.Fixed(casetest.Models(t, words, meeting("1", 5)), time.Now()))
		k.open(`{"id":"a","model":"m","facts":{"start":"2026-01-05"}}`)
		closed := k.post("/v1/cases/a/close", `{"why":"flyttad"}`).want(t, 200, nil)
		var a casework.Answer
		if g := k.get("/v1/cases/a").want(t, 200, &a); g.body != closed.body {
			t.Errorf("closed:\n%s\nasked:\n%s", closed.body, g.body)
		}
		if d := a.Decision; a.State != store.StateClosed || d.Status != "open" || d.Next == nil || len(d.Next) > 0 || d.Upcoming == nil || d.Missing == nil {
			t.Errorf("%+v", d)
		}
		var page httpapi.CaseList
		if k.get("/v1/cases?state=closed").want(t, 200, &page); len(page.Cases) != 1 || *page.Cases[0].Status != "open" || page.Cases[0].Due != nil || len(page.Cases[0].Steps) > 0 {
			t.Errorf("%+v", page)
		}
		if k.get("/v1/cases/a/next?at=2026-03-01").want(t, 200, &a); len(a.Decision.Next) != 1 {
			t.Errorf("%+v", a.Decision)
		}
		k.post("/v1/cases/a/close", `{"why":"flyttad"}`).want(t, 200, nil)
		k.post("/v1/cases/a/close", `{"why":"annat"}`).fails(t, "case-closed")
		k.post("/v1/cases/a/reopen", `{}`).want(t, 200, nil)
		k.post("/v1/cases/a/reopen", `{"why":"annat"}`).fails(t, "case-open")
	})
}

// Somebody who reads the log and leaves is nothing that is wrong with the service.
func TestWhoeverLeavesTheLogIsNoError(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		k := keep(t, d)
		who := casework.Who{Principal: access.Principal{Subject: "s", Roles: allRoles}}
		many := make([]casework.Answered, 30000)
		for i := range many {
			many[i] = casework.Answered{Action: "next", Hash: strings.Repeat("h", 200)}
		}
		must(t, k.office.Answered(t.Context(), who, many))
		auditor := k.give(door.Key{Title: "a", Roles: []access.Role{access.Auditor}})
		c, err := net.Dial("tcp", k.addr)
		must(t, err)
		fmt.Fprintf(c, "GET /v1/audit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", auditor)
		if line, err := bufio.NewReader(c).ReadString('\n'); !strings.Contains(line, "200") {
			t.Fatal(line, err)
		}
		must(t, c.Close())
		wait(t, "it is over", func() bool { return strings.Contains(k.log.String(), "the log was not read to its end") })
		if log := k.log.String(); strings.Contains(log, "[ERROR]") {
			t.Error(log)
		}
	})
}
