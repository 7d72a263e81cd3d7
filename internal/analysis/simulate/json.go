package simulate

import (
	"encoding/json"
	"math"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/table"
)

// The report as JSON. Keys that have nothing to say are present, and empty or null.
type reportJSON struct {
	Model        string        `json:"model"`
	Version      string        `json:"version"`
	Hash         string        `json:"hash"`
	Cases        int           `json:"cases"`
	Replications int           `json:"replications"`
	Seed         uint64        `json:"seed"`
	Start        calendar.Day  `json:"start"`
	Confidence   float64       `json:"confidence"`
	Base         *scenarioJSON `json:"base"`
	WhatIf       *scenarioJSON `json:"what_if"`
	Changes      []changeJSON  `json:"changes"`
}

type scenarioJSON struct {
	Given    []partJSON    `json:"given"`
	Gaps     []gapJSON     `json:"gaps"`
	Assumed  []assumedJSON `json:"assumed"`
	Bounds   bool          `json:"bounds"` // earliest and latest are two
	Earliest *figuresJSON  `json:"earliest"`
	Latest   *figuresJSON  `json:"latest"`
}

type partJSON struct {
	Part           string    `json:"part"`
	ID             string    `json:"id"`
	Text           lang.Text `json:"text"`
	Source         string    `json:"source"`
	Interpretation lang.Text `json:"interpretation"`
}

type gapJSON struct {
	Step      string `json:"step"`
	Unbounded bool   `json:"unbounded"`
}

type assumedJSON struct {
	Fact string `json:"fact"`
	How  []How  `json:"how"`
}

type figuresJSON struct {
	Outcomes []timesJSON    `json:"outcomes"` // and the endings that are none, whose outcome is null
	Any      timesJSON      `json:"any"`
	Kinds    []timesJSON    `json:"kinds"`
	Steps    []stepJSON     `json:"steps"`
	Limits   []limitJSON    `json:"limits"`
	Roles    []roleJSON     `json:"capacities"`
	Late     estimateJSON   `json:"late"`
	Survival []survivalJSON `json:"survival"`
}

type timesJSON struct {
	ID      string       `json:"id"`
	Outcome *string      `json:"outcome"`
	Title   lang.Text    `json:"title"`
	Reached estimateJSON `json:"reached"`
	Mean    estimateJSON `json:"mean"`
	P10     estimateJSON `json:"p10"`
	P50     estimateJSON `json:"p50"`
	P90     estimateJSON `json:"p90"`
}

type stepJSON struct {
	Step    string       `json:"step"`
	Given   bool         `json:"given"`
	Reached estimateJSON `json:"reached"`
	Count   estimateJSON `json:"count"`
	Waited  estimateJSON `json:"waited"`
	Took    estimateJSON `json:"took"`
	Late    estimateJSON `json:"late"`
}

type limitJSON struct {
	Limit   string       `json:"limit"`
	Reached estimateJSON `json:"reached"`
	Met     estimateJSON `json:"met"`
}

type roleJSON struct {
	Role        string       `json:"role"`
	Staff       *int         `json:"staff"`
	Places      *int         `json:"places"`
	Held        estimateJSON `json:"held"`
	Load        estimateJSON `json:"load"`
	Peak        estimateJSON `json:"peak"`
	Needed      estimateJSON `json:"needed"`
	Utilisation estimateJSON `json:"utilisation"`
	Queue       estimateJSON `json:"queue"`
	PeakQueue   estimateJSON `json:"peak_queue"`
	Waited      estimateJSON `json:"waited"`
	Waited90    estimateJSON `json:"waited_p90"`
	Delayed     estimateJSON `json:"delayed"`
}

type survivalJSON struct {
	Day  int      `json:"day"`
	Open float64  `json:"open"`
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
}

type changeJSON struct {
	ID         string       `json:"id"`
	Title      lang.Text    `json:"title"`
	Unit       Unit         `json:"unit"`
	Bound      *string      `json:"bound"`
	Base       estimateJSON `json:"base"`
	Then       estimateJSON `json:"then"`
	Difference estimateJSON `json:"difference"`
}

// estimateJSON has null where there is no number, and says why.
type estimateJSON struct {
	Value        *float64 `json:"value"`
	Low          *float64 `json:"low"`
	High         *float64 `json:"high"`
	Replications int      `json:"replications"`
	Absent       *string  `json:"absent"`
}

// finite returns nil for what is no number.
func finite(f float64) *float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return &f
}

func (e Estimate) json(none table.Absence) estimateJSON {
	out := estimateJSON{Value: finite(e.Value), Low: finite(e.Low), High: finite(e.High), Replications: e.Replications}
	if out.Value == nil {
		why := string(none)
		if e.Unbounded() {
			why = string(table.Unbounded)
		}
		out.Absent = &why
	}
	return out
}

// MarshalJSON writes the report for programs, with texts in both languages.
func (r *Report) MarshalJSON() ([]byte, error) {
	m := r.Program.Model()
	out := reportJSON{
		Model: m.ID, Version: m.Version, Hash: m.Hash, Cases: r.Options.Cases, Replications: r.Options.Replications, Seed: r.Options.Seed,
		Start: r.Options.Start, Confidence: Confidence, Base: r.scenarioJSON(r.Base), Changes: []changeJSON{},
	}
	if r.WhatIf != nil {
		out.WhatIf = r.scenarioJSON(r.WhatIf)
	}
	none := table.NotApplicable
	for _, c := range r.Changes {
		x := changeJSON{ID: c.ID, Title: c.What, Unit: c.Unit, Base: c.Base.json(none), Then: c.Then.json(none), Difference: c.Difference.json(none)}
		if c.Bound != "" {
			x.Bound = &c.Bound
		}
		out.Changes = append(out.Changes, x)
	}
	return json.Marshal(out)
}

func (r *Report) scenarioJSON(s *Scenario) *scenarioJSON {
	out := &scenarioJSON{Given: []partJSON{}, Gaps: []gapJSON{}, Assumed: []assumedJSON{}, Bounds: s.Bounds(), Earliest: s.Earliest.json(s.Plan)}
	out.Latest = out.Earliest
	if s.Bounds() {
		out.Latest = s.Latest.json(s.Plan)
	}
	for _, p := range s.Plan.Parts(r.Program.Model()) {
		out.Given = append(out.Given, partJSON{p.Part, p.ID, p.Says, p.Origin.Source, p.Origin.Interpretation})
	}
	for _, g := range s.Gaps {
		out.Gaps = append(out.Gaps, gapJSON{g.Step.ID, g.Unbounded})
	}
	for _, a := range s.Assumed {
		out.Assumed = append(out.Assumed, assumedJSON{a.Fact.ID, a.How})
	}
	return out
}

func (t *Times) json(id string, title lang.Text) timesJSON {
	none := table.NotApplicable
	return timesJSON{
		ID: id, Title: title, Reached: t.Reached.json(none), Mean: t.Mean.json(none), P10: t.P10.json(none), P50: t.P50.json(none), P90: t.P90.json(none),
	}
}

func (f *Figures) json(p *Plan) *figuresJSON {
	none := table.NotApplicable
	out := &figuresJSON{
		Any: f.Any.json("any", name("milestone.any")), Late: f.Late.json(none),
		Kinds: []timesJSON{}, Steps: []stepJSON{}, Limits: []limitJSON{}, Roles: []roleJSON{}, Survival: []survivalJSON{},
	}
	for _, e := range f.Ends {
		id, title := e.Name()
		x := e.Times.json(id, title)
		if e.Outcome != nil {
			x.Outcome = &e.Outcome.ID
		}
		out.Outcomes = append(out.Outcomes, x)
	}
	for _, k := range f.Kinds {
		out.Kinds = append(out.Kinds, k.Times.json(k.Kind.ID, k.Title()))
	}
	for _, s := range f.Steps {
		out.Steps = append(out.Steps, stepJSON{
			s.Step.ID, s.Given, s.Reached.json(none), s.Count.json(none), s.Waited.json(none), s.Took.json(none), s.Late.json(none),
		})
	}
	for _, l := range f.Limits {
		out.Limits = append(out.Limits, limitJSON{l.Limit.ID, l.Reached.json(none), l.Met.json(none)})
	}
	for i := range f.Roles {
		k := &f.Roles[i]
		why := k.lacks(p)
		if why == "" {
			why = none
		}
		out.Roles = append(out.Roles, roleJSON{
			k.Capacity.Role, positive(k.Staff), positive(k.Places), k.Held.json(none), k.Load.json(why), k.Peak.json(why), k.Needed.json(why),
			k.Utilisation.json(why), k.Queue.json(why), k.PeakQueue.json(why), k.Waited.json(why), k.Waited90.json(why), k.Delayed.json(why),
		})
	}
	for _, s := range f.Survival {
		out.Survival = append(out.Survival, survivalJSON{s.Day, s.Open.Value, finite(s.Open.Low), finite(s.Open.High)})
	}
	return out
}

func positive(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}
