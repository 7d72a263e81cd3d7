package events

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// Targets says where events may be sent.
type Targets struct {
	// Hosts are the hosts that may be sent to: "example.se", "*.example.se" for all below it, or "*" for all. None: to nobody.
	Hosts []string
	// Private lets events be sent to addresses of one's own network and machine, and without TLS.
	Private bool
}

// What can be wrong with a target.
var (
	ErrNoURL     = errors.New("events: no address of a web service")
	ErrNoTLS     = errors.New("events: the address must begin with https://")
	ErrNotListed = errors.New("events: the host is not among those that may be sent to")
	ErrPrivate   = errors.New("events: the address lies in a private network")
)

// Check tells whether events may be sent to the address, as far as it can be told without asking for it.
func (t *Targets) Check(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http":
		return ErrNoURL
	case u.Scheme != "https" && !t.Private:
		return ErrNoTLS
	case !t.listed(u.Hostname()):
		return ErrNotListed
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !t.Private && private(ip) {
		return ErrPrivate
	}
	return nil
}

func (t *Targets) listed(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	for _, pattern := range t.Hosts {
		pattern = strings.ToLower(pattern)
		below, wild := strings.CutPrefix(pattern, "*.")
		if pattern == "*" || pattern == host || wild && strings.HasSuffix(host, "."+below) {
			return true
		}
	}
	return false
}

// shared is 100.64.0.0/10, which carriers use behind one address (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// private tells whether an address is not one of the open network.
func private(ip netip.Addr) bool {
	ip = ip.Unmap()
	return !ip.IsGlobalUnicast() || ip.IsPrivate() || shared.Contains(ip) || ip.Is4() && (ip.As4()[0] == 0 || ip.As4()[0] >= 240)
}

// client returns a client that sends to what may be sent to and to nothing else. The address is looked at when the connection is
// made, so that no name can lead elsewhere after it was checked, and no answer sends it on to another place.
func (t *Targets) client(timeout time.Duration) *http.Client {
	dial := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNoURL, err)
		}
		if !t.Private && private(at.Addr()) {
			return ErrPrivate
		}
		return nil
	}}
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: nil, // what a proxy connects to cannot be looked at
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				return dial.DialContext(ctx, network, address)
			},
			TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: timeout, MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true,
		},
	}
}
