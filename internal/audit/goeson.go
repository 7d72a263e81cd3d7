package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/stegvis/stegvis/internal/store"
)

// Flaw is something by which an exported log cannot be the one that goes on from where the log in a store ends.
type Flaw struct {
	Line     int // of the export; 0: none
	Lane     int // 0: the line is no row
	From, To int64
	What     FaultKind
}

// The flaws that only an export can have.
const (
	Alien FaultKind = "alien" // the line is no row of a log
	Empty FaultKind = "empty" // there is no row at all
	Late  FaultKind = "late"  // the export begins after where the store ends, and has nothing of the lane: it may have left out what came between
)

// longestRow is how long a line of an export can be, in bytes.
const longestRow = 1 << 20

// GoesOn reads a log as it is exported (Row.Exported), a row a line, and gives f those rows of it that go on from where the log in the
// store ends, as that of a backup which was restored does: what was done after it. It holds the export against the store: each row
// against its digest, the first row of each lane that goes on against the last one of the store, and each later one against the row
// before it; and it holds each lane that was at work when the export begins to the last row of the store. Rows from before that may be
// left out, and any row may stand there twice, so that exports can be put one after another. heads are what Head returned later, kept
// elsewhere: without one nobody can tell whether the end of the export was cut off, or all after the backup made anew.
//
// Where there is any flaw, what f was given must not be used. It fails on heads that cannot be read.
func GoesOn(tx *store.Tx, export io.Reader, heads []string, f func(*Row)) ([]Flaw, error) {
	kept, err := parseHeads(heads)
	if err != nil {
		return nil, err
	}
	x := &goingOn{lanes: map[int]*lanePart{}}
	if err := x.begin(tx); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(export)
	lines.Buffer(nil, longestRow)
	for n := 1; lines.Scan(); n++ {
		if row := x.line(n, lines.Bytes()); row != nil {
			f(row)
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		x.tell(Flaw{What: Alien})
	case err != nil:
		return nil, err
	}
	err = x.end(tx, kept)
	return x.flaws, err
}

// goingOn is an export that is being held against a store.
type goingOn struct {
	lanes map[int]*lanePart
	first time.Time // the earliest moment of any row
	early bool      // it has rows that the store has too
	flaws []Flaw
}

// lanePart is what is known of a lane.
type lanePart struct {
	place           // where it ends in the store
	at    time.Time // of its last row there
	met   bool      // the export has that row, or goes on from it
	last  int64     // the last row that was read
	from  int64     // the first of on
	on    [][]byte  // the digests of the rows after the end; after a gap, of those after that
}

// of is the digest of a row that was read or is the last one of the store; nil: it is not known.
func (p *lanePart) of(seq int64) []byte {
	switch i := seq - p.from; {
	case seq == p.seq:
		return p.digest
	case i >= 0 && i < int64(len(p.on)):
		return p.on[i]
	}
	return nil
}

// next is the row that the lane goes on with.
func (p *lanePart) next() int64 { return p.from + int64(len(p.on)) }

func (x *goingOn) tell(f Flaw) { x.flaws = append(x.flaws, f) }

func (x *goingOn) begin(tx *store.Tx) error {
	return tx.Each(func(rows *sql.Rows) error {
		p := &lanePart{}
		var at sql.NullInt64
		err := rows.Scan(&p.lane, &p.seq, &p.digest, &at)
		p.at, p.from = time.UnixMicro(at.Int64), p.seq+1
		x.lanes[p.lane] = p
		return err
	}, `SELECT h.lane, h.seq, h.digest, a.at FROM audit_heads h LEFT JOIN audit a ON a.lane = h.lane AND a.seq = h.seq`)
}

// line reads a line, and returns its row where that goes on from the store.
func (x *goingOn) line(n int, text []byte) *Row {
	var is struct {
		form
		Digest string `json:"digest"`
	}
	err := json.Unmarshal(text, &is)
	at, errAt := time.Parse(time.RFC3339Nano, is.At)
	digest, errDigest := hex.DecodeString(is.Digest)
	if errors.Join(err, errAt, errDigest) != nil || len(digest) != sha256.Size || is.Lane < 1 || is.Seq < 1 || is.Action == "" {
		x.tell(Flaw{Line: n, What: Alien})
		return nil
	}
	if x.first.IsZero() || at.Before(x.first) {
		x.first = at
	}
	flaw := Flaw{Line: n, Lane: is.Lane, From: is.Seq, To: is.Seq}
	made, err := is.form.digest()
	if flaw.What = Changed; err != nil || !bytes.Equal(made, digest) {
		x.tell(flaw)
	}
	p := x.lanes[is.Lane]
	if p == nil { // one that came later
		p = &lanePart{place: place{lane: is.Lane, digest: make([]byte, sha256.Size)}, from: 1}
		x.lanes[is.Lane] = p
	}
	p.last, x.early = max(p.last, is.Seq), x.early || is.Seq <= p.seq
	switch next := p.next(); {
	case is.Seq < p.seq: // the store has it
		return nil
	case is.Seq < next: // the last one of the store, or one that was read
		p.met = true
		if was := p.of(is.Seq); was != nil && !bytes.Equal(digest, was) {
			flaw.What = Replaced
			x.tell(flaw)
		}
		return nil
	case is.Seq > next:
		x.tell(Flaw{n, is.Lane, next, is.Seq - 1, Missing})
		p.from, p.on = is.Seq, nil
	case is.Before != hex.EncodeToString(p.of(next-1)):
		flaw.What = Unlinked
		x.tell(flaw)
	}
	p.on, p.met = append(p.on, digest), true
	return &Row{Record: Record{Subject: is.Subject, Action: is.Action, Case: is.Case, Purpose: is.Purpose, Hash: is.Hash}, Lane: is.Lane, Seq: is.Seq, At: at, Digest: digest}
}

// end holds what was read to how far it must have come.
func (x *goingOn) end(tx *store.Tx, kept []place) error {
	if x.first.IsZero() {
		x.tell(Flaw{What: Empty})
		return nil
	}
	late := false
	for _, lane := range slices.Sorted(maps.Keys(x.lanes)) {
		switch p := x.lanes[lane]; {
		case p.met || late:
		case !x.early:
			late = true // of all lanes alike
			x.tell(Flaw{0, lane, p.seq + 1, p.seq + 1, Late})
		case p.seq > 0 && !p.at.Before(x.first): // else it was last at work before the export begins, and has nothing to show
			x.tell(Flaw{0, lane, min(p.last+1, p.seq), p.seq, Missing})
		}
	}
	for _, k := range kept {
		p := x.lanes[k.lane]
		var is []byte
		switch {
		case p == nil:
			p = &lanePart{from: 1}
		case k.seq < p.seq:
			err := tx.SQL().QueryRowContext(tx.Context(), `SELECT digest FROM audit WHERE lane = $1 AND seq = $2`, k.lane, k.seq).Scan(&is)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		default:
			is = p.of(k.seq)
		}
		switch {
		case k.seq >= p.next():
			x.tell(Flaw{0, k.lane, p.next(), k.seq, Missing})
		case is != nil && !bytes.Equal(is, k.digest):
			x.tell(Flaw{0, k.lane, k.seq, k.seq, Replaced})
		}
	}
	return nil
}
