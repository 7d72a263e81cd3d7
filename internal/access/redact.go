package access

import (
	"cmp"
	"embed"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = lang.Embedded(catalogueFiles)

// Decision returns the decision as the sight has it, in words of l; d itself is left as it is, and is what is returned where nothing is
// hidden. The program is the one that decided.
//
// Steps, their days, the status, the outcome and the limits stay: what the parties are to do is not wrong for resting on what one of
// them may not see. All else that rests on a fact that is not seen goes, and what is put in its place, or left out, is the same
// whatever that fact is. Two things are told in spite of that, since they are for the actor to do: which entries are left of the
// checklist of a step that the actor does, with the duties that the step breaks; and which facts the actor is to be asked for.
func (s *Sight) Decision(p *interpreter.Program, d *interpreter.Decision, l lang.Lang) *interpreter.Decision {
	if d == nil || s.all(p.Model()) {
		return d
	}
	return newVeil(s, p.Model(), d, l).decision(nil)
}

// veil lies over one decision, and over the reasons for it.
type veil struct {
	*ground
	d        *interpreter.Decision
	lang     lang.Lang
	required map[string]*interpreter.NextStep
}

func newVeil(s *Sight, m *dsl.Model, d *interpreter.Decision, l lang.Lang) *veil {
	v := &veil{ground: newGround(s, m), d: d, lang: l, required: map[string]*interpreter.NextStep{}}
	for i := range d.Next {
		v.required[d.Next[i].Step] = &d.Next[i]
	}
	return v
}

func (v *veil) say(id string) string { return catalogue.Text(v.lang, id, nil) }

// does tells whether a step is required and the actor's to do, or to take part in.
func (v *veil) does(s *dsl.Step) bool {
	return v.required[s.ID] != nil && (s.Actor.ID == v.s.actor || has(s.With, v.s.actor))
}

// decision is the decision, with the reasons given, by step; nil: its own.
func (v *veil) decision(reasons map[string]*interpreter.Reasons) *interpreter.Decision {
	out := *v.d
	out.Next = make([]interpreter.NextStep, len(v.d.Next))
	for i := range v.d.Next {
		n := v.d.Next[i]
		s := v.steps[n.Step]
		n.Unmet, n.Duties = v.unmet(s, n.Unmet), v.duties(s, n.Duties)
		switch {
		case n.Because == nil:
		case reasons != nil:
			n.Because = reasons[n.Step]
		default:
			r := v.reasons(n.Because)
			n.Because = &r
		}
		out.Next[i] = n
	}
	out.Missing = v.missing()
	if x := v.d.Stuck; x != nil {
		out.Stuck = &interpreter.Stuck{Why: x.Why, Facts: v.stuck(x.Facts)}
	}
	return &out
}

// unmet is what is left of a required step's checklist. An entry that rests on what is not seen is there whether it is left or not:
// that it were gone would tell.
func (v *veil) unmet(s *dsl.Step, left []interpreter.UnmetItem) []interpreter.UnmetItem {
	if v.does(s) {
		return slices.Clone(left)
	}
	left = slices.DeleteFunc(slices.Clone(left), func(x interpreter.UnmetItem) bool { return v.hides(x.Facts, "") })
	out := []interpreter.UnmetItem{}
	for _, item := range s.Done {
		facts := v.item(item)
		switch {
		case v.hides(facts, ""):
			out = append(out, interpreter.UnmetItem{Title: v.say("hidden.item"), Facts: []string{}})
		case len(left) > 0 && slices.Equal(left[0].Facts, facts):
			out, left = append(out, left[0]), left[1:]
		}
	}
	return out
}

func (v *veil) duties(s *dsl.Step, broken []interpreter.DutyFinding) []interpreter.DutyFinding {
	out := []interpreter.DutyFinding{}
	for _, x := range broken {
		if v.does(s) || !v.duty(x.ID, s) {
			out = append(out, x)
		}
	}
	return out
}

// missing is what is to be asked for: all that the actor is to be asked for, and of the rest what is seen and is asked for on account
// of nothing else than what is seen. What a fact decides is told as far as nothing else that is not seen has a say in it.
func (v *veil) missing() []interpreter.MissingFact {
	out := []interpreter.MissingFact{}
	for _, x := range v.d.Missing {
		asked := x.AskOf != nil && *x.AskOf == v.s.actor
		if !asked && !v.s.Fact(x.Fact) {
			continue
		}
		decides := []string{}
		for _, id := range x.Decides {
			if !v.others(id, x.Fact) {
				decides = append(decides, id)
			}
		}
		if x.Decides = decides; asked || len(decides) > 0 {
			out = append(out, x)
		}
	}
	// Their order was made of all that they decide, so it is made anew of what is told.
	slices.SortStableFunc(out, func(a, b interpreter.MissingFact) int {
		return cmp.Or(cmp.Compare(v.urgency(a), v.urgency(b)), cmp.Compare(len(b.Decides), len(a.Decides)), cmp.Compare(v.place(a.Fact), v.place(b.Fact)))
	})
	return out
}

// urgency is the nearest due day that a missing fact puts at risk.
func (v *veil) urgency(x interpreter.MissingFact) calendar.Day {
	nearest := calendar.MaxDay + 1
	for _, id := range x.Decides {
		if n := v.required[id]; n != nil && n.Due != nil {
			nearest = min(nearest, *n.Due)
		}
	}
	return nearest
}

func (v *veil) place(fact string) int {
	return slices.IndexFunc(v.m.Facts, func(f *dsl.Fact) bool { return f.ID == fact })
}

// others tells whether a fact that is not seen, other than the one asked for, has a say in asking for that on account of the step or
// the outcome with the id.
func (v *veil) others(id, fact string) bool {
	if s := v.steps[id]; s != nil {
		switch {
		case v.required[id] != nil:
			for _, item := range s.Done {
				if facts := v.item(item); slices.Contains(facts, fact) && v.hides(facts, fact) {
					return true
				}
			}
		case v.hides(v.applies(s.Stage, s.When), fact):
			return true
		}
	}
	for _, o := range v.m.Outcomes {
		if o.ID == id && v.hides(v.applies(o.Stage, o.When), fact) {
			return true
		}
	}
	return false
}

// stuck are the facts that a case hangs on: those that are seen, and that no rule has together with one that is not.
func (v *veil) stuck(facts []string) []string {
	out := []string{}
	for _, f := range facts {
		if v.s.Fact(f) && !v.mixed(f) {
			out = append(out, f)
		}
	}
	return out
}

func (v *veil) mixed(fact string) bool {
	together := func(stage *dsl.Stage, when *dsl.Rule) bool {
		facts := v.applies(stage, when)
		return slices.Contains(facts, fact) && v.hides(facts, fact)
	}
	return slices.ContainsFunc(v.m.Steps, func(s *dsl.Step) bool { return together(s.Stage, s.When) }) ||
		slices.ContainsFunc(v.m.Outcomes, func(o *dsl.Outcome) bool { return together(o.Stage, o.When) })
}
