package store

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// AsOf says which view of a case is asked for.
type AsOf struct {
	Day   calendar.Day // how things were on the day …
	Known time.Time    // … as far as was recorded by then; zero: by now
}

// View is what entries come to.
type View struct {
	Case    *interpreter.Case // its facts; no day
	Model   string            // that answered for the case
	Version string            // "": the one in force when the case started
	State   State
	Given   map[string]int64 // by fact, the entry that says so
}

// Fold puts entries together, in their order, to how things were. A fact is what the entry says that began to hold last on or
// before the day; of those that began on one day, the one recorded last. What is corrected or withdrawn, as far as was known,
// counts for nothing, also where the correction was withdrawn in turn: nobody has said that it was right. Entries recorded later count for
// nothing either, nor does what they did to the case.
func Fold(id string, entries []Entry, o AsOf) (*View, error) {
	known := func(e *Entry) bool { return o.Known.IsZero() || !e.Recorded.After(o.Known) }
	mistaken := map[int64]bool{}
	for i := range entries {
		if e := &entries[i]; known(e) && (e.Kind == Correction || e.Kind == Withdrawal) {
			mistaken[e.Refers] = true
		}
	}
	v := &View{State: StateOpen, Given: map[string]int64{}}
	said := map[string]*Entry{}
	var order []string // of facts, as they came
	for i := range entries {
		e := &entries[i]
		if !known(e) {
			continue
		}
		switch e.Kind {
		case Opening, Moving:
			v.Model, v.Version = e.Model, e.Version
		case Closing:
			v.State = StateClosed
		case Reopening:
			v.State = StateOpen
		case Recording, Correction:
			if mistaken[e.Seq] || e.Held > o.Day {
				continue
			}
			last := said[e.Fact]
			if last == nil {
				order = append(order, e.Fact)
			}
			if last == nil || e.Held >= last.Held {
				said[e.Fact], v.Given[e.Fact] = e, e.Seq
			}
		}
	}
	c, err := caseOf(id, order, said)
	v.Case = c
	return v, err
}

// Unreadable is the error for values that no case file can hold.
type Unreadable struct{ Faults diag.List }

// Error says no more than that: the faults are for those who sent the values.
func (*Unreadable) Error() string { return "store: the entries of a case make no case" }

// caseOf makes a case of the entries through the one reader of cases there is.
func caseOf(id string, order []string, said map[string]*Entry) (*interpreter.Case, error) {
	var text bytes.Buffer
	name, err := json.Marshal(id)
	if err != nil {
		return nil, err
	}
	text.WriteString(`{"id":`)
	text.Write(name)
	text.WriteString(`,"facts":{`)
	for i, fact := range order {
		if i > 0 {
			text.WriteByte(',')
		}
		name, err := json.Marshal(fact)
		if err != nil {
			return nil, err
		}
		text.Write(name)
		text.WriteByte(':')
		if !json.Valid(said[fact].Value) { // two values, say
			return nil, errNoValue
		}
		text.Write(said[fact].Value)
	}
	text.WriteString(`}}`)
	var faults diag.List
	c := interpreter.ReadCase(diag.NewSource("case.json", text.String()), &faults)
	if faults.HasErrors() {
		return nil, &Unreadable{faults}
	}
	return c, nil
}

// Facts returns how things were in a case.
func (tx *Tx) Facts(id string, o AsOf) (*View, error) {
	entries, err := tx.Entries(id, 0)
	if err != nil {
		return nil, err
	}
	return Fold(id, entries, o)
}
