package door

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/store"
)

// rolePrefix begins the roles of ours in a token: stegvis:service, stegvis:actor:fk. Those of other systems are passed over.
const rolePrefix = "stegvis:"

// SubjectOf is what the audit log calls whoever an identity provider knows as sub. A sub can be a personal number, and there are
// few enough of those to try them all, so that the digest is one that only the store can make (store.Store.Digest).
func SubjectOf(digest func(kind, text string) []byte, issuer, sub string) string {
	return "oidc:" + hex.EncodeToString(digest("subject", issuer+"\x00"+sub)[:16])
}

// principal makes what a valid token says of whoever it was issued to into who asks.
func (c *TokenConfig) principal(claims map[string]any) (*access.Principal, error) {
	values, ok := texts(claimAt(claims, c.RolesClaim))
	if !ok {
		return nil, refuse("token-roles")
	}
	p := &access.Principal{}
	for _, v := range values {
		name, ours := strings.CutPrefix(norm.NFC.String(v), rolePrefix)
		if !ours {
			continue
		}
		name, actor, withActor := strings.Cut(name, ":")
		role := access.Role(name)
		if !slices.Contains(access.Roles, role) || withActor != (role == access.Actor) || withActor && (actor == "" || p.Actor != "" && p.Actor != actor) {
			return nil, refuse("token-roles")
		}
		if withActor {
			p.Actor = actor
		}
		if !p.Has(role) {
			p.Roles = append(p.Roles, role)
		}
	}
	if len(p.Roles) == 0 {
		return nil, refuse("token-roles")
	}
	if c.PartyClaim != "" {
		party, _ := claimAt(claims, c.PartyClaim).(string)
		p.Party = store.PartyName(party)
		if store.Personal(p.Party) { // it stands in clear with what is subscribed to
			return nil, refuse("token-party")
		}
	}
	// A service without a party sees every case. It must not come to that by a claim that was forgotten.
	if p.Party == "" && (p.Actor != "" || c.PartyClaim != "" && p.Has(access.Service)) {
		return nil, refuse("token-party")
	}
	return p, nil
}

// claimAt returns the claim: the one of that name, or where there is none the one that the name leads to by its dots, as in
// realm_access.roles.
func claimAt(claims map[string]any, name string) any {
	if v, ok := claims[name]; ok {
		return v
	}
	first, rest, dotted := strings.Cut(name, ".")
	inner, ok := claims[first].(map[string]any)
	if !dotted || !ok {
		return nil
	}
	return claimAt(inner, rest)
}

// texts reads a list of texts, or one text with spaces between its parts, as a scope is written.
func texts(v any) (out []string, ok bool) {
	switch v := v.(type) {
	case string:
		return strings.Fields(v), true
	case []any:
		for _, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
		return out, true
	}
	return nil, false
}

// seconds reads a moment of a token.
func seconds(v any) (n float64, ok bool) {
	number, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	n, err := number.Float64()
	return n, err == nil
}
