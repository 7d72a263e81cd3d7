package describe

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// inPaths is what the examples have where a path has a name in braces.
var inPaths = map[string]any{"model": "faros", "case": "a-17", "key": "5f2a91c4", "subscription": exampleUUID}

// keptTexts are the fields about kept cases that hold words of a kind without being of a type of their own, as texts has them.
var keptTexts = map[string]string{
	"Answer.state": "CaseState", "CaseLine.state": "CaseState", "StateCount.state": "CaseState", "Entry.kind": "EntryKind",
	"CaseLine.status": "CaseStatus", "StatusCount.status": "CaseStatus", "Stood.status": "CaseStatus",
}

// caseExamples are the life of one case that is kept, and what can go wrong with it.
func caseExamples() []Example {
	const of = "/v1/cases/a-17"
	return []Example{
		{Operation: "open-case", Name: "unauthenticated", Method: "POST", Path: "/v1/cases", Kind: oneCase, File: "open-case.json", Nobody: true},
		{Operation: "open-case", Name: "opened", Method: "POST", Path: "/v1/cases", Kind: oneCase, File: "open-case.json", Headers: []string{"Idempotency-Key", "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"}},
		{Operation: "open-case", Name: "id-taken", Method: "POST", Path: "/v1/cases", Kind: oneCase, File: "open-case.json"},
		{Operation: "open-case", Name: "body-at-fault", Method: "POST", Path: "/v1/cases", Kind: oneCase, File: "open-case-at-fault.json"},
		{Operation: "case", Name: "as-it-stands", Method: "GET", Path: of},
		{Operation: "case", Name: "unknown-case", Method: "GET", Path: "/v1/cases/b-17"},
		{Operation: "case-next", Name: "as-of-a-day", Method: "GET", Path: of + "/next?at=2026-05-04"},
		{Operation: "list-cases", Name: "worklist", Method: "GET", Path: "/v1/cases?actor=af&due_by=2026-04-30"},
		{Operation: "list-cases", Name: "forbidden", Method: "GET", Path: "/v1/cases", Headers: []string{"Stegvis-Purpose", "statistics"}},
		{Operation: "record", Name: "recorded", Method: "POST", Path: of + "/entries", Kind: oneCase, File: "entries.json", Headers: []string{"If-Match", `"r1"`}},
		{Operation: "record", Name: "stale", Method: "POST", Path: of + "/entries", Kind: oneCase, File: "entries.json", Headers: []string{"If-Match", `"r1"`}},
		{Operation: "record", Name: "body-at-fault", Method: "POST", Path: of + "/entries", Kind: oneCase, File: "entries-at-fault.json"},
		{Operation: "parties", Name: "two-parties", Method: "PUT", Path: of + "/parties", Kind: oneCase, File: "parties.json"},
		{Operation: "parties", Name: "body-at-fault", Method: "PUT", Path: of + "/parties", Kind: oneCase, File: "parties-at-fault.json"},
		{Operation: "timeline", Name: "what-happened", Method: "GET", Path: of + "/timeline"},
		{Operation: "close-case", Name: "body-at-fault", Method: "POST", Path: of + "/close", Kind: oneCase, File: "close-at-fault.json"},
		{Operation: "close-case", Name: "ended", Method: "POST", Path: of + "/close", Kind: oneCase, File: "close.json"},
		{Operation: "record", Name: "case-closed", Method: "POST", Path: of + "/entries", Kind: oneCase, File: "entries.json"},
		{Operation: "reopen-case", Name: "body-at-fault", Method: "POST", Path: of + "/reopen", Kind: oneCase, File: "close-at-fault.json"},
		{Operation: "reopen-case", Name: "taken-up-again", Method: "POST", Path: of + "/reopen", Kind: oneCase, File: "close.json"},
		{Operation: "move-cases", Name: "dry-run", Method: "POST", Path: "/v1/moves", Kind: oneCase, File: "move.json"},
		{Operation: "move-cases", Name: "body-at-fault", Method: "POST", Path: "/v1/moves", Kind: oneCase, File: "move-at-fault.json"},
		{Operation: "figures", Name: "few", Method: "GET", Path: "/v1/figures"},
		{Operation: "erase-case", Name: "body-at-fault", Method: "POST", Path: of + "/erase", Kind: oneCase, File: "erase-at-fault.json"},
		{Operation: "erase-case", Name: "erased", Method: "POST", Path: of + "/erase", Kind: oneCase, File: "erase.json"},
		{Operation: "erasure", Name: "proof", Method: "GET", Path: of + "/erasure"},
		{Operation: "case", Name: "case-erased", Method: "GET", Path: of},
	}
}

// exampleKey is the key that the examples are asked with. Nothing else opens to it.
const exampleKey = "stegvis_5f2a91c4_example"

// doorman lets in whoever has that key.
type doorman struct{}

func (doorman) Who(r *http.Request) (*access.Principal, error) {
	if r.Header.Get("Authorization") != "Bearer "+exampleKey {
		return nil, access.ErrUnknown
	}
	return &access.Principal{Subject: "key:5f2a91c4", Roles: []access.Role{access.Service, access.Administrator, access.Auditor, access.Analyst}}, nil
}

// anOffice opens an office in a folder of its own, which stop removes.
func anOffice(now func() time.Time, set *interpreter.Set) (office *casework.Office, stop func() error, err error) {
	ring, err := seal.ParseRing(seal.NewMaster())
	if err != nil {
		return nil, nil, err
	}
	folder, err := os.MkdirTemp("", "stegvis-describe")
	if err != nil {
		return nil, nil, err
	}
	office, err = casework.Open(context.Background(), casework.Config{
		Store: store.Config{Address: "sqlite:" + filepath.Join(folder, "stegvis.db"), Ring: ring, Now: now},
		Live:  func() *interpreter.Set { return set }, Events: events.Config{Targets: events.Targets{Hosts: []string{exampleHost}}},
	})
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(folder))
	}
	stop = func() error { return errors.Join(office.Close(context.Background()), os.RemoveAll(folder)) }
	if err := office.Start(context.Background()); err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	return office, stop, nil
}

// schemes are the ways to say who asks.
func (w writer) schemes() map[string]*huma.SecurityScheme {
	return map[string]*huma.SecurityScheme{
		"key":         {Type: "http", Scheme: "bearer", Description: w.say("security.key")},
		"token":       {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: w.say("security.token")},
		"certificate": {Type: "mutualTLS", Description: w.say("security.certificate")},
	}
}

// security tells in which ways who asks can say who they are; empty: they need not.
func security(o *httpapi.Operation) (out []map[string][]string) {
	if o.Act == "" {
		return nil
	}
	if !o.Kept { // it depends on how the service is set up
		out = append(out, map[string][]string{})
	}
	return append(out, map[string][]string{"key": {}}, map[string][]string{"token": {}}, map[string][]string{"certificate": {}})
}

// headersIn are the headers that the operation heeds, besides those that all do.
func headersIn(o *httpapi.Operation) (out []string) {
	if o.Kept {
		out = append(out, "Stegvis-Purpose")
	}
	if slices.Contains(o.Gives, eventStream) {
		out = append(out, "Last-Event-ID")
	}
	if o.Guarded {
		out = append(out, "If-Match")
	}
	if o.Once {
		out = append(out, "Idempotency-Key")
	}
	return out
}

// keptHeaders are those that a good answer of an operation on what is kept has, besides those that all have.
func keptHeaders(o *httpapi.Operation) (out []string) {
	if _, ok := o.Answer.(casework.Answer); ok {
		out = append(out, "Stegvis-Model", "Stegvis-Version", "Stegvis-Hash")
	}
	if o.Marked {
		out = append(out, "ETag")
	}
	if o.Once {
		out = append(out, "Idempotent-Replayed")
	}
	if o.Status == http.StatusCreated {
		out = append(out, "Location")
	}
	return out
}
