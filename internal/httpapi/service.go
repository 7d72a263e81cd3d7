package httpapi

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/net/netutil"

	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/live"
)

// Models is where the service gets the models that answer, and word of how they stand.
type Models interface {
	Snapshot() live.Snapshot
	Status() live.Status
}

// Fixed gives the models of a set that never changes.
func Fixed(set *interpreter.Set, since time.Time) Models {
	f := &live.Status{Snapshot: live.Snapshot{Set: set, Generation: 1, Since: since}, OK: true, Looked: since, Changed: since}
	for _, p := range set.Programs() {
		m := p.Model()
		f.Models = append(f.Models, live.ModelStatus{Key: live.Key{Model: m.ID, Version: m.Version}, File: fileOf(p), Hash: m.Hash, Since: since})
	}
	return models{f}
}

// models hides that a status has a snapshot inside.
type models struct{ status *live.Status }

func (m models) Snapshot() live.Snapshot { return m.status.Snapshot }
func (m models) Status() live.Status     { return *m.status }

// Limits bound what anybody can ask of the service. Zero values get the defaults.
type Limits struct {
	Read        time.Duration // for a request to come in whole; of a stream, for each line of it. 4 s
	Write       time.Duration // for an answer to be taken; of a stream, for each part of it. 10 s
	Idle        time.Duration // how long a connection is kept without a request. 60 s
	Drain       time.Duration // how long requests are still taken once the service is asked to stop. 3 s
	Stop        time.Duration // how long those under way then have to end. 10 s
	Connections int           // at once; others wait. 4096
	Requests    int           // that are answered at once; to others the service is busy. 512
	Streams     int           // of many cases, at once. 64
	Follows     int           // of events, at once. 256
	Alive       time.Duration // after which a stream of events says something, though nothing happened. 15 s
	Look        time.Duration // how long it is looked whether anything that is kept has a name that no model has. 1 s
	HeaderBytes int           // of a request. 16 KiB
}

// DefaultLimits are those of a service that is told nothing else.
func DefaultLimits() Limits {
	return Limits{
		Read: 4 * time.Second, Write: 10 * time.Second, Idle: time.Minute, Drain: 3 * time.Second, Stop: 10 * time.Second,
		Connections: 4096, Requests: 512, Streams: 64, Follows: 256, Alive: 15 * time.Second, Look: time.Second, HeaderBytes: 16 << 10,
	}
}

// Options say what is served. Only Models is needed.
type Options struct {
	Models Models
	Limits Limits               // the zero value: DefaultLimits
	Logger hclog.Logger         // nil: nothing is logged. Each request is a line at the level info
	Tracer trace.TracerProvider // nil: no traces
	Now    func() time.Time     // nil: time.Now
	Office *casework.Office     // where cases are kept; nil: none are
	Door   Door                 // who tells who asks; needed with an Office
	Keyed  bool                 // who asks must say who they are for answers that nothing is kept for, too
	// Audited has those answers logged before they are given, too; needs an Office. Of who does not say who they are it is logged that
	// anyone asked.
	Audited bool
	TLS     *tls.Config // how Serve listens; nil: in clear
}

// Service answers over HTTP. Its methods are safe for concurrent use.
type Service struct {
	models  Models
	office  *casework.Office
	door    Door
	keyed   bool
	audited bool
	tls     *tls.Config
	limits  Limits
	log     hclog.Logger
	now     func() time.Time
	ids     *ids
	meters  *meters
	health  health
	handler http.Handler
	paths   *http.ServeMux // of every method; tells what there is at a path
	known   []string       // the first parts of paths, for "did you mean"

	desk     atomic.Pointer[desk]
	requests chan struct{}
	streams  chan struct{}
	follows  chan struct{}
	going    context.Context // until the service is asked to stop
	stop     context.CancelFunc
	stopping atomic.Bool
	open     atomic.Int64 // connections
}

// New makes a service. It fails only where the metrics cannot be set up.
func New(o Options) (*Service, error) {
	s := &Service{models: o.Models, office: o.Office, door: o.Door, keyed: o.Keyed, audited: o.Audited, tls: o.TLS, limits: o.Limits, log: o.Logger, now: o.Now, ids: newIDs()}
	if s.limits == (Limits{}) {
		s.limits = DefaultLimits()
	}
	if s.log == nil {
		s.log = hclog.NewNullLogger()
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.requests, s.streams = make(chan struct{}, s.limits.Requests), make(chan struct{}, s.limits.Streams)
	s.follows = make(chan struct{}, s.limits.Follows)
	s.going, s.stop = context.WithCancel(context.Background())
	var err error
	if s.meters, err = newMeters(s); err != nil {
		return nil, err
	}
	s.handler = traced(s.front(s.route()), o.Tracer)
	return s, nil
}

// Handler returns what answers the requests, for a server of one's own. Its limits of time and size are that server's.
func (s *Service) Handler() http.Handler { return s.handler }

// Serve answers on the listener until ctx ends. Then it says that it is no longer ready, goes on answering for
// Limits.Drain while those who ask move elsewhere, and returns when all that was asked is answered, or after Limits.Stop.
func (s *Service) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: s.limits.Read, ReadTimeout: s.limits.Read, WriteTimeout: s.limits.Write,
		IdleTimeout: s.limits.Idle, MaxHeaderBytes: s.limits.HeaderBytes, ConnState: s.count,
		ErrorLog: s.log.Named("http").StandardLogger(&hclog.StandardLoggerOptions{ForceLevel: hclog.Debug}),
	}
	failed := make(chan error, 1)
	l = netutil.LimitListener(l, s.limits.Connections)
	if s.tls != nil { // outermost, since the server asks the connection itself whose certificate it has
		l = tls.NewListener(l, s.tls)
	}
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.log.Info("stopping", "drain", s.limits.Drain, "connections", s.open.Load())
	s.stopping.Store(true)
	s.stop()
	s.drain()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.Stop)
	defer cancel()
	err := server.Shutdown(end)
	if errors.Is(err, context.DeadlineExceeded) {
		s.log.Warn("cut off", "connections", s.open.Load())
		err = server.Close()
	}
	<-failed
	s.log.Info("stopped")
	return errors.Join(err, s.meters.close(context.WithoutCancel(ctx)))
}

// drain waits while connections are open: each answer closes its own, so that who keeps asking asks elsewhere.
func (s *Service) drain() {
	end := time.NewTimer(s.limits.Drain)
	defer end.Stop()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for s.open.Load() > 0 {
		select {
		case <-end.C:
			return
		case <-look.C:
		}
	}
}

func (s *Service) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.open.Add(-1)
	}
}
