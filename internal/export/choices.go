package export

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
)

// choice is an interpretation and the parts of the model that share it.
type choice struct {
	text  string
	names []inline
}

// choices gathers everything that the author chose where a source is silent, in the order of the page.
func (p *page) choices() {
	var all []*choice
	byText := map[string]*choice{}
	add := func(what, title, key string, t lang.Text) {
		text := p.in(t)
		if text == "" {
			return
		}
		c := byText[text]
		if c == nil {
			c = &choice{text: text}
			byText[text] = c
			all = append(all, c)
		}
		kind := p.words("choices." + what)
		if c.names == nil {
			kind = capital(kind)
		}
		c.names = append(c.names, say(kind, " ", link(key, title)))
	}
	time := func(what, title, key string, t *dsl.Time) {
		if t != nil {
			add(what, title, key, t.Origin.Interpretation)
		}
	}
	for _, part := range p.parts() {
		if s := part.stage; s != nil {
			add("stage", p.in(s.Title), "stage-"+s.ID, s.Origin.Interpretation)
			time("stage-time", p.in(s.Title), "stage-"+s.ID, s.Time)
		}
		for _, s := range part.steps {
			title, key := p.in(s.Title), "step-"+s.ID
			add("step", title, key, s.Origin.Interpretation)
			time("step-time", title, key, s.Time)
			if s.Every != nil {
				add("step-time", title, key, s.Every.Origin.Interpretation)
			}
		}
	}
	for _, o := range p.m.Outcomes {
		add("outcome", p.in(o.Title), "outcome-"+o.ID, o.Origin.Interpretation)
	}
	for _, x := range p.m.Limits {
		add("limit", p.in(x.Title), "limit-"+x.ID, x.Origin.Interpretation)
	}
	for _, c := range p.m.Capacities {
		add("capacity", p.in(c.Title), "capacities", c.Origin.Interpretation)
	}
	for _, f := range p.m.Facts {
		key := "facts.own"
		if f.Shared {
			key = "facts.shared"
		}
		add("fact", p.in(f.Title), key, f.Origin.Interpretation)
	}
	for _, d := range p.m.Defines {
		title := p.in(d.Title)
		if title == "" {
			title = d.ID
		}
		add("define", title, "define-"+d.ID, d.Origin.Interpretation)
	}
	for _, n := range p.m.Notes {
		add("note", firstSentence(p.in(n.Text)), "notes", n.Origin.Interpretation)
	}
	p.section("choices")
	if all == nil {
		p.add(paragraph{say(p.words("choices.none"))})
		return
	}
	p.add(paragraph{say(p.words("choices.intro"))})
	var l list
	for _, c := range all {
		l = append(l, item{text: joined(c.names, ", "), below: list{{text: say(c.text)}}})
	}
	p.add(l)
}

// firstSentence returns a text up to its first full stop, which names it well enough beside a link.
func firstSentence(s string) string {
	if i := strings.IndexAny(s, ".:?!"); i > 0 {
		return s[:i]
	}
	return s
}
