package door

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
)

// TLSConfig says with what the service shows who it is, and whose word it takes for who its clients are.
type TLSConfig struct {
	Certificate string // file: the certificate of the service, then those between it and the root. PEM
	Key         string // file: its private key. PEM
	ClientCA    string // file: those who vouch for clients. PEM; "": nobody does, and no client is asked for a certificate
	Logger      hclog.Logger
}

// Open returns how to listen. The files are looked at again while the service runs, and may be changed for others. A *FileError
// tells what is wrong with one of them.
func (c TLSConfig) Open() (*tls.Config, error) {
	paths := []string{c.Certificate, c.Key}
	if c.ClientCA != "" {
		paths = append(paths, c.ClientCA)
	}
	m, err := newMade(paths, c.make, func(err error) {
		if err != nil {
			c.Logger.Error("the certificates stay as they were", "error", err)
			return
		}
		c.Logger.Info("the certificates are new")
	})
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return m.get(), nil },
	}, nil
}

// make makes it of the texts of the files. A change of those who vouch for clients is a new configuration, with new keys for
// sessions, so that no session outlives them.
func (c TLSConfig) make(texts [][]byte) (*tls.Config, error) {
	chain := certificatesOf(texts[0])
	if len(chain) == 0 {
		return nil, &FileError{c.Certificate, "no-certificate"}
	}
	if bytes.Contains(texts[1], []byte("ENCRYPTED")) {
		return nil, &FileError{c.Key, "key-locked"}
	}
	own, err := tls.X509KeyPair(texts[0], texts[1])
	switch {
	case err != nil && strings.Contains(err.Error(), "does not match"):
		return nil, &FileError{c.Key, "other-key"}
	case err != nil:
		return nil, &FileError{c.Key, "no-key"}
	}
	if left := time.Until(chain[0].NotAfter); left < 30*24*time.Hour {
		c.Logger.Warn("the certificate of the service runs out", "file", c.Certificate, "at", chain[0].NotAfter)
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, Certificates: []tls.Certificate{own}}
	if c.ClientCA == "" {
		return out, nil
	}
	vouch := certificatesOf(texts[2])
	if len(vouch) == 0 {
		return nil, &FileError{c.ClientCA, "no-certificate"}
	}
	out.ClientAuth, out.ClientCAs = tls.VerifyClientCertIfGiven, x509.NewCertPool()
	for _, ca := range vouch {
		out.ClientCAs.AddCert(ca)
	}
	return out, nil
}

// certificatesOf returns the certificates of a text; nil where one of them is none.
func certificatesOf(text []byte) (out []*x509.Certificate) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return out
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil
		}
		out = append(out, c)
	}
}
