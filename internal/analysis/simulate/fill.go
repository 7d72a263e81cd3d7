package simulate

import (
	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
)

// How tells where an answer came from.
type How string

// Where answers come from.
const (
	Given   How = "given"   // the file of durations gives the shares
	Wanted  How = "wanted"  // the answer that the checklist of the step wants
	MadeUp  How = "made_up" // drawn by made-up weights, as a cohort is
	Even    How = "even"    // every value is as likely as the others
	Today   How = "today"   // a date: the day on which it was asked for
	Nobody  How = "nobody"  // no value fits: nobody can tell
	numHows     = 6
)

var hows = [numHows]How{Given, Wanted, MadeUp, Even, Today, Nobody}

// fill answers for a fact on a day; want is the answer that a checklist wants of a bool.
func (w *worker) fill(p *person, i int, want *bool, day calendar.Day) {
	f := w.model.Facts[i]
	n := int(p.asked[i])
	p.asked[i]++
	v, how := w.answer(p, f, n, want, day)
	w.tally.answered(i, how)
	if v == nil {
		p.facts.SetUnobtainable(i)
		return
	}
	p.facts.Put(i, v)
}

// answer draws the answer to the question that is asked for the n-th time, as interpreter.Facts takes it; nil: nobody can tell.
func (w *worker) answer(p *person, f *dsl.Fact, n int, want *bool, day calendar.Day) (any, How) {
	if a := w.plan.Answers[f]; a != nil {
		return a.draw(w.dice, p.index, n, day), Given
	}
	place, _ := w.space.Index(f.ID)
	switch {
	case want != nil:
		return *want, Wanted
	case f.Type.Kind == rule.Date && !cohort.Weighted(f.ID):
		return day, Today
	}
	v := w.space.Answer(place, w.dice.bits(forAnswer, p.index, f.Index, n), 0, p.opened, day)
	switch {
	case v == nil:
		return nil, Nobody
	case cohort.Weighted(f.ID):
		return v, MadeUp
	}
	return v, Even
}

// draw draws the answer of case i.
func (a *Answer) draw(d dice, i, n int, day calendar.Day) any {
	f := a.Fact
	if a.Length != nil {
		days := a.Length.days(day, d.chance(forAnswer, i, f.Index, n))
		if a.AtStart {
			return day - calendar.Day(days)
		}
		return day + calendar.Day(days)
	}
	if f.Type.Kind == rule.Set {
		values := []string{}
		for k, s := range a.Shares {
			if d.chance(forAnswer, i, f.Index, n<<16|k) < s.Share {
				values = append(values, s.Value)
			}
		}
		return values
	}
	u := d.chance(forAnswer, i, f.Index, n)
	x := a.Shares[len(a.Shares)-1]
	for _, s := range a.Shares {
		if u -= s.Share; u < 0 {
			x = s
			break
		}
	}
	switch f.Type.Kind {
	case rule.Bool, rule.Event:
		return x.Value == "true"
	case rule.Int:
		return int64(x.Low) + int64(d.bits(forValue, i, f.Index, n)%uint64(x.High-x.Low+1))
	case rule.Number:
		return x.Low + float64((x.High-x.Low)*d.chance(forValue, i, f.Index, n))
	}
	return x.Value
}

// open tells what is known when the case opens.
func (w *worker) open(p *person) {
	if s := w.model.Start; s != nil {
		p.facts.SetDay(s.Index, p.opened)
	}
	for i, f := range w.model.Facts {
		a := w.plan.Answers[f]
		if a == nil || !a.AtStart {
			continue
		}
		p.asked[i]++
		v := a.draw(w.dice, p.index, 0, p.opened)
		w.tally.answered(i, Given)
		if happened, isEvent := v.(bool); isEvent && f.Type.Kind == rule.Event {
			if happened {
				p.facts.SetDay(i, p.opened)
			}
			continue
		}
		p.facts.Put(i, v)
	}
}

// ask answers what leaves open which steps apply or how the case ends, and days that a time counts from. What a step is done with is
// answered when it is done. It tells whether anything was answered.
func (w *worker) ask(p *person, day calendar.Day) bool {
	w.wanted = w.wanted[:0]
	for _, m := range w.result.Missing {
		if int(m.Fact) >= len(w.model.Facts) {
			continue // an overlay alone speaks of it
		}
		now := len(m.Outcomes) > 0 || w.model.Facts[m.Fact].Type.Kind == rule.Date
		for _, s := range m.Steps {
			now = now || w.result.StepStatus(int(s)) == interpreter.Undetermined
		}
		if now {
			w.wanted = append(w.wanted, int(m.Fact))
		}
	}
	for _, i := range w.wanted {
		w.fill(p, i, nil, day)
	}
	return len(w.wanted) > 0
}

// mostTries is how many answers are drawn for one item of a checklist on one day, where the file gives no shares.
const mostTries = 24

// fulfil lives through what a rule of a checklist wants: events happen, facts are told.
func (w *worker) fulfil(p *person, item interpreter.RuleOf, e *rule.Expr, want bool, day calendar.Day) {
	switch e.Op {
	case rule.OpNot:
		w.fulfil(p, item, e.Args[0], !want, day)
	case rule.OpAnd, rule.OpOr:
		if want == (e.Op == rule.OpAnd) { // both sides must be so
			w.fulfil(p, item, e.Args[0], want, day)
			w.fulfil(p, item, e.Args[1], want, day)
			return
		}
		w.fulfil(p, item, e.Args[w.choose(p, item, e)], want, day)
	case rule.OpEq, rule.OpNe:
		side, constant := e.Args[0], e.Args[1]
		if side.Op == rule.OpConst {
			side, constant = constant, side
		}
		if side.Type.Kind != rule.Bool || constant.Op != rule.OpConst {
			w.learn(p, item, e, day)
			return
		}
		w.fulfil(p, item, side, want == ((constant.Value != 0) == (e.Op == rule.OpEq)), day)
	case rule.OpHappened:
		if want {
			w.happen(p, w.index(e.Name), day)
		}
	case rule.OpKnown:
		if i := w.index(e.Name); want && !p.facts.Known(i) {
			w.fill(p, i, nil, day)
		}
	case rule.OpDefine:
		w.fulfil(p, item, w.defines[e.Name], want, day)
	case rule.OpFact:
		if e.Type.Kind == rule.Bool {
			w.fill(p, w.index(e.Name), &want, day)
		}
	default:
		w.learn(p, item, e, day)
	}
}

// choose returns which side of an expression, of which one is enough, is lived through: the one about which something is still to be told,
// else the one of which the file gives answers, else one by chance, the same at every try.
func (w *worker) choose(p *person, item interpreter.RuleOf, e *rule.Expr) int {
	var open, given [2]bool
	for k, side := range e.Args {
		side.Walk(func(x *rule.Expr) {
			switch x.Op {
			case rule.OpFact, rule.OpKnown, rule.OpHappened:
				i := w.index(x.Name)
				open[k] = open[k] || !p.facts.Known(i)
				given[k] = given[k] || w.plan.Answers[w.model.Facts[i]] != nil
			}
		})
	}
	for _, is := range [][2]bool{open, given} {
		if is[0] != is[1] {
			if is[0] {
				return 0
			}
			return 1
		}
	}
	return int(w.dice.bits(forChoice, p.index, item.Step.Index, e.Span.Start) % 2)
}

// learn tells every fact that a comparison looks at, and lets its events happen. Answers that the file gives are drawn once; others
// until the item holds, or the tries are used up.
func (w *worker) learn(p *person, item interpreter.RuleOf, e *rule.Expr, day calendar.Day) {
	for range mostTries {
		free := false
		e.Walk(func(x *rule.Expr) {
			switch x.Op {
			case rule.OpFact, rule.OpKnown, rule.OpHappened:
				i := w.index(x.Name)
				if w.model.Facts[i].Type.Kind == rule.Event {
					w.happen(p, i, day)
					return
				}
				free = free || w.plan.Answers[w.model.Facts[i]] == nil
				w.fill(p, i, nil, day)
			case rule.OpDefine:
				w.learn(p, item, w.defines[x.Name], day)
			}
		})
		if !free {
			return
		}
		w.decide(p, day)
		if w.program.Value(item, p.facts, &w.result) != interpreter.False {
			return
		}
	}
}

// happen lets an event happen on the day, unless it has.
func (w *worker) happen(p *person, i int, day calendar.Day) {
	if !p.facts.Known(i) {
		p.facts.SetDay(i, day)
	}
}

func (w *worker) index(fact string) int {
	i, _ := w.program.FactIndex(fact)
	return i
}
