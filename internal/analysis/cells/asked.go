package cells

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
)

// reach is what a rule can come out as when the facts that are not known, and that somebody can be asked for, become known; each
// of its tests by itself, as the interpreter looks at it when it finds what to ask for. What hangs on an event that has not
// happened, or on what nobody can tell, stays unknown.
type reach struct{ held, not, unknown Formula }

// Asked holds where a part of the model, by its stage's rule and its own, is unknown and something is asked for that could
// settle it. Where it is unknown and nothing is, it waits for an event, or for what nobody can tell (Untold); that is looked at
// where untold says so, else all facts can be told. ok is false where it is not known exactly: where a test chooses between
// values; f then holds wherever the part is unknown, of all of which something may be asked.
func (s *Space) Asked(stage *dsl.Stage, when *dsl.Rule, untold bool) (f Formula, ok bool) {
	b := asker{s.builder, untold}
	unknown := s.Unknown(b.within(stage, when))
	r := reach{Always, Never, Never}
	rules := []*dsl.Rule{when}
	if stage != nil {
		rules = append(rules, stage.When)
	}
	for _, x := range rules {
		if x != nil {
			of, exact := b.reach(x.Expr)
			if !exact {
				return unknown, false
			}
			r = s.both(r, of)
		}
	}
	return s.And(unknown, s.Or(r.held, r.not)), true
}

// asker finds what rules can come out as.
type asker struct {
	*builder
	untold bool // some facts nobody can tell
}

func (r reach) flipped() reach { return reach{r.not, r.held, r.unknown} }

// both is what a conjunction can come out as.
func (s *Space) both(x, y reach) reach {
	return reach{
		s.And(x.held, y.held), s.Or(x.not, y.not),
		s.Or(s.And(x.unknown, s.Or(y.unknown, y.held)), s.And(y.unknown, x.held)),
	}
}

func (s *Space) either(x, y reach) reach { return s.both(x.flipped(), y.flipped()).flipped() }

func (b asker) reach(e *rule.Expr) (out reach, exact bool) {
	s := b.s
	args := make([]reach, 0, 3)
	logical := e.Op == rule.OpNot || e.Op == rule.OpAnd || e.Op == rule.OpOr || e.Op == rule.OpCond && e.Type.Kind == rule.Bool || isBool(e)
	if logical {
		for _, a := range e.Args {
			r, ok := b.reach(a)
			if !ok {
				return reach{}, false
			}
			args = append(args, r)
		}
	}
	switch {
	case e.Op == rule.OpDefine:
		return b.reach(b.defines[e.Name])
	case e.Op == rule.OpNot:
		return args[0].flipped(), true
	case e.Op == rule.OpAnd:
		return s.both(args[0], args[1]), true
	case e.Op == rule.OpOr:
		return s.either(args[0], args[1]), true
	case e.Op == rule.OpCond:
		c, x, y := args[0], args[1], args[2]
		agree := func(a, b Formula) Formula { return s.And(c.unknown, a, b) }
		return reach{
			s.Or(s.And(c.held, x.held), s.And(c.not, y.held), agree(x.held, y.held)),
			s.Or(s.And(c.held, x.not), s.And(c.not, y.not), agree(x.not, y.not)),
			s.Or(s.And(c.held, x.unknown), s.And(c.not, y.unknown), s.And(c.unknown, s.Or(x.unknown, y.unknown, s.And(x.held, y.not), s.And(x.not, y.held)))),
		}, true
	case isBool(e):
		x, y := args[0], args[1]
		r := reach{
			s.Or(s.And(x.held, y.held), s.And(x.not, y.not)), s.Or(s.And(x.held, y.not), s.And(x.not, y.held)),
			s.Or(x.unknown, y.unknown),
		}
		if e.Op == rule.OpNe {
			return r.flipped(), true
		}
		return r, true
	}
	t := b.rule(e)
	told := Always // the events whose days the test looks at have happened, and nothing it looks at is what nobody can tell
	look := func(id string) {
		switch f := b.facts[id]; {
		case f == nil:
		case f.Type.Kind == rule.Event:
			told = s.And(told, s.byID[id].Known)
		case b.untold:
			told = s.And(told, s.Untold(s.byID[id]).Not())
		}
	}
	if e.Op == rule.OpFact && e.Type.Kind != rule.Event {
		look(e.Name)
	}
	if e.Op != rule.OpFact && len(e.Args) > 0 {
		ways := b.testWays(e)
		if len(ways) != 1 || len(ways[0].choices) > 0 {
			return reach{}, false
		}
		for _, id := range factsOf(ways[0].expr) {
			look(id)
		}
	}
	ask := s.And(s.Unknown(t), told)
	return reach{s.Or(t.True, ask), s.Or(t.False, ask), told.Not()}, true
}
