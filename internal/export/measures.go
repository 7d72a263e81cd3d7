package export

// The measures of every drawing, in pixels.
const (
	edge       = 12.0 // around it
	padding    = 8.0
	textSize   = 12.0
	noteSize   = 10.5
	lineHeight = 1.28 // of the size of the letters
	ruleLines  = 5    // of a rule in a box; the whole rule is in the text that goes with it
)

// measures are those of one drawing, in pixels.
type measures struct {
	page      float64 // what it fits in, unless there are more actors than go side by side
	most      int     // columns that have room beside each other in it
	label     float64 // the column left of the lanes, which names the stages
	gutter    float64 // between two columns, where long arrows run
	channel   float64 // between two rows, where arrows turn
	track     float64 // between two arrows side by side
	minBox    float64
	maxBox    float64
	turn      float64 // how far beside the middle of a box an arrow that turns leaves it; what arrives keeps to the middle, so that the two never lie on each other
	folded    bool    // one column for everybody, steps in their order, the stages named above theirs
	beginning bool    // where a case begins is a box too
}

// desk are the measures of a drawing for a desk, a wall or paper.
var desk = measures{
	page: 1280, most: 6, label: 160, gutter: 26, channel: 26, track: 7, minBox: 136, maxBox: 300, turn: 16,
}

// Widths that a drawing can be told to fit in. Letters are not scaled down to fit, so a narrower one would have no words.
const (
	NarrowestWidth = 240
	WidestWidth    = 10_000
)

// fitting are the measures of a drawing of so many lanes that fits in a width; 0 is the desk's. Where the lanes have no
// room side by side they are folded into one column.
func fitting(width float64, lanes int) measures {
	if width == 0 {
		return desk
	}
	width = min(max(width, NarrowestWidth), WidestWidth)
	m := desk
	m.page = width
	m.most = int((width - 2*edge - m.label) / (m.minBox + m.gutter))
	if lanes > m.most {
		m.label, m.gutter, m.folded, m.most = 14, 28, true, 1 // the label's room is for arrows here
		m.minBox, m.maxBox = 0, width
	}
	return m
}
