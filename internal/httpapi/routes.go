package httpapi

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/interpreter"
)

// Operation is one thing that can be asked of the service: how, and what it answers.
type Operation struct {
	Method, Path string
	ID           string     // what describes it is found by
	Query        []string   // parameters, besides lang
	Words        Words      // of a parameter, where it can be nothing else
	Takes        []string   // media types of the body; none: there is no body
	Body         any        // a value of the type that the body is the JSON of; nil: a case
	Gives        []string   // media types of the answer
	Status       int        // of a good answer; 0: 200
	Answer       any        // a value of the type that the answer is the JSON of; nil: of none
	Problems     []string   // codes, besides those that any operation can answer: CanFail has them all
	Act          access.Act // what is done, and must be allowed; "": anybody may
	Kept         bool       // it is about what is kept
	Once         bool       // a request with an Idempotency-Key is done once
	Guarded      bool       // If-Match names the revision that is meant
	Marked       bool       // the answer has the case's revision as its ETag
	Public       bool       // for the machines of the site: it has no texts, and no parameters

	handle    func(*Service, *exchange)
	describes bool // tells of models, also of one of which nothing is live
	quiet     bool // no line in the log: it is asked every few seconds
}

// Words are what a parameter can be, by its name.
type Words map[string][]string

// parameters are the names that the query can have.
func (o *Operation) parameters() []string {
	if o.Public {
		return nil
	}
	return append(slices.Clip(o.Query), "lang")
}

// CanFail lists the codes of all that the operation can answer when it does not do what is asked.
func (o *Operation) CanFail() []string {
	out := append(slices.Clone(o.Problems), "query-at-fault")
	if len(o.Gives) > 0 {
		out = append(out, "not-acceptable")
	}
	return append(out, "internal")
}

// AtTheDoor tells whether the operation answers so only where the service must know who asks, or logs what it answers.
func (o *Operation) AtTheDoor(code string) bool {
	return !o.Kept && o.Act != "" && slices.Contains(ofDoor, code)
}

// The kinds of things that are asked for and given.
var (
	oneCase       = []string{"application/json"}
	oneOrMany     = []string{"application/json", "application/x-ndjson"}
	asJSON        = []string{"application/json"}
	asSchema      = []string{"application/schema+json", "application/json"}
	asDrawing     = []string{"image/svg+xml"}
	asPage        = []string{"text/html"}
	asFigures     = []string{"text/plain"}
	ofBodies      = []string{"case-at-fault", "body-broken-off", "too-slow", "too-large", "wrong-media-type", "encoded-body", "busy"}
	ofVersions    = []string{"unknown-model", "unknown-version", "model-not-live"}
	ofDoor        = []string{"unauthenticated", "bad-purpose", "forbidden", "store-unavailable", "store-slow", "identity-unavailable"}
	ofDecisions   = slices.Concat(ofBodies, ofDoor)
	ofCases       = slices.Concat(ofVersions, ofDecisions)
	caseQuestions = []string{"version", "at"}
)

// Operations are all that there are, in the order in which they are explained.
func Operations() []*Operation {
	return slices.Concat(statelessOperations(), keptOperations(), ownOperations())
}

// statelessOperations answer for cases that are not kept, and tell of the models.
func statelessOperations() []*Operation {
	return []*Operation{
		{
			Method: "POST", Path: "/v1/models/{model}/next", ID: "next", Act: access.Decide, handle: (*Service).next,
			Query: append(slices.Clone(caseQuestions), "explain"), Takes: oneOrMany, Gives: oneOrMany,
			Answer: interpreter.Decision{}, Problems: ofCases,
		},
		{
			Method: "POST", Path: "/v1/models/{model}/explain", ID: "explain", Act: access.Decide, handle: (*Service).explain,
			Query: caseQuestions, Takes: oneCase, Gives: asJSON, Answer: interpreter.Explanation{}, Problems: ofCases,
		},
		{
			Method: "POST", Path: "/v1/compare", ID: "compare", Act: access.Decide, handle: (*Service).compare,
			Query: []string{"at", "explain"}, Takes: oneCase, Gives: asJSON, Answer: Comparison{}, Problems: ofDecisions,
		},
		{Method: "GET", Path: "/v1/models", ID: "models", handle: (*Service).listModels, Gives: asJSON, describes: true, Answer: ModelList{}},
		{
			Method: "GET", Path: "/v1/models/{model}", ID: "model", handle: (*Service).showModel, Gives: asJSON, describes: true,
			Answer: Model{}, Problems: []string{"unknown-model"},
		},
		{
			Method: "GET", Path: "/v1/models/{model}/schema", ID: "schema", handle: (*Service).schema, Query: []string{"version"},
			Gives: asSchema, Problems: ofVersions,
		},
		{
			Method: "GET", Path: "/v1/models/{model}/drawing", ID: "drawing", handle: (*Service).drawing, Query: []string{"version"},
			Gives: asDrawing, Problems: ofVersions,
		},
	}
}

// ownOperations are about the service itself.
func ownOperations() []*Operation {
	return []*Operation{
		{Method: "GET", Path: "/openapi.json", ID: "openapi", handle: (*Service).openAPI, Gives: asJSON},
		{Method: "GET", Path: "/docs", ID: "docs", handle: (*Service).docs, Gives: asPage},
		{Method: "GET", Path: "/healthz", ID: "healthz", handle: (*Service).healthz, Gives: asJSON, quiet: true, Public: true, Answer: Health{}},
		{Method: "GET", Path: "/readyz", ID: "readyz", handle: (*Service).readyz, Gives: asJSON, quiet: true, Public: true, Answer: Readiness{}},
		{Method: "GET", Path: "/metrics", ID: "metrics", handle: (*Service).metrics, Gives: asFigures, quiet: true, Public: true},
	}
}

// route makes the table of operations one of the server's.
func (s *Service) route() http.Handler {
	mux := http.NewServeMux()
	s.paths = http.NewServeMux()
	methods := map[string][]string{}
	for _, o := range Operations() {
		mux.HandleFunc(o.Method+" "+o.Path, func(w http.ResponseWriter, r *http.Request) {
			if x := s.begin(o, w, r); x != nil {
				o.handle(s, x)
			}
		})
		if methods[o.Path] == nil {
			s.known = append(s.known, o.Path)
		}
		methods[o.Path] = append(methods[o.Path], o.Method)
	}
	for at, of := range methods {
		if slices.Contains(of, "GET") {
			of = append(of, "HEAD")
		}
		slices.Sort(of)
		s.paths.Handle(at, allowed(strings.Join(of, ", ")))
	}
	mux.HandleFunc("/", s.nothing)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if straight(r.URL.EscapedPath()) {
			mux.ServeHTTP(w, r)
			return
		}
		s.nothing(w, r)
	})
}

// straight tells whether a path has no empty parts and none that lead elsewhere. The server's table would send who asks on to the path
// without them: to another case than the one whose id was empty.
func straight(at string) bool {
	clean := path.Clean(at)
	return at == clean || clean != "/" && at == clean+"/"
}

// allowed is the methods that there are at a path.
type allowed string

func (allowed) ServeHTTP(http.ResponseWriter, *http.Request) {}

// nothing answers where there is no operation: another method, or another path, may have been meant.
func (s *Service) nothing(w http.ResponseWriter, r *http.Request) {
	x := &exchange{service: s, reply: w.(*reply), r: r, lang: s.language(r, r.URL.Query().Get("lang"))}
	if at, _ := s.paths.Handler(r); at != nil {
		if methods, ok := at.(allowed); ok {
			x.allow = string(methods)
			x.fail("method-not-allowed", map[string]any{"Allow": x.allow})
			return
		}
	}
	near := likeATemplate(strings.TrimRight(r.URL.Path, "/"))
	if !slices.Contains(s.known, near) { // it is there, but for what stands after it
		near = diag.Suggest(near, s.known)
	}
	x.fail("unknown-path", map[string]any{"Near": near})
}

// likeATemplate puts {model} where an address has a model, and so on, so that the address can be held against those of the table.
func likeATemplate(path string) string {
	parts := strings.Split(path, "/")
	if len(parts) > 3 {
		for beginning, name := range map[string]string{"mod": "{model}", "cas": "{case}", "sub": "{subscription}", "key": "{key}"} {
			if strings.HasPrefix(parts[2], beginning) {
				parts[3] = name
			}
		}
	}
	return strings.Join(parts, "/")
}
