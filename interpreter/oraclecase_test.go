package interpreter_test

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// oracleStep is where a step stands (DESIGN 3.5 and 3.9).
type oracleStep struct {
	applies      any // true, false, or nil for unknown
	done, passed bool
	status       string
	due, first   *calendar.Day
	time         string
}

// oracleDecision answers what Program.Decision answers.
func oracleDecision(m *dsl.Model, facts map[string]any, at calendar.Day, l lang.Lang) *interpreter.Decision {
	o := &oracle{m: m, facts: facts, at: at, lang: l, steps: map[string]*oracleStep{}}
	d := &interpreter.Decision{
		Model: m.ID, Version: m.Version, Hash: m.Hash, At: at,
		Next: []interpreter.NextStep{}, Upcoming: []interpreter.Upcoming{}, Missing: []interpreter.MissingFact{}, Limits: []interpreter.LimitState{},
	}
	for _, limit := range m.Limits {
		if state, ok := o.limit(limit); ok {
			d.Limits = append(d.Limits, state)
		}
	}
	for _, out := range m.Outcomes {
		if o.holds(out.Stage, out.When) == true && o.allPassed(out.After) {
			d.Status, d.Outcome = "closed", &interpreter.Ending{ID: out.ID, Title: out.Title.In(l), To: termIDs(out.To)}
			return d
		}
	}
	for _, repeats := range []bool{false, true} {
		for _, s := range m.Steps {
			if (s.Every != nil) != repeats {
				continue
			}
			switch st := o.step(s.ID); st.status {
			case "required":
				d.Next = append(d.Next, o.nextStep(s, st))
			case "scheduled":
				d.Upcoming = append(d.Upcoming, interpreter.Upcoming{Step: s.ID, From: *st.first})
			}
		}
	}
	d.Missing = o.missing()
	switch {
	case len(d.Next) > 0:
		d.Status = "open"
	case len(d.Missing) > 0:
		d.Status = "needs_facts"
	case len(d.Upcoming) > 0:
		d.Status = "waiting"
	default:
		d.Status = "stuck"
		d.Stuck = &interpreter.Stuck{Why: "no_rule", Facts: o.hangsOn()}
		if len(d.Stuck.Facts) > 0 {
			d.Stuck.Why = "unobtainable"
		}
	}
	return d
}

// holds joins the rule of a stage with the rule of one of its parts.
func (o *oracle) holds(stage *dsl.Stage, when *dsl.Rule) any {
	x, y := any(true), any(true)
	if stage != nil && stage.When != nil {
		x = o.value(stage.When.Expr)
	}
	if when != nil {
		y = o.value(when.Expr)
	}
	switch {
	case x == false || y == false:
		return false
	case x == nil || y == nil:
		return nil
	}
	return true
}

func (o *oracle) allPassed(steps []*dsl.Step) bool {
	return !slices.ContainsFunc(steps, func(s *dsl.Step) bool { return !o.step(s.ID).passed })
}

// step finds where the step stands.
func (o *oracle) step(id string) *oracleStep {
	if s := o.steps[id]; s != nil {
		return s
	}
	m := o.m.Steps[slices.IndexFunc(o.m.Steps, func(s *dsl.Step) bool { return s.ID == id })]
	s := &oracleStep{applies: o.holds(m.Stage, m.When), time: "ok"}
	o.steps[id] = s
	open := o.allPassed(m.After)
	s.done = s.applies == true && m.Every == nil
	for _, item := range m.Done {
		if o.value(item.Rule.Expr) != true {
			s.done = false
		}
	}
	s.passed = s.done || s.applies == false && open
	switch {
	case s.applies == false:
		s.status = "not_applicable"
	case s.done:
		s.status = "done"
	case !open:
		s.status = "waiting"
	case s.applies == nil:
		s.status = "undetermined"
	default:
		s.status = "required"
	}
	o.time(m, s)
	if s.status == "required" && s.first != nil && *s.first > o.at {
		s.status = "scheduled"
	}
	return s
}

// day returns the day of a date or of an event that has happened.
func (o *oracle) day(f *dsl.Fact) *calendar.Day {
	if f == nil || o.notHappened(f.ID) {
		return nil
	}
	if d, ok := o.facts[f.ID].(calendar.Day); ok {
		return &d
	}
	return nil
}

// time finds the first and the last day of a step in time.
func (o *oracle) time(m *dsl.Step, s *oracleStep) {
	if e := m.Every; e != nil {
		from := o.day(e.Since)
		if from == nil {
			from = o.day(e.Start)
		}
		if from != nil {
			due := rolledIf(e.Roll, later(*from, e.Period))
			s.due, s.first, s.time = &due, &due, o.lateness(*from, due)
		}
		return
	}
	times := []*dsl.Time{m.Time}
	if m.Stage != nil {
		times = append(times, m.Stage.Time)
	}
	for _, t := range times {
		if t == nil || o.day(t.From) == nil {
			continue
		}
		from := *o.day(t.From)
		if t.Max != nil {
			if due := rolledIf(t.Roll, later(from, *t.Max)); s.due == nil || due < *s.due {
				s.due, s.time = &due, o.lateness(from, due)
			}
		}
		if t.NotBefore != nil {
			if first := later(from, *t.NotBefore); s.first == nil || first > *s.first {
				s.first = &first
			}
		}
	}
}

func rolledIf(roll bool, d calendar.Day) calendar.Day {
	for roll && !d.IsWorkday() {
		d++
	}
	return d
}

// lateness tells how a due day stands: late the day after it; soon when the days left are at most the greater of 2 and a
// fifth, rounded down, of the days from from to due.
func (o *oracle) lateness(from, due calendar.Day) string {
	left, fifth := int(due)-int(o.at), (int(due)-int(from))/5
	switch {
	case o.at > due:
		return "late"
	case left <= 2 || left <= fifth:
		return "soon"
	}
	return "ok"
}

func (o *oracle) limit(m *dsl.Limit) (interpreter.LimitState, bool) {
	from := o.day(m.From)
	if from == nil {
		return interpreter.LimitState{}, false
	}
	due := rolledIf(m.Roll, later(*from, m.Max))
	state := interpreter.LimitState{ID: m.ID, Due: due, Time: interpreter.Lateness(o.lateness(*from, due))}
	var ends []calendar.Day
	for _, u := range m.Until {
		if d := o.day(u); d != nil {
			ends = append(ends, *d)
		}
	}
	if len(ends) > 0 {
		state.Time = "met"
		if slices.Min(ends) > due {
			state.Time = "late"
		}
	}
	return state, true
}

func (o *oracle) nextStep(m *dsl.Step, s *oracleStep) interpreter.NextStep {
	n := interpreter.NextStep{
		Step: m.ID, Title: m.Title.In(o.lang), Kind: m.Kind.ID, Actor: m.Actor.ID, With: termIDs(m.With), Due: s.due,
		Time: interpreter.Lateness(s.time), Unmet: []interpreter.UnmetItem{}, Duties: o.duties(m),
		Source: orNil(m.Origin.Source), Interpretation: orNil(m.Origin.Interpretation.In(o.lang)),
	}
	if m.Stage != nil {
		n.Stage = &m.Stage.ID
	}
	if s.due != nil {
		left := int(*s.due) - int(o.at)
		n.DaysLeft = &left
	}
	for _, item := range m.Done {
		if o.value(item.Rule.Expr) == true {
			continue
		}
		u := interpreter.UnmetItem{Title: item.Title.In(o.lang), Facts: o.named(item.Rule.Expr)}
		switch {
		case u.Title != "":
		case len(u.Facts) > 0:
			u.Title = o.fact(u.Facts[0]).Title.In(o.lang)
		default:
			u.Title = item.Rule.Text
		}
		n.Unmet = append(n.Unmet, u)
	}
	return n
}

// named lists the facts that a rule names, definitions entered, in the order of the text.
func (o *oracle) named(e *rule.Expr) []string {
	out := []string{}
	var walk func(e *rule.Expr)
	walk = func(e *rule.Expr) {
		switch e.Op {
		case rule.OpFact, rule.OpKnown, rule.OpHappened:
			if !slices.Contains(out, e.Name) {
				out = append(out, e.Name)
			}
		case rule.OpDefine:
			walk(o.define(e.Name).Rule.Expr)
		}
		for _, a := range e.Args {
			walk(a)
		}
	}
	walk(e)
	return out
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func termIDs(terms []*dsl.Term) []string {
	out := []string{}
	for _, t := range terms {
		out = append(out, t.ID)
	}
	return out
}
