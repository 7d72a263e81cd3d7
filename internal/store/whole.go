package store

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash"

	"github.com/stegvis/stegvis/internal/seal"
)

// ErrDamaged is returned for a case of which not all is there that was kept, or of which something was changed from outside.
var ErrDamaged = errors.New("store: what is kept of a case was changed from outside, or is not all there")

// DamageKind names what is wrong with what is kept.
type DamageKind string

// What can be wrong. An entry or a set of files that is not there, a row of a case that is not what its entries say.
const (
	NoKey        DamageKind = "no-key"        // the key is gone, and the case is not erased
	KeyLeft      DamageKind = "key-left"      // the case is erased, and its key is there
	NoProof      DamageKind = "no-proof"      // the case is erased, and the proof is gone
	OtherEntries DamageKind = "other-entries" // the case is erased, and its entries are not those of the proof
	EntryMissing DamageKind = "entry-missing" // the entry is not there, or others after the last one are not
	EntryChanged DamageKind = "entry-changed" // the entry is not what was sealed
	CaseChanged  DamageKind = "case-changed"  // the row of the case is not what its entries say
	CaseMissing  DamageKind = "case-missing"  // there is no such case, and the log has that it was opened
	FilesMissing DamageKind = "files-missing" // the log or a case has the hash, and the files are not kept
	FilesEarly   DamageKind = "files-early"   // the files are said to have answered more than an hour before they were kept
)

// Damage is something that is wrong with what is kept.
type Damage struct {
	What  DamageKind
	Case  string // "": it is about files
	Entry int64  // 0: about none
	Hash  string // of files
}

// whole holds the entries of a case, one after another from the first on, against its row.
type whole struct {
	is   Case
	last Entry
	body body // of the last one
	said Case // what the entries say
	bad  *Damage
}

func (w *whole) add(e *Entry, b *body) {
	if next := w.last.Seq + 1; e.Seq != next {
		w.tell(EntryMissing, next)
	}
	if was := &w.body; was.Last != 0 {
		together := w.last.Seq < was.Last // added with the one before
		if together && (b.Last != was.Last || b.Revision != was.Revision) || !together && b.Revision != was.Revision+1 {
			w.tell(EntryMissing, e.Seq)
		}
	}
	switch e.Kind {
	case Opening:
		w.said.Model, w.said.Version, w.said.State, w.said.Opened, w.said.OpenedBy = b.Model, b.Version, StateOpen, e.Recorded, e.By
	case Moving:
		w.said.Model, w.said.Version = b.Model, b.Version
	case Closing:
		w.said.State = StateClosed
	case Reopening:
		w.said.State = StateOpen
	}
	w.said.Changed = e.Recorded
	w.last, w.body = *e, *b
}

func (w *whole) tell(what DamageKind, entry int64) {
	if w.bad == nil {
		w.bad = &Damage{What: what, Case: w.is.ID, Entry: entry}
	}
}

// end tells what is wrong once all entries were added; nil: nothing is.
func (w *whole) end() *Damage {
	b, is := &w.body, &w.is
	w.said.ID, w.said.Revision = is.ID, is.Revision
	switch {
	case w.bad != nil:
	case w.last.Seq == 0, b.Last > w.last.Seq, b.Revision != 0 && b.Revision < is.Revision, w.said.Changed.Before(is.Changed):
		w.tell(EntryMissing, w.last.Seq+1)
	case b.Revision > is.Revision, b.Last != 0 && b.Last < w.last.Seq, w.said != *is:
		w.tell(CaseChanged, 0)
	}
	return w.bad
}

// openEntry opens what is sealed of an entry.
func openEntry(key *seal.Key, id string, e *Entry, at int64, sealed []byte) (b body, err error) {
	text, err := key.Open(sealed, entryLabel(id, e.Seq, e.Kind, at, e.By))
	if err != nil {
		return b, fmt.Errorf("store: entry %d of a case: %w", e.Seq, err)
	}
	if json.Unmarshal(text, &b) != nil {
		return b, fmt.Errorf("store: entry %d of a case cannot be read", e.Seq) // without the error, which can hold what it read
	}
	return b, nil
}

// holder returns a case, its key, and ErrErased where it is erased.
func (tx *Tx) holder(id string) (*Case, *seal.Key, error) {
	c, err := tx.Case(id)
	switch {
	case errors.Is(err, ErrNoCase):
		return nil, nil, ErrErased // as a case whose key is gone
	case err != nil:
		return nil, nil, err
	}
	key, err := tx.key(id)
	if errors.Is(err, ErrErased) && c.State != StateErased {
		err = fmt.Errorf("%w: its key", ErrDamaged)
	}
	return c, key, err
}

// Inspect gives all that is wrong with the cases and the files that are kept to f. It reads every entry once, as they come from the
// database, and needs the master key.
func (tx *Tx) Inspect(f func(Damage)) error {
	var at *inspected
	end := func() {
		if at != nil {
			at.end(f)
		}
	}
	if err := tx.each(func(rows *sql.Rows) error {
		var c Case
		var opened, changed int64
		var key seal.Wrapped
		var master, kind, by sql.NullString
		var proof, seq, recorded sql.NullInt64
		var digest, sealed []byte
		if err := rows.Scan(&c.ID, &c.Model, &c.Version, &c.State, &c.Revision, &opened, &c.OpenedBy, &changed, &master, &key.Sealed, &proof, &digest,
			&seq, &kind, &recorded, &by, &sealed); err != nil {
			return err
		}
		if at == nil || at.is.ID != c.ID {
			end()
			c.Opened, c.Changed, key.Master = fromMicros(opened), fromMicros(changed), master.String
			at = &inspected{whole: whole{is: c}, proof: proof.Valid, count: proof.Int64, digest: digest, h: sha256.New()}
			if master.Valid {
				at.key, at.err = tx.s.masters.unwrap(key, caseLabel(c.ID))
			}
			if errors.Is(at.err, seal.ErrNoMaster) {
				return at.err
			}
		}
		if !seq.Valid {
			return nil
		}
		e := Entry{Seq: seq.Int64, Recorded: fromMicros(recorded.Int64), By: by.String}
		e.Kind = Kind(kind.String)
		at.entry(&e, recorded.Int64, sealed)
		return nil
	}, `SELECT c.id, c.model, c.version, c.state, c.revision, c.opened_at, c.opened_by, c.changed_at, k.master, k.wrapped, x.entries, x.digest,
		e.seq, e.kind, e.recorded_at, e.recorded_by, e.sealed
		FROM cases c LEFT JOIN case_keys k ON k.case_id = c.id LEFT JOIN erasures x ON x.case_id = c.id LEFT JOIN entries e ON e.case_id = c.id
		ORDER BY c.id, e.seq`); err != nil {
		return err
	}
	end()
	for what, q := range map[DamageKind]string{
		FilesMissing: `SELECT DISTINCT hash FROM standings s WHERE NOT EXISTS (SELECT 1 FROM file_sets f WHERE f.hash = s.hash) ORDER BY hash`,
		// Of several processes one can have kept them a little later, by its own clock, than another began to answer.
		FilesEarly: `SELECT DISTINCT a.hash FROM activations a JOIN file_sets f ON f.hash = a.hash WHERE a.at < f.at - 3600000000 ORDER BY a.hash`,
	} {
		if err := tx.each(func(rows *sql.Rows) error {
			d := Damage{What: what}
			err := rows.Scan(&d.Hash)
			f(d)
			return err
		}, q); err != nil {
			return err
		}
	}
	return nil
}

// inspected is a case that is being looked at.
type inspected struct {
	whole
	key    *seal.Key // nil: there is none, or none that opens
	err    error     // of a key that is not what was wrapped
	proof  bool      // that it is erased, with how many entries of what digest
	count  int64
	digest []byte
	h      hash.Hash // of the entries
}

func (x *inspected) entry(e *Entry, at int64, sealed []byte) {
	digestEntry(x.h, x.is.ID, e, at, sealed)
	x.count--
	if x.is.State == StateErased || x.key == nil {
		return
	}
	b, err := openEntry(x.key, x.is.ID, e, at, sealed)
	if err != nil {
		x.tell(EntryChanged, e.Seq)
		x.last = *e
		return
	}
	x.add(e, &b)
}

func (x *inspected) end(f func(Damage)) {
	erased := x.is.State == StateErased
	switch {
	case erased && (x.key != nil || x.err != nil):
		x.tell(KeyLeft, 0)
	case erased && !x.proof:
		x.tell(NoProof, 0)
	case erased && (x.count != 0 || !bytes.Equal(x.h.Sum(nil), x.digest)):
		x.tell(OtherEntries, 0)
	case erased:
	case x.key == nil:
		x.tell(NoKey, 0)
	default:
		x.whole.end()
	}
	if x.bad != nil {
		f(*x.bad)
	}
}
