package cohort

import (
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// fulfil lives through what a rule of a checklist wants: events happen, facts are told. It works on the form of the
// rule, and does not insist: where the answer is not the one wanted, the program will say so.
func (l *life) fulfil(e *rule.Expr, want bool, day calendar.Day) {
	switch e.Op {
	case rule.OpNot:
		l.fulfil(e.Args[0], !want, day)
	case rule.OpAnd, rule.OpOr:
		if want == (e.Op == rule.OpAnd) { // both sides must be so
			l.fulfil(e.Args[0], want, day)
			l.fulfil(e.Args[1], want, day)
		} else {
			l.fulfil(one(l.dice, e.Args), want, day)
		}
	case rule.OpEq, rule.OpNe:
		side, constant, ok := againstBool(e)
		if !ok {
			l.learn(e, day)
			return
		}
		l.fulfil(side, want == (constant == (e.Op == rule.OpEq)), day)
	case rule.OpHappened:
		if want {
			l.happen(l.c.space.place(e.Name), day)
		}
	case rule.OpKnown:
		l.inform(l.c.space.place(e.Name), day, nil)
	case rule.OpDefine:
		l.fulfil(l.t.defines[e.Name], want, day)
	case rule.OpFact:
		if e.Type.Kind == rule.Bool {
			l.inform(l.c.space.place(e.Name), day, &want)
			return
		}
		l.learn(e, day)
	default:
		l.learn(e, day)
	}
}

// againstBool takes a comparison of a truth value with a literal apart.
func againstBool(e *rule.Expr) (side *rule.Expr, constant, ok bool) {
	a, b := e.Args[0], e.Args[1]
	if a.Op == rule.OpConst {
		a, b = b, a
	}
	return a, b.Value != 0, a.Type.Kind == rule.Bool && b.Op == rule.OpConst
}

// learn tells every fact that a comparison looks at, and lets its events happen.
func (l *life) learn(e *rule.Expr, day calendar.Day) {
	e.Walk(func(x *rule.Expr) {
		switch x.Op {
		case rule.OpFact, rule.OpKnown, rule.OpHappened:
			k := l.c.space.place(x.Name)
			if l.c.space.Facts[k].Kind == rule.Event {
				l.happen(k, day)
			} else {
				l.inform(k, day, nil)
			}
		case rule.OpDefine:
			l.learn(l.t.defines[x.Name], day)
		}
	})
}

// happen lets an event happen, unless it has: on the day, or in the few days before it that nobody has looked at the case.
func (l *life) happen(k int, day calendar.Day) {
	if _, already := l.said[k].(calendar.Day); already {
		return
	}
	l.say(k, day-calendar.Day(l.below(min(3, int(day-l.before))+1)))
}

// inform tells a fact that a step is done with. What was told is seldom told otherwise later, and what nobody could tell is
// seldom found out.
func (l *life) inform(k int, day calendar.Day, want *bool) {
	switch was := l.said[k].(type) {
	case nil:
		l.tell(k, day, want)
	case nobodyKnows:
		if l.chance(150) {
			l.answer(k, day, want)
		}
	case bool:
		if want != nil && was != *want && l.chance(350) {
			l.say(k, *want)
		}
	default:
		if l.chance(300) {
			l.answer(k, day, want)
		}
	}
}
