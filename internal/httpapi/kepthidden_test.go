package httpapi_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// bodies are what each operation takes that is about what is kept, so that it would be done.
var bodies = map[string]string{
	"open-case":   `{"id":"b","reference":"dnr 2","model":"faros","version":"1","facts":{"samtycke":true},"unobtainable":["timmar_per_vecka"],"entries":[{"fact":"fardigutredd","value":true,"held":"2026-01-01","note":"n"}],"parties":[{"actor":"fk","party":"fk-1"}]}`,
	"record":      `{"facts":{"samtycke":true},"unobtainable":["timmar_per_vecka"],"entries":[{"fact":"aktiviteter","value":["formedling"],"held":"2026-01-01","note":"n"}],"correct":[{"entry":2,"fact":"samtycke","value":true,"held":"2026-01-01","note":"n"}],"withdraw":[3]}`,
	"parties":     `{"parties":[{"actor":"fk","party":"fk-1"}]}`,
	"close-case":  `{"why":"w"}`,
	"reopen-case": `{"why":"w"}`,
	"erase-case":  `{"decision":"d"}`,
	"subscribe":   `{"url":"https://example.org/h","title":"t","types":["step.late"],"model":"faros","actor":"af"}`,
	"give-key":    `{"title":"t","roles":["actor"],"actor":"fk","party":"fk-1","expires":"2027-01-01"}`,
	"replay":      `{"dead":true}`,
	"move-cases":  `{"model":"faros","from":"0","to":"1","cases":["a"],"dry_run":true,"why":"w","after":"a","limit":3}`,
}

// bodyOf is what the operation takes.
func bodyOf(o *httpapi.Operation) string {
	if len(o.Takes) == 0 {
		return ""
	}
	return cmp.Or(bodies[o.ID], `{}`)
}

// perCase are the operations on one case that is kept.
func perCase() (out []*httpapi.Operation) {
	for _, o := range httpapi.Operations() {
		if o.Kept && strings.Contains(o.Path, "{case}") {
			out = append(out, o)
		}
	}
	return out
}

// like is an answer without what is never the same.
func like(g got) string {
	h := g.header.Clone()
	id := h.Get("X-Request-Id")
	h.Del("X-Request-Id")
	h.Del("Date")
	h.Set("Content-Length", strconv.Itoa(len(g.body)-len(id))) // the id of the request grows
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		lines = append(lines, name+": "+strings.Join(h[name], "|"))
	}
	return fmt.Sprint(g.status, "\n", strings.Join(lines, "\n"), "\n", strings.ReplaceAll(g.body, id, "ID"))
}

// Somebody else's case and one that there is not are answered alike: the same status, headers and bytes, for every operation and
// everybody who might ask, and in times that nobody can tell apart.
func TestACaseOfOthersIsAnsweredAsOneThatThereIsNot_FAULTS38(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		one := k.as(k.give(door.Key{Title: "one", Roles: []access.Role{access.Service}, Party: "org-1"}))
		others := map[string]*keeping{
			"another service": k.as(k.give(door.Key{Title: "two", Roles: []access.Role{access.Service}, Party: "org-2"})),
			"an actor":        k.as(k.give(door.Key{Title: "fk", Roles: []access.Role{access.Actor}, Actor: "fk", Party: "fk-2"})),
			"another actor":   k.as(k.give(door.Key{Title: "af", Roles: []access.Role{access.Actor}, Actor: "af", Party: "fk-1"})),
		}
		const theirs, none, erased = "6f1c2d3e-0001-4abc-8def-00000000000a", "6f1c2d3e-0002-4abc-8def-00000000000b", "6f1c2d3e-0003-4abc-8def-00000000000c" // who has a party can choose no other
		for _, id := range []string{theirs, erased} {
			one.open(`{"id":"` + id + `","model":"faros","facts":{"samtycke":true},"parties":[{"actor":"fk","party":"fk-1"}]}`)
		}
		k.post("/v1/cases/"+erased+"/erase", `{"decision":"d"}`).want(t, 200, nil)
		own := k.as(k.give(door.Key{Title: "fk", Roles: []access.Role{access.Actor}, Actor: "fk", Party: "fk-1"}))
		for who, other := range others {
			for _, o := range perCase() {
				at := func(id string, h ...string) string {
					g := other.send(o.Method, strings.Replace(o.Path, "{case}", id, 1), bodyOf(o), h...)
					if g.status < 400 {
						t.Errorf("%s: %s of %s is answered: %s", who, o.ID, id, g.body)
					}
					return strings.ReplaceAll(like(g), id, "CASE")
				}
				for _, headers := range [][]string{nil, {"If-Match", `"r1"`}, {"If-Match", `"r7"`}, {"Accept-Language", "en"}} {
					want := at(none, headers...)
					for _, id := range []string{theirs, erased} {
						if got := at(id, headers...); got != want {
							t.Errorf("%s can tell by %s whether there is the case %s:\n%s\nwhere there is none:\n%s", who, o.ID, id, got, want)
						}
					}
				}
				if o.Once {
					a, b := at(theirs, "Idempotency-Key", o.ID+theirs), at(none, "Idempotency-Key", o.ID+none)
					if a != b {
						t.Errorf("%s can tell by %s with a key:\n%s\n%s", who, o.ID, a, b)
					}
				}
			}
			var page httpapi.CaseList
			if other.get("/v1/cases").want(t, 200, &page); len(page.Cases) != 0 {
				t.Errorf("%s lists %+v", who, page.Cases)
			}
		}
		// Their times, one drawn of each: how often is that of theirs the longer one? Half of the time, if they are alike. That the
		// figure can tell is seen by one's own case.
		other := others["an actor"]
		n := 250
		if soak {
			n = 2000
		}
		took := map[string][]time.Duration{}
		ask := func(what string, k *keeping, id string) {
			began := time.Now()
			k.get("/v1/cases/" + id)
			took[what] = append(took[what], time.Since(began))
		}
		alike, apart := 0.0, 0.0
		for try := 0; try < 5 && apart < 0.65; try++ { // on a busy machine the figure can tell nothing for a while
			for i := range n + 20 {
				if i == 20 {
					clear(took) // the first ones warm up
				}
				turns := []func(){func() { ask("theirs", other, theirs) }, func() { ask("none", other, none) }, func() { ask("own", own, theirs) }}
				rand.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
				for _, turn := range turns {
					turn()
				}
			}
			alike, apart = longer(took["theirs"], took["none"]), longer(took["own"], took["none"])
			t.Logf("of %d each: theirs took longer than none in %.0f %% of pairs, one's own in %.0f %%", n, 100*alike, 100*apart)
		}
		if alike < 0.3 || alike > 0.7 || apart < 0.65 {
			t.Errorf("theirs is longer than none in %.2f of pairs, one's own in %.2f", alike, apart)
		}
	})
}

// longer is the share of pairs, one of each, in which that of a is the longer one.
func longer(a, b []time.Duration) float64 {
	b = slices.Sorted(slices.Values(b))
	sum := 0.0
	for _, x := range a {
		below, _ := slices.BinarySearch(b, x)
		upTo, _ := slices.BinarySearch(b, x+1)
		sum += float64(below+upTo) / 2
	}
	return sum / float64(len(a)*len(b))
}

// A personal number in every place of every request about what is kept, also while the database fails with an error that tells all
// it knows and while the service panics with it, gets into no log, figure, trace, header or problem.
func TestAPersonalNumberAnywhereGetsNowhere_FAULTS40(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		sent := tracetest.NewInMemoryExporter()
		tracer := httpapi.TracerTo(sent)
		log := &casetest.Output{}
		k := keep(t, d, func(o *httpapi.Options) {
			o.Logger = hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: log})
			o.Tracer = tracer
		})
		actor := k.as(k.give(door.Key{Title: "fk", Roles: []access.Role{access.Actor}, Actor: "fk", Party: "fk-1"}))
		nobody := k.as("")
		// at is the address of an operation, on a case that no other operation changes or erases.
		at := func(o *httpapi.Operation, round string) string {
			id := round + o.ID
			if strings.Contains(o.Path, "{case}") {
				k.post("/v1/cases", `{"id":"`+id+`","reference":"`+id+`","model":"faros","facts":{"samtycke":true,"fardigutredd":true},"entries":[{"fact":"kan_forbattras","value":true,"note":"`+canary+`"}],"parties":[{"actor":"fk","party":"fk-1"}]}`).want(t, 201, nil)
			}
			return named.ReplaceAllString(o.Path, id)
		}
		var told strings.Builder // what nobody may find it in
		listen := func(g got) {
			if g.status >= 400 {
				told.WriteString(g.body)
			}
			fmt.Fprintln(&told, g.header)
		}
		var operations []*httpapi.Operation
		for _, o := range httpapi.Operations() {
			if o.Kept && o.Path != "/v1/events" { // a stream does not end
				operations = append(operations, o)
			}
		}
		for _, o := range operations {
			path := at(o, "a-")
			for _, who := range []*keeping{k, actor, nobody} {
				listen(who.send(o.Method, named.ReplaceAllString(o.Path, canary), bodyOf(o)))
				listen(who.send(o.Method, path+"/"+canary, bodyOf(o)))
				for _, name := range append(slices.Clone(o.Query), "lang", canary) {
					listen(who.send(o.Method, path+"?"+url.QueryEscape(name)+"="+canary, bodyOf(o)))
				}
				for _, name := range []string{
					"If-Match", "If-None-Match", "Idempotency-Key", "Stegvis-Purpose", "Authorization", "Accept", "Accept-Language", "Content-Type", "Content-Encoding",
					"User-Agent", "X-Request-Id", "X-Forwarded-For", "Last-Event-ID", "Traceparent",
				} {
					for _, value := range []string{canary, `"r` + canary + `"`, "Bearer stegvis_" + canary + "_" + canary} {
						listen(who.send(o.Method, path, bodyOf(o), name, value))
					}
				}
				for _, body := range spoilt(t, bodyOf(o)) {
					listen(who.send(o.Method, path, body))
				}
			}
		}
		paths := map[*httpapi.Operation][2]string{}
		for _, o := range operations {
			paths[o] = [2]string{at(o, "b-"), at(o, "c-")}
		}
		restore := failing(t, k, canary)
		for _, o := range operations {
			listen(k.send(o.Method, paths[o][0], bodyOf(o)))
		}
		restore()
		text := "the person " + canary
		k.panics.Store(&text)
		panicking := 0
		for _, o := range operations {
			g := k.send(o.Method, paths[o][1], bodyOf(o))
			if listen(g); g.status == http.StatusInternalServerError {
				panicking++
			}
		}
		k.panics.Store(nil)
		if panicking < 5 {
			t.Errorf("%d operations panicked", panicking)
		}
		k.post("/v1/cases", `{"model":"faros"}`).want(t, 201, nil) // and it lives on

		told.WriteString(k.get("/metrics").body)
		must(t, tracer.ForceFlush(context.Background()))
		for _, span := range sent.GetSpans() {
			fmt.Fprintln(&told, span.Name, span.Attributes, span.Events, span.Links, span.Status)
		}
		must(t, tracer.Shutdown(context.Background()))
		for where, text := range map[string]string{"the log": log.String(), "what is told": told.String()} {
			if i := strings.Index(text, canary); i >= 0 {
				t.Errorf("%s has it: %s", where, text[max(0, i-300):min(len(text), i+100)])
			}
		}
		if !strings.Contains(log.String(), "the store fails") || !strings.Contains(log.String(), "panic") {
			t.Errorf("the log does not tell of the faults: %.2000s", log.String())
		}
	})
}

// spoilt are JSON texts with the canary in place of each value, and of each key, of one.
func spoilt(t testing.TB, text string) (out []string) {
	t.Helper()
	if text == "" {
		return []string{canary, `"` + canary + `"`}
	}
	out = []string{canary, `"` + canary + `"`, text + canary, text[:len(text)-1] + `,"` + canary + `":1}`}
	var v any
	must(t, json.Unmarshal([]byte(text), &v))
	put := func() {
		b, err := json.Marshal(v)
		must(t, err)
		out = append(out, string(b))
	}
	var walk func(v any, set func(any))
	walk = func(was any, set func(any)) {
		for _, x := range []any{canary, json.Number(canary), "x " + canary} {
			set(x)
			put()
		}
		set(was)
		switch v := was.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				inner := v[key]
				walk(inner, func(x any) { v[key] = x })
				delete(v, key)
				v[canary] = inner
				put()
				delete(v, canary)
				v[key] = inner
			}
		case []any:
			for i := range v {
				walk(v[i], func(x any) { v[i] = x })
			}
		}
	}
	walk(v, func(x any) { v = x })
	return out
}

// named is a name in the path of an operation.
var named = regexp.MustCompile(`\{[a-z]+\}`)

// failing lets every row of the log of who did what fail, with an error that says the text, until restore is called.
func failing(t testing.TB, k *keeping, text string) (restore func()) {
	t.Helper()
	do := func(queries ...string) {
		for _, q := range queries {
			_, err := k.office.Store.Writer().ExecContext(context.Background(), q)
			must(t, err)
		}
	}
	if k.office.Store.Kind() == "sqlite" {
		do(`CREATE TRIGGER failing BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'it is ` + text + `'); END`)
		return func() { do(`DROP TRIGGER failing`) }
	}
	do(`CREATE FUNCTION failing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'it is `+text+`' USING DETAIL = '`+text+`'; END $$`,
		`CREATE TRIGGER failing BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION failing()`)
	return func() { do(`DROP TRIGGER failing ON audit`, `DROP FUNCTION failing()`) }
}

// Where the log cannot be written nothing is answered and nothing is done, and once it can all goes on.
func TestWhatCannotBeLoggedIsNotAnsweredAndNotDone_FAULTS30(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		k.open(`{"id":"a","model":"faros","facts":{"samtycke":true}}`)
		before := k.get("/v1/cases/a/timeline").want(t, 200, nil).body
		restore := failing(t, k, "x")
		for _, o := range httpapi.Operations() {
			if !o.Kept || !strings.HasPrefix(o.Path, "/v1/cases") {
				continue
			}
			var headers []string
			if o.Once {
				headers = []string{"Idempotency-Key", o.ID}
			}
			g := k.send(o.Method, strings.Replace(o.Path, "{case}", "a", 1), bodyOf(o), headers...)
			switch o.ID {
			case "record": // there is no entry 3
				g.fails(t, "unknown-entry")
			case "reopen-case", "erasure":
				if g.status == 200 {
					t.Errorf("%s: %s", o.ID, g.body)
				}
			default:
				if g.fails(t, "store-unavailable"); g.header.Get("Retry-After") == "" || strings.Contains(g.body, "RAISE") || g.header.Get("Etag") != "" || g.header.Get("Location") != "" {
					t.Errorf("%s: %v %s", o.ID, g.header, g.body)
				}
			}
		}
		if log := k.log.String(); !strings.Contains(log, "the store fails") || !strings.Contains(log, k.office.Store.Kind()) {
			t.Errorf("the log does not say so: %s", log)
		}
		restore()
		if after := k.get("/v1/cases/a/timeline").want(t, 200, nil).body; after != before {
			t.Errorf("something was done:\n%s\n%s", before, after)
		}
		var page httpapi.CaseList
		if k.get("/v1/cases").want(t, 200, &page); len(page.Cases) != 1 {
			t.Errorf("%+v", page)
		}
		k.post("/v1/cases/a/close", `{"why":"w"}`, "Idempotency-Key", "close-case").want(t, 200, nil) // the key was not used up
	})
}
