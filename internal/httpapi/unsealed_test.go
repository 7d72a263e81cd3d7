package httpapi_test

import (
	"slices"
	"testing"

	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

// What cannot be opened any more is a fault that no waiting mends, and of that case alone.
func TestACaseThatWasChangedFromOutsideIsToldOfAsAFaultOfOurs(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		changed, whole := k.open(`{"model":"faros","facts":{"samtycke":true}}`), k.open(`{"model":"faros"}`)
		storetest.In(t, k.office.Store, func(tx *store.Tx) error {
			_, err := tx.SQL().Exec(`UPDATE entries SET sealed = $2 WHERE case_id = $1 AND seq = 2`, changed, []byte("something else"))
			return err
		})
		for _, path := range []string{"", "/next", "/timeline"} {
			k.get("/v1/cases/"+changed+path).fails(t, "internal")
			k.get("/v1/cases/"+whole+path).want(t, 200, nil)
		}
	})
}

// A case of which the last entry is gone is not answered for as if nobody had said it.
func TestACaseThatLacksAnEntryIsNotAnsweredFor(t *testing.T) {
	onEach(t, func(t *testing.T, k *keeping) {
		lacks := k.open(`{"model":"faros","facts":{"samtycke":true}}`)
		storetest.In(t, k.office.Store, func(tx *store.Tx) error {
			_, err := tx.SQL().Exec(`DELETE FROM entries WHERE case_id = $1 AND seq = 2`, lacks)
			return err
		})
		for _, path := range []string{"", "/next", "/timeline"} {
			k.get("/v1/cases/"+lacks+path).fails(t, "internal")
		}
		k.post("/v1/cases/"+lacks+"/entries", `{"facts":{"samtycke":false}}`).fails(t, "internal")
		r, err := audit.Verify(t.Context(), k.office.Store)
		if err != nil || !slices.Equal(r.Damage, []store.Damage{{What: store.EntryMissing, Case: lacks, Entry: 2}}) {
			t.Errorf("%+v, %v", r, err)
		}
	})
}
