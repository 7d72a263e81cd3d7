package casework

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// stand decides for a case that was changed, keeps how it stands, tells what became of it and logs what is answered.
func (d *Desk) stand(tx *store.Tx, who Who, action string, c *store.Case) (*Answer, error) {
	a, err := d.decide(tx, who, c)
	if err != nil {
		return nil, err
	}
	return a, d.logged(tx, who, action, a)
}

// decide decides for a case now, and keeps how it stands.
func (d *Desk) decide(tx *store.Tx, who Who, c *store.Case) (*Answer, error) {
	a := answerOf(c)
	today := calendar.Today(tx.At())
	p, err := d.programs.now(tx, c.Model, c.Version)
	if err != nil {
		return nil, err
	}
	v, err := tx.Facts(c.ID, store.AsOf{Day: today})
	if err != nil {
		return nil, err
	}
	s := &store.Standing{Case: c.ID, Revision: c.Revision, At: today, Version: c.Version, Hash: p.Model().Hash, Status: store.AtFault}
	facts, err := bound(p, v)
	var faulty *Faulty
	switch {
	case errors.As(err, &faulty):
	case err != nil:
		return nil, err
	default:
		a.Decision = p.Decision(facts, today, who.Lang)
		fill(s, a.Decision)
	}
	if c.State != store.StateOpen {
		return a, nil // how it stood when it was closed stays
	}
	if err := d.programs.keep(tx, p); err != nil {
		return nil, err
	}
	before, err := tx.Stand(s)
	if err != nil {
		return nil, err
	}
	return a, d.log.Keep(tx, events.Between(c.Model, before, s))
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
func fill(s *store.Standing, x *interpreter.Decision) {
	s.Status = string(x.Status)
	if x.Outcome != nil {
		s.Outcome = x.Outcome.ID
	}
	for i := range x.Next {
		n := &x.Next[i]
		s.Steps = append(s.Steps, store.StandingStep{Step: n.Step, Actor: n.Actor, Due: n.Due, Time: string(n.Time)})
		if n.Due != nil && (s.Due == nil || *n.Due < *s.Due) {
			s.Due = n.Due
		}
	}
}

func answerOf(c *store.Case) *Answer {
	return &Answer{ID: c.ID, Revision: c.Revision, State: c.State, Model: c.Model, Version: c.Version, Opened: c.Opened, Changed: c.Changed}
}

// logged logs an answer. One that cannot be logged is not given.
func (d *Desk) logged(tx *store.Tx, who Who, action string, a *Answer) error {
	r := audit.Record{Subject: who.Subject, Action: action, Case: a.ID, Purpose: who.Purpose}
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
