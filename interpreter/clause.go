package interpreter

import (
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
	if n.kind == samePart {
		c.Join, c.Text = e.same(x)
	} else {
		c.Join, c.Text = e.tell(x)
	}
	switch n.kind {
	case andPart, orPart:
		e.flatten(i, n.kind, decides, &c.Parts)
	case notPart:
		if x.Op == rule.OpNe { // of truth values: its node is that of == with a not around it
			if c.Join == "" {
				e.facts(x, &c.Facts)
				break
			}
			same := &e.p.relevance.nodes[n.a]
			for _, k := range [...]int32{same.a, same.b} {
				c.Parts = append(c.Parts, e.clause(k, decides && e.decides(same, k)))
			}
			break
		}
		if inner := e.clause(n.a, decides); c.Join == "" {
			c.Facts = inner.Facts
		} else {
			c.Parts = []Clause{inner}
		}
	case condPart:
		for _, k := range [...]int32{n.c, n.a, n.b} {
			c.Parts = append(c.Parts, e.clause(k, decides && e.decides(n, k)))
		}
	case samePart:
		if c.Join == "" {
			e.facts(x, &c.Facts)
			break
		}
		for _, k := range [...]int32{n.a, n.b} {
			c.Parts = append(c.Parts, e.clause(k, decides && e.decides(n, k)))
		}
	case definePart:
		c.Define = &e.p.model.Defines[n.ref].ID
		if !e.told[n.ref] { // once in a rule: definitions of definitions could repeat each other without end
			e.told[n.ref] = true
			c.Parts = []Clause{e.clause(e.p.relevance.defines[n.ref].to-1, decides)}
		}
	default:
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
