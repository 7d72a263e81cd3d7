package remote_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/remote"
	"github.com/stegvis/stegvis/workflows"
)

// keep returns a service that keeps cases, and a key to it.
func keep(t testing.TB) (h http.Handler, key string) {
	t.Helper()
	h, key, stop, err := keepIn(t.TempDir())
	must(t, err)
	t.Cleanup(func() { must(t, stop()) })
	return h, key
}

// keepIn returns a service that keeps its cases in the folder, and a key to it.
func keepIn(folder string) (h http.Handler, key string, stop func() error, err error) {
	var faults diag.List
	set := interpreter.NewSet(dsl.Load(dsl.ReadFS(workflows.FS, &faults)))
	return keepBy(folder, func() *interpreter.Set { return set })
}

// keepBy is keepIn with the models that there are now.
func keepBy(folder string, live func() *interpreter.Set) (h http.Handler, key string, stop func() error, err error) {
	ring, err := seal.ParseRing(seal.NewMaster())
	if err != nil {
		return nil, "", nil, err
	}
	ctx := context.Background()
	office, err := casework.Open(ctx, casework.Config{
		Store: store.Config{Address: "sqlite:" + filepath.Join(folder, "cases.db"), Ring: ring}, Live: live,
	})
	if err != nil {
		return nil, "", nil, err
	}
	err = office.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		_, key, err = door.Give(tx, door.Key{Title: "t", Roles: []access.Role{access.Service, access.Administrator, access.Analyst}})
		return err
	})
	var service *httpapi.Service
	if err == nil {
		service, err = httpapi.New(httpapi.Options{Models: httpapi.Fixed(live(), time.Now()), Office: office, Door: door.New(office.Store)})
	}
	if err != nil {
		return nil, "", nil, errors.Join(err, office.Close(ctx))
	}
	return service.Handler(), key, func() error { return office.Close(ctx) }, nil
}

// shaky hands every request on, and loses each second answer on its way back.
func shaky(h http.Handler) http.Handler {
	var n atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1)%2 == 1 {
			h.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(w, r)
	})
}

// A case through its life, also where every second answer is lost: what was done and not answered is asked again and not done again.
func TestACaseIsKeptElsewhere(t *testing.T) {
	for name, way := range map[string]func(http.Handler) http.Handler{"a good way": func(h http.Handler) http.Handler { return h }, "a shaky way": shaky} {
		t.Run(name, func(t *testing.T) {
			h, key := keep(t)
			server := httptest.NewServer(way(h))
			defer server.Close()
			cases := (&remote.Client{URL: server.URL, HTTP: server.Client(), Key: key}).Cases(context.Background())
			day := casetest.Day(t, "2026-02-01")
			k, err := cases.Open(remote.Opening{
				Model: "faros", Reference: "dnr 7", Facts: map[string]any{"samtycke": true}, Unobtainable: []string{"timmar_per_vecka"},
				Entries: []remote.NewEntry{{Fact: "arbetsformaga_nedsatt", Value: true, Held: &day, Note: "n"}}, Parties: []remote.Party{{Actor: "fk", Party: "fk-1"}},
			})
			must(t, err)
			if k.Revision != 1 || k.State != "open" || k.Decision == nil || k.Decision.Status != interpreter.Open {
				t.Errorf("%+v", k)
			}
			k, err = cases.Record(k.ID, k.Revision, remote.Change{Facts: map[string]any{"fardigutredd": true}})
			must(t, err)
			if _, err := cases.Record(k.ID, 1, remote.Change{Facts: map[string]any{"kan_forbattras": true}}); !remote.Is(err, "stale") {
				t.Errorf("an old revision: %v", err)
			}
			entries, err := cases.Timeline(k.ID)
			must(t, err)
			i := slices.IndexFunc(entries, func(e remote.Entry) bool { return e.Fact != nil && *e.Fact == "arbetsformaga_nedsatt" })
			if len(entries) != 5 || *entries[i].Held != day || *entries[i].Note != "n" || entries[i].Value != true {
				t.Fatalf("%+v", entries)
			}
			k, err = cases.Record(k.ID, 0, remote.Change{Correct: []remote.Correction{{Entry: entries[i].Entry, Value: false}}})
			must(t, err)
			if again, err := cases.Get(k.ID); err != nil || again.Revision != 3 || text(t, again.Decision) != text(t, k.Decision) {
				t.Errorf("%+v %v", again, err)
			}
			cases.Lang = lang.EN
			then, err := cases.Next(k.ID, remote.Question{At: &day, Explain: true})
			must(t, err)
			if then.Decision.At != day {
				t.Errorf("%+v", then.Decision)
			}
			for n := range 3 {
				_, err := cases.Open(remote.Opening{Model: []string{"samordning", "faros", "faros"}[n]})
				must(t, err)
			}
			found := []string{}
			for c, err := range cases.List(remote.Filter{Model: "faros", Urgent: true}) {
				must(t, err)
				found = append(found, c.ID)
			}
			if len(found) != 3 || !slices.Contains(found, k.ID) {
				t.Errorf("listed: %v", found)
			}
			for c, err := range cases.List(remote.Filter{Reference: "dnr 7"}) {
				if must(t, err); c.ID != k.ID || c.Revision != 3 {
					t.Errorf("by its reference: %+v", c)
				}
			}
			k, err = cases.SetParties(k.ID, k.Revision, nil)
			must(t, err)
			k, err = cases.Close(k.ID, k.Revision, "klart")
			must(t, err)
			k, err = cases.Reopen(k.ID, k.Revision, "")
			must(t, err)
			proof, err := cases.Erase(k.ID, k.Revision, "beslut 1")
			must(t, err)
			if kept, err := cases.Erasure(k.ID); err != nil || *kept != *proof || !kept.Holds {
				t.Errorf("%+v %+v %v", proof, kept, err)
			}
			_, err = cases.Get(k.ID)
			if !remote.Is(err, "case-erased") {
				t.Error(err)
			}
			_, err = cases.Open(remote.Opening{Model: "faros", Facts: map[string]any{"samtyke": true, "samtycke": 1}})
			if !remote.Is(err, "body-at-fault") || !strings.Contains(err.Error(), "/facts/samtyke") || !strings.Contains(err.Error(), "/facts/samtycke") {
				t.Error(err)
			}
			n := 0
			for range cases.List(remote.Filter{}) {
				n++
			}
			if n != 3 {
				t.Errorf("%d cases are open, so that something was done twice", n)
			}
		})
	}
}

func TestAServiceThatKeepsNothingForYouSaysSo(t *testing.T) {
	h, _ := keep(t)
	server := httptest.NewServer(h)
	defer server.Close()
	cases := (&remote.Client{URL: server.URL, HTTP: server.Client()}).Cases(context.Background())
	if _, err := cases.Get("a"); !remote.Is(err, "unauthenticated") {
		t.Error(err)
	}
	for _, err := range cases.List(remote.Filter{}) {
		if !remote.Is(err, "unauthenticated") {
			t.Error(err)
		}
	}
	const canary = "191212121212"
	_, err := (&remote.Client{URL: "http://127.0.0.1:1", Tries: 1}).Cases(context.Background()).Open(remote.Opening{Reference: canary})
	if err == nil || strings.Contains(err.Error(), canary) {
		t.Error(err)
	}
	for _, err := range (&remote.Client{URL: "http://127.0.0.1:1", Tries: 1}).Cases(context.Background()).List(remote.Filter{Reference: canary}) {
		if err == nil || strings.Contains(err.Error(), canary) {
			t.Error(err)
		}
	}
}

// changing is a model with a fact of a type that stands in its place.
const changing = `[model]
id = "m"
title = "M"
lang = "sv"
version = "1"
in_force = 2020-01-01
[[actor]]
id = "af"
title = "AF"
[[kind]]
id = "mote"
title = "Möte"
[[fact]]
id = "ja"
type = TYPE
title = "Ja"
ask = "Ja?"
[[step]]
id = "mote"
title = "Möte"
kind = "mote"
actor = "af"
after = []
when = "not known(ja)"
done = ["known(ja)"]
interpretation = "T"
[[outcome]]
id = "slut"
title = "Slut"
when = "known(ja)"
after = []
interpretation = "T"
`

// TestWhichFactsAModelCannotTakeIsTold has the files of a model changed under a case.
func TestWhichFactsAModelCannotTakeIsTold(t *testing.T) {
	var live atomic.Pointer[interpreter.Set]
	live.Store(casetest.Models(t, strings.Replace(changing, "TYPE", `"bool"`, 1)))
	h, key, stop, err := keepBy(t.TempDir(), live.Load)
	must(t, err)
	defer func() { must(t, stop()) }()
	server := httptest.NewServer(h)
	defer server.Close()
	cases := (&remote.Client{URL: server.URL, HTTP: server.Client(), Key: key}).Cases(context.Background())
	cases.Lang = lang.EN
	k, err := cases.Open(remote.Opening{Model: "m", Facts: map[string]any{"ja": true}})
	must(t, err)
	if k.Decision == nil || k.Faults != nil {
		t.Errorf("%+v", k)
	}
	live.Store(casetest.Models(t, strings.Replace(changing, "TYPE", "\"int\"\nmin = 0\nmax = 9", 1)))
	k, err = cases.Get(k.ID)
	must(t, err)
	if want := []remote.CaseFault{{Fact: "ja", Code: "case-int", Message: "the fact `ja` must be a whole number"}}; k.Decision != nil || !slices.Equal(k.Faults, want) {
		t.Errorf("%+v, want %v", k, want)
	}
}
