package casework

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// Desk is where cases are worked on. Any number of goroutines can use it at once.
type Desk struct {
	store    *store.Store
	log      *events.Log
	programs programs
}

// New returns a desk over the store. live gives the models to ask now.
func New(s *store.Store, l *events.Log, live func() *interpreter.Set) *Desk {
	return &Desk{store: s, log: l, programs: programs{live: live}}
}

// Who asks, and why; both are logged.
type Who struct {
	Subject string
	Purpose string
	Lang    lang.Lang
}

// Faulty is the error for facts that the model of a case cannot take, or a model that there is none of. Nothing was changed.
type Faulty struct{ Faults diag.List }

// Error counts the faults; what they are is for those who sent the facts.
func (f *Faulty) Error() string { return "casework: " + f.Faults.Summary(lang.EN) }

// Answer is a case and what is next for it.
type Answer struct {
	ID       string                `json:"id"`
	Revision int64                 `json:"revision"`
	State    store.State           `json:"state"`
	Model    string                `json:"model"`
	Version  string                `json:"version"`
	Opened   time.Time             `json:"opened"`
	Changed  time.Time             `json:"changed"`
	Decision *interpreter.Decision `json:"decision"`
}

// Fact is something that is known from a day on.
type Fact struct {
	ID    string
	Value json.RawMessage // as a case file writes it; null: nobody knows
	Held  *calendar.Day   // nil: of an event its own day, else the day on which it is recorded
	Note  string
}

// Opening is what a case is opened with.
type Opening struct {
	ID, Reference  string // may be left out
	Model, Version string // without a version, the one in force when the case started
	Facts          []Fact
}

// Change is what is to be recorded of a case.
type Change struct {
	Facts    []Fact
	Correct  map[int64]Fact // by the entry that was a mistake
	Withdraw []int64
}

// Open opens a case. A request with a key is done once (store.Once).
func (d *Desk) Open(ctx context.Context, who Who, key string, o Opening) (*Answer, error) {
	return d.once(ctx, who, key, struct {
		Do string
		Opening
	}{"open", o}, func(tx *store.Tx) (*Answer, error) {
		p, faults := d.choose(tx, o)
		var entries []store.NewEntry
		if p != nil {
			entries = d.entries(tx, p, o.Facts, &faults)
		}
		if faults.HasErrors() {
			return nil, &Faulty{faults}
		}
		c, err := tx.Create(store.NewCase{ID: o.ID, Reference: o.Reference, Model: o.Model, Version: p.Model().Version, By: who.Subject, Entries: entries})
		if err != nil {
			return nil, err
		}
		return d.stand(tx, who, "open", c)
	})
}

// choose finds the version that is to answer for a case.
func (d *Desk) choose(tx *store.Tx, o Opening) (p *interpreter.Program, faults diag.List) {
	c := interpreter.NewCase(o.ID)
	for _, f := range o.Facts {
		var v any
		if json.Unmarshal(f.Value, &v) == nil {
			if text, ok := v.(string); ok { // a day, if it is the one that chooses
				c.Set(f.ID, text)
			}
		}
	}
	p = d.programs.live().Choose(c, interpreter.Query{Model: o.Model, Version: o.Version, Today: calendar.Today(tx.At())}, &faults)
	return p, faults
}

// Record adds to a case of the revision; 0: of whichever it has.
func (d *Desk) Record(ctx context.Context, who Who, key, id string, revision int64, x Change) (*Answer, error) {
	return d.once(ctx, who, key, struct {
		Do, ID   string
		Revision int64
		Change
	}{"record", id, revision, x}, func(tx *store.Tx) (*Answer, error) {
		c, err := tx.Case(id)
		if err != nil {
			return nil, err
		}
		p, err := d.programs.now(tx, c.Model, c.Version)
		if err != nil {
			return nil, err
		}
		var faults diag.List
		entries := d.entries(tx, p, x.Facts, &faults)
		for _, seq := range sortedKeys(x.Correct) {
			for _, e := range d.entries(tx, p, []Fact{x.Correct[seq]}, &faults) {
				e.Kind, e.Refers = store.Correction, seq
				entries = append(entries, e)
			}
		}
		if faults.HasErrors() {
			return nil, &Faulty{faults}
		}
		for _, seq := range x.Withdraw {
			entries = append(entries, store.NewEntry{Kind: store.Withdrawal, Refers: seq})
		}
		if c, err = tx.Record(id, revision, who.Subject, entries); err != nil {
			return nil, err
		}
		return d.stand(tx, who, "record", c)
	})
}

// Close ends the work with a case, Reopen takes it up again.
func (d *Desk) Close(ctx context.Context, who Who, key, id string, revision int64, why string) (*Answer, error) {
	return d.turn(ctx, who, key, "close", id, revision, why, (*store.Tx).Close)
}

// Reopen takes up the work with a case again.
func (d *Desk) Reopen(ctx context.Context, who Who, key, id string, revision int64, why string) (*Answer, error) {
	return d.turn(ctx, who, key, "reopen", id, revision, why, (*store.Tx).Reopen)
}

func (d *Desk) turn(ctx context.Context, who Who, key, action, id string, revision int64, why string, f func(tx *store.Tx, id string, revision int64, by, why string) (*store.Case, error)) (*Answer, error) {
	return d.once(ctx, who, key, []any{action, id, revision, why}, func(tx *store.Tx) (*Answer, error) {
		c, err := f(tx, id, revision, who.Subject, why)
		if err != nil {
			return nil, err
		}
		return d.stand(tx, who, action, c)
	})
}

// Erase erases a case by a decision, and returns the proof.
func (d *Desk) Erase(ctx context.Context, who Who, id string, revision int64, decision string) (proof *store.Erasure, err error) {
	err = d.store.InTx(ctx, func(tx *store.Tx) error {
		if proof, err = tx.Erase(id, revision, who.Subject, decision); err != nil {
			return err
		}
		return audit.Append(tx, audit.Record{Subject: who.Subject, Action: "erase", Case: id, Purpose: who.Purpose})
	})
	return proof, err
}

// once does f in a transaction; with a key, once for all requests that ask the same.
func (d *Desk) once(ctx context.Context, who Who, key string, asked any, f func(*store.Tx) (*Answer, error)) (out *Answer, err error) {
	if key == "" {
		err = d.store.InTx(ctx, func(tx *store.Tx) error {
			out, err = f(tx)
			return err
		})
		return out, err
	}
	text, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	answer, again, err := d.store.Once(ctx, store.Request{Subject: who.Subject, Key: key, Asked: text}, func(tx *store.Tx) (string, []byte, error) {
		if out, err = f(tx); err != nil {
			return "", nil, err
		}
		text, err := json.Marshal(out)
		return out.ID, text, err
	})
	if err == nil && again {
		out = &Answer{}
		err = json.Unmarshal(answer, out)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// entries makes entries of facts, held against the model.
func (d *Desk) entries(tx *store.Tx, p *interpreter.Program, facts []Fact, faults *diag.List) (out []store.NewEntry) {
	entries := make([]store.Entry, len(facts))
	today := calendar.Today(tx.At())
	for i, f := range facts {
		e := store.NewEntry{Kind: store.Recording, Fact: f.ID, Value: f.Value, Held: today, Note: f.Note}
		if f.Held != nil {
			e.Held = *f.Held
		} else if day, ok := ownDay(p, f); ok {
			e.Held = day
		}
		out = append(out, e)
		e.Held = today
		entries[i] = store.Entry{NewEntry: e, Seq: int64(i)}
		// One by one, so that each is held against the model, and what the case says otherwise is not.
		v, err := store.Fold("", entries[i:i+1], store.AsOf{Day: today})
		var unreadable *store.Unreadable
		switch {
		case errors.As(err, &unreadable):
			*faults = append(*faults, unreadable.Faults...)
		case err == nil:
			v.Case.Bind(p, d.programs.live().Declares, faults)
		}
	}
	return out
}

// ownDay is the day of an event, from which on it holds that it happened.
func ownDay(p *interpreter.Program, f Fact) (day calendar.Day, ok bool) {
	i, known := p.FactIndex(f.ID)
	if !known || p.Model().Facts[i].Type.Kind != rule.Event {
		return 0, false
	}
	var text string
	if json.Unmarshal(f.Value, &text) != nil {
		return 0, false
	}
	return calendar.Parse(text)
}
