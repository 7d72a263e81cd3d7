package cells

// Turner returns what tells whether the fact with that index can turn any of some formulas: whether two cases exist that differ in that fact
// alone, and the formula holds in one of them. No is a proof.
func (s *Space) Turner(fact int) func([]Formula) bool {
	as := s.other(fact)
	return func(fs []Formula) bool {
		differ := Never
		for _, f := range fs {
			differ = s.Or(differ, s.Differ(f, s.substitute(f, as))) // which remembers in as what it has made
		}
		return s.Possible(differ)
	}
}

// other returns variables that stand for another value of the fact, by the variable of its own.
func (s *Space) other(fact int) map[int32]Formula {
	d := s.Domains[fact]
	as := map[int32]Formula{0: Always}
	rules := -1 // which the variables for the value obey; of sets and of two cells there are none
	own := append([]Formula{d.Known}, d.has...)
	own = append(own, d.at...)
	for _, f := range append(own, d.from...) {
		n := f.node()
		if !s.isVariable(n) || as[n] != 0 {
			continue
		}
		as[n] = s.variable()
		if k, ok := s.axiomOf[n]; ok {
			rules = k
		}
	}
	if rules >= 0 {
		s.twinRules(rules, as)
	}
	return as
}

// twinRules has the new variables obey what the old ones do.
func (s *Space) twinRules(rules int, as map[int32]Formula) {
	var variables []Formula
	var clauses [][]Formula
	for _, clause := range s.rules[rules] {
		var twin []Formula
		for _, f := range clause {
			g := as[f.node()]
			variables = append(variables, g)
			if f.negated() {
				g = g.Not()
			}
			twin = append(twin, g)
		}
		clauses = append(clauses, twin)
	}
	s.axioms(variables, clauses)
}
