package main

import (
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
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// vouch is the command `vouch FOLDER` of the scripts: it makes an authority (ca.crt), a certificate by it for the service (tls.crt,
// tls.key) and one for a client (client.crt, client.key), whose name is CN=arenden,O=Regionen.
func vouch(args []string) int {
	if err := vouchIn(args[0]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func vouchIn(dir string) error {
	var parent *x509.Certificate
	var by *ecdsa.PrivateKey
	for i, c := range []struct {
		name string
		x509.Certificate
	}{
		{"ca", x509.Certificate{Subject: pkix.Name{CommonName: "ca"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}},
		{"tls", x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}},
		{"client", x509.Certificate{Subject: pkix.Name{CommonName: "arenden", Organization: []string{"Regionen"}}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}},
	} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return err
		}
		c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(int64(i+1)), time.Now().Add(-time.Hour), time.Now().Add(365*24*time.Hour)
		if parent == nil {
			parent, by = &c.Certificate, key
		}
		der, err := x509.CreateCertificate(rand.Reader, &c.Certificate, parent, key.Public(), by)
		if err != nil {
			return err
		}
		pkcs, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return err
		}
		for suffix, block := range map[string]*pem.Block{".crt": {Type: "CERTIFICATE", Bytes: der}, ".key": {Type: "PRIVATE KEY", Bytes: pkcs}} {
			if err := os.WriteFile(filepath.Join(dir, c.name+suffix), pem.EncodeToMemory(block), 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

// client is who asks: in clear, or where ASK_TLS names a folder of vouch over TLS, then with the certificate of a client where
// ASK_CLIENT is set.
func client() (*http.Client, string, error) {
	dir := os.Getenv("ASK_TLS")
	if dir == "" {
		return http.DefaultClient, "http://", nil
	}
	text, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		return nil, "", err
	}
	config := &tls.Config{RootCAs: x509.NewCertPool()}
	config.RootCAs.AppendCertsFromPEM(text)
	if os.Getenv("ASK_CLIENT") != "" {
		own, err := tls.LoadX509KeyPair(filepath.Join(dir, "client.crt"), filepath.Join(dir, "client.key"))
		if err != nil {
			return nil, "", err
		}
		config.Certificates = []tls.Certificate{own}
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config}}, "https://", nil
}
