package dsl

import (
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Overlay is a set of duties, such as a chapter of law, that lie over models and are held against each of
// them. It says nothing of what a model does; it tells what is missing.
type Overlay struct {
	ID      string
	Title   lang.Text
	Help    lang.Text
	Lang    lang.Lang
	InForce *calendar.Day // nil: the file does not say
	Models  []string      // the models it lies over; nil: every one
	Sources []*Source
	Facts   []*Fact // those that its rules can speak of
	Duties  []*Duty
	Notes   []*Note // what it does not express, and why
	Span    diag.Span
}

// Over tells whether the overlay lies over the model.
func (o *Overlay) Over(model string) bool {
	for _, m := range o.Models {
		if m == model {
			return true
		}
	}
	return len(o.Models) == 0
}

// Duty is one thing that a law or an agreement demands of a model. It is met when all its demands are.
type Duty struct {
	ID      string
	Law     lang.Text // where it stands, as lawyers cite it
	Title   lang.Text
	Help    lang.Text
	Overlay *Overlay
	Demands []*Demand
	Origin  Origin
	Index   int // its place in Overlay.Duties
	Span    diag.Span
}

// DemandKind says what a demand is about.
type DemandKind uint8

// The kinds of demands, each a table of its own in a file.
const (
	// Never: none of Steps is required where When is true and Unless is not; either can be left out.
	Never DemandKind = iota
	// Before: when any of Steps is required, one of First is done.
	Before
	// OnEveryWay: where When is true and one of Outcomes closes a case, one of Steps is done.
	OnEveryWay
	// TakesPart: each of Actors takes part in one of Steps.
	TakesPart
	// Bounded: the first of Steps has a longest time, counted from a day that an earlier step records.
	Bounded
)

var demandNames = [...]string{"never", "before", "on_every_way", "takes_part", "bounded"}

// String returns the kind as a workflow file writes it.
func (k DemandKind) String() string { return demandNames[k] }

// Demand is one part of a duty that can be held against a model.
type Demand struct {
	Kind     DemandKind
	ID       string    // "" where the file gives none; one with texts of its own has one, so that they can be translated
	Law      lang.Text // where this part stands, if elsewhere than its duty
	Title    lang.Text // what it demands, if its duty's title does not say it
	Steps    *Selection
	First    *Selection        // Before
	When     *Rule             // Never, OnEveryWay; nil: always
	Unless   *Rule             // Never; nil: no exception. What is not known is none
	Outcomes *OutcomeSelection // OnEveryWay; nil: every outcome
	Actors   []*Term           // TakesPart
	Duty     *Duty
	Span     diag.Span
}

// Selection picks steps of any model by what is shared between models. Every part that is set must fit.
type Selection struct {
	Kinds    []*Term      // the step's kind is one of these
	Tags     []*Term      // it has one of these tags
	Actors   []*Term      // its actor is one of these
	Parties  []*Term      // one of these is its actor or takes part
	WithOnly []*Term      // others than its actor take part, and all of them are among these
	Not      []*Selection // none of these fits
	Span     diag.Span
}

// OutcomeSelection picks outcomes of any model.
type OutcomeSelection struct {
	Tags []*Term
	Not  *OutcomeSelection
}

// RuleOf returns a rule of an overlay over the model, as the model's own facts type it: the values of an enum may stand in
// another order there. It may look at facts that the model lacks, of which nothing is ever known.
func (m *Model) RuleOf(r *Rule) *rule.Expr {
	if e := m.rules[r]; e != nil {
		return e
	}
	return r.Expr
}

// Has tells whether the step is picked.
func (x *Selection) Has(s *Step) bool {
	if x.Kinds != nil && !among(x.Kinds, s.Kind.ID) || x.Actors != nil && !among(x.Actors, s.Actor.ID) {
		return false
	}
	if x.Tags != nil && !anyAmong(x.Tags, s.Tags) {
		return false
	}
	if x.Parties != nil && !among(x.Parties, s.Actor.ID) && !anyAmong(x.Parties, s.With) {
		return false
	}
	if x.WithOnly != nil {
		for _, t := range s.With {
			if !among(x.WithOnly, t.ID) {
				return false
			}
		}
		if len(s.With) == 0 {
			return false
		}
	}
	for _, not := range x.Not {
		if not.Has(s) {
			return false
		}
	}
	return true
}

// Has tells whether the outcome is picked; a nil selection picks every one.
func (x *OutcomeSelection) Has(o *Outcome) bool {
	if x == nil {
		return true
	}
	if x.Tags != nil && !anyAmong(x.Tags, o.Tags) {
		return false
	}
	return x.Not == nil || !x.Not.Has(o)
}

// among tells whether one of the terms has the id. Models and overlays may have read a vocabulary each, so that
// terms are compared by id.
func among(terms []*Term, id string) bool {
	for _, t := range terms {
		if t.ID == id {
			return true
		}
	}
	return false
}

func anyAmong(terms, of []*Term) bool {
	for _, t := range of {
		if among(terms, t.ID) {
			return true
		}
	}
	return false
}
