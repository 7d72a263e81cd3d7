package describe

import (
	"embed"
	"regexp"
	"slices"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/workflows"
)

//go:embed requests
var requests embed.FS

// Example is a request that shows something.
type Example struct {
	Operation string // its id
	Name      string
	Method    string
	Path      string // with the query
	Kind      string // of the body
	File      string // of the body, in requests; "" for none
	Accept    string
	Packed    bool     // the body says that it is packed
	Headers   []string // others, name and value in turn
	Nobody    bool     // it does not say who asks
	Unfit     bool     // the body is none that the operation can take, and not to be shown as one
	Parts     int      // of a stream that does not end: after so many it is left
}

// Body returns the body of the request.
func (e Example) Body() string {
	if e.File == "" {
		return ""
	}
	b, err := requests.ReadFile("requests/" + e.File)
	if err != nil {
		panic(err) // the files are built in
	}
	return string(b)
}

const (
	oneCase   = "application/json"
	manyCases = "application/x-ndjson"
)

// Examples are all that there are, in the order in which they are asked: what one does, those after it see.
func Examples() []Example {
	return slices.Concat(statelessExamples(), caseExamples(), keyExamples(), followExamples())
}

func statelessExamples() []Example {
	return []Example{
		{Operation: "next", Name: "follow-up", Method: "POST", Path: "/v1/models/faros/next", Kind: oneCase, File: "case.json"},
		{Operation: "next", Name: "little-known", Method: "POST", Path: "/v1/models/faros/next?at=2026-03-01", Kind: oneCase, File: "little-known.json"},
		{Operation: "next", Name: "many", Method: "POST", Path: "/v1/models/faros/next", Kind: manyCases, File: "cases.ndjson"},
		{Operation: "next", Name: "case-at-fault", Method: "POST", Path: "/v1/models/faros/next", Kind: oneCase, File: "case-at-fault.json"},
		{Operation: "next", Name: "query-at-fault", Method: "POST", Path: "/v1/models/faros/next?at=1+mars&verson=1", Kind: oneCase, File: "little-known.json"},
		{Operation: "next", Name: "unknown-model", Method: "POST", Path: "/v1/models/faro/next", Kind: oneCase, File: "little-known.json"},
		{Operation: "next", Name: "unknown-version", Method: "POST", Path: "/v1/models/faros/next?version=7", Kind: oneCase, File: "little-known.json"},
		{Operation: "next", Name: "wrong-media-type", Method: "POST", Path: "/v1/models/faros/next", Kind: "text/plain", File: "little-known.json"},
		{Operation: "next", Name: "encoded-body", Method: "POST", Path: "/v1/models/faros/next", Kind: oneCase, File: "little-known.json", Packed: true},
		{Operation: "next", Name: "not-acceptable", Method: "POST", Path: "/v1/models/faros/next", Kind: oneCase, File: "little-known.json", Accept: "application/xml"},
		{Operation: "explain", Name: "little-known", Method: "POST", Path: "/v1/models/samordning/explain?at=2026-03-01", Kind: oneCase, File: "little-known.json"},
		{Operation: "compare", Name: "little-known", Method: "POST", Path: "/v1/compare?at=2026-03-01", Kind: oneCase, File: "little-known.json"},
		{Operation: "models", Name: "all", Method: "GET", Path: "/v1/models"},
		{Operation: "models", Name: "query-at-fault", Method: "GET", Path: "/v1/models?lang=no"},
		{Operation: "model", Name: "faros", Method: "GET", Path: "/v1/models/faros"},
		{Operation: "model", Name: "unknown-model", Method: "GET", Path: "/v1/models/faro"},
		{Operation: "schema", Name: "facts-of-a-model", Method: "GET", Path: "/v1/models/samordning/schema"},
		{Operation: "schema", Name: "facts-of-a-model", Method: "GET", Path: "/v1/models/samordning/schema", Accept: oneCase},
		{Operation: "healthz", Name: "well", Method: "GET", Path: "/healthz"},
		{Operation: "readyz", Name: "ready", Method: "GET", Path: "/readyz"},
		{Operation: "healthz", Name: "query-at-fault", Method: "GET", Path: "/healthz?verbose=1"},
		{Operation: "readyz", Name: "query-at-fault", Method: "GET", Path: "/readyz?verbose=1"},
		{Operation: "metrics", Name: "query-at-fault", Method: "GET", Path: "/metrics?format=openmetrics"},
	}
}

// Service is one with the shipped models, on a day that stands still, that keeps cases. stop ends it.
func Service() (service *httpapi.Service, stop func() error, err error) {
	var faults diag.List
	set := interpreter.NewSet(dsl.Load(dsl.ReadFS(workflows.FS, &faults)))
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { return at }
	office, stop, err := anOffice(now, set)
	if err != nil {
		return nil, nil, err
	}
	limits := httpapi.DefaultLimits()
	limits.Write, limits.Look, limits.Alive = time.Minute, time.Minute, time.Minute // what is shown does not hang on how busy the machine is
	service, err = httpapi.New(httpapi.Options{Models: httpapi.Fixed(set, at), Now: now, Office: office, Door: doorman{}, Limits: limits})
	return service, stop, err
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// always are the parts of answers that are never the same, each with what it is in the document.
var always = []struct {
	is *regexp.Regexp
	as string
}{
	{regexp.MustCompile(`"request":"[0-9a-f]{12}-[0-9a-z]+"`), `"request":"1f0c5a9e77d2-1"`},
	{regexp.MustCompile(`"id":"[0-9a-f]{8}"`), `"id":"5f2a91c4"`},
	{regexp.MustCompile(`stegvis_[0-9a-f]{8}_[0-9A-Za-z_-]{43}`), exampleKey},
	{uuid, exampleUUID},
	{regexp.MustCompile(`whsec_[A-Za-z0-9+/]{43}=`), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="},
	{regexp.MustCompile(`"head":"[0-9a-f:,]+"`), `"head":"1:117:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`},
	{regexp.MustCompile(`"(before|digest|sealed)":"[0-9a-f]{64}"`), `"$1":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`},
	{regexp.MustCompile(`retry: [0-9]+`), "retry: 1500"},
	{regexp.MustCompile(`"digest":"sha256:[0-9a-f]{64}"`), `"digest":"sha256:5b1c0f9f6c6e2f3d3c0a51e2a2d7c4b98e0d1f7a6b5c4d3e2f1a0b9c8d7e6f50"`},
}

// WithoutID gives an answer the ids that every example has.
func WithoutID(body string) string {
	for _, a := range always {
		body = a.is.ReplaceAllString(body, a.as)
	}
	return body
}
