package bench

import (
	"context"
	"fmt"
	"math/bits"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/interpreter"
)

// told writes what the interpreter found as text; the other versions are written alike.
func told(p *interpreter.Program, r *interpreter.Result, all bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "outcome %d", r.Outcome)
	for _, i := range r.Next {
		due, has := r.Due(int(i))
		next(&b, int(i), has, due, string(r.Time(int(i))))
	}
	for _, i := range r.Upcoming {
		day, _ := r.From(int(i))
		fmt.Fprintf(&b, "; ahead %s", day)
	}
	if !all {
		return b.String()
	}
	fmt.Fprintf(&b, "; %s", r.Status)
	for _, m := range r.Missing {
		fmt.Fprintf(&b, "; missing %s of %v", p.Model().Facts[m.Fact].ID, m.Steps)
		if len(m.Outcomes) > 0 {
			fmt.Fprintf(&b, " and outcomes %v", m.Outcomes)
		}
	}
	for _, i := range r.Stuck {
		fmt.Fprintf(&b, "; on %s", p.Model().Facts[i].ID)
	}
	for _, l := range r.Limits {
		fmt.Fprintf(&b, "; limit %s %s", l.Due, l.Time)
	}
	return b.String()
}

func next(b *strings.Builder, step int, has bool, due calendar.Day, time string) {
	fmt.Fprintf(b, "; next %d", step)
	if has {
		fmt.Fprintf(b, " by %s %s", due, time)
	}
}

var times, statuses = []string{"ok", "soon", "late", "met"}, []string{"open", "waiting", "needs_facts", "closed", "stuck"}

func (a *Answer) told(all bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "outcome %d", a.Outcome)
	for _, n := range a.Next {
		next(&b, int(n.Step), n.HasDue, n.Due, times[n.Time])
	}
	if a.HasAhead {
		fmt.Fprintf(&b, "; ahead %s", a.Upcoming)
	}
	if !all {
		return b.String()
	}
	fmt.Fprintf(&b, "; %s", statuses[a.Status])
	for _, m := range a.Missing {
		fmt.Fprintf(&b, "; missing %s of %v", askableIDs[m.Fact], bitsOf(m.Steps))
	}
	for _, k := range bitsOf(a.StuckOn) {
		fmt.Fprintf(&b, "; on %s", askableIDs[k])
	}
	if a.HasLimit {
		fmt.Fprintf(&b, "; limit %s %s", a.LimitDue, times[a.LimitTime])
	}
	return b.String()
}

func bitsOf(set uint32) (out []int) {
	for ; set != 0; set &= set - 1 {
		out = append(out, bits.TrailingZeros32(set))
	}
	return out
}

func TestTheHandWrittenVersionsAnswerAsTheInterpreter(t *testing.T) {
	p := faros(t, false)
	whole, gaps := newDrawer(p, true), newDrawer(p, false)
	seen := map[string]int{}
	var result interpreter.Result
	var answer Answer
	for i := range 60_000 {
		d := gaps
		if i%2 == 0 {
			d = whole
		}
		f, at := d.draw(i)
		p.Decide(f, at, &result)
		seen[string(result.Status)]++
		for _, n := range result.Next {
			seen["step "+p.Model().Steps[n].ID]++
		}
		if result.Outcome >= 0 {
			seen["outcome "+p.Model().Outcomes[result.Outcome].ID]++
		}
		hand := byHand(t, p, f)
		Three(&hand, at, &answer)
		if got, want := answer.told(true), told(p, &result, true); got != want {
			t.Fatalf("by hand, three-valued: %s\nthe interpreter:        %s\n%+v", got, want, hand)
		}
		if !d.whole {
			continue
		}
		Two(&hand, at, &answer)
		if got, want := answer.told(false), told(p, &result, false); got != want {
			t.Fatalf("by hand, two-valued: %s\nthe interpreter:     %s\n%+v", got, want, hand)
		}
	}
	for _, s := range statuses {
		if seen[s] == 0 && s != "waiting" { // in FAROS something is always required beside what lies ahead
			t.Errorf("no case is %s", s)
		}
	}
	for _, s := range p.Model().Steps {
		if seen["step "+s.ID] == 0 {
			t.Errorf("step %s is never next", s.ID)
		}
	}
	for _, o := range p.Model().Outcomes {
		if seen["outcome "+o.ID] == 0 {
			t.Errorf("outcome %s never closes a case", o.ID)
		}
	}
}

// The other engines run the same rules, and what they say of them leads to the same next steps, due days and outcome.
func TestTheOtherEnginesAnswerAsTheInterpreter(t *testing.T) {
	p := faros(t, false)
	for _, e := range rivals(t, p) {
		t.Run(e.name, func(t *testing.T) {
			drawer := newDrawer(p, true)
			var result interpreter.Result
			var answer Answer
			for i := range 5_000 {
				f, at := drawer.draw(i)
				p.Decide(f, at, &result)
				hand := byHand(t, p, f)
				decide := e.prepare(t, []Facts{hand}, []calendar.Day{at})
				for range 2 { // what the first decision left behind must not show in the second
					decide(t, 0, &answer)
					if got, want := answer.told(false), told(p, &result, false); got != want {
						t.Fatalf("case %d, %s: %s\nthe interpreter: %s\n%+v", i, e.name, got, want, hand)
					}
				}
			}
		})
	}
}

// rival is another engine that makes the same decision.
type rival struct {
	name  string
	cases int // how many of the stream's cases it is given: those of slow engines take much room
	// prepare lays cases out as the engine takes them and returns what decides case i of them.
	prepare func(t testing.TB, facts []Facts, days []calendar.Day) func(t testing.TB, i int, a *Answer)
}

// rivals are the other engines, ready to decide by the model's rules.
func rivals(t testing.TB, p *interpreter.Program) []rival {
	t.Helper()
	m := p.Model()
	exprVM, err := NewExprVM(m)
	must(t, err)
	celVM, err := NewCEL(m)
	must(t, err)
	grule, err := NewGrule(m)
	must(t, err)
	opa, err := NewOPA(m)
	must(t, err)
	ctx := context.Background()
	return []rival{
		{"expr", 20_000, func(t testing.TB, facts []Facts, days []calendar.Day) func(testing.TB, int, *Answer) {
			in := laidOut(t, facts, days, sure(exprVM.Input))
			return func(t testing.TB, i int, a *Answer) { exprVM.Decide(in[i], &facts[i], days[i], a) }
		}},
		{"cel", 20_000, func(t testing.TB, facts []Facts, days []calendar.Day) func(testing.TB, int, *Answer) {
			in := laidOut(t, facts, days, celVM.Input)
			return func(t testing.TB, i int, a *Answer) { celVM.Decide(in[i], &facts[i], days[i], a) }
		}},
		{"grule", 20_000, func(t testing.TB, facts []Facts, days []calendar.Day) func(testing.TB, int, *Answer) {
			in := laidOut(t, facts, days, grule.Input)
			return func(t testing.TB, i int, a *Answer) { must(t, grule.Decide(in[i], &facts[i], days[i], a)) }
		}},
		{"opa", 5_000, func(t testing.TB, facts []Facts, days []calendar.Day) func(testing.TB, int, *Answer) {
			in := laidOut(t, facts, days, opa.Input)
			return func(t testing.TB, i int, a *Answer) { must(t, opa.Decide(ctx, in[i], &facts[i], days[i], a)) }
		}},
	}
}

func sure[In any](input func(*Facts, calendar.Day) In) func(*Facts, calendar.Day) (In, error) {
	return func(f *Facts, at calendar.Day) (In, error) { return input(f, at), nil }
}

func laidOut[In any](t testing.TB, facts []Facts, days []calendar.Day, input func(*Facts, calendar.Day) (In, error)) []In {
	t.Helper()
	in := make([]In, len(facts))
	for i := range facts {
		var err error
		in[i], err = input(&facts[i], days[i])
		must(t, err)
	}
	return in
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
