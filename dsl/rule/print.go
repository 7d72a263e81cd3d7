package rule

import (
	"math"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// How tightly operators bind, as in expr: what binds looser than its surroundings stands in parentheses.
const (
	bindAny     = iota
	bindChoice  // ? :
	bindOr      // or
	bindAnd     // and
	bindCompare // == != < <= > >= in
	bindAdd     // + -
	bindNot     // not
	bindMul     // *
	bindNeg     // -x
	bindAtom    // names, literals, calls, and what is in brackets
)

// String writes e as a rule, in one canonical form, with parentheses only where they are needed (or where
// "not a == b" would mislead a reader). What it writes parses and checks to an expression equal to e. A part
// that is invalid is written as "…".
func (e *Expr) String() string {
	var b strings.Builder
	e.write(&b, bindAny)
	return b.String()
}

func (e *Expr) binding() int {
	switch e.Op {
	case OpCond:
		return bindChoice
	case OpOr:
		return bindOr
	case OpAnd:
		return bindAnd
	case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe, OpIn:
		return bindCompare
	case OpAdd, OpSub:
		return bindAdd
	case OpMul:
		return bindMul
	case OpNeg:
		return bindNeg
	case OpNot:
		if e.Args[0].Op == OpIn {
			return bindCompare // a not in b
		}
		return bindNot
	}
	return bindAtom
}

// write writes e where nothing looser than least may stand bare.
func (e *Expr) write(b *strings.Builder, least int) {
	own := e.binding()
	if own < least {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch e.Op {
	case OpConst:
		e.writeConst(b)
	case OpList:
		b.WriteByte('[')
		e.writeArgs(b)
		b.WriteByte(']')
	case OpFact, OpDefine:
		b.WriteString(e.Name)
	case OpToday:
		b.WriteString(wordToday)
	case OpNot:
		if in := e.Args[0]; in.Op == OpIn {
			in.writeBinary(b, " not in ", bindCompare)
			return
		}
		b.WriteString("not ")
		e.Args[0].write(b, bindNot)
	case OpNeg:
		b.WriteByte('-')
		e.Args[0].write(b, bindNeg)
	case OpCond:
		e.Args[0].write(b, bindOr)
		b.WriteString(" ? ")
		e.Args[1].write(b, bindOr)
		b.WriteString(" : ")
		e.Args[2].write(b, bindChoice)
	case OpKnown, OpHappened:
		b.WriteString(callNames[e.Op] + "(" + e.Name + ")")
	case OpDone, OpLate:
		b.WriteString(callNames[e.Op] + "(" + quote(e.Name) + ")")
	case OpDaysSince, OpWeeksSince, OpMonthsSince, OpDaysBetween, OpHasAny, OpHasAll, OpCount:
		b.WriteString(callNames[e.Op])
		b.WriteByte('(')
		e.writeArgs(b)
		b.WriteByte(')')
	case OpInvalid:
		b.WriteString("…")
	default:
		e.writeBinary(b, " "+symbols[e.Op]+" ", own)
	}
}

// writeBinary writes an operator between two operands. Those that bind as tightly go in parentheses on the
// right, since operators group to the left; in comparisons on both sides, since those do not chain.
func (e *Expr) writeBinary(b *strings.Builder, symbol string, own int) {
	left := own
	if own == bindCompare {
		left++
	}
	if own >= bindCompare && e.Args[0].startsWithNot() {
		left = bindAtom
	}
	e.Args[0].write(b, left)
	b.WriteString(symbol)
	e.Args[1].write(b, own+1)
}

// startsWithNot tells whether e would be written with a "not" first.
func (e *Expr) startsWithNot() bool { return e.Op == OpNot && e.Args[0].Op != OpIn }

func (e *Expr) writeArgs(b *strings.Builder) {
	for i, a := range e.Args {
		if i > 0 {
			b.WriteString(", ")
		}
		a.write(b, bindAny)
	}
}

func (e *Expr) writeConst(b *strings.Builder) {
	switch e.Type.Kind {
	case Bool:
		b.WriteString(strconv.FormatBool(e.Value != 0))
	case Int:
		b.WriteString(strconv.FormatInt(e.Value, 10))
	case Number:
		b.WriteString(literalNumber(e.Number))
	case Enum:
		b.WriteString(quote(e.Type.Values[e.Value]))
	case Date:
		b.WriteString(quote(calendar.Day(e.Value).String()))
	default:
		b.WriteString(quote(e.Name))
	}
}

// literalNumber writes a number so that it is read as one, and not as a whole number.
func literalNumber(v float64) string {
	if a := math.Abs(v); a != 0 && a < 1e-6 {
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	s := writeNumber(v)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// quote writes a text in quotes.
func quote(s string) string { return "'" + quotable.Replace(s) + "'" }

var quotable = strings.NewReplacer(`\`, `\\`, `'`, `\'`)

var callNames = map[Op]string{
	OpKnown: "known", OpHappened: "happened", OpDone: "done", OpLate: "late", OpDaysSince: "days_since",
	OpWeeksSince: "weeks_since", OpMonthsSince: "months_since", OpDaysBetween: "days_between", OpHasAny: "has_any",
	OpHasAll: "has_all", OpCount: "count",
}
