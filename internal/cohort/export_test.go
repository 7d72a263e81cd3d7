package cohort

import (
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
)

// Act is a step that was done or attempted in the life of a case.
type Act struct {
	Day    calendar.Day
	Step   string
	Status interpreter.StepStatus
	Ahead  bool // it was meant to be done before its time
}

// History is how a case came to be.
type History struct {
	Model        string
	Opened, Last calendar.Day
	Acts         []Act
}

// History lives case i once more and tells of it.
func (c *Cohort) History(i int) History {
	l := newWorker(c).start(i, true)
	h := History{Opened: l.opened, Last: l.last}
	if l.t == nil {
		return h
	}
	h.Model = l.t.model.ID
	for _, a := range l.acts {
		h.Acts = append(h.Acts, Act{a.day, l.t.model.Steps[a.step].ID, a.status, a.ahead})
	}
	return h
}

// Weights lists the facts that have weights, with the values that these name.
func Weights() map[string][]string {
	out := map[string][]string{}
	for id, w := range weights {
		out[id] = []string{}
		for v := range w.Values {
			out[id] = append(out[id], v)
		}
	}
	return out
}
