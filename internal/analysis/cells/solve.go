package cells

import "github.com/crillab/gophersat/solver"

// Solve returns a case in which all of the formulas hold; nil where there is none, which is a proof.
func (s *Space) Solve(fs ...Formula) *Witness { return s.solve(s.And(fs...), false) }

// Smallest is Solve for a case in which as few facts as can be are such as nobody can tell, and of those as few as can be are known.
func (s *Space) Smallest(fs ...Formula) *Witness { return s.solve(s.And(fs...), true) }

// Possible tells whether a case exists in which all of the formulas hold. It remembers the cases it has found, and is the
// quicker for it.
func (s *Space) Possible(fs ...Formula) bool {
	f := s.And(fs...)
	for _, w := range s.found {
		if w.Holds(f) {
			return true
		}
	}
	w := s.Solve(f)
	switch {
	case w == nil:
		return false
	case len(s.found) < maxFound:
		s.found = append(s.found, w)
	default:
		s.found[s.oldest] = w
		s.oldest = (s.oldest + 1) % maxFound
	}
	return true
}

// maxFound is how many cases Possible remembers.
const maxFound = 256

func (s *Space) solve(f Formula, smallest bool) *Witness {
	switch f {
	case Never:
		return nil
	case Always:
		return s.witness(func(int32) bool { return false })
	}
	c := s.clauses(f)
	problem := solver.ParseSliceNb(c.clauses, len(c.number))
	if problem.Status == solver.Unsat {
		return nil
	}
	if smallest {
		var cost []solver.Lit
		var weights []int
		for _, d := range s.Domains {
			if v, ok := c.number[d.Known.node()]; ok {
				cost, weights = append(cost, solver.IntToLit(int32(v))), append(weights, 1)
			}
			if v, ok := c.number[d.untold.node()]; ok && d.untold != Always {
				cost, weights = append(cost, solver.IntToLit(int32(v))), append(weights, len(s.Domains)+1)
			}
		}
		if len(cost) > 0 {
			problem.SetCostFunc(cost, weights)
		}
	}
	sat := solver.New(problem)
	if smallest && problem.Optim() {
		if sat.Minimize() < 0 {
			return nil
		}
	} else if sat.Solve() != solver.Sat {
		return nil
	}
	model := sat.Model()
	return s.witness(func(node int32) bool {
		v, ok := c.number[node]
		return ok && model[v-1]
	})
}

// cnf is formulas as clauses over numbered variables, as solvers take them.
type cnf struct {
	number  map[int32]int // by gate, from 1 on
	clauses [][]int
}

// clauses says that f holds, and what the variables of its cone must obey. What f is made of as a conjunction is said as such.
// What hangs on others stands before them, since the solver's first pass goes through the clauses in order.
func (s *Space) clauses(f Formula) *cnf {
	c := &cnf{number: map[int32]int{}}
	lit := func(f Formula) int {
		n, ok := c.number[f.node()]
		if !ok {
			n = len(c.number) + 1
			c.number[f.node()] = n
		}
		if f.negated() {
			return -n
		}
		return n
	}
	said := map[Formula]bool{}
	var parts []Formula
	for stack := []Formula{f}; len(stack) > 0; {
		f := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		switch {
		case said[f]:
			continue
		case !f.negated() && !s.isVariable(f.node()):
			g := s.gates[f.node()]
			stack = append(stack, g.a, g.b)
		default:
			parts = append(parts, f)
			c.clauses = append(c.clauses, []int{lit(f)})
		}
		said[f] = true
	}
	ruled := map[int]bool{}
	cone := s.cone(parts...)
	for k := len(cone) - 1; k >= 0; k-- {
		n := cone[k]
		if s.isVariable(n) {
			lit(Formula(n << 1))
			if i, ok := s.axiomOf[n]; ok && !ruled[i] {
				ruled[i] = true
				for _, clause := range s.rules[i] {
					out := make([]int, len(clause))
					for k, x := range clause {
						out[k] = lit(x)
					}
					c.clauses = append(c.clauses, out)
				}
			}
			continue
		}
		g := s.gates[n]
		out, a, b := lit(Formula(n<<1)), lit(g.a), lit(g.b)
		c.clauses = append(c.clauses, []int{-out, a}, []int{-out, b}, []int{out, -a, -b})
	}
	return c
}
