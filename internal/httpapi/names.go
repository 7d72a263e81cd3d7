package httpapi

import (
	"context"
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/live"
)

// names are what the models that are live have names for, and a query or a body can pick by. few says that all of them can be listed.
var names = []struct {
	parameter string
	of        func(*interpreter.Set) []string
	few       bool
}{{"model", modelsOf, true}, {"version", nil, true}, {"actor", actorsOf, true}, {"step", stepsOf, false}, {"outcome", outcomesOf, false}}

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

// versionsOf are the versions of a model; of a model that there is not, of any.
func versionsOf(set *interpreter.Set, model string) (out []string) {
	programs := set.Versions(model)
	if len(programs) == 0 {
		programs = set.Programs()
	}
	for _, p := range programs {
		out = append(out, p.Model().Version)
	}
	return out
}

// each gathers names from every model of the set, sorted, each once.
func each(set *interpreter.Set, of func(p *interpreter.Program, add func(string))) (out []string) {
	for _, p := range set.Programs() {
		of(p, func(name string) { out = append(out, name) })
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// keeps tells whether anything that is kept has the name that a parameter has.
type keeps func(ctx context.Context, parameter, value string) (bool, error)

// misnamed lists what the query picks by and no model has, unless something that is kept has it: that can be of a model that is gone.
// It is for answers that have nothing in them. Of a model whose file is at fault nobody knows what it has.
func (x *exchange) misnamed(ctx context.Context, kept keeps) (faults []Fault, err error) {
	status := x.service.models.Status()
	blind := slices.ContainsFunc(status.Models, func(m live.ModelStatus) bool { return m.Hash == "" })
	for _, n := range names {
		value := x.values.Get(n.parameter)
		if value == "" {
			continue
		}
		var known []string
		switch n.parameter {
		case "model":
			known = modelsOf(x.desk.Set)
			for _, m := range status.Models {
				known = append(known, m.Model)
			}
		case "version":
			known = versionsOf(x.desk.Set, x.values.Get("model"))
		default:
			known = n.of(x.desk.Set)
		}
		slices.Sort(known)
		if known = slices.Compact(known); slices.Contains(known, value) || blind && n.parameter != "model" {
			continue
		}
		switch found, err := x.isKept(ctx, n.parameter, value, kept); {
		case err != nil:
			return nil, err
		case found:
			continue
		}
		args := map[string]any{"Parameter": n.parameter, "Near": diag.Suggest(value, known), "Known": ""}
		if n.few {
			args["Known"] = strings.Join(known, ", ")
		}
		faults = append(faults, queryFault(x.lang, "not-that-word", n.parameter, args))
	}
	return faults, nil
}

// tellMisnamed answers with what is misnamed; told is false where nothing is.
func (x *exchange) tellMisnamed(ctx context.Context, kept keeps) (told bool, err error) {
	faults, err := x.misnamed(ctx, kept)
	if len(faults) > 0 {
		x.misasked(faults)
	}
	return len(faults) > 0, err
}

// isKept tells whether anything that is kept has a name. What is not found out in time is taken to be there: nobody is told of a fault
// that may be none.
func (x *exchange) isKept(ctx context.Context, parameter, value string, kept keeps) (bool, error) {
	within, cancel := context.WithTimeout(ctx, x.service.limits.Look)
	defer cancel()
	found, err := kept(within, parameter, value)
	if err != nil && within.Err() != nil && ctx.Err() == nil {
		return true, nil
	}
	return found, err
}

// ofCases tells whether any case that who asks may see has the name, be it open or closed.
func (x *exchange) ofCases(ctx context.Context, parameter, value string) (found bool, err error) {
	f := store.Filter{Limit: 1}
	switch parameter {
	case "model":
		f.Model = value
	case "version":
		f.Version = value
		if model := x.values.Get("model"); slices.Contains(modelsOf(x.desk.Set), model) {
			f.Model = model
		}
	case "actor":
		f.Actor = value
	case "step":
		f.Step = value
	case "outcome":
		f.Outcome = value
	}
	reach, err := x.service.office.Reach(x.who, access.List)
	if err != nil {
		return false, err
	}
	err = x.service.office.Store.View(ctx, func(tx *store.Tx) error {
		list, _, err := tx.List(reach, calendar.Today(tx.At()), f)
		found = len(list) > 0
		return err
	})
	return found, err
}

// ofEvents tells whether any event in the log has the name.
func (x *exchange) ofEvents(ctx context.Context, parameter, value string) (bool, error) {
	if parameter == "model" {
		return x.service.office.Log.Mentions(ctx, value, "")
	}
	return x.service.office.Log.Mentions(ctx, "", value)
}
