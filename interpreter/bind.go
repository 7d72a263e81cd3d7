package interpreter

import (
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
)

// The limits of what one fact can say.
const (
	MaxTextBytes = 4 << 10 // a text
	MaxSetValues = 200     // the values of a set
)

// Bind holds the case against the program's model and returns what is known, laid out for the program. Every
// fact must be one of the model's and of its type, and nothing is coerced: 10.0 is no int and "true" no bool.
// A fact that the model lacks is ignored where declared tells that another loaded model has it (declared may
// be nil), else it is an error. Every fault is told in faults, up to a limit; a fact at fault is left as not
// asked for, so the answer is not to be relied on where faults has errors.
func (c *Case) Bind(p *Program, declared func(string) bool, faults *diag.List) *Facts {
	b := &binder{p: p, facts: p.NewFacts(), faults: caseFaults{list: faults}}
	for _, s := range c.facts {
		if b.faults.full() {
			break
		}
		if i, ok := p.FactIndex(s.name); ok {
			b.bind(i, s.value)
		} else if declared == nil || !declared(s.name) {
			b.unknown(s)
		}
	}
	return b.facts
}

type binder struct {
	p      *Program
	facts  *Facts
	faults caseFaults
}

func (b *binder) unknown(s stated) {
	names := make([]string, len(b.p.model.Facts))
	for i, f := range b.p.model.Facts {
		names[i] = f.ID
	}
	b.faults.add(s.key, "case-unknown-fact", diag.Args{"Fact": quotable(s.name), "Model": b.p.model.ID, "Near": diag.Suggest(s.name, names)})
}

// bind records the value as what the fact with index i says.
func (b *binder) bind(i int, v given) {
	f := b.p.model.Facts[i]
	switch {
	case v.kind == nullGiven:
		b.facts.SetUnobtainable(i)
	case v.kind == faulty:
		if v.span.IsZero() { // set by code; what a text says was reported when it was read
			b.fault(f, v, "case-go-type")
		}
	default:
		switch f.Type.Kind {
		case rule.Bool:
			b.bool(i, f, v)
		case rule.Int:
			b.int(i, f, v)
		case rule.Number:
			b.number(i, f, v)
		case rule.Enum:
			b.enum(i, f, v)
		case rule.Set:
			b.set(i, f, v)
		case rule.Text:
			b.text(i, f, v)
		default:
			b.day(i, f, v)
		}
	}
}

// fault records that v is not what the fact can be. Beside the fact's id, every argument is about what is legal.
func (b *binder) fault(f *dsl.Fact, v given, code string) {
	args := diag.Args{"Fact": f.ID, "Quoted": v.kind == textGiven}
	switch f.Type.Kind {
	case rule.Int, rule.Number:
		args["Min"], args["Max"], args["Unit"] = plain(f.Type.Min), plain(f.Type.Max), f.Unit
	case rule.Enum, rule.Set:
		args["Values"] = listed(f.Type.Values)
	}
	b.faults.add(v.span, code, args)
}

// plain writes a bound as one would write it in a case.
func plain(bound float64) string { return strconv.FormatFloat(bound, 'f', -1, 64) }

func (b *binder) bool(i int, f *dsl.Fact, v given) {
	if v.kind != boolGiven {
		b.fault(f, v, "case-bool")
		return
	}
	b.facts.SetBool(i, v.number != 0)
}

func (b *binder) int(i int, f *dsl.Fact, v given) {
	switch {
	case v.kind == floatGiven:
		b.fault(f, v, "case-int-fraction")
	case v.kind == hugeGiven || v.kind == wholeGiven && !inRange(v.number, f.Type):
		b.fault(f, v, "case-range")
	case v.kind != wholeGiven:
		b.fault(f, v, "case-int")
	default:
		b.facts.SetInt(i, v.number)
	}
}

func (b *binder) number(i int, f *dsl.Fact, v given) {
	var n float64
	switch v.kind {
	case wholeGiven:
		if !inRange(v.number, f.Type) {
			b.fault(f, v, "case-range")
			return
		}
		n = float64(v.number)
	case floatGiven, hugeGiven:
		n = v.float()
	default:
		b.fault(f, v, "case-number")
		return
	}
	switch {
	case !finite(n):
		b.fault(f, v, "case-not-finite")
	case n < f.Type.Min || n > f.Type.Max:
		b.fault(f, v, "case-range")
	default:
		b.facts.SetNumber(i, n)
	}
}

// inRange tells whether n is in the declared range. It does not round n to compare: a float64 cannot tell
// large neighbours apart.
func inRange(n int64, t rule.Type) bool {
	const beyond = 1 << 63 // the first float64 above every int64
	low, high := math.Ceil(t.Min), math.Floor(t.Max)
	if low >= beyond || high < -beyond {
		return false
	}
	return (low < -beyond || n >= int64(low)) && (high >= beyond || n <= int64(high))
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

func (b *binder) enum(i int, f *dsl.Fact, v given) {
	if v.kind != textGiven {
		b.fault(f, v, "case-enum")
		return
	}
	value := slices.Index(f.Type.Values, norm.NFC.String(v.text))
	if value < 0 {
		b.fault(f, v, "case-enum-value")
		return
	}
	b.facts.SetEnum(i, value)
}

func (b *binder) set(i int, f *dsl.Fact, v given) {
	switch {
	case v.kind != listGiven:
		b.fault(f, v, "case-set")
		return
	case len(v.items) > MaxSetValues:
		b.faults.add(v.span, "case-set-too-long", diag.Args{"Fact": f.ID, "Limit": MaxSetValues})
		return
	}
	var values []int
	places := map[int]diag.Span{}
	for _, item := range v.items {
		value := slices.Index(f.Type.Values, norm.NFC.String(item.text))
		if value < 0 {
			b.fault(f, item, "case-set-value")
			continue
		}
		if first, twice := places[value]; twice {
			d := b.faults.add(item.span, "case-set-twice", diag.Args{"Fact": f.ID})
			if !first.IsZero() {
				d.With(first, "case-first", nil)
			}
			continue
		}
		places[value] = item.span
		values = append(values, value)
	}
	b.facts.SetSet(i, values)
}

func (b *binder) text(i int, f *dsl.Fact, v given) {
	switch {
	case v.kind != textGiven:
		b.fault(f, v, "case-text")
	case len(v.text) > MaxTextBytes:
		b.faults.add(v.span, "case-text-too-long", diag.Args{"Fact": f.ID, "Limit": MaxTextBytes >> 10})
	case !utf8.ValidString(v.text):
		b.fault(f, v, "case-text-not-utf8")
	default:
		b.facts.SetText(i, norm.NFC.String(v.text))
	}
}

func (b *binder) day(i int, f *dsl.Fact, v given) {
	var day calendar.Day
	switch v.kind {
	case dayGiven:
		day = v.day()
	case textGiven:
		d, ok := calendar.Parse(v.text)
		if !ok {
			b.fault(f, v, "case-no-day")
			return
		}
		day = d
	default:
		b.fault(f, v, "case-day")
		return
	}
	if !inCalendar(day) {
		b.fault(f, v, "case-no-day")
		return
	}
	b.facts.SetDay(i, day)
}

// inCalendar tells whether the day is in the years 1 to 9999; only code can give one that is not.
func inCalendar(d calendar.Day) bool { return d >= calendar.MinDay && d <= calendar.MaxDay }
