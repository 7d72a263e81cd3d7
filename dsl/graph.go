package dsl

import (
	"slices"
	"sort"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
)

// node is a definition, a stage or a step in the graph of what depends on what. An edge goes from each to what
// it needs: the definitions that its rules name, the steps that they ask about with done and late, its stage,
// and the steps it comes after.
type node struct {
	kind  string // "define", "stage" or "step"
	id    string
	span  diag.Span
	out   Node
	edges []edge
	place int // where it stands in the file

	// What components notes: when it was come upon, from 1; the first of all that it leads back to; whether it is being
	// looked at.
	index, low int
	onStack    bool

	// What order notes: how many of its needs are not met, and by whom it is needed.
	waits  int
	needed []*node
}

type edge struct {
	to   *node
	span diag.Span // what in the text makes it
}

// node adds a node to the graph. What has no id is a node too: its rules are checked like any others.
func (d *draft) node(owner any, kind string, id word, out Node) *node {
	n := &node{kind: kind, id: id.text, span: id.span, out: out, place: id.span.Start}
	d.nodes[owner] = n
	d.inOrder = append(d.inOrder, n)
	return n
}

func (n *node) needs(to *node, span diag.Span) {
	if to != nil {
		n.edges = append(n.edges, edge{to, span})
	}
}

// label names the node in the path of a cycle: "step plan".
func (n *node) label() string { return n.kind + " " + n.id }

// connect adds the edges that the rules make.
func (d *draft) connect() {
	for _, p := range d.rules {
		if p.node == nil {
			continue
		}
		for _, ref := range p.tree.Names() {
			switch ref.Kind {
			case rule.RefStep:
				if s, ok := d.steps.byID[ref.Name]; ok {
					p.node.needs(d.nodes[s], ref.Span)
				}
			default:
				if def, ok := d.defines.byID[ref.Name]; ok {
					p.node.needs(d.nodes[def], ref.Span)
				}
			}
		}
	}
}

// order puts the nodes in an order in which each comes after all it needs, in file order where that leaves a
// choice, and reports each cycle. The nodes of a cycle are returned apart: they have no order.
func (d *draft) order() (ordered []*node, cyclic map[*node]bool) {
	d.connect()
	all := append([]*node{}, d.inOrder...)
	sort.SliceStable(all, func(i, j int) bool { return all[i].place < all[j].place })

	cyclic = map[*node]bool{}
	for _, group := range components(all) {
		if len(group) == 1 && !pointsTo(group[0], group[0]) {
			continue
		}
		for _, n := range group {
			cyclic[n] = true
		}
		d.reportCycle(group)
	}

	// The definitions, stages and steps that are left depend on each other in one direction only. Of those
	// whose needs are met, the one that stands first in the file goes first.
	for _, n := range all {
		for _, e := range n.edges {
			if !cyclic[n] && !cyclic[e.to] {
				n.waits++
				e.to.needed = append(e.to.needed, n)
			}
		}
	}
	var ready []*node // sorted by place
	for _, n := range all {
		if !cyclic[n] && n.waits == 0 {
			ready = append(ready, n)
		}
	}
	for len(ready) > 0 {
		n := ready[0]
		ready = ready[1:]
		ordered = append(ordered, n)
		for _, m := range n.needed {
			if m.waits--; m.waits == 0 {
				i := sort.Search(len(ready), func(i int) bool { return ready[i].place > m.place })
				ready = slices.Insert(ready, i, m)
			}
		}
	}
	return ordered, cyclic
}

func pointsTo(from, to *node) bool {
	for _, e := range from.edges {
		if e.to == to {
			return true
		}
	}
	return false
}

// components returns the strongly connected components, each in file order, by Tarjan's algorithm without
// recursion: a chain of definitions can be as long as a file.
func components(all []*node) [][]*node {
	type frame struct {
		n    *node
		next int
	}
	come := 0
	var stack []*node
	var out [][]*node
	for _, root := range all {
		if root.index != 0 {
			continue
		}
		work := []frame{{n: root}}
		for len(work) > 0 {
			f := &work[len(work)-1]
			if f.next == 0 && f.n.index == 0 {
				come++
				f.n.index, f.n.low, f.n.onStack = come, come, true
				stack = append(stack, f.n)
			}
			if f.next < len(f.n.edges) {
				to := f.n.edges[f.next].to
				f.next++
				if to.index == 0 {
					work = append(work, frame{n: to})
				} else if to.onStack {
					f.n.low = min(f.n.low, to.index)
				}
				continue
			}
			n := f.n
			work = work[:len(work)-1]
			if len(work) > 0 {
				parent := work[len(work)-1].n
				parent.low = min(parent.low, n.low)
			}
			if n.low != n.index {
				continue
			}
			var group []*node
			for {
				m := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				m.onStack = false
				group = append(group, m)
				if m == n {
					break
				}
			}
			sort.SliceStable(group, func(i, j int) bool { return group[i].place < group[j].place })
			out = append(out, group)
		}
	}
	return out
}

// reportCycle reports a shortest cycle through the first node of the group that has one, with each place that
// makes it.
func (d *draft) reportCycle(group []*node) {
	start := group[0]
	in := map[*node]bool{}
	for _, n := range group {
		in[n] = true
	}
	came := map[*node]edge{} // the edge by which a node was reached first
	from := map[*node]*node{}
	queue := []*node{start}
	for len(queue) > 0 && from[start] == nil {
		n := queue[0]
		queue = queue[1:]
		for _, e := range n.edges {
			if in[e.to] && from[e.to] == nil {
				came[e.to], from[e.to] = e, n
				queue = append(queue, e.to)
			}
		}
	}
	path := []*node{start}
	for n := from[start]; n != start; n = from[n] {
		path = append(path, n)
	}
	path = append(path, start)
	slices.Reverse(path)
	var labels []string
	for i, n := range path {
		if len(path) > maxPath && i >= maxPath-3 && i < len(path)-2 {
			if i == maxPath-3 {
				labels = append(labels, "…")
			}
			continue
		}
		labels = append(labels, n.label())
	}
	fault := d.faults.Error(start.span, "cycle", diag.Args{"Path": strings.Join(labels, " → ")})
	for _, to := range path[1:min(len(path), maxPath)] {
		fault.With(came[to].span, "cycle-link", diag.Args{"From": from[to].label(), "To": to.label()})
	}
}

// maxPath is how many nodes of a cycle are shown.
const maxPath = 12
