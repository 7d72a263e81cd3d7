package interpreter

import (
	"github.com/stegvis/stegvis/dsl/rule"
)

// ruleOutline is a rule as clauses, without their values.
type ruleOutline struct {
	root  Clause
	parts []Clause     // all below the root; those of one clause lie beside each other
	forms []clauseForm // each after the one it is a part of; the root first
}

// clauseForm tells where a clause's value comes from, and what it looks at and is made of.
type clauseForm struct {
	node  int32 // whose value it is
	in    int32 // the form that it is a part of
	of    int32 // the node whose value may hang on it, as one of two or three; -1: that of in always does
	at    int32 // its place among the parts, from 1; 0: the root; -1: a link of a chain, which is no clause
	facts [2]int32
	parts [2]int32
}

// rule outlines the rule n, which is not empty.
func (b *outliner) rule(n run) (o ruleOutline) {
	if n.empty() {
		return o
	}
	b.told = make([]bool, len(b.p.defines))
	o.root.Facts = nil
	b.clause(&o, child{node: n.to - 1, of: -1}, 0)
	return o
}

// child is a node that becomes a clause in another.
type child struct{ node, in, of int32 }

// clause outlines a node.
func (b *outliner) clause(o *ruleOutline, of child, at int32) {
	n, x := &b.p.relevance.nodes[of.node], b.p.relevance.exprs[of.node]
	i := int32(len(o.forms))
	o.forms = append(o.forms, clauseForm{node: of.node, in: of.in, of: of.of, at: at})
	c := Clause{Rule: x.String(), Facts: []FactState{}, Parts: []Clause{}}
	if n.kind == samePart {
		c.Join, c.Text = b.same(x)
	} else {
		c.Join, c.Text = b.tell(x)
	}
	var parts []child
	switch {
	case n.kind == andPart || n.kind == orPart:
		parts = b.chain(o, i, of.node, nil)
	case n.kind == definePart:
		c.Define = &b.p.model.Defines[n.ref].ID
		if !b.told[n.ref] { // once in a rule: definitions of definitions could repeat each other without end
			b.told[n.ref] = true
			parts = []child{{b.p.relevance.defines[n.ref].to - 1, i, -1}}
		}
	case c.Join == "":
		o.forms[i].facts = b.looks(x)
	case n.kind == notPart && x.Op == rule.OpNe: // of truth values: its node is that of == with a not around it
		same := &b.p.relevance.nodes[n.a]
		parts = []child{{same.a, i, n.a}, {same.b, i, n.a}}
	case n.kind == notPart:
		parts = []child{{n.a, i, -1}}
	case n.kind == condPart:
		parts = []child{{n.c, i, of.node}, {n.a, i, of.node}, {n.b, i, of.node}}
	case n.kind == samePart:
		parts = []child{{n.a, i, of.node}, {n.b, i, of.node}}
	}
	if at == 0 {
		o.root = c
	} else {
		o.parts[at-1] = c
	}
	from := int32(len(o.parts))
	o.forms[i].parts = [2]int32{from, from + int32(len(parts))}
	o.parts = append(o.parts, make([]Clause, len(parts))...)
	for k, part := range parts {
		b.clause(o, part, from+int32(k)+1)
	}
}

// chain gathers the parts of a chain of one connective.
func (b *outliner) chain(o *ruleOutline, in, node int32, out []child) []child {
	n := &b.p.relevance.nodes[node]
	for _, k := range [...]int32{n.a, n.b} {
		if b.p.relevance.nodes[k].kind != n.kind {
			out = append(out, child{k, in, node})
			continue
		}
		link := int32(len(o.forms))
		o.forms = append(o.forms, clauseForm{node: k, in: in, of: node, at: -1})
		out = b.chain(o, link, k, out)
	}
	return out
}

// looks gives the facts that a test looks at, definitions of values entered, places in an explainer's states, beside each
// other.
func (b *outliner) looks(x *rule.Expr) [2]int32 {
	var all []int32
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
				gather(b.p.model.Defines[b.p.defineIndex[n.Name]].Rule.Expr)
			} else {
				all = append(all, b.p.factIndex[n.Name])
			}
		})
	}
	gather(x)
	o := b.o
	from := int32(len(o.places))
	if len(all) == 1 {
		if o.place[all[0]] < 0 {
			o.place[all[0]] = from
			o.places = append(o.places, all[0])
		}
		from = o.place[all[0]]
	} else {
		o.places = append(o.places, all...)
	}
	return [2]int32{from, from + int32(len(all))}
}

// rule explains a rule.
func (e *explainer) rule(o *ruleOutline, out *Clause) {
	*out = o.root
	parts := take(&e.clauses, len(o.parts))
	copy(parts, o.parts)
	if len(e.b.decides) < len(o.forms) {
		e.b.decides = make([]bool, len(o.forms))
	}
	decides := e.b.decides
	for i := range o.forms {
		x := &o.forms[i]
		decides[i] = i == 0 || decides[x.in] && (x.of < 0 || e.decides(x.of, x.node))
		c := out
		switch {
		case x.at < 0:
			continue
		case x.at > 0:
			c = &parts[x.at-1]
		}
		c.Decides, c.Value = decides[i], e.values[truthOf(e.b.truths[x.node])]
		if x.parts[0] < x.parts[1] {
			c.Parts = parts[x.parts[0]:x.parts[1]:x.parts[1]]
		}
		if x.facts[0] < x.facts[1] {
			c.Facts = e.room.states[x.facts[0]:x.facts[1]:x.facts[1]]
			for k := range c.Facts {
				if s := &c.Facts[k]; s.Fact == "" {
					e.state(int(e.o.places[int(x.facts[0])+k]), s)
				}
			}
		}
	}
}

// decides tells whether the value of a node hangs on its part k, as Kleene's logic has it: where one part settles
// `and`, `or` or a choice, the others do not count; where none does, those that are unknown do.
func (e *explainer) decides(node, k int32) bool {
	n, truths := &e.p.relevance.nodes[node], e.b.truths
	whole, part := truths[node], truths[k]
	switch n.kind {
	case andPart, orPart:
		return part == whole
	case condPart:
		switch c := truths[n.c]; {
		case c == canTrue:
			return k != n.b
		case c == canFalse:
			return k != n.a
		case whole != canUnknown:
			return k != n.c // both sides come out the same
		}
	}
	return whole != canUnknown || part == canUnknown
}

// weigh finds the truth value of every part of every rule. Those of tests and definitions are the very ones that the
// decision was made on; a part of one of them is made of its own parts as the decision makes the whole.
func (e *explainer) weigh() {
	t := e.b.truths
	for i := range t {
		switch n := &e.p.relevance.nodes[i]; n.kind {
		case constPart:
			t[i] = n.fixed
		case andPart:
			t[i] = andOf(t[n.a], t[n.b])
		case orPart:
			t[i] = orOf(t[n.a], t[n.b])
		case notPart:
			t[i] = flipped(t[n.a])
		case condPart:
			t[i] = condOf(t[n.c], t[n.a], t[n.b])
		case samePart:
			t[i] = sameOf(t[n.a], t[n.b])
		case definePart:
			t[i] = onlyOf(e.p.run(&e.p.defines[n.ref].rule, e.r))
		case knownPart:
			t[i] = canFalse
			if e.f.Known(int(n.ref)) {
				t[i] = canTrue
			}
		case testPart, atomPart:
			t[i] = onlyOf(e.p.run(&n.code, e.r))
		}
	}
}

func onlyOf(t Truth) possible { return [...]possible{canUnknown, canFalse, canTrue}[t] }

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
