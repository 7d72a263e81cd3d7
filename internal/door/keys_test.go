package door_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// asking is a request with the texts as headers Authorization.
func asking(t testing.TB, said ...string) *http.Request {
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://stegvis.example/v1/cases", nil)
	must(t, err)
	for _, s := range said {
		r.Header.Add("Authorization", s)
	}
	return r
}

func give(t testing.TB, s *store.Store, k door.Key) (out *door.Key, text string) {
	t.Helper()
	storetest.In(t, s, func(tx *store.Tx) (err error) {
		out, text, err = door.Give(tx, k)
		return err
	})
	return out, text
}

func reason(err error) string {
	var refusal *door.Refusal
	if errors.As(err, &refusal) && errors.Is(err, access.ErrUnknown) {
		return refusal.Reason
	}
	return "?"
}

func TestAKeyOpensUntilItRunsOutOrIsTakenBack(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, db *storetest.Database) {
		s := db.Open(t)
		d := door.New(s)
		expires := db.Clock().Add(time.Hour)
		fk, text := give(t, s, door.Key{Title: "FK", Roles: []access.Role{access.Actor}, Actor: "fk", Party: "fk-syd", CreatedBy: "key:11111111", Expires: &expires})
		_, other := give(t, s, door.Key{Title: "Ärendesystem", Roles: []access.Role{access.Service, access.Analyst}, CreatedBy: "cli:anna"})

		who, err := d.Who(asking(t, "Bearer "+text))
		must(t, err)
		if who.Subject != "key:"+fk.ID || !slices.Equal(who.Roles, []access.Role{access.Actor}) || who.Actor != "fk" || who.Party != "fk-syd" {
			t.Errorf("asks: %+v", who)
		}
		if who, err := d.Who(asking(t, "bearer "+other)); err != nil || who.Party != "" || !who.Has(access.Analyst) {
			t.Errorf("asks: %+v, %v", who, err)
		}
		for _, c := range []struct{ what, said string }{
			{"no-key", "Bearer " + text[:len(text)-1]}, {"no-key", "Bearer " + text + "x"}, {"no-key", "Bearer stegvis_"}, {"no-key", "Bearer stegvis_\xff_x"},
			{"unknown-key", "Bearer " + text[:len("stegvis_12345678_")] + other[len("stegvis_12345678_"):]},
			{"unknown-key", "Bearer stegvis_00000000_" + other[len("stegvis_12345678_"):]},
			{"other-scheme", "Basic " + text}, {"other-scheme", text}, {"other-scheme", ""}, {"no-tokens-here", "Bearer x"}, {"no-key", "Bearer " + text + " "}, {"no-tokens-here", "Bearer  " + text},
		} {
			if _, err := d.Who(asking(t, c.said)); reason(err) != c.what {
				t.Errorf("%q: %v, want %s", c.said, err, c.what)
			}
		}
		if _, err := d.Who(asking(t)); reason(err) != "says-nothing" {
			t.Error(err)
		}
		if _, err := d.Who(asking(t, "Bearer "+text, "Bearer "+text)); reason(err) != "said-twice" {
			t.Error(err)
		}

		storetest.In(t, s, func(tx *store.Tx) error { return door.Revoke(tx, fk.ID, "cli:bo") })
		storetest.In(t, s, func(tx *store.Tx) error { return door.Revoke(tx, fk.ID, "cli:eva") }) // changes nothing
		if _, err := d.Who(asking(t, "Bearer "+text)); reason(err) != "key-revoked" {
			t.Error(err)
		}
		err = s.InTx(t.Context(), func(tx *store.Tx) error { return door.Revoke(tx, "00000000", "cli:bo") })
		if !errors.Is(err, door.ErrNoKey) {
			t.Error(err)
		}

		soon := db.Clock().Add(3 * time.Second)
		_, short := give(t, s, door.Key{Title: "kort", Roles: []access.Role{access.Auditor}, CreatedBy: "cli:anna", Expires: &soon})
		for range 5 {
			db.Clock()
		}
		if _, err := d.Who(asking(t, "Bearer "+short)); reason(err) != "key-expired" {
			t.Error(err)
		}

		var told []string
		must(t, s.View(t.Context(), func(tx *store.Tx) error {
			keys, err := door.List(tx)
			if len(keys) != 3 || keys[0].Revoked == nil || !keys[0].Expires.Equal(expires) || keys[0].CreatedBy != "key:11111111" || keys[1].Title != "Ärendesystem" || keys[1].Revoked != nil {
				t.Errorf("lists %+v", keys)
			}
			if err != nil {
				return err
			}
			return audit.Each(tx, audit.Filter{}, func(r *audit.Row) error {
				told = append(told, r.Subject+" "+r.Action)
				if strings.Contains(r.Action, text) {
					t.Error("the log has the key")
				}
				return nil
			})
		}))
		slices.Sort(told)
		if len(told) != 4 || told[0] != "cli:anna key-given key:"+strings.Split(short, "_")[1] && told[1] != "cli:anna key-given key:"+strings.Split(short, "_")[1] || told[2] != "cli:bo key-revoked key:"+fk.ID || told[3] != "key:11111111 key-given key:"+fk.ID {
			t.Errorf("the log has %q", told)
		}
	})
}

func TestAKeyThatCannotBeIsRefusedWithAllThatIsWrong(t *testing.T) {
	db := storetest.Fresh(t, "sqlite")
	s := db.Open(t)
	past := db.Clock()
	good := door.Key{Title: "t", Roles: []access.Role{access.Service}}
	with := func(f func(*door.Key)) door.Key {
		k := good
		f(&k)
		return k
	}
	for _, c := range []struct {
		k    door.Key
		want []error
	}{
		{with(func(k *door.Key) { k.Title = " " }), []error{door.ErrNoTitle}},
		{with(func(k *door.Key) { k.Title = strings.Repeat("å", 201) }), []error{door.ErrNoTitle}},
		{with(func(k *door.Key) { k.Title = "a\x1b[2J" }), []error{door.ErrNoTitle}},
		{with(func(k *door.Key) { k.Party = "a\nb" }), []error{door.ErrNoParty}},
		{with(func(k *door.Key) { k.Title = "for 19121212-1212" }), []error{door.ErrPersonal}},
		{with(func(k *door.Key) { k.Party = "1212121212" }), []error{door.ErrPersonal}},
		{with(func(k *door.Key) { k.Party = "a\xff" }), []error{door.ErrNoParty}},
		{with(func(k *door.Key) { k.Roles = nil }), []error{door.ErrNoRole}},
		{with(func(k *door.Key) { k.Roles = []access.Role{"boss"} }), []error{door.ErrNoRole}},
		{with(func(k *door.Key) { k.Roles = []access.Role{access.Service, access.Service} }), []error{door.ErrNoRole}},
		{with(func(k *door.Key) { k.Roles = []access.Role{access.Actor} }), []error{door.ErrActor}},
		{with(func(k *door.Key) { k.Roles, k.Actor = []access.Role{access.Actor}, "fk" }), []error{door.ErrActor}},
		{with(func(k *door.Key) { k.Actor, k.Party = "fk", "x" }), []error{door.ErrActor}},
		{with(func(k *door.Key) { k.Expires = &past }), []error{door.ErrPast}},
		{door.Key{Actor: "fk", Expires: &past}, []error{door.ErrNoTitle, door.ErrNoRole, door.ErrActor, door.ErrPast}},
	} {
		err := s.InTx(t.Context(), func(tx *store.Tx) error {
			_, text, err := door.Give(tx, c.k)
			if text != "" {
				t.Errorf("%+v is given out", c.k)
			}
			return err
		})
		for _, want := range []error{door.ErrNoTitle, door.ErrNoParty, door.ErrPersonal, door.ErrNoRole, door.ErrActor, door.ErrPast} {
			if errors.Is(err, want) != slices.Contains(c.want, want) {
				t.Errorf("%+v: %v, want %v", c.k, err, c.want)
			}
		}
	}
	must(t, s.View(t.Context(), func(tx *store.Tx) error {
		keys, err := door.List(tx)
		if len(keys) > 0 {
			t.Errorf("%+v", keys)
		}
		return err
	}))
}

// Whatever stands in the header, it is refused, and the database is not asked for what cannot be a key.
func TestNothingButAKeyOpens(t *testing.T) {
	s := storetest.Fresh(t, "sqlite").Open(t)
	d := door.New(s)
	_, text := give(t, s, door.Key{Title: "t", Roles: []access.Role{access.Service}})
	rapid.Check(t, func(rt *rapid.T) {
		b := []byte("Bearer " + text)
		for range rapid.IntRange(1, 3).Draw(rt, "changes") {
			i := rapid.IntRange(0, len(b)-1).Draw(rt, "at")
			switch rapid.SampledFrom([]string{"cut", "put", "change"}).Draw(rt, "what") {
			case "cut":
				b = append(b[:i], b[i+1:]...)
			case "put":
				b = slices.Insert(b, i, rapid.Byte().Draw(rt, "byte"))
			case "change":
				b[i] = rapid.Byte().Draw(rt, "byte")
			}
		}
		scheme, rest, _ := strings.Cut(string(b), " ")
		if strings.EqualFold(scheme, "Bearer") && rest == text {
			rt.Skip("it is the key")
		}
		if who, err := d.Who(asking(t, string(b))); who != nil || !errors.Is(err, access.ErrUnknown) {
			rt.Fatalf("%q opens: %v %v", b, who, err)
		}
	})
}

func TestAKeyOpensToTheEndOfItsLastDay(t *testing.T) {
	for _, c := range []struct{ day, end string }{
		{"2026-03-28", "2026-03-28T23:00:00Z"}, {"2026-03-29", "2026-03-29T22:00:00Z"}, {"2026-07-01", "2026-07-01T22:00:00Z"},
		{"2026-10-24", "2026-10-24T22:00:00Z"}, {"2026-10-25", "2026-10-25T23:00:00Z"}, {"2026-12-31", "2026-12-31T23:00:00Z"},
	} {
		end := door.EndOf(casetest.Day(t, c.day))
		k := door.Key{Expires: &end}
		if got := end.Format(time.RFC3339); got != c.end || k.LastDay().String() != c.day {
			t.Errorf("%s is over at %s, want %s; the last day is %s", c.day, got, c.end, k.LastDay())
		}
	}
}
