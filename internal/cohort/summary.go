package cohort

import (
	"cmp"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// Tally counts how cases stand in every model.
type Tally struct {
	set    *interpreter.Set
	query  interpreter.Query
	models []*count
	cases  int
	faulty int
	result interpreter.Result
}

// count is what has been counted for one model, over its versions.
type count struct {
	id       string
	versions map[*interpreter.Program]int
	statuses map[interpreter.Status]int
	steps    map[string]*StepCount
	outcomes map[string]int
	stuck    map[interpreter.StuckReason]int
}

// NewTally returns a tally over every model of the set. The day asked about is at, else each case's own, else today.
func NewTally(set *interpreter.Set, at *calendar.Day, today calendar.Day) *Tally {
	t := &Tally{set: set, query: interpreter.Query{At: at, Today: today}}
	for _, id := range set.IDs() {
		t.models = append(t.models, &count{
			id: id, versions: map[*interpreter.Program]int{}, statuses: map[interpreter.Status]int{},
			steps: map[string]*StepCount{}, outcomes: map[string]int{}, stuck: map[interpreter.StuckReason]int{},
		})
	}
	return t
}

// Add puts a case through every model and counts how it stands. A case that is at fault for any of them is told of in
// faults, and counted only as such. faulty tells whether the case is known to be at fault already.
func (t *Tally) Add(c *interpreter.Case, faulty bool, faults *diag.List) {
	t.cases++
	type bound struct {
		p *interpreter.Program
		f *interpreter.Facts
	}
	var all []bound
	var own diag.List
	for _, m := range t.models {
		q := t.query
		q.Model = m.id
		p := t.set.Choose(c, q, &own)
		if p == nil {
			continue
		}
		all = append(all, bound{p, c.Bind(p, t.set.Declares, &own)})
	}
	*faults = append(*faults, own...)
	if faulty || own.HasErrors() {
		t.faulty++
		return
	}
	for i, b := range all {
		b.p.Decide(b.f, t.query.Day(c), &t.result)
		t.models[i].add(b.p, &t.result)
	}
}

func (m *count) add(p *interpreter.Program, r *interpreter.Result) {
	m.versions[p]++
	m.statuses[r.Status]++
	switch {
	case r.Outcome >= 0:
		m.outcomes[p.Model().Outcomes[r.Outcome].ID]++
	case r.Status == interpreter.StuckCase && len(r.Stuck) > 0:
		m.stuck[interpreter.Unobtainable]++
	case r.Status == interpreter.StuckCase:
		m.stuck[interpreter.NoRule]++
	}
	for i, s := range r.Next {
		id := p.Model().Steps[s].ID
		if m.steps[id] == nil {
			m.steps[id] = &StepCount{}
		}
		n := m.steps[id]
		n.Required++
		if i == 0 {
			n.First++
		}
		if r.Time(int(s)) == interpreter.Late {
			n.Late++
		}
	}
}

// Summary is what a tally has counted, with titles in one language. As JSON, every key is always present.
type Summary struct {
	Cases  int            `json:"cases"`
	Faulty int            `json:"faulty"` // cases that could not be put through every model; they are counted nowhere else
	Models []ModelSummary `json:"models"` // by id
}

// ModelSummary tells how the cases stand in one model.
type ModelSummary struct {
	Model    string         `json:"model"`
	Title    string         `json:"title"`
	Versions []VersionCount `json:"versions"` // in the order they come into force
	Statuses Statuses       `json:"statuses"`
	Stuck    StuckCount     `json:"stuck"`
	Next     []StepCount    `json:"next"`     // the most common primary step first
	Outcomes []OutcomeCount `json:"outcomes"` // the most common first; also those that no case has
}

// VersionCount tells how many cases a version of a model answers for.
type VersionCount struct {
	Version string `json:"version"`
	Cases   int    `json:"cases"`
}

// Statuses tells how many cases have each status.
type Statuses struct {
	Open       int `json:"open"`
	Waiting    int `json:"waiting"`
	NeedsFacts int `json:"needs_facts"`
	Closed     int `json:"closed"`
	Stuck      int `json:"stuck"`
}

// StuckCount tells why cases are stuck.
type StuckCount struct {
	NoRule       int `json:"no_rule"`
	Unobtainable int `json:"unobtainable"`
}

// StepCount tells how many cases a step is to be done in.
type StepCount struct {
	Step     string `json:"step"`
	Title    string `json:"title"`
	First    int    `json:"first"`    // it is the primary one
	Required int    `json:"required"` // it is one of those to be done
	Late     int    `json:"late"`     // it is, and its due day has passed
}

// OutcomeCount tells how many cases an outcome has closed.
type OutcomeCount struct {
	Outcome string `json:"outcome"`
	Title   string `json:"title"`
	Cases   int    `json:"cases"`
}

// Summary returns what has been counted so far, with titles of the newest versions.
func (t *Tally) Summary(l lang.Lang) *Summary {
	s := &Summary{Cases: t.cases, Faulty: t.faulty, Models: []ModelSummary{}}
	for _, m := range t.models {
		s.Models = append(s.Models, m.summary(t.set.Versions(m.id), l))
	}
	return s
}

func (m *count) summary(versions []*interpreter.Program, l lang.Lang) ModelSummary {
	newest := versions[len(versions)-1].Model()
	out := ModelSummary{
		Model: m.id, Title: newest.Title.In(l),
		Versions: []VersionCount{}, Next: []StepCount{}, Outcomes: []OutcomeCount{},
		Stuck: StuckCount{NoRule: m.stuck[interpreter.NoRule], Unobtainable: m.stuck[interpreter.Unobtainable]},
		Statuses: Statuses{
			Open: m.statuses[interpreter.Open], Waiting: m.statuses[interpreter.Waiting], NeedsFacts: m.statuses[interpreter.NeedsFacts],
			Closed: m.statuses[interpreter.Closed], Stuck: m.statuses[interpreter.StuckCase],
		},
	}
	steps, outcomes := map[string]*dsl.Step{}, map[string]*dsl.Outcome{}
	var stepIDs, outcomeIDs []string // of all versions, the newest first, in file order
	for _, p := range slices.Backward(versions) {
		out.Versions = append(out.Versions, VersionCount{p.Model().Version, m.versions[p]})
		for _, s := range p.Model().Steps {
			if steps[s.ID] == nil {
				steps[s.ID], stepIDs = s, append(stepIDs, s.ID)
			}
		}
		for _, o := range p.Model().Outcomes {
			if outcomes[o.ID] == nil {
				outcomes[o.ID], outcomeIDs = o, append(outcomeIDs, o.ID)
			}
		}
	}
	slices.Reverse(out.Versions)
	for _, id := range stepIDs {
		if n := m.steps[id]; n != nil {
			out.Next = append(out.Next, StepCount{id, steps[id].Title.In(l), n.First, n.Required, n.Late})
		}
	}
	for _, id := range outcomeIDs {
		out.Outcomes = append(out.Outcomes, OutcomeCount{id, outcomes[id].Title.In(l), m.outcomes[id]})
	}
	slices.SortStableFunc(out.Next, func(a, b StepCount) int {
		return cmp.Or(b.First-a.First, b.Required-a.Required)
	})
	slices.SortStableFunc(out.Outcomes, func(a, b OutcomeCount) int { return b.Cases - a.Cases })
	return out
}
