package store

import (
	"context"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// OpenOlder opens a store on an empty database as a version did whose tables had an earlier form.
func OpenOlder(ctx context.Context, c Config, form int64) (*Store, error) {
	d, write, read, err := open(c.Address, 2)
	if err != nil {
		return nil, err
	}
	s := &Store{dialect: d, write: write, read: read, now: c.Now, form: form}
	s.masters.ring.Store(c.Ring)
	m, err := s.migrator()
	if err != nil {
		return nil, err
	}
	if _, err := m.UpTo(ctx, form); err != nil {
		return nil, err
	}
	return s, s.ownKey(ctx)
}

// ListQuery is the query that List asks, with its arguments.
func (tx *Tx) ListQuery(r Reach, on calendar.Day, f Filter, limit int) (string, []any, error) {
	q, err := tx.listQuery(r, on, f, limit)
	if err != nil {
		return "", nil, err
	}
	return q.String(), q.args, nil
}
