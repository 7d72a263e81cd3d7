package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
)

// What requests about events and subscriptions can meet, besides what any can.
var (
	ofEvents       = append(slices.Clone(ofKept), "unknown-case", "bad-place", "place-gone", "events-forgotten")
	ofSubscription = append(slices.Clone(ofKept), "unknown-subscription")
	asEvents       = []string{"text/event-stream", "application/json"}
	eventTypes     = wordsOf(events.Types)
)

func wordsOf[T ~string](list []T) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

// eventOperations are those on events, on who is told of them, and on the log of who did what.
func eventOperations() []*Operation {
	return slices.Concat([]*Operation{{
		Method: "GET", Path: "/v1/events", ID: "events", Act: access.Follow, Kept: true, handle: (*Service).events,
		Query: []string{"case", "model", "actor", "type", "after", "limit"}, Gives: asEvents, Answer: EventPage{}, Problems: ofEvents,
	}}, subscriptionOperations(), auditOperations())
}

// EventPage is a part of the log of events.
type EventPage struct {
	Events []CloudEvent `json:"events"`
	Next   string       `json:"next"`
}

// CloudEvent is an event as CloudEvents 1.0 has it. What writes it is that standard's own library; this is what it looks like.
type CloudEvent struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            EventType `json:"type"`
	Subject         string    `json:"subject"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	Data            EventData `json:"data"`
}

// EventType says what happened.
type EventType events.Type

// EventData is what an event says of a case.
type EventData events.Data

// events answers with the events from a place on: with those there are, or with each as it comes.
func (s *Service) events(x *exchange) {
	if x.kind == asEvents[0] && x.values.Has("limit") { // a stream does not end
		x.misasked([]Fault{queryFault(x.lang, "only-for-pages", "limit", map[string]any{"Parameter": "limit"})})
		return
	}
	after, ok := x.place()
	if !ok {
		return
	}
	f := events.Filter{Case: x.values.Get("case"), Model: x.values.Get("model"), Actor: x.values.Get("actor")}
	if types := x.values.Get("type"); types != "" {
		for t := range strings.SplitSeq(types, ",") {
			f.Types = append(f.Types, events.Type(t))
		}
	}
	if x.kind == asJSON[0] {
		s.pageOfEvents(x, after, f)
		return
	}
	s.follow(x, after, f)
}

// place is the place in the log from where on events are asked for: that of the header, which a reader that comes again sends, or of
// the query. It is nil where there is neither, and ok false where it has answered with a problem.
func (x *exchange) place() (after *events.Cursor, ok bool) {
	text := x.r.Header.Get("Last-Event-ID")
	if text == "" {
		text = x.values.Get("after")
	}
	if text == "" {
		return nil, true
	}
	c, err := events.ParseCursor(text)
	if err != nil {
		x.refused(err)
		return nil, false
	}
	return &c, true
}

// pageOfEvents answers with some of the events that there are.
func (s *Service) pageOfEvents(x *exchange, after *events.Cursor, f events.Filter) {
	if after == nil {
		after = &events.Cursor{}
	}
	x.work(func(ctx context.Context) error {
		list, next, err := s.office.Events(ctx, x.who, *after, f, x.limit(100))
		if err != nil {
			return err
		}
		if len(list) == 0 {
			if told, err := x.tellMisnamed(ctx, x.ofEvents); told || err != nil {
				return err
			}
		}
		out := struct {
			Events []json.RawMessage `json:"events"`
			Next   *string           `json:"next"`
		}{[]json.RawMessage{}, x.nextPage(next.String())}
		for i := range list {
			text, err := json.Marshal(&list[i].Event)
			if err != nil {
				return err
			}
			out.Events = append(out.Events, text)
		}
		x.give(out)
		return nil
	})
}

// follow answers with each event as it comes, until the reader leaves, is too slow, may not follow any longer or the service stops.
func (s *Service) follow(x *exchange, after *events.Cursor, f events.Filter) {
	if !x.enter(s.follows) {
		return
	}
	defer func() { <-s.follows }()
	var from *events.Follower
	x.work(func(ctx context.Context) (err error) {
		// One who comes again has begun with names that were known, and would not come a third time.
		if again := after != nil && *after != (events.Cursor{}) && x.r.Header.Get("Last-Event-ID") != ""; !again {
			if told, err := x.tellMisnamed(ctx, x.ofEvents); told || err != nil {
				return err
			}
		}
		from, err = s.office.Follow(ctx, x.who, after, f)
		return err
	})
	if from == nil {
		return
	}
	defer from.Leave()
	h := x.reply.Header()
	h["Content-Type"], h["Content-Language"], h["Cache-Control"] = asEvents[:1], languages[x.lang], noStore
	h["X-Accel-Buffering"] = []string{"no"} // a proxy in between is to let each event through at once
	if x.r.ProtoMajor == 1 {
		h["Connection"] = closing // nothing can follow on it, and it is not to hold up the end of the service
	}
	x.reply.WriteHeader(http.StatusOK)
	if x.r.Method == http.MethodHead {
		return
	}
	// What the service takes no part in any more is not waited for, and neither is a reader who is gone.
	ctx, cancel := context.WithCancel(x.r.Context())
	defer cancel()
	defer context.AfterFunc(s.going, cancel)()
	t := &following{exchange: x, from: from, control: http.NewResponseController(x.reply), checked: time.Now()}
	t.control.SetReadDeadline(time.Time{}) // nothing more comes in, for as long as it takes
	t.run(ctx)
}

// still tells whether who asks may go on: a key can be taken back. Where the store does not tell they may, since then nothing comes
// either; where an identity provider does not they may not.
func (x *exchange) still() bool {
	who, err := x.service.door.Who(x.r)
	switch {
	case errors.Is(err, access.ErrUnknown), errors.Is(err, door.ErrDown):
		return false
	case err != nil:
		return true
	}
	now := x.who
	now.Principal = *who
	was, err1 := x.service.office.Reach(x.who, access.Follow)
	is, err2 := x.service.office.Reach(now, access.Follow)
	return err1 == nil && err2 == nil && was == is
}

// forgotten is the problem of a place in the log after which something is forgotten. from is the place after which nothing is; parameter
// says where the one that was asked for stood, "" for in a header.
func forgotten(l lang.Lang, from, parameter string) *Problem {
	args := map[string]any{"Place": from}
	p := problem(l, "events-forgotten", args)
	p.Faults = []Fault{queryFault(l, "forgotten", parameter, args)}
	return p
}

// refusalsOfEvents are those that can stand in the way of what is done with events.
var refusalsOfEvents = []refusal{
	{events.ErrCursor, "bad-place"},
	{events.ErrEpoch, "place-gone"},
	{events.ErrNoSubscription, "unknown-subscription"},
	{events.ErrNoDelivery, "unknown-delivery"},
	{store.ErrPlace, "bad-place"},
}
