package describe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/httpapi"
)

// OpenAPI describes the service in l, as OpenAPI 3.1, with what h answers to the examples.
func OpenAPI(h http.Handler, l lang.Lang) (*huma.OpenAPI, error) {
	w := writer{l}
	s := w.schemas()
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "stegvis", Version: "1", Description: w.say("info"),
			License: &huma.License{Name: "Apache License 2.0", Identifier: "Apache-2.0"},
		},
		Servers:    []*huma.Server{{URL: "/", Description: w.say("server")}},
		Components: &huma.Components{Schemas: s.Registry, Headers: w.headers(), SecuritySchemes: w.schemes()},
	}
	for _, name := range tags {
		doc.Tags = append(doc.Tags, &huma.Tag{Name: name, Description: w.say("tag." + name)})
	}
	s.of(httpapi.Problem{})
	s.of(httpapi.DecisionLine{})
	s.of(httpapi.ProblemLine{})
	ops := map[string]*huma.Operation{}
	for _, o := range httpapi.Operations() {
		op := s.operation(o)
		ops[o.ID] = op
		doc.AddOperation(op)
	}
	round := &Round{Language: string(l)}
	for _, e := range Examples() { // in their order, since what one does the next ones see
		if ops[e.Operation] == nil {
			return nil, fmt.Errorf("the example %s is of no operation: %q", e.Name, e.Operation)
		}
		if err := s.example(ops[e.Operation], h, round, e); err != nil {
			return nil, err
		}
	}
	s.typical(doc, ops)
	return doc, nil
}

// Write writes the document as JSON, indented.
func Write(doc *huma.OpenAPI) ([]byte, error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		return nil, err
	}
	return append(out.Bytes(), '\n'), nil
}

// tags are the parts of the service, in their order.
var tags = []string{"decisions", "models", "cases", "events", "oversight", "service"}

// tagOf tells which part of the service an operation belongs to.
func tagOf(o *httpapi.Operation) string {
	part, _, _ := strings.Cut(strings.TrimPrefix(o.Path, "/v1/"), "/")
	switch {
	case o.Kept && slices.Contains([]string{"cases", "moves", "figures"}, part):
		return "cases"
	case o.Kept && slices.Contains([]string{"events", "subscriptions"}, part):
		return "events"
	case o.Kept:
		return "oversight"
	case o.Method == "POST":
		return "decisions"
	case strings.HasPrefix(o.Path, "/v1/"):
		return "models"
	}
	return "service"
}

func (s *schemas) operation(o *httpapi.Operation) *huma.Operation {
	op := &huma.Operation{
		OperationID: o.ID, Method: o.Method, Path: o.Path, Tags: []string{tagOf(o)}, Security: security(o),
		Summary: s.say("operation." + o.ID), Description: s.say("operation." + o.ID + ".text"), Responses: map[string]*huma.Response{},
	}
	for part := range strings.SplitSeq(o.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			name = strings.TrimSuffix(name, "}")
			op.Parameters = append(op.Parameters, &huma.Param{
				Name: name, In: "path", Required: true, Description: s.say("parameter." + name), Schema: &huma.Schema{Type: "string"}, Example: inPaths[name],
			})
		}
	}
	for _, name := range o.Query {
		op.Parameters = append(op.Parameters, s.parameter(o, name))
	}
	for _, name := range headersIn(o) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "header", Description: s.say("parameter." + strings.ToLower(name)), Schema: &huma.Schema{Type: "string"}})
	}
	if !o.Public {
		op.Parameters = append(op.Parameters, s.parameter(o, "lang"), &huma.Param{
			Name: "Accept-Language", In: "header", Description: s.say("parameter.accept-language"), Schema: &huma.Schema{Type: "string"},
		})
	}
	if len(o.Takes) > 0 {
		text := "body"
		if o.Body != nil {
			text = "body.kept"
		}
		op.RequestBody = &huma.RequestBody{Required: true, Description: s.say(text), Content: map[string]*huma.MediaType{}}
		for _, kind := range o.Takes {
			op.RequestBody.Content[kind] = &huma.MediaType{Schema: s.body(kind, o.Body)}
		}
	}
	s.responses(op, o)
	return op
}

// parameter describes a parameter of the query.
func (s *schemas) parameter(o *httpapi.Operation, name string) *huma.Param {
	text := "parameter." + name
	if own := "parameter." + o.ID + "." + name; catalogue.Has(s.lang, own) { // it means something else here
		text = own
	}
	p := &huma.Param{Name: name, In: "query", Description: s.say(text), Schema: &huma.Schema{Type: "string"}}
	switch name {
	case "at", "due_by":
		p.Schema.Format = "date"
	case "known", "since", "until":
		p.Schema.Format = "date-time"
	case "limit":
		least, most := 1.0, float64(httpapi.MostInAPage)
		p.Schema = &huma.Schema{Type: "integer", Minimum: &least, Maximum: &most}
	case "explain":
		p.Schema = &huma.Schema{Type: "boolean"}
	case "lang":
		p.Schema = s.word("Language", kinds["Language"])
	}
	for _, word := range o.Words[name] {
		p.Schema.Enum = append(p.Schema.Enum, word)
	}
	return p
}

// body describes what comes in.
func (s *schemas) body(kind string, body any) *huma.Schema {
	switch {
	case kind == manyCases:
		return &huma.Schema{Type: "string", Description: s.say("body.many")}
	case body != nil:
		return s.of(body)
	}
	ref := s.of(Case{})
	s.Map()["Case"].AdditionalProperties = false
	return ref
}

// responses describes what can come out.
func (s *schemas) responses(op *huma.Operation, o *httpapi.Operation) {
	good := &huma.Response{Description: s.say("operation." + o.ID + ".answer"), Content: map[string]*huma.MediaType{}, Headers: s.headersOf(o)}
	for _, kind := range o.Gives {
		m := &huma.MediaType{Schema: &huma.Schema{Type: "string"}}
		switch {
		case kind == manyCases || kind == eventStream:
			m.Schema.Description = s.say(s.manyOf(o))
		case o.Answer != nil:
			m.Schema = s.of(o.Answer)
		case strings.HasSuffix(kind, "json"):
			m.Schema = &huma.Schema{Type: "object"}
		}
		good.Content[kind] = m
	}
	status := o.Status
	if status == 0 {
		status = http.StatusOK
	}
	op.Responses[strconv.Itoa(status)] = good
	if o.ID == "readyz" {
		op.Responses["503"] = &huma.Response{Description: s.say("operation.readyz.not"), Content: good.Content, Headers: good.Headers}
	}
	if o.Method == "GET" && !o.Public && !o.Kept {
		op.Responses["304"] = &huma.Response{Description: s.say("answer.unchanged")}
	}
	byStatus := map[int][]string{}
	for _, code := range o.CanFail() {
		byStatus[httpapi.StatusOf(code)] = append(byStatus[httpapi.StatusOf(code)], code)
	}
	for status, codes := range byStatus {
		var told []string
		for _, code := range codes {
			text := fmt.Sprintf("`%s`: %s.", code, httpapi.Catalogue.Text(s.lang, "problem."+code, nil))
			if o.AtTheDoor(code) {
				text += " " + s.say("answer.at-the-door")
			}
			told = append(told, text)
		}
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: strings.Join(told, "\n\n"), Headers: map[string]*huma.Param{"X-Request-Id": {Ref: "#/components/headers/X-Request-Id"}},
			Content: map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: prefix + "Problem"}}},
		}
	}
}

// example puts a request and what is answered to it where they belong.
func (s *schemas) example(op *huma.Operation, h http.Handler, round *Round, e Example) error {
	status, kind, body, err := round.Answer(e, h)
	if err != nil {
		return err
	}
	kind, _, _ = strings.Cut(kind, ";")
	response := op.Responses[strconv.Itoa(status)]
	if response == nil || response.Content[kind] == nil {
		return fmt.Errorf("%s %s: %d %s is not described:\n%s", e.Operation, e.Name, status, kind, body)
	}
	title := s.say("example." + e.Name)
	if status >= 400 {
		title = httpapi.Catalogue.Text(s.lang, "problem."+e.Name, nil)
	}
	put := func(m *huma.MediaType, kind, text string) error {
		x := &huma.Example{Summary: title}
		if x.Value = text; kind != manyCases && kind != eventStream {
			var v any
			if err := json.Unmarshal([]byte(text), &v); err != nil {
				return err
			}
			x.Value = v
		}
		if m.Examples == nil {
			m.Examples = map[string]*huma.Example{}
		}
		m.Examples[e.Name] = x
		return nil
	}
	if m := response.Content[kind]; m != nil {
		if err := put(m, kind, body); err != nil {
			return err
		}
	}
	if op.RequestBody != nil && op.RequestBody.Content[e.Kind] != nil && !e.Unfit && (status < 400 || strings.HasSuffix(e.Name, "-at-fault") && e.Name != "query-at-fault") {
		return put(op.RequestBody.Content[e.Kind], e.Kind, e.Body())
	}
	return nil
}

// typical gives each problem of each operation an example where none of the requests had it: where one of another operation had it, that
// one; else what is answered where nothing more is wrong. Those stand once, in the components.
func (s *schemas) typical(doc *huma.OpenAPI, ops map[string]*huma.Operation) {
	shown := map[string]*huma.Example{}
	every(ops, func(o *httpapi.Operation, code string, m *huma.MediaType) {
		if x := m.Examples[code]; x != nil && shown[code] == nil && anyCan(o, code) {
			shown[code] = x
		}
	})
	doc.Components.Examples = map[string]*huma.Example{}
	every(ops, func(o *httpapi.Operation, code string, m *huma.MediaType) {
		if m.Examples == nil {
			m.Examples = map[string]*huma.Example{}
		}
		switch own := ofOperation[code]; {
		case m.Examples[code] != nil:
		case own:
			m.Examples[code] = s.problem(o, code)
		default:
			if doc.Components.Examples[code] == nil {
				if doc.Components.Examples[code] = shown[code]; shown[code] == nil {
					doc.Components.Examples[code] = s.problem(o, code)
				}
			}
			m.Examples[code] = &huma.Example{Ref: "#/components/examples/" + code}
		}
	})
}

// anyCan tells whether any other operation that has the problem can have it with the same faults as the operation. What is said of the
// language alone can be at fault everywhere; of what a body has each operation needs an example of its own.
func anyCan(o *httpapi.Operation, code string) bool {
	return code != "query-at-fault" || len(o.Query) == 0 && !o.Public
}

// ofOperation are the problems that name what an operation takes and gives.
var ofOperation = map[string]bool{"not-acceptable": true, "wrong-media-type": true}

func (s *schemas) problem(o *httpapi.Operation, code string) *huma.Example {
	return &huma.Example{Summary: httpapi.Catalogue.Text(s.lang, "problem."+code, nil), Value: httpapi.Typical(s.lang, code, o)}
}

// every goes through the problems of all operations, in their order.
func every(ops map[string]*huma.Operation, do func(*httpapi.Operation, string, *huma.MediaType)) {
	for _, o := range httpapi.Operations() {
		for _, code := range o.CanFail() {
			do(o, code, ops[o.ID].Responses[strconv.Itoa(httpapi.StatusOf(code))].Content["application/problem+json"])
		}
	}
}

// headers describes the headers that answers have.
func (w writer) headers() map[string]*huma.Param {
	out := map[string]*huma.Param{}
	for _, name := range []string{"Stegvis-Model", "Stegvis-Version", "Stegvis-Hash", "ETag", "X-Request-Id", "Location", "Idempotent-Replayed"} {
		out[name] = &huma.Param{Description: w.say("header." + strings.ToLower(name)), Schema: &huma.Schema{Type: "string"}}
	}
	return out
}

// headersOf are those that a good answer of the operation has.
func (s *schemas) headersOf(o *httpapi.Operation) map[string]*huma.Param {
	names := []string{"X-Request-Id"}
	switch {
	case o.Public:
	case o.Kept:
		names = append(names, keptHeaders(o)...)
	case len(o.Takes) > 0, strings.Contains(o.Path, "{model}"):
		names = append(names, "ETag", "Stegvis-Model", "Stegvis-Version", "Stegvis-Hash")
	default:
		names = append(names, "ETag")
	}
	out := map[string]*huma.Param{}
	for _, name := range names {
		out[name] = &huma.Param{Ref: "#/components/headers/" + name}
	}
	return out
}
