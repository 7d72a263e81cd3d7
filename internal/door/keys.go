package door

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/store"
)

// prefix begins every key, so that one that has got where it should not be can be found.
const prefix = "stegvis_"

// Key is a key that was given out, without its secret.
type Key struct {
	ID        string
	Title     string // what it is for, in words
	Roles     []access.Role
	Actor     string
	Party     string
	Created   time.Time
	CreatedBy string
	Expires   *time.Time // nil: never
	Revoked   *time.Time // nil: it is not
}

// What can stand in the way.
var (
	ErrNoKey   = errors.New("door: there is no such key")
	ErrNoTitle = errors.New("door: a key has a title of up to 200 characters")
	ErrNoParty = errors.New("door: a party has 1 to 200 characters")
	ErrNoRole  = errors.New("door: a key has one role or more, each once")
	ErrActor   = errors.New("door: the role of an actor needs the actor and the party, and only that role has an actor")
	ErrPast    = errors.New("door: a key cannot have run out when it is given out")
	// ErrPersonal: both stand in clear wherever keys are listed.
	ErrPersonal = errors.New("door: the title or the party looks like a personal number")
)

// KnownRoles lists the names of the roles, with commas between.
func KnownRoles() string { return strings.Join(roleNames(), ", ") }

// NearRole returns the role that may have been meant by the name; "" where none is near.
func NearRole(name string) string { return diag.Suggest(name, roleNames()) }

func roleNames() (out []string) {
	for _, r := range access.Roles {
		out = append(out, string(r))
	}
	return out
}

// Principal is who asks with the key.
func (k *Key) Principal() *access.Principal {
	return &access.Principal{Subject: k.subject(), Roles: k.Roles, Actor: k.Actor, Party: k.Party}
}

func (k *Key) subject() string { return SubjectOfKey(k.ID) }

// SubjectOfKey is how the log and what was made with a key name it.
func SubjectOfKey(id string) string { return "key:" + id }

// named is the key with its names as they are kept: a letter such as å is one sign (NFC), and spaces round them do not count.
func (k Key) named() Key {
	k.Title, k.Actor, k.Party = strings.TrimSpace(norm.NFC.String(k.Title)), norm.NFC.String(k.Actor), store.PartyName(k.Party)
	return k
}

// Fault tells everything that is wrong with a key that is to be given out; nil: nothing is.
func (k *Key) Fault(now time.Time) error {
	as := k.named()
	twice := func(i int, r access.Role) bool {
		return slices.Contains(k.Roles[:i], r) || !slices.Contains(access.Roles, r)
	}
	var faults []error
	if as.Title == "" || !legible(as.Title) {
		faults = append(faults, ErrNoTitle)
	}
	if !legible(as.Party) || k.Party != "" && as.Party == "" {
		faults = append(faults, ErrNoParty)
	}
	if store.Personal(as.Title) || store.Personal(as.Party) {
		faults = append(faults, ErrPersonal)
	}
	for i, r := range k.Roles {
		if twice(i, r) {
			faults = append(faults, ErrNoRole)
			break
		}
	}
	if len(k.Roles) == 0 {
		faults = append(faults, ErrNoRole)
	}
	if slices.Contains(k.Roles, access.Actor) != (k.Actor != "") || k.Actor != "" && k.Party == "" {
		faults = append(faults, ErrActor)
	}
	if k.Expires != nil && !k.Expires.After(now) {
		faults = append(faults, ErrPast)
	}
	return errors.Join(faults...)
}

// legible tells whether all of the text can be seen, in a line.
func legible(s string) bool {
	return utf8.RuneCountInString(s) <= 200 && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) })
}

// Give gives out a new key and returns it as text, which is not kept. The audit log has who gave it (CreatedBy) and which it is.
// What is wrong with k is told all at once; what is returned has the names that are kept.
func Give(tx *store.Tx, k Key) (out *Key, text string, err error) {
	if err := k.Fault(tx.At()); err != nil {
		return nil, "", err
	}
	k = k.named()
	var random [4 + 32]byte
	rand.Read(random[:]) // never fails
	k.ID, k.Created = hex.EncodeToString(random[:4]), tx.At()
	secret := base64.RawURLEncoding.EncodeToString(random[4:])
	digest := sha256.Sum256([]byte(secret))
	roles := make([]string, len(k.Roles))
	for i, r := range k.Roles {
		roles[i] = string(r)
	}
	_, err = tx.SQL().ExecContext(tx.Context(), `INSERT INTO api_keys (id, digest, title, roles, actor, party, created_at, created_by, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		k.ID, digest[:], k.Title, strings.Join(roles, ","), k.Actor, k.Party, k.Created.UnixMicro(), k.CreatedBy, micros(k.Expires))
	if err != nil {
		return nil, "", err
	}
	return &k, prefix + k.ID + "_" + secret, k.log(tx, k.CreatedBy, "key-given")
}

// Revoke takes a key back. From then on it opens nothing. The audit log has who took it. A key that is taken back stays so, and
// to take it again changes nothing.
func Revoke(tx *store.Tx, id, by string) error {
	if !idForm.MatchString(id) { // no database need be asked
		return ErrNoKey
	}
	k, _, err := scanKey(tx.SQL().QueryRowContext(tx.Context(), `SELECT `+keyColumns+` FROM api_keys WHERE id = $1`+tx.ForUpdate(), id))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrNoKey
	case err != nil || k.Revoked != nil:
		return err
	}
	if _, err := tx.SQL().ExecContext(tx.Context(), `UPDATE api_keys SET revoked_at = $2 WHERE id = $1`, id, tx.At().UnixMicro()); err != nil {
		return err
	}
	return k.log(tx, by, "key-revoked")
}

// log tells in the audit log what was done with the key, by whom.
func (k *Key) log(tx *store.Tx, by, what string) error {
	return audit.Append(tx, audit.Record{Subject: by, Action: what + " " + k.subject(), Purpose: string(access.Maintenance)})
}

const keyColumns = `id, digest, title, roles, actor, party, created_at, created_by, expires_at, revoked_at`

func scanKey(row interface{ Scan(...any) error }) (k Key, digest []byte, err error) {
	var roles string
	var created int64
	var expires, revoked sql.NullInt64
	err = row.Scan(&k.ID, &digest, &k.Title, &roles, &k.Actor, &k.Party, &created, &k.CreatedBy, &expires, &revoked)
	for r := range strings.SplitSeq(roles, ",") {
		k.Roles = append(k.Roles, access.Role(r))
	}
	k.Created, k.Expires, k.Revoked = time.UnixMicro(created).UTC(), moment(expires), moment(revoked)
	return k, digest, err
}

// List lists the keys that were given out, in that order, also those that were taken back.
func List(tx *store.Tx) (out []Key, err error) {
	err = tx.Each(func(rows *sql.Rows) error {
		k, _, err := scanKey(rows)
		out = append(out, k)
		return err
	}, `SELECT `+keyColumns+` FROM api_keys ORDER BY created_at, id`)
	return out, err
}

// keyForm is what a key looks like: ID and secret.
var (
	keyForm = regexp.MustCompile(`^` + prefix + `([0-9a-f]{8})_([0-9A-Za-z_-]{43})$`)
	idForm  = regexp.MustCompile(`^[0-9a-f]{8}$`)
)

// byKey returns who asks with the key.
func byKey(ctx context.Context, s *store.Store, text string) (who *access.Principal, err error) {
	parts := keyForm.FindStringSubmatch(text)
	if parts == nil {
		return nil, refuse("no-key")
	}
	err = s.View(ctx, func(tx *store.Tx) error {
		k, digest, err := scanKey(tx.SQL().QueryRowContext(tx.Context(), `SELECT `+keyColumns+` FROM api_keys WHERE id = $1`, parts[1]))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		got := sha256.Sum256([]byte(parts[2]))
		switch {
		case subtle.ConstantTimeCompare(got[:], digest) != 1:
			return refuse("unknown-key")
		case k.Revoked != nil:
			return refuse("key-revoked")
		case k.Expires != nil && !tx.At().Before(*k.Expires):
			return refuse("key-expired")
		}
		who = k.Principal()
		return nil
	})
	return who, err
}

// EndOf is the moment at which the day is over in Stockholm.
func EndOf(d calendar.Day) time.Time {
	year, month, day := d.Date()
	for hour := 22; ; hour++ { // in summer, else an hour later
		if t := time.Date(year, time.Month(month), day, hour, 0, 0, 0, time.UTC); calendar.Today(t) > d || hour == 24 {
			return t
		}
	}
}

// LastDay is the last day on which the key opens; nil where there is none.
func (k *Key) LastDay() *calendar.Day {
	if k.Expires == nil {
		return nil
	}
	day := calendar.Today(k.Expires.Add(-time.Microsecond))
	return &day
}

func micros(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UnixMicro()
}

func moment(n sql.NullInt64) *time.Time {
	if !n.Valid {
		return nil
	}
	t := time.UnixMicro(n.Int64).UTC()
	return &t
}
