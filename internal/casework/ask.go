package casework

import (
	"context"
	"errors"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
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
// first is kept and told of. In a case that is closed nothing is to be done, and it stands as it did when it was; a day that is named
// is put to the model all the same. Who may see what is always as it is now, also in an answer about the past.
func (d *Desk) Next(ctx context.Context, who Who, id string, ask Ask) (out *Answer, err error) {
	if err := who.let(access.Next); err != nil {
		return nil, err
	}
	err = d.store.InTx(ctx, func(tx *store.Tx) error {
		c, err := tx.Hold(who.reach(), id)
		if err != nil {
			return err
		}
		k, err := d.known(tx, c)
		if err != nil {
			return err
		}
		p := k.program
		if ask.now() && (!ask.Explain || c.State != store.StateOpen) {
			if out, err = d.decide(tx, who.Lang, c, k); err == nil {
				p = out.by
			}
		} else {
			out, p, err = d.history(tx, who, c, k, ask)
		}
		if err != nil {
			return err
		}
		out.show(who.sight(k), p, who.Lang)
		return d.logged(tx, who, "next", out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// ErrNotYet is returned for a case as it was known before it was opened.
var ErrNotYet = errors.New("casework: there was no such case yet")

// history answers for a case as it was, or will be if nothing more becomes known, and returns the program that does.
func (d *Desk) history(tx *store.Tx, who Who, c *store.Case, k *known, ask Ask) (*Answer, *interpreter.Program, error) {
	o := store.AsOf{Day: calendar.Today(tx.At())}
	if ask.Known != nil {
		if o.Known = *ask.Known; o.Known.After(tx.At()) { // what will be known then nobody knows
			o.Known = tx.At()
		}
		o.Day = calendar.Today(o.Known)
	}
	if ask.Day != nil {
		o.Day = *ask.Day
	}
	when := o.Known      // whose files answer
	var end *store.Entry // of the work, if it was over then
	if ask.Day == nil {
		if end = closing(k.entries, o.Known); end != nil {
			o.Day, when = calendar.Today(end.Recorded), end.Recorded
		}
	}
	v, err := store.Fold(c.ID, k.entries, o)
	if err != nil {
		return nil, nil, err
	}
	if v.Model == "" || ask.Known != nil && ask.Known.IsZero() { // which to Fold is no moment
		return nil, nil, ErrNotYet
	}
	p := k.program
	if ask.Known != nil {
		if p, err = d.programs.at(tx, v.Model, v.Version, when); err != nil {
			return nil, nil, err
		}
	}
	a := answerOf(c)
	a.Model, a.Version, a.State = v.Model, v.Version, v.State
	facts, err := bound(p, v)
	var faulty *Faulty
	switch {
	case errors.As(err, &faulty):
		a.Faults = untaken(faulty.Faults, who.Lang)
	case err != nil:
		return nil, nil, err
	case ask.Explain:
		a.Decision = p.Because(facts, o.Day, who.Lang)
	default:
		a.Decision = p.Decision(facts, o.Day, who.Lang)
	}
	if end != nil && a.Decision != nil {
		a.Decision = rested(a.Decision)
	}
	return a, p, nil
}

// Timeline returns what happened to a case, in order. Of an entry that says what who may not see, no more than its number, kind and time
// is told. That it was read is logged.
func (d *Desk) Timeline(ctx context.Context, who Who, id string) (out []store.Entry, err error) {
	if err := who.let(access.Timeline); err != nil {
		return nil, err
	}
	err = d.store.InTx(ctx, func(tx *store.Tx) error {
		c, err := tx.Hold(who.reach(), id)
		if err != nil {
			return err
		}
		k, err := d.known(tx, c)
		if err != nil {
			return err
		}
		out = seen(&who, who.sight(k), k.entries)
		return who.did(tx, "timeline", id)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// about is what each entry is about, by its number.
type about map[int64]string

func factsOf(entries []store.Entry) about {
	facts := about{}
	for _, e := range entries {
		if facts[e.Seq] = e.Fact; e.Kind == store.Withdrawal {
			facts[e.Seq] = facts[e.Refers]
		}
	}
	return facts
}

// seen tells whether all is seen that an entry says: a correction can put another fact in the place of the one that was meant.
func (x about) seen(sight *access.Sight, e *store.Entry) bool {
	return sight.Fact(x[e.Seq]) && (e.Refers == 0 || sight.Fact(x[e.Refers]))
}

// seen are the entries as somebody sees them.
func seen(who *Who, sight *access.Sight, entries []store.Entry) []store.Entry {
	if sight.Whole() {
		return entries
	}
	about := factsOf(entries)
	out := make([]store.Entry, len(entries))
	for i, e := range entries {
		out[i] = store.Entry{Seq: e.Seq, Recorded: e.Recorded}
		out[i].Kind = e.Kind
		switch e.Kind {
		case store.Recording, store.Correction, store.Withdrawal:
			if about.seen(sight, &e) {
				out[i] = e
			}
		case store.Opening, store.Moving, store.Closing, store.Reopening, store.Inviting:
			out[i].By, out[i].Model, out[i].Version = e.By, e.Model, e.Version
			for _, p := range e.Parties { // who else is a party is not for them to know; why somebody did it may rest on anything
				if p.Actor == who.Actor && p.Party == who.Party {
					out[i].Parties = append(out[i].Parties, p)
				}
			}
		}
	}
	return out
}

// List lists cases: who is to do what, and by when, as it is today. next is the place to go on from, "" after the last. That it was
// read is logged, once for the list.
func (d *Desk) List(ctx context.Context, who Who, f store.Filter) (out []store.Listed, next string, err error) {
	if err := who.let(access.List); err != nil {
		return nil, "", err
	}
	if f.State == "" {
		f.State = store.StateOpen
	}
	f.Opener = who.Party
	what := asked("list", "model", f.Model, "version", f.Version, "status", f.Status, "outcome", f.Outcome, "actor", f.Actor, "step", f.Step, "time", string(f.Time))
	err = d.store.InTx(ctx, func(tx *store.Tx) error { return who.did(tx, what, "") })
	if err != nil {
		return nil, "", err
	}
	err = d.store.View(ctx, func(tx *store.Tx) error {
		today := calendar.Today(tx.At())
		if out, next, err = tx.List(who.reach(), today, f); err != nil {
			return err
		}
		for _, x := range out {
			if x.Standing == nil {
				continue
			}
			for i := range x.Standing.Steps {
				s := &x.Standing.Steps[i]
				s.Time = string(s.On(today))
			}
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return out, next, nil
}
