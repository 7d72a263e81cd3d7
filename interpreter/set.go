package interpreter

import (
	"sort"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Set is every version of every model of one consistent read, compiled. It is immutable: a reload makes a
// new one, and whoever holds a Set keeps getting answers from the same files.
type Set struct {
	byID  map[string][]*Program // in the order the versions come into force
	ids   []string
	names map[string]bool // facts that any of the models declares
}

// NewSet compiles the models of a read.
func NewSet(d *dsl.Set) *Set { return SetOf(compileAll(d.Models)) }

func compileAll(models []*dsl.Model) []*Program {
	out := make([]*Program, len(models))
	for i, m := range models {
		out[i] = Compile(m)
	}
	return out
}

// SetOf puts programs together. Two of the same model and version must not be among them.
func SetOf(programs []*Program) *Set {
	s := &Set{byID: map[string][]*Program{}, names: map[string]bool{}}
	for _, p := range programs {
		s.byID[p.model.ID] = append(s.byID[p.model.ID], p)
		for _, f := range p.model.Facts {
			s.names[f.ID] = true
		}
	}
	for id, versions := range s.byID {
		s.ids = append(s.ids, id)
		sort.Slice(versions, func(i, j int) bool {
			a, b := versions[i].model, versions[j].model
			if a.InForce != b.InForce {
				return a.InForce < b.InForce
			}
			return a.Version < b.Version
		})
	}
	sort.Strings(s.ids)
	return s
}

// IDs lists the models, sorted.
func (s *Set) IDs() []string { return s.ids }

// Versions returns the versions of a model in the order they come into force; none where there is no such model.
func (s *Set) Versions(id string) []*Program { return s.byID[id] }

// Programs returns every version of every model.
func (s *Set) Programs() []*Program {
	var out []*Program
	for _, id := range s.ids {
		out = append(out, s.byID[id]...)
	}
	return out
}

// Declares tells whether any model of the set, or a vocabulary that one uses, declares the fact.
func (s *Set) Declares(fact string) bool { return s.names[fact] }

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
	switch {
	case q.At != nil:
		return *q.At
	case c.At != nil:
		return *c.At
	}
	return q.Today
}

// Choose returns the version of the model that answers for the case: the one asked for, or else the one in
// force on the day the case started; where that day is not known, on the day asked about; before the first
// version, the first. It returns nil, with a fault, where there is no such model or version.
func (s *Set) Choose(c *Case, q Query, faults *diag.List) *Program {
	versions := s.byID[q.Model]
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
	day := q.Day(c)
	if start := versions[len(versions)-1].model.Start; start != nil {
		if d, ok := c.day(start.ID); ok && (start.Type.Kind != rule.Event || d <= day) {
			day = d
		}
	}
	chosen := versions[0]
	for _, p := range versions {
		if p.model.InForce <= day {
			chosen = p
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
		return p.Explain(facts, q.Day(c), q.Lang).Decision
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
