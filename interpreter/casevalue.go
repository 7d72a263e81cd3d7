package interpreter

import (
	"math"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
)

// givenKind is the kind of a value as it was written, before a model says what it should have been.
type givenKind uint8

const (
	faulty     givenKind = iota // already reported, or of a Go type that no fact can have
	nullGiven                   // nobody knows
	boolGiven                   // number: 0 or 1
	wholeGiven                  // number: an integer
	floatGiven                  // number: the bits of a float64
	hugeGiven                   // number: the bits of the float64 nearest to an integer beyond int64
	textGiven                   // text
	dayGiven                    // number: a calendar.Day
	listGiven                   // items
	// What no fact can be, kept until it is known what to say about it.
	tableGiven  // members
	momentGiven // a time of day, or a date that no calendar.Day can be
)

// given is a value of a case as a file or a program gives it.
type given struct {
	kind    givenKind
	number  int64
	text    string
	items   []given
	members []member
	span    diag.Span // none where code has set it
}

// member is a key of a table and its value.
type member struct {
	name  string // as decoded
	key   diag.Span
	value given
}

func wholeOf(n int64) given   { return given{kind: wholeGiven, number: n} }
func floatOf(f float64) given { return given{kind: floatGiven, number: int64(math.Float64bits(f))} }
func hugeOf(f float64) given  { return given{kind: hugeGiven, number: int64(math.Float64bits(f))} }
func textOf(s string) given   { return given{kind: textGiven, text: s} }

func dayOf(d calendar.Day) given { return given{kind: dayGiven, number: int64(d)} }

func boolOf(b bool) given {
	v := given{kind: boolGiven}
	if b {
		v.number = 1
	}
	return v
}

func listOf(texts []string) given {
	v := given{kind: listGiven, items: make([]given, len(texts))}
	for i, s := range texts {
		v.items[i] = textOf(s)
	}
	return v
}

// givenOf returns a Go value as a case holds it.
func givenOf(value any) given {
	switch v := value.(type) {
	case nil:
		return given{kind: nullGiven}
	case bool:
		return boolOf(v)
	case int:
		return wholeOf(int64(v))
	case int64:
		return wholeOf(v)
	case float64:
		return floatOf(v)
	case string:
		return textOf(v)
	case []string:
		return listOf(v)
	case calendar.Day:
		return dayOf(v)
	}
	return given{kind: faulty}
}

// at returns v with its place.
func (v given) at(span diag.Span) given {
	v.span = span
	return v
}

// float returns what a floatGiven or a hugeGiven is worth.
func (v given) float() float64 { return math.Float64frombits(uint64(v.number)) }

func (v given) day() calendar.Day { return calendar.Day(v.number) }

// any returns v as a Go value, in the types that Case.Set takes; nil for what is none of them.
func (v given) any() any {
	switch v.kind {
	case boolGiven:
		return v.number != 0
	case wholeGiven:
		return v.number
	case floatGiven, hugeGiven:
		return v.float()
	case textGiven:
		return v.text
	case dayGiven:
		return v.day()
	case listGiven:
		texts := make([]string, len(v.items))
		for i, item := range v.items {
			texts[i] = item.text
		}
		return texts
	}
	return nil
}
