package casework_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
)

// What somebody calls a case is theirs: others can use the same name, are not told that it is taken, and find nothing by it. An id
// that could be guessed would tell the same, so that only who keeps all cases can choose such ids.
func TestNamesOfCasesTellNothingToOthers(t *testing.T) {
	onClosed(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		open := func(by casework.Who, o casework.Opening) (string, error) {
			o.Model = "s"
			a, err := b.Open(ctx, by, "", o)
			if err != nil {
				return "", err
			}
			return a.ID, nil
		}
		ours := map[string]string{}
		for _, of := range []string{"org-1", "org-2", ""} {
			id, err := open(asService("s", of), casework.Opening{Reference: "dnr 2026-17"})
			if err != nil {
				t.Fatalf("%q cannot call a case so: %v", of, err)
			}
			ours[of] = id
		}
		if _, err := open(asService("s", "org-1"), casework.Opening{Reference: "dnr 2026-17"}); !errors.Is(err, store.ErrNamed) {
			t.Errorf("one's own name is taken twice: %v", err)
		}
		for of, id := range ours {
			list, _, err := b.List(ctx, asService("s", of), store.Filter{Reference: "dnr 2026-17"})
			if err != nil || len(list) != 1 || list[0].ID != id {
				t.Errorf("%q finds %v, %v, not %s alone", of, list, err, id)
			}
		}
		if list, _, err := b.List(ctx, asService("s", "org-3"), store.Filter{Reference: "dnr 2026-17"}); err != nil || len(list) > 0 {
			t.Errorf("another finds %v, %v", list, err)
		}
		for id, want := range map[string]error{"2026-17": store.ErrBadCase, uuid.NewString(): nil} {
			if _, err := open(asService("s", "org-1"), casework.Opening{ID: id}); !errors.Is(err, want) {
				t.Errorf("with the id %s: %v", id, err)
			}
		}
		if _, err := open(asService("s", ""), casework.Opening{ID: "2026-17"}); err != nil {
			t.Error(err)
		}
	})
}
