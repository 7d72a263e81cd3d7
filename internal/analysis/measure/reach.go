package measure

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/interpreter"
)

// Reach tells whether an outcome can be reached, and by whom.
type Reach struct {
	Outcome     *dsl.Outcome
	Reachable   bool         // a history ends so
	Unproven    bool         // it could not be settled
	Case        *verify.Case // the one with fewest facts; nil: none
	Cohort      int          // how many cases of the cohort it closes
	Least, Most *Extreme     // handovers on the way to it; nil: it cannot be reached, or they could not be settled
}

func (m *measurer) reach() {
	for i, o := range m.m.Outcomes {
		r := Reach{Outcome: o}
		if m.hist.whole {
			for _, done := range sorted(m.hist.ends[i]) {
				c := m.hist.ends[i][done]
				if r.Case == nil || len(c.History) < len(r.Case.History) {
					r.Case = c
				}
			}
			r.Reachable = r.Case != nil
		} else {
			c, proven := m.orderly.Search(m.s.Outcomes[i].First, func(r *interpreter.Result) bool { return r.Outcome == i })
			r.Reachable, r.Unproven, r.Case = c != nil && c.InOrder, !proven, c
		}
		for _, k := range m.cases {
			if k.outcome == i {
				r.Cohort++
			}
		}
		m.report.Outcomes = append(m.report.Outcomes, r)
	}
}
