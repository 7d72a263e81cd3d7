package describe

import (
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/httpapi"
)

// What the examples have in place of what is never the same, and where they have events sent: nobody is there.
const (
	exampleUUID = "8c3ef4a1-5d0b-4c57-9a3e-2b6f1d90e7c4"
	exampleHost = "hook.example.se"
	eventStream = "text/event-stream"
)

// followExamples are events and who is told of them. They come last, and the one subscription is paused before anything happens, so that
// nothing is sent to it.
func followExamples() []Example {
	const all, one = "/v1/subscriptions", "/v1/subscriptions/" + exampleUUID
	return []Example{
		{Operation: "events", Name: "from-the-beginning", Method: "GET", Path: "/v1/events?after=0&limit=2&case=a-17", Accept: oneCase},
		{Operation: "events", Name: "from-the-beginning", Method: "GET", Path: "/v1/events?after=0&case=a-17", Accept: eventStream, Parts: 3},
		{Operation: "events", Name: "bad-place", Method: "GET", Path: "/v1/events?after=yesterday", Accept: oneCase},
		{Operation: "events", Name: "query-at-fault", Method: "GET", Path: "/v1/events?model=farox&actor=fkk", Accept: oneCase},
		{Operation: "events", Name: "place-gone", Method: "GET", Path: "/v1/events?after=" + exampleUUID + ".0.17", Accept: oneCase},
		{Operation: "subscribe", Name: "deadlines", Method: "POST", Path: all, Kind: oneCase, File: "subscribe.json"},
		{Operation: "subscribe", Name: "body-at-fault", Method: "POST", Path: all, Kind: oneCase, File: "subscribe-at-fault.json"},
		{Operation: "list-subscriptions", Name: "ones-own", Method: "GET", Path: all},
		{Operation: "subscription", Name: "one-subscription", Method: "GET", Path: one},
		{Operation: "subscription", Name: "unknown-subscription", Method: "GET", Path: all + "/none"},
		{Operation: "rotate-secret", Name: "new-secret", Method: "POST", Path: one + "/rotate", Kind: oneCase, File: "rotate.json"},
		{Operation: "rotate-secret", Name: "body-at-fault", Method: "POST", Path: one + "/rotate", Kind: oneCase, File: "rotate-at-fault.json", Unfit: true},
		{Operation: "resume", Name: "active", Method: "POST", Path: one + "/resume"},
		{Operation: "pause", Name: "paused", Method: "POST", Path: one + "/pause"},
		{Operation: "open-case", Name: "late", Method: "POST", Path: "/v1/cases", Kind: oneCase, File: "open-late-case.json"},
		{Operation: "deliveries", Name: "put-aside", Method: "GET", Path: one + "/deliveries?state=dead"},
		{Operation: "replay", Name: "sent-again", Method: "POST", Path: one + "/replay", Kind: oneCase, File: "replay.json"},
		{Operation: "replay", Name: "body-at-fault", Method: "POST", Path: one + "/replay", Kind: oneCase, File: "replay-at-fault.json"},
		{Operation: "audit", Name: "rows", Method: "GET", Path: "/v1/audit?case=b-18"},
		{Operation: "audit-head", Name: "head", Method: "GET", Path: "/v1/audit/head"},
	}
}

func eventTypes() (out []any) {
	for _, t := range events.Types {
		out = append(out, httpapi.EventType(t))
	}
	return out
}

// manyOf is the text that tells what the lines of an answer are, in the schema of which there is one for each.
func (s *schemas) manyOf(o *httpapi.Operation) string {
	switch o.Answer.(type) {
	case httpapi.EventPage:
		return "answer.stream"
	case httpapi.AuditRow:
		s.of(o.Answer)
		return "answer.rows"
	}
	return "answer.many"
}
