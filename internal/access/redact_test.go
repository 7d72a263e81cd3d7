package access_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/cohort"
	"github.com/stegvis/stegvis/interpreter"
)

// seat is a case and an actor that looks at it.
type seat struct {
	p     *interpreter.Program
	facts *interpreter.Facts
	at    calendar.Day
	lang  lang.Lang
	actor string
	sight *access.Sight
}

func (s *seat) look() {
	who := &access.Principal{Roles: []access.Role{access.Actor}, Actor: s.actor, Party: "x"}
	s.sight = access.SightOf(who, access.Actor, access.Casework, s.p.Model(), consentIn(s.p, s.facts))
}

// hidden are the facts that the actor does not see, by index.
func (s *seat) hidden() (out []int) {
	for i, f := range s.p.Model().Facts {
		if !s.sight.Fact(f.ID) {
			out = append(out, i)
		}
	}
	return out
}

// otherwise is the seat before a case that differs in facts alone that the actor does not see, none of them a consent.
func (s *seat) otherwise(t *rapid.T) *seat {
	x := *s
	x.facts = s.p.NewFacts()
	x.facts.CopyFrom(s.facts)
	hidden := s.hidden()
	for range rapid.IntRange(1, 4).Draw(t, "changes") {
		i := rapid.SampledFrom(hidden).Draw(t, "fact")
		was := s.p.NewFacts()
		was.CopyFrom(x.facts)
		put(t, x.facts, i, s.p.Model().Facts[i], s.at)
		if c := s.p.Model().ConsentTo(s.actor); c != nil && consentIn(s.p, x.facts)(c) {
			x.facts = was // it would see more
		}
	}
	return &x
}

func (s *seat) decision() *interpreter.Decision { return s.p.Because(s.facts, s.at, s.lang) }

func (s *seat) explanation() *interpreter.Explanation { return s.p.Explain(s.facts, s.at, s.lang) }

func (s *seat) takesPart(n *interpreter.NextStep) bool {
	return n.Actor == s.actor || slices.Contains(n.With, s.actor)
}

// stands is all that the actor may be told of a case whatever it rests on: where it and its steps stand and when they are due, what is
// left of the steps that the actor does, with the duties that these break, and what the actor is to be asked for.
func (s *seat) stands() string {
	type due struct {
		Due  *calendar.Day
		Time interpreter.Lateness
		Met  []bool
		Law  []interpreter.DutyFinding
	}
	x := s.explanation()
	out := struct {
		Status   interpreter.Status
		Steps    []string
		Late     []bool
		From     []string // of a step that is scheduled, also in a case that is closed
		Next     map[string]due
		Upcoming []interpreter.Upcoming
		Outcome  *interpreter.Ending
		Stuck    interpreter.StuckReason
		Limits   []interpreter.LimitState
		Asked    []string
	}{Status: x.Status, Next: map[string]due{}, Upcoming: x.Upcoming, Outcome: x.Outcome, Limits: x.Limits}
	var r interpreter.Result
	s.p.Decide(s.facts, s.at, &r)
	for i, step := range x.Steps {
		out.Steps = append(out.Steps, step.Status)
		out.Late = append(out.Late, step.Status == "required" && r.Time(i) == interpreter.Late)
		if from, ok := r.From(i); ok && step.Status == "scheduled" {
			out.From = append(out.From, from.String())
		}
	}
	for _, n := range x.Next {
		d := due{Due: n.Due, Time: n.Time}
		if s.takesPart(&n) {
			for _, item := range n.Because.Items { // two of them can have the same words
				d.Met = append(d.Met, item.Met)
			}
			d.Law = n.Duties
		}
		out.Next[n.Step] = d
	}
	if x.Stuck != nil {
		out.Stuck = x.Stuck.Why
	}
	for _, m := range x.Missing {
		if m.AskOf != nil && *m.AskOf == s.actor {
			out.Asked = append(out.Asked, m.Fact)
		}
	}
	slices.Sort(out.Asked)
	return bytesOf(out)
}

func bytesOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// tally counts what a property was tried on, so that one that tried nothing is found out.
type tally struct{ alike, otherwise, withheld int }

// checkSeat holds what one actor is shown of one case against what the case is, and against what it would be shown of others.
func checkSeat(t *rapid.T, s *seat, n *tally) {
	s.look()
	d, x := s.decision(), s.explanation()
	before := bytesOf(d) + bytesOf(x)
	shown, why := s.sight.Decision(s.p, d, s.lang), s.sight.Explanation(s.p, x, s.lang)
	if bytesOf(d)+bytesOf(x) != before {
		t.Fatal("what was decided is changed")
	}
	s.checkSteps(t, d, shown)
	s.checkSteps(t, d, why.Decision)
	for i := range x.Steps {
		if x.Steps[i].Status != why.Steps[i].Status || x.Steps[i].Text != why.Steps[i].Text || bytesOf(x.Steps[i].After) != bytesOf(why.Steps[i].After) {
			t.Fatalf("step %s stands otherwise", x.Steps[i].Step)
		}
	}
	s.checkIDs(t, shown, why)
	if bytesOf(shown) != bytesOf(d) {
		n.withheld++
	}
	if len(s.hidden()) == 0 {
		if bytesOf(shown) != bytesOf(d) || bytesOf(why) != bytesOf(x) {
			t.Fatalf("to who sees all facts something is not shown:\n%s\n%s", bytesOf(d), bytesOf(shown))
		}
		return
	}
	stands, first, whole := s.stands(), bytesOf(shown), bytesOf(why)
	for range 6 {
		o := s.otherwise(t)
		if o.stands() != stands {
			continue
		}
		n.alike++
		d2, x2 := o.decision(), o.explanation()
		if bytesOf(d2)+bytesOf(x2) == before {
			continue
		}
		n.otherwise++
		if got := bytesOf(o.sight.Decision(o.p, d2, o.lang)); got != first {
			t.Fatalf("%s is shown what it may not see, in the decision: %s", s.actor, apart(first, got))
		}
		if got := bytesOf(o.sight.Explanation(o.p, x2, o.lang)); got != whole {
			t.Fatalf("%s is shown what it may not see, in the explanation: %s", s.actor, apart(whole, got))
		}
	}
}

// apart shows where two texts begin to differ, with what goes before.
func apart(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	part := func(s string) string { return s[max(0, i-600):min(len(s), i+200)] }
	return "\n" + part(a) + "\nor\n" + part(b)
}

// checkSteps holds the steps, the days, the status, the outcome and the limits against the decision.
func (s *seat) checkSteps(t *rapid.T, d, shown *interpreter.Decision) {
	bare := func(d *interpreter.Decision) string {
		x := *d
		x.Missing, x.Next = nil, slices.Clone(d.Next)
		for i := range x.Next {
			x.Next[i].Unmet, x.Next[i].Duties, x.Next[i].Because = nil, nil, nil
		}
		if x.Stuck != nil {
			x.Stuck = &interpreter.Stuck{Why: x.Stuck.Why}
		}
		return bytesOf(x)
	}
	if bare(d) != bare(shown) {
		t.Fatalf("steps are not as they are:\n%s\n%s", bare(d), bare(shown))
	}
	for i, n := range d.Next {
		step := shown.Next[i]
		if s.takesPart(&n) {
			if bytesOf(step.Unmet)+bytesOf(step.Duties) != bytesOf(n.Unmet)+bytesOf(n.Duties) {
				t.Fatalf("%s does %s and is not told what is left, or what it breaks", s.actor, n.Step)
			}
			for k, item := range n.Because.Items {
				if x := step.Because.Items[k]; bytesOf([]any{x.ID, x.Title, x.Met}) != bytesOf([]any{item.ID, item.Title, item.Met}) {
					t.Fatalf("%s does %s and is not told how its checklist stands", s.actor, n.Step)
				}
			}
		}
		if len(step.Unmet) < len(n.Unmet) {
			t.Fatalf("of %s less is left than there is", n.Step)
		}
		if (n.Because == nil) != (step.Because == nil) || n.Because != nil && step.Because.Step != n.Step {
			t.Fatalf("the reasons for %s are not its own", n.Step)
		}
	}
	for _, m := range d.Missing {
		asked := m.AskOf != nil && *m.AskOf == s.actor
		if asked && !slices.ContainsFunc(shown.Missing, func(x interpreter.MissingFact) bool { return x.Fact == m.Fact && x.Ask == m.Ask }) {
			t.Fatalf("%s is not asked for %s", s.actor, m.Fact)
		}
	}
}

// checkIDs looks for facts that are not seen in all that is shown, but for what is told in spite of that.
func (s *seat) checkIDs(t *rapid.T, d *interpreter.Decision, x *interpreter.Explanation) {
	told := func(d interpreter.Decision) *interpreter.Decision {
		d.Next, d.Missing = slices.Clone(d.Next), slices.Clone(d.Missing)
		for i := range d.Next {
			if s.takesPart(&d.Next[i]) {
				d.Next[i].Unmet = nil
				if b := d.Next[i].Because; b != nil {
					d.Next[i].Because = s.told(*b)
				}
			}
		}
		d.Missing = slices.DeleteFunc(d.Missing, func(m interpreter.MissingFact) bool { return m.AskOf != nil && *m.AskOf == s.actor })
		return &d
	}
	explained := interpreter.Explanation{Decision: told(*x.Decision), Steps: slices.Clone(x.Steps), Outcomes: x.Outcomes}
	for i := range explained.Steps {
		if explained.Next == nil {
			break
		}
		for k := range x.Next {
			if s.takesPart(&x.Next[k]) && x.Next[k].Step == explained.Steps[i].Step {
				explained.Steps[i] = *s.told(explained.Steps[i])
			}
		}
	}
	for _, v := range []any{told(*d), explained} {
		var tree any
		if err := json.Unmarshal([]byte(bytesOf(v)), &tree); err != nil {
			t.Fatal(err)
		}
		s.walk(t, "", tree)
		if s.p.Model().ID != "m" {
			continue
		}
		for _, i := range s.hidden() { // in a random model nothing but a fact and what is said of it holds its id
			if f := s.p.Model().Facts[i].ID; strings.Contains(bytesOf(v), f) {
				t.Fatalf("%s, which %s does not see, is in\n%s", f, s.actor, bytesOf(v))
			}
		}
	}
}

// told takes away the words of a checklist that is the actor's to do.
func (s *seat) told(r interpreter.Reasons) *interpreter.Reasons {
	r.Items = slices.Clone(r.Items)
	for i := range r.Items {
		r.Items[i].ID, r.Items[i].Title = nil, ""
	}
	return &r
}

var (
	quotedPart = regexp.MustCompile(`'[^']*'`)
	name       = regexp.MustCompile(`[\pL_][\pL\pN_]*`)
)

// walk holds every name of a fact in what is shown against the sight.
func (s *seat) walk(t *rapid.T, key string, v any) {
	see := func(id string) {
		if _, is := s.p.FactIndex(id); is && !s.sight.Fact(id) {
			t.Fatalf("%s, which %s does not see, stands under %s", id, s.actor, key)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			s.walk(t, k, v[k])
		}
	case []any:
		for _, x := range v {
			s.walk(t, key, x)
		}
	case string:
		switch key {
		case "fact", "facts":
			see(v)
		case "rule":
			for _, id := range name.FindAllString(quotedPart.ReplaceAllString(v, ""), -1) {
				see(id)
			}
		}
	}
}

// drawSeat draws who looks at a case, and how consent stands in it.
func drawSeat(t *rapid.T, p *interpreter.Program, facts *interpreter.Facts, at calendar.Day) *seat {
	s := &seat{p: p, facts: facts, at: at, lang: rapid.SampledFrom(lang.All).Draw(t, "lang")}
	s.actor = rapid.SampledFrom(p.Model().Actors).Draw(t, "actor").ID
	if f := p.Model().ConsentTo(s.actor); f != nil {
		i, _ := p.FactIndex(f.ID)
		switch rapid.IntRange(0, 5).Draw(t, "consent") {
		case 0:
			facts.SetBool(i, true)
		case 1, 2:
			facts.SetBool(i, false)
		case 3:
			facts.Forget(i)
		case 4:
			facts.SetUnobtainable(i)
		}
	}
	return s
}

func TestWhatAnActorIsShownOfACaseOfAnyModelHangsOnNothingThatItMayNotSee(t *testing.T) {
	hangsOnNothing(t, func(t *rapid.T, n *tally) {
		d := drawnModel.Draw(t, "model")
		at := casetestDay
		facts := d.NewFacts()
		for i, f := range d.Model().Facts {
			if f.ID != "free" && rapid.IntRange(0, 3).Draw(t, "said") > 0 {
				put(t, facts, i, f, at)
			}
		}
		checkSeat(t, drawSeat(t, d.Program, facts, at), n)
	})
}

var casetestDay = calendar.Day(20500)

// hangsOnNothing checks the property, and again where chance had it tried on nothing: of few tries that happens.
func hangsOnNothing(t *testing.T, property func(*rapid.T, *tally)) {
	t.Helper()
	var n tally
	for range 20 {
		rapid.Check(t, func(t *rapid.T) { property(t, &n) })
		if n.withheld > 0 && n.otherwise > 0 {
			break
		}
	}
	t.Logf("withheld %d times; %d other cases stand alike, %d of them are otherwise decided or explained", n.withheld, n.alike, n.otherwise)
	if n.withheld == 0 || n.otherwise == 0 {
		t.Error("the property was tried on nothing")
	}
}

func TestWhatAnActorIsShownOfACaseOfAShippedModelHangsOnNothingThatItMayNotSee(t *testing.T) {
	set := casetest.Shipped(t)
	at := casetest.Day(t, "2026-03-01")
	people := cohort.New(set, cohort.Options{Seed: 7, At: at})
	hangsOnNothing(t, func(t *rapid.T, n *tally) {
		p := rapid.SampledFrom(set.Programs()).Draw(t, "program")
		var faults diag.List
		facts := people.Case(rapid.IntRange(0, 400).Draw(t, "case")).Bind(p, func(string) bool { return true }, &faults)
		if faults.HasErrors() {
			t.Fatal("a made-up case is at fault")
		}
		checkSeat(t, drawSeat(t, p, facts, at), n)
	})
}

// What it costs to leave out what an actor may not see, beside what it costs to decide.
func BenchmarkWhatAnActorIsShown(b *testing.B) {
	set := casetest.Shipped(b)
	at := casetest.Day(b, "2026-03-01")
	p := set.Versions("faros")[0]
	s := &seat{p: p, at: at, lang: lang.SV, actor: "arbetsgivare"}
	people := cohort.New(set, cohort.Options{Seed: 7, At: at, Models: []string{"faros"}})
	for i := 0; s.facts == nil || len(s.decision().Next) == 0; i++ {
		var faults diag.List
		s.facts = people.Case(i).Bind(p, func(string) bool { return true }, &faults)
		casetest.Refuse(b, faults)
		consent, _ := p.FactIndex("samtycke")
		s.facts.SetBool(consent, false)
	}
	s.look()
	d, because, x := p.Decision(s.facts, at, s.lang), s.decision(), s.explanation()
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"decision/decided", func() { p.Decision(s.facts, at, s.lang) }},
		{"decision/shown", func() { s.sight.Decision(p, d, s.lang) }},
		{"because/decided", func() { s.decision() }},
		{"because/shown", func() { s.sight.Decision(p, because, s.lang) }},
		{"explanation/decided", func() { s.explanation() }},
		{"explanation/shown", func() { s.sight.Explanation(p, x, s.lang) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.f()
			}
		})
	}
}
