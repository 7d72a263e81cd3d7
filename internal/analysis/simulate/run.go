package simulate

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
)

// What is lived where nothing else is asked for.
const (
	DefaultCases        = 1000
	DefaultReplications = 20
	DefaultSeed         = 1
	DefaultStart        = "2026-03-01" // fixed, so that the same seed gives the same figures on every day
)

// Bounds of what can be asked for.
const (
	MostCases        = 1_000_000
	MostReplications = 10_000
	MostYears        = 200 // in which all the cases come
)

// Options say what is simulated. Beside the model and the plan, nothing else decides the figures.
type Options struct {
	Cases        int // that are counted in each replication
	Replications int
	Seed         uint64
	Start        calendar.Day       // the day on which cases open; with arrivals, the first day on which one can
	Progress     func(done, of int) // told now and then how many cases are lived; may be nil. One call at a time
}

// Years returns how long it takes until all the cases have come, in the mean; 0 where no arrivals are given.
func (o Options) Years(p *Plan) float64 {
	if p.Arrival == nil {
		return 0
	}
	return float64(o.Cases) / p.Arrival.PerMonth / 12
}

// Coming returns how many cases come in all in a replication, in the mean: those that are counted, and those of the warm-up.
func (o Options) Coming(p *Plan) float64 {
	n := float64(o.Cases)
	if a := p.Arrival; a != nil && a.WarmUp != nil {
		n += a.PerMonth * float64(o.Start.DaysUntil(o.Start.Add(*a.WarmUp))) / daysAMonth
	}
	return n
}

// Run lives cases through the model by the plan and, where whatIf is not nil, the same cases by that plan too. The only error is that
// of ctx.
func Run(ctx context.Context, p *interpreter.Program, plan, whatIf *Plan, o Options) (*Report, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r := &runner{program: p, o: o, ctx: ctx, space: cohort.NewSpace(interpreter.SetOf([]*interpreter.Program{p})), stays: staysOf(p.Model())}
	plans := []*Plan{plan}
	if whatIf != nil {
		plans = append(plans, whatIf)
	}
	lived := make([][]livedOnce, len(plans))
	type job struct{ plan, replication int }
	var jobs []job
	for k := range plans {
		lived[k] = make([]livedOnce, o.Replications)
		for i := range o.Replications {
			jobs = append(jobs, job{k, i})
		}
		r.of += o.Replications * o.Cases
	}
	// In the order of replications, so that a run which is stopped has done whole ones.
	slices.SortStableFunc(jobs, func(a, b job) int { return a.replication - b.replication })
	todo := make(chan job)
	var running sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		running.Go(func() {
			for j := range todo {
				lived[j.plan][j.replication] = r.live(plans[j.plan], j.replication)
			}
		})
	}
	for _, j := range jobs {
		select {
		case todo <- j:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(todo)
	running.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	report := &Report{Program: p, Plan: plan, Options: o, Base: r.scenario(plan, lived[0])}
	if whatIf != nil {
		report.WhatIf = r.scenario(whatIf, lived[1])
		report.Changes = changes(p.Model(), lived[0], lived[1])
	}
	return report, nil
}

// livedOnce are the two extreme lives of one replication; one tally where they are the same.
type livedOnce struct{ earliest, latest *tally }

type runner struct {
	program *interpreter.Program
	space   *cohort.Space
	stays   [][]ways.Stay
	o       Options
	ctx     context.Context

	mu       sync.Mutex
	done, of int
}

// reportEvery is how many cases are lived between two reports of progress.
const reportEvery = 50

// live lives one replication.
func (r *runner) live(plan *Plan, replication int) livedOnce {
	first := r.tally(plan, replication, earliest, nil)
	out := livedOnce{first, first}
	if r.ctx.Err() == nil && slices.ContainsFunc(first.gaps, func(g gap) bool { return g.met }) {
		r.mu.Lock()
		r.of += r.o.Cases
		r.mu.Unlock()
		out.latest = r.tally(plan, replication, latest, first.came)
	}
	first.came = nil
	return out
}

func (r *runner) tally(plan *Plan, replication int, b bound, before []came) *tally {
	w := newWorker(r.program, plan, r.space, r.stays, dice{r.o.Seed, uint64(replication)}, b, r.o)
	w.before = before
	if b == earliest {
		w.tally.came = make([]came, r.o.Cases)
	}
	n := 0
	step := func() {
		if n++; n%reportEvery == 0 || n == r.o.Cases {
			r.progress((n-1)%reportEvery + 1)
		}
	}
	live := w.alone
	if plan.Arrival != nil {
		live = w.together
	}
	live(r.ctx, r.o, step) // its only error is that of ctx, which Run looks at
	return w.tally
}

func (r *runner) progress(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done += n
	if r.o.Progress != nil {
		r.o.Progress(r.done, r.of)
	}
}

// scenario puts the replications of a plan together.
func (r *runner) scenario(plan *Plan, of []livedOnce) *Scenario {
	m := r.program.Model()
	first, last, two := split(of)
	s := &Scenario{Plan: plan, Earliest: figuresOf(m, plan, first)}
	if s.Latest = s.Earliest; two {
		s.Latest = figuresOf(m, plan, last)
	}
	both := slices.Concat(first, last)
	for i, step := range m.Steps {
		g := Gap{Step: step}
		met := false
		for _, t := range both {
			met = met || t.gaps[i].met
			g.Unbounded = g.Unbounded || t.gaps[i].unbounded
		}
		if met {
			s.Gaps = append(s.Gaps, g)
		}
	}
	for i, f := range m.Facts {
		a := Assumed{Fact: f}
		for k, how := range hows {
			if how != Given && slices.ContainsFunc(both, func(t *tally) bool { return t.hows[i][k] }) {
				a.How = append(a.How, how)
			}
		}
		if a.How != nil {
			s.Assumed = append(s.Assumed, a)
		}
	}
	return s
}

// split lists the tallies of the earliest and of the latest lives; two tells whether they are other ones anywhere.
func split(of []livedOnce) (first, last []*tally, two bool) {
	for _, l := range of {
		first, last = append(first, l.earliest), append(last, l.latest)
		two = two || l.earliest != l.latest
	}
	return first, last, two
}
