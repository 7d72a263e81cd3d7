package cohort

import (
	"math"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/casefile"
	"github.com/stegvis/stegvis/interpreter"
)

// Space is the name space that the models of a set share: every fact that any of them declares, once, in the order of the
// columns of a table.
type Space struct {
	Facts   []*Fact
	Columns *casefile.Columns
}

// Fact is a fact of the name space, with the values that every model which declares it accepts.
type Fact struct {
	ID       string
	Kind     rule.Kind
	Values   []string // Enum, Set: in declared order
	Min, Max float64  // Int, Number
	Shared   bool     // it comes from a vocabulary

	ahead   bool      // a date that a step must wait for
	texts   []string  // Text: those that rules name
	numbers []float64 // Int, Number: those that rules compare it with
}

// NewSpace gathers the facts of every version of every model of the set.
func NewSpace(set *interpreter.Set) *Space {
	s := &Space{Columns: casefile.ColumnsOf(set)}
	s.Facts = make([]*Fact, len(s.Columns.List))
	programs := set.Programs()
	for _, shared := range [...]bool{true, false} {
		for _, p := range programs {
			for _, f := range p.Model().Facts {
				if f.Shared == shared {
					s.add(f)
				}
			}
		}
	}
	for _, p := range programs {
		s.lookAt(p.Model())
	}
	return s
}

// Index returns the place of a fact in the order of the space.
func (s *Space) Index(id string) (int, bool) { return s.Columns.Index(id) }

// place is the Index of a fact that the space has.
func (s *Space) place(id string) int {
	i, _ := s.Index(id)
	return i
}

// add takes up a fact, or narrows one that is there already to what both declarations accept.
func (s *Space) add(f *dsl.Fact) {
	i := s.place(f.ID)
	have := s.Facts[i]
	if have == nil {
		s.Facts[i] = &Fact{
			ID: f.ID, Kind: f.Type.Kind, Values: slices.Clone(f.Type.Values), Min: f.Type.Min, Max: f.Type.Max, Shared: f.Shared,
		}
		return
	}
	have.Values = slices.DeleteFunc(have.Values, func(v string) bool { return !slices.Contains(f.Type.Values, v) })
	have.Min, have.Max = max(have.Min, f.Type.Min), min(have.Max, f.Type.Max)
}

// possible tells whether there is any value that every model accepts.
func (f *Fact) possible() bool {
	switch f.Kind {
	case rule.Enum, rule.Set:
		return len(f.Values) > 0
	case rule.Int:
		return math.Ceil(f.Min) <= math.Floor(f.Max)
	case rule.Number:
		return f.Min <= f.Max
	}
	return true
}

// lookAt learns from the rules and times of a model which values of a fact make a difference.
func (s *Space) lookAt(m *dsl.Model) {
	for _, step := range m.Steps {
		times := []*dsl.Time{step.Time}
		if step.Stage != nil {
			times = append(times, step.Stage.Time)
		}
		for _, t := range times {
			if t != nil && t.NotBefore != nil && t.From.Type.Kind == rule.Date {
				s.Facts[s.place(t.From.ID)].ahead = true
			}
		}
	}
	for _, r := range m.Rules() {
		r.Expr.Walk(func(e *rule.Expr) {
			if len(e.Args) == 2 {
				s.compare(e)
			}
		})
	}
}

// compare notes what the facts on either side of a comparison are held against.
func (s *Space) compare(e *rule.Expr) {
	var facts []*Fact
	var numbers []float64
	var texts []string
	e.Walk(func(x *rule.Expr) {
		switch {
		case x.Op == rule.OpFact:
			facts = append(facts, s.Facts[s.place(x.Name)])
		case x.Op == rule.OpConst && x.Type.Kind == rule.Int:
			numbers = append(numbers, float64(x.Value))
		case x.Op == rule.OpConst && x.Type.Kind == rule.Number:
			numbers = append(numbers, x.Number)
		case x.Op == rule.OpConst && x.Type.Kind == rule.Text:
			texts = append(texts, x.Name)
		}
	})
	for _, f := range facts {
		switch f.Kind {
		case rule.Text:
			f.texts = union(f.texts, texts)
		case rule.Int, rule.Number:
			f.numbers = union(f.numbers, numbers)
		}
	}
}

func union[T comparable](have, more []T) []T {
	for _, v := range more {
		if !slices.Contains(have, v) {
			have = append(have, v)
		}
	}
	return have
}
