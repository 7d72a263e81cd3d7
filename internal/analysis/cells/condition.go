package cells

import "slices"

// Condition is what is enough for a formula to hold: the case is one of those that every part allows. It is as wide as can be:
// no part allows more without letting in a case in which the formula does not hold. No parts: it holds in every case.
type Condition []Part

// Part is what a condition allows of one fact.
type Part struct {
	Domain  *Domain
	Unknown bool  // that it is not known
	Cells   []int // that its value lies in one of these; not for sets
	Set     bool  // of a set: that it is known, and has the values of With and not those of Without, by index in its type
	With    []int
	Without []int
}

// Formula holds in the cases that the condition allows.
func (s *Space) Formula(c Condition) Formula {
	out := Always
	for i := range c {
		out = s.And(out, s.part(&c[i]))
	}
	return out
}

func (s *Space) part(p *Part) Formula {
	d, in := p.Domain, Never
	if p.Set {
		in = Always
		for _, v := range p.With {
			in = s.And(in, d.has[v])
		}
		for _, v := range p.Without {
			in = s.And(in, d.has[v].Not())
		}
	}
	for _, k := range p.Cells {
		in = s.Or(in, d.at[k])
	}
	out := s.And(d.Known, in)
	if p.Unknown {
		out = s.Or(out, d.Known.Not())
	}
	return out
}

// Conditions lists conditions that together allow every case in which f holds, and no other: those that take fewest known facts
// first. There may be very many; it stops after the given number, and all tells whether none is left out. Where f hangs on an open
// test there are none: no cells are enough for it.
func (s *Space) Conditions(f Formula, most int) (out []Condition, all bool) {
	if slices.ContainsFunc(s.cone(f), func(n int32) bool { return s.open[n] != nil }) {
		return nil, false
	}
	for left := f; ; {
		w := s.Smallest(left)
		if w == nil {
			return out, true
		}
		if len(out) == most {
			return out, false
		}
		c := s.widest(f, w)
		out = append(out, c)
		left = s.And(left, s.Formula(c).Not())
	}
}

// widest widens the case w, in which f holds, to a condition for f. What is known is given up before what is not, so that a
// condition speaks of what must be known rather than of what must not.
func (s *Space) widest(f Formula, w *Witness) Condition {
	var c Condition
	for _, i := range s.Facts(f) {
		p := Part{Domain: s.Domains[i], Unknown: !w.Known[i], Set: w.Known[i] && s.Domains[i].has != nil}
		if w.Known[i] && !p.Set {
			p.Cells = []int{w.Cell[i]}
		}
		for k, has := range w.Has[i] {
			switch {
			case !p.Set:
			case has:
				p.With = append(p.With, k)
			default:
				p.Without = append(p.Without, k)
			}
		}
		c = append(c, p)
	}
	enough := func(c Condition) bool { return s.Solve(s.Formula(c), f.Not()) == nil }
	for i := 0; i < len(c); i++ {
		n := mostOut(len(c)-i, func(n int) bool { return enough(slices.Delete(slices.Clone(c), i, i+n)) })
		c = slices.Delete(c, i, i+n)
	}
	for i := range c {
		try := func(p Part) {
			wider := slices.Clone(c)
			if wider[i] = p; enough(wider) {
				c = wider
			}
		}
		p := c[i]
		p.Unknown = true
		try(p)
		if c[i].Domain.has == nil {
			for k := range c[i].Domain.Cells {
				if p := c[i]; !slices.Contains(p.Cells, k) {
					p.Cells = append(slices.Clone(p.Cells), k)
					slices.Sort(p.Cells)
					try(p)
				}
			}
			continue
		}
		for _, k := range append(slices.Clone(c[i].With), c[i].Without...) {
			p, is := c[i], func(v int) bool { return v == k }
			p.With, p.Without = slices.DeleteFunc(slices.Clone(p.With), is), slices.DeleteFunc(slices.Clone(p.Without), is)
			try(p)
		}
	}
	return c
}

// mostOut returns how many, at most n, can be left out, where leaving out fewer is never worse. It tries ever more at once, since of many facts few
// matter, and then finds the last number that does.
func mostOut(n int, can func(n int) bool) (have int) {
	bad := n + 1
	for step := 1; have < n && bad > n; step *= 2 {
		if try := min(have+step, n); can(try) {
			have = try
		} else {
			bad = try
		}
	}
	for bad <= n && bad-have > 1 {
		if middle := (have + bad) / 2; can(middle) {
			have = middle
		} else {
			bad = middle
		}
	}
	return have
}
