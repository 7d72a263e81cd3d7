package audit_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// TestManyWhoLogSeveralRowsEachNeverWaitForEachOther has more writers than there are chains, each of which logs now one row, now many,
// twice in a transaction: none may wait for somebody who waits for it.
func TestManyWhoLogSeveralRowsEachNeverWaitForEachOther(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		stores := []*store.Store{d.Open(t), d.Open(t)}
		const writers, each = 30, 6
		var wg sync.WaitGroup
		rows := 0
		for w := range writers {
			for n := range each {
				rows += 1 + (w+n)%45
			}
			wg.Go(func() {
				for n := range each {
					many := make([]audit.Record, (w+n)%45)
					for i := range many {
						many[i] = audit.Record{Subject: fmt.Sprint(w), Action: fmt.Sprint(n), Told: []byte{byte(i)}}
					}
					for {
						err := stores[w%2].InTx(t.Context(), func(tx *store.Tx) error {
							if err := audit.Append(tx, audit.Record{Subject: fmt.Sprint(w), Action: "first"}); err != nil {
								return err
							}
							return audit.Append(tx, many...)
						})
						if store.ObstacleOf(err) == store.Locked { // on a slow disk an SQLite file can be the other's for long
							continue
						}
						if err != nil {
							t.Error(err)
						}
						break
					}
				}
			})
		}
		wg.Wait()
		r, err := audit.Verify(t.Context(), stores[0])
		if err != nil || len(r.Faults) > 0 || r.Rows != int64(rows) {
			t.Errorf("%d rows, want %d: %+v, %v", r.Rows, rows, r.Faults, err)
		}
	})
}
