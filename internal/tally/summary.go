package tally

import (
	"cmp"
	"slices"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// Summary is what a tally has counted, with titles in one language. As JSON, every key is always present.
type Summary struct {
	Cases  int            `json:"cases"`
	Faulty int            `json:"faulty"` // cases that could not be put through every model; they are counted nowhere else
	Models []ModelSummary `json:"models"` // in the order in which they were asked for
}

// ModelSummary tells how the cases stand in one model.
type ModelSummary struct {
	Model    string         `json:"model"`
	Title    string         `json:"title"`
	Versions []VersionCount `json:"versions"` // in the order they come into force
	Statuses Statuses       `json:"statuses"`
	Stuck    StuckCount     `json:"stuck"`
	Next     []StepCount    `json:"next"`     // the most common primary step first
	Actors   []ActorCount   `json:"actors"`   // the one with the most primary steps first
	Lateness LatenessCount  `json:"lateness"` // of the cases in which something is to be done
	Outcomes []OutcomeCount `json:"outcomes"` // the most common first; also those that no case has
	Missing  []FactCount    `json:"missing"`  // the most common first
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

// ActorCount tells how many steps an actor has to do, over all cases.
type ActorCount struct {
	Actor    string `json:"actor"`
	Title    string `json:"title"`
	First    int    `json:"first"` // cases in which the primary step is theirs
	Required int    `json:"required"`
	Late     int    `json:"late"`
}

// LatenessCount tells how cases in which something is to be done stand to the due days: each by its most urgent step.
type LatenessCount struct {
	OK   int `json:"ok"`
	Soon int `json:"soon"`
	Late int `json:"late"`
}

// OutcomeCount tells how many cases an outcome has closed.
type OutcomeCount struct {
	Outcome string `json:"outcome"`
	Title   string `json:"title"`
	Cases   int    `json:"cases"`
}

// FactCount tells how many cases a fact is missing in.
type FactCount struct {
	Fact  string `json:"fact"`
	Title string `json:"title"`
	First int    `json:"first"` // it is the most urgent of those that are missing
	Cases int    `json:"cases"`
}

// Summary returns what has been counted so far, with titles of the newest versions.
func (t *Tally) Summary(l lang.Lang) *Summary {
	s := &Summary{Cases: t.cases, Faulty: t.faulty, Models: []ModelSummary{}}
	for _, id := range t.models {
		s.Models = append(s.Models, t.model(t.set.Versions(id), l))
	}
	return s
}

// byID gathers counts under the ids that all versions of a model use, in the order in which the ids are first seen.
type byID[T any] struct {
	list  []T
	index map[string]int
}

// of returns the counts under an id; they begin as first.
func (b *byID[T]) of(id string, first T) *T {
	i, seen := b.index[id]
	if !seen {
		if b.index == nil {
			b.index = map[string]int{}
		}
		i = len(b.list)
		b.index[id] = i
		b.list = append(b.list, first)
	}
	return &b.list[i]
}

// model sums the versions of a model up. They are gone through from the newest, so that titles are its.
func (t *Tally) model(versions []*interpreter.Program, l lang.Lang) ModelSummary {
	newest := versions[len(versions)-1].Model()
	out := ModelSummary{Model: newest.ID, Title: newest.Title.In(l), Versions: []VersionCount{}}
	var steps byID[StepCount]
	var actors byID[ActorCount]
	var outcomes byID[OutcomeCount]
	var missing byID[FactCount]
	for _, p := range slices.Backward(versions) {
		m, c := p.Model(), t.counts[p]
		out.Versions = append(out.Versions, VersionCount{m.Version, c.cases})
		out.Statuses.Open += c.statuses[interpreter.Open]
		out.Statuses.Waiting += c.statuses[interpreter.Waiting]
		out.Statuses.NeedsFacts += c.statuses[interpreter.NeedsFacts]
		out.Statuses.Closed += c.statuses[interpreter.Closed]
		out.Statuses.Stuck += c.statuses[interpreter.StuckCase]
		out.Stuck.NoRule += c.stuck[interpreter.NoRule]
		out.Stuck.Unobtainable += c.stuck[interpreter.Unobtainable]
		out.Lateness.OK += c.lateness[interpreter.OK]
		out.Lateness.Soon += c.lateness[interpreter.Soon]
		out.Lateness.Late += c.lateness[interpreter.Late]
		for i, s := range m.Steps {
			n := steps.of(s.ID, StepCount{Step: s.ID, Title: s.Title.In(l)})
			n.First, n.Required, n.Late = n.First+c.steps[i].first, n.Required+c.steps[i].required, n.Late+c.steps[i].late
		}
		for _, a := range m.Actors {
			if have := c.actors[a]; have != nil {
				n := actors.of(a.ID, ActorCount{Actor: a.ID, Title: a.Title.In(l)})
				n.First, n.Required, n.Late = n.First+have.first, n.Required+have.required, n.Late+have.late
			}
		}
		for i, o := range m.Outcomes {
			outcomes.of(o.ID, OutcomeCount{Outcome: o.ID, Title: o.Title.In(l)}).Cases += c.outcomes[i]
		}
		for i, f := range m.Facts {
			n := missing.of(f.ID, FactCount{Fact: f.ID, Title: f.Title.In(l)})
			n.First, n.Cases = n.First+c.missing[i].first, n.Cases+c.missing[i].missing
		}
	}
	slices.Reverse(out.Versions)
	out.Next = ranked(steps.list, func(n StepCount) (int, int) { return n.First, n.Required })
	out.Actors = ranked(actors.list, func(n ActorCount) (int, int) { return n.First, n.Required })
	out.Missing = ranked(missing.list, func(n FactCount) (int, int) { return n.Cases, n.First })
	out.Outcomes = slices.Clone(outcomes.list)
	if out.Outcomes == nil {
		out.Outcomes = []OutcomeCount{}
	}
	slices.SortStableFunc(out.Outcomes, func(a, b OutcomeCount) int { return b.Cases - a.Cases })
	return out
}

// ranked returns those that count for anything, the greatest first by one number and then by the other; those that are
// alike keep their order.
func ranked[T any](list []T, by func(T) (int, int)) []T {
	out := []T{}
	for _, n := range list {
		if a, b := by(n); a+b > 0 {
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(x, y T) int {
		a, b := by(x)
		c, d := by(y)
		return cmp.Or(c-a, d-b)
	})
	return out
}
