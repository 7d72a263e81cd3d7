package verify

import (
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// Orderly is a model as verify asks about its cases, for other analyses to stand on. One goroutine at a time can use it.
type Orderly struct{ v *verifier }

// NewOrderly sees the model of the program on a day.
func NewOrderly(p *interpreter.Program, day calendar.Day) *Orderly {
	return &Orderly{newVerifier(p, day)}
}

// Space is all cases of the model, in order or not.
func (o *Orderly) Space() *cells.Space { return o.v.s }

// Search looks for the smallest case in which f holds and that the interpreter confirms; one that can be lived goes before one that cannot,
// and one in order before one that is not. Without one, proven tells that there is none.
func (o *Orderly) Search(f cells.Formula, confirm func(*interpreter.Result) bool) (c *Case, proven bool) {
	c, a := o.v.search(f, confirm)
	return c, a != given
}

// Wanted decides a case, and lists the facts that can come in next: those asked for, those of a required step, and those that nothing in
// the model asks for; none where an outcome has closed the case. The result is valid until the next call.
func (o *Orderly) Wanted(facts *interpreter.Facts) (next []int, r *interpreter.Result) {
	return o.v.wanted(facts), &o.v.result
}
