package door_test

import (
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// BenchmarkWho is what it costs to find out who asks: by a key, which is looked up in the database so that one that is taken back
// opens nothing at any replica, and by a token, whose signature is verified.
func BenchmarkWho(b *testing.B) {
	for _, kind := range storetest.Kinds {
		b.Run("key/"+kind, func(b *testing.B) {
			s := storetest.Fresh(b, kind).Open(b)
			d := door.New(s)
			_, text := give(b, s, door.Key{Title: "t", Roles: []access.Role{access.Service}})
			r := asking(b, "Bearer "+text)
			for b.Loop() {
				if _, err := d.Who(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("token", func(b *testing.B) {
		p := newProvider(b)
		d := door.New(storetest.Fresh(b, "sqlite").Open(b))
		d.Tokens = door.NewTokens(door.TokenConfig{Issuer: p.URL, Audience: "stegvis-test"})
		r := asking(b, "Bearer "+p.token(time.Now(), nil))
		for b.Loop() {
			if _, err := d.Who(r); err != nil {
				b.Fatal(err)
			}
		}
	})
}
