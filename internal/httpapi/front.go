package httpapi

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/stegvis/stegvis/dsl/lang"
)

// reply is the answer to a request as it is given, with what the log tells of it.
type reply struct {
	http.ResponseWriter
	service *Service
	id      string // of the request
	status  int    // 0: nothing is written yet
	bytes   int64
	route   *Operation
	model   string // that is known to us
	caseID  []byte // nil where there is none
	code    string // of the problem
	reason  string // for the log: why it is not certain who asks
	lang    lang.Lang
}

// Unwrap lets http.ResponseController reach the connection.
func (r *reply) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *reply) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
		r.ResponseWriter.WriteHeader(status)
	}
}

func (r *reply) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// What every answer has. Nothing of ours is to be put into a page of others, guessed at or run.
var dressing = map[string][]string{
	"X-Content-Type-Options":       {"nosniff"},
	"Referrer-Policy":              {"no-referrer"},
	"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Vary":                         {"Accept, Accept-Language"},
}

var closing = []string{"close"}

// dress puts on what every answer has.
func (r *reply) dress() {
	h := r.Header()
	for name, value := range dressing {
		h[name] = value
	}
	h["X-Request-Id"] = []string{r.id}
	if r.service.stopping.Load() {
		h["Connection"] = closing
	}
}

// front is what every request meets first.
func (s *Service) front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		x := &reply{ResponseWriter: w, service: s, id: s.ids.next()}
		x.dress()
		defer func() {
			p := recover()
			if p != nil && p != http.ErrAbortHandler {
				s.panicked(x, r, p)
			}
			took := time.Since(began)
			s.meters.answered(r.Context(), x, took)
			s.tell(x, took)
			if p == http.ErrAbortHandler || p != nil && x.code == "" {
				panic(http.ErrAbortHandler) // the answer had begun: it must not look whole
			}
		}()
		next.ServeHTTP(x, r)
	})
}

// panicked answers for a fault of our own. What a panic says can hold a fact, so that only its type and its place in the
// code are logged.
func (s *Service) panicked(r *reply, req *http.Request, p any) {
	s.meters.panics.Add(req.Context(), 1)
	s.log.Error("panic", "request", r.id, "route", r.operation(), "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
	if r.status != 0 {
		return
	}
	l := r.lang
	if l == "" {
		l = s.language(req, "")
	}
	(&exchange{service: s, reply: r, r: req, lang: l}).fail("internal", nil)
}

func (r *reply) operation() string {
	if r.route == nil {
		return "-"
	}
	return r.route.Method + " " + r.route.Path
}

// tell writes the line of a request in the log: the operation and not the address, which could hold anything.
func (s *Service) tell(r *reply, took time.Duration) {
	if !s.log.IsInfo() || r.route != nil && r.route.quiet {
		return
	}
	args := []any{"request", r.id, "route", r.operation(), "status", r.status, "bytes", r.bytes, "took", took}
	if r.model != "" {
		args = append(args, "model", r.model)
	}
	if len(r.caseID) > 0 {
		args = append(args, "case", s.ids.digest(r.caseID))
	}
	if r.code != "" {
		args = append(args, "problem", r.code)
	}
	if r.reason != "" {
		args = append(args, "reason", r.reason)
	}
	s.log.Info("answered", args...)
}

// ids gives each request an id, and the id of a case a digest. Both are of this process alone.
type ids struct {
	prefix string
	last   atomic.Uint64
	key    [32]byte
}

func newIDs() *ids {
	x := &ids{}
	var prefix [6]byte
	rand.Read(prefix[:])
	rand.Read(x.key[:])
	x.prefix = hex.EncodeToString(prefix[:]) + "-"
	return x
}

func (x *ids) next() string { return x.prefix + strconv.FormatUint(x.last.Add(1), 36) }

// digest tells cases apart without telling which they are.
func (x *ids) digest(id []byte) string {
	h := hmac.New(sha256.New, x.key[:])
	h.Write(id)
	return hex.EncodeToString(h.Sum(nil)[:8])
}
