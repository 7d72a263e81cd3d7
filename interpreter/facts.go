package interpreter

import (
	"fmt"
	"math"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// layout gives every fact of a model its place. Bools come first, then events, then the rest; that order is
// the order of their bits in three masks: which facts are known, which are unobtainable, and which bools are true.
// So a word of 64 facts is tested in one operation. What is no bool has its value in a slot too: dates and events
// a day number in days, the rest 64 bits in values: enums the index of the value, numbers the bits of a float64,
// sets bit masks (as many slots as their values need), and texts the number of the text among those that rules
// name (0: none of them).
type layout struct {
	facts  []*dsl.Fact // by index
	bit    []int32     // by index
	slot   []int32     // by index, into days or values; of a bool, none
	words  []int32     // of a set: how many slots
	byBit  []int32     // the index, by bit
	bools  int         // how many
	events int         // how many
	days   int
	values int
	masks  int
	texts  map[string]int64 // those that rules name, by number
	// kinds tells by word which bits are of bools and which of events, as far as there are any.
	kinds []kindMasks
}

type kindMasks struct{ bools, events uint64 }

func newLayout(facts []*dsl.Fact) layout {
	l := layout{
		facts: facts, bit: make([]int32, len(facts)), slot: make([]int32, len(facts)), words: make([]int32, len(facts)),
		masks: (len(facts) + 63) / 64, texts: map[string]int64{},
	}
	place := func(i int, f *dsl.Fact) {
		l.bit[i] = int32(len(l.byBit))
		l.byBit = append(l.byBit, int32(i))
		switch f.Type.Kind {
		case rule.Bool:
			l.bools++
		case rule.Event, rule.Date:
			l.slot[i] = int32(l.days)
			l.days++
			if f.Type.Kind == rule.Event {
				l.events++
			}
		default:
			l.slot[i], l.words[i] = int32(l.values), 1
			if f.Type.Kind == rule.Set {
				l.words[i] = int32(max(1, (len(f.Type.Values)+63)/64))
			}
			l.values += int(l.words[i])
		}
	}
	for _, of := range [...]func(rule.Kind) bool{
		func(k rule.Kind) bool { return k == rule.Bool },
		func(k rule.Kind) bool { return k == rule.Event },
		func(k rule.Kind) bool { return k != rule.Bool && k != rule.Event },
	} {
		for i, f := range facts {
			if of(f.Type.Kind) {
				place(i, f)
			}
		}
	}
	for w := 0; w<<6 < l.bools+l.events; w++ {
		bools := below(l.bools - w<<6)
		l.kinds = append(l.kinds, kindMasks{bools, below(l.bools+l.events-w<<6) &^ bools})
	}
	return l
}

// below is a mask of the lowest n bits, of 64 at the most.
func below(n int) uint64 {
	switch {
	case n <= 0:
		return 0
	case n >= 64:
		return ^uint64(0)
	}
	return 1<<uint(n) - 1
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
	layout *layout
	masks  []uint64 // known, unobtainable and true, one after the other
	days   []calendar.Day
	values []int64
	texts  []string     // what text facts say, for explanations; by fact index, nil until one is set
	latest calendar.Day // no event is later
}

// NewFacts returns facts for the program, all of them not asked for.
func (p *Program) NewFacts() *Facts {
	l := &p.layout
	return &Facts{layout: l, masks: make([]uint64, 3*l.masks), days: make([]calendar.Day, l.days), values: make([]int64, l.values), latest: calendar.MinDay}
}

// Reset forgets everything.
func (f *Facts) Reset() {
	clear(f.masks)
	clear(f.texts)
	f.latest = calendar.MinDay
}

// CopyFrom makes f know what g knows; both must come from the same Program.
func (f *Facts) CopyFrom(g *Facts) {
	f.latest = g.latest
	copy(f.masks, g.masks)
	copy(f.days, g.days)
	copy(f.values, g.values)
	if g.texts != nil {
		f.texts = append(f.texts[:0], g.texts...)
	} else {
		clear(f.texts)
	}
}

func (f *Facts) known() []uint64        { return f.masks[:f.layout.masks] }
func (f *Facts) unobtainable() []uint64 { return f.masks[f.layout.masks : 2*f.layout.masks] }

// knowsBit is 1 where the fact with the given bit has a value, else 0.
func (f *Facts) knowsBit(bit int32) uint64 { return f.masks[bit>>6] >> (bit & 63) & 1 }

// knows tells whether the fact with the given bit has a value.
func (f *Facts) knows(bit int32) bool { return f.masks[bit>>6]>>(bit&63)&1 != 0 }

// Known tells whether the fact with index i has a value.
func (f *Facts) Known(i int) bool { return f.knows(f.layout.bit[i]) }

// IsUnobtainable tells whether the fact with index i was asked for and nobody knows it.
func (f *Facts) IsUnobtainable(i int) bool {
	bit := f.layout.bit[i]
	return f.unobtainable()[bit>>6]>>(bit&63)&1 != 0
}

// Forget makes the fact with index i one that was not asked for.
func (f *Facts) Forget(i int) {
	n := f.layout.masks
	bit := f.layout.bit[i]
	w, one := int(bit>>6), uint64(1)<<(bit&63)
	f.masks[w] &^= one
	f.masks[w+n] &^= one
}

// SetUnobtainable records that nobody knows the fact with index i. An event that is unobtainable is one
// that has not happened.
func (f *Facts) SetUnobtainable(i int) {
	f.Forget(i)
	bit := f.layout.bit[i]
	f.unobtainable()[bit>>6] |= 1 << (bit & 63)
}

// know records that the fact with index i has a value, and returns its slot.
func (f *Facts) know(i int) int32 {
	n := f.layout.masks
	bit := f.layout.bit[i]
	w, one := int(bit>>6), uint64(1)<<(bit&63)
	f.masks[w] |= one
	f.masks[w+n] &^= one
	return f.layout.slot[i]
}

// SetBool gives the bool fact with index i a value.
func (f *Facts) SetBool(i int, v bool) {
	f.know(i)
	bit := f.layout.bit[i]
	w, one := int(bit>>6)+2*f.layout.masks, uint64(1)<<(bit&63)
	if v {
		f.masks[w] |= one
	} else {
		f.masks[w] &^= one
	}
}

// SetInt gives the int fact with index i a value; within the declared range, which is not checked here.
func (f *Facts) SetInt(i int, v int64) { f.values[f.know(i)] = v }

// SetNumber gives the number fact with index i a value; within the declared range, which is not checked here.
func (f *Facts) SetNumber(i int, v float64) { f.values[f.know(i)] = int64(math.Float64bits(v)) }

// SetDay gives the date or event fact with index i a day.
func (f *Facts) SetDay(i int, d calendar.Day) {
	slot := f.know(i)
	f.days[slot] = d
	if int(slot) < f.layout.events {
		f.latest = max(f.latest, d)
	}
}

// SetEnum gives the enum fact with index i the value with the given index in its type.
func (f *Facts) SetEnum(i, value int) { f.values[f.know(i)] = int64(value) }

// SetSet gives the set fact with index i the values with the given indices in its type.
func (f *Facts) SetSet(i int, values []int) {
	set := f.setAt(i, f.know(i))
	clear(set)
	for _, v := range values {
		set[v>>6] |= 1 << (v & 63)
	}
}

func (f *Facts) setAt(i int, slot int32) []int64 { return f.values[slot : slot+f.layout.words[i]] }

// SetText gives the text fact with index i a value.
func (f *Facts) SetText(i int, s string) {
	f.values[f.know(i)] = f.layout.texts[s]
	if f.texts == nil {
		f.texts = make([]string, len(f.layout.facts))
	}
	f.texts[i] = s
}

// Put records that the fact with index i says v, in the types that Value returns; nil that it was not asked for. A value
// that the fact cannot have, or of another type, is a fault of the program that calls.
func (f *Facts) Put(i int, v any) {
	t := f.layout.facts[i].Type
	index := func(id string) int {
		k := slices.Index(t.Values, id)
		if k < 0 {
			panic("interpreter: " + f.layout.facts[i].ID + " has no value " + id)
		}
		return k
	}
	switch v := v.(type) {
	case nil:
		f.Forget(i)
	case bool:
		f.SetBool(i, v)
	case int64:
		f.SetInt(i, v)
	case float64:
		f.SetNumber(i, v)
	case calendar.Day:
		f.SetDay(i, v)
	case []string:
		set := make([]int, len(v))
		for k, id := range v {
			set[k] = index(id)
		}
		f.SetSet(i, set)
	case string:
		if t.Kind == rule.Enum {
			f.SetEnum(i, index(v))
		} else {
			f.SetText(i, v)
		}
	default:
		panic(fmt.Sprintf("interpreter: a fact says no %T", v))
	}
}

// Value returns what the fact with index i says: a bool, int64, float64, calendar.Day, string (the id of an
// enum's value, or a text) or []string (the ids of a set's values); nil where it is not known.
func (f *Facts) Value(i int) any {
	if !f.Known(i) {
		return nil
	}
	t, slot := f.layout.facts[i].Type, f.layout.slot[i]
	switch t.Kind {
	case rule.Bool:
		bit := f.layout.bit[i]
		return f.masks[2*f.layout.masks+int(bit>>6)]>>(bit&63)&1 != 0
	case rule.Int:
		return f.values[slot]
	case rule.Number:
		return math.Float64frombits(uint64(f.values[slot]))
	case rule.Enum:
		return t.Values[f.values[slot]]
	case rule.Set:
		ids, set := []string{}, f.setAt(i, slot)
		for n, id := range t.Values {
			if set[n>>6]>>(n&63)&1 != 0 {
				ids = append(ids, id)
			}
		}
		return ids
	case rule.Text:
		return f.texts[i]
	default:
		return f.days[slot]
	}
}
