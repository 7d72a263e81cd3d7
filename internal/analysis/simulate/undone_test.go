package simulate_test

import (
	"math"
	"testing"
)

// An attempt in vain is not a step that is done: the time it took counts from the day the step was first required.
func TestAnAttemptInVainIsNotDone(t *testing.T) {
	p := program(head + fact("b", `type = "bool"`) + step("s", "k", "x", "done = [\"b\"]") + outcome("o", "after = [\"s\"]"))
	d := durations + length("s", "fixed = \"10 days\"")
	f := run(t, p, plan(t, p, d+answer("b", "shares = { true = 0.5, false = 0.5 }")), nil, 2000, 4).Base.Earliest
	if s := f.Steps[0]; math.Abs(s.Took.Value-f.Any.Mean.Value) > 1e-9 || s.Reached.Value != 1 {
		t.Errorf("the one step of a case takes %v days, and the case %v", s.Took.Value, f.Any.Mean.Value)
	}
	f = run(t, p, plan(t, p, d+answer("b", "shares = { true = 0, false = 1 }")), nil, 10, 2).Base.Earliest
	if s := f.Steps[0]; s.Reached.Value != 0 || s.Took.Known() || s.Count.Value != 50 {
		t.Errorf("a step that is never done is done in %v of the cases, after %v days", s.Reached.Value, s.Took.Value)
	}
}

// A step whose due day passes while it is not done breaks it, also where the case is closed by another step, or waits for ever.
func TestADueDayIsBrokenAlsoByAStepThatIsNeverDone(t *testing.T) {
	due := "after = []\ndone = [\"happened(e)\"]\n[step.time]\nfrom = \"a\"\nmax = \"5 days\"\n"
	open := "[[answer]]\nfact = \"a\"\nknown = \"start\"\nshares = { true = 1.0 }\ninterpretation = \"x\"\n"
	text := head + event("a") + event("e") + event("f") + step("s", "k", "x", due) + step("u", "l", "y", "after = []\ndone = [\"happened(f)\"]") + outcome("o", "after = [\"u\"]")
	p := program(text)
	for _, x := range []struct {
		s, u string
		late float64
	}{{"60 days", "30 days", 1}, {"60 days", "5 days", 0}, {"5 days", "30 days", 0}, {"6 days", "30 days", 1}} {
		f := run(t, p, plan(t, p, durations+open+length("s", "fixed = \""+x.s+"\"")+length("u", "fixed = \""+x.u+"\"")), nil, 5, 2).Base.Earliest
		if f.Late.Value != x.late {
			t.Errorf("a step of %s due in 5 days, in a case of %s: %v of the cases are late", x.s, x.u, f.Late.Value)
		}
	}
	p = program(head + event("a") + event("e") + event("f") + step("s", "k", "x", due) + step("u", "l", "x", "after = []\ndone = [\"happened(f)\"]") + outcome("o", "after = [\"u\"]") +
		"[[capacity]]\nrole = \"c\"\ntitle = \"C\"\nactor = \"x\"\ncases = 1\n")
	f := run(t, p, plan(t, p, durations+open+length("s", "fixed = \"1 day\"")+arrivals(30, "")+staff("c", 1)), nil, 20, 2).Base.Latest
	if math.Abs(f.Late.Value-0.95) > 1e-9 {
		t.Errorf("one case of twenty has a place, and the others wait for ever: %v are late", f.Late.Value)
	}
}

// Nothing says that a limit is kept by a case of which nothing says when it goes on.
func TestALimitIsBrokenByACaseThatNothingBounds(t *testing.T) {
	p := program(head + event("a") + event("e") + step("s", "k", "x", "done = [\"happened(a)\"]") + step("u", "l", "x", "done = [\"happened(e)\"]") + outcome("o", "after = [\"u\"]") +
		"[[limit]]\nid = \"l\"\ntitle = \"L\"\nfrom = \"a\"\nuntil = \"e\"\nmax = \"30 days\"\n")
	r := run(t, p, plan(t, p, durations+length("s", "fixed = \"10 days\"")), nil, 5, 2).Base
	if a, b := r.Earliest.Limits[0].Met.Value, r.Latest.Limits[0].Met.Value; a != 1 || b != 0 {
		t.Errorf("the limit is kept by %v at the earliest and %v at the latest", a, b)
	}
}
