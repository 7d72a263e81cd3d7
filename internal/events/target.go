package events

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
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
	ErrSpace     = errors.New("events: the address has a space or a control character")
	ErrFragment  = errors.New("events: the address has a fragment")
	ErrUser      = errors.New("events: the address has a user name or a password")
	ErrPort      = errors.New("events: the address has a port that there is not")
	ErrNoTLS     = errors.New("events: the address must begin with https://")
	ErrNotListed = errors.New("events: the host is not among those that may be sent to")
	ErrPrivate   = errors.New("events: the address lies in a private network")
)

// Check tells whether events may be sent to the address, as far as it can be told without asking for it.
func (t *Targets) Check(address string) error {
	if strings.ContainsFunc(address, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return ErrSpace // what reads addresses lets some of them through
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || !isHost(u.Hostname()) || u.Scheme != "https" && u.Scheme != "http":
		return ErrNoURL
	case u.User != nil:
		return ErrUser
	case strings.Contains(address, "#"): // it is never sent, so that two addresses would be one
		return ErrFragment
	case !isPort(u.Port()):
		return ErrPort
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

// isPort tells whether there is such a port; "" is the usual one.
func isPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// isHost tells whether a name of a machine can be that: none of its parts is empty or longer than the name service has them.
func isHost(host string) bool {
	const longest, longestPart = 253, 63
	host = strings.TrimSuffix(host, ".")
	return len(host) <= longest && !slices.ContainsFunc(strings.Split(host, "."), func(part string) bool { return part == "" || len(part) > longestPart })
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

// special are the networks that lead to nobody of the open network, or past it to an address in another form (the registries of
// special-purpose addresses of IANA). What the address itself tells is not among them.
var special = func() (out []netip.Prefix) {
	for _, p := range []string{
		"0.0.0.0/8", "::/96", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}()

// private tells whether an address is not one of the open network.
func private(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	return !ip.IsGlobalUnicast() || ip.IsPrivate() || slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(ip) })
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
			TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: timeout, MaxResponseHeaderBytes: 64 << 10, MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true,
		},
	}
}
