package conform

import (
	"encoding/json"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
)

// The report as JSON. Keys that have nothing to say are present, and empty or null.
type reportJSON struct {
	Model      string         `json:"model"`
	Versions   []versionJSON  `json:"versions"`
	At         *calendar.Day  `json:"at"`
	Log        logJSON        `json:"log"`
	All        figuresJSON    `json:"all"`
	Groups     []groupJSON    `json:"groups"`
	Actors     []termJSON     `json:"actors"`
	Activities []activityJSON `json:"activities"`
	Unused     []string       `json:"unused"` // activities of the mapping that the log lacks
	Variants   []variantJSON  `json:"variants"`
	Resources  []pairJSON     `json:"resources"`
	Unseen     []unseenJSON   `json:"unseen"`
	Complete   bool           `json:"complete"` // the log was read to its end
}

type versionJSON struct {
	Version string `json:"version"`
	Hash    string `json:"hash"`
	Cases   int    `json:"cases"`
}

type logJSON struct {
	Cases      int           `json:"cases"`
	LeftOut    int           `json:"left_out"`
	Empty      int           `json:"empty"`
	Events     int           `json:"events"`
	SetAside   int           `json:"set_aside"`
	Unordered  int           `json:"unordered"`
	Activities int           `json:"activities"`
	Variants   int           `json:"variants"`
	MoreNames  int           `json:"events_of_further_names"`
	MoreCases  int           `json:"cases_of_further_variants"`
	First      *calendar.Day `json:"first"`
	Last       *calendar.Day `json:"last"`
	Days       spreadJSON    `json:"days"`
	Length     spreadJSON    `json:"events_per_case"`
	Resources  spreadJSON    `json:"resource_handovers_per_case"`
}

// spreadJSON are percentiles; null where there is nothing to count.
type spreadJSON struct {
	N    int      `json:"n"`
	Mean *float64 `json:"mean"`
	Min  *int     `json:"min"`
	P10  *int     `json:"p10"`
	P50  *int     `json:"p50"`
	P90  *int     `json:"p90"`
	Max  *int     `json:"max"`
}

type figuresJSON struct {
	Cases       int            `json:"cases"`
	Closed      int            `json:"closed"`
	Ended       int            `json:"ended"`
	Perfect     int            `json:"perfect"`
	CasesJudged int            `json:"cases_judged"`
	Fitness     *float64       `json:"fitness"`
	Judged      int            `json:"events_judged"`
	Fitting     int            `json:"events_fitting"`
	Asked       int            `json:"steps_asked"`
	Done        int            `json:"steps_done"`
	Events      map[string]int `json:"events"`
	Late        int            `json:"events_late"`
	Extra       map[Why]int    `json:"extra"`
	Ignored     int            `json:"events_ignored"`
	Steps       []stepJSON     `json:"steps"`
	Limits      []limitJSON    `json:"limits"`
	Outcomes    []outcomeJSON  `json:"outcomes"`
	Handovers   [][]int        `json:"handovers"` // from, to: by place in actors
	PerCase     spreadJSON     `json:"handovers_per_case"`
	Through     spreadJSON     `json:"days_of_ended"`
	SoFar       spreadJSON     `json:"days_so_far"`
}

type groupJSON struct {
	Group *string   `json:"group"` // null: all further ones together
	Title lang.Text `json:"title"`
	figuresJSON
}

type termJSON struct {
	ID    string    `json:"id"`
	Title lang.Text `json:"title"`
}

type stepJSON struct {
	Step    string         `json:"step"`
	Title   lang.Text      `json:"title"`
	Actor   string         `json:"actor"`
	Cases   map[string]int `json:"cases"` // by how the step ended
	Events  map[string]int `json:"events"`
	LateEv  int            `json:"events_late"`
	InTime  *int           `json:"in_time"` // null, as the two below: the model states no due day
	Late    *int           `json:"late"`
	Overdue *int           `json:"overdue"`
	Missed  *int           `json:"missed"`
	Told    int            `json:"told"`
	Wait    spreadJSON     `json:"days_to_done"`
	Before  map[string]int `json:"done_before"` // events out of order, by the step that was to be done first
}

type limitJSON struct {
	Limit string         `json:"limit"`
	Title lang.Text      `json:"title"`
	Cases map[string]int `json:"cases"`
}

type outcomeJSON struct {
	Outcome string    `json:"outcome"`
	Title   lang.Text `json:"title"`
	Cases   int       `json:"cases"`
}

type activityJSON struct {
	Activity string  `json:"activity"`
	Mapped   bool    `json:"mapped"`
	Events   int     `json:"events"`
	Cases    int     `json:"cases"`
	Near     *string `json:"near"`
}

type variantJSON struct {
	Activities  []string `json:"activities"`
	More        int      `json:"more"`
	Cases       int      `json:"cases"`
	Perfect     int      `json:"perfect"`
	CasesJudged int      `json:"cases_judged"`
}

type pairJSON struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Times int    `json:"times"`
}

type unseenJSON struct {
	Version string    `json:"version"`
	Part    Part      `json:"part"`
	Of      string    `json:"of"`
	Facts   []string  `json:"facts"`
	Whole   bool      `json:"whole"`
	Text    lang.Text `json:"text"`
}

// MarshalJSON writes the report for programs, with texts in both languages.
func (r *Report) MarshalJSON() ([]byte, error) {
	l := &r.Log
	out := reportJSON{
		Model: r.Mapping.Model, Versions: []versionJSON{}, At: r.At, All: r.All.json(r), Groups: []groupJSON{}, Actors: []termJSON{}, Activities: []activityJSON{},
		Unused: append([]string{}, r.Unused()...), Variants: []variantJSON{}, Resources: []pairJSON{}, Unseen: []unseenJSON{}, Complete: len(r.Broken) == 0,
		Log: logJSON{
			Cases: l.Cases, LeftOut: l.Faulty, Empty: l.Empty, Events: l.Events, SetAside: l.Aside, Unordered: l.Unordered, Activities: l.Activities, Variants: l.Variants,
			MoreNames: l.MoreNames, MoreCases: l.MoreCases, Days: l.Days.json(), Length: l.Length.json(), Resources: l.PerResource.json(),
		},
	}
	if l.Events > 0 {
		out.Log.First, out.Log.Last = &l.First, &l.Last
	}
	for i, p := range r.Programs {
		m := p.Model()
		out.Versions = append(out.Versions, versionJSON{m.Version, m.Hash, l.Versions[m.Version]})
		for k := range r.Unseen[i] {
			u := &r.Unseen[i][k]
			id, _ := u.of()
			out.Unseen = append(out.Unseen, unseenJSON{m.Version, u.Part, id, factIDs(u.Facts), u.Whole, inBoth(u.Text)})
		}
	}
	for _, g := range r.Groups {
		j := groupJSON{Title: g.GroupText(), figuresJSON: g.json(r)}
		if !g.Other {
			j.Group = &g.Name
		}
		out.Groups = append(out.Groups, j)
	}
	for _, a := range r.Actors {
		out.Actors = append(out.Actors, termJSON{a.ID, a.Title})
	}
	for _, a := range r.Activities {
		j := activityJSON{Activity: a.Name, Mapped: a.Mapped, Events: a.Events, Cases: a.Cases}
		if a.Near != "" {
			j.Near = &a.Near
		}
		out.Activities = append(out.Activities, j)
	}
	for _, v := range r.Variants {
		out.Variants = append(out.Variants, variantJSON{append([]string{}, v.Activities...), v.More, v.Cases, v.Perfect, v.CasesJudged})
	}
	for _, p := range r.Resources {
		out.Resources = append(out.Resources, pairJSON(p))
	}
	return json.Marshal(out)
}

func (h *Histogram) json() spreadJSON {
	out := spreadJSON{N: h.n}
	if h.n == 0 {
		return out
	}
	m, _ := h.Mean()
	out.Mean = &m
	for p, to := range map[int]**int{0: &out.Min, 10: &out.P10, 50: &out.P50, 90: &out.P90, 100: &out.Max} {
		v, _ := h.Percentile(p)
		*to = &v
	}
	return out
}

func sortsJSON(n [Sorts]int) map[string]int {
	out := map[string]int{}
	for s, k := range n {
		out[Sort(s).String()] = k
	}
	return out
}

func (f *Figures) json(r *Report) figuresJSON {
	out := figuresJSON{
		Cases: f.Cases, Closed: f.Closed, Ended: f.Ended, Perfect: f.Perfect, CasesJudged: f.CasesJudged, Judged: f.Fit.Judged, Fitting: f.Fit.Fitting, Asked: f.Fit.Asked, Done: f.Fit.Done,
		Events: sortsJSON(f.Events), Late: f.Late, Extra: map[Why]int{}, Ignored: f.Ignored, Steps: []stepJSON{}, Limits: []limitJSON{}, Outcomes: []outcomeJSON{},
		Handovers: f.Handovers, PerCase: f.HandoversPer.json(), Through: f.Through.json(), SoFar: f.SoFar.json(),
	}
	if v, ok := f.Fit.Fitness(); ok {
		out.Fitness = &v
	}
	for _, why := range []Why{NotApplying, Again, AfterEnd} {
		out.Extra[why] = f.Extra[why]
	}
	for i := range f.Steps {
		s := &f.Steps[i]
		j := stepJSON{
			Step: s.Step.ID, Title: s.Step.Title, Actor: s.Step.Actor.ID, Cases: map[string]int{}, Events: sortsJSON(s.Events), LateEv: s.LateEv,
			Told: s.Told, Wait: s.Wait.json(), Before: map[string]int{},
		}
		for e, n := range s.Ends {
			j.Cases[End(e).String()] = n
		}
		for b, n := range s.Before {
			j.Before[r.union.steps[b].ID] = n
		}
		if s.Bounded() {
			j.InTime, j.Late, j.Overdue = &s.InTime, &s.Late, &s.Overdue
		}
		if s.Step.Every != nil {
			j.Missed = &s.Missed
		}
		out.Steps = append(out.Steps, j)
	}
	for _, l := range f.Limits {
		j := limitJSON{l.Limit.ID, l.Limit.Title, map[string]int{}}
		for s, n := range l.States {
			j.Cases[LimitState(s).String()] = n
		}
		out.Limits = append(out.Limits, j)
	}
	for _, o := range f.Outcomes {
		out.Outcomes = append(out.Outcomes, outcomeJSON{o.Outcome.ID, o.Outcome.Title, o.Cases})
	}
	return out
}
