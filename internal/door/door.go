package door

import (
	"errors"
	"net/http"
	"strings"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/store"
)

// Door tells who asks. Once it is in use its fields stay as they are, and it is safe for concurrent use.
type Door struct {
	Tokens       *Tokens       // nil: tokens open nothing
	Certificates *Certificates // nil: certificates open nothing

	store *store.Store
}

// New returns a door that opens to the keys that the store holds.
func New(s *store.Store) *Door { return &Door{store: s} }

// ErrDown is returned where it cannot be found out whether a token is valid.
var ErrDown = errors.New("door: the identity provider does not answer")

// Refusal is the error for a request of which it is not certain who sent it. It is access.ErrUnknown.
type Refusal struct {
	Reason string // for a log: a word of ours, with nothing in it of what was sent
}

// Error tells the reason.
func (r *Refusal) Error() string { return "door: " + r.Reason }

// Is tells that a refusal is access.ErrUnknown.
func (r *Refusal) Is(target error) bool { return target == access.ErrUnknown }

func refuse(reason string) error { return &Refusal{reason} }

// Who returns who sent the request. It returns a *Refusal where that is not certain, and ErrDown where it cannot be found out.
func (d *Door) Who(r *http.Request) (*access.Principal, error) {
	switch said := r.Header["Authorization"]; {
	case len(said) > 1:
		return nil, refuse("said-twice")
	case len(said) == 1:
		scheme, text, _ := strings.Cut(said[0], " ")
		switch {
		case !strings.EqualFold(scheme, "Bearer") || text == "":
			return nil, refuse("other-scheme")
		case strings.HasPrefix(text, prefix):
			return byKey(r.Context(), d.store, text)
		case d.Tokens != nil:
			return d.Tokens.who(r.Context(), text, d.store.Digest)
		}
		return nil, refuse("no-tokens-here")
	case d.Certificates != nil && r.TLS != nil && len(r.TLS.VerifiedChains) > 0:
		return d.Certificates.who(r.TLS, d.store.Now())
	}
	return nil, refuse("says-nothing")
}
