package dsl

import (
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
)

// scope is what the rules of a draft may speak of. Definitions get their types as they are checked.
type scope struct {
	d     *draft
	types map[string]rule.Type
	known []string // the names of facts and definitions, once they have been asked for
}

// Fact implements rule.Scope. A name that may be declared where the text could not be read is of no known type.
func (s *scope) Fact(name string) (rule.Type, bool) {
	if f, ok := s.d.facts.byID[name]; ok {
		return f.Type, true
	}
	if _, ok := s.d.defines.byID[name]; !ok && s.d.excused(name, false) {
		return rule.Type{}, true
	}
	return rule.Type{}, false
}

// Define implements rule.Scope.
func (s *scope) Define(name string) (rule.Type, bool) {
	if _, ok := s.d.defines.byID[name]; !ok {
		return rule.Type{}, false
	}
	return s.types[name], true // Invalid where it is not checked: its own rule is at fault
}

// Step implements rule.Scope.
func (s *scope) Step(id string) bool {
	_, ok := s.d.steps.byID[id]
	return ok || s.d.excused(id, true)
}

// Names implements rule.Scope.
func (s *scope) Names() []string { return s.d.candidates(s.names()) }

func (s *scope) names() []string {
	if s.known == nil {
		s.known = append(append(s.known, s.d.facts.ids...), s.d.defines.ids...)
	}
	return s.known
}

// Steps implements rule.Scope.
func (s *scope) Steps() []string { return s.d.candidates(s.d.steps.ids) }

// typeRules checks every rule, definitions in the order in which they need each other, and fills the model's
// order.
func (d *draft) typeRules() {
	ordered, cyclic := d.order()
	byNode := map[*node][]*pending{}
	for _, p := range d.rules {
		byNode[p.node] = append(byNode[p.node], p)
	}
	s := &scope{d: d, types: map[string]rule.Type{}}
	check := func(n *node) {
		for _, p := range byNode[n] {
			before := len(d.faults)
			if before > maxFaults {
				d.faulty[p.rule] = true
				continue
			}
			p.rule.Expr = p.tree.Check(s, p.want, &d.faults)
			d.noteFaults(p.rule, before)
		}
		if n == nil || n.out.Define == nil {
			return
		}
		if r := n.out.Define.Rule; r != nil && r.Expr != nil && !cyclic[n] {
			s.types[n.id] = r.Expr.Type
		}
	}
	for _, n := range ordered {
		check(n)
		d.m.Order = append(d.m.Order, n.out)
	}
	for _, p := range d.rules { // what is in a cycle has no order, and its faults are told all the same
		if n := p.node; n != nil && cyclic[n] && byNode[n] != nil {
			check(n)
			byNode[n] = nil
		}
	}
	check(nil)
	d.refuseDoneOfRepeating()
}

// noteFaults remembers that the rule has errors, if any were added since there were before of them.
func (d *draft) noteFaults(r *Rule, before int) {
	if d.faults[before:].HasErrors() {
		d.faulty[r] = true
	}
}

// refuseDoneOfRepeating reports done('…') of a step that comes back: it is never done.
func (d *draft) refuseDoneOfRepeating() {
	for _, p := range d.rules {
		if p.rule.Expr == nil {
			continue
		}
		p.rule.Expr.Walk(func(e *rule.Expr) {
			if e.Op != rule.OpDone {
				return
			}
			if s := d.steps.byID[e.Name]; s != nil && s.Every != nil {
				d.faults.Error(e.Span, "done-never", diag.Args{"ID": e.Name}).With(s.Every.Span, "every-here", nil)
				d.faulty[p.rule] = true
			}
		})
	}
}

// fillItems lists the facts of every checklist item: those its rule names, definitions entered, in the order
// of the text. What done and late of other steps rest on is not this item's to know.
func (d *draft) fillItems() {
	for _, s := range d.m.Steps {
		for _, item := range s.Done {
			if item.Rule == nil || item.Rule.Expr == nil {
				continue
			}
			seen := map[string]bool{}
			d.factsOf(item.Rule.Expr, seen, func(f *Fact) { item.Facts = append(item.Facts, f) })
		}
	}
}

func (d *draft) factsOf(e *rule.Expr, seen map[string]bool, visit func(*Fact)) {
	e.Walk(func(e *rule.Expr) {
		switch e.Op {
		case rule.OpFact, rule.OpKnown, rule.OpHappened, rule.OpDefine:
		default:
			return
		}
		if seen[e.Name] {
			return
		}
		seen[e.Name] = true
		if f, ok := d.facts.byID[e.Name]; ok {
			visit(f)
		} else if def := d.defines.byID[e.Name]; def != nil && def.Rule != nil && def.Rule.Expr != nil {
			d.factsOf(def.Rule.Expr, seen, visit)
		}
	})
}
