package dsl

import (
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Verdict tells how a model stands to a duty, as far as its structure shows.
type Verdict string

// The verdicts. Open: the structure does not settle it; it takes a proof over all cases.
const (
	MetDuty      Verdict = "met"
	NotMet       Verdict = "not_met"
	DoesNotApply Verdict = "does_not_apply"
	OpenDuty     Verdict = "open"
)

// worse tells which of two verdicts a duty has when its demands have them.
func worse(a, b Verdict) Verdict {
	rank := map[Verdict]int{DoesNotApply: 0, MetDuty: 1, OpenDuty: 2, NotMet: 3}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// Judgement is how a model stands to a duty.
type Judgement struct {
	Duty    *Duty
	Verdict Verdict
	Demands []DemandJudgement
}

// DemandJudgement is how a model stands to one demand, and why.
type DemandJudgement struct {
	Demand   *Demand
	Verdict  Verdict
	Why      Finding
	Steps    []*Step    // those that the finding is about
	Outcomes []*Outcome // OnEveryWay: those that can be reached past the steps, or that it is open for
	Actors   []*Term    // TakesPart: those that never do
	First    *Step      // Before: the step that goes first; Bounded: the first of the steps
}

// Finding names why a demand stands as it does; the words are the reader's language's.
type Finding string

// The findings.
const (
	NoSuchSteps     Finding = "no_such_steps"     // the model has none of the steps that the demand is about
	GuardedBy       Finding = "guarded"           // the steps' own rules see to it
	NeverAsks       Finding = "never_asks"        // no rule of the model looks at what the demand hangs on
	AskedTooLate    Finding = "asked_too_late"    // nothing before the steps looks at it, something else does
	NotSettled      Finding = "not_settled"       // the structure does not show it
	GoesFirst       Finding = "goes_first"        // a step that must be passed before
	NothingFirst    Finding = "nothing_first"     // no such step goes before
	OnTheWay        Finding = "on_the_way"        // every such outcome waits for one of the steps
	EveryoneIs      Finding = "everyone_is"       // each takes part
	SomeAreNot      Finding = "some_are_not"      // Actors never do
	IsBounded       Finding = "is_bounded"        // the first such step has a longest time
	NothingBounds   Finding = "nothing_bounds"    // it has none from an event that an earlier step records
	StartsNoMeasure Finding = "starts_no_measure" // there is no such step, where the duty wants one
)

// Judge holds the model against every duty of the overlays over it, by its structure alone.
func (m *Model) Judge() []Judgement {
	j := &judge{m: m, search: newSearch(m), before: map[*Step]map[*Step]bool{}}
	var out []Judgement
	for _, o := range m.Overlays {
		for _, d := range o.Duties {
			v := Judgement{Duty: d, Verdict: DoesNotApply}
			for _, demand := range d.Demands {
				dj := j.demand(demand)
				dj.Demand = demand
				v.Verdict = worse(v.Verdict, dj.Verdict)
				v.Demands = append(v.Demands, dj)
			}
			out = append(out, v)
		}
	}
	return out
}

type judge struct {
	m      *Model
	search *search
	before map[*Step]map[*Step]bool
}

func newSearch(m *Model) *search {
	s := &search{defines: map[string]*rule.Expr{}, total: searchTotal}
	for _, d := range m.Defines {
		s.defines[d.ID] = d.Rule.Expr
	}
	return s
}

func (j *judge) demand(d *Demand) DemandJudgement {
	var steps []*Step
	for _, s := range j.m.Steps {
		if d.Steps.Has(s) {
			steps = append(steps, s)
		}
	}
	switch d.Kind {
	case OnEveryWay:
		return j.onEveryWay(d, steps)
	case TakesPart:
		return j.takesPart(d, steps)
	case Bounded:
		return j.bounded(steps)
	}
	if len(steps) == 0 {
		return DemandJudgement{Verdict: DoesNotApply, Why: NoSuchSteps}
	}
	if d.Kind == Before {
		return j.goesBefore(d, steps)
	}
	return j.never(d, steps)
}

// guard lists the rules that must all be true for a step to apply.
func guard(s *Step) []*rule.Expr {
	var out []*rule.Expr
	if s.Stage != nil && s.Stage.When != nil {
		out = append(out, s.Stage.When.Expr)
	}
	if s.When != nil {
		out = append(out, s.When.Expr)
	}
	return out
}

func not(e *rule.Expr) *rule.Expr {
	return &rule.Expr{Op: rule.OpNot, Type: rule.Type{Kind: rule.Bool}, Args: []*rule.Expr{e}, Span: e.Span}
}

// never judges that none of the steps is required where the rule of the demand forbids it. A step is safe when its
// guard and what is forbidden exclude each other. It is not when nothing that leads to it looks at what the
// demand hangs on; else the structure does not settle it.
func (j *judge) never(d *Demand, steps []*Step) DemandJudgement {
	forbidden := d.When
	var breaks *rule.Expr
	if forbidden != nil {
		breaks = forbidden.Expr
	} else {
		forbidden = d.Unless
		breaks = not(d.Unless.Expr)
	}
	hangsOn := factNames(nil, forbidden.Expr)
	var blind, open []*Step
	for _, s := range steps {
		switch {
		case !j.search.possible(append(guard(s), breaks)...):
		case j.looksAt(s, hangsOn):
			open = append(open, s)
		default:
			blind = append(blind, s)
		}
	}
	switch {
	case len(blind) > 0 && !j.anyRuleLooksAt(hangsOn):
		return DemandJudgement{Verdict: NotMet, Why: NeverAsks, Steps: blind}
	case len(blind) > 0:
		return DemandJudgement{Verdict: NotMet, Why: AskedTooLate, Steps: blind}
	case len(open) > 0:
		return DemandJudgement{Verdict: OpenDuty, Why: NotSettled, Steps: open}
	}
	return DemandJudgement{Verdict: MetDuty, Why: GuardedBy, Steps: steps}
}

// looksAt tells whether a rule that leads to s looks at one of the facts: its own, its stage's, or those of a step that
// must be passed before it.
func (j *judge) looksAt(s *Step, facts map[string]bool) bool {
	for before := range j.ancestors(s) {
		if j.stepLooksAt(before, facts, true) {
			return true
		}
	}
	return j.stepLooksAt(s, facts, false)
}

func (j *judge) stepLooksAt(s *Step, facts map[string]bool, checklist bool) bool {
	rules := guard(s)
	if checklist {
		for _, item := range s.Done {
			rules = append(rules, item.Rule.Expr)
		}
	}
	for _, e := range rules {
		for name := range factNames(j.search.defines, e) {
			if facts[name] {
				return true
			}
		}
	}
	return false
}

func (j *judge) anyRuleLooksAt(facts map[string]bool) bool {
	for _, s := range j.m.Steps {
		if j.stepLooksAt(s, facts, true) {
			return true
		}
	}
	for _, o := range j.m.Outcomes {
		if o.When != nil {
			for name := range factNames(j.search.defines, o.When.Expr) {
				if facts[name] {
					return true
				}
			}
		}
	}
	return false
}

// factNames lists the facts that e looks at, definitions entered.
func factNames(defines map[string]*rule.Expr, e *rule.Expr) map[string]bool {
	out, entered := map[string]bool{}, map[string]bool{}
	var visit func(e *rule.Expr)
	visit = func(e *rule.Expr) {
		e.Walk(func(x *rule.Expr) {
			switch x.Op {
			case rule.OpFact, rule.OpKnown, rule.OpHappened:
				out[x.Name] = true
			case rule.OpDefine:
				if d := defines[x.Name]; d != nil && !entered[x.Name] {
					entered[x.Name] = true
					visit(d)
				}
			}
		})
	}
	visit(e)
	return out
}

// ancestors returns the steps that must be passed before s.
func (j *judge) ancestors(s *Step) map[*Step]bool {
	if out, ok := j.before[s]; ok {
		return out
	}
	out := map[*Step]bool{}
	for _, a := range s.After {
		out[a] = true
		for b := range j.ancestors(a) {
			out[b] = true
		}
	}
	j.before[s] = out
	return out
}

// certain tells whether u applies wherever all of the rules hold.
func (j *judge) certain(u *Step, rules ...*rule.Expr) bool {
	for _, g := range guard(u) {
		if j.search.possible(append(append([]*rule.Expr{}, rules...), not(g))...) {
			return false
		}
	}
	return true
}

// goesBefore judges that before each of the steps one of the others is done: one that must be passed before it, and that
// applies wherever it does.
func (j *judge) goesBefore(d *Demand, steps []*Step) DemandJudgement {
	out := DemandJudgement{Verdict: MetDuty, Why: GoesFirst}
	for _, s := range steps {
		var sure, maybe *Step
		for _, u := range j.m.Steps {
			if !j.ancestors(s)[u] || !d.First.Has(u) {
				continue
			}
			if maybe == nil {
				maybe = u
			}
			if sure == nil && j.certain(u, guard(s)...) {
				sure = u
			}
		}
		verdict, why, first := MetDuty, GoesFirst, sure
		switch {
		case sure != nil:
		case maybe != nil:
			verdict, why, first = OpenDuty, NotSettled, maybe
		default:
			verdict, why = NotMet, NothingFirst
		}
		switch {
		case verdict == out.Verdict:
			out.Steps = append(out.Steps, s)
			if out.First == nil {
				out.First = first
			}
		case worse(out.Verdict, verdict) == verdict:
			out = DemandJudgement{Verdict: verdict, Why: why, Steps: []*Step{s}, First: first}
		}
	}
	return out
}

// onEveryWay judges that each of the outcomes waits for one of the steps, wherever the demand speaks.
func (j *judge) onEveryWay(d *Demand, steps []*Step) DemandJudgement {
	out := DemandJudgement{Verdict: DoesNotApply, Why: NoSuchSteps, Steps: steps}
	for _, o := range j.m.Outcomes {
		if !d.Outcomes.Has(o) {
			continue
		}
		var rules []*rule.Expr
		if d.When != nil {
			rules = append(rules, d.When.Expr)
		}
		if o.When != nil {
			rules = append(rules, o.When.Expr)
		}
		if o.Stage != nil && o.Stage.When != nil {
			rules = append(rules, o.Stage.When.Expr)
		}
		if !j.search.possible(rules...) {
			continue // no such case ends there
		}
		verdict := NotMet
		if len(steps) > 0 {
			verdict = OpenDuty
		}
		for _, a := range o.After {
			for _, u := range steps {
				if (u == a || j.ancestors(a)[u]) && j.certain(u, rules...) {
					verdict = MetDuty
				}
			}
		}
		switch {
		case verdict == out.Verdict && verdict != MetDuty:
			out.Outcomes = append(out.Outcomes, o)
		case worse(out.Verdict, verdict) == verdict && verdict != out.Verdict:
			out.Verdict, out.Outcomes = verdict, nil
			if verdict != MetDuty {
				out.Outcomes = []*Outcome{o}
			}
		}
	}
	switch out.Verdict {
	case MetDuty:
		out.Why = OnTheWay
	case OpenDuty:
		out.Why = NotSettled
	}
	return out
}

// takesPart judges that each of the actors takes part in one of the steps.
func (j *judge) takesPart(d *Demand, steps []*Step) DemandJudgement {
	out := DemandJudgement{Verdict: MetDuty, Why: EveryoneIs, Steps: steps}
	for _, a := range d.Actors {
		is := false
		for _, s := range steps {
			is = is || s.Actor.ID == a.ID || among(s.With, a.ID)
		}
		if !is {
			out.Actors = append(out.Actors, a)
			out.Verdict, out.Why = NotMet, SomeAreNot
		}
	}
	return out
}

// bounded judges that the first of the steps in file order has a longest time, its own or its stage's, that counts from
// an event which a step that must be passed before it records.
func (j *judge) bounded(steps []*Step) DemandJudgement {
	if len(steps) == 0 {
		return DemandJudgement{Verdict: NotMet, Why: StartsNoMeasure}
	}
	s := steps[0]
	out := DemandJudgement{Verdict: NotMet, Why: NothingBounds, Steps: steps[:1], First: s}
	times := []*Time{s.Time}
	if s.Stage != nil {
		times = append(times, s.Stage.Time)
	}
	for _, t := range times {
		if t == nil || t.Max == nil {
			continue
		}
		for before := range j.ancestors(s) {
			for _, item := range before.Done {
				for _, f := range item.Facts {
					if f == t.From {
						out.Verdict, out.Why = MetDuty, IsBounded
					}
				}
			}
		}
	}
	return out
}

// LawText returns where the demand stands, as lawyers cite it.
func (d *Demand) LawText() lang.Text {
	if !d.Law.IsZero() {
		return d.Law
	}
	return d.Duty.Law
}

// TitleText returns what is demanded.
func (d *Demand) TitleText() lang.Text {
	if !d.Title.IsZero() {
		return d.Title
	}
	return d.Duty.Title
}
