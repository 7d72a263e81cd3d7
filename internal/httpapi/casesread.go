package httpapi

import (
	"encoding/json"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/interpreter"
)

// said is a fact as of a day, nil: none is told. A body can say it once.
type said struct {
	fact string
	held calendar.Day
	told bool
}

// factsIn reads facts, unobtainable and entries: what is known from a day on. Whether the model has them is for the desk to tell.
func factsIn(o *interpreter.Object) (out []casework.Fact) {
	first := map[said]diag.Span{}
	put := func(f casework.Fact) {
		k := said{fact: f.ID}
		if f.Held != nil {
			k.held, k.told = *f.Held, true
		}
		if at, ok := first[k]; ok {
			o.FactTwice(f.ID, f.Place.Key, at)
			return
		}
		first[k] = f.Place.Key
		out = append(out, f)
	}
	for _, g := range o.Facts("facts", mostFacts) {
		put(casework.Fact{ID: g.Name, Value: g.Value, Place: casework.Place{Key: g.Key, Value: g.At}})
	}
	for _, g := range o.Texts("unobtainable", mostFacts, longName) {
		put(casework.Fact{ID: g.Name, Value: json.RawMessage("null"), Place: casework.Place{Key: g.Key, Value: g.At}})
	}
	for _, e := range o.Objects("entries", mostFacts, keysOf(NewEntry{})...) {
		e.Need("fact", "value")
		f := factIn(e)
		if f.Value == nil { // what is at fault is told already; that the model lacks the fact is not
			f.Value, f.Place.Value = json.RawMessage("null"), f.Place.Key
		}
		switch {
		case f.ID == "":
		case f.Held == nil && e.Has("held"): // which it says again nobody knows
			out = append(out, f)
		default:
			put(f)
		}
	}
	return out
}

// factIn reads what an entry or a correction says of a fact.
func factIn(e *interpreter.Object) casework.Fact {
	f := casework.Fact{ID: e.Text("fact", longName), Held: e.Day("held"), Note: e.Text("note", longNote)}
	f.Place.Key = e.At("fact")
	if g, ok := e.Value("value"); ok {
		f.Value, f.Place.Value = g.Value, g.At
	}
	return f
}

// changeIn reads what is to be recorded of a case.
func changeIn(o *interpreter.Object) casework.Change {
	x := casework.Change{Facts: factsIn(o), Correct: map[int64]casework.Fact{}}
	named := map[int64]bool{}
	once := func(from *interpreter.Object, key string, entry int64) {
		if named[entry] {
			from.Fault(key, "body-entry-twice", diag.Args{"Entry": entry})
		}
		named[entry] = true
	}
	for _, c := range o.Objects("correct", mostFacts, keysOf(NewCorrection{})...) {
		c.Need("entry", "value")
		if entry := c.Whole("entry"); entry != 0 {
			once(c, "entry", entry)
			if f := factIn(c); f.Value != nil && (f.ID != "" || !c.Has("fact")) {
				x.Correct[entry] = f
			}
		}
	}
	for _, entry := range o.Wholes("withdraw", mostFacts) {
		once(o, "withdraw", entry)
		x.Withdraw = append(x.Withdraw, entry)
	}
	return x
}

// partiesIn reads who the parties to a case are to be.
func partiesIn(o *interpreter.Object) (out []casework.Party) {
	for _, p := range o.Objects("parties", mostParties, keysOf(Party{})...) {
		p.Need("actor", "party")
		out = append(out, casework.Party{Actor: p.Text("actor", longName), Party: p.Text("party", longName), Place: casework.Place{Key: p.At("actor"), Value: p.At("party")}})
	}
	return out
}
