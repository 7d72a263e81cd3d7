package compare

import (
	"cmp"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/internal/analysis/cells"
	"github.com/stegvis/stegvis/interpreter"
)

// Matrix tells of every two models in how many cases they differ in the primary next step: the first that is required. They differ
// where its kind or its actor does, or where only one of them requires any.
type Matrix struct {
	Cases   int     // that were put through all models
	Refused int     // that some model does not accept, and that are counted nowhere else
	Every   bool    // of cells: these are all the cases that rules can tell apart
	Drawn   bool    // of cells: they were drawn evenly from all that rules can tell apart
	Differ  [][]int // by model and model
}

// Share is the share of cases in which the two models differ, from 0 to 1; of no cases it is 0.
func (m *Matrix) Share(i, j int) float64 {
	if m.Cases == 0 {
		return 0
	}
	return float64(m.Differ[i][j]) / float64(m.Cases)
}

// Interval bounds, by Wilson's score, the share of a matrix among all cases that rules can tell apart, with 95 % confidence; both bounds
// are 0 where it is proven that the two models part in no case. Of cases that were not drawn it says nothing, and ok is false.
func (r *Report) Interval(m *Matrix, i, j int) (low, high float64, ok bool) {
	if !m.Drawn || m.Cases == 0 || i == j {
		return 0, 0, false
	}
	for _, p := range r.Partings {
		if (p.First == min(i, j) && p.Second == max(i, j)) && p.All && len(p.Sets) == 0 {
			return 0, 0, true
		}
	}
	const z = 1.959963984540054 // of the normal distribution, 2.5 % lie above it
	n, share := float64(m.Cases), m.Share(i, j)
	middle := (share + z*z/(2*n)) / (1 + z*z/n)
	width := z / (1 + z*z/n) * math.Sqrt(share*(1-share)/n+z*z/(4*n*n))
	return max(0, middle-width), min(1, middle+width), true
}

// primary is what is compared of a next step; the zero value is that of none.
type primary struct{ kind, actor string }

func sortedKeys(of map[primary]cells.Formula) []primary {
	return slices.SortedFunc(maps.Keys(of), func(a, b primary) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.actor, b.actor)) })
}

// next tells, by the interpreter, what the model's primary next step is.
func (c *comparer) next(model int, facts []*interpreter.Facts) primary {
	p := c.programs[model]
	p.Decide(facts[model], c.day, &c.result)
	if len(c.result.Next) == 0 {
		return primary{}
	}
	s := p.Model().Steps[c.result.Next[0]]
	return primary{s.Kind.ID, s.Actor.ID}
}

// matrix counts over cases laid out for the models; nil: one that some model does not accept.
func (c *comparer) matrix(cases [][]*interpreter.Facts) *Matrix {
	m := c.emptyMatrix()
	for _, facts := range cases {
		c.count(m, facts)
	}
	return m
}

func (c *comparer) emptyMatrix() *Matrix {
	m := &Matrix{Differ: make([][]int, len(c.programs))}
	for i := range m.Differ {
		m.Differ[i] = make([]int, len(c.programs))
	}
	return m
}

func (c *comparer) count(m *Matrix, facts []*interpreter.Facts) {
	if facts == nil {
		m.Refused++
		return
	}
	m.Cases++
	next := make([]primary, len(c.programs))
	for i := range c.programs {
		next[i] = c.next(i, facts)
	}
	for i := range next {
		for j := range next {
			if next[i] != next[j] {
				m.Differ[i][j]++
			}
		}
	}
}

// maxEvery is how many cases are all looked at, however few are to be drawn where there are more.
const maxEvery = 50_000

// drawn is the matrix over cells: over all of them where they are no more than maxEvery or o.Samples, else over o.Samples that are
// drawn. Each fact is drawn by itself, and each of its cells, unknown among them, is as likely as the others. Of a set each choice
// of its values is a cell.
func (c *comparer) drawn(o Options) *Matrix {
	most := max(maxEvery, o.Samples)
	choices := make([]int, len(c.s.Domains)) // by fact: how many cells it has, or more than most
	all := 1
	for i, d := range c.s.Domains {
		choices[i] = cellCount(d, most)
		all = min(all*choices[i], most+1)
	}
	m := c.emptyMatrix()
	m.Every = all <= most && len(c.s.Open) == 0
	m.Drawn = !m.Every
	put := func(pick func(fact int) any) {
		k := interpreter.NewCase("")
		k.At = &c.day
		for i, d := range c.s.Domains {
			if v := pick(i); v != nil {
				k.Set(d.Fact.ID, v)
			}
		}
		c.count(m, c.bind(k))
	}
	if m.Every {
		for n := range all {
			put(func(i int) any {
				v := cellValue(c.s.Domains[i], n%choices[i])
				n /= choices[i]
				return v
			})
		}
		return m
	}
	dice := rand.New(rand.NewPCG(o.Seed, 0))
	for range o.Samples {
		put(func(i int) any {
			d := c.s.Domains[i]
			if choices[i] <= most {
				return cellValue(d, dice.IntN(choices[i]))
			}
			set := []string{} // so many values that it is hardly ever the one cell of being unknown
			for _, v := range d.Fact.Type.Values {
				if dice.IntN(2) == 0 {
					set = append(set, v)
				}
			}
			return set
		})
	}
	return m
}

// cellCount counts the cells of a fact, unknown among them; most+1 where a set has more than most.
func cellCount(d *cells.Domain, most int) int {
	if d.Fact.Type.Kind != rule.Set {
		return len(d.Cells) + 1
	}
	n := 1
	for range d.Fact.Type.Values {
		n = min(2*n, most)
	}
	return n + 1
}

// cellValue returns a value of the n-th cell of a fact; of the first, unknown, nil.
func cellValue(d *cells.Domain, n int) any {
	switch {
	case n == 0:
		return nil
	case d.Fact.Type.Kind != rule.Set:
		return d.Cells[n-1].Value
	}
	set := []string{}
	for k, v := range d.Fact.Type.Values {
		if (n-1)>>k&1 == 1 {
			set = append(set, v)
		}
	}
	return set
}
