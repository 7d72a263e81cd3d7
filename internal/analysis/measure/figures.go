package measure

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/internal/table"
	"slices"
)

// Figure is what a metric comes to for a model.
type Figure struct {
	Metric *Metric
	Value  table.Cell
	Note   lang.Text // whom or what it is of, as the actor with the greatest share, or the link that nothing bounds; may be empty
}

// Figure returns the figure of the metric with the id; nil where there is no such metric.
func (r *Report) Figure(id string) *Figure {
	for i := range r.Figures {
		if r.Figures[i].Metric.ID == id {
			return &r.Figures[i]
		}
	}
	return nil
}

// figures takes a figure for each metric out of the report.
func (m *measurer) figures() {
	r := m.report
	values := map[string]Figure{
		"steps": {Value: table.Int(len(m.m.Steps))}, "actors": {Value: table.Int(len(m.actors()))}, "outcomes": {Value: table.Int(len(m.m.Outcomes))},
	}
	for _, d := range r.Drivers {
		values[string(d.Role)] = d.figure()
	}
	for _, part := range []func(map[string]Figure){r.handoverFigures, r.timeFigures, r.consentFigures, r.reachFigures, r.lawFigures, r.factFigures, r.sourceFigures, r.loadFigures} {
		part(values)
	}
	for i := range Metrics {
		f, ok := values[Metrics[i].ID]
		if !ok {
			panic("no figure for the metric " + Metrics[i].ID)
		}
		f.Metric = &Metrics[i]
		r.Figures = append(r.Figures, f)
	}
}

// actors lists those who act in some step.
func (m *measurer) actors() map[*dsl.Term]bool {
	out := map[*dsl.Term]bool{}
	for _, s := range m.m.Steps {
		out[s.Actor] = true
	}
	return out
}

// figure is the greatest share; who has it, or how many have.
func (d *Driver) figure() Figure {
	if len(d.Steps) == 0 {
		return Figure{Value: table.Lacks(table.NotApplicable)}
	}
	var first []lang.Text
	for _, a := range d.Actors {
		if a.Steps == d.Actors[0].Steps {
			first = append(first, a.Actor.Title)
		}
	}
	return Figure{Value: table.Ratio(d.Actors[0].Steps, len(d.Steps)), Note: listed(first)}
}

func (r *Report) handoverFigures(to map[string]Figure) {
	h := &r.Handovers
	extreme := func(x *Extreme) Figure {
		switch {
		case h.Unproven:
			return Figure{Value: table.Lacks(table.Unproven)}
		case x == nil:
			return Figure{Value: table.Lacks(table.NotApplicable)}
		}
		note := x.Outcome.Title
		if !x.Exact {
			note = catalogue.In("note.bound", nil)
		}
		return Figure{Value: table.Int(x.N), Note: note}
	}
	to["handovers-least"], to["handovers-most"] = extreme(h.Least), extreme(h.Most)
	mean := Figure{Value: table.Lacks(table.NotAsked)}
	switch {
	case h.Unproven:
		mean.Value = table.Lacks(table.Unproven)
	case r.Cohort != nil && r.Cohort.Lived == 0:
		mean.Value = table.Lacks(table.NotApplicable)
	case r.Cohort != nil:
		mean.Value = table.Num(float64(h.Total) / float64(r.Cohort.Lived))
		mean.Note = catalogue.In("note.lived", map[string]any{"Count": r.Cohort.Lived})
	}
	to["handovers-mean"] = mean
}

func (r *Report) timeFigures(to map[string]Figure) {
	for id, goal := range map[string]Goal{"meeting": ToMeeting, "plan": ToPlan, "outcome": ToOutcome} {
		t := r.target(goal)
		to[id+"-longest"], to[id+"-shortest"] = t.longestFigure(), r.shortestFigure(t)
	}
	t := r.target(ToOutcome)
	bounded, open := Figure{Value: table.Lacks(table.NotApplicable)}, Figure{Value: table.Lacks(table.NotApplicable)}
	if t.Unproven {
		bounded.Value, open.Value = table.Lacks(table.Unproven), table.Lacks(table.Unproven)
	} else if t.Longest != nil {
		bounded, open = Figure{Value: boundedDays(t.Longest)}, Figure{Value: table.Int(len(t.Longest.OpenLinks()))}
	}
	to["outcome-bounded"], to["outcome-open"] = bounded, open
	slack := Figure{Value: table.Lacks(table.NotStated)}
	least := 0
	for _, s := range r.Slacks {
		if s.Longest == nil {
			continue
		}
		if _, ok := slack.Value.Float(); !ok || s.Days < least {
			least = s.Days
			slack = Figure{Value: table.Int(least), Note: s.Limit.Title}
		}
	}
	to["slack-least"] = slack
}

func (t *Target) longestFigure() Figure {
	switch {
	case t.Longest == nil:
		return Figure{Value: table.Lacks(table.NotApplicable)}
	case t.Unproven:
		return Figure{Value: table.Lacks(table.Unproven)}
	case !t.Longest.Bounded():
		return Figure{Value: table.Lacks(table.Unbounded), Note: openText(t.Longest)}
	}
	f := Figure{Value: table.Int(t.Longest.Most)}
	if o := t.Longest.Origin; o != nil {
		f.Note = both(func(l lang.Lang) string { return say(l, "note.from", map[string]any{"Fact": quoted(o.Title, l)}) })
	}
	return f
}

// openText names the first link of a way that nothing bounds.
func openText(w *ways.Way) lang.Text {
	link := w.OpenLinks()[0]
	return both(func(l lang.Lang) string { return linkEnds(link, l) })
}

// boundedDays is what the bounded links of a way come to; of none, no number is stated.
func boundedDays(w *ways.Way) table.Cell {
	if len(w.OpenLinks()) == len(w.Links) {
		return table.Lacks(table.NotStated)
	}
	return table.Int(w.Most)
}

// shortestFigure is the shortest time to a target. A model that has a time nowhere that a case must wait states none.
func (r *Report) shortestFigure(t *Target) Figure {
	waits := func(x ways.Stretch) bool { return ways.ShortestStay(x.Time) != nil }
	switch {
	case t.Shortest != nil && !slices.ContainsFunc(ways.StretchesOf(r.Model), waits):
		return Figure{Value: table.Lacks(table.NotStated)}
	case t.Shortest == nil:
		return Figure{Value: table.Lacks(table.NotApplicable)}
	case t.Unproven && t.Shortest.Links == nil: // no step is known to be on every way
		return Figure{Value: table.Lacks(table.Unproven)}
	}
	return Figure{Value: table.Int(t.Shortest.Fewest)}
}

func (r *Report) consentFigures(to map[string]Figure) {
	before, unproven := 0, false
	for _, s := range r.Consent.Sharing {
		if s.Before {
			before++
		}
		unproven = unproven || s.Unproven
	}
	to["consent-points"] = Figure{Value: table.Int(len(r.Consent.Points))}
	to["sharing"] = Figure{Value: table.Int(len(r.Consent.Sharing))}
	value := table.Int(before)
	switch {
	case len(r.Consent.Sharing) == 0:
		value = table.Lacks(table.NotApplicable)
	case unproven:
		value = table.Lacks(table.Unproven)
	}
	to["sharing-before"] = Figure{Value: value}
}

func (r *Report) reachFigures(to map[string]Figure) {
	reachable, unproven := 0, false
	for _, o := range r.Outcomes {
		if o.Reachable {
			reachable++
		}
		unproven = unproven || o.Unproven
	}
	f := Figure{Value: table.Ratio(reachable, len(r.Outcomes))}
	if unproven {
		f.Value = table.Lacks(table.Unproven)
	}
	to["outcomes-reachable"] = f
	closed := Figure{Value: table.Lacks(table.NotAsked)}
	if r.Cohort != nil {
		closed.Value = table.Ratio(r.Cohort.Closed, r.Cohort.Cases)
	}
	to["outcomes-cohort"] = closed
}

func (r *Report) lawFigures(to map[string]Figure) {
	met, applies, broken, unproven := 0, 0, 0, false
	for i := range r.Law {
		l := &r.Law[i]
		if l.Applies() {
			applies++
		}
		if l.Met() {
			met++
		}
		if l.Demand.Verdict == verify.NotMet {
			broken++
		}
		unproven = unproven || l.Demand.Verdict == verify.NotProven
	}
	share, count := Figure{Value: table.Ratio(met, applies)}, Figure{Value: table.Int(broken)}
	switch {
	case len(r.Law) == 0:
		share.Value, count.Value = table.Lacks(table.NotApplicable), table.Lacks(table.NotApplicable)
	case unproven:
		share.Value, count.Value = table.Lacks(table.Unproven), table.Lacks(table.Unproven)
	}
	to["law-met"], to["law-broken"] = share, count
}

func (r *Report) factFigures(to map[string]Figure) {
	deciding := 0
	top, waiting := Figure{Value: table.Lacks(table.NotApplicable)}, Figure{Value: table.Lacks(table.NotAsked)}
	rules, asked := 0, 0
	for _, d := range r.Facts {
		if d.Rules() > 0 {
			deciding++
		}
		rules, asked = max(rules, d.Rules()), max(asked, d.Waiting)
	}
	if rules > 0 {
		top = Figure{Value: table.Int(rules), Note: r.factsWith(rules, (*Decider).Rules)}
	}
	if r.Cohort != nil && r.Facts != nil {
		waiting = Figure{Value: table.Int(asked)}
		if asked > 0 {
			waiting.Note = r.factsWith(asked, func(d *Decider) int { return d.Waiting })
		}
	}
	to["facts-deciding"], to["facts-top"], to["facts-waiting"] = Figure{Value: table.Int(deciding)}, top, waiting
}

// mostNamed is how many facts that come to the same are named; of more it is told how many they are.
const mostNamed = 3

// factsWith names the facts, in file order, of which there are n of what is counted.
func (r *Report) factsWith(n int, count func(*Decider) int) lang.Text {
	var those []*dsl.Fact
	for i := range r.Facts {
		if count(&r.Facts[i]) == n {
			those = append(those, r.Facts[i].Fact)
		}
	}
	if len(those) > mostNamed {
		return catalogue.In("note.facts", map[string]any{"Count": len(those)})
	}
	slices.SortFunc(those, func(a, b *dsl.Fact) int { return a.Index - b.Index })
	var titles []lang.Text
	for _, f := range those {
		titles = append(titles, f.Title)
	}
	return listed(titles)
}

func (r *Report) sourceFigures(to map[string]Figure) {
	stated, chosen, total := 0, 0, 0
	for _, s := range r.Sources {
		if s.Sort == FactSort {
			continue
		}
		stated, chosen, total = stated+s.Stated+s.Both, chosen+s.Chosen, total+s.Total
	}
	to["sources-stated"], to["sources-chosen"] = Figure{Value: table.Ratio(stated, total)}, Figure{Value: table.Ratio(chosen, total)}
}

// loadFigures take the capacity that carries least, by the longest of the times it can be held against.
func (r *Report) loadFigures(to map[string]Figure) {
	rate := Figure{Value: table.Lacks(table.NotStated)}
	open, places := rate, rate
	var least *Load
	for i := range r.Loads {
		x := &r.Loads[i]
		if x.Bounded && (least == nil || x.PerPlace < least.PerPlace) {
			least = x
		}
	}
	switch {
	case least != nil:
		rate = Figure{Value: table.Num(least.PerPlace), Note: least.Capacity.Title}
	case len(r.Loads) > 0:
		rate.Value = table.Lacks(table.Unbounded)
	}
	switch {
	case r.Arrivals == nil && len(r.Loads) > 0:
		open.Value, places.Value = table.Lacks(table.NotAsked), table.Lacks(table.NotAsked)
	case least != nil:
		open = Figure{Value: table.Num(least.Open), Note: least.Capacity.Title}
		places = Figure{Value: table.Num(least.Places), Note: least.Capacity.Title}
	case len(r.Loads) > 0:
		open.Value, places.Value = rate.Value, rate.Value
	}
	to["load-arrivals"], to["load-cases"], to["load-places"] = rate, open, places
}
