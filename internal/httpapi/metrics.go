package httpapi

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	uncounted "go.opentelemetry.io/otel/metric/noop"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/stegvis/stegvis/interpreter"
)

// meters are the figures of the service, as OpenTelemetry counts them and Prometheus reads them. Their labels are models,
// versions and operations, of which there are few; what a client sends becomes no label.
type meters struct {
	provider  *sdk.MeterProvider
	page      http.Handler
	duration  metric.Float64Histogram
	decisions metric.Int64Counter
	refused   metric.Int64Counter
	panics    metric.Int64Counter
	labels    sync.Map // of what is added with, by counted or answered
}

// counted is what decisions are told apart by.
type counted struct {
	model, version string
	status         interpreter.Status
}

func newMeters(s *Service) (*meters, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if s.office != nil {
		registry.MustRegister(keptFigures{s.office})
	}
	reader, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo())
	if err != nil {
		return nil, err
	}
	m := &meters{
		provider: sdk.NewMeterProvider(sdk.WithReader(reader), sdk.WithResource(itself())),
		page:     promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
	}
	meter := m.provider.Meter("github.com/stegvis/stegvis")
	var errs [7]error
	m.decisions, errs[0] = meter.Int64Counter("stegvis.decisions", metric.WithDescription("Decisions given, by model, version and how the case stands."))
	m.refused, errs[1] = meter.Int64Counter("stegvis.refused", metric.WithDescription("Requests refused because too many were being answered."))
	m.panics, errs[2] = meter.Int64Counter("stegvis.panics", metric.WithDescription("Faults of the service itself."))
	var state, generation metric.Int64ObservableGauge
	state, errs[3] = meter.Int64ObservableGauge("stegvis.model.state", metric.WithDescription("1 for the state that a version of a model is in."))
	generation, errs[4] = meter.Int64ObservableGauge("stegvis.models.generation", metric.WithDescription("How often models have been exchanged, and once for the start."))
	_, errs[5] = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		st := s.models.Status()
		o.ObserveInt64(generation, int64(st.Generation))
		for _, v := range st.Models {
			o.ObserveInt64(state, 1, metric.WithAttributes(
				attribute.String("model", v.Model), attribute.String("version", v.Version), attribute.String("state", string(stateOf(v)))))
		}
		return nil
	}, state, generation)
	m.duration, errs[6] = meter.Float64Histogram("http.server.request.duration", metric.WithUnit("s"), metric.WithDescription("How long requests take to be answered."),
		metric.WithExplicitBucketBoundaries(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10))
	return m, errors.Join(errs[:]...)
}

// traced has h traced where there is a tracer. The library counts and times requests too; that takes as long as all else
// that is done for one, so that answered does it, with labels that are made once.
func traced(h http.Handler, tracer trace.TracerProvider) http.Handler {
	if tracer == nil {
		return h
	}
	return otelhttp.NewHandler(h, "", otelhttp.WithMeterProvider(uncounted.NewMeterProvider()), otelhttp.WithTracerProvider(tracer),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return r.Pattern }),
		otelhttp.WithFilter(func(r *http.Request) bool { return !polled[r.URL.Path] }),
		otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true }))
}

// polled are the addresses that are asked every few seconds, of which a trace tells nothing.
var polled = func() map[string]bool {
	out := map[string]bool{}
	for _, o := range Operations() {
		out[o.Path] = o.quiet
	}
	return out
}()

// answered is what requests are told apart by.
type answered struct {
	route  *Operation // nil: there is nothing at the address
	status int
}

// answered counts and times a request.
func (m *meters) answered(ctx context.Context, r *reply, took time.Duration) {
	key := answered{r.route, r.status}
	option, ok := m.labels.Load(key)
	if !ok {
		method, path := "_OTHER", "/"
		if r.route != nil {
			method, path = r.route.Method, r.route.Path
		}
		option, _ = m.labels.LoadOrStore(key, metric.WithAttributeSet(attribute.NewSet(
			attribute.String("http.request.method", method), attribute.String("http.route", path), attribute.Int("http.response.status_code", r.status))))
	}
	m.duration.Record(ctx, took.Seconds(), option.(metric.RecordOption))
}

// decided counts the decisions that a clerk has just made.
func (m *meters) decided(ctx context.Context, c *clerk) {
	for i := range c.answers {
		a := &c.answers[i]
		model := a.p.Model()
		m.told(ctx, model.ID, model.Version, a.status)
	}
}

// told counts a decision.
func (m *meters) told(ctx context.Context, model, version string, status interpreter.Status) {
	key := counted{model, version, status}
	option, ok := m.labels.Load(key)
	if !ok {
		set := attribute.NewSet(attribute.String("model", key.model), attribute.String("version", key.version), attribute.String("status", string(key.status)))
		option, _ = m.labels.LoadOrStore(key, metric.WithAttributeSet(set))
	}
	m.decisions.Add(ctx, 1, option.(metric.AddOption))
}

func (m *meters) close(ctx context.Context) error { return m.provider.Shutdown(ctx) }

// metrics answers with the figures, as Prometheus reads them.
func (s *Service) metrics(x *exchange) {
	x.reply.Header()["Cache-Control"] = noStore
	s.meters.page.ServeHTTP(x.reply, x.r)
}
