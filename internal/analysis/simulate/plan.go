package simulate

import (
	"maps"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
)

// Plan is a file of durations, read against a model.
type Plan struct {
	Title   lang.Text
	Sources []*dsl.Source // the file's own; origins can name those of the model too
	Steps   map[*dsl.Step]*Duration
	Answers map[*dsl.Fact]*Answer
	Staff   map[string]*Staff // by role
	Arrival *Arrival          // nil: cases do not share places, and nothing is said of load
	Cases   map[string]int    // by role: how many cases one person carries, where a what-if sets it
}

// Duration is how long a step takes, from the day it is begun to the day it is done.
type Duration struct {
	Step *dsl.Step
	Law
	Origin dsl.Origin
}

// Law is how a length of time is spread.
type Law struct {
	Form           Form
	Lengths        []calendar.Duration // Fixed: one; Empirical: those observed, each as likely as the others
	Min, Mode, Max calendar.Duration   // Triangular
}

// Form is the form of a law.
type Form string

// The forms.
const (
	Fixed      Form = "fixed"
	Triangular Form = "triangular"
	Empirical  Form = "empirical"
)

// Forms lists the forms, as a file names them.
var Forms = []string{string(Fixed), string(Triangular), string(Empirical)}

// days returns the length in days, counted from a day by the calendar; u, from 0 to 1, is the chance that decides it.
func (x *Law) days(from calendar.Day, u float64) int {
	length := func(d calendar.Duration) int { return from.DaysUntil(from.Add(d)) }
	switch x.Form {
	case Triangular:
		low, mode, high := length(x.Min), length(x.Mode), length(x.Max)
		if low == high {
			return low
		}
		at := distuv.NewTriangle(float64(low), float64(high), float64(mode), nil).Quantile(u)
		return min(max(int(at+0.5), low), high)
	case Empirical:
		return length(x.Lengths[int(u*float64(len(x.Lengths)))])
	}
	return length(x.Lengths[0])
}

// Answer is how the answers to a question are spread.
type Answer struct {
	Fact    *dsl.Fact
	Shares  []Share // of a set: each value for itself; of an event: how often it has happened
	Length  *Law    // of a date: how long after the day it is asked; how long before the case opens where AtStart
	AtStart bool    // it is known when the case opens
	Origin  dsl.Origin
}

// Share is how often an answer is given.
type Share struct {
	Value     string  // as the file writes it
	Low, High float64 // Int, Number: from and to, both included
	Share     float64 // 0 to 1
}

// Staff is how many there are of a role to handle cases.
type Staff struct {
	Capacity *dsl.Capacity
	Number   int
	Origin   dsl.Origin
}

// Arrival is how cases come: each by itself, at a rate (a Poisson process).
type Arrival struct {
	PerMonth float64            // in the mean, of months of a twelfth of a year
	WarmUp   *calendar.Duration // cases that come in this time before the first day fill the places, and are not counted
	Origin   dsl.Origin
}

// daysAMonth is the mean length of a month: a twelfth of the 146,097 days that 400 years have.
const daysAMonth = 146097.0 / 400 / 12

// places returns how many cases of the role can be open at once; 0 where nothing says.
func (p *Plan) places(c *dsl.Capacity) int {
	s := p.Staff[c.Role]
	if s == nil || p.Arrival == nil {
		return 0
	}
	return s.Number * p.each(c)
}

// each returns how many cases one person of the role carries.
func (p *Plan) each(c *dsl.Capacity) int {
	if n, set := p.Cases[c.Role]; set {
		return n
	}
	return c.Cases
}

// clone returns a copy whose maps can be changed.
func (p *Plan) clone() *Plan {
	c := *p
	c.Steps, c.Answers, c.Staff, c.Cases = maps.Clone(p.Steps), maps.Clone(p.Answers), maps.Clone(p.Staff), maps.Clone(p.Cases)
	return &c
}
