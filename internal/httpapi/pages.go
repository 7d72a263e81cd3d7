package httpapi

import (
	"embed"

	"github.com/stegvis/stegvis/dsl/lang"
)

// The description of the service, and the pages that explain it, in each language. They are written from the table of
// operations by the tests of describe (go test ./internal/httpapi/describe -update), which also hold them to it.
//
//go:embed description
var description embed.FS

// Description returns the OpenAPI document, or the page for people, in l.
func Description(l lang.Lang, page bool) []byte {
	name := "description/openapi." + string(l) + ".json"
	if page {
		name = "description/docs." + string(l) + ".html"
	}
	b, err := description.ReadFile(name)
	if err != nil {
		panic(err) // the files are built in
	}
	return b
}

func (s *Service) openAPI(x *exchange) { x.keep(Description(x.lang, false), plainJSON) }

func (s *Service) docs(x *exchange) {
	// The page has its style inside, and nothing else that a browser runs or fetches.
	x.reply.Header()["Content-Security-Policy"] = []string{"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"}
	x.keep(Description(x.lang, true), []string{"text/html; charset=utf-8"})
}
