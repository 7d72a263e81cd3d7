package httpapi_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/interpreter"
)

// local is the answer of the library.
func local(t testing.TB, text string, q interpreter.Query, ask func(*interpreter.Case, *diag.List) any) string {
	t.Helper()
	var faults diag.List
	c := interpreter.ReadCase(diag.NewSource("", text), &faults)
	d := ask(c, &faults)
	casetest.Refuse(t, faults)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	must(t, e.Encode(d))
	return b.String()
}

func TestTheAnswerIsThatOfTheLibraryToTheByte(t *testing.T) {
	s, set := serve(t, shipped(t)), casetest.Shipped(t)
	for i, text := range cohort(t) {
		if i%7 != 0 && !soak {
			continue
		}
		model, l := set.IDs()[i%len(set.IDs())], lang.All[i%2]
		q := interpreter.Query{Model: model, Lang: l}
		want := local(t, text, q, func(c *interpreter.Case, f *diag.List) any { return set.Decide(c, q, f) })
		if g := s.ask("POST", "/v1/models/"+model+"/next?lang="+string(l), text); g.status != 200 || g.body != want {
			t.Fatalf("%s in %s: %d\n%s\nwant\n%s", model, l, g.status, g.body, want)
		}
		if i%35 != 0 {
			continue
		}
		q.Explain = true
		want = local(t, text, q, func(c *interpreter.Case, f *diag.List) any { return set.Decide(c, q, f) })
		if g := s.ask("POST", "/v1/models/"+model+"/next?explain=true", text, "Accept-Language", string(l)); g.body != want {
			t.Fatalf("%s explained in %s: %d\n%s\nwant\n%s", model, l, g.status, g.body, want)
		}
		want = local(t, text, q, func(c *interpreter.Case, f *diag.List) any { return set.Explain(c, q, f) })
		if g := s.ask("POST", "/v1/models/"+model+"/explain", text, "Accept-Language", string(l)); g.body != want {
			t.Fatalf("%s, all reasons in %s: %d\n%s\nwant\n%s", model, l, g.status, g.body, want)
		}
		var all []string
		for _, m := range set.IDs() {
			q := interpreter.Query{Model: m, Lang: l}
			all = append(all, strings.TrimSpace(local(t, text, q, func(c *interpreter.Case, f *diag.List) any { return set.Decide(c, q, f) })))
		}
		want = `{"decisions":[` + strings.Join(all, ",") + "],\"not_live\":[]}\n"
		if g := s.ask("POST", "/v1/compare", text, "Accept-Language", string(l)); g.body != want {
			t.Fatalf("compared in %s: %d\n%s\nwant\n%s", l, g.status, g.body, want)
		}
	}
}

func TestAnAnswerTellsWhoGaveItAndIsNobodysToKeep(t *testing.T) {
	s, set := serve(t, shipped(t)), casetest.Shipped(t)
	g := s.ask("POST", "/v1/models/faros/next", `{"facts":{}}`)
	m := set.Versions("faros")[0].Model()
	for name, want := range map[string]string{
		"Stegvis-Model": "faros", "Stegvis-Version": m.Version, "Stegvis-Hash": m.Hash, "Cache-Control": "no-store",
		"Etag": `"` + strings.TrimPrefix(m.Hash, "sha256:") + `.sv"`, "Content-Language": "sv", "Vary": "Accept, Accept-Language",
		"X-Content-Type-Options": "nosniff", "Content-Type": "application/json",
	} {
		if got := g.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	all := s.ask("POST", "/v1/compare", `{"facts":{}}`)
	if got, want := all.header.Get("Stegvis-Model"), strings.Join(set.IDs(), ", "); got != want || all.header.Get("Stegvis-Version") != "" {
		t.Errorf("compared: %q, want %q", got, want)
	}
	if all.header.Get("Stegvis-Hash") == m.Hash {
		t.Error("the hash of all models is that of one")
	}
}

func TestTheDayIsThatOfTheQueryThenOfTheCaseThenTodayInStockholm(t *testing.T) {
	o := shipped(t)
	o.Now = clock("2026-06-30T22:30:00Z") // past midnight in Stockholm
	s := serve(t, o)
	for _, c := range []struct{ query, body, want string }{
		{"?at=2026-01-02", `{"at":"2026-02-03","facts":{}}`, "2026-01-02"},
		{"", `{"at":"2026-02-03","facts":{}}`, "2026-02-03"},
		{"", `{"facts":{}}`, "2026-07-01"},
	} {
		var d interpreter.Decision
		must(t, json.Unmarshal([]byte(s.ask("POST", "/v1/models/faros/next"+c.query, c.body).body), &d))
		if d.At.String() != c.want {
			t.Errorf("%s %s: %s, want %s", c.query, c.body, d.At, c.want)
		}
	}
}

func TestTheLanguageIsThatOfTheQueryThenOfTheHeaderThenSwedish(t *testing.T) {
	s := serve(t, shipped(t))
	for _, c := range []struct{ query, header, want string }{
		{"", "", "sv"}, {"", "en", "en"}, {"?lang=sv", "en", "sv"}, {"", "en-GB,en;q=0.9", "en"}, {"", "de, en;q=0.5, sv;q=0.4", "en"},
		{"", "sv-FI", "sv"}, {"", "nb", "sv"}, {"", "fr", "sv"}, {"", ";;;", "sv"}, {"?lang=en", "", "en"},
	} {
		g := s.ask("POST", "/v1/models/faros/next"+c.query, `{"facts":{}}`, "Accept-Language", c.header)
		if got := g.header.Get("Content-Language"); got != c.want {
			t.Errorf("%q, Accept-Language %q: %s, want %s", c.query, c.header, got, c.want)
		}
	}
}

func TestAStreamAnswersEachLineOrTellsWhatIsWrongWithIt(t *testing.T) {
	s, set := serve(t, shipped(t)), casetest.Shipped(t)
	cases := cohort(t)
	bad := map[int]string{3: `{"facts":{"samtyke":true}}`, 10: "nonsense", 500: `{"id":"` + strings.Repeat("x", interpreter.MaxCaseBytes) + `"}`, 999: `{"id":"k","facts":{"timmar_per_vecka":1000}}`}
	in := make([]string, len(cases))
	for i, text := range cases {
		in[i] = text
		if b, ok := bad[i]; ok {
			in[i] = b
		}
	}
	for _, end := range []string{"\n", "\r\n"} {
		g := s.ask("POST", "/v1/models/faros/next?lang=en", "\n"+strings.Join(in, end), "Content-Type", "application/x-ndjson")
		out := strings.Split(strings.TrimSuffix(g.body, "\n"), "\n")
		if g.status != 200 || len(out) != len(in) {
			t.Fatalf("%d, %d lines for %d cases", g.status, len(out), len(in))
		}
		for i, line := range out {
			row := i + 2 // the first line is empty
			if b, ok := bad[i]; ok {
				var p struct {
					Row     int
					Case    *string
					Problem struct {
						Code   string
						Status int
						Faults []struct {
							Code string
							Line int
						}
					}
				}
				must(t, json.Unmarshal([]byte(line), &p))
				want := map[int]string{3: "case-unknown-fact", 10: "json-start", 999: "case-range"}[i]
				switch {
				case p.Row != row, i == 500 && p.Problem.Code != "too-large", i != 500 && (p.Problem.Status != 400 || p.Problem.Faults[0].Code != want || p.Problem.Faults[0].Line != row):
					t.Errorf("%.80s: %s", b, line)
				case i == 999 && (p.Case == nil || *p.Case != "k"):
					t.Errorf("the case has lost its id: %s", line)
				}
				continue
			}
			q := interpreter.Query{Model: "faros", Lang: lang.EN}
			d := local(t, in[i], q, func(c *interpreter.Case, f *diag.List) any { return set.Decide(c, q, f) })
			var k struct{ ID string }
			must(t, json.Unmarshal([]byte(in[i]), &k))
			if want := fmt.Sprintf(`{"row":%d,"case":%q,%s`, row, k.ID, strings.TrimSpace(d)[1:]); line != want {
				t.Fatalf("row %d:\n%s\nwant\n%s", row, line, want)
			}
		}
	}
}

// However many cases there are, those on their way are few: what comes in waits for what goes out.
func TestAStreamTakesLittleMemory_FAULTS42(t *testing.T) {
	cases := 20_000
	if soak {
		cases = 1_000_000
	}
	o := shipped(t)
	o.Logger = hclog.NewNullLogger()
	s, lines := serve(t, o), cohort(t)
	in, out := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(out, 64<<10)
		for i := range cases {
			w.WriteString(lines[i%len(lines)])
			w.WriteByte('\n')
		}
		w.Flush()
		out.Close()
	}()
	before := memory()
	res, err := http.Post(s.url+"/v1/models/faros/next", "application/x-ndjson", in)
	must(t, err)
	defer res.Body.Close()
	answers, most := 0, int64(0)
	for r := bufio.NewScanner(res.Body); r.Scan(); answers++ {
		if answers%(cases/10) == 0 {
			most = max(most, taken(before, 8<<20))
		}
	}
	if answers != cases || most > 8<<20 {
		t.Errorf("%d answers for %d cases; at most %d KiB were taken", answers, cases, most>>10)
	}
}

// Who sends cases and takes no answers is closed, and holds nothing but its connection meanwhile.
func TestWhoTakesNoAnswersIsClosed(t *testing.T) {
	o := shipped(t)
	o.Limits = httpapi.DefaultLimits()
	o.Limits.Drain, o.Limits.Write = time.Millisecond, 200*time.Millisecond
	s, lines := serve(t, o), cohort(t)
	c, err := net.Dial("tcp", s.addr)
	must(t, err)
	defer c.Close()
	io.WriteString(c, "POST /v1/models/faros/next HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
	for i := 0; ; i++ {
		line := lines[i%len(lines)] + "\n"
		if _, err := fmt.Fprintf(c, "%x\r\n%s\r\n", len(line), line); err != nil {
			return // closed by the service
		}
	}
}
