package store

import "github.com/stegvis/stegvis/dsl/calendar"

// ListQuery is the query that List asks, with its arguments.
func (tx *Tx) ListQuery(r Reach, on calendar.Day, f Filter, limit int) (string, []any, error) {
	q, err := tx.listQuery(r, on, f, limit)
	if err != nil {
		return "", nil, err
	}
	return q.String(), q.args, nil
}
