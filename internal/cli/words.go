package cli

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
)

func (v *view) step(id string) *dsl.Step {
	for _, s := range v.model.Steps {
		if s.ID == id {
			return s
		}
	}
	return &dsl.Step{ID: id}
}

func (v *view) fact(id string) *dsl.Fact {
	for _, f := range v.model.Facts {
		if f.ID == id {
			return f
		}
	}
	return &dsl.Fact{ID: id}
}

// titles names steps and outcomes.
func (v *view) titles(ids []string) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = v.step(id).Title.In(v.lang)
		for _, o := range v.model.Outcomes {
			if out[i] == "" && o.ID == id {
				out[i] = o.Title.In(v.lang)
			}
		}
	}
	return strings.Join(out, ", ")
}

// actors names actors, as a list in the user's language.
func (v *view) actors(ids []string) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id
		for _, a := range v.model.Actors {
			if a.ID == id {
				out[i] = a.Title.In(v.lang)
			}
		}
	}
	return interpreter.ListText(out, "and", v.lang)
}

// source names a source and the place in it.
func (v *view) source(s string) string {
	return interpreter.SourceText(v.model.Sources, s, v.lang)
}

// duration puts a duration of a workflow file into words.
func (v *view) duration(s string) string {
	d, ok := calendar.ParseDuration(s)
	if !ok {
		return s
	}
	return interpreter.DurationText(d, v.lang)
}
