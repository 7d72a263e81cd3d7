package verify

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// maxPlaces bounds how many places at which cases get stuck are told of.
const maxPlaces = 12

// stuck finds the cases, of those whose facts can all be obtained, that no rule takes further: nothing is required, nothing
// comes later, no outcome holds and no fact is asked for. They are told apart by the place: the last steps done.
func (v *verifier) stuck() {
	bad := v.alive(func(*dsl.Step) bool { return true }).Not()
	isStuck := func(r *interpreter.Result) bool { return r.Status == interpreter.StuckCase && len(r.Stuck) == 0 }
	for range maxPlaces {
		c, a := v.search(bad, isStuck)
		if a == given {
			v.add(&Finding{Code: Unproven, Subjects: []string{string(Stuck)}, Weight: Fault})
		}
		if c == nil {
			return
		}
		last := v.lastDone(c)
		f := &Finding{Code: Stuck, Weight: Fault, Steps: last, Case: c}
		if !c.InOrder {
			f.Weight = Remark
		}
		for _, s := range last {
			f.Subjects = append(f.Subjects, s.ID)
		}
		v.add(f)
		if a == given {
			return
		}
		bad = v.s.And(bad, v.place(last).Not())
	}
	if w, a := v.smallest(bad, isStuck); a != none {
		f := &Finding{Code: Stuck, Subjects: []string{"..."}, Weight: Fault}
		if w != nil {
			f.Case = &Case{Witness: w}
		}
		v.add(f)
	}
}

// alive holds where something goes on by itself: one of the steps is required or comes later, a fact that a step or an outcome
// hangs on is asked for, or an outcome holds. Outcomes are asked about once no step is undetermined. What is unknown because an
// event has not happened is asked of nobody; where it is not plain whether that is so, it is left to the interpreter.
func (v *verifier) alive(steps func(*dsl.Step) bool) cells.Formula {
	out, undetermined := v.s.Closed(), cells.Never
	for i, s := range v.m.Steps {
		x := &v.s.Steps[i]
		if steps(s) {
			out = v.s.Or(out, x.Required, x.Scheduled)
		}
		undetermined = v.s.Or(undetermined, x.Undetermined)
		if asked, ok := v.s.Asked(s.Stage, s.When); ok {
			out = v.s.Or(out, v.s.And(x.Open, asked))
		}
	}
	for i, o := range v.m.Outcomes {
		if asked, ok := v.s.Asked(o.Stage, o.When); ok {
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
func (v *verifier) comesAfter(s, before *dsl.Step) bool {
	if v.ancestors == nil {
		v.ancestors = map[*dsl.Step]map[*dsl.Step]bool{}
	}
	return v.before(s)[before]
}

// before returns all that a step comes after.
func (v *verifier) before(s *dsl.Step) map[*dsl.Step]bool {
	if out, ok := v.ancestors[s]; ok {
		return out
	}
	out := map[*dsl.Step]bool{}
	for _, a := range s.After {
		out[a] = true
		for b := range v.before(a) {
			out[b] = true
		}
	}
	v.ancestors[s] = out
	return out
}

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
	still := v.alive(func(s *dsl.Step) bool { return !rounds(s) }).Not()
	for i, s := range v.m.Steps {
		if !rounds(s) {
			continue
		}
		x := &v.s.Steps[i]
		c, a := v.search(v.s.And(still, v.s.Or(x.Required, x.Scheduled)), func(r *interpreter.Result) bool {
			return (r.Status == interpreter.Open || r.Status == interpreter.Waiting) && !slices.ContainsFunc(r.Missing, func(m interpreter.Missing) bool {
				return !slices.ContainsFunc(m.Steps, func(i int32) bool { return rounds(v.m.Steps[i]) })
			})
		})
		switch {
		case a == given:
			v.add(&Finding{Code: Unproven, Subjects: []string{string(Endless), s.ID}, Weight: Fault, Steps: []*dsl.Step{s}})
		case c != nil:
			f := &Finding{Code: Endless, Subjects: []string{s.ID}, Weight: Fault, Steps: []*dsl.Step{s}, Case: c}
			if !c.InOrder {
				f.Weight = Remark
			}
			v.add(f)
		}
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
			c, answer := v.search(v.s.And(y.Required, x.Done, v.open()), func(r *interpreter.Result) bool {
				return r.StepStatus(j) == interpreter.Required && r.StepStatus(i) == interpreter.Done
			})
			f := &Finding{Code: Circle, Subjects: []string{a.ID, b.ID}, Weight: Fault, Steps: []*dsl.Step{a, b}, Case: c}
			switch {
			case answer == given:
				f.Code, f.Subjects = Unproven, append([]string{string(Circle)}, f.Subjects...)
				v.add(f)
			case c != nil:
				v.add(f)
			}
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
