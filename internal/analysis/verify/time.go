package verify

import (
	"slices"
	"strconv"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
)

// openTests tells of the tests that cells cannot settle.
func (v *verifier) openTests() {
	for _, open := range v.s.Open {
		owner := v.ownerOf(open)
		text := open.String()
		v.add(&Finding{Code: Unproven, Subjects: []string{owner.id(), text}, Weight: Fault, Owner: owner, Clause: text})
	}
}

// datedTests tells of the tests that compare with a calendar date. What is proven holds on the day that cases are seen on; on
// another such a test can come out differently.
func (v *verifier) datedTests() {
	for _, e := range cells.Rules(v.m) {
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

// Way is a row of times that a case can pass one after another between the ends of a limit.
type Way struct {
	Limit *dsl.Limit
	Parts []Stretch
	// The fewest and the most days that the times come to, since months are of different lengths.
	Fewest, Most int
}

// Stretch is one time of a way: a stage's, or a step's.
type Stretch struct {
	Stage *dsl.Stage
	Step  *dsl.Step
	Time  *dsl.Time
}

func (x Stretch) steps() []*dsl.Step {
	if x.Stage != nil {
		return x.Stage.Steps
	}
	return []*dsl.Step{x.Step}
}

// bound picks one of the durations of a time.
type bound func(*dsl.Time) *calendar.Duration

func longest(t *dsl.Time) *calendar.Duration { return t.Max }

// shortest is the shortest stay, or the time before which a step is not required.
func shortest(t *dsl.Time) *calendar.Duration {
	if t.Min == nil || t.NotBefore != nil && t.NotBefore.MinDays() > t.Min.MinDays() {
		return t.NotBefore
	}
	return t.Min
}

// exceeds tells whether the way can take longer than its limit. Durations of one unit are held against each other as such: six
// months are never longer than six months, whatever days they fall on.
func (w *Way) exceeds(b bound) bool {
	n := 0
	for _, x := range w.Parts {
		d := b(x.Time)
		if d.Unit != w.Limit.Max.Unit {
			return w.Most > w.Limit.Max.MinDays()
		}
		n += d.N
	}
	return n > w.Limit.Max.N
}

// ways holds the times of stages and steps against the limits of the whole case: the longest times that follow on one
// another within a limit, which can be kept while it is missed; and the shortest stays, which it must leave room for.
func (v *verifier) ways() {
	var stretches []Stretch
	for _, s := range v.m.Stages {
		if s.Time != nil {
			stretches = append(stretches, Stretch{Stage: s, Time: s.Time})
		}
	}
	for _, s := range v.m.Steps {
		if s.Time != nil && s.Every == nil {
			stretches = append(stretches, Stretch{Step: s, Time: s.Time})
		}
	}
	for _, limit := range v.m.Limits {
		long, short := v.longest(limit, stretches, longest), v.longest(limit, stretches, shortest)
		if long != nil && long.exceeds(longest) {
			v.add(&Finding{Code: LongWay, Subjects: []string{limit.ID}, Weight: Fault, Limit: limit, Way: long})
		}
		if short != nil && short.exceeds(shortest) && short.Fewest > limit.Max.MinDays() {
			v.add(&Finding{Code: ShortLimit, Subjects: []string{limit.ID}, Weight: Fault, Limit: limit, Way: short})
		}
	}
}

// longest returns the way whose times, measured so, come to most; nil where there is none.
func (v *verifier) longest(limit *dsl.Limit, stretches []Stretch, bound bound) (out *Way) {
	best := make([]*Way, len(stretches))
	busy := make([]bool, len(stretches))
	var until func(i int) *Way // the longest way that ends with a stretch
	until = func(i int) *Way {
		x := stretches[i]
		d := bound(x.Time)
		if best[i] != nil || busy[i] || d == nil || d.N == 0 || !v.within(x, limit) {
			return best[i]
		}
		busy[i] = true
		w := &Way{Limit: limit}
		for k, earlier := range stretches {
			if k != i && v.follows(x, earlier) {
				if b := until(k); b != nil && b.Most > w.Most {
					w = b
				}
			}
		}
		best[i] = &Way{limit, append(slices.Clone(w.Parts), x), w.Fewest + d.MinDays(), w.Most + d.MaxDays()}
		return best[i]
	}
	for i := range stretches {
		if w := until(i); w != nil && (out == nil || w.Most > out.Most) {
			out = w
		}
	}
	return out
}

// recorders returns the steps whose checklists ask for the fact.
func (v *verifier) recorders(f *dsl.Fact) (out []*dsl.Step) {
	for _, s := range v.m.Steps {
		if slices.ContainsFunc(s.Done, func(i *dsl.Item) bool { return slices.Contains(i.Facts, f) }) {
			out = append(out, s)
		}
	}
	return out
}

// within tells whether a stretch lies between the ends of the limit: it counts from the limit's first event, or from one that
// is recorded after that; and its steps do not all come after the limit's end.
func (v *verifier) within(x Stretch, limit *dsl.Limit) bool {
	begins := x.Time.From == limit.From
	for _, first := range v.recorders(limit.From) {
		for _, r := range v.recorders(x.Time.From) {
			begins = begins || r == first || v.comesAfter(r, first)
		}
	}
	return begins && slices.ContainsFunc(limit.Until, func(f *dsl.Fact) bool {
		last := v.recorders(f)
		return last == nil || slices.ContainsFunc(last, func(end *dsl.Step) bool {
			return slices.ContainsFunc(x.steps(), func(s *dsl.Step) bool { return !v.comesAfter(s, end) })
		})
	})
}

// follows tells whether a stretch counts from an event that is recorded after a step of the earlier one.
func (v *verifier) follows(x, earlier Stretch) bool {
	return slices.ContainsFunc(v.recorders(x.Time.From), func(r *dsl.Step) bool {
		return slices.ContainsFunc(earlier.steps(), func(s *dsl.Step) bool { return v.comesAfter(r, s) })
	})
}
