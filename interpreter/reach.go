package interpreter

// maxCells is how many combinations of values are tried to find what values a rule can have.
const maxCells = 50_000

// CanBe finds which values a rule can have, by Truth, whatever is known of a case: it tries every combination of the
// values that rules can tell apart for the facts it looks at, unknown among them. Where these are too many, or cannot
// be listed, or the rule looks at other steps or at the calendar, it takes every value to be possible.
func (p *Program) CanBe(of RuleOf) (can [3]bool) {
	n := p.nodesOf(of)
	p.cells([]run{n}, func(f *Facts, r *Result) bool {
		can[p.Value(of, f, r)] = true
		return !(can[True] && can[False] && can[Unknown])
	}, func() { can = [3]bool{true, true, true} })
	return can
}

// CanBeDone tells whether the step with index i can be done: whether its rule and its whole checklist can hold at once.
func (p *Program) CanBeDone(i int) bool {
	runs := append([]run{p.relevance.whens[i]}, p.relevance.items[i]...)
	if s := p.steps[i].stage; s >= 0 {
		runs = append(runs, p.relevance.stages[s])
	}
	can := false
	p.cells(runs, func(_ *Facts, r *Result) bool {
		can = r.isDone(i)
		return !can
	}, func() { can = true })
	return can
}

// cells calls try for a case of every combination of values of the facts that the rules look at, until it returns false;
// or calls tooMany.
func (p *Program) cells(rules []run, try func(*Facts, *Result) bool, tooMany func()) {
	var r Result
	f := p.NewFacts()
	r.at = 20_000
	r.fit(p)
	facts, more := p.looksAt(rules...)
	others := p.tries().alternatives
	p.visit(rules, func(k int32) { more = more || others.daily[k] })
	if more {
		tooMany()
		return
	}
	values := make([][]alternative, len(facts))
	total := 1
	for i, k := range facts {
		known, all := others.of(k, r.at)
		values[i] = append([]alternative{{kind: notHappened}}, known...)
		if total *= len(values[i]); !all || total > maxCells {
			tooMany()
			return
		}
	}
	choice := make([]int, len(facts))
	for {
		for i, k := range facts {
			values[i][choice[i]].put(f, k, r.at)
		}
		p.walk(f, &r)
		if !try(f, &r) {
			return
		}
		i := 0
		for ; i < len(choice); i++ {
			if choice[i]++; choice[i] < len(values[i]) {
				break
			}
			choice[i] = 0
		}
		if i == len(choice) {
			return
		}
	}
}

// nodesOf returns the nodes of a rule.
func (p *Program) nodesOf(of RuleOf) run {
	switch {
	case of.Define != nil:
		return p.relevance.defines[of.Define.Index]
	case of.Stage != nil:
		return p.relevance.stages[of.Stage.Index]
	case of.Outcome != nil:
		return p.relevance.outcomes[of.Outcome.Index]
	case of.Item == nil:
		return p.relevance.whens[of.Step.Index]
	}
	for k, item := range of.Step.Done {
		if item == of.Item {
			return p.relevance.items[of.Step.Index][k]
		}
	}
	panic("interpreter: a rule of another program")
}
