package events

import (
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// Type says what happened, as CloudEvents name it. It is stable.
type Type string

// The types.
const (
	StepRequired Type = "se.stegvis.step.required" // a step is required that was not before
	StepPassed   Type = "se.stegvis.step.passed"   // a step is no longer required
	StepMoved    Type = "se.stegvis.step.moved"    // it is due on another day
	StepSoon     Type = "se.stegvis.step.soon"     // it is due soon
	StepLate     Type = "se.stegvis.step.late"     // its due day has passed
	CaseOpened   Type = "se.stegvis.case.opened"   // the case was decided for for the first time
	CaseEnded    Type = "se.stegvis.case.ended"    // an outcome closes it
	CaseResumed  Type = "se.stegvis.case.resumed"  // no outcome closes it any longer
	CaseAsks     Type = "se.stegvis.case.asks"     // nothing is required until a fact is known
	CaseStuck    Type = "se.stegvis.case.stuck"    // nothing follows, and somebody must decide
	CaseErased   Type = store.ErasedEvent          // the case was erased, and with it what all its events told
	CaseFaulty   Type = "se.stegvis.case.faulty"   // the model was changed, and cannot take what is known any more
)

// Types lists the types.
var Types = []Type{CaseOpened, StepRequired, StepMoved, StepSoon, StepLate, StepPassed, CaseAsks, CaseStuck, CaseFaulty, CaseEnded, CaseResumed, CaseErased}

// Event is something that became of a case.
type Event struct {
	ID      string
	Type    Type
	Case    string
	Model   string
	Version string
	Hash    string // of the files that the answer is made of
	Step    string // "": about the case as a whole
	Actor   string // who is to do the step
	Due     *calendar.Day
	Outcome string
	At      time.Time
}

// Between tells what became of a case of the model that stood so before and stands so now. before is nil where it was never decided
// for. What comes is in a fixed order: the case itself, then the steps that are required, in theirs, then those that no longer are.
func Between(model string, before, now *store.Standing) (out []Event) {
	add := func(of Type, s store.StandingStep) {
		out = append(out, Event{Type: of, Case: now.Case, Model: model, Version: now.Version, Hash: now.Hash, Step: s.Step, Actor: s.Actor, Due: s.Due, Outcome: now.Outcome})
	}
	var whole store.StandingStep
	if before == nil {
		add(CaseOpened, whole)
		before = &store.Standing{}
	}
	if now.Outcome != before.Outcome {
		if now.Outcome != "" {
			add(CaseEnded, whole)
		} else {
			add(CaseResumed, whole)
		}
	}
	if now.Status != before.Status {
		switch now.Status {
		case string(interpreter.NeedsFacts):
			add(CaseAsks, whole)
		case string(interpreter.StuckCase):
			add(CaseStuck, whole)
		case store.AtFault:
			add(CaseFaulty, whole)
		}
	}
	was := map[string]store.StandingStep{}
	for _, s := range before.Steps {
		was[s.Step] = s
	}
	for _, s := range now.Steps {
		b, had := was[s.Step]
		delete(was, s.Step)
		switch {
		case !had:
			add(StepRequired, s)
			b.Time = string(interpreter.OK)
		case !sameDay(b.Due, s.Due):
			add(StepMoved, s)
			// How it stood to the old day says nothing of the new one, unless it stands so still.
			if b.Time != s.Time {
				b.Time = string(interpreter.OK)
			}
		}
		if s.Time == b.Time {
			continue
		}
		switch interpreter.Lateness(s.Time) {
		case interpreter.Soon:
			add(StepSoon, s)
		case interpreter.Late:
			add(StepLate, s)
		}
	}
	for _, s := range before.Steps {
		if _, left := was[s.Step]; left {
			add(StepPassed, s)
		}
	}
	return out
}

func sameDay(a, b *calendar.Day) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
