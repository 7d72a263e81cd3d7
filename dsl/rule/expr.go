package rule

import "github.com/stegvis/stegvis/dsl/diag"

// Kind is the kind of value that an expression has.
type Kind uint8

// The kinds of values. Invalid marks an expression that already has a fault, so that one slip is
// not reported again by everything around it.
const (
	Invalid Kind = iota
	Bool
	Int
	Number
	Enum
	Set
	Date
	Event
	Text
)

var kindNames = [...]string{"invalid", "bool", "int", "number", "enum", "set", "date", "event", "text"}

// String returns the kind as a workflow file writes it.
func (k Kind) String() string { return kindNames[k] }

// ParseKind returns the kind that a workflow file calls name.
func ParseKind(name string) (Kind, bool) {
	for k, n := range kindNames {
		if n == name && Kind(k) != Invalid {
			return Kind(k), true
		}
	}
	return Invalid, false
}

// KindNames lists the kinds a fact can have, as a workflow file writes them.
func KindNames() []string { return kindNames[1:] }

// Type is the type of a fact or an expression.
type Type struct {
	Kind   Kind
	Values []string // Enum, Set: the ids of the values, in declared order; the order has no meaning to rules
	// Int and Number: the declared range of a fact, or the range that follows for an expression.
	Min, Max float64
}

// Op says what an expression does with its arguments.
type Op uint8

// The operations. Beside each: its arguments, and when its value is unknown.
const (
	OpInvalid Op = iota

	OpConst  // a literal: Bool in Value (0, 1), Int and Enum in Value, Number in Number, Date in Value (calendar.Day), Text in Name
	OpList   // the literals in Args, to the right of OpIn and in OpHasAny, OpHasAll; its Type is that of its elements
	OpFact   // the fact Name; unknown where the fact is
	OpDefine // the definition Name; unknown where its rule is
	OpToday  // the day asked about; never unknown

	OpNot  // Args[0]
	OpAnd  // Args[0], Args[1]
	OpOr   // Args[0], Args[1]
	OpCond // Args[0] ? Args[1] : Args[2]

	OpEq // Args[0] == Args[1]; also between bools
	OpNe
	OpLt
	OpLe
	OpGt
	OpGe
	OpIn // Args[0] in Args[1]: an OpList, or a set

	OpAdd
	OpSub
	OpMul
	OpNeg

	OpKnown       // known(Name), a fact that is no event; never unknown
	OpHappened    // happened(Name), an event; never unknown
	OpDone        // done('Name'), a step; never unknown
	OpLate        // late('Name'), a step; never unknown
	OpDaysSince   // whole days from Args[0] to the day asked about; negative ahead of it
	OpWeeksSince  // completed weeks
	OpMonthsSince // completed months
	OpDaysBetween // days from Args[0] to Args[1]
	OpHasAny      // the set Args[0] has at least one of the OpList Args[1]
	OpHasAll      // the set Args[0] has all of the OpList Args[1]
	OpCount       // how many values the set Args[0] has
)

// Expr is a typed expression: a small tree, free of expr's own types, each node with the whole range
// of the text that it came from. It is immutable once checked.
type Expr struct {
	Op     Op
	Type   Type
	Args   []*Expr
	Name   string // OpFact, OpDefine, OpKnown, OpHappened, OpDone, OpLate; OpConst of a text
	Value  int64  // OpConst: bool as 0 or 1, int, index into Type.Values of an enum, calendar.Day of a date
	Number float64
	Span   diag.Span
}

// Walk calls f for e and every expression below it, in the order of the text. Definitions are not entered.
func (e *Expr) Walk(f func(*Expr)) {
	f(e)
	for _, a := range e.Args {
		a.Walk(f)
	}
}
