package cohort

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
)

// Telling is something that became known in the life of a case, on the day it did.
type Telling struct {
	Day   calendar.Day
	Fact  string
	Value any       // in the types that Case.Set takes; nil: nobody knows
	Doing *dsl.Step // the step that it was told in doing; nil: none
	Free  bool      // nobody asked for it
}

// Story is the life of a case in the order in which it was lived, before anything of it was lost.
type Story struct {
	Program  *interpreter.Program // the version of a model that it lived through; nil: there is none
	Opened   calendar.Day
	Tellings []Telling
	Hasty    bool // some step was done before its time
}

// Story lives case i once more and tells of it.
func (c *Cohort) Story(i int) Story {
	w := c.idle.Get().(*worker)
	defer c.idle.Put(w)
	l := w.start(i, true)
	s := Story{Opened: l.opened, Tellings: l.told}
	if l.t == nil {
		return s
	}
	s.Program = l.t.program
	for _, a := range l.acts {
		s.Hasty = s.Hasty || a.ahead
	}
	return s
}

// note keeps what is told. An event is dated as it is told of, on the day of the visit, so that a story's days are in order.
func (l *life) note(k int, v any) {
	t := Telling{Day: l.now, Fact: l.c.space.Facts[k].ID, Value: v, Doing: l.doing, Free: l.free}
	if _, nobody := v.(nobodyKnows); nobody {
		t.Value = nil
	}
	if v != nil {
		l.told = append(l.told, t)
	}
}
