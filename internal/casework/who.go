package casework

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/store"
)

// Who asks, and why; both are logged.
type Who struct {
	access.Principal
	Purpose access.Purpose // "": the first for which they may
	Lang    lang.Lang

	as access.Role // in which they may
}

// let finds the role in which who may do this, and the purpose; access.ErrForbidden where there is none.
func (w *Who) let(act access.Act) error {
	as, of, ok := w.May(act, w.Purpose)
	if !ok {
		return access.ErrForbidden
	}
	w.as, w.Purpose = as, of
	return nil
}

// reach is which cases they may see, in the role that let found: those that they are a party to, or all of them.
func (w *Who) reach() store.Reach {
	switch w.as {
	case access.Administrator:
		return store.Everything
	case access.Service:
		if w.Party == "" {
			return store.Everything
		}
		return store.Reach{Party: w.Party}
	case access.Actor:
		if w.Actor != "" {
			return store.Reach{Party: w.Party, Actor: w.Actor}
		}
	}
	return store.Reach{}
}

// Reach is which cases who may see when they do this; access.ErrForbidden where they may not do it. What does not go through the desk,
// as a stream of events, asks store.Tx.Within with it.
func (d *Desk) Reach(who Who, act access.Act) (store.Reach, error) {
	if err := who.let(act); err != nil {
		return store.Reach{}, err
	}
	return who.reach(), nil
}

// record is a row of the log about what they did.
func (w *Who) record(action, id string) audit.Record {
	return audit.Record{Subject: w.Subject, Action: action, Case: id, Purpose: string(w.Purpose)}
}

// sight is what who may see of a case, by its model and by the consent that is known of now.
func (w *Who) sight(k *known) *access.Sight {
	return access.SightOf(&w.Principal, w.as, w.Purpose, k.program.Model(), func(f *dsl.Fact) bool {
		v, _ := k.view.Case.Get(f.ID)
		return v == true
	})
}
