// Package audit keeps a log of who did what to which case, in a form that shows when it was tampered with. Each row holds the
// digest of the row before it, so that none can be changed, left out or put in without all that follow being made anew; and the
// digest of the last one (Head), kept elsewhere, shows even that.
//
// What was answered is personal, and stands in the row sealed under the key of its case. The digest is over the sealed text. So
// when a case is erased the chain still holds, and nobody can read what it said.
//
// A row is written in the transaction of what it tells of: there is no answer without its row, and no row without its answer. On a
// database with many writers one chain would make them queue, so there are several side by side (lanes), and a writer takes one
// that is free.
package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gowebpki/jcs"

	"github.com/stegvis/stegvis/internal/store"
)

// Record is what is to be logged.
type Record struct {
	Subject string
	Action  string
	Case    string // "": none
	Purpose string
	Hash    string // of the files that answered; "": none did
	Answer  []byte // what was answered; nil: nothing personal. Needs a Case that is not erased
}

// Row is a row of the log.
type Row struct {
	Record
	Lane   int
	Seq    int64
	At     time.Time
	Sealed []byte
	Before []byte
	Digest []byte
}

// Append adds a row in the transaction.
func Append(tx *store.Tx, r Record) error {
	row := Row{Record: r, At: tx.At()}
	err := tx.SQL().QueryRowContext(tx.Context(), `SELECT lane, seq, digest FROM audit_heads ORDER BY lane LIMIT 1`+tx.AnyFree()).Scan(&row.Lane, &row.Seq, &row.Before)
	if errors.Is(err, sql.ErrNoRows) { // all lanes are taken: wait for the one that falls to this row
		err = tx.SQL().QueryRowContext(tx.Context(), `SELECT lane, seq, digest FROM audit_heads WHERE lane = 1 + $1 % (SELECT COUNT(*) FROM audit_heads)`+tx.ForUpdate(),
			tx.At().UnixMicro()).Scan(&row.Lane, &row.Seq, &row.Before)
	}
	if err != nil {
		return err
	}
	row.Seq++
	if r.Answer != nil {
		if row.Sealed, err = tx.Seal(r.Case, r.Answer, row.label()); err != nil {
			return err
		}
	}
	if row.Digest, err = row.digest(); err != nil {
		return err
	}
	if _, err := tx.SQL().ExecContext(tx.Context(), `INSERT INTO audit (lane, seq, at, subject, action, case_id, purpose, hash, sealed, before, digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		row.Lane, row.Seq, row.At.UnixMicro(), r.Subject, r.Action, r.Case, r.Purpose, r.Hash, row.Sealed, row.Before, row.Digest); err != nil {
		return err
	}
	_, err = tx.SQL().ExecContext(tx.Context(), `UPDATE audit_heads SET seq = $2, digest = $3 WHERE lane = $1`, row.Lane, row.Seq, row.Digest)
	return err
}

func (r *Row) label() string { return fmt.Sprintf("audit %d %d", r.Lane, r.Seq) }

// form is a row as the digest is made of it: its canonical JSON (RFC 8785), with what is sealed and what came before by their digests.
type form struct {
	Lane    int    `json:"lane"`
	Seq     int64  `json:"seq"`
	At      string `json:"at"`
	Subject string `json:"subject"`
	Action  string `json:"action"`
	Case    string `json:"case"`
	Purpose string `json:"purpose"`
	Hash    string `json:"hash"`
	Sealed  string `json:"sealed"` // SHA-256; "": nothing is
	Before  string `json:"before"`
}

func (r *Row) form() form {
	f := form{Lane: r.Lane, Seq: r.Seq, At: r.At.UTC().Format(time.RFC3339Nano), Subject: r.Subject, Action: r.Action, Case: r.Case, Purpose: r.Purpose, Hash: r.Hash, Before: hex.EncodeToString(r.Before)}
	if r.Sealed != nil {
		sum := sha256.Sum256(r.Sealed)
		f.Sealed = hex.EncodeToString(sum[:])
	}
	return f
}

func (r *Row) digest() ([]byte, error) {
	text, err := json.Marshal(r.form())
	if err != nil {
		return nil, err
	}
	if text, err = jcs.Transform(text); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

// Exported is a row as it is exported: what its digest is made of, and the digest, so that anybody can verify a chain with nothing
// but SHA-256 and a writer of canonical JSON.
func (r *Row) Exported() any {
	return struct {
		form
		Digest string `json:"digest"`
	}{r.form(), hex.EncodeToString(r.Digest)}
}

// Head tells where every chain ends: "LANE:SEQ:DIGEST" for each that has rows, with commas between.
func Head(ctx context.Context, s *store.Store) (head string, err error) {
	err = s.View(ctx, func(tx *store.Tx) error {
		return tx.Each(func(rows *sql.Rows) error {
			var lane int
			var seq int64
			var digest []byte
			err := rows.Scan(&lane, &seq, &digest)
			if head != "" {
				head += ","
			}
			head += fmt.Sprintf("%d:%d:%x", lane, seq, digest)
			return err
		}, `SELECT lane, seq, digest FROM audit_heads WHERE seq > 0 ORDER BY lane`)
	})
	return head, err
}

// Filter picks rows; what is empty picks all.
type Filter struct {
	Case    string
	Subject string
	Since   time.Time
	Until   time.Time // not included
}

// Each gives the rows that the filter picks to f, by lane and number. Answers stay sealed.
func Each(tx *store.Tx, x Filter, f func(*Row) error) error {
	until := x.Until
	if until.IsZero() {
		until = time.UnixMicro(1 << 62)
	}
	return tx.Each(func(rows *sql.Rows) error {
		var r Row
		var at int64
		if err := rows.Scan(&r.Lane, &r.Seq, &at, &r.Subject, &r.Action, &r.Case, &r.Purpose, &r.Hash, &r.Sealed, &r.Before, &r.Digest); err != nil {
			return err
		}
		r.At = time.UnixMicro(at).UTC()
		return f(&r)
	}, `SELECT lane, seq, at, subject, action, case_id, purpose, hash, sealed, before, digest FROM audit
		WHERE ($1 = '' OR case_id = $1) AND ($2 = '' OR subject = $2) AND at >= $3 AND at < $4 ORDER BY lane, seq`,
		x.Case, x.Subject, x.Since.UnixMicro(), until.UnixMicro())
}

// Open returns what a row says was answered; store.ErrErased where its case is erased, nil where nothing was.
func (r *Row) Open(tx *store.Tx) ([]byte, error) {
	if r.Sealed == nil {
		return nil, nil
	}
	return tx.Unseal(r.Case, r.Sealed, r.label())
}
