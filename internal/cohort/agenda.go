package cohort

import (
	"math"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// agenda holds the day on which each step is planned to be done.
type agenda []calendar.Day

const (
	unplanned calendar.Day = math.MaxInt32
	never     calendar.Day = math.MaxInt32 - 1
)

func newAgenda(steps int) agenda {
	a := make(agenda, steps)
	for i := range a {
		a[i] = unplanned
	}
	return a
}

// first returns the step that is planned first, if any is.
func (a agenda) first() (step int, day calendar.Day, ok bool) {
	day = never
	for i, d := range a {
		if d < day {
			step, day, ok = i, d, true
		}
	}
	return step, day, ok
}
