package measure

import (
	"embed"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/analysis/ways"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = lang.Embedded(catalogueFiles)

func say(l lang.Lang, id string, args map[string]any) string { return catalogue.Text(l, id, args) }

func both(text func(lang.Lang) string) lang.Text {
	return lang.Text{SV: text(lang.SV), EN: text(lang.EN)}
}

func quoted(t lang.Text, l lang.Lang) string {
	return say(l, "quoted", map[string]any{"Text": t.In(l)})
}

// listed joins titles: "A, B and C".
func listed(titles []lang.Text) lang.Text {
	return both(func(l lang.Lang) string {
		var parts []string
		for _, t := range titles {
			parts = append(parts, t.In(l))
		}
		return interpreter.ListText(parts, "and", l)
	})
}

// Text says the role in words of l.
func (r Role) Text(l lang.Lang) string { return say(l, "role."+string(r), nil) }

// Text says the sort in words of l.
func (s Sort) Text(l lang.Lang) string { return say(l, "sort."+string(s), nil) }

// Text says in words of l what the time is measured to.
func (t *Target) Text(l lang.Lang) string {
	if t.Outcome != nil {
		return say(l, "goal.one", map[string]any{"Outcome": quoted(t.Outcome.Title, l)})
	}
	return say(l, "goal."+string(t.Goal), nil)
}

// LinkText says in words of l from where to where a link leads, and what bounds it or that nothing does.
func LinkText(link ways.Link, l lang.Lang) string {
	return say(l, "link", map[string]any{"Ends": linkEnds(link, l), "Bound": boundText(link, l)})
}

func linkEnds(link ways.Link, l lang.Lang) string {
	from, to := say(l, "opening", nil), say(l, "ending", nil)
	switch {
	case link.From != nil:
		from = quoted(link.From.Title, l)
	case link.Event != nil && link.Open == "":
		from = quoted(link.Event.Title, l)
	}
	if link.To != nil {
		to = quoted(link.To.Title, l)
	}
	return say(l, "link.ends", map[string]any{"From": from, "To": to})
}

// boundText says what bounds a link of a longest way.
func boundText(link ways.Link, l lang.Lang) string {
	if link.Open != "" {
		args := map[string]any{}
		if link.Event != nil {
			args["Event"] = quoted(link.Event.Title, l)
		}
		return say(l, "open."+string(link.Open), args)
	}
	args := map[string]any{"Time": interpreter.DurationText(*link.Time.Max, l), "Event": quoted(link.Event.Title, l)}
	if link.Stage != nil {
		args["Stage"] = quoted(link.Stage.Title, l)
	}
	if link.Before != nil {
		args["Before"] = quoted(link.Before.Title, l)
	}
	return say(l, "bound", args)
}

// stayText says what a link of a shortest way waits for.
func stayText(link ways.Link, l lang.Lang) string {
	if link.Time == nil {
		return say(l, "stay.none", nil)
	}
	d := link.Time.NotBefore
	if link.Stage != nil && link.Stage != link.To.Stage {
		d = link.Time.Min
	}
	return say(l, "stay", map[string]any{"Time": interpreter.DurationText(*d, l), "Event": quoted(link.Event.Title, l)})
}

// chainText adds the times of a chain up in words of l.
func chainText(c *ways.Chain, b ways.Bound, l lang.Lang) string {
	var parts []string
	for _, x := range c.Parts {
		title := lang.Text{}
		if x.Stage != nil {
			title = x.Stage.Title
		} else {
			title = x.Step.Title
		}
		parts = append(parts, say(l, "chain.part", map[string]any{"Title": quoted(title, l), "Time": interpreter.DurationText(*b(x.Time), l)}))
	}
	return interpreter.ListText(parts, "and", l)
}

// basis says in words of l which time a load is held against.
func (x *Load) basis(l lang.Lang) string {
	if x.Limit == nil {
		return say(l, "load.outcome", nil)
	}
	return say(l, "load.limit", map[string]any{"Limit": quoted(x.Limit.Title, l), "Time": interpreter.DurationText(x.Limit.Max, l)})
}

// Text says the figure in words of l: the value, and in brackets what it is of.
func (f *Figure) Text(l lang.Lang) string {
	value := f.Value.Text(table.Column{Type: f.Metric.kind()}, l)
	if f.Note.IsZero() {
		return value
	}
	return say(l, "figure", map[string]any{"Value": value, "Note": f.Note.In(l)})
}

// kind is what the values of a metric are.
func (m Metric) kind() table.Type {
	switch units[m.ID] {
	case "share":
		return table.Share
	case "days":
		return table.Days
	}
	return table.Number
}

// Text says in words of l how many cases come.
func (r Rate) Text(l lang.Lang) string {
	n := table.Num(r.N).Text(table.Column{Type: table.Number}, l)
	return say(l, "rate", map[string]any{"N": n, "Unit": interpreter.DurationText(calendar.Duration{N: 1, Unit: r.Per}, l)})
}

// Names names each model: its id, and where several versions of it stand side by side, the version too.
func Names(reports []*Report) (out []string) {
	for i, r := range reports {
		name := r.Model.ID
		for k, other := range reports {
			if k != i && other.Model.ID == name {
				name = r.Model.ID + "@" + r.Model.Version
				break
			}
		}
		out = append(out, name)
	}
	return out
}
