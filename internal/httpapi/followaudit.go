package httpapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/audit"
	"github.com/stegvis/stegvis/internal/store"
)

// auditOperations are those on the log of who did what.
func auditOperations() []*Operation {
	return []*Operation{
		{
			Method: "GET", Path: "/v1/audit", ID: "audit", Act: access.Audit, Kept: true, handle: (*Service).audit,
			Query: []string{"case", "subject", "since", "until"}, Gives: lines, Answer: AuditRow{}, Problems: slices.Clone(ofKept),
		},
		{
			Method: "GET", Path: "/v1/audit/head", ID: "audit-head", Act: access.Audit, Kept: true, handle: (*Service).auditHead,
			Gives: asJSON, Answer: AuditHead{}, Problems: slices.Clone(ofKept),
		},
	}
}

// AuditRow is a row of the log of who did what, without what was answered. All but the last are what its digest is made of.
type AuditRow struct {
	Lane    int       `json:"lane"`
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"`
	Subject string    `json:"subject"`
	Action  string    `json:"action"`
	Case    string    `json:"case"`
	Purpose string    `json:"purpose"`
	Hash    string    `json:"hash"`
	Sealed  string    `json:"sealed"`
	Before  string    `json:"before"`
	Digest  string    `json:"digest"`
}

// AuditHead tells where the chains of the log end.
type AuditHead struct {
	Head string `json:"head"`
}

// audit answers with the rows of the log, a line each.
func (s *Service) audit(x *exchange) {
	if !x.enter(s.streams) {
		return
	}
	defer func() { <-s.streams }()
	f := audit.Filter{Case: x.values.Get("case"), Subject: x.values.Get("subject")}
	if t := x.moment("since"); t != nil {
		f.Since = *t
	}
	if t := x.moment("until"); t != nil {
		f.Until = *t
	}
	t := &rowsOut{exchange: x, control: http.NewResponseController(x.reply)}
	err := s.office.Audit(x.r.Context(), x.who, f, t.row)
	switch {
	case err == nil:
		t.begin()
		t.flush()
	case !t.begun:
		x.refused(err)
	case t.left != nil || x.r.Context().Err() != nil: // nobody is there to be told, and nothing is wrong here
		s.log.Info("the log was not read to its end", "request", x.reply.id, "route", x.reply.operation())
		panic(http.ErrAbortHandler)
	default:
		s.log.Error("the log is cut short", "request", x.reply.id, "route", x.reply.operation(), "error", store.Cause(err))
		panic(http.ErrAbortHandler) // it must not look whole
	}
}

// rowsOut are rows of the log on their way.
type rowsOut struct {
	*exchange
	control *http.ResponseController
	begun   bool
	out     []byte
	left    error // why nothing more can be sent
}

func (t *rowsOut) begin() {
	if t.begun {
		return
	}
	t.begun = true
	h := t.reply.Header()
	h["Content-Type"], h["Content-Language"], h["Cache-Control"] = lines, languages[t.lang], noStore
	t.reply.WriteHeader(http.StatusOK)
}

func (t *rowsOut) row(r *audit.Row) error {
	t.begin()
	if t.r.Method == http.MethodHead {
		return nil
	}
	if t.out = append(t.out, encode(r.Exported())...); len(t.out) < streamWrite {
		return nil
	}
	return t.flush()
}

func (t *rowsOut) flush() error {
	if t.r.Method == http.MethodHead {
		return nil
	}
	t.control.SetWriteDeadline(time.Now().Add(t.service.limits.Write))
	_, err := t.reply.Write(t.out)
	if err == nil {
		err = t.control.Flush()
	}
	t.out, t.left = t.out[:0], err
	return err
}

// auditHead answers with where the chains of the log end.
func (s *Service) auditHead(x *exchange) {
	x.work(func(ctx context.Context) error {
		head, err := s.office.AuditHead(ctx, x.who)
		if err == nil {
			x.give(AuditHead{head})
		}
		return err
	})
}
