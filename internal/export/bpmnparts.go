package export

import (
	"math"
	"strings"

	"github.com/stegvis/stegvis/dsl"
)

// The measures of a BPMN diagram, in pixels. Its reader zooms, so it is wider than a drawing. All are whole and even,
// since tools round the places of shapes, but not those of lines.
var bpmnSheet = measures{
	page: 0, most: 6, label: 216, gutter: 56, channel: 44, track: 10, minBox: 400, maxBox: 400, turn: gatewaySize / 2, beginning: true,
}

const (
	gatewaySize  = 32.0
	eventSize    = 36.0
	headerHeight = 30.0 // of a pool and of a lane, which their names fill
	sideLane     = 6.0  // the line past a task, from the side of its box
	taskInset    = 22.0 // of a task, from the sides of its box
	gapDown      = 18.0 // between an element and the next
	gapWord      = 26.0 // where the line between them has a word
	labelSize    = 11.0 // of letters outside shapes, as bpmn-js draws them; inside they are of textSize
	slack        = 1.1  // of the width of texts, which tools for BPMN wrap by themselves, with letters of their own
	labelLine    = 1.2  // the height of a line, of the size of its letters
	noteInset    = 8.0  // of the text of an annotation, and of a name in its task
	longestRule  = 7    // lines of a rule in a diagram; the whole rule is in the documentation of the element
)

// element is a shape of a diagram: a task, a gateway or an event.
type element struct {
	kind       string // its name in BPMN: userTask
	id         string
	name       string
	lane       *lane
	x, y, w, h float64 // relative to the box until the diagram is settled
	label      area    // where its name stands, when that is not in it
	tells      []string
	step       *dsl.Step
	outcome    *dsl.Outcome

	condition string // of a conditional event: a rule as it is written
	wait      string // of a timer event: an ISO 8601 duration; with since, counted from that fact
	since     *dsl.Fact
	ends      bool // of an end event: all else in the case ends too
	splits    bool // of a gateway: it divides ways, else it brings them together
	in, out   []*sequence
}

// area is a rectangle; none where it has no width.
type area struct{ x, y, w, h float64 }

// sequence is a sequence flow.
type sequence struct {
	id        string
	from, to  *element
	name      string
	label     area
	condition string // a rule as it is written
	otherwise bool   // the way when no condition holds
	points    []point
}

// note is a text annotation: of an element, or of a band where it has none.
type note struct {
	id, text string
	of       *element
	area
}

// fragment is what stands in one box of the layout: a column of elements, with lines beside it.
type fragment struct {
	box      *box
	entry    *element // where arrows arrive
	exit     *element // where they leave; nil where none may
	elements []*element
	inner    []*sequence
	notes    []*note
	y        float64 // below what is there

	// side is where the way past a step runs: 1 right, -1 left. Words stand on the other.
	side float64
}

func (f *fragment) middle() float64 { return f.box.w / 2 }

// half is the room for words beside the middle, and where it begins, on one side.
func (f *fragment) half(side, beside float64) (x, w float64) {
	w = f.middle() - beside - sideLane - 10
	if side < 0 {
		return sideLane + 8, w
	}
	return f.middle() + beside + 2, w
}

// put sets an element in the middle of the column, below the last.
func (f *fragment) put(e *element) *element {
	e.lane = f.box.lane
	e.x, e.y = f.middle()-e.w/2, f.y
	f.y += e.h
	f.elements = append(f.elements, e)
	if f.entry == nil {
		f.entry = e
	}
	return e
}

// words makes room for the name of an element beside it, on one side, at most so many lines, and returns how far down
// they reach.
func (f *fragment) words(e *element, side float64, most int) float64 {
	if e.name == "" {
		return 0
	}
	x, w := f.half(side, e.w/2+4)
	e.name = cutTo(e.name, w, labelSize, most)
	high := textHeight(e.name, w, labelSize)
	y := e.y + max(0, math.Floor((e.h-high)/2))
	if one := even(textWidth(e.name, labelSize, false)*slack) + 4; one < w { // names are centred in their room
		if side < 0 {
			x += w - one
		}
		w = one
	}
	e.label = area{x, y, w, high}
	return y + high
}

// line leads from an element to the next; without points straight down.
func (f *fragment) line(from, to *element, points ...point) *sequence {
	q := &sequence{id: flowID(from, to), from: from, to: to, points: points}
	if points == nil {
		q.points = []point{{f.middle(), from.y + from.h}, {f.middle(), to.y}}
	}
	from.out, to.in = append(from.out, q), append(to.in, q)
	f.inner = append(f.inner, q)
	return q
}

func flowID(from, to *element) string { return "flow-" + from.id + "-" + to.id }

// past leads from one element to another around what stands between them, on the side.
func (f *fragment) past(from, to *element) *sequence {
	x := f.box.w - sideLane
	if f.side < 0 {
		x = sideLane
	}
	a, b := from.y+from.h/2, to.y+to.h/2
	return f.line(from, to, point{f.middle() + f.side*from.w/2, a}, point{x, a}, point{x, b}, point{f.middle() + f.side*to.w/2, b})
}

// annotate writes below the last element, on the side of the words, what there is to say of it.
func (f *fragment) annotate(e *element, text []string) float64 {
	if len(text) == 0 {
		return 0
	}
	x, w := f.half(-f.side, gatewaySize/2+noteInset)
	n := &note{id: e.id + "-note", text: lines(text), of: e, area: area{x, e.y + e.h + gapDown, w, 0}}
	for _, t := range text {
		n.h += textHeight(t, w-2*noteInset, textSize)
	}
	n.h += 2 * noteInset
	f.notes = append(f.notes, n)
	return n.y + n.h
}

// textHeight is how high a text stands in a width.
func textHeight(text string, width, size float64) float64 {
	return even(float64(linesOf(text, width, size)) * size * labelLine)
}

// linesOf counts the lines that a text takes in a width.
func linesOf(text string, width, size float64) int { return len(wrap(text, width/slack, size, false)) }

func even(v float64) float64 { return 2 * math.Ceil(v/2) }

// cutTo keeps so much of a text as stands on so many lines; all for 0. The rest is an ellipsis.
func cutTo(text string, width, size float64, most int) string {
	if most == 0 || linesOf(text, width, size) <= most {
		return text
	}
	words := strings.Fields(text)
	for n := len(words) - 1; n > 0; n-- {
		if cut := strings.Join(words[:n], " ") + " …"; linesOf(cut, width, size) <= most {
			return cut
		}
	}
	return "…"
}
