package access

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// Explanation returns the explanation as the sight has it, in words of l; x itself is left as it is. It does so as Decision. Where
// steps stand stays. Clauses and days that rest on a fact that is not seen are replaced or left out whole: the parts that are seen
// would give away the others. So do single facts that would move a step in which such a fact has a say, and outcomes that do not close
// the case.
func (s *Sight) Explanation(p *interpreter.Program, x *interpreter.Explanation, l lang.Lang) *interpreter.Explanation {
	if x == nil || s.all(p.Model()) {
		return x
	}
	v := newVeil(s, p.Model(), x.Decision, l)
	out := &interpreter.Explanation{Steps: make([]interpreter.Reasons, len(x.Steps)), Outcomes: []interpreter.OutcomeReasons{}}
	byStep := map[string]*interpreter.Reasons{}
	for i := range x.Steps {
		out.Steps[i] = v.reasons(&x.Steps[i])
		byStep[x.Steps[i].Step] = &out.Steps[i]
	}
	for i, o := range v.m.Outcomes {
		r := x.Outcomes[i]
		closes := x.Outcome != nil && x.Outcome.ID == o.ID
		if !closes && v.hides(v.applies(o.Stage, o.When), "") {
			continue
		}
		r.Applies = v.applied(r.Applies, o.Stage, o.When)
		out.Outcomes = append(out.Outcomes, r)
	}
	out.Decision = v.decision(byStep)
	return out
}

func (v *veil) reasons(r *interpreter.Reasons) interpreter.Reasons {
	out, s := *r, v.steps[r.Step]
	out.Applies = v.applied(r.Applies, s.Stage, s.When)
	out.Items = slices.Clone(r.Items)
	for k, item := range s.Done {
		if !v.hides(v.item(item), "") {
			continue
		}
		x := &out.Items[k]
		x.Clause = v.hidden()
		if !v.does(s) {
			// All that is told of it is what follows from where the step stands.
			x.ID, x.Title, x.Met = nil, v.say("hidden.item"), r.Status == interpreter.Done.String()
		}
	}
	if v.hides(v.times(s), "") { // whichever of them bounds it: which one does would tell
		out.Time = nil
	}
	out.Changes = []interpreter.Change{}
	for _, c := range r.Changes {
		if v.s.Fact(c.Fact) && !v.moved(c.Fact, s).hidden {
			out.Changes = append(out.Changes, c)
		}
	}
	return out
}

// applied are the rules of a stage and of one of its parts, where there are such, each whole or not at all.
func (v *veil) applied(all []interpreter.Clause, stage *dsl.Stage, when *dsl.Rule) []interpreter.Clause {
	out := slices.Clone(all)
	for i, e := range v.rules(stage, when) {
		if v.hides(v.names(e).facts, "") {
			out[i] = v.hidden()
		}
	}
	return out
}

// hidden stands for a clause that is not seen. No clause of a rule is without its rule.
func (v *veil) hidden() interpreter.Clause {
	return interpreter.Clause{Text: v.say("hidden.clause"), Facts: []interpreter.FactState{}, Parts: []interpreter.Clause{}}
}
