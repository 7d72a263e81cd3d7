package interpreter

import (
	"slices"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// changes finds which single facts, were they otherwise, would put step i in another status. It tries each
// fact that the step's rules look at with every value that its rules can tell apart, by the program itself;
// for each fact and status the first such value is kept.
func (e *explainer) changes(i int) []Change {
	out := []Change{}
	try, r := e.p.NewFacts(), &Result{}
	now := e.r.steps[i].status
	for _, k := range e.support(i) {
		seen := map[StepStatus]bool{now: true}
		for _, v := range e.alternatives(k) {
			try.CopyFrom(e.f)
			v.put(try, k)
			r.at = e.r.at
			r.fit(e.p)
			e.p.walk(try, r)
			status := r.steps[i].status
			if seen[status] {
				continue
			}
			seen[status] = true
			f := e.p.model.Facts[k]
			c := Change{Fact: f.ID, Status: status.String()}
			if try.Known(k) {
				c.To = try.Value(k)
			}
			id, args := "change.to", map[string]any{"Fact": f.Title.In(e.l)}
			switch {
			case v.forget:
				id = "change.forget"
			case f.Type.Kind == rule.Event:
				id = "change.today"
			default:
				args["Value"] = FactText(f, c.To, e.l)
			}
			c.Text = e.say(id, args)
			out = append(out, c)
		}
	}
	return out
}

// support lists the facts that the rules of step i look at: its stage's, its own, and its checklist's.
func (e *explainer) support(i int) []int {
	rules := append([]run{e.p.relevance.whens[i]}, e.p.relevance.items[i]...)
	if s := e.p.steps[i].stage; s >= 0 {
		rules = append(rules, e.p.relevance.stages[s])
	}
	facts, _ := e.looksAt(rules...)
	return facts
}

// looksAt lists the facts that the rules look at, definitions entered, in file order, and tells whether they look at
// other steps too.
func (e *explainer) looksAt(rules ...run) (facts []int, steps bool) {
	in := make([]bool, len(e.p.layout.facts))
	entered := make([]bool, len(e.p.defines))
	var add func(n run)
	add = func(n run) {
		for k := n.from; k < n.to; k++ {
			switch node := &e.p.relevance.nodes[k]; node.kind {
			case factPart, knownPart:
				in[node.ref] = true
			case definePart:
				if !entered[node.ref] {
					entered[node.ref] = true
					add(e.p.relevance.defines[node.ref])
				}
			case testPart:
				if x := e.p.relevance.exprs[k]; x.Op == rule.OpHappened {
					in[e.p.factIndex[x.Name]] = true
				} else {
					steps = true
				}
			}
		}
	}
	for _, n := range rules {
		add(n)
	}
	for k, is := range in {
		if is {
			facts = append(facts, k)
		}
	}
	return facts, steps
}

// alternative is a value that a fact could have.
type alternative struct {
	forget bool // an event that has not happened
	put    func(f *Facts, k int)
}

// alternatives lists values of fact k that rules can tell apart.
func (e *explainer) alternatives(k int) []alternative {
	f := e.p.model.Facts[k]
	var out []alternative
	add := func(put func(f *Facts, k int)) { out = append(out, alternative{put: put}) }
	switch f.Type.Kind {
	case rule.Bool:
		add(func(f *Facts, k int) { f.SetBool(k, true) })
		add(func(f *Facts, k int) { f.SetBool(k, false) })
	case rule.Enum:
		for v := range f.Type.Values {
			add(func(f *Facts, k int) { f.SetEnum(k, v) })
		}
	case rule.Set:
		add(func(f *Facts, k int) { f.SetSet(k, nil) })
		for v := range f.Type.Values {
			add(func(f *Facts, k int) { f.SetSet(k, []int{v}) })
		}
	case rule.Event:
		add(func(f *Facts, k int) { f.SetDay(k, e.r.at) })
		out = append(out, alternative{forget: true, put: func(f *Facts, k int) { f.Forget(k) }})
	case rule.Date:
		for _, c := range e.cuts(k) {
			add(func(f *Facts, k int) { f.SetDay(k, calendar.Day(c)) })
		}
	case rule.Int:
		for _, c := range e.cuts(k) {
			if v := int64(c); float64(v) == c && c >= f.Type.Min && c <= f.Type.Max {
				add(func(f *Facts, k int) { f.SetInt(k, v) })
			}
		}
	case rule.Number:
		for _, c := range e.cuts(k) {
			if c >= f.Type.Min && c <= f.Type.Max {
				add(func(f *Facts, k int) { f.SetNumber(k, c) })
			}
		}
	case rule.Text:
		texts := make([]string, 0, len(e.p.layout.texts[k]))
		for s := range e.p.layout.texts[k] {
			texts = append(texts, s)
		}
		slices.Sort(texts)
		for _, s := range texts {
			add(func(f *Facts, k int) { f.SetText(k, s) })
		}
	}
	return out
}

// cuts lists the numbers, or days, around which tests of fact k change: each literal that stands in a test with it,
// one below and one above. For a date, a number counts back from the day asked about, in days, weeks and months.
func (e *explainer) cuts(k int) []float64 {
	f := e.p.model.Facts[k]
	var out []float64
	around := func(c float64) { out = append(out, c, c-1, c+1) }
	at := e.r.at
	if f.Type.Kind == rule.Date {
		around(float64(at))
	}
	seen := map[*rule.Expr]bool{}
	for _, x := range e.p.relevance.exprs {
		if seen[x] || len(x.Args) == 0 || x.Type.Kind != rule.Bool {
			continue
		}
		seen[x] = true
		names := false
		var literals []*rule.Expr
		x.Walk(func(n *rule.Expr) {
			switch {
			case n.Op == rule.OpFact && n.Name == f.ID:
				names = true
			case n.Op == rule.OpConst && (n.Type.Kind == rule.Number || n.Type.Kind == rule.Int || n.Type.Kind == rule.Date):
				literals = append(literals, n)
			}
		})
		if !names {
			continue
		}
		for _, c := range literals {
			switch {
			case c.Type.Kind == rule.Number:
				around(c.Number)
			case c.Type.Kind == rule.Int && f.Type.Kind == rule.Date:
				for _, u := range []calendar.Unit{calendar.Days, calendar.Weeks, calendar.Months} {
					around(float64(at.Add(calendar.Duration{N: -int(c.Value), Unit: u})))
				}
			default:
				around(float64(c.Value))
			}
		}
	}
	return out
}
