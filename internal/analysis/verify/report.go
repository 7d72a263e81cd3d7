package verify

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/interpreter"
)

// Code says what a finding is about. It is stable, as are the names that follow it in Finding.ID.
type Code string

// The codes, each with what its subjects are.
const (
	Stuck           Code = "stuck"            // the steps after which nothing follows; none: at the beginning
	Endless         Code = "endless"          // the steps that come back while nothing else is left
	Circle          Code = "circle"           // two steps, each of which undoes the other
	Clash           Code = "clash"            // two outcomes that claim one case
	Overlap         Code = "overlap"          // an outcome that stands before others that claim the same cases, out of order
	DeadStep        Code = "dead-step"        // a step that is never required
	DeadOutcome     Code = "dead-outcome"     // an outcome that never holds
	ShadowedOutcome Code = "shadowed-outcome" // an outcome that earlier ones always come before
	RedundantClause Code = "redundant-clause" // a rule's owner, and the clause
	AlwaysLate      Code = "always-late"      // a step that is late as soon as it is required
	LongWay         Code = "long-way"         // a limit that can be missed though every time is kept
	ShortLimit      Code = "short-limit"      // a limit that the shortest stays do not fit into
	DutyNotMet      Code = "duty"             // an overlay and its duty
	OneDay          Code = "one-day"          // a rule's owner, and the test that compares with a calendar date
	Unproven        Code = "unproven"         // a rule's owner, and the test that cannot be settled
	HangsOn         Code = "hangs-on"         // the facts that stop a case when nobody can tell them
	StaleAccept     Code = "stale-accept"     // what the file accepts, and the finding that is not there
)

// Codes lists the codes, in the order that findings are told in.
var Codes = []Code{Stuck, Endless, Circle, Clash, Overlap, HangsOn, DeadStep, DeadOutcome, ShadowedOutcome, RedundantClause, AlwaysLate, LongWay, ShortLimit, DutyNotMet, OneDay, Unproven, StaleAccept}

// Weight says what a finding asks of its reader.
type Weight string

// The weights.
const (
	Fault    Weight = "fault"    // it is to be mended, or accepted with a reason
	Remark   Weight = "remark"   // worth knowing: it comes about only out of order, or nothing hangs on it
	Accepted Weight = "accepted" // the file accepts it, with a reason
)

// Finding is one thing that does not hold of a model.
type Finding struct {
	Code     Code
	Subjects []string // ids of what it is about, as Code says
	Weight   Weight
	Steps    []*dsl.Step
	Outcomes []*dsl.Outcome
	Facts    []*dsl.Fact
	Limit    *dsl.Limit
	Way      *ways.Chain
	Duty     *dsl.Duty
	Clause   string      // as rules are written
	Owner    Owner       // of the rule with the clause
	Case     *Case       // the smallest that shows it; nil where none can
	Near     string      // StaleAccept: a finding that it may have meant; "" where none is near
	Accept   *dsl.Accept // what accepts it; of StaleAccept: what accepts nothing
}

// ID names the finding: its code and its subjects. It stays the same while what it is about keeps its name. Where the file accepts
// it in some cases alone, what it finds in these and what it finds in others have one ID.
func (f *Finding) ID() string { return string(f.Code) + "/" + strings.Join(f.Subjects, "+") }

// Case shows a finding.
type Case struct {
	*cells.Witness
	Lived   bool        // a history leads to it
	InOrder bool        // its facts can come in the order that the steps ask for them
	History []*dsl.Fact // Lived: the facts in such an order, one by one
	Step    *dsl.Step   // the step that breaks a duty, where one does
	Outcome *dsl.Outcome
}

// DutyResult is how a model stands to a duty, over all cases.
type DutyResult struct {
	Duty    *dsl.Duty
	Verdict Verdict
	Demands []DemandResult
}

// DemandResult is how a model stands to one demand.
type DemandResult struct {
	Demand  *dsl.Demand
	Verdict Verdict
	Why     dsl.Finding // what the structure of the model says of it
	Steps   []*dsl.Step // those that break it; Bounded, TakesPart: those it is about
	Actors  []*dsl.Term // TakesPart: those that never do
	Case    *Case       // one that breaks it
}

// Verdict tells how a model stands to a duty.
type Verdict string

// The verdicts.
const (
	Met         Verdict = "met"          // in every case
	MetInOrder  Verdict = "met_in_order" // in every case whose facts come in order
	NotMet      Verdict = "not_met"
	NotApplying Verdict = "does_not_apply"
	NotProven   Verdict = "unproven"
)

// worse tells which verdict a duty has when its demands have these.
func worse(a, b Verdict) Verdict {
	order := []Verdict{NotApplying, Met, MetInOrder, NotProven, NotMet}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// Report is what was found of one version of a model.
type Report struct {
	Model    *dsl.Model
	Program  *interpreter.Program
	Day      calendar.Day // the day that the cases are seen on
	Findings []*Finding   // by code; those about outcomes in the file's order
	Duties   []DutyResult
}

// Count counts the findings of a weight.
func (r *Report) Count(w Weight) (n int) {
	for _, f := range r.Findings {
		if f.Weight == w {
			n++
		}
	}
	return n
}

// Run verifies the model of the program as seen on a day. It gives the same report for the same files and the same day.
func Run(p *interpreter.Program, day calendar.Day) *Report {
	v := newVerifier(p, day)
	v.openTests()
	v.datedTests()
	v.stuck()
	v.endless()
	v.circles()
	v.clashes()
	v.vainSteps()
	v.vainOutcomes()
	v.vainClauses()
	v.lateness()
	v.ways()
	v.duties()
	v.unmetDuties()
	v.hangsOn() // last, since what nobody can tell is a variable from here on
	v.staleAccepts()
	slices.SortStableFunc(v.report.Findings, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(slices.Index(Codes, a.Code), slices.Index(Codes, b.Code)), slices.CompareFunc(a.Outcomes, b.Outcomes, func(a, b *dsl.Outcome) int {
			return cmp.Compare(a.Index, b.Index)
		}))
	})
	return v.report
}

// Finding returns the finding with the id, nil where there is none. Of one that is accepted in some cases it is what remains.
func (r *Report) Finding(id string) (out *Finding) {
	for _, f := range r.Findings {
		if f.ID() == id && (out == nil || out.Weight == Accepted) {
			out = f
		}
	}
	return out
}

// Faults counts the findings that are faults: not mended, and not accepted.
func (r *Report) Faults() int { return r.Count(Fault) }

// Duties tells how the model of the program stands to the duties of the overlays over it, as Run does, and looks for nothing else.
func Duties(p *interpreter.Program, day calendar.Day) []DutyResult {
	v := newVerifier(p, day)
	v.duties()
	return v.report.Duties
}

func newVerifier(p *interpreter.Program, day calendar.Day) *verifier {
	v := &verifier{
		p: p, m: p.Model(), s: cells.NewSpace(p.Model(), day), day: day, facts: p.NewFacts(), rules: p.Rules(),
		way: ways.ByAfter(p.Model()), accepts: acceptsOf(p.Model()), report: &Report{Model: p.Model(), Program: p, Day: day},
	}
	v.order()
	return v
}

// verifier is one run.
type verifier struct {
	p       *interpreter.Program
	m       *dsl.Model
	s       *cells.Space
	day     calendar.Day
	ordered cells.Formula        // facts come in order
	turn    *cells.Formula       // see inTurn
	rules   []interpreter.RuleOf // of the program
	facts   *interpreter.Facts
	result  interpreter.Result
	told    interpreter.Result // of the same case, could what nobody can tell be told
	askers  []cells.Formula    // by fact: where something asks for it
	accepts *accepts
	unasked []bool          // by fact: nothing in the model asks for it
	way     *ways.Order     // what the model says comes before what
	judged  []dsl.Judgement // what the model says of its duties itself
	report  *Report
}

// add takes a finding into the report, as accepted where the file accepts it in all cases. One that says the same of the same as
// an earlier one is left out.
func (v *verifier) add(f *Finding) {
	if a := v.accepts.always(f.ID()); a != nil && f.Accept == nil {
		v.accepts.accept(f, a)
	}
	if !slices.ContainsFunc(v.report.Findings, func(g *Finding) bool { return g.ID() == f.ID() && g.Accept == f.Accept }) {
		v.report.Findings = append(v.report.Findings, f)
	}
}

// open holds where no outcome closes the case.
func (v *verifier) open() cells.Formula { return v.s.Closed().Not() }

// decide puts the case through the interpreter.
func (v *verifier) decide(w *cells.Witness) *interpreter.Result {
	w.Fill(v.facts)
	v.p.Decide(v.facts, v.day, &v.result)
	return &v.result
}
