package simulate

import (
	"math"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// Report is what a simulation found.
type Report struct {
	Program *interpreter.Program
	Plan    *Plan // as the file has it
	Options Options
	Base    *Scenario
	WhatIf  *Scenario // nil where nothing was changed
	Changes []Change  // WhatIf held against Base; empty without WhatIf
}

// Scenario is what comes of one plan.
type Scenario struct {
	Plan     *Plan
	Earliest *Figures  // steps without a given length are done at once
	Latest   *Figures  // … on their due day; the same pointer as Earliest where every step that was lived through has a length
	Gaps     []Gap     // the steps that were lived through and have none
	Assumed  []Assumed // answers that were not drawn by shares of the file
}

// Bounds tells whether the figures are bounds: whether Earliest and Latest are two.
func (s *Scenario) Bounds() bool { return s.Earliest != s.Latest }

// Gap is a step that was lived through without a given length.
type Gap struct {
	Step      *dsl.Step
	Unbounded bool // a case came to a stand there, since nothing says when it is done at the latest
}

// Assumed is a fact that was answered without shares of the file.
type Assumed struct {
	Fact *dsl.Fact
	How  []How
}

// Figures are what was counted, as means over the replications.
type Figures struct {
	Ends     []End
	Any      Times       // to any outcome
	Kinds    []KindTimes // to the first step of each kind that steps of the model have
	Steps    []StepFigures
	Limits   []LimitFigures
	Roles    []RoleFigures
	Late     Estimate // share of the cases in which the due day of a step passed before it was done
	Survival []Point
}

// Times are days from the opening of a case to something. All but Reached are of the cases that come to it.
type Times struct {
	Reached             Estimate // share of all cases
	Mean, P10, P50, P90 Estimate // days
}

// End is a way for cases to end.
type End struct {
	Outcome *dsl.Outcome // nil: see Why
	Why     string       // stuck, round, unended, queued or unbounded
	Times
}

// KindTimes are the days to the first step of a kind.
type KindTimes struct {
	Kind *dsl.Term
	Times
}

// StepFigures are of one step.
type StepFigures struct {
	Step    *dsl.Step
	Given   bool     // the file gives its length
	Reached Estimate // share of the cases in which it was done
	Count   Estimate // how many times it was done or attempted, in cases in which it was
	Waited  Estimate // mean days from required to begun: for a place
	Took    Estimate // mean days from required to done
	Late    Estimate // share of the times with a due day that it was done after it
}

// LimitFigures are of a limit of the whole case.
type LimitFigures struct {
	Limit   *dsl.Limit
	Reached Estimate // share of the cases in which it began to run
	Met     Estimate // share kept, of those in which it was kept or broken
}

// RoleFigures are of a capacity. Where no arrivals are given, only Held is known.
type RoleFigures struct {
	Capacity    *dsl.Capacity
	Staff       int      // 0: not given, so nobody waits
	Places      int      // Staff times the cases that each carries
	Held        Estimate // mean days that a case has a place
	Load        Estimate // mean cases with a place, from the first day to the day of the last arrival
	Peak        Estimate // the most on any day of these
	Needed      Estimate // staff that the mean load takes
	Utilisation Estimate // Load of Places
	Queue       Estimate // mean cases that wait for a place
	PeakQueue   Estimate
	Waited      Estimate // mean days that a case waits, of all that got a place
	Waited90    Estimate // days that nine in ten of them wait at most
	Delayed     Estimate // share of them that wait at all
	ByDay       []LoadPoint
}

// LoadPoint is how a capacity stood at the end of a day, in the mean.
type LoadPoint struct {
	Day         calendar.Day
	Load, Queue float64
}

// Point is a day of the survival curve on which it changes.
type Point struct {
	Day   int       // days after the opening
	Open  Estimate  // share of the cases that no outcome has closed by the end of that day
	Ended []float64 // by outcome, in file order: share that it has closed by then
}

// Change is a figure of two scenarios.
type Change struct {
	ID         string
	What       lang.Text
	Unit       Unit
	Bound      string // earliest, latest, or "" where the scenarios have one figure each
	Base, Then Estimate
	Difference Estimate // over pairs of replications that lived the same chances
}

// Unit is what a figure counts.
type Unit string

// The units.
const (
	Days   Unit = "days"
	Shares Unit = "share"
	Cases  Unit = "cases"
)

// figure is a number that can be had of a tally.
type figure struct {
	id   string
	what lang.Text
	unit Unit
	of   func(*tally) float64
}

func ratio(n, of int) float64 { return float64(n) / float64(of) } // NaN of nothing

// over returns the estimate of a figure of several replications.
func over(of []*tally, f func(*tally) float64) Estimate {
	values := make([]float64, len(of))
	for i, t := range of {
		values[i] = f(t)
	}
	return estimate(values)
}

func share(of []*tally, f func(*tally) float64) Estimate { return over(of, f).within(0, 1) }
func days(of []*tally, f func(*tally) float64) Estimate  { return over(of, f).within(0, math.Inf(1)) }

func timesOf(of []*tally, h func(*tally) *hist) Times {
	quantile := func(q float64) Estimate {
		return days(of, func(t *tally) float64 { return h(t).quantile(q) })
	}
	return Times{
		Reached: share(of, func(t *tally) float64 { return ratio(h(t).n, t.cases) }),
		Mean:    days(of, func(t *tally) float64 { return h(t).mean() }),
		P10:     quantile(0.1), P50: quantile(0.5), P90: quantile(0.9),
	}
}

// figuresOf puts the tallies of all replications together.
func figuresOf(m *dsl.Model, plan *Plan, of []*tally) *Figures {
	f := &Figures{
		Any:  timesOf(of, func(t *tally) *hist { return &t.any }),
		Late: share(of, func(t *tally) float64 { return ratio(t.late, t.cases) }),
	}
	for i := range of[0].ends {
		e := End{Times: timesOf(of, func(t *tally) *hist { return &t.ends[i] })}
		switch k := i - len(m.Outcomes); {
		case k < 0:
			e.Outcome = m.Outcomes[i]
		case e.Reached.Value == 0:
			continue // nothing of the sort
		default:
			e.Why = whys[k].why
		}
		f.Ends = append(f.Ends, e)
	}
	for _, k := range kindsOf(m) {
		f.Kinds = append(f.Kinds, KindTimes{m.Kinds[k], timesOf(of, func(t *tally) *hist { return &t.kinds[k] })})
	}
	for i, s := range m.Steps {
		f.Steps = append(f.Steps, stepFigures(s, plan, of, func(t *tally) *stepTally { return &t.steps[i] }))
	}
	for i, l := range m.Limits {
		f.Limits = append(f.Limits, LimitFigures{
			Limit:   l,
			Reached: share(of, func(t *tally) float64 { return ratio(t.limits[i].known, t.cases) }),
			Met:     share(of, func(t *tally) float64 { return ratio(t.limits[i].met, t.limits[i].met+t.limits[i].late) }),
		})
	}
	for i, c := range m.Capacities {
		f.Roles = append(f.Roles, roleFigures(c, plan, of, i))
	}
	f.Survival = survival(len(m.Outcomes), of)
	return f
}

// kindsOf lists the places of the kinds that steps of the model have.
func kindsOf(m *dsl.Model) (out []int) {
	for i, k := range m.Kinds {
		for _, s := range m.Steps {
			if s.Kind == k {
				out = append(out, i)
				break
			}
		}
	}
	return out
}

func stepFigures(s *dsl.Step, plan *Plan, of []*tally, at func(*tally) *stepTally) StepFigures {
	mean := func(sum func(*stepTally) int64, endless bool) Estimate {
		return days(of, func(t *tally) float64 {
			x := at(t)
			if endless && x.endless > 0 {
				return math.Inf(1)
			}
			return float64(sum(x)) / float64(x.done)
		})
	}
	return StepFigures{
		Step: s, Given: plan.Steps[s] != nil,
		Reached: share(of, func(t *tally) float64 { return ratio(at(t).reached, t.cases) }),
		Count:   days(of, func(t *tally) float64 { return ratio(at(t).count, at(t).cases) }),
		Waited:  mean(func(x *stepTally) int64 { return x.waited }, false),
		Took:    mean(func(x *stepTally) int64 { return x.took }, true),
		Late:    share(of, func(t *tally) float64 { return ratio(at(t).late, at(t).due) }),
	}
}

func roleFigures(c *dsl.Capacity, plan *Plan, of []*tally, k int) RoleFigures {
	at := func(f func(*roomTally) float64) Estimate {
		return days(of, func(t *tally) float64 { return f(&t.rooms[k]) })
	}
	out := RoleFigures{Capacity: c, Places: plan.places(c), Held: at(func(r *roomTally) float64 { return r.held.mean() })}
	none := estimate(nil)
	out.Load, out.Peak, out.Needed, out.Utilisation, out.Queue, out.PeakQueue = none, none, none, none, none, none
	out.Waited, out.Waited90, out.Delayed = none, none, none
	if s := plan.Staff[c.Role]; s != nil {
		out.Staff = s.Number
	}
	if plan.Arrival == nil {
		return out
	}
	out.Load = at(func(r *roomTally) float64 { return meanOf(r.load) })
	out.Peak = at(func(r *roomTally) float64 { return peakOf(r.load) })
	out.Needed = at(func(r *roomTally) float64 { return meanOf(r.load) / float64(plan.each(c)) })
	if out.Places > 0 {
		out.Utilisation = at(func(r *roomTally) float64 { return meanOf(r.load) / float64(out.Places) })
		out.Queue = at(func(r *roomTally) float64 { return meanOf(r.queue) })
		out.PeakQueue = at(func(r *roomTally) float64 { return peakOf(r.queue) })
		out.Waited = at(func(r *roomTally) float64 { return r.waitedMean() })
		out.Waited90 = at(func(r *roomTally) float64 { return r.waited.quantile(0.9) })
		out.Delayed = at(func(r *roomTally) float64 { return ratio(r.delayed, r.waited.n) })
	}
	out.ByDay = loadByDay(of, k)
	return out
}

func (r *roomTally) waitedMean() float64 {
	if r.never > 0 {
		return math.Inf(1)
	}
	return r.waited.mean()
}

func meanOf(levels []int32) float64 {
	sum := 0
	for _, n := range levels {
		sum += int(n)
	}
	return float64(sum) / float64(len(levels))
}

func peakOf(levels []int32) float64 {
	most := int32(0)
	for _, n := range levels {
		most = max(most, n)
	}
	return float64(most)
}

// loadByDay returns the means for the days that every replication has.
func loadByDay(of []*tally, k int) (out []LoadPoint) {
	n := len(of[0].rooms[k].load)
	for _, t := range of {
		n = min(n, len(t.rooms[k].load))
	}
	for i := range n {
		p := LoadPoint{Day: of[0].start + calendar.Day(i)}
		for _, t := range of {
			p.Load += float64(t.rooms[k].load[i])
			p.Queue += float64(t.rooms[k].queue[i])
		}
		p.Load, p.Queue = p.Load/float64(len(of)), p.Queue/float64(len(of))
		out = append(out, p)
	}
	return out
}

// survival returns the share of the cases that are open, for each day on which it changes.
func survival(outcomes int, of []*tally) (out []Point) {
	closed := make([]int, len(of)) // so far, by replication
	byOutcome := make([]float64, outcomes)
	open := make([]float64, len(of))
	last := 0
	for _, t := range of {
		for i := range outcomes {
			last = max(last, len(t.ends[i].days))
		}
	}
	for day := range max(last, 1) {
		changed := day == 0
		for n, t := range of {
			for i := range outcomes {
				if h := &t.ends[i]; day < len(h.days) && h.days[day] > 0 {
					changed = true
					closed[n] += int(h.days[day])
					byOutcome[i] += ratio(int(h.days[day]), t.cases) / float64(len(of))
				}
			}
			open[n] = 1 - ratio(closed[n], t.cases)
		}
		if changed {
			out = append(out, Point{Day: day, Open: estimate(open).within(0, 1), Ended: append([]float64(nil), byOutcome...)})
		}
	}
	return out
}
