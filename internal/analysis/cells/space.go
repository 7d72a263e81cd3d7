package cells

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Space is every case of a model on one day, as far as its rules can tell cases apart. It can be asked by one goroutine at a
// time.
type Space struct {
	*graph
	Model    *dsl.Model
	Day      calendar.Day
	Domains  []*Domain // by index of the model's facts
	Steps    []Standing
	Outcomes []Closing
	Open     []*rule.Expr // the tests that cells cannot settle: arithmetic between facts

	builder *builder
	axiomOf map[int32]int        // of a variable: its place in rules
	rules   [][][]Formula        // what variables of one domain must obey, as clauses
	open    map[int32]*rule.Expr // by variable: the open test that it stands for
	opened  []int32              // these variables, in the order in which they came
	byID    map[string]*Domain
	found   []*Witness // cases that Possible has found
	oldest  int        // of them
}

// Standing is where a step stands, over all cases (DESIGN 3.5). That a case may be closed is not looked at.
type Standing struct {
	Applies Truth
	Open    Formula // every step it comes after is passed
	Done    Formula
	Passed  Formula
	// The statuses that hang on the day, and those that the rest is told by.
	Required     Formula
	Scheduled    Formula
	Undetermined Formula
	Late         Formula // required, and past its due day
	Items        []Truth // its checklist
}

// Closing is an outcome over all cases.
type Closing struct {
	Holds Truth   // its own rule and its stage's
	Open  Formula // every step it comes after is passed
	Claim Formula // both: it closes the case unless an earlier one does
	First Formula // it closes the case
}

// NewSpace sees the model on the day at.
func NewSpace(m *dsl.Model, at calendar.Day) *Space {
	s := &Space{
		graph: newGraph(), Model: m, Day: at, Steps: make([]Standing, len(m.Steps)), axiomOf: map[int32]int{}, open: map[int32]*rule.Expr{},
		byID: map[string]*Domain{},
	}
	b := &builder{
		expander: newExpander(m), s: s, at: at, facts: map[string]*dsl.Fact{}, cuts: map[*dsl.Fact]*cuts{}, texts: map[*dsl.Fact][]string{},
		refused: map[*rule.Expr]bool{}, rules: map[*rule.Expr]Truth{}, defined: map[string]Truth{}, stepOf: map[string]*dsl.Step{},
		stood: make([]bool, len(m.Steps)),
	}
	s.builder = b
	for _, f := range m.Facts {
		b.facts[f.ID] = f
		switch f.Type.Kind {
		case rule.Int, rule.Number, rule.Date, rule.Event:
			b.cuts[f] = newCuts(f, at)
			b.allCuts = append(b.allCuts, b.cuts[f])
		}
	}
	for _, step := range m.Steps {
		b.stepOf[step.ID] = step
	}
	b.surveyModel(m)
	for _, f := range m.Facts {
		d := b.domain(f)
		s.Domains = append(s.Domains, d)
		s.byID[f.ID] = d
	}
	for _, step := range m.Steps {
		b.step(step)
	}
	b.outcomes()
	return s
}

// Domain returns the domain of the fact with the id; nil where the model lacks it.
func (s *Space) Domain(id string) *Domain { return s.byID[id] }

// Rule returns the formulas of a rule of the model, or of an overlay over it as the model types it (dsl.Model.RuleOf).
func (s *Space) Rule(e *rule.Expr) Truth { return s.builder.rule(e) }

// Closed holds where an outcome closes the case.
func (s *Space) Closed() Formula {
	out := Never
	for i := range s.Outcomes {
		out = s.Or(out, s.Outcomes[i].Claim)
	}
	return out
}

// axioms notes what the variables must obey.
func (s *Space) axioms(variables []Formula, clauses [][]Formula) {
	for _, v := range variables {
		s.axiomOf[v.node()] = len(s.rules)
	}
	s.rules = append(s.rules, clauses)
}

// surveyModel gathers what every rule and every time of the model tells apart, what it accepts, and every rule of the overlays
// over it.
func (b *builder) surveyModel(m *dsl.Model) {
	for _, r := range Rules(m) {
		if r.Type.Kind == rule.Bool { // values are surveyed in the tests that look at them
			b.survey(r)
		}
	}
	for _, a := range m.Accepts {
		if a.When != nil {
			b.survey(a.When.Expr)
		}
	}
	for _, o := range m.Overlays {
		for _, duty := range o.Duties {
			for _, d := range duty.Demands {
				for _, r := range []*dsl.Rule{d.When, d.Unless} {
					if r != nil {
						b.survey(m.RuleOf(r))
					}
				}
			}
		}
	}
	for _, step := range m.Steps {
		for _, x := range b.turns(step) {
			b.cuts[x.from].add(x.trend, x.order)
		}
	}
}

// Rules lists what the rules of a model say. Those of definitions may be no truth values.
func Rules(m *dsl.Model) (out []*rule.Expr) {
	for _, r := range m.Rules() {
		out = append(out, r.Expr)
	}
	return out
}

// Facts lists, by index, the facts that the formula hangs on.
func (s *Space) Facts(f Formula) (out []int) {
	in := map[int32]bool{}
	for _, n := range s.cone(f) {
		in[n] = true
	}
	for i, d := range s.Domains {
		if in[d.Known.node()] {
			out = append(out, i)
		}
	}
	return out
}

// Before returns the formula that holds in a case where one known fact came last, and f held before it came.
func (s *Space) Before(f Formula) Formula {
	as := map[int32]Formula{0: Always}
	one, none := Never, Always // of those gone through so far, exactly one came last; none did
	for _, i := range s.Facts(f) {
		known := s.Domains[i].Known
		last := s.And(known, s.variable())
		as[known.node()] = s.And(known, last.Not())
		one, none = s.Or(s.And(one, last.Not()), s.And(none, last)), s.And(none, last.Not())
	}
	return s.And(one, s.substitute(f, as))
}

// substitute returns f with other formulas in place of variables. It changes as.
func (s *Space) substitute(f Formula, as map[int32]Formula) Formula {
	in := func(f Formula) Formula {
		if g, ok := as[f.node()]; !ok {
			return f
		} else if f.negated() {
			return g.Not()
		} else {
			return g
		}
	}
	for _, n := range s.cone(f) {
		if _, ok := as[n]; !ok && !s.isVariable(n) {
			gate := s.gates[n]
			as[n] = s.and(in(gate.a), in(gate.b))
		}
	}
	return in(f)
}
