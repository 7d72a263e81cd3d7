package dsl

import (
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// translation is a file of texts: another language for a model or a vocabulary.
type translation struct {
	*file
	of      word
	version word // for that version alone; absent: for all
	langAt  word // absent where it cannot be told which language they are in
	targets []*unit
}

// readTranslation reads the head of a file of texts. Its texts are read when it is known what they are of.
func readTranslation(f *file) *translation {
	t := &translation{file: f}
	if r := f.headFields(); r != nil {
		t.of = r.needName("of")
		t.langAt = r.language()
		t.version = r.name("version")
		r.close()
	}
	return t
}

// place is a text of a model or a vocabulary that can be translated: where it stands in a file of texts, and
// the text itself. Of a title that must be there the text is never zero; of one that may be left out it can be.
type place struct {
	path []string
	text *lang.Text
}

// places collects them, in the order in which a model lists what it has.
type places []place

func (p *places) add(text *lang.Text, path ...string) { *p = append(*p, place{path, text}) }

func (p *places) origin(o *Origin, path ...string) {
	p.add(&o.Interpretation, append(append([]string{}, path...), "interpretation")...)
}

// places lists the texts of the words whose declarations are own.
func (g *glossary) places(own func(diag.Span) bool) (p places) {
	terms := func(name string, x *index[*Term]) {
		for _, t := range x.all() {
			if own(t.Span) {
				p.add(&t.Title, name, t.ID, "title")
				p.add(&t.Help, name, t.ID, "help")
			}
		}
	}
	for _, s := range g.sources.all() {
		if own(s.Span) {
			p.add(&s.Title, "source", s.ID, "title")
		}
	}
	terms("actor", g.actors)
	terms("kind", g.kinds)
	terms("tag", g.tags)
	for _, f := range g.facts.all() {
		if !own(f.Span) {
			continue
		}
		p.add(&f.Title, "fact", f.ID, "title")
		p.add(&f.Ask, "fact", f.ID, "ask")
		p.add(&f.Help, "fact", f.ID, "help")
		p.add(&f.Unit, "fact", f.ID, "unit")
		for i := range f.Labels {
			p.add(&f.Labels[i], "fact", f.ID, "values", f.Type.Values[i])
		}
		p.origin(&f.Origin, "fact", f.ID)
	}
	return p
}

// vocabularyPlaces lists the texts of a vocabulary.
func (u *unit) vocabularyPlaces() (p places) {
	p.add(&u.title, "vocabulary", "title")
	p.add(&u.help, "vocabulary", "help")
	return append(p, u.glossary.places(func(diag.Span) bool { return true })...)
}

// places lists the texts of a model that are its own, not those of the vocabularies it uses.
func (d *draft) places() places {
	if d.allPlaces == nil {
		d.allPlaces = d.listPlaces()
	}
	return d.allPlaces
}

func (d *draft) listPlaces() (p places) {
	m := d.m
	p.add(&m.Title, "model", "title")
	p.add(&m.Help, "model", "help")
	p.add(&m.Region, "model", "region")
	p = append(p, d.glossary.places(func(s diag.Span) bool { return s.Source == d.Source })...)
	for _, u := range d.ownUses { // the other texts are the vocabulary's
		if !u.own.Ask.IsZero() {
			p.add(&u.fact.Ask, "use", u.fact.ID, "ask")
		}
		if !u.own.Help.IsZero() {
			p.add(&u.fact.Help, "use", u.fact.ID, "help")
		}
		if !u.own.Origin.Interpretation.IsZero() {
			p.origin(&u.fact.Origin, "use", u.fact.ID)
		}
	}
	for _, n := range d.notes.all() {
		p.add(&n.Text, "note", n.ID, "text")
		p.origin(&n.Origin, "note", n.ID)
	}
	for _, def := range d.defines.all() {
		p.add(&def.Title, "define", def.ID, "title")
		p.origin(&def.Origin, "define", def.ID)
	}
	for _, s := range d.stages.all() {
		p.add(&s.Title, "stage", s.ID, "title")
		p.add(&s.Help, "stage", s.ID, "help")
		p.origin(&s.Origin, "stage", s.ID)
		if s.Time != nil {
			p.origin(&s.Time.Origin, "stage", s.ID, "time")
		}
	}
	for _, s := range d.steps.all() {
		p.add(&s.Title, "step", s.ID, "title")
		p.add(&s.Help, "step", s.ID, "help")
		p.origin(&s.Origin, "step", s.ID)
		for _, i := range s.Done {
			if i.ID != "" {
				p.add(&i.Title, "step", s.ID, "items", i.ID, "title")
				p.add(&i.Help, "step", s.ID, "items", i.ID, "help")
			}
		}
		if s.Time != nil {
			p.origin(&s.Time.Origin, "step", s.ID, "time")
		}
		if s.Every != nil {
			p.origin(&s.Every.Origin, "step", s.ID, "every")
		}
	}
	for _, o := range d.outcomes.all() {
		p.add(&o.Title, "outcome", o.ID, "title")
		p.add(&o.Help, "outcome", o.ID, "help")
		p.origin(&o.Origin, "outcome", o.ID)
	}
	for _, l := range d.limits.all() {
		p.add(&l.Title, "limit", l.ID, "title")
		p.add(&l.Help, "limit", l.ID, "help")
		p.origin(&l.Origin, "limit", l.ID)
	}
	for _, c := range d.roles.all() {
		p.add(&c.Title, "capacity", c.Role, "title")
		p.origin(&c.Origin, "capacity", c.Role)
	}
	for _, a := range d.accepts.all() {
		p.add(&a.Reason, "accept", a.ID, "reason")
		p.origin(&a.Origin, "accept", a.ID)
	}
	return p
}

// shelf is a tree of names, as deep as the tables of a file of texts, with the texts at its leaves: one for
// each version that the file translates.
type shelf struct {
	below map[string]*shelf
	names []string
	texts []*lang.Text
	done  []*lang.Text // those of units that are finished, in which it is already
}

// put makes a place for a text. Of what is finished only the place is made, and what it has noted.
func (s *shelf) put(p place, finished bool) {
	for _, name := range p.path {
		if s.below == nil {
			s.below = map[string]*shelf{}
		}
		next := s.below[name]
		if next == nil {
			next = &shelf{}
			s.below[name] = next
			s.names = append(s.names, name)
		}
		s = next
	}
	if finished {
		s.done = append(s.done, p.text)
		return
	}
	s.texts = append(s.texts, p.text)
}

// apply puts the texts of the file into all of the targets' places. A name that none of them has is an error,
// but for names that may have been declared where a target could not be read.
func (t *translation) apply(into []func() places, own lang.Lang) {
	if t.lang == own {
		return
	}
	root := &shelf{}
	for i, ps := range into {
		for _, p := range ps() {
			root.put(p, t.targets[i].finished)
		}
	}
	for _, e := range t.Root.Entries {
		if e.Name != "texts" {
			t.applyTo(root, e, nil, own)
		}
	}
}

func (t *translation) applyTo(s *shelf, e *syntax.Entry, path []string, own lang.Lang) {
	next := s.below[e.Name]
	path = append(path, e.Name)
	if next == nil {
		if !t.excused(e.Name) {
			t.faults.Error(e.Key, "nothing-of-that-name", diag.Args{
				"Name": e.Name, "Path": strings.Join(path, "."), "Of": t.of.text,
				"Near": t.near(e.Name, s.names), "Known": someOf(s.names),
			})
		}
		return
	}
	v := e.Value
	args := diag.Args{"Key": e.Name, "Table": strings.Join(path, "."), "Path": strings.Join(path, ".")}
	switch {
	case next.below != nil && v.Kind == syntax.TableKind:
		for _, below := range v.Table.Entries {
			t.applyTo(next, below, path, own)
		}
	case next.below != nil:
		t.faults.Error(v.Span, "not-a-table", args)
	case v.Kind != syntax.String:
		t.faults.Error(v.Span, "not-a-text", args)
	case strings.TrimSpace(v.String) == "":
		t.faults.Error(v.Span, "blank-text", args)
	default:
		used := slices.ContainsFunc(next.done, func(text *lang.Text) bool { return text.Has(own) })
		for _, text := range next.texts {
			if text.Has(own) {
				text.Set(t.lang, v.String)
				used = true
			}
		}
		if !used {
			t.faults.Warn(e.Key, "text-without-original", args)
		}
	}
}

func (t *translation) excused(name string) bool {
	for _, u := range t.targets {
		if u.lost[name] {
			return true
		}
	}
	return false
}

// warnUntranslated counts what stands in the file's own language and not in the other. It says so once, at the
// translation where there is one and else at what should have one.
func (u *unit) warnUntranslated(ps func() places, head diag.Span) {
	if head.IsZero() || u.faults.HasErrors() || u.shared.HasErrors() {
		return // what is wrong goes first; what a faulty file lacks cannot be counted
	}
	to := other(u.lang)
	if u.lacking == nil {
		u.lacking = new([]string)
		for _, p := range ps() {
			if p.text.Has(u.lang) && !p.text.Has(to) {
				*u.lacking = append(*u.lacking, strings.Join(p.path, "."))
			}
		}
	}
	lacking := *u.lacking
	if len(lacking) == 0 {
		return
	}
	span, faults := head, &u.faults
	for _, t := range u.texts {
		if t.lang == to && t.head != nil {
			if t.Broken || t.faults.HasErrors() {
				return // what it lacks may be what is wrong with it
			}
			span, faults = t.head.Span, &t.faults
		}
	}
	faults.Warn(span, "untranslated", diag.Args{
		"Count": len(lacking), "First": someFew(lacking), "Of": u.id.text, "Lang": string(to),
	})
}

// someFew names the first few.
func someFew(list []string) string {
	const few = 3
	if len(list) > few {
		return strings.Join(quoted(list[:few]), ", ") + " …"
	}
	return strings.Join(quoted(list), ", ")
}
