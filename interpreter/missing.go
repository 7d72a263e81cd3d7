package interpreter

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// asked finds the facts to ask for on account of a step (DESIGN 3.6): (a) those that leave it undetermined, or (b) those
// that an unmet item of it depends on where it is required, and dates that its time counts from.
func (p *Program) asked(i int32, f *Facts, r *Result) {
	c, status := &p.steps[i], r.steps[i].status
	if status == Scheduled || status == Required && !c.canAsk {
		return
	}
	p.begin(f, r)
	if status == Undetermined {
		p.whyUnknown(c.stage, &p.relevance.whens[i], &c.applies, forRule, f, r)
	} else {
		p.unmet(i, f, r)
		if c.dated {
			p.undatedFrom(c, f, r)
		}
	}
	p.collect(i, f, r)
}

// begin makes the working memory ready for the case at hand, once something is to be asked for.
func (p *Program) begin(f *Facts, r *Result) {
	if s := &r.scratch; !s.begun {
		s.begun = true
		s.ready(p, f, r)
	}
}

// undecided finds the facts (c) that leave an outcome undecided whose after steps are passed.
func (p *Program) undecided(f *Facts, r *Result) {
	p.begin(f, r)
	for i := range p.outcomes {
		if o := &p.outcomes[i]; o.after.passed(r) {
			p.whyUnknown(o.stage, &p.relevance.outcomes[i], &o.holds, forRule, f, r)
			p.collect(int32(len(p.steps)+i), f, r)
		}
	}
}

// whyUnknown finds the facts that could change the value of a stage's rule joined with a rule of one of its parts; both is
// their conjunction.
func (p *Program) whyUnknown(stage int32, when *run, both *conjunction, m mode, f *Facts, r *Result) {
	if both.plain {
		p.open(&both.code, m, r)
		return
	}
	of := run{}
	if stage >= 0 {
		of = p.relevance.stages[stage]
	}
	x, y := p.sweep(of, m, f, r), p.sweep(*when, m, f, r)
	p.mark(of, throughAnd[anyMove][y], m, f, r)
	p.mark(*when, throughAnd[anyMove][x], m, f, r)
}

// unmet finds the facts that could change an unmet item of the required step i.
func (p *Program) unmet(i int32, f *Facts, r *Result) {
	c, open := &p.steps[i], r.scratch.open[forItem]
	for k := range c.open {
		p.findOpen(&c.open[k], open[c.open[k].word()], &r.scratch)
	}
	for _, k := range c.asks {
		switch item := &p.relevance.items[i][k]; {
		case p.run(&item.code, r) == True:
		case item.plain:
			p.open(&item.code, forItem, r)
		default:
			p.sweep(*item, forItem, f, r)
			p.mark(*item, anyMove, forItem, f, r)
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
			if x != nil && !x.event {
				r.scratch.find(x.known)
			}
		}
		return
	}
	for i := range c.bounds {
		if x := &c.bounds[i].from; !x.event && !f.knows(x.known) {
			r.scratch.find(x.known)
		}
	}
}

// collect notes that the facts found decide target, and forgets them. Targets come in file order, outcomes last.
func (p *Program) collect(target int32, f *Facts, r *Result) {
	s := &r.scratch
	unobtainable := f.unobtainable()
	for w, set := range s.found {
		s.found[w] = 0
		for set &^= unobtainable[w]; set != 0; set &= set - 1 {
			i := p.layout.byBit[w<<6+bits.TrailingZeros64(set)]
			if s.place[i] == 0 {
				r.Missing = append(r.Missing, Missing{Fact: i})
				s.place[i] = int32(len(r.Missing))
				s.counts = append(s.counts, 0)
			}
			at := s.place[i] - 1
			s.counts[at]++
			s.pairs = append(s.pairs, pair{at, target})
			if m := &r.Missing[at]; int(target) < len(p.steps) {
				if st := &r.steps[target]; st.hasDue && (!m.hasDue || st.due < m.due) {
					m.due, m.hasDue = st.due, true
				}
			}
		}
	}
	if s.used {
		clear(s.entered)
	}
}

// gather gives each missing fact the list of what it decides, and puts the most urgent first: what puts the nearest due
// day at risk, then what decides most, then file order.
func (p *Program) gather(r *Result) {
	s := &r.scratch
	s.arena = slices.Grow(s.arena, len(s.pairs))[:len(s.pairs)]
	from := int32(0)
	for i := range r.Missing {
		m, to := &r.Missing[i], from+s.counts[i]
		m.Steps, m.Outcomes = s.arena[from:from:to], s.arena[to:to:to]
		from = to
	}
	for _, x := range s.pairs {
		if m := &r.Missing[x.missing]; int(x.target) < len(p.steps) {
			m.Steps = append(m.Steps, x.target)
		} else {
			m.Outcomes = m.Steps[len(m.Steps) : len(m.Steps)+len(m.Outcomes)]
			m.Outcomes = append(m.Outcomes, x.target-int32(len(p.steps)))
		}
	}
	for i := range r.Missing {
		m := &r.Missing[i]
		m.Steps = m.Steps[:len(m.Steps):len(m.Steps)]
		if !slices.IsSorted(m.Steps) { // steps that repeat are asked about last
			slices.Sort(m.Steps)
		}
		s.place[m.Fact] = 0
	}
	if len(r.Missing) > 1 {
		slices.SortFunc(r.Missing, func(a, b Missing) int {
			return cmp.Or(
				cmp.Compare(a.urgency(), b.urgency()),
				cmp.Compare(len(b.Steps)+len(b.Outcomes), len(a.Steps)+len(a.Outcomes)),
				cmp.Compare(a.Fact, b.Fact))
		})
	}
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
	p.begin(f, r)
	for w := range r.sets {
		for set := r.sets[w].ahead; set != 0; set &= set - 1 {
			i := w<<6 + bits.TrailingZeros64(set)
			if r.steps[i].status == Undetermined {
				p.whyUnknown(p.steps[i].stage, &p.relevance.whens[i], &p.steps[i].applies, forHang, f, r)
			}
		}
	}
	for i := range p.outcomes {
		if o := &p.outcomes[i]; o.after.passed(r) {
			p.whyUnknown(o.stage, &p.relevance.outcomes[i], &o.holds, forHang, f, r)
		}
	}
	nobody := f.unobtainable()
	for w, set := range s.found {
		s.found[w] = 0
		for set &= nobody[w]; set != 0; set &= set - 1 {
			r.Stuck = append(r.Stuck, p.layout.byBit[w<<6+bits.TrailingZeros64(set)])
		}
	}
	slices.Sort(r.Stuck)
	clear(s.entered)
}
