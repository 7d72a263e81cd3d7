package measure

import (
	"maps"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/interpreter"
)

// A history is how a case comes about: from one of which nothing is known its facts come in one by one, each when the interpreter asks for
// it or a required step does, until an outcome closes it. A fact of which a rule asks whether it is known can also be told unasked: that
// somebody breaks off is nothing that is asked about each day. All histories of a model are lived, each state once, with a value for
// every way in which a fact can matter. A step is done once the interpreter says so, or when the last of its checklist comes in while it is
// required, even if it then does not apply any more.

// maxStates is how many states are lived; a model with more is not settled this way.
const maxStates = 200_000

// set is steps, a bit for each.
type set string

func (s set) has(i int) bool { return s[i>>3]>>(i&7)&1 != 0 }

func (s set) with(i int) set {
	b := []byte(s)
	b[i>>3] |= 1 << (i & 7)
	return set(b)
}

func noSteps(n int) set { return set(make([]byte, (n+7)/8)) }

// listed lists the steps of a set, in file order.
func (m *measurer) listed(of set) (out []*dsl.Step) {
	for i, s := range m.m.Steps {
		if of.has(i) {
			out = append(out, s)
		}
	}
	return out
}

// sorted lists the sets in an order that does not differ from run to run.
func sorted[V any](of map[set]V) []set { return slices.Sorted(maps.Keys(of)) }

// histories is what was found by living them all.
type histories struct {
	whole   bool                   // all were lived
	ends    []map[set]*verify.Case // by outcome: which steps had been done when it closed the case
	shared  []*verify.Case         // by step: the case with fewest facts in which it is required without consent; nil: none
	refused []bool                 // by step: it is required though the person has said no
}

// lives lives histories.
type lives struct {
	*measurer
	out     *histories
	facts   *interpreter.Facts
	r       *interpreter.Result // of the last case that was decided
	answers [][]any             // by fact: a value for each way in which it can matter
	items   [][]interpreter.RuleOf
	seen    map[string]bool
	key     []byte
	history []*dsl.Fact
}

func (m *measurer) newLives() *lives {
	l := &lives{measurer: m, facts: m.p.NewFacts(), items: make([][]interpreter.RuleOf, len(m.m.Steps)), key: make([]byte, len(m.m.Facts)), seen: map[string]bool{}}
	for _, r := range m.p.Rules() {
		if r.Item != nil {
			l.items[r.Step.Index] = append(l.items[r.Step.Index], r)
		}
	}
	return l
}

// liveAll lives all histories.
func (m *measurer) liveAll(most int) *histories {
	n := len(m.m.Steps)
	out := &histories{shared: make([]*verify.Case, n), refused: make([]bool, n)}
	for range m.m.Outcomes {
		out.ends = append(out.ends, map[set]*verify.Case{})
	}
	if len(m.s.Open) > 0 {
		return out
	}
	l := m.newLives()
	l.out = out
	for i := range m.m.Facts {
		answers, all := m.answers(i)
		if !all {
			return out
		}
		l.answers = append(l.answers, answers)
	}
	out.whole = l.on(noSteps(n), nil, most)
	return out
}

// on goes on from what has come in, where the steps before have been done and those of next are required. It is false once there
// are too many states.
func (l *lives) on(before set, next []int32, most int) bool {
	var wanted []int
	wanted, l.r = l.orderly.Wanted(l.facts)
	done := l.doneNow(before, next)
	key := string(l.key) + string(done)
	if l.seen[key] {
		return true
	}
	if len(l.seen) >= most {
		return false
	}
	l.seen[key] = true
	if l.r.Outcome >= 0 {
		if e := l.out.ends[l.r.Outcome]; e[done] == nil || len(l.history) < len(e[done].History) {
			e[done] = l.shown()
		}
		return true
	}
	l.noteSharing()
	next = slices.Clone(l.r.Next)
	for _, i := range append(wanted, l.told...) {
		if l.key[i] != 0 || l.answers[i] == nil {
			continue
		}
		for k, v := range l.answers[i] {
			l.facts.Put(i, v)
			l.key[i] = byte(k) + 1
			l.history = append(l.history, l.m.Facts[i])
			whole := l.on(done, next, most)
			l.history = l.history[:len(l.history)-1]
			l.key[i] = 0
			l.facts.Forget(i)
			if !whole {
				return false
			}
		}
	}
	return true
}

// doneNow adds the steps that are done in the state that was decided last; those of next were required in the one before.
func (l *lives) doneNow(before set, next []int32) set {
	done := before
	for i, s := range l.m.Steps {
		if s.Every == nil && !done.has(i) && l.r.StepStatus(i) == interpreter.Done {
			done = done.with(i)
		}
	}
	for _, i := range next {
		if l.m.Steps[i].Every != nil || done.has(int(i)) {
			continue
		}
		if !slices.ContainsFunc(l.items[i], func(r interpreter.RuleOf) bool { return l.p.Value(r, l.facts, l.r) != interpreter.True }) {
			done = done.with(int(i))
		}
	}
	return done
}

// noteSharing notes which steps are required without consent.
func (l *lives) noteSharing() {
	said, f := any(nil), l.m.Consent
	if f != nil {
		said = l.facts.Value(f.Index)
	}
	if said == true {
		return
	}
	for _, i := range l.r.Next {
		if !tagged(l.m.Steps[i].Tags, sharingTag) {
			continue
		}
		if c := l.out.shared[i]; c == nil || len(l.history) < len(c.History) {
			l.out.shared[i] = l.shown()
		}
		l.out.refused[i] = l.out.refused[i] || said == false || f != nil && l.answers[f.Index] == nil // no rule looks at it: a no changes nothing
	}
}

// shown is the case as it is now.
func (l *lives) shown() *verify.Case {
	return &verify.Case{Witness: l.s.Place(l.facts), Lived: true, InOrder: true, History: slices.Clone(l.history)}
}
