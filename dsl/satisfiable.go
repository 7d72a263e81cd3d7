package dsl

import "github.com/stegvis/stegvis/dsl/rule"

// search looks for a way for rules to come out as wanted, all together. It is told apart from the proofs of the
// analyses by what it promises: it is quick, looks only at the rules' own structure, and says "never" only when that is
// certain. What it does not understand it takes to be possible.
//
// The rules are taken apart as three-valued logic allows: a conjunction is true when both sides are, false
// when either is; a comparison is true or false only where what it compares is known, and unknown only where
// it is not. Each part narrows what is left of a fact: the values of an enum, an interval of a number, whether
// it is known at all.
type search struct {
	defines map[string]*rule.Expr
	done    func(step string) *rule.Expr // what must be true for a step to be done; nil: it is not looked into
	total   int                          // what is left for all questions
	budget  int                          // what is left for the question at hand
	worlds  []*world                     // those that are done with, to be used again
}

// The work, in parts of rules looked at, that a whole model and one question may cost. Past either, anything is
// possible.
const (
	searchTotal  = 400_000
	searchBudget = 40_000
)

// aim is what a rule is wanted to come out as.
type aim uint8

const (
	isTrue aim = iota
	isFalse
	notTrue  // false or unknown
	notFalse // true or unknown
)

// flipped is the aim for what is negated.
func (a aim) flipped() aim { return [...]aim{isFalse, isTrue, notFalse, notTrue}[a] }

// held tells which of the two a rule that is not unknown must come out as.
func (a aim) held() bool { return a == isTrue || a == notFalse }

// open tells whether the rule may also be unknown.
func (a aim) open() bool { return a >= notTrue }

func aimAt(held bool) aim {
	if held {
		return isTrue
	}
	return isFalse
}

// goal is a list of rules, each with its aim; nil is the list that has none.
type goal struct {
	expr *rule.Expr
	aim  aim
	rest *goal
}

// and puts rules before the goals of g; nil rules are always true.
func (g *goal) and(a aim, rules ...*rule.Expr) *goal {
	for i := len(rules) - 1; i >= 0; i-- {
		if rules[i] != nil {
			g = &goal{rules[i], a, g}
		}
	}
	return g
}

// then puts the goals of rest after those of g.
func (g *goal) then(rest *goal) *goal {
	if g == nil {
		return rest
	}
	return &goal{g.expr, g.aim, g.rest.then(rest)}
}

// unknown puts before the goals of g that e is unknown.
func (g *goal) unknown(e *rule.Expr) *goal { return g.and(notTrue, e).and(notFalse, e) }

// possible tells whether all of the rules can be true together. Nil rules are always true.
func (s *search) possible(rules ...*rule.Expr) bool {
	var none *goal
	return s.reachable(none.and(isTrue, rules...))
}

// reachable tells whether all of the goals can be reached together.
func (s *search) reachable(g *goal) bool {
	s.budget = min(searchBudget, s.total)
	s.total -= s.budget
	w := s.newWorld()
	ok := s.solve(g, w)
	s.drop(w)
	s.total += max(0, s.budget)
	return ok
}

// spend pays for looking at n parts of rules, and tells whether there is anything left.
func (s *search) spend(n int) bool {
	s.budget -= n
	return s.budget >= 0
}

// solve tells whether there is a world in which all the goals hold. It may change w.
func (s *search) solve(g *goal, w *world) bool {
	for g != nil {
		if !s.spend(1 + len(w.settled)/8) {
			return true
		}
		e, aim, rest := s.enter(g.expr), g.aim, g.rest
		switch e.Op {
		case rule.OpConst:
			if (e.Value != 0) != aim.held() {
				return false
			}
			g = rest
		case rule.OpNot:
			g = rest.and(aim.flipped(), e.Args[0])
		case rule.OpAnd, rule.OpOr:
			if (e.Op == rule.OpAnd) == aim.held() {
				g = rest.and(aim, e.Args...)
				continue
			}
			if s.reached(e, aim, w) {
				g = rest
				continue
			}
			return s.solveAside(rest.and(aim, e.Args[0]), w) || s.solve(rest.and(aim, e.Args[1]), w)
		case rule.OpDone:
			if s.done != nil { // never unknown: it is done, or it is not
				g = rest.and(doneAim[aim], s.done(e.Name))
				continue
			}
			fallthrough
		default:
			if ways := s.split(e, aim, rest); ways != nil {
				for _, way := range ways {
					if s.solveAside(way, w) {
						return true
					}
				}
				return false
			}
			if aim.open() && s.leaveUnknown(e, rest, w) {
				return true
			}
			if !s.settle(e, aim.held(), w) {
				return false
			}
			g = rest
		}
	}
	return true
}

// solveAside is solve in a world that is w and leaves w as it is.
func (s *search) solveAside(g *goal, w *world) bool {
	v := s.clone(w)
	ok := s.solve(g, v)
	s.drop(v)
	return ok
}

// doneAim is what the rule of a step that is done must come out as, by what done('…') must.
var doneAim = [...]aim{isTrue: isTrue, isFalse: notTrue, notTrue: notTrue, notFalse: isTrue}

// reached tells whether e comes out as aimed at in every world that is left, so that no way to it need be tried. It looks at
// what has been settled of bools and events alone.
func (s *search) reached(e *rule.Expr, a aim, w *world) bool {
	s.spend(1)
	e = s.enter(e)
	switch e.Op {
	case rule.OpConst:
		return (e.Value != 0) == a.held()
	case rule.OpNot:
		return s.reached(e.Args[0], a.flipped(), w)
	case rule.OpAnd, rule.OpOr:
		x, y := s.reached(e.Args[0], a, w), s.budget >= 0 && s.reached(e.Args[1], a, w)
		return x && y || (x || y) && (e.Op == rule.OpAnd) != a.held()
	case rule.OpFact:
		return w.is(thing{theValue, e.Name}, a.held()) || a.open() && w.is(thing{isKnown, e.Name}, false)
	case rule.OpKnown:
		return w.is(thing{isKnown, e.Name}, a.held())
	case rule.OpHappened:
		return w.is(thing{hasHappened, e.Name}, a.held())
	}
	return false
}

// enter returns the rule behind a definition.
func (s *search) enter(e *rule.Expr) *rule.Expr {
	for e.Op == rule.OpDefine {
		def := s.defines[e.Name]
		if def == nil {
			break
		}
		e = def
	}
	return e
}

// split rewrites a choice, or a comparison between two bools, into the ways in which it can come out as aimed at, each with
// the goals of rest after it.
func (s *search) split(e *rule.Expr, a aim, rest *goal) []*goal {
	switch {
	case e.Op == rule.OpCond:
		c, x, y := e.Args[0], e.Args[1], e.Args[2]
		ways := []*goal{rest.and(a, x).and(isTrue, c), rest.and(a, y).and(isFalse, c)}
		if a.open() { // where the condition is unknown, either side keeps the whole from being the opposite
			return append(ways, rest.and(a, x).unknown(c), rest.and(a, y).unknown(c))
		}
		return append(ways, rest.and(a, x, y)) // where both sides come out the same, the condition does not matter
	case (e.Op == rule.OpEq || e.Op == rule.OpNe) && e.Args[0].Type.Kind == rule.Bool && e.Args[1].Type.Kind == rule.Bool:
		x, y, same := e.Args[0], e.Args[1], (e.Op == rule.OpEq) == a.held()
		ways := []*goal{rest.and(aimAt(same), y).and(isTrue, x), rest.and(aimAt(!same), y).and(isFalse, x)}
		if a.open() {
			ways = append(ways, rest.unknown(x), rest.unknown(y))
		}
		return ways
	}
	return nil
}

// leaveUnknown tells whether the goals of rest can be reached where the part e, which is no connective, is unknown: where
// one of its facts is. What hangs on events, definitions or choices is taken to be unknown for no reason.
func (s *search) leaveUnknown(e *rule.Expr, rest *goal, w *world) bool {
	var facts []string
	free := false
	e.Walk(func(x *rule.Expr) {
		s.spend(1)
		switch x.Op {
		case rule.OpFact:
			if x.Type.Kind == rule.Event {
				free = true
			}
			facts = append(facts, x.Name)
		case rule.OpDefine, rule.OpCond:
			free = true
		}
	})
	if free {
		return s.solveAside(rest, w)
	}
	for _, name := range facts {
		v := s.clone(w)
		ok := v.flag(thing{isKnown, name}, false) && s.solve(rest, v)
		s.drop(v)
		if ok {
			return true
		}
	}
	return false
}
