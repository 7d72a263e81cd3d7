package casework

import (
	"context"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/store"
)

// Ask says what is asked of a case. What is left out is now.
type Ask struct {
	Day     *calendar.Day // the day asked about
	Known   *time.Time    // as far as was known at the moment, answered by the files that did then
	Explain bool
}

// now tells whether nothing but how the case stands now is asked for.
func (a *Ask) now() bool { return a.Day == nil && a.Known == nil }

// Next answers what is next for a case: now, on another day, or as it would have been answered at a moment in the past. Only the
// first is kept and told of.
func (d *Desk) Next(ctx context.Context, who Who, id string, ask Ask) (out *Answer, err error) {
	err = d.store.InTx(ctx, func(tx *store.Tx) error {
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		if ask.now() && !ask.Explain {
			out, err = d.decide(tx, who, c)
		} else {
			out, err = d.history(tx, who, c, ask)
		}
		if err != nil {
			return err
		}
		return d.logged(tx, who, "next", out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// history answers for a case as it was, or will be if nothing more becomes known.
func (d *Desk) history(tx *store.Tx, who Who, c *store.Case, ask Ask) (*Answer, error) {
	o := store.AsOf{Day: calendar.Today(tx.At())}
	if ask.Known != nil {
		o.Known, o.Day = *ask.Known, calendar.Today(*ask.Known)
	}
	if ask.Day != nil {
		o.Day = *ask.Day
	}
	v, err := tx.Facts(c.ID, o)
	if err != nil {
		return nil, err
	}
	if v.Model == "" {
		return nil, store.ErrNoCase // there was none then
	}
	p, err := d.programs.now(tx, v.Model, v.Version)
	if ask.Known != nil {
		p, err = d.programs.at(tx, v.Model, v.Version, *ask.Known)
	}
	if err != nil {
		return nil, err
	}
	facts, err := bound(p, v)
	if err != nil {
		return nil, err
	}
	a := answerOf(c)
	a.Model, a.Version, a.State = v.Model, v.Version, v.State
	if ask.Explain {
		a.Decision = p.Because(facts, o.Day, who.Lang)
	} else {
		a.Decision = p.Decision(facts, o.Day, who.Lang)
	}
	return a, nil
}

// Timeline returns what happened to a case, in order. That it was read is logged.
func (d *Desk) Timeline(ctx context.Context, who Who, id string) (out []store.Entry, err error) {
	err = d.store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.Case(id); err != nil {
			return err
		}
		if out, err = tx.Entries(id, 0); err != nil {
			return err
		}
		return audit.Append(tx, audit.Record{Subject: who.Subject, Action: "timeline", Case: id, Purpose: who.Purpose})
	})
	return out, err
}

// List lists cases: who is to do what, and by when. That it was read is logged, once for the list.
func (d *Desk) List(ctx context.Context, who Who, f store.Filter) (out []store.Listed, more bool, err error) {
	err = d.store.InTx(ctx, func(tx *store.Tx) error {
		if out, more, err = tx.List(f); err != nil {
			return err
		}
		return audit.Append(tx, audit.Record{Subject: who.Subject, Action: "list", Purpose: who.Purpose})
	})
	return out, more, err
}
