package httpapi

import (
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// names are what the models that are live have names for, and a query or a body can pick by.
var names = []struct {
	parameter string
	of        func(*interpreter.Set) []string
}{{"model", modelsOf}, {"actor", actorsOf}, {"step", stepsOf}, {"outcome", outcomesOf}}

func modelsOf(set *interpreter.Set) []string { return set.IDs() }

func actorsOf(set *interpreter.Set) []string {
	return each(set, func(p *interpreter.Program, add func(string)) {
		for _, a := range p.Model().Actors {
			add(a.ID)
		}
	})
}

func stepsOf(set *interpreter.Set) []string {
	return each(set, func(p *interpreter.Program, add func(string)) {
		for _, s := range p.Model().Steps {
			add(s.ID)
		}
	})
}

func outcomesOf(set *interpreter.Set) []string {
	return each(set, func(p *interpreter.Program, add func(string)) {
		for _, o := range p.Model().Outcomes {
			add(o.ID)
		}
	})
}

// each gathers names from every model of the set, sorted, each once.
func each(set *interpreter.Set, of func(p *interpreter.Program, add func(string))) (out []string) {
	for _, p := range set.Programs() {
		of(p, func(name string) { out = append(out, name) })
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// misnamed lists what the query picks by and no model has. It is for answers that have nothing in them: what is kept can be of a
// model that is gone.
func (x *exchange) misnamed() (faults []Fault) {
	for _, n := range names {
		value, known := x.values.Get(n.parameter), n.of(x.desk.Set)
		if value != "" && !slices.Contains(known, value) {
			args := map[string]any{"Parameter": n.parameter, "Near": diag.Suggest(value, known), "Known": strings.Join(known, ", ")}
			if n.parameter == "step" || n.parameter == "outcome" {
				args["Known"] = "" // they are many
			}
			faults = append(faults, queryFault(x.lang, "not-that-word", n.parameter, args))
		}
	}
	return faults
}
