package httpapi

import (
	"encoding/json"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/interpreter"
)

// factsIn reads facts, unobtainable and entries: what is known from a day on. Whether the model has them, and whether one of them is said
// twice as of a day, is for the desk to tell.
func factsIn(o *interpreter.Object) (out []casework.Fact) {
	for _, g := range o.Facts("facts", mostFacts) {
		out = append(out, casework.Fact{ID: g.Name, Value: g.Value, Place: casework.Place{Key: g.Key, Value: g.At}})
	}
	for _, g := range o.Texts("unobtainable", mostFacts, longName) {
		out = append(out, casework.Fact{ID: g.Name, Value: json.RawMessage("null"), Place: casework.Place{Key: g.Key, Value: g.At}})
	}
	for _, e := range o.Objects("entries", mostFacts, keysOf(NewEntry{})...) {
		e.Need("fact", "value")
		if f := factIn(e); f.ID != "" {
			out = append(out, f)
		}
	}
	return out
}

// factIn reads what an entry or a correction says of a fact.
func factIn(e *interpreter.Object) casework.Fact {
	f := casework.Fact{ID: e.Text("fact", longName), Held: e.Day("held"), Note: e.Text("note", longNote)}
	f.Place.Key = e.At("fact")
	f.Part = f.Held == nil && e.Has("held")
	if g, ok := e.Value("value"); ok {
		f.Value, f.Place.Value = g.Value, g.At
	}
	return f
}

// changeIn reads what is to be recorded of a case.
func changeIn(o *interpreter.Object) casework.Change {
	x := casework.Change{Facts: factsIn(o), Correct: map[int64]casework.Fact{}, Entries: map[int64]diag.Span{}}
	once := func(entry int64, at diag.Span) {
		if _, ok := x.Entries[entry]; ok {
			o.FaultAt(at, "body-entry-twice", diag.Args{"Entry": entry})
			return
		}
		x.Entries[entry] = at
	}
	for _, c := range o.Objects("correct", mostFacts, keysOf(NewCorrection{})...) {
		c.Need("entry", "value")
		if entry := c.Whole("entry"); entry != 0 {
			once(entry, c.At("entry"))
			f := factIn(c)
			if f.ID == "" && c.Has("fact") { // of what the value is nobody knows
				f.Value = nil
			}
			x.Correct[entry] = f
		}
	}
	withdrawn, at := o.Wholes("withdraw", mostFacts)
	for i, entry := range withdrawn {
		once(entry, at[i])
	}
	x.Withdraw = withdrawn
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
