package verify

import (
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// maxPlaces bounds how many places at which cases get stuck are told of.
const maxPlaces = 12

// stuck finds the cases, of those whose facts can all be obtained, that no rule takes further: nothing is required, nothing
// comes later, no outcome holds and no fact is asked for. They are told apart by the place: the last steps done. The places at
// which the file accepts it go first, so that they are not among those that are only counted.
func (v *verifier) stuck() {
	bad := v.alive(func(*dsl.Step) bool { return true }, asking{}).Not()
	for _, last := range v.acceptedPlaces() {
		at := v.s.And(bad, v.place(last))
		v.tell(stuckAfter(last).ID(), func(where cells.Formula) *Finding {
			c, a := v.search(v.s.And(at, where), isStuck)
			if a == given {
				v.unproven(Stuck)
			}
			return v.stuckIn(c)
		})
		bad = v.s.And(bad, v.place(last).Not())
	}
	for range maxPlaces {
		c, a := v.search(bad, isStuck)
		if a == given {
			v.unproven(Stuck)
		}
		if c == nil {
			return
		}
		f := v.stuckIn(c)
		v.add(f)
		if a == given {
			return
		}
		bad = v.s.And(bad, v.place(f.Steps).Not())
	}
	if w, a := v.smallest(bad, isStuck); a != none {
		f := &Finding{Code: Stuck, Subjects: []string{"..."}, Weight: Fault}
		if w != nil {
			f.Case = &Case{Witness: w}
		}
		v.add(f)
	}
}

func isStuck(r *interpreter.Result) bool {
	return r.Status == interpreter.StuckCase && len(r.Stuck) == 0
}

// stuckAfter is the finding that cases get stuck after these steps.
func stuckAfter(last []*dsl.Step) *Finding {
	f := &Finding{Code: Stuck, Weight: Fault, Steps: last}
	for _, s := range last {
		f.Subjects = append(f.Subjects, s.ID)
	}
	return f
}

// stuckIn is the finding that a stuck case shows; nil without one.
func (v *verifier) stuckIn(c *Case) *Finding {
	if c == nil {
		return nil
	}
	f := stuckAfter(v.lastDone(c))
	if f.Case = c; !c.InOrder {
		f.Weight = Remark
	}
	return f
}

// acceptedPlaces lists the places at which the file accepts that cases get stuck.
func (v *verifier) acceptedPlaces() (out [][]*dsl.Step) {
	seen := map[string]bool{}
	for _, a := range v.m.Accepts {
		for _, id := range a.Findings {
			names, ok := strings.CutPrefix(id, string(Stuck)+"/")
			if !ok || seen[id] {
				continue
			}
			seen[id] = true
			var last []*dsl.Step
			for _, s := range v.m.Steps {
				if slices.Contains(strings.Split(names, "+"), s.ID) {
					last = append(last, s)
				}
			}
			out = append(out, last)
		}
	}
	return out
}

// asking says what of the asking for facts is looked at.
type asking struct {
	untold bool // that nobody can tell some
	wide   bool // where it is not plain whether something is asked for, it counts as if it were; else as if it were not
}

// alive holds where something goes on by itself: one of the steps is required or comes later, a fact that a step or an outcome
// hangs on is asked for, or an outcome holds. Outcomes are asked about once no step is undetermined. What is unknown because an
// event has not happened is asked of nobody; where it is not plain whether that is so, it is left to the interpreter.
func (v *verifier) alive(steps func(*dsl.Step) bool, how asking) cells.Formula {
	out, undetermined := v.s.Closed(), cells.Never
	for i, s := range v.m.Steps {
		x := &v.s.Steps[i]
		if steps(s) {
			out = v.s.Or(out, x.Required, x.Scheduled)
		}
		undetermined = v.s.Or(undetermined, x.Undetermined)
		if asked, ok := v.s.Asked(s.Stage, s.When, how.untold); ok || how.wide {
			out = v.s.Or(out, v.s.And(x.Open, asked))
		}
	}
	for i, o := range v.m.Outcomes {
		if asked, ok := v.s.Asked(o.Stage, o.When, how.untold); ok || how.wide {
			out = v.s.Or(out, v.s.And(v.s.Outcomes[i].Open, asked, undetermined.Not()))
		}
	}
	return out
}

// lastDone returns the steps done after which no other is.
func (v *verifier) lastDone(c *Case) (out []*dsl.Step) {
	for i, s := range v.m.Steps {
		if c.Holds(v.last(i)) {
			out = append(out, s)
		}
	}
	return out
}

// last holds where the step is done and none of those that come after it is, directly or past others.
func (v *verifier) last(step int) cells.Formula {
	out := v.s.Steps[step].Done
	for i := range v.m.Steps {
		if v.comesAfter(v.m.Steps[i], v.m.Steps[step]) {
			out = v.s.And(out, v.s.Steps[i].Done.Not())
		}
	}
	return out
}

// comesAfter tells whether s comes after the step before, directly or past others.
func (v *verifier) comesAfter(s, before *dsl.Step) bool { return v.way.ComesAfter(s, before) }

// place holds where exactly these steps are the last done.
func (v *verifier) place(last []*dsl.Step) cells.Formula {
	out := cells.Always
	for i, s := range v.m.Steps {
		if slices.Contains(last, s) {
			out = v.s.And(out, v.last(i))
		} else {
			out = v.s.And(out, v.last(i).Not())
		}
	}
	return out
}

// endless finds the cases that only go round: steps come back, all others are over, no outcome holds and no fact is asked
// for that could change it.
func (v *verifier) endless() {
	rounds := func(s *dsl.Step) bool { return s.Every != nil }
	still := v.alive(func(s *dsl.Step) bool { return !rounds(s) }, asking{}).Not()
	for i, s := range v.m.Steps {
		if !rounds(s) {
			continue
		}
		x, f := &v.s.Steps[i], Finding{Code: Endless, Subjects: []string{s.ID}, Weight: Fault, Steps: []*dsl.Step{s}}
		v.tell(f.ID(), func(where cells.Formula) *Finding {
			c, a := v.search(v.s.And(still, v.s.Or(x.Required, x.Scheduled), where), func(r *interpreter.Result) bool {
				return (r.Status == interpreter.Open || r.Status == interpreter.Waiting) && !slices.ContainsFunc(r.Missing, func(m interpreter.Missing) bool {
					return !slices.ContainsFunc(m.Steps, func(i int32) bool { return rounds(v.m.Steps[i]) })
				})
			})
			return f.shownBy(c, a, func(c *Case) bool { return c.InOrder })
		})
	}
}

// circles finds pairs of steps that undo each other: each is required where the other is done, both apply at once, and in no
// case are both done. Whoever does what is required goes round between them.
func (v *verifier) circles() {
	facts := make([]map[*dsl.Fact]bool, len(v.m.Steps))
	for i, s := range v.m.Steps {
		facts[i] = map[*dsl.Fact]bool{}
		for _, item := range s.Done {
			v.lookAt(item.Rule, facts[i])
		}
	}
	for i, a := range v.m.Steps {
		for j := i + 1; j < len(v.m.Steps); j++ {
			if !share(facts[i], facts[j]) {
				continue
			}
			x, y, b := &v.s.Steps[i], &v.s.Steps[j], v.m.Steps[j]
			if !v.s.Possible(x.Required, y.Done, v.open()) || !v.s.Possible(y.Required, x.Done, v.open()) || v.s.Possible(x.Done, y.Done) {
				continue
			}
			f := Finding{Code: Circle, Subjects: []string{a.ID, b.ID}, Weight: Fault, Steps: []*dsl.Step{a, b}}
			v.tell(f.ID(), func(where cells.Formula) *Finding {
				c, a := v.search(v.s.And(y.Required, x.Done, v.open(), where), func(r *interpreter.Result) bool {
					return r.StepStatus(j) == interpreter.Required && r.StepStatus(i) == interpreter.Done
				})
				return f.shownBy(c, a, func(*Case) bool { return true })
			})
		}
	}
}

func share(a, b map[*dsl.Fact]bool) bool {
	for f := range a {
		if b[f] {
			return true
		}
	}
	return false
}
