package simulate

import (
	"context"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
)

// Replication is what one replication counted of the first capacity, for tests.
type Replication struct {
	Arrivals     []calendar.Day // of every case, those that are not counted first
	HeldDays     int64          // added up case by case
	LoadDays     int64          // added up day by day
	Waited, Held []int32        // how many counted cases waited, and had a place, so many days
}

// Replicate lives one replication at its earliest.
func Replicate(p *interpreter.Program, plan *Plan, o Options, replication int) Replication {
	w := newWorker(p, plan, cohort.NewSpace(interpreter.SetOf([]*interpreter.Program{p})), staysOf(p.Model()), dice{o.Seed, uint64(replication)}, earliest, o)
	w.tally.came = make([]came, o.Cases)
	var out Replication
	for _, a := range w.arrivals(o) {
		out.Arrivals = append(out.Arrivals, a.day)
	}
	if err := w.together(context.Background(), o, func() {}); err != nil {
		panic(err)
	}
	r := &w.tally.rooms[0]
	out.HeldDays, out.LoadDays, out.Waited, out.Held = r.days, r.filled, r.waited.days, r.held.days
	return out
}

// Catalogue is the sentences of the report, for the tests.
var Catalogue = catalogue
