package cells

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
)

// turn is a day of a fact on which something about a step turns: before it, or from it on, holds is true.
type turn struct {
	from  *dsl.Fact
	trend trend
	holds func(day calendar.Day) bool
}

func (x turn) order(key int64) int {
	if x.holds(calendar.Day(key)) {
		return 1
	}
	return -1
}

// at holds where the fact is known and its day is such that the turn holds.
func (b *builder) turned(x turn) Formula {
	d := b.s.Domains[x.from.Index]
	return b.s.And(d.Known, b.s.among(d, func(c *Cell) bool { return x.holds(calendar.Day(c.key)) }))
}

func rolled(d calendar.Day, roll bool) calendar.Day {
	if roll {
		return d.NextWorkday()
	}
	return d
}

// ahead is where the day from which a step is required lies ahead, counted from one fact.
func (b *builder) ahead(from *dsl.Fact, after calendar.Duration, roll bool) turn {
	return turn{from, rises, func(day calendar.Day) bool { return rolled(day.Add(after), roll) > b.at }}
}

// past is where the due day of a step has passed, counted from one fact.
func (b *builder) past(from *dsl.Fact, within calendar.Duration, roll bool) turn {
	return turn{from, falls, func(day calendar.Day) bool { return rolled(day.Add(within), roll) < b.at }}
}

// times lists what bounds a step that does not repeat: its own time and its stage's.
func times(s *dsl.Step) (out []*dsl.Time) {
	if s.Every != nil {
		return nil
	}
	if s.Time != nil {
		out = append(out, s.Time)
	}
	if s.Stage != nil && s.Stage.Time != nil {
		out = append(out, s.Stage.Time)
	}
	return out
}

// turns lists all that the times of a step tell apart.
func (b *builder) turns(s *dsl.Step) (out []turn) {
	for _, t := range times(s) {
		if t.NotBefore != nil {
			out = append(out, b.ahead(t.From, *t.NotBefore, false))
		}
		if t.Max != nil {
			out = append(out, b.past(t.From, *t.Max, t.Roll))
		}
	}
	if e := s.Every; e != nil {
		for _, f := range []*dsl.Fact{e.Since, e.Start} {
			if f != nil {
				out = append(out, b.ahead(f, e.Period, e.Roll), b.past(f, e.Period, e.Roll))
			}
		}
	}
	return out
}

// dates returns where the step's first day lies ahead, and where its due day has passed.
func (b *builder) dates(s *dsl.Step) (ahead, past Formula) {
	ahead, past = Never, Never
	for _, t := range times(s) {
		if t.NotBefore != nil {
			ahead = b.s.Or(ahead, b.turned(b.ahead(t.From, *t.NotBefore, false)))
		}
		if t.Max != nil {
			past = b.s.Or(past, b.turned(b.past(t.From, *t.Max, t.Roll)))
		}
	}
	if e := s.Every; e != nil {
		unknown := Always // that from which the period counts first
		for _, f := range []*dsl.Fact{e.Since, e.Start} {
			if f == nil {
				continue
			}
			ahead = b.s.Or(ahead, b.s.And(unknown, b.turned(b.ahead(f, e.Period, e.Roll))))
			past = b.s.Or(past, b.s.And(unknown, b.turned(b.past(f, e.Period, e.Roll))))
			unknown = b.s.And(unknown, b.s.Domains[f.Index].Known.Not())
		}
	}
	return ahead, past
}

// within joins the rule of a stage with that of one of its parts.
func (b *builder) within(stage *dsl.Stage, when *dsl.Rule) Truth {
	t := constant(true)
	if stage != nil && stage.When != nil {
		t = b.rule(stage.When.Expr)
	}
	if when != nil {
		w := b.rule(when.Expr)
		t = Truth{b.s.And(t.True, w.True), b.s.Or(t.False, w.False)}
	}
	return t
}

func (b *builder) passed(steps []*dsl.Step) Formula {
	out := Always
	for _, s := range steps {
		out = b.s.And(out, b.step(s).Passed)
	}
	return out
}

// standing returns where the step with the id stands.
func (b *builder) standing(id string) *Standing { return b.step(b.stepOf[id]) }

func (b *builder) step(step *dsl.Step) *Standing {
	x := &b.s.Steps[step.Index]
	if b.stood[step.Index] {
		return x
	}
	b.stood[step.Index] = true // done, late and after form no cycle
	s := b.s
	x.Applies = b.within(step.Stage, step.When)
	x.Open = b.passed(step.After)
	x.Done = x.Applies.True
	for _, item := range step.Done {
		t := b.rule(item.Rule.Expr)
		x.Items = append(x.Items, t)
		x.Done = s.And(x.Done, t.True)
	}
	if step.Every != nil {
		x.Done = Never
	}
	x.Passed = s.Or(x.Done, s.And(x.Applies.False, x.Open))
	ahead, past := b.dates(step)
	here := s.And(x.Applies.True, x.Done.Not(), x.Open)
	x.Scheduled = s.And(here, ahead)
	x.Required = s.And(here, ahead.Not())
	x.Late = s.And(x.Required, past)
	x.Undetermined = s.And(s.Unknown(x.Applies), x.Open)
	return x
}

func (b *builder) outcomes() {
	earlier := Never
	for _, o := range b.s.Model.Outcomes {
		c := Closing{Holds: b.within(o.Stage, o.When), Open: b.passed(o.After)}
		c.Claim = b.s.And(c.Holds.True, c.Open)
		c.First = b.s.And(c.Claim, earlier.Not())
		earlier = b.s.Or(earlier, c.Claim)
		b.s.Outcomes = append(b.s.Outcomes, c)
	}
}
