package dsl

import (
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

// glossary holds what vocabularies and models alike declare: the words that rules and steps are made of.
type glossary struct {
	sources *index[*Source]
	actors  *index[*Term]
	kinds   *index[*Term]
	tags    *index[*Term]
	facts   *index[*Fact]
}

func newGlossary() *glossary {
	return &glossary{
		sources: newIndex[*Source]("[[source]]"),
		actors:  newIndex[*Term]("[[actor]]"),
		kinds:   newIndex[*Term]("[[kind]]"),
		tags:    newIndex[*Term]("[[tag]]"),
		facts:   newIndex[*Fact]("[[fact]]"),
	}
}

// glossaryTables are the tables of a file that declare them.
var glossaryTables = []string{"source", "actor", "kind", "tag", "fact"}

// adopt declares here what the vocabulary v declares. Terms are shared, since they never change; facts are
// copied, since a fact has its place in its model.
func (g *glossary) adopt(v *glossary) {
	same := func(t *Term) *Term { return t }
	g.sources.copyFrom(v.sources, func(s *Source) *Source { return s })
	g.actors.copyFrom(v.actors, same)
	g.kinds.copyFrom(v.kinds, same)
	g.tags.copyFrom(v.tags, same)
	g.facts.copyFrom(v.facts, func(f *Fact) *Fact {
		c := *f
		c.Shared = true
		return &c
	})
}

// unit is a vocabulary or a model while it is being made.
type unit struct {
	*file
	*glossary
	id word
	// open tells that names may be declared where nobody can look: a vocabulary that is not there.
	open bool
	// title and help are a vocabulary's own; no model carries them.
	title, help lang.Text
	users       []*unit  // vocabulary: the models that use it
	uses        []*unit  // model: the vocabularies it uses
	wanted      []string // the ids of those that it names
	texts       []*translation

	finished bool      // in an earlier load: nothing of it is written again (reload.go)
	lacking  *[]string // what no texts translate, once that has been asked
}

// excused tells whether a name that is not declared may have been, where the text could not be read: in the file
// itself or, unless own, in a vocabulary.
func (u *unit) excused(name string, own bool) bool {
	if u.lost[name] || u.open && !own {
		return true
	}
	for _, v := range u.uses {
		if v.lost[name] {
			return true
		}
	}
	return false
}

// readGlossary reads the sources, terms and facts of the file.
func (u *unit) readGlossary() {
	for _, r := range u.tables("source") {
		id := r.id("id")
		s := &Source{ID: id.text, Title: r.needText("title"), URL: r.word("url").text, Span: id.span}
		r.close()
		if id.present {
			u.sources.add(&u.faults, id, s)
		}
	}
	u.readTerms("actor", u.actors)
	u.readTerms("kind", u.kinds)
	u.readTerms("tag", u.tags)
	for _, r := range u.tables("fact") {
		u.readFact(r)
	}
}

func (u *unit) readTerms(name string, into *index[*Term]) {
	for _, r := range u.tables(name) {
		id := r.id("id")
		t := &Term{ID: id.text, Title: r.needText("title"), Help: r.text("help"), Span: id.span}
		r.close()
		if id.present {
			into.add(&u.faults, id, t)
		}
	}
}

// find looks up what w names, and reports it under code where nothing has that name.
func find[T any](u *unit, x *index[T], w word, code string) (T, bool) {
	v, ok := x.byID[w.text]
	if !ok && w.present && !u.excused(w.text, x.own) {
		u.faults.Error(w.span, code, diag.Args{
			"Name": w.text, "Near": u.near(w.text, x.ids), "Known": someOf(x.ids), "Table": x.label,
		})
	}
	return v, ok
}

// findAll looks up each of the names that key lists.
func findAll[T any](u *unit, r *fields, key string, x *index[T], code string) []T {
	words, _ := r.names(key)
	var out []T
	for _, w := range words {
		if v, ok := find(u, x, w, code); ok {
			out = append(out, v)
		}
	}
	return out
}

// origin reads where a part comes from.
func (u *unit) origin(r *fields) Origin {
	o := Origin{Interpretation: r.text("interpretation")}
	w := r.name("source")
	if !w.present {
		return o
	}
	id, place, hasPlace := strings.Cut(w.text, ":")
	id, place = strings.TrimSpace(id), strings.TrimSpace(place)
	if _, ok := find(u, u.sources, word{id, w.span, true}, "unknown-source"); ok {
		o.Source = id
		if hasPlace && place != "" {
			o.Source = id + ": " + place
		}
	}
	return o
}

// vocabulary reads a file that declares words and nothing else.
func readVocabulary(f *file) *unit {
	u := &unit{file: f, glossary: newGlossary()}
	if r := f.headFields(); r != nil {
		u.id = r.id("id")
		u.title, u.help = r.needText("title"), r.text("help")
		r.language()
		r.close()
	}
	u.readGlossary()
	f.closeRoot(append([]string{"vocabulary"}, glossaryTables...)...)
	return u
}

// other returns the language that l is translated to.
func other(l lang.Lang) lang.Lang {
	if l == lang.SV {
		return lang.EN
	}
	return lang.SV
}
