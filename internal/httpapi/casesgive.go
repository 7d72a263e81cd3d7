package httpapi

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// Timeline is what happened to a case.
type Timeline struct {
	Entries []Entry `json:"entries"`
}

// Entry is one thing that happened to a case.
type Entry struct {
	Entry    int64         `json:"entry"`
	Kind     store.Kind    `json:"kind"`
	Recorded time.Time     `json:"recorded"`
	By       *string       `json:"by"`
	Fact     *string       `json:"fact"`
	Value    any           `json:"value"`
	Held     *calendar.Day `json:"held"`
	Refers   *int64        `json:"refers"`
	Model    *string       `json:"model"`
	Version  *string       `json:"version"`
	Note     *string       `json:"note"`
	Parties  []Party       `json:"parties"`
}

// Erasure is the proof that a case was erased.
type Erasure struct {
	Case     string    `json:"case"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Decision string    `json:"decision"`
	Entries  int64     `json:"entries"`
	Digest   string    `json:"digest"`
	Holds    bool      `json:"holds"`
}

// openCase opens a case.
func (s *Service) openCase(x *exchange) {
	key, ok := x.key()
	if !ok {
		return
	}
	var in casework.Opening
	found, ok := x.find(func(o *interpreter.Object) {
		o.Need("model")
		in = casework.Opening{
			ID: o.Text("id", longName), Reference: o.Text("reference", longName), Model: o.Text("model", longName), Version: o.Text("version", longName),
			Facts: factsIn(o), Parties: partiesIn(o), Chosen: casework.Place{Key: o.At("model"), Value: o.At("version")},
		}
		noPerson(o, "reference", in.Reference)
	})
	if !ok {
		return
	}
	if in.Found = found; len(found) > 0 && in.Model == "" { // there is nothing that the facts could be held against
		x.refused(&casework.Faulty{Faults: diag.List(found)})
		return
	}
	if x.notLive(in.Model, in.Version) {
		return
	}
	x.work(func(ctx context.Context) error {
		a, err := s.office.Open(ctx, x.who, key, in)
		if err == nil {
			x.reply.Header()["Location"] = []string{"/v1/cases/" + url.PathEscape(a.ID)}
			x.tell(a)
		}
		return err
	})
}

// record adds to a case.
func (s *Service) record(x *exchange) {
	var in casework.Change
	x.change(func(o *interpreter.Object) { in = changeIn(o) }, func(ctx context.Context, key string, revision int64, found casework.Found) (*casework.Answer, error) {
		in.Found = found
		return s.office.Record(ctx, x.who, key, x.id(), revision, in)
	})
}

// invite says who the parties to a case are.
func (s *Service) invite(x *exchange) {
	var parties []casework.Party
	x.change(func(o *interpreter.Object) {
		o.Need("parties")
		parties = partiesIn(o)
	}, func(ctx context.Context, key string, revision int64, found casework.Found) (*casework.Answer, error) {
		return s.office.Invite(ctx, x.who, key, x.id(), revision, parties, found)
	})
}

func (s *Service) closeCase(x *exchange) { x.turn(s.office.Desk.Close) }

func (s *Service) reopenCase(x *exchange) { x.turn(s.office.Reopen) }

// turn closes or reopens a case.
func (x *exchange) turn(do func(ctx context.Context, who casework.Who, key, id string, revision int64, why string) (*casework.Answer, error)) {
	var why string
	x.change(func(o *interpreter.Object) { why = o.Text("why", longNote) }, func(ctx context.Context, key string, revision int64, found casework.Found) (*casework.Answer, error) {
		if len(found) > 0 {
			return nil, &casework.Faulty{Faults: diag.List(found)}
		}
		return do(ctx, x.who, key, x.id(), revision, why)
	})
}

// change changes a case by what read makes of the body, and answers with how it stands then. do is told what is wrong with the body.
func (x *exchange) change(read func(*interpreter.Object), do func(ctx context.Context, key string, revision int64, found casework.Found) (*casework.Answer, error)) {
	key, ok := x.key()
	if !ok {
		return
	}
	found, ok := x.find(read)
	if !ok {
		return
	}
	x.guarded(func(ctx context.Context, revision int64) error {
		a, err := do(ctx, key, revision, found)
		if err == nil {
			x.tell(a)
		}
		return err
	})
}

// guarded does what is asked for if the case has one of the revisions that If-Match names.
func (x *exchange) guarded(do func(ctx context.Context, revision int64) error) {
	revisions, ok := x.revisions()
	if !ok {
		return
	}
	x.work(func(ctx context.Context) (err error) {
		reused := error(nil)
		for _, r := range revisions { // revisions only grow, so that none is passed over
			if err = do(ctx, r); errors.Is(err, store.ErrReused) {
				reused = err // it may have been this very request, with another of its revisions
			} else if !errors.Is(err, store.ErrStale) {
				return err
			}
		}
		if reused != nil {
			return reused
		}
		return err
	})
}

// id is the case that the address names.
func (x *exchange) id() string { return x.r.PathValue("case") }

// showCase answers how a case stands now.
func (s *Service) showCase(x *exchange) { x.ask(casework.Ask{}) }

// caseNext answers how a case stands, or stood, or will.
func (s *Service) caseNext(x *exchange) {
	x.ask(casework.Ask{Day: x.query.At, Known: x.moment("known"), Explain: x.query.Explain})
}

func (x *exchange) ask(ask casework.Ask) {
	x.work(func(ctx context.Context) error {
		a, err := x.service.office.Next(ctx, x.who, x.id(), ask)
		if err == nil {
			x.tell(a)
		}
		return err
	})
}

// tell answers with a case and what is next for it.
func (x *exchange) tell(a *casework.Answer) {
	h := x.reply.Header()
	x.reply.caseID, x.reply.model = append(x.reply.caseID[:0], a.ID...), a.Model
	h["Stegvis-Model"], h["Stegvis-Version"] = []string{a.Model}, []string{a.Version}
	if a.Decision != nil {
		h["Stegvis-Hash"] = []string{a.Decision.Hash}
		x.service.meters.told(x.r.Context(), a.Model, a.Version, a.Decision.Status)
	}
	if x.reply.route.Marked {
		h["Etag"] = []string{etagOf(a.Revision)}
	}
	if a.Again {
		h["Idempotent-Replayed"] = []string{"true"}
	}
	if a.Lang != "" {
		x.lang = a.Lang
	}
	x.give(a)
}

// give answers with what is nobody else's to keep.
func (x *exchange) give(v any) {
	h := x.reply.Header()
	h["Content-Type"], h["Content-Language"], h["Cache-Control"] = []string{x.kind}, languages[x.lang], noStore
	status := x.reply.route.Status
	if status == 0 {
		status = http.StatusOK
	}
	x.write(status, encode(v))
}

// timeline answers with what happened to a case.
func (s *Service) timeline(x *exchange) {
	x.work(func(ctx context.Context) error {
		entries, err := s.office.Timeline(ctx, x.who, x.id())
		if err != nil {
			return err
		}
		out := Timeline{Entries: []Entry{}}
		for i := range entries {
			out.Entries = append(out.Entries, entryOf(&entries[i]))
		}
		x.give(out)
		return nil
	})
}

func entryOf(e *store.Entry) Entry {
	out := Entry{
		Entry: e.Seq, Kind: e.Kind, Recorded: e.Recorded, By: optional(e.By), Fact: optional(e.Fact), Model: optional(e.Model), Version: optional(e.Version), Note: optional(e.Note), Parties: []Party{},
	}
	for _, p := range e.Parties {
		out.Parties = append(out.Parties, Party{Actor: p.Actor, Party: p.Party})
	}
	if e.Fact != "" {
		out.Value, out.Held = e.Value, &e.Held
	}
	if e.Refers != 0 {
		out.Refers = &e.Refers
	}
	return out
}

// eraseCase erases a case by a decision, and answers with the proof.
func (s *Service) eraseCase(x *exchange) {
	var decision string
	if !x.read(func(o *interpreter.Object) {
		o.Need("decision")
		decision = o.Text("decision", longNote)
		noPerson(o, "decision", decision) // it outlives the case
	}) {
		return
	}
	x.guarded(func(ctx context.Context, revision int64) error {
		proof, err := s.office.Erase(ctx, x.who, x.id(), revision, decision)
		if err == nil {
			x.give(erasureOf(proof, true))
		}
		return err
	})
}

// erasure answers with the proof that a case was erased, and whether it still holds.
func (s *Service) erasure(x *exchange) {
	x.work(func(ctx context.Context) error {
		proof, holds, err := s.office.Erasure(ctx, x.who, x.id())
		if err == nil {
			x.give(erasureOf(proof, holds))
		}
		return err
	})
}

func erasureOf(e *store.Erasure, holds bool) Erasure {
	return Erasure{Case: e.Case, At: e.At, By: e.By, Decision: e.Decision, Entries: e.Entries, Digest: "sha256:" + hex.EncodeToString(e.Digest), Holds: holds}
}
