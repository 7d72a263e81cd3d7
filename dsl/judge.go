package dsl

import "github.com/stegvis/stegvis/dsl/rule"

// judge holds one model against demands. What a case must be like for a step to be required, or for an outcome to close
// it, is written as rules, and the search tells whether they can be true together with what would break a demand.
//
// A step can be done before what it comes after (a fact is filled in early), and one that does not apply is passed when
// what it comes after is. So that a step is required says that its own `after` is passed, and no more; what goes before
// that is passed only where the step between does not apply.
type judge struct {
	m      *Model
	search *search
	steps  map[string]*Step
	before map[*Step]map[*Step]bool  // all that a step comes after
	looked map[*Step]map[string]bool // the facts that its own rules look at
	sights map[*Step]map[string]bool // the facts that decide whether it is required
}

// judgeTotal is the work that a whole model may cost, in parts of rules looked at; past it, everything is open.
const judgeTotal = 4_000_000

func newJudge(m *Model) *judge {
	j := &judge{
		m: m, search: &search{defines: map[string]*rule.Expr{}, total: judgeTotal}, steps: map[string]*Step{},
		before: map[*Step]map[*Step]bool{}, looked: map[*Step]map[string]bool{}, sights: map[*Step]map[string]bool{},
	}
	for _, d := range m.Defines {
		j.search.defines[d.ID] = d.Rule.Expr
	}
	for _, s := range m.Steps {
		j.steps[s.ID] = s
	}
	return j
}

func (j *judge) demand(d *Demand) DemandJudgement {
	steps := j.m.Picks(d)
	switch d.Kind {
	case OnEveryWay:
		return j.onEveryWay(d, steps)
	case TakesPart:
		return j.takesPart(d, steps)
	case Bounded:
		return j.bounded(steps)
	}
	if len(steps) == 0 {
		return DemandJudgement{Verdict: DoesNotApply, Why: NoSuchSteps}
	}
	if d.Kind == Before {
		return j.goesBefore(d, steps)
	}
	return j.never(d, steps)
}

// cases are the cases of a model in which none of some steps is done.
type cases struct {
	*judge
	undone map[*Step]bool
	passed map[*Step]*rule.Expr
}

// without returns the cases in which none of the steps is done.
func (j *judge) without(steps ...*Step) *cases {
	c := &cases{judge: j, undone: map[*Step]bool{}, passed: map[*Step]*rule.Expr{}}
	for _, s := range steps {
		c.undone[s] = true
	}
	return c
}

// guard is the rule that a step applies by; nil: always.
func guard(s *Step) *rule.Expr {
	var all []*rule.Expr
	if s.Stage != nil && s.Stage.When != nil {
		all = append(all, s.Stage.When.Expr)
	}
	if s.When != nil {
		all = append(all, s.When.Expr)
	}
	return both(all...)
}

// doneRule is true exactly where the step is done, of these cases.
func (c *cases) doneRule(s *Step) *rule.Expr {
	if c.undone[s] {
		return constant(false)
	}
	return madeDone(s)
}

// madeDone is true exactly where the step is done, of all cases.
func madeDone(s *Step) *rule.Expr {
	if s.Every != nil {
		return constant(false)
	}
	all := []*rule.Expr{guard(s)}
	for _, item := range s.Done {
		all = append(all, item.Rule.Expr)
	}
	return both(all...)
}

// passedRule is true exactly where the step is passed.
func (c *cases) passedRule(s *Step) *rule.Expr {
	if e, ok := c.passed[s]; ok {
		return e
	}
	c.search.total -= 1 + len(s.Done) + len(s.After)
	e := c.doneRule(s)
	if g := guard(s); g != nil {
		left := both(append([]*rule.Expr{negation(g)}, c.passedAll(s.After)...)...)
		e = &rule.Expr{Op: rule.OpOr, Type: e.Type, Args: []*rule.Expr{e, left}}
	}
	c.passed[s] = e
	return e
}

// closesRule is true exactly where the outcome can close the case; nil: always.
func (c *cases) closesRule(o *Outcome) *rule.Expr {
	return both(append(outcomeRules(o), c.passedAll(o.After)...)...)
}

func outcomeRules(o *Outcome) (out []*rule.Expr) {
	if o.When != nil {
		out = append(out, o.When.Expr)
	}
	if o.Stage != nil && o.Stage.When != nil {
		out = append(out, o.Stage.When.Expr)
	}
	return out
}

func (c *cases) passedAll(steps []*Step) (out []*rule.Expr) {
	for _, s := range steps {
		out = append(out, c.passedRule(s))
	}
	return out
}

// required adds to goals that the step applies and is not done, which it must be to be required.
func (c *cases) required(s *Step, rest *goal) *goal {
	return rest.and(notTrue, madeDone(s)).and(isTrue, guard(s))
}

// excluded tells whether no case reaches the goals, passes all of the steps, and is not closed by any of the outcomes; and
// what shows it: the least of these that suffices. by is the outcome, where it takes just one.
func (c *cases) excluded(goals *goal, after []*Step, outcomes []*Outcome) (how Finding, by *Outcome, ok bool) {
	c.search.done = func(id string) *rule.Expr { return c.doneRule(c.steps[id]) }
	if !c.search.reachable(goals) {
		return GuardedBy, nil, true
	}
	passed := c.passedAll(after)
	ends := func(rules []*rule.Expr, outcomes ...*Outcome) *goal {
		var g *goal
		for i := len(outcomes) - 1; i >= 0; i-- {
			g = g.and(notTrue, orTrue(c.closesRule(outcomes[i])))
		}
		return goals.then(g.and(isTrue, rules...))
	}
	if len(passed) > 0 && !c.search.reachable(ends(passed)) {
		return PassedFirst, nil, true
	}
	for _, rules := range [][]*rule.Expr{nil, passed} {
		for _, o := range outcomes {
			if !c.search.reachable(ends(rules, o)) {
				return ClosedFirst, o, true
			}
		}
	}
	whole := ends(passed, outcomes...)
	if len(outcomes) > 0 && !c.search.reachable(whole) {
		return ClosedFirst, nil, true
	}
	var undone *goal
	for _, s := range c.m.Steps {
		if c.undone[s] {
			undone = undone.and(notTrue, madeDone(s))
		}
	}
	if undone != nil && !c.search.reachable(whole.then(undone)) {
		return ClosedFirst, nil, true
	}
	return "", nil, false
}

// both joins rules that must all be true; nil where there is none. A nil rule is always true.
func both(rules ...*rule.Expr) (out *rule.Expr) {
	for i := len(rules) - 1; i >= 0; i-- {
		switch {
		case rules[i] == nil:
		case out == nil:
			out = rules[i]
		default:
			out = &rule.Expr{Op: rule.OpAnd, Type: rule.Type{Kind: rule.Bool}, Args: []*rule.Expr{rules[i], out}}
		}
	}
	return out
}

func negation(e *rule.Expr) *rule.Expr {
	return &rule.Expr{Op: rule.OpNot, Type: rule.Type{Kind: rule.Bool}, Args: []*rule.Expr{e}}
}

func constant(b bool) *rule.Expr {
	e := &rule.Expr{Op: rule.OpConst, Type: rule.Type{Kind: rule.Bool}}
	if b {
		e.Value = 1
	}
	return e
}

// orTrue makes a rule of what is always true.
func orTrue(e *rule.Expr) *rule.Expr {
	if e == nil {
		return constant(true)
	}
	return e
}
