package casework

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// Moving says which open cases another version of their model is to answer for.
type Moving struct {
	Model  string
	From   string    // the version that answers now; "": any but To
	To     string    // the version that is to answer, among the files there are now; "": the one that is in force
	Cases  []string  // these alone; none: all
	DryRun bool      // nothing is changed: it is told what would be
	Faulty bool      // also cases whose facts the version cannot take; without it they stay
	Why    string    // is kept with the case, sealed
	Chosen Place     // where Model is named, and To: faults are told there
	FromAt diag.Span // where From is
	After  string    // the id after which to go on; "": from the beginning
	Limit  int       // how many at the most; 0: 100
}

// Moved is a case that was moved, or would be. It tells how the case stands and no facts.
type Moved struct {
	Case    string      `json:"case"`
	Before  *Stood      `json:"before"`  // nil: Left tells why
	After   *Stood      `json:"after"`   //
	Changed []string    `json:"changed"` // what differs: "status", "outcome", "steps", "due"
	Faults  []FactFault `json:"faults"`  // of facts that the version cannot take
	Moved   bool        `json:"moved"`   // or would be
	Left    WhyLeft     `json:"left"`    // why not; "" where it is
}

// Stood is how a case stands by a version.
type Stood struct {
	Version string        `json:"version"`
	Status  string        `json:"status"`
	Outcome *string       `json:"outcome"`
	Due     *calendar.Day `json:"due"` // the nearest
	Steps   []StoodStep   `json:"steps"`
}

// StoodStep is a step that is required.
type StoodStep struct {
	Step  string               `json:"step"`
	Actor string               `json:"actor"`
	Due   *calendar.Day        `json:"due"`
	Time  interpreter.Lateness `json:"time"`
}

// FactFault is a fact that a version cannot take: which, and what kind of fault it is. What the fact says is not told.
type FactFault struct {
	Fact string `json:"fact"` // "": the fault is of no one fact
	Code string `json:"code"`
}

// WhyLeft tells why a case is not moved.
type WhyLeft string

// The reasons.
const (
	LeftFaulty  WhyLeft = "faulty"  // the version cannot take its facts
	LeftClosed  WhyLeft = "closed"  // it is not open
	LeftOther   WhyLeft = "other"   // another model or version answers for it
	LeftUnknown WhyLeft = "unknown" // there is no such case
	LeftBroken  WhyLeft = "broken"  // no files answer for it now
)

// Move lets another version of a model answer for cases, each in a transaction of its own, or with DryRun tells who would change, and
// how. The cases come by id; next is the place to go on from, "" after the last. A version that there is none of is a *Faulty.
func (d *Desk) Move(ctx context.Context, who Who, m Moving) (out []Moved, next string, err error) {
	if err := who.let(access.Move); err != nil {
		return nil, "", err
	}
	var faults diag.List
	to := d.programs.live().Choose(interpreter.NewCase(""), interpreter.Query{Model: m.Model, Version: m.To, Today: calendar.Today(d.store.Now())}, &faults)
	for _, f := range faults {
		if f.Span = m.Chosen.Key; f.Code == "query-unknown-version" {
			f.Span = m.Chosen.Value
		}
	}
	if to != nil {
		if m.To = to.Model().Version; m.From == m.To {
			faults.Error(m.FromAt, "kept-move-same", diag.Args{"Version": m.To})
		} else if err := d.moveFrom(ctx, m, &faults); err != nil {
			return nil, "", err
		}
	}
	if faults.HasErrors() {
		return nil, "", &Faulty{faults}
	}
	if m.Limit <= 0 {
		m.Limit = pageSize
	}
	ids, next, err := d.toMove(ctx, m)
	if err != nil {
		return nil, "", err
	}
	if m.DryRun {
		out, err = d.preview(ctx, who, to, m, ids)
		return out, next, err
	}
	out = make([]Moved, 0, len(ids))
	for _, id := range ids {
		x, err := d.move(ctx, who, to, m, id)
		switch {
		case err != nil && len(out) > 0:
			return out, out[len(out)-1].Case, nil // those before it are moved, and are told; asked for the rest, it tells what is wrong
		case err != nil:
			return nil, "", err
		}
		out = append(out, x)
	}
	return out, next, nil
}

// moveFrom tells where there is no version to move from. One that is gone from the files can still have cases.
func (d *Desk) moveFrom(ctx context.Context, m Moving, faults *diag.List) error {
	if m.From == "" {
		return nil
	}
	known, err := d.Knows(ctx, m.Model, m.From)
	if err == nil && !known {
		var unknown diag.List
		d.programs.live().Choose(interpreter.NewCase(""), interpreter.Query{Model: m.Model, Version: m.From}, &unknown)
		for _, f := range unknown {
			f.Span = m.FromAt
		}
		*faults = append(*faults, unknown...)
	}
	return err
}

// Knows tells whether there is such a version of a model: among the files, or of a case that is kept.
func (d *Desk) Knows(ctx context.Context, model, version string) (known bool, err error) {
	if d.programs.ofLive(model, version) != nil {
		return true, nil
	}
	err = d.store.View(ctx, func(tx *store.Tx) error {
		known, err = tx.HasVersion(model, version)
		return err
	})
	return known, err
}

// toMove lists the cases that may have to be moved: those that were named, or all that there are.
func (d *Desk) toMove(ctx context.Context, m Moving) (ids []string, next string, err error) {
	if len(m.Cases) > 0 {
		ids = slices.Compact(slices.Sorted(slices.Values(m.Cases)))
		ids = slices.DeleteFunc(ids, func(id string) bool { return id <= m.After })
	} else if err := d.store.View(ctx, func(tx *store.Tx) error {
		ids, err = tx.OfVersion(m.Model, m.From, m.To, m.After, m.Limit+1)
		return err
	}); err != nil {
		return nil, "", err
	}
	if len(ids) > m.Limit {
		ids = ids[:m.Limit]
		next = ids[m.Limit-1]
	}
	return ids, next, nil
}

// preview tells what would become of cases. They are read as of one moment, and that they were is logged before it is told.
func (d *Desk) preview(ctx context.Context, who Who, to *interpreter.Program, m Moving, ids []string) (out []Moved, err error) {
	out = make([]Moved, 0, len(ids))
	rows := make([]audit.Record, 0, len(ids))
	err = d.store.View(ctx, func(tx *store.Tx) error {
		for _, id := range ids {
			c, err := tx.See(who.reach(), id)
			x, err := d.weigh(tx, c, err, id, to, m)
			if err != nil {
				return err
			}
			out = append(out, x)
			if x.Left != LeftUnknown { // whatever that was that was taken for the id of a case
				rows = append(rows, who.record("preview", id))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, d.store.InTx(ctx, func(tx *store.Tx) error { return audit.Append(tx, rows...) })
}

// move moves a case, if it is to be moved.
func (d *Desk) move(ctx context.Context, who Who, to *interpreter.Program, m Moving, id string) (out Moved, err error) {
	err = d.store.InTx(ctx, func(tx *store.Tx) error {
		c, err := tx.Hold(who.reach(), id)
		if out, err = d.weigh(tx, c, err, id, to, m); err != nil || out.Left == LeftUnknown {
			return err
		}
		if !out.Moved {
			return who.did(tx, "preview", id)
		}
		if c, err = tx.Move(id, c.Revision, who.Subject, m.Model, m.To, m.Why); err != nil {
			return err
		}
		k, err := d.known(tx, c)
		if err != nil {
			return err
		}
		if _, err := d.decide(tx, who.Lang, c, k); err != nil {
			return err
		}
		r := who.record("move", id)
		r.Hash = to.Model().Hash
		if r.Answer, err = json.Marshal(out); err != nil {
			return err
		}
		return audit.Append(tx, r)
	})
	return out, err
}

// weigh tells how a case stands and how it would by the version, and whether it is to be moved. err is what came of looking for it.
func (d *Desk) weigh(tx *store.Tx, c *store.Case, err error, id string, to *interpreter.Program, m Moving) (Moved, error) {
	x := Moved{Case: id, Changed: []string{}, Faults: []FactFault{}}
	today := calendar.Today(tx.At())
	switch {
	case errors.Is(err, store.ErrNoCase):
		x.Left = LeftUnknown
		return x, nil
	case err != nil:
		return x, err
	case c.State != store.StateOpen:
		x.Left = LeftClosed
		return x, nil
	case c.Model != m.Model || c.Version == m.To || m.From != "" && c.Version != m.From:
		x.Left = LeftOther
		return x, nil
	}
	k, err := d.known(tx, c)
	switch {
	case errors.Is(err, ErrNoProgram):
		x.Left = LeftBroken
		return x, nil
	case err != nil:
		return x, err
	}
	x.Before, _ = stood(k.program, k.view, today)
	after, faults := stood(to, k.view, today)
	if x.After = after; len(faults) > 0 {
		x.Left = LeftFaulty
		for _, f := range faults {
			x.Faults = append(x.Faults, FactFault{factOf(f), f.Code})
		}
	}
	if x.Moved = x.Left == "" || m.Faulty; x.Moved {
		x.Left = ""
	}
	x.Changed = append(x.Changed, x.Before.differs(x.After)...)
	return x, nil
}

// stood is how a case stands by a program on a day, with the faults where it cannot be said.
func stood(p *interpreter.Program, v *store.View, on calendar.Day) (*Stood, diag.List) {
	s := &store.Standing{Status: store.AtFault}
	out := &Stood{Version: p.Model().Version, Steps: []StoodStep{}}
	facts, err := bound(p, v)
	var faulty *Faulty
	if !errors.As(err, &faulty) {
		var r interpreter.Result
		p.Decide(facts, on, &r)
		fill(s, p, &r)
	} else {
		out.Status = s.Status
		return out, faulty.Faults
	}
	out.Status, out.Due = s.Status, s.Due
	if s.Outcome != "" {
		out.Outcome = &s.Outcome
	}
	for _, x := range s.Steps {
		out.Steps = append(out.Steps, StoodStep{x.Step, x.Actor, x.Due, interpreter.Lateness(x.Time)})
	}
	return out, nil
}

// differs names what is not the same.
func (s *Stood) differs(t *Stood) (out []string) {
	if s.Status != t.Status {
		out = append(out, "status")
	}
	if !same(s.Outcome, t.Outcome) {
		out = append(out, "outcome")
	}
	before, after := map[string]StoodStep{}, map[string]StoodStep{}
	for _, x := range s.Steps {
		before[x.Step] = x
	}
	steps, due := len(s.Steps) != len(t.Steps), false
	for _, x := range t.Steps {
		after[x.Step] = x
		b, had := before[x.Step]
		steps = steps || !had || b.Actor != x.Actor
		due = due || had && !same(b.Due, x.Due)
	}
	if steps {
		out = append(out, "steps")
	}
	if due {
		out = append(out, "due")
	}
	return out
}

func same[V comparable](a, b *V) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
