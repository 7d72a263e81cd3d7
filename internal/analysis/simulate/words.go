package simulate

import (
	"embed"
	"math"
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/table"
	"github.com/stegvis/stegvis/interpreter"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = lang.Embedded(catalogueFiles)

// args are what a sentence names. A lang.Text among them is put in the language of the sentence, and a text under "Measure" is the id of a
// sentence itself.
type args map[string]any

// say returns a sentence in both languages.
func say(id string, a args) (out lang.Text) {
	for _, l := range lang.All {
		filled := map[string]any{}
		for name, v := range a {
			switch x := v.(type) {
			case lang.Text:
				filled[name] = x.In(l)
			case string:
				if filled[name] = x; name == "Measure" {
					filled[name] = catalogue.Text(l, x, nil)
				}
			default:
				filled[name] = v
			}
		}
		out.Set(l, catalogue.Text(l, id, filled))
	}
	return out
}

// Text puts a law into words of l.
func (x *Law) Text(l lang.Lang) string {
	text := func(i int) string { return interpreter.DurationText(x.Lengths[i], l) }
	switch x.Form {
	case Triangular:
		return catalogue.Text(l, "law.triangular", map[string]any{
			"Min": interpreter.DurationText(x.Min, l), "Mode": interpreter.DurationText(x.Mode, l), "Max": interpreter.DurationText(x.Max, l),
		})
	case Empirical:
		if len(x.Lengths) > mostListed {
			return catalogue.Text(l, "law.empirical.many", map[string]any{"Count": len(x.Lengths)})
		}
		var all []string
		for i := range x.Lengths {
			all = append(all, text(i))
		}
		return catalogue.Text(l, "law.empirical", map[string]any{"Lengths": strings.Join(all, ", ")})
	}
	return text(0)
}

// Part is a line of a plan.
type Part struct {
	Part  string // duration, answer, arrival, staff or capacity
	ID    string
	Title lang.Text
	Says  lang.Text
	dsl.Origin
}

// Parts lists what the plan says, in the order of the model.
func (p *Plan) Parts(m *dsl.Model) (out []Part) {
	for _, s := range m.Steps {
		if d := p.Steps[s]; d != nil {
			out = append(out, Part{"duration", s.ID, s.Title, inBoth(d.Text), d.Origin})
		}
	}
	for _, f := range m.Facts {
		if a := p.Answers[f]; a != nil {
			out = append(out, Part{"answer", f.ID, f.Title, inBoth(a.Text), a.Origin})
		}
	}
	if a := p.Arrival; a != nil {
		out = append(out, Part{"arrival", "arrival", name("part.arrival"), inBoth(a.Text), a.Origin})
	}
	for _, c := range m.Capacities {
		if s := p.Staff[c.Role]; s != nil {
			out = append(out, Part{"staff", c.Role, c.Title, say("says.staff", args{"Count": s.Number, "Cases": p.each(c)}), s.Origin})
		}
		out = append(out, Part{"capacity", c.Role, c.Title, say("says.cases", args{"Count": p.each(c)}), c.Origin})
	}
	return out
}

// Text puts an answer into words of l.
func (a *Answer) Text(l lang.Lang) string {
	if a.Length != nil {
		id := "says.after"
		if a.AtStart {
			id = "says.before"
		}
		return catalogue.Text(l, id, map[string]any{"Length": a.Length.Text(l)})
	}
	var all []string
	for _, s := range a.Shares {
		all = append(all, a.value(s.Value, l)+" "+table.Num(s.Share).Text(table.Column{Type: table.Share}, l))
	}
	return strings.Join(all, ", ")
}

// value puts an answer as the file writes it into words of l.
func (a *Answer) value(id string, l lang.Lang) string {
	switch f := a.Fact; f.Type.Kind {
	case rule.Bool, rule.Event:
		return table.Truth(id == "true").Text(table.Column{}, l)
	case rule.Enum, rule.Set:
		if i := slices.Index(f.Type.Values, id); i >= 0 {
			return f.Labels[i].In(l)
		}
	}
	return strings.Replace(id, "-", "–", 1)
}

// Text puts how cases come into words of l.
func (a *Arrival) Text(l lang.Lang) string {
	warm := ""
	if a.WarmUp != nil {
		warm = interpreter.DurationText(*a.WarmUp, l)
	}
	return catalogue.Text(l, "says.arrival", map[string]any{"Rate": table.Num(a.PerMonth).Text(table.Column{}, l), "WarmUp": warm})
}

// Text tells where the answers came from.
func (a *Assumed) Text() lang.Text {
	return inBoth(func(l lang.Lang) string {
		var all []string
		for _, h := range a.How {
			all = append(all, h.Text(l))
		}
		return interpreter.ListText(all, "and", l)
	})
}

// Text writes the figure for people of l: its value, and how far the interval reaches to either side.
func (e Estimate) Text(t table.Type, l lang.Lang) string {
	shown := func(f float64) string { return cell(f).Text(table.Column{Type: t}, l) }
	half := (e.High - e.Low) / 2
	if !e.Known() || math.IsNaN(half) || shown(half) == shown(0) {
		return shown(e.Value)
	}
	if t == table.Share { // the sign of per cent stands once
		return catalogue.Text(l, "plus-minus.share", map[string]any{
			"Value": table.Num(100*e.Value).Text(table.Column{}, l), "Half": table.Num(100*half).Text(table.Column{}, l),
		})
	}
	return catalogue.Text(l, "plus-minus", map[string]any{"Value": shown(e.Value), "Half": shown(half)})
}

// BoundsText writes a figure of two lives: as one where it is the same in both, else from the earliest to the latest.
func BoundsText(earliest, latest Estimate, t table.Type, l lang.Lang) string {
	shown := func(e Estimate) string { return e.Cell().Text(table.Column{Type: t}, l) }
	if shown(earliest) == shown(latest) {
		return earliest.Text(t, l)
	}
	return catalogue.Text(l, "from-to", map[string]any{"From": shown(earliest), "To": shown(latest)})
}

func inBoth(text func(lang.Lang) string) lang.Text {
	return lang.Text{SV: text(lang.SV), EN: text(lang.EN)}
}

// mostListed is how many observed lengths are listed one by one.
const mostListed = 6

// EndText names an ending that is no outcome.
func EndText(why string, l lang.Lang) string { return catalogue.Text(l, "end."+why, nil) }

// Text tells in words of l where an answer came from.
func (h How) Text(l lang.Lang) string { return catalogue.Text(l, "how."+string(h), nil) }
