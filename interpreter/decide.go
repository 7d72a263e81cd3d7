package interpreter

import "github.com/stegvis/stegvis/dsl/calendar"

// Decide answers for the facts of a case on the day at, and leaves the answer in r. It reads nothing but
// its arguments, and allocates nothing once r has served a case of the same program.
func (p *Program) Decide(f *Facts, at calendar.Day, r *Result) {
	r.at = at
	r.fit(p)
	p.walk(f, r)
	p.limitStates(f, r)
	if r.Outcome = p.outcome(f, r); r.Outcome >= 0 {
		r.Status = Closed
		return
	}
	undetermined := false
	for _, repeats := range [...]bool{false, true} {
		for i := range r.steps {
			if (p.steps[i].every != nil) != repeats {
				continue
			}
			switch r.steps[i].status {
			case Required:
				r.Next = append(r.Next, int32(i))
			case Scheduled:
				r.Upcoming = append(r.Upcoming, int32(i))
			case Undetermined:
				undetermined = true
			}
		}
	}
	p.missing(f, r, undetermined)
	p.breaches(f, r)
	switch {
	case len(r.Next) > 0:
		r.Status = Open
	case len(r.Missing) > 0:
		r.Status = NeedsFacts
	case len(r.Upcoming) > 0:
		r.Status = Waiting
	default:
		r.Status = StuckCase
		p.stuckOn(f, r)
	}
}

// walk goes through definitions, stages and steps, each after all it depends on.
func (p *Program) walk(f *Facts, r *Result) {
	for _, n := range p.order {
		switch n.kind {
		case defineNode:
			d := &p.defines[n.index]
			if d.isValue {
				p.prepare(&d.rule, f, r)
				v, ok := p.value(d.value, f, r)
				r.valueTemps[d.temp] = valueTemp{v, ok}
			} else {
				r.temps[d.temp] = p.run(&d.rule, f, r)
			}
		case stageNode:
			s := &p.stages[n.index]
			r.stages[n.index] = True
			if !s.always {
				r.stages[n.index] = p.run(&s.when, f, r)
			}
		case stepNode:
			p.step(int(n.index), f, r)
		}
	}
}

// within joins the value of a stage's rule with a rule of one of its parts.
func (p *Program) within(stage int32, always bool, when *code, f *Facts, r *Result) Truth {
	v := True
	if stage >= 0 {
		v = r.stages[stage]
	}
	if always || v == False {
		return v
	}
	switch p.run(when, f, r) {
	case False:
		return False
	case Unknown:
		return Unknown
	}
	return v
}

func allPassed(r *Result, steps []int32) bool {
	for _, i := range steps {
		if !r.steps[i].passed {
			return false
		}
	}
	return true
}

// step finds where one step stands (DESIGN 3.5).
func (p *Program) step(i int, f *Facts, r *Result) {
	c := &p.steps[i]
	s := stepState{time: OK}
	s.applies = p.within(c.stage, c.always, &c.when, f, r)
	s.open = allPassed(r, c.after)
	s.done = s.applies == True && c.every == nil
	for k := 0; s.done && k < len(c.items); k++ {
		s.done = p.run(&c.items[k], f, r) == True
	}
	s.passed = s.done || s.applies == False && s.open
	switch {
	case s.applies == False:
		s.status = NotApplicable
	case s.done:
		s.status = Done
	case !s.open:
		s.status = WaitingStep
	case s.applies == Unknown:
		s.status = Undetermined
		p.time(c, f, r.at, &s)
	default:
		s.status = Required
		p.time(c, f, r.at, &s)
		if s.hasFrom && s.first > r.at {
			s.status = Scheduled
		}
	}
	r.steps[i] = s
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
	s.due, s.hasDue = due, true
	s.time = lateness(from, due, at)
}

// lateness tells how a due day stands: late the day after it, soon when the days left are at most the
// greater of 2 and a fifth of the days from from to due.
func lateness(from, due, at calendar.Day) Lateness {
	left := int(due - at)
	switch {
	case left < 0:
		return Late
	case left <= max(2, int(due-from)/5):
		return Soon
	}
	return OK
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
		l.Time = lateness(from, l.Due, r.at)
		first, ended := calendar.Day(0), false
		for _, u := range c.until {
			if d, ok := u.on(f, r.at); ok && (!ended || d < first) {
				first, ended = d, true
			}
		}
		if ended {
			l.Time = Met
			if first > l.Due {
				l.Time = Late
			}
		}
		r.Limits = append(r.Limits, l)
	}
}

// outcome returns the first outcome that closes the case, or -1.
func (p *Program) outcome(f *Facts, r *Result) int {
	for i := range p.outcomes {
		o := &p.outcomes[i]
		if allPassed(r, o.after) && p.within(o.stage, o.always, &o.when, f, r) == True {
			return i
		}
	}
	return -1
}
