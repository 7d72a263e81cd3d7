package door_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
	"github.com/stegvis/stegvis/interpreter"
)

// house is a service with a door, on a port of its own, over TLS.
type house struct {
	t                       testing.TB
	url                     string
	office                  *casework.Office
	log                     casetest.Output
	by, vouch               *authority // for the service, for its clients
	certFile, keyFile, file string
	caFile                  string
	plain                   [2]string // body and headers that the first one got who was refused
}

// newHouse starts a service that takes the tokens of the provider, and the certificates of accessFile.
func newHouse(t *testing.T, d *storetest.Database, p *provider) *house {
	dir := t.TempDir()
	h := &house{t: t, by: newAuthority(t, "vouches for the service"), vouch: newAuthority(t, "vouches for clients")}
	h.certFile, h.keyFile, h.caFile, h.file = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"), filepath.Join(dir, "ca.crt"), filepath.Join(dir, "access.toml")
	certPEM, keyPEM := h.by.server()
	write(t, h.certFile, certPEM)
	write(t, h.keyFile, keyPEM)
	write(t, h.caFile, h.vouch.pem)
	write(t, h.file, []byte(accessFile))
	log := hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &h.log})
	models := httpapi.Fixed(casetest.Shipped(t), time.Now())
	var err error
	h.office, err = casework.Open(t.Context(), casework.Config{
		Store: store.Config{Address: d.Address, Ring: d.Ring}, Live: func() *interpreter.Set { return models.Snapshot().Set }, Logger: log,
	})
	must(t, err)
	o := httpapi.Options{Models: models, Office: h.office, Keyed: true, Logger: log, Limits: httpapi.DefaultLimits()}
	o.Limits.Drain, o.Limits.Read, o.Limits.Write = 100*time.Millisecond, time.Minute, time.Minute
	o.TLS, err = door.TLSConfig{Certificate: h.certFile, Key: h.keyFile, ClientCA: h.caFile, Logger: log}.Open()
	must(t, err)
	certificates, faults, err := door.OpenCertificates(h.file, log)
	must(t, err)
	casetest.Refuse(t, faults)
	who := door.New(h.office.Store)
	who.Certificates = certificates
	who.Tokens = door.NewTokens(door.TokenConfig{Issuer: p.URL, Audience: "stegvis-test", PartyClaim: "org", Logger: log})
	o.Door = who
	service, err := httpapi.New(o)
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	h.url = "https://" + l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		must(t, <-ended)
		must(t, h.office.Close(context.Background()))
	})
	return h
}

// client is one that trusts the service, with a certificate or none, and a connection of its own.
func (h *house) client(certs ...tls.Certificate) *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(h.by.cert)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: certs}}
	h.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// answer is what the service answers.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask asks for a decision, which needs a role, and says who asks.
func (h *house) ask(c *http.Client, said ...string) (a answer, err error) {
	r, err := http.NewRequestWithContext(h.t.Context(), "POST", h.url+"/v1/models/faros/next", strings.NewReader(`{"facts":{}}`))
	must(h.t, err)
	r.Header.Set("Content-Type", "application/json")
	for _, s := range said {
		r.Header.Add("Authorization", s)
	}
	res, err := c.Do(r)
	if err != nil {
		return a, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, string(body)}, err
}

// Whatever is forged, cut, out of date or from elsewhere gets one and the same answer; what no connection comes of gets none; and
// the log tells the reason, and nothing of what was sent.
func TestNothingForgedOpens_FAULTS39(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		p := newProvider(t)
		h := newHouse(t, d, p)
		now := time.Now()
		var secrets []string
		keep := func(s string) string { secrets = append(secrets, s); return s }
		bearer := func(s string) []string { return []string{"Bearer " + keep(s)} }

		expires := now.Add(time.Hour)
		_, good := give(t, h.office.Store, door.Key{Title: "god", Roles: []access.Role{access.Service}, Expires: &expires})
		run, short := give(t, h.office.Store, door.Key{Title: "kort", Roles: []access.Role{access.Service}, Expires: &expires})
		storetest.In(t, h.office.Store, func(tx *store.Tx) error {
			_, err := tx.SQL().ExecContext(tx.Context(), `UPDATE api_keys SET expires_at = $2 WHERE id = $1`, run.ID, now.Add(-time.Second).UnixMicro())
			return err
		})
		taken, revoked := give(t, h.office.Store, door.Key{Title: "tagen", Roles: []access.Role{access.Service}})
		storetest.In(t, h.office.Store, func(tx *store.Tx) error { return door.Revoke(tx, taken.ID, "t") })
		_, elsewhere := give(t, storetest.Fresh(t, "sqlite").Open(t), door.Key{Title: "annan", Roles: []access.Role{access.Service}})

		token := func(c claims) []string { return bearer(p.token(now, c)) }
		at := func(d time.Duration) int64 { return now.Add(d).Unix() }
		whole := p.token(now, nil)
		parts := strings.Split(whole, ".")
		key := p.keys[0]
		public, err := x509.MarshalPKIXPublicKey(key.Public().Key)
		must(t, err)
		publicJSON, err := key.Public().MarshalJSON()
		must(t, err)
		another := newProvider(t)
		another.rotate("k1") // called as the other's
		strange, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		must(t, err)
		rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
		must(t, err)
		unsigned := func(alg string) []string {
			payload, err := json.Marshal(p.claims(now, nil))
			must(t, err)
			head := fmt.Sprintf(`{"alg":%q,"typ":"JWT","kid":"k1"}`, alg)
			return bearer(base64.RawURLEncoding.EncodeToString([]byte(head)) + "." + base64.RawURLEncoding.EncodeToString(payload) + ".")
		}
		changed := func(s string, i int) string { // by a letter, to another that can stand there
			for _, letter := range []string{"A", "B"} {
				if s[i:i+1] != letter {
					return s[:i] + letter + s[i+1:]
				}
			}
			return ""
		}
		swapped, err := json.Marshal(p.claims(now, claims{"roles": []string{"stegvis:administrator"}}))
		must(t, err)

		for _, c := range []struct {
			what   string
			reason string
			said   []string
		}{
			{"nothing", "says-nothing", nil},
			{"an empty header", "other-scheme", []string{""}},
			{"a token that has expired", "token-expired", token(claims{"exp": at(-5 * time.Minute)})},
			{"a token that never expires", "token-expired", token(claims{"exp": nil})},
			{"a token of tomorrow", "token-form", token(claims{"nbf": at(24 * time.Hour), "exp": at(48 * time.Hour)})},
			{"a token of in a while", "token-early", token(claims{"nbf": at(210 * time.Second)})}, // a minute is let pass, and of more than four the library knows
			{"a token for another service", "token-audience", token(claims{"aud": "other"})},
			{"a token for nobody", "token-audience", token(claims{"aud": nil})},
			{"a token by another issuer", "token-issuer", token(claims{"iss": "https://other.example"})},
			{"a token of another provider", "token-signature", bearer(another.token(now, nil))},
			{"the same that says it is this one's", "token-signature", bearer(another.token(now, claims{"iss": p.URL}))},
			{"alg none", "token-form", unsigned("none")},
			{"alg NONE", "token-form", unsigned("None")},
			{"no signature", "token-signature", unsigned("ES256")},
			{"HS256 with the public key in DER", "token-form", bearer(sign(t, jose.HS256, public, "k1", p.claims(now, nil)))},
			{"HS256 with the public key in JSON", "token-form", bearer(sign(t, jose.HS256, publicJSON, "k1", p.claims(now, nil)))},
			{"an unknown key", "token-signature", bearer(sign(t, jose.ES256, strange, "k2", p.claims(now, nil)))},
			{"an unknown key with the known one's name", "token-signature", bearer(sign(t, jose.ES256, strange, "k1", p.claims(now, nil)))},
			{"an unknown key without a name", "token-signature", bearer(sign(t, jose.ES256, strange, "", p.claims(now, nil)))},
			{"an unknown key of another kind", "token-signature", bearer(sign(t, jose.RS256, rsaKey, "k1", p.claims(now, nil)))},
			{"a signature cut short", "token-signature", bearer(whole[:len(whole)-4])},
			{"a signature with another letter", "token-signature", bearer(parts[0] + "." + parts[1] + "." + changed(parts[2], 5))},
			{"the signature of another token", "token-signature", bearer(parts[0] + "." + base64.RawURLEncoding.EncodeToString(swapped) + "." + parts[2])},
			{"a token cut in two", "no-token", bearer(parts[0] + "." + parts[1])},
			{"a token in four", "no-token", bearer(whole + ".x")},
			{"no roles", "token-roles", token(claims{"roles": nil})},
			{"roles of others alone", "token-roles", token(claims{"roles": []string{"other:administrator"}})},
			{"an unknown role", "token-roles", token(claims{"roles": []string{"stegvis:root"}})},
			{"an unknown role beside a known one", "token-roles", token(claims{"roles": []string{"stegvis:service", "stegvis:root"}})},
			{"an actor without a party", "token-party", token(claims{"roles": []string{"stegvis:actor:fk"}, "org": nil})},
			{"a service without a party", "token-party", token(claims{"org": nil})},
			{"nobody's token", "token-subject", token(claims{"sub": nil})},
			{"a key that is taken back", "key-revoked", bearer(revoked)},
			{"a key that has run out", "key-expired", bearer(short)},
			{"a key of another store", "unknown-key", bearer(elsewhere)},
			{"a key cut short", "no-key", bearer(good[:len(good)-1])},
			{"a key with another letter", "unknown-key", bearer(changed(good, len(good)-1))},
			{"a key with another's id", "unknown-key", bearer(revoked[:17] + good[17:])},
			{"a key by Basic", "other-scheme", []string{"Basic " + base64.StdEncoding.EncodeToString([]byte("x:"+good))}},
			{"two headers", "said-twice", []string{"Bearer " + good, "Bearer " + good}},
			{"two headers, one of them good", "said-twice", []string{"Bearer " + good, "Bearer " + whole}},
		} {
			a, err := h.ask(h.client(), c.said...)
			must(t, err)
			h.refused(c.what, a)
			h.reason(c.what, a, c.reason)
		}

		// Nor does a good certificate make a bad token good.
		machine := h.vouch.client(region, "")
		a, err := h.ask(h.client(machine), token(claims{"aud": "other"})...)
		must(t, err)
		h.refused("a bad token beside a good certificate", a)
		for what, client := range map[string]tls.Certificate{
			"a certificate that is not in the file": h.vouch.client(pkix.Name{CommonName: "someone"}, ""),
			"a certificate of two":                  h.vouch.client(region, "spiffe://fk.example/samverkan"),
		} {
			a, err := h.ask(h.client(client))
			must(t, err)
			h.refused(what, a)
		}
		old := &x509.Certificate{Subject: region, NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(-time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
		expired, _, _ := h.vouch.certificate(t, old)
		server, _, _ := h.vouch.certificate(t, &x509.Certificate{Subject: region, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
		itself, _, _ := (*authority)(nil).certificate(t, &x509.Certificate{Subject: region, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
		for what, client := range map[string]tls.Certificate{
			"a certificate of the wrong authority":              newAuthority(t, "vouches for clients").client(region, ""),
			"a certificate of the service's own authority":      h.by.client(region, ""),
			"a certificate that has run out":                    expired,
			"a certificate that is for a service":               server,
			"a certificate that vouches for itself":             itself,
			"a certificate by one that may vouch for no others": (&authority{t, machine.Leaf, machine.PrivateKey.(*ecdsa.PrivateKey), nil}).client(region, ""),
		} {
			c := h.client()
			c.Transport.(*http.Transport).TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &client, nil }
			a, err := h.ask(c)
			var refused *net.OpError
			if err == nil || !errors.As(err, &refused) || !strings.Contains(err.Error(), "tls:") {
				t.Errorf("%s: %d %v", what, a.status, err)
			}
		}
		if res, err := http.Get("http" + strings.TrimPrefix(h.url, "https") + "/healthz"); err == nil {
			if res.Body.Close(); res.StatusCode != 400 {
				t.Errorf("in clear: %d", res.StatusCode)
			}
		}
		weak := h.client()
		weak.Transport.(*http.Transport).TLSClientConfig.MaxVersion = tls.VersionTLS11
		weak.Transport.(*http.Transport).TLSClientConfig.MinVersion = tls.VersionTLS10
		if _, err := h.ask(weak); err == nil {
			t.Error("TLS 1.1 is good enough")
		}

		// What is good opens.
		for what, said := range map[string]string{"a key": keep(good), "a token": keep(whole)} {
			if a, err := h.ask(h.client(), "Bearer "+said); err != nil || a.status != 200 {
				t.Errorf("%s: %v %d %s", what, err, a.status, a.body)
			}
		}
		if a, err := h.ask(h.client(machine)); err != nil || a.status != 200 {
			t.Errorf("a certificate: %v %d %s", err, a.status, a.body)
		}

		log := h.log.String()
		for _, s := range secrets {
			for _, part := range strings.Split(s, ".") {
				if len(part) > 12 && strings.Contains(log, part) {
					t.Errorf("the log has %q", part)
				}
			}
			if id, secret, ok := strings.Cut(strings.TrimPrefix(s, "stegvis_"), "_"); ok && len(id) == 8 && strings.Contains(log, secret) {
				t.Errorf("the log has the secret of %s", id)
			}
		}
		for _, claim := range []string{"19121212", "stegvis:root", "region-x", "other.example", "Bearer", "stegvis_", "CN=", "spiffe:"} {
			if strings.Contains(log, claim) {
				t.Errorf("the log has %q", claim)
			}
		}
	})
}

// refused tells of an answer that is not what everybody gets of whom it is not certain who they are.
func (h *house) refused(what string, a answer) {
	h.t.Helper()
	var p httpapi.Problem
	if json.Unmarshal([]byte(a.body), &p) != nil || a.status != 401 || p.Code != "unauthenticated" {
		h.t.Errorf("%s: %d %s", what, a.status, a.body)
		return
	}
	same := strings.ReplaceAll(a.body, p.Request, "ID")
	a.header.Del("Date")
	a.header.Del("X-Request-Id")
	a.header.Del("Content-Length") // the id of the request may be longer
	head := fmt.Sprint(a.header)
	if h.plain == [2]string{} {
		h.plain = [2]string{same, head}
	}
	if h.plain != [2]string{same, head} {
		h.t.Errorf("%s is told apart: %s %s", what, same, head)
	}
}

// reason tells of a line of the log that does not give the reason.
func (h *house) reason(what string, a answer, want string) {
	h.t.Helper()
	var p httpapi.Problem
	must(h.t, json.Unmarshal([]byte(a.body), &p))
	for {
		for line := range strings.Lines(h.log.String()) {
			if strings.Contains(line, p.Request) && strings.Contains(line, "answered") {
				if !strings.Contains(line, " reason="+want+"\n") {
					h.t.Errorf("%s: the log has no reason %s: %s", what, want, line)
				}
				return
			}
		}
		time.Sleep(time.Millisecond)
	}
}

// The service shows another certificate, and takes the word of others, once its files are others; sessions of before do not outlive that.
func TestCertificatesAreChangedWhileTheServiceRuns(t *testing.T) {
	h := newHouse(t, storetest.Fresh(t, "sqlite"), newProvider(t))
	machine := h.vouch.client(region, "")
	shown := func() string {
		c := h.client(machine)
		res, err := c.Get(h.url + "/healthz")
		must(t, err)
		res.Body.Close()
		return res.TLS.PeerCertificates[0].Subject.CommonName
	}
	first := shown()
	open := h.client(machine)
	open.Transport.(*http.Transport).TLSClientConfig.ClientSessionCache = tls.NewLRUClientSessionCache(4)
	if a, err := h.ask(open); err != nil || a.status != 200 {
		t.Fatal(a, err)
	}

	certPEM, keyPEM := h.by.server()
	write(t, h.certFile, certPEM) // and the key of before: half a change is none
	until := func(what string, ok func() bool) {
		t.Helper()
		for end := time.Now().Add(time.Minute); !ok(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal(what)
			}
		}
	}
	until("the log does not tell of half a change", func() bool { return shown() == first && strings.Contains(h.log.String(), "other-key") })
	write(t, h.keyFile, keyPEM)
	until("the new certificate is not shown", func() bool { return shown() != first })

	others := newAuthority(t, "vouches now")
	write(t, h.caFile, others.pem)
	until("who vouched before still does", func() bool {
		a, err := h.ask(h.client(machine)) // a client shows no certificate that will not do
		return err != nil || a.status == 401
	})
	open.CloseIdleConnections()
	if a, err := h.ask(open); err == nil && a.status != 401 {
		t.Errorf("a session of before opens: %d", a.status)
	}
	if a, err := h.ask(h.client(others.client(region, ""))); err != nil || a.status != 200 {
		t.Error(a, err)
	}
}

func TestFilesThatAreNoneAreRefused(t *testing.T) {
	dir := t.TempDir()
	a := newAuthority(t, "vouches")
	certPEM, keyPEM := a.server()
	_, otherKey := a.server()
	at := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		write(t, path, text)
		return path
	}
	cert, key, ca := at("c", certPEM), at("k", keyPEM), at("ca", a.pem)
	junk, cut := at("junk", []byte("junk")), at("cut", certPEM[:len(certPEM)/2])
	locked := at("locked", []byte(strings.ReplaceAll(string(keyPEM), "PRIVATE", "ENCRYPTED PRIVATE")))
	broken := at("broken", []byte(strings.Replace(string(a.pem), "MII", "MIJ", 1)))
	for _, c := range []struct {
		cert, key, ca, path, reason string
	}{
		{cert, key, ca, "", ""}, {cert, key, "", "", ""},
		{dir + "/none", key, ca, dir + "/none", "no-file"}, {dir, key, ca, dir, "no-file"}, {junk, key, ca, junk, "no-certificate"}, {cut, key, ca, cut, "no-certificate"},
		{key, key, ca, key, "no-certificate"}, {cert, dir + "/none", ca, dir + "/none", "no-file"}, {cert, junk, ca, junk, "no-key"}, {cert, cert, ca, cert, "no-key"},
		{cert, at("other", otherKey), ca, dir + "/other", "other-key"}, {cert, locked, ca, locked, "key-locked"}, {cert, key, junk, junk, "no-certificate"}, {cert, key, broken, broken, "no-certificate"},
	} {
		_, err := door.TLSConfig{Certificate: c.cert, Key: c.key, ClientCA: c.ca, Logger: hclog.NewNullLogger()}.Open()
		var file *door.FileError
		if c.reason == "" && err != nil || c.reason != "" && (!errors.As(err, &file) || file.Path != c.path || file.Reason != c.reason) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
