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
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
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
	Told    []byte // of an answer of which nothing is kept, what Told made of it; not with a Case
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

// Append adds rows in the transaction, in their order.
func Append(tx *store.Tx, records ...Record) error {
	if len(records) == 0 {
		return nil
	}
	at, err := takeLane(tx)
	if err != nil {
		return err
	}
	const columns, most = 11, 20 // rows that are added at a time
	for some := range slices.Chunk(records, most) {
		q := strings.Builder{}
		q.WriteString(`INSERT INTO audit (lane, seq, at, subject, action, case_id, purpose, hash, sealed, before, digest) VALUES `)
		args := make([]any, 0, columns*len(some))
		for i, r := range some {
			row := Row{Record: r, Lane: at.lane, Seq: at.seq + 1, At: tx.At(), Before: at.digest, Sealed: r.Told}
			if r.Answer != nil {
				if row.Sealed, err = tx.Seal(r.Case, r.Answer, row.label()); err != nil {
					return err
				}
			}
			if row.Digest, err = row.digest(); err != nil {
				return err
			}
			for n := range columns {
				switch {
				case n > 0:
					q.WriteString(", $")
				case i > 0:
					q.WriteString("), ($")
				default:
					q.WriteString("($")
				}
				q.WriteString(strconv.Itoa(i*columns + n + 1))
			}
			args = append(args, row.Lane, row.Seq, row.At.UnixMicro(), r.Subject, r.Action, r.Case, r.Purpose, r.Hash, row.Sealed, row.Before, row.Digest)
			at.seq, at.digest = row.Seq, row.Digest
		}
		q.WriteString(")")
		if _, err := tx.SQL().ExecContext(tx.Context(), q.String(), args...); err != nil {
			return err
		}
	}
	_, err = tx.SQL().ExecContext(tx.Context(), `UPDATE audit_heads SET seq = $2, digest = $3 WHERE lane = $1`, at.lane, at.seq, at.digest)
	return err
}

// takeLane takes a lane for the transaction, or the one that it has: whoever held two could wait for somebody who waits for it.
func takeLane(tx *store.Tx) (at place, err error) {
	const heads = `SELECT lane, seq, digest FROM audit_heads`
	query := func(q string, args ...any) error {
		return tx.SQL().QueryRowContext(tx.Context(), heads+q, args...).Scan(&at.lane, &at.seq, &at.digest)
	}
	taken, _ := tx.Kept(lane{}).(int)
	if taken > 0 {
		return at, query(` WHERE lane = $1`+tx.ForUpdate(), taken)
	}
	err = query(` ORDER BY lane LIMIT 1` + tx.AnyFree())
	if errors.Is(err, sql.ErrNoRows) { // all are taken: wait for any of them, each with its share of those who wait
		err = query(` WHERE lane = 1 + $1 % (SELECT COUNT(*) FROM audit_heads)`+tx.ForUpdate(), rand.Int32())
	}
	tx.Keep(lane{}, at.lane)
	return at, err
}

// lane is the key under which a transaction keeps which lane it has.
type lane struct{}

// Told returns a digest of what was asked and what was answered, for a row about an answer of which nothing is kept. It is under the
// store's own key, so that nobody can find out what it was by trying.
func Told(s *store.Store, asked, answered []byte) []byte {
	return s.Digest("answered", fmt.Sprintf("%d:%s%s", len(asked), asked, answered))
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

func (r *Row) digest() ([]byte, error) { return r.form().digest() }

func (f form) digest() ([]byte, error) {
	text, err := json.Marshal(f)
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
		ends, err := headsOf(tx)
		for i, p := range ends {
			if i > 0 {
				head += ","
			}
			head += fmt.Sprintf("%d:%d:%x", p.lane, p.seq, p.digest)
		}
		return err
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
func Each(tx *store.Tx, x Filter, f func(*Row) error) error { return each(tx, x, span{}, f) }

// span is a part of a lane: up to most rows after one number, up to another. The zero value is all of all lanes.
type span struct {
	lane       int
	after, end int64
	most       int
}

func each(tx *store.Tx, x Filter, within span, f func(*Row) error) error {
	query, args := `SELECT lane, seq, at, subject, action, case_id, purpose, hash, sealed, before, digest FROM audit WHERE 1 = 1`, []any(nil)
	and := func(condition string, value any) {
		args = append(args, value)
		query += fmt.Sprintf(condition, len(args))
	}
	if x.Case != "" {
		and(` AND case_id = $%d`, x.Case)
	}
	if x.Subject != "" {
		and(` AND subject = $%d`, x.Subject)
	}
	if !x.Since.IsZero() {
		and(` AND at >= $%d`, x.Since.UnixMicro())
	}
	if !x.Until.IsZero() {
		and(` AND at < $%d`, x.Until.UnixMicro())
	}
	if within.lane != 0 {
		and(` AND lane = $%d`, within.lane)
		and(` AND seq > $%d`, within.after)
		and(` AND seq <= $%d`, within.end)
	}
	query += ` ORDER BY lane, seq`
	if within.most != 0 {
		and(` LIMIT $%d`, within.most)
	}
	return tx.Each(func(rows *sql.Rows) error {
		var r Row
		var at int64
		if err := rows.Scan(&r.Lane, &r.Seq, &at, &r.Subject, &r.Action, &r.Case, &r.Purpose, &r.Hash, &r.Sealed, &r.Before, &r.Digest); err != nil {
			return err
		}
		r.At = time.UnixMicro(at).UTC()
		return f(&r)
	}, query, args...)
}

// Open returns what a row says was answered; store.ErrErased where its case is erased, nil where nothing was, or nothing of it is kept.
func (r *Row) Open(tx *store.Tx) ([]byte, error) {
	if r.Sealed == nil || r.Case == "" {
		return nil, nil
	}
	return tx.Unseal(r.Case, r.Sealed, r.label())
}
