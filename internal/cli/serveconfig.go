package cli

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/pflag"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store"
)

// serveConfig is how the service is to run.
type serveConfig struct {
	addr, addrFile, workflows, stateDir, logLevel, logFormat, traces string
	limits                                                           httpapi.Limits
	kept                                                             keptConfig
	keyed, audited                                                   bool
	door                                                             doorConfig
}

// setting is one thing that can be said of the service: by a flag, in the environment, in a file, in this order of
// precedence, or else by its default. Its text in the catalogue is serve.setting.NAME.
type setting struct {
	name   string // in the file; the flag has - for _, the environment STEGVIS_ and capitals
	kind   valueKind
	value  string // as it is written
	usual  string // the default
	ofKept bool   // it means nothing where no cases are kept
	from   origin
	where  string // the flag, the variable or the file
	take   func(string) bool
}

// valueKind is what a setting can be. Its name is in the code of what is said of a value that is none: config-KIND.
type valueKind string

const (
	aText     valueKind = "text"
	aDuration valueKind = "duration"
	aCount    valueKind = "count"
	anAddress valueKind = "address"
	aURL      valueKind = "url"
	aLevel    valueKind = "level"
	aFormat   valueKind = "format"
	aSwitch   valueKind = "switch"
	aHostList valueKind = "hosts"
	aStore    valueKind = "store"
	anIssuer  valueKind = "issuer"
	aDays     valueKind = "days"
)

// mostDays is the longest that a setting in days can say: a hundred years.
const mostDays = 36500

// written is the text of a flag, as it was given; what it says is for the setting to read, so that all that is wrong is told at once.
type written struct {
	kind valueKind
	text string
}

func (w *written) String() string { return w.text }

func (w *written) Set(text string) error {
	w.text = text
	return nil
}

// Type is what the help says that the flag takes.
func (w *written) Type() string {
	switch w.kind {
	case aSwitch:
		return "bool"
	case aDuration:
		return "duration"
	case aCount, aDays:
		return "int"
	}
	return "string"
}

// origin is where a value comes from.
type origin string

const (
	byDefault     origin = "default"
	byFile        origin = "file"
	byEnvironment origin = "environment"
	byFlag        origin = "flag"
)

func (s *setting) flag() string { return strings.ReplaceAll(s.name, "_", "-") }
func (s *setting) env() string  { return "STEGVIS_" + strings.ToUpper(s.name) }

// settings are all that there are, with their defaults, in the order in which they are shown.
func (c *serveConfig) settings() []*setting {
	d := httpapi.DefaultLimits()
	keep := func(p *string) func(string) bool {
		return func(s string) bool { *p = s; return true }
	}
	named := func(name, value string, p *string, kind valueKind, ok func(string) bool) *setting {
		return &setting{name: name, kind: kind, value: value, take: func(s string) bool { return ok(s) && keep(p)(s) }}
	}
	any := func(string) bool { return true }
	lasting := func(name string, value time.Duration, p *time.Duration) *setting {
		return &setting{name: name, kind: aDuration, value: value.String(), take: func(s string) bool {
			var err error
			*p, err = time.ParseDuration(s)
			return err == nil && *p > 0
		}}
	}
	many := func(name string, value int, p *int) *setting {
		return &setting{name: name, kind: aCount, value: strconv.Itoa(value), take: func(s string) bool {
			var err error
			*p, err = strconv.Atoi(s)
			return err == nil && *p > 0
		}}
	}
	forDays := func(name string, p *time.Duration) *setting {
		return &setting{name: name, kind: aDays, value: "0", take: func(s string) bool {
			days, err := strconv.Atoi(s)
			*p = time.Duration(days) * 24 * time.Hour
			return err == nil && days >= 0 && days <= mostDays
		}}
	}
	either := func(name string, p *bool) *setting {
		return &setting{name: name, kind: aSwitch, value: "false", take: func(s string) bool {
			*p = s == "true"
			return s == "true" || s == "false"
		}}
	}
	ofKept := func(s *setting) *setting {
		s.ofKept = true
		return s
	}
	return []*setting{
		named("addr", "127.0.0.1:8080", &c.addr, anAddress, func(s string) bool { _, _, err := net.SplitHostPort(s); return err == nil }),
		named("addr_file", "", &c.addrFile, aText, any),
		named("workflows", "", &c.workflows, aText, any),
		named("state_dir", "", &c.stateDir, aText, any),
		named("data", "", &c.kept.data, aText, any),
		named("store", "", &c.kept.address, aStore, isStoreAddress),
		ofKept(lasting("store_wait", 30*time.Second, &c.kept.wait)),
		ofKept(many("store_connections", 16, &c.kept.connections)),
		ofKept(named("key_file", "", &c.kept.keyFile, aText, any)),
		ofKept(lasting("sweep", time.Minute, &c.kept.sweep)),
		ofKept(many("workers", 4, &c.kept.workers)),
		ofKept(&setting{name: "webhook_hosts", kind: aHostList, take: func(s string) (ok bool) {
			c.kept.targets.Hosts, ok = hostList(s)
			return ok
		}}),
		ofKept(either("webhook_private", &c.kept.targets.Private)),
		ofKept(forDays("keep_events", &c.kept.keepEvents)),
		ofKept(either("keyed", &c.keyed)),
		ofKept(either("audited", &c.audited)),
		named("tls_cert", "", &c.door.tls.Certificate, aText, any),
		named("tls_key", "", &c.door.tls.Key, aText, any),
		either("plain_http", &c.door.plain),
		named("client_ca", "", &c.door.tls.ClientCA, aText, any),
		ofKept(named("access_file", "", &c.door.access, aText, any)),
		ofKept(named("oidc_issuer", "", &c.door.tokens.Issuer, anIssuer, isIssuer)),
		named("oidc_audience", "", &c.door.tokens.Audience, aText, any),
		ofKept(named("oidc_roles_claim", "roles", &c.door.tokens.RolesClaim, aText, any)),
		ofKept(named("oidc_party_claim", "", &c.door.tokens.PartyClaim, aText, any)),
		named("log_level", "info", &c.logLevel, aLevel, func(s string) bool { return hclog.LevelFromString(s) != hclog.NoLevel }),
		named("log_format", "text", &c.logFormat, aFormat, func(s string) bool { return s == "text" || s == "json" }),
		named("traces", "", &c.traces, aURL, func(s string) bool {
			u, err := url.Parse(s)
			return s == "" || err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
		}),
		lasting("read_timeout", d.Read, &c.limits.Read),
		lasting("write_timeout", d.Write, &c.limits.Write),
		lasting("idle_timeout", d.Idle, &c.limits.Idle),
		lasting("drain", d.Drain, &c.limits.Drain),
		lasting("stop_timeout", d.Stop, &c.limits.Stop),
		many("connections", d.Connections, &c.limits.Connections),
		many("requests", d.Requests, &c.limits.Requests),
		many("streams", d.Streams, &c.limits.Streams),
		ofKept(many("follows", d.Follows, &c.limits.Follows)),
		ofKept(lasting("alive", d.Alive, &c.limits.Alive)),
		many("header_bytes", d.HeaderBytes, &c.limits.HeaderBytes),
	}
}

// resolve gives every setting its value. Everything that is wrong is told, wherever it stands.
func resolve(settings []*setting, flags *pflag.FlagSet, file string, faults *diag.List) {
	for _, s := range settings {
		s.from, s.usual = byDefault, s.value
		s.take(s.value)
	}
	if file != "" {
		resolveFile(settings, file, faults)
	}
	nearlySettings(settings, faults)
	for _, s := range settings {
		if v := os.Getenv(s.env()); v != "" {
			s.set(v, byEnvironment, s.env(), diag.NewSource(s.env(), "").At(0, 0), faults)
		}
	}
	for _, s := range settings {
		if f := flags.Lookup(s.flag()); f != nil && f.Changed {
			name := "--" + s.flag()
			s.set(f.Value.String(), byFlag, name, diag.NewSource(name, "").At(0, 0), faults)
		}
	}
}

func (s *setting) set(value string, from origin, where string, at diag.Span, faults *diag.List) {
	if !s.take(value) {
		s.refuse(at, faults)
		return
	}
	s.value, s.from, s.where = value, from, where
}

// refuse tells what a setting must be.
func (s *setting) refuse(at diag.Span, faults *diag.List) {
	args := diag.Args{"Setting": s.name}
	switch s.kind {
	case aDuration:
		faults.Error(at, "config-duration", args)
	case aCount:
		faults.Error(at, "config-count", args)
	case anAddress:
		faults.Error(at, "config-address", args)
	case aURL:
		faults.Error(at, "config-url", args)
	case aLevel:
		faults.Error(at, "config-level", args)
	case aFormat:
		faults.Error(at, "config-format", args)
	case aSwitch:
		faults.Error(at, "config-switch", args)
	case aHostList:
		faults.Error(at, "config-hosts", args)
	case aStore:
		faults.Error(at, "config-store", args)
	case anIssuer:
		faults.Error(at, "config-issuer", args)
	case aDays:
		args["Most"] = mostDays
		faults.Error(at, "config-days", args)
	default:
		faults.Error(at, "config-text", args)
	}
}

// resolveFile reads settings from a TOML file.
func resolveFile(settings []*setting, path string, faults *diag.List) {
	text, err := os.ReadFile(path)
	if err != nil {
		faults.Error(diag.NewSource(path, "").At(0, 0), "config-no-file", nil)
		return
	}
	var own diag.List
	defer func() {
		own.Sort()
		*faults = append(*faults, own...)
	}()
	f := syntax.Read(diag.NewSource(path, string(text)), &own)
	names := make([]string, len(settings))
	for i, s := range settings {
		names[i] = s.name
	}
	root := f.Root.Open(filepath.Base(path), &own, names...)
	for _, s := range settings {
		v := root.Get(s.name)
		if v == nil {
			continue
		}
		at := v.Span
		if s.kind == aURL || s.kind == aStore { // it can hold a password, which an excerpt would show
			at = diag.NewSource(path, "").At(0, 0)
		}
		switch {
		case v.Kind == syntax.String && s.kind != aCount && s.kind != aDays && s.kind != aSwitch:
			s.set(v.String, byFile, path, at, &own)
		case v.Kind == syntax.Bool && s.kind == aSwitch:
			s.set(strconv.FormatBool(v.Bool), byFile, path, at, &own)
		case v.Kind == syntax.Array && s.kind == aHostList && !slices.ContainsFunc(v.Items, func(v *syntax.Value) bool { return v.Kind != syntax.String }):
			var hosts []string
			for _, item := range v.Items {
				hosts = append(hosts, item.String)
			}
			s.set(strings.Join(hosts, ","), byFile, path, at, &own)
		case v.Kind == syntax.Int && (s.kind == aCount || s.kind == aDays):
			s.set(strconv.FormatInt(v.Int, 10), byFile, path, at, &own)
		default:
			s.refuse(at, &own)
		}
	}
}

// ofOthers are variables of the environment that begin as settings do and are none: what examples/clients reads, and what
// Kubernetes sets where a Service is called stegvis.
var ofOthers = regexp.MustCompile(`^(LANG|CONFIG|URL|KEY|([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_[A-Z]+(_[A-Z]+)?)?))$`)

// nearlySettings tells of variables of the environment that are settings misspelt: what they say would not hold. One that is like no
// setting is somebody else's.
func nearlySettings(settings []*setting, faults *diag.List) {
	const ours = "STEGVIS_"
	var known []string
	for _, s := range settings {
		known = append(known, strings.TrimPrefix(s.env(), ours))
	}
	for _, v := range slices.Sorted(slices.Values(os.Environ())) {
		name, _, _ := strings.Cut(v, "=")
		short, is := strings.CutPrefix(name, ours)
		if !is || slices.Contains(known, short) || ofOthers.MatchString(short) {
			continue
		}
		if near := diag.Suggest(short, known); near != "" {
			faults.Error(diag.NewSource(name, "").At(0, 0), "config-variable", diag.Args{"Name": name, "Near": ours + near})
		}
	}
}

// printConfig writes the settings in force as a file that can be given with --config.
func (a *app) printConfig(settings []*setting) {
	fmt.Fprintf(a.out, "# %s\n", a.say("serve.config.title", nil))
	for _, s := range settings {
		fmt.Fprintf(a.out, "\n# %s\n", a.say("serve.setting."+s.name, nil))
		fmt.Fprintf(a.out, "# %s\n", a.say("serve.config.from", map[string]any{"From": string(s.from), "Where": s.where}))
		value := syntax.Quote(s.value)
		switch s.kind {
		case aCount, aDays, aSwitch:
			value = s.value
		case aURL, aStore: // its user and password are for whoever it was told to
			value = syntax.Quote(withoutSecrets(s.value))
		}
		fmt.Fprintf(a.out, "%s = %s\n", s.name, value)
	}
}

// isStoreAddress tells whether the text is the address of a database, as far as its form goes. "": of none.
func isStoreAddress(s string) bool {
	if path, ok := store.FileOf(s); ok || s == "" {
		return s == "" || path != ""
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql")
}

// hostList reads names of hosts with commas between, as events.Targets has them.
func hostList(s string) (hosts []string, ok bool) {
	for host := range strings.SplitSeq(s, ",") {
		host = strings.TrimSpace(host)
		switch {
		case host == "" && s == "":
			return nil, true
		case host == "", strings.ContainsAny(host, "/@ "), strings.Contains(strings.TrimPrefix(host, "*"), "*"), len(host) > 1 && host[0] == '*' && host[1] != '.':
			return nil, false
		}
		if _, _, err := net.SplitHostPort(host); err == nil { // the host counts, not the port
			return nil, false
		}
		hosts = append(hosts, strings.Trim(host, "[]"))
	}
	return hosts, true
}

// withoutSecrets is a web address, or that of a database, without what is to be known to nobody else.
func withoutSecrets(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" || u.Host == "" && u.User == nil && u.RawQuery == "" {
		return address
	}
	if q := u.Query(); q.Has("password") || q.Has("sslpassword") {
		for _, name := range []string{"password", "sslpassword"} {
			if q.Has(name) {
				q.Set(name, "xxxxx")
			}
		}
		u.RawQuery = q.Encode()
	}
	return u.Redacted()
}
