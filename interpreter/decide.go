package interpreter

import (
	"math/bits"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// Decide answers for the facts of a case on the day at, and leaves the answer in r. It reads nothing but
// its arguments, and allocates nothing once r has served a case of the same program.
func (p *Program) Decide(f *Facts, at calendar.Day, r *Result) {
	r.at = at
	r.fit(p)
	p.walk(f, r)
	p.limitStates(f, r)
	if r.Outcome = p.outcome(r); r.Outcome >= 0 {
		r.Status = Closed
		p.locate(f, r)
		return
	}
	p.front(f, r)
	if len(r.Next) > 0 {
		r.Status = Open
		p.breaches(f, r)
		return
	}
	switch {
	case len(r.Missing) > 0:
		r.Status = NeedsFacts
	case len(r.Upcoming) > 0:
		r.Status = Waiting
	default:
		r.Status = StuckCase
		p.stuckOn(f, r)
	}
}

// walk finds every truth value, and which steps are done, are passed or lie ahead.
func (p *Program) walk(f *Facts, r *Result) {
	p.load(f, r)
	copy(r.sets, p.sets)
	p.execute(p.runs, f, r)
}

// locate finds where the steps that lie ahead stand.
func (p *Program) locate(f *Facts, r *Result) {
	for w := range r.sets {
		for set := r.sets[w].ahead; set != 0; set &= set - 1 {
			i := w<<6 + bits.TrailingZeros64(set)
			p.frontStep(int32(i), f, r, &r.steps[i])
		}
	}
}

// load fills in the truth values that facts are as they stand: which are known, which bools are true, and which
// events have happened.
func (p *Program) load(f *Facts, r *Result) {
	n := p.layout.masks
	known, truth := f.masks[:n], f.masks[2*n:3*n]
	for i, k := range known {
		r.bits[2*i], r.bits[2*i+1] = k, ^k
	}
	rest := r.bits[2*n:]
	for i := 2 * len(p.layout.kinds); i < len(rest); i++ {
		rest[i] = 0
	}
	for i := range p.layout.kinds {
		kinds := &p.layout.kinds[i]
		come := known[i] & kinds.events
		if f.latest > r.at && come != 0 { // else no event lies ahead
			come &= f.come(i, r.at)
		}
		k := known[i] & kinds.bools
		rest[2*i], rest[2*i+1] = k&truth[i]|come, k&^truth[i]|kinds.events&^come
	}
}

// come tells which events of word i have a day no later than at, be they known or not.
func (f *Facts) come(i int, at calendar.Day) (come uint64) {
	l := f.layout
	from, to := max(i<<6, l.bools), min(i<<6+64, l.bools+l.events)
	for _, d := range f.days[from-l.bools : to-l.bools] {
		come = come>>1 | uint64(uint32(d-at-1)>>31)<<63 // 1 where d is no later than at
	}
	return come >> (63 & uint(i<<6-to))
}

// settle finds where steps stand (DESIGN 3.5) for which it is known whether they apply; all that they come after are among
// them or have been settled.
func (p *Program) settle(phase []groupWord, r *Result) {
	for _, g := range phase {
		s, checklists := &r.sets[g.word], p.checklists[g.word<<6:]
		met := uint64(0)
		for set := s.applies & g.mask &^ p.repeats[g.word]; set != 0; set &= set - 1 {
			i := bits.TrailingZeros64(set)
			a, b := &checklists[i].first, &checklists[i].second
			met |= bit(a.mask&^r.bits[a.at]|b.mask&^r.bits[b.at] == 0) << (i & 63)
		}
		for set := met & p.long[g.word]; set != 0; set &= set - 1 {
			i := bits.TrailingZeros64(set)
			met &^= bit(!p.othersHold(&checklists[i], r.bits)) << (i & 63)
		}
		s.done |= met
		s.passed |= met
	}
	for again := true; again; {
		again = false
		for _, g := range phase {
			before := r.sets[g.word].passed
			p.pass(g, r)
			again = again || !p.inOrder && r.sets[g.word].passed != before
		}
	}
}

// pass finds which steps of a phase are passed without being done, since they do not apply and all that they come after is
// passed, and which lie ahead.
func (p *Program) pass(g groupWord, r *Result) {
	s := &r.sets[g.word]
	not, chained, open := s.not&g.mask, p.chained[g.word], p.free[g.word]
	passed := s.passed | open&not
	through := not & chained // they are passed when the step before is
	next := through & (passed << 1)
	passed |= through&^(through+next) | next // the carry runs along a chain of them
	for set := g.mask &^ (chained | open); set != 0; set &= set - 1 {
		i := bits.TrailingZeros64(set)
		a := &p.after[g.word<<6+int32(i)]
		yes := bit(a.own&^passed == 0)
		if a.others != nil {
			yes &= bit(a.othersPassed(r))
		}
		open |= yes << (i & 63)
		passed |= open & not
		next = through & (passed << 1)
		passed |= through&^(through+next) | next
	}
	open |= passed << 1 & chained
	s.passed = passed
	s.ahead |= open & g.mask &^ (s.not | s.done)
}

// frontStep finds where a step stands that is open, and neither done nor sure not to apply.
func (p *Program) frontStep(i int32, f *Facts, r *Result, s *stepState) {
	*s = stepState{}
	p.time(&p.steps[i], f, r.at, s)
	switch {
	case r.sets[i>>6].applies>>(i&63)&1 == 0:
		s.status = Undetermined
	case s.hasFrom && s.first > r.at:
		s.status = Scheduled
	default:
		s.status = Required
	}
}

// isLate tells whether a step is required and past its due day.
func (p *Program) isLate(i int32, f *Facts, r *Result) bool {
	if r.sets[i>>6].ahead>>(i&63)&1 == 0 {
		return false
	}
	var s stepState
	p.frontStep(i, f, r, &s)
	return s.status == Required && s.hasDue && s.time == isLate
}

// front lists the steps that are required or scheduled, those that repeat last, and the facts to ask for (DESIGN 3.6).
func (p *Program) front(f *Facts, r *Result) {
	r.scratch.begun = false
	undetermined := false
	for w := range r.sets {
		for set := r.sets[w].ahead; set != 0; set &= set - 1 {
			at := bits.TrailingZeros64(set)
			i := int32(w<<6 + at)
			s := &r.steps[i]
			p.frontStep(i, f, r, s)
			switch {
			case s.status == Undetermined:
				undetermined = true
			case p.repeats[w]>>(at&63)&1 != 0:
				continue // until the others are there
			case s.status == Required:
				r.Next = append(r.Next, i)
			default:
				r.Upcoming = append(r.Upcoming, i)
			}
			p.asked(i, f, r)
		}
	}
	for w := range r.sets {
		for set := r.sets[w].ahead & p.repeats[w]; set != 0; set &= set - 1 {
			i := int32(w<<6 + bits.TrailingZeros64(set))
			switch r.steps[i].status {
			case Required:
				r.Next = append(r.Next, i)
			case Scheduled:
				r.Upcoming = append(r.Upcoming, i)
			}
			if r.steps[i].status != Undetermined {
				p.asked(i, f, r)
			}
		}
	}
	if len(r.Next) == 0 && !undetermined {
		p.undecided(f, r)
	}
	if len(r.Missing) > 0 {
		p.gather(r)
	}
}

// time finds a step's first day, due day and lateness. Of its own time and its stage's, the nearest bound wins;
// a step that repeats has the day it comes back, and that alone.
func (p *Program) time(c *stepCode, f *Facts, at calendar.Day, s *stepState) {
	if c.every != nil {
		from, ok := c.every.from(f, at)
		if !ok {
			return
		}
		s.setDue(from, rolled(from.Add(c.every.period), c.every.roll), at)
		s.first, s.hasFrom = s.due, true
		return
	}
	for i := range c.bounds {
		b := &c.bounds[i]
		from, ok := b.from.on(f, at)
		if !ok {
			continue
		}
		if b.max != nil {
			if due := rolled(from.Add(*b.max), b.roll); !s.hasDue || due < s.due {
				s.setDue(from, due, at)
			}
		}
		if b.notBefore != nil {
			if first := from.Add(*b.notBefore); !s.hasFrom || first > s.first {
				s.first, s.hasFrom = first, true
			}
		}
	}
}

// from returns the day that the next period counts from.
func (e *everyCode) from(f *Facts, at calendar.Day) (calendar.Day, bool) {
	if e.since != nil {
		if d, ok := e.since.on(f, at); ok {
			return d, true
		}
	}
	if e.start != nil {
		return e.start.on(f, at)
	}
	return 0, false
}

func rolled(d calendar.Day, roll bool) calendar.Day {
	if roll {
		return d.NextWorkday()
	}
	return d
}

func (s *stepState) setDue(from, due, at calendar.Day) {
	s.due, s.soon, s.hasDue = due, soonFrom(from, due), true
	s.time = lateness(s.soon, due, at)
}

// soonFrom is the first day on which a due day is soon: when the days left are at most the greater of 2 and a fifth of the days from
// from to due.
func soonFrom(from, due calendar.Day) calendar.Day { return due - max(2, (due-from)/5) }

// lateness tells how a due day stands: late the day after it, soon from the day soon on.
func lateness(soon, due, at calendar.Day) lateCode {
	switch {
	case at > due:
		return isLate
	case at >= soon:
		return isSoon
	}
	return isOK
}

// limitStates finds how the limits of the whole case stand.
func (p *Program) limitStates(f *Facts, r *Result) {
	for i := range p.limits {
		c := &p.limits[i]
		from, ok := c.from.on(f, r.at)
		if !ok {
			continue
		}
		l := LimitResult{Limit: int32(i), Due: rolled(from.Add(c.max), c.roll)}
		l.Time = latenesses[lateness(soonFrom(from, l.Due), l.Due, r.at)]
		const never = calendar.MaxDay + 1
		first := never
		for k := range c.until {
			d, ok := c.until[k].on(f, r.at)
			if !ok {
				d = never
			}
			first = min(first, d)
		}
		switch {
		case first == never:
		case first > l.Due:
			l.Time = Late
		default:
			l.Time = Met
		}
		r.Limits = append(r.Limits, l)
	}
}

// outcome returns the first outcome that closes the case, or -1.
func (p *Program) outcome(r *Result) int {
	all := r.bits
	for i := 0; i < len(p.outcomes); i++ {
		o := &p.outcomes[i]
		if o.after.own&^r.sets[0].passed != 0 || o.after.others != nil && !o.after.othersPassed(r) {
			i = int(o.alike)
			continue
		}
		a, b := &o.holds.first, &o.holds.second
		if a.mask&^all[a.at]|b.mask&^all[b.at] == 0 && (o.holds.from == o.holds.to || p.othersHold(&o.holds.code, all)) {
			return i
		}
	}
	return -1
}
