package cells

// Formula is a formula over the cells of a Space, by reference; the negation of one is a formula too. Equal formulas mostly
// have equal references, and formulas of different spaces must not be mixed.
type Formula int32

// The formulas that hold always and never.
const (
	Always Formula = 0
	Never  Formula = 1
)

// Not returns the formula that holds where f does not.
func (f Formula) Not() Formula { return f ^ 1 }

func (f Formula) node() int32 { return int32(f) >> 1 }
func (f Formula) negated() bool {
	return f&1 != 0
}

// gate is a variable (both inputs Always) or the conjunction of its inputs. Gate 0 is Always itself.
type gate struct{ a, b Formula }

// graph holds formulas as conjunctions and negations, each of them once.
type graph struct {
	gates []gate
	index map[gate]Formula
}

func newGraph() *graph { return &graph{gates: make([]gate, 1), index: map[gate]Formula{}} }

func (g *graph) variable() Formula {
	g.gates = append(g.gates, gate{})
	return Formula(len(g.gates)-1) << 1
}

func (g *graph) isVariable(node int32) bool { return node > 0 && g.gates[node] == gate{} }

// And holds where all of them do.
func (g *graph) And(fs ...Formula) Formula {
	out := Always
	for _, f := range fs {
		out = g.and(out, f)
	}
	return out
}

func (g *graph) and(a, b Formula) Formula {
	if a > b {
		a, b = b, a
	}
	switch {
	case a == Always || a == b:
		return b
	case a == Never || a == b.Not():
		return Never
	}
	key := gate{a, b}
	if f, ok := g.index[key]; ok {
		return f
	}
	g.gates = append(g.gates, key)
	f := Formula(len(g.gates)-1) << 1
	g.index[key] = f
	return f
}

// Or holds where any of them does.
func (g *graph) Or(fs ...Formula) Formula {
	out := Never
	for _, f := range fs {
		out = g.and(out.Not(), f.Not()).Not()
	}
	return out
}

// Differ holds where exactly one of the two does.
func (g *graph) Differ(a, b Formula) Formula {
	return g.Or(g.And(a, b.Not()), g.And(a.Not(), b))
}

// cone lists the gates that the formulas hang on, inputs before what they go into.
func (g *graph) cone(fs ...Formula) []int32 {
	seen := map[int32]bool{0: true}
	var out, stack []int32
	for _, f := range fs {
		stack = append(stack, f.node())
	}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		if seen[n] {
			stack = stack[:len(stack)-1]
			continue
		}
		if gate := g.gates[n]; !g.isVariable(n) && !(seen[gate.a.node()] && seen[gate.b.node()]) {
			stack = append(stack, gate.a.node(), gate.b.node())
			continue
		}
		seen[n] = true
		out = append(out, n)
		stack = stack[:len(stack)-1]
	}
	return out
}

// evaluate appends to known, the values of the first gates, those of the rest.
func (g *graph) evaluate(known []bool, variable func(node int32) bool) []bool {
	for n := len(known); n < len(g.gates); n++ {
		switch gate := g.gates[n]; {
		case n == 0:
			known = append(known, true)
		case g.isVariable(int32(n)):
			known = append(known, variable(int32(n)))
		default:
			known = append(known, known[gate.a.node()] != gate.a.negated() && known[gate.b.node()] != gate.b.negated())
		}
	}
	return known
}
