package export

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
)

// timeLines puts a time into words: the first day, the shortest stay and the last day.
func (p *page) timeLines(t *dsl.Time) []string {
	var out []string
	line := func(id string, n int, duration string) {
		if n == 0 {
			id += "-same"
		}
		out = append(out, p.words(id, "Duration", duration, "Fact", p.in(t.From.Title)))
	}
	if d := t.NotBefore; d != nil {
		line("time.not-before", d.N, p.duration(*d))
	}
	if d := t.Min; d != nil {
		out = append(out, p.words("time.min", "Duration", p.duration(*d), "Fact", p.in(t.From.Title)))
	}
	if d := t.Max; d != nil {
		line("time.max", d.N, p.duration(*d))
		if t.Roll {
			out = append(out, p.words("time.roll"))
		}
	}
	return out
}

// time tells of a time and where it comes from; nothing where there is none.
func (p *page) time(t *dsl.Time) list {
	if t == nil {
		return nil
	}
	return list{{
		text:  say(bold(p.words("time.head")), ": ", strings.Join(p.timeLines(t), "; ")),
		below: p.origin(t.Origin),
	}}
}

// every tells when a step comes back.
func (p *page) every(e *dsl.Every) list {
	if e == nil {
		return nil
	}
	return list{{text: say(bold(p.words("every.head")), ": ", strings.Join(p.everyLines(e), "; ")), below: p.origin(e.Origin)}}
}

// everyLines puts into words when a step comes back.
func (p *page) everyLines(e *dsl.Every) []string {
	period := p.duration(e.Period)
	var parts []string
	if e.Since != nil {
		parts = append(parts, p.words("every.since", "Duration", period, "Fact", p.in(e.Since.Title)))
	}
	if e.Start != nil {
		id := "every.start"
		if e.Since == nil {
			id = "every.only-start"
		}
		parts = append(parts, p.words(id, "Duration", period, "Fact", p.in(e.Start.Title)))
	}
	if parts == nil {
		parts = append(parts, p.words("every.period", "Duration", period))
	}
	if e.Roll {
		parts = append(parts, p.words("time.roll"))
	}
	return parts
}

// limits tells of what bounds a whole case, and of how many cases one can carry.
func (p *page) limits() {
	if len(p.m.Limits) == 0 && len(p.m.Capacities) == 0 {
		return
	}
	p.section("limits")
	for _, x := range p.m.Limits {
		p.add(heading{3, "limit-" + x.ID, say(p.in(x.Title))}, paragraph{say(id(x.ID))})
		p.para(x.Help)
		until := make([]string, len(x.Until))
		for i, f := range x.Until {
			until[i] = p.words("limits.until", "Fact", p.in(f.Title))
		}
		text := p.words("limits.max", "Duration", p.duration(x.Max), "From", p.in(x.From.Title), "Until", p.either(until))
		if x.Roll {
			text += "; " + p.words("time.roll")
		}
		l := list{{text: say(bold(p.words("time.head")), ": ", text)}}
		if s := p.longestStages(x); s != nil {
			l = append(l, p.field("limits.sum", p.sum(s)))
		}
		p.add(append(l, p.origin(x.Origin)...))
	}
	if len(p.m.Capacities) == 0 {
		return
	}
	p.add(heading{3, "capacities", say(p.words("capacities.head"))})
	var l list
	for _, c := range p.m.Capacities {
		l = append(l, item{
			text:  say(bold(p.in(c.Title)), " (", id(c.Role), "): ", p.words("capacities.cases", "Count", c.Cases, "Actor", p.in(c.Actor.Title))),
			below: p.origin(c.Origin),
		})
	}
	p.add(l)
}
