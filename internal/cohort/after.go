package cohort

import "github.com/stegvis/stegvis/dsl/rule"

// after is what becomes of the facts when the history is told: the person has met those who work by other models, and
// has answered some of their questions; and records are lost.
func (l *life) after() {
	for _, id := range l.c.set.IDs() {
		if id != l.t.model.ID && l.chance(350) {
			l.meet(id)
		}
	}
	if l.chance(200) {
		l.lose()
	}
}

// meet answers questions of a model that the case does not live through. What has been said to anybody stands.
func (l *life) meet(id string) {
	t := l.c.answering(id, l.opened)
	facts := l.w.factsOf(t)
	for k, v := range l.said {
		t.put(facts, k, v)
	}
	at := l.c.o.At
	for range 2 {
		t.program.Decide(facts, at, l.r)
		var asked []int
		for _, m := range l.r.Missing {
			asked = append(asked, t.facts[m.Fact])
		}
		for _, k := range asked {
			if l.said[k] != nil || l.chance(300) {
				continue
			}
			if v := l.draw(l.c.space.Facts[k], l.opened, at); v != nil {
				l.say(k, v)
				t.put(facts, k, v)
			}
		}
	}
}

// lose forgets some of what was known. When the case opened is not lost: it decides which version of a model answers.
func (l *life) lose() {
	share := one(l.dice, []int{20, 60, 150})
	for k, f := range l.c.space.Facts {
		if l.said[k] == nil || l.c.start[k] {
			continue
		}
		if l.chance(share) && (f.Kind != rule.Event || l.chance(400)) {
			l.say(k, nil)
		}
	}
}
