package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/httpapi"
)

func (a *app) readyCommand() *cobra.Command {
	var file string
	var wait time.Duration
	c := &cobra.Command{
		Use: "ready [URL]", Short: a.say("ready.short", nil), Long: a.say("ready.long", nil), Example: a.say("ready.examples", nil),
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return misuse{a.say("ready.one", nil)}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			var where func() string
			var trust *tls.Config
			if len(args) > 0 {
				u, err := url.Parse(args[0])
				if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
					return misuse{a.say("ready.no-url", map[string]any{"Text": args[0]})}
				}
				where = func() string { return strings.TrimSuffix(args[0], "/") }
			} else {
				if file == "" {
					file = os.Getenv("STEGVIS_CONFIG")
				}
				var config serveConfig
				var faults diag.List
				resolve(config.settings(), c.Flags(), file, &faults)
				if a.tell(faults); faults.HasErrors() {
					return misuse{a.say("ready.bad-config", nil)}
				}
				where = config.own
				if path := config.door.tls.Certificate; path != "" {
					if trust = onlyTrusting(path); trust == nil {
						return a.found("ready.no-certificate", map[string]any{"Path": path})
					}
				}
			}
			return a.ready(c.Context(), where, trust, wait)
		},
	}
	c.Flags().DurationVar(&wait, "wait", 0, a.say("ready.flag.wait", nil))
	c.Flags().StringVar(&file, "config", "", a.say("serve.flag.config", nil))
	return c
}

// own is the web address at which a service with these settings answers on its own machine, as far as it can be known yet.
func (c *serveConfig) own() string {
	addr := c.addr
	if text, err := os.ReadFile(c.addrFile); c.addrFile != "" && err == nil {
		addr = strings.TrimSpace(string(text))
	}
	host, port, _ := net.SplitHostPort(addr)
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if c.door.tls.Certificate != "" {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// onlyTrusting trusts the certificate in the file and no other, whatever name it is asked by; nil where there is none.
func onlyTrusting(path string) *tls.Config {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil
	}
	own, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil
	}
	// The name in it is that of the proxy or the site, and not of this machine, so that the certificate itself is compared.
	return &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(s tls.ConnectionState) error {
		if !s.PeerCertificates[0].Equal(own) {
			return errFound
		}
		return nil
	}}
}

// ready asks whether requests are welcome, until they are or the time is up.
func (a *app) ready(ctx context.Context, where func() string, trust *tls.Config, wait time.Duration) error {
	const each, between = 2 * time.Second, 100 * time.Millisecond
	client := &http.Client{Timeout: each, Transport: &http.Transport{TLSClientConfig: trust, Proxy: http.ProxyFromEnvironment}}
	for end := time.Now().Add(wait); ; {
		at := where()
		status, r, err := look(ctx, client, at)
		var untrusted *tls.CertificateVerificationError
		switch {
		case status == http.StatusOK && r.Ready:
			fmt.Fprintln(a.out, a.say("ready.yes", map[string]any{"URL": at, "Hash": r.Hash, "Degraded": r.Degraded}))
			return nil
		case time.Now().Before(end) && ctx.Err() == nil:
			select {
			case <-ctx.Done():
			case <-time.After(between):
			}
			continue
		}
		return a.found("ready.no", map[string]any{"URL": at, "Status": status, "Stopping": r.Stopping, "Waited": wait > 0, "Untrusted": errors.As(err, &untrusted), "Other": errors.Is(err, errFound)})
	}
}

// look asks once; the status is 0, with an error, where nobody answers.
func look(ctx context.Context, client *http.Client, where string) (status int, r httpapi.Readiness, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, where+"/readyz", nil)
	if err != nil {
		return 0, r, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, r, err
	}
	defer answer.Body.Close()
	if json.NewDecoder(answer.Body).Decode(&r) != nil {
		r = httpapi.Readiness{} // another service answers there
	}
	return answer.StatusCode, r, nil
}
