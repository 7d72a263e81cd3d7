package casework

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/stegvis/stegvis/dsl"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// Desk is where cases are worked on. Any number of goroutines can use it at once. What somebody may not do is access.ErrForbidden, and
// a case that they may not see is answered for as one that there is not: store.ErrNoCase.
type Desk struct {
	store     *store.Store
	log       *events.Log
	programs  programs
	counting  counting
	unscoured atomic.Bool // something was erased, or may have been before the process began, and may still stand in the log of the database
	left      sync.Map    // by span, the case after which deciding anew goes on; of a job that this process began and that is not over
}

// New returns a desk over the store. live gives the models to ask now.
func New(s *store.Store, l *events.Log, live func() *interpreter.Set) *Desk {
	d := &Desk{store: s, log: l, programs: newPrograms(live)}
	d.unscoured.Store(true)
	return d
}

// Faulty is the error for facts that the model of a case cannot take or that are not for this actor to tell, for entries that cannot be
// set aside, for parties that the model has no place for, and for a model that there is none of. Nothing was changed.
type Faulty struct{ Faults diag.List }

// Error counts the faults; what they are is for those who sent the facts.
func (f *Faulty) Error() string { return "casework: " + f.Faults.Summary(lang.EN) }

// Is tells whether nothing else is wrong than that there are no such entries: store.ErrNoEntry.
func (f *Faulty) Is(err error) bool {
	return err == store.ErrNoEntry && !slices.ContainsFunc(f.Faults, func(d *diag.Diagnostic) bool { return d.Code != "kept-unknown-entry" })
}

// Answer is a case and what is next for it, as far as whoever asked may see.
type Answer struct {
	ID       string                `json:"id"`
	Revision int64                 `json:"revision"`
	State    store.State           `json:"state"`
	Model    string                `json:"model"`
	Version  string                `json:"version"`
	Opened   time.Time             `json:"opened"`
	Changed  time.Time             `json:"changed"`
	Decision *interpreter.Decision `json:"decision"`         // nil: the model cannot take the facts any more
	Faults   []CaseFault           `json:"faults,omitempty"` // which facts those are, for who sees all of the case

	Again bool      `json:"-"` // it was given before, to the same request
	Lang  lang.Lang `json:"-"` // of its texts

	whole   *interpreter.Decision // what Decision is made of
	untaken []CaseFault           // what Faults are made of
	by      *interpreter.Program  // decided
}

// kept is an answer as it is kept for when the same request comes again: with all of the decision, since what may be seen of it can
// be another thing by then.
type kept struct {
	*Answer
	Lang lang.Lang `json:"lang"`
}

// Opening is what a case is opened with.
type Opening struct {
	ID             string // may be left out; of who has a party a UUID
	Reference      string // may be left out
	Model, Version string // without a version, the one in force when the case started
	Facts          []Fact
	Parties        []Party // beside who opens it
	Chosen         Place   `json:"-"` // where the model is named, and the version
	Found          Found   `json:"-"` // with what was read; no case is opened where it is not empty
}

// Found is what is wrong with how something was written, as far as whoever read it can tell. It is not done, and is held against the
// model all the same, so that everything that is wrong is told at once.
type Found diag.List

// among adds what is wrong otherwise. Where a part could not be read, that is what is told of it.
func (f Found) among(faults diag.List) error {
	all := diag.List(slices.Clone(f))
	for _, d := range faults {
		if d.Span.Source == nil || !slices.ContainsFunc(f, func(g *diag.Diagnostic) bool { return g.Span == d.Span }) {
			all = append(all, d)
		}
	}
	if !all.HasErrors() {
		return nil
	}
	return &Faulty{all}
}

// key is the one that an answer is kept by: what is at fault is no request that was done before, however much of it is alike.
func (f Found) key(key string) string {
	if len(f) > 0 {
		return ""
	}
	return key
}

// Party is who may see a case, and as which of the model's actors.
type Party struct {
	Actor string
	Party string
	Place Place `json:"-"` // where it was written: faults are told there; Key of the actor, Value of the party
}

// Open opens a case. A request with a key is done once (store.Once). Whoever opens it is a party to it, if they say which.
func (d *Desk) Open(ctx context.Context, who Who, key string, o Opening) (*Answer, error) {
	if err := who.let(access.Open); err != nil {
		return nil, err
	}
	return d.once(ctx, who, o.Found.key(key), struct {
		Do string
		Opening
	}{"open", o}, func(tx *store.Tx) (*Answer, error) {
		if who.Party != "" && o.ID != "" && uuid.Validate(o.ID) != nil {
			return nil, store.ErrBadCase // a name that can be guessed would tell that another's case has it
		}
		p, faults := d.choose(tx, o)
		n := store.NewCase{ID: o.ID, Reference: o.Reference, Model: o.Model, By: who.Subject}
		if p != nil {
			n.Version = p.Model().Version
			n.Parties = parties(p.Model(), o.Parties, &faults)
			n.Entries = d.entries(tx, p, o.Facts, sayings{}, &faults)
		}
		if err := o.Found.among(faults); err != nil {
			return nil, err
		}
		if who.Party != "" {
			n.Parties = append(n.Parties, store.Party{Party: who.Party})
		}
		c, err := tx.Create(n)
		if err != nil {
			return nil, err
		}
		return d.stand(tx, who, "open", c)
	})
}

// choose finds the version that is to answer for a case: by its facts as they are known to be today.
func (d *Desk) choose(tx *store.Tx, o Opening) (p *interpreter.Program, faults diag.List) {
	c, set, today := interpreter.NewCase(o.ID), d.programs.live(), calendar.Today(tx.At())
	latest := map[string]calendar.Day{}
	for _, f := range o.Facts {
		var v any
		if f.Value == nil || json.Unmarshal(f.Value, &v) != nil {
			continue
		}
		text, ok := v.(string)
		if !ok { // it is no day, and chooses nothing
			continue
		}
		held := today
		if f.Held != nil {
			held = *f.Held
		} else if i := slices.IndexFunc(set.Versions(o.Model), func(p *interpreter.Program) bool { _, ok := ownDay(p, f); return ok }); i >= 0 {
			held, _ = calendar.Parse(text)
		}
		if last, said := latest[f.ID]; held <= today && (!said || last <= held) {
			c.Set(f.ID, text)
			latest[f.ID] = held
		}
	}
	p = set.Choose(c, interpreter.Query{Model: o.Model, Version: o.Version, Today: today}, &faults)
	for _, d := range faults {
		if d.Span = o.Chosen.Key; d.Code == "query-unknown-version" {
			d.Span = o.Chosen.Value
		}
	}
	return p, faults
}

// parties are the parties as they are kept, held against the actors of the model.
func parties(m *dsl.Model, list []Party, faults *diag.List) (out []store.Party) {
	var actors []string
	for _, a := range m.Actors {
		actors = append(actors, a.ID)
	}
	for _, p := range list {
		if !slices.Contains(actors, p.Actor) {
			name := ""
			if interpreter.Repeatable(p.Actor) {
				name = p.Actor
			}
			faults.Error(p.Place.Key, "kept-unknown-actor", diag.Args{"Model": m.ID, "Actor": name, "Near": diag.Suggest(p.Actor, actors), "Actors": strings.Join(actors, ", ")})
		}
		if p.Party == "" {
			faults.Error(p.Place.Value, "kept-no-party", nil)
		}
		if store.Personal(p.Party) {
			faults.Error(p.Place.Value, "body-personal", diag.Args{"Key": "party"})
		}
		out = append(out, store.Party{Actor: p.Actor, Party: p.Party})
	}
	return out
}

// Invite says who the parties to a case are from now on, beside who opened it.
func (d *Desk) Invite(ctx context.Context, who Who, key, id string, revision int64, list []Party, found Found) (*Answer, error) {
	if err := who.let(access.Invite); err != nil {
		return nil, err
	}
	return d.once(ctx, who, found.key(key), []any{"invite", id, revision, list}, func(tx *store.Tx) (*Answer, error) {
		c, err := d.hold(tx, who, id, revision)
		if err != nil {
			return nil, err
		}
		p, err := d.programs.now(tx, c.Model, c.Version)
		if err != nil {
			return nil, err
		}
		var faults diag.List
		to := parties(p.Model(), list, &faults)
		if err := found.among(faults); err != nil {
			return nil, err
		}
		if c, err = tx.SetParties(id, revision, who.Subject, to); err != nil {
			return nil, err
		}
		return d.stand(tx, who, "invite", c)
	})
}

// Close ends the work with a case: nothing is to be done in it any longer.
func (d *Desk) Close(ctx context.Context, who Who, key, id string, revision int64, why string) (*Answer, error) {
	return d.turn(ctx, who, key, "close", id, revision, why, func(tx *store.Tx, c *store.Case) (*store.Case, error) {
		if err := d.leave(tx, who, c); err != nil {
			return nil, err
		}
		return tx.Close(id, revision, who.Subject, why)
	})
}

// Reopen takes up the work with a case again.
func (d *Desk) Reopen(ctx context.Context, who Who, key, id string, revision int64, why string) (*Answer, error) {
	return d.turn(ctx, who, key, "reopen", id, revision, why, func(tx *store.Tx, _ *store.Case) (*store.Case, error) {
		return tx.Reopen(id, revision, who.Subject, why)
	})
}

func (d *Desk) turn(ctx context.Context, who Who, key, action, id string, revision int64, why string, f func(tx *store.Tx, c *store.Case) (*store.Case, error)) (*Answer, error) {
	if err := who.let(access.Close); err != nil {
		return nil, err
	}
	return d.once(ctx, who, key, []any{action, id, revision, why}, func(tx *store.Tx) (*Answer, error) {
		c, err := d.hold(tx, who, id, revision)
		if err != nil {
			return nil, err
		}
		if c, err = f(tx, c); err != nil {
			return nil, err
		}
		return d.stand(tx, who, action, c)
	})
}

// leave tells that nothing is to be done in a case any longer. It is decided for once more, where it was not today by the files there
// are: so it stands from then on.
func (d *Desk) leave(tx *store.Tx, who Who, c *store.Case) error {
	if c.State != store.StateOpen {
		return nil
	}
	k, err := d.known(tx, c)
	if err == nil {
		_, err = d.decide(tx, who.Lang, c, k)
	}
	if err != nil {
		return err
	}
	before, err := tx.Standing(c.ID)
	if err != nil {
		return err
	}
	now := *before
	now.Steps = nil
	return d.log.Keep(tx, events.Between(c.Model, before, &now))
}

// Erase erases a case by a decision, and returns the proof.
func (d *Desk) Erase(ctx context.Context, who Who, id string, revision int64, decision string) (proof *store.Erasure, err error) {
	if err := who.let(access.Erase); err != nil {
		return nil, err
	}
	err = d.store.InTx(ctx, func(tx *store.Tx) error {
		c, err := d.hold(tx, who, id, revision)
		if err != nil {
			return err
		}
		// Before it, while it is known who the parties are that want to be told.
		if err := d.log.Keep(tx, []events.Event{{Type: events.CaseErased, Case: c.ID, Model: c.Model, Version: c.Version}}); err != nil {
			return err
		}
		if proof, err = tx.Erase(id, revision, who.Subject, decision); err != nil {
			return err
		}
		return who.did(tx, "erase", id)
	})
	if err == nil {
		d.unscoured.Store(true)
		d.scour(ctx)
	}
	return proof, err
}

// scour lets nothing that was erased stand in the log of the database. Where that cannot be done now, the sweep does it later.
func (d *Desk) scour(ctx context.Context) {
	if !d.unscoured.Swap(false) {
		return
	}
	if done, err := d.store.Scour(ctx); !done || err != nil {
		d.unscoured.Store(true)
	}
}

// Erasure returns the proof that a case was erased, and whether it still holds; store.ErrKept where it was not. That it was read
// is logged.
func (d *Desk) Erasure(ctx context.Context, who Who, id string) (proof *store.Erasure, holds bool, err error) {
	if err := who.let(access.Erase); err != nil {
		return nil, false, err
	}
	err = d.store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.See(who.reach(), id); err != nil {
			return err
		}
		if proof, holds, err = tx.Erasure(id); err != nil {
			return err
		}
		return who.did(tx, "erasure", id)
	})
	return proof, holds, err
}

// again is the decision of an answer that was kept, as far as who may see it now; which facts are at fault stays where all of it is seen.
func (d *Desk) again(tx *store.Tx, who Who, c *store.Case, a *Answer, l lang.Lang) (*interpreter.Decision, error) {
	if a.Decision == nil && a.Faults == nil {
		return nil, nil
	}
	now, err := d.known(tx, c)
	if err != nil {
		return nil, err
	}
	sight := who.sight(now)
	if sight.Whole() {
		return a.Decision, nil
	}
	if a.Faults = nil; a.Decision == nil {
		return nil, nil
	}
	p, err := d.programs.of(tx, a.Model, a.Version, a.Decision.Hash)
	if err != nil {
		return nil, err
	}
	return sight.Decision(p, a.Decision, l), nil
}

// hold returns a case that who may see and nobody else can change until the transaction ends. Revision 0 is whichever it has.
func (d *Desk) hold(tx *store.Tx, who Who, id string, revision int64) (*store.Case, error) {
	c, err := tx.Hold(who.reach(), id)
	switch {
	case err != nil:
		return nil, err
	case c.State == store.StateErased:
		return nil, store.ErrErased
	case revision != 0 && revision != c.Revision:
		return nil, store.ErrStale
	}
	return c, nil
}

// once does f in a transaction; with a key, once for all requests that ask the same. What the subject got then it gets again, as far
// as it may see it now, and that is logged too.
func (d *Desk) once(ctx context.Context, who Who, key string, asked any, f func(*store.Tx) (*Answer, error)) (out *Answer, err error) {
	if key == "" {
		err = d.store.InTx(ctx, func(tx *store.Tx) error {
			out, err = f(tx)
			return err
		})
		if err != nil {
			return nil, err
		}
		return out, nil
	}
	text, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	_, again, err := d.store.Once(ctx, store.Request{Subject: who.Subject, Key: key, Asked: text}, func(tx *store.Tx) (string, []byte, error) {
		if out, err = f(tx); err != nil {
			return "", nil, err
		}
		all := *out
		all.Decision, all.Faults = out.whole, out.untaken
		text, err := json.Marshal(kept{&all, who.Lang})
		return out.ID, text, err
	}, func(tx *store.Tx, id string, answer []byte) error {
		c, err := d.hold(tx, who, id, 0) // of a case that is erased nothing is answered again
		if err != nil {
			return err
		}
		k := kept{Answer: &Answer{}}
		if err := json.Unmarshal(answer, &k); err != nil {
			return err
		}
		out, k.Answer.Lang = k.Answer, k.Lang
		if out.Decision, err = d.again(tx, who, c, out, k.Lang); err != nil {
			return err
		}
		return d.logged(tx, who, "again", out)
	})
	if err != nil {
		return nil, err
	}
	out.Again = again
	return out, nil
}
