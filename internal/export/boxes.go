package export

import (
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl"
)

// fill writes the texts of a drawing and finds how high that makes the boxes, the rows and the heads.
func (p *page) fill(d *layout) {
	for _, x := range d.boxes {
		t := &texts{width: x.w - 2*padding, y: padding}
		if x.step != nil {
			p.stepTexts(t, x.step, d)
		} else {
			p.endingTexts(t, x.ending)
		}
		x.lines, x.h = t.lines, t.y+padding-2
		x.row.h = max(x.row.h, x.h)
	}
	for _, l := range d.lanes {
		if d.folded {
			break
		}
		t := &texts{width: l.w - 2*padding, y: padding}
		if l.actor != nil {
			t.add(name, p.in(l.actor.Title), 0)
		} else {
			t.add(name, p.words("drawing.ends"), 0)
		}
		l.lines = t.lines
		d.top = max(d.top, t.y+padding)
	}
	for _, b := range d.bands {
		t := &texts{width: d.label - 2*padding, y: padding}
		if d.folded {
			t.width = d.width - 2*edge - 2*padding
		}
		switch {
		case b.stage != nil:
			t.add(name, p.in(b.stage.Title), 0)
			if b.stage.When != nil {
				t.add(condition, p.words("drawing.when", "Rule", p.ruleText(b.stage.When)), 8)
			}
			if b.stage.Time != nil {
				t.add(due, strings.Join(p.timeLines(b.stage.Time), "; "), 0)
			}
		case b.rows[0].anyStep():
			if len(p.m.Stages) > 0 {
				t.add(name, p.words("steps.loose"), 0)
			}
		default:
			t.add(name, p.words("drawing.any-time"), 0)
		}
		b.lines, b.h = t.lines, t.y+padding
	}
	t := &texts{width: d.width - 2*edge}
	t.add(name, p.in(p.m.Title), 0)
	d.title = t.lines
	p.fillLegend(d)
}

func (r *row) anyStep() bool {
	for _, x := range r.cells {
		if x.step != nil {
			return true
		}
	}
	return false
}

// ruleText is a rule in one line.
func (p *page) ruleText(r *dsl.Rule) string {
	parts := p.ruleLines(r.Expr)
	out := make([]string, len(parts))
	for i, line := range parts {
		out[i] = line.bare()
	}
	return strings.Join(out, " ")
}

func (p *page) stepTexts(t *texts, s *dsl.Step, d *layout) {
	t.add(name, strconv.Itoa(p.number[s])+". "+p.in(s.Title), 0)
	if d.folded {
		t.add(doer, p.in(s.Actor.Title), 0)
	}
	if text := p.in(d.mark(s).Text); text != "" {
		t.add(likeness, text, 0)
	}
	if _, more := p.drawn(s); more != nil {
		t.add(byWhom, p.words("drawing.also-after", "Steps", p.list(more)), 0)
	}
	if len(s.With) > 0 {
		t.add(byWhom, p.words("drawing.with", "Actors", p.titles(s.With)), 0)
	}
	if s.When != nil {
		t.add(condition, p.words("drawing.when", "Rule", p.ruleText(s.When)), ruleLines)
	}
	if s.Time != nil {
		t.add(due, strings.Join(p.timeLines(s.Time), "; "), 0)
	}
	if s.Every != nil {
		t.add(again, p.words("drawing.again", "Times", strings.Join(p.everyLines(s.Every), "; ")), 0)
	}
}

// drawn divides the steps that a step comes after: those that an arrow leads from, and the numbers of those that come
// before another of them, whose arrows would only hide the rest.
func (p *page) drawn(s *dsl.Step) (arrows []*dsl.Step, more []string) {
	for _, a := range s.After {
		covered := false
		for _, other := range s.After {
			covered = covered || p.order.ComesAfter(other, a)
		}
		if covered {
			more = append(more, strconv.Itoa(p.number[a]))
		} else {
			arrows = append(arrows, a)
		}
	}
	return arrows, more
}

func (p *page) endingTexts(t *texts, e *ending) {
	t.indent = 16
	for _, o := range e.outcomes {
		t.add(outcome, p.in(o.Title), 0)
		if o.When != nil {
			t.add(condition, p.words("drawing.when", "Rule", p.ruleText(o.When)), ruleLines)
		}
		if len(o.To) > 0 {
			t.add(byWhom, p.words("drawing.to", "Actors", p.titles(o.To)), 0)
		}
		t.y += 3
	}
}

// texts are lines one below the other.
type texts struct {
	width, indent, y float64
	lines            []textLine
}

// add wraps a text; it keeps so many lines, or all for 0.
func (t *texts) add(r role, text string, most int) {
	lines := wrap(text, t.width-t.indent, r.size(), r.bold())
	if most > 0 {
		lines = shorten(lines, most, t.width-t.indent, r.size(), r.bold())
	}
	for i, line := range lines {
		t.y += r.size() * lineHeight
		now := r
		if i > 0 && r == outcome {
			now = outcomeMore
		}
		t.lines = append(t.lines, textLine{line, t.y - r.size()*0.25, now})
	}
}
