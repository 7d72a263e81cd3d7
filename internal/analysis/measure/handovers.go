package measure

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/interpreter"
)

// A handover is a step that follows directly on another actor's: both are done, the one comes after the other, and no step done comes
// between. A step that follows on several is handed over by each of them. What comes after what is ways.ByNeed's.

// Handovers is how often cases pass from one actor to another until an outcome within the target group closes them.
type Handovers struct {
	Least, Most *Extreme // nil: no such outcome can be reached, or it could not be settled (Unproven)
	Unproven    bool
	Total       int // in the cohort's lived cases
	Links       []Handover
}

// Extreme is the least or the greatest number there is, with a case that has it.
type Extreme struct {
	N       int
	Exact   bool // a case that has it can be lived; else no case goes beyond it, and none is known that reaches it
	Outcome *dsl.Outcome
	Case    *verify.Case // nil: none that the interpreter confirms was found
}

// Handover is how one actor hands over to another.
type Handover struct {
	From, To *dsl.Term
	Pairs    [][2]*dsl.Step // the steps between which it can happen in some case
	Cohort   int            // how many times it happens in the cohort's lived cases
}

func (m *measurer) handovers() {
	h := &m.report.Handovers
	pairs := map[[2]*dsl.Step]bool{}
	if m.hist.whole {
		m.livedHandovers(pairs)
	} else {
		m.boundHandovers(pairs)
	}
	for i := range m.report.Outcomes {
		r := &m.report.Outcomes[i]
		if outside(r.Outcome) {
			continue
		}
		if r.Least != nil && (h.Least == nil || r.Least.N < h.Least.N) {
			h.Least = r.Least
		}
		if r.Most != nil && (h.Most == nil || r.Most.N > h.Most.N) {
			h.Most = r.Most
		}
	}
	m.links(pairs)
}

// passedOn lists the handovers in a case in which exactly these steps were done.
func (m *measurer) passedOn(done []*dsl.Step) (out [][2]*dsl.Step) {
	for _, b := range done {
		var before []*dsl.Step
		for _, a := range done {
			if m.by.ComesAfter(b, a) {
				before = append(before, a)
			}
		}
		for _, a := range m.by.Nearest(before) {
			if a.Actor != b.Actor {
				out = append(out, [2]*dsl.Step{a, b})
			}
		}
	}
	return out
}

// livedHandovers counts them in all histories.
func (m *measurer) livedHandovers(pairs map[[2]*dsl.Step]bool) {
	for i := range m.report.Outcomes {
		r := &m.report.Outcomes[i]
		for _, done := range sorted(m.hist.ends[i]) {
			c := m.hist.ends[i][done]
			all := m.passedOn(m.listed(done))
			n := len(all)
			if r.Least == nil || n < r.Least.N || n == r.Least.N && len(c.History) < len(r.Least.Case.History) {
				r.Least = &Extreme{n, true, r.Outcome, c}
			}
			if r.Most == nil || n > r.Most.N || n == r.Most.N && len(c.History) < len(r.Most.Case.History) {
				r.Most = &Extreme{n, true, r.Outcome, c}
			}
			if !outside(r.Outcome) {
				for _, x := range all {
					pairs[x] = true
				}
			}
		}
	}
}

// A larger model, whose histories cannot be lived either, is not settled.
const (
	maxBounded = 100   // steps
	maxPairs   = 2_000 // of steps of different actors
)

// pair is two steps of different actors, and where the second follows directly on the first.
type pair struct {
	steps [2]*dsl.Step
	where cells.Formula
}

// boundHandovers bounds them in all cases in which nothing speaks against a history, by formulas. Which steps were done is told only within
// bounds: those that are done at the end were, and no others than can have been.
func (m *measurer) boundHandovers(found map[[2]*dsl.Step]bool) {
	if len(m.m.Steps) > maxBounded {
		m.report.Handovers.Unproven = true
		return
	}
	within := cells.Always
	done := make([]cells.Formula, len(m.m.Steps))
	for i := range m.m.Steps {
		done[i] = m.s.Free()
		within = m.s.And(within, m.s.Or(m.s.Steps[i].Done.Not(), done[i]), m.s.Or(done[i].Not(), m.done[i]))
	}
	pairs, ok := m.pairs(m.s.And(within, m.endsWithin()), done)
	if !ok || len(m.s.Open) > 0 {
		m.report.Handovers.Unproven = true
		return
	}
	var wheres []cells.Formula
	for _, x := range pairs {
		found[x.steps] = true
		wheres = append(wheres, x.where)
	}
	count := newCounter(m.s, wheres)
	for i := range m.report.Outcomes {
		r := &m.report.Outcomes[i]
		base := m.s.And(within, m.ends(r.Outcome))
		r.Least, r.Most = m.bound(count, count.least, base, r.Outcome), m.bound(count, count.most, base, r.Outcome)
	}
}

// pairs lists the pairs of steps between which a handover can happen in the cases of within; by step, done is where it was done.
func (m *measurer) pairs(within cells.Formula, done []cells.Formula) (out []pair, ok bool) {
	var can []*dsl.Step
	for i, s := range m.m.Steps {
		if m.s.Possible(within, done[i]) {
			can = append(can, s)
		}
	}
	tried := 0
	for _, b := range can {
		before := m.by.Before(b)
		for _, a := range can {
			if !before[a] || a.Actor == b.Actor {
				continue
			}
			if tried++; tried > maxPairs {
				return nil, false
			}
			where := m.s.And(done[a.Index], done[b.Index])
			for _, c := range can {
				if before[c] && m.by.ComesAfter(c, a) {
					where = m.s.And(where, done[c.Index].Not())
				}
			}
			if m.s.Possible(within, where) {
				out = append(out, pair{[2]*dsl.Step{a, b}, where})
			}
		}
	}
	return out, true
}

// bound finds the least or the greatest number of handovers in the cases of base, which the outcome closes.
func (m *measurer) bound(count *counter, find func(cells.Formula) (int, bool), base cells.Formula, o *dsl.Outcome) *Extreme {
	n, ok := find(base)
	if !ok {
		return nil
	}
	x := &Extreme{N: n, Outcome: o}
	c, _ := m.orderly.Search(m.s.And(base, count.exactly(n)), func(r *interpreter.Result) bool { return r.Outcome == o.Index })
	if c != nil && c.InOrder {
		x.Case = c
	}
	return x
}

// links gathers the pairs by their actors, and counts them in the cohort.
func (m *measurer) links(pairs map[[2]*dsl.Step]bool) {
	h := &m.report.Handovers
	link := func(x [2]*dsl.Step) *Handover {
		k := slices.IndexFunc(h.Links, func(l Handover) bool { return l.From == x[0].Actor && l.To == x[1].Actor })
		if k < 0 {
			k = len(h.Links)
			h.Links = append(h.Links, Handover{From: x[0].Actor, To: x[1].Actor})
		}
		return &h.Links[k]
	}
	for _, b := range m.m.Steps { // not the map's order: it differs from run to run
		for _, a := range m.m.Steps {
			if x := [2]*dsl.Step{a, b}; pairs[x] {
				l := link(x)
				l.Pairs = append(l.Pairs, x)
			}
		}
	}
	for _, c := range m.cases {
		for _, x := range m.passedOn(c.done) {
			link(x).Cohort++
			h.Total++
		}
	}
	slices.SortStableFunc(h.Links, func(a, b Handover) int { return len(b.Pairs) - len(a.Pairs) })
}
