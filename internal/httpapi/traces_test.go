package httpapi_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stegvis/stegvis/internal/httpapi"
)

// Traces go to the address that is named, or to where the variables of OpenTelemetry say; without either there are none.
func TestTracesAreSentWhereOneSays(t *testing.T) {
	var mu sync.Mutex
	var sent []byte
	byVariable := false
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		if user, password, _ := r.BasicAuth(); len(sent) == 0 && (user != "me" || password != "secret") && !byVariable {
			t.Errorf("sent by %q with %q", user, password)
		}
		if sent = append(sent, b...); err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
	}))
	defer collector.Close()
	for _, variable := range []bool{false, true} {
		mu.Lock()
		sent, byVariable = nil, variable
		mu.Unlock()
		address := strings.Replace(collector.URL, "//", "//me:secret@", 1)
		if variable {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
			address = ""
		}
		tracer, flush, err := httpapi.NewTracer(context.Background(), address)
		must(t, err)
		o := shipped(t)
		o.Tracer = tracer
		s := serve(t, o)
		s.ask("POST", "/v1/models/faros/next", `{"id":"`+canary+`","facts":{}}`, "User-Agent", canary)
		s.ask("GET", "/healthz", "")
		flush()
		mu.Lock()
		if !bytes.Contains(sent, []byte("POST /v1/models/{model}/next")) || bytes.Contains(sent, []byte(canary)) || bytes.Contains(sent, []byte("healthz")) {
			t.Errorf("sent, by variable %v: %q", variable, sent)
		}
		mu.Unlock()
	}
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	if tracer, _, err := httpapi.NewTracer(context.Background(), ""); tracer != nil || err != nil {
		t.Errorf("nobody asked for traces: %v %v", tracer, err)
	}
}
