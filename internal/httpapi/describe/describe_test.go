package describe_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"
	"github.com/danielgtaylor/huma/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/httpapi/describe"
)

var update = flag.Bool("update", false, "write what the tests get as what they want")

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		must(t, os.MkdirAll(filepath.Dir(name), 0o755))
		must(t, os.WriteFile(name, got, 0o644))
		return
	}
	want, err := os.ReadFile(name)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("%s is no longer what is written (go test ./internal/httpapi/describe -update accepts it):\n%s", name, udiff.Unified("kept", "written", string(want), string(got)))
	}
}

func service(t testing.TB) *httpapi.Service {
	t.Helper()
	s, stop, err := describe.Service()
	must(t, err)
	t.Cleanup(func() { must(t, stop()) })
	return s
}

func document(t testing.TB, l lang.Lang) *huma.OpenAPI {
	t.Helper()
	doc, err := describe.OpenAPI(service(t).Handler(), l)
	must(t, err)
	return doc
}

func TestTheDescriptionIsThatOfTheService(t *testing.T) {
	for _, l := range lang.All {
		doc := document(t, l)
		text, err := describe.Write(doc)
		must(t, err)
		page, err := describe.Page(doc, l)
		must(t, err)
		golden(t, filepath.Join("..", "description", "openapi."+string(l)+".json"), text)
		golden(t, filepath.Join("..", "description", "docs."+string(l)+".html"), page)
		if l == lang.EN {
			golden(t, filepath.Join("..", "..", "..", "docs", "openapi.json"), text)
		}
	}
	for _, e := range describe.Examples() {
		if e.File != "" {
			golden(t, filepath.Join("..", "..", "..", "examples", "requests", e.File), []byte(e.Body()))
		}
	}
}

func TestEverythingIsDescribedInBothLanguages(t *testing.T) {
	if lacking := describe.Catalogue.Lacking(); len(lacking) > 0 {
		t.Error(lacking)
	}
	placeholder := regexp.MustCompile(`\[(schema|operation|parameter|tag|example|page|header|body|answer|problem|query)[a-z0-9_.A-Z-]*\]`)
	for _, l := range lang.All {
		doc := document(t, l)
		text, err := describe.Write(doc)
		must(t, err)
		page, err := describe.Page(doc, l)
		must(t, err)
		for _, found := range append(placeholder.FindAllString(string(text), -1), placeholder.FindAllString(string(page), -1)...) {
			t.Errorf("%s: %s", l, found)
		}
	}
}

// The sentences of the catalogue that no document shows are of no use.
func TestNoSentenceIsUnused(t *testing.T) {
	said := map[string]bool{}
	defer describe.Listen(func(id string) { said[id] = true })()
	doc := document(t, lang.EN)
	_, err := describe.Page(doc, lang.EN)
	must(t, err)
	for _, id := range describe.Catalogue.IDs(lang.EN, "") {
		if !said[id] {
			t.Errorf("nothing says %s", id)
		}
	}
}

func TestTheDocumentIsOpenAPI(t *testing.T) {
	c := jsonschema.NewCompiler()
	meta, err := os.ReadFile("testdata/openapi-3.1.json")
	must(t, err)
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(meta))
	must(t, err)
	must(t, c.AddResource("openapi-3.1.json", v))
	schema, err := c.Compile("openapi-3.1.json")
	must(t, err)
	for _, l := range lang.All {
		if err := schema.Validate(tree(t, l)); err != nil {
			t.Errorf("%s: %v", l, err)
		}
	}
}

// tree is the document as what JSON says.
func tree(t testing.TB, l lang.Lang) any {
	t.Helper()
	text, err := describe.Write(document(t, l))
	must(t, err)
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	must(t, err)
	return v
}

// at returns what stands at a path of keys.
func at(t testing.TB, v any, keys ...string) any {
	t.Helper()
	for _, k := range keys {
		m, ok := v.(map[string]any)
		if !ok || m[k] == nil {
			t.Fatalf("the document has no %s (of %s)", k, strings.Join(keys, " › "))
		}
		v = m[k]
	}
	return v
}

// Each schema of the document, strict about keys, against each example of it, and each of them against what a real server
// answers: the three say the same.
func TestEveryExampleFitsItsSchemaAndIsWhatTheServerAnswers(t *testing.T) {
	for _, l := range lang.All {
		server := httptest.NewServer(service(t).Handler()) // a new one: what examples do is kept
		defer server.Close()
		doc := tree(t, l)
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		must(t, c.AddResource("doc.json", doc))
		compile := func(name string) *jsonschema.Schema {
			s, err := c.Compile("doc.json#/components/schemas/" + name)
			must(t, err)
			return s
		}
		paths := map[string]string{}
		for _, o := range httpapi.Operations() {
			paths[o.ID] = o.Path
		}
		round := &describe.Round{Language: string(l)}
		for _, e := range describe.Examples() {
			r, err := round.Request(e, server.URL)
			must(t, err)
			res, err := http.DefaultClient.Do(r)
			must(t, err)
			var body []byte
			if e.Parts > 0 {
				body = parts(t, res.Body, e.Parts)
			} else {
				body, err = io.ReadAll(res.Body)
				must(t, err)
			}
			res.Body.Close()
			got := round.Heard(e, string(body))
			kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")

			media := at(t, doc, "paths", paths[e.Operation], strings.ToLower(e.Method), "responses", strconv.Itoa(res.StatusCode), "content", kind)
			shown := at(t, media, "examples", e.Name, "value")
			if kind == "application/x-ndjson" || kind == "text/event-stream" {
				if got != shown {
					t.Errorf("%s %s: answered\n%s\nand shown\n%s", e.Operation, e.Name, got, shown)
				}
				if kind == "text/event-stream" {
					continue
				}
				for line := range strings.Lines(got) {
					name := "DecisionLine"
					switch {
					case e.Operation == "audit":
						name = "AuditRow"
					case strings.Contains(line, `"problem"`):
						name = "ProblemLine"
					}
					check(t, compile(name), line)
				}
				continue
			}
			compact, err := json.Marshal(shown)
			must(t, err)
			if normal(t, got) != normal(t, string(compact)) {
				t.Errorf("%s %s: answered\n%s\nand shown\n%s", e.Operation, e.Name, got, compact)
			}
			if e.Operation == "schema" {
				continue // it is a schema
			}
			ref, ok := at(t, media, "schema").(map[string]any)["$ref"].(string)
			if !ok {
				t.Errorf("%s %s: the answer has no schema", e.Operation, e.Name)
				continue
			}
			check(t, compile(strings.TrimPrefix(ref, "#/components/schemas/")), got)
			if e.Kind == "application/json" && e.Body() != "" && !e.Unfit {
				check(t, compile(bodyOf(t, doc, paths[e.Operation], e.Method)), e.Body())
			}
		}
	}
}

// parts reads the first parts of a stream of events.
func parts(t testing.TB, r io.Reader, n int) (out []byte) {
	t.Helper()
	for b := bufio.NewReader(r); n > 0; {
		line, err := b.ReadBytes('\n')
		must(t, err)
		if out = append(out, line...); len(line) == 1 {
			n--
		}
	}
	return out
}

// Nothing that the service takes or answers is without an example, and no problem that an operation can answer.
func TestEverythingHasAnExample(t *testing.T) {
	without := map[string]string{
		"docs": "a page", "openapi": "the document itself", "metrics": "what a machine reads", "drawing": "a picture",
	}
	doc := document(t, lang.EN)
	for _, o := range httpapi.Operations() {
		for status, r := range response(doc, o) {
			for kind, m := range r.Content {
				if len(m.Examples) == 0 && (status >= "400" || without[o.ID] == "") {
					t.Errorf("%s: %s %s has no example", o.ID, status, kind)
				}
				for name, x := range m.Examples {
					if x.Ref != "" && doc.Components.Examples[strings.TrimPrefix(x.Ref, "#/components/examples/")] == nil {
						t.Errorf("%s: %s %s: there is no %s", o.ID, status, name, x.Ref)
					}
				}
			}
		}
		for _, code := range o.CanFail() {
			if r := response(doc, o)[strconv.Itoa(httpapi.StatusOf(code))]; r.Content["application/problem+json"].Examples[code] == nil {
				t.Errorf("%s: the problem %s has no example", o.ID, code)
			}
		}
		if body := operation(doc, o).RequestBody; body != nil {
			for kind, m := range body.Content {
				if len(m.Examples) == 0 {
					t.Errorf("%s: what is sent as %s has no example", o.ID, kind)
				}
			}
		}
	}
	placeholder := regexp.MustCompile(`<no value>|\{\{|%!`)
	text, err := describe.Write(doc)
	must(t, err)
	if found := placeholder.FindString(string(text)); found != "" {
		t.Errorf("the document has %s", found)
	}
}

func operation(doc *huma.OpenAPI, o *httpapi.Operation) *huma.Operation {
	item := doc.Paths[o.Path]
	return map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete}[o.Method]
}

func response(doc *huma.OpenAPI, o *httpapi.Operation) map[string]*huma.Response {
	return operation(doc, o).Responses
}

// bodyOf names the schema of what an operation takes.
func bodyOf(t testing.TB, doc any, path, method string) string {
	t.Helper()
	ref := at(t, doc, "paths", path, strings.ToLower(method), "requestBody", "content", "application/json", "schema", "$ref")
	return strings.TrimPrefix(ref.(string), "#/components/schemas/")
}

func check(t testing.TB, s *jsonschema.Schema, text string) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	must(t, err)
	if err := s.Validate(v); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

// normal gives JSON its one form.
func normal(t testing.TB, text string) string {
	t.Helper()
	var v any
	must(t, json.Unmarshal([]byte(text), &v))
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}
