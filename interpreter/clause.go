package interpreter

import (
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// rule explains the rule n.
func (e *explainer) rule(n run) Clause {
	if n.empty() {
		yes := true
		return Clause{Text: e.say("clause.always", nil), Value: &yes, Decides: true, Facts: []FactState{}, Parts: []Clause{}}
	}
	e.p.sweep(n, forRule, e.f, e.r)
	clear(e.told)
	return e.clause(n.to-1, true)
}

// clause explains a node. decides tells whether the value of the whole rule hangs on it.
func (e *explainer) clause(i int32, decides bool) Clause {
	n, x := &e.p.relevance.nodes[i], e.p.relevance.exprs[i]
	c := Clause{Rule: x.String(), Value: e.value(i), Decides: decides, Facts: []FactState{}, Parts: []Clause{}}
	switch n.kind {
	case andPart, orPart:
		c.Join = "all"
		if n.kind == orPart {
			c.Join = "any"
		}
		c.Text = e.say("clause."+c.Join, nil)
		e.flatten(i, n.kind, decides, &c.Parts)
	case notPart:
		inner := e.clause(n.a, decides)
		c.Text = e.say("clause.not", map[string]any{"Text": inner.Text})
		if inner.Join == "" {
			c.Facts = inner.Facts
		} else {
			c.Join, c.Parts = "not", []Clause{inner}
		}
	case condPart:
		c.Join, c.Text = "if", e.say("clause.if", nil)
		for _, k := range [...]int32{n.c, n.a, n.b} {
			c.Parts = append(c.Parts, e.clause(k, decides && e.decides(n, k)))
		}
	case samePart:
		if text, ok := e.truthTest(x); ok {
			c.Text = text
			e.facts(x, &c.Facts)
			break
		}
		c.Join, c.Text = "same", e.say("clause.same", nil)
		for _, k := range [...]int32{n.a, n.b} {
			c.Parts = append(c.Parts, e.clause(k, decides && e.decides(n, k)))
		}
	case definePart:
		d := e.p.model.Defines[n.ref]
		c.Join, c.Define, c.Text = "define", &d.ID, d.Title.In(e.l)
		if c.Text == "" {
			c.Text = d.ID
		}
		if !e.told[n.ref] { // once in a rule: definitions of definitions could repeat each other without end
			e.told[n.ref] = true
			c.Parts = []Clause{e.clause(e.p.relevance.defines[n.ref].to-1, decides)}
		}
	default:
		c.Text = e.test(x)
		e.facts(x, &c.Facts)
	}
	return c
}

// flatten gathers the parts of a chain of one connective.
func (e *explainer) flatten(i int32, kind partKind, decides bool, out *[]Clause) {
	n := &e.p.relevance.nodes[i]
	for _, k := range [...]int32{n.a, n.b} {
		d := decides && e.decides(n, k)
		if e.p.relevance.nodes[k].kind == kind {
			e.flatten(k, kind, d, out)
		} else {
			*out = append(*out, e.clause(k, d))
		}
	}
}

// decides tells whether the value of the node n hangs on its part k, as Kleene's logic has it: where one part settles
// `and`, `or` or a choice, the others do not count; where none does, those that are unknown do.
func (e *explainer) decides(n *ruleNode, k int32) bool {
	whole, part := truthOf(e.p.possible(n, forRule, e.f, e.r)), e.truth(k)
	switch n.kind {
	case andPart, orPart:
		return part == whole
	case condPart:
		switch c := e.truth(n.c); {
		case c == True:
			return k != n.b
		case c == False:
			return k != n.a
		case whole != Unknown:
			return k != n.c // both sides come out the same
		}
	}
	return whole != Unknown || part == Unknown
}

// truth returns the value of a node that has been swept.
func (e *explainer) truth(i int32) Truth { return truthOf(e.r.scratch.possible[forRule][i]) }

// truthOf returns the one value in can; Unknown where there are more.
func truthOf(can possible) Truth {
	switch can {
	case canTrue:
		return True
	case canFalse:
		return False
	}
	return Unknown
}

// value returns the value of a node as JSON has it: nil where it is unknown.
func (e *explainer) value(i int32) *bool {
	v := e.truth(i)
	if v == Unknown {
		return nil
	}
	yes := v == True
	return &yes
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
	seen := map[string]bool{}
	var gather func(x *rule.Expr)
	gather = func(x *rule.Expr) {
		x.Walk(func(n *rule.Expr) {
			switch n.Op {
			case rule.OpFact, rule.OpKnown, rule.OpHappened, rule.OpDefine:
			default:
				return
			}
			if seen[n.Name] {
				return
			}
			seen[n.Name] = true
			if n.Op == rule.OpDefine {
				gather(e.p.model.Defines[e.p.defineIndex[n.Name]].Rule.Expr)
			} else {
				*out = append(*out, e.state(int(e.p.factIndex[n.Name])))
			}
		})
	}
	gather(x)
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
