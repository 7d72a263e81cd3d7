package door_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// tokens is a door that takes the tokens of a provider, with a clock of its own.
type tokens struct {
	*door.Door
	*provider
	t    *testing.T
	kept *store.Store
	now  time.Time
	log  casetest.Output
}

func takes(t *testing.T, c door.TokenConfig) *tokens {
	kept := storetest.Fresh(t, "sqlite").Open(t)
	x := &tokens{Door: door.New(kept), kept: kept, provider: newProvider(t), t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	c.Issuer, c.Audience, c.Now = x.URL, "stegvis-test", func() time.Time { return x.now }
	c.Logger = hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &x.log})
	x.Tokens = door.NewTokens(c)
	return x
}

func (x *tokens) who(text string) (*access.Principal, error) {
	x.t.Helper()
	return x.Who(asking(x.t, "Bearer "+text))
}

func TestATokenSaysWhoAsks(t *testing.T) {
	x := takes(t, door.TokenConfig{PartyClaim: "org.id"})
	org := func(id string) claims { return claims{"org": map[string]any{"id": id}} }
	with := func(roles any, party string) claims {
		c := org(party)
		c["roles"] = roles
		return c
	}
	for _, c := range []struct {
		changed claims
		roles   []access.Role
		actor   string
		why     string
	}{
		{changed: with([]string{"stegvis:service", "x"}, "p"), roles: []access.Role{access.Service}},
		{changed: with("openid stegvis:administrator stegvis:auditor", ""), roles: []access.Role{access.Administrator, access.Auditor}},
		{changed: with([]string{"stegvis:actor:fk", "stegvis:actor:fk"}, "p"), roles: []access.Role{access.Actor}, actor: "fk"},
		{changed: with([]string{"stegvis:actor:fk", "stegvis:actor:af"}, "p"), why: "token-roles"},
		{changed: with([]string{"stegvis:actor"}, "p"), why: "token-roles"},
		{changed: with([]string{"stegvis:actor:"}, "p"), why: "token-roles"},
		{changed: with([]string{"stegvis:service:fk"}, "p"), why: "token-roles"},
		{changed: with([]string{"stegvis:service", "stegvis:boss"}, "p"), why: "token-roles"},
		{changed: with([]string{"Stegvis:service"}, "p"), why: "token-roles"},
		{changed: with([]any{"stegvis:service", 7}, "p"), why: "token-roles"},
		{changed: with([]string{}, "p"), why: "token-roles"},
		{changed: with(nil, "p"), why: "token-roles"},
		{changed: with(map[string]any{"stegvis:service": true}, "p"), why: "token-roles"},
		{changed: with([]string{"stegvis:actor:fk"}, ""), why: "token-party"},
		{changed: with([]string{"stegvis:actor:fk"}, " \t"), why: "token-party"},
		{changed: with([]string{"stegvis:service"}, ""), why: "token-party"},
		{changed: with([]string{"stegvis:service"}, "19121212-1212"), why: "token-party"},
		{changed: claims{"org": []string{"p"}}, why: "token-party"},
		{changed: claims{"sub": nil, "org": map[string]any{"id": "p"}}, why: "token-subject"},
	} {
		who, err := x.who(x.token(x.now, c.changed))
		switch {
		case c.why != "":
			if reason(err) != c.why {
				t.Errorf("%v: %v, want %s", c.changed, err, c.why)
			}
		case err != nil:
			t.Errorf("%v: %v", c.changed, err)
		case !slices.Equal(who.Roles, c.roles) || who.Actor != c.actor || who.Party != c.changed["org"].(map[string]any)["id"]:
			t.Errorf("%v: %+v", c.changed, who)
		}
	}
}

// Where tokens are not asked for a party, services have none, and no token is an actor's.
func TestWithoutAClaimForItNoTokenHasAParty(t *testing.T) {
	x := takes(t, door.TokenConfig{RolesClaim: "realm_access.roles"})
	in := func(role string) claims {
		return claims{"roles": nil, "realm_access": map[string]any{"roles": []string{role}}}
	}
	if who, err := x.who(x.token(x.now, in("stegvis:service"))); err != nil || who.Party != "" {
		t.Errorf("%+v %v", who, err)
	}
	if _, err := x.who(x.token(x.now, in("stegvis:actor:fk"))); reason(err) != "token-party" {
		t.Error(err)
	}
	if _, err := x.who(x.token(x.now, nil)); reason(err) != "token-roles" {
		t.Error(err)
	}
}

func TestTheSubjectIsStableAndTellsNothing(t *testing.T) {
	x := takes(t, door.TokenConfig{})
	subject := func(c claims) string {
		who, err := x.who(x.token(x.now, c))
		must(t, err)
		return who.Subject
	}
	first := subject(nil)
	x.now = x.now.Add(time.Hour)
	if again := subject(claims{"jti": "other"}); again != first || first != door.SubjectOf(x.kept.Digest, x.URL, "19121212-1212") {
		t.Errorf("%s and %s", first, again)
	}
	if other := subject(claims{"sub": "19121212-1213"}); other == first || strings.Contains(first, "1212-") {
		t.Errorf("%s and %s", first, other)
	}
	elsewhere := storetest.Fresh(t, "sqlite").Open(t)
	if door.SubjectOf(elsewhere.Digest, x.URL, "19121212-1212") == first {
		t.Error("without the store's key it can be found by trying")
	}
}

// The times of a token hold, with a minute for clocks that differ.
func TestATokenIsGoodInItsTime(t *testing.T) {
	x := takes(t, door.TokenConfig{})
	at := func(s int) int64 { return x.now.Add(time.Duration(s) * time.Second).Unix() }
	for _, c := range []struct {
		changed claims
		why     string
	}{
		{claims{"exp": at(1)}, ""}, {claims{"exp": at(-59)}, ""}, {claims{"exp": at(-61)}, "token-expired"}, {claims{"exp": nil}, "token-expired"},
		{claims{"exp": "tomorrow"}, "token-form"}, {claims{"nbf": at(59)}, ""}, {claims{"nbf": at(62)}, "token-early"}, {claims{"nbf": at(3600)}, "token-form"},
		{claims{"nbf": float64(at(0)) + 0.5}, ""}, {claims{"aud": "other"}, "token-audience"}, {claims{"aud": nil}, "token-audience"},
		{claims{"aud": []string{"other", "stegvis-test"}}, ""}, {claims{"iss": x.URL + "/"}, "token-issuer"}, {claims{"iss": nil}, "token-issuer"},
	} {
		if _, err := x.who(x.token(x.now, c.changed)); c.why == "" && err != nil || c.why != "" && reason(err) != c.why {
			t.Errorf("%v: %v, want %q", c.changed, err, c.why)
		}
	}
}

// A provider that is down when the first token comes is no fault of the token's; once its keys are known it may be down.
func TestAProviderMayBeDownOnceItsKeysAreKnown(t *testing.T) {
	x := takes(t, door.TokenConfig{})
	x.fall(true)
	if _, err := x.who(x.token(x.now, nil)); !errors.Is(err, door.ErrDown) {
		t.Fatalf("down at first: %v", err)
	}
	x.fall(false)
	if _, err := x.who(x.token(x.now, nil)); !errors.Is(err, door.ErrDown) {
		t.Errorf("it was asked again at once: %v", err)
	}
	x.now = x.now.Add(6 * time.Second)
	good := func() {
		t.Helper()
		if _, err := x.who(x.token(x.now, nil)); err != nil {
			t.Fatal(err)
		}
	}
	good()
	x.fall(true)
	good()
	for range 3 {
		x.now = x.now.Add(time.Hour) // it is looked again, in vain
		good()
	}
	x.rotate("k2") // which nobody can know of
	if _, err := x.who(x.token(x.now, nil)); reason(err) != "token-signature" {
		t.Errorf("an unknown key: %v", err)
	}
	x.fall(false)
	x.now = x.now.Add(2 * time.Minute)
	good()
	x.fall(true)
	x.now = x.now.Add(25 * time.Hour)
	if _, err := x.who(x.token(x.now, nil)); !errors.Is(err, door.ErrDown) {
		t.Errorf("keys of yesterday: %v", err)
	}
}

// A new key is found when it is first used; a key that the provider has withdrawn opens nothing after a while; and whoever sends
// tokens with unknown keys does not make the service ask the provider for each.
func TestKeysOfTheProviderComeAndGo(t *testing.T) {
	x := takes(t, door.TokenConfig{})
	before := x.token(x.now, claims{"exp": x.now.Add(time.Hour).Unix()})
	if _, err := x.who(before); err != nil {
		t.Fatal(err)
	}
	x.rotate("k2")
	x.now = x.now.Add(6 * time.Second)
	// A look at the keys is over, and what it found is kept, a moment after it has answered.
	until := func(what string, is func() bool) {
		t.Helper()
		for range 2000 {
			if is() {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatal(what)
	}
	until("a new key does not open", func() bool { _, err := x.who(x.token(x.now, nil)); return err == nil })
	until("a key that was withdrawn still opens once its successor is known", func() bool { _, err := x.who(before); return err != nil })
	asked := x.asked()
	forger := newProvider(t)
	forger.rotate("k9")
	for range 200 {
		if _, err := x.who(forger.token(x.now, claims{"iss": x.URL})); reason(err) != "token-signature" {
			t.Fatal(err)
		}
	}
	if more := x.asked() - asked; more > 1 {
		t.Errorf("200 forged tokens made the service ask the provider %d times", more)
	}

	x.now = x.now.Add(time.Minute)
	kept := x.token(x.now, claims{"exp": x.now.Add(time.Hour).Unix()})
	x.rotate("k3") // and nobody comes with it
	x.now = x.now.Add(16 * time.Minute)
	if _, err := x.who(kept); err == nil {
		t.Error("a key that was withdrawn long ago still opens")
	}
}

// lagging is a set of keys that somebody else's look has just brought up to date: this one's comes too soon after it.
type lagging struct{ asked int }

func (l *lagging) VerifySignature(context.Context, string) ([]byte, error) {
	if l.asked++; l.asked == 1 {
		return nil, fmt.Errorf("fetching keys %w", door.ErrTooSoon)
	}
	return []byte("signed"), nil
}

// A token whose key another token has just brought is not refused, wherever between the two looks at the keys it came.
func TestATokenIsNotRefusedForALookThatHasJustEnded(t *testing.T) {
	if payload, err := door.Verify(t.Context(), &lagging{}, "x"); err != nil || string(payload) != "signed" {
		t.Errorf("%q %v", payload, err)
	}
}

func TestManyFirstTokensAskTheProviderOnce(t *testing.T) {
	x := takes(t, door.TokenConfig{})
	var all sync.WaitGroup
	text := x.token(x.now, nil)
	for range 50 {
		all.Go(func() {
			if _, err := x.who(text); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if x.asked() != 1 {
		t.Errorf("asked %d times", x.asked())
	}
	if log := x.log.String(); strings.Contains(log, text) || strings.Contains(log, "19121212") || !strings.Contains(log, "has answered") {
		t.Errorf("the log has the token, or nothing: %s", log)
	}
}
