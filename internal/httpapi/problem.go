package httpapi

import (
	"bytes"
	"embed"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = lang.Embedded(catalogueFiles)

// statuses gives each problem its HTTP status. A problem is known by its code, whatever the language.
var statuses = map[string]int{
	"case-at-fault":      http.StatusBadRequest,
	"query-at-fault":     http.StatusBadRequest,
	"body-broken-off":    http.StatusBadRequest,
	"unknown-path":       http.StatusNotFound,
	"unknown-model":      http.StatusNotFound,
	"unknown-version":    http.StatusNotFound,
	"method-not-allowed": http.StatusMethodNotAllowed,
	"not-acceptable":     http.StatusNotAcceptable,
	"too-slow":           http.StatusRequestTimeout,
	"too-large":          http.StatusRequestEntityTooLarge,
	"wrong-media-type":   http.StatusUnsupportedMediaType,
	"encoded-body":       http.StatusUnsupportedMediaType,
	"internal":           http.StatusInternalServerError,
	"busy":               http.StatusServiceUnavailable,
	"model-not-live":     http.StatusServiceUnavailable,
	"nothing-kept":       http.StatusNotFound,
	"unauthenticated":    http.StatusUnauthorized,
	"forbidden":          http.StatusForbidden,
	"unknown-case":       http.StatusNotFound,
	"not-erased":         http.StatusNotFound,
	"case-erased":        http.StatusGone,
	"case-closed":        http.StatusConflict,
	"case-open":          http.StatusConflict,
	"stale":              http.StatusPreconditionFailed,
	"id-taken":           http.StatusConflict,
	"reference-taken":    http.StatusConflict,
	"not-yet-opened":     http.StatusNotFound,
	"key-of-no-use":      http.StatusBadRequest,
	"if-match-of-no-use": http.StatusBadRequest,
	"body-of-no-use":     http.StatusBadRequest,
	"bad-purpose":        http.StatusBadRequest,
	"unknown-entry":      http.StatusNotFound,
	"key-reused":         http.StatusUnprocessableEntity,
	"bad-id":             http.StatusBadRequest,
	"nothing-to-record":  http.StatusBadRequest,
	"store-unavailable":  http.StatusServiceUnavailable,
	"store-slow":         http.StatusServiceUnavailable,
	"files-missing":      http.StatusServiceUnavailable,
	"body-at-fault":      http.StatusBadRequest,
	"bad-key":            http.StatusBadRequest,
	"bad-if-match":       http.StatusBadRequest,
	"bad-place":          http.StatusBadRequest,
	"place-gone":         http.StatusGone,
	"events-forgotten":   http.StatusGone,

	"unknown-key":          http.StatusNotFound,
	"identity-unavailable": http.StatusServiceUnavailable,
	"unknown-subscription": http.StatusNotFound,
	"unknown-delivery":     http.StatusNotFound,
}

// Codes lists the codes of all problems, sorted.
func Codes() []string { return slices.Sorted(maps.Keys(statuses)) }

// Problem is an answer that is none: why, and what to do, as RFC 9457 has it.
type Problem struct {
	Type    string  `json:"type"`    // a reference to its place in the documentation
	Code    string  `json:"code"`    // which problem it is, whatever the language
	Title   string  `json:"title"`   // which problem it is
	Status  int     `json:"status"`  // of HTTP
	Detail  string  `json:"detail"`  // what is wrong this time
	Hint    *string `json:"hint"`    // what to do about it
	Request string  `json:"request"` // the id of the request, as the log has it
	Faults  []Fault `json:"faults"`  // everything that is wrong with the case or the query
}

// Fault is one thing that is wrong with a case or a query. It names facts and tells what they can be; what the case
// says of them it does not repeat.
type Fault struct {
	Code      string         `json:"code"`
	Pointer   *string        `json:"pointer"`   // into the body, RFC 6901
	Parameter *string        `json:"parameter"` // of the query
	Line      *int           `json:"line"`      // of the body, from 1
	Column    *int           `json:"column"`    // in code points, from 1
	EndLine   *int           `json:"end_line"`
	EndColumn *int           `json:"end_column"`
	Message   string         `json:"message"`
	Hint      *string        `json:"hint"`
	Args      map[string]any `json:"args"` // what the message was made of
}

// problem makes a problem. The text of the detail is problem.CODE.detail, that of the hint problem.CODE.hint.
func problem(l lang.Lang, which string, args map[string]any) *Problem {
	p := &Problem{Type: "/docs#" + which, Code: which, Status: statuses[which], Title: say(l, "problem."+which, args), Faults: []Fault{}}
	p.Detail = say(l, "problem."+which+".detail", args)
	p.Hint = optional(say(l, "problem."+which+".hint", args))
	return p
}

func say(l lang.Lang, id string, args map[string]any) string { return catalogue.Text(l, id, args) }

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// caseProblem tells what is wrong with a case, or with which model it was put to; which is the problem where it is the case.
func caseProblem(l lang.Lang, which string, faults diag.List) *Problem {
	faults.Sort()
	errors := faults.Count(diag.Error)
	for _, d := range faults {
		if errors > 1 && which == "body-at-fault" { // a body that names a model is wrong in more than that
			break
		}
		named := ""
		p := (*Problem)(nil)
		switch d.Code {
		case "query-unknown-model":
			p = problem(l, "unknown-model", nil)
			named, _ = d.Args["Model"].(string)
		case "query-unknown-version":
			p = problem(l, "unknown-version", nil)
			named, _ = d.Args["Version"].(string)
		case "case-too-large":
			p = problem(l, "too-large", d.Args)
		default:
			continue
		}
		if interpreter.Repeatable(named) {
			p.Detail, p.Hint = d.Message(l), optional(d.HintText(l))
			p.Faults = []Fault{faultOf(l, d)}
		}
		return p
	}
	more := slices.ContainsFunc(faults, func(d *diag.Diagnostic) bool { return d.Code == "case-too-many-faults" })
	if more { // which is none itself
		errors--
	}
	p := problem(l, which, map[string]any{"Count": errors, "More": more})
	for _, d := range faults {
		p.Faults = append(p.Faults, faultOf(l, d))
	}
	return p
}

// faultOf puts a diagnostic of a case into words.
func faultOf(l lang.Lang, d *diag.Diagnostic) Fault {
	f := Fault{Code: d.Code, Message: d.Message(l), Hint: optional(d.HintText(l)), Args: map[string]any(d.Args)}
	if f.Args == nil {
		f.Args = map[string]any{}
	}
	if src := d.Span.Source; src != nil {
		start, end := src.Position(d.Span.Start), src.Position(d.Span.End)
		pointer := interpreter.CasePointer(src.Text, d.Span.Start)
		f.Pointer, f.Line, f.Column, f.EndLine, f.EndColumn = &pointer, &start.Line, &start.Column, &end.Line, &end.Column
	}
	return f
}

// problem answers with a problem.
func (x *exchange) problem(p *Problem) {
	p.Request = x.reply.id
	body := encode(p)
	h := x.reply.Header()
	last := h["Connection"]
	clear(h)
	if x.reply.dress(); last != nil {
		h["Connection"] = last
	}
	if p.Status == http.StatusServiceUnavailable {
		h["Retry-After"] = []string{"1"}
	}
	if x.challenge {
		h["Www-Authenticate"] = []string{"Bearer"}
	}
	if x.allow != "" {
		h["Allow"] = []string{x.allow}
	}
	h["Content-Type"], h["Content-Language"] = problemJSON, languages[x.lang]
	h["Cache-Control"], h["Content-Length"] = noStore, []string{strconv.Itoa(len(body))}
	x.reply.code = p.Code
	x.reply.WriteHeader(p.Status)
	x.reply.Write(body)
}

// fail answers with a problem that hangs on nothing but its code and a few arguments.
func (x *exchange) fail(which string, args map[string]any) { x.problem(problem(x.lang, which, args)) }

// encode writes JSON without hiding what only HTML would stumble over, with a line break at its end.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // what is answered has nothing that JSON lacks
	}
	return b.Bytes()
}

var (
	plainJSON   = []string{"application/json"}
	problemJSON = []string{"application/problem+json"}
	lines       = []string{"application/x-ndjson"}
	noStore     = []string{"no-store"}
	languages   = map[lang.Lang][]string{lang.SV: {"sv"}, lang.EN: {"en"}}
)

// Typical returns a problem as the operation answers with it where nothing more is wrong.
func Typical(l lang.Lang, code string, o *Operation) *Problem {
	if code == "events-forgotten" {
		p := forgotten(l, "8c3ef4a1-5d0b-4c57-9a3e-2b6f1d90e7c4.0.17", "after")
		p.Request = typicalRequest
		return p
	}
	limit := interpreter.MaxCaseBytes >> 10
	if code == "bad-key" {
		limit = longest
	}
	p := problem(l, code, map[string]any{
		"Count": 1, "Limit": limit, "Seconds": DefaultLimits().Read.Seconds(), "Gives": strings.Join(o.Gives, ", "), "Takes": strings.Join(o.Takes, ", "),
		"Allow": o.Method, "Model": "faros", "Near": "", "Known": "",
	})
	p.Request = typicalRequest
	return p
}

const typicalRequest = "1f0c5a9e77d2-1"

// StatusOf returns the HTTP status of a problem.
func StatusOf(problem string) int { return statuses[problem] }

// Catalogue holds the words of problems.
var Catalogue = catalogue
