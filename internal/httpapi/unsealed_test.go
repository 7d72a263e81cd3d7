package httpapi_test

import (
	"testing"

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
