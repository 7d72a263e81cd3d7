package verify

import (
	"slices"
	"strconv"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/internal/analysis/ways"
)

// openTests tells of the tests that cells cannot settle.
func (v *verifier) openTests() {
	for _, e := range acceptedCases(v.m) {
		v.s.Rule(e) // the others have been come to already
	}
	for _, open := range v.s.Open {
		owner := v.ownerOf(open)
		text := open.String()
		v.add(&Finding{Code: Unproven, Subjects: []string{owner.id(), text}, Weight: Fault, Owner: owner, Clause: text})
	}
}

// acceptedCases lists the rules of the cases in which findings are accepted.
func acceptedCases(m *dsl.Model) (out []*rule.Expr) {
	for _, a := range m.Accepts {
		if a.When != nil {
			out = append(out, a.When.Expr)
		}
	}
	return out
}

// datedTests tells of the tests that compare with a calendar date. What is proven holds on the day that cases are seen on; on
// another such a test can come out differently.
func (v *verifier) datedTests() {
	for _, e := range append(cells.Rules(v.m), acceptedCases(v.m)...) {
		e.Walk(func(x *rule.Expr) {
			if x.Op < rule.OpEq || x.Op > rule.OpIn {
				return
			}
			dated := slices.ContainsFunc(slices.Concat(x.Args, x.Args[1].Args), func(a *rule.Expr) bool { return a.Op == rule.OpConst && a.Type.Kind == rule.Date })
			if dated {
				owner, text := v.ownerOf(x), x.String()
				v.add(&Finding{Code: OneDay, Subjects: []string{owner.id(), text}, Weight: Remark, Owner: owner, Clause: text})
			}
		})
	}
}

// ownerOf finds the rule in which an expression stands.
func (v *verifier) ownerOf(e *rule.Expr) (out Owner) {
	try := func(of Owner, r *dsl.Rule) {
		if r != nil {
			r.Expr.Walk(func(x *rule.Expr) {
				if x == e {
					out = of
				}
			})
		}
	}
	for _, d := range v.m.Defines {
		try(Owner{Define: d}, d.Rule)
	}
	for _, s := range v.m.Stages {
		try(Owner{Stage: s}, s.When)
	}
	for _, s := range v.m.Steps {
		try(Owner{Step: s}, s.When)
		for k, item := range s.Done {
			try(Owner{Step: s, Item: item, Number: k + 1}, item.Rule)
		}
	}
	for _, o := range v.m.Outcomes {
		try(Owner{Outcome: o}, o.When)
	}
	for _, a := range v.m.Accepts {
		try(Owner{Accept: a}, a.When)
	}
	return out
}

// id names the owner in the ids of findings.
func (o Owner) id() string {
	switch {
	case o.Define != nil:
		return "define." + o.Define.ID
	case o.Stage != nil:
		return "stage." + o.Stage.ID
	case o.Item != nil:
		return "step." + o.Step.ID + ".done." + strconv.Itoa(o.Number)
	case o.Step != nil:
		return "step." + o.Step.ID
	case o.Outcome != nil:
		return "outcome." + o.Outcome.ID
	case o.Accept != nil:
		return "accept." + o.Accept.ID
	}
	return "overlay"
}

// lateness finds steps that are late from the first day on which they are required.
func (v *verifier) lateness() {
	for i, s := range v.m.Steps {
		x := &v.s.Steps[i]
		if v.s.Possible(x.Late, v.open()) && !v.s.Possible(x.Required, x.Late.Not(), v.open()) {
			v.add(&Finding{Code: AlwaysLate, Subjects: []string{s.ID}, Weight: Fault, Steps: []*dsl.Step{s}})
		}
	}
}

// ways holds the times of stages and steps against the limits of the whole case: the longest times that follow on one
// another within a limit, which can be kept while it is missed; and the shortest stays, which it must leave room for.
func (v *verifier) ways() {
	stretches := ways.StretchesOf(v.m)
	for _, limit := range v.m.Limits {
		long, short := v.way.Chain(limit, stretches, ways.LongestTime), v.way.Chain(limit, stretches, ways.ShortestStay)
		if long != nil && long.Exceeds(ways.LongestTime) {
			v.add(&Finding{Code: LongWay, Subjects: []string{limit.ID}, Weight: Fault, Limit: limit, Way: long})
		}
		if short != nil && short.Exceeds(ways.ShortestStay) && short.Fewest > limit.Max.MinDays() {
			v.add(&Finding{Code: ShortLimit, Subjects: []string{limit.ID}, Weight: Fault, Limit: limit, Way: short})
		}
	}
}
