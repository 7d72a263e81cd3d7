package verify

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/analysis/cells"
)

// accepts is what the file of the model accepts, by the ids of findings, and what of it has been found.
type accepts struct {
	by    map[string][]*dsl.Accept
	found map[entry]bool
}

// entry is one finding that the file accepts.
type entry struct {
	accept  *dsl.Accept
	finding string
}

func acceptsOf(m *dsl.Model) *accepts {
	out := &accepts{by: map[string][]*dsl.Accept{}, found: map[entry]bool{}}
	for _, a := range m.Accepts {
		for _, id := range a.Findings {
			out.by[id] = append(out.by[id], a)
		}
	}
	return out
}

// always returns what accepts the finding in all cases; nil where nothing does.
func (x *accepts) always(id string) *dsl.Accept {
	for _, a := range x.by[id] {
		if a.When == nil {
			return a
		}
	}
	return nil
}

func (x *accepts) accept(f *Finding, by *dsl.Accept) {
	f.Weight, f.Accept = Accepted, by
	x.found[entry{by, f.ID()}] = true
}

// tell takes into the report what find finds of the finding with the id, in the cases in which where holds. What the file accepts
// in some cases is looked for in these, and once more in all others: there it is as much a fault as if nothing were accepted.
func (v *verifier) tell(id string, find func(where cells.Formula) *Finding) {
	add := func(f *Finding) {
		if f != nil {
			v.add(f)
		}
	}
	some := v.accepts.by[id]
	if v.accepts.always(id) != nil {
		some = nil
	}
	others := cells.Always
	for _, a := range some {
		here := v.s.Rule(a.When.Expr).True
		others = v.s.And(others, here.Not())
		switch f := find(here); {
		case f == nil:
		case f.ID() == id:
			v.accepts.accept(f, a)
			add(f)
		default: // that it could not be proven accepts nothing, and does not say that there is nothing to accept
			v.accepts.found[entry{a, id}] = true
			add(f)
		}
	}
	add(find(others))
}

// staleAccepts finds what the file accepts and is not there: it may hide the next gap at the same place, or be misspelt.
func (v *verifier) staleAccepts() {
	var ids []string
	for _, f := range v.report.Findings {
		if f.Weight != Accepted {
			ids = append(ids, f.ID())
		}
	}
	for _, a := range v.m.Accepts {
		for _, id := range a.Findings {
			if v.accepts.found[entry{a, id}] {
				continue
			}
			f := &Finding{Code: StaleAccept, Subjects: []string{a.ID, id}, Weight: Fault, Clause: id, Accept: a}
			if !slices.Contains(ids, id) {
				f.Near = diag.Suggest(id, ids)
			}
			v.add(f)
		}
	}
}
