package conform

import (
	"embed"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = lang.Embedded(catalogueFiles)

func say(id string, args map[string]any) lang.Text { return catalogue.In(id, args) }

// Text says the sort in words of l.
func (s Sort) Text(l lang.Lang) string { return catalogue.Text(l, "sort."+s.String(), nil) }

// Text says in words of l how a step ended.
func (e End) Text(l lang.Lang) string { return catalogue.Text(l, "end."+e.String(), nil) }

// Text says in words of l what became of the event: the verdict, and what it hangs on.
func (v *Verdict) Text(l lang.Lang) string {
	args := map[string]any{}
	if v.Step != nil {
		args["Step"] = quoted(v.Step.Title, l)
	}
	id := "verdict." + v.Sort.String()
	switch {
	case v.Sort == Extra:
		id = "verdict.extra." + string(v.Why)
	case v.Sort == OutOfOrder:
		args["Before"] = quoted(v.Before.Title, l)
	case v.Sort == Fits && v.Late:
		id, args["Due"] = "verdict.fits-late", v.Due.String()
	}
	return catalogue.Text(l, id, args)
}

// Text says in words of l what the log never tells.
func (u *Unseen) Text(l lang.Lang) string {
	var facts []string
	for _, f := range u.Facts {
		facts = append(facts, f.Title.In(l))
	}
	args := map[string]any{"Facts": interpreter.ListText(facts, "and", l), "Count": len(facts)}
	id := "unseen." + string(u.Part)
	switch {
	case u.Outcome != nil:
		args["Title"] = quoted(u.Outcome.Title, l)
	case u.Limit != nil:
		args["Title"] = quoted(u.Limit.Title, l)
	default:
		args["Title"] = quoted(u.Step.Title, l)
	}
	if u.Item != nil {
		args["Entry"] = interpreter.ItemTitle(u.Item, l)
	}
	if u.Part == Entry && u.Item == nil {
		id = "unseen.comes-back"
	}
	return catalogue.Text(l, id, args)
}

// of names what the log does not tell of: a step, an outcome or a limit.
func (u *Unseen) of() (id string, title lang.Text) {
	switch {
	case u.Outcome != nil:
		return u.Outcome.ID, u.Outcome.Title
	case u.Limit != nil:
		return u.Limit.ID, u.Limit.Title
	}
	return u.Step.ID, u.Step.Title
}

func quoted(t lang.Text, l lang.Lang) string {
	return catalogue.Text(l, "quoted", map[string]any{"Text": t.In(l)})
}

func inBoth(text func(lang.Lang) string) lang.Text {
	return lang.Text{SV: text(lang.SV), EN: text(lang.EN)}
}

// factTitles returns the titles of facts, as a list in both languages.
func factTitles(facts []*dsl.Fact) lang.Text {
	return inBoth(func(l lang.Lang) string {
		var out []string
		for _, f := range facts {
			out = append(out, f.Title.In(l))
		}
		return interpreter.ListText(out, "and", l)
	})
}

// GroupText names the group.
func (g *Group) GroupText() lang.Text {
	switch {
	case g.Other:
		return say("group.other", nil)
	case g.Name == "":
		return say("group.none", nil)
	}
	return lang.Text{SV: g.Name, EN: g.Name}
}
