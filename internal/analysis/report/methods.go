package report

import "github.com/stegvis/stegvis/dsl"

// methods tells how the figures came about, and what they do not say.
func (b *builder) methods() []block {
	out := []block{b.para("methods.intro")}
	add := func(topics ...string) {
		var t terms
		for _, id := range topics {
			t.Entries = append(t.Entries, entry{Name: b.say("methods." + id + ".head"), Lines: []item{{Text: b.say("methods."+id, "Cohort", b.cohort, "Open", b.Compare.Open)}}})
		}
		out = append(out, t)
	}
	topics := []string{"cells", "requires", "divergence"}
	if b.cohort != "" {
		topics = append(topics, "cohort")
	}
	topics = append(topics, "unknown", "not-stated")
	if b.Compare.Open > 0 {
		topics = append(topics, "open")
	}
	add(append(topics, "day", "drawings")...)
	out = append(out, heading{Text: b.say("methods.limits")}, list{Items: []item{
		{Text: b.say("methods.limit.models")}, {Text: b.say("methods.limit.kinds")}, {Text: b.say("methods.limit.common")}, {Text: b.say("methods.limit.people")},
	}})
	return out
}

// cite tells how to refer to the page so that others can make it again.
func (b *builder) cite() []block {
	out := []block{b.para("cite.intro")}
	var l terms
	l.Entries = append(l.Entries, entry{Name: b.say("cite.page"), Lines: []item{{Text: b.say("cite.as", "Models", b.list(b.names), "Day", b.Compare.Day.String(), "Maker", b.Maker)}}})
	for i, p := range b.Compare.Programs {
		m := p.Model()
		l.Entries = append(l.Entries, entry{Name: b.names[i], Lines: []item{{Text: b.cited(m)}}})
	}
	return append(out, l)
}

func (b *builder) cited(m *dsl.Model) string {
	return b.say("cite.model", "Title", b.in(m.Title), "ID", m.ID, "Version", m.Version, "Hash", m.Hash)
}
