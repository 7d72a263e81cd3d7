package simulate

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
)

// compared lists the figures of which a what-if tells the difference.
func compared(m *dsl.Model) (out []figure) {
	add := func(id string, unit Unit, what lang.Text, of func(*tally) float64) {
		out = append(out, figure{id, what, unit, of})
	}
	times := func(id string, what func(measure string) lang.Text, h func(*tally) *hist) {
		add(id+".mean", Days, what("mean"), func(t *tally) float64 { return h(t).mean() })
		for _, q := range []struct {
			name string
			q    float64
		}{{"p10", 0.1}, {"p50", 0.5}, {"p90", 0.9}} {
			add(id+"."+q.name, Days, what(q.name), func(t *tally) float64 { return h(t).quantile(q.q) })
		}
	}
	titled := func(id string, title lang.Text) func(string) lang.Text {
		return func(measure string) lang.Text { return say(id, args{"Title": title, "Measure": "measure." + measure}) }
	}
	times("any", titled("change.any", lang.Text{}), func(t *tally) *hist { return &t.any })
	for _, k := range kindsOf(m) {
		times("kind."+m.Kinds[k].ID, titled("change.kind", m.Kinds[k].Title), func(t *tally) *hist { return &t.kinds[k] })
	}
	for i, o := range m.Outcomes {
		add("outcome."+o.ID+".share", Shares, say("change.share", args{"Title": o.Title}), func(t *tally) float64 { return ratio(t.ends[i].n, t.cases) })
		times("outcome."+o.ID, titled("change.outcome", o.Title), func(t *tally) *hist { return &t.ends[i] })
	}
	add("late", Shares, say("change.late", nil), func(t *tally) float64 { return ratio(t.late, t.cases) })
	for i, l := range m.Limits {
		add("limit."+l.ID+".met", Shares, say("change.limit", args{"Title": l.Title}), func(t *tally) float64 { return ratio(t.limits[i].met, t.limits[i].met+t.limits[i].late) })
	}
	for i, c := range m.Capacities {
		at := func(f func(*roomTally) float64) func(*tally) float64 {
			return func(t *tally) float64 { return f(&t.rooms[i]) }
		}
		for _, x := range []struct {
			id   string
			unit Unit
			of   func(*roomTally) float64
		}{
			{"held", Days, func(r *roomTally) float64 { return r.held.mean() }},
			{"load", Cases, func(r *roomTally) float64 { return meanOf(r.load) }},
			{"queue", Cases, func(r *roomTally) float64 { return meanOf(r.queue) }},
			{"peak-queue", Cases, func(r *roomTally) float64 { return peakOf(r.queue) }},
			{"waited", Days, (*roomTally).waitedMean},
		} {
			add("capacity."+c.Role+"."+x.id, x.unit, say("change.capacity", args{"Title": c.Title, "Measure": "measure." + x.id}), at(x.of))
		}
	}
	return out
}

// changes holds two plans against each other, replication by replication.
func changes(m *dsl.Model, base, then []livedOnce) (out []Change) {
	baseFirst, baseLast, twoBase := split(base)
	thenFirst, thenLast, twoThen := split(then)
	for _, f := range compared(m) {
		add := func(bound string, a, b []*tally) {
			differences := make([]float64, len(a))
			for i := range a {
				differences[i] = f.of(b[i]) - f.of(a[i])
			}
			c := Change{ID: f.id, What: f.what, Unit: f.unit, Bound: bound, Base: over(a, f.of), Then: over(b, f.of), Difference: estimate(differences)}
			if c.Base.Replications > 0 || c.Then.Replications > 0 {
				out = append(out, c)
			}
		}
		if !twoBase && !twoThen {
			add("", baseFirst, thenFirst)
			continue
		}
		add("earliest", baseFirst, thenFirst)
		add("latest", baseLast, thenLast)
	}
	return out
}
