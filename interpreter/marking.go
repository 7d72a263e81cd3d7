package interpreter

// moves is a set of ways in which a truth value can become another, either way round.
type moves uint8

const (
	trueFalse moves = 1 << iota
	trueUnknown
	falseUnknown
	anyMove = trueFalse | trueUnknown | falseUnknown
)

var truths = [...]possible{canTrue, canFalse, canUnknown}

// between returns the move from one truth value to another; none where they are the same.
func between(x, y possible) moves {
	return [...]moves{3: trueFalse, 5: trueUnknown, 6: falseUnknown}[x^y]
}

// within lists, by the values that a part can take, how it can move.
var within = func() (out [8]moves) {
	for can := range out {
		for _, x := range truths {
			for _, y := range truths {
				if possible(can)&x != 0 && possible(can)&y != 0 {
					out[can] |= between(x, y)
				}
			}
		}
	}
	return out
}()

// shown returns which moves of a part come out as one of v, where the part's value is put through f.
func shown(v moves, f func(possible) possible) (out moves) {
	t, n, u := f(canTrue), f(canFalse), f(canUnknown)
	if between(t, n)&v != 0 {
		out |= trueFalse
	}
	if between(t, u)&v != 0 {
		out |= trueUnknown
	}
	if between(n, u)&v != 0 {
		out |= falseUnknown
	}
	return out
}

// through tabulates, by v and by the values that the part beside it can take, which moves of a part come out of
// the operation as one of v.
func through(operation func(x, y possible) possible) (out [8][8]moves) {
	for v := range out {
		for beside := range out[v] {
			for _, y := range truths {
				if possible(beside)&y != 0 {
					out[v][beside] |= shown(moves(v), func(x possible) possible { return operation(x, y) })
				}
			}
		}
	}
	return out
}

var (
	throughAnd  = through(andOf)
	throughOr   = through(orOf)
	throughSame = through(sameOf)
	throughNot  = func() (out [8]moves) {
		for v := range out {
			out[v] = shown(moves(v), flipped)
		}
		return out
	}()
)

// throughCondition returns which moves of the condition of a choice come out of it as one of v, where its sides can
// take the values x and y.
func throughCondition(v moves, x, y possible) (out moves) {
	for _, a := range truths {
		for _, b := range truths {
			if x&a != 0 && y&b != 0 {
				out |= shown(v, func(c possible) possible { return condOf(c, a, b) })
			}
		}
	}
	return out
}

// throughSide is throughCondition for the side that is taken where the condition, which can take the values c,
// is chosen; the other side can take the values other.
func throughSide(v moves, c, chosen, other possible) (out moves) {
	if c&chosen != 0 {
		out |= v
	}
	if c&canUnknown != 0 {
		for _, y := range truths {
			if other&y != 0 {
				out |= shown(v, func(x possible) possible { return condOf(canUnknown, x, y) })
			}
		}
	}
	return out
}

// mark puts into scratch.found the facts that can change the rule n in one of the ways v. The rule must have been swept
// in the same mode.
func (p *Program) mark(n run, v moves, m mode, f *Facts, r *Result) {
	s := &r.scratch
	if n.empty() {
		return
	}
	p.markBack(n, v, m, r)
	for len(s.queue) > 0 {
		d := s.queue[len(s.queue)-1]
		s.queue = s.queue[:len(s.queue)-1]
		p.markBack(p.relevance.defines[d], s.entered[d], m, r)
	}
}

// markBack goes from the whole to its parts: a move of a part counts where, with what the parts beside it can be, it
// comes out as a move of the whole that counts.
func (p *Program) markBack(n run, v moves, m mode, r *Result) {
	s := &r.scratch
	can, seen := s.possible[m], s.seen
	clear(seen[n.from:n.to])
	seen[n.to-1] = v
	for i := n.to - 1; i >= n.from; i-- {
		v := seen[i]
		if v&within[can[i]] == 0 {
			continue
		}
		switch k := &p.relevance.nodes[i]; k.kind {
		case andPart:
			seen[k.a], seen[k.b] = throughAnd[v][can[k.b]], throughAnd[v][can[k.a]]
		case orPart:
			seen[k.a], seen[k.b] = throughOr[v][can[k.b]], throughOr[v][can[k.a]]
		case samePart:
			seen[k.a], seen[k.b] = throughSame[v][can[k.b]], throughSame[v][can[k.a]]
		case notPart:
			seen[k.a] = throughNot[v]
		case condPart:
			seen[k.c] = throughCondition(v, can[k.a], can[k.b])
			seen[k.a] = throughSide(v, can[k.c], canTrue, can[k.b])
			seen[k.b] = throughSide(v, can[k.c], canFalse, can[k.a])
		case pickPart:
			seen[k.c] = anyMove
			if can[k.c]&canTrue != 0 {
				seen[k.a] = anyMove
			}
			if can[k.c]&canFalse != 0 {
				seen[k.b] = anyMove
			}
		case atomPart, joinPart:
			seen[k.a] = anyMove
			if k.b >= 0 {
				seen[k.b] = anyMove
			}
		case definePart:
			if v&^s.entered[k.ref] != 0 {
				s.entered[k.ref] |= v
				s.queue = append(s.queue, k.ref)
			}
		case knownPart, factPart:
			s.find(p.layout.bit[k.ref])
		}
	}
}
