package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"
)

// Request is one that may come again: the subject who sends it gives it a key of its own.
type Request struct {
	Subject, Key string
	Asked        []byte // all that the answer hangs on
}

// Once does f and keeps its answer, or, where the same request was done already, returns the answer that it got then and does
// nothing. Of the same requests at the same time one is done and the others wait for it. f names the case that the answer is of;
// when that is erased the answer goes, and what was asked, but not the key: the request is ErrErased, and not done again. A key that was
// used for something else is ErrReused. Where f fails, nothing is kept. Before an answer is given again, repeat is told which, and can keep
// it from being given; of a case that is erased it is told nil, and can say otherwise what stands in the way.
func (s *Store) Once(ctx context.Context, r Request, f func(*Tx) (id string, answer []byte, err error), repeat func(tx *Tx, id string, answer []byte) error) (answer []byte, again bool, err error) {
	// What was asked holds facts, and the key is whatever somebody chose: neither can be told from the row.
	digest, name := s.index.Digest("request", string(r.Asked)), hex.EncodeToString(s.index.Digest("request key", r.Key))
	label := "request " + r.Subject + " " + r.Key
	taken := false
	err = s.InTx(ctx, func(tx *Tx) error {
		// Another with the same key waits here until this one has ended. No row is written yet: from then on the transaction has its
		// number, by which events are put in order, and it may still have to wait for a case that others change first.
		if s.inTurn != "" {
			turn := s.index.Digest("request turn", r.Subject+"\x00"+r.Key)
			if _, err := tx.exec(s.inTurn, int64(binary.BigEndian.Uint64(turn))); err != nil {
				return err
			}
		}
		if err := tx.row(`SELECT EXISTS (SELECT 1 FROM requests WHERE subject = $1 AND key = $2)`, r.Subject, name).Scan(&taken); err != nil || taken {
			return err
		}
		id, text, err := f(tx)
		if err != nil {
			return err
		}
		key, err := tx.key(id)
		if err != nil {
			return err
		}
		answer = text
		_, err = tx.exec(`INSERT INTO requests (subject, key, digest, case_id, at, sealed) VALUES ($1, $2, $3, $4, $5, $6)`,
			r.Subject, name, digest, id, micros(tx.at), key.Seal(text, label))
		return err
	})
	if err != nil || !taken {
		return answer, false, err
	}
	forgotten := false
	err = s.InTx(ctx, func(tx *Tx) error {
		var asked, sealed []byte
		var id string
		err := tx.row(`SELECT digest, case_id, sealed FROM requests WHERE subject = $1 AND key = $2`, r.Subject, name).Scan(&asked, &id, &sealed)
		erased := err == nil && len(asked) == 0
		switch {
		case errors.Is(err, sql.ErrNoRows):
			forgotten = true
			return nil
		case err != nil:
			return err
		case erased:
			answer = nil
		case string(asked) != string(digest):
			return ErrReused
		default:
			key, err := tx.key(id)
			if err == nil {
				answer, err = key.Open(sealed, label)
			}
			if err != nil {
				return err
			}
		}
		if repeat != nil {
			if err := repeat(tx, id, answer); err != nil {
				return err
			}
		}
		if erased {
			return ErrErased
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, false, err
	case forgotten: // just now, so that it is as if it had never been sent
		return s.Once(ctx, r, f, repeat)
	}
	return answer, true, nil
}

// ForgetRequests forgets the answers of requests from before the moment, so many at the most, and returns how many there were.
func (tx *Tx) ForgetRequests(before time.Time, most int) (int64, error) {
	// Those that an erasure empties at the same time are passed over: two that wait for each other's rows would never end.
	return tx.exec(`DELETE FROM requests WHERE (subject, key) IN (SELECT subject, key FROM requests WHERE at < $1 ORDER BY at LIMIT $2`+tx.s.anyFree+`)`, micros(before), most)
}
