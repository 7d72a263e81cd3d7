package interpreter_test

import (
	"cmp"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// effect tells what a part of a rule can come out as, and what each open fact in it can change. A fact that stands in a
// rule twice counts as two: Kleene's logic looks at each place by itself.
type effect struct {
	can []any // true, false, nil for unknown: the values the part can have
	// by holds, for each fact, the values between which the part can go when the fact alone changes, all others being
	// as they may be.
	by map[string][][2]any
}

// question is what counts as open when a rule is looked at.
type question struct {
	item bool // of a checklist: known(x) counts, since x can become known
	hang bool // facts that nobody can tell count: what does the case hang on?
}

// isOpen tells whether the fact can still become anything: an event is never asked for.
func (o *oracle) isOpen(id string, q question) bool {
	v, asked := o.facts[id]
	return o.fact(id).Type.Kind != rule.Event && (!asked || q.hang && v == nil)
}

var anyTruth = []any{true, false, nil}

// effect works out a part of a rule from its own parts.
func (o *oracle) effect(e *rule.Expr, q question) effect {
	switch {
	case e.Op == rule.OpDefine:
		return o.effect(o.define(e.Name).Rule.Expr, q)
	case e.Op == rule.OpKnown && q.item:
		if _, asked := o.facts[e.Name]; !asked {
			return effect{[]any{false, true}, map[string][][2]any{e.Name: {{false, true}}}}
		}
	case e.Op == rule.OpNot, e.Op == rule.OpAnd, e.Op == rule.OpOr, e.Op == rule.OpCond && e.Type.Kind == rule.Bool,
		(e.Op == rule.OpEq || e.Op == rule.OpNe) && e.Args[0].Type.Kind == rule.Bool:
		parts := make([]effect, len(e.Args))
		for i, a := range e.Args {
			parts[i] = o.effect(a, q)
		}
		return joined(parts, func(values []any) any { return truthOf(e.Op, values) })
	}
	// A test of values: true, false or unknown, as long as a value is open; unknown for good where one is shut.
	state, facts := o.operands(e, q)
	switch state {
	case settled:
		return effect{can: []any{o.value(e)}}
	case shut:
		return effect{can: []any{nil}}
	}
	out := effect{can: anyTruth, by: map[string][][2]any{}}
	for _, f := range facts {
		out.by[f] = [][2]any{{true, false}, {true, nil}, {false, nil}}
	}
	return out
}

// truthOf is what an operation makes of truth values.
func truthOf(op rule.Op, values []any) any {
	e := &rule.Expr{Op: op, Type: rule.Type{Kind: rule.Bool}}
	for _, v := range values {
		part := &rule.Expr{Op: rule.OpConst, Type: e.Type}
		switch v {
		case true:
			part.Value = 1
		case nil:
			part.Op = rule.OpFact // which nothing is known of
		}
		e.Args = append(e.Args, part)
	}
	return (&oracle{}).value(e)
}

// joined puts parts together that do not hang on each other: it tries every combination of what they can be.
func joined(parts []effect, f func([]any) any) effect {
	can := make([][]any, len(parts))
	for i, p := range parts {
		can[i] = p.can
	}
	out := effect{by: map[string][][2]any{}}
	each(can, func(values []any) {
		if v := f(values); !slices.Contains(out.can, v) {
			out.can = append(out.can, v)
		}
	})
	for k, part := range parts {
		others := slices.Clone(can)
		others[k] = []any{nil} // stands still while the others go through all they can be
		for fact, changes := range part.by {
			for _, change := range changes {
				each(others, func(values []any) {
					values[k] = change[0]
					x := f(values)
					values[k] = change[1]
					if y := f(values); x != y && !slices.Contains(out.by[fact], [2]any{x, y}) {
						out.by[fact] = append(out.by[fact], [2]any{x, y})
					}
				})
			}
		}
	}
	return out
}

// each visits every combination of one value of each list.
func each(can [][]any, visit func([]any)) {
	values := make([]any, len(can))
	var from func(i int)
	from = func(i int) {
		if i == len(can) {
			visit(values)
			return
		}
		for _, v := range can[i] {
			values[i] = v
			from(i + 1)
		}
	}
	from(0)
}

type openness int

const (
	settled openness = iota // has a value
	openNow                 // can still get one
	shut                    // can only be unknown
)

// operands tells whether the value that e is, or is computed from, is open, and which facts it hangs on.
func (o *oracle) operands(e *rule.Expr, q question) (openness, []string) {
	switch e.Op {
	case rule.OpFact:
		switch {
		case o.facts[e.Name] != nil && !o.notHappened(e.Name):
			return settled, nil
		case o.isOpen(e.Name, q):
			return openNow, []string{e.Name}
		}
		return shut, nil
	case rule.OpDefine:
		return o.operands(o.define(e.Name).Rule.Expr, q)
	case rule.OpCond:
		return o.choiceOpenness(e, q)
	}
	state := settled
	var facts []string
	for _, a := range e.Args {
		if a.Type.Kind == rule.Bool {
			panic("a truth value among values: " + e.String())
		}
		s, f := o.operands(a, q)
		state = max(state, s)
		facts = append(facts, f...)
	}
	if state != openNow {
		facts = nil
	}
	return state, facts
}

// choiceOpenness is operands for a choice between two values: it has a value where its condition chooses one.
func (o *oracle) choiceOpenness(e *rule.Expr, q question) (openness, []string) {
	c := o.effect(e.Args[0], q)
	var facts []string
	state, sides := settled, 0
	allShut := true
	for i, chosen := range []any{true, false} {
		if slices.Contains(c.can, chosen) {
			s, f := o.operands(e.Args[i+1], q)
			state, sides = s, sides+1
			facts = append(facts, f...)
			allShut = allShut && s == shut
		}
	}
	switch {
	case allShut:
		return shut, nil
	case sides == 1 && len(c.can) == 1:
		return state, facts
	}
	for f, changes := range c.by {
		if len(changes) > 0 {
			facts = append(facts, f)
		}
	}
	return openNow, facts
}

// both is the effect of a stage's rule joined with the rule of one of its parts.
func (o *oracle) both(stage *dsl.Stage, when *dsl.Rule, q question) effect {
	always := effect{can: []any{true}}
	parts := []effect{always, always}
	if stage != nil && stage.When != nil {
		parts[0] = o.effect(stage.When.Expr, q)
	}
	if when != nil {
		parts[1] = o.effect(when.Expr, q)
	}
	return joined(parts, func(v []any) any { return truthOf(rule.OpAnd, v) })
}

// missing lists the facts to ask for (DESIGN 3.6).
func (o *oracle) missing() []interpreter.MissingFact {
	type asked struct {
		fact    *dsl.Fact
		decides []string
		due     *calendar.Day
	}
	found := map[string]*asked{}
	note := func(fact, decides string, due *calendar.Day) {
		a := found[fact]
		if a == nil {
			a = &asked{fact: o.fact(fact)}
			found[fact] = a
		}
		if slices.Contains(a.decides, decides) {
			return
		}
		a.decides = append(a.decides, decides)
		if due != nil && (a.due == nil || *due < *a.due) {
			a.due = due
		}
	}
	all := func(e effect, decides string, due *calendar.Day) {
		for fact, changes := range e.by {
			if len(changes) > 0 {
				note(fact, decides, due)
			}
		}
	}
	settledCase := true
	for _, m := range o.m.Steps {
		s := o.step(m.ID)
		switch s.status {
		case "undetermined":
			settledCase = false
			all(o.both(m.Stage, m.When, question{}), m.ID, s.due)
		case "required":
			settledCase = false
			for _, item := range m.Done {
				if o.value(item.Rule.Expr) != true {
					all(o.effect(item.Rule.Expr, question{item: true}), m.ID, s.due)
				}
			}
			for _, f := range o.undated(m) {
				note(f, m.ID, s.due)
			}
		}
	}
	if settledCase {
		for _, m := range o.m.Outcomes {
			if o.allPassed(m.After) {
				all(o.both(m.Stage, m.When, question{}), m.ID, nil)
			}
		}
	}
	var sorted []*asked
	for _, f := range o.m.Facts { // file order
		if a := found[f.ID]; a != nil {
			sorted = append(sorted, a)
		}
	}
	slices.SortStableFunc(sorted, func(a, b *asked) int {
		switch {
		case a.due != nil && b.due != nil && *a.due != *b.due:
			return cmp.Compare(*a.due, *b.due)
		case (a.due == nil) != (b.due == nil):
			if a.due != nil {
				return -1
			}
			return 1
		}
		return cmp.Compare(len(b.decides), len(a.decides))
	})
	out := []interpreter.MissingFact{}
	for _, a := range sorted {
		x := interpreter.MissingFact{Fact: a.fact.ID, Ask: a.fact.Ask.In(o.lang), Decides: a.decides}
		if a.fact.AskOf != nil {
			x.AskOf = &a.fact.AskOf.ID
		}
		out = append(out, x)
	}
	return out
}

// undated lists the dates, not asked for, that the time of a required step counts from. A step that repeats counts from
// its own period alone.
func (o *oracle) undated(m *dsl.Step) []string {
	var from []*dsl.Fact
	switch {
	case m.Every != nil:
		if o.day(m.Every.Since) == nil && o.day(m.Every.Start) == nil {
			from = append(from, m.Every.Since, m.Every.Start)
		}
	default:
		if m.Time != nil {
			from = append(from, m.Time.From)
		}
		if m.Stage != nil && m.Stage.Time != nil {
			from = append(from, m.Stage.Time.From)
		}
	}
	var out []string
	for _, f := range from {
		if f != nil && o.isOpen(f.ID, question{}) {
			out = append(out, f.ID)
		}
	}
	return out
}

// hangsOn lists the facts that nobody can tell and that leave a step or an outcome open, in file order.
func (o *oracle) hangsOn() []string {
	var effects []effect
	for _, m := range o.m.Steps {
		if o.step(m.ID).status == "undetermined" {
			effects = append(effects, o.both(m.Stage, m.When, question{hang: true}))
		}
	}
	for _, m := range o.m.Outcomes {
		if o.allPassed(m.After) {
			effects = append(effects, o.both(m.Stage, m.When, question{hang: true}))
		}
	}
	out := []string{}
	for _, f := range o.m.Facts {
		v, asked := o.facts[f.ID]
		if asked && v == nil && slices.ContainsFunc(effects, func(e effect) bool { return len(e.by[f.ID]) > 0 }) {
			out = append(out, f.ID)
		}
	}
	return out
}
