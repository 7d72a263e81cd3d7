package compare

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/cells"
)

// Changes is what is another between two versions of one model.
type Changes struct {
	First, Second int // the models
	Parts         []Change
}

// Change is one part that came, went, or is another.
type Change struct {
	Part  string    // one of Parts
	ID    string    //
	Title lang.Text // in the later of the two that has it
	How   string    // came, went or changed
	What  []string  // changed: in what, of Aspects
	Cases Verdict   // of a step or outcome whose rule, or whose stage's, is written differently: in which cases it holds now; else ""
}

// Parts lists what parts of a model are held against each other, in this order.
var Parts = []string{"model", "fact", "define", "stage", "step", "outcome", "limit", "capacity"}

// Aspects lists in what a part can be another.
var Aspects = []string{"title", "consent", "consent_for", "start", "type", "ask", "ask_of", "seen_by", "kind", "actor", "with", "stage", "after", "when", "done", "time", "every", "to", "cases", "tags"}

// part is a part of a model as far as it is compared: each of its aspects as text.
type part struct {
	kind, id string
	title    lang.Text
	aspects  map[string]string
}

// changes holds each version against the one of its model that was named last before it.
func (c *comparer) changes() (out []Changes) {
	for i, p := range c.programs {
		for before := i - 1; before >= 0; before-- {
			if c.programs[before].Model().ID == p.Model().ID {
				out = append(out, Changes{before, i, c.changed(before, i)})
				break
			}
		}
	}
	return out
}

func (c *comparer) changed(first, second int) (out []Change) {
	a, b := partsOf(c.programs[first].Model()), partsOf(c.programs[second].Model())
	find := func(in []part, p part) *part {
		if i := slices.IndexFunc(in, func(x part) bool { return x.kind == p.kind && x.id == p.id }); i >= 0 {
			return &in[i]
		}
		return nil
	}
	for _, p := range a {
		q := find(b, p)
		if q == nil {
			out = append(out, Change{Part: p.kind, ID: p.id, Title: p.title, How: "went"})
			continue
		}
		x := Change{Part: p.kind, ID: p.id, Title: q.title, How: "changed"}
		for _, aspect := range Aspects {
			if p.aspects[aspect] != q.aspects[aspect] {
				x.What = append(x.What, aspect)
			}
		}
		if (p.kind == "step" || p.kind == "outcome") && p.aspects["rules"] != q.aspects["rules"] {
			x.Cases = c.ruleCases(c.holds(first, p.kind, p.id), c.holds(second, p.kind, p.id))
			if !slices.Contains(x.What, "when") && x.Cases != Same {
				x.What = append(x.What, "when")
			}
		}
		if x.What != nil {
			out = append(out, x)
		}
	}
	for _, q := range b {
		if find(a, q) == nil {
			out = append(out, Change{Part: q.kind, ID: q.id, Title: q.title, How: "came"})
		}
	}
	slices.SortStableFunc(out, func(x, y Change) int { return slices.Index(Parts, x.Part) - slices.Index(Parts, y.Part) })
	return out
}

// holds tells where the rule of a step or an outcome holds, and its stage's.
func (c *comparer) holds(model int, kind, id string) cells.Formula {
	m := c.programs[model].Model()
	if kind == "step" {
		i := slices.IndexFunc(m.Steps, func(x *dsl.Step) bool { return x.ID == id })
		return c.s.Steps[c.joint.steps[model][i].Index].Applies.True
	}
	i := slices.IndexFunc(m.Outcomes, func(x *dsl.Outcome) bool { return x.ID == id })
	return c.s.Outcomes[c.joint.outcomes[model][i].Index].Holds.True
}

// ruleCases tells in which cases a rule holds in the second version, held against the first. Where arithmetic between facts
// stands in the way it is not proven.
func (c *comparer) ruleCases(x, y cells.Formula) Verdict {
	less := c.s.Solve(x, y.Not(), c.every) != nil
	more := c.s.Solve(y, x.Not(), c.every) != nil
	switch {
	case !less && !more:
		return Same
	case len(c.s.Open) > 0:
		return NotProven
	case less && more:
		return Neither
	case less:
		return Stricter
	}
	return Looser
}

// partsOf takes a model apart for a comparison with another version of it. Definitions are entered by their text alone: a step whose
// own rule is written alike can be another through them, which changed looks at.
func partsOf(m *dsl.Model) (out []part) {
	add := func(kind, id string, title lang.Text, aspects map[string]string) {
		aspects["title"] = title.SV + "\n" + title.EN
		out = append(out, part{kind, id, title, aspects})
	}
	defines := ""
	for _, d := range m.Defines {
		defines += d.ID + "=" + text(d.Rule) + "\n"
	}
	add("model", m.ID, m.Title, map[string]string{"consent": factID(m.Consent), "consent_for": consentsText(m), "start": factID(m.Start)})
	for _, f := range m.Facts {
		add("fact", f.ID, f.Title, map[string]string{
			"type": fmt.Sprint(f.Type.Kind, f.Type.Values, f.Type.Min, f.Type.Max, f.Unit, f.Labels), "ask": f.Ask.SV + "\n" + f.Ask.EN,
			"ask_of": ids([]*dsl.Term{f.AskOf}), "seen_by": ids(f.SeenBy),
		})
	}
	for _, d := range m.Defines {
		title := d.Title
		if title.IsZero() {
			title = lang.Text{SV: d.ID, EN: d.ID}
		}
		add("define", d.ID, title, map[string]string{"when": text(d.Rule)})
	}
	for _, s := range m.Stages {
		add("stage", s.ID, s.Title, map[string]string{"when": text(s.When), "time": timeText(s.Time)})
	}
	for _, s := range m.Steps {
		var done []string
		for _, i := range s.Done {
			done = append(done, text(i.Rule)+"\n"+i.Title.SV+"\n"+i.Title.EN)
		}
		stage, stageRule := "", ""
		if s.Stage != nil {
			stage, stageRule = s.Stage.ID, text(s.Stage.When)
		}
		add("step", s.ID, s.Title, map[string]string{
			"kind": s.Kind.ID, "actor": s.Actor.ID, "with": ids(s.With), "tags": ids(s.Tags), "stage": stage, "after": stepIDs(s.After), "when": text(s.When),
			"done": strings.Join(done, "\n"), "time": timeText(s.Time), "every": everyText(s.Every), "rules": defines + stageRule + "\n" + text(s.When),
		})
	}
	for _, o := range m.Outcomes {
		stage, stageRule := "", ""
		if o.Stage != nil {
			stage, stageRule = o.Stage.ID, text(o.Stage.When)
		}
		add("outcome", o.ID, o.Title, map[string]string{
			"when": text(o.When), "stage": stage, "after": stepIDs(o.After), "to": ids(o.To), "tags": ids(o.Tags), "rules": defines + stageRule + "\n" + text(o.When),
		})
	}
	for _, l := range m.Limits {
		var until []string
		for _, f := range l.Until {
			until = append(until, f.ID)
		}
		add("limit", l.ID, l.Title, map[string]string{"time": fmt.Sprint(l.From.ID, until, l.Max, l.Roll)})
	}
	for _, k := range m.Capacities {
		add("capacity", k.Role, k.Title, map[string]string{"actor": k.Actor.ID, "cases": strconv.Itoa(k.Cases)})
	}
	return out
}

func factID(f *dsl.Fact) string {
	if f == nil {
		return ""
	}
	return f.ID
}

// consentsText is for which actors which facts are the consent; the order in the file makes no difference.
func consentsText(m *dsl.Model) string {
	var out []string
	for _, c := range m.ConsentFor {
		out = append(out, c.Actor.ID+" "+c.Fact.ID)
	}
	slices.Sort(out)
	return strings.Join(out, ";")
}

func stepIDs(steps []*dsl.Step) string {
	var out []string
	for _, s := range steps {
		out = append(out, s.ID)
	}
	return strings.Join(out, " ")
}

// text writes a rule in its canonical form, so that layout makes no difference.
func text(r *dsl.Rule) string {
	if r == nil {
		return ""
	}
	return r.Expr.String()
}

func ids(terms []*dsl.Term) string {
	var out []string
	for _, t := range terms {
		if t != nil {
			out = append(out, t.ID)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func timeText(t *dsl.Time) string {
	if t == nil {
		return ""
	}
	out := t.From.ID
	for _, d := range []*calendar.Duration{t.Min, t.Max, t.NotBefore} {
		if out += ";"; d != nil {
			out += fmt.Sprint(d.N, d.Unit)
		}
	}
	return out + fmt.Sprint(t.Roll)
}

func everyText(e *dsl.Every) string {
	if e == nil {
		return ""
	}
	out := fmt.Sprint(e.Period.N, e.Period.Unit, e.Roll)
	for _, f := range []*dsl.Fact{e.Since, e.Start} {
		if out += ";"; f != nil {
			out += f.ID
		}
	}
	return out
}
