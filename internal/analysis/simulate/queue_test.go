package simulate_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/analysis/simulate"
	"github.com/stegvis/stegvis/interpreter"
)

// desk is a model of one step at a capacity of so many cases each.
func desk(cases int) string {
	return head + event("e") + step("s", "k", "x", "done = [\"happened(e)\"]") + outcome("o", "after = [\"s\"]") +
		fmt.Sprintf("[[capacity]]\nrole = \"c\"\ntitle = \"C\"\nactor = \"x\"\ncases = %d\n", cases)
}

func arrivals(perMonth float64, rest string) string {
	return fmt.Sprintf("[arrival]\nper_month = %v\ninterpretation = \"x\"\n%s\n", perMonth, rest)
}

func staff(role string, n int) string {
	return fmt.Sprintf("[[staff]]\nrole = %q\nnumber = %d\ninterpretation = \"x\"\n", role, n)
}

func options(cases int) simulate.Options {
	return simulate.Options{Cases: cases, Replications: 1, Seed: 7, Start: start}
}

// Who waits how long at a desk is what the recursion of Lindley, Kiefer and Wolfowitz says of the same arrivals.
func TestQueuesAreThoseOfTheRecursion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cases, number := rapid.IntRange(1, 3).Draw(t, "cases"), rapid.IntRange(1, 3).Draw(t, "staff")
		length_, rate := rapid.IntRange(0, 40).Draw(t, "days"), rapid.Float64Range(0.5, 20).Draw(t, "rate")
		warm := rapid.SampledFrom([]string{"", "warm_up = \"6 months\""}).Draw(t, "warm")
		p := program(desk(cases))
		d := plan(t, p, durations+length("s", fmt.Sprintf("fixed = \"%d days\"", length_))+arrivals(rate, warm)+staff("c", number))
		got := simulate.Replicate(p, d, options(50), 0)
		free := make([]calendar.Day, cases*number)
		for i := range free {
			free[i] = calendar.MinDay
		}
		waited := map[int]int32{}
		for i, day := range got.Arrivals {
			begin := max(day, free[0])
			free[0] = begin + calendar.Day(length_)
			slices.Sort(free)
			if i >= len(got.Arrivals)-50 {
				waited[int(begin-day)]++
			}
		}
		for days, n := range got.Waited {
			if waited[days] != n {
				t.Fatalf("%d cases wait %d days, by the recursion %d: %v, arrivals %v", n, days, waited[days], waited, got.Arrivals)
			}
			delete(waited, days)
		}
		if len(waited) > 0 {
			t.Fatalf("by the recursion others wait too: %v", waited)
		}
	})
}

// Little's law, exactly: what the load of all days adds up to is what the cases had their places for.
func TestLittlesLaw(t *testing.T) {
	p, text := example(t, "faros")
	d := plan(t, p, text)
	for i := range 3 {
		r := simulate.Replicate(p, d, options(400), i)
		if r.HeldDays != r.LoadDays || r.HeldDays == 0 {
			t.Errorf("case by case %d days, day by day %d", r.HeldDays, r.LoadDays)
		}
	}
	// And as L = lambda W over a long time: the mean load is the rate at which cases take a place, by the mean time they have it.
	report := run(t, p, d, nil, 1000, 8)
	for _, k := range report.Base.Earliest.Roles {
		reach := 0.0
		for i, s := range p.Model().Steps {
			if s.Actor == k.Capacity.Actor {
				reach = max(reach, report.Base.Earliest.Steps[i].Reached.Value)
			}
		}
		lambda := d.Arrival.PerMonth / (365.2425 / 12) * reach
		if want := lambda * k.Held.Value; math.Abs(k.Load.Value-want) > 0.05*want {
			t.Errorf("%s: the load is %v, lambda W is %v", k.Capacity.Role, k.Load.Value, want)
		}
	}
}

// A single desk with fixed lengths is the queue M/D/1, whose mean wait is known: rho D / 2(1 - rho).
func TestTheMeanWaitIsThatOfTheory(t *testing.T) {
	p := program(desk(1))
	rate, days := 2.0, 10.0
	d := plan(t, p, durations+length("s", "fixed = \"10 days\"")+arrivals(rate, "warm_up = \"5 years\"")+staff("c", 1))
	k := run(t, p, d, nil, 2000, 20).Base.Earliest.Roles[0]
	rho := rate / (365.2425 / 12) * days
	want := rho * days / (2 * (1 - rho))
	// Cases come on whole days here, which moves a wait by less than one.
	if k.Waited.Low-1 > want || k.Waited.High+1 < want {
		t.Errorf("the mean wait is %v (%v to %v), by theory %v", k.Waited.Value, k.Waited.Low, k.Waited.High, want)
	}
	if math.Abs(k.Utilisation.Value-rho) > 0.03 {
		t.Errorf("the desk is used to %v, by theory to %v", k.Utilisation.Value, rho)
	}
}

// A case waits only where all places are taken, and only for the steps of that actor.
func TestStepsOfOthersGoOnMeanwhile(t *testing.T) {
	text := head + event("e") + event("f") + step("s", "k", "x", "after = []\ndone = [\"happened(e)\"]") + step("u", "l", "y", "after = []\ndone = [\"happened(f)\"]") +
		outcome("o", "after = [\"s\", \"u\"]") + "[[capacity]]\nrole = \"c\"\ntitle = \"C\"\nactor = \"x\"\ncases = 1\n"
	p := program(text)
	d := plan(t, p, durations+length("s", "fixed = \"30 days\"")+length("u", "fixed = \"5 days\"")+arrivals(10, "")+staff("c", 1))
	f := run(t, p, d, nil, 100, 2).Base.Earliest
	if took := f.Steps[1].Took; took.Value != 5 || f.Steps[1].Waited.Value != 0 {
		t.Errorf("the step of the other actor takes %v days and waits %v", took.Value, f.Steps[1].Waited.Value)
	}
	if !(f.Steps[0].Waited.Value > 100) || math.Abs(f.Steps[0].Took.Value-f.Steps[0].Waited.Value-30) > 1e-9 {
		t.Errorf("the step waits %v days and takes %v in all", f.Steps[0].Waited.Value, f.Steps[0].Took.Value)
	}
}

func BenchmarkCases(b *testing.B) {
	for _, model := range []string{"faros", "halland"} {
		b.Run(model, func(b *testing.B) {
			p, text := example(b, model)
			benchmark(b, p, plan(b, p, text))
		})
	}
}

func benchmark(b *testing.B, p *interpreter.Program, d *simulate.Plan) {
	const cases, replications = 500, 4
	n := 0
	for b.Loop() {
		run(b, p, d, nil, cases, replications)
		n += cases * replications
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "cases/s")
}
