package door_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

func TestMain(m *testing.M) {
	door.Patient()
	storetest.Main(m)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// provider is an identity provider on a port of its own.
type provider struct {
	*httptest.Server
	t testing.TB

	mu   sync.Mutex
	down bool
	keys []jose.JSONWebKey // private
	asks map[string]int    // by path
}

// newProvider starts a provider with one key, called k1.
func newProvider(t testing.TB) *provider {
	p := &provider{t: t, asks: map[string]int{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	p.rotate("k1")
	return p
}

// rotate makes a new key the only one.
func (p *provider) rotate(kid string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(p.t, err)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = []jose.JSONWebKey{{Key: key, KeyID: kid, Algorithm: "ES256", Use: "sig"}}
}

func (p *provider) fall(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

// asked tells how often it was asked for its keys.
func (p *provider) asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asks["/keys"]
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asks[r.URL.Path]++
	if p.down {
		http.Error(w, "nothing today", http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		json.NewEncoder(w).Encode(map[string]any{
			"issuer": p.URL, "jwks_uri": p.URL + "/keys", "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token",
			"id_token_signing_alg_values_supported": []string{"ES256", "HS256", "none"},
		})
	case "/keys":
		var set jose.JSONWebKeySet
		for _, k := range p.keys {
			set.Keys = append(set.Keys, k.Public())
		}
		json.NewEncoder(w).Encode(set)
	default:
		http.NotFound(w, r)
	}
}

// claims are those of a good token, with what is changed; nil takes one away.
type claims map[string]any

func (p *provider) claims(now time.Time, changed claims) claims {
	c := claims{
		"iss": p.URL, "aud": "stegvis-test", "sub": "19121212-1212", "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		"roles": []string{"stegvis:service", "other:boss"}, "org": "region-x",
	}
	maps.Copy(c, changed)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// token is a token that the provider signed.
func (p *provider) token(now time.Time, changed claims) string {
	p.mu.Lock()
	key := p.keys[0]
	p.mu.Unlock()
	return sign(p.t, jose.ES256, key.Key, key.KeyID, p.claims(now, changed))
}

func sign(t testing.TB, alg jose.SignatureAlgorithm, key crypto.PrivateKey, kid string, c claims) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", kid))
	must(t, err)
	payload, err := json.Marshal(c)
	must(t, err)
	signed, err := s.Sign(payload)
	must(t, err)
	text, err := signed.CompactSerialize()
	must(t, err)
	return text
}
