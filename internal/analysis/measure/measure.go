package measure

import (
	"cmp"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/interpreter"
)

// The words of the shared vocabulary that the definitions name.
const (
	meetingKind  = "mote"
	planKind     = "plan"
	followUpKind = "uppfoljning"
	contactKind  = "kontakt"
	consentKind  = "samtycke"
	sharingTag   = "informationsutbyte"
	outsideTag   = "utanfor"
)

// Options say what is measured beside the model.
type Options struct {
	Day      calendar.Day        // the day that the cases are seen on
	Cohort   []*interpreter.Case // none: cohort figures were not asked for
	Arrivals *Rate               // how many cases come; nil: not given
	Verified *verify.Report      // of the same program and day; nil: Run makes it
	states   int                 // how many states are lived at most; 0: maxStates
}

// Report is what was measured of one version of a model.
type Report struct {
	Program  *interpreter.Program
	Model    *dsl.Model
	Day      calendar.Day
	Arrivals *Rate
	Open     int // tests that compute with several facts, which no formula settles

	Figures   []Figure // one for each of Metrics, in their order
	Cohort    *Cohort  // nil: none was given
	Drivers   []Driver
	Handovers Handovers
	Targets   []Target
	Slacks    []Slack
	Consent   Consent
	Outcomes  []Reach
	Law       []Law
	Facts     []Decider // those that decide most first
	Sources   []Source
	Loads     []Load
}

// Cohort tells what the cohort's figures are of.
type Cohort struct {
	Cases   int // that the model accepts
	Refused int // that it does not
	Closed  int // by an outcome
	Lived   int // lived from their beginning they are closed by an outcome within the target group: handovers and who drives are counted in these
}

// Run measures the model of the program. It gives the same report for the same files and options.
func Run(p *interpreter.Program, o Options) *Report {
	m := newMeasurer(p, o)
	m.report = &Report{Program: p, Model: m.m, Day: o.Day, Arrivals: o.Arrivals, Open: len(m.s.Open)}
	m.hist = m.liveAll(cmp.Or(o.states, maxStates))
	m.place(o.Cohort)
	m.drivers()
	m.reach()
	m.handovers()
	m.times()
	m.slacks()
	m.consent()
	m.law()
	m.facts()
	m.sources()
	m.loads()
	m.figures()
	return m.report
}

// measurer is one run.
type measurer struct {
	p        *interpreter.Program
	m        *dsl.Model
	o        Options
	orderly  *verify.Orderly
	s        *cells.Space
	by       *ways.Order     // by what the model says and what its rules need
	done     []cells.Formula // by step: it has been done
	ordered  cells.Formula   // facts have come in order
	stepOf   map[string]*dsl.Step
	defineOf map[string]*rule.Expr
	told     []int // facts that can be told unasked
	hist     *histories
	cases    []placed // of the cohort, those that the model accepts
	report   *Report
}

func newMeasurer(p *interpreter.Program, o Options) *measurer {
	m := &measurer{
		p: p, m: p.Model(), o: o, orderly: verify.NewOrderly(p, o.Day), by: ways.ByNeed(p.Model()),
		stepOf: map[string]*dsl.Step{}, defineOf: map[string]*rule.Expr{},
	}
	m.s = m.orderly.Space()
	for _, s := range m.m.Steps {
		m.stepOf[s.ID] = s
	}
	for _, d := range m.m.Defines {
		m.defineOf[d.ID] = d.Rule.Expr
	}
	m.told = m.toldUnasked()
	m.past()
	return m
}

// ends holds in the cases that the outcome closes and whose facts can have come in order.
func (m *measurer) ends(o *dsl.Outcome) cells.Formula {
	return m.s.And(m.s.Outcomes[o.Index].First, m.ordered)
}

// endsWithin holds in the cases that an outcome within the target group closes and whose facts can have come in order.
func (m *measurer) endsWithin() cells.Formula {
	out := cells.Never
	for _, o := range m.m.Outcomes {
		if !outside(o) {
			out = m.s.Or(out, m.ends(o))
		}
	}
	return out
}

// outside tells whether the outcome says that the case is outside the target group.
func outside(o *dsl.Outcome) bool { return tagged(o.Tags, outsideTag) }

func tagged(tags []*dsl.Term, id string) bool {
	return slices.ContainsFunc(tags, func(t *dsl.Term) bool { return t.ID == id })
}
