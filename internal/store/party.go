package store

import (
	"bytes"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Party is one of those that have to do with a case.
type Party struct {
	Actor string `json:"actor"` // what they are to it: an actor of the model; "": they opened it
	Party string `json:"party"` // which of all those that are this actor: an organisation or a person
}

// PartyName is what a party is called where it is kept and where it is compared: a letter such as å is one sign however it was written
// (NFC), and spaces round the name do not count. "" for one that has none.
func PartyName(text string) string { return strings.TrimSpace(norm.NFC.String(text)) }

// Reach says which cases somebody may see. The zero value reaches none.
type Reach struct {
	All   bool
	Party string // those that it is a party to …
	Actor string // … as this actor; "": as any, or as who opened it
}

// Everything reaches every case.
var Everything = Reach{All: true}

// none tells whether no case can be reached.
func (r Reach) none() bool { return !r.All && r.Party == "" }

// reaches demands that a case, named by the column, is within reach.
func (q *query) reaches(tx *Tx, r Reach, column string) {
	switch {
	case r.All:
		return
	case r.none():
		q.text(` AND 1 = 0`)
		return
	}
	q.text(` AND EXISTS (SELECT 1 FROM parties p WHERE p.case_id = ` + column + ` AND p.party = `)
	q.arg(tx.partyDigest(r.Party))
	q.is(`p.actor`, r.Actor)
	q.text(`)`)
}

func (tx *Tx) partyDigest(party string) []byte { return tx.s.index.Digest("party", PartyName(party)) }

// See returns a case that is within reach. One that is not is answered for as one that there is not, after the same work: nothing
// but the parties is looked at for either.
func (tx *Tx) See(r Reach, id string) (*Case, error) {
	if err := tx.reach(r, id); err != nil {
		return nil, err
	}
	return tx.Case(id)
}

// Hold returns a case that is within reach, as See does, and that nobody else can change until the transaction ends. What is read of
// it after that is of one revision.
func (tx *Tx) Hold(r Reach, id string) (*Case, error) {
	if err := tx.reach(r, id); err != nil {
		return nil, err
	}
	c, err := scanCase(tx.row(`SELECT `+caseColumns+` FROM cases WHERE id = $1`+tx.s.forUpdate, id))
	if err != nil {
		return nil, err
	}
	return c, nil
}

// reach tells whether a case is within reach; ErrNoCase where it is not, whether there is one or not.
func (tx *Tx) reach(r Reach, id string) error {
	if r.All {
		return nil
	}
	within, err := tx.Within(r, []string{id})
	if err == nil && !within[id] {
		err = ErrNoCase
	}
	return err
}

// Within tells which of the cases are within reach. Whoever reaches everything is not asked whether there are such cases.
func (tx *Tx) Within(r Reach, ids []string) (map[string]bool, error) {
	within := map[string]bool{}
	if r.All {
		for _, id := range ids {
			within[id] = true
		}
		return within, nil
	}
	if r.none() || len(ids) == 0 {
		return within, nil
	}
	q := query{}
	q.text(`SELECT case_id FROM parties WHERE party = `)
	q.arg(tx.partyDigest(r.Party))
	q.is(`actor`, r.Actor)
	q.text(` AND case_id`)
	q.in(ids)
	err := tx.each(func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		within[id] = true
		return err
	}, q.String(), q.args...)
	return within, err
}

// dismiss removes the parties to a case that is about to be erased, but who opened it. That they were is kept, for WithinErased alone.
func (tx *Tx) dismiss(id string) error {
	var were []Party // of each the digest
	if err := tx.each(func(rows *sql.Rows) error {
		var p Party
		err := rows.Scan(&p.Actor, &p.Party)
		were = append(were, p)
		return err
	}, `SELECT actor, party FROM parties WHERE case_id = $1 AND actor <> ''`, id); err != nil {
		return err
	}
	for _, p := range were {
		if _, err := tx.exec(`INSERT INTO erased_parties (case_id, actor, party) VALUES ($1, $2, $3)`, id, p.Actor, tx.erasedDigest(id, []byte(p.Party))); err != nil {
			return err
		}
	}
	_, err := tx.exec(`DELETE FROM parties WHERE case_id = $1 AND actor <> ''`, id)
	return err
}

// erasedDigest is the digest of a party, given as its own, to a case that was erased. It is another for each case, so that it leads to
// no other of the party's.
func (tx *Tx) erasedDigest(id string, party []byte) []byte {
	return tx.s.index.Digest("erased party", id+"\x00"+string(party))
}

// WithinErased tells of which of the cases somebody is to know that they were erased: of those that were within reach until then.
func (tx *Tx) WithinErased(r Reach, ids []string) (map[string]bool, error) {
	within, err := tx.Within(r, ids)
	if err != nil || r.All || r.none() || len(ids) == 0 {
		return within, err
	}
	party := tx.partyDigest(r.Party)
	q := query{}
	q.text(`SELECT case_id, party FROM erased_parties WHERE case_id`)
	q.in(ids)
	q.is(`actor`, r.Actor)
	err = tx.each(func(rows *sql.Rows) error {
		var id string
		var was []byte
		if err := rows.Scan(&id, &was); err != nil {
			return err
		}
		if bytes.Equal(was, tx.erasedDigest(id, party)) {
			within[id] = true
		}
		return nil
	}, q.String(), q.args...)
	return within, err
}

// SetParties says who the parties to a case of the revision are from now on, 0: of whichever it has; also to one that is closed, which
// they could still read. Who opened it stays one.
func (tx *Tx) SetParties(id string, revision int64, by string, parties []Party) (*Case, error) {
	c, err := tx.hold(id, revision)
	if err != nil {
		return nil, err
	}
	parties = sortedParties(parties)
	if slices.ContainsFunc(parties, func(p Party) bool { return p.Actor == "" || p.Party == "" }) {
		return nil, ErrBadParty
	}
	if err := tx.add(c, by, []NewEntry{{Kind: Inviting, Parties: parties}}); err != nil {
		return nil, err
	}
	if _, err := tx.exec(`DELETE FROM parties WHERE case_id = $1 AND actor <> ''`, id); err != nil {
		return nil, err
	}
	return c, tx.invite(id, parties)
}

// invite keeps the digests by which the cases of a party are found.
func (tx *Tx) invite(id string, parties []Party) error {
	for _, p := range parties {
		if _, err := tx.exec(`INSERT INTO parties (case_id, actor, party) VALUES ($1, $2, $3)`, id, p.Actor, tx.partyDigest(p.Party)); err != nil {
			return err
		}
	}
	return nil
}

// sortedParties are the parties in one order, each once, by the names that they are kept under.
func sortedParties(parties []Party) []Party {
	out := slices.Clone(parties)
	for i := range out {
		out[i].Party = PartyName(out[i].Party)
	}
	slices.SortFunc(out, func(a, b Party) int {
		if c := strings.Compare(a.Actor, b.Actor); c != 0 {
			return c
		}
		return strings.Compare(a.Party, b.Party)
	})
	return slices.Compact(out)
}

// ErrBadParty is returned for parties of which one does not say what it is to the case, or who it is.
var ErrBadParty = errors.New("store: a party is an actor and who that is")
