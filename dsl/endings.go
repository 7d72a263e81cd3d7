package dsl

import (
	"sort"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// readOutcomes reads the ways for a case to end. An outcome with a stage waits for all its steps.
func (d *draft) readOutcomes() {
	for _, r := range d.tables("outcome") {
		id := r.id("id")
		o := &Outcome{ID: id.text, Title: r.needText("title"), Help: r.text("help"), Span: id.span}
		if w := r.name("stage"); w.present {
			o.Stage, _ = find(d.unit, d.stages, w, "unknown-stage")
		}
		o.When = d.rule(r, "when", nil)
		o.To = findAll(d.unit, r, "to", d.actors, "unknown-actor")
		o.Tags = findAll(d.unit, r, "tags", d.tags, "unknown-tag")
		o.Origin = d.origin(r)
		words, listed := r.names("after")
		o.After = d.stepsBefore(o.Stage, d.stepsNamed(words, nil, nil))
		r.close()
		if !r.has("when") && !r.has("stage") && (!listed || len(words) == 0) && !r.table.Broken {
			d.faults.Error(r.place, "outcome-always", nil)
		}
		if id.present {
			d.outcomes.add(&d.faults, id, o)
		}
	}
}

// stepsBefore returns the steps named and those of the stage that do not repeat, in file order.
func (d *draft) stepsBefore(stage *Stage, named []*Step) []*Step {
	in := map[*Step]bool{}
	for _, s := range named {
		in[s] = true
	}
	if stage != nil {
		for _, s := range stage.Steps {
			in[s] = in[s] || s.Every == nil
		}
	}
	var out []*Step
	for _, s := range d.steps.all() {
		if in[s] {
			out = append(out, s)
		}
	}
	return out
}

// readLimits reads what bounds a whole case.
func (d *draft) readLimits() {
	for _, r := range d.tables("limit") {
		id := r.id("id")
		l := &Limit{ID: id.text, Title: r.text("title"), Help: r.text("help"), Span: id.span}
		if l.Title.IsZero() {
			l.Title.SV, l.Title.EN = id.text, id.text
		}
		l.From = d.factFor(r.needName("from"), "limit-from-type", rule.Event, rule.Date)
		for _, w := range d.oneOrMore(r, "until") {
			if f := d.factFor(w, "limit-until-type", rule.Event); f != nil {
				l.Until = append(l.Until, f)
			}
		}
		r.need("max")
		if max := r.duration("max"); max != nil {
			l.Max = *max
		}
		l.Roll = d.roll(r)
		l.Origin = d.origin(r)
		r.close()
		if id.present {
			d.limits.add(&d.faults, id, l)
		}
	}
}

// oneOrMore reads a name, or an array of at least one.
func (d *draft) oneOrMore(r *fields, key string) []word {
	r.need(key)
	v := r.value(key)
	switch {
	case v == nil:
		return nil
	case v.Kind == syntax.String:
		return []word{r.name(key)}
	}
	words, _ := r.names(key)
	if v.Kind == syntax.Array && len(v.Items) == 0 {
		d.faults.Error(v.Span, "empty-list", diag.Args{"Key": key, "Table": r.label})
	}
	return words
}

// readCapacities reads how many cases each role can carry.
func (d *draft) readCapacities() {
	for _, r := range d.tables("capacity") {
		role := r.id("role")
		c := &Capacity{Role: role.text, Title: r.text("title"), Span: role.span}
		if c.Title.IsZero() {
			c.Title.SV, c.Title.EN = role.text, role.text
		}
		if w := r.needName("actor"); w.present {
			c.Actor, _ = find(d.unit, d.actors, w, "unknown-actor")
		}
		r.need("cases")
		if v := r.of("cases", syntax.Int); v != nil {
			if v.Int < 1 || v.Int > 1_000_000 {
				d.faults.Error(v.Span, "bad-cases", nil)
			}
			c.Cases = int(v.Int)
		}
		c.Origin = d.origin(r)
		r.close()
		if role.present {
			d.roles.add(&d.faults, role, c)
		}
	}
}

// checkSize reports a model that is larger than can be served, and one that has nothing to do.
func (d *draft) checkSize() {
	if ids := d.steps.ids; len(ids) > maxSteps {
		d.faults.Error(d.steps.spans[ids[maxSteps]], "too-many-steps", diag.Args{"N": len(ids), "Max": maxSteps})
	}
	if ids := d.facts.ids; len(ids) > maxFacts {
		i := sort.Search(len(ids), func(i int) bool { return i >= maxFacts && d.facts.spans[ids[i]].Source == d.Source })
		span := d.m.Span
		if i < len(ids) {
			span = d.facts.spans[ids[i]]
		}
		d.faults.Error(span, "too-many-facts", diag.Args{"N": len(ids), "Max": maxFacts})
	}
	if d.Broken || !d.hasHead {
		return
	}
	if d.Root.Get("step") == nil {
		d.faults.Error(d.m.Span, "no-steps", nil)
	}
	if d.Root.Get("outcome") == nil {
		d.faults.Error(d.m.Span, "no-outcomes", nil)
	}
	for _, s := range d.stages.all() {
		if len(s.Steps) == 0 && !d.strays {
			d.faults.Error(s.Span, "stage-without-steps", diag.Args{"ID": s.ID})
		}
	}
}
