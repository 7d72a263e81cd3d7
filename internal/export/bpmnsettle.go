package export

import "math"

// settle moves what is in the boxes to where these stand, and joins the arrows between boxes to the elements in them.
func (g *bpmn) settle() {
	for _, x := range g.boxes {
		f := g.fragments[x]
		move := func(a *area) { a.x, a.y = a.x+x.x, a.y+x.y }
		for _, e := range f.elements {
			e.x, e.y = e.x+x.x, e.y+x.y
			move(&e.label)
		}
		for _, n := range f.notes {
			move(&n.area)
		}
		for _, q := range f.inner {
			move(&q.label)
			for i := range q.points {
				q.points[i].x += x.x
				q.points[i].y += x.y
			}
		}
	}
	for _, b := range g.bands {
		if b.note != nil {
			b.note.x, b.note.y = edge+padding, b.note.y+b.y
		}
	}
	for _, a := range g.arrows {
		from, to := g.fragments[a.from].exit, g.fragments[a.to].entry
		q := &sequence{id: flowID(from, to), from: from, to: to, points: a.points}
		q.points[0].y = from.edgeBelow(q.points[0].x)
		from.out, to.in = append(from.out, q), append(to.in, q)
		g.between = append(g.between, q)
	}
}

// edgeBelow is how far down an element reaches at x.
func (e *element) edgeBelow(x float64) float64 {
	middle, off := e.y+e.h/2, math.Abs(x-(e.x+e.w/2))
	switch {
	case off == 0:
		return e.y + e.h
	case e.isGateway():
		return middle + max(0, e.h/2*(1-off/(e.w/2)))
	case e.kind != "userTask": // round
		return math.Round(middle + math.Sqrt(max(0, e.w*e.w/4-off*off)))
	}
	return e.y + e.h
}
