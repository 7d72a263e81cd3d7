package httpapi

import (
	"context"
	"encoding/base64"
	"net/url"
	"os"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// NewTracer returns what sends traces, by OTLP over HTTP, to the address (whose path is /v1/traces where it has none, and
// which can have a user and a password) or, where it is "", to where the variables of
// OpenTelemetry say (OTEL_EXPORTER_OTLP_ENDPOINT and its kin); nil where neither says anything. flush sends what is left.
func NewTracer(ctx context.Context, address string) (tracer trace.TracerProvider, flush func(), err error) {
	var options []otlptracehttp.Option
	switch {
	case address != "":
		u, err := url.Parse(address)
		if err != nil {
			return nil, nil, err
		}
		if u.Path == "" || u.Path == "/" {
			u.Path = "/v1/traces"
		}
		if u.User != nil {
			password, _ := u.User.Password()
			name := base64.StdEncoding.EncodeToString([]byte(u.User.Username() + ":" + password))
			options = append(options, otlptracehttp.WithHeaders(map[string]string{"Authorization": "Basic " + name}))
			u.User = nil
		}
		options = append(options, otlptracehttp.WithEndpointURL(u.String()))
	case os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "":
		return nil, func() {}, nil
	}
	exporter, err := otlptracehttp.New(ctx, options...)
	if err != nil {
		return nil, nil, err
	}
	p := TracerTo(exporter)
	return p, func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		p.Shutdown(end)
	}, nil
}

// TracerTo returns a provider of traces that go to the exporter, without what a client could have put a fact in.
func TracerTo(exporter sdk.SpanExporter) *sdk.TracerProvider {
	return sdk.NewTracerProvider(sdk.WithBatcher(discreet{exporter}), sdk.WithResource(itself()))
}

// itself tells which service sends figures and traces; OTEL_RESOURCE_ATTRIBUTES can tell more.
func itself() *resource.Resource {
	about := resource.NewSchemaless(attribute.String("service.name", "stegvis"))
	if merged, err := resource.Merge(about, resource.Environment()); err == nil {
		about = merged
	}
	return about
}

// discreet lets through only the attributes that we choose the values of.
type discreet struct{ sdk.SpanExporter }

var shared = []attribute.Key{"http.route", "http.request.method", "http.response.status_code", "http.response.body.size", "http.request.body.size", "network.protocol.version"}

func (d discreet) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	out := make([]sdk.ReadOnlySpan, len(spans))
	for i, s := range spans {
		out[i] = discreetSpan{s}
	}
	return d.SpanExporter.ExportSpans(ctx, out)
}

type discreetSpan struct{ sdk.ReadOnlySpan }

func (s discreetSpan) Attributes() []attribute.KeyValue {
	return slices.DeleteFunc(slices.Clone(s.ReadOnlySpan.Attributes()), func(a attribute.KeyValue) bool { return !slices.Contains(shared, a.Key) })
}

// Events are none: those that the libraries add hold errors of others.
func (discreetSpan) Events() []sdk.Event { return nil }
