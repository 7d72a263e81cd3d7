package door

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/internal/access"
)

// TokenConfig says whose tokens open the door.
type TokenConfig struct {
	Issuer     string           // the address of the identity provider, to the letter as it stands in its tokens
	Audience   string           // what its tokens call this service
	RolesClaim string           // "": roles
	PartyClaim string           // "": tokens say nothing of parties
	Now        func() time.Time // nil: time.Now
	Logger     hclog.Logger     // nil: nothing is logged
}

// Times that hold for identity providers. Clocks may differ by the leeway.
const (
	leeway     = time.Minute
	keysFresh  = 15 * time.Minute // after that it is looked whether the provider still has the same keys
	keysStale  = 24 * time.Hour   // so long keys are used of a provider that does not answer
	retryFirst = 5 * time.Second  // between attempts while there are no keys, and between looks for a key that is unknown
	retryLater = time.Minute      // between attempts while there are keys
	answerMost = 1 << 20          // bytes of an answer
)

// askTimeout is how long the provider may take to answer. Tests have more patience.
var askTimeout = 3 * time.Second

// asymmetric are the algorithms that tokens may be signed by. With the others whoever can verify a token could make one.
var asymmetric = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

// Tokens tells who asks by the tokens of one identity provider. What it must know of the provider it asks for when the first token
// comes, and again from time to time.
type Tokens struct {
	TokenConfig
	asking chan struct{} // held by whoever asks the provider

	mu   sync.Mutex
	last *provider // nil: it has not answered yet
	next time.Time // when it may be asked again
}

// NewTokens asks nobody anything yet.
func NewTokens(c TokenConfig) *Tokens {
	if c.RolesClaim == "" {
		c.RolesClaim = "roles"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = hclog.NewNullLogger()
	}
	return &Tokens{TokenConfig: c, asking: make(chan struct{}, 1)}
}

// provider is what is known of the identity provider since a moment.
type provider struct {
	verifier *oidc.IDTokenVerifier
	since    time.Time
}

// who returns who asks with the token.
func (t *Tokens) who(ctx context.Context, text string, digest func(kind, text string) []byte) (*access.Principal, error) {
	if strings.Count(text, ".") != 2 {
		return nil, refuse("no-token")
	}
	token, err := t.verify(ctx, text)
	if err != nil {
		return nil, err
	}
	claims := map[string]any{}
	if err := token.Claims(&numbers{&claims}); err != nil {
		return nil, refuse("token-claims")
	}
	if nbf, is := claims["nbf"]; is {
		n, ok := seconds(nbf)
		if !ok || n > float64(t.Now().Add(leeway).Unix()) {
			return nil, refuse("token-early")
		}
	}
	p, err := t.principal(claims)
	if err != nil {
		return nil, err
	}
	if token.Subject == "" {
		return nil, refuse("token-subject")
	}
	p.Subject = SubjectOf(digest, token.Issuer, token.Subject)
	return p, nil
}

// verify verifies the token by the keys that are known, after a look at those of the provider where that is due.
func (t *Tokens) verify(ctx context.Context, text string) (*oidc.IDToken, error) {
	p, due := t.known()
	if due && t.turn(ctx, p) {
		defer func() { <-t.asking }()
		if p, due = t.known(); due { // nobody else has asked meanwhile
			if q := t.discover(); q != nil {
				if token, err := q.verify(context.WithoutCancel(ctx), text); !errors.Is(err, ErrDown) {
					t.learn(q)
					return token, err
				}
			}
			t.fail(p)
		}
	}
	if p == nil {
		return nil, ErrDown
	}
	token, err := p.verify(ctx, text)
	if errors.Is(err, ErrDown) { // the key is none of those known, and others cannot be had
		err = refuse("token-signature")
	}
	return token, err
}

// known returns what is known of the provider, nil where that is nothing or too old, and whether to ask it.
func (t *Tokens) known() (p *provider, due bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.Now()
	if t.last != nil && now.Sub(t.last.since) < keysStale {
		p = t.last
	}
	return p, (p == nil || now.Sub(p.since) >= keysFresh) && !now.Before(t.next)
}

// turn tells whether it is this request's turn to ask the provider. One that cannot be answered otherwise waits for it.
func (t *Tokens) turn(ctx context.Context, p *provider) bool {
	if p != nil {
		select {
		case t.asking <- struct{}{}:
			return true
		default:
			return false
		}
	}
	select {
	case t.asking <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (t *Tokens) learn(p *provider) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = p
	t.Logger.Info("the identity provider has answered", "issuer", t.Issuer)
}

func (t *Tokens) fail(p *provider) {
	t.mu.Lock()
	defer t.mu.Unlock()
	wait := retryFirst
	if p != nil {
		wait = retryLater
	}
	t.next = t.Now().Add(wait)
	t.Logger.Warn("the identity provider does not answer as it must", "issuer", t.Issuer, "known", p != nil, "retry", wait)
}

// discover asks the provider what it is; nil where it does not tell.
func (t *Tokens) discover() *provider {
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	issuer, err := url.Parse(t.Issuer)
	if err != nil {
		return nil
	}
	client := &http.Client{Timeout: askTimeout, Transport: &asker{scheme: issuer.Scheme, now: t.Now}}
	ctx = oidc.ClientContext(ctx, client)
	found, err := oidc.NewProvider(ctx, t.Issuer)
	if err != nil {
		return nil
	}
	var has struct {
		JWKS string `json:"jwks_uri"`
	}
	if err := found.Claims(&has); err != nil || has.JWKS == "" {
		return nil
	}
	config := &oidc.Config{
		ClientID: t.Audience, SupportedSigningAlgs: asymmetric,
		Now: func() time.Time { return t.Now().Add(-leeway) },
	}
	return &provider{oidc.NewVerifier(t.Issuer, keys{oidc.NewRemoteKeySet(ctx, has.JWKS)}, config), t.Now()}
}

// verify returns the token where it is valid; ErrDown where the keys of the provider cannot be had.
func (p *provider) verify(ctx context.Context, text string) (*oidc.IDToken, error) {
	var signature error
	token, err := p.verifier.Verify(context.WithValue(ctx, outcome{}, &signature), text)
	var expired *oidc.TokenExpiredError
	switch {
	case err == nil:
		return token, nil
	case signature != nil && !errors.Is(signature, errTooSoon) && strings.HasPrefix(signature.Error(), "fetching keys"):
		return nil, ErrDown
	case signature != nil:
		return nil, refuse("token-signature")
	case errors.As(err, &expired):
		return nil, refuse("token-expired")
	case strings.HasPrefix(err.Error(), "oidc: expected audience"):
		return nil, refuse("token-audience")
	case strings.HasPrefix(err.Error(), "oidc: id token issued by a different"):
		return nil, refuse("token-issuer")
	}
	return nil, refuse("token-form") // also its algorithm
}

// outcome is the key of a context under which keys tells why a signature could not be verified: the library makes a text of it.
type outcome struct{}

// keys are those of the provider.
type keys struct{ oidc.KeySet }

// VerifySignature returns what is signed.
func (k keys) VerifySignature(ctx context.Context, text string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, text)
	if errors.Is(err, errTooSoon) { // the look before may just have ended, after it was seen that the key is none of those known until then
		payload, err = k.KeySet.VerifySignature(ctx, text)
	}
	*ctx.Value(outcome{}).(*error) = err
	return payload, err
}

// errTooSoon is returned for a look at the provider's keys shortly after another: whoever sends tokens with keys that nobody knows
// must not make us ask for each.
var errTooSoon = errors.New("door: the keys have been looked at")

// errAnswer is returned for an answer of the provider that is none.
var errAnswer = errors.New("door: the identity provider does not answer as it must")

// asker asks the provider: little, not often, and never in clear what was to be asked over TLS.
type asker struct {
	scheme string
	now    func() time.Time

	mu   sync.Mutex
	last map[string]time.Time // by address
}

// RoundTrip sends the request, and reads the whole answer.
func (a *asker) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	if a.last == nil {
		a.last = map[string]time.Time{}
	}
	before, again := a.last[r.URL.String()]
	soon := again && a.now().Sub(before) < retryFirst
	if !soon {
		a.last[r.URL.String()] = a.now()
	}
	a.mu.Unlock()
	switch {
	case soon:
		return nil, errTooSoon
	case r.URL.Scheme != a.scheme:
		return nil, errAnswer
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, answerMost+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > answerMost, res.StatusCode != http.StatusOK && res.StatusCode/100 != 3:
		return nil, errAnswer
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// numbers reads the claims of a token with numbers as they are written.
type numbers struct{ to *map[string]any }

// UnmarshalJSON reads the claims.
func (n *numbers) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(n.to)
}
