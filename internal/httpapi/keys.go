package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// keyOperations are those on the keys that systems ask with.
func keyOperations() []*Operation {
	return []*Operation{
		{
			Method: "POST", Path: "/v1/keys", ID: "give-key", Act: access.Keys, Kept: true, handle: (*Service).giveKey,
			Takes: oneCase, Body: GiveKey{}, Gives: asJSON, Answer: GivenKey{}, Status: http.StatusCreated, Problems: slices.Concat(ofKept, ofSending),
		},
		{Method: "GET", Path: "/v1/keys", ID: "list-keys", Act: access.Keys, Kept: true, handle: (*Service).listKeys, Gives: asJSON, Answer: KeyList{}, Problems: ofKept},
		{
			Method: "DELETE", Path: "/v1/keys/{key}", ID: "revoke-key", Act: access.Keys, Kept: true, handle: (*Service).revokeKey,
			Status: http.StatusNoContent, Problems: append(slices.Clone(ofKept), "unknown-key"),
		},
	}
}

var refusalsOfKeys = []refusal{{door.ErrNoKey, "unknown-key"}, {door.ErrDown, "identity-unavailable"}}

// GiveKey is the body that asks for a key.
type GiveKey struct {
	Title   string        `json:"title"`
	Roles   []access.Role `json:"roles"`
	Actor   string        `json:"actor,omitempty"`
	Party   string        `json:"party,omitempty"`
	Expires calendar.Day  `json:"expires,omitempty"`
}

// Key is a key that was given out, without its secret.
type Key struct {
	ID      string        `json:"id"`
	Title   string        `json:"title"`
	Roles   []access.Role `json:"roles"`
	Actor   *string       `json:"actor"`
	Party   *string       `json:"party"`
	Created time.Time     `json:"created"`
	By      string        `json:"by"`
	Expires *calendar.Day `json:"expires"`
	Revoked *time.Time    `json:"revoked"`
}

// GivenKey is a new key with its text.
type GivenKey struct {
	Key
	Text string `json:"key"`
}

// KeyList is all keys that were given out.
type KeyList struct {
	Keys []Key `json:"keys"`
}

// KeyOf is the key as it is listed.
func KeyOf(k *door.Key) Key {
	return Key{k.ID, k.Title, k.Roles, optional(k.Actor), optional(k.Party), k.Created, k.CreatedBy, k.LastDay(), k.Revoked}
}

// giveKey gives out a key. Its text is told this once.
func (s *Service) giveKey(x *exchange) {
	var in door.Key
	if !x.read(func(o *interpreter.Object) {
		o.Need("title", "roles")
		in = door.Key{Title: o.Text("title", longName), CreatedBy: x.who.Subject}
		known := wordsOf(access.Roles)
		for _, r := range o.Words("roles", len(known), known...) {
			if slices.Contains(in.Roles, access.Role(r)) {
				o.Fault("roles", "access-twice", diag.Args{"Name": r})
			}
			in.Roles = append(in.Roles, access.Role(r))
		}
		n, isList := o.Len("roles")
		if isList && n == 0 {
			o.Fault("roles", "access-no-role", diag.Args{"Known": door.KnownRoles()})
		}
		x.actorIn(o, &in, isList && n > 0 && len(in.Roles) == n)
		for key, text := range map[string]string{"title": in.Title, "party": in.Party} {
			if strings.ContainsAny(text, "\n\r\t") { // it stands in a line of a list
				o.Fault(key, "body-text-invisible", diag.Args{"Key": key})
			}
			noPerson(o, key, text)
		}
		if day := o.Day("expires"); day != nil {
			end := door.EndOf(*day)
			if in.Expires = &end; !end.After(s.now()) {
				o.Fault("expires", "access-past", nil)
			}
		}
	}) {
		return
	}
	x.work(func(ctx context.Context) error {
		var out *door.Key
		var text string
		err := s.office.Store.InTx(ctx, func(tx *store.Tx) (err error) {
			out, text, err = door.Give(tx, in)
			return err
		})
		if err == nil {
			x.give(GivenKey{KeyOf(out), text})
		}
		return err
	})
}

// noPerson tells that what stands at a key looks like a personal number. It would stand in clear where it is listed, or in addresses.
func noPerson(o *interpreter.Object, key, text string) {
	if store.Personal(text) {
		o.Fault(key, "body-personal", diag.Args{"Key": key})
	}
}

// actorIn reads which actor the key is of, and which of all those that are this actor. sure says that the roles are those that are
// meant: of roles that are at fault nobody knows whether the actor's is among them.
func (x *exchange) actorIn(o *interpreter.Object, in *door.Key, sure bool) {
	given := func(key string) bool { return o.Has(key) && !o.IsNull(key) }
	isActor := slices.Contains(in.Roles, access.Actor)
	if isActor && !(given("actor") && given("party")) || sure && !isActor && o.Has("actor") {
		o.Fault("actor", "access-actor", nil)
	}
	// What must be there and is not, or must not be there, is told once.
	if o.Has("actor") && (isActor && given("actor") || !isActor && !sure) {
		in.Actor = x.ofModels(o, "actor", actorsOf)
	}
	if !isActor || given("party") {
		in.Party = o.Text("party", longName)
	}
}

// listKeys answers with the keys that were given out.
func (s *Service) listKeys(x *exchange) {
	x.work(func(ctx context.Context) error {
		out := KeyList{Keys: []Key{}}
		err := s.office.Store.View(ctx, func(tx *store.Tx) error {
			list, err := door.List(tx)
			for i := range list {
				out.Keys = append(out.Keys, KeyOf(&list[i]))
			}
			return err
		})
		if err == nil {
			x.give(out)
		}
		return err
	})
}

// revokeKey takes a key back.
func (s *Service) revokeKey(x *exchange) {
	x.work(func(ctx context.Context) error {
		err := s.office.Store.InTx(ctx, func(tx *store.Tx) error { return door.Revoke(tx, x.r.PathValue("key"), x.who.Subject) })
		if err == nil {
			x.reply.Header()["Cache-Control"] = noStore
			x.reply.WriteHeader(http.StatusNoContent)
		}
		return err
	})
}
