package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/interpreter"
)

// The limits of what a subscription can be, and how long the secret before goes on signing where another is given.
const (
	longURL = 2000
	overlap = 24 * time.Hour
)

// subscriptionOperations are those on who is told of events.
func subscriptionOperations() []*Operation {
	const all, one = "/v1/subscriptions", "/v1/subscriptions/{subscription}"
	of := func(method, path, id string, handle func(*Service, *exchange)) *Operation {
		return &Operation{Method: method, Path: path, ID: id, Act: access.Subscribe, Kept: true, handle: handle, Gives: asJSON, Answer: Subscription{}, Problems: ofSubscription}
	}
	subscribe, list := of("POST", all, "subscribe", (*Service).subscribe), of("GET", all, "list-subscriptions", (*Service).listSubscriptions)
	subscribe.Takes, subscribe.Body, subscribe.Answer, subscribe.Status = oneCase, Subscribe{}, SecretSubscription{}, http.StatusCreated
	subscribe.Problems = slices.Concat(ofKept, ofSending)
	list.Answer, list.Problems = SubscriptionList{}, slices.Clone(ofKept)
	remove := of("DELETE", one, "unsubscribe", (*Service).unsubscribe)
	remove.Gives, remove.Answer, remove.Status = nil, nil, http.StatusNoContent
	rotate := of("POST", one+"/rotate", "rotate-secret", (*Service).rotate)
	rotate.Takes, rotate.Body, rotate.Answer, rotate.Problems = oneCase, RotateSecret{}, SecretSubscription{}, slices.Concat(ofSubscription, ofSending)
	deliveries := of("GET", one+"/deliveries", "deliveries", (*Service).deliveries)
	deliveries.Query, deliveries.Words, deliveries.Answer = []string{"state", "after", "limit"}, Words{"state": wordsOf(events.DeliveryStates)}, DeliveryList{}
	deliveries.Problems = append(slices.Clone(ofSubscription), "bad-place")
	replay := of("POST", one+"/replay", "replay", (*Service).replay)
	replay.Takes, replay.Body, replay.Answer, replay.Problems = oneCase, Replay{}, Replayed{}, slices.Concat(ofSubscription, ofSending, []string{"unknown-delivery"})
	return []*Operation{
		subscribe, list, of("GET", one, "subscription", (*Service).showSubscription), remove,
		of("POST", one+"/pause", "pause", (*Service).pause), of("POST", one+"/resume", "resume", (*Service).resume), rotate, deliveries, replay,
	}
}

// Subscribe is the body that asks to be told of events.
type Subscribe struct {
	URL   string      `json:"url"`
	Title string      `json:"title,omitempty"`
	Types []EventType `json:"types,omitempty"`
	Model string      `json:"model,omitempty"`
	Actor string      `json:"actor,omitempty"`
}

// Subscription is somebody who is told of events.
type Subscription struct {
	ID             string                   `json:"id"`
	URL            string                   `json:"url"`
	Title          *string                  `json:"title"`
	Types          []EventType              `json:"types"`
	Model          *string                  `json:"model"`
	Actor          *string                  `json:"actor"`
	State          events.SubscriptionState `json:"state"`
	Created        time.Time                `json:"created"`
	By             string                   `json:"by"`
	OldSecretUntil *time.Time               `json:"old_secret_until"`
}

// SecretSubscription is a subscription with its new secret.
type SecretSubscription struct {
	Subscription
	Secret string `json:"secret"`
}

// SubscriptionList is all subscriptions of whoever asks.
type SubscriptionList struct {
	Subscriptions []Subscription `json:"subscriptions"`
}

// RotateSecret is the body that asks for another secret.
type RotateSecret struct {
	AtOnce bool `json:"at_once,omitempty"`
}

// DeliveryList is a page of deliveries.
type DeliveryList struct {
	Deliveries []Delivery `json:"deliveries"`
	Next       *string    `json:"next"`
}

// Delivery is an event that was sent to a subscriber, or is to be.
type Delivery struct {
	Event    string               `json:"event"`
	Type     EventType            `json:"type"`
	Case     string               `json:"case"`
	State    events.DeliveryState `json:"state"`
	Attempts int                  `json:"attempts"`
	Answer   *string              `json:"answer"`
	Changed  time.Time            `json:"changed"`
}

// Replay is the body that asks for what was sent to be sent again.
type Replay struct {
	Event string `json:"event,omitempty"`
	Dead  bool   `json:"dead,omitempty"`
}

// Replayed tells how many events are sent again.
type Replayed struct {
	Events int64 `json:"events"`
}

func subscriptionOf(s *events.Subscription) Subscription {
	out := Subscription{
		ID: s.ID, URL: s.URL, Title: optional(s.Title), Types: []EventType{}, Model: optional(s.Model), Actor: optional(s.Actor),
		State: s.State, Created: s.Created, By: s.CreatedBy, OldSecretUntil: s.OldUntil,
	}
	for _, t := range s.Types {
		out.Types = append(out.Types, EventType(t))
	}
	return out
}

// subscription is the id of the subscription that the address names.
func (x *exchange) subscription() string { return x.r.PathValue("subscription") }

// subscribe adds a subscription. Its secret is told this once.
func (s *Service) subscribe(x *exchange) {
	var in events.Subscription
	if !x.read(func(o *interpreter.Object) {
		o.Need("url")
		in = events.Subscription{URL: o.Text("url", longURL), Title: o.Text("title", longName), Model: x.ofModels(o, "model", modelsOf), Actor: x.ofModels(o, "actor", actorsOf)}
		for _, t := range o.Words("types", len(eventTypes), eventTypes...) {
			if slices.Contains(in.Types, events.Type(t)) {
				o.Fault("types", "access-twice", diag.Args{"Name": t})
			}
			in.Types = append(in.Types, events.Type(t))
		}
		noPerson(o, "title", in.Title)
		noPerson(o, "url", in.URL)
		if in.URL != "" {
			s.target(o, in.URL)
		}
	}) {
		return
	}
	x.work(func(ctx context.Context) error {
		out, secret, err := s.office.Subscribe(ctx, x.who, in)
		if err == nil {
			x.reply.Header()["Location"] = []string{"/v1/subscriptions/" + out.ID}
			x.give(SecretSubscription{subscriptionOf(out), secret})
		}
		return err
	})
}

// target tells what is wrong with an address that events are to be sent to.
func (s *Service) target(o *interpreter.Object, address string) {
	err := s.office.Log.Targets().Check(address)
	for _, f := range faultsOfTargets {
		if errors.Is(err, f.err) {
			o.Fault("url", f.code, diag.Args{"Hosts": strings.Join(s.office.Log.Targets().Hosts, ", ")})
		}
	}
}

// faultsOfTargets gives each thing that can be wrong with an address its code.
var faultsOfTargets = []struct {
	err  error
	code string
}{
	{events.ErrNoURL, "subscription-no-address"},
	{events.ErrSpace, "subscription-space"},
	{events.ErrFragment, "subscription-fragment"},
	{events.ErrUser, "subscription-user"},
	{events.ErrPort, "subscription-port"},
	{events.ErrNoTLS, "subscription-no-tls"},
	{events.ErrNotListed, "subscription-not-listed"},
	{events.ErrPrivate, "subscription-private"},
}

// ofModels reads a name that must be one of those that the models have.
func (x *exchange) ofModels(o *interpreter.Object, key string, names func(*interpreter.Set) []string) string {
	if !o.Has(key) {
		return ""
	}
	return o.Word(key, names(x.desk.Set)...)
}

// listSubscriptions answers with the subscriptions of whoever asks.
func (s *Service) listSubscriptions(x *exchange) {
	x.work(func(ctx context.Context) error {
		list, err := s.office.Subscriptions(ctx, x.who)
		if err != nil {
			return err
		}
		out := SubscriptionList{Subscriptions: []Subscription{}}
		for i := range list {
			out.Subscriptions = append(out.Subscriptions, subscriptionOf(&list[i]))
		}
		x.give(out)
		return nil
	})
}

func (s *Service) showSubscription(x *exchange) {
	x.work(func(ctx context.Context) error {
		out, err := s.office.Subscription(ctx, x.who, x.subscription())
		if err == nil {
			x.give(subscriptionOf(out))
		}
		return err
	})
}

// unsubscribe removes a subscription.
func (s *Service) unsubscribe(x *exchange) {
	x.work(func(ctx context.Context) error {
		err := s.office.Unsubscribe(ctx, x.who, x.subscription())
		if err == nil {
			x.reply.Header()["Cache-Control"] = noStore
			x.reply.WriteHeader(http.StatusNoContent)
		}
		return err
	})
}

func (s *Service) pause(x *exchange) {
	x.work(func(ctx context.Context) error {
		out, err := s.office.Pause(ctx, x.who, x.subscription())
		if err == nil {
			x.give(subscriptionOf(out))
		}
		return err
	})
}

func (s *Service) resume(x *exchange) {
	x.work(func(ctx context.Context) error {
		out, err := s.office.Resume(ctx, x.who, x.subscription())
		if err == nil {
			x.give(subscriptionOf(out))
		}
		return err
	})
}

// rotate gives a subscription another secret.
func (s *Service) rotate(x *exchange) {
	both := overlap
	if !x.read(func(o *interpreter.Object) {
		if o.Yes("at_once") {
			both = 0
		}
	}) {
		return
	}
	x.work(func(ctx context.Context) error {
		out, secret, err := s.office.Rotate(ctx, x.who, x.subscription(), both)
		if err == nil {
			x.give(SecretSubscription{subscriptionOf(out), secret})
		}
		return err
	})
}

// deliveries answers with what was sent to a subscriber, or is to be: the one that changed last first.
func (s *Service) deliveries(x *exchange) {
	f := events.DeliveryFilter{State: events.DeliveryState(x.values.Get("state")), Limit: x.limit(100)}
	if after := x.values.Get("after"); after != "" {
		at, event, ok := strings.Cut(after, ".")
		n, err := strconv.ParseInt(at, 36, 64)
		if !ok || err != nil {
			x.fail("bad-place", nil)
			return
		}
		f.Before, f.After = n, event
	}
	x.work(func(ctx context.Context) error {
		list, more, err := s.office.Deliveries(ctx, x.who, x.subscription(), f)
		if err != nil {
			return err
		}
		out := DeliveryList{Deliveries: []Delivery{}}
		for _, d := range list {
			out.Deliveries = append(out.Deliveries, Delivery{d.Event, EventType(d.Type), d.Case, d.State, d.Attempts, optional(d.Answer), d.Changed})
		}
		if more {
			last := list[len(list)-1]
			out.Next = x.nextPage(strconv.FormatInt(last.Changed.UnixMicro(), 36) + "." + last.Event)
		}
		x.give(out)
		return nil
	})
}

// replay sends an event again, or all that are dead.
func (s *Service) replay(x *exchange) {
	var event string
	if !x.read(func(o *interpreter.Object) {
		event = o.Text("event", longName)
		if dead := o.Yes("dead"); dead == o.Has("event") {
			o.Fault("dead", "subscription-replay-what", nil)
		}
	}) {
		return
	}
	x.work(func(ctx context.Context) error {
		n, err := s.office.Replay(ctx, x.who, x.subscription(), event)
		if err == nil {
			x.give(Replayed{n})
		}
		return err
	})
}
