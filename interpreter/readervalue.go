package interpreter

import (
	"slices"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// What a case says of a fact, held against every type that the fact has and, where it fits, put into the facts of
// the versions. It is what Bind demands, in the same words: nothing is coerced.

// refuse notes that a fact of this type cannot be what the case says.
func (r *Reader) refuse(f *form) {
	r.refused = true
	for _, u := range f.uses {
		u.version.refused = true
	}
}

func (r *Reader) setID(id []byte) bool {
	r.id = append(r.id[:0], id...)
	return idFault(id) == ""
}

func (r *Reader) setAt(s []byte) (ok bool) {
	r.at, ok = calendar.ParseBytes(s)
	r.hasAt = ok
	return ok
}

func (r *Reader) nobody(e *entry) {
	for i := range e.forms {
		for _, u := range e.forms[i].uses {
			u.facts.SetUnobtainable(u.fact)
		}
	}
}

func (r *Reader) bool(e *entry, v bool) {
	for i := range e.forms {
		f := &e.forms[i]
		if f.typ.Kind != rule.Bool {
			r.refuse(f)
			continue
		}
		for _, u := range f.uses {
			u.facts.SetBool(u.fact, v)
		}
	}
}

func (r *Reader) whole(e *entry, n int64) {
	for i := range e.forms {
		f := &e.forms[i]
		kind := f.typ.Kind
		if kind != rule.Int && kind != rule.Number || !inRange(n, f.typ) {
			r.refuse(f)
			continue
		}
		for _, u := range f.uses {
			if kind == rule.Int {
				u.facts.SetInt(u.fact, n)
			} else {
				u.facts.SetNumber(u.fact, float64(n))
			}
		}
	}
}

// float takes a number that was not written as a whole one, or is beyond them.
func (r *Reader) float(e *entry, n float64) {
	for i := range e.forms {
		f := &e.forms[i]
		if f.typ.Kind != rule.Number || !finite(n) || n < f.typ.Min || n > f.typ.Max {
			r.refuse(f)
			continue
		}
		for _, u := range f.uses {
			u.facts.SetNumber(u.fact, n)
		}
	}
}

// words takes a text: an enum's value, a text, or a day.
func (r *Reader) words(e *entry, s []byte) {
	if kind := e.kind(); kind == rule.Date || kind == rule.Event {
		if day, ok := calendar.ParseBytes(s); ok {
			r.day(e, day)
			return
		}
	}
	for i := range e.forms {
		f := &e.forms[i]
		switch f.typ.Kind {
		case rule.Enum:
			value := r.value(f, s)
			if value < 0 {
				r.refuse(f)
				continue
			}
			for _, u := range f.uses {
				u.facts.SetEnum(u.fact, value)
			}
		case rule.Text:
			if len(s) > MaxTextBytes || !utf8.Valid(s) {
				r.refuse(f)
				continue
			}
			text := norm.NFC.String(string(s))
			for _, u := range f.uses {
				u.facts.SetText(u.fact, text)
			}
		default:
			r.refuse(f)
		}
	}
}

func (r *Reader) day(e *entry, d calendar.Day) {
	for _, m := range e.starts {
		m.began, m.hasBegan = d, true
	}
	for i := range e.forms {
		f := &e.forms[i]
		if f.typ.Kind != rule.Date && f.typ.Kind != rule.Event || !inCalendar(d) {
			r.refuse(f)
			continue
		}
		for _, u := range f.uses {
			u.facts.SetDay(u.fact, d)
		}
	}
}

// beginSet, item and endSet take the values of a set, one after another.
func (r *Reader) beginSet(e *entry) {
	for i := range e.forms {
		e.forms[i].picked = e.forms[i].picked[:0]
	}
}

func (r *Reader) item(e *entry, s []byte) {
	for i := range e.forms {
		f := &e.forms[i]
		value := r.value(f, s)
		if value < 0 || slices.Contains(f.picked, value) {
			r.refuse(f)
			continue
		}
		f.picked = append(f.picked, value)
	}
}

func (r *Reader) endSet(e *entry, n int) {
	for i := range e.forms {
		f := &e.forms[i]
		if f.typ.Kind != rule.Set || n > MaxSetValues {
			r.refuse(f)
			continue
		}
		for _, u := range f.uses {
			u.facts.SetSet(u.fact, f.picked)
		}
	}
}

// value returns the place of a value among those of an enum or a set, or -1.
func (r *Reader) value(f *form, s []byte) int {
	i := f.find(s)
	if i < 0 && !isASCII(s) {
		r.normal = norm.NFC.Append(r.normal[:0], s...)
		i = f.find(r.normal)
	}
	return i
}

func (f *form) find(s []byte) int {
	if f.values != nil {
		if i, ok := f.values[string(s)]; ok {
			return i
		}
		return -1
	}
	for i, v := range f.typ.Values {
		if v == string(s) {
			return i
		}
	}
	return -1
}
