package export

import "fmt"

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
	d := newPage(r).lay()
	var out []string
	wrong := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for i, x := range d.boxes {
		for _, y := range d.boxes[:i] {
			if x.x < y.x+y.w && y.x < x.x+x.w && x.y < y.y+y.h && y.y < x.y+x.h {
				wrong("box %d lies on another", i)
			}
		}
		l := d.lanes[len(d.lanes)-1]
		for _, other := range d.lanes {
			if x.step != nil && x.step.Actor == other.actor {
				l = other
			}
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
	for _, b := range d.bands {
		for _, t := range b.lines {
			if textWidth(t.text, t.role.size(), t.role.bold()) > bandLabel || t.y > b.h {
				wrong("a text leaves the head of its band: %s", t.text)
			}
		}
	}
	for i, a := range d.arrows {
		first, last := a.points[0], a.points[len(a.points)-1]
		if first.y != a.from.y+a.from.h || first.x < a.from.x || first.x > a.from.x+a.from.w || last.y != a.to.y || last.x != a.to.middle() {
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
func Arrows(r Request) int { return len(newPage(r).lay().arrows) }
