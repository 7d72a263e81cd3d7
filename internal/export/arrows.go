package export

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
)

type point struct{ x, y float64 }

// arrow leads from what comes first to what comes after, in straight lines and right angles.
type arrow struct {
	from, to *box
	points   []point

	legs []leg
}

// leg is a part of an arrow before its exact place is known: across between two rows, or down between two columns.
type leg struct {
	channel *channelOf // across
	gutter  *channelOf // down, left of a column; nil where x says where
	x       float64
	at      int // the place taken in the channel or gutter
}

// channelOf shares out the room between two rows, or two columns. Arrows that begin or end in the same box may share.
type channelOf struct{ taken []stretch }

// stretch is what the arrows of one box take of a channel, at one place beside the others.
type stretch struct {
	from, to float64
	owner    *box
	at       int
}

// take finds the first place where nobody else is on the stretch.
func (c *channelOf) take(from, to float64, owner *box) int {
	if from > to {
		from, to = to, from
	}
	for at := 0; ; at++ {
		free := true
		for _, s := range c.taken {
			if s.at == at && s.owner != owner && s.from <= to+desk.track && from <= s.to+desk.track {
				free = false
				break
			}
		}
		if free {
			c.taken = append(c.taken, stretch{from, to, owner, at})
			return at
		}
	}
}

// places is how many there are.
func (c *channelOf) places() int {
	n := 0
	for _, s := range c.taken {
		n = max(n, s.at+1)
	}
	return n
}

func (x *box) middle() float64 { return x.x + x.w/2 }

// connect draws the arrows: straight down where nothing is between, else across in the room between two rows, and past
// other boxes in the room between two columns.
func (p *page) connect(d *layout) {
	boxOf := map[*dsl.Step]*box{}
	for _, x := range d.boxes {
		if x.step != nil {
			boxOf[x.step] = x
		}
	}
	gutters := make([]channelOf, d.columns+1)
	for _, to := range d.boxes {
		var from []*dsl.Step
		switch {
		case to.step != nil:
			from, _ = p.drawn(to.step)
		case to.ending != nil:
			from = to.ending.last
		default:
			continue // where a case begins
		}
		for _, s := range from {
			d.arrows = append(d.arrows, d.route(boxOf[s], to, gutters))
		}
		if from == nil && d.beginning {
			d.arrows = append(d.arrows, d.route(d.boxes[0], to, gutters))
		}
	}
}

// clear tells whether a column has no box between two rows.
func (d *layout) clear(column, above, below int) bool {
	for _, r := range d.rows[above+1 : below] {
		if r.cells[column] != nil {
			return false
		}
	}
	return true
}

// over is the room above a row.
func (d *layout) over(r *row) *channelOf {
	if r.index == 0 {
		return &r.above
	}
	return &d.rows[r.index-1].below
}

func (d *layout) route(from, to *box, gutters []channelOf) *arrow {
	a := &arrow{from: from, to: to}
	down := from.row.index < to.row.index
	exit := from.middle() + d.turn
	if to.column < from.column {
		exit = from.middle() - d.turn
	}
	switch {
	case down && from.column == to.column && d.clear(to.column, from.row.index, to.row.index):
		return a
	case down && d.clear(to.column, from.row.index, to.row.index):
		at := from.row.below.take(exit, to.middle(), from)
		a.legs = []leg{{x: exit}, {channel: &from.row.below, at: at}, {x: to.middle()}}
	case down && d.clear(from.column, from.row.index, to.row.index):
		over := d.over(to.row)
		at := over.take(exit, to.middle(), to)
		a.legs = []leg{{x: exit}, {channel: over, at: at}, {x: to.middle()}}
	default:
		beside := to.column
		if from.column > to.column {
			beside++
		}
		g := &gutters[beside]
		x := d.columnX(beside) - d.gutter/2
		if x < from.middle() { // it leaves on the side that it goes to
			exit = from.middle() - d.turn
		} else {
			exit = from.middle() + d.turn
		}
		over := d.over(to.row)
		at := from.row.below.take(exit, x, from)
		runs := g.take(float64(min(from.row.index, to.row.index-1)), float64(max(from.row.index, to.row.index-1)), from)
		end := over.take(x, to.middle(), to)
		a.legs = []leg{{x: exit}, {channel: &from.row.below, at: at}, {gutter: g, x: x, at: runs}, {channel: over, at: end}, {x: to.middle()}}
	}
	return a
}

// stack finds how high everything stands, and so where the arrows run.
func (d *layout) stack() {
	y := edge
	for i := range d.title {
		d.title[i].y += y
	}
	y += float64(len(d.title)) * textSize * lineHeight
	if d.legend != nil {
		d.legendY = y + 4
		y += 4 + float64(d.legend[len(d.legend)-1].line+1)*legendLine
	}
	y += 10
	head := y
	y += d.top
	d.top = head
	if len(d.rows) > 0 {
		y += float64(d.rows[0].above.places()) * d.track
	}
	channelY := map[*channelOf]float64{}
	if len(d.rows) > 0 {
		channelY[&d.rows[0].above] = head + 20
	}
	for _, b := range d.bands {
		b.y = y
		y += padding + 2
		if d.folded && b.lines != nil { // the name of a stage stands above its steps
			y += b.h + padding
			b.h = 0
		}
		for i, r := range b.rows {
			r.y = y
			y += r.h
			channelY[&r.below] = y + d.channel/2 - 2
			if i == len(b.rows)-1 { // the arrows out of a band turn before it ends
				y = max(y, b.y+b.h-d.channel)
			}
			y += d.channel + float64(max(r.below.places()-1, 0))*d.track
		}
		b.h = y - b.y
	}
	d.height = y + edge
	for _, x := range d.boxes {
		x.y = x.row.y
	}
	for _, a := range d.arrows {
		a.settle(channelY, d.measures)
	}
}

// settle turns the legs of an arrow into points.
func (a *arrow) settle(channelY map[*channelOf]float64, m measures) {
	start, end := point{a.from.middle(), a.from.y + a.from.h}, point{a.to.middle(), a.to.y}
	if a.legs == nil {
		a.points = []point{start, end}
		return
	}
	start.x = a.legs[0].x
	a.points = []point{start}
	x := start.x
	y := 0.0
	for i, l := range a.legs {
		switch {
		case l.channel != nil:
			y = channelY[l.channel] + float64(l.at)*m.track
			a.points = append(a.points, point{x, y})
		case i > 0:
			x = l.x
			if l.gutter != nil {
				x += gutterPlace(l.at, m.gutter/8)
			}
			a.points = append(a.points, point{x, y})
		}
	}
	a.points = append(a.points, end)
	a.points = slices.Compact(a.points)
}

// gutterPlace shares out a gutter from its middle, where a lane may end, to both sides; more arrows than it has room for
// lie on each other.
func gutterPlace(n int, apart float64) float64 {
	const sides, each = 2, 3
	n %= sides * each
	off := float64(n/sides+1) * apart
	if n%sides == 1 {
		return -off
	}
	return off
}
