package verify

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// maxLived bounds how many cases are looked at for one history.
const maxLived = 4000

// lived looks for a history that leads to the case: its facts are filled in one by one, each when the interpreter asks for it
// or it belongs to the checklist of a required step, and no outcome closes the case before the last. Those that nothing asks
// for can come at any time. It is nil where none was found within bounds; that is no proof that there is none.
func (v *verifier) lived(w *cells.Witness) []*dsl.Fact {
	l := &life{verifier: v, w: w, seen: map[string]bool{}, facts: v.p.NewFacts(), budget: maxLived}
	l.known = make([]byte, len(w.Known))
	for i := range w.Known {
		if w.Says(i) {
			l.left++
		}
	}
	if l.live() {
		return l.history
	}
	return nil
}

// life is a search for a history.
type life struct {
	*verifier
	w       *cells.Witness
	facts   *interpreter.Facts
	known   []byte // by fact: 1 where it is filled in
	left    int
	history []*dsl.Fact
	seen    map[string]bool
	budget  int
}

// live goes on from the facts that are filled in, and tells whether it gets to the end.
func (l *life) live() bool {
	if l.left == 0 {
		return true
	}
	if l.seen[string(l.known)] || l.budget == 0 {
		return false
	}
	l.seen[string(l.known)] = true
	l.budget--
	for _, i := range l.asked() {
		l.fill(i)
		if l.live() {
			return true
		}
		l.take(i)
	}
	return false
}

func (l *life) fill(i int) {
	l.known[i] = 1
	l.left--
	l.w.Put(l.facts, i)
	l.history = append(l.history, l.m.Facts[i])
}

func (l *life) take(i int) {
	l.known[i] = 0
	l.left++
	l.facts.Forget(i)
	l.history = l.history[:len(l.history)-1]
}

// asked lists the facts of the case, not filled in yet, that are asked for or belong to a required step. It is empty where an
// outcome has closed the case.
func (l *life) asked() (out []int) {
	for _, i := range l.wanted(l.facts) {
		if l.w.Says(i) && l.known[i] == 0 {
			out = append(out, i)
		}
	}
	return out
}

// wanted lists the facts that can come in next: those asked for, those of a required step, and those that nothing asks for. It is
// empty where an outcome has closed the case. The answer of the interpreter is left in v.result.
func (v *verifier) wanted(facts *interpreter.Facts) (out []int) {
	r := &v.result
	v.p.Decide(facts, v.day, r)
	if r.Outcome >= 0 {
		return nil
	}
	wanted := slices.Clone(v.unasked)
	for _, x := range r.Missing {
		if int(x.Fact) < len(wanted) { // after the model's own stand those that overlays speak of
			wanted[x.Fact] = true
		}
	}
	for _, i := range r.Next {
		s := v.m.Steps[i]
		for _, item := range s.Done {
			for _, f := range item.Facts {
				wanted[f.Index] = true
			}
		}
		for _, f := range timeFacts(s) {
			wanted[f.Index] = true
		}
	}
	for i, is := range wanted {
		if is {
			out = append(out, i)
		}
	}
	return out
}
