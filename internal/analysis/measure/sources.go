package measure

import "github.com/stegvis/stegvis/dsl"

// Sort is a sort of parts of a model.
type Sort string

// The sorts. All but facts are rules.
const (
	DefineSort   Sort = "define"
	StageSort    Sort = "stage"
	StepSort     Sort = "step"
	TimeSort     Sort = "time"
	OutcomeSort  Sort = "outcome"
	LimitSort    Sort = "limit"
	CapacitySort Sort = "capacity"
	FactSort     Sort = "fact" // the model's own, not those of a vocabulary
)

// Sorts lists the sorts.
var Sorts = []Sort{DefineSort, StageSort, StepSort, TimeSort, OutcomeSort, LimitSort, CapacitySort, FactSort}

// Source is where the parts of a sort come from.
type Source struct {
	Sort           Sort
	Stated, Chosen int // by a source alone; by the author alone, who says why
	Both           int // stated in part: the rest was chosen
	Neither        int // the file does not say
	Total          int
}

func (m *measurer) sources() {
	by := map[Sort]*Source{}
	for _, sort := range Sorts {
		by[sort] = &Source{Sort: sort}
	}
	add := func(sort Sort, o dsl.Origin) {
		x, chosen := by[sort], o.Interpretation.SV != "" || o.Interpretation.EN != ""
		x.Total++
		switch {
		case o.Source != "" && chosen:
			x.Both++
		case o.Source != "":
			x.Stated++
		case chosen:
			x.Chosen++
		default:
			x.Neither++
		}
	}
	for _, d := range m.m.Defines {
		add(DefineSort, d.Origin)
	}
	for _, s := range m.m.Stages {
		add(StageSort, s.Origin)
		if s.Time != nil {
			add(TimeSort, s.Time.Origin)
		}
	}
	for _, s := range m.m.Steps {
		add(StepSort, s.Origin)
		if s.Time != nil {
			add(TimeSort, s.Time.Origin)
		}
		if s.Every != nil && s.Every.Origin != (dsl.Origin{}) { // else it goes with its step
			add(TimeSort, s.Every.Origin)
		}
	}
	for _, o := range m.m.Outcomes {
		add(OutcomeSort, o.Origin)
	}
	for _, l := range m.m.Limits {
		add(LimitSort, l.Origin)
	}
	for _, c := range m.m.Capacities {
		add(CapacitySort, c.Origin)
	}
	for _, f := range m.m.Facts {
		if !f.Shared {
			add(FactSort, f.Origin)
		}
	}
	for _, sort := range Sorts {
		m.report.Sources = append(m.report.Sources, *by[sort])
	}
}
