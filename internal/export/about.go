package export

import (
	"github.com/stegvis/stegvis/dsl"
)

// about tells which model this is.
func (p *page) about() {
	m := p.m
	p.add(comment(p.words("about.generated")), heading{1, "", say(p.in(m.Title))})
	p.para(m.Help)
	var l list
	if t := p.in(m.Region); t != "" {
		l = append(l, p.field("about.region", t))
	}
	l = append(l, p.field("about.model", id(m.ID)), p.field("about.version", p.version(m)))
	for _, v := range p.versions {
		if other := v.Model(); other.Version != m.Version {
			l = append(l, p.field("about.other-version", p.version(other)))
		}
	}
	if m.Start != nil && len(p.versions) > 1 {
		l = append(l, p.field("about.which-version", p.words("about.start", "Fact", p.in(m.Start.Title))))
	}
	if m.Consent != nil {
		l = append(l, p.field("about.consent", p.in(m.Consent.Title), " (", id(m.Consent.ID), ")"))
	}
	p.add(l, paragraph{say(p.words("about.marks"), " ", link("choices", p.words("choices.head")), ".")})
}

// version names a version and the days it is in force.
func (p *page) version(m *dsl.Model) inline {
	args := []any{"From", m.InForce.String(), "To", ""}
	for _, v := range p.versions {
		if next := v.Model(); next.InForce > m.InForce {
			args[3] = (next.InForce - 1).String()
			break
		}
	}
	return say(id(m.Version), ", "+p.words("about.in-force", args...))
}

// gaps tells of what does not go together: times against limits, and duties that the model does not meet; and what the file accepts.
func (p *page) gaps() {
	var l list
	for _, x := range p.m.Limits {
		if s := p.longestStages(x); s != nil && verdictOf(s) != fits {
			l = append(l, item{text: say(bold(p.words("gaps.times", "Limit", p.in(x.Title))), ". ", p.sum(s))})
		}
	}
	for _, j := range p.judged {
		if j.Verdict != dsl.NotMet {
			continue
		}
		for i, d := range j.Demands {
			if d.Verdict == dsl.NotMet {
				demand := d.Demand
				what := capital(p.words("gaps.duty", "Law", p.in(demand.LawText()), "Title", p.in(demand.TitleText())))
				text := say(span{text: what, style: strong, to: "#" + dutyKey(j.Duty)}, ". ", p.finding(&j.Demands[i]))
				l = append(l, item{text: text})
			}
		}
	}
	accepted := p.accepts()
	if l == nil && accepted == nil {
		return
	}
	p.section("gaps")
	if l != nil {
		p.add(paragraph{say(p.words("gaps.intro"))}, l)
	}
	if accepted != nil {
		p.add(paragraph{say(p.words("gaps.accepted"))}, accepted)
	}
	if len(p.m.Notes) > 0 {
		p.add(paragraph{say(p.words("gaps.notes"), " ", link("notes", p.words("notes.head")), ".")})
	}
}

// parties tells who takes part, and in what.
func (p *page) parties() {
	leads, joins, other := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, s := range p.m.Steps {
		leads[s.Actor.ID]++
		for _, t := range s.With {
			joins[t.ID]++
		}
	}
	for _, o := range p.m.Outcomes {
		for _, t := range o.To {
			other[t.ID] = true
		}
	}
	for _, c := range p.m.Capacities {
		other[c.Actor.ID] = true
	}
	for f := range p.used() {
		if f.AskOf != nil {
			other[f.AskOf.ID] = true
		}
	}
	p.section("parties")
	t := table{heads: []string{p.words("parties.party"), p.words("parties.task"), p.words("parties.leads"), p.words("parties.joins")}}
	count := func(n int) cell {
		if n == 0 {
			return cell{say("–")}
		}
		return cell{say(p.words("steps.count", "Count", n))}
	}
	for _, a := range p.m.Actors {
		if leads[a.ID] > 0 || joins[a.ID] > 0 || other[a.ID] {
			t.rows = append(t.rows, []cell{
				{say(bold(p.in(a.Title))), say(id(a.ID))}, {say(p.in(a.Help))}, count(leads[a.ID]), count(joins[a.ID]),
			})
		}
	}
	p.add(t)
}

// notes tells what the sources say that is no rule.
func (p *page) notes() {
	if len(p.m.Notes) == 0 {
		return
	}
	p.section("notes")
	p.add(paragraph{say(p.words("notes.intro"))}, p.noteList(p.m.Notes, p.source))
}

// noteList lists notes; source names where one of them is from.
func (p *page) noteList(notes []*dsl.Note, source func(string) string) list {
	var l list
	for _, n := range notes {
		i := item{text: say(p.in(n.Text))}
		if n.Origin.Source != "" {
			i.text = say(i.text, " ("+p.words("mark.source")+": "+source(n.Origin.Source)+")")
		}
		if t := p.in(n.Origin.Interpretation); t != "" {
			i.below = list{p.field("origin.interpretation", t)}
		}
		l = append(l, i)
	}
	return l
}

// sources lists the texts that the model was made from.
func (p *page) sources() {
	if len(p.m.Sources) == 0 {
		return
	}
	p.section("sources")
	var l list
	for _, s := range p.m.Sources {
		text := span{text: flat(p.in(s.Title)), to: s.URL}
		l = append(l, item{text: say(text)})
	}
	p.add(l)
}
