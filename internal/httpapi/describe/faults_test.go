package describe_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/httpapi"
)

// exampleOf is the example of a problem, in the operation or where it stands for several.
func exampleOf(t testing.TB, doc *huma.OpenAPI, o *httpapi.Operation, code string) (p httpapi.Problem, own bool) {
	t.Helper()
	x := response(doc, o)[strconv.Itoa(httpapi.StatusOf(code))].Content["application/problem+json"].Examples[code]
	if x.Ref != "" {
		x = doc.Components.Examples[strings.TrimPrefix(x.Ref, "#/components/examples/")]
	} else {
		own = true
	}
	text, err := json.Marshal(x.Value)
	must(t, err)
	must(t, json.Unmarshal(text, &p))
	return p, own
}

// TestTheFaultsOfAnExampleAreThoseOfItsOperation: no operation is shown a fault of a parameter or a body that is another's.
func TestTheFaultsOfAnExampleAreThoseOfItsOperation(t *testing.T) {
	for _, l := range lang.All {
		doc := document(t, l)
		for _, o := range httpapi.Operations() {
			p, own := exampleOf(t, doc, o, "query-at-fault")
			known := append(slices.Clone(o.Query), "lang")
			if o.Public {
				known = nil
			}
			if len(p.Faults) == 0 {
				t.Errorf("%s: the query has no fault", o.ID)
			}
			for _, f := range p.Faults {
				if !slices.Contains(known, *f.Parameter) && (f.Code != "unknown-parameter" || !own) {
					t.Errorf("%s: %s of %s, which it has not", o.ID, f.Code, *f.Parameter)
				}
			}
			if !slices.Contains(o.Problems, "body-at-fault") {
				continue
			}
			if p, own = exampleOf(t, doc, o, "body-at-fault"); !own || len(p.Faults) == 0 {
				t.Errorf("%s: no fault of a body of its own", o.ID)
			}
			ref := operation(doc, o).RequestBody.Content["application/json"].Schema.Ref
			keys := doc.Components.Schemas.Map()[ref[strings.LastIndex(ref, "/")+1:]].Properties
			for _, f := range p.Faults {
				if key, _, _ := strings.Cut(strings.TrimPrefix(*f.Pointer, "/"), "/"); keys[key] == nil && *f.Pointer != "" {
					t.Errorf("%s: %s at %s, which it has not", o.ID, f.Code, *f.Pointer)
				}
			}
		}
	}
}

// TestWhatAnyOperationAnswersIsDescribed asks each for what it has not: a parameter, and where nothing is sent a kind of answer.
func TestWhatAnyOperationAnswersIsDescribed(t *testing.T) {
	server := httptest.NewServer(service(t).Handler())
	defer server.Close()
	doc := document(t, lang.EN)
	ask := func(o *httpapi.Operation, query, accept string) string {
		t.Helper()
		path := strings.NewReplacer("{model}", "faros", "{case}", "a-17", "{key}", "5f2a91c4", "{subscription}", "x").Replace(o.Path)
		r, err := http.NewRequest(o.Method, server.URL+path+query, nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer stegvis_5f2a91c4_example")
		if accept != "" {
			r.Header.Set("Accept", accept)
		}
		res, err := http.DefaultClient.Do(r)
		must(t, err)
		defer res.Body.Close()
		if kind := res.Header.Get("Content-Type"); res.StatusCode >= 400 && kind != "application/problem+json" {
			t.Errorf("%s%s: %d %s", o.ID, query, res.StatusCode, kind)
		}
		return strconv.Itoa(res.StatusCode)
	}
	for _, o := range httpapi.Operations() {
		if got := ask(o, "?no_such=1", ""); got != "400" || response(doc, o)[got] == nil {
			t.Errorf("%s: %s, which is not described", o.ID, got)
		}
		if len(o.Takes) == 0 {
			if got := ask(o, "", "audio/ogg"); response(doc, o)[got] == nil || (got == "406") != (len(o.Gives) > 0) {
				t.Errorf("%s: %s for a kind that there is not", o.ID, got)
			}
		}
		if (response(doc, o)["406"] != nil) != (len(o.Gives) > 0) {
			t.Errorf("%s gives %q, and 406 is described otherwise", o.ID, o.Gives)
		}
	}
}

// TestWhatIsAskedAtTheDoorIsDescribed: where a key is needed for answers that nothing is kept for, or they are logged, who has none or may not
// have them is answered as the description has it, which tells when.
func TestWhatIsAskedAtTheDoorIsDescribed(t *testing.T) {
	for _, l := range lang.All {
		doc := document(t, l)
		for _, id := range []string{"next", "explain", "compare"} {
			i := slices.IndexFunc(httpapi.Operations(), func(o *httpapi.Operation) bool { return o.ID == id })
			o := httpapi.Operations()[i]
			for status, code := range map[string]string{"401": "unauthenticated", "403": "forbidden", "503": "identity-unavailable"} {
				if r := response(doc, o)[status]; r == nil || !strings.Contains(r.Description, "`"+code+"`") || !strings.Contains(r.Description, "`keyed`") {
					t.Errorf("%s %s: %s is not described with where it is so", l, id, status)
				}
			}
		}
		for _, o := range httpapi.Operations() { // of what is kept it is always so, and of models never
			for _, r := range response(doc, o) {
				if (o.Kept || o.Act == "") && strings.Contains(r.Description, "`keyed`") {
					t.Errorf("%s: %s", o.ID, r.Description)
				}
			}
		}
	}
	keyed, err := httpapi.New(httpapi.Options{Models: httpapi.Fixed(casetest.Shipped(t), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)), Keyed: true})
	must(t, err)
	for path, want := range map[string]int{"/v1/models/faros/next": 401, "/v1/models/faros/explain": 401, "/v1/compare": 401, "/v1/models": 200} {
		method := map[bool]string{true: "GET", false: "POST"}[want == 200]
		r := httptest.NewRequest(method, path, strings.NewReader(`{}`))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		if keyed.Handler().ServeHTTP(w, r); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}
