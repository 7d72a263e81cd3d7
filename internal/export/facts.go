package export

import (
	"strconv"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
)

// used lists the facts that something in the model looks at.
func (p *page) used() map[*dsl.Fact]bool {
	byID := map[string]*dsl.Fact{}
	for _, f := range p.m.Facts {
		byID[f.ID] = f
	}
	out := map[*dsl.Fact]bool{}
	facts := func(fs ...*dsl.Fact) {
		for _, f := range fs {
			if f != nil {
				out[f] = true
			}
		}
	}
	in := func(r *dsl.Rule) {
		if r == nil {
			return
		}
		r.Expr.Walk(func(x *rule.Expr) {
			switch x.Op {
			case rule.OpFact, rule.OpKnown, rule.OpHappened:
				facts(byID[x.Name])
			}
		})
	}
	time := func(t *dsl.Time) {
		if t != nil {
			facts(t.From)
		}
	}
	m := p.m
	facts(m.Start, m.Consent)
	for _, c := range m.ConsentFor {
		facts(c.Fact)
	}
	for _, d := range m.Defines {
		in(d.Rule)
	}
	for _, s := range m.Stages {
		in(s.When)
		time(s.Time)
	}
	for _, s := range m.Steps {
		in(s.When)
		time(s.Time)
		for _, item := range s.Done {
			in(item.Rule)
		}
		if s.Every != nil {
			facts(s.Every.Since, s.Every.Start)
		}
	}
	for _, o := range m.Outcomes {
		in(o.When)
	}
	for _, x := range m.Limits {
		facts(x.From)
		facts(x.Until...)
	}
	return out
}

// facts tells what is asked, of whom, and who may see the answers.
func (p *page) facts() {
	if len(p.m.Facts) == 0 {
		return
	}
	p.section("facts")
	p.add(paragraph{say(p.words("facts.intro"))})
	if c := p.m.Consent; c != nil {
		p.add(paragraph{say(p.words("facts.consent", "Fact", p.in(c.Title)))})
	} else {
		p.add(paragraph{say(p.words("facts.no-consent"))})
	}
	for _, c := range p.m.ConsentFor {
		p.add(paragraph{say(p.words("facts.consent-for", "Actor", p.in(c.Actor.Title), "Fact", p.in(c.Fact.Title)))})
	}
	used := p.used()
	var own, shared, unused []*dsl.Fact
	for _, f := range p.m.Facts {
		switch {
		case !f.Shared:
			own = append(own, f)
		case used[f]:
			shared = append(shared, f)
		default:
			unused = append(unused, f)
		}
	}
	p.factTable("facts.own", own)
	p.factTable("facts.shared", shared)
	if unused == nil {
		return
	}
	var names []inline
	for _, f := range unused {
		names = append(names, say(p.in(f.Title), " (", id(f.ID), ")"))
	}
	p.add(paragraph{say(p.words("facts.unused"), " ", joined(names, ", "), ".")})
}

func (p *page) factTable(head string, facts []*dsl.Fact) {
	if facts == nil {
		return
	}
	p.add(heading{3, head, say(p.words(head))})
	t := table{heads: []string{p.words("facts.fact"), p.words("facts.answer"), p.words("facts.ask-of"), p.words("facts.seen-by")}}
	for _, f := range facts {
		about := cell{say(bold(p.in(f.Title)), " ", id(f.ID))}
		if mark := p.marks(f.Origin); mark != "" {
			about[0] = say(about[0], " · ", mark)
		}
		for _, text := range paragraphs(p.in(f.Ask)) {
			about = append(about, say(text))
		}
		for _, text := range paragraphs(p.in(f.Help)) {
			about = append(about, say(slanted(text)))
		}
		askOf, seenBy := p.words("facts.ask-anyone"), p.words("facts.seen-by-none")
		if f.AskOf != nil {
			askOf = p.in(f.AskOf.Title)
		}
		if len(f.SeenBy) > 0 {
			seenBy = p.titles(f.SeenBy)
		}
		t.rows = append(t.rows, []cell{about, p.answer(f), {say(askOf)}, {say(seenBy)}})
	}
	p.add(t)
}

// answer says what a fact can be: in one line, or in a line for each of its values.
func (p *page) answer(f *dsl.Fact) cell {
	lines := cell{say(p.words("answer."+f.Type.Kind.String(),
		"Unit", p.in(f.Unit), "Min", number(f.Type.Min), "Max", number(f.Type.Max)))}
	for i, t := range f.Labels {
		lines = append(lines, say("• "+p.in(t)+" ", id(f.Type.Values[i])))
	}
	return lines
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// definitions tells what the named rules mean, which the rules of stages, steps and outcomes lead to.
func (p *page) definitions() {
	if len(p.m.Defines) == 0 {
		return
	}
	p.section("definitions")
	p.add(paragraph{say(p.words("definitions.intro"))})
	for _, d := range p.m.Defines {
		title := say(p.in(d.Title))
		if d.Title.IsZero() {
			title = say(id(d.ID))
		}
		p.add(heading{3, "define-" + d.ID, title})
		if !d.Title.IsZero() {
			p.add(paragraph{say(id(d.ID))})
		}
		before := say(bold(p.words("definitions.means")), ": ")
		var l list
		if x := d.Rule.Expr; x.Type.Kind == rule.Bool {
			l = append(l, p.rule(before, x))
		} else {
			l = append(l, item{text: say(before, id(d.Rule.Text))})
		}
		p.add(append(l, p.origin(d.Origin)...))
	}
}
