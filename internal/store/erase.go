package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErasedEvent is the type of all events of a case that is erased: that it was there is all that they tell. The rows stay, so that
// nobody who reads the log of events loses their place.
const ErasedEvent = "se.stegvis.case.erased"

// Erasure is the proof that a case was erased.
type Erasure struct {
	Case     string
	At       time.Time
	By       string
	Decision string // which decision it rests on
	Entries  int64  // how many there were
	Digest   []byte // of the entries as they stand, sealed, in the database
}

// Erase destroys the key of a case, and with it all that its entries say; what was worked out from them goes too. It cannot be
// undone. The id stays, so that nobody is answered by another case, and so do the sealed entries, for the chains over them.
func (tx *Tx) Erase(id string, revision int64, by, decision string) (*Erasure, error) {
	c, err := tx.hold(id, revision)
	if err != nil {
		return nil, err
	}
	e := &Erasure{Case: id, At: tx.at, By: by, Decision: decision}
	if e.Digest, e.Entries, err = tx.digestOf(id); err != nil {
		return nil, err
	}
	if err := tx.fall(id); err != nil {
		return nil, err
	}
	if err := tx.dismiss(id); err != nil {
		return nil, err
	}
	for _, q := range []string{
		`DELETE FROM case_keys WHERE case_id = $1`,
		`UPDATE cases SET reference = NULL WHERE id = $1`,
	} {
		if _, err := tx.exec(q, id); err != nil {
			return nil, err
		}
	}
	// Their keys stay: who never got the answer would otherwise open the case once more.
	if _, err := tx.exec(`UPDATE requests SET digest = $2, sealed = $2 WHERE case_id = $1`, id, []byte{}); err != nil {
		return nil, err
	}
	if _, err := tx.exec(`UPDATE events SET type = $2, step = '', actor = '', due = NULL, outcome = '' WHERE case_id = $1`, id, ErasedEvent); err != nil {
		return nil, err
	}
	c.State = StateErased
	if err := tx.change(c); err != nil {
		return nil, err
	}
	_, err = tx.exec(`INSERT INTO erasures (case_id, at, "by", decision, entries, digest) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, micros(e.At), by, decision, e.Entries, e.Digest)
	return e, err
}

// Erasure returns the proof of an erasure, and whether it still holds: whether the key is gone, nothing is left that was worked
// out from the entries, and the entries are those that were sealed. ErrKept where the case was not erased.
func (tx *Tx) Erasure(id string) (e *Erasure, holds bool, err error) {
	e = &Erasure{Case: id}
	var at int64
	err = tx.row(`SELECT at, "by", decision, entries, digest FROM erasures WHERE case_id = $1`, id).Scan(&at, &e.By, &e.Decision, &e.Entries, &e.Digest)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, ErrKept
	}
	if err != nil {
		return nil, false, err
	}
	e.At = fromMicros(at)
	var left int64
	if err := tx.row(`SELECT (SELECT COUNT(*) FROM case_keys WHERE case_id = $1) + (SELECT COUNT(*) FROM standings WHERE case_id = $1)
		+ (SELECT COUNT(*) FROM standing_steps WHERE case_id = $1) + (SELECT COUNT(*) FROM requests WHERE case_id = $1 AND length(digest) + length(sealed) > 0)
		+ (SELECT COUNT(*) FROM parties WHERE case_id = $1 AND actor <> '')
		+ (SELECT COUNT(*) FROM events WHERE case_id = $1 AND type <> $2)`, id, ErasedEvent).Scan(&left); err != nil {
		return nil, false, err
	}
	digest, n, err := tx.digestOf(id)
	return e, err == nil && left == 0 && n == e.Entries && string(digest) == string(e.Digest), err
}

// Scour lets nothing of what was erased stand in the log that SQLite writes ahead of the database: there the key of a case stands until
// others are written over it. done is false where somebody reads, or writes, so that it cannot be done now; nobody waits for it. What
// PostgreSQL overwrites when is its own affair.
func (s *Store) Scour(ctx context.Context) (done bool, err error) {
	if s.Kind() != "sqlite" {
		return true, nil
	}
	c, err := s.write.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer c.Close()
	var waits int
	if err := c.QueryRowContext(ctx, `PRAGMA busy_timeout`).Scan(&waits); err != nil {
		return false, err
	}
	if _, err := c.ExecContext(ctx, `PRAGMA busy_timeout = 0`); err != nil {
		return false, err
	}
	defer c.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf(`PRAGMA busy_timeout = %d`, waits))
	var busy, inLog, moved int
	err = c.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &inLog, &moved)
	return err == nil && busy == 0, err
}
