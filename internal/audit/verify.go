package audit

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/internal/store"
)

// Fault is something about the log that cannot be, had nobody tampered with it.
type Fault struct {
	Lane int
	Seq  int64 // the row at which it shows
	What FaultKind
}

// FaultKind names a fault.
type FaultKind string

// The faults.
const (
	Changed  FaultKind = "changed"  // the row is not what its digest was made of
	Missing  FaultKind = "missing"  // there is no such row, though there are later ones, or the chain is said to be longer
	Unlinked FaultKind = "unlinked" // the row does not follow on the one before it: that was changed, with its digest
	Headless FaultKind = "headless" // the chain goes on to the row, and is said to end before it
	Replaced FaultKind = "replaced" // the row is another than the one whose digest was kept elsewhere
)

// Result is what Verify found.
type Result struct {
	Rows   int64
	Faults []Fault
	Damage []store.Damage // of what the log tells of: cases, and files that answered
	Head   string         // of the chains as they stand
}

// Verify goes through all chains, and holds what is kept against them and against itself. heads are what Head returned at any earlier times, kept elsewhere: without one nobody can tell
// whether the end of a chain was cut off and its head with it, or all of it made anew. It fails on heads that cannot be read.
func Verify(ctx context.Context, s *store.Store, heads ...string) (*Result, error) {
	kept, err := parseHeads(heads)
	if err != nil {
		return nil, err
	}
	out := &Result{}
	err = s.View(ctx, func(tx *store.Tx) error {
		ends := map[int]place{}
		if err := tx.Each(func(rows *sql.Rows) error {
			var p place
			err := rows.Scan(&p.lane, &p.seq, &p.digest)
			ends[p.lane] = p
			return err
		}, `SELECT lane, seq, digest FROM audit_heads ORDER BY lane`); err != nil {
			return err
		}
		last := map[int]place{} // the last row seen of each lane
		tell := func(lane int, seq int64, what FaultKind) {
			if f := (Fault{lane, seq, what}); !slices.Contains(out.Faults, f) {
				out.Faults = append(out.Faults, f)
			}
		}
		if err := Each(tx, Filter{}, func(r *Row) error {
			out.Rows++
			before, begun := last[r.Lane]
			if !begun {
				before.digest = make([]byte, len(r.Before))
			}
			for seq := before.seq + 1; seq < r.Seq && seq <= before.seq+maxMissing; seq++ {
				tell(r.Lane, seq, Missing)
			}
			if r.Seq == before.seq+1 && !bytes.Equal(r.Before, before.digest) {
				tell(r.Lane, r.Seq, Unlinked)
			}
			digest, err := r.digest()
			if err != nil {
				return err
			}
			if !bytes.Equal(digest, r.Digest) {
				tell(r.Lane, r.Seq, Changed)
			}
			if end := ends[r.Lane]; r.Seq == end.seq+1 {
				tell(r.Lane, r.Seq, Headless)
			}
			for _, k := range kept {
				if k.lane == r.Lane && k.seq == r.Seq && !bytes.Equal(k.digest, r.Digest) {
					tell(r.Lane, r.Seq, Replaced)
				}
			}
			last[r.Lane] = place{r.Lane, r.Seq, r.Digest}
			return nil
		}); err != nil {
			return err
		}
		if err := out.inspect(tx); err != nil {
			return err
		}
		for lane := range maxLane(ends, last, kept) + 1 {
			is, end := last[lane], ends[lane]
			switch {
			case end.seq > is.seq:
				tell(lane, is.seq+1, Missing)
			case end.seq == is.seq && is.seq > 0 && !bytes.Equal(end.digest, is.digest):
				tell(lane, is.seq, Changed)
			}
			for _, k := range kept {
				if k.lane == lane && k.seq > max(is.seq, end.seq) {
					tell(lane, is.seq+1, Missing)
					break
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Head, err = Head(ctx, s)
	return out, err
}

// inspect looks for what is missing of what the log tells of, or was changed. Of rows that only tell what was answered the files need not
// be kept: they were not always.
func (r *Result) inspect(tx *store.Tx) error {
	if err := tx.Inspect(func(d store.Damage) { r.Damage = append(r.Damage, d) }); err != nil {
		return err
	}
	if err := tx.Each(func(rows *sql.Rows) error {
		d := store.Damage{What: store.CaseMissing}
		err := rows.Scan(&d.Case)
		r.Damage = append(r.Damage, d)
		return err
	}, `SELECT DISTINCT case_id FROM audit a WHERE action = 'open' AND case_id <> '' AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = a.case_id) ORDER BY case_id`); err != nil {
		return err
	}
	return tx.Each(func(rows *sql.Rows) error {
		d := store.Damage{What: store.FilesMissing}
		err := rows.Scan(&d.Hash)
		if !slices.Contains(r.Damage, d) {
			r.Damage = append(r.Damage, d)
		}
		return err
	}, `SELECT DISTINCT hash FROM audit a WHERE action IN ('open', 'record') AND case_id <> '' AND hash <> '' AND NOT EXISTS (SELECT 1 FROM file_sets f WHERE f.hash = a.hash) ORDER BY hash`)
}

// maxMissing is how many rows of one gap are told of.
const maxMissing = 100

// place is the end of a chain at some time.
type place struct {
	lane   int
	seq    int64
	digest []byte
}

func maxLane(ends, last map[int]place, kept []place) (n int) {
	for lane := range ends {
		n = max(n, lane)
	}
	for lane := range last {
		n = max(n, lane)
	}
	for _, k := range kept {
		n = max(n, k.lane)
	}
	return n
}

// parseHeads reads what Head wrote.
func parseHeads(heads []string) (out []place, err error) {
	for _, head := range heads {
		for _, part := range strings.Split(strings.TrimSpace(head), ",") {
			if part == "" {
				continue
			}
			var p place
			f := strings.Split(part, ":")
			ok := len(f) == 3
			if ok {
				lane, err1 := strconv.Atoi(f[0])
				seq, err2 := strconv.ParseInt(f[1], 10, 64)
				_, err3 := fmt.Sscanf(f[2], "%x", &p.digest)
				p.lane, p.seq = lane, seq
				ok = err1 == nil && err2 == nil && err3 == nil && lane > 0 && lane <= 10_000 && len(p.digest) == 32
			}
			if !ok {
				return nil, fmt.Errorf("%q is no head of an audit log: LANE:SEQ:DIGEST is expected", part)
			}
			out = append(out, p)
		}
	}
	return out, nil
}

// CheckHead tells whether a text is what Head wrote.
func CheckHead(head string) error {
	_, err := parseHeads([]string{head})
	return err
}
