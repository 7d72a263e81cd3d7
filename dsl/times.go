package dsl

import (
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
)

// boolean is the kind that guards and checklist items must have.
const boolean = rule.Bool

// time reads the bound of a step or a stage; nil where it has none.
func (d *draft) time(of *fields) *Time {
	r := of.sub("time")
	if r == nil {
		return nil
	}
	t := &Time{Span: r.place}
	from := r.needName("from")
	t.From = d.factFor(from, "time-from-type", rule.Event, rule.Date)
	t.Min, t.Max, t.NotBefore = r.duration("min"), r.duration("max"), r.duration("not_before")
	if !r.has("min") && !r.has("max") && !r.has("not_before") && !r.table.Broken {
		d.faults.Error(r.place, "time-without-bound", nil)
	}
	d.refuseAbove(r, "min", t.Min, t.Max)
	d.refuseAbove(r, "not_before", t.NotBefore, t.Max)
	t.Roll = d.roll(r)
	t.Origin = d.origin(r)
	r.close()
	return t
}

// refuseAbove reports a duration under key that is longer than max whatever day they are counted from.
func (d *draft) refuseAbove(r *fields, key string, t, max *calendar.Duration) {
	if t != nil && max != nil && longer(*t, *max) {
		d.faults.Error(r.at(key), "longer-than-max", diag.Args{"Key": key, "Text": t.String(), "Max": max.String()}).
			With(r.at("max"), "max-here", nil)
	}
}

// longer tells whether a is longer than b counted from any day.
func longer(a, b calendar.Duration) bool {
	months := func(t calendar.Duration) int { return t.N * [...]int{0, 0, 1, 12}[t.Unit] }
	if months(a) > 0 && months(b) > 0 {
		return months(a) > months(b)
	}
	return a.MinDays() > b.MaxDays()
}

// roll reads whether a due day moves off days that are no workdays.
func (d *draft) roll(r *fields) bool { return r.flag("roll", "next_workday") }

// every reads how a step comes back; nil where it does not.
func (d *draft) every(of *fields) *Every {
	r := of.sub("every")
	if r == nil {
		if of.has("every") {
			return &Every{Span: of.at("every")} // faulty, and repeating all the same
		}
		return nil
	}
	e := &Every{Span: r.place}
	r.need("period")
	if period := r.duration("period"); period != nil {
		e.Period = *period
		if period.N == 0 {
			d.faults.Error(r.at("period"), "no-period", nil)
		}
	}
	e.Since = d.factFor(r.name("since"), "time-from-type", rule.Event, rule.Date)
	e.Start = d.factFor(r.name("start"), "time-from-type", rule.Event, rule.Date)
	e.Roll = d.roll(r)
	e.Origin = d.origin(r)
	r.close()
	return e
}
