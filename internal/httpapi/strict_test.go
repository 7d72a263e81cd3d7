package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store/storetest"
	"github.com/stegvis/stegvis/interpreter"
)

// canary is what somebody might put into a case, and must be found nowhere else.
const canary = "191212121212"

func TestABodyTooLargeOrPackedIsRefused_FAULTS23(t *testing.T) {
	s := serve(t, shipped(t))
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write(bytes.Repeat([]byte(" "), 50<<20))
	z.Close()
	before := memory()
	for _, path := range []string{"/v1/models/faros/next", "/v1/models/faros/explain", "/v1/compare"} {
		for _, c := range []struct {
			name, body, code string
			status           int
			headers          []string
		}{
			{"just too large", `{"id":"` + strings.Repeat("x", interpreter.MaxCaseBytes) + `"}`, "too-large", 413, nil},
			{"far too large", strings.Repeat(" ", 20<<20), "too-large", 413, []string{"Expect", "100-continue"}},
			{"larger by mistake", strings.Repeat(" ", 3<<20), "too-large", 413, nil},
			{"far too large, of no told length", strings.Repeat(" ", 3<<20), "too-large", 413, []string{"Transfer-Encoding", "chunked"}},
			{"a bomb", bomb.String(), "encoded-body", 415, []string{"Content-Encoding", "gzip"}},
			{"brotli", "x", "encoded-body", 415, []string{"Content-Encoding", "br"}},
			{"a form", "a=b", "wrong-media-type", 415, []string{"Content-Type", "application/x-www-form-urlencoded"}},
			{"another charset", "{}", "wrong-media-type", 415, []string{"Content-Type", "application/json; charset=latin1"}},
			{"no kind at all", "{}", "wrong-media-type", 415, []string{"Content-Type", ""}},
			{"nonsense for a kind", "{}", "wrong-media-type", 415, []string{"Content-Type", ";;/"}},
		} {
			g := s.post(path, c.body, c.headers...)
			if p := g.problem(t); g.status != c.status || p.Code != c.code {
				t.Errorf("%s, %s: %d %s, want %d %s", path, c.name, g.status, p.Code, c.status, c.code)
			}
		}
	}
	if g := s.ask("POST", "/v1/models/faros/next", `{"facts":{}}`, "Content-Type", "application/json; charset=UTF-8"); g.status != 200 {
		t.Errorf("UTF-8 is refused: %s", g.body)
	}
	if grown := taken(before, 32<<20); grown > 32<<20 {
		t.Errorf("the memory has grown by %d MiB", grown>>20)
	}
}

// post sends a body of which the length is told, or with Transfer-Encoding is not.
func (s *server) post(path, body string, headers ...string) got {
	s.t.Helper()
	r, err := http.NewRequest("POST", s.url+path, strings.NewReader(body))
	must(s.t, err)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		if r.Header.Set(headers[i], headers[i+1]); headers[i] == "Transfer-Encoding" {
			r.ContentLength = -1
		}
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	return s.do(r)
}

func memory() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// taken is how much more memory is held than before. What others have just done with may still be counted: where it is more than most, it is
// looked again.
func taken(before, most int64) int64 {
	n := memory() - before
	for end := time.Now().Add(10 * time.Second); n > most && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		n = min(n, memory()-before)
	}
	return n
}

func TestEachFaultOfABodyIsNamed_FAULTS24(t *testing.T) {
	s := serve(t, shipped(t))
	for _, c := range []struct{ name, body, codes, pointers string }{
		{"the same key twice", `{"facts":{"samtycke":true,"samtycke":false}}`, "case-fact-twice", "/facts/samtycke"},
		{"the same key twice, one escaped", `{"facts":{"samtycke":true,"samtyck\u0065":false}}`, "case-fact-twice", "/facts/samtycke"},
		{"another case", `{"facts":{"Samtycke":true}}`, "case-unknown-fact", "/facts/Samtycke"},
		{"another case of a key", `{"Facts":{}}`, "case-unknown-key", "/Facts"},
		{"unknown", `{"facts":{"samtyke":true}}`, "case-unknown-fact", "/facts/samtyke"},
		{"trailing", `{"facts":{}} {}`, "json-after-end", ""},
		{"bad UTF-8", "{\"facts\":{\"samtycke\":\"\xff\"}}", "case-not-utf8", "/facts/samtycke"},
		{"depth 10,001", `{"facts":` + strings.Repeat("[", 10_001), "json-too-deep", ""},
		{"a number of 200,000 digits", `{"facts":{"timmar_per_vecka":` + strings.Repeat("9", 200_000) + `}}`, "json-long-number", "/facts/timmar_per_vecka"},
		{"a long list", `{"facts":{"aktiviteter":[` + strings.Repeat(`"a",`, 20_000) + `"a"]}}`, "json-long-list", ""},
		{"nothing", "", "case-empty", ""},
		{"cut off", `{"facts":{"samtycke":tr`, "json-ends", "/facts/samtycke"},
		{"all at once", `{"facts":{"samtyke":true,"timmar_per_vecka":41,"samtycke":"ja"},"at":"1 mars"}`, "case-unknown-fact case-range case-bool case-at", ""},
	} {
		for _, l := range lang.All {
			g := s.post("/v1/models/faros/next?lang="+string(l), c.body)
			p := g.problem(t)
			if got := codes(p); g.status != 400 || p.Code != "case-at-fault" || !sameWords(got, c.codes) {
				t.Errorf("%s: %d %s %q, want %q", c.name, g.status, p.Code, got, c.codes)
				continue
			}
			for _, f := range p.Faults {
				if f.Message == "" || f.Line == nil || f.Column == nil || f.Pointer == nil {
					t.Errorf("%s: a poor fault: %+v", c.name, f)
				} else if c.pointers != "" && *f.Pointer != c.pointers {
					t.Errorf("%s: it points at %q, want %q", c.name, *f.Pointer, c.pointers)
				}
			}
			if g.header.Get("Content-Language") != string(l) {
				t.Errorf("%s: in %s", c.name, g.header.Get("Content-Language"))
			}
		}
	}
	before := memory()
	for range 50 {
		s.post("/v1/models/faros/next", `{"facts":`+strings.Repeat("[", 200_000))
		s.post("/v1/models/faros/next", `{"facts":{"timmar_per_vecka":`+strings.Repeat("9", 200_000)+`}}`)
		s.post("/v1/models/faros/next", `{"facts":{"timmar_per_vecka":`+strings.Repeat("9", 1<<20)+`}}`) // 413
	}
	if grown := taken(before, 32<<20); grown > 32<<20 {
		t.Errorf("the memory has grown by %d MiB", grown>>20)
	}
}

func sameWords(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// Whatever comes in, the answer is a decision or a problem that names what is wrong, and the two readers agree.
func FuzzABodyIsAnsweredOrItsFaultsAreNamed(f *testing.F) {
	for _, seed := range []string{`{"facts":{}}`, `{"facts":{"samtycke":true}}`, `{"id":"1","at":"2026-03-01"}`, "[", "\ufeff{}", `{"facts":{"a":1}} x`} {
		f.Add(seed)
	}
	s := serve(f, shipped(f))
	f.Fuzz(func(t *testing.T, body string) {
		own := *s
		own.t = t
		g := own.post("/v1/models/faros/next", body)
		switch g.status {
		case 200:
			var d interpreter.Decision
			must(t, json.Unmarshal([]byte(g.body), &d))
		case 400:
			if p := g.problem(t); len(p.Faults) == 0 {
				t.Errorf("a problem without a fault: %s", g.body)
			}
		case 413:
		default:
			t.Errorf("%d %s", g.status, g.body)
		}
	})
}

func TestWhatIsNotThereIsAProblemThatSaysWhatIs(t *testing.T) {
	s := serve(t, shipped(t))
	const body = `{"facts":{}}`
	for _, c := range []struct {
		method, path, body, code, says string
		headers                        []string
	}{
		{"POST", "/v1/models/faro/next", body, "unknown-model", "`faros`", nil},
		{"POST", "/v1/models/faros/next?version=9", body, "unknown-version", "Versions: `1`", nil},
		{"POST", "/v1/models/faros/nxt", body, "unknown-path", "/v1/models/{model}/next", nil},
		{"GET", "/v1/model", "", "unknown-path", "/v1/models", nil},
		{"GET", "/", "", "unknown-path", "/docs", nil},
		{"GET", "/v1/models/", "", "unknown-path", "Did you mean /v1/models?", nil},
		{"GET", "/v1/model?lang=sv", "", "unknown-path", "Menade du", nil},
		{"DELETE", "/v1/models?lang=sv", "", "method-not-allowed", "Adressen tar inte emot", nil},
		{"GET", "/v1/models/faros/next", "", "method-not-allowed", "POST", nil},
		{"DELETE", "/v1/models/faros", "", "method-not-allowed", "GET, HEAD", nil},
		{"POST", "/v1/models/faros/next?verson=1", body, "query-at-fault", "Did you mean `version`?", nil},
		{"POST", "/v1/models/faros/next?at=igår&lang=de&explain=ja&at2=1", body, "query-at-fault", "sv or en", nil},
		{"POST", "/v1/models/faros/next?at=2026-01-01&at=2026-01-02", body, "query-at-fault", "more than once", nil},
		{"POST", "/v1/models/faros/next?%zz", body, "query-at-fault", "cannot be read", nil},
		{"GET", "/v1/models/faros/drawing", "", "not-acceptable", "image/svg+xml", []string{"Accept", "image/png"}},
		{"POST", "/v1/models/faros/next", body, "not-acceptable", "with application/json,", []string{"Accept", "application/x-ndjson"}},
		{"POST", "/v1/models/faros/next", body, "not-acceptable", "with application/x-ndjson,", []string{"Content-Type", "application/x-ndjson", "Accept", "application/json"}},
		{"POST", "/v1/models/faros/next", body, "not-acceptable", "with application/json,", []string{"Accept", "application/problem+json"}},
		{"GET", "/v1/models/faros/drawing?version=x", "", "unknown-version", "Versions", nil},
		{"GET", "/healthz?a=b", "", "query-at-fault", "has none", nil},
	} {
		g := s.ask(c.method, c.path, c.body, append([]string{"Accept-Language", "en"}, c.headers...)...)
		p := g.problem(t)
		if p.Code != c.code || g.status != httpapi.StatusOf(c.code) || !strings.Contains(g.body, c.says) {
			t.Errorf("%s %s: %s, want %s and %q", c.method, c.path, g.body, c.code, c.says)
		}
		if g.header.Get("Cache-Control") != "no-store" || g.header.Get("Vary") == "" {
			t.Errorf("%s %s: a problem to keep: %v", c.method, c.path, g.header)
		}
	}
	if g := s.ask("DELETE", "/v1/models/faros", ""); g.header.Get("Allow") != "GET, HEAD" {
		t.Errorf("Allow: %q", g.header.Get("Allow"))
	}
	if p := s.ask("POST", "/v1/models/faros/next?at=x&lang=de&explain=ja&at2=1", body).problem(t); len(p.Faults) != 4 {
		t.Errorf("not every fault of the query is told: %+v", p.Faults)
	}
}

// A personal number in a case, in its id, in names and in the query is found in no log, figure or problem.
func TestWhatACaseSaysGetsNowhereElse_FAULTS40(t *testing.T) {
	s := serve(t, shipped(t))
	var answers strings.Builder
	for _, c := range []struct{ path, body string }{
		{"/v1/models/faros/next", `{"id":"` + canary + `","facts":{"samtycke":true}}`},
		{"/v1/models/faros/next", `{"facts":{"samtycke":"` + canary + `"}}`},
		{"/v1/models/faros/next", `{"facts":{"` + canary + `":true}}`},
		{"/v1/models/faros/next", `{"` + canary + `":true}`},
		{"/v1/models/faros/next", `{"facts":{"timmar_per_vecka":` + canary + `}}`},
		{"/v1/models/faros/next", `{"facts":{"aktiviteter":["` + canary + `"]},"unobtainable":["` + canary + `"]}`},
		{"/v1/models/faros/next", `{"at":"` + canary + `"}`},
		{"/v1/models/faros/next", canary},
		{"/v1/models/faros/next?" + canary + "=" + canary + "&at=" + canary, `{}`},
		{"/v1/" + canary, `{}`},
		{"/v1/models/" + canary + "/next", `{}`},
		{"/v1/models/faros/next?version=" + canary, `{}`},
	} {
		answers.WriteString(s.ask("POST", c.path, c.body, "User-Agent", canary, "X-Request-Id", canary, "Stegvis-"+canary, canary).body)
	}
	s.ask("POST", "/v1/models/faros/next", `{"id":"`+canary+`"}`+"\n"+canary, "Content-Type", "application/x-ndjson")
	figures := s.ask("GET", "/metrics", "").body
	for where, text := range map[string]string{"the log": s.log.String(), "the figures": figures, "an answer": answers.String()} {
		if i := strings.Index(text, canary); i >= 0 {
			t.Errorf("%s has it: %s", where, text[max(0, i-200):min(len(text), i+60)])
		}
	}
	if !strings.Contains(s.log.String(), "case=") {
		t.Error("the log has no digest of the case")
	}
}

func TestTheAnswerIsOfTheKindThatIsAccepted(t *testing.T) {
	s := serve(t, shipped(t))
	for accept, want := range map[string]string{
		"": "application/schema+json", "*/*": "application/schema+json", "application/json": "application/json",
		"text/html, application/*;q=0.5": "application/schema+json", "application/json;q=0.9, application/schema+json;q=0.1": "application/json",
	} {
		if got := s.ask("GET", "/v1/models/faros/schema", "", "Accept", accept).header.Get("Content-Type"); got != want {
			t.Errorf("Accept %q: %s, want %s", accept, got, want)
		}
	}
}

func TestAModelIsToldOfAndKeptByItsMark(t *testing.T) {
	s := serve(t, shipped(t))
	for _, c := range []struct{ path, kind string }{
		{"/v1/models", "application/json"}, {"/v1/models/eskilstuna", "application/json"}, {"/v1/models/faros/schema", "application/schema+json"},
		{"/v1/models/faros/drawing", "image/svg+xml"}, {"/openapi.json", "application/json"}, {"/docs", "text/html; charset=utf-8"},
	} {
		g := s.ask("GET", c.path, "")
		mark := g.header.Get("Etag")
		if g.status != 200 || g.header.Get("Content-Type") != c.kind || mark == "" || len(g.body) < 200 {
			t.Errorf("%s: %d %v", c.path, g.status, g.header)
		}
		for _, known := range []string{mark, "W/" + mark, `"x", ` + mark, "*"} {
			if again := s.ask("GET", c.path, "", "If-None-Match", known); again.status != 304 || again.body != "" || again.header.Get("Etag") != mark {
				t.Errorf("%s, If-None-Match %s: %d, %d bytes", c.path, known, again.status, len(again.body))
			}
		}
		if en := s.ask("GET", c.path, "", "If-None-Match", mark, "Accept-Language", "en"); en.status != 200 || en.header.Get("Etag") == mark {
			t.Errorf("%s: English is taken for Swedish", c.path)
		}
		if head := s.ask("HEAD", c.path, ""); head.status != 200 || head.body != "" || head.header.Get("Content-Length") == "" {
			t.Errorf("HEAD %s: %d %v", c.path, head.status, head.header)
		}
	}
}

// Traces tell which operation was asked for and how it ended, and nothing that the client chose.
func TestTracesTellNothingOfACase_FAULTS40(t *testing.T) {
	sent := tracetest.NewInMemoryExporter()
	tracer := httpapi.TracerTo(sent)
	o := shipped(t)
	o.Tracer = tracer
	s := serve(t, o)
	for _, path := range []string{"/v1/models/faros/next?" + canary + "=1", "/v1/models/" + canary + "/next", "/" + canary, "/v1/models/faros/next"} {
		s.ask("POST", path, `{"id":"`+canary+`","facts":{}}`, "User-Agent", canary, "X-Forwarded-For", canary, "Tracestate", "a="+canary, "Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	}
	must(t, tracer.ForceFlush(context.Background()))
	spans := sent.GetSpans()
	must(t, tracer.Shutdown(context.Background()))
	if len(spans) != 4 {
		t.Fatalf("%d spans", len(spans))
	}
	for _, span := range spans {
		text := fmt.Sprintf("%s %v %v %v %v", span.Name, span.Attributes, span.Events, span.Links, span.Status)
		if strings.Contains(text, canary) || strings.Contains(text, "127.0.0.1") {
			t.Errorf("a trace tells of the client: %s", text)
		}
	}
	if last := spans[3]; last.Name != "POST /v1/models/{model}/next" {
		t.Errorf("a span is called %q", last.Name)
	}
}

// TestMoreFaultsThanAreShownAreToldAsMore: what says that there are more is none itself, and names no case where there is none.
func TestMoreFaultsThanAreShownAreToldAsMore(t *testing.T) {
	k := keep(t, storetest.Fresh(t, "sqlite"))
	k.open(`{"id":"a","model":"faros"}`)
	var keys []string
	for i := range 60 {
		keys = append(keys, fmt.Sprintf(`"no_fact_%c%c":1`, 'a'+i/26, 'a'+i%26))
	}
	of := strings.Join(keys, ",")
	for path, x := range map[string]struct{ body, sv, en string }{
		"/v1/keys":              {`{"title":"x","roles":["service"],` + of + `}`, "Anropets innehåll har fler än 50 fel.", "The body of the request has more than 50 faults."},
		"/v1/cases/a/entries":   {`{"facts":{` + of + `}}`, "Anropets innehåll har fler än 50 fel.", "The body of the request has more than 50 faults."},
		"/v1/models/faros/next": {`{"facts":{` + of + `}}`, "Ärendet har fler än 50 fel.", "The case has more than 50 faults."},
	} {
		for lang, want := range map[string]string{"sv": x.sv, "en": x.en} {
			p := k.post(path, x.body, "Accept-Language", lang).problem(t)
			last := p.Faults[len(p.Faults)-1]
			for _, f := range p.Faults {
				if f.Code == "case-too-many-faults" {
					last = f
				}
			}
			if len(p.Faults) != 51 || !strings.HasPrefix(p.Detail, want) || last.Code != "case-too-many-faults" || strings.Contains(last.Message+*last.Hint, " case") || strings.Contains(last.Message+*last.Hint, "ärende") {
				t.Errorf("%s: %d faults, %s %s %s", path, len(p.Faults), p.Detail, last.Message, *last.Hint)
			}
		}
		k.post(path, `{"facts":{"samtyke":1}}`, "Accept-Language", "en").problem(t)
	}
	if p := k.post("/v1/cases/a/entries", `{"facts":{"samtyke":1}}`, "Accept-Language", "en").problem(t); !strings.HasPrefix(p.Detail, "The body of the request has 1 fault.") {
		t.Errorf("%s", p.Detail)
	}
}

// TestALongListIsNotToBeDividedWhereTheSecondTakesThePlaceOfTheFirst: of parties nobody is told to send the rest.
func TestALongListIsNotToBeDividedWhereTheSecondTakesThePlaceOfTheFirst(t *testing.T) {
	k := keep(t, storetest.Fresh(t, "sqlite"))
	k.open(`{"id":"a","model":"faros"}`)
	body := `{"parties":[` + strings.TrimSuffix(strings.Repeat(`{"actor":"fk","party":"p"},`, 201), ",") + `]}`
	for lang, want := range map[string]string{"sv": "Parter kan det inte", "en": "Parties cannot"} {
		p := k.send("PUT", "/v1/cases/a/parties", body, "Accept-Language", lang).problem(t)
		if codes(p) != "body-too-many" || !strings.Contains(*p.Faults[0].Hint, want) {
			t.Errorf("%+v", p.Faults)
		}
	}
}
