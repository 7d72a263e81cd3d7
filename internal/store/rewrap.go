package store

import (
	"context"
	"database/sql"

	"github.com/stegvis/stegvis/internal/seal"
)

// Masters counts the keys that are wrapped under each master key, by its id (seal.Ring.IDs).
func (s *Store) Masters(ctx context.Context) (counts map[string]int64, err error) {
	counts = map[string]int64{}
	err = s.View(ctx, func(tx *Tx) error {
		return tx.each(func(rows *sql.Rows) error {
			var id string
			var n int64
			err := rows.Scan(&id, &n)
			counts[id] += n
			return err
		}, `SELECT master, COUNT(*) FROM case_keys GROUP BY master UNION ALL SELECT index_master, 1 FROM store`)
	})
	return counts, err
}

// rewrapPage is how many keys are wrapped anew in one transaction.
const rewrapPage = 500

// Rewrap wraps all keys under the newest master key that are not, and returns how many those were. Others can go on working, if they
// have that master key too; what one of them wraps meanwhile under an older one is left for the next time. It can be
// stopped at any moment and begun again.
func (s *Store) Rewrap(ctx context.Context) (done int64, err error) {
	if done, err = s.rewrapIndex(ctx); err != nil {
		return done, err
	}
	for after := ""; ; {
		n, last, err := s.rewrapPage(ctx, after)
		done += n
		if err != nil || last == "" {
			return done, err
		}
		after = last
	}
}

func (s *Store) rewrapIndex(ctx context.Context) (done int64, err error) {
	err = s.InTx(ctx, func(tx *Tx) error {
		var w seal.Wrapped
		if err := tx.row(`SELECT index_master, index_key FROM store`+tx.s.forUpdate).Scan(&w.Master, &w.Sealed); err != nil {
			return err
		}
		w, changed, err := s.masters.ring.Load().Rewrap(w, indexLabel)
		if err != nil || !changed {
			return err
		}
		done, err = tx.exec(`UPDATE store SET index_master = $1, index_key = $2`, w.Master, w.Sealed)
		return err
	})
	return done, err
}

// rewrapPage wraps the next keys anew; last is the case to go on after, "" where there are no more.
func (s *Store) rewrapPage(ctx context.Context, after string) (done int64, last string, err error) {
	err = s.InTx(ctx, func(tx *Tx) error {
		type row struct {
			id string
			w  seal.Wrapped
		}
		var rows []row
		if err := tx.each(func(r *sql.Rows) error {
			var x row
			err := r.Scan(&x.id, &x.w.Master, &x.w.Sealed)
			rows = append(rows, x)
			return err
		}, `SELECT case_id, master, wrapped FROM case_keys WHERE case_id > $1 AND master <> $2 ORDER BY case_id LIMIT $3`+tx.s.forUpdate,
			after, s.masters.ring.Load().IDs()[0], rewrapPage); err != nil {
			return err
		}
		for _, x := range rows {
			w, _, err := s.masters.ring.Load().Rewrap(x.w, caseLabel(x.id))
			if err != nil {
				return err
			}
			n, err := tx.exec(`UPDATE case_keys SET master = $2, wrapped = $3 WHERE case_id = $1`, x.id, w.Master, w.Sealed)
			if err != nil {
				return err
			}
			done += n
		}
		if len(rows) == rewrapPage {
			last = rows[len(rows)-1].id
		}
		return nil
	})
	return done, last, err
}

// The labels under which keys are wrapped.
const indexLabel = "index"

func caseLabel(id string) string { return "case " + id }
