package compare

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// Report is several models side by side.
type Report struct {
	Programs []*interpreter.Program
	Day      calendar.Day // the day that the cases are seen on
	Facts    []*dsl.Fact  // of all the models, each once
	Kinds    []Kind       // in the order of the first model that has each
	Cells    *Matrix      // over cases drawn evenly from the cells, or over all of them
	Cohort   *Matrix      // over a cohort; nil where none was asked for
	Partings []Parting    // every two models, the first of which stands before the second
	Outside  Outside
	Orders   []Order
	Stages   []StageRow
	Ends     []EndRow
	Limits   []LimitRow
	Duties   []DutyRow
	Capacity []CapacityRow
	Changes  []Changes // of versions of one model, each against the one named before it
	Open     int       // tests that cells leave open
}

// Names names each model: its id, and where several versions of it are compared, the version too.
func (r *Report) Names() (out []string) {
	for i, p := range r.Programs {
		m := p.Model()
		name := m.ID
		for k, q := range r.Programs {
			if k != i && q.Model().ID == m.ID {
				name = m.ID + "@" + m.Version
			}
		}
		out = append(out, name)
	}
	return out
}

// Options say what is compared beside the rules.
type Options struct {
	Day     calendar.Day
	Samples int                 // how many cases are drawn from the cells, where there are more
	Seed    uint64              // of the draw
	Cohort  []*interpreter.Case // seen on Day; none: no matrix over a cohort
}

// Run compares the models of the programs. It gives the same report for the same files and options.
func Run(programs []*interpreter.Program, o Options) *Report {
	c := newComparer(programs, o.Day)
	r := &Report{Programs: programs, Day: o.Day, Facts: c.joint.Facts}
	c.kinds(r)
	cohort := c.bindAll(o.Cohort)
	r.Partings = c.partings()
	r.Cells = c.drawn(o)
	if len(o.Cohort) > 0 {
		r.Cohort = c.matrix(cohort)
	}
	r.Outside = c.outside(o.Cohort, cohort)
	r.Orders = orders(programs)
	var models []*dsl.Model
	for _, p := range programs {
		models = append(models, p.Model())
	}
	r.Stages, r.Ends, r.Limits, r.Capacity, r.Duties = alignStages(models), ends(models), limits(models), capacities(models), c.duties()
	r.Changes = c.changes()
	r.Open = len(c.s.Open)
	return r
}

// comparer is one run.
type comparer struct {
	programs []*interpreter.Program
	joint    *joined
	s        *cells.Space
	day      calendar.Day
	valid    []cells.Formula // by model: it accepts the values of its facts
	every    cells.Formula   // all of them do
	result   interpreter.Result
	rules    []map[*dsl.Rule]interpreter.RuleOf // by model
}

func newComparer(programs []*interpreter.Program, day calendar.Day) *comparer {
	var models []*dsl.Model
	for _, p := range programs {
		models = append(models, p.Model())
	}
	c := &comparer{programs: programs, joint: join(models), day: day, every: cells.Always}
	c.s = cells.NewSpace(c.joint.Model, day)
	for i, p := range programs {
		c.valid = append(c.valid, c.accepted(models[i]))
		c.every = c.s.And(c.every, c.valid[i])
		of := map[*dsl.Rule]interpreter.RuleOf{}
		for _, r := range p.Rules() {
			of[r.Rule] = r
		}
		c.rules = append(c.rules, of)
	}
	return c
}

// accepted holds in the cases whose words the model knows.
func (c *comparer) accepted(m *dsl.Model) cells.Formula {
	out := cells.Always
	for _, f := range m.Facts {
		d := c.s.Domain(f.ID)
		if d == nil {
			continue
		}
		for k, v := range d.Fact.Type.Values {
			switch {
			case slices.Contains(f.Type.Values, v):
			case len(d.Cells) > 0:
				out = c.s.And(out, c.s.At(d, k).Not())
			default:
				out = c.s.And(out, c.s.Has(d, k).Not())
			}
		}
	}
	return out
}

// bind returns the case laid out for each model; nil where one of them does not accept it.
func (c *comparer) bind(k *interpreter.Case) (out []*interpreter.Facts) {
	for _, p := range c.programs {
		var faults diag.List
		f := k.Bind(p, func(string) bool { return true }, &faults)
		if faults.HasErrors() {
			return nil
		}
		out = append(out, f)
	}
	return out
}

func (c *comparer) bindAll(cases []*interpreter.Case) (out [][]*interpreter.Facts) {
	for _, k := range cases {
		out = append(out, c.bind(k))
	}
	return out
}

// maxRefused is how many cases the interpreter may refuse before a question is given up as not proven.
const maxRefused = 40

// smallest finds the smallest case in which f holds and that the interpreter confirms. Without one, proven tells that there is none;
// it is not where the interpreter refused cases, since other values of the same cells might do.
func (c *comparer) smallest(f cells.Formula, confirm func([]*interpreter.Facts) bool) (w *cells.Witness, proven bool) {
	f = c.s.And(f, c.every)
	for n := range maxRefused {
		w := c.s.Smallest(f)
		if w == nil {
			return nil, n == 0
		}
		if w.Settle(func() bool {
			facts := c.bind(w.Case())
			return facts != nil && confirm(facts)
		}) {
			return w, true
		}
		f = c.s.And(f, c.same(w).Not())
	}
	return nil, false
}

// same holds in w alone, as far as cells tell.
func (c *comparer) same(w *cells.Witness) cells.Formula {
	out := cells.Always
	for i := range c.s.Domains {
		out = c.s.And(out, w.Lies(i))
	}
	return out
}
