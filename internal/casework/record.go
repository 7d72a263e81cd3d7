package casework

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// Fact is something that is known from a day on.
type Fact struct {
	ID    string          // in place of an entry it can be left out: it is that entry's
	Value json.RawMessage // as a case file writes it; null: nobody knows
	Held  *calendar.Day   // nil: of an event its own day, else the day on which it is recorded; in place of an entry of this fact, that of the entry
	Note  string
	Place Place `json:"-"` // where it was written: faults are told there
	Part  bool  `json:"-"` // of what was written, since the rest could not be read: on which day it begins to hold is not certain
}

// Change is what is to be recorded of a case.
type Change struct {
	Facts    []Fact
	Correct  map[int64]Fact      // by the entry that was a mistake
	Withdraw []int64             // no entry twice, and none that is corrected
	Entries  map[int64]diag.Span `json:"-"` // where each entry was named that is corrected or withdrawn: faults are told there
	Found    Found               `json:"-"` // with what was read; nothing is recorded where it is not empty
}

// Record adds to a case of the revision; 0: of whichever it has. An actor records what it is asked for and what it may see, and
// corrects and withdraws entries that it may see; all others are to it as if they were not there. Consent it records where it is the
// one asked for it, and there alone: what it may see would else be for itself to decide.
func (d *Desk) Record(ctx context.Context, who Who, key, id string, revision int64, x Change) (*Answer, error) {
	if err := who.let(access.Record); err != nil {
		return nil, err
	}
	return d.once(ctx, who, x.Found.key(key), struct {
		Do, ID   string
		Revision int64
		Change
	}{"record", id, revision, x}, func(tx *store.Tx) (*Answer, error) {
		c, err := d.hold(tx, who, id, revision)
		if err != nil {
			return nil, err
		}
		if c.State == store.StateClosed { // whatever it is: what could be recorded is seen once it is open
			return nil, store.ErrClosed
		}
		k, err := d.known(tx, c)
		if err != nil {
			return nil, err
		}
		entries, err := d.change(tx, who, k, x)
		if err != nil {
			return nil, err
		}
		if c, err = tx.Record(id, revision, who.Subject, entries); err != nil {
			return nil, err
		}
		return d.stand(tx, who, "record", c)
	})
}

// change makes entries of a change, held against the model, against what is recorded and against what who may record.
func (d *Desk) change(tx *store.Tx, who Who, k *known, x Change) ([]store.NewEntry, error) {
	sight := who.sight(k)
	tells := func(fact string) bool {
		return sight.Whole() || isAsked(k.program, fact, who.Actor) || sight.Fact(fact) && !isConsent(k.program.Model(), fact)
	}
	p := &past{k.entries, sight, factsOf(k.entries), tells}
	var faults diag.List
	mine := func(f Fact) bool {
		if _, declared := k.program.FactIndex(f.ID); !tells(f.ID) && declared {
			faults.Error(f.Place.Key, "kept-fact-of-others", diag.Args{"Fact": f.ID, "Actor": who.Actor})
			return false
		}
		return true // a fact that the model lacks is told of below
	}
	first := sayings{}
	entries := d.entries(tx, k.program, slices.DeleteFunc(slices.Clone(x.Facts), func(f Fact) bool { return !mine(f) }), first, &faults)
	for _, seq := range sortedKeys(x.Correct) {
		f := x.Correct[seq]
		from := len(faults)
		was, err := p.mistake(seq, x.Entries[seq], &faults)
		if err != nil {
			return nil, err
		}
		if was != nil && f.ID == "" {
			f.ID = was.Fact
		}
		if was != nil && f.ID == was.Fact && f.Held == nil {
			if _, own := ownDay(k.program, f); !own {
				f.Held = &was.Held
			}
		}
		if f.ID == "" || !mine(f) {
			continue
		}
		f.Part = f.Part || len(faults) > from // on which day it would begin is not certain then
		for _, e := range d.entries(tx, k.program, []Fact{f}, first, &faults) {
			e.Kind, e.Refers = store.Correction, seq
			entries = append(entries, e)
		}
	}
	for _, seq := range x.Withdraw {
		if _, err := p.mistake(seq, x.Entries[seq], &faults); err != nil {
			return nil, err
		}
		entries = append(entries, store.NewEntry{Kind: store.Withdrawal, Refers: seq})
	}
	if err := x.Found.among(faults); err != nil {
		return nil, err
	}
	return entries, nil
}

// isAsked tells whether the actor is the one who can answer what a fact is.
func isAsked(p *interpreter.Program, fact, actor string) bool {
	i, ok := p.FactIndex(fact)
	return ok && actor != "" && isActor(p.Model().Facts[i].AskOf, actor)
}

// isConsent tells whether a fact opens to some actor what else it may not see.
func isConsent(m *dsl.Model, fact string) bool {
	return slices.ContainsFunc(m.Actors, func(a *dsl.Term) bool {
		f := m.ConsentTo(a.ID)
		return f != nil && f.ID == fact
	})
}

func isActor(t *dsl.Term, actor string) bool { return t != nil && t.ID == actor }

// saying is a fact from a day on. A request says it once: of two that say otherwise nobody knows which is meant.
type saying struct {
	fact string
	from calendar.Day
}

// sayings are those of a request, and where each stands.
type sayings map[saying]diag.Span

// entries makes entries of facts, held against the model and against what the request says already.
func (d *Desk) entries(tx *store.Tx, p *interpreter.Program, facts []Fact, first sayings, faults *diag.List) (out []store.NewEntry) {
	entries := make([]store.Entry, len(facts))
	today := calendar.Today(tx.At())
	for i, f := range facts {
		if f.Value == nil { // what is at fault is told already; that the model lacks the fact is not
			f.Value, f.Place.Value, f.Part = json.RawMessage("null"), f.Place.Key, true
		}
		e := store.NewEntry{Kind: store.Recording, Fact: f.ID, Value: f.Value, Held: today, Note: f.Note}
		if f.Held != nil {
			e.Held = *f.Held
		} else if day, ok := ownDay(p, f); ok {
			e.Held = day
		}
		out = append(out, e)
		held := e.Held
		e.Held = today
		entries[i] = store.Entry{NewEntry: e, Seq: int64(i)}
		// One by one, so that each is held against the model, and what the case says otherwise is not.
		from := len(*faults)
		v, err := store.Fold("", entries[i:i+1], store.AsOf{Day: today})
		var unreadable *store.Unreadable
		switch {
		case errors.As(err, &unreadable):
			*faults = append(*faults, unreadable.Faults...)
		case err == nil:
			v.Case.Bind(p, d.programs.live().Declares, faults)
		}
		f.Place.put((*faults)[from:])
		if f.Part || f.Held == nil && isEvent(p, f.ID) && len(*faults) > from { // its day is not certain
			continue
		}
		if at, twice := first[saying{f.ID, held}]; twice {
			name := ""
			if interpreter.Repeatable(f.ID) {
				name = f.ID
			}
			faults.Error(f.Place.Key, "case-fact-twice", diag.Args{"Fact": name}).With(at, "case-first", nil)
			continue
		}
		first[saying{f.ID, held}] = f.Place.Key
	}
	return out
}

// isEvent tells whether a fact of the model is that something happened.
func isEvent(p *interpreter.Program, fact string) bool {
	i, known := p.FactIndex(fact)
	return known && p.Model().Facts[i].Type.Kind == rule.Event
}

// ownDay is the day of an event, from which on it holds that it happened.
func ownDay(p *interpreter.Program, f Fact) (day calendar.Day, ok bool) {
	if !isEvent(p, f.ID) {
		return 0, false
	}
	var text string
	if json.Unmarshal(f.Value, &text) != nil {
		return 0, false
	}
	return calendar.Parse(text)
}
