package door

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/store"
)

// Certificates tells who asks by the certificate of the client, as a file says whose it is.
type Certificates struct{ *made[[]certificate] }

// certificate is an entry of the file: which certificate, and who asks with it.
type certificate struct {
	subject, san string // one of them is empty
	who          *access.Principal
}

// errFaults is returned for a file with faults, which are told elsewhere.
var errFaults = errors.New("the file has faults")

// OpenCertificates reads the file, which is looked at again while the service runs. Everything that is wrong with it is told in
// faults; a *FileError tells that it cannot be read.
func OpenCertificates(path string, log hclog.Logger) (*Certificates, diag.List, error) {
	var faults diag.List
	m, err := newMade([]string{path}, func(texts [][]byte) (*[]certificate, error) {
		faults = nil
		list := ReadCertificates(diag.NewSource(path, string(texts[0])), &faults)
		if faults.HasErrors() {
			return nil, errFaults
		}
		return &list, nil
	}, func(err error) {
		if err == nil {
			log.Info("it is new whose certificates open what", "file", path)
			return
		}
		log.Error("whose certificates open what stays as it was", "file", path, "error", err)
		for _, d := range faults {
			at := d.Span.Source.Position(d.Span.Start)
			log.Error("a fault", "file", path, "line", at.Line, "column", at.Column, "code", d.Code, "fault", d.Message(lang.EN))
		}
	})
	if errors.Is(err, errFaults) {
		return nil, faults, nil
	}
	return &Certificates{m}, nil, err
}

// Actors lists the actors that the file names.
func (c *Certificates) Actors() (out []string) {
	for _, entry := range *c.get() {
		if entry.who.Actor != "" {
			out = append(out, entry.who.Actor)
		}
	}
	return out
}

// who returns who asks over the connection. The certificate was verified when the connection was made; it may have run out since.
func (c *Certificates) who(state *tls.ConnectionState, now time.Time) (*access.Principal, error) {
	valid := func(x *x509.Certificate) bool { return !now.Before(x.NotBefore) && !now.After(x.NotAfter) }
	if !slices.ContainsFunc(state.VerifiedChains, func(chain []*x509.Certificate) bool {
		return !slices.ContainsFunc(chain, func(x *x509.Certificate) bool { return !valid(x) })
	}) {
		return nil, refuse("certificate-expired")
	}
	var who *access.Principal
	for _, entry := range *c.get() {
		switch {
		case !entry.matches(state.PeerCertificates[0]):
		case who != nil: // by its subject it is one, by its names another
			return nil, refuse("certificate-twice")
		default:
			who = entry.who
		}
	}
	if who == nil {
		return nil, refuse("certificate-unknown")
	}
	return who, nil
}

func (c *certificate) matches(x *x509.Certificate) bool {
	if c.subject != "" {
		return c.subject == nameOf(x.Subject.String())
	}
	for _, uri := range x.URIs {
		if uri.String() == c.san {
			return true
		}
	}
	return slices.ContainsFunc(x.DNSNames, func(name string) bool { return strings.EqualFold(name, c.san) })
}

var (
	entryID  = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	nameForm = regexp.MustCompile(`^([A-Z][A-Z0-9-]*|[0-9]+(\.[0-9]+)*)=[^,]`)
	between  = regexp.MustCompile(`\s*([,+])\s*([A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)*)\s*=\s*`)
)

// nameOf writes a distinguished name (RFC 4514) without spaces between its parts.
func nameOf(s string) string {
	return between.ReplaceAllStringFunc(","+strings.TrimSpace(s), func(m string) string {
		part := between.FindStringSubmatch(m)
		return part[1] + strings.ToUpper(part[2]) + "="
	})[1:]
}

// ReadCertificates reads whose certificates open what.
func ReadCertificates(src *diag.Source, faults *diag.List) (out []certificate) {
	r := &certificateReader{faults: faults, first: map[string]diag.Span{}}
	root := syntax.Read(src, faults).Root.Open(src.Name, faults, "certificate")
	for _, t := range root.List("certificate") {
		if c, ok := r.entry(t.Open("[[certificate]]", faults, "id", "subject", "san", "roles", "actor", "party")); ok {
			out = append(out, c)
		}
	}
	return out
}

// certificateReader is the file while it is read.
type certificateReader struct {
	faults *diag.List
	first  map[string]diag.Span // where each thing stands first
}

// once reports what stands there for the second time.
func (r *certificateReader) once(what string, v *syntax.Value) {
	if first, again := r.first[what]; again {
		r.faults.Error(v.Span, "access-twice", diag.Args{"Name": v.String}).With(first, "first-here", nil)
		return
	}
	r.first[what] = v.Span
}

func (r *certificateReader) entry(s syntax.Strict) (c certificate, ok bool) {
	id := s.Text("id", true)
	if v := s.Get("id"); v != nil && id != "" {
		if !entryID.MatchString(id) {
			r.faults.Error(v.Span, "access-id", nil)
		}
		r.once("id "+id, v)
	}
	c.subject, c.san = s.Text("subject", false), s.Text("san", false)
	if s.Has("subject") == s.Has("san") && !s.Broken {
		r.faults.Error(s.Header, "access-one-name", nil)
	}
	if c.subject != "" {
		v := s.Get("subject")
		if c.subject = nameOf(c.subject); !nameForm.MatchString(c.subject) {
			r.faults.Error(v.Span, "access-subject", nil)
		}
		r.once("subject "+c.subject, v)
	}
	if c.san != "" {
		r.once("san "+strings.ToLower(c.san), s.Get("san"))
	}
	c.who = &access.Principal{Subject: "certificate:" + id, Actor: s.Text("actor", false), Party: store.PartyName(s.Text("party", false))}
	if v := s.Get("party"); v != nil && v.Kind == syntax.String && c.who.Party == "" { // else a service would see every case
		r.faults.Error(v.Span, "blank-text", diag.Args{"Key": "party"})
	} else if store.Personal(c.who.Party) {
		r.faults.Error(v.Span, "body-personal", diag.Args{"Key": "party"})
	}
	r.roles(s, c.who)
	if s.Has("roles") && !s.Broken && (c.who.Has(access.Actor) != s.Has("actor") || s.Has("actor") && !s.Has("party")) {
		r.faults.Error(s.Header, "access-actor", nil)
	}
	return c, c.subject != "" || c.san != ""
}

func (r *certificateReader) roles(s syntax.Strict, who *access.Principal) {
	list := s.Value("roles", syntax.Array, true)
	if list == nil {
		return
	}
	if len(list.Items) == 0 {
		r.faults.Error(list.Span, "access-no-role", diag.Args{"Known": KnownRoles()})
	}
	for _, v := range list.Items {
		role := access.Role(v.String)
		switch {
		case v.Kind != syntax.String || !slices.Contains(access.Roles, role):
			r.faults.Error(v.Span, "access-unknown-role", diag.Args{"Near": NearRole(v.String), "Known": KnownRoles()})
		case who.Has(role):
			r.faults.Error(v.Span, "access-twice", diag.Args{"Name": v.String})
		default:
			who.Roles = append(who.Roles, role)
		}
	}
}
