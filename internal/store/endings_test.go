package store_test

import (
	"os"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/stegvis/stegvis/internal/store/storetest"
)

// TestTheOneOldSecretOfASubscriptionIsCarriedOver to where there can be many, and the latest of them back.
func TestTheOneOldSecretOfASubscriptionIsCarriedOver(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		kind := map[string]goose.Dialect{"sqlite": goose.DialectSQLite3, "postgres": goose.DialectPostgres}[s.Kind()]
		p, err := goose.NewProvider(kind, s.Writer(), os.DirFS("migrations/"+s.Kind()))
		must(t, err)
		do := func(query string, args ...any) {
			t.Helper()
			_, err := s.Writer().Exec(query, args...)
			must(t, err)
		}
		const before = 7
		if _, err := p.DownTo(t.Context(), before); err != nil {
			t.Fatal(err)
		}
		insert := `INSERT INTO subscriptions (id, url, types, model, actor, secret, created_at, created_by, old_secret, old_until) VALUES ($1, 'u', '', '', '', $2, 1, 'x', $3, $4)`
		do(insert, "a", []byte("new"), []byte("old"), int64(1772366403000000))
		do(insert, "b", []byte("new"), nil, nil)
		if _, err := p.UpTo(t.Context(), before+1); err != nil {
			t.Fatal(err)
		}
		var id string
		var secret []byte
		var until int64
		must(t, s.Writer().QueryRow(`SELECT subscription, secret, until FROM subscription_secrets`).Scan(&id, &secret, &until))
		if id != "a" || string(secret) != "old" || until != 1772366403000000 {
			t.Errorf("%s %s %d", id, secret, until)
		}
		do(`INSERT INTO subscription_secrets (subscription, secret, until) VALUES ('a', $1, 1)`, []byte("older"))
		if _, err := p.DownTo(t.Context(), before); err != nil {
			t.Fatal(err)
		}
		must(t, s.Writer().QueryRow(`SELECT old_secret, old_until FROM subscriptions WHERE id = 'a'`).Scan(&secret, &until))
		if string(secret) != "old" || until != 1772366403000000 {
			t.Errorf("%s %d", secret, until)
		}
	})
}
