package interpreter

import (
	"math"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// layout gives every fact of a model its place: a bit for "known", one for "unobtainable", and one slot
// of 64 bits for its value (a set takes as many as its values need). Bools are 0 or 1, enums the index of
// the value, dates and events day numbers, numbers the bits of a float64, sets bit masks, and texts the
// number of the text among those that rules name (0: none of them).
type layout struct {
	facts []*dsl.Fact // by index, which is also the bit
	slot  []int32
	words []int32 // of a set: how many slots
	slots int
	masks int
	texts map[string]int64 // those that rules name, by number
}

func newLayout(facts []*dsl.Fact) layout {
	l := layout{facts: facts, slot: make([]int32, len(facts)), words: make([]int32, len(facts)), texts: map[string]int64{}}
	for i, f := range facts {
		l.slot[i] = int32(l.slots)
		l.words[i] = 1
		if f.Type.Kind == rule.Set {
			l.words[i] = int32(max(1, (len(f.Type.Values)+63)/64))
		}
		l.slots += int(l.words[i])
	}
	l.masks = (len(facts) + 63) / 64
	return l
}

// textNumber returns the number by which rules know the text s, giving it one if needed. One text has one number
// whatever fact it is compared with, so that the texts of a choice between two facts can be compared too.
func (l *layout) textNumber(s string) int64 {
	if i, ok := l.texts[s]; ok {
		return i
	}
	i := int64(len(l.texts) + 1)
	l.texts[s] = i
	return i
}

// Facts are what is known of one case, laid out for one Program. The zero Facts cannot be used: Program.NewFacts
// makes them. Facts can be filled, used, Reset and filled again, by one goroutine at a time.
type Facts struct {
	layout       *layout
	values       []int64
	known        []uint64
	unobtainable []uint64
	texts        []string // what text facts say, for explanations; by fact index, nil until one is set
}

// Reset forgets everything.
func (f *Facts) Reset() {
	clear(f.known)
	clear(f.unobtainable)
	clear(f.texts)
}

// CopyFrom makes f know what g knows; both must come from the same Program.
func (f *Facts) CopyFrom(g *Facts) {
	copy(f.values, g.values)
	copy(f.known, g.known)
	copy(f.unobtainable, g.unobtainable)
	if g.texts != nil {
		f.texts = append(f.texts[:0], g.texts...)
	} else {
		clear(f.texts)
	}
}

// Known tells whether the fact with index i has a value.
func (f *Facts) Known(i int) bool { return f.known[i>>6]>>(i&63)&1 != 0 }

// IsUnobtainable tells whether the fact with index i was asked for and nobody knows it.
func (f *Facts) IsUnobtainable(i int) bool { return f.unobtainable[i>>6]>>(i&63)&1 != 0 }

// Forget makes the fact with index i one that was not asked for.
func (f *Facts) Forget(i int) {
	f.known[i>>6] &^= 1 << (i & 63)
	f.unobtainable[i>>6] &^= 1 << (i & 63)
}

// SetUnobtainable records that nobody knows the fact with index i. An event that is unobtainable is one
// that has not happened.
func (f *Facts) SetUnobtainable(i int) {
	f.Forget(i)
	f.unobtainable[i>>6] |= 1 << (i & 63)
}

func (f *Facts) set(i int, v int64) {
	f.values[f.layout.slot[i]] = v
	f.known[i>>6] |= 1 << (i & 63)
	f.unobtainable[i>>6] &^= 1 << (i & 63)
}

// SetBool gives the bool fact with index i a value.
func (f *Facts) SetBool(i int, v bool) {
	n := int64(0)
	if v {
		n = 1
	}
	f.set(i, n)
}

// SetInt gives the int fact with index i a value; within the declared range, which is not checked here.
func (f *Facts) SetInt(i int, v int64) { f.set(i, v) }

// SetNumber gives the number fact with index i a value; within the declared range, which is not checked here.
func (f *Facts) SetNumber(i int, v float64) { f.set(i, int64(math.Float64bits(v))) }

// SetDay gives the date or event fact with index i a day.
func (f *Facts) SetDay(i int, d calendar.Day) { f.set(i, int64(d)) }

// SetEnum gives the enum fact with index i the value with the given index in its type.
func (f *Facts) SetEnum(i, value int) { f.set(i, int64(value)) }

// SetSet gives the set fact with index i the values with the given indices in its type.
func (f *Facts) SetSet(i int, values []int) {
	f.set(i, 0)
	slot := int(f.layout.slot[i])
	clear(f.values[slot : slot+int(f.layout.words[i])])
	for _, v := range values {
		f.values[slot+v>>6] |= 1 << (v & 63)
	}
}

// SetText gives the text fact with index i a value.
func (f *Facts) SetText(i int, s string) {
	f.set(i, f.layout.texts[s])
	if f.texts == nil {
		f.texts = make([]string, len(f.layout.facts))
	}
	f.texts[i] = s
}

// Value returns what the fact with index i says: a bool, int64, float64, calendar.Day, string (the id of an
// enum's value, or a text) or []string (the ids of a set's values); nil where it is not known.
func (f *Facts) Value(i int) any {
	if !f.Known(i) {
		return nil
	}
	t := f.layout.facts[i].Type
	slot := int(f.layout.slot[i])
	v := f.values[slot]
	switch t.Kind {
	case rule.Bool:
		return v != 0
	case rule.Int:
		return v
	case rule.Number:
		return math.Float64frombits(uint64(v))
	case rule.Enum:
		return t.Values[v]
	case rule.Set:
		ids := []string{}
		for n, id := range t.Values {
			if f.values[slot+n>>6]>>(n&63)&1 != 0 {
				ids = append(ids, id)
			}
		}
		return ids
	case rule.Text:
		return f.texts[i]
	default:
		return calendar.Day(v)
	}
}
