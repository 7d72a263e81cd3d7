package interpreter

import (
	"math"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// alternatives knows, for every fact, values that the rules of a program can tell apart on a day. They are what a
// person could be told to change, and what shows which values a rule can have.
type alternatives struct {
	p     *Program
	by    []tests // by fact
	fixed []fixed // likewise
	// daily are the tests, by node, that compare the day asked about with something else than a fact.
	daily map[int32]bool
}

// fixed are the values of a fact that are the same on any day.
type fixed struct {
	values []alternative
	all    bool // with those of a day they are all that any rule could tell apart
}

// alternative is a value that a fact could have.
type alternative struct {
	kind alternativeKind
	set  func(f *Facts, k int) // plainValue, anotherText
	day  calendar.Day          // onDay
}

type alternativeKind uint8

const (
	plainValue    alternativeKind = iota
	onDay                         // of a date or an event
	happenedToday                 // of an event
	notHappened                   // of an event; of any other fact, not asked for
	anotherText                   // one that no rule names
)

// put gives fact k the value.
func (v *alternative) put(f *Facts, k int, at calendar.Day) {
	switch v.kind {
	case onDay:
		f.SetDay(k, v.day)
	case happenedToday:
		f.SetDay(k, at)
	case notHappened:
		f.Forget(k)
	default:
		v.set(f, k)
	}
}

// tests are what rules compare a fact with.
type tests struct {
	numbers   []float64
	spans     []int64 // whole numbers about the literals, with which the time since a day may be compared
	dates     []calendar.Day
	today     bool
	texts     []string
	lists     [][]int // values of a set that are asked for together
	sizes     bool    // of a set, how many values it has
	compared  bool    // any test at all; of an event, that its day counts and not only whether it has happened
	entangled bool    // compared with other facts, or computed with: no list of values tells everything apart
}

// maxTests is how many literals are kept for one fact: more than a person writes, and too few to be a burden.
const maxTests = 200

// maxSpan is more days than the calendar has.
const maxSpan = 1 << 22

func newAlternatives(p *Program) *alternatives {
	a := &alternatives{p: p, by: make([]tests, len(p.model.Facts)), daily: map[int32]bool{}}
	for i, x := range p.relevance.exprs {
		if p.relevance.nodes[i].kind == atomPart && x.Op != rule.OpFact {
			a.daily[int32(i)] = a.note(x)
		}
	}
	for k := range a.by {
		a.fixed = append(a.fixed, a.fix(k))
	}
	return a
}

// always lists the values of fact k that are the same on any day.
func (a *alternatives) always(k int) []alternative { return a.fixed[k].values }

// of lists values of fact k that rules can tell apart on a day, and tells whether they tell apart all that any could.
func (a *alternatives) of(k int, at calendar.Day) (out []alternative, all bool) {
	return slices.Concat(a.fixed[k].values, a.onDays(k, at)), a.fixed[k].all
}

// dayAlternatives keeps the values that a day brings, until another is asked about.
type dayAlternatives struct {
	at calendar.Day
	by [][]alternative // by fact
}

func (d *dayAlternatives) of(a *alternatives, at calendar.Day) {
	if d.by != nil && d.at == at {
		return
	}
	d.at, d.by = at, d.by[:0]
	for k := range a.by {
		d.by = append(d.by, a.onDays(k, at))
	}
}

// onDays lists the values of fact k that hang on the day asked about.
func (a *alternatives) onDays(k int, at calendar.Day) (out []alternative) {
	t, kind := &a.by[k], a.p.model.Facts[k].Type.Kind
	if kind != rule.Date && (kind != rule.Event || !t.compared) {
		return nil
	}
	for _, d := range t.days(at) {
		if kind == rule.Date || d < at {
			out = append(out, alternative{kind: onDay, day: d})
		}
	}
	return out
}

// note gathers what the test x compares facts with. It tells whether x looks at the day asked about and at no fact.
func (a *alternatives) note(x *rule.Expr) (daily bool) {
	var in tests
	var facts []int32
	var gather func(e *rule.Expr, sign float64)
	entered := map[string]bool{}
	gather = func(e *rule.Expr, sign float64) {
		switch e.Op {
		case rule.OpFact:
			facts = append(facts, a.p.factIndex[e.Name])
		case rule.OpDefine:
			if !entered[e.Name] {
				entered[e.Name] = true
				gather(a.p.behind(e), sign)
			}
		case rule.OpConst:
			in.literal(e, sign)
		case rule.OpToday:
			in.today = true
		case rule.OpCount:
			in.sizes = true
		case rule.OpNeg:
			sign = -sign
		case rule.OpList:
			if e.Type.Kind == rule.Enum {
				var values []int
				for _, v := range e.Args {
					values = append(values, int(v.Value))
				}
				in.lists = append(in.lists, values)
			}
		}
		for _, arg := range e.Args {
			gather(arg, sign)
		}
	}
	gather(x, 1)
	in.entangled = !a.plain(x)
	for _, k := range facts {
		a.by[k].add(&in)
	}
	return in.today && len(facts) == 0
}

func (t *tests) literal(e *rule.Expr, sign float64) {
	switch e.Type.Kind {
	case rule.Text:
		t.texts = append(t.texts, e.Name)
	case rule.Number:
		n := sign * e.Number
		t.numbers = append(t.numbers, n)
		if math.Abs(n) < maxSpan {
			t.spans = append(t.spans, int64(math.Floor(n)), int64(math.Ceil(n)))
		}
	case rule.Date:
		t.dates = append(t.dates, calendar.Day(e.Value))
	case rule.Int:
		t.numbers = append(t.numbers, sign*float64(e.Value))
		if n := int64(sign) * e.Value; max(n, -n) < maxSpan {
			t.spans = append(t.spans, n)
		}
	}
}

// add takes up what one more test compares the fact with.
func (t *tests) add(in *tests) {
	t.numbers, t.spans = union(t.numbers, in.numbers), union(t.spans, in.spans)
	t.dates, t.texts = union(t.dates, in.dates), union(t.texts, in.texts)
	t.today = t.today || in.today
	if len(t.lists) < maxTests {
		t.lists = append(t.lists, in.lists...)
	}
	t.sizes = t.sizes || in.sizes
	t.entangled = t.entangled || in.entangled
	t.compared = true
}

func union[T comparable](have, more []T) []T {
	for _, v := range more {
		if len(have) < maxTests && !slices.Contains(have, v) {
			have = append(have, v)
		}
	}
	return have
}

// plain tells whether the test x compares one fact, the time since it or its size with what is written out in the rule.
func (a *alternatives) plain(x *rule.Expr) bool {
	if len(x.Args) < 2 {
		return false
	}
	left, right := a.p.behind(x.Args[0]), a.p.behind(x.Args[1])
	if isLiteral(left) {
		left, right = right, left
	}
	switch left.Op {
	case rule.OpDaysSince, rule.OpWeeksSince, rule.OpMonthsSince, rule.OpCount:
		left = a.p.behind(left.Args[0])
	}
	return left.Op == rule.OpFact && isLiteral(right)
}

// isLiteral tells whether e is written out in the rule: a literal, a list of them, or a negative number.
func isLiteral(e *rule.Expr) bool {
	return e.Op == rule.OpConst || e.Op == rule.OpList || e.Op == rule.OpNeg && e.Args[0].Op == rule.OpConst
}

// behind returns the rule behind a definition, and any other expression as it is.
func (p *Program) behind(e *rule.Expr) *rule.Expr {
	for e.Op == rule.OpDefine {
		e = p.model.Defines[p.defineIndex[e.Name]].Rule.Expr
	}
	return e
}

// fix lists the values of fact k that are the same on any day.
func (a *alternatives) fix(k int) (out fixed) {
	f, t := a.p.model.Facts[k], &a.by[k]
	add := func(set func(f *Facts, k int)) { out.values = append(out.values, alternative{set: set}) }
	out.all = !t.entangled
	switch f.Type.Kind {
	case rule.Bool:
		add(func(f *Facts, k int) { f.SetBool(k, true) })
		add(func(f *Facts, k int) { f.SetBool(k, false) })
		out.all = true
	case rule.Enum:
		for v := range f.Type.Values {
			add(func(f *Facts, k int) { f.SetEnum(k, v) })
		}
		out.all = true
	case rule.Set:
		sets, every := t.sets(len(f.Type.Values))
		for _, values := range sets {
			add(func(f *Facts, k int) { f.SetSet(k, values) })
		}
		out.all = every
	case rule.Event:
		out.values = []alternative{{kind: happenedToday}, {kind: notHappened}}
		if t.compared {
			out.all = out.all && len(t.dates) == 0 // whether they have come hangs on the day asked about
		}
	case rule.Date:
		out.all = out.all && (len(t.dates) == 0 || len(t.spans) == 0 && !t.today)
	case rule.Int:
		for _, v := range t.around(f, func(c float64) []float64 { return []float64{math.Floor(c), math.Ceil(c)} }) {
			add(func(f *Facts, k int) { f.SetInt(k, int64(v)) })
		}
	case rule.Number:
		for _, v := range t.around(f, func(c float64) []float64 { return []float64{c} }) {
			add(func(f *Facts, k int) { f.SetNumber(k, v) })
		}
	case rule.Text:
		texts := slices.Compact(slices.Sorted(slices.Values(t.texts)))
		for _, s := range texts {
			add(func(f *Facts, k int) { f.SetText(k, s) })
		}
		other := "–"
		for slices.Contains(texts, other) {
			other += "–"
		}
		out.values = append(out.values, alternative{kind: anotherText, set: func(f *Facts, k int) { f.SetText(k, other) }})
		out.all = true
	}
	return out
}

// around lists numbers in the fact's range on both sides of each literal, the literals themselves first.
func (t *tests) around(f *dsl.Fact, whole func(float64) []float64) (out []float64) {
	add := func(vs ...float64) {
		for _, v := range vs {
			if v >= f.Type.Min && v <= f.Type.Max && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	for _, c := range t.numbers {
		add(whole(c)...)
	}
	for _, c := range t.numbers {
		add(whole(c - 1)...)
		add(whole(c + 1)...)
	}
	add(whole(f.Type.Min)...)
	add(whole(f.Type.Max)...)
	if f.Type.Kind == rule.Number {
		sorted := slices.Sorted(slices.Values(out))
		for i := 1; i < len(sorted); i++ {
			add((sorted[i-1] + sorted[i]) / 2)
		}
	}
	return out
}

// days lists days on both sides of each literal date, and of those from which as many days, weeks and months have passed as
// a rule asks for.
func (t *tests) days(at calendar.Day) (out []calendar.Day) {
	around := func(d calendar.Day) {
		for _, d := range [...]calendar.Day{d, d - 1, d + 1} {
			if d >= calendar.MinDay && d <= calendar.MaxDay && !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	for _, d := range t.dates {
		around(d)
	}
	for _, n := range t.spans {
		for _, n := range [...]int64{n, n - 1, n + 1} {
			for _, u := range [...]calendar.Unit{calendar.Days, calendar.Weeks, calendar.Months} {
				around(at.Add(calendar.Duration{N: -int(n), Unit: u}))
			}
		}
	}
	if t.today || len(out) == 0 {
		around(at)
	}
	return out
}

// fewValues is how many values a set can have for all its subsets to be tried.
const fewValues = 6

// sets lists subsets of the n values of a set, the smaller first, and tells whether they are all of them.
func (t *tests) sets(n int) (out [][]int, all bool) {
	if n <= fewValues {
		for size := range n + 1 {
			for bits := range 1 << n {
				var values []int
				for v := range n {
					if bits>>v&1 != 0 {
						values = append(values, v)
					}
				}
				if len(values) == size {
					out = append(out, values)
				}
			}
		}
		return out, true
	}
	out = append(out, nil)
	every := make([]int, n)
	for v := range n {
		out = append(out, []int{v})
		every[v] = v
	}
	out = append(out, t.lists...)
	if t.sizes {
		for size := 2; size < n; size++ {
			out = append(out, every[:size])
		}
	}
	return append(out, every), false
}
