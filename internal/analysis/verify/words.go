package verify

import (
	"embed"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/interpreter"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = lang.Embedded(catalogueFiles)

// Text says in words of l what the finding is.
func (f *Finding) Text(l lang.Lang) string {
	args := map[string]any{"Clause": f.Clause, "Owner": f.Owner.text(l)}
	var titles []string
	for _, s := range f.Steps {
		titles = append(titles, quoted(s.Title, l))
	}
	for _, o := range f.Outcomes {
		titles = append(titles, quoted(o.Title, l))
	}
	for _, x := range f.Facts {
		titles = append(titles, quoted(x.Title, l))
	}
	args["Titles"], args["Count"] = interpreter.ListText(titles, "and", l), len(titles)
	if len(titles) > 0 {
		args["First"], args["Second"] = titles[0], titles[len(titles)-1]
	}
	id := "finding." + string(f.Code)
	switch {
	case f.Code == Stuck && f.ID() == "stuck/...":
		id = "finding.stuck-more"
		args["Count"] = maxPlaces
	case f.Code == Stuck && len(titles) == 0:
		id = "finding.stuck-at-once"
	case f.Code == StaleAccept:
		args["Accept"], args["Near"] = f.Accept.ID, f.Near
		if f.Accept.When != nil {
			args["When"] = f.Accept.When.Text
		}
	case f.Code == Unproven && f.Clause == "":
		id = "finding.unproven-question"
		args["Question"] = catalogue.Text(l, "question."+f.Subjects[0], args)
	case f.Way != nil:
		args["Limit"], args["Max"] = quoted(f.Limit.Title, l), interpreter.DurationText(f.Limit.Max, l)
		args["Way"] = wayText(f.Way, f.Code == LongWay, l)
	case f.Duty != nil:
		args["Duty"], args["Law"] = quoted(f.Duty.Title, l), f.Duty.Law.In(l)
	}
	return catalogue.Text(l, id, args)
}

func quoted(t lang.Text, l lang.Lang) string {
	return catalogue.Text(l, "quoted", map[string]any{"Text": t.In(l)})
}

func (o Owner) text(l lang.Lang) string {
	say := func(id string, title lang.Text) string {
		return catalogue.Text(l, id, map[string]any{"Title": quoted(title, l), "Number": o.Number})
	}
	switch {
	case o.Define != nil:
		return say("owner.define", lang.Text{SV: o.Define.ID, EN: o.Define.ID})
	case o.Stage != nil:
		return say("owner.stage", o.Stage.Title)
	case o.Item != nil:
		return say("owner.item", o.Step.Title)
	case o.Step != nil:
		return say("owner.step", o.Step.Title)
	case o.Outcome != nil:
		return say("owner.outcome", o.Outcome.Title)
	case o.Accept != nil:
		return say("owner.accept", lang.Text{SV: o.Accept.ID, EN: o.Accept.ID})
	}
	return say("owner.overlay", lang.Text{})
}

// wayText adds the times of a way up.
func wayText(w *ways.Chain, long bool, l lang.Lang) string {
	var terms []string
	total := calendar.Duration{}
	alike := true
	for i, x := range w.Parts {
		d := ways.ShortestStay(x.Time)
		if long {
			d = ways.LongestTime(x.Time)
		}
		var title lang.Text
		if x.Stage != nil {
			title = x.Stage.Title
		} else {
			title = x.Step.Title
		}
		alike = alike && (i == 0 || d.Unit == total.Unit)
		total.N, total.Unit = total.N+d.N, d.Unit
		terms = append(terms, catalogue.Text(l, "way.term", map[string]any{"Title": quoted(title, l), "Duration": interpreter.DurationText(*d, l)}))
	}
	days := catalogue.Text(l, "way.days", map[string]any{"Fewest": w.Fewest, "Most": w.Most})
	sum := days
	if alike {
		sum = catalogue.Text(l, "way.sum", map[string]any{"Duration": interpreter.DurationText(total, l), "Days": days})
	}
	return strings.Join(terms, " + ") + " = " + sum
}

// Told says in words of l what the case shows beside its facts: who breaks a duty in it, whether a history leads to it.
func (c *Case) Told(l lang.Lang) (out []string) {
	switch {
	case c.Step != nil:
		out = append(out, catalogue.Text(l, "case.step", map[string]any{"Title": quoted(c.Step.Title, l)}))
	case c.Outcome != nil:
		out = append(out, catalogue.Text(l, "case.outcome", map[string]any{"Title": quoted(c.Outcome.Title, l)}))
	}
	id := "case.out-of-order"
	switch {
	case c.Lived:
		id = "case.lived"
	case c.InOrder:
		id = "case.in-order"
	}
	return append(out, catalogue.Text(l, id, nil))
}

// Line is one fact of a case in words.
type Line struct{ Title, Value string }

// Lines tells the facts of the case in words of l, in the order of the history where there is one, else of the model.
func (c *Case) Lines(m *dsl.Model, l lang.Lang) (out []Line) {
	facts := c.History
	if facts == nil {
		facts = m.Facts
	}
	for _, f := range facts {
		if v := c.Value(f.Index); v != nil {
			out = append(out, Line{f.Title.In(l), interpreter.FactText(f, v, l)})
		} else if c.Untold[f.Index] {
			out = append(out, Line{f.Title.In(l), catalogue.Text(l, "case.untold", nil)})
		}
	}
	return out
}

// Text says in words of l how the model stands to the demand.
func (d *DemandResult) Text(l lang.Lang) string {
	var steps, actors []string
	for _, s := range d.Steps {
		steps = append(steps, quoted(s.Title, l))
	}
	for _, a := range d.Actors {
		actors = append(actors, a.Title.In(l))
	}
	return catalogue.Text(l, "demand."+string(d.Verdict), map[string]any{
		"Title": d.Demand.TitleText().In(l), "Count": len(steps), "Steps": interpreter.ListText(steps, "and", l),
		"Actors": interpreter.ListText(actors, "and", l), "Kind": d.Demand.Kind.String(),
	})
}

// Text says the verdict in words of l.
func (v Verdict) Text(l lang.Lang) string { return catalogue.Text(l, "verdict."+string(v), nil) }
