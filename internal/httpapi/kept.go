package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/seal"
	"github.com/stegvis/stegvis/internal/store"
)

// Door tells who asks.
type Door interface {
	// Who returns who sent the request; access.ErrUnknown where that is not certain.
	Who(r *http.Request) (*access.Principal, error)
}

// keptOperations are those on what is kept.
func keptOperations() []*Operation {
	all := slices.Concat(caseOperations(), overCases(), eventOperations(), keyOperations())
	for _, o := range all {
		if o.Method == http.MethodGet {
			continue
		}
		o.Problems = slices.Clone(o.Problems)
		for _, x := range []struct {
			code string
			is   bool
		}{{"key-of-no-use", !o.Once}, {"if-match-of-no-use", !o.Guarded}, {"body-of-no-use", len(o.Takes) == 0}} {
			if x.is {
				o.Problems = append(o.Problems, x.code)
			}
		}
	}
	return all
}

// admit finds out who asks, where that matters; false where it has answered with a problem.
func (s *Service) admit(o *Operation, x *exchange) bool {
	if o.Kept && s.office == nil {
		x.fail("nothing-kept", nil)
		return false
	}
	if !o.Kept && (o.Act == "" || !s.keyed && !s.audited) {
		return true
	}
	if s.door == nil { // nobody can say who they are
		x.challenge = true
		x.fail("unauthenticated", nil)
		return false
	}
	ctx, cancel := context.WithTimeout(x.r.Context(), s.limits.Write/5)
	who, err := s.door.Who(x.r.WithContext(ctx))
	cancel()
	switch {
	case errors.Is(err, access.ErrUnknown) && !o.Kept && !s.keyed && x.r.Header["Authorization"] == nil:
		who = anyone
	case errors.Is(err, access.ErrUnknown):
		var why *door.Refusal
		if errors.As(err, &why) { // for the log alone: who asks is told no more than that
			x.reply.reason = why.Reason
		}
		x.challenge = true
		x.fail("unauthenticated", nil)
		return false
	case err != nil:
		x.refused(err)
		return false
	}
	x.who = casework.Who{Principal: *who, Lang: x.lang}
	if said := x.r.Header["Stegvis-Purpose"]; len(said) > 0 {
		if x.who.Purpose = access.Purpose(said[0]); len(said) > 1 || !slices.Contains(access.Purposes, x.who.Purpose) {
			x.fail("bad-purpose", nil)
			return false
		}
	}
	if _, _, ok := who.May(o.Act, x.who.Purpose); !ok {
		x.fail("forbidden", nil)
		return false
	}
	if o.Kept && o.Method != http.MethodGet {
		for _, h := range []struct {
			header, code string
			heeded       bool
		}{
			{header: "Idempotency-Key", code: "key-of-no-use", heeded: o.Once}, {header: "If-Match", code: "if-match-of-no-use", heeded: o.Guarded},
		} {
			if !h.heeded && x.r.Header[h.header] != nil { // it would be done again, or whatever has changed meanwhile
				x.fail(h.code, nil)
				return false
			}
		}
	}
	if id := x.id(); id != "" {
		x.reply.caseID = []byte(id)
		if !printable(id, longest) { // no database need be asked
			x.refused(store.ErrNoCase)
			return false
		}
	}
	return true
}

// anyone is who asks for an answer that nothing is kept for without saying who they are, where they may.
var anyone = &access.Principal{Subject: "anyone", Roles: []access.Role{access.Service}}

// refusal is something that can stand in the way, and the problem that it is.
type refusal struct {
	err  error
	code string
}

// refusals gives each thing that can stand in the way of a change its problem.
var refusals = slices.Concat([]refusal{
	{access.ErrForbidden, "forbidden"},
	{store.ErrNoCase, "unknown-case"},
	{store.ErrKept, "not-erased"},
	{store.ErrErased, "case-erased"},
	{store.ErrClosed, "case-closed"},
	{store.ErrOpen, "case-open"},
	{store.ErrStale, "stale"},
	{store.ErrTaken, "id-taken"},
	{store.ErrNamed, "reference-taken"},
	{casework.ErrNotYet, "not-yet-opened"},
	{store.ErrNoEntry, "unknown-entry"},
	{store.ErrReused, "key-reused"},
	{store.ErrBadCase, "bad-id"},
	{store.ErrNothing, "nothing-to-record"},
	{casework.ErrNoProgram, "files-missing"},
}, refusalsOfEvents, refusalsOfKeys)

// refused answers for what stood in the way. What the database says is for the log alone, and there without its values.
func (x *exchange) refused(err error) {
	var faulty *casework.Faulty
	if errors.As(err, &faulty) {
		code := "body-at-fault"
		if errors.Is(err, store.ErrNoEntry) {
			code = "unknown-entry"
		}
		const most = 50 // what is wrong from end to end is wrong in one way
		if len(faulty.Faults) > most {
			faulty.Faults = faulty.Faults[:most]
			faulty.Faults.Error(diag.Span{}, "case-too-many-faults", diag.Args{"Limit": most})
		}
		x.problem(caseProblem(x.lang, code, faulty.Faults))
		return
	}
	var gone *events.ForgottenError
	if errors.As(err, &gone) {
		parameter := "after"
		if x.r.Header.Get("Last-Event-ID") != "" {
			parameter = ""
		}
		x.problem(forgotten(x.lang, gone.From.String(), parameter))
		return
	}
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			x.fail(r.code, nil)
			return
		}
	}
	x.blame(err)
	if errors.Is(err, store.ErrDamaged) || errors.Is(err, seal.ErrOpen) || errors.Is(err, seal.ErrNoMaster) {
		x.fail("internal", nil) // to ask again does not help: what is kept was changed from outside, or a master key is missing
		return
	}
	x.fail(unanswered(err), nil)
}

// unanswered is the problem where the store failed.
func unanswered(err error) string {
	code := "store-unavailable"
	if store.Slow(err) {
		code = "store-slow"
	}
	return code
}

// blame tells in the log why the store failed, unless it is that nobody waits for the answer any more.
func (x *exchange) blame(err error) {
	if x.r.Context().Err() == nil {
		x.service.log.Error("the store fails", "request", x.reply.id, "route", x.reply.operation(), "error", store.Cause(err))
	}
}
