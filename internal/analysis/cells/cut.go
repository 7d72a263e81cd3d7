package cells

import (
	"math"
	"slices"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// cuts are where the tests of a model cut the values of one fact that has an order.
type cuts struct {
	fact      *dsl.Fact
	at        calendar.Day
	low, high int64          // the keys of its least and its greatest value
	starts    map[int64]bool // the keys at which a cell begins, beside low
	peers     *cuts          // the root of those it is compared with; nil: itself
	size      int            // of a root: how many facts are compared with one another
}

// maxTried is how many values are tried one by one where a test does not move in one direction.
const maxTried = 4096

func newCuts(f *dsl.Fact, at calendar.Day) *cuts {
	c := &cuts{fact: f, at: at, starts: map[int64]bool{}, size: 1}
	switch f.Type.Kind {
	case rule.Int:
		c.low, c.high = clamp(math.Ceil(f.Type.Min)), clamp(math.Floor(f.Type.Max))
	case rule.Number:
		c.low, c.high = floatKey(f.Type.Min), floatKey(f.Type.Max)
	case rule.Event:
		c.low, c.high = int64(calendar.MinDay), int64(at)
	default:
		c.low, c.high = int64(calendar.MinDay), int64(calendar.MaxDay)
	}
	return c
}

func clamp(f float64) int64 {
	const beyond = 1 << 63
	switch {
	case f >= beyond:
		return math.MaxInt64
	case f < -beyond:
		return math.MinInt64
	}
	return int64(f)
}

// root returns the cuts that stand for all those that c is compared with.
func (c *cuts) root() *cuts {
	for c.peers != nil {
		c = c.peers
	}
	return c
}

// compared notes that the two facts are compared with each other.
func (c *cuts) compared(with *cuts) {
	if a, b := c.root(), with.root(); a != b {
		b.peers = a
		a.size += b.size
	}
}

// add cuts where a test comes out differently, given how what it compares stands to each other at a key. It returns false
// where that cannot be found.
func (c *cuts) add(t trend, order func(key int64) int) bool {
	switch t {
	case still:
		return true
	case turns:
		if c.fact.Type.Kind == rule.Number || uint64(c.high)-uint64(c.low) > maxTried {
			return false
		}
		for key := c.low; key < c.high; key++ {
			if order(key) != order(key+1) {
				c.starts[key+1] = true
			}
		}
		return true
	}
	sign := 1
	if t == falls {
		sign = -1
	}
	for _, least := range []int{0, 1} {
		if key, ok := c.first(func(key int64) bool { return sign*order(key) >= least }); ok && key > c.low {
			c.starts[key] = true
		}
	}
	return true
}

// first returns the first key from which on is true, given that it stays so.
func (c *cuts) first(on func(key int64) bool) (int64, bool) {
	if !on(c.high) {
		return 0, false
	}
	low, high := c.low, c.high // on(high) holds
	for low < high {
		mid := low + int64((uint64(high)-uint64(low))/2)
		if on(mid) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return high, true
}

// sorted returns where cells begin, the least value included.
func (c *cuts) sorted(starts map[int64]bool) []int64 {
	out := []int64{c.low}
	for key := range starts {
		if key > c.low && key <= c.high {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// span is the keys of one cell.
type span struct{ from, to int64 }

// spans returns the cells. Where facts are compared with each other, all of them have the same ones, and as many in each
// stretch between two cuts as there are facts, so that any order among them can come about.
func (c *cuts) spans(all []*cuts) (out []span) {
	root := c.root()
	if root.size == 1 {
		return c.between(c.sorted(c.starts), 1)
	}
	starts := map[int64]bool{}
	for _, o := range all {
		if o.root() == root {
			for key := range o.starts {
				starts[key] = true
			}
			starts[o.low] = true
			if o.high < math.MaxInt64 {
				starts[o.high+1] = true
			}
		}
	}
	return c.between(c.sorted(starts), root.size)
}

func (c *cuts) between(starts []int64, parts int) (out []span) {
	for i, from := range starts {
		to := c.high
		if i+1 < len(starts) {
			to = starts[i+1] - 1
		}
		out = append(out, c.split(span{from, to}, parts)...)
	}
	return out
}

// split takes a cell apart into as many as wanted, or as many as it has values: one with the rest, and small ones at its end
// for days that lie behind, else at its beginning. All facts that are compared split the same cell alike.
func (c *cuts) split(s span, parts int) []span {
	atEnd := c.fact.Type.Kind != rule.Int && c.fact.Type.Kind != rule.Number && s.to <= int64(c.at)
	var small []span
	for ; parts > 1 && s.from < s.to; parts-- {
		if atEnd {
			small = append([]span{{s.to, s.to}}, small...)
			s.to--
		} else {
			small = append(small, span{s.from, s.from})
			s.from++
		}
	}
	if atEnd {
		return append([]span{s}, small...)
	}
	return append(small, s)
}

// standing returns the value that stands for a cell: of numbers a plain one, of days the one nearest the day asked about.
func (c *cuts) standing(s span) int64 {
	switch c.fact.Type.Kind {
	case rule.Int:
		return s.from
	case rule.Number:
		return floatKey(plainest(keyFloat(s.from), keyFloat(s.to)))
	}
	return min(max(int64(c.at), s.from), s.to)
}

// plainest returns a number from low to high that is short to write.
func plainest(low, high float64) float64 {
	for digits := range 18 {
		scale := math.Pow(10, float64(digits))
		if v := math.Ceil(low*scale) / scale; v >= low && v <= high {
			return v
		}
	}
	return low
}
