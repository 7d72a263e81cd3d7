package measure

import (
	"cmp"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/cells"
)

// Decider is how much of a model a fact decides.
type Decider struct {
	Fact *dsl.Fact
	// The steps and outcomes whose own rule, with their stage's, the fact can turn: two cases differ in it alone, and the rule is true,
	// false or unknown in the one and something else in the other.
	Steps    []*dsl.Step
	Outcomes []*dsl.Outcome
	// How many steps and outcomes stand otherwise in one of two such cases, by their rules or by what they come after; -1: the model is too
	// large for it to be worked out.
	Reaches int
	Waiting int // how many cases of the cohort it is asked for in
}

// Rules is how many steps and outcomes the fact decides by their rules.
func (d *Decider) Rules() int { return len(d.Steps) + len(d.Outcomes) }

// maxReaches is how many pairs of a fact and a step or outcome are looked at for what facts reach.
const maxReaches = 10_000

func (m *measurer) facts() {
	var rules, statuses [][]cells.Formula // by step, then by outcome
	for i := range m.m.Steps {
		x := &m.s.Steps[i]
		rules = append(rules, []cells.Formula{x.Applies.True, x.Applies.False})
		statuses = append(statuses, []cells.Formula{x.Applies.False, x.Done, x.Required, x.Scheduled, x.Undetermined})
	}
	for i := range m.m.Outcomes {
		x := &m.s.Outcomes[i]
		rules = append(rules, []cells.Formula{x.Holds.True, x.Holds.False})
		statuses = append(statuses, []cells.Formula{x.Claim})
	}
	ruleFacts, statusFacts := m.hangOn(rules), m.hangOn(statuses)
	pairs := 0
	for _, in := range statusFacts {
		pairs += len(in)
	}
	for i, f := range m.m.Facts {
		d := Decider{Fact: f}
		turns := m.s.Turner(i)
		for k := range rules {
			decides := ruleFacts[k][i] && turns(rules[k])
			switch {
			case !decides:
			case k < len(m.m.Steps):
				d.Steps = append(d.Steps, m.m.Steps[k])
			default:
				d.Outcomes = append(d.Outcomes, m.m.Outcomes[k-len(m.m.Steps)])
			}
			if pairs <= maxReaches && (decides && k < len(m.m.Steps) || statusFacts[k][i] && turns(statuses[k])) {
				d.Reaches++
			}
		}
		if pairs > maxReaches {
			d.Reaches = -1
		}
		for _, c := range m.cases {
			if slices.Contains(c.missing, int32(i)) {
				d.Waiting++
			}
		}
		m.report.Facts = append(m.report.Facts, d)
	}
	slices.SortStableFunc(m.report.Facts, func(a, b Decider) int {
		return cmp.Or(cmp.Compare(b.Rules(), a.Rules()), cmp.Compare(b.Reaches, a.Reaches), cmp.Compare(b.Waiting, a.Waiting))
	})
}

// hangOn tells of each list of formulas which facts stand in them.
func (m *measurer) hangOn(lists [][]cells.Formula) (out []map[int]bool) {
	for _, list := range lists {
		in := map[int]bool{}
		for _, f := range list {
			for _, i := range m.s.Facts(f) {
				in[i] = true
			}
		}
		out = append(out, in)
	}
	return out
}
