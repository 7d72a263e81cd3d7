package dsl

import (
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// readStages reads the phases of the model.
func (d *draft) readStages() {
	for _, r := range d.tables("stage") {
		id := r.id("id")
		s := &Stage{ID: id.text, Title: r.needText("title"), Help: r.text("help"), Span: id.span}
		n := d.node(s, "stage", id, Node{Stage: s})
		s.When = d.rule(r, "when", n)
		s.Time = d.time(r)
		s.Origin = d.origin(r)
		r.close()
		if id.present {
			d.stages.add(&d.faults, id, s)
		}
	}
}

// readSteps reads the steps, all but what they say of other steps: that may stand further down.
func (d *draft) readSteps() {
	for _, r := range d.tables("step") {
		id := r.id("id")
		s := &Step{ID: id.text, Title: r.needText("title"), Help: r.text("help"), Span: id.span}
		n := d.node(s, "step", id, Node{Step: s})
		if w := r.name("stage"); w.present {
			s.Stage, _ = find(d.unit, d.stages, w, "unknown-stage")
			if s.Stage != nil {
				n.needs(d.nodes[s.Stage], w.span)
			}
			d.strays = d.strays || s.Stage == nil || !id.present
		}
		if w := r.needName("kind"); w.present {
			s.Kind, _ = find(d.unit, d.kinds, w, "unknown-kind")
		}
		if w := r.needName("actor"); w.present {
			s.Actor, _ = find(d.unit, d.actors, w, "unknown-actor")
		}
		s.With = findAll(d.unit, r, "with", d.actors, "unknown-actor")
		s.Tags = findAll(d.unit, r, "tags", d.tags, "unknown-tag")
		s.When = d.rule(r, "when", n)
		s.Time = d.time(r)
		s.Every = d.every(r)
		if r.has("time") && r.has("every") {
			d.faults.Error(r.table.Entry("time").Key, "time-of-repeating", nil).With(r.table.Entry("every").Key, "every-here", nil)
		}
		s.Done = d.checklist(r, n)
		s.Origin = d.origin(r)
		words, listed := r.names("after")
		r.close()
		if id.present && d.steps.add(&d.faults, id, s) {
			d.afters[s] = &after{words, listed}
			if s.Stage != nil {
				s.Stage.Steps = append(s.Stage.Steps, s)
			}
		}
	}
}

// checklist reads what must be true for a step to be done.
func (d *draft) checklist(r *fields, n *node) []*Item {
	repeats := r.has("every")
	if !repeats {
		r.need("done")
	}
	v := r.of("done", syntax.Array)
	if v == nil {
		return nil
	}
	if repeats {
		d.faults.Error(r.table.Entry("done").Key, "done-of-repeating", nil).With(r.table.Entry("every").Key, "every-here", nil)
	} else if len(v.Items) == 0 {
		d.faults.Error(v.Span, "done-empty", nil)
	}
	var items []*Item
	ids := newIndex[*Item]("done")
	for _, v := range v.Items {
		item := &Item{Span: v.Span}
		switch v.Kind {
		case syntax.String:
			if r.wordOf(v, "done").present {
				item.Rule = d.parse(v, boolean, n)
			}
		case syntax.TableKind:
			d.readItem(v, item, ids, n)
		default:
			d.faults.Error(v.Span, "not-a-rule", diag.Args{"Key": "done"})
		}
		items = append(items, item)
	}
	return items
}

// readItem reads an entry of a checklist that is a table.
func (d *draft) readItem(v *syntax.Value, item *Item, ids *index[*Item], n *node) {
	r := d.fields(v, "done")
	item.Title, item.Help = r.text("title"), r.text("help")
	r.need("rule")
	item.Rule = d.rule(r, "rule", n)
	id := r.name("id")
	r.close()
	if id.present {
		d.checkID(id)
		item.ID = id.text
		ids.add(&d.faults, id, item)
		return
	}
	for _, key := range []string{"title", "help"} {
		if r.has(key) && !r.has("id") && !r.table.Broken {
			d.faults.Error(r.at(key), "item-without-id", diag.Args{"Key": key})
			return
		}
	}
}

// resolveAfter finds the steps that each step comes after: those it names, or the one above it that does not
// repeat.
func (d *draft) resolveAfter() {
	var above *Step
	for _, s := range d.steps.all() {
		a, n := d.afters[s], d.nodes[s]
		switch {
		case a.listed:
			s.After = d.stepsNamed(a.words, s, n)
		case above != nil:
			s.After = []*Step{above}
			n.needs(d.nodes[above], s.Span)
		}
		if s.Every == nil {
			above = s
		}
	}
}

// stepsNamed looks up steps that something comes after; self is nil for an outcome.
func (d *draft) stepsNamed(words []word, self *Step, n *node) []*Step {
	var out []*Step
	for _, w := range words {
		s, ok := find(d.unit, d.steps, w, "no-such-step")
		switch {
		case !ok:
		case s == self:
			d.faults.Error(w.span, "after-itself", diag.Args{"ID": w.text})
		case s.Every != nil:
			d.faults.Error(w.span, "after-repeating", diag.Args{"ID": w.text}).With(s.Every.Span, "every-here", nil)
		default:
			out = append(out, s)
			if n != nil {
				n.needs(d.nodes[s], w.span)
			}
		}
	}
	return out
}
