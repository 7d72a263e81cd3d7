package verify

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// clashes finds pairs of outcomes that claim one case: the first in the file closes it, and the other would have closed it
// differently. It is a fault where a history leads to such a case: with a last fact that brings both about at once. Where one
// of the outcomes holds before that, it has closed the case already; such pairs are remarks, one for each outcome that
// stands before others. Of three that claim one case the first two are told of.
func (v *verifier) clashes() {
	bad, at := cells.Never, make([]cells.Formula, len(v.m.Outcomes)) // by the first of a pair
	later := cells.Never
	for i := len(v.m.Outcomes) - 1; i >= 0; i-- {
		x := &v.s.Outcomes[i]
		at[i] = v.s.And(x.First, later)
		bad, later = v.s.Or(bad, at[i]), v.s.Or(later, x.Claim)
	}
	left := bad
	for {
		w := v.s.Solve(left, v.inTurn())
		if w == nil {
			break
		}
		i := v.claimant(w, 0)
		j := v.claimant(w, i+1)
		pair := v.s.And(v.s.Outcomes[i].First, v.s.Outcomes[j].Claim)
		v.clash(i, j, pair)
		left = v.s.And(left, pair.Not())
		at[i] = v.s.And(at[i], pair.Not())
	}
	for i, o := range v.m.Outcomes {
		f := Finding{Code: Overlap, Subjects: []string{o.ID}, Weight: Fault, Outcomes: []*dsl.Outcome{o}}
		v.tell(f.ID(), func(where cells.Formula) *Finding {
			w, a := v.smallest(v.s.And(at[i], where), func(r *interpreter.Result) bool { return r.Outcome == i && v.alsoClaims(i, r) >= 0 })
			if w == nil {
				return f.shownBy(nil, a, nil)
			}
			f := f
			f.Outcomes = []*dsl.Outcome{o, v.m.Outcomes[v.alsoClaims(i, v.decide(w))]}
			return f.shownBy(&Case{Witness: w}, a, func(*Case) bool { return false })
		})
	}
}

// clash tells of two outcomes that may claim one case, with the facts in order.
func (v *verifier) clash(i, j int, pair cells.Formula) {
	first, second := v.m.Outcomes[i], v.m.Outcomes[j]
	f := Finding{Code: Clash, Subjects: []string{first.ID, second.ID}, Weight: Fault, Outcomes: []*dsl.Outcome{first, second}}
	v.tell(f.ID(), func(where cells.Formula) *Finding {
		c, a := v.searchIn(v.s.And(pair, where), v.inTurn(), func(r *interpreter.Result) bool { return r.Outcome == i && v.claims(j, r) })
		return f.shownBy(c, a, func(c *Case) bool { return c.Lived })
	})
}

// claimant returns the first outcome, from one on, that claims the case.
func (v *verifier) claimant(w *cells.Witness, from int) int {
	for w.Holds(v.s.Outcomes[from].Claim.Not()) {
		from++
	}
	return from
}

// alsoClaims returns the first outcome after one that claims the case that was decided last; -1 where none does.
func (v *verifier) alsoClaims(outcome int, r *interpreter.Result) int {
	for j := outcome + 1; j < len(v.m.Outcomes); j++ {
		if v.claims(j, r) {
			return j
		}
	}
	return -1
}

// claims tells whether an outcome would close the case that was decided last, were no other there.
func (v *verifier) claims(outcome int, r *interpreter.Result) bool {
	o := v.m.Outcomes[outcome]
	for _, of := range v.rules {
		own := of.Outcome == o || o.Stage != nil && of.Stage == o.Stage
		if own && v.p.Value(of, v.facts, r) != interpreter.True {
			return false
		}
	}
	return !slices.ContainsFunc(o.After, func(s *dsl.Step) bool { return !r.Passed(s.Index) })
}
