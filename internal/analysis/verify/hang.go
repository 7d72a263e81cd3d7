package verify

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// hangsOn finds what a case can hang on: facts that stop it when they are asked for and nobody can tell them, though it goes on
// when they are told. Then nothing is required of anybody, and the model does not say who decides. Most often it is one fact;
// several together are told of where none of them alone stops any case. A fact that only checklists ask for stops nobody: the
// step stays required of its actor.
func (v *verifier) hangsOn() {
	facts := v.decidingFacts()
	if len(facts) == 0 {
		return
	}
	any, asked := cells.Never, v.ordered
	for _, f := range facts {
		untold := v.s.Untold(v.s.Domains[f.Index])
		any = v.s.Or(any, untold)
		if !v.unasked[f.Index] {
			asked = v.s.And(asked, v.s.Or(untold.Not(), v.askers[f.Index]))
		}
	}
	all := func(*dsl.Step) bool { return true }
	left := v.s.And(any, v.alive(all, asking{untold: true}).Not(), v.alive(all, asking{wide: true}))
	hangs := func(r *interpreter.Result) bool { return v.hangs(r, facts) }
	// by tells of what hangs on the facts of a set and on no others, and takes the cases that hang on them all out of what is left.
	by := func(set func(*dsl.Fact) bool) {
		f, together, only := Finding{Code: HangsOn, Weight: Remark}, cells.Always, cells.Always
		for _, x := range facts {
			untold := v.s.Untold(v.s.Domains[x.Index])
			if !set(x) {
				only = v.s.And(only, untold.Not())
				continue
			}
			together = v.s.And(together, untold)
			f.Facts, f.Subjects = append(f.Facts, x), append(f.Subjects, x.ID)
		}
		here := v.s.And(left, together, only)
		if v.s.Solve(here) == nil {
			return
		}
		v.tell(f.ID(), func(where cells.Formula) *Finding {
			c, a := v.searchIn(v.s.And(here, where), asked, hangs)
			return f.shownBy(c, a, func(*Case) bool { return true })
		})
		left = v.s.And(left, together.Not())
	}
	for _, f := range facts {
		by(func(x *dsl.Fact) bool { return x == f })
	}
	for {
		w, a := v.smallest(left, hangs)
		if a == given {
			v.add(&Finding{Code: Unproven, Subjects: []string{string(HangsOn)}, Weight: Remark})
		}
		if w == nil {
			return
		}
		by(func(x *dsl.Fact) bool { return w.Untold[x.Index] })
	}
}

// decidingFacts lists the facts, other than events, that decide whether a step applies or an outcome holds.
func (v *verifier) decidingFacts() (out []*dsl.Fact) {
	decides := map[*dsl.Fact]bool{}
	look := func(stage *dsl.Stage, when *dsl.Rule) {
		for f := range v.guardFacts(stage, when) {
			decides[f] = true
		}
	}
	for _, s := range v.m.Steps {
		look(s.Stage, s.When)
	}
	for _, o := range v.m.Outcomes {
		look(o.Stage, o.When)
	}
	for _, f := range v.m.Facts {
		if decides[f] {
			out = append(out, f)
		}
	}
	return out
}

// hangs tells whether the case that was decided last is stuck on facts that nobody can tell, and would not be if they were yet
// to be asked for.
func (v *verifier) hangs(r *interpreter.Result, facts []*dsl.Fact) bool {
	if r.Status != interpreter.StuckCase || len(r.Stuck) == 0 {
		return false
	}
	var untold []int
	for _, f := range facts {
		if v.facts.IsUnobtainable(f.Index) {
			untold = append(untold, f.Index)
			v.facts.Forget(f.Index)
		}
	}
	v.p.Decide(v.facts, v.day, &v.told)
	for _, i := range untold {
		v.facts.SetUnobtainable(i)
	}
	return v.told.Status != interpreter.StuckCase
}
