package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/stegvis/stegvis/internal/events"
)

// listenFlags are what listen can be told.
type listenFlags struct {
	addr, addrFile, secret string
	asJSON                 bool
	most                   int
}

func (a *app) listenCommand() *cobra.Command {
	var f listenFlags
	c := &cobra.Command{
		Use: "listen [--addr HOST:PORT] [--secret FILE]", Short: a.say("listen.short", nil), Long: a.say("listen.long", nil), Example: a.say("listen.examples", nil),
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return misuse{a.say("listen.argument", map[string]any{"Text": args[0]})}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			if f.most < 0 {
				return misuse{a.say("listen.bad-events", nil)}
			}
			return a.listen(c.Context(), f)
		},
	}
	c.Flags().StringVar(&f.addr, "addr", "127.0.0.1:9000", a.say("listen.flag.addr", nil))
	c.Flags().StringVar(&f.addrFile, "addr-file", "", a.say("listen.flag.addr-file", nil))
	c.Flags().StringVar(&f.secret, "secret", "", a.say("listen.flag.secret", nil))
	c.Flags().BoolVar(&f.asJSON, "json", false, a.say("listen.flag.json", nil))
	c.Flags().IntVar(&f.most, "events", 0, a.say("listen.flag.events", nil))
	return c
}

// listen takes events and tells of each, until the context ends or as many have come as were asked for.
func (a *app) listen(ctx context.Context, f listenFlags) error {
	l, err := net.Listen("tcp", f.addr)
	if err != nil {
		return a.found("listen.cannot-listen", map[string]any{"Addr": f.addr})
	}
	if f.addrFile != "" {
		if err := writeWhole(f.addrFile, []byte(l.Addr().String()+"\n")); err != nil {
			l.Close()
			return a.found("listen.cannot-write", map[string]any{"Path": f.addrFile})
		}
	}
	fmt.Fprintln(a.err, a.say("listen.listens", map[string]any{"URL": "http://" + l.Addr().String()}))
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	x := &listener{app: a, flags: f, enough: enough, seen: map[string]bool{}}
	server := &http.Server{Handler: x, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err = <-failed:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := server.Shutdown(end); err != nil { // somebody has connected and says nothing
		server.Close()
	}
	<-failed
	return nil
}

// listener is a receiver of events.
type listener struct {
	*app
	flags  listenFlags
	enough func()

	mu   sync.Mutex
	n    int
	seen map[string]bool // ids of events that came
}

// Whether an event comes from where the secret does.
const (
	verified   = "yes"
	unverified = "no"
	unchecked  = "unchecked" // there is no secret
)

// heard is an event as it is told of.
type heard struct {
	Verified string          `json:"verified"`
	Again    bool            `json:"again"` // it came before
	Event    json.RawMessage `json:"event"`
}

func (x *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, x.say("listen.only-post", nil), http.StatusMethodNotAllowed)
		return
	}
	const most = 256 << 10
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	status := http.StatusNoContent
	h := heard{Verified: x.verify(r.Header, body)}
	var e struct {
		ID   string      `json:"id"`
		Type events.Type `json:"type"`
		Time time.Time   `json:"time"`
		Data events.Data `json:"data"`
	}
	known := json.Unmarshal(body, &e) == nil && slices.Contains(events.Types, e.Type)
	switch {
	case h.Verified == unverified:
		status = http.StatusUnauthorized
	case !known:
		status = http.StatusBadRequest
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if h.Again = known && x.seen[e.ID]; known && h.Verified != unverified {
		x.seen[e.ID] = true
	}
	if x.flags.asJSON {
		if h.Event = json.RawMessage("null"); json.Valid(body) {
			h.Event = body
		}
		text, err := json.Marshal(h)
		if err == nil {
			fmt.Fprintf(x.out, "%s\n", text)
		}
	} else {
		args := map[string]any{
			"Verified": h.Verified, "Again": h.Again, "Known": known, "What": "", "Time": e.Time.UTC().Format("2006-01-02 15:04:05"),
			"Model": visible(e.Data.Model), "Version": visible(e.Data.Version),
		}
		if known {
			args["What"] = x.what(e.Type, &e.Data)
		}
		fmt.Fprintln(x.out, x.say("listen.heard", args))
	}
	if status != http.StatusNoContent {
		w.Header().Set("Content-Length", "0")
	}
	w.WriteHeader(status)
	http.NewResponseController(w).Flush() // the answer is given before anything ends that could cut it off
	if x.n++; x.n == x.flags.most {
		x.enough()
	}
}

// what says in words what happened.
func (x *listener) what(of events.Type, d *events.Data) string {
	due := ""
	if d.Due != nil {
		due = d.Due.String()
	}
	return x.say("listen."+strings.TrimPrefix(string(of), "se.stegvis."), map[string]any{
		"Case": visible(d.Case), "Step": visible(d.Step), "Actor": visible(d.Actor), "Due": due, "Outcome": visible(d.Outcome),
	})
}

// visible is a name from somebody unknown, as it can be shown on a terminal.
func visible(name string) string {
	const most = 100
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '\uFFFD'
	}, name))
	return string(runes[:min(len(runes), most)])
}

// secretForm is what a secret looks like, wherever in the file it stands: alone, or in the answer that gave it.
var secretForm = regexp.MustCompile(`whsec_[A-Za-z0-9+/_=-]+`)

// verify tells whether an event is signed with the secret. The file is read each time: the secret may come after the start, and
// be changed for another.
func (x *listener) verify(header http.Header, body []byte) string {
	if x.flags.secret == "" {
		return unchecked
	}
	text, err := os.ReadFile(x.flags.secret)
	secrets := secretForm.FindAllString(string(text), -1)
	if err != nil || len(secrets) == 0 {
		fmt.Fprintln(x.err, x.say("listen.no-secret", map[string]any{"Path": x.flags.secret, "Absent": errors.Is(err, os.ErrNotExist)}))
		return unchecked
	}
	for _, secret := range secrets {
		hook, err := standardwebhooks.NewWebhook(secret)
		if err == nil && hook.Verify(body, header) == nil {
			return verified
		}
	}
	return unverified
}
