package access

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
)

// Sight is what somebody may see of a case, as its model says of each fact and as consent stands now. It never changes. The zero
// value sees nothing.
type Sight struct {
	whole bool
	actor string          // "": of no actor
	facts map[string]bool // those that are seen, by id
}

// SightOf returns what the principal sees, in a role and for a purpose, of a case that they are a party to. A service sees all of it,
// for casework. An actor sees, for casework or for insight, the facts whose seen_by has it, and all others while the person consents:
// while the fact that the model names for the consent to this actor is true. Whoever is not listed here sees nothing.
//
// consents tells whether a fact is known to be true of the case now, also where the answer is about another day: who takes consent
// back takes it back for what was known before, too. It is asked once at most.
func SightOf(p *Principal, as Role, of Purpose, m *dsl.Model, consents func(fact *dsl.Fact) bool) *Sight {
	s := &Sight{}
	switch {
	case p == nil || !p.Has(as):
	case as == Service && of == Casework:
		s.whole = true
	case as == Actor && (of == Casework || of == Insight) && has(m.Actors, p.Actor):
		s.actor = p.Actor
		s.facts = map[string]bool{}
		consent := m.ConsentTo(p.Actor)
		open := consent != nil && consents != nil && consents(consent)
		for _, f := range m.Facts {
			if open || has(f.SeenBy, p.Actor) {
				s.facts[f.ID] = true
			}
		}
	}
	return s
}

// Whole tells whether everything is seen.
func (s *Sight) Whole() bool { return s.whole }

// Fact tells whether the fact with the id is seen: that it is known of, what it is, and when and by whom it was said. A fact that the
// model does not have is seen by those alone who see everything.
func (s *Sight) Fact(id string) bool { return s.whole || s.facts[id] }

// all tells whether every fact of a model is seen.
func (s *Sight) all(m *dsl.Model) bool {
	return !slices.ContainsFunc(m.Facts, func(f *dsl.Fact) bool { return !s.Fact(f.ID) })
}

func has(terms []*dsl.Term, id string) bool {
	return slices.ContainsFunc(terms, func(t *dsl.Term) bool { return t.ID == id })
}
