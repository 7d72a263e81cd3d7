package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/cells"
)

// Changes is what is another between two versions of one model that stand side by side.
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
	Cases Verdict   // of a step whose rule, or whose stage's, is written differently: in which cases it holds now; else ""
}

// Parts lists what parts of a model are held against each other, in this order.
var Parts = []string{"fact", "define", "stage", "step", "outcome", "limit"}

// Aspects lists in what a part can be another.
var Aspects = []string{"title", "type", "ask_of", "kind", "actor", "with", "stage", "after", "when", "done", "time", "every", "to", "tags"}

// part is a part of a model as far as it is compared: each of its aspects as text.
type part struct {
	kind, id string
	title    lang.Text
	aspects  map[string]string
}

func (c *comparer) changes() (out []Changes) {
	for i := 1; i < len(c.programs); i++ {
		a, b := c.programs[i-1].Model(), c.programs[i].Model()
		if a.ID == b.ID {
			out = append(out, Changes{i - 1, i, c.changed(i-1, i)})
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
		if p.kind == "step" && p.aspects["rules"] != q.aspects["rules"] {
			x.Cases = c.stepCases(first, second, p.id)
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

// stepCases tells in which cases a step is required by its rule and its stage's in the second version, held against the first. Where
// arithmetic between facts stands in the way it is not proven.
func (c *comparer) stepCases(first, second int, id string) Verdict {
	holds := func(model int) cells.Formula {
		s := c.programs[model].Model().Steps
		i := slices.IndexFunc(s, func(x *dsl.Step) bool { return x.ID == id })
		return c.s.Steps[c.joint.steps[model][i].Index].Applies.True
	}
	x, y := holds(first), holds(second)
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
	for _, f := range m.Facts {
		add("fact", f.ID, f.Title, map[string]string{
			"type": fmt.Sprint(f.Type.Kind, f.Type.Values, f.Type.Min, f.Type.Max, f.Unit), "ask_of": ids([]*dsl.Term{f.AskOf}),
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
		var after, done []string
		for _, a := range s.After {
			after = append(after, a.ID)
		}
		for _, i := range s.Done {
			done = append(done, text(i.Rule))
		}
		stage, stageRule := "", ""
		if s.Stage != nil {
			stage, stageRule = s.Stage.ID, text(s.Stage.When)
		}
		add("step", s.ID, s.Title, map[string]string{
			"kind": s.Kind.ID, "actor": s.Actor.ID, "with": ids(s.With), "tags": ids(s.Tags), "stage": stage, "after": strings.Join(after, " "), "when": text(s.When),
			"done": strings.Join(done, "\n"), "time": timeText(s.Time), "every": everyText(s.Every), "rules": defines + stageRule + "\n" + text(s.When),
		})
	}
	for _, o := range m.Outcomes {
		stage := ""
		if o.Stage != nil {
			stage = o.Stage.ID
		}
		add("outcome", o.ID, o.Title, map[string]string{"when": text(o.When), "stage": stage, "to": ids(o.To), "tags": ids(o.Tags)})
	}
	for _, l := range m.Limits {
		var until []string
		for _, f := range l.Until {
			until = append(until, f.ID)
		}
		add("limit", l.ID, l.Title, map[string]string{"time": fmt.Sprint(l.From.ID, until, l.Max, l.Roll)})
	}
	return out
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
