package audit

import "github.com/stegvis/stegvis/internal/store"

// AppendTo adds rows to a lane.
func AppendTo(tx *store.Tx, to int, records ...Record) error {
	tx.Keep(lane{}, to)
	return Append(tx, records...)
}
