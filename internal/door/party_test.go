package door_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/door"
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
