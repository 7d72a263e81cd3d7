package cohort

import (
	"math/rand/v2"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// Answer draws what is true of a person, for the fact at a place of the space: a value that interpreter.Case.Set takes, or
// nil where no value fits every model. The chances hang on a and b alone. Opened is the day on which the case opened.
func (s *Space) Answer(fact int, a, b uint64, opened, today calendar.Day) any {
	return dice{rand.NewPCG(a, b)}.draw(s.Facts[fact], opened, today)
}

// Weighted tells whether a fact has made-up weights; without them every value is as likely as the others.
func Weighted(fact string) bool {
	_, is := weights[fact]
	return is
}
