package cohort

import (
	"math"
	"strconv"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// draw draws what is true of a person: a value that interpreter.Case.Set takes, or nil where no value fits every model.
// Days are counted from today; opened is the day on which the case opened.
func (d dice) draw(f *Fact, opened, today calendar.Day) any {
	if !f.possible() {
		return nil
	}
	w, weighed := weights[f.ID]
	switch f.Kind {
	case rule.Bool:
		if weighed {
			return d.chance(w.Yes)
		}
		return d.chance(500)
	case rule.Int:
		return d.drawInt(f, w)
	case rule.Number:
		return d.drawNumber(f)
	case rule.Enum:
		return f.Values[d.weighted(sharesOf(f, w))]
	case rule.Set:
		return d.drawSet(f, w)
	case rule.Text:
		if len(f.texts) > 0 && d.chance(700) {
			return one(d, f.texts)
		}
		return "påhittad text " + strconv.Itoa(d.between(1, 999))
	}
	return d.drawDay(f, w, opened, today)
}

func (d dice) drawDay(f *Fact, w weight, opened, today calendar.Day) calendar.Day {
	switch {
	case len(w.DaysBefore) == 2:
		return opened - calendar.Day(d.between(w.DaysBefore[0], w.DaysBefore[1]))
	case f.Kind == rule.Event:
		return today
	case f.ahead:
		return today + calendar.Day(d.between(7, 120))
	}
	return today - calendar.Day(d.below(180))
}

// drawInt draws from the weighted ranges, or else from the whole range of the fact, and then often near a number that a
// rule compares it with.
func (d dice) drawInt(f *Fact, w weight) any {
	low, high := bound(math.Ceil(f.Min)), bound(math.Floor(f.Max))
	n := 0
	switch {
	case len(w.Ranges) > 0:
		shares := make([]int, len(w.Ranges))
		for i, r := range w.Ranges {
			shares[i] = r[2]
		}
		r := w.Ranges[d.weighted(shares)]
		n = d.between(r[0], r[1])
	case len(f.numbers) > 0 && d.chance(600):
		n = bound(one(d, f.numbers)) + d.between(-1, 1)
	default:
		n = d.between(low, high)
	}
	return int64(min(max(n, low), high))
}

// drawNumber draws a tenth of the range, or near a number that a rule compares it with.
func (d dice) drawNumber(f *Fact) any {
	if len(f.numbers) > 0 && d.chance(600) {
		return min(max(one(d, f.numbers)+float64(d.between(-1, 1)), f.Min), f.Max)
	}
	tenths := float64(d.below(11)) / 10
	// The conversions keep a machine from fusing the products and the sum, which would round otherwise.
	return min(max(float64(f.Min*(1-tenths))+float64(f.Max*tenths), f.Min), f.Max)
}

// bound keeps a bound within what can be counted with.
func bound(x float64) int { return int(min(max(x, -1<<52), 1<<52)) }

// drawSet draws each value for itself. A set with nothing in it is rare: mostly one value is there then.
func (d dice) drawSet(f *Fact, w weight) any {
	var values []string
	for _, v := range f.Values {
		share := 1000 / len(f.Values)
		if w.Values != nil {
			share = w.Values[v]
		}
		if d.chance(share) && len(values) < interpreter.MaxSetValues {
			values = append(values, v)
		}
	}
	if len(values) == 0 && d.chance(900) {
		values = append(values, f.Values[d.weighted(sharesOf(f, w))])
	}
	if values == nil {
		values = []string{}
	}
	return values
}

// sharesOf lists the shares of the values of an enum or a set; all alike where they have none.
func sharesOf(f *Fact, w weight) []int {
	shares := make([]int, len(f.Values))
	for i, v := range f.Values {
		shares[i] = w.Values[v]
	}
	return shares
}

// habits are how those who handle a case go about it, in thousandths where nothing else is said.
type habits struct {
	perseverance int // that they look for another answer where one would end the case at once
	lateness     int // that a step with a due day is done after it
	earliness    int // that a step is done before its time
	neglect      int // that a step is never done
	silence      int // that a question is not answered the first time
	ignorance    int // that a question turns out to be one that nobody can answer
	pace         int // most days until a step without a due day is done
}

func (d dice) drawHabits() habits {
	return habits{
		perseverance: one(d, []int{0, 700, 950, 990, 1000}),
		lateness:     one(d, []int{20, 80, 150, 400}),
		earliness:    one(d, []int{0, 0, 10, 60}),
		neglect:      one(d, []int{0, 0, 10, 50}),
		silence:      one(d, []int{20, 50, 150, 400}),
		ignorance:    one(d, []int{0, 0, 5, 15, 60}),
		pace:         one(d, []int{3, 7, 14, 30, 60}),
	}
}
