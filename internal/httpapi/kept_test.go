package httpapi_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/live"
)

// keeping is a service that keeps cases, and who asks it.
type keeping struct {
	*server
	office *casework.Office
	data   *storetest.Database
	models *exchanged
	panics *atomic.Pointer[string] // what it panics with in a transaction; nil: it does not
	key    string                  // of a service that keeps cases, with all other roles but an actor's
}

// exchanged are models that a test can exchange for others.
type exchanged struct{ atomic.Pointer[httpapi.Models] }

func (x *exchanged) set(models httpapi.Models) { x.Store(&models) }
func (x *exchanged) Snapshot() live.Snapshot   { return (*x.Load()).Snapshot() }
func (x *exchanged) Status() live.Status       { return (*x.Load()).Status() }
func (k *keeping) as(key string) *keeping      { other := *k; other.key = key; return &other }
func (k *keeping) in(t testing.TB) *keeping {
	own := *k
	s := *k.server
	s.t = t
	own.server = &s
	return &own
}
func (k *keeping) get(path string, h ...string) got {
	k.t.Helper()
	return k.send("GET", path, "", h...)
}
func (k *keeping) post(path, b string, h ...string) got {
	k.t.Helper()
	return k.send("POST", path, b, h...)
}

// send sends a request with the key. Headers come as name and value in turn.
func (k *keeping) send(method, path, body string, headers ...string) got {
	k.t.Helper()
	if k.key != "" {
		headers = append([]string{"Authorization", "Bearer " + k.key}, headers...)
	}
	return k.ask(method, path, body, headers...)
}

// allRoles is everything but an actor.
var allRoles = []access.Role{access.Service, access.Administrator, access.Auditor, access.Analyst}

// give gives out a key.
func (k *keeping) give(key door.Key) string {
	k.t.Helper()
	var text string
	storetest.In(k.t, k.office.Store, func(tx *store.Tx) (err error) {
		_, text, err = door.Give(tx, key)
		return err
	})
	return text
}

// keep starts a service that keeps cases in the database.
func keep(t testing.TB, d *storetest.Database, change ...func(*httpapi.Options)) *keeping {
	t.Helper()
	k := &keeping{data: d, models: &exchanged{}, panics: &atomic.Pointer[string]{}}
	k.models.set(httpapi.Fixed(casetest.Shipped(t), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
	var err error
	k.office, err = casework.Open(context.Background(), casework.Config{
		Store: store.Config{Address: d.Address, Ring: d.Ring, Now: d.Clock},
		Live: func() *interpreter.Set {
			if text := k.panics.Load(); text != nil {
				panic(*text)
			}
			return k.models.Snapshot().Set
		},
	})
	must(t, err)
	t.Cleanup(func() { must(t, k.office.Close(context.Background())) })
	o := httpapi.Options{Models: k.models, Office: k.office, Door: door.New(k.office.Store), Now: d.Clock}
	for _, f := range change {
		f(&o)
	}
	k.server = serve(t, o)
	k.key = k.give(door.Key{Title: "t", Roles: allRoles})
	return k
}

// onEach runs the test with a service on each kind of database.
func onEach(t *testing.T, test func(*testing.T, *keeping)) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) { test(t, keep(t, d)) })
}

// want reads the answer as JSON; it must have the status.
func (g got) want(t testing.TB, status int, into any) got {
	t.Helper()
	if g.status != status {
		t.Fatalf("%d, want %d: %s", g.status, status, g.body)
	}
	if into != nil {
		d := json.NewDecoder(strings.NewReader(g.body))
		d.DisallowUnknownFields()
		must(t, d.Decode(into))
	}
	return g
}

// fails tells of an answer that is not this problem.
func (g got) fails(t testing.TB, code string) httpapi.Problem {
	t.Helper()
	p := g.problem(t)
	if p.Code != code || g.status != httpapi.StatusOf(code) {
		t.Fatalf("%d %s, want %s: %s", g.status, p.Code, code, g.body)
	}
	return p
}

// open opens a case and returns its id.
func (k *keeping) open(body string) string {
	k.t.Helper()
	var a casework.Answer
	k.post("/v1/cases", body).want(k.t, 201, &a)
	return a.ID
}
