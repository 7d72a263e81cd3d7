package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
	"github.com/stegvis/stegvis/interpreter"
)

// sending is a service that also sends events, to this machine and to what is listed.
func sending(t *testing.T, d *storetest.Database, targets events.Targets) *keeping {
	t.Helper()
	models := httpapi.Fixed(casetest.Shipped(t), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	office, err := casework.Open(context.Background(), casework.Config{
		Store:  store.Config{Address: d.Address, Ring: d.Ring, Now: d.Clock},
		Events: events.Config{Targets: targets, Tries: 2, Wait: func(int) time.Duration { return time.Millisecond }},
		Live:   func() *interpreter.Set { return models.Snapshot().Set }, Poll: 20 * time.Millisecond, Sweep: time.Hour,
	})
	must(t, err)
	must(t, office.Start(context.Background()))
	t.Cleanup(func() { must(t, office.Close(context.Background())) })
	k := &keeping{office: office, data: d, server: serve(t, httpapi.Options{Models: models, Office: office, Door: door.New(office.Store), Now: d.Clock})}
	k.key = k.give(door.Key{Title: "t", Roles: []access.Role{access.Service}})
	return k
}

var here = events.Targets{Hosts: []string{"127.0.0.1", "hook.example.se"}, Private: true}

// hook takes events, and answers as it is told to.
type hook struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []*http.Request
	bodies [][]byte
}

func newHook(t *testing.T, status int) *hook {
	h := &hook{status: status}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.got, h.bodies = append(h.got, r), append(h.bodies, body)
		w.WriteHeader(h.status)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) answers(status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.status = status
}

// taken tells how many events came that the secret verifies, of how many.
func (h *hook) taken(t testing.TB, secret string) (verified, all int) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	x, err := standardwebhooks.NewWebhook(secret)
	must(t, err)
	for i, r := range h.got {
		if x.Verify(h.bodies[i], r.Header) == nil {
			verified++
		}
	}
	return verified, len(h.got)
}

func TestASubscriptionFromItsBeginningToItsEnd(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		k := sending(t, d, here)
		h := newHook(t, 204)
		var made httpapi.SecretSubscription
		g := k.post("/v1/subscriptions", fmt.Sprintf(`{"url":%q,"title":"Frister","types":["se.stegvis.case.opened"],"model":"faros"}`, h.URL)).want(t, 201, &made)
		at := "/v1/subscriptions/" + made.ID
		if g.header.Get("Location") != at || !strings.HasPrefix(made.Secret, "whsec_") || made.State != events.Active || *made.Title != "Frister" || made.Actor != nil {
			t.Errorf("%+v %v", made, g.header)
		}
		var shown httpapi.Subscription
		if g := k.get(at).want(t, 200, &shown); strings.Contains(g.body, made.Secret) || shown.ID != made.ID {
			t.Errorf("the secret is told again: %s", g.body)
		}
		k.open(`{"model":"faros"}`)
		k.open(`{"model":"samordning"}`) // not asked for
		states := func(query string) string {
			t.Helper()
			var list httpapi.DeliveryList
			k.get(at+"/deliveries"+query).want(t, 200, &list)
			var out []string
			for _, x := range list.Deliveries {
				out = append(out, fmt.Sprintf("%s %d", x.State, x.Attempts))
			}
			return strings.Join(out, ", ")
		}
		wait(t, "the delivery", func() bool { return states("") == "delivered 1" })
		if verified, all := h.taken(t, made.Secret); verified != 1 || all != 1 {
			t.Errorf("%d of %d verified", verified, all)
		}
		// Another secret: for a while both sign.
		var again httpapi.SecretSubscription
		k.post(at+"/rotate", `{}`).want(t, 200, &again)
		if again.Secret == made.Secret || again.OldSecretUntil == nil {
			t.Errorf("%+v", again)
		}
		h.answers(500)
		k.open(`{"model":"faros"}`)
		wait(t, "one that is dead", func() bool { return states("?state=dead") == "dead 2" })
		for _, secret := range []string{made.Secret, again.Secret} {
			if verified, all := h.taken(t, secret); all != 3 || verified < 2 {
				t.Errorf("%d of %d verified", verified, all)
			}
		}
		// While it is paused nothing is sent, and afterwards what was not is.
		k.post(at+"/pause", "").want(t, 200, &shown)
		if shown.State != events.Paused {
			t.Errorf("%+v", shown)
		}
		k.open(`{"model":"faros"}`)
		h.answers(200)
		k.post(at+"/resume", "").want(t, 200, &shown)
		var replayed httpapi.Replayed
		k.post(at+"/replay", `{"dead":true}`).want(t, 200, &replayed)
		if replayed.Events != 2 || shown.State != events.Active {
			t.Errorf("%+v %+v", replayed, shown)
		}
		wait(t, "both", func() bool { return states("?state=delivered") == "delivered 1, delivered 1, delivered 1" })
		// Pages.
		var page httpapi.DeliveryList
		seen := map[string]bool{}
		for next := at + "/deliveries?limit=2"; ; next = *page.Next {
			page = httpapi.DeliveryList{}
			k.get(next).want(t, 200, &page)
			for _, x := range page.Deliveries {
				seen[x.Event] = true
			}
			if page.Next == nil {
				break
			}
		}
		if len(seen) != 3 {
			t.Errorf("%d deliveries in pages", len(seen))
		}
		for id := range seen {
			k.post(at+"/replay", fmt.Sprintf(`{"event":%q}`, id)).want(t, 200, &replayed)
			break
		}
		wait(t, "one of them again", func() bool { _, all := h.taken(t, again.Secret); return all == 6 })
		k.post(at+"/replay", `{"event":"x"}`).fails(t, "unknown-delivery")
		// The end.
		if g := k.send("DELETE", at, ""); g.status != 204 || g.body != "" {
			t.Errorf("%d %s", g.status, g.body)
		}
		for _, x := range []struct{ method, path, body string }{
			{"GET", "", ""}, {"DELETE", "", ""}, {"POST", "/pause", ""}, {"POST", "/resume", ""}, {"POST", "/rotate", "{}"}, {"GET", "/deliveries", ""}, {"POST", "/replay", `{"dead":true}`},
		} {
			k.send(x.method, at+x.path, x.body).fails(t, "unknown-subscription")
		}
		// Each change of it stands in the log.
		storetest.In(t, k.office.Store, func(tx *store.Tx) error {
			var did []string
			err := audit.Each(tx, audit.Filter{Subject: "key:" + keyID(k.key)}, func(r *audit.Row) error {
				if name, of, ok := strings.Cut(r.Action, "?subscription="); ok && of == made.ID && name != "deliveries" {
					did = append(did, name)
				}
				return nil
			})
			slices.Sort(did)
			if got := strings.Join(did, " "); got != "pause replay replay resume rotate subscribe unsubscribe" {
				t.Errorf("the log says %s", got)
			}
			return err
		})
	})
}

func keyID(key string) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(key, "stegvis_"), "_")
	return id
}

func TestWhatIsWrongWithASubscriptionIsToldAtItsPlace(t *testing.T) {
	d := storetest.Fresh(t, "sqlite")
	wide := sending(t, d, here)
	narrow := sending(t, storetest.Fresh(t, "sqlite"), events.Targets{Hosts: []string{"hook.example.se", "10.0.0.1"}})
	for _, x := range []struct {
		k             *keeping
		path, body    string
		codes, places string
	}{
		{wide, "", `{}`, "body-missing-key", ""},
		{wide, "", `{"url":"ftp://127.0.0.1/","types":["se.stegvis.step.lat","x"],"model":"faro","actor":"vaard","URL":1}`,
			"subscription-no-address body-not-word body-not-word body-not-word body-not-word body-unknown-key", "/url /types/0 /types/1 /model /actor /URL"},
		{wide, "", `{"url":"https://user:pass@hook.example.se/"}`, "subscription-user", "/url"},
		{wide, "", `{"url":"https://hook.example.se/","types":["se.stegvis.step.late","se.stegvis.step.soon","se.stegvis.step.late"]}`, "access-twice", "/types"},
		{wide, "", `{"url":"http://127.0.0.1:99999/"}`, "subscription-port", "/url"},
		{wide, "", `{"url":"http://127.0.0.1:0/"}`, "subscription-port", "/url"},
		{wide, "", `{"url":"http://127.0.0.1/a b"}`, "subscription-space", "/url"},
		{wide, "", `{"url":"http://127.0.0.1/#fragment"}`, "subscription-fragment", "/url"},
		{wide, "", `{"url":"http://elsewhere.example.se/"}`, "subscription-not-listed", "/url"},
		{narrow, "", `{"url":"http://hook.example.se/"}`, "subscription-no-tls", "/url"},
		{narrow, "", `{"url":"https://10.0.0.1/"}`, "subscription-private", "/url"},
		{narrow, "", `{"url":"https://evil.se/?https://hook.example.se/"}`, "subscription-not-listed", "/url"},
		{wide, "", `{"url":"https://hook.example.se/","url":"https://hook.example.se/"} x`, "json-after-end", ""},
		{wide, "/x/replay", `{}`, "subscription-replay-what", ""},
		{wide, "/x/replay", `{"dead":true,"event":"a"}`, "subscription-replay-what", "/dead"},
	} {
		for _, lang := range []string{"sv", "en"} {
			p := x.k.post("/v1/subscriptions"+x.path, x.body, "Accept-Language", lang).problem(t)
			var places []string
			for _, f := range p.Faults {
				if f.Pointer != nil {
					places = append(places, *f.Pointer)
				}
				if f.Message == "" || f.Hint == nil || strings.Contains(f.Message+*f.Hint, "[subscription") {
					t.Errorf("%s: %+v", x.body, f)
				}
			}
			if p.Code != "body-at-fault" || codes(p) != x.codes || x.codes != "json-after-end" && strings.Join(places, " ") != x.places {
				t.Errorf("%s %s:\n%s %s %q, want\n%s %q", x.path, x.body, p.Code, codes(p), places, x.codes, x.places)
			}
		}
	}
}

// TestOnesSubscriptionsAreNobodyElses but an administrator's, who sees all, and those of the same party.
func TestOnesSubscriptionsAreNobodyElses(t *testing.T) {
	onEachSending(t, func(t *testing.T, k *keeping) {
		service := []access.Role{access.Service}
		who := map[string]*keeping{
			"a": k, "b": k.as(k.give(door.Key{Title: "b", Roles: service})), "p": k.as(k.give(door.Key{Title: "p", Roles: service, Party: "p"})),
			"p2": k.as(k.give(door.Key{Title: "p2", Roles: service, Party: "p"})), "q": k.as(k.give(door.Key{Title: "q", Roles: service, Party: "q"})),
			"admin": k.as(k.give(door.Key{Title: "admin", Roles: []access.Role{access.Administrator}})),
		}
		of := map[string]string{}
		for _, name := range []string{"a", "p", "admin"} {
			var made httpapi.SecretSubscription
			who[name].post("/v1/subscriptions", `{"url":"https://hook.example.se/"}`).want(t, 201, &made)
			of[made.ID] = name
		}
		for name, want := range map[string]string{"a": "a", "b": "", "p": "p", "p2": "p", "q": "", "admin": "a admin p"} {
			var list httpapi.SubscriptionList
			who[name].get("/v1/subscriptions").want(t, 200, &list)
			var got []string
			for _, x := range list.Subscriptions {
				got = append(got, of[x.ID])
			}
			slices.Sort(got)
			if strings.Join(got, " ") != want {
				t.Errorf("%s sees %v, want %s", name, got, want)
			}
			for id, owner := range of {
				if g := who[name].get("/v1/subscriptions/" + id); (g.status == 200) != slices.Contains(got, owner) {
					t.Errorf("%s is answered %d for the one of %s", name, g.status, owner)
				}
			}
		}
		for _, role := range []access.Role{access.Analyst, access.Auditor} {
			k.as(k.give(door.Key{Title: "x", Roles: []access.Role{role}})).get("/v1/subscriptions").fails(t, "forbidden")
		}
	})
}

func onEachSending(t *testing.T, test func(*testing.T, *keeping)) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) { test(t, sending(t, d, here)) })
}

// TestTheLogOfWhoDidWhatIsReadByAuditorsAndThatToo.
func TestTheLogOfWhoDidWhatIsReadByAuditorsAndThatToo(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		service := k.as(k.give(door.Key{Title: "s", Roles: []access.Role{access.Service}}))
		auditor := k.as(k.give(door.Key{Title: "u", Roles: []access.Role{access.Auditor}}))
		one, two := service.open(`{"model":"faros","facts":{"samtycke":true}}`), service.open(`{"model":"faros"}`)
		service.get("/v1/cases/"+two).want(t, 200, nil)
		service.follow("?model=faros&actor=af").begun().cancel()
		service.get("/v1/events?actor=19121212-1212", "Accept", "application/json").fails(t, "query-at-fault")
		rows := func(query string) (out []string) {
			t.Helper()
			g := auditor.get("/v1/audit"+query).want(t, 200, nil)
			if g.header.Get("Content-Type") != "application/x-ndjson" {
				t.Errorf("%v", g.header)
			}
			for lines := bufio.NewScanner(strings.NewReader(g.body)); lines.Scan(); {
				var r httpapi.AuditRow
				strictly(t, lines.Text(), &r)
				out = append(out, r.Action)
			}
			slices.Sort(out)
			return out
		}
		same := func(got []string, want string) {
			t.Helper()
			if strings.Join(got, " ") != want {
				t.Errorf("%v, want %s", got, want)
			}
		}
		same(rows("?case="+two), "audit next open")
		same(rows("?subject=key:"+keyID(service.key)), "events?actor=%3F follow?actor=af&model=faros next open open")
		same(rows("?case="+one+"&since=2027-01-01T00:00:00Z"), "")
		own := []string{"audit", "audit?since=2027-01-01T00%3A00%3A00Z", "audit?subject=key%3A" + keyID(auditor.key), "audit?subject=key%3A" + keyID(service.key)}
		slices.Sort(own)
		same(rows("?subject=key:"+keyID(auditor.key)), strings.Join(own, " "))
		var head httpapi.AuditHead
		auditor.get("/v1/audit/head").want(t, 200, &head)
		if result, err := audit.Verify(t.Context(), k.office.Store, head.Head); err != nil || len(result.Faults) != 0 || head.Head == "" {
			t.Errorf("%+v %v", result, err)
		}
		service.get("/v1/audit").fails(t, "forbidden")
		service.get("/v1/audit/head").fails(t, "forbidden")
		k.as("").get("/v1/audit").fails(t, "unauthenticated")
		auditor.get("/v1/audit?since=i+går").fails(t, "query-at-fault")
		if g := auditor.send("HEAD", "/v1/audit", ""); g.status != 200 {
			t.Errorf("HEAD: %d", g.status)
		}
	})
}

// TestALongLogIsReadWhole, in more pages than one, by the digests that link its rows.
func TestALongLogIsReadWhole(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		const n = 1200
		storetest.In(t, k.office.Store, func(tx *store.Tx) error {
			for range n {
				if err := audit.Append(tx, audit.Record{Subject: "x", Action: "open"}); err != nil {
					return err
				}
			}
			return nil
		})
		g := k.get("/v1/audit").want(t, 200, nil)
		before, rows := map[int]string{}, 0
		for lines := bufio.NewScanner(strings.NewReader(g.body)); lines.Scan(); {
			var r httpapi.AuditRow
			must(t, json.Unmarshal(lines.Bytes(), &r))
			if was, ok := before[r.Lane]; ok && was != r.Before {
				t.Errorf("row %d of lane %d does not follow on the one before it", r.Seq, r.Lane)
			}
			before[r.Lane] = r.Digest
			rows++
		}
		if rows < n {
			t.Errorf("%d rows, want at least %d", rows, n)
		}
	})
}
