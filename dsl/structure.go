package dsl

import (
	"strings"
	"unicode"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
)

// checkReach reports what no case can ever reach: stages, steps and outcomes whose rules contradict
// themselves or each other, and checklist items and accepted cases that can never be.
func (d *draft) checkReach() {
	s := &search{defines: map[string]*rule.Expr{}, total: searchTotal}
	for _, def := range d.defines.all() {
		if e := expr(def.Rule); e != nil {
			s.defines[def.ID] = e
		}
	}
	closed := map[*Stage]bool{} // stages reported, whose steps are not
	for _, stage := range d.stages.all() {
		if e := d.sound(stage.When); e != nil && !s.possible(e) {
			d.faults.Error(stage.When.Span, "stage-never", diag.Args{"ID": stage.ID})
			closed[stage] = true
		}
	}
	// within reports a rule that can never be true, by itself or together with the rule of its stage.
	within := func(when *Rule, stage *Stage, id, alone, together string) {
		e := d.sound(when)
		switch {
		case e == nil:
		case !s.possible(e):
			d.faults.Error(when.Span, alone, diag.Args{"ID": id})
		case stage == nil || closed[stage]:
		default:
			if of := d.sound(stage.When); of != nil && !s.possible(of, e) {
				d.faults.Error(when.Span, together, diag.Args{"ID": id, "Stage": stage.ID}).With(stage.When.Span, "stage-rule-here", nil)
			}
		}
	}
	for _, step := range d.steps.all() {
		within(step.When, step.Stage, step.ID, "step-never", "step-never-in-stage")
		for _, item := range step.Done {
			if e := d.sound(item.Rule); e != nil && !s.possible(e) {
				d.faults.Error(item.Rule.Span, "item-never", diag.Args{"ID": step.ID})
			}
		}
	}
	for _, o := range d.outcomes.all() {
		within(o.When, o.Stage, o.ID, "outcome-never", "outcome-never-in-stage")
	}
	for _, a := range d.accepts.all() {
		if e := d.sound(a.When); e != nil && !s.possible(e) {
			d.faults.Error(a.When.Span, "accept-never", diag.Args{"ID": a.ID})
		}
	}
}

func expr(r *Rule) *rule.Expr {
	if r == nil || r.Expr == nil || r.Expr.Op == rule.OpInvalid || r.Expr.Type.Kind == rule.Invalid {
		return nil
	}
	return r.Expr
}

// sound returns the rule's expression, or nil where there is none or it has a fault already.
func (d *draft) sound(r *Rule) *rule.Expr {
	e := expr(r)
	if e == nil {
		return nil
	}
	if d.faulty[r] {
		return nil
	}
	return e
}

// checkUnused warns of the model's own facts and definitions that nothing names. Nothing is said where a part of the
// file could not be read, and a name that a slip elsewhere may have meant counts as used.
func (d *draft) checkUnused() {
	if d.Broken {
		return
	}
	names := (&scope{d: d}).names()
	for _, p := range d.rules {
		for _, ref := range p.tree.Names() {
			if !d.used[ref.Name] && !d.declared(ref.Name) {
				d.used[d.near(ref.Name, names)] = true
			}
			d.used[ref.Name] = true
		}
	}
	if d.compared > maxCompared {
		return // what the other names may have meant cannot be told
	}
	for _, text := range d.unparsed {
		for _, name := range strings.FieldsFunc(normal(text), func(c rune) bool {
			return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c)
		}) {
			d.used[name] = true
		}
	}
	for _, f := range d.facts.all() {
		if !f.Shared && !d.used[f.ID] {
			d.faults.Warn(f.Span, "unused-fact", diag.Args{"ID": f.ID})
		}
	}
	for _, def := range d.defines.all() {
		if !d.used[def.ID] {
			d.faults.Warn(def.Span, "unused-define", diag.Args{"ID": def.ID})
		}
	}
}

func (d *draft) declared(name string) bool {
	return d.facts.byID[name] != nil || d.defines.byID[name] != nil
}
