package measure

import (
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
)

// Rate is how many cases come in a time.
type Rate struct {
	N   float64
	Per calendar.Unit
}

// ParseRate reads "12/month", "2.5/week", "100/year" or "1/day".
func ParseRate(s string) (Rate, bool) {
	number, unit, ok := strings.Cut(s, "/")
	n, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(n > 0 && n <= 1e6) || strings.ContainsAny(number, "+xXpP_") {
		return Rate{}, false
	}
	d, ok := calendar.ParseDuration("1 " + unit)
	return Rate{n, d.Unit}, ok
}

// String writes the rate as ParseRate reads it.
func (r Rate) String() string { return strconv.FormatFloat(r.N, 'f', -1, 64) + "/" + r.Per.String() }

// The calendar repeats itself after 400 years of 146,097 days.
const daysPerMonth = 146097.0 / 4800

// months returns how many months a duration is on average: exactly, where it is told in months or years.
func months(d calendar.Duration) float64 {
	switch d.Unit {
	case calendar.Months:
		return float64(d.N)
	case calendar.Years:
		return 12 * float64(d.N)
	case calendar.Weeks:
		return 7 * float64(d.N) / daysPerMonth
	}
	return float64(d.N) / daysPerMonth
}

// PerMonth returns how many cases come in a month.
func (r Rate) PerMonth() float64 { return r.N / months(calendar.Duration{N: 1, Unit: r.Per}) }

// Load holds a capacity against a time that a case takes, by Little's law: so many cases are open at once as come in a time, times the
// time that each is open (L = λW). It holds on average, over a long time in which as many cases are closed as are opened.
type Load struct {
	Capacity *dsl.Capacity
	Limit    *dsl.Limit // the time is a limit's; nil: the longest time to any outcome within the target group
	Bounded  bool       // the time is bounded; else nothing below is told
	Months   float64    // W: the time
	PerPlace float64    // λ: so many cases can come in a month to one who carries as many as the capacity says: cases / W
	Open     float64    // L, where it is given how many come: open cases on average, arrivals · W
	Places   float64    // so many with that capacity it takes to carry them: L / cases
}

func (m *measurer) loads() {
	for _, c := range m.m.Capacities {
		for _, l := range m.m.Limits {
			m.load(Load{Capacity: c, Limit: l, Bounded: true, Months: months(l.Max)})
		}
		x := Load{Capacity: c}
		if t := m.report.target(ToOutcome); t.Longest != nil && t.Longest.Bounded() && !t.Unproven {
			w := t.Longest
			x.Bounded, x.Months = w.Most > 0, months(calendar.Duration{N: w.Most})
		}
		m.load(x)
	}
}

func (m *measurer) load(x Load) {
	if x.Bounded {
		x.PerPlace = float64(x.Capacity.Cases) / x.Months
		if r := m.o.Arrivals; r != nil {
			x.Open = r.PerMonth() * x.Months
			x.Places = x.Open / float64(x.Capacity.Cases)
		}
	}
	m.report.Loads = append(m.report.Loads, x)
}

// target returns the first target of the goal: of outcomes the one that stands for any.
func (r *Report) target(goal Goal) *Target {
	for i := range r.Targets {
		if r.Targets[i].Goal == goal {
			return &r.Targets[i]
		}
	}
	return &Target{Goal: goal}
}
