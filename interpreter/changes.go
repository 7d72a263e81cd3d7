package interpreter

import (
	"slices"

	"github.com/stegvis/stegvis/dsl/rule"
)

// changes finds, for every step, which single facts would put it in another status, were they otherwise. It
// tries each fact that the rules of any step look at with every value that rules can tell apart, by the program itself.
// For each fact and status the first such value is kept.
func (e *explainer) changes() [][]Change {
	out := make([][]Change, len(e.p.steps))
	looking := make([][]int, len(e.p.layout.facts)) // the steps whose rules look at each fact
	for i := range out {
		out[i] = []Change{}
		for _, k := range e.support(i) {
			looking[k] = append(looking[k], i)
		}
	}
	others := newAlternatives(e.p, e.r.at)
	try, r := e.p.NewFacts(), &Result{}
	for k, steps := range looking {
		if len(steps) == 0 {
			continue
		}
		seen := make([]uint8, len(steps)) // a bit for each status
		for j, i := range steps {
			seen[j] = 1 << e.r.steps[i].status
		}
		values, _ := others.of(k)
		for _, v := range values {
			try.CopyFrom(e.f)
			v.put(try, k)
			r.at = e.r.at
			r.fit(e.p)
			e.p.walk(try, r)
			for j, i := range steps {
				if bit := uint8(1) << r.steps[i].status; seen[j]&bit == 0 {
					seen[j] |= bit
					out[i] = append(out[i], e.change(k, v, try, r.steps[i].status))
				}
			}
		}
	}
	return out
}

// change puts into words that a step would have the status, were fact k what try has it as.
func (e *explainer) change(k int, v alternative, try *Facts, status StepStatus) Change {
	f := e.p.model.Facts[k]
	c := Change{Fact: f.ID, Status: status.String()}
	if try.Known(k) {
		c.To = try.Value(k)
	}
	id, args := "change.to", map[string]any{"Fact": f.Title.In(e.l)}
	switch {
	case v.kind == notHappened:
		id = "change.forget"
	case v.kind == anotherText:
		id = "change.text"
	case f.Type.Kind == rule.Event && c.To == e.r.at:
		id = "change.today"
	default:
		args["Value"] = FactText(f, c.To, e.l)
	}
	c.Text = e.say(id, args)
	return c
}

// support lists the facts that the rules of step i look at: its stage's, its own, and its checklist's.
func (e *explainer) support(i int) []int {
	rules := append([]run{e.p.relevance.whens[i]}, e.p.relevance.items[i]...)
	if s := e.p.steps[i].stage; s >= 0 {
		rules = append(rules, e.p.relevance.stages[s])
	}
	facts, _ := e.p.looksAt(rules...)
	return facts
}

// looksAt lists the facts that the rules look at, definitions entered, in file order, and tells whether they look at
// other steps too.
func (p *Program) looksAt(rules ...run) (facts []int, steps bool) {
	in := make([]bool, len(p.layout.facts))
	p.visit(rules, func(k int32) {
		switch node := &p.relevance.nodes[k]; node.kind {
		case factPart, knownPart:
			in[node.ref] = true
		case testPart:
			if x := p.relevance.exprs[k]; x.Op == rule.OpHappened {
				in[p.factIndex[x.Name]] = true
			} else {
				steps = true
			}
		}
	})
	for k, is := range in {
		if is {
			facts = append(facts, k)
		}
	}
	return facts, steps
}

// visit calls f for every node of the rules, definitions entered, each once.
func (p *Program) visit(rules []run, f func(k int32)) {
	entered := make([]bool, len(p.defines))
	rules = slices.Clone(rules)
	for len(rules) > 0 {
		n := rules[len(rules)-1]
		rules = rules[:len(rules)-1]
		for k := n.from; k < n.to; k++ {
			f(k)
			if node := &p.relevance.nodes[k]; node.kind == definePart && !entered[node.ref] {
				entered[node.ref] = true
				rules = append(rules, p.relevance.defines[node.ref])
			}
		}
	}
}
