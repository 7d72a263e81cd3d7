package describe

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
)

// Round asks the examples of one service in turn. It knows the subscription that one of them adds, whose id is never the same.
type Round struct {
	Language     string
	subscription string
}

// Request makes the request of the example.
func (s *Round) Request(e Example, base string) (*http.Request, error) {
	path := e.Path
	if s.subscription != "" {
		path = strings.Replace(path, exampleUUID, s.subscription, 1)
	}
	r, err := http.NewRequest(e.Method, base+path, strings.NewReader(e.Body()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept-Language", s.Language)
	if e.Kind != "" {
		r.Header.Set("Content-Type", e.Kind)
	}
	if e.Accept != "" {
		r.Header.Set("Accept", e.Accept)
	}
	if !e.Nobody {
		r.Header.Set("Authorization", "Bearer "+exampleKey)
	}
	for i := 0; i < len(e.Headers); i += 2 {
		r.Header.Set(e.Headers[i], e.Headers[i+1])
	}
	if e.Packed {
		r.Header.Set("Content-Encoding", "gzip")
	}
	return r, nil
}

// Heard takes what was answered to the example, and gives it the ids that every example has.
func (s *Round) Heard(e Example, body string) string {
	if e.Operation == "subscribe" && s.subscription == "" {
		s.subscription = uuid.FindString(body)
	}
	return WithoutID(body)
}

// Answer asks the service, and returns its status, the kind of its answer and the answer.
func (s *Round) Answer(e Example, h http.Handler) (status int, kind, body string, err error) {
	r, err := s.Request(e, "http://stegvis.example")
	if err != nil {
		return 0, "", "", err
	}
	w := &left{ResponseRecorder: httptest.NewRecorder(), parts: e.Parts}
	ctx, leave := context.WithCancel(r.Context())
	defer leave()
	if w.leave = leave; e.Parts == 0 {
		w.leave = func() {}
	}
	h.ServeHTTP(w, r.WithContext(ctx))
	text := w.Body.String()
	if e.Parts > 0 {
		text = Parts(text, e.Parts)
	}
	return w.Code, w.Header().Get("Content-Type"), s.Heard(e, text), nil
}

// left is an answer that its reader leaves after some parts.
type left struct {
	*httptest.ResponseRecorder
	parts int
	leave func()
}

func (l *left) Write(b []byte) (int, error) {
	n, err := l.ResponseRecorder.Write(b)
	if l.parts > 0 && strings.Count(l.Body.String(), "\n\n") >= l.parts {
		l.leave()
	}
	return n, err
}

// Parts are the first parts of a stream of events.
func Parts(text string, n int) string {
	parts := strings.SplitAfter(text, "\n\n")
	return strings.Join(parts[:min(n, len(parts))], "")
}
