package httpapi

import (
	"context"
	"slices"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/interpreter"
)

// overCases are the operations on many cases at once.
func overCases() []*Operation {
	return []*Operation{
		{
			Method: "POST", Path: "/v1/moves", ID: "move-cases", Act: access.Move, Kept: true, handle: (*Service).moveCases,
			Takes: oneCase, Body: MoveCases{}, Gives: asJSON, Answer: MovedCases{},
			Problems: slices.Concat(ofKept, ofSending, []string{"unknown-model", "unknown-version", "model-not-live"}),
		},
		{
			Method: "GET", Path: "/v1/figures", ID: "figures", Act: access.Figures, Kept: true, handle: (*Service).figures,
			Gives: asJSON, Answer: casework.Figures{}, Problems: ofKept,
		},
	}
}

// MoveCases is the body that lets another version of a model answer for cases.
type MoveCases struct {
	Model  string   `json:"model"`
	From   string   `json:"from,omitempty"`
	To     string   `json:"to"`
	Cases  []string `json:"cases,omitempty"`
	DryRun bool     `json:"dry_run"`
	Faulty bool     `json:"faulty,omitempty"`
	Why    string   `json:"why,omitempty"`
	After  string   `json:"after,omitempty"`
	Limit  int64    `json:"limit,omitempty"`
}

// MovedCases are cases that were moved, or would be.
type MovedCases struct {
	Cases []casework.Moved `json:"cases"`
	Next  *string          `json:"next"`
}

// mostMoved is how many cases are moved by one request: it must be answered in time.
const mostMoved = 500

// moveCases lets another version of a model answer for cases, or tells what that would change.
func (s *Service) moveCases(x *exchange) {
	var m casework.Moving
	if !x.read(func(o *interpreter.Object) {
		o.Need("model", "to", "dry_run")
		m = casework.Moving{
			Model: o.Text("model", longName), From: o.Text("from", longName), To: o.Text("to", longName), DryRun: o.Yes("dry_run"), Faulty: o.Yes("faulty"),
			Why: o.Text("why", longNote), After: o.Text("after", longName),
		}
		limit := o.Whole("limit")
		if m.Limit = int(min(limit, mostMoved)); limit > mostMoved {
			o.Fault("limit", "kept-move-limit", diag.Args{"Limit": mostMoved})
		}
		m.Chosen, m.FromAt = casework.Place{Key: o.At("model"), Value: o.At("to")}, o.At("from")
		named := o.Texts("cases", mostCases, longName)
		for _, id := range named {
			m.Cases = append(m.Cases, id.Name)
		}
		if len(named) == 0 && o.Has("cases") { // all are meant by leaving it out, and not by a list that came out empty
			o.Fault("cases", "kept-move-none", nil)
		}
	}) || x.notLive(m.Model, m.To) {
		return
	}
	x.work(func(ctx context.Context) error {
		cases, next, err := s.office.Move(ctx, x.who, m)
		if err == nil {
			x.give(MovedCases{Cases: cases, Next: optional(next)})
		}
		return err
	})
}

// figures answers with how many cases there are, and how they stand.
func (s *Service) figures(x *exchange) {
	x.work(func(ctx context.Context) error {
		f, err := s.office.Figures(ctx, x.who)
		if err == nil {
			x.give(f)
		}
		return err
	})
}
