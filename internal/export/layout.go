package export

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
)

// layout is where everything in a drawing of a model stands. Actors are lanes side by side, stages are bands one below
// the other, and what comes after something stands below it. It is free of the marks of any form.
type layout struct {
	measures
	width, height float64
	title         []textLine
	top           float64 // where the bands begin, below the names of the lanes
	lanes         []*lane
	bands         []*band
	boxes         []*box // where a case begins, steps in the order of the page, ends
	arrows        []*arrow

	mark    func(*dsl.Step) Mark
	legend  []swatch // nil where there are no marks
	legendY float64

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
	note  *note // in a diagram
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

// box is a step, outcomes that wait for the same steps, or where a case begins, which has neither.
type box struct {
	step       *dsl.Step
	ending     *ending
	lane       *lane
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
	doer
	byWhom
	likeness
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

func (r role) bold() bool { return r == name || r == likeness }

// lay finds the place of everything in a drawing of one lane for each actor; texts fill the boxes.
func (p *page) lay(m measures, fill func(*layout)) *layout {
	d := &layout{measures: m, mark: p.mark}
	d.lanes = p.lanes()
	if d.folded {
		d.lanes = []*lane{{count: 1}}
	}
	ranks := p.rank(d)
	d.widths(ranks)
	d.place(ranks)
	p.connect(d)
	fill(d)
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
	laneOf := map[string]int{} // the only one, for all, in a folded drawing
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
		x.lane = d.lanes[lane]
		d.boxes = append(d.boxes, x)
	}
	if d.beginning {
		b := &band{}
		d.bands = append(d.bands, b)
		put(b, 0, 0, &box{}) // the first lane is that of the first step
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
		for i, s := range inOrder(part.steps) {
			if d.folded { // one below the other
				rankOf[s] = i
				continue
			}
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
		if d.columns <= d.most || widest.count == 1 {
			break
		}
		widest.count--
	}
	d.boxWide = (d.page-2*edge-d.label)/float64(d.columns) - d.gutter
	d.boxWide = min(max(d.boxWide, d.minBox), d.maxBox)
	for _, l := range d.lanes {
		l.x = edge + d.label + float64(l.first)*(d.boxWide+d.gutter)
		l.w = float64(l.count) * (d.boxWide + d.gutter)
	}
	d.width = 2*edge + d.label + float64(d.columns)*(d.boxWide+d.gutter)
}

// columnX is where the boxes of a column begin.
func (d *layout) columnX(c int) float64 {
	return edge + d.label + float64(c)*(d.boxWide+d.gutter) + d.gutter/2
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
