package audit

import (
	"context"
	"database/sql"

	"github.com/stegvis/stegvis/internal/store"
)

// pageRows is how many rows are read at a time.
const pageRows = 500

// Rows gives the rows that the filter picks to f, by lane and number: of those that there were when it began. However long f takes,
// nothing of the database waits for it meanwhile.
func Rows(ctx context.Context, s *store.Store, x Filter, f func(*Row) error) error {
	var ends []place
	if err := s.View(ctx, func(tx *store.Tx) (err error) {
		ends, err = headsOf(tx)
		return err
	}); err != nil {
		return err
	}
	for _, end := range ends {
		for after := int64(0); after < end.seq; {
			var page []Row
			if err := s.View(ctx, func(tx *store.Tx) error {
				return each(tx, x, span{end.lane, after, end.seq, pageRows}, func(r *Row) error {
					page = append(page, *r)
					return nil
				})
			}); err != nil {
				return err
			}
			for i := range page {
				if err := f(&page[i]); err != nil {
					return err
				}
			}
			if len(page) < pageRows {
				break
			}
			after = page[len(page)-1].Seq
		}
	}
	return nil
}

func headsOf(tx *store.Tx) (ends []place, err error) {
	err = tx.Each(func(rows *sql.Rows) error {
		var p place
		err := rows.Scan(&p.lane, &p.seq, &p.digest)
		ends = append(ends, p)
		return err
	}, `SELECT lane, seq, digest FROM audit_heads WHERE seq > 0 ORDER BY lane`)
	return ends, err
}
