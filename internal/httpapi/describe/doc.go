// Package describe writes what explains the service, from what the service is: the OpenAPI document (openapi.go), the
// schemas in it from the Go types that are answered with (schema.go), examples that the service has really answered
// (examples.go), and of all that the page for people (page.go). The files lie in internal/httpapi/description and are part
// of the binary; the tests here write them anew, and hold them to the service.
//
// The package is no part of the binary, and neither is huma, which knows what OpenAPI looks like.
package describe

import (
	"embed"

	"github.com/stegvis/stegvis/dsl/lang"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = lang.Embedded(catalogueFiles)

// writer writes in one language.
type writer struct{ lang lang.Lang }

func (w writer) say(id string) string {
	heard(id)
	return catalogue.Text(w.lang, id, nil)
}

// heard is for tests.
var heard = func(string) {}
