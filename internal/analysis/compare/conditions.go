package compare

import (
	"slices"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// fewUnknown is how many facts that must not be known a condition tells of one by one; more of them stand in one list.
const fewUnknown = 2

// ConditionText tells a condition in words of l, as what stands after "when" (of a condition without parts: "every case"): what must be
// known and what must not, which questions are answered yes and which no.
func ConditionText(c cells.Condition, l lang.Lang) string {
	if len(c) == 0 {
		return say(l, "every-case", nil)
	}
	var yes, no, parts, unknown, listed []string
	for i := range c {
		p := &c[i]
		f := quoted(p.Domain.Fact.Title, l)
		switch answer, settled := answered(p); {
		case settled && answer:
			yes = append(yes, f)
		case settled:
			no = append(no, f)
		case len(p.Cells) > 0 || p.Set:
			parts = append(parts, partText(p, l))
		default:
			unknown, listed = append(unknown, partText(p, l)), append(listed, f)
		}
	}
	if len(unknown) <= fewUnknown {
		parts, listed = append(parts, unknown...), nil
	}
	if len(yes)+len(no) > 0 { // late, since they are lists themselves
		parts = append(parts, say(l, "part.answers", map[string]any{"Yes": interpreter.ListText(yes, "and", l), "No": interpreter.ListText(no, "and", l)}))
	}
	if len(listed) > 0 {
		parts = append(parts, say(l, "part.none-known", map[string]any{"Facts": interpreter.ListText(listed, "and", l)}))
	}
	return interpreter.ListText(parts, "and", l)
}

// answered tells which answer a part wants of a fact that is yes or no, if it wants one.
func answered(p *cells.Part) (answer, settled bool) {
	if p.Domain.Fact.Type.Kind != rule.Bool || p.Unknown || len(p.Cells) != 1 {
		return false, false
	}
	return p.Domain.Cells[p.Cells[0]].Value == true, true
}

func partText(p *cells.Part, l lang.Lang) string {
	f := p.Domain.Fact
	id, values := "part.is", valueTexts(p, l)
	if f.Type.Kind == rule.Event {
		id = "part.happened"
	}
	known := len(p.Cells) > 0 || p.Set
	switch {
	case !known && f.Type.Kind == rule.Event:
		id = "part.not-happened"
	case !known:
		id = "part.unknown"
	case p.Set && len(p.With)+len(p.Without) > 0:
		if id = "part.set"; p.Unknown {
			values = append(values, say(l, "set.unknown", nil))
		}
	case len(p.Cells) == len(p.Domain.Cells) && !p.Set && f.Type.Kind != rule.Event:
		id = "part.known"
	case p.Unknown && f.Type.Kind == rule.Event:
		id = "part.happened-or-not"
	case p.Unknown:
		values = append(values, say(l, "value.unknown", nil))
	case f.Type.Kind == rule.Event && len(p.Cells) == len(p.Domain.Cells):
		id = "part.has-happened"
	}
	return say(l, id, map[string]any{"Fact": quoted(f.Title, l), "Values": interpreter.ListText(values, "or", l)})
}

// valueTexts tells which values a part allows where the fact is known.
func valueTexts(p *cells.Part, l lang.Lang) (out []string) {
	f, all := p.Domain.Fact, len(p.Domain.Cells)
	value := func(v any) string {
		text := interpreter.FactText(f, v, l)
		if f.Type.Kind == rule.Enum {
			return say(l, "quoted", map[string]any{"Text": text})
		}
		return text
	}
	switch {
	case p.Set:
		return []string{setText(p, l)}
	case f.Type.Kind == rule.Enum && all > 2 && 2*len(p.Cells) > all:
		for k := range p.Domain.Cells {
			if !slices.Contains(p.Cells, k) {
				out = append(out, value(p.Domain.Cells[k].Value))
			}
		}
		return []string{say(l, "value.other-than", map[string]any{"Value": interpreter.ListText(out, "or", l)})}
	}
	for i := 0; i < len(p.Cells); i++ {
		first := i
		low, high := &p.Domain.Cells[p.Cells[i]], &p.Domain.Cells[p.Cells[i]]
		if low.Other {
			out = append(out, say(l, "value.other-text", nil))
			continue
		}
		if low.Low == nil {
			out = append(out, value(low.Value))
			continue
		}
		for i+1 < len(p.Cells) && p.Cells[i+1] == p.Cells[i]+1 {
			i++
			high = &p.Domain.Cells[p.Cells[i]]
		}
		id := "value.between"
		switch {
		case low.Low == high.High:
			id = "value.just"
		case p.Cells[first] == 0:
			id = "value.most"
		case p.Cells[i] == all-1:
			id = "value.least"
		}
		if f.Type.Kind == rule.Date || f.Type.Kind == rule.Event {
			id += "-day"
		}
		out = append(out, say(l, id, map[string]any{"Low": value(low.Low), "High": value(high.High)}))
	}
	return out
}

func setText(p *cells.Part, l lang.Lang) string {
	label := func(ks []int, last string) string {
		var out []string
		for _, k := range ks {
			out = append(out, quoted(p.Domain.Fact.Labels[k], l))
		}
		return interpreter.ListText(out, last, l)
	}
	switch args := map[string]any{"With": label(p.With, "and"), "Without": label(p.Without, "or")}; {
	case len(p.With)+len(p.Without) == 0:
		return say(l, "value.known", nil)
	case len(p.Without) == 0:
		return say(l, "set.with", args)
	case len(p.With) == 0:
		return say(l, "set.without", args)
	default:
		return say(l, "set.both", args)
	}
}
