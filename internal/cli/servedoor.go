package cli

import (
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"slices"

	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/httpapi"
)

// doorConfig says how the service shows who it is, and how it finds out who asks.
type doorConfig struct {
	tls    door.TLSConfig
	plain  bool // something in front of the service speaks TLS
	access string
	tokens door.TokenConfig
}

// isIssuer tells whether the text can be the address of an identity provider. Whoever could answer in its place could let anybody in,
// so that it is asked over TLS, or on this machine.
func isIssuer(s string) bool {
	u, err := url.Parse(s)
	return s == "" || err == nil && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" && (u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()))
}

// isLoopback tells whether only this machine can reach the host.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// check tells what does not fit together.
func (c *serveConfig) check(settings []*setting, faults *diag.List) {
	d := &c.door
	kept := c.kept.data != "" || c.kept.address != ""
	needs := func(setting, value, other string, has bool) {
		if value != "" && !has {
			faults.Error(diag.NewSource(setting, "").At(0, 0), "config-needs", diag.Args{"Setting": setting, "Other": other})
		}
	}
	needs("tls_cert", d.tls.Certificate, "tls_key", d.tls.Key != "")
	needs("tls_key", d.tls.Key, "tls_cert", d.tls.Certificate != "")
	needs("client_ca", d.tls.ClientCA, "tls_cert", d.tls.Certificate != "")
	needs("client_ca", d.tls.ClientCA, "access_file", d.access != "")
	needs("access_file", d.access, "client_ca", d.tls.ClientCA != "")
	needs("oidc_issuer", d.tokens.Issuer, "oidc_audience", d.tokens.Audience != "")
	needs("oidc_audience", d.tokens.Audience, "oidc_issuer", d.tokens.Issuer != "")
	for _, s := range settings {
		if s.ofKept && !kept && s.value != s.usual {
			faults.Error(diag.NewSource(s.name, "").At(0, 0), "config-needs-store", diag.Args{"Setting": s.name})
		}
	}
	host, _, _ := net.SplitHostPort(c.addr)
	if kept && d.tls.Certificate == "" && !d.plain && !isLoopback(host) {
		faults.Error(diag.NewSource("addr", "").At(0, 0), "config-plain", diag.Args{"Addr": c.addr})
	}
}

// ownCertificate returns how to listen; nil for in clear.
func (a *app) ownCertificate(c doorConfig, log hclog.Logger) (*tls.Config, error) {
	if c.tls.Certificate == "" {
		return nil, nil
	}
	c.tls.Logger = log.Named("door")
	listen, err := c.tls.Open()
	if err != nil {
		return nil, a.unusable(err)
	}
	return listen, nil
}

// openDoor returns who finds out who asks, nil where nothing is kept.
func (a *app) openDoor(c doorConfig, office *casework.Office, models httpapi.Models, log hclog.Logger) (httpapi.Door, error) {
	log = log.Named("door")
	if office == nil {
		return nil, nil
	}
	d := door.New(office.Store)
	if c.tokens.Issuer != "" {
		c.tokens.Logger = log
		d.Tokens = door.NewTokens(c.tokens)
	}
	if c.access != "" {
		certificates, faults, err := door.OpenCertificates(c.access, log)
		if a.tell(faults); faults.HasErrors() {
			return nil, misuse{a.say("serve.door.access-file", nil)}
		}
		if err != nil {
			return nil, a.unusable(err)
		}
		known := actorsOf(models.Snapshot().Set)
		for _, actor := range certificates.Actors() {
			if !slices.Contains(known, actor) {
				log.Warn("no model has the actor of a certificate, which opens nothing", "file", c.access, "actor", actor, "near", diag.Suggest(actor, known))
			}
		}
		d.Certificates = certificates
	}
	return d, nil
}

// unusable tells what is wrong with a file of the door that a setting names.
func (a *app) unusable(err error) error {
	var file *door.FileError
	if !errors.As(err, &file) {
		return err
	}
	return misuse{a.say("serve.door."+file.Reason, map[string]any{"Path": file.Path})}
}
