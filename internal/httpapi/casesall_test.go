package httpapi_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
	"github.com/stegvis/stegvis/interpreter/live"
)

const words = `[vocabulary]
id = "v"
title = "V"
lang = "sv"
[[actor]]
id = "af"
title = "AF"
[[actor]]
id = "fk"
title = "FK"
[[kind]]
id = "mote"
title = "Möte"
[[fact]]
id = "start"
type = "event"
title = "Start"
ask = "När?"
[[fact]]
id = "mote"
type = "event"
title = "Möte"
ask = "När?"
seen_by = ["af"]
`

// meeting is a model with a meeting that is due so many days after the start.
func meeting(version string, days int) string {
	return fmt.Sprintf(`[model]
id = "m"
title = "M"
lang = "sv"
version = %q
in_force = 2020-01-0%s
start = "start"
uses = ["v"]
[[step]]
id = "mote"
title = "Möte"
kind = "mote"
actor = "af"
when = "happened(start)"
done = ["happened(mote)"]
time = { from = "start", max = "%d days" }
interpretation = "T"
[[outcome]]
id = "slut"
title = "Slut"
when = "happened(mote)"
interpretation = "T"
`, version, version, days)
}

func TestCasesAreMovedOnceItIsSeenWhatThatChanges(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		k.models.set(httpapi.Fixed(casetest.Models(t, words, meeting("1", 20), meeting("2", 5)), time.Now()))
		for _, id := range []string{"a", "b", "c"} {
			k.open(`{"id":"` + id + `","model":"m","version":"1","facts":{"start":"2026-02-27"}}`)
		}
		k.post("/v1/cases/c/close", `{}`).want(t, 200, nil)
		var dry, wet httpapi.MovedCases
		k.post("/v1/moves", `{"model":"m","from":"1","to":"2","dry_run":true,"limit":1}`).want(t, 200, &dry)
		if len(dry.Cases) != 1 || dry.Next == nil || dry.Cases[0].Case != "a" || !dry.Cases[0].Moved || strings.Join(dry.Cases[0].Changed, " ") != "due" {
			t.Errorf("%+v", dry)
		}
		var a casework.Answer
		if k.get("/v1/cases/a").want(t, 200, &a); a.Version != "1" || a.Revision != 1 {
			t.Errorf("a dry run moves: %+v", a)
		}
		k.post("/v1/moves", `{"model":"m","to":"2","cases":["a","c","x"],"dry_run":false,"why":"beslut"}`).want(t, 200, &wet)
		left := map[string]casework.WhyLeft{}
		for _, m := range wet.Cases {
			left[m.Case] = m.Left
		}
		if len(left) != 3 || left["a"] != "" || left["c"] != casework.LeftClosed || left["x"] != casework.LeftUnknown {
			t.Errorf("%+v", wet)
		}
		if k.get("/v1/cases/a").want(t, 200, &a); a.Version != "2" || a.Revision != 2 || a.Decision.Next[0].Due.String() != "2026-03-04" {
			t.Errorf("%+v", a)
		}
		k.post("/v1/moves", `{"model":"m","to":"3","dry_run":true}`).fails(t, "unknown-version")
		k.post("/v1/moves", `{"model":"m","to":"2"}`).fails(t, "body-at-fault")
		for body, want := range map[string]string{
			`{"model":"m","to":"2","cases":[],"dry_run":false}`:              "kept-move-none /cases",
			`{"model":"m","from":"2","to":"2","dry_run":true}`:               "kept-move-same /from",
			`{"model":"m","from":"0","to":"2","cases":[],"dry_run":true}`:    "kept-move-none /cases",
			`{"model":"m","from":"0","to":"2","dry_run":true}`:               "query-unknown-version /from",
			`{"model":"x","from":"0","to":"2","dry_run":true}`:               "query-unknown-model /model",
			`{"model":"m","from":"1","to":"9","cases":["a"],"dry_run":true}`: "query-unknown-version /to",
		} {
			p := k.post("/v1/moves", body).problem(t)
			if len(p.Faults) != 1 || p.Faults[0].Code+" "+*p.Faults[0].Pointer != want {
				t.Errorf("%s: %+v", body, p)
			}
		}
		for _, dry := range []string{"true", "false"} {
			if g := k.post("/v1/moves", `{"model":"m","from":"1","to":"2","cases":["c"],"after":"z","dry_run":`+dry+`}`); g.status != 200 || strings.TrimSpace(g.body) != `{"cases":[],"next":null}` {
				t.Errorf("nothing to move, dry run %s: %d %s", dry, g.status, g.body)
			}
		}
		service := k.as(k.give(door.Key{Title: "s", Roles: []access.Role{access.Service}}))
		service.post("/v1/moves", `{"model":"m","to":"2","dry_run":true}`).fails(t, "forbidden")
	})
}

// notLive has versions besides those of its models, of which nothing is live.
type notLive struct {
	httpapi.Models
	versions []live.Key
}

func (n notLive) Status() live.Status {
	st := n.Models.Status()
	st.Models = slices.Clone(st.Models)
	for _, key := range n.versions {
		st.Models = append(st.Models, live.ModelStatus{Key: key})
	}
	return st
}

// A case keeps its version: it gets none that was not meant because the file of that one has faults.
func TestNoCaseIsOpenedByAnotherVersionThanTheOneThatIsAtFault(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		one := httpapi.Fixed(casetest.Models(t, words, meeting("1", 20)), time.Now())
		k.models.set(notLive{one, []live.Key{{Model: "m", Version: "2"}, {Model: "x", Version: "1"}}})
		for _, body := range []string{`{"model":"m"}`, `{"model":"m","version":"2"}`, `{"model":"x"}`, `{"model":"x","version":"1"}`} {
			k.post("/v1/cases", body).fails(t, "model-not-live")
		}
		k.post("/v1/cases", `{"model":"x","version":"7"}`).fails(t, "unknown-model")
		k.open(`{"model":"m","version":"1"}`)
		k.post("/v1/moves", `{"model":"m","to":"2","dry_run":true}`).fails(t, "model-not-live")
		k.post("/v1/moves", `{"model":"m","from":"2","to":"1","dry_run":true}`).fails(t, "unknown-version")
	})
}

// The version is the one that was in force when the case started, as that is known today, in whichever order it is told.
func TestTheVersionHangsOnWhatIsKnownTodayOfTheStart(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		early, later := `{"fact":"arendestart","value":"2015-01-01","held":"2015-01-01"}`, `{"fact":"arendestart","value":"2021-01-01"}`
		for entries, want := range map[string]string{
			early: "2014", later: "2020", early + "," + later: "2020", later + "," + early: "2020",
			early + `,{"fact":"arendestart","value":"2100-01-01"}`:                     "2014",
			later + `,{"fact":"arendestart","value":"2015-01-01","held":"2022-01-01"}`: "2014",
			`{"fact":"arendestart","value":"2015-01-01","held":"2022-01-01"},` + later: "2014",
		} {
			var a casework.Answer
			if k.post("/v1/cases", `{"model":"eskilstuna","entries":[`+entries+`]}`).want(t, 201, &a); a.Version != want {
				t.Errorf("%s: %s, want %s", entries, a.Version, want)
			}
		}
	})
}

func TestFiguresTellNoSmallNumbers(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		for range 7 {
			k.open(`{"model":"faros"}`)
		}
		k.open(`{"model":"samordning"}`)
		analyst := k.as(k.give(door.Key{Title: "s", Roles: []access.Role{access.Analyst}}))
		var f casework.Figures
		analyst.get("/v1/figures").want(t, 200, &f)
		got := map[string]*int64{}
		for _, m := range f.Models {
			got[m.Model] = m.Cases
		}
		if got["faros"] == nil || *got["faros"] != 7 || got["samordning"] != nil || f.Least != 5 || f.Counted.IsZero() {
			t.Errorf("%+v", f)
		}
		for _, path := range []string{"/v1/cases", "/v1/cases/a", "/v1/cases/a/timeline"} {
			analyst.get(path).fails(t, "forbidden")
		}
	})
}

// An actor sees its cases, and of them what each fact and the person's consent let it.
func TestAnActorSeesWhatItMay(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		k.models.set(httpapi.Fixed(casetest.Models(t, words, meeting("1", 20)), time.Now()))
		k.open(`{"id":"a","model":"m","facts":{"start":"2026-02-27"},"parties":[{"actor":"af","party":"af-1"}]}`)
		k.post("/v1/cases", `{"model":"m","parties":[{"actor":"afx","party":"af-1"},{"actor":"fk"}]}`).fails(t, "body-at-fault")
		if p := k.post("/v1/cases", `{"model":"m","parties":[{"actor":"afx","party":"af-1"}]}`).fails(t, "body-at-fault"); codes(p) != "kept-unknown-actor" || *p.Faults[0].Pointer != "/parties/0/actor" {
			t.Errorf("%+v", p.Faults)
		}
		af := k.as(k.give(door.Key{Title: "af", Roles: []access.Role{access.Actor}, Actor: "af", Party: "af-1"}))
		fk := k.as(k.give(door.Key{Title: "fk", Roles: []access.Role{access.Actor}, Actor: "fk", Party: "fk-1"}))
		var a casework.Answer
		af.get("/v1/cases/a").want(t, 200, &a)
		fk.get("/v1/cases/a").fails(t, "unknown-case")
		k.send("PUT", "/v1/cases/a/parties", `{"parties":[{"actor":"fk","party":"fk-1"}]}`, "If-Match", `"r1"`).want(t, 200, nil)
		af.get("/v1/cases/a").fails(t, "unknown-case")
		if fk.get("/v1/cases/a").want(t, 200, &a); a.Decision.Next[0].Step != "mote" || len(a.Decision.Next[0].Unmet) != 1 || len(a.Decision.Next[0].Unmet[0].Facts) != 0 {
			t.Errorf("%+v", a.Decision)
		}
		var l httpapi.Timeline
		fk.get("/v1/cases/a/timeline").want(t, 200, &l)
		for _, e := range l.Entries {
			if e.Fact != nil {
				t.Errorf("a fact that is nobody's to see: %+v", e)
			}
		}
		fk.post("/v1/cases/a/entries", `{"facts":{"mote":"2026-02-28"}}`).fails(t, "body-at-fault")
	})
}

// Answers that nothing is kept for are logged before they are given, and are not given where they cannot be logged.
func TestAnswersThatNothingIsKeptForAreLoggedFirst(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		k := keep(t, d, func(o *httpapi.Options) { o.Audited = true })
		rows := func(subject string) (n int) {
			storetest.In(t, k.office.Store, func(tx *store.Tx) error {
				return audit.Each(tx, audit.Filter{Subject: subject}, func(*audit.Row) error { n++; return nil })
			})
			return n
		}
		nobody := k.as("")
		const body = `{"facts":{"samtycke":true}}`
		many := strings.Repeat(body+"\n", 300) + "{\n" + body
		for i, path := range []string{"/v1/models/faros/next", "/v1/models/faros/explain", "/v1/compare", "/v1/models/faros/next?explain=true"} {
			nobody.post(path, body).want(t, 200, nil)
			if n := rows("anyone"); n != i+1 {
				t.Errorf("%s: %d rows", path, n)
			}
		}
		g := nobody.post("/v1/models/faros/next", many, "Content-Type", "application/x-ndjson").want(t, 200, nil)
		if n, lines := rows("anyone"), strings.Count(g.body, "\n"); n != 4+301 || lines != 302 {
			t.Errorf("%d rows, %d lines", n, lines)
		}
		nobody.post("/v1/models/faros/next", body, "Authorization", "Bearer x").fails(t, "unauthenticated")
		key := k.give(door.Key{Title: "s", Roles: []access.Role{access.Service}})
		k.as(key).post("/v1/models/faros/next", body).want(t, 200, nil)
		if id := strings.Split(key, "_")[1]; rows("key:"+id) != 1 {
			t.Errorf("%d rows of the key", rows("key:"+id))
		}
		k.as(k.give(door.Key{Title: "a", Roles: []access.Role{access.Auditor}})).post("/v1/models/faros/next", body).fails(t, "forbidden")

		// The files that answered are kept under the hash that is logged.
		var list httpapi.ModelList
		nobody.get("/v1/models").want(t, 200, &list)
		versions := 0
		for _, m := range list.Models {
			versions += len(m.Versions)
		}
		storetest.In(t, k.office.Store, func(tx *store.Tx) error {
			by := map[string]string{}
			err := audit.Each(tx, audit.Filter{Subject: "anyone"}, func(r *audit.Row) error { by[r.Hash] = r.Action; return nil })
			for hash, action := range by {
				files, err := tx.Files(hash)
				if err != nil {
					return err
				}
				var hashes []string
				for _, m := range dsl.Load(files).Models {
					hashes = append(hashes, m.Hash)
				}
				if action == "compare" && len(hashes) != versions || action != "compare" && !slices.Contains(hashes, hash) {
					t.Errorf("%s by %s: the files kept make %q", action, hash, hashes)
				}
			}
			if len(by) != 2 {
				t.Errorf("%q", by)
			}
			return err
		})

		before := rows("anyone")
		restore := failing(t, k, "x")
		for _, path := range []string{"/v1/models/faros/next", "/v1/models/faros/explain", "/v1/compare"} {
			nobody.post(path, body).fails(t, "store-unavailable")
		}
		g = nobody.post("/v1/models/faros/next", many, "Content-Type", "application/x-ndjson").want(t, 200, nil)
		for i, line := range strings.Split(strings.TrimSpace(g.body), "\n") {
			var l httpapi.ProblemLine
			must(t, json.Unmarshal([]byte(line), &l))
			want := "store-unavailable"
			if i == 300 {
				want = "case-at-fault"
			}
			if l.Row != int64(i+1) || l.Problem.Code != want || strings.Contains(line, "decision") {
				t.Fatalf("line %d: %s", i+1, line)
			}
		}
		restore()
		if n := rows("anyone"); n != before {
			t.Errorf("%d rows more", n-before)
		}
		nobody.post("/v1/models/faros/next", body).want(t, 200, nil)
	})
}

// A database that does not answer is told of in time, and keeps nobody from being answered once it does.
func TestADatabaseThatHangsIsToldOfInTime(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		k := keep(t, d, func(o *httpapi.Options) {
			o.Limits = roomy()
			o.Limits.Drain, o.Limits.Write = time.Millisecond, 10*time.Second
		})
		// What a busy machine cannot do in this time is asked for again.
		wait(t, "a case is opened", func() bool {
			return k.post("/v1/cases", `{"id":"a","model":"faros"}`, "Idempotency-Key", "0").status == 201
		})
		held, err := k.office.Store.Writer().BeginTx(t.Context(), nil)
		must(t, err)
		if k.office.Store.Kind() == "postgres" { // on SQLite there is one who writes
			_, err := held.ExecContext(t.Context(), `LOCK TABLE cases, audit_heads`)
			must(t, err)
		}
		record := func() got {
			return k.in(t).post("/v1/cases/a/entries", `{"facts":{"samtycke":true}}`, "Idempotency-Key", "1")
		}
		var asked sync.WaitGroup
		for _, path := range []string{"/v1/cases/a", "/v1/cases", "/v1/figures"} {
			asked.Go(func() { k.in(t).get(path).fails(t, "store-slow") })
		}
		asked.Go(func() { record().fails(t, "store-slow") })
		asked.Wait()
		must(t, held.Rollback())
		var a casework.Answer
		var g got
		wait(t, "it is recorded", func() bool { g = record(); return g.status != 503 })
		if g.want(t, 200, &a); a.Revision != 2 {
			t.Errorf("%+v", a)
		}
	})
}

// Each operation asks who asks, and lets in the roles that may, for the purposes for which they may.
func TestEachOperationLetsInWhoMay_FAULTS35(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		keys := map[access.Role]*keeping{}
		for _, r := range access.Roles {
			key := door.Key{Title: string(r), Roles: []access.Role{r}}
			if r == access.Actor {
				key.Actor, key.Party = "fk", "fk-1"
			}
			keys[r] = k.as(k.give(key))
		}
		for _, o := range httpapi.Operations() {
			if !o.Kept || o.Path == "/v1/events" { // a stream does not end
				continue
			}
			path := named.ReplaceAllString(o.Path, "x")
			if g := k.as("").send(o.Method, path, bodyOf(o)); g.fails(t, "unauthenticated").Code == "" || g.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: no challenge", o.ID)
			}
			for role, who := range keys {
				p := access.Principal{Roles: []access.Role{role}}
				for _, purpose := range append([]access.Purpose{"", "curiosity"}, access.Purposes...) {
					var headers []string
					if purpose != "" {
						headers = []string{"Stegvis-Purpose", string(purpose)}
					}
					_, _, may := p.May(o.Act, purpose)
					g := who.send(o.Method, path, bodyOf(o), headers...)
					if purpose == "curiosity" {
						g.fails(t, "bad-purpose")
						continue
					}
					if (g.status == 403) == may || g.status == 401 {
						t.Errorf("%s as %s for %q: %d %.200s", o.ID, role, purpose, g.status, g.body)
					}
				}
			}
		}
	})
}
