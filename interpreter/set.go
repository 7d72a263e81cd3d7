package interpreter

import (
	"sort"
	"sync"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Set is every version of every model of one consistent read, compiled. It is immutable: a reload makes a
// new one, and whoever holds a Set keeps getting answers from the same files.
type Set struct {
	byID      map[string]func() []*Program // in the order the versions come into force
	ids       []string
	names     map[string]bool        // facts that any of the models declares
	elsewhere func(fact string) bool // nil: the set is all there is
}

// NewSet makes a set of the models of a read. A model is compiled when it is first asked for: few runs ask for all.
func NewSet(d *dsl.Set) *Set { return newSet(d.Models, Compile) }

// SetOf puts programs together. Two of the same model and version must not be among them.
func SetOf(programs []*Program) *Set {
	models := make([]*dsl.Model, len(programs))
	compiled := map[*dsl.Model]*Program{}
	for i, p := range programs {
		models[i], compiled[p.model] = p.model, p
	}
	return newSet(models, func(m *dsl.Model) *Program { return compiled[m] })
}

func newSet(models []*dsl.Model, program func(*dsl.Model) *Program) *Set {
	s := &Set{byID: map[string]func() []*Program{}, names: map[string]bool{}}
	byID := map[string][]*dsl.Model{}
	for _, m := range models {
		byID[m.ID] = append(byID[m.ID], m)
		for _, f := range m.Facts {
			s.names[f.ID] = true
		}
	}
	for id, versions := range byID {
		s.ids = append(s.ids, id)
		sort.Slice(versions, func(i, j int) bool {
			a, b := versions[i], versions[j]
			if a.InForce != b.InForce {
				return a.InForce < b.InForce
			}
			return a.Version < b.Version
		})
		s.byID[id] = sync.OnceValue(func() []*Program {
			out := make([]*Program, len(versions))
			for i, m := range versions {
				out[i] = program(m)
			}
			return out
		})
	}
	sort.Strings(s.ids)
	return s
}

// PartOf returns the set as a part of a whole: of a fact that none of its models declares, elsewhere tells whether
// another model of the whole does.
func (s *Set) PartOf(elsewhere func(fact string) bool) *Set {
	part := *s
	part.elsewhere = elsewhere
	return &part
}

// IDs lists the models, sorted.
func (s *Set) IDs() []string { return s.ids }

// Versions returns the versions of a model in the order they come into force; none where there is no such model.
func (s *Set) Versions(id string) []*Program {
	if versions := s.byID[id]; versions != nil {
		return versions()
	}
	return nil
}

// Programs returns every version of every model.
func (s *Set) Programs() []*Program {
	var out []*Program
	for _, id := range s.ids {
		out = append(out, s.Versions(id)...)
	}
	return out
}

// Declares tells whether any model of the set or of the whole that it is part of, or a vocabulary that one uses,
// declares the fact.
func (s *Set) Declares(fact string) bool {
	return s.names[fact] || s.elsewhere != nil && s.elsewhere(fact)
}

// Query says what is asked of a case.
type Query struct {
	Model   string
	Version string        // "": the one in force when the case started (DESIGN 3.10)
	At      *calendar.Day // the day asked about; nil: the case's own, else Today
	Today   calendar.Day
	Lang    lang.Lang
	Explain bool // fill in Because
}

// Day returns the day that the query asks about for the case.
func (q Query) Day(c *Case) calendar.Day {
	if c.At != nil {
		return q.day(*c.At, true)
	}
	return q.day(0, false)
}

// day returns the day asked about, for a case that gives a day of its own or does not.
func (q Query) day(own calendar.Day, given bool) calendar.Day {
	switch {
	case q.At != nil:
		return *q.At
	case given:
		return own
	}
	return q.Today
}

// Choose returns the version of the model that answers for the case: the one asked for, or else the one in
// force on the day the case started; where that day is not known, on the day asked about; before the first
// version, the first. It returns nil, with a fault, where there is no such model or version.
func (s *Set) Choose(c *Case, q Query, faults *diag.List) *Program {
	versions := s.Versions(q.Model)
	if len(versions) == 0 {
		faults.Error(diag.Span{}, "query-unknown-model", diag.Args{"Model": q.Model, "Near": diag.Suggest(q.Model, s.ids), "Models": listed(s.ids)})
		return nil
	}
	if q.Version != "" {
		var names []string
		for _, p := range versions {
			if p.model.Version == q.Version {
				return p
			}
			names = append(names, p.model.Version)
		}
		faults.Error(diag.Span{}, "query-unknown-version", diag.Args{"Model": q.Model, "Version": q.Version, "Versions": listed(names)})
		return nil
	}
	began, known := calendar.Day(0), false
	if start := startOf(versions); start != nil {
		began, known = c.day(start.ID)
	}
	return versions[inForce(versions, q.Day(c), began, known)]
}

// startOf returns the fact that says when a case of the model started; nil where it names none.
func startOf(versions []*Program) *dsl.Fact { return versions[len(versions)-1].model.Start }

// inForce returns the place of the version that answers on the day asked about for a case that began on the
// given day, if that is known.
func inForce(versions []*Program, day, began calendar.Day, known bool) int {
	if known && (startOf(versions).Type.Kind != rule.Event || began <= day) {
		day = began
	}
	chosen := 0
	for i, p := range versions {
		if p.model.InForce <= day {
			chosen = i
		}
	}
	return chosen
}

// Decide answers what is next for the case. Where the case or the query is at fault it returns nil, and
// faults tells of everything that is wrong.
func (s *Set) Decide(c *Case, q Query, faults *diag.List) *Decision {
	p, facts := s.open(c, q, faults)
	if p == nil {
		return nil
	}
	if q.Explain {
		return p.Because(facts, q.Day(c), q.Lang)
	}
	return p.Decision(facts, q.Day(c), q.Lang)
}

// Explain answers with the reasons for every step and outcome. Where the case or the query is at fault it
// returns nil, and faults tells of everything that is wrong.
func (s *Set) Explain(c *Case, q Query, faults *diag.List) *Explanation {
	p, facts := s.open(c, q, faults)
	if p == nil {
		return nil
	}
	return p.Explain(facts, q.Day(c), q.Lang)
}

func (s *Set) open(c *Case, q Query, faults *diag.List) (*Program, *Facts) {
	p := s.Choose(c, q, faults)
	if p == nil {
		return nil, nil
	}
	var own diag.List
	facts := c.Bind(p, s.Declares, &own)
	*faults = append(*faults, own...)
	if own.HasErrors() {
		return nil, nil
	}
	return p, facts
}
