package casework

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// known is what is known of a case now, and the program that answers for it.
type known struct {
	program *interpreter.Program
	entries []store.Entry
	view    *store.View
	today   calendar.Day
	before  *store.Standing // how it stood; nil: it was never decided for
}

// known reads what is known of a case that nobody else can change meanwhile, so that all of it is of one revision.
func (d *Desk) known(tx *store.Tx, c *store.Case) (*known, error) {
	entries, err := tx.Entries(c.ID, 0) // first: of an erased case there are none
	if err != nil {
		return nil, err
	}
	p, err := d.programs.now(tx, c.Model, c.Version)
	if err != nil {
		return nil, err
	}
	before, err := tx.Standing(c.ID)
	if ignoreNoCase(err) != nil {
		return nil, err
	}
	today := calendar.Today(tx.At())
	// Around midnight processes do not agree on the day: what one has come to none goes back from, or the case would stand so and
	// otherwise by turns. A day further ahead was that of a clock that was wrong.
	if before != nil && before.At == today+1 {
		today = before.At
	}
	v, err := store.Fold(c.ID, entries, store.AsOf{Day: today})
	return &known{p, entries, v, today, before}, err
}

// stand decides for a case that was changed, keeps how it stands, tells what became of it and logs what is answered.
func (d *Desk) stand(tx *store.Tx, who Who, action string, c *store.Case) (*Answer, error) {
	k, err := d.known(tx, c)
	if err != nil {
		return nil, err
	}
	a, err := d.decide(tx, who.Lang, c, k)
	if err != nil {
		return nil, err
	}
	a.show(who.sight(k), a.by, who.Lang)
	return a, d.logged(tx, who, action, a)
}

// decide decides for a case now, keeps how it stands, and tells what became of it. How one that is closed stood then stays.
func (d *Desk) decide(tx *store.Tx, l lang.Lang, c *store.Case, k *known) (*Answer, error) {
	if c.State != store.StateOpen {
		return d.ended(tx, l, c, k)
	}
	a := answerOf(c)
	p := k.program
	a.by = p
	s := &store.Standing{Case: c.ID, Revision: c.Revision, At: k.today, Version: c.Version, Hash: p.Model().Hash, Status: store.AtFault}
	facts, err := bound(p, k.view)
	var faulty *Faulty
	switch {
	case errors.As(err, &faulty):
		a.Faults = untaken(faulty.Faults, l)
	case err != nil:
		return nil, err
	default:
		var r interpreter.Result
		p.Decide(facts, k.today, &r)
		a.Decision = p.Words(&r, l)
		fill(s, p, &r)
	}
	if err := d.programs.keep(tx, p); err != nil {
		return nil, err
	}
	if b := k.before; b != nil && b.Revision == s.Revision && b.At == s.At && b.Hash == s.Hash {
		return a, nil // the same revision, day and files: the same decision
	}
	before, err := tx.Stand(s)
	if err != nil {
		return nil, err
	}
	return a, d.log.Keep(tx, events.Between(c.Model, before, s))
}

// ended is the answer for a case that is closed: how it stood when it was, by the files of then, and nothing that is to be done.
func (d *Desk) ended(tx *store.Tx, l lang.Lang, c *store.Case, k *known) (*Answer, error) {
	a, on := answerOf(c), k.today
	a.by = k.program
	if b := k.before; b != nil {
		on = b.At
		if p, err := d.programs.of(tx, c.Model, c.Version, b.Hash); err == nil { // else the files there are can tell as much
			a.by = p
		}
	}
	v, err := store.Fold(c.ID, k.entries, store.AsOf{Day: on})
	if err != nil {
		return nil, err
	}
	facts, err := bound(a.by, v)
	var faulty *Faulty
	if errors.As(err, &faulty) {
		a.Faults = untaken(faulty.Faults, l)
		return a, nil
	}
	if err == nil {
		a.Decision = rested(a.by.Decision(facts, on, l))
	}
	return a, err
}

// rested is a decision for a case that is closed: what the model would ask for is not to be done any more.
func rested(d *interpreter.Decision) *interpreter.Decision {
	d.Next, d.Upcoming, d.Missing = d.Next[:0:0], d.Upcoming[:0:0], d.Missing[:0:0]
	return d
}

// closing is the entry by which a case was closed as of a moment; nil: it was open.
func closing(entries []store.Entry, known time.Time) (last *store.Entry) {
	for i := range entries {
		switch e := &entries[i]; {
		case e.Recorded.After(known):
		case e.Kind == store.Closing:
			last = e
		case e.Kind == store.Reopening:
			last = nil
		}
	}
	return last
}

func ignoreNoCase(err error) error {
	if errors.Is(err, store.ErrNoCase) {
		return nil
	}
	return err
}

// bound lays out what is known for the program. A fact that nobody declares any more is passed over: it was one when it was recorded.
func bound(p *interpreter.Program, v *store.View) (*interpreter.Facts, error) {
	var faults diag.List
	facts := v.Case.Bind(p, func(string) bool { return true }, &faults)
	if faults.HasErrors() {
		return nil, &Faulty{faults}
	}
	return facts, nil
}

// fill fills in how a case stands by a decision.
func fill(s *store.Standing, p *interpreter.Program, r *interpreter.Result) {
	m := p.Model()
	s.Status = string(r.Status)
	if r.Outcome >= 0 {
		s.Outcome = m.Outcomes[r.Outcome].ID
	}
	for _, i := range r.Next {
		step := m.Steps[i]
		x := store.StandingStep{Step: step.ID, Actor: step.Actor.ID, Time: string(r.Time(int(i)))}
		if due, ok := r.Due(int(i)); ok {
			soon, _ := r.SoonFrom(int(i))
			x.Due, x.SoonFrom = &due, &soon
		}
		s.Steps = append(s.Steps, x)
		if x.Due != nil && (s.Due == nil || *x.Due < *s.Due) {
			s.Due = x.Due
		}
	}
}

func answerOf(c *store.Case) *Answer {
	return &Answer{ID: c.ID, Revision: c.Revision, State: c.State, Model: c.Model, Version: c.Version, Opened: c.Opened, Changed: c.Changed}
}

// logged logs an answer as it is given. One that cannot be logged is not given.
func (d *Desk) logged(tx *store.Tx, who Who, action string, a *Answer) error {
	r := who.record(action, a.ID)
	if a.Decision != nil {
		text, err := json.Marshal(a.Decision)
		if err != nil {
			return err
		}
		r.Hash, r.Answer = a.Decision.Hash, text
	}
	return audit.Append(tx, r)
}

func sortedKeys[V any](m map[int64]V) []int64 { return slices.Sorted(maps.Keys(m)) }
