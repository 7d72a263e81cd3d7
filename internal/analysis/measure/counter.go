package measure

import "github.com/stegvis/stegvis/internal/analysis/cells"

// counter tells how many of some formulas hold in a case.
type counter struct {
	s  *cells.Space
	of []cells.Formula
	// atLeast holds, by number, where so many of them do.
	atLeast []cells.Formula
}

func newCounter(s *cells.Space, of []cells.Formula) *counter {
	c := &counter{s: s, of: of, atLeast: []cells.Formula{cells.Always}}
	for _, f := range of {
		next := append(c.atLeast, cells.Never)
		for n := len(next) - 1; n > 0; n-- {
			next[n] = s.Or(next[n], s.And(c.atLeast[n-1], f))
		}
		c.atLeast = next
	}
	return c
}

// exactly holds where n of them do.
func (c *counter) exactly(n int) cells.Formula { return c.s.And(c.from(n), c.from(n+1).Not()) }

// from holds where at least n of them do.
func (c *counter) from(n int) cells.Formula {
	if n < len(c.atLeast) {
		return c.atLeast[n]
	}
	return cells.Never
}

// most returns the greatest number of them in any case in which base holds; false where there is no such case.
func (c *counter) most(base cells.Formula) (n int, ok bool) {
	if !c.s.Possible(base) {
		return 0, false
	}
	for c.s.Possible(base, c.from(n+1)) {
		n++
	}
	return n, true
}

// least returns the smallest number of them.
func (c *counter) least(base cells.Formula) (n int, ok bool) {
	if !c.s.Possible(base) {
		return 0, false
	}
	for !c.s.Possible(base, c.from(n+1).Not()) {
		n++
	}
	return n, true
}
