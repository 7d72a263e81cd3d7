package store

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/seal"
)

// Kind tells what an entry is.
type Kind string

// The kinds.
const (
	Opening    Kind = "opening"    // the case is opened with Model and Version
	Recording  Kind = "recording"  // Fact is Value from Held on
	Correction Kind = "correction" // Recording, in place of the entry Refers, which was a mistake
	Withdrawal Kind = "withdrawal" // the entry Refers was a mistake; of a Correction, what it stood in place of was one all the same
	Moving     Kind = "moving"     // Model and Version answer from now on
	Closing    Kind = "closing"
	Reopening  Kind = "reopening"
	Inviting   Kind = "parties"  // Parties are the parties from now on, beside who opened the case
	Deciding   Kind = "deciding" // Note is an answer that was given, as JSON; Held is the day asked about
)

// NewEntry is an entry to be.
type NewEntry struct {
	Kind    Kind
	Fact    string
	Value   json.RawMessage // as a case file writes it; null: nobody knows
	Held    calendar.Day    // the first day on which it is so
	Refers  int64           // Correction, Withdrawal: the entry that was a mistake
	Model   string
	Version string
	Note    string
	Parties []Party // also of an Opening
}

// Entry is one thing that happened to a case.
type Entry struct {
	NewEntry
	Seq      int64 // 1, 2, 3, … in a case
	Recorded time.Time
	By       string
}

// body is what of an entry is personal, as it is sealed.
type body struct {
	Fact    string          `json:"fact,omitempty"`
	Value   json.RawMessage `json:"value,omitempty"`
	Held    calendar.Day    `json:"held,omitempty"`
	Refers  int64           `json:"refers,omitempty"`
	Model   string          `json:"model,omitempty"`
	Version string          `json:"version,omitempty"`
	Note    string          `json:"note,omitempty"`
	Parties []Party         `json:"parties,omitempty"`

	// By these it shows that entries are missing after it. Older ones do not have them.
	Revision int64 `json:"revision,omitempty"` // of the case, once it is added
	Last     int64 `json:"last,omitempty"`     // the last entry that is added with it
}

// entryLabel binds a sealed body to its place and to all of the entry that is not sealed, so that none of it can be changed.
func entryLabel(id string, seq int64, kind Kind, recorded int64, by string) string {
	return fmt.Sprintf("entry %s %d %s %d %s", id, seq, kind, recorded, by)
}

// append adds entries after the last one of a case that nobody else can change meanwhile, and that is of the revision then.
func (tx *Tx) append(c *Case, revision int64, key *seal.Key, by string, entries []NewEntry) error {
	last, err := tx.lastOf(c, revision, key)
	if err != nil {
		return err
	}
	at := micros(tx.at)
	for i, e := range entries {
		seq := last + int64(i) + 1
		if e.Kind == Correction || e.Kind == Withdrawal {
			if err := tx.refers(c.ID, e.Refers, seq); err != nil {
				return err
			}
		}
		text, err := json.Marshal(body{e.Fact, e.Value, e.Held, e.Refers, e.Model, e.Version, e.Note, e.Parties, revision, last + int64(len(entries))})
		if err != nil {
			return err
		}
		sealed := key.Seal(text, entryLabel(c.ID, seq, e.Kind, at, by))
		if _, err := tx.exec(`INSERT INTO entries (case_id, seq, kind, recorded_at, recorded_by, sealed) VALUES ($1, $2, $3, $4, $5, $6)`,
			c.ID, seq, e.Kind, at, by, sealed); err != nil {
			return err
		}
	}
	return nil
}

// lastOf is the number of the last entry of a case that is to be of the revision: nothing is added where some are missing, or that would
// no longer show.
func (tx *Tx) lastOf(c *Case, revision int64, key *seal.Key) (int64, error) {
	var e Entry
	var at int64
	var sealed []byte
	err := tx.row(`SELECT seq, kind, recorded_at, recorded_by, sealed FROM entries WHERE case_id = $1 ORDER BY seq DESC LIMIT 1`, c.ID).Scan(&e.Seq, &e.Kind, &at, &e.By, &sealed)
	switch {
	case errors.Is(err, sql.ErrNoRows) && revision == 1:
		return 0, nil
	case errors.Is(err, sql.ErrNoRows):
		return 0, fmt.Errorf("%w: %s", ErrDamaged, EntryMissing)
	case err != nil:
		return 0, err
	}
	b, err := openEntry(key, c.ID, &e, at, sealed)
	if err == nil && (at != micros(c.Changed) || b.Last != 0 && (b.Last != e.Seq || b.Revision != revision-1)) {
		err = fmt.Errorf("%w: %s", ErrDamaged, EntryMissing)
	}
	return e.Seq, err
}

// refers tells whether an entry can be corrected or withdrawn by a later one. Whether it is set aside already is for whoever has read the
// entries to tell: what refers to what is sealed.
func (tx *Tx) refers(id string, seq, later int64) error {
	var kind Kind
	err := tx.row(`SELECT kind FROM entries WHERE case_id = $1 AND seq = $2`, id, seq).Scan(&kind)
	switch {
	case err == sql.ErrNoRows || err == nil && (seq >= later || kind != Recording && kind != Correction):
		return ErrNoEntry
	}
	return err
}

// Entries returns what happened to a case after the entry, in order. After an erasure there is nothing left to return. Where not all of
// them are there, or the row of the case is not what they say, it fails with ErrDamaged.
func (tx *Tx) Entries(id string, after int64) (out []Entry, err error) {
	c, key, err := tx.holder(id)
	if err != nil {
		return nil, err
	}
	w := whole{is: *c}
	err = tx.each(func(rows *sql.Rows) error {
		var e Entry
		var at int64
		var sealed []byte
		if err := rows.Scan(&e.Seq, &e.Kind, &at, &e.By, &sealed); err != nil {
			return err
		}
		e.Recorded = fromMicros(at)
		b, err := openEntry(key, id, &e, at, sealed)
		if err != nil {
			return err
		}
		w.add(&e, &b)
		e.Fact, e.Value, e.Held, e.Refers, e.Model, e.Version, e.Note, e.Parties = b.Fact, b.Value, b.Held, b.Refers, b.Model, b.Version, b.Note, b.Parties
		if e.Seq > after {
			out = append(out, e)
		}
		return nil
	}, `SELECT seq, kind, recorded_at, recorded_by, sealed FROM entries WHERE case_id = $1 ORDER BY seq`, id)
	if err != nil {
		return nil, err
	}
	if bad := w.end(); bad != nil {
		return nil, fmt.Errorf("%w: %s", ErrDamaged, bad.What)
	}
	return out, nil
}

// digestOf is the digest of the sealed entries of a case, and how many there are. It is the same before an erasure and after it.
func (tx *Tx) digestOf(id string) (digest []byte, n int64, err error) {
	h := sha256.New()
	err = tx.each(func(rows *sql.Rows) error {
		var e Entry
		var at int64
		var sealed []byte
		if err := rows.Scan(&e.Seq, &e.Kind, &at, &e.By, &sealed); err != nil {
			return err
		}
		digestEntry(h, id, &e, at, sealed)
		n++
		return nil
	}, `SELECT seq, kind, recorded_at, recorded_by, sealed FROM entries WHERE case_id = $1 ORDER BY seq`, id)
	return h.Sum(nil), n, err
}

func digestEntry(h hash.Hash, id string, e *Entry, at int64, sealed []byte) {
	for _, part := range [][]byte{[]byte(entryLabel(id, e.Seq, e.Kind, at, e.By)), sealed} {
		h.Write([]byte(strconv.Itoa(len(part)) + ":"))
		h.Write(part)
	}
}
