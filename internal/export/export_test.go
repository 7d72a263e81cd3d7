package export

import (
	"fmt"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
)

// Test is a single test of a branch, or its opposite.
type Test struct {
	Expr *rule.Expr
	Not  bool
}

// Branches takes rules apart as decision tables do; false where they would need too many rows.
func Branches(m *dsl.Model, rules ...*dsl.Rule) ([][]Test, bool) {
	all, ok := newBrancher(m).branches(rules...)
	out := make([][]Test, len(all))
	for i, b := range all {
		for _, l := range b {
			out[i] = append(out[i], Test{l.test, l.not})
		}
	}
	return out, ok
}

// Headings counts the headings of the page about a model, which no text of the model may add to.
func Headings(r Request) int {
	n := 0
	for _, b := range newPage(r).write() {
		if _, ok := b.(heading); ok {
			n++
		}
	}
	return n
}

// Catalogue is the words of this package.
var Catalogue = catalogue

// Escape and Anchor are how Markdown is written.
var (
	Escape   = escape
	CodeSpan = codeSpan
	Address  = address
	Anchor   = func(text string) string { return anchor(text, map[string]int{}) }
)

// Untidy says what is wrong with the drawing of a model: boxes that lie on each other or leave their lane or band, texts
// that leave their box, arrows that cross a box or do not lead from one to the other.
func Untidy(r Request) []string {
	p := newPage(r)
	return untidy(p.lay(fitting(float64(r.Width), len(p.lanes())), p.fill))
}

func untidy(d *layout) []string {
	var out []string
	wrong := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for i, x := range d.boxes {
		for _, y := range d.boxes[:i] {
			if x.x < y.x+y.w && y.x < x.x+x.w && x.y < y.y+y.h && y.y < x.y+x.h {
				wrong("box %d lies on another", i)
			}
		}
		l := x.lane
		if x.step != nil && x.step.Actor != l.actor && !d.folded {
			wrong("box %d stands in another's lane", i)
		}
		if b := x.row.band; x.x < l.x || x.x+x.w > l.x+l.w || x.y < b.y || x.y+x.h > b.y+b.h {
			wrong("box %d leaves its lane or its band", i)
		}
		if x.step != nil && x.row.band.stage != x.step.Stage {
			wrong("box %d stands in another stage", i)
		}
		for _, t := range x.lines {
			room := x.w - padding
			if x.ending != nil {
				room -= 16
			}
			if textWidth(t.text, t.role.size(), t.role.bold()) > room || t.y < 0 || t.y > x.h {
				wrong("a text leaves box %d: %s", i, t.text)
			}
		}
	}
	room := d.label
	if d.folded {
		room = d.width
	}
	for _, b := range d.bands {
		for _, t := range b.lines {
			if textWidth(t.text, t.role.size(), t.role.bold()) > room || t.y > b.h {
				wrong("a text leaves the head of its band: %s", t.text)
			}
		}
	}
	for i, a := range d.arrows {
		first, last := a.points[0], a.points[len(a.points)-1]
		if !d.beginning && first.y != a.from.y+a.from.h || first.x < a.from.x || first.x > a.from.x+a.from.w || last.y != a.to.y || last.x != a.to.middle() {
			wrong("arrow %d does not lead from box to box", i)
		}
		for k := 1; k < len(a.points); k++ {
			p, q := a.points[k-1], a.points[k]
			if p.x != q.x && p.y != q.y {
				wrong("arrow %d runs aslant", i)
			}
			if max(p.x, q.x) > d.width || max(p.y, q.y) > d.height || min(p.x, q.x) < 0 || min(p.y, q.y) < 0 {
				wrong("arrow %d leaves the drawing", i)
			}
			for n, x := range d.boxes {
				if d.beginning && x == a.from { // an arrow begins at an element in it
					continue
				}
				if min(p.x, q.x) < x.x+x.w && x.x < max(p.x, q.x) && min(p.y, q.y) < x.y+x.h && x.y < max(p.y, q.y) ||
					p.x == q.x && x.x < p.x && p.x < x.x+x.w && min(p.y, q.y) < x.y+x.h && x.y < max(p.y, q.y) ||
					p.y == q.y && x.y < p.y && p.y < x.y+x.h && min(p.x, q.x) < x.x+x.w && x.x < max(p.x, q.x) {
					wrong("arrow %d crosses box %d", i, n)
				}
			}
		}
	}
	return out
}

// Arrows counts those of the drawing.
func Arrows(r Request) int {
	p := newPage(r)
	return len(p.lay(desk, p.fill).arrows)
}

// UntidyBPMN says what is wrong with the diagram of a model: shapes or the rooms of names that lie on each other, lines that
// cross a shape or run aslant, words under a line.
func UntidyBPMN(r Request) []string {
	g := newPage(r).bpmn()
	x := &bpmnFile{g}
	out := untidy(g.layout)
	wrong := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	elements, flows, notes := x.all()
	type place struct {
		id string
		area
	}
	var shapes, words []place
	for _, e := range elements {
		shapes = append(shapes, place{e.id, area{e.x, e.y, e.w, e.h}})
		if e.name != "" && e.label.w > 0 {
			words = append(words, place{"the name of " + e.id, e.label})
		}
		if l := e.lane; e.x < l.x || e.x+e.w > l.x+l.w {
			wrong("%s leaves its lane", e.id)
		}
		if e.kind == "userTask" && e.label.w > 0 {
			wrong("%s has its name beside it", e.id)
		}
	}
	for _, n := range notes {
		shapes = append(shapes, place{n.id, n.area})
	}
	for _, q := range flows {
		if q.name != "" {
			words = append(words, place{"the name of " + q.id, q.label})
		}
	}
	over := func(a, b area) bool { return a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h }
	all := append(append([]place{}, shapes...), words...)
	for i, a := range all {
		for _, b := range all[:i] {
			if over(a.area, b.area) {
				wrong("%s lies on %s", a.id, b.id)
			}
		}
	}
	for _, q := range flows {
		for i := 1; i < len(q.points); i++ {
			a, b := q.points[i-1], q.points[i]
			if a.x != b.x && a.y != b.y {
				wrong("%s runs aslant", q.id)
			}
			line := area{min(a.x, b.x), min(a.y, b.y), max(a.x, b.x) - min(a.x, b.x), max(a.y, b.y) - min(a.y, b.y)}
			inner := area{line.x - 0.1, line.y - 0.1, line.w + 0.2, line.h + 0.2}
			for _, s := range shapes {
				in := area{s.x + 1, s.y + 1, s.w - 2, s.h - 2}
				ends := s.id == q.from.id && i == 1 || s.id == q.to.id && i == len(q.points)-1
				if !ends && over(inner, in) {
					wrong("%s crosses %s", q.id, s.id)
				}
			}
			for _, w := range words {
				if over(inner, area{w.x + 1, w.y + 1, w.w - 2, w.h - 2}) {
					wrong("%s runs through %s", q.id, w.id)
				}
			}
		}
		first, last := q.points[0], q.points[len(q.points)-1]
		touches := func(e *element, p point) bool {
			return p.x >= e.x && p.x <= e.x+e.w && p.y >= e.y && p.y <= e.y+e.h
		}
		if !touches(q.from, first) || !touches(q.to, last) {
			wrong("%s does not lead from shape to shape", q.id)
		}
	}
	return out
}
