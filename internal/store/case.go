package store

import (
	"database/sql"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/seal"
)

// State tells whether a case goes on.
type State string

// The states.
const (
	StateOpen   State = "open"
	StateClosed State = "closed" // by somebody; what an outcome of the model says is in the standing
	StateErased State = "erased"
)

// Case is a case, without what is personal in it.
type Case struct {
	ID       string
	Model    string
	Version  string // "": the one in force when the case started
	State    State
	Revision int64 // grows by one with each change
	Opened   time.Time
	OpenedBy string
	Changed  time.Time
}

// NewCase says what a case is opened with.
type NewCase struct {
	ID        string // "": one is made up
	Reference string // the name that whoever opens the case knows it by, kept as a digest alone; "": none
	Model     string
	Version   string
	By        string
	Parties   []Party // with the actor "", who opened it
	Entries   []NewEntry
}

// idForm is what the id of a case can be: it stands in addresses and logs, so it is opaque.
var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// personal is what a personal number or coordination number looks like: with or without century and sign, and with a day of birth that
// there can be. A coordination number has 60 more in the place of the day, and of a day that nobody knows the month and the day can be
// 00. The number of an organisation has 20 or more where the month would stand; that of a business of one's own is a personal number.
var personal = regexp.MustCompile(`(^|[^0-9])([0-9]{2})?[0-9]{2}(0[0-9]|1[0-2])([0-26-8][0-9]|[39][01])( ?[-+‐‑‒–—−] ?| )?[0-9]{4}([^0-9]|$)`)

// Personal tells whether a text holds what a personal number looks like, whether its check digit is right or not. A UUID whose digits
// happen to look like one does not: it is made by chance.
func Personal(text string) bool { return personal.MatchString(text) && uuid.Validate(text) != nil }

// CaseID tells whether the id can be that of a case. A personal number never is one, whether its check digit is right or not; a
// UUID whose digits happen to look like one is.
func CaseID(id string) bool {
	return idForm.MatchString(id) && !Personal(id)
}

// Create opens a case.
func (tx *Tx) Create(n NewCase) (*Case, error) {
	if n.ID == "" {
		n.ID = uuid.NewString()
	} else if !CaseID(n.ID) {
		return nil, ErrBadCase
	}
	var reference []byte
	if n.Reference != "" {
		reference = tx.reference(n.opener(), n.Reference)
	}
	c := &Case{ID: n.ID, Model: n.Model, Version: n.Version, State: StateOpen, Revision: 1, Opened: tx.at, OpenedBy: n.By, Changed: tx.at}
	added, err := tx.exec(`INSERT INTO cases (id, model, version, state, revision, opened_at, opened_by, changed_at, reference)
		VALUES ($1, $2, $3, 'open', 1, $4, $5, $4, $6) ON CONFLICT DO NOTHING`, c.ID, c.Model, c.Version, micros(tx.at), c.OpenedBy, reference)
	switch {
	case err != nil:
		return nil, err
	case added == 0:
		return nil, tx.taken(c.ID)
	}
	key, wrapped := tx.s.masters.ring.Load().NewKey(caseLabel(c.ID))
	if _, err := tx.exec(`INSERT INTO case_keys (case_id, master, wrapped) VALUES ($1, $2, $3)`, c.ID, wrapped.Master, wrapped.Sealed); err != nil {
		return nil, err
	}
	parties := sortedParties(n.Parties)
	if slices.ContainsFunc(parties, func(p Party) bool { return p.Party == "" }) {
		return nil, ErrBadParty
	}
	if err := tx.invite(c.ID, parties); err != nil {
		return nil, err
	}
	opening := []NewEntry{{Kind: Opening, Model: n.Model, Version: n.Version, Parties: parties}}
	return c, tx.append(c, c.Revision, key, n.By, append(opening, n.Entries...))
}

// taken tells which of its names another case has.
func (tx *Tx) taken(id string) error {
	switch _, err := tx.Case(id); {
	case errors.Is(err, ErrNoCase):
		return ErrNamed
	case err != nil:
		return err
	}
	return ErrTaken
}

const caseColumns = `id, model, version, state, revision, opened_at, opened_by, changed_at`

func scanCase(row interface{ Scan(...any) error }) (*Case, error) {
	var c Case
	var opened, changed int64
	err := row.Scan(&c.ID, &c.Model, &c.Version, &c.State, &c.Revision, &opened, &c.OpenedBy, &changed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNoCase
	}
	c.Opened, c.Changed = fromMicros(opened), fromMicros(changed)
	return &c, err
}

// Case returns a case.
func (tx *Tx) Case(id string) (*Case, error) {
	return scanCase(tx.row(`SELECT `+caseColumns+` FROM cases WHERE id = $1`, id))
}

// Find returns the case that the party which opened it, "" for none, knows by the reference.
func (tx *Tx) Find(opener, reference string) (*Case, error) {
	return scanCase(tx.row(`SELECT `+caseColumns+` FROM cases WHERE reference = $1`, tx.reference(opener, reference)))
}

// reference is what a case is found by, however its letters are written (NFC), and spaces round it do not count. It is of whoever opened the case, so that nobody can try
// whether another's case has a name.
func (tx *Tx) reference(opener, reference string) []byte {
	return tx.s.index.Digest("reference", PartyName(opener)+"\x00"+strings.TrimSpace(norm.NFC.String(reference)))
}

// opener is the party that opens the case; "": none.
func (n *NewCase) opener() string {
	for _, p := range n.Parties {
		if p.Actor == "" {
			return p.Party
		}
	}
	return ""
}

// hold returns a case that nobody else can change until the transaction ends. Revision 0 holds whichever there is.
func (tx *Tx) hold(id string, revision int64) (*Case, error) {
	c, err := scanCase(tx.row(`SELECT `+caseColumns+` FROM cases WHERE id = $1`+tx.s.forUpdate, id))
	switch {
	case err != nil:
		return nil, err
	case c.State == StateErased:
		return nil, ErrErased
	case revision != 0 && revision != c.Revision:
		return nil, ErrStale
	}
	return c, nil
}

// key returns the key of a case.
func (tx *Tx) key(id string) (*seal.Key, error) {
	var w seal.Wrapped
	err := tx.row(`SELECT master, wrapped FROM case_keys WHERE case_id = $1`, id).Scan(&w.Master, &w.Sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrErased
	}
	if err != nil {
		return nil, err
	}
	return tx.s.masters.unwrap(w, caseLabel(id))
}

// change counts a change of the case.
func (tx *Tx) change(c *Case) error {
	c.Revision, c.Changed = c.Revision+1, tx.at
	_, err := tx.exec(`UPDATE cases SET model = $2, version = $3, state = $4, revision = $5, changed_at = $6 WHERE id = $1`,
		c.ID, c.Model, c.Version, c.State, c.Revision, micros(c.Changed))
	return err
}

// Record adds entries to a case of the revision; 0: of whichever it has.
func (tx *Tx) Record(id string, revision int64, by string, entries []NewEntry) (*Case, error) {
	if len(entries) == 0 {
		return nil, ErrNothing
	}
	c, err := tx.hold(id, revision)
	if err != nil {
		return nil, err
	}
	if c.State == StateClosed {
		return nil, ErrClosed
	}
	return c, tx.add(c, by, entries)
}

// add adds entries to a case that is held.
func (tx *Tx) add(c *Case, by string, entries []NewEntry) error {
	key, err := tx.key(c.ID)
	if err != nil {
		return err
	}
	if err := tx.append(c, c.Revision+1, key, by, entries); err != nil {
		return err
	}
	return tx.change(c)
}

// Close ends the work with a case; why is personal and sealed. Of one that is closed already nothing is changed; another why than the
// one that it was closed with is ErrClosed, since it would be kept nowhere.
func (tx *Tx) Close(id string, revision int64, by, why string) (*Case, error) {
	return tx.turn(id, revision, by, StateClosed, NewEntry{Kind: Closing, Note: why})
}

// Reopen takes the work up again. Of a case that is open nothing is changed; another why than the one that it was taken up with is
// ErrOpen.
func (tx *Tx) Reopen(id string, revision int64, by, why string) (*Case, error) {
	return tx.turn(id, revision, by, StateOpen, NewEntry{Kind: Reopening, Note: why})
}

func (tx *Tx) turn(id string, revision int64, by string, to State, e NewEntry) (*Case, error) {
	c, err := tx.hold(id, revision)
	if err != nil {
		return nil, err
	}
	if c.State == to {
		return c, tx.turned(id, e)
	}
	c.State = to
	if err := tx.rest(id, to); err != nil {
		return nil, err
	}
	return c, tx.add(c, by, []NewEntry{e})
}

// turned tells whether a case was turned already as the entry says: with no reason, or with that one.
func (tx *Tx) turned(id string, e NewEntry) error {
	if e.Note == "" {
		return nil
	}
	entries, err := tx.Entries(id, 0)
	if err != nil {
		return err
	}
	for _, was := range slices.Backward(entries) {
		if was.Kind == Closing || was.Kind == Reopening {
			if was.Note == e.Note {
				return nil
			}
			break
		}
	}
	if e.Kind == Closing {
		return ErrClosed
	}
	return ErrOpen
}

// Move lets another version of a model, or another model, answer for the case from now on.
func (tx *Tx) Move(id string, revision int64, by, model, version, why string) (*Case, error) {
	c, err := tx.hold(id, revision)
	if err != nil {
		return nil, err
	}
	c.Model, c.Version = model, version
	return c, tx.add(c, by, []NewEntry{{Kind: Moving, Model: model, Version: version, Note: why}})
}

// day writes a day, or NULL for none.
func day(d *calendar.Day) any {
	if d == nil {
		return nil
	}
	return int64(*d)
}
