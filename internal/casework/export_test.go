package casework

import "github.com/stegvis/stegvis/internal/store"

// Behind lists the cases that a sweep would find.
func (d *Desk) Behind(tx *store.Tx, after string, limit int) ([]string, error) {
	return d.behind(tx, after, limit)
}
