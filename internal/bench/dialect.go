package bench

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl/rule"
)

// A dialect is how another language of expressions writes the rules of a model, with plain truth values. All have the
// same input: a day number for an event, so that happened(x) is one comparison with the day asked about (the number
// never where it has not happened); "" for an enum that is not known, and 0 and false for a number and a bool, beside
// which known_x tells whether x is known. That is the form in which each of them is fastest.
type dialect struct {
	and, or, not string
	fact         func(id string) string
	at           string
	in           bool // x in [...] can be written
	count        string
	definitions  bool // a definition can be named; else it is written out
}

var (
	exprDialect = dialect{and: "and", or: "or", not: "not ", fact: plain, at: "at", in: true, count: "len(%s)", definitions: true}
	celDialect  = dialect{and: "&&", or: "||", not: "!", fact: plain, at: "at", in: true, count: "size(%s)", definitions: true}
	grlDialect  = dialect{and: "&&", or: "||", not: "!", fact: grlField, at: grlField("at"), count: "%s.Len()"}
)

func plain(id string) string { return id }

// grlField is a field of the facts that Grule sees. The name must start with a capital letter.
func grlField(id string) string { return "F.X_" + id }

func knownName(id string) string { return "known_" + id }

// write writes the rule. What no rule of a model that is compared has is refused.
func (d *dialect) write(b *rulebook, e *rule.Expr) string {
	arg := func(i int) string { return d.write(b, e.Args[i]) }
	switch e.Op {
	case rule.OpAnd:
		return "(" + arg(0) + " " + d.and + " " + arg(1) + ")"
	case rule.OpOr:
		return "(" + arg(0) + " " + d.or + " " + arg(1) + ")"
	case rule.OpNot:
		return d.not + "(" + arg(0) + ")"
	case rule.OpFact:
		return d.fact(e.Name)
	case rule.OpDefine:
		if d.definitions {
			return e.Name
		}
		return "(" + d.write(b, b.defineOf(e.Name).Rule.Expr) + ")"
	case rule.OpConst:
		return constant(e)
	case rule.OpKnown:
		if b.typeOf(e.Name).Kind == rule.Enum {
			return d.fact(e.Name) + ` != ""`
		}
		return d.fact(knownName(e.Name))
	case rule.OpHappened:
		return d.fact(e.Name) + " <= " + d.at
	case rule.OpEq, rule.OpNe:
		return d.equal(b, e)
	case rule.OpLt, rule.OpLe, rule.OpGt, rule.OpGe:
		return arg(0) + " " + comparisons[e.Op] + " " + arg(1)
	case rule.OpCount:
		return fmt.Sprintf(d.count, arg(0))
	case rule.OpIn:
		return d.member(arg(0), e.Args[1].Args)
	case rule.OpHasAny:
		var each []string
		for _, v := range e.Args[1].Args {
			each = append(each, constant(v)+" in "+arg(0))
		}
		return "(" + strings.Join(each, " "+d.or+" ") + ")"
	}
	panic(fmt.Sprintf("no other language has been taught to write %s", e))
}

var comparisons = map[rule.Op]string{rule.OpEq: "==", rule.OpNe: "!=", rule.OpLt: "<", rule.OpLe: "<=", rule.OpGt: ">", rule.OpGe: ">="}

// equal writes a comparison of a fact with a constant, which does not hold where the fact is not known.
func (d *dialect) equal(b *rulebook, e *rule.Expr) string {
	fact, want := e.Args[0], e.Args[1]
	if fact.Op != rule.OpFact || want.Op != rule.OpConst {
		panic(fmt.Sprintf("no other language has been taught to compare in %s", e))
	}
	x := d.fact(fact.Name)
	switch {
	case fact.Type.Kind == rule.Bool && (want.Value != 0) == (e.Op == rule.OpEq):
		return x
	case fact.Type.Kind == rule.Bool:
		return "(" + d.fact(knownName(fact.Name)) + " " + d.and + " " + d.not + x + ")"
	case e.Op == rule.OpNe:
		return "(" + x + ` != "" ` + d.and + " " + x + " != " + constant(want) + ")"
	}
	return x + " == " + constant(want)
}

func (d *dialect) member(x string, values []*rule.Expr) string {
	var each []string
	for _, v := range values {
		each = append(each, constant(v))
	}
	if d.in {
		return x + " in [" + strings.Join(each, ", ") + "]"
	}
	for i, v := range each {
		each[i] = x + " == " + v
	}
	return "(" + strings.Join(each, " "+d.or+" ") + ")"
}

func constant(e *rule.Expr) string {
	switch e.Type.Kind {
	case rule.Bool:
		return strconv.FormatBool(e.Value != 0)
	case rule.Enum:
		return strconv.Quote(e.Type.Values[e.Value])
	}
	return strconv.FormatInt(e.Value, 10)
}

// input is what is known of a case in the form that the dialects share: bool, int, string and []string by name, the
// events as day numbers, and the day asked about.
func input(b *rulebook, f *Facts, at int) map[string]any {
	in := map[string]any{"at": at}
	for k, id := range eventIDs {
		in[id] = int(f.Days[k])
	}
	enum := func(values []string, v uint8, known bool) string {
		if !known {
			return ""
		}
		return values[v]
	}
	for k, id := range askableIDs {
		known := f.Known>>k&1 != 0
		in[knownName(id)] = known
		switch t := b.typeOf(id); t.Kind {
		case rule.Bool:
			in[id] = f.True>>k&1 != 0
		case rule.Int:
			in[id] = int(f.TimmarPerVecka)
		case rule.Set:
			in[id] = t.Values[:f.Aktiviteter]
		case rule.Enum:
			in[id] = enum(t.Values, map[int]uint8{beredningBeslut: f.BeredningBeslut, fortsattning: f.Fortsattning, avslutsorsak: f.Avslutsorsak}[k], known)
		}
	}
	return in
}
