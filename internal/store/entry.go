package store

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
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
	Withdrawal Kind = "withdrawal" // the entry Refers was a mistake
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
}

// entryLabel binds a sealed body to its place and to all of the entry that is not sealed, so that none of it can be changed.
func entryLabel(id string, seq int64, kind Kind, recorded int64, by string) string {
	return fmt.Sprintf("entry %s %d %s %d %s", id, seq, kind, recorded, by)
}

// append adds entries after the last one of a case that nobody else can change meanwhile.
func (tx *Tx) append(c *Case, key *seal.Key, by string, entries []NewEntry) error {
	var last int64
	if err := tx.row(`SELECT COALESCE(MAX(seq), 0) FROM entries WHERE case_id = $1`, c.ID).Scan(&last); err != nil {
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
		text, err := json.Marshal(body{e.Fact, e.Value, e.Held, e.Refers, e.Model, e.Version, e.Note, e.Parties})
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

// refers tells whether an entry can be corrected or withdrawn by a later one.
func (tx *Tx) refers(id string, seq, later int64) error {
	var kind Kind
	err := tx.row(`SELECT kind FROM entries WHERE case_id = $1 AND seq = $2`, id, seq).Scan(&kind)
	switch {
	case err == sql.ErrNoRows || err == nil && (seq >= later || kind != Recording && kind != Correction):
		return ErrNoEntry
	}
	return err
}

// Entries returns what happened to a case after the entry, in order. After an erasure there is nothing left to return.
func (tx *Tx) Entries(id string, after int64) (out []Entry, err error) {
	key, err := tx.key(id)
	if err != nil {
		return nil, err
	}
	err = tx.each(func(rows *sql.Rows) error {
		var e Entry
		var at int64
		var sealed []byte
		if err := rows.Scan(&e.Seq, &e.Kind, &at, &e.By, &sealed); err != nil {
			return err
		}
		e.Recorded = fromMicros(at)
		text, err := key.Open(sealed, entryLabel(id, e.Seq, e.Kind, at, e.By))
		if err != nil {
			return fmt.Errorf("store: entry %d of a case: %w", e.Seq, err)
		}
		var b body
		if err := json.Unmarshal(text, &b); err != nil {
			return fmt.Errorf("store: entry %d of a case cannot be read", e.Seq) // without the error, which can hold what it read
		}
		e.Fact, e.Value, e.Held, e.Refers, e.Model, e.Version, e.Note, e.Parties = b.Fact, b.Value, b.Held, b.Refers, b.Model, b.Version, b.Note, b.Parties
		out = append(out, e)
		return nil
	}, `SELECT seq, kind, recorded_at, recorded_by, sealed FROM entries WHERE case_id = $1 AND seq > $2 ORDER BY seq`, id, after)
	return out, err
}

// digestOf is the digest of the sealed entries of a case, and how many there are. It is the same before an erasure and after it.
func (tx *Tx) digestOf(id string) (digest []byte, n int64, err error) {
	h := sha256.New()
	err = tx.each(func(rows *sql.Rows) error {
		var seq, at int64
		var kind Kind
		var by string
		var sealed []byte
		if err := rows.Scan(&seq, &kind, &at, &by, &sealed); err != nil {
			return err
		}
		for _, part := range [][]byte{[]byte(entryLabel(id, seq, kind, at, by)), sealed} {
			h.Write([]byte(strconv.Itoa(len(part)) + ":"))
			h.Write(part)
		}
		n++
		return nil
	}, `SELECT seq, kind, recorded_at, recorded_by, sealed FROM entries WHERE case_id = $1 ORDER BY seq`, id)
	return h.Sum(nil), n, err
}
