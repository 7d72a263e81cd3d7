package verify

import (
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

const (
	maxHistories = 6  // how many cases are lived forward for one finding
	maxRefused   = 40 // how many cases the interpreter may refuse before a question is given up as unproven
)

// answer is what a search ended with.
type answer uint8

const (
	none  answer = iota // there is no such case: a proof
	found               //
	given               // given up: unproven
)

// search looks for the smallest case in which bad holds, and says of it whether it can be lived; one that can goes before one
// that cannot, and one in order before one that is not. confirm tells whether the interpreter agrees.
func (v *verifier) search(bad cells.Formula, confirm func(*interpreter.Result) bool) (*Case, answer) {
	return v.searchIn(bad, v.ordered, confirm)
}

// searchIn is search where ordered stands for the facts coming in order.
func (v *verifier) searchIn(bad, ordered cells.Formula, confirm func(*interpreter.Result) bool) (*Case, answer) {
	var first *Case
	inOrder := v.s.And(bad, ordered)
	for range maxHistories {
		w, a := v.smallest(inOrder, confirm)
		if a == given {
			return first, a
		}
		if a == none {
			break
		}
		c := &Case{Witness: w, InOrder: true}
		if c.History = v.lived(w); c.History != nil {
			c.Lived = true
			return c, found
		}
		if first == nil {
			first = c
		}
		inOrder = v.s.And(inOrder, v.like(w).Not())
	}
	if first != nil {
		return first, found
	}
	w, a := v.smallest(bad, confirm)
	if w == nil {
		return nil, a
	}
	return &Case{Witness: w}, a
}

// shownBy is the finding that a search for it ends with: shown by the case, a fault where that counts and else a remark; unproven
// where the search was given up; nil where there is none.
func (f Finding) shownBy(c *Case, a answer, counts func(*Case) bool) *Finding {
	switch {
	case a == given:
		f.Subjects = append([]string{string(f.Code)}, f.Subjects...)
		f.Code = Unproven
		return &f
	case c == nil:
		return nil
	case !counts(c):
		f.Weight = Remark
	}
	f.Case = c
	return &f
}

// unproven adds that a question could not be settled.
func (v *verifier) unproven(question Code) {
	v.add(&Finding{Code: Unproven, Subjects: []string{string(question)}, Weight: Fault})
}

// smallest finds the smallest case in which f holds and that the interpreter confirms. Those that it refuses are set aside
// one by one; where that leaves none, nothing is proven, since other values of the same cells might do.
func (v *verifier) smallest(f cells.Formula, confirm func(*interpreter.Result) bool) (*cells.Witness, answer) {
	for refused := range maxRefused {
		w := v.s.Smallest(f)
		switch {
		case w == nil && refused == 0:
			return nil, none
		case w == nil:
			return nil, given
		}
		if w.Settle(func() bool { return confirm(v.decide(w)) }) {
			return w, found
		}
		f = v.s.And(f, v.same(w).Not())
	}
	return nil, given
}

// like holds in the cases that say at least what w says.
func (v *verifier) like(w *cells.Witness) cells.Formula {
	out := cells.Always
	for i := range v.s.Domains {
		if w.Says(i) {
			out = v.s.And(out, w.Lies(i))
		}
	}
	return out
}

// same holds in w alone, as far as cells tell.
func (v *verifier) same(w *cells.Witness) cells.Formula {
	out := v.like(w)
	for i := range v.s.Domains {
		if !w.Says(i) {
			out = v.s.And(out, w.Lies(i))
		}
	}
	return out
}
