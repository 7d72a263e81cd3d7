package export

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

func dutyKey(d *dsl.Duty) string { return "duty-" + d.Overlay.ID + "." + d.ID }

// law tells how the model stands to each duty of the overlays over it, and what they do not express.
func (p *page) law() {
	if len(p.m.Overlays) == 0 {
		return
	}
	p.section("law")
	p.add(paragraph{say(p.words("law.intro"))})
	for _, o := range p.m.Overlays {
		p.add(heading{3, "", say(p.in(o.Title))}, paragraph{say(id(o.ID))})
		p.para(o.Help)
		t := table{heads: []string{p.words("law.duty"), p.words("law.law"), p.words("law.verdict")}}
		for _, j := range p.judged {
			if d := j.Duty; d.Overlay == o {
				t.rows = append(t.rows, []cell{
					{say(span{text: flat(p.in(d.Title)), to: "#" + dutyKey(d)})}, {say(p.in(d.Law))}, {say(bold(p.words("verdict." + string(j.Verdict))))},
				})
			}
		}
		p.add(t)
		if len(o.Notes) > 0 {
			p.add(heading{4, "", say(p.words("law.unexpressed"))}, p.noteList(o.Notes, p.sourceOf(o)))
		}
		for i := range p.judged {
			if p.judged[i].Duty.Overlay == o {
				p.duty(&p.judged[i])
			}
		}
	}
}

// sourceOf returns what names the sources of an overlay.
func (p *page) sourceOf(o *dsl.Overlay) func(string) string {
	return func(s string) string { return interpreter.SourceText(o.Sources, s, p.l) }
}

func (p *page) duty(j *dsl.Judgement) {
	d := j.Duty
	p.add(heading{4, dutyKey(d), say(p.in(d.Title))}, paragraph{say(id(d.ID), " · ", p.in(d.Law))})
	p.para(d.Help)
	l := list{p.field("law.verdict", bold(p.words("verdict."+string(j.Verdict))))}
	for i := range j.Demands {
		dj := &j.Demands[i]
		text := p.finding(dj)
		if len(j.Demands) > 1 {
			m := dj.Demand
			demand := p.words("law.demand", "Law", p.in(m.LawText()), "Title", p.in(m.TitleText()), "Verdict", p.words("verdict."+string(dj.Verdict)))
			text = say(capital(demand), " ", text)
		}
		l[0].below = append(l[0].below, item{text: text})
	}
	if s := d.Origin.Source; s != "" {
		l = append(l, p.field("origin.source", p.sourceOf(d.Overlay)(s)))
	}
	if t := p.in(d.Origin.Interpretation); t != "" {
		l = append(l, p.field("law.reading", t))
	}
	p.add(l)
}

// finding says why a demand stands as it does, and which steps, outcomes or actors it is about.
func (p *page) finding(d *dsl.DemandJudgement) inline {
	args := []any{
		"Count", len(d.Steps), "Facts", p.hangsOn(d.Demand), "Kinds", p.titles(d.Demand.Steps.Kinds), "Actors", p.titles(d.Actors),
		"Outcomes", len(d.Outcomes) > 0,
	}
	text := say(p.words("finding."+d.Demand.Kind.String()+"."+why(d), args...))
	switch {
	case d.Demand.Kind == dsl.TakesPart || d.Why == dsl.OnTheWay:
	case d.Demand.Kind == dsl.OnEveryWay || d.Why == dsl.ClosedFirst && d.Demand.Kind == dsl.Never:
		if len(d.Outcomes) > 0 {
			text = say(text, " ", p.endings(d.Outcomes), ".")
		}
	case d.Demand.Kind == dsl.Never && d.Verdict == dsl.MetDuty: // all of them, which their number says well enough
	case len(d.Steps) > 0:
		text = say(text, " ", p.linked(d.Steps), ".")
	}
	switch {
	case d.First == nil:
	case d.Demand.Kind == dsl.Before:
		text = say(text, " ", p.goesFirst(d))
	case d.Verdict != dsl.NotMet:
		text = say(text, " ", p.bounds(d.First))
	}
	return text
}

// why returns what the words for a finding are called.
func why(d *dsl.DemandJudgement) string {
	switch {
	case d.Demand.Kind == dsl.OnEveryWay && d.Verdict == dsl.DoesNotApply:
		return "nothing_concerned"
	case d.Demand.Kind == dsl.Before && d.Verdict == dsl.MetDuty && d.First == nil:
		return "never_without" // whatever sees to it
	}
	return string(d.Why)
}

// goesFirst tells which step goes before, who does it, who of those that the law wants there is not, and by when.
func (p *page) goesFirst(d *dsl.DemandJudgement) inline {
	s := d.First
	text := say(p.words("finding.first"), " ", p.linked([]*dsl.Step{s}), " ", p.words("finding.first-by", "Actor", p.in(s.Actor.Title), "With", p.titles(s.With)))
	var absent []*dsl.Term
	for _, t := range addressees(d.Demand.Duty.Overlay) {
		if !takesPart(t, s) {
			absent = append(absent, t)
		}
	}
	if absent != nil {
		text = say(text, " ", p.words("finding.absent", "Actors", p.titles(absent)))
	}
	return say(text, " ", p.bounds(s))
}

// bounds says by when a step must be done, by its own time and its stage's.
func (p *page) bounds(s *dsl.Step) string {
	var lines []string
	times := []*dsl.Time{s.Time}
	if s.Stage != nil {
		times = append(times, s.Stage.Time)
	}
	for _, t := range times {
		if t != nil && t.Max != nil {
			lines = append(lines, p.timeLines(&dsl.Time{From: t.From, Max: t.Max})...)
		}
	}
	if lines == nil {
		return p.words("finding.unbounded")
	}
	return p.words("finding.bounded-by", "Time", strings.Join(lines, "; "))
}

// addressees are the parties whose presence an overlay demands.
func addressees(o *dsl.Overlay) []*dsl.Term {
	var out []*dsl.Term
	seen := map[string]bool{}
	for _, d := range o.Duties {
		for _, m := range d.Demands {
			if m.Kind != dsl.OnEveryWay && m.Kind != dsl.TakesPart {
				continue
			}
			for _, t := range m.Steps.Parties {
				if !seen[t.ID] {
					seen[t.ID] = true
					out = append(out, t)
				}
			}
		}
	}
	return out
}

func takesPart(t *dsl.Term, s *dsl.Step) bool {
	for _, w := range s.With {
		if w.ID == t.ID {
			return true
		}
	}
	return s.Actor.ID == t.ID
}

// hangsOn names the facts that a demand hangs on.
func (p *page) hangsOn(d *dsl.Demand) string {
	var out []string
	seen := map[string]bool{}
	for _, r := range []*dsl.Rule{d.When, d.Unless} {
		if r == nil {
			continue
		}
		r.Expr.Walk(func(x *rule.Expr) {
			if x.Op != rule.OpFact && x.Op != rule.OpKnown && x.Op != rule.OpHappened || seen[x.Name] {
				return
			}
			seen[x.Name] = true
			for _, f := range d.Duty.Overlay.Facts {
				if f.ID == x.Name {
					out = append(out, p.words("quoted", "Text", p.in(f.Title)))
				}
			}
		})
	}
	return p.list(out)
}

// breaks says which duties a step stands against, by the model's structure.
func (p *page) breaks(s *dsl.Step) list {
	var l list
	for i := range p.judged {
		for k := range p.judged[i].Demands {
			d := &p.judged[i].Demands[k]
			if d.Verdict != dsl.NotMet || d.Demand.Kind == dsl.OnEveryWay || d.Demand.Kind == dsl.TakesPart {
				continue
			}
			for _, x := range d.Steps {
				if x == s {
					title := p.words("steps.breaks", "Law", p.in(d.Demand.LawText()), "Title", p.in(d.Demand.TitleText()))
					l = append(l, p.field("steps.law", link(dutyKey(p.judged[i].Duty), capital(title))))
				}
			}
		}
	}
	return l
}
