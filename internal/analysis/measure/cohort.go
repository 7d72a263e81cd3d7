package measure

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// placed is a case of the cohort as the model sees it.
type placed struct {
	outcome int         // that closes it; -1: none
	missing []int32     // the facts that it is asked for
	lived   bool        // lived from its beginning, it is closed by an outcome within the target group
	done    []*dsl.Step // where lived
}

// place puts the cases of the cohort through the model.
func (m *measurer) place(cohort []*interpreter.Case) {
	if cohort == nil {
		return
	}
	count := &Cohort{}
	m.report.Cohort = count
	l := m.newLives()
	var r interpreter.Result
	for _, k := range cohort {
		var faults diag.List
		facts := k.Bind(m.p, func(string) bool { return true }, &faults)
		if faults.HasErrors() {
			count.Refused++
			continue
		}
		count.Cases++
		m.p.Decide(facts, m.o.Day, &r)
		c := placed{outcome: r.Outcome}
		for _, x := range r.Missing {
			if int(x.Fact) < len(m.m.Facts) { // after the model's own stand those that overlays speak of
				c.missing = append(c.missing, x.Fact)
			}
		}
		if c.outcome >= 0 {
			count.Closed++
		}
		if o, done := l.again(facts); o != nil && !outside(o) {
			count.Lived++
			c.lived, c.done = true, done
		}
		m.cases = append(m.cases, c)
	}
}

// again lives a case from its beginning: its facts come in as they are asked for, those of the first required step before others, and last
// what is told unasked. It returns the outcome that closes it, if any does, and the steps done until then.
func (l *lives) again(facts *interpreter.Facts) (closed *dsl.Outcome, steps []*dsl.Step) {
	l.facts.Reset()
	done := noSteps(len(l.m.Steps))
	var next []int32
	for {
		var wanted []int
		wanted, l.r = l.orderly.Wanted(l.facts)
		done = l.doneNow(done, next)
		if l.r.Outcome >= 0 {
			return l.m.Outcomes[l.r.Outcome], l.listed(done)
		}
		next = slices.Clone(l.r.Next)
		i := l.first(wanted, facts)
		if i < 0 {
			return nil, nil
		}
		l.facts.Put(i, facts.Value(i))
	}
}

// first returns the fact that comes in next: of those wanted that the case tells and that have not come in, one of the checklist of the
// first required step that has any; else the first, what is told unasked last; -1: there is none.
func (l *lives) first(wanted []int, facts *interpreter.Facts) int {
	tells := func(i int) bool {
		if !facts.Known(i) || l.facts.Known(i) {
			return false
		}
		day, isDay := facts.Value(i).(calendar.Day)
		return !isDay || l.m.Facts[i].Type.Kind != rule.Event || day <= l.o.Day
	}
	for _, s := range l.r.Next {
		for _, item := range l.m.Steps[s].Done {
			for _, f := range item.Facts {
				if tells(f.Index) {
					return f.Index
				}
			}
		}
	}
	all := append(wanted, l.told...)
	if k := slices.IndexFunc(all, tells); k >= 0 {
		return all[k]
	}
	return -1
}
