package interpreter

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// rule explains the rule n, which must have been swept in the mode.
func (e *explainer) rule(n run, m mode) Clause {
	if n.empty() {
		yes := true
		return Clause{Text: e.say("clause.always", nil), Value: &yes, Facts: []FactState{}, Parts: []Clause{}}
	}
	e.p.mark(n, m, e.f, e.r)
	c := e.clause(n.to-1, m)
	clear(e.r.scratch.found)
	clear(e.r.scratch.entered)
	return c
}

func (e *explainer) clause(i int32, m mode) Clause {
	n, x := &e.p.relevance.nodes[i], e.p.relevance.exprs[i]
	c := Clause{Rule: x.String(), Value: e.value(i, m), Decides: e.r.scratch.marked[i], Facts: []FactState{}, Parts: []Clause{}}
	switch n.kind {
	case andPart, orPart:
		c.Join = "all"
		if n.kind == orPart {
			c.Join = "any"
		}
		c.Text = e.say("clause."+c.Join, nil)
		e.flatten(i, n.kind, m, &c.Parts)
	case notPart:
		inner := e.clause(n.a, m)
		c.Text = e.say("clause.not", map[string]any{"Text": inner.Text})
		if inner.Join == "" {
			c.Facts = inner.Facts
		} else {
			c.Join, c.Parts = "not", []Clause{inner}
		}
	case condPart:
		c.Join, c.Text = "if", e.say("clause.if", nil)
		c.Parts = []Clause{e.clause(n.c, m), e.clause(n.a, m), e.clause(n.b, m)}
	case samePart:
		if text, ok := e.truthTest(x); ok {
			c.Text = text
			e.facts(x, &c.Facts)
			break
		}
		c.Join, c.Text = "same", e.say("clause.same", nil)
		c.Parts = []Clause{e.clause(n.a, m), e.clause(n.b, m)}
	case definePart:
		d := e.p.model.Defines[n.ref]
		c.Join, c.Define, c.Text = "define", &d.ID, d.Title.In(e.l)
		if c.Text == "" {
			c.Text = d.ID
		}
		def := e.p.relevance.defines[n.ref]
		e.p.sweep(def, m, e.f, e.r)
		if c.Decides {
			e.p.markBack(def, m, e.f, e.r)
		} else {
			clear(e.r.scratch.marked[def.from:def.to])
		}
		c.Parts = []Clause{e.clause(def.to-1, m)}
	default:
		c.Text = e.test(x)
		e.facts(x, &c.Facts)
	}
	return c
}

// flatten gathers the parts of a chain of one connective.
func (e *explainer) flatten(i int32, kind partKind, m mode, out *[]Clause) {
	n := &e.p.relevance.nodes[i]
	for _, k := range [...]int32{n.a, n.b} {
		if e.p.relevance.nodes[k].kind == kind {
			e.flatten(k, kind, m, out)
		} else {
			*out = append(*out, e.clause(k, m))
		}
	}
}

// value returns what the decision took the node for; a checklist's known(x) is false until x is known.
func (e *explainer) value(i int32, m mode) *bool {
	can := e.r.scratch.possible[m][i]
	if m == forItem && !single(can) {
		// In a checklist's sweep known(x) counts as open: its value is what the rule itself gives.
		can = e.settle(i)
	}
	var v bool
	switch can {
	case canTrue:
		v = true
	case canFalse:
	default:
		return nil
	}
	return &v
}

// settle returns the value of the node with known(x) as it is now.
func (e *explainer) settle(i int32) possible {
	n := &e.p.relevance.nodes[i]
	switch n.kind {
	case andPart:
		return flipped(orOf(flipped(e.settle(n.a)), flipped(e.settle(n.b))))
	case orPart:
		return orOf(e.settle(n.a), e.settle(n.b))
	case notPart:
		return flipped(e.settle(n.a))
	case condPart:
		return condOf(e.settle(n.c), e.settle(n.a), e.settle(n.b))
	case samePart:
		return sameOf(e.settle(n.a), e.settle(n.b))
	case definePart:
		return e.settle(e.p.relevance.defines[n.ref].to - 1)
	}
	return e.p.possible(n, forRule, e.f, e.r)
}

// truthTest puts `fact == true` and the like into words.
func (e *explainer) truthTest(x *rule.Expr) (string, bool) {
	left, right := x.Args[0], x.Args[1]
	if left.Op == rule.OpConst {
		left, right = right, left
	}
	if left.Op != rule.OpFact || right.Op != rule.OpConst {
		return "", false
	}
	answer := "value.no"
	if right.Value != 0 {
		answer = "value.yes"
	}
	return e.title(left.Name) + ": " + e.say(answer, nil), true
}

func (e *explainer) fact(id string) *dsl.Fact { return e.p.model.Facts[e.p.factIndex[id]] }

func (e *explainer) title(id string) string { return e.fact(id).Title.In(e.l) }

// test puts a single test into words.
func (e *explainer) test(x *rule.Expr) string {
	sides := func() map[string]any {
		return map[string]any{"Left": e.words(x.Args[0], x.Args[1]), "Right": e.words(x.Args[1], x.Args[0])}
	}
	isDay := len(x.Args) > 0 && (x.Args[0].Type.Kind == rule.Date || x.Args[0].Type.Kind == rule.Event)
	order := func(number, day string) string {
		if isDay {
			return e.say("clause."+day, sides())
		}
		return e.say("clause."+number, sides())
	}
	switch x.Op {
	case rule.OpConst:
		if x.Value != 0 {
			return e.say("value.yes", nil)
		}
		return e.say("value.no", nil)
	case rule.OpFact:
		return e.title(x.Name) + ": " + e.say("value.yes", nil)
	case rule.OpKnown:
		return e.say("clause.known", map[string]any{"Fact": e.title(x.Name)})
	case rule.OpHappened:
		return e.say("clause.happened", map[string]any{"Fact": e.title(x.Name)})
	case rule.OpDone, rule.OpLate:
		id := "clause.done"
		if x.Op == rule.OpLate {
			id = "clause.late"
		}
		return e.say(id, map[string]any{"Step": e.p.model.Steps[e.p.stepIndex[x.Name]].Title.In(e.l)})
	case rule.OpEq:
		return e.say("clause.eq", sides())
	case rule.OpNe:
		return e.say("clause.ne", sides())
	case rule.OpLt:
		return order("lt", "before")
	case rule.OpLe:
		return order("le", "not-after")
	case rule.OpGt:
		return order("gt", "after")
	case rule.OpGe:
		return order("ge", "not-before")
	case rule.OpIn:
		if x.Args[1].Op != rule.OpList {
			return e.say("clause.has", map[string]any{"Left": e.words(x.Args[1], nil), "Right": e.words(x.Args[0], x.Args[1])})
		}
		return e.say("clause.in", sides())
	case rule.OpHasAny:
		return e.say("clause.has-any", sides())
	case rule.OpHasAll:
		return e.say("clause.has-all", sides())
	}
	return x.String()
}

// words puts a value into words; a literal of an enum or set takes its label from the fact it stands beside.
func (e *explainer) words(x, beside *rule.Expr) string {
	of := func(id string) string {
		return e.say(id, map[string]any{"Of": e.words(x.Args[0], nil)})
	}
	switch x.Op {
	case rule.OpFact:
		return e.title(x.Name)
	case rule.OpDefine:
		if t := e.p.model.Defines[e.p.defineIndex[x.Name]].Title.In(e.l); t != "" {
			return t
		}
		return x.Name
	case rule.OpList:
		parts := make([]string, len(x.Args))
		for i, a := range x.Args {
			parts[i] = e.words(a, beside)
		}
		return strings.Join(parts, ", ")
	case rule.OpConst:
		switch x.Type.Kind {
		case rule.Enum, rule.Set:
			if beside != nil && beside.Op == rule.OpFact {
				return e.fact(beside.Name).Labels[x.Value].In(e.l)
			}
		case rule.Date:
			return calendar.Day(x.Value).String()
		case rule.Text:
			return x.Name
		}
	case rule.OpToday:
		return e.say("value.today", nil)
	case rule.OpDaysSince:
		return of("value.days-since")
	case rule.OpWeeksSince:
		return of("value.weeks-since")
	case rule.OpMonthsSince:
		return of("value.months-since")
	case rule.OpCount:
		return of("value.count")
	case rule.OpDaysBetween:
		return e.say("value.days-between", map[string]any{"From": e.words(x.Args[0], nil), "To": e.words(x.Args[1], nil)})
	}
	return x.String()
}

// facts gathers the state of every fact that a test looks at, definitions of values entered.
func (e *explainer) facts(x *rule.Expr, out *[]FactState) {
	x.Walk(func(n *rule.Expr) {
		switch n.Op {
		case rule.OpFact, rule.OpKnown, rule.OpHappened:
			for _, have := range *out {
				if have.Fact == n.Name {
					return
				}
			}
			*out = append(*out, e.state(int(e.p.factIndex[n.Name])))
		case rule.OpDefine:
			e.facts(e.p.model.Defines[e.p.defineIndex[n.Name]].Rule.Expr, out)
		}
	})
}

func (e *explainer) state(i int) FactState {
	f := e.p.model.Facts[i]
	out := FactState{Fact: f.ID, Title: f.Title.In(e.l), State: "not_asked"}
	isEvent := f.Type.Kind == rule.Event
	switch {
	case e.f.Known(i) && !(isEvent && e.f.Value(i).(calendar.Day) > e.r.at):
		out.State, out.Value = "known", e.f.Value(i)
		out.Text = FactText(f, out.Value, e.l)
		return out
	case isEvent:
		out.State = "not_happened"
	case e.f.IsUnobtainable(i):
		out.State = "unobtainable"
	}
	out.Text = e.say("state."+out.State, nil)
	return out
}
