package export

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
)

// The measures of a drawing, in pixels.
const (
	pageWidth   = 1280.0 // what it fits in, unless there are more actors than go side by side
	edge        = 12.0   // around it
	bandLabel   = 160.0  // the column that names the stages
	gutter      = 26.0   // between two columns, where long arrows run
	channel     = 26.0   // between two rows, where arrows turn
	track       = 7.0    // between two arrows side by side
	minBox      = 136.0
	maxBox      = 300.0
	padding     = 8.0
	mostColumns = 6 // that have room beside each other in pageWidth
	textSize    = 12.0
	noteSize    = 10.5
	lineHeight  = 1.28 // of the size of the letters
	ruleLines   = 5    // of a rule in a box; the whole rule is in the text that goes with it
)

// layout is where everything in a drawing of a model stands. Actors are lanes side by side, stages are bands one below
// the other, and what comes after something stands below it. It is free of the marks of any form.
type layout struct {
	width, height float64
	title         []textLine
	top           float64 // where the bands begin, below the names of the lanes
	lanes         []*lane
	bands         []*band
	boxes         []*box // steps in the order of the page, then ends
	arrows        []*arrow

	columns int
	boxWide float64
	rows    []*row
}

// lane is an actor, or the ends of a case.
type lane struct {
	actor        *dsl.Term // nil: the ends
	first, count int       // columns
	x, w         float64
	lines        []textLine
}

// band is a stage, or the steps that have none.
type band struct {
	stage *dsl.Stage // nil: none
	rows  []*row
	y, h  float64
	lines []textLine
}

// row is boxes side by side.
type row struct {
	index int
	band  *band
	cells map[int]*box // by column
	y, h  float64      // of the boxes
	below channelOf    // the arrows between it and the next
	above channelOf    // for the first row of a drawing
}

// box is a step, or outcomes that wait for the same steps.
type box struct {
	step       *dsl.Step
	ending     *ending
	row        *row
	column     int
	x, y, w, h float64
	lines      []textLine
}

// textLine is a line of text in a box, by its baseline.
type textLine struct {
	text string
	y    float64
	role role
}

// role is what a line tells.
type role uint8

const (
	name role = iota
	byWhom
	condition
	due
	again
	outcome // begins with the mark of an end
	outcomeMore
)

func (r role) size() float64 {
	if r == name || r == outcome || r == outcomeMore {
		return textSize
	}
	return noteSize
}

func (r role) bold() bool { return r == name }

// lay finds the place of everything.
func (p *page) lay() *layout {
	d := &layout{}
	d.lanes = p.lanes()
	ranks := p.rank(d)
	d.widths(ranks)
	d.place(ranks)
	p.fill(d)
	p.connect(d)
	d.stack()
	return d
}

// lanes are the actors that do something, as they come into the order of steps, then the ends.
func (p *page) lanes() []*lane {
	var out []*lane
	seen := map[string]bool{}
	for _, part := range p.parts() {
		for _, s := range part.steps {
			if !seen[s.Actor.ID] {
				seen[s.Actor.ID] = true
				out = append(out, &lane{actor: s.Actor, count: 1})
			}
		}
	}
	return append(out, &lane{count: 1})
}

// rank is what may stand beside each other in a band: by lane, in the order of the page.
type rank struct {
	band  *band
	lanes [][]*box
}

// rank divides the bands into ranks, so that within a band each box stands below all that it comes after.
func (p *page) rank(d *layout) []*rank {
	laneOf := map[string]int{}
	for i, l := range d.lanes[:len(d.lanes)-1] {
		laneOf[l.actor.ID] = i
	}
	var out []*rank
	first := map[*band]int{}
	rankOf := map[*dsl.Step]int{}
	bandOf := map[*dsl.Step]*band{}
	put := func(b *band, at, lane int, x *box) {
		for len(out) <= first[b]+at {
			out = append(out, &rank{band: b, lanes: make([][]*box, len(d.lanes))})
		}
		r := out[first[b]+at]
		r.lanes[lane] = append(r.lanes[lane], x)
		d.boxes = append(d.boxes, x)
	}
	endings := endingGroups(p.m)
	var ends []*box
	for _, part := range p.parts() {
		b := &band{stage: part.stage}
		d.bands = append(d.bands, b)
		first[b] = len(out)
		for _, s := range part.steps {
			bandOf[s] = b
		}
		for _, s := range inOrder(part.steps) {
			for _, a := range s.After {
				if bandOf[a] == b {
					rankOf[s] = max(rankOf[s], rankOf[a]+1)
				}
			}
		}
		for _, s := range part.steps {
			put(b, rankOf[s], laneOf[s.Actor.ID], &box{step: s})
		}
		for _, e := range endings {
			if at := endsIn(e, part, bandOf); at != nil {
				below := 0
				for _, s := range e.last {
					if bandOf[s] == b {
						below = max(below, rankOf[s]+1)
					}
				}
				x := &box{ending: e}
				put(b, below, len(d.lanes)-1, x)
				d.boxes = d.boxes[:len(d.boxes)-1]
				ends = append(ends, x)
			}
		}
	}
	var free *band
	for _, e := range endings {
		if e.last == nil {
			if free == nil {
				free = &band{}
				d.bands = append(d.bands, free)
				first[free] = len(out)
			}
			x := &box{ending: e}
			put(free, 0, len(d.lanes)-1, x)
			d.boxes = d.boxes[:len(d.boxes)-1]
			ends = append(ends, x)
		}
	}
	d.boxes = append(d.boxes, ends...)
	return out
}

// endsIn tells whether the part holds the last of the steps that an ending waits for.
func endsIn(e *ending, p part, bandOf map[*dsl.Step]*band) *dsl.Step {
	var here *dsl.Step
	for _, s := range e.last {
		switch {
		case bandOf[s] == nil:
			return nil // one of a part further down
		case s.Stage == p.stage:
			here = s
		}
	}
	return here
}

// inOrder sorts steps so that each comes after those of its own that it waits for.
func inOrder(steps []*dsl.Step) []*dsl.Step {
	out := make([]*dsl.Step, 0, len(steps))
	seen := map[*dsl.Step]bool{}
	var visit func(s *dsl.Step)
	visit = func(s *dsl.Step) {
		if seen[s] || !slices.Contains(steps, s) {
			return
		}
		seen[s] = true
		for _, a := range s.After {
			visit(a)
		}
		out = append(out, s)
	}
	for _, s := range steps {
		visit(s)
	}
	return out
}

// widths gives each lane as many columns as it can use, while there is room, and so the boxes their width.
func (d *layout) widths(ranks []*rank) {
	for _, r := range ranks {
		for i, boxes := range r.lanes[:len(d.lanes)-1] {
			d.lanes[i].count = max(d.lanes[i].count, len(boxes))
		}
	}
	for {
		d.columns = 0
		widest := d.lanes[0]
		for _, l := range d.lanes {
			l.first = d.columns
			d.columns += l.count
			if l.count > widest.count {
				widest = l
			}
		}
		if d.columns <= mostColumns || widest.count == 1 {
			break
		}
		widest.count--
	}
	d.boxWide = (pageWidth-2*edge-bandLabel)/float64(d.columns) - gutter
	d.boxWide = min(max(d.boxWide, minBox), maxBox)
	for _, l := range d.lanes {
		l.x = edge + bandLabel + float64(l.first)*(d.boxWide+gutter)
		l.w = float64(l.count) * (d.boxWide + gutter)
	}
	d.width = 2*edge + bandLabel + float64(d.columns)*(d.boxWide+gutter)
}

// columnX is where the boxes of a column begin.
func (d *layout) columnX(c int) float64 {
	return edge + bandLabel + float64(c)*(d.boxWide+gutter) + gutter/2
}

// place puts the boxes into rows and columns: a rank takes as many rows as its fullest lane needs. A step stands below
// the one it comes after where it can.
func (d *layout) place(ranks []*rank) {
	columnOf := map[*dsl.Step]int{}
	for _, r := range ranks {
		need := 1
		for i, boxes := range r.lanes {
			need = max(need, (len(boxes)+d.lanes[i].count-1)/d.lanes[i].count)
		}
		rows := make([]*row, need)
		for i := range rows {
			rows[i] = &row{index: len(d.rows), band: r.band, cells: map[int]*box{}}
			d.rows = append(d.rows, rows[i])
		}
		r.band.rows = append(r.band.rows, rows...)
		for i, boxes := range r.lanes {
			l := d.lanes[i]
			for k, x := range boxes {
				x.row = rows[k/l.count]
				x.column = freeColumn(x, l, columnOf)
				x.row.cells[x.column] = x
				x.x, x.w = d.columnX(x.column), d.boxWide
				if x.step != nil {
					columnOf[x.step] = x.column
				}
			}
		}
	}
}

func freeColumn(x *box, l *lane, columnOf map[*dsl.Step]int) int {
	if x.step != nil {
		for _, a := range x.step.After {
			if c, ok := columnOf[a]; ok && c >= l.first && c < l.first+l.count && x.row.cells[c] == nil {
				return c
			}
		}
	}
	for c := l.first; ; c++ {
		if x.row.cells[c] == nil {
			return c
		}
	}
}
