package cohort

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// track is one version of a model as a cohort uses it.
type track struct {
	program *interpreter.Program
	model   *dsl.Model
	facts   []int // the place in the space of each of the program's facts
	of      []int // the program's fact at each place of the space; -1: none
	items   [][]interpreter.RuleOf
	defines map[string]*rule.Expr
	start   int          // the place of the fact that tells when a case started; -1: none
	unasked []int        // places of facts that somebody could tell of unasked: all that are no event and no start
	from    calendar.Day // the first day on which a case that this version answers for can have opened
	until   calendar.Day // the last such day
	current bool         // it is the version in force on the day of the cohort
}

// longestAgo is how many days before the day of the cohort, or before a version was replaced, a case may have opened.
const longestAgo = 1100

// tracksOf returns the versions of a model that a case can live through, by the day of the cohort.
func tracksOf(s *Space, versions []*interpreter.Program, at calendar.Day) []*track {
	var out []*track
	for i, p := range versions {
		t := newTrack(s, p)
		t.until = at
		if i+1 < len(versions) {
			t.until = min(at, versions[i+1].Model().InForce-1)
		}
		t.from = t.until - longestAgo
		if i > 0 {
			t.from = max(t.from, p.Model().InForce)
		}
		t.current = t.until == at
		// Where no fact tells when a case started, the version in force on the day asked about answers for all of them.
		if t.from <= t.until && (t.current || t.start >= 0) {
			out = append(out, t)
		}
	}
	return out
}

func newTrack(s *Space, p *interpreter.Program) *track {
	m := p.Model()
	t := &track{
		program: p, model: m, start: -1,
		of: make([]int, len(s.Facts)), items: make([][]interpreter.RuleOf, len(m.Steps)), defines: m.Definitions(),
	}
	for k := range t.of {
		t.of[k] = -1
	}
	for i, f := range m.Facts {
		k := s.place(f.ID)
		t.facts = append(t.facts, k)
		t.of[k] = i
	}
	if m.Start != nil {
		t.start = s.place(m.Start.ID)
	}
	for _, k := range t.facts {
		if s.Facts[k].Kind != rule.Event && k != t.start {
			t.unasked = append(t.unasked, k)
		}
	}
	for _, r := range p.Rules() {
		if r.Item != nil {
			t.items[r.Step.Index] = append(t.items[r.Step.Index], r)
		}
	}
	return t
}

// put makes the program's facts say what is said at place k of the space.
func (t *track) put(f *interpreter.Facts, k int, said any) {
	i := t.of[k]
	if i < 0 {
		return
	}
	if _, nobody := said.(nobodyKnows); nobody {
		f.SetUnobtainable(i)
		return
	}
	f.Put(i, said)
}
