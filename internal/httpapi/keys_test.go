package httpapi_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// keys lists the keys that the service knows.
func (k *keeping) keys() (out []httpapi.Key) {
	k.t.Helper()
	var list httpapi.KeyList
	k.get("/v1/keys").want(k.t, 200, &list)
	return list.Keys
}

func TestAKeyIsGivenOutShownOnceAndTakenBack(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		g := k.post("/v1/keys", `{"title":"FK, nord","roles":["actor"],"actor":"fk","party":"fk-nord","expires":"2026-03-31"}`)
		var given httpapi.GivenKey
		g.want(t, 201, &given)
		if given.Actor == nil || *given.Actor != "fk" || *given.Party != "fk-nord" || given.Expires.String() != "2026-03-31" || given.Revoked != nil || given.Title != "FK, nord" {
			t.Errorf("given %+v", given)
		}
		if g.header.Get("Cache-Control") != "no-store" {
			t.Error("the key may be kept on the way")
		}
		list := k.keys()
		if i := slices.IndexFunc(list, func(x httpapi.Key) bool { return x.ID == given.ID }); i < 0 || !strings.HasPrefix(list[i].By, "key:") || list[i].Created != given.Created {
			t.Errorf("lists %+v", list)
		}
		if g := k.get("/v1/keys"); strings.Contains(g.body, given.Text[len("stegvis_12345678_"):]) {
			t.Error("the key is shown again")
		}

		fk := k.as(given.Text)
		fk.get("/v1/cases").want(t, 200, nil)
		for _, other := range []string{"/v1/keys", "/v1/audit"} {
			fk.get(other).fails(t, "forbidden")
		}
		fk.send("DELETE", "/v1/keys/"+given.ID, "").fails(t, "forbidden")
		fk.post("/v1/keys", `{"title":"x","roles":["administrator"]}`).fails(t, "forbidden")

		for range 2 { // the second time changes nothing
			if g := k.send("DELETE", "/v1/keys/"+given.ID, ""); g.status != 204 || g.body != "" {
				t.Errorf("taken back: %d %s", g.status, g.body)
			}
		}
		fk.get("/v1/cases").fails(t, "unauthenticated")
		for _, id := range []string{"00000000", "x", "%00", "%ff", "..%2f", strings.Repeat("a", 3000), given.Text} {
			if p := k.send("DELETE", "/v1/keys/"+id, "").fails(t, "unknown-key"); strings.Contains(p.Detail, id) {
				t.Errorf("the answer has what was sent: %s", p.Detail)
			}
		}
		if strings.Contains(k.log.String(), given.Text[9:]) || strings.Contains(k.log.String(), k.key[9:]) {
			t.Error("the log has a key")
		}

		var told []string
		must(t, k.office.Store.View(t.Context(), func(tx *store.Tx) error {
			return audit.Each(tx, audit.Filter{}, func(r *audit.Row) error {
				if strings.HasPrefix(r.Action, "key-") && strings.HasSuffix(r.Action, given.ID) {
					told = append(told, r.Action+" by "+r.Subject+" for "+r.Purpose)
				}
				return nil
			})
		}))
		slices.Sort(told)
		mine := " by " + keySubject(k.key) + " for maintenance"
		if !slices.Equal(told, []string{"key-given key:" + given.ID + mine, "key-revoked key:" + given.ID + mine}) {
			t.Errorf("the audit log has %q", told)
		}
	})
}

func keySubject(text string) string { return "key:" + strings.Split(text, "_")[1] }

func TestEverythingWrongWithAKeyIsTold(t *testing.T) {
	k := keep(t, storetest.Fresh(t, "sqlite"))
	before := len(k.keys())
	for _, c := range []struct{ body, codes, pointers string }{
		{`{}`, "body-missing-key body-missing-key", ""},
		{`{"title":" ","roles":[],"expires":"2026-02-28"}`, "body-text-blank access-no-role access-past", "/title /roles /expires"},
		{`{"title":"x","roles":["servise","actor","actor"],"actor":"fkk","partty":"x"}`, "body-not-word access-twice body-not-word access-actor body-unknown-key", ""},
		{`{"title":"x","roles":["actor"]}`, "access-actor", ""},
		{`{"title":"x","roles":["service"],"actor":"fk","party":"p"}`, "access-actor", "/actor"},
		{`{"title":"x","roles":["actor"],"actor":"fk"}`, "access-actor", "/actor"},
		{`{"title":"x","roles":["service"],"expires":"90d"}`, "body-not-day", "/expires"},
		{`{"title":"x","roles":["servise"]}`, "body-not-word", ""},
		// Nobody knows which role was meant; what is wrong whichever it is, is told.
		{`{"title":"x","roles":["acter"],"actor":"fk","party":"p"}`, "body-not-word", "/roles/0"},
		{`{"title":"x","roles":["acter"],"actor":"fkk","party":"p"}`, "body-not-word body-not-word", "/roles/0 /actor"},
		{`{"title":"x","roles":["actor","servise"],"actor":"fk"}`, "body-not-word access-actor", "/roles/1 /actor"},
		{`{"title":"x","roles":[],"actor":"fk","party":"p"}`, "access-no-role", "/roles"},
		// null is nothing, and told once.
		{`{"title":"x","roles":["actor"],"actor":null}`, "access-actor", "/actor"},
		{`{"title":"x","roles":["actor"],"actor":null,"party":"p"}`, "access-actor", "/actor"},
		{`{"title":"x","roles":["actor"],"actor":"fk","party":null}`, "access-actor", "/actor"},
		{`{"title":"x","roles":["service"],"actor":null}`, "access-actor", "/actor"},
		{`{"title":"x","roles":["service"],"actor":"fkk"}`, "access-actor", "/actor"},
		{`{"title":"x","roles":["service"],"party":null}`, "body-not-text", "/party"},
		{`{"title":"x","roles":"service"}`, "body-not-list", "/roles"},
		{`{"title":"x","roles":["service"],"title":"y"}`, "body-key-twice", ""},
	} {
		p := k.post("/v1/keys", c.body).fails(t, "body-at-fault")
		got := strings.Fields(codes(p))
		want := strings.Fields(c.codes)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %s, want %s", c.body, got, want)
		}
		for _, pointer := range strings.Fields(c.pointers) {
			if !slices.ContainsFunc(p.Faults, func(f httpapi.Fault) bool { return f.Pointer != nil && *f.Pointer == pointer }) {
				t.Errorf("%s: no fault at %s: %+v", c.body, pointer, p.Faults)
			}
		}
	}
	for lang, without := range map[string]string{"en": "certificate", "sv": "certifikat"} { // it is a key
		p := k.post("/v1/keys", `{"title":"x","roles":["actor"]}`, "Accept-Language", lang).problem(t)
		if hint := *p.Faults[0].Hint; strings.Contains(hint, without) || !strings.Contains(hint, "`party`") {
			t.Errorf("%s", hint)
		}
	}
	if n := len(k.keys()); n != before {
		t.Errorf("%d keys more", n-before)
	}
	k.post("/v1/keys", `{"title":"today","roles":["analyst"],"expires":"2026-03-01"}`).want(t, 201, nil)
}

// down is a door whose identity provider does not answer.
type down struct{}

func (down) Who(*http.Request) (*access.Principal, error) { return nil, errors.Join(door.ErrDown) }

func TestAProviderThatIsDownIsNoRefusal(t *testing.T) {
	k := keep(t, storetest.Fresh(t, "sqlite"), func(o *httpapi.Options) { o.Door = down{} })
	g := k.get("/v1/keys")
	if g.fails(t, "identity-unavailable"); g.header.Get("Retry-After") == "" || g.header.Get("Www-Authenticate") != "" {
		t.Errorf("%v", g.header)
	}
}
