package door_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// authority vouches for certificates.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  crypto.Signer
	pem  []byte
}

var serial int64

// certificate makes a certificate of whoever t describes; a nil authority makes one that vouches for itself.
func (a *authority) certificate(t testing.TB, c *x509.Certificate) (tls.Certificate, []byte, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	serial++
	c.SerialNumber = big.NewInt(serial)
	if c.NotAfter.IsZero() {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(100*24*time.Hour)
	}
	parent, by := c, crypto.Signer(key)
	if a != nil {
		parent, by = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), by)
	must(t, err)
	pkcs, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs})
	out, err := tls.X509KeyPair(certPEM, keyPEM)
	must(t, err)
	return out, certPEM, keyPEM
}

func newAuthority(t testing.TB, name string) *authority {
	c, text, _ := (*authority)(nil).certificate(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	return &authority{t, c.Leaf, c.PrivateKey.(crypto.Signer), text}
}

// client makes the certificate of a client.
func (a *authority) client(name pkix.Name, uri string, dns ...string) tls.Certificate {
	c := &x509.Certificate{Subject: name, DNSNames: dns, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if uri != "" {
		u, err := url.Parse(uri)
		must(a.t, err)
		c.URIs = []*url.URL{u}
	}
	out, _, _ := a.certificate(a.t, c)
	return out
}

// server makes the certificate of this machine, and its key.
func (a *authority) server() (certPEM, keyPEM []byte) {
	_, certPEM, keyPEM = a.certificate(a.t, &x509.Certificate{
		Subject: pkix.Name{CommonName: fmt.Sprint("service ", serial)}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	return certPEM, keyPEM
}

// write puts a file in place of another at once, as a careful writer does.
func write(t testing.TB, path string, text []byte) {
	t.Helper()
	must(t, os.WriteFile(path+".new", text, 0o600))
	must(t, os.Rename(path+".new", path))
}

const accessFile = `
[[certificate]]
id      = "arendesystem"
subject = "CN=arenden, o=Regionen\\, nord,C=SE"
roles   = ["service", "analyst"]

[[certificate]]
id    = "fk"
san   = "spiffe://fk.example/samverkan"
roles = ["actor"]
actor = "fk"
party = " fk-nord\t"

[[certificate]]
id    = "drift"
san   = "Drift.example"
roles = ["administrator"]
`

var region = pkix.Name{CommonName: "arenden", Organization: []string{"Regionen, nord"}, Country: []string{"SE"}}

func TestEverythingWrongWithTheFileOfCertificatesIsTold(t *testing.T) {
	text := strings.ReplaceAll(`
[[certificate]]
id = "A b"
subject = "arenden"
san = "x"
roles = ["actor", "servise", "actor"]
party = "19121212-1212"
[[certificate]]
id = "b"
roles = []
[[certificate]]
id = "b"
subject = "CN=x,O=y"
roles = ["service"]
actor = "fk"
rolls = 1
[[certificate]]
subject = "cn=x, O = y"
roles = "service"
[other]
`, "\r", "")
	var faults diag.List
	door.ReadCertificates(diag.NewSource("access.toml", text), &faults)
	faults.Sort()
	want := strings.Split(strings.TrimSpace(`
2:3 access-actor
2:3 access-one-name
3:6 access-id
4:11 access-subject
6:19 access-unknown-role
6:30 access-twice
7:9 body-personal
8:3 access-one-name
10:9 access-no-role
11:3 access-actor
12:6 access-twice
16:1 unknown-key
17:3 missing-key
18:11 access-twice
19:9 not-a-list
20:2 unknown-key`), "\n")
	var got []string
	for _, d := range faults {
		at := d.Span.Source.Position(d.Span.Start)
		got = append(got, fmt.Sprintf("%d:%d %s", at.Line, at.Column, d.Code))
		for _, l := range lang.All {
			if d.Message(l) == "" || d.HintText(l) == "" && d.Code != "missing-key" {
				t.Errorf("%s has no words in %s", d.Code, l)
			}
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("told:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if hint := faults[4].HintText(lang.EN); hint != "Did you mean `service`?" {
		t.Error(hint)
	}
}

// asks connects with a certificate, and returns who the door says that it is.
func asks(t *testing.T, d *door.Door, by *authority, client *tls.Certificate) (string, error) {
	t.Helper()
	r := asking(t)
	pool := x509.NewCertPool()
	pool.AddCert(by.cert)
	chains, err := client.Leaf.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	must(t, err)
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{client.Leaf}, VerifiedChains: chains}
	who, err := d.Who(r)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(who.Subject, " ", who.Roles, " ", who.Actor, " ", who.Party), nil
}

func TestACertificateSaysWhoAsks(t *testing.T) {
	now := time.Now()
	path := filepath.Join(t.TempDir(), "access.toml")
	write(t, path, []byte(accessFile))
	var log casetest.Output
	certificates, faults, err := door.OpenCertificates(path, hclog.New(&hclog.LoggerOptions{Output: &log}))
	must(t, err)
	casetest.Refuse(t, faults)
	db := storetest.Fresh(t, "sqlite")
	kept, err := store.Open(t.Context(), store.Config{Address: db.Address, Ring: db.Ring, Now: func() time.Time { return now }})
	must(t, err)
	defer kept.Close()
	d := door.New(kept)
	d.Certificates = certificates
	ca := newAuthority(t, "vouches")
	for _, c := range []struct {
		client tls.Certificate
		want   string
	}{
		{ca.client(region, ""), "certificate:arendesystem [service analyst]  "},
		{ca.client(pkix.Name{CommonName: "any"}, "spiffe://fk.example/samverkan"), "certificate:fk [actor] fk fk-nord"},
		{ca.client(pkix.Name{}, "", "a.example", "drift.EXAMPLE"), "certificate:drift [administrator]  "},
		{ca.client(pkix.Name{CommonName: "arenden"}, ""), "certificate-unknown"},
		{ca.client(pkix.Name{}, ""), "certificate-unknown"},
		{ca.client(pkix.Name{}, "spiffe://fk.example/samverkan/mer"), "certificate-unknown"},
		{ca.client(pkix.Name{CommonName: "arenden", Organization: []string{"Regionen", " nord"}, Country: []string{"SE"}}, ""), "certificate-unknown"},
		{ca.client(region, "spiffe://fk.example/samverkan"), "certificate-twice"},
	} {
		got, err := asks(t, d, ca, &c.client)
		if err != nil {
			got = reason(err)
		}
		if got != c.want {
			t.Errorf("%s %s: %s, want %s", c.client.Leaf.Subject, c.client.Leaf.URIs, got, c.want)
		}
	}

	// What the file says is what holds; a file with faults changes nothing.
	client := ca.client(region, "")
	until := func(want string) {
		t.Helper()
		for end := time.Now().Add(time.Minute); ; {
			got, err := asks(t, d, ca, &client)
			if err != nil {
				got = reason(err)
			}
			if got == want {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("it is %s, want %s", got, want)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	write(t, path, []byte("[[certificate]]\nid = 7\n"))
	for !strings.Contains(log.String(), "stays as it was") {
		until("certificate:arendesystem [service analyst]  ")
	}
	if !strings.Contains(log.String(), "line=2 column=6") {
		t.Errorf("the log does not tell where: %s", log.String())
	}
	write(t, path, []byte(strings.ReplaceAll(accessFile, "analyst", "auditor")))
	until("certificate:arendesystem [service auditor]  ")
	write(t, path, nil)
	until("certificate-unknown")
	must(t, os.Remove(path))
	for !strings.Contains(log.String(), "no-file") {
		until("certificate-unknown")
	}
	write(t, path, []byte(accessFile))
	until("certificate:arendesystem [service analyst]  ")

	now = client.Leaf.NotAfter.Add(time.Second) // on a connection that was made before
	until("certificate-expired")
}
