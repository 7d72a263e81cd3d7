package interpreter

import (
	"cmp"
	"slices"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// missing finds the facts to ask for (DESIGN 3.6): (a) those that leave a step undetermined, (b) those
// that an unmet item of a required step depends on, and dates that its time counts from, and (c) where no
// step is required or undetermined, those that leave an outcome undecided whose after steps are passed.
func (p *Program) missing(f *Facts, r *Result, undetermined bool) {
	if len(r.Next) == 0 && !undetermined && len(p.outcomes) == 0 {
		return
	}
	s := &r.scratch
	s.ready(p)
	for i := range r.steps {
		switch r.steps[i].status {
		case Undetermined:
			p.whyUnknown(p.steps[i].stage, p.relevance.whens[i], forRule, f, r)
			p.collect(int32(i), f, r)
		case Required:
			p.unmet(i, f, r)
			p.undatedFrom(&p.steps[i], f, r)
			p.collect(int32(i), f, r)
		}
	}
	if len(r.Next) == 0 && !undetermined {
		for i := range p.outcomes {
			if o := &p.outcomes[i]; allPassed(r, o.after) {
				p.whyUnknown(o.stage, p.relevance.outcomes[i], forRule, f, r)
				p.collect(int32(len(p.steps)+i), f, r)
			}
		}
	}
	p.gather(r)
}

// whyUnknown finds the facts that could change the value of a stage's rule joined with a rule of one of its parts.
func (p *Program) whyUnknown(stage int32, when run, m mode, f *Facts, r *Result) {
	of := run{}
	if stage >= 0 {
		of = p.relevance.stages[stage]
	}
	x, y := p.sweep(of, m, f, r), p.sweep(when, m, f, r)
	p.mark(of, throughAnd[anyMove][y], m, f, r)
	p.mark(when, throughAnd[anyMove][x], m, f, r)
}

// unmet finds the facts that could change an unmet item of the required step i.
func (p *Program) unmet(i int, f *Facts, r *Result) {
	for k, item := range p.relevance.items[i] {
		v := p.run(&p.steps[i].items[k], f, r)
		r.items[p.steps[i].firstItem+k] = v
		if v != True {
			p.sweep(item, forItem, f, r)
			p.mark(item, anyMove, forItem, f, r)
		}
	}
}

// undatedFrom finds the dates, not asked for, that the time of a required step counts from.
func (p *Program) undatedFrom(c *stepCode, f *Facts, r *Result) {
	if e := c.every; e != nil {
		if _, ok := e.from(f, r.at); ok {
			return
		}
		// Its stage's time does not bound a step that repeats.
		for _, x := range [...]*fromFact{e.since, e.start} {
			if x != nil && !x.event && !f.IsUnobtainable(int(x.fact)) {
				r.scratch.found[x.fact] = true
			}
		}
		return
	}
	for i := range c.bounds {
		if x := c.bounds[i].from; !x.event && !f.Known(int(x.fact)) && !f.IsUnobtainable(int(x.fact)) {
			r.scratch.found[x.fact] = true
		}
	}
}

// collect notes that the facts found decide target, and forgets them.
func (p *Program) collect(target int32, f *Facts, r *Result) {
	s := &r.scratch
	for i, found := range s.found {
		if found && !f.IsUnobtainable(i) {
			s.pairs = append(s.pairs, pair{int32(i), target})
		}
	}
	clear(s.found)
	clear(s.entered)
}

// gather turns the pairs into r.Missing, most urgent first: what puts the nearest due day at risk, then what
// decides most, then file order.
func (p *Program) gather(r *Result) {
	s := &r.scratch
	slices.SortFunc(s.pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.fact, b.fact), cmp.Compare(a.target, b.target))
	})
	s.arena = slices.Grow(s.arena, len(s.pairs))
	for from := 0; from < len(s.pairs); {
		m := Missing{Fact: s.pairs[from].fact}
		start, to := len(s.arena), from
		outcomes := -1
		for ; to < len(s.pairs) && s.pairs[to].fact == m.Fact; to++ {
			target := s.pairs[to].target
			if int(target) >= len(p.steps) {
				if outcomes < 0 {
					outcomes = len(s.arena)
				}
				s.arena = append(s.arena, target-int32(len(p.steps)))
				continue
			}
			s.arena = append(s.arena, target)
			if st := &r.steps[target]; st.hasDue && (!m.hasDue || st.due < m.due) {
				m.due, m.hasDue = st.due, true
			}
		}
		if outcomes < 0 {
			outcomes = len(s.arena)
		}
		m.Steps, m.Outcomes = s.arena[start:outcomes:outcomes], s.arena[outcomes:]
		m.Outcomes = m.Outcomes[:len(m.Outcomes):len(m.Outcomes)]
		r.Missing = append(r.Missing, m)
		from = to
	}
	slices.SortFunc(r.Missing, func(a, b Missing) int {
		return cmp.Or(
			cmp.Compare(a.urgency(), b.urgency()),
			cmp.Compare(len(b.Steps)+len(b.Outcomes), len(a.Steps)+len(a.Outcomes)),
			cmp.Compare(a.Fact, b.Fact))
	})
}

func (m *Missing) urgency() calendar.Day {
	if m.hasDue {
		return m.due
	}
	return calendar.MaxDay + 1
}

// stuckOn finds the facts that nobody can tell and that the case hangs on: through a step that is undetermined, or an
// outcome that is undecided though its after steps are passed.
func (p *Program) stuckOn(f *Facts, r *Result) {
	s := &r.scratch
	s.ready(p)
	for i := range r.steps {
		if r.steps[i].status == Undetermined {
			p.whyUnknown(p.steps[i].stage, p.relevance.whens[i], forHang, f, r)
		}
	}
	for i := range p.outcomes {
		if o := &p.outcomes[i]; allPassed(r, o.after) {
			p.whyUnknown(o.stage, p.relevance.outcomes[i], forHang, f, r)
		}
	}
	for i, found := range s.found {
		if found && f.IsUnobtainable(i) {
			r.Stuck = append(r.Stuck, int32(i))
		}
	}
	clear(s.found)
	clear(s.entered)
}
