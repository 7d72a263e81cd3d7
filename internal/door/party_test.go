package door_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// A service without a party sees every case. It does not come to that by a party that was left blank.
func TestABlankPartyIsNotTakenForNone(t *testing.T) {
	for _, party := range []string{"", " ", "\t"} {
		var faults diag.List
		door.ReadCertificates(diag.NewSource("access.toml", "[[certificate]]\nid = \"a\"\nsan = \"a\"\nroles = [\"service\"]\nparty = '"+party+"'\n"), &faults)
		if len(faults) != 1 || faults[0].Code != "blank-text" {
			t.Errorf("the party %q of a certificate: %v", party, faults)
		}
		if party == "" {
			continue
		}
		k := door.Key{Title: "t", Roles: []access.Role{access.Service}, Party: party}
		if err := k.Fault(time.Now()); !errors.Is(err, door.ErrNoParty) {
			t.Errorf("the party %q of a key: %v", party, err)
		}
	}
}

// TestAPartyIsOneHoweverItIsWritten_FAULTS18 names a party in all the ways in which somebody can come: its letters as one sign or two,
// with spaces round it. Cases are seen by a party that is compared to the letter, so that all of them must come to the same.
func TestAPartyIsOneHoweverItIsWritten_FAULTS18(t *testing.T) {
	const want = "växjö"
	written := []string{want, "va\u0308xjo\u0308", " " + want + "\u00a0"}
	storetest.OnEach(t, func(t *testing.T, db *storetest.Database) {
		s := db.Open(t)
		for _, party := range written {
			k, text := give(t, s, door.Key{Title: " " + party, Roles: []access.Role{access.Service}, Party: party})
			who, err := door.New(s).Who(asking(t, "Bearer "+text))
			if err != nil || who.Party != want || k.Party != want || k.Title != want {
				t.Errorf("with a key of the party %q comes %+v, %v; the key is %+v", party, who, err, k)
			}
		}
	})
	x := takes(t, door.TokenConfig{PartyClaim: "org"})
	for _, party := range written {
		who, err := x.who(x.token(x.now, claims{"roles": []string{"stegvis:actor:fo\u0308rsta"}, "org": party}))
		if err != nil || who.Party != want || who.Actor != "första" {
			t.Errorf("with a token of the party %q comes %+v, %v", party, who, err)
		}
	}
}
